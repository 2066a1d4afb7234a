"""Features of examples, in whichever form, as one matrix."""

import headwater as tf


def as_matrix(features, columns=None):
    """The features side by side.

    Args:
      features: `Tensor` of shape `[n]` or `[n, columns]`, or a dict of such by name.
      columns: dense feature columns that make the matrix out of a dict; None takes all features,
        in the order of their names.

    Returns:
      A float32 `Tensor` of shape `[n, columns]`.

    Raises:
      ValueError: a feature is no dense vector or matrix.
    """
    if columns is not None:
        return tf.feature_column.input_layer(features, columns)
    if not isinstance(features, dict):
        return _matrix(features)
    parts = [_matrix(features[name]) for name in sorted(features)]
    return parts[0] if len(parts) == 1 else tf.concat(parts, 1)


def _matrix(feature):
    if isinstance(feature, tf.SparseTensor):
        raise ValueError("features must be dense here; see tf.sparse.to_dense")
    feature = tf.cast(tf.convert_to_tensor(feature), tf.float32)
    if feature.shape.ndims == 1:
        return feature[:, None]
    if feature.shape.ndims != 2:
        raise ValueError(f"features must have rank 1 or 2, not shape {feature.shape}")
    return feature
