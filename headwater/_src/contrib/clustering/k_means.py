"""`tf.contrib.factorization.KMeans`: the graph of k-means, on whole data or on small batches.

The state is in variables: the centres, how many of them are chosen, and for small batches how many
points each has taken.  A small batch moves a centre to the mean of all points that it has ever
taken (Sculley 2010).
"""

import numpy as np

import headwater as tf
from headwater._src.contrib.clustering import first_centers

SQUARED_EUCLIDEAN_DISTANCE = "squared_euclidean"
COSINE_DISTANCE = "cosine"
# The name of the variable that holds the centres.
CLUSTERS_VAR_NAME = "clusters"


class KMeans:
    """Groups points around centres.

    >>> kmeans = tf.contrib.factorization.KMeans(points, num_clusters=3)
    >>> (_, index, _, _, centers, init_op, train_op) = kmeans.training_graph()

    Attributes:
      RANDOM_INIT: the first centres are points, drawn evenly.
      KMEANS_PLUS_PLUS_INIT: they are drawn by their distance from those drawn before.
      KMC2_INIT: nearly the same, from chains that look at fewer points.
      SQUARED_EUCLIDEAN_DISTANCE: the squared length of a difference.
      COSINE_DISTANCE: one less the cosine of an angle.
    """

    RANDOM_INIT = first_centers.RANDOM_INIT
    KMEANS_PLUS_PLUS_INIT = first_centers.KMEANS_PLUS_PLUS_INIT
    KMC2_INIT = first_centers.KMC2_INIT
    SQUARED_EUCLIDEAN_DISTANCE = SQUARED_EUCLIDEAN_DISTANCE
    COSINE_DISTANCE = COSINE_DISTANCE

    def __init__(
        self,
        inputs,
        num_clusters,
        initial_clusters=RANDOM_INIT,
        distance_metric=SQUARED_EUCLIDEAN_DISTANCE,
        use_mini_batch=False,
        mini_batch_steps_per_iteration=1,
        random_seed=0,
        kmeans_plus_plus_num_retries=2,
        kmc2_chain_length=200,
    ):
        """Collects what there is to know; the graph is made by `training_graph`.

        Args:
          inputs: float `Tensor` of shape `[n, columns]`, or a list of such.
          num_clusters: how many centres; not used when they are given.
          initial_clusters: how the first centres are chosen (one of the names above); or a
            function of `inputs` and `num_clusters` that gives them; or the centres.
          distance_metric: one of the names above.
          use_mini_batch: whether `inputs` are a part of the data that changes from step to step.
          mini_batch_steps_per_iteration: after how many small batches points see moved centres.
          random_seed: of the choice of first centres.
          kmeans_plus_plus_num_retries: further candidates for each centre.
          kmc2_chain_length: points in each chain.

        Raises:
          ValueError: the distance is not known, or the points' width or the number of centres is
            not known while the graph is built.
        """
        if distance_metric not in (SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE):
            raise ValueError(f"Unsupported distance metric passed to Kmeans {distance_metric}")
        inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        self._inputs = [tf.convert_to_tensor(points, tf.float32) for points in inputs]
        self._columns = self._inputs[0].shape[1].value
        if self._columns is None:
            raise ValueError("k-means needs points with a known number of columns")
        self._initial, self._seed = initial_clusters, random_seed
        self._count = self._number_of_centers(num_clusters)
        self._cosine = distance_metric == COSINE_DISTANCE
        self._batches = use_mini_batch
        self._steps = int(mini_batch_steps_per_iteration)
        self._tries, self._chain_length = kmeans_plus_plus_num_retries, kmc2_chain_length

    def _number_of_centers(self, num_clusters):
        if not isinstance(self._initial, str) and not callable(self._initial):
            self._initial = tf.convert_to_tensor(self._initial, tf.float32)
            num_clusters = self._initial.shape[0].value
        count = tf.get_static_value(tf.convert_to_tensor(num_clusters)) if num_clusters else None
        if count is None:
            raise ValueError("k-means needs a number of clusters that is known")
        return int(count)

    def training_graph(self):
        """The graph of the training.

        Returns:
          `(all_scores, cluster_index, scores, cluster_centers_initialized, cluster_centers_var,
          init_op, training_op)`: for each input its distances to all centres, the number of the
          nearest one and the distance to that; whether all first centres are chosen; the centres;
          the operation that chooses first centres from the inputs, and that of one training step.
        """
        points = [self._prepared(x) for x in self._inputs]
        centers = tf.Variable(
            tf.zeros([self._count, self._columns]), trainable=False, name=CLUSTERS_VAR_NAME
        )
        chosen = tf.Variable(0, trainable=False, name="clusters_chosen")
        initialized = tf.greater_equal(chosen, self._count, name="initialized")
        init_op = tf.cond(
            initialized, tf.no_op, lambda: self._choose(points, centers, chosen), name="init"
        )
        if not isinstance(init_op, tf.Operation):
            init_op = init_op.op
        results = [self._distances(x, centers) for x in points]
        if self._batches:
            train_op = self._batch_step(points, [index for _, index, _ in results], centers)
        else:
            train_op = self._full_step(points, [index for _, index, _ in results], centers)
        all_scores, index, scores = (list(part) for part in zip(*results, strict=True))
        return all_scores, index, scores, initialized, centers, init_op, train_op

    def _prepared(self, points):
        return tf.nn.l2_normalize(points, 1) if self._cosine else points

    def _distances(self, points, centers):
        """Distances to all centres, the nearest one, and the distance to it."""
        if self._cosine:
            distances = 1 - tf.matmul(points, tf.nn.l2_normalize(centers, 1), transpose_b=True)
        else:
            own = tf.reduce_sum(points * points, 1, keepdims=True)
            products = tf.matmul(points, centers, transpose_b=True)
            distances = own - 2 * products + tf.reduce_sum(centers * centers, 1)[None]
            distances = tf.maximum(distances, 0.0)
        nearest = tf.argmin(distances, 1, output_type=tf.int32)
        return distances, nearest, tf.reduce_min(distances, 1)

    # -- the first centres -----------------------------------------------------------------------

    def _choose(self, points, centers, chosen):
        """As many centres as are missing, or as there are points: the rest comes next time."""
        together = points[0] if len(points) == 1 else tf.concat(points, 0)
        before = tf.identity(chosen)
        if isinstance(self._initial, str):
            added = tf.minimum(self._count - before, tf.shape(together)[0])
            fresh = first_centers.choose(
                self._initial, together, added, self._seed, self._tries, self._chain_length
            )
        else:
            given = self._initial
            if callable(given):
                given = tf.convert_to_tensor(given(self._inputs, self._count), tf.float32)
            added, fresh = tf.constant(self._count), self._prepared(given)
        values = tf.concat([centers[:before], fresh, centers[before + added :]], 0)
        values.set_shape(centers.shape)
        with tf.control_dependencies([tf.assign(centers, values)]):
            return tf.assign(chosen, before + added).op

    # -- one step --------------------------------------------------------------------------------

    def _sums(self, points, index):
        """For each centre the sum of its points, `[centers, columns]`, and how many they are."""
        sums, counts = [], []
        for x, i in zip(points, index, strict=True):
            belongs = tf.one_hot(i, self._count)
            sums.append(tf.matmul(belongs, x, transpose_a=True))  # quicker than adding row by row
            counts.append(tf.reduce_sum(belongs, 0))
        return tf.add_n(sums), tf.add_n(counts)[:, None]

    def _full_step(self, points, index, centers):
        """Every centre becomes the mean of its points; one without points stays where it is."""
        sums, counts = self._sums(points, index)
        means = tf.where(tf.tile(counts > 0, [1, self._columns]), sums / counts, centers)
        return tf.assign(centers, self._prepared(means)).op

    def _batch_step(self, points, index, centers):
        taken = tf.Variable(tf.zeros([self._count, 1]), trainable=False, name="points_taken")
        sums, counts = self._sums(points, index)
        if self._steps == 1:
            moved, target = centers, centers
        else:
            target = tf.Variable(tf.zeros_like(centers), trainable=False, name="clusters_moved")
            started = tf.greater(tf.reduce_sum(taken), 0)
            moved = tf.where(started, target, centers)
        total = taken + counts
        means = moved + (sums - counts * moved) / tf.maximum(total, 1.0)
        update = tf.assign(target, self._prepared(means))
        with tf.control_dependencies([update]):
            steps = [tf.assign(taken, total)]
        if self._steps > 1:
            steps.append(self._every_few_steps(centers, update))
        return tf.group(*steps, name="train")

    def _every_few_steps(self, centers, moved):
        """Shows the moved centres to the points when enough batches have moved them."""
        done = tf.Variable(np.int64(0), trainable=False, name="batches_since")
        count = done + 1
        due = tf.equal(count, self._steps)
        shown = tf.assign(centers, tf.where(due, moved, centers))
        with tf.control_dependencies([shown]):
            return tf.assign(done, tf.where(due, tf.zeros_like(count), count))
