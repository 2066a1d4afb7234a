"""Ops that write and read checkpoints: `SaveV2`, `RestoreV2`, merging shards, and version 1's."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.io import bundle, slices_v1, tensor_slice
from headwater._src.io.checkpoint import CheckpointReader
from headwater._src.ops import _shapes
from headwater._src.ops._shapes import ShapeError
from headwater._src.ops._strings import invalid, shape_text

MUCH = 1 << 24  # bytes from which on several threads read
READERS = 2

# --- names of shards ----------------------------------------------------------------------------

ShardedFilename = define_op(
    "ShardedFilename",
    inputs="basename: string, shard: int32, num_shards: int32",
    outputs="filename: string",
    shape=_shapes.scalar,
)
ShardedFilespec = define_op(
    "ShardedFilespec",
    inputs="basename: string, num_shards: int32",
    outputs="filename: string",
    shape=_shapes.scalar,
)


def _scalars(**inputs):
    for name, value in inputs.items():
        if np.ndim(value) != 0:
            raise invalid(f"{name} must be a scalar, got shape {shape_text(value)}")


def _text(value):
    """A scalar's string as bytes."""
    if np.ndim(value) != 0:
        raise invalid(f"expected a scalar string, got one of shape {shape_text(value)}")
    value = np.asarray(value, np.object_).item()
    return value.encode() if isinstance(value, str) else value


@ShardedFilename.kernel
def sharded_filename_kernel(xp, basename, shard, num_shards):
    _scalars(basename=basename, shard=shard, num_shards=num_shards)
    return np.array(_text(basename) + b"-%05d-of-%05d" % (int(shard), int(num_shards)), object)


@ShardedFilespec.kernel
def sharded_filespec_kernel(xp, basename, num_shards):
    _scalars(basename=basename, num_shards=num_shards)
    return np.array(_text(basename) + b"-?????-of-%05d" % int(num_shards), object)


# --- version 2 ----------------------------------------------------------------------------------

SaveV2 = define_op(
    "SaveV2",
    inputs="prefix: string, tensor_names: string, shape_and_slices: string, tensors: dtypes",
    attrs=["dtypes: list(type) >= 1"],
    stateful=True,
)
RestoreV2 = define_op(
    "RestoreV2",
    inputs="prefix: string, tensor_names: string, shape_and_slices: string",
    outputs="tensors: dtypes",
    attrs=["dtypes: list(type) >= 1"],
    stateful=True,
)
MergeV2Checkpoints = define_op(
    "MergeV2Checkpoints",
    inputs="checkpoint_prefixes: string, destination_prefix: string",
    attrs=["delete_old_dirs: bool = true", "allow_missing_files: bool = false"],
    stateful=True,
)


def _rank(x, rank):
    if x.dims is not None and len(x.dims) != rank:
        raise ShapeError(f"Shape must be rank {rank} but is rank {len(x.dims)}")


@SaveV2.shape
def save_v2_shape(prefix, tensor_names, shape_and_slices, tensors):
    _rank(prefix, 0)
    for x in (tensor_names, shape_and_slices):
        _rank(x, 1)
        if x.dims is not None and x.dims[0] not in (None, len(tensors)):
            raise ShapeError(f"Dimension must be {len(tensors)} but is {x.dims[0]}")
    return []


@RestoreV2.shape
def restore_v2_shape(prefix, tensor_names, shape_and_slices, *, dtypes):
    _rank(prefix, 0)
    _rank(tensor_names, 1)
    _rank(shape_and_slices, 1)
    if shape_and_slices.known is None or shape_and_slices.known.size != len(dtypes):
        return [None] * len(dtypes)
    return [_part_dims(_bytes(spec)) for spec in shape_and_slices.known.tolist()]


def _part_dims(spec):
    if not spec:
        return None
    try:
        return tensor_slice.parse_shape_and_slice(spec.decode())[2]
    except errors.OpError as error:
        raise ShapeError(error.message) from None


@MergeV2Checkpoints.shape
def merge_v2_shape(checkpoint_prefixes, destination_prefix):
    _rank(checkpoint_prefixes, 1)
    _rank(destination_prefix, 0)
    return []


def _bytes(item):
    return item.encode() if isinstance(item, str) else item


def _strings(values):
    return [_bytes(v) for v in np.asarray(values, np.object_).reshape(-1).tolist()]


def _check_counts(prefix, names, specs, count):
    if np.ndim(prefix) != 0:
        raise invalid(
            f"Input prefix should be a scalar tensor, got {np.ndim(prefix)} dimensions instead."
        )
    for what, values in (("tensor_names", names), ("shape_and_slices", specs)):
        if np.ndim(values) != 1:
            raise invalid(f"Input {what} should be an 1-D tensor, got {np.ndim(values)} instead.")
        if len(values) != count:
            raise invalid(f"Got {len(values)} {what} but {count} tensors.")


@SaveV2.host
def save_v2_host(ctx, prefix, tensor_names, shape_and_slices, tensors, *, dtypes):
    _check_counts(prefix, tensor_names, shape_and_slices, len(tensors))
    with bundle.BundleWriter(_text(prefix)) as writer:
        for name, spec, tensor in zip(_strings(tensor_names), _strings(shape_and_slices), tensors):
            if not spec:
                writer.add(name, tensor)
                continue
            dims, extents, part = tensor_slice.parse_shape_and_slice(spec.decode())
            _check_part(name, spec, part, tensor)
            writer.add_slice(name, dims, extents, tensor)


def _check_part(name, spec, part, tensor):
    if np.shape(tensor) != part:
        raise invalid(
            f"Slice in shape_and_slice specification does not match the shape of the "
            f"tensor to save: {spec.decode()}, tensor: {shape_text(tensor)} "
            f"({name.decode()})"
        )


@RestoreV2.host
def restore_v2_host(ctx, prefix, tensor_names, shape_and_slices, *, dtypes):
    _check_counts(prefix, tensor_names, shape_and_slices, len(dtypes))
    names, specs = _strings(tensor_names), _strings(shape_and_slices)
    reader = CheckpointReader(_text(prefix))
    reader.require(names)
    wanted = [(reader, *of_one) for of_one in zip(names, specs, dtypes)]
    if reader.version == 1 or reader.nbytes(names) < MUCH:
        return [_restored(*of_one) for of_one in wanted]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(READERS) as threads:
        return list(threads.map(_restored, *zip(*wanted)))


def _restored(reader, name, spec, wanted):
    dtype, dims = reader.info(name)
    if dtype.base_dtype != wanted.base_dtype:
        raise invalid(
            f"tensor_name = {name.decode()}; expected dtype {_c_name(wanted)} does not "
            f"equal original dtype {_c_name(dtype)}"
        )
    if not spec:
        return reader.read(name)
    whole, extents, _ = tensor_slice.parse_shape_and_slice(spec.decode())
    if whole != dims:
        raise invalid(
            f"tensor_name = {name.decode()}; shape in shape_and_slice spec "
            f"{shape_text(np.empty(whole, bool))} does not match the shape stored in "
            f"checkpoint: [{','.join(map(str, dims))}]"
        )
    return reader.read(name, extents)


def _c_name(dtype):
    """A type as TensorFlow's own messages call it."""
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


@MergeV2Checkpoints.host
def merge_v2_host(
    ctx, checkpoint_prefixes, destination_prefix, *, delete_old_dirs, allow_missing_files
):
    bundle.merge(
        _strings(checkpoint_prefixes),
        _text(destination_prefix),
        delete_old_dirs,
        allow_missing_files,
    )


# --- version 1 ----------------------------------------------------------------------------------

Save = define_op(
    "Save",
    inputs="filename: string, tensor_names: string, data: T",
    attrs=["T: list(type) >= 1"],
    stateful=True,
)
SaveSlices = define_op(
    "SaveSlices",
    inputs="filename: string, tensor_names: string, shapes_and_slices: string, data: T",
    attrs=["T: list(type) >= 1"],
    stateful=True,
)
Restore = define_op(
    "Restore",
    inputs="file_pattern: string, tensor_name: string",
    outputs="tensor: dt",
    attrs=["dt: type", "preferred_shard: int = -1"],
    stateful=True,
    shape=_shapes.unknown,
)
RestoreSlice = define_op(
    "RestoreSlice",
    inputs="file_pattern: string, tensor_name: string, shape_and_slice: string",
    outputs="tensor: dt",
    attrs=["dt: type", "preferred_shard: int = -1"],
    stateful=True,
)


@RestoreSlice.shape
def restore_slice_shape(file_pattern, tensor_name, shape_and_slice):
    if shape_and_slice.known is None or np.ndim(shape_and_slice.known):
        return None
    return _part_dims(_bytes(np.asarray(shape_and_slice.known, object).item()))


def _save_v1(filename, names, specs, data):
    if np.ndim(filename) != 0:
        raise invalid(
            "Input 0 (filename) must be a string scalar; got a tensor of "
            f"{np.size(filename)} elements"
        )
    if len(names) != len(data):
        raise invalid(f"Expected {len(data)} tensor names, got {len(names)}")
    tensors = []
    for name, spec, tensor in zip(names, specs, data):
        dims, extents = np.shape(tensor), ((0, -1),) * np.ndim(tensor)
        if spec:
            dims, extents, part = tensor_slice.parse_shape_and_slice(spec.decode())
            _check_part(name, spec, part, tensor)
        tensors.append((name, dims, extents, tensor))
    slices_v1.write(_text(filename), tensors)


@Save.host
def save_host(ctx, filename, tensor_names, data, *, T):
    _save_v1(filename, _strings(tensor_names), [b""] * len(data), data)


@SaveSlices.host
def save_slices_host(ctx, filename, tensor_names, shapes_and_slices, data, *, T):
    specs = _strings(shapes_and_slices)
    if len(specs) != len(data):
        raise invalid(f"Expected {len(data)} shapes and slices for the data but got {len(specs)}")
    _save_v1(filename, _strings(tensor_names), specs, data)


def _restore_v1(file_pattern, tensor_name, spec, dt):
    for what, value in ((0, file_pattern), (1, tensor_name)):
        if np.size(value) != 1:
            names = ("file_pattern", "tensor_name")
            raise invalid(
                f"Input {what} ({names[what]}) must be a string scalar; got a tensor of "
                f"{np.size(value)} elements"
            )
    name = _strings(tensor_name)[0]
    reader = CheckpointReader(_strings(file_pattern)[0])
    try:
        reader.require([name])
    except errors.NotFoundError as error:
        raise errors.NotFoundError(
            None,
            None,
            f'Tensor name "{name.decode()}" not found in checkpoint files '
            f"{_strings(file_pattern)[0].decode()}. {error.message}",
        ) from None
    return _restored(reader, name, spec, dt)


@Restore.host
def restore_host(ctx, file_pattern, tensor_name, *, dt):
    return _restore_v1(file_pattern, tensor_name, b"", dt)


@RestoreSlice.host
def restore_slice_host(ctx, file_pattern, tensor_name, shape_and_slice, *, dt):
    return _restore_v1(file_pattern, tensor_name, _text(shape_and_slice), dt)


for _op in (
    ShardedFilename,
    ShardedFilespec,
    SaveV2,
    RestoreV2,
    MergeV2Checkpoints,
    Save,
    SaveSlices,
    Restore,
    RestoreSlice,
):
    _op.no_gradient()
