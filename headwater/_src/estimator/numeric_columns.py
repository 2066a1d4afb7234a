"""Columns of numbers, and of the buckets that numbers fall into."""

import collections

import numpy as np

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.estimator.columns import CategoricalColumn, DenseColumn, IdsAndWeights
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops.parsing_functions import FixedLenFeature


class NumericColumn(
    collections.namedtuple(
        "NumericColumn", ["key", "shape", "default_value", "dtype", "normalizer_fn"]
    ),
    DenseColumn,
):
    """See `numeric_column`."""

    __slots__ = ()

    @property
    def name(self):
        """The key."""
        return self.key

    @property
    def parse_example_spec(self):
        """A feature of fixed length."""
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    def transform(self, cache):
        """The normalized feature, in float32."""
        tensor = cache.get(self.key)
        if isinstance(tensor, SparseTensor):
            raise ValueError(
                "The corresponding Tensor of numerical column must be a Tensor. SparseTensor is "
                f"not supported. key: {self.key}"
            )
        if self.normalizer_fn is not None:
            tensor = self.normalizer_fn(tensor)
        return PUBLIC["cast"](tensor, dtypes_lib.float32)

    @property
    def variable_shape(self):
        """The shape."""
        return self.shape

    def dense_tensor(self, cache):
        """The feature."""
        return cache.get(self)


def _shape(shape, key):
    if isinstance(shape, (int, np.integer)):
        shape = (int(shape),)
    shape = tuple(shape)
    for d in shape:
        if not isinstance(d, (int, np.integer)):
            raise TypeError(f"shape dimensions must be integer. shape: {shape}, key: {key}")
        if d < 1:
            raise ValueError(f"shape dimensions must be greater than 0. shape: {shape}, key: {key}")
    return shape


def _default(value, shape, dtype, key):
    """The default of every element, as nested tuples."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or (dtype.is_integer and array.dtype.kind == "f"):
        raise TypeError(
            f"default_value must be compatible with dtype. default_value: {value}, dtype: "
            f"{dtype}, key: {key}"
        )
    if array.shape not in ((), shape):
        raise ValueError(
            f"The shape of default_value must be equal to given shape. default_value: {value}, "
            f"shape: {shape}, key: {key}"
        )
    as_tuple = lambda x: tuple(map(as_tuple, x)) if isinstance(x, list) else x
    full = np.broadcast_to(array, shape).astype(dtype.as_numpy_dtype)
    return as_tuple(full.tolist())


def numeric_column(
    key, shape=(1,), default_value=None, dtype=dtypes_lib.float32, normalizer_fn=None
):
    """A column of numbers.

    Args:
      key: the feature's key.
      shape: shape of one example's value.
      default_value: number, or one for each element, where an example has none.
      dtype: type in serialized examples; the column itself is float32.
      normalizer_fn: function applied to the feature.

    Returns:
      A dense column.

    Raises:
      TypeError: a dimension is no integer, or `normalizer_fn` no function.
      ValueError: a dimension is not positive, `default_value` or `dtype` does not fit.
    """
    shape = _shape(shape, key)
    dtype = dtypes_lib.as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    return NumericColumn(
        key, shape, _default(default_value, shape, dtype, key), dtype, normalizer_fn
    )


class BucketizedColumn(
    collections.namedtuple("BucketizedColumn", ["source_column", "boundaries"]),
    DenseColumn,
    CategoricalColumn,
):
    """See `bucketized_column`."""

    __slots__ = ()

    @property
    def name(self):
        """`<source>_bucketized`."""
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self):
        """The source's."""
        return self.source_column.parse_example_spec

    def transform(self, cache):
        """The number of each element's bucket."""
        return raw.Bucketize(cache.get(self.source_column), boundaries=list(self.boundaries))

    @property
    def variable_shape(self):
        """The source's shape, and the buckets."""
        return (*self.source_column.shape, len(self.boundaries) + 1)

    def dense_tensor(self, cache):
        """A one in each element's bucket."""
        return PUBLIC["one_hot"](
            cache.get(self), depth=len(self.boundaries) + 1, on_value=1.0, off_value=0.0
        )

    @property
    def num_buckets(self):
        """The buckets of all elements."""
        return (len(self.boundaries) + 1) * self.source_column.num_elements

    def sparse_tensors(self, cache):
        """One id for each element; each has buckets of its own."""
        buckets = cache.get(self)
        width = self.source_column.num_elements
        batch = PUBLIC["shape"](buckets)[0]
        flat = PUBLIC["reshape"](buckets, [-1])
        rows = PUBLIC["reshape"](
            PUBLIC["tile"](PUBLIC["expand_dims"](PUBLIC["range"](0, batch), 1), [1, width]), [-1]
        )
        element = PUBLIC["tile"](PUBLIC["range"](0, width), [batch])
        ids = flat + (len(self.boundaries) + 1) * element
        where = PUBLIC["cast"](PUBLIC["stack"]([rows, element], axis=1), dtypes_lib.int64)
        shape = PUBLIC["cast"](PUBLIC["stack"]([batch, width]), dtypes_lib.int64)
        return IdsAndWeights(SparseTensor(where, ids, shape), None)


def bucketized_column(source_column, boundaries):
    """A column of which of several ranges a number is in.

    Args:
      source_column: a `numeric_column` of a shape with one dimension.
      boundaries: sorted list of numbers; each belongs to the range that it starts.

    Returns:
      A column that is dense (one hot) and categorical.

    Raises:
      ValueError: the source is of another kind or shape, or the boundaries are not sorted.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError(
            "source_column must be a column generated with numeric_column(). "
            f"Given: {source_column}"
        )
    if len(source_column.shape) > 1:
        raise ValueError(f"source_column must be one-dimensional column. Given: {source_column}")
    if not boundaries or not isinstance(boundaries, (list, tuple)):
        raise ValueError("boundaries must be a sorted list.")
    if any(a >= b for a, b in zip(boundaries, boundaries[1:])):
        raise ValueError("boundaries must be a sorted list.")
    return BucketizedColumn(source_column, tuple(boundaries))
