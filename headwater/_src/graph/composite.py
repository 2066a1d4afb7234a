"""Values made of several tensors: `IndexedSlices` (some rows of a tensor) and `SparseTensor`.

They stand where a tensor may stand, but are not tensors of a graph: they have `op` and `graph`
through their `values`, and a session fetches them as `IndexedSlicesValue` and `SparseTensorValue`.
"""

import collections
import math
import warnings

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import convert, dims as dims_lib
from headwater._src.graph.default import get_default_graph, run_default
from headwater._src.graph.operation import Tensor
from headwater._src.graph.operators import TO_FLOAT, strided_slice
from headwater._src.graph.optable import raw

IndexedSlicesValue = collections.namedtuple(
    "IndexedSlicesValue", ["values", "indices", "dense_shape"]
)
IndexedSlicesValue.__doc__ = (
    "What a session gives for an `IndexedSlices`: three arrays (`dense_shape` or None)."
)

SparseTensorValue = collections.namedtuple(
    "SparseTensorValue", ["indices", "values", "dense_shape"]
)
SparseTensorValue.__doc__ = (
    "What a session gives for a `SparseTensor`, and what can be fed for one: three arrays."
)

_LARGE = 100_000_000  # elements; a dense form beyond this is worth a warning


def _slices_value(values, indices, dense_shape=None):
    return IndexedSlicesValue(values, indices, dense_shape)


class IndexedSlices:
    """Some slices of a larger tensor, by their position along the first axis.

    Slice `i` of `values` belongs at position `indices[i]` of a tensor of shape `dense_shape`;
    where an index occurs several times the slices add up. It is the gradient of `tf.gather`, and
    what sparse updates take.
    """

    def __init__(self, values, indices, dense_shape=None):
        """Groups the parts; nothing is converted or checked.

        Args:
          values: tensor of shape `(n, ...)`.
          indices: integer tensor of shape `(n,)`.
          dense_shape: integer vector, the shape of the whole tensor, or None when not known.
        """
        self._values, self._indices, self._dense_shape = values, indices, dense_shape

    @property
    def values(self):
        """The slices: a tensor of shape `(n, ...)`."""
        return self._values

    @property
    def indices(self):
        """The slices' positions: an integer vector of length `n`."""
        return self._indices

    @property
    def dense_shape(self):
        """The shape of the whole tensor as a tensor, or None."""
        return self._dense_shape

    @property
    def shape(self):
        """The static `TensorShape` of the whole tensor, as far as it is known."""
        return TensorShape._of(
            None if self._dense_shape is None else _shape_value(self._dense_shape)
        )

    @property
    def name(self):
        """The name of `values`."""
        return self._values.name

    @property
    def device(self):
        """The device of `values`."""
        return self._values.device

    @property
    def op(self):
        """The `Operation` that makes `values`."""
        return self._values.op

    @property
    def dtype(self):
        """The element type."""
        return self._values.dtype

    @property
    def graph(self):
        """The `Graph` of `values`."""
        return self._values.graph

    def consumers(self):
        """The operations that take `values` or `indices` as an input."""
        return _all_consumers(self._values, self._indices)

    def _parts(self):
        """The tensors a session fetches or feeds, and what their values become."""
        if self._dense_shape is None:
            return [self._values, self._indices], _slices_value
        return [self._values, self._indices, self._dense_shape], _slices_value

    def __neg__(self):
        return IndexedSlices(raw.Neg(self._values), self._indices, self._dense_shape)

    def __str__(self):
        shape = "" if self._dense_shape is None else f", dense_shape={self._dense_shape}"
        return f"IndexedSlices(indices={self._indices}, values={self._values}{shape})"


class SparseTensor:
    """A tensor given by its elements that are not zero.

    `values[i]` stands at position `indices[i]`; every other element of the tensor of shape
    `dense_shape` is zero. The rows of `indices` should be in increasing (row-major) order and
    without repetition.
    """

    __headwater_operand__ = True

    def __init__(self, indices, values, dense_shape):
        """Converts and checks the parts.

        Args:
          indices: int64 matrix of shape `(n, rank)`.
          values: vector of length `n`, of any type.
          dense_shape: int64 vector of length `rank`.

        Raises:
          ValueError: the parts' static shapes do not fit together.
          TypeError: `indices` or `dense_shape` are not integers.
        """
        graph = next(
            (x.graph for x in (indices, values, dense_shape) if isinstance(x, Tensor)),
            get_default_graph(),
        )
        with graph.as_default(), graph.name_scope("SparseTensor"):
            self._indices = convert.convert_to_tensor(indices, dtypes.int64, name="indices")
            self._values = convert.convert_to_tensor(values, name="values")
            self._dense_shape = convert.convert_to_tensor(
                dense_shape, dtypes.int64, name="dense_shape"
            )
        rows = self._indices.shape.with_rank(2)
        count = self._values.shape.with_rank(1)
        shape = self._dense_shape.shape.with_rank(1)
        rows.dims[0].assert_is_compatible_with(count.dims[0])
        rows.dims[1].assert_is_compatible_with(shape.dims[0])
        self._static = inference_dims(self._dense_shape)

    @classmethod
    def from_value(cls, sparse_tensor_value):
        """A `SparseTensor` from a `SparseTensorValue` or another `SparseTensor`.

        Raises:
          TypeError: it is neither.
        """
        if not isinstance(sparse_tensor_value, (SparseTensor, SparseTensorValue)):
            raise TypeError(
                f"Argument sparse_tensor_value={sparse_tensor_value} is neither a SparseTensor nor "
                "SparseTensorValue."
            )
        return cls(
            sparse_tensor_value.indices, sparse_tensor_value.values, sparse_tensor_value.dense_shape
        )

    @property
    def indices(self):
        """The positions: an int64 tensor of shape `(n, rank)`."""
        return self._indices

    @property
    def values(self):
        """The elements: a tensor of shape `(n,)`."""
        return self._values

    @property
    def dense_shape(self):
        """The shape of the whole tensor: an int64 tensor of shape `(rank,)`."""
        return self._dense_shape

    @property
    def shape(self):
        """The static `TensorShape` of the whole tensor, as far as it is known."""
        return TensorShape._of(self._static)

    def get_shape(self):
        """The static `TensorShape`, as `shape`."""
        return self.shape

    def set_shape(self, shape):
        """Merges what is known of the shape with `shape`.

        Raises:
          ValueError: `shape` contradicts what is known.
        """
        other = dims_lib.of(shape)
        if not dims_lib.compatible(self._static, other):
            raise ValueError(f"Shapes {self.shape} and {TensorShape._of(other)} are incompatible")
        self._static = dims_lib.merge(self._static, other)

    @property
    def op(self):
        """The `Operation` that makes `values`."""
        return self._values.op

    @property
    def dtype(self):
        """The element type."""
        return self._values.dtype

    @property
    def graph(self):
        """The `Graph` of the parts."""
        return self._values.graph

    def with_values(self, new_values):
        """A `SparseTensor` with the same positions and other elements.

        Args:
          new_values: tensor of shape `(n,)`.

        Raises:
          ValueError: the number of elements differs.
        """
        return SparseTensor(self._indices, new_values, self._dense_shape)

    def consumers(self):
        """The operations that take one of the parts as an input."""
        return _all_consumers(self._indices, self._values, self._dense_shape)

    def eval(self, feed_dict=None, session=None):
        """Runs the parts in `session`, or in the default session.

        Returns:
          A `SparseTensorValue`.
        """
        parts, build = self._parts()
        return build(
            *run_default(
                parts, feed_dict, self.graph, session, "Cannot evaluate tensor using `eval()`"
            )
        )

    def _parts(self):
        """The tensors a session fetches or feeds, and what their values become."""
        return [self._indices, self._values, self._dense_shape], SparseTensorValue

    def _with_dense(self, op, name, other, compute_in=None):
        """Multiplies or divides by a dense tensor, which is broadcast to this shape; in another
        type if `compute_in` names one.
        """
        with self.graph.name_scope(name) as scope:
            other = convert.convert_to_tensor(other, self.dtype.base_dtype, name="y")
            values = self._values
            if compute_in is not None:
                values = raw.Cast(values, DstT=compute_in)
                other = raw.Cast(other, DstT=compute_in)
            values = op(self._indices, values, self._dense_shape, other, name=scope)
        return SparseTensor(self._indices, values, self._dense_shape)

    def __mul__(self, other):
        return self._with_dense(raw.SparseDenseCwiseMul, "mul", other)

    def __truediv__(self, other):
        return self._with_dense(
            raw.SparseDenseCwiseDiv, "truediv", other, TO_FLOAT.get(self.dtype.base_dtype)
        )

    def __div__(self, other):
        return self._with_dense(raw.SparseDenseCwiseDiv, "div", other)

    def __rmul__(self, other):
        return self._with_dense(raw.SparseDenseCwiseMul, "mul", other)

    def __str__(self):
        return (
            f"SparseTensor(indices={self._indices}, values={self._values}, "
            f"dense_shape={self._dense_shape})"
        )

    __repr__ = __str__


def inference_dims(shape_tensor):
    """The static dims that a shape-valued tensor holds, None when nothing is known."""
    from headwater._src.graph import inference

    return inference.known_dims(shape_tensor)


def _shape_value(shape):
    return inference_dims(shape) if isinstance(shape, Tensor) else dims_lib.of(tuple(shape))


def _all_consumers(*tensors):
    found = {}
    for tensor in tensors:
        found.update(dict.fromkeys(tensor.consumers()))
    return list(found)


def convert_to_tensor_or_indexed_slices(value, dtype=None, name=None):
    """`convert_to_tensor`, but an `IndexedSlices` stays one.

    Args:
      value: an `IndexedSlices`, or anything `convert_to_tensor` takes.
      dtype: the element type it must have.
      name: name of a new node.

    Returns:
      A `Tensor` or an `IndexedSlices`.

    Raises:
      ValueError: `value` has another element type than `dtype`.
    """
    if isinstance(value, SparseTensor):
        raise TypeError(f"Cannot convert {value} to a Tensor or IndexedSlices")
    if not isinstance(value, IndexedSlices):
        return convert.convert_to_tensor(value, dtype, name)
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible tensor conversion requested to `dtype` {dtypes.as_dtype(dtype).name} "
            f"for `value` ({value}) with dtype {value.dtype.name}."
        )
    return value


def convert_n_to_tensor_or_indexed_slices(values, dtype=None, name=None):
    """`convert_to_tensor_or_indexed_slices` for each of `values`; None stays None, names get a
    number.

    Raises:
      TypeError: `values` is not a list or tuple.
    """
    if not isinstance(values, (list, tuple)):
        raise TypeError("values must be a sequence.")
    return [
        v
        if v is None
        else convert_to_tensor_or_indexed_slices(v, dtype, None if name is None else f"{name}_{i}")
        for i, v in enumerate(values)
    ]


def convert_to_tensor_or_sparse_tensor(value, dtype=None, name=None):
    """`convert_to_tensor`, but a `SparseTensor` stays one and a `SparseTensorValue` becomes one.

    Args:
      value: a `SparseTensor`, a `SparseTensorValue`, or anything `convert_to_tensor` takes.
      dtype: the element type it must have.
      name: name of a new node.

    Returns:
      A `Tensor` or a `SparseTensor`.

    Raises:
      RuntimeError: a sparse `value` has another element type than `dtype`.
    """
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return convert.convert_to_tensor(value, dtype, name)
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
        raise RuntimeError(
            f"Sparse dtype mismatch. Requested: {dtypes.as_dtype(dtype).name},  Actual: "
            f"{value.dtype.name}"
        )
    return value


def _slices_to_tensor(value, dtype=None, name=None, as_ref=False):
    """The dense form of an `IndexedSlices`: its slices are added up at their positions."""
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible tensor conversion requested to `dtype` {dtype.name} for IndexedSlices "
            f"({value}) with dtype {value.dtype.name}"
        )
    if value.dense_shape is None:
        raise ValueError(
            "Tensor conversion requested for IndexedSlices for argument `value` without "
            f"dense_shape: {value}"
        )
    known = (
        value.dense_shape.known
        if isinstance(value.dense_shape, Tensor)
        else np.asarray(value.dense_shape)
    )
    size = None if known is None else math.prod(int(d) for d in known.ravel())
    if size is not None and size >= _LARGE:
        warnings.warn(
            f"Converting sparse IndexedSlices to a dense Tensor with {size} elements. This may "
            "consume a large amount of memory.",
            stacklevel=2,
        )
    shape = convert.convert_to_tensor(value.dense_shape)
    return raw.UnsortedSegmentSum(value.values, value.indices, strided_slice(shape, 0), name=name)


def _no_dense_form(value, dtype=None, name=None, as_ref=False):
    raise TypeError(
        f"Failed to convert elements of {value} to Tensor. Consider casting elements to a "
        f"supported "
        "type, or tf.sparse.to_dense."
    )


convert.register_tensor_conversion_function(IndexedSlices, _slices_to_tensor)
convert.register_tensor_conversion_function((SparseTensor, SparseTensorValue), _no_dense_form, 50)
