"""How the first centres of k-means are chosen."""

import headwater as tf

RANDOM_INIT = "random"
KMEANS_PLUS_PLUS_INIT = "kmeans_plus_plus"
KMC2_INIT = "kmc2"


def choose(how, points, count, seed, tries, chain_length):
    """Centres from among the points.

    Args:
      how: one of the three names above.
      points: float `Tensor` of shape `[n, columns]`.
      count: int `Tensor`, how many of the `n` to choose.
      seed: of the choice, or None.
      tries: candidates for each centre beyond the first (k-means++).
      chain_length: the length of each chain (KMC2).

    Returns:
      A float `Tensor` of shape `[count, columns]`.

    Raises:
      ValueError: there is no such way.
    """
    if how == RANDOM_INIT:
        order = tf.random_shuffle(tf.range(tf.shape(points)[0]), seed=seed)
        return tf.gather(points, order[:count])
    if how == KMEANS_PLUS_PLUS_INIT:
        return tf.raw_ops.KmeansPlusPlusInitialization(
            points=points,
            num_to_sample=tf.cast(count, tf.int64),
            seed=_fresh_seed(seed),
            num_retries_per_sample=tf.cast(tries, tf.int64),
        )
    if how == KMC2_INIT:
        return _chains(points, count, seed, chain_length)
    raise ValueError(
        f"initial_clusters must be {RANDOM_INIT!r}, {KMEANS_PLUS_PLUS_INIT!r}, {KMC2_INIT!r}, a "
        f"function, or the centres themselves, not {how!r}"
    )


def _fresh_seed(seed):
    return tf.random_uniform([], maxval=2**62, dtype=tf.int64, seed=seed)


def _chains(points, count, seed, chain_length):
    """Each further centre is the end of a chain of points, drawn without looking at distances."""
    total = tf.shape(points)[0]
    length = tf.minimum(total, chain_length)

    def one_of(n):
        return tf.random_uniform([n], maxval=total, dtype=tf.int32, seed=seed)

    def add(i, centers):
        chain = tf.gather(points, one_of(length))
        near = tf.raw_ops.NearestNeighbors(
            points=chain, centers=centers, k=tf.constant(1, tf.int64)
        )
        place = tf.raw_ops.KMC2ChainInitialization(
            distances=near.nearest_center_distances[:, 0], seed=_fresh_seed(seed)
        )
        return i + 1, tf.concat([centers, chain[tf.cast(place, tf.int32)][None]], 0)

    first = tf.gather(points, one_of(1))
    _, centers = tf.while_loop(
        lambda i, centers: i < count,
        add,
        [tf.constant(1), first],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, points.shape[1]])],
    )
    return centers
