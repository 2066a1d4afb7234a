"""`tf.contrib.learn.datasets.mnist`: the MNIST digits."""

from headwater._src.data.idx import (
    dense_to_one_hot as dense_to_one_hot,
    extract_images as extract_images,
    extract_labels as extract_labels,
)
from headwater._src.data.mnist import (
    DataSet as DataSet,
    Datasets as Datasets,
    read_data_sets as load_mnist,  # noqa: F401
    read_data_sets as read_data_sets,
)
