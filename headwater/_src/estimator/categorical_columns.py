"""Columns of ids: hashed, looked up in a vocabulary, given, crossed or weighted."""

import collections

import numpy as np

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.estimator.columns import (
    CategoricalColumn,
    FeatureColumn,
    IdsAndWeights,
    to_sparse,
)
from headwater._src.estimator.numeric_columns import BucketizedColumn
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.io import local
from headwater._src.ops.crossing import cross_hashed
from headwater._src.ops.parsing_functions import VarLenFeature
from headwater._src.ops.vocabulary_tables import index_table_from_file, index_table_from_tensor


class _KeyedColumn(CategoricalColumn):
    """A categorical column made of one feature."""

    __slots__ = ()

    @property
    def name(self):
        """The key."""
        return self.key

    @property
    def parse_example_spec(self):
        """A feature of any length."""
        return {self.key: VarLenFeature(getattr(self, "dtype", dtypes_lib.int64))}

    def transform(self, cache):
        """The ids."""
        given = to_sparse(cache.get(self.key))
        return SparseTensor(given.indices, self.ids(given.values), given.dense_shape)


def _check_type(column, values):
    if not (values.dtype == dtypes_lib.string or values.dtype.is_integer):
        raise ValueError(
            f"{type(column).__name__} dtype must be string or integer. dtype: {values.dtype}, "
            f"column_name: {column.name}"
        )
    if (values.dtype == dtypes_lib.string) != (column.dtype == dtypes_lib.string):
        raise ValueError(
            f"Column dtype and SparseTensors dtype must be compatible. key: {column.key}, column "
            f"dtype: {column.dtype}, tensor dtype: {values.dtype}"
        )


class HashedCategoricalColumn(
    collections.namedtuple("HashedCategoricalColumn", ["key", "hash_bucket_size", "dtype"]),
    _KeyedColumn,
):
    """See `categorical_column_with_hash_bucket`."""

    __slots__ = ()

    def ids(self, values):
        """Hashes of strings, or of numbers as text."""
        _check_type(self, values)
        if values.dtype != dtypes_lib.string:
            values = PUBLIC["as_string"](values)
        return PUBLIC["string_to_hash_bucket_fast"](values, self.hash_bucket_size, name="lookup")

    @property
    def num_buckets(self):
        """How many buckets there are."""
        return self.hash_bucket_size


class VocabularyListCategoricalColumn(
    collections.namedtuple(
        "VocabularyListCategoricalColumn",
        ["key", "vocabulary_list", "dtype", "default_value", "num_oov_buckets"],
    ),
    _KeyedColumn,
):
    """See `categorical_column_with_vocabulary_list`."""

    __slots__ = ()

    def ids(self, values):
        """Positions in the list."""
        _check_type(self, values)
        key_type = dtypes_lib.string if self.dtype == dtypes_lib.string else dtypes_lib.int64
        if key_type == dtypes_lib.int64:
            values = PUBLIC["cast"](values, dtypes_lib.int64)
        table = index_table_from_tensor(
            vocabulary_list=self.vocabulary_list,
            default_value=self.default_value,
            num_oov_buckets=self.num_oov_buckets,
            dtype=key_type,
            name=f"{self.key}_lookup",
        )
        return table.lookup(values)

    @property
    def num_buckets(self):
        """The list's length and the buckets for others."""
        return len(self.vocabulary_list) + self.num_oov_buckets


class VocabularyFileCategoricalColumn(
    collections.namedtuple(
        "VocabularyFileCategoricalColumn",
        [
            "key",
            "vocabulary_file",
            "vocabulary_size",
            "num_oov_buckets",
            "dtype",
            "default_value",
        ],
    ),
    _KeyedColumn,
):
    """See `categorical_column_with_vocabulary_file`."""

    __slots__ = ()

    def ids(self, values):
        """Numbers of lines."""
        _check_type(self, values)
        key_type = dtypes_lib.string if self.dtype == dtypes_lib.string else dtypes_lib.int64
        if key_type == dtypes_lib.int64:
            values = PUBLIC["cast"](values, dtypes_lib.int64)
        table = index_table_from_file(
            vocabulary_file=self.vocabulary_file,
            num_oov_buckets=self.num_oov_buckets,
            vocab_size=self.vocabulary_size,
            default_value=self.default_value,
            key_dtype=key_type,
            name=f"{self.key}_lookup",
        )
        return table.lookup(values)

    @property
    def num_buckets(self):
        """The lines and the buckets for others."""
        return self.vocabulary_size + self.num_oov_buckets


class IdentityCategoricalColumn(
    collections.namedtuple("IdentityCategoricalColumn", ["key", "number_buckets", "default_value"]),
    _KeyedColumn,
):
    """See `categorical_column_with_identity`."""

    __slots__ = ()

    def ids(self, values):
        """The values, checked or replaced where they are out of range."""
        if not values.dtype.is_integer:
            raise ValueError(f"Invalid input, not integer. key: {self.key} dtype: {values.dtype}")
        values = PUBLIC["cast"](values, dtypes_lib.int64)
        if self.default_value is None:
            checks = [
                PUBLIC["assert_less"](
                    values,
                    np.int64(self.number_buckets),
                    data=(values, self.number_buckets),
                    name="assert_less_than_num_buckets",
                ),
                PUBLIC["assert_greater_equal"](
                    values, np.int64(0), data=(values,), name="assert_greater_or_equal_0"
                ),
            ]
            return PUBLIC["with_dependencies"](checks, values)
        outside = raw.LogicalOr(values < 0, values >= self.number_buckets)
        replaced = PUBLIC["zeros_like"](values) + np.int64(self.default_value)
        return raw.Select(outside, replaced, values)

    @property
    def num_buckets(self):
        """One more than the largest id."""
        return self.number_buckets


class WeightedCategoricalColumn(
    collections.namedtuple(
        "WeightedCategoricalColumn", ["categorical_column", "weight_feature_key", "dtype"]
    ),
    CategoricalColumn,
):
    """See `weighted_categorical_column`."""

    __slots__ = ()

    @property
    def name(self):
        """`<column>_weighted_by_<key>`."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self):
        """The column's and the weights'."""
        spec = dict(self.categorical_column.parse_example_spec)
        if self.weight_feature_key in spec:
            raise ValueError(
                f"Parse config {spec[self.weight_feature_key]} already exists for "
                f"{self.weight_feature_key}."
            )
        spec[self.weight_feature_key] = VarLenFeature(self.dtype)
        return spec

    @property
    def num_buckets(self):
        """The column's."""
        return self.categorical_column.num_buckets

    def transform(self, cache):
        """The weights, in float32."""
        weights = cache.get(self.weight_feature_key)
        if weights is None:
            raise ValueError(f"Missing weights {self.weight_feature_key}.")
        if self.dtype != weights.dtype.base_dtype:
            raise ValueError(f"Bad dtype, expected {self.dtype}, but got {weights.dtype}.")
        sparse = to_sparse(weights, 0.0)
        values = PUBLIC["cast"](sparse.values, dtypes_lib.float32)
        return SparseTensor(sparse.indices, values, sparse.dense_shape)

    def sparse_tensors(self, cache):
        """The column's ids with the weights."""
        ids = self.categorical_column.sparse_tensors(cache).id_tensor
        return IdsAndWeights(ids, cache.get(self))


class CrossedColumn(
    collections.namedtuple("CrossedColumn", ["keys", "hash_bucket_size", "hash_key"]),
    CategoricalColumn,
):
    """See `crossed_column`."""

    __slots__ = ()

    def _leaves(self):
        for key in self.keys:
            if isinstance(key, CrossedColumn):
                yield from key._leaves()
            else:
                yield key

    @property
    def name(self):
        """The crossed names, sorted, with `_X_` in between."""
        names = (k if isinstance(k, str) else k.name for k in self._leaves())
        return "_X_".join(sorted(names))

    @property
    def parse_example_spec(self):
        """Those of all that is crossed."""
        spec = {}
        for key in self.keys:
            if isinstance(key, FeatureColumn):
                spec.update(key.parse_example_spec)
            else:
                spec[key] = VarLenFeature(dtypes_lib.string)
        return spec

    def transform(self, cache):
        """Hashes of the combinations."""
        parts = []
        for key in self._leaves():
            if isinstance(key, str):
                parts.append(cache.get(key))
                continue
            pair = key.sparse_tensors(cache)
            if pair.weight_tensor is not None:
                raise ValueError(
                    f"crossed_column does not support weight_tensor, but the given column "
                    f"populates weight_tensor. Given column: {key.name}"
                )
            parts.append(pair.id_tensor)
        return cross_hashed(parts, self.hash_bucket_size, self.hash_key)

    @property
    def num_buckets(self):
        """How many buckets there are."""
        return self.hash_bucket_size


# --- public functions ---------------------------------------------------------------------------


def _string_or_integer(dtype, key):
    dtype = dtypes_lib.as_dtype(dtype)
    if not (dtype == dtypes_lib.string or dtype.is_integer):
        raise ValueError(f"dtype must be string or integer. dtype: {dtype}, column_name: {key}")
    return dtype


def categorical_column_with_hash_bucket(key, hash_bucket_size, dtype=dtypes_lib.string):
    """A column of the hashes of strings or integers.

    Args:
      key: the feature's key.
      hash_bucket_size: how many different ids there are.
      dtype: string or an integer type.

    Returns:
      A categorical column.

    Raises:
      ValueError: `hash_bucket_size` is not positive, or `dtype` is another type.
    """
    if hash_bucket_size is None:
        raise ValueError(f"hash_bucket_size must be set. key: {key}")
    if hash_bucket_size < 1:
        raise ValueError(
            f"hash_bucket_size must be at least 1. hash_bucket_size: {hash_bucket_size}, key: {key}"
        )
    return HashedCategoricalColumn(key, hash_bucket_size, _string_or_integer(dtype, key))


def _check_out_of_vocabulary(num_oov_buckets, default_value, key):
    if num_oov_buckets:
        if default_value != -1:
            raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")


def categorical_column_with_vocabulary_file(
    key,
    vocabulary_file,
    vocabulary_size=None,
    num_oov_buckets=0,
    default_value=None,
    dtype=dtypes_lib.string,
):
    """A column of the line numbers of words in a file.

    Args:
      key: the feature's key.
      vocabulary_file: path of the file, a word a line.
      vocabulary_size: how many lines to use (default: all).
      num_oov_buckets: how many further ids words have that are not in the file.
      default_value: id of words that are not in the file, without buckets (default -1: none).
      dtype: string or an integer type.

    Returns:
      A categorical column.

    Raises:
      ValueError: there is no file, `vocabulary_size` is not positive, or both ways of treating
        other words are given.
    """
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        lines = local.read_bytes(local.path_of(vocabulary_file)).splitlines()
        vocabulary_size = len(lines)
    if vocabulary_size < 1:
        raise ValueError(f"Invalid vocabulary_size in {key}.")
    default_value = -1 if default_value is None else default_value
    _check_out_of_vocabulary(num_oov_buckets, default_value, key)
    return VocabularyFileCategoricalColumn(
        key,
        vocabulary_file,
        vocabulary_size,
        num_oov_buckets,
        _string_or_integer(dtype, key),
        default_value,
    )


def categorical_column_with_vocabulary_list(
    key, vocabulary_list, dtype=None, default_value=-1, num_oov_buckets=0
):
    """A column of the positions of words in a list.

    Args:
      key: the feature's key.
      vocabulary_list: the words, or integers, in order.
      dtype: type of the feature (default: that of the list).
      default_value: id of words that are not in the list, without buckets (-1: none).
      num_oov_buckets: how many further ids such words have.

    Returns:
      A categorical column.

    Raises:
      ValueError: the list is empty, has a word twice or is of another type, or both ways of
        treating other words are given.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list} must be non-empty, column_name: {key}")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list}, column_name: {key}")
    kind = np.array(vocabulary_list).dtype
    found = dtypes_lib.string if kind.kind in "USO" else dtypes_lib.as_dtype(kind)
    _check_out_of_vocabulary(num_oov_buckets, default_value, key)
    found = _string_or_integer(found, key)
    dtype = found if dtype is None else _string_or_integer(dtype, key)
    if dtype.is_integer != found.is_integer:
        raise ValueError(
            f"dtype {dtype} and vocabulary dtype {found} do not match, column_name: {key}"
        )
    return VocabularyListCategoricalColumn(
        key, tuple(vocabulary_list), dtype, default_value, num_oov_buckets
    )


def categorical_column_with_identity(key, num_buckets, default_value=None):
    """A column of integers that are ids already.

    Args:
      key: the feature's key.
      num_buckets: ids are in `[0, num_buckets)`.
      default_value: id in place of those out of range; without it they are errors.

    Returns:
      A categorical column.

    Raises:
      ValueError: `num_buckets` is not positive, or `default_value` out of range.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(
            f"default_value {default_value} not in range [0, {num_buckets}), column_name {key}"
        )
    return IdentityCategoricalColumn(key, num_buckets, default_value)


def weighted_categorical_column(categorical_column, weight_feature_key, dtype=dtypes_lib.float32):
    """A categorical column with a weight for each id.

    Args:
      categorical_column: the column.
      weight_feature_key: key of the weights, of the structure of the column's feature.
      dtype: their type.

    Returns:
      A categorical column.

    Raises:
      ValueError: `dtype` is no number.
    """
    dtype = dtypes_lib.as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype {dtype} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, dtype)


def crossed_column(keys, hash_bucket_size, hash_key=None):
    """A column of the hashes of all combinations of several features.

    Args:
      keys: list of at least two keys of string features, or categorical columns that are not
        hashed themselves.
      hash_bucket_size: how many different ids there are.
      hash_key: where hashing starts.

    Returns:
      A categorical column.

    Raises:
      ValueError: there are too few keys, one is of another kind, or `hash_bucket_size` is not
        positive.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be > 1. hash_bucket_size: {hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, (str, CategoricalColumn, BucketizedColumn)):
            raise ValueError(
                "Unsupported key type. All keys must be either string, or categorical column "
                f"except HashedCategoricalColumn. Given: {key}"
            )
        if isinstance(key, HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing. Hashing before "
                "crossing will increase probability of collision. Instead, use the feature name as "
                f"a string. Given: {key}"
            )
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)
