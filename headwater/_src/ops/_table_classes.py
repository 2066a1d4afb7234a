"""`tf.lookup` and `tf.contrib.lookup`: tables as objects of a graph."""

import collections
import uuid
from typing import Any

import numpy as np

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.graph import raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._table_saving import TableSaveable

HasherSpec = collections.namedtuple("HasherSpec", ["hasher", "key"])
HasherSpec.__doc__ = (
    "How keys outside of a vocabulary are hashed: the hash function's name and its key."
)

FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """Hashing that withstands chosen keys, by SipHash."""

    __slots__ = ()

    def __new__(cls, key):
        """Makes the specification from a key of two non-negative integers.

        Raises:
          ValueError: `key` is something else.
        """
        if len(key) != 2:
            raise ValueError(f"`key` must have size 2, received {len(key)}")
        if not all(isinstance(k, (int, np.integer)) for k in key):
            raise TypeError(f"Invalid key {key}. Must be unsigned integer values.")
        return super().__new__(cls, "stronghash", key)


class LookupInterface:
    """What all tables have: the types of keys and values, `size` and `lookup`."""

    _name: Any
    lookup: Any

    def __init__(self, key_dtype, value_dtype):
        """Notes the types.

        Args:
          key_dtype: type of the keys.
          value_dtype: type of the values.
        """
        self._key_dtype = dtypes_lib.as_dtype(key_dtype)
        self._value_dtype = dtypes_lib.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self):
        """The type of the values."""
        return self._value_dtype

    @property
    def name(self):
        """The name of the table."""
        return self._name

    def __getitem__(self, keys):
        return self.lookup(keys)

    def _dense(self, keys):
        """The keys as a tensor, with what makes a result of their kind again."""
        if isinstance(keys, SparseTensor):
            return keys.values, lambda values: SparseTensor(keys.indices, values, keys.dense_shape)
        return convert_to_tensor(
            keys, dtype=None if isinstance(keys, Tensor) else self._key_dtype, name="keys"
        ), lambda values: values


class StaticHashTable(LookupInterface):
    """A table that is filled once and then only read."""

    def __init__(
        self,
        initializer,
        default_value,
        shared_name=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        """Adds a table to the graph; run `tf.tables_initializer()` before it is used.

        Args:
          initializer: what fills it.
          default_value: scalar for keys that are not there.
          shared_name: name under which sessions and graphs share the table.
          name: name of the node.
          experimental_is_anonymous: without effect.
        """
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._initializer = initializer
        self._shared_name = initializer._shared_name or (
            shared_name or f"hash_table_{uuid.uuid4()}"
        )
        self._default_value = convert_to_tensor(default_value, self._value_dtype)
        self._default_value.shape.merge_with([])
        with scope(name, "hash_table", [initializer, default_value]) as node_name:
            self._resource_handle = raw.HashTableV2(
                shared_name=self._shared_name,
                key_dtype=self._key_dtype,
                value_dtype=self._value_dtype,
                name=node_name,
            )
        self._name = self._resource_handle.op.name.split("/")[-1]
        self._init_op = initializer.initialize(self)

    @property
    def initializer(self):
        """The operation that fills the table."""
        return self._init_op

    init = initializer

    @property
    def default_value(self):
        """The value of keys that are not there."""
        return self._default_value

    @property
    def resource_handle(self):
        """The `Tensor` that stands for the table."""
        return self._resource_handle

    table_ref = resource_handle

    def size(self, name=None):
        """An int64 tensor: how many keys there are."""
        with scope(name, f"{self._name}_Size", [self._resource_handle]):
            return raw.LookupTableSizeV2(self._resource_handle)

    def lookup(self, keys, name=None):
        """The values of keys.

        Args:
          keys: `Tensor` or `SparseTensor` of the table's key type.
          name: name of the scope of the new node.

        Returns:
          What `keys` is, of the table's value type.

        Raises:
          TypeError: the keys are of another type.
        """
        key_tensor, wrap = self._dense(keys)
        if key_tensor.dtype.base_dtype != self._key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self._key_dtype}, received: {keys.dtype}"
            )
        with scope(name, f"{self._name}_Lookup", [self._resource_handle, key_tensor]):
            values = raw.LookupTableFindV2(self._resource_handle, key_tensor, self._default_value)
        values.set_shape(key_tensor.shape)
        return wrap(values)

    def export(self, name=None):
        """Two tensors: all keys and all values."""
        with scope(name, f"{self._name}_Export", [self._resource_handle]):
            keys, values = raw.LookupTableExportV2(
                self._resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype
            )
        keys.set_shape([None])
        values.set_shape([None])
        return keys, values


class HashTable(StaticHashTable):
    """`tf.contrib.lookup.HashTable`: a `StaticHashTable`, with the old properties."""

    @property
    def init(self):
        """The operation that fills the table."""
        return self.initializer


class MutableHashTable(LookupInterface):
    """A table that steps may change."""

    _key_rank = 0

    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        shared_name=None,
        name="MutableHashTable",
        checkpoint=True,
        experimental_is_anonymous=False,
    ):
        """Adds an empty table to the graph.

        Args:
          key_dtype: type of the keys.
          value_dtype: type of the values.
          default_value: value (scalar or vector) of keys that are not there.
          shared_name: name under which several nodes share the table.
          name: name of the node.
          checkpoint: whether the table is saved with the variables.
          experimental_is_anonymous: without effect.
        """
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, self._value_dtype)
        shape = self._default_value.dims
        sharing = checkpoint and shared_name is None
        keywords = {
            "key_dtype": self._key_dtype,
            "value_dtype": self._value_dtype,
            "shared_name": shared_name or "",
            "use_node_name_sharing": sharing,
            "name": name,
        }
        if shape == ():
            self._resource_handle = raw.MutableHashTableV2(**keywords)
        else:
            self._resource_handle = raw.MutableHashTableOfTensorsV2(value_shape=shape, **keywords)
        self._finish(checkpoint)

    def _finish(self, checkpoint):
        self._value_shape = self._default_value.shape
        self._name = self._resource_handle.op.name.split("/")[-1]
        self.saveable = None
        if checkpoint:
            keys, values = self.export(f"{self._name}_lookup_table_export_values")
            self.saveable = TableSaveable(self._resource_handle, keys, values, self._name)
            get_default_graph().add_to_collection(GraphKeys.SAVEABLE_OBJECTS, self.saveable)

    @property
    def resource_handle(self):
        """The `Tensor` that stands for the table."""
        return self._resource_handle

    def _colocated(self):
        return get_default_graph().colocate_with(self._resource_handle)

    def size(self, name=None):
        """An int64 tensor: how many keys there are."""
        with scope(name, f"{self._name}_Size", [self._resource_handle]), self._colocated():
            return raw.LookupTableSizeV2(self._resource_handle)

    def lookup(self, keys, dynamic_default_values=None, name=None):
        """The values of keys.

        Args:
          keys: `Tensor` (or `SparseTensor`) of the table's key type.
          dynamic_default_values: values for keys that are not there, one for each key.
          name: name of the scope of the new node.

        Returns:
          A tensor of the table's value type.

        Raises:
          ValueError: the keys are of another type.
        """
        with scope(name, f"{self._name}_lookup_table_find", [self._resource_handle, keys]):
            keys, wrap = self._dense(keys)
            keys = convert_to_tensor(keys, self._key_dtype, name="keys")
            default = (
                self._default_value if dynamic_default_values is None else dynamic_default_values
            )
            with self._colocated():
                values = raw.LookupTableFindV2(self._resource_handle, keys, default)
            if keys.shape.ndims is not None:
                outer = keys.shape[: keys.shape.ndims - self._key_rank]
                values.set_shape(outer.concatenate(self._value_shape))
        return wrap(values)

    def insert(self, keys, values, name=None):
        """An operation that adds or replaces keys.

        Args:
          keys: `Tensor` of the table's key type.
          values: `Tensor` with a value for each.
          name: name of the scope of the new node.

        Returns:
          The `Operation`.
        """
        with scope(
            name, f"{self._name}_lookup_table_insert", [self._resource_handle, keys, values]
        ):
            keys = convert_to_tensor(keys, self._key_dtype, name="keys")
            values = convert_to_tensor(values, self._value_dtype, name="values")
            with self._colocated():
                return raw.LookupTableInsertV2(self._resource_handle, keys, values)

    def remove(self, keys, name=None):
        """An operation that removes keys.

        Raises:
          TypeError: the keys are of another type.
        """
        keys = convert_to_tensor(keys, name="keys")
        _check_keys(keys, self._key_dtype)
        with scope(name, f"{self._name}_lookup_table_remove", [self._resource_handle, keys]):
            return raw.LookupTableRemoveV2(self._resource_handle, keys)

    erase = remove

    def export(self, name=None):
        """Two tensors: all keys and all values."""
        with scope(name, f"{self._name}_lookup_table_export_values", [self._resource_handle]):
            with self._colocated():
                keys, values = raw.LookupTableExportV2(
                    self._resource_handle, Tkeys=self._key_dtype, Tvalues=self._value_dtype
                )
        keys.set_shape([None])
        return keys, values


def _check_keys(keys, dtype):
    if keys.dtype.base_dtype != dtype:
        raise TypeError(f"Signature mismatch. Keys must be dtype {dtype}, got {keys.dtype}.")


class DenseHashTable(MutableHashTable):
    """A table that steps may change, with two keys that stand for empty and deleted places."""

    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        empty_key,
        deleted_key,
        initial_num_buckets=None,
        shared_name=None,
        name="MutableDenseHashTable",
        checkpoint=True,
        experimental_is_anonymous=False,
    ):
        """Adds an empty table to the graph.

        Args:
          key_dtype: type of the keys.
          value_dtype: type of the values.
          default_value: value (scalar or vector) of keys that are not there.
          empty_key: a key that is never used.
          deleted_key: another one.
          initial_num_buckets: a power of 2.
          shared_name: name under which several nodes share the table.
          name: name of the node.
          checkpoint: whether the table is saved with the variables.
          experimental_is_anonymous: without effect.
        """
        LookupInterface.__init__(self, key_dtype, value_dtype)
        self._default_value = convert_to_tensor(
            default_value, self._value_dtype, name="default_value"
        )
        empty = convert_to_tensor(empty_key, self._key_dtype, name="empty_key")
        deleted = convert_to_tensor(deleted_key, self._key_dtype, name="deleted_key")
        self._key_rank = empty.shape.ndims or 0
        extra = {} if initial_num_buckets is None else {"initial_num_buckets": initial_num_buckets}
        self._resource_handle = raw.MutableDenseHashTableV2(
            empty,
            deleted,
            shared_name=shared_name or "",
            use_node_name_sharing=checkpoint and shared_name is None,
            value_dtype=self._value_dtype,
            value_shape=self._default_value.dims,
            name=name,
            **extra,
        )
        self._finish(checkpoint)


class IdTableWithHashBuckets(LookupInterface):
    """A vocabulary with further numbers for keys outside of it, by hashing."""

    def __init__(self, table, num_oov_buckets, hasher_spec=FastHashSpec, name=None, key_dtype=None):
        """Adds buckets to a table.

        Args:
          table: the table of the vocabulary, to int64; or None for hashing alone.
          num_oov_buckets: how many further numbers there are.
          hasher_spec: how to hash.
          name: name of the table.
          key_dtype: type of the keys (default: the table's, or string).

        Raises:
          ValueError: there is neither a table nor buckets.
          TypeError: types that do not fit.
        """
        if name:
            name = name.rstrip("/")
        if table is not None:
            key_dtype = table.key_dtype if key_dtype is None else dtypes_lib.as_dtype(key_dtype)
            for kind, what in ((table.key_dtype, key_dtype),):
                if kind.is_integer != what.is_integer:
                    raise TypeError(f"Invalid `key_dtype`, expected {kind} but got {what}.")
            if table.value_dtype != dtypes_lib.int64:
                raise TypeError("Invalid `value_dtype`: IdTableWithHashBuckets only supports int64")
            self._name = name or table.name
        else:
            if num_oov_buckets <= 0:
                raise ValueError("`oov_buckets` must be > 0 if no `table` is supplied.")
            key_dtype = dtypes_lib.string if key_dtype is None else dtypes_lib.as_dtype(key_dtype)
            self._name = name or "hash_bucket"
        self._table = table
        if not (key_dtype.is_integer or key_dtype == dtypes_lib.string):
            raise TypeError(f"Invalid `key_dtype`, expected integer or string, got {key_dtype}.")
        self._num_oov_buckets = num_oov_buckets
        if not isinstance(hasher_spec, HasherSpec):
            raise TypeError(f"`hasher_spec` must be of type HasherSpec, got {type(hasher_spec)}.")
        self._hasher_spec = hasher_spec
        super().__init__(key_dtype, dtypes_lib.int64)

    @property
    def initializer(self):
        """The operation that fills the vocabulary's table."""
        return self._table.initializer if self._table is not None else PUBLIC["no_op"]()

    @property
    def init(self):
        """The old name of `initializer`."""
        return self.initializer

    @property
    def resource_handle(self):
        """The vocabulary's handle, or None."""
        return None if self._table is None else self._table.resource_handle

    def size(self, name=None):
        """An int64 tensor: how many numbers there are, buckets included."""
        with scope(name, f"{self._name}_Size"):
            if self._table is None:
                return convert_to_tensor(np.array(self._num_oov_buckets, np.int64))
            return self._table.size() + self._num_oov_buckets

    def _hash(self, keys):
        if self._hasher_spec.hasher == "fasthash":
            return raw.StringToHashBucketFast(
                keys, num_buckets=self._num_oov_buckets, name="hash_bucket"
            )
        if self._hasher_spec.hasher == "legacy":
            return raw.StringToHashBucket(
                keys, num_buckets=self._num_oov_buckets, name="hash_bucket"
            )
        if self._hasher_spec.hasher == "stronghash":
            return raw.StringToHashBucketStrong(
                keys,
                num_buckets=self._num_oov_buckets,
                key=list(self._hasher_spec.key),
                name="hash_bucket",
            )
        raise ValueError(f"Found unknown hasher {self._hasher_spec.hasher} in `hasher_spec`")

    def lookup(self, keys, name=None):
        """The numbers of keys.

        Args:
          keys: `Tensor` or `SparseTensor` of the table's key type.
          name: name of the scope of the new nodes.

        Returns:
          What `keys` is, of type int64.

        Raises:
          TypeError: the keys are of another type.
        """
        if (keys.dtype if hasattr(keys, "dtype") else self._key_dtype) != self._key_dtype:
            raise TypeError(
                f"Dtype of argument `keys` must be {self._key_dtype}, received: {keys.dtype}"
            )
        values, wrap = self._dense(keys)
        if self._table is not None and self._table.key_dtype == dtypes_lib.int64:
            if values.dtype != dtypes_lib.int64:
                values = PUBLIC["cast"](values, dtypes_lib.int64)
        if not self._num_oov_buckets:
            ids = self._table.lookup(values, name=name)
        else:
            with scope(name, f"{self._name}_Lookup"):
                text = values if values.dtype == dtypes_lib.string else raw.AsString(values)
                buckets = self._hash(text)
                if self._table is None:
                    ids = buckets
                else:
                    ids = self._table.lookup(values)
                    buckets = raw.AddV2(buckets, self._table.size(), name="Add")
                    known = raw.NotEqual(ids, self._table.default_value)
                    ids = raw.SelectV2(known, ids, buckets)
        return wrap(ids)


class StaticVocabularyTable(IdTableWithHashBuckets):
    """A vocabulary with further numbers for keys outside of it; see `IdTableWithHashBuckets`."""

    def __init__(
        self,
        initializer,
        num_oov_buckets,
        lookup_key_dtype=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        """Adds a table to the graph.

        Args:
          initializer: what fills the vocabulary with numbers from 0 on, or None.
          num_oov_buckets: how many further numbers there are, at least 1.
          lookup_key_dtype: type of the keys (default: the initializer's).
          name: name of the table.
          experimental_is_anonymous: without effect.

        Raises:
          ValueError: `num_oov_buckets` is not positive.
          TypeError: types that do not fit.
        """
        if num_oov_buckets <= 0:
            raise ValueError(
                f"`num_oov_buckets` must be > 0; use StaticHashTable. Received: {num_oov_buckets}"
            )
        table = None
        if initializer is not None:
            if initializer.value_dtype != dtypes_lib.int64:
                raise TypeError(
                    f"Invalid `value_dtype`, expected int64 but got {initializer.value_dtype}."
                )
            table = HashTable(initializer, default_value=-1, name=name)
        super().__init__(table, num_oov_buckets, key_dtype=lookup_key_dtype, name=name)
