"""Decision trees in arrays, and which leaf an example reaches.

The nodes of all trees stand one after the other.  For each there are
  feature    the column that decides there, or -1 for a leaf;
  threshold  examples with at most this go to the left;
  left       the number of the left child; the right one comes next.
"""

import headwater as tf

LEAF = -1


def leaves(points, roots, feature, threshold, left):
    """The leaves that examples reach.

    Args:
      points: float `Tensor` of shape `[n, columns]`.
      roots: int32 `Tensor` of shape `[trees]`, the numbers of the topmost nodes.
      feature: int32 `Tensor` of shape `[nodes]`.
      threshold: float `Tensor` of shape `[nodes]`.
      left: int32 `Tensor` of shape `[nodes]`.

    Returns:
      An int32 `Tensor` of shape `[n, trees]`, numbers of nodes.
    """
    count = tf.shape(points)[0]
    rows = tf.tile(tf.range(count)[:, None], [1, tf.shape(roots)[0]])

    def unfinished(node):
        return tf.reduce_any(tf.gather(feature, node) >= 0)

    def down(node):
        column = tf.gather(feature, node)
        value = tf.gather_nd(points, tf.stack([rows, tf.maximum(column, 0)], 2))
        child = tf.gather(left, node) + tf.cast(value > tf.gather(threshold, node), tf.int32)
        return tf.where(column >= 0, child, node)

    start = tf.tile(roots[None], [count, 1])
    invariant = tf.TensorShape([points.shape[0], roots.shape[0]])
    return tf.while_loop(unfinished, down, [start], shape_invariants=[invariant], back_prop=False)
