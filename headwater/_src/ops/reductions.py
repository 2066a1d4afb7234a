"""Reductions: sums, means, products, extremes and truth along axes."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._broadcast import like
from headwater._src.ops._reduction import (
    axes_of,
    default_axes,
    given,
    reduced_shape,
    reduction_shape,
    refuse_repeated,
    spread,
)
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import size
from headwater._src.ops._static import rank_tensor, shape_tensor, size_tensor

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
ORDERED = (
    "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, "
    "qint8, quint8, qint32, qint16, quint16}"
)


def reduction(name, types, reduce, gradient=None):
    """Adds a reduction.

    Args:
      name: the op's name.
      types: the allowed types, as in a signature.
      reduce: `(xp, x, axes, keepdims) -> y`.
      gradient: `(op, dy) -> dx`, or None when there is none.

    Returns:
      The `Op`.
    """
    attrs = [
        "keep_dims: bool = false",
        *([f"T: {types}"] if types else []),
        "Tidx: {int32, int64} = int32",
    ]
    kind = "T" if types else "bool"
    op = define_op(
        name,
        inputs=f"input: {kind}, reduction_indices: Tidx",
        outputs=f"output: {kind}",
        attrs=attrs,
        shape=reduction_shape,
    )

    def kernel(xp, input, reduction_indices, *, keep_dims):
        axes = axes_of(reduction_indices, np.ndim(input))
        if len(axes) < np.size(reduction_indices):
            refuse_repeated(reduction_indices, np.ndim(input))
        return reduce(xp, input, axes, keep_dims)

    op.kernel(kernel, static=["reduction_indices"])
    if gradient is None:
        op.no_gradient()
    else:
        op.gradient(lambda op, dy: [gradient(op, dy), None])
    return op


def _function(op, name, summary, kind, result="the type of `input_tensor`"):
    def function(
        input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None
    ):
        axis, keepdims = given(axis, keepdims, reduction_indices, keep_dims)
        result = op(
            input_tensor, default_axes(input_tensor, axis), keep_dims=bool(keepdims), name=name
        )
        if axis is None and not keepdims and result.dims is None:
            result.set_shape(())
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      input_tensor: `Tensor` of {kind}, or a value to make one of.
      axis: the dimension, or list of dimensions, to reduce; None means all.
      keepdims: whether reduced dimensions stay, with size 1.
      name: name of the node.
      reduction_indices: old name of `axis`.
      keep_dims: old name of `keepdims`.

    Returns:
      A `Tensor` of {result}.

    Raises:
      ValueError: an axis is out of range, or an argument is given under both names.
    """
    return public(function)


def accumulator(x):
    """The type in which numbers of the type of `x` are added: halves lose too much in their own."""
    return np.float32 if x.dtype.itemsize == 2 and dtypes.as_dtype(x.dtype).is_floating else x.dtype


# --- sum and mean -----------------------------------------------------------------------------


def sum_reduce(xp, x, axes, keepdims):
    """The sum in the type of `x`."""
    return xp.sum(x, axis=axes, keepdims=keepdims, dtype=accumulator(x)).astype(x.dtype)


def mean_reduce(xp, x, axes, keepdims):
    """The mean; of integers rounded towards zero, as their division is."""
    count = int(np.prod([x.shape[a] for a in axes], dtype=np.int64))
    total = xp.sum(x, axis=axes, keepdims=keepdims, dtype=accumulator(x))
    if dtypes.as_dtype(x.dtype).is_integer:
        quotient = xp.abs(total) // count
        return (xp.sign(total) * quotient).astype(x.dtype)
    return (total / count).astype(x.dtype)


def mean_gradient(op, dy):
    """The gradient of the sum, divided by the number of elements that went into one mean."""
    x, axes = op.inputs
    dx = spread(op, dy)
    before, after = size(x.dims), size(op.outputs[0].dims)
    if before is not None and after is not None:
        factor = like(before // max(after, 1), dx)
    else:
        x_shape = shape_tensor(x)
        rank = size_tensor(x_shape)
        wrapped = raw.FloorMod(raw.AddV2(axes, rank, name="add"), rank, name="mod")
        sizes = raw.GatherV2(x_shape, wrapped, constant(np.int32(0), name="GatherV2/axis"))
        factor = raw.Cast(raw.Prod(sizes, default_axes(sizes, None)), DstT=dx.dtype.base_dtype)
    return raw.RealDiv(dx, factor, name="truediv")


Sum = reduction("Sum", NUMBERS, sum_reduce, spread)
Mean = reduction("Mean", NUMBERS, mean_reduce, mean_gradient)

reduce_sum = _function(Sum, "reduce_sum", "The sums of the elements along `axis`.", "numbers")
reduce_mean = _function(
    Mean,
    "reduce_mean",
    "The means of the elements along `axis`; of integers, rounded to integers.",
    "numbers",
)

# --- extremes ---------------------------------------------------------------------------------


def _kept(op, dy):
    """The shape with reduced dimensions as 1, and the output and gradient in it."""
    x, axes = op.inputs
    y = op.outputs[0]
    x_shape = shape_tensor(x)
    if op.attrs["keep_dims"]:
        return shape_tensor(y), y, dy
    shape = reduced_shape(x_shape, axes)
    return shape, raw.Reshape(y, shape), raw.Reshape(dy, shape)


def extreme_gradient(op, dy):
    """Elements that equal the extreme share its gradient evenly."""
    x, axes = op.inputs
    shape, y, dy = _kept(op, dy)
    taken = raw.Cast(raw.Equal(y, x), DstT=dy.dtype.base_dtype)
    count = raw.Reshape(raw.Sum(taken, axes), shape)
    return taken / count * dy


def _lowest(dtype):
    return -np.inf if dtype.is_floating else dtype.min


def _highest(dtype):
    return np.inf if dtype.is_floating else dtype.max


def extreme(reduce, empty):
    """Reduces with `xp.<reduce>`; the extreme of nothing is `empty(dtype)`."""

    def kernel(xp, x, axes, keepdims):
        if 0 in x.shape:
            initial = x.dtype.type(empty(dtypes.as_dtype(x.dtype)))
            return getattr(xp, reduce)(x, axis=axes, keepdims=keepdims, initial=initial)
        return getattr(xp, reduce)(x, axis=axes, keepdims=keepdims)

    return kernel


Max = reduction("Max", ORDERED, extreme("max", _lowest), extreme_gradient)
Min = reduction("Min", ORDERED, extreme("min", _highest), extreme_gradient)

reduce_max = _function(Max, "reduce_max", "The largest elements along `axis`.", "real numbers")
reduce_min = _function(Min, "reduce_min", "The smallest elements along `axis`.", "real numbers")

# --- product ----------------------------------------------------------------------------------


def prod_gradient(op, dy):
    """`dy` times the product of all other elements: of those before and of those after each."""
    x, axes = op.inputs
    x_shape = shape_tensor(x)
    axes_vector = raw.Reshape(axes, [-1])
    if not op.attrs["keep_dims"]:
        dy = raw.Reshape(dy, reduced_shape(x_shape, axes))
    dy = raw.BroadcastTo(dy, x_shape)
    rank = rank_tensor(x)
    wrapped = raw.FloorMod(raw.AddV2(axes_vector, rank, name="add"), rank, name="mod")
    every = raw.Range(0, rank, 1, name="range")
    kept = raw.ListDiff(every, wrapped)[0]
    order = raw.ConcatV2([wrapped, kept], 0, name="concat")
    zero = np.int32(0)
    reduced_sizes = raw.GatherV2(x_shape, wrapped, zero)
    n_reduced = raw.Prod(reduced_sizes, default_axes(reduced_sizes, None))
    kept_sizes = raw.GatherV2(x_shape, kept, zero)
    n_kept = raw.Prod(kept_sizes, default_axes(kept_sizes, None))
    permuted = raw.Transpose(x, order, name="transpose")
    permuted_shape = shape_tensor(permuted)
    reshaped = raw.Reshape(permuted, [n_reduced, n_kept])
    before = raw.Cumprod(reshaped, 0, exclusive=True)
    after = raw.Cumprod(reshaped, 0, exclusive=True, reverse=True)
    if x.dtype.base_dtype.is_complex:
        before, after = raw.Conj(before), raw.Conj(after)
    others = raw.Reshape(before * after, permuted_shape)
    dx = dy * raw.Transpose(others, raw.InvertPermutation(order), name="transpose")
    return raw.Reshape(dx, x_shape)


def prod_reduce(xp, x, axes, keepdims):
    """The product in the type of `x`."""
    return xp.prod(x, axis=axes, keepdims=keepdims, dtype=accumulator(x)).astype(x.dtype)


Prod = reduction("Prod", NUMBERS, prod_reduce, prod_gradient)
reduce_prod = _function(
    Prod, "reduce_prod", "The products of the elements along `axis`.", "numbers"
)

# --- truth ------------------------------------------------------------------------------------

All = reduction("All", None, lambda xp, x, axes, keepdims: xp.all(x, axis=axes, keepdims=keepdims))
Any = reduction("Any", None, lambda xp, x, axes, keepdims: xp.any(x, axis=axes, keepdims=keepdims))

reduce_all = _function(
    All, "reduce_all", "Whether all elements along `axis` are true.", "booleans", "booleans"
)
reduce_any = _function(
    Any, "reduce_any", "Whether any element along `axis` is true.", "booleans", "booleans"
)

# --- norm -------------------------------------------------------------------------------------


def norm_reduce(xp, x, axes, keepdims):
    """The root of the sum of squares."""
    wide = xp.abs(x).astype(accumulator(xp.abs(x)))
    return xp.sqrt(xp.sum(wide * wide, axis=axes, keepdims=keepdims)).astype(x.dtype)


def norm_gradient(op, dy):
    """`x / (y / dy)`."""
    _, y, dy = _kept(op, dy)
    return raw.RealDiv(op.inputs[0], raw.RealDiv(y, dy, name="truediv"), name="truediv")


EuclideanNorm = reduction("EuclideanNorm", NUMBERS, norm_reduce, norm_gradient)


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """The Euclidean norms of the elements along `axis`: the root of the sum of their squares.

    Args:
      input_tensor: `Tensor` of numbers.
      axis: the dimension, or list of dimensions, to reduce; None means all.
      keepdims: whether reduced dimensions stay, with size 1.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `input_tensor`.

    Raises:
      ValueError: an axis is out of range.
    """
    return raw.EuclideanNorm(
        input_tensor, default_axes(input_tensor, axis), keep_dims=bool(keepdims), name=name
    )


# --- made of others ---------------------------------------------------------------------------


@public
def reduce_logsumexp(
    input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None
):
    """`log(sum(exp(x)))` along `axis`, computed so that large elements do not overflow.

    Args:
      input_tensor: floating-point `Tensor`.
      axis: the dimension, or list of dimensions, to reduce; None means all.
      keepdims: whether reduced dimensions stay, with size 1.
      name: name of the last node.
      reduction_indices: old name of `axis`.
      keep_dims: old name of `keepdims`.

    Returns:
      A `Tensor` of the type of `input_tensor`.

    Raises:
      ValueError: an axis is out of range, or an argument is given under both names.
    """
    axis, keepdims = given(axis, keepdims, reduction_indices, keep_dims)
    with scope(name, "ReduceLogSumExp", [input_tensor]) as node_name:
        largest = reduce_max(input_tensor, axis, keepdims=True)
        shift = raw.StopGradient(raw.SelectV2(raw.IsFinite(largest), largest, 0))
        total = reduce_sum(raw.Exp(raw.Sub(input_tensor, shift)), axis, keepdims=keepdims)
        result = raw.Log(total)
        if not keepdims:
            shift = raw.Reshape(shift, raw.Shape(result))
        return raw.AddV2(result, shift, name=node_name)


def _variance(input_tensor, axis, keepdims):
    x = convert_to_tensor(input_tensor)
    kind = x.dtype.base_dtype
    mean = reduce_mean(x, axis, keepdims=True)
    if kind.is_integer:
        raise TypeError(f"Input must be either real or complex. Received integer type {kind}.")
    deviation = x - mean
    if kind.is_complex:
        squares = raw.Real(deviation * raw.Conj(deviation), Tout=kind.real_dtype)
    else:
        squares = raw.Square(deviation)
    return reduce_mean(squares, axis, keepdims=keepdims)


@public
def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The variances of the elements along `axis` (the mean squared distance from the mean).

    Args:
      input_tensor: floating-point or complex `Tensor`.
      axis: the dimension, or list of dimensions, to reduce; None means all.
      keepdims: whether reduced dimensions stay, with size 1.
      name: name of the scope of the nodes.

    Returns:
      A real `Tensor`.

    Raises:
      TypeError: `input_tensor` holds integers.
      ValueError: an axis is out of range.
    """
    with scope(name or "reduce_variance", None):
        return _variance(input_tensor, axis, keepdims)


@public
def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The standard deviations of the elements along `axis`.

    Args:
      input_tensor: floating-point or complex `Tensor`.
      axis: the dimension, or list of dimensions, to reduce; None means all.
      keepdims: whether reduced dimensions stay, with size 1.
      name: name of the scope of the nodes.

    Returns:
      A real `Tensor`.

    Raises:
      TypeError: `input_tensor` holds integers.
      ValueError: an axis is out of range.
    """
    with scope(name or "reduce_std", None):
        return raw.Sqrt(reduce_variance(input_tensor, axis, keepdims))


@public
def count_nonzero(
    input_tensor=None,
    axis=None,
    keepdims=None,
    dtype=dtypes.int64,
    name=None,
    reduction_indices=None,
    keep_dims=None,
    input=None,
):
    """How many elements along `axis` are not zero (not empty, for strings).

    Args:
      input_tensor: `Tensor` of numbers, booleans or strings.
      axis: the dimension, or list of dimensions, to reduce; None means all.
      keepdims: whether reduced dimensions stay, with size 1.
      dtype: type of the result.
      name: name of the scope of the nodes.
      reduction_indices: old name of `axis`.
      keep_dims: old name of `keepdims`.
      input: another name of `input_tensor`.

    Returns:
      A `Tensor` of type `dtype`.

    Raises:
      ValueError: an axis is out of range, or an argument is given under both names.
    """
    axis, keepdims = given(axis, keepdims, reduction_indices, keep_dims)
    input_tensor = (
        renamed("input", input, "input_tensor", input_tensor) if input is not None else input_tensor
    )
    with scope(name, "count_nonzero", [input_tensor]):
        x = convert_to_tensor(input_tensor, name="input")
        zero = PUBLIC["zeros"]([], x.dtype.base_dtype)
        present = raw.Cast(raw.NotEqual(x, zero), DstT=dtypes.int64)
        return PUBLIC["cast"](reduce_sum(present, axis, keepdims=keepdims), dtype)
