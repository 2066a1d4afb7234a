"""Columns of sequences: each example is a list of steps, and each step has a value."""

import collections

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.estimator import categorical_columns as categorical
from headwater._src.estimator.column_layers import dense_tensor
from headwater._src.estimator.columns import (
    CategoricalColumn,
    DenseColumn,
    FeatureCache,
    IdsAndWeights,
    checked,
)
from headwater._src.estimator.numeric_columns import numeric_column
from headwater._src.graph import raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.ops.parsing_functions import VarLenFeature


class SequenceCategoricalColumn(
    collections.namedtuple("SequenceCategoricalColumn", ["categorical_column"]), CategoricalColumn
):
    """A categorical column whose ids are one for each step."""

    __slots__ = ()

    @property
    def name(self):
        """The column's."""
        return self.categorical_column.name

    @property
    def parse_example_spec(self):
        """The column's."""
        return self.categorical_column.parse_example_spec

    @property
    def num_buckets(self):
        """The column's."""
        return self.categorical_column.num_buckets

    def transform(self, cache):
        """The column's ids."""
        return self.categorical_column.transform(cache)

    def sparse_tensors(self, cache):
        """The ids with a last dimension of their own: `[batch, steps, 1]`."""
        ids, weights = self.categorical_column.sparse_tensors(cache)
        return IdsAndWeights(_per_step(ids), None if weights is None else _per_step(weights))

    def lengths(self, cache):
        """How many steps each example has."""
        return _lengths(self.categorical_column.sparse_tensors(cache).id_tensor, 1)


def _per_step(sparse):
    shape = PUBLIC["concat"]([sparse.dense_shape[:2], [-1]], 0)
    return PUBLIC["sparse_reshape"](sparse, shape)


def _lengths(sparse, width):
    """How many steps each row has; a step has `width` values. int64."""
    rows, last = sparse.indices[:, 0], sparse.indices[:, 1] + 1
    longest = raw.UnsortedSegmentMax(last, rows, sparse.dense_shape[0])
    return PUBLIC["maximum"](longest + (width - 1), 0) // width


class SequenceNumericColumn(
    collections.namedtuple(
        "SequenceNumericColumn", ["key", "shape", "default_value", "dtype", "normalizer_fn"]
    ),
    DenseColumn,
):
    """See `sequence_numeric_column`."""

    __slots__ = ()

    @property
    def name(self):
        """The key."""
        return self.key

    @property
    def parse_example_spec(self):
        """A feature of any length."""
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def variable_shape(self):
        """The shape of a step."""
        return self.shape

    def transform(self, cache):
        """The normalized feature."""
        sparse = cache.get(self.key)
        return sparse if self.normalizer_fn is None else self.normalizer_fn(sparse)

    def dense_tensor(self, cache):
        """The steps, `[batch, steps, *shape]`; what is missing has the default value."""
        sparse = cache.get(self)
        dense = PUBLIC["sparse_tensor_to_dense"](sparse, default_value=self.default_value)
        batch = PUBLIC["cast"](sparse.dense_shape[0], dtypes_lib.int32)
        return PUBLIC["reshape"](dense, PUBLIC["stack"]([batch, -1, *self.shape]))

    def lengths(self, cache):
        """How many steps each example has."""
        return _lengths(cache.get(self), self.num_elements)


def sequence_numeric_column(
    key, shape=(1,), default_value=0.0, dtype=dtypes_lib.float32, normalizer_fn=None
):
    """A column of a number, or several, for each step.

    Args:
      key: the feature's key; the feature is a `SparseTensor` of shape `[batch, any]`.
      shape: shape of a step's value.
      default_value: what stands behind the last step of shorter examples.
      dtype: type in serialized examples.
      normalizer_fn: function applied to the `SparseTensor`.

    Returns:
      A dense column for `tf.contrib.feature_column.sequence_input_layer`.

    Raises:
      ValueError: a dimension is not positive, or `dtype` is no number.
      TypeError: `normalizer_fn` is no function.
    """
    plain = numeric_column(key, shape, None, dtype, normalizer_fn)
    return SequenceNumericColumn(key, plain.shape, default_value, plain.dtype, normalizer_fn)


def sequence_categorical_column_with_identity(key, num_buckets, default_value=None):
    """A column of an id for each step; `categorical_column_with_identity` has the arguments.

    Args:
      key: the feature's key.
      num_buckets: ids are in `[0, num_buckets)`.
      default_value: id in place of those out of range.

    Returns:
      A categorical column for `indicator_column` or `embedding_column`.
    """
    return SequenceCategoricalColumn(
        categorical.categorical_column_with_identity(key, num_buckets, default_value)
    )


def sequence_categorical_column_with_hash_bucket(key, hash_bucket_size, dtype=dtypes_lib.string):
    """A column of a hash for each step.

    Args:
      key: the feature's key.
      hash_bucket_size: how many different ids there are.
      dtype: string or an integer type.

    Returns:
      A categorical column for `indicator_column` or `embedding_column`.
    """
    return SequenceCategoricalColumn(
        categorical.categorical_column_with_hash_bucket(key, hash_bucket_size, dtype)
    )


def sequence_categorical_column_with_vocabulary_list(
    key, vocabulary_list, dtype=None, default_value=-1, num_oov_buckets=0
):
    """A column of a word's position in a list for each step.

    Args:
      key: the feature's key.
      vocabulary_list: the words.
      dtype: type of the feature.
      default_value: id of other words.
      num_oov_buckets: how many further ids other words have.

    Returns:
      A categorical column for `indicator_column` or `embedding_column`.
    """
    return SequenceCategoricalColumn(
        categorical.categorical_column_with_vocabulary_list(
            key, vocabulary_list, dtype, default_value, num_oov_buckets
        )
    )


def sequence_categorical_column_with_vocabulary_file(
    key,
    vocabulary_file,
    vocabulary_size=None,
    num_oov_buckets=0,
    default_value=None,
    dtype=dtypes_lib.string,
):
    """A column of a word's line in a file for each step.

    Args:
      key: the feature's key.
      vocabulary_file: path of the file.
      vocabulary_size: how many lines to use.
      num_oov_buckets: how many further ids other words have.
      default_value: id of other words.
      dtype: string or an integer type.

    Returns:
      A categorical column for `indicator_column` or `embedding_column`.
    """
    return SequenceCategoricalColumn(
        categorical.categorical_column_with_vocabulary_file(
            key, vocabulary_file, vocabulary_size, num_oov_buckets, default_value, dtype
        )
    )


def sequence_input_layer(features, feature_columns, weight_collections=None, trainable=True):
    """The input of a recurrent network: the columns' values of each step, side by side.

    Args:
      features: dict from keys to tensors.
      feature_columns: dense columns of sequences.
      weight_collections: collections of the columns' variables.
      trainable: whether they are trained.

    Returns:
      `(values, lengths)`: float32 of shape `[batch, steps, elements]`, and int64 of `[batch]`.

    Raises:
      ValueError: a column is not one of sequences.
    """
    cache, values, lengths = FeatureCache(features), [], None
    with variable_scope(None, default_name="sequence_input_layer"):
        for column in checked(feature_columns, DenseColumn):
            source = getattr(column, "categorical_column", column)
            if not hasattr(source, "lengths"):
                raise ValueError(
                    f"All feature_columns must be of type _SequenceDenseColumn. Given: {column}"
                )
            with variable_scope(None, default_name=column.scope_name):
                value = dense_tensor(column, cache, weight_collections, trainable)
                shape = PUBLIC["shape"](value)
                flat = PUBLIC["stack"]([shape[0], shape[1], column.num_elements])
                values.append(PUBLIC["reshape"](value, flat))
                own = source.lengths(cache)
            if lengths is None:
                lengths = own
            else:
                check = PUBLIC["assert_equal"](lengths, own)
                lengths = PUBLIC["with_dependencies"]([check], lengths)
        return PUBLIC["concat"](values, -1), lengths
