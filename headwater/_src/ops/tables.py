"""The ops of lookup tables."""

import numpy as np

from headwater._src.graph import define_op
from headwater._src.ops import _tables
from headwater._src.ops._shapes import ShapeError, merge_dim, scalar, text, with_rank
from headwater._src.ops._strings import as_bytes, invalid, shape_text

_NAMES = [
    "container: string = ''",
    "shared_name: string = ''",
    "use_node_name_sharing: bool = false",
    "key_dtype: type",
    "value_dtype: type",
]


def _shared(ctx, make):
    node = ctx.node
    name = node.attrs["shared_name"] or node.name
    return ctx.resources.object(("table", node.attrs["container"], name), make)


def _checked(table, key_dtype, value_dtype, name):
    if (table.key_dtype, table.value_dtype) != (key_dtype, value_dtype):
        raise invalid(
            f"Conflicting key/value dtypes {key_dtype.name}->{value_dtype.name} with "
            f"{table.key_dtype.name}-{table.value_dtype.name} for table {name}"
        )
    return table


HashTableV2 = define_op(
    "HashTableV2", outputs="table_handle: resource", attrs=_NAMES, stateful=True, shape=scalar
)


@HashTableV2.host
def hash_table_kernel(ctx, *, key_dtype, value_dtype):
    return _checked(
        _shared(ctx, lambda: _tables.Table(key_dtype, value_dtype, fixed=True)),
        key_dtype,
        value_dtype,
        ctx.node.name,
    )


MutableHashTableV2 = define_op(
    "MutableHashTableV2",
    outputs="table_handle: resource",
    attrs=_NAMES,
    stateful=True,
    shape=scalar,
)


@MutableHashTableV2.host
def mutable_hash_table_kernel(ctx, *, key_dtype, value_dtype):
    return _checked(
        _shared(ctx, lambda: _tables.Table(key_dtype, value_dtype)),
        key_dtype,
        value_dtype,
        ctx.node.name,
    )


MutableHashTableOfTensorsV2 = define_op(
    "MutableHashTableOfTensorsV2",
    outputs="table_handle: resource",
    attrs=[*_NAMES, "value_shape: shape = []"],
    stateful=True,
    shape=scalar,
)


@MutableHashTableOfTensorsV2.host
def mutable_hash_table_of_tensors_kernel(ctx, *, key_dtype, value_dtype, value_shape):
    if value_shape is None or len(value_shape) != 1:
        raise invalid(f"Default value must be a vector, got shape {text(value_shape)}")
    return _checked(
        _shared(ctx, lambda: _tables.Table(key_dtype, value_dtype, value_shape)),
        key_dtype,
        value_dtype,
        ctx.node.name,
    )


MutableDenseHashTableV2 = define_op(
    "MutableDenseHashTableV2",
    inputs="empty_key: key_dtype, deleted_key: key_dtype",
    outputs="table_handle: resource",
    attrs=[
        *_NAMES,
        "value_shape: shape = []",
        "initial_num_buckets: int = 131072",
        "max_load_factor: float = 0.800000011920929",
    ],
    stateful=True,
    shape=scalar,
)


@MutableDenseHashTableV2.host
def mutable_dense_hash_table_kernel(
    ctx,
    empty_key,
    deleted_key,
    *,
    key_dtype,
    value_dtype,
    value_shape,
    initial_num_buckets,
    max_load_factor,
):
    if initial_num_buckets <= 0 or initial_num_buckets & (initial_num_buckets - 1):
        raise invalid(
            f"Number of buckets must be at least 4 and a power of 2, got: {initial_num_buckets}"
        )
    if np.shape(empty_key) != np.shape(deleted_key):
        raise invalid("Empty and deleted keys must have same shape")
    if np.array_equal(empty_key, deleted_key):
        raise invalid("Empty and deleted keys cannot be equal")
    ends = empty_key, deleted_key, initial_num_buckets, max_load_factor
    return _checked(
        _shared(ctx, lambda: _tables.DenseTable(key_dtype, value_dtype, value_shape, *ends)),
        key_dtype,
        value_dtype,
        ctx.node.name,
    )


# --- using a table ----------------------------------------------------------------------------


def _table(handle, key_dtype=None, value_dtype=None):
    if not isinstance(handle, _tables.Table):
        raise invalid("the handle is not that of a table")
    if key_dtype is not None and key_dtype != handle.key_dtype:
        raise invalid(f"Key must be type {handle.key_dtype.name} but got {key_dtype.name}")
    if value_dtype is not None and value_dtype != handle.value_dtype:
        raise invalid(f"Expected value type {handle.value_dtype.name} got {value_dtype.name}")
    return handle


LookupTableFindV2 = define_op(
    "LookupTableFindV2",
    inputs="table_handle: resource, keys: Tin, default_value: Tout",
    outputs="values: Tout",
    attrs=["Tin: type", "Tout: type"],
    stateful=True,
)


@LookupTableFindV2.shape
def lookup_table_find_shape(table_handle, keys, default_value):
    with_rank(table_handle.dims, 0)
    default = default_value.dims
    if default is not None and len(default) > 1:
        return None
    if keys.dims is None or default is None or len(keys.dims) > 1:  # keys may be vectors
        return None
    return (*keys.dims, *default)


@LookupTableFindV2.host
def lookup_table_find_kernel(ctx, table_handle, keys, default_value, *, Tin, Tout):
    table = _table(table_handle, Tin, Tout)
    rank = len(table.value_shape)
    if np.shape(default_value) != table.value_shape and np.ndim(default_value) <= rank:
        raise invalid(
            f"Expected shape [{','.join(map(str, table.value_shape))}] for default value, "
            f"got {shape_text(default_value)}"
        )
    return table.find(keys, default_value)


LookupTableInsertV2 = define_op(
    "LookupTableInsertV2",
    inputs="table_handle: resource, keys: Tin, values: Tout",
    attrs=["Tin: type", "Tout: type"],
    stateful=True,
)
LookupTableImportV2 = define_op(
    "LookupTableImportV2",
    inputs="table_handle: resource, keys: Tin, values: Tout",
    attrs=["Tin: type", "Tout: type"],
    stateful=True,
)
LookupTableRemoveV2 = define_op(
    "LookupTableRemoveV2",
    inputs="table_handle: resource, keys: Tin",
    attrs=["Tin: type"],
    stateful=True,
)


def _check_values(table, keys, values):
    wanted = (*table.outer(keys), *table.value_shape)
    if np.shape(values) != wanted:
        raise invalid(
            f"Expected shape [{','.join(map(str, wanted))}] for value, got {shape_text(values)}"
        )


@LookupTableImportV2.shape
def lookup_table_import_shape(table_handle, keys, values):
    if keys.dims and values.dims:
        merge_dim(keys.dims[0], values.dims[0])


@LookupTableInsertV2.host
def lookup_table_insert_kernel(ctx, table_handle, keys, values, *, Tin, Tout):
    table = _table(table_handle, Tin, Tout)
    _check_values(table, keys, values)
    table.insert(keys, values)
    return ()


@LookupTableImportV2.host
def lookup_table_import_kernel(ctx, table_handle, keys, values, *, Tin, Tout):
    table = _table(table_handle, Tin, Tout)
    _check_values(table, keys, values)
    table.replace(keys, values)
    return ()


@LookupTableRemoveV2.host
def lookup_table_remove_kernel(ctx, table_handle, keys, *, Tin):
    _table(table_handle, Tin).remove(keys)
    return ()


LookupTableSizeV2 = define_op(
    "LookupTableSizeV2",
    inputs="table_handle: resource",
    outputs="size: int64",
    stateful=True,
    shape=scalar,
)
LookupTableExportV2 = define_op(
    "LookupTableExportV2",
    inputs="table_handle: resource",
    outputs="keys: Tkeys, values: Tvalues",
    attrs=["Tkeys: type", "Tvalues: type"],
    stateful=True,
)


@LookupTableSizeV2.host
def lookup_table_size_kernel(ctx, table_handle):
    return np.int64(_table(table_handle).size())


@LookupTableExportV2.shape
def lookup_table_export_shape(table_handle):
    return [None, None]


@LookupTableExportV2.host
def lookup_table_export_kernel(ctx, table_handle):
    return _table(table_handle).export()


# --- filling a table --------------------------------------------------------------------------

InitializeTableV2 = define_op(
    "InitializeTableV2",
    inputs="table_handle: resource, keys: Tkey, values: Tval",
    attrs=["Tkey: type", "Tval: type"],
    stateful=True,
)


@InitializeTableV2.shape
def initialize_table_shape(table_handle, keys, values):
    if keys.dims is not None and values.dims is not None and len(keys.dims) != len(values.dims):
        raise ShapeError(
            f"Shapes must be equal rank, but are {len(keys.dims)} and {len(values.dims)}"
        )


@InitializeTableV2.host
def initialize_table_kernel(ctx, table_handle, keys, values, *, Tkey, Tval):
    table = _table(table_handle, Tkey, Tval)
    if np.size(keys) != np.size(values):
        raise invalid("keys and values must have the same number of elements")
    table.initialize(keys, values)
    return ()


InitializeTableFromTextFileV2 = define_op(
    "InitializeTableFromTextFileV2",
    inputs="table_handle: resource, filename: string",
    attrs=[
        "key_index: int >= -2",
        "value_index: int >= -2",
        "vocab_size: int >= -1 = -1",
        "delimiter: string = '\t'",
        "offset: int = 0",
    ],
    stateful=True,
)


@InitializeTableFromTextFileV2.shape
def initialize_table_from_text_file_shape(table_handle, filename):
    with_rank(filename.dims, 0)


@InitializeTableFromTextFileV2.host
def initialize_table_from_text_file_kernel(
    ctx, table_handle, filename, *, key_index, value_index, vocab_size, delimiter, offset
):
    table = _table(table_handle)
    if np.ndim(filename):
        raise invalid(f"filename should be a single string, but got {shape_text(filename)}")
    path = np.asarray(filename).item()
    if not path:
        raise invalid("filename cannot be empty.")
    keys, values = _tables.read_text(
        path,
        table.key_dtype,
        key_index,
        table.value_dtype,
        value_index,
        vocab_size,
        as_bytes(delimiter),
        offset,
    )
    table.initialize(keys, values)
    return ()


for _op in (
    HashTableV2,
    MutableHashTableV2,
    MutableHashTableOfTensorsV2,
    MutableDenseHashTableV2,
    LookupTableFindV2,
    LookupTableInsertV2,
    LookupTableImportV2,
    LookupTableRemoveV2,
    LookupTableSizeV2,
    LookupTableExportV2,
    InitializeTableV2,
    InitializeTableFromTextFileV2,
):
    _op.no_gradient()
