"""`tf.contrib.learn.datasets.base`: tables in text files, downloads."""

from headwater._src.contrib.learn_data import (
    Dataset as Dataset,
    Datasets as Datasets,
    load_boston as load_boston,
    load_csv_with_header as load_csv_with_header,
    load_csv_without_header as load_csv_without_header,
    load_iris as load_iris,
    maybe_download as maybe_download,
)
