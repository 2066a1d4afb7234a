"""Checkpoints of version 1: one table per file, with tensors as messages.

The empty key holds a `SavedTensorSliceMeta` (names, shapes, types and parts), each part's values
stand under `varint.slice_key`. Several files make one checkpoint; their names match a pattern.
"""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.io import atomic, local, table, tensor_slice, varint

_FIELDS = {
    "float32": "float_val", "float64": "double_val", "int64": "int64_val", "bool": "bool_val",
    "uint32": "uint32_val", "uint64": "uint64_val",
    **dict.fromkeys(("int32", "uint8", "int16", "int8", "uint16", "qint8", "quint8", "qint32"),
                    "int_val"),
}  # fmt: skip
_MAX_BYTES = (1 << 31) - 1


def write(path, tensors):
    """Writes a checkpoint file.

    Args:
      path: the file.
      tensors: list of `(name, dims of the whole, extents, array)`; name is bytes.

    Raises:
      InvalidArgumentError: a part comes twice, or its shape differs from what is said of it.
      UnimplementedError: a type that the format cannot hold.
    """
    from headwater._src.core.proto import saved_tensor_slice_pb2

    meta = saved_tensor_slice_pb2.SavedTensorSlices()
    meta.meta.versions.producer = 1
    known, blocks = {}, {}
    for name, dims, extents, array in tensors:
        array = np.asarray(array)
        dtype = dtypes.as_dtype(array.dtype)
        whole = known.get(name)
        if whole is None:
            whole = known[name] = meta.meta.tensor.add(
                name=name.decode(), type=dtype.as_datatype_enum
            )
            whole.shape.SetInParent()
            for size in dims:
                whole.shape.dim.add(size=size)
        key = varint.slice_key(name, extents)
        if key in blocks:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {name.decode()}")
        part = whole.slice.add()
        tensor_slice.fill_proto(part, extents)
        block = saved_tensor_slice_pb2.SavedTensorSlices()
        block.data.name = name.decode()
        block.data.slice.CopyFrom(part)
        _fill(block.data.data, array, dtype, name)
        blocks[key] = block.SerializeToString()
    with atomic.replacing(local.path_of(path)) as file:
        writer = table.TableWriter(file)
        writer.add(b"", meta.SerializeToString())
        for key in sorted(blocks):
            writer.add(key, blocks[key])
        writer.finish()


def _fill(proto, array, dtype, name):
    if array.nbytes > _MAX_BYTES:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Tensor slice is too large to serialize ({name.decode()}: {array.nbytes} "
            "bytes); version 2 of the format has no such limit",
        )
    if dtype == dtypes.string:
        proto.string_val.extend(
            s.encode() if isinstance(s, str) else s for s in array.reshape(-1).tolist()
        )
        return
    flat = np.ascontiguousarray(array).reshape(-1)
    if dtype.name in ("float16", "bfloat16"):
        proto.half_val.extend(flat.view(np.uint16).tolist())
    elif dtype.is_complex:
        field = proto.scomplex_val if dtype == dtypes.complex64 else proto.dcomplex_val
        field.extend(flat.view(flat.real.dtype).tolist())
    elif dtype.name in _FIELDS:
        if flat.dtype.fields:
            flat = flat.view(flat.dtype[0])
        getattr(proto, _FIELDS[dtype.name]).extend(flat.tolist())
    else:
        raise errors.UnimplementedError(None, None, f"Unsupported data type: {dtype.name}")


class SlicesReader:
    """Reads a checkpoint of version 1.

    Args:
      pattern: path or pattern of its files.

    Attributes:
      tensors: dict from name (bytes) to `(dtype, dims, {extents: file's reader})`.

    Raises:
      NotFoundError: no file matches.
      DataLossError: a file is damaged.
    """

    def __init__(self, pattern):
        from google.protobuf.message import DecodeError

        from headwater._src.core.proto import saved_tensor_slice_pb2

        self.pattern = local.path_of(pattern)
        self._message = saved_tensor_slice_pb2.SavedTensorSlices
        self.tensors, self._blocks = {}, {}
        paths = local.glob(self.pattern)
        if not paths:
            raise errors.NotFoundError(
                None,
                None,
                "Unsuccessful TensorSliceReader constructor: Failed to find any "
                f"matching files for {self.pattern}",
            )
        for path in paths:
            try:
                blocks = dict(table.TableReader(path))
                meta = self._message.FromString(blocks.pop(b"", b"")).meta
            except errors.DataLossError as error:
                raise errors.DataLossError(
                    None,
                    None,
                    "Unable to open table file "
                    f"{path}: Data loss: {error.message}: perhaps your file is in a different file "
                    "format and you need to use a different restore operator?",
                ) from None
            except DecodeError as error:
                raise errors.DataLossError(None, None, f"{path}: {error}") from None
            self._blocks.update(blocks)
            for saved in meta.tensor:
                self._add(path, saved)

    def _add(self, path, saved):
        dims = tuple(d.size for d in saved.shape.dim)
        try:
            dtype = dtypes.of_value(saved.type)
        except TypeError:
            raise errors.DataLossError(
                None, None, f"{path}: {saved.name} has the unknown type {saved.type}"
            ) from None
        name = saved.name.encode()
        known = self.tensors.setdefault(name, (dtype, dims, []))
        parts = [tensor_slice.from_proto(p) for p in saved.slice]
        fits = all(tensor_slice.is_within(p, dims) for p in parts)
        if known[:2] != (dtype, dims) or not fits or not tensor_slice.is_possible(dims):
            raise errors.DataLossError(None, None, f"{path}: bad entry of {saved.name}")
        known[2].extend(parts)

    def names(self):
        """The tensors' names (bytes), sorted."""
        return sorted(self.tensors)

    def read(self, name):
        """A tensor's value; KeyError when there is none."""
        dims = self.tensors[name][1]
        return self.read_slice(name, tuple((0, -1) for _ in dims))

    def read_slice(self, name, extents):
        """A part of a tensor, put together from the parts that were saved.

        Args:
          name: bytes.
          extents: see `tensor_slice`.

        Raises:
          KeyError: there is no such tensor.
          DataLossError: data are damaged, or parts are missing.
        """
        dtype, dims, parts = self.tensors[name]
        wanted = tensor_slice.part_dims(dims, extents)
        found = [(p, tensor_slice.overlap(extents, p, dims)) for p in parts]
        if sum(o[2] for _, o in found if o) != int(np.prod(wanted, dtype=object)):
            raise errors.DataLossError(
                None,
                None,
                f"{self.pattern}: the saved slices of {name.decode()} do not cover what is asked",
            )
        arrays = [(o, self._values(name, dtype, dims, p)) for p, o in found if o]
        result = np.empty(wanted, dtype.as_numpy_dtype)
        for common, array in arrays:
            result[common[0]] = array[common[1]]
        return result

    def _values(self, name, dtype, dims, part):
        from google.protobuf.message import DecodeError

        shape = tensor_slice.part_dims(dims, part)
        count = int(np.prod(shape, dtype=object))
        try:
            proto = self._message.FromString(self._blocks[varint.slice_key(name, part)]).data.data
        except (KeyError, DecodeError):
            raise self._damaged(name) from None
        numpy_type = dtype.as_numpy_dtype
        if dtype == dtypes.string:
            values = list(proto.string_val)
            array = np.empty(len(values), np.object_)
            array[:] = values
        elif dtype.name in ("float16", "bfloat16"):
            array = np.array(proto.half_val, np.uint16).view(numpy_type)
        elif dtype.is_complex:
            field = proto.scomplex_val if dtype == dtypes.complex64 else proto.dcomplex_val
            array = np.array(field, dtype.real_dtype.as_numpy_dtype)
            array = array.view(numpy_type) if array.size % 2 == 0 else array
        elif dtype.name in _FIELDS:
            array = np.array(getattr(proto, _FIELDS[dtype.name])).astype(numpy_type)
        else:
            raise errors.UnimplementedError(None, None, f"Unsupported data type: {dtype.name}")
        if array.size != count:
            raise self._damaged(name)
        return array.reshape(shape)

    def _damaged(self, name):
        return errors.DataLossError(
            None, None, f"{self.pattern}: the data of {name.decode()} are damaged"
        )
