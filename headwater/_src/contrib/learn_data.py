"""`tf.contrib.learn.datasets`: small data sets, tables in text files, downloads."""

import collections
import csv
import os

import numpy as np

import headwater as tf

Dataset = collections.namedtuple("Dataset", ["data", "target"])
Datasets = collections.namedtuple("Datasets", ["train", "validation", "test"])


def maybe_download(filename, work_directory, source_url):
    """The path of a file, which is downloaded when it is not there.

    Args:
      filename: its name.
      work_directory: the folder; made when it is not there.
      source_url: where it comes from.
    """
    from pathlib import Path

    from headwater._src.data.download import download

    path = os.path.join(work_directory, filename)
    if not tf.gfile.Exists(path):
        tf.gfile.MakeDirs(work_directory)
        download(source_url, Path(path))
    return path


def _rows(filename, skip_header):
    with tf.gfile.GFile(filename) as file:
        reader = csv.reader(file)
        header = next(reader) if skip_header else None
        return header, [row for row in reader if row]


def _split(rows, target_column, target_dtype, features_dtype):
    target = np.array([row.pop(target_column) for row in rows], dtype=target_dtype)
    return Dataset(data=np.array(rows, dtype=features_dtype), target=target)


def load_csv_with_header(filename, target_dtype, features_dtype, target_column=-1):
    """A table whose first line says how many rows and columns it has.

    Args:
      filename: path of the file.
      target_dtype: type of the targets.
      features_dtype: type of the features.
      target_column: the column of the targets.

    Returns:
      A `Dataset` of two arrays.
    """
    header, rows = _rows(filename, True)
    return _split(rows[: int(header[0])], target_column, target_dtype, features_dtype)


def load_csv_without_header(filename, target_dtype, features_dtype, target_column=-1):
    """A table of features and targets.

    Args:
      filename: path of the file.
      target_dtype: type of the targets.
      features_dtype: type of the features.
      target_column: the column of the targets.

    Returns:
      A `Dataset` of two arrays.
    """
    return _split(_rows(filename, False)[1], target_column, target_dtype, features_dtype)


def load_iris(data_path=None):
    """The 150 iris flowers of Fisher.

    Args:
      data_path: a file with them; None: those of scikit-learn.

    Returns:
      A `Dataset` of two arrays.

    Raises:
      ImportError: scikit-learn is not installed.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, np.int64, np.float64)
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(
            "The iris data comes with scikit-learn: pip install scikit-learn"
        ) from error
    found = datasets.load_iris()
    return Dataset(found.data.astype(np.float64), found.target.astype(np.int64))


def load_boston(data_path=None):
    """The house prices of Boston, from a file.

    Args:
      data_path: the file; there is none with headwater.

    Returns:
      A `Dataset` of two arrays.

    Raises:
      NotImplementedError: there is no file.
    """
    if data_path is None:
        raise NotImplementedError(
            "The Boston house prices come with no library any more (scikit-learn took them out for "
            "ethical reasons): give the path of a CSV file, or use sklearn.datasets."
            "fetch_california_housing()"
        )
    return load_csv_with_header(data_path, np.float64, np.float64)


def load_dataset(name, size="small", test_with_fake_data=False):
    """A data set by its name.

    Args:
      name: `"iris"`, `"boston"` or `"mnist"`.
      size: recorded only.
      test_with_fake_data: recorded only.

    Raises:
      ValueError: there is none of that name.
    """
    del size, test_with_fake_data
    if name == "iris":
        return load_iris()
    if name == "boston":
        return load_boston()
    if name == "mnist":
        from headwater._src.data.mnist import read_data_sets

        return read_data_sets("MNIST-data")
    raise ValueError(f"Name of dataset is not found: {name}. There are iris, boston and mnist.")


# --- tables of pandas ---------------------------------------------------------------------------


def extract_pandas_data(data):
    """The numbers of a pandas table as floats; anything else as it is.

    Args:
      data: a `DataFrame` of numbers or bools, or anything.

    Raises:
      ValueError: a column is of another type.
    """
    if type(data).__module__.partition(".")[0] != "pandas" or not hasattr(data, "columns"):
        return data
    wrong = [f"'{c}' type='{t.name}'" for c, t in data.dtypes.items() if t.kind not in "biuf"]
    if wrong:
        raise ValueError(
            "Data types for extracting pandas data must be int, float, or bool. Found: "
            + ", ".join(wrong)
        )
    return data.values.astype("float")


def extract_pandas_labels(labels):
    """The one column of a pandas table; anything else as it is.

    Args:
      labels: a `DataFrame` of one column, or anything.

    Raises:
      ValueError: there are several columns.
    """
    if type(labels).__module__.partition(".")[0] != "pandas" or not hasattr(labels, "columns"):
        return labels
    if len(labels.columns) > 1:
        raise ValueError("Only one column for labels is allowed.")
    return extract_pandas_data(labels)


class ModeKeys:
    """What a model is used for."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"

    @classmethod
    def validate(cls, key):
        """Checks that there is such a mode.

        Args:
          key: the mode.

        Raises:
          ValueError: there is not.
        """
        if key not in (cls.TRAIN, cls.EVAL, cls.INFER):
            raise ValueError(f"Invalid mode {key}.")
