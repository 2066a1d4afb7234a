"""Batches without a smaller last one, as `tf.contrib.data` had them."""


def batch_and_drop_remainder(batch_size):
    """Batches without a smaller last one; see `tf.data.Dataset.batch`.

    Args:
      batch_size: how many elements make a batch.
    """
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size, padded_shapes, padding_values=None):
    """Filled up batches without a smaller last one; see `tf.data.Dataset.padded_batch`.

    Args:
      batch_size: how many elements make a batch.
      padded_shapes: the structure of the shapes to fill up to.
      padding_values: the structure of values to fill with.
    """
    return lambda dataset: dataset.padded_batch(
        batch_size, padded_shapes, padding_values, drop_remainder=True
    )
