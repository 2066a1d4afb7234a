"""Arrays of labels and vectors: `to_categorical`, `normalize`; parts of HDF5 files as arrays."""

import numpy as np


def to_categorical(y, num_classes=None, dtype="float32"):
    """Class numbers as rows with a single one.

    Args:
      y: integer array of any shape; a last dimension of 1 is dropped.
      num_classes: length of a row (default: the greatest number and one).
      dtype: type of the result.

    Returns:
      Array of the shape of `y` with a dimension more.
    """
    y = np.array(y, dtype="int")
    shape = y.shape[:-1] if y.ndim > 1 and y.shape[-1] == 1 else y.shape
    flat = y.ravel()
    num_classes = num_classes or np.max(flat) + 1
    rows = np.zeros((len(flat), num_classes), dtype)
    rows[np.arange(len(flat)), flat] = 1
    return rows.reshape((*shape, num_classes))


def normalize(x, axis=-1, order=2):
    """Vectors scaled to length 1; zeros stay zeros.

    Args:
      x: array.
      axis: the dimension of the vectors.
      order: of the norm: 1 for sums of absolute values, 2 for the usual length.

    Returns:
      Array of the shape of `x`.
    """
    lengths = np.atleast_1d(np.linalg.norm(x, order, axis))
    lengths[lengths == 0] = 1
    return x / np.expand_dims(lengths, axis)


class HDF5Matrix:
    """A part of a data set in an HDF5 file, read when it is indexed.

    Args:
      datapath: the file.
      dataset: name of the data set in it.
      start: its first row.
      end: the row after its last one (default: all).
      normalizer: function of what is read.
    """

    def __init__(self, datapath, dataset, start=0, end=None, normalizer=None):
        import h5py

        self._file = h5py.File(datapath, "r")
        self.data = self._file[dataset]
        self.start, self.end = start, self.data.shape[0] if end is None else end
        self.normalizer = normalizer

    def __len__(self):
        return self.end - self.start

    def __getitem__(self, key):
        if isinstance(key, slice):
            start, stop, _ = key.indices(len(self))
            rows = self.data[start + self.start : stop + self.start]
        elif isinstance(key, (int, np.integer)):
            if key >= len(self):
                raise IndexError(f"row {key} of {len(self)}")
            rows = self.data[key + self.start]
        else:
            index = np.asarray(key) + self.start
            found, where = np.unique(index, return_inverse=True)
            rows = self.data[found][where]
        return rows if self.normalizer is None else self.normalizer(rows)

    @property
    def shape(self):
        """The shape of the part."""
        return (len(self), *self.data.shape[1:])

    @property
    def dtype(self):
        """The type of the data set."""
        return self.data.dtype

    @property
    def ndim(self):
        """The number of dimensions."""
        return self.data.ndim

    @property
    def size(self):
        """The number of elements of the part."""
        return int(np.prod(self.shape))
