"""Reading a checkpoint of either version; `tf.train.NewCheckpointReader` is this."""

import os
from typing import Any

from headwater._src.core import errors
from headwater._src.core.text import as_bytes
from headwater._src.io import bundle, local, slices_v1


class CheckpointReader:
    """Reads tensors of a checkpoint.

    Args:
      filepattern: path of the checkpoint without endings, or pattern of files of version 1.

    Raises:
      NotFoundError: there is no such checkpoint.
      DataLossError: it is damaged.
    """

    def __init__(self, filepattern):
        self.path = local.path_of(filepattern)
        if bundle.exists(self.path):
            self._reader: Any
            self._reader, self.version = bundle.BundleReader(self.path), 2
        else:
            self._reader, self.version = slices_v1.SlicesReader(self.path), 1

    def _info(self, name):
        """`(dtype, dims)` of a tensor, or None."""
        if self.version == 1:
            found = self._reader.tensors.get(name)
            return None if found is None else found[:2]
        entry = self._reader.entry(name)
        if entry is None or not name:
            return None
        return self._reader.dtype(entry), self._reader.dims(entry)

    def get_variable_to_shape_map(self):
        """A dict from name to the list of dimensions."""
        return {n.decode(): list(self._info(n)[1]) for n in self._reader.names()}

    def get_variable_to_dtype_map(self):
        """A dict from name to `DType`."""
        return {n.decode(): self._info(n)[0] for n in self._reader.names()}

    def has_tensor(self, tensor_str):
        """Whether there is a tensor of that name."""
        return self._info(as_bytes(tensor_str)) is not None

    def get_tensor(self, tensor_str):
        """A tensor's value.

        Args:
          tensor_str: its name.

        Returns:
          A NumPy array (`bytes` for a single string).

        Raises:
          NotFoundError: there is none; the error names similar ones.
          DataLossError: its data are damaged.
        """
        name = as_bytes(tensor_str)
        self.require([name])
        value = self._reader.read(name)
        if value.dtype == object and not value.ndim:
            return value[()]
        return value if value.base is None else value.copy()

    def read(self, name, extents=None):
        """A tensor (bytes) or a part of it; as `get_tensor`, but the array may be a part of a larger one."""
        self.require([name])
        if extents is None:
            return self._reader.read(name)
        return self._reader.read_slice(name, extents)

    def nbytes(self, names):
        """How many bytes the values of tensors (bytes) have; those saved in parts count as none."""
        return sum(self._reader.entry(name).size for name in names)

    def info(self, name):
        """`(dtype, dims)` of a tensor (bytes).

        Raises:
          NotFoundError: there is none.
        """
        self.require([name])
        return self._info(name)

    def require(self, names):
        """Raises unless all `names` (bytes) are there.

        Raises:
          NotFoundError: some are not; the nearest names of the file are listed.
        """
        missing = [n for n in names if self._info(n) is None]
        if not missing:
            return
        there = [n.decode("utf-8", "replace") for n in self._reader.names()]
        text = missing[0].decode("utf-8", "replace")
        message = f"Key {text} not found in checkpoint"
        if len(missing) > 1:
            others = ", ".join(n.decode("utf-8", "replace") for n in missing[1:20])
            message += f"; nor are {len(missing) - 1} more: {others}"
        near = nearest(text, there)
        if near:
            message += f". The nearest names in {self.path} are: {', '.join(near)}"
        raise errors.NotFoundError(None, None, message)

    def debug_string(self):
        """A text that lists names, types and shapes."""
        from headwater._src.core.proto import types_pb2

        lines = []
        for name in self._reader.names():
            dtype, dims = self._info(name)
            kind = types_pb2.DataType.Name(dtype.as_datatype_enum)
            lines.append(f"{name.decode()} ({kind}) [{','.join(map(str, dims))}]\n")
        return "".join(lines).encode()


def nearest(name, there):
    """Up to five names most like `name`: same ending first, then by spelling."""
    import difflib

    tail = name.rsplit("/", 1)[-1]
    same = [t for t in there if t.rsplit("/", 1)[-1] == tail]
    near = difflib.get_close_matches(name, same, 5, 0) if same else []
    for found in difflib.get_close_matches(name, there[:5000], 5, 0.6):
        if found not in near:
            near.append(found)
    return near[:5]


def exists(prefix):
    """Whether there is a checkpoint of either version under `prefix`."""
    path = local.path_of(prefix)
    return bundle.exists(path) or bool(local.glob(path)) or os.path.exists(path)
