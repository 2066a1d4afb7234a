"""Reading the MNIST digits as TensorFlow 1.x's tutorials do."""

from headwater._src.data.idx import (
    dense_to_one_hot as dense_to_one_hot,
    extract_images as extract_images,
    extract_labels as extract_labels,
)
from headwater._src.data.mnist import (
    DEFAULT_SOURCE_URL as DEFAULT_SOURCE_URL,
    DataSet as DataSet,
    DataSet as _DataSet,  # noqa: F401  the name in TensorFlow 1.13 and later
    Datasets as Datasets,
    Datasets as _Datasets,  # noqa: F401
    read_data_sets as read_data_sets,
)
