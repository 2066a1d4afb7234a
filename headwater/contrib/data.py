"""`tf.contrib.data`: names that became `tf.data.experimental`, and some that became methods."""

import headwater.data  # noqa: F401 (its ops)
from headwater._src.data.experimental import (
    Reducer as Reducer,
    bucket_by_sequence_length as bucket_by_sequence_length,
    copy_to_device as copy_to_device,
    dense_to_sparse_batch as dense_to_sparse_batch,
    enumerate_dataset as enumerate_dataset,
    get_single_element as get_single_element,
    group_by_reducer as group_by_reducer,
    group_by_window as group_by_window,
    ignore_errors as ignore_errors,
    map_and_batch as map_and_batch,
    parallel_interleave as parallel_interleave,
    prefetch_to_device as prefetch_to_device,
    scan as scan,
    shuffle_and_repeat as shuffle_and_repeat,
    unbatch as unbatch,
    unique as unique,
)
from headwater._src.data.from_files import (
    make_batched_features_dataset as make_batched_features_dataset,
    make_csv_dataset as make_csv_dataset,
)
from headwater._src.data.optional import (
    Optional as Optional,
    get_next_as_optional as get_next_as_optional,
)
from headwater._src.data.readers import CsvDataset as CsvDataset
from headwater._src.data.sampling import (
    Counter as Counter,
    RandomDataset as RandomDataset,
    choose_from_datasets as choose_from_datasets,
    rejection_resample as rejection_resample,
    sample_from_datasets as sample_from_datasets,
)


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
