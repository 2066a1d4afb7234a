"""Feature columns, the base: what a column is, and how columns are computed, each once.

A column is a description. `FeatureCache` computes what columns stand for from a batch of features,
and remembers it, for one column may be the source of several others.
"""

import abc
import collections

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC

IdsAndWeights = collections.namedtuple("IdWeightPair", ["id_tensor", "weight_tensor"])


class FeatureColumn(abc.ABC):
    """Base of all columns."""

    @property
    @abc.abstractmethod
    def name(self):
        """The column's name, which names its variables."""

    @property
    def scope_name(self):
        """The variable scope of the column."""
        return self.name

    @property
    @abc.abstractmethod
    def parse_example_spec(self):
        """Dict from keys to what `tf.parse_example` needs."""

    @abc.abstractmethod
    def transform(self, cache):
        """The column's own tensor, from a `FeatureCache`."""


class DenseColumn(FeatureColumn):
    """A column of dense values."""

    @property
    @abc.abstractmethod
    def variable_shape(self):
        """The shape of one example's value."""

    @property
    def num_elements(self):
        """How many numbers an example's value has."""
        count = 1
        for d in self.variable_shape:
            count *= d
        return count

    @abc.abstractmethod
    def dense_tensor(self, cache):
        """`Tensor` of shape `[batch, *variable_shape]`."""


class CategoricalColumn(FeatureColumn):
    """A column of ids."""

    @property
    @abc.abstractmethod
    def num_buckets(self):
        """Ids are smaller than this."""

    def sparse_tensors(self, cache):
        """`IdsAndWeights` of a batch."""
        return IdsAndWeights(cache.get(self), None)


class FeatureCache:
    """What columns of a batch of features have been computed to.

    Args:
      features: dict from keys to tensors, of shape `[batch]` or `[batch, ...]`, or `SparseTensor`s.
    """

    def __init__(self, features):
        self._features = dict(features)
        self._done = {}

    def get(self, key):
        """The tensor of a column, or of a feature by its key.

        Args:
          key: a column or a string.

        Raises:
          ValueError: there is no such feature.
          TypeError: `key` is something else.
        """
        if key in self._done:
            return self._done[key]
        if isinstance(key, str):
            if key not in self._features:
                raise ValueError(f"Feature {key} is not in features dictionary.")
            value = self._raw(key)
        elif isinstance(key, FeatureColumn):
            value = key.transform(self)
            if value is None:
                raise ValueError(f"Column {key.name} is not supported.")
        else:
            raise TypeError(f'"key" must be either a "str" or "_FeatureColumn". Provided: {key}')
        self._done[key] = value
        return value

    def _raw(self, key):
        value = self._features[key]
        if isinstance(value, SparseTensor):
            return value
        tensor = convert_to_tensor(value)
        rank = tensor.shape.rank
        if rank == 0:
            raise ValueError(f"Feature (key: {key}) cannot have rank 0. Given: {tensor}")
        if rank is not None:
            return tensor if rank > 1 else PUBLIC["expand_dims"](tensor, -1)
        return PUBLIC["cond"](
            raw.Equal(raw.Rank(tensor), 1),
            lambda: PUBLIC["expand_dims"](tensor, -1),
            lambda: tensor,
        )


def to_sparse(tensor, ignore_value=None):
    """A `SparseTensor` of the values of a dense tensor that say something.

    Args:
      tensor: `Tensor` or `SparseTensor`.
      ignore_value: what says nothing (default: the empty string, -1, or zero).

    Returns:
      A `SparseTensor`.
    """
    if isinstance(tensor, SparseTensor):
        return tensor
    with get_default_graph().name_scope("to_sparse_input"):
        if ignore_value is None:
            ignore_value = b"" if tensor.dtype == dtypes.string else -1
        ignore = (
            raw.Cast(convert_to_tensor(ignore_value), DstT=tensor.dtype)
            if (tensor.dtype != dtypes.string)
            else convert_to_tensor(ignore_value)
        )
        where = raw.Where(raw.NotEqual(tensor, ignore))
        return SparseTensor(
            where,
            PUBLIC["gather_nd"](tensor, where),
            PUBLIC["shape"](tensor, out_type=dtypes.int64),
        )


def checked(columns, kind=FeatureColumn):
    """The columns as a list, sorted by name.

    Args:
      columns: one column, or an iterable of them.
      kind: the class or classes they must be of.

    Raises:
      ValueError: there are none, two have one name, or one is of another class.
    """
    if isinstance(columns, FeatureColumn):
        columns = [columns]
    if isinstance(columns, dict):
        raise ValueError("Expected feature_columns to be iterable, found dict.")
    columns = list(columns)
    names = {}
    for column in columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(
                "Items of feature_columns must be a _FeatureColumn. "
                f"Given (type {type(column)}): {column}."
            )
        if not isinstance(column, kind):
            if kind is DenseColumn:
                raise ValueError(
                    "Items of feature_columns must be a _DenseColumn. You can wrap a categorical "
                    f"column with an embedding_column or indicator_column. Given: {column}"
                )
            raise ValueError(
                "Items of feature_columns must be either a _DenseColumn or _CategoricalColumn. "
                f"Given: {column}"
            )
        if column.name in names:
            raise ValueError(
                f"Duplicate feature column name found for columns: {names[column.name]} and "
                f"{column}. This usually means that these columns refer to same base feature. "
                "Either one must be discarded or a duplicated but renamed item must be inserted "
                "in features dict."
            )
        names[column.name] = column
    if not columns:
        raise ValueError("feature_columns must not be empty.")
    return sorted(columns, key=lambda c: c.name)


def make_parse_example_spec(feature_columns):
    """What `tf.parse_example` needs to give the features that columns are made of.

    Args:
      feature_columns: list of columns.

    Returns:
      Dict from keys to `FixedLenFeature`s and `VarLenFeature`s.

    Raises:
      ValueError: something is no column, or two columns read one key differently.
    """
    result = {}
    for column in feature_columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(
                f"All feature_columns must be _FeatureColumn instances. Given: {column}"
            )
        for key, value in column.parse_example_spec.items():
            if result.setdefault(key, value) != value:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. "
                    f"Given {value} and {result[key]}"
                )
    return result
