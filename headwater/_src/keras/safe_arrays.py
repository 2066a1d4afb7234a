"""Arrays out of downloaded files: `.npz` archives and the pickles of old data sets, without trust.

A pickle may call any function. The reader here lets it make arrays, lists, dicts, numbers and
strings, and refuses everything else by name.
"""

import io
import pickle
import zipfile

import numpy as np

_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that knows arrays and plain values only."""

    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise ValueError(
                f"The file asks for {module}.{name}, which a data set has no use for: it is not "
                "read."
            )
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def read_pickle(stream, encoding="bytes"):
    """The value in a pickle that has only arrays and plain values.

    Args:
      stream: binary file object.
      encoding: how strings of Python 2 are read.

    Returns:
      The value.

    Raises:
      ValueError: the pickle has something else in it, or is damaged.
    """
    try:
        return _ArrayUnpickler(stream, encoding=encoding).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, IndexError) as e:
        raise ValueError(f"The file is not a complete pickle: {e}") from e


def read_npz(path):
    """The arrays of an `.npz` file; arrays of lists are read without trust.

    Args:
      path: the file.

    Returns:
      Dict from name to array.

    Raises:
      ValueError: an array has objects in it that are no lists, numbers or strings.
    """
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            stream = io.BytesIO(archive.read(member))
            version = np.lib.format.read_magic(stream)
            read_header = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }.get(version)
            if read_header is None:
                raise ValueError(f"{member} in {path} has the unknown version {version}.")
            shape, _, dtype = read_header(stream)
            if dtype.hasobject:
                value = np.empty(shape, object)
                value[...] = read_pickle(stream).reshape(shape)
            else:
                stream.seek(0)
                value = np.lib.format.read_array(stream, allow_pickle=False)
            arrays[member.removesuffix(".npy")] = value
    return arrays
