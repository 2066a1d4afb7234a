"""Comparisons, logic and choices: what is equal or less, and, or, and elementwise selection."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._broadcast import sum_to
from headwater._src.ops._shapes import ShapeError, broadcast, merge

ORDERED = (
    "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
)


def _function(op, name, summary, kind, raises="the types of `x` and `y` differ, or have no order"):
    def function(x, y, name=None):
        return op(x, y, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      x: `Tensor` of {kind}.
      y: `Tensor` of the type of `x`, or a value to make one of; its shape broadcasts with that of
        `x`.
      name: name of the node.

    Returns:
      A `Tensor` of booleans of the broadcast shape.

    Raises:
      TypeError: {raises}.
      ValueError: the shapes do not broadcast.
    """
    return public(function)


# --- order ------------------------------------------------------------------------------------


def order(name, kernel, public_name, summary):
    """Adds a comparison of numbers that have an order."""
    op = define_op(
        name,
        inputs="x: T, y: T",
        outputs="z: bool",
        attrs=[f"T: {ORDERED}"],
        shape=lambda x, y: broadcast(x.dims, y.dims),
    )
    op.kernel(kernel)
    op.no_gradient()
    return op, _function(op, public_name, summary, "real numbers")


Less, less = order("Less", lambda xp, x, y: xp.less(x, y), "less", "Where `x < y`.")
LessEqual, less_equal = order(
    "LessEqual", lambda xp, x, y: xp.less_equal(x, y), "less_equal", "Where `x <= y`."
)
Greater, greater = order("Greater", lambda xp, x, y: xp.greater(x, y), "greater", "Where `x > y`.")
GreaterEqual, greater_equal = order(
    "GreaterEqual", lambda xp, x, y: xp.greater_equal(x, y), "greater_equal", "Where `x >= y`."
)

# --- equality ---------------------------------------------------------------------------------


def equality_shape(x, y, *, incompatible_shape_error):
    """The broadcast shape; unequal shapes are an error, or compare to one scalar."""
    try:
        dims = broadcast(x.dims, y.dims)
    except ShapeError:
        if incompatible_shape_error:
            raise
        return ()
    return dims if incompatible_shape_error or dims is None or None not in dims else None


def equality(name, kernel, public_name, summary):
    """Adds a comparison of values of any type."""

    def whole(xp, x, y, *, incompatible_shape_error):
        if not incompatible_shape_error:
            try:
                np.broadcast_shapes(x.shape, y.shape)
            except ValueError:
                return np.bool_(name == "NotEqual")
        return kernel(xp, x, y)

    op = define_op(
        name,
        inputs="x: T, y: T",
        outputs="z: bool",
        attrs=["T: type", "incompatible_shape_error: bool = true"],
        shape=equality_shape,
    )
    op.kernel(whole)
    op.no_gradient()
    return op, _function(op, public_name, summary, "any type", "the types of `x` and `y` differ")


Equal, equal = equality("Equal", lambda xp, x, y: xp.equal(x, y), "equal", "Where `x` equals `y`.")
NotEqual, not_equal = equality(
    "NotEqual", lambda xp, x, y: xp.not_equal(x, y), "not_equal", "Where `x` differs from `y`."
)

ApproximateEqual = define_op(
    "ApproximateEqual",
    inputs="x: T, y: T",
    outputs="z: bool",
    attrs=[
        "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
        "bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}",
        "tolerance: float = 9.999999747378752e-06",
    ],
    shape=lambda x, y: merge(x.dims, y.dims),
)


@ApproximateEqual.kernel
def approximate_equal_kernel(xp, x, y, *, tolerance):
    return xp.abs(x - y) < tolerance


ApproximateEqual.no_gradient()


def approximate_equal(x, y, tolerance=1e-05, name=None):
    """Where `|x - y| < tolerance`.

    Args:
      x: `Tensor` of numbers.
      y: `Tensor` of the type and shape of `x`.
      tolerance: how large the difference may be.
      name: name of the node.

    Returns:
      A `Tensor` of booleans of the shape of `x`.

    Raises:
      ValueError: the shapes differ.
    """
    return raw.ApproximateEqual(x, y, tolerance=tolerance, name=name)


# --- logic ------------------------------------------------------------------------------------


def logic(name, kernel, public_name, summary):
    """Adds an op on two tensors of booleans."""
    op = define_op(
        name,
        inputs="x: bool, y: bool",
        outputs="z: bool",
        shape=lambda x, y: broadcast(x.dims, y.dims),
    )
    op.kernel(kernel)
    op.no_gradient()
    return op, _function(op, public_name, summary, "booleans", "`x` or `y` is not of booleans")


LogicalAnd, logical_and = logic(
    "LogicalAnd",
    lambda xp, x, y: xp.logical_and(x, y),
    "logical_and",
    "Where both `x` and `y` are true.",
)
LogicalOr, logical_or = logic(
    "LogicalOr", lambda xp, x, y: xp.logical_or(x, y), "logical_or", "Where `x` or `y` is true."
)


def logical_xor(x, y, name="LogicalXor"):
    """Where exactly one of `x` and `y` is true.

    Args:
      x: `Tensor` of booleans.
      y: `Tensor` of booleans; its shape broadcasts with that of `x`.
      name: name of the last node.

    Returns:
      A `Tensor` of booleans of the broadcast shape.

    Raises:
      TypeError: `x` or `y` is not of booleans.
      ValueError: the shapes do not broadcast.
    """
    return raw.LogicalAnd(raw.LogicalOr(x, y), raw.LogicalNot(raw.LogicalAnd(x, y)), name=name)


# --- choice -----------------------------------------------------------------------------------

Select = define_op(
    "Select",
    inputs="condition: bool, t: T, e: T",
    outputs="output: T",
    attrs=["T: type"],
)


@Select.shape
def select_shape(condition, t, e):
    dims = merge(t.dims, e.dims)
    if condition.dims is None or dims is None or condition.dims == ():
        return dims
    if len(condition.dims) == 1 and len(dims) > 1:
        merge(condition.dims, dims[:1])
        return dims
    return merge(condition.dims, dims)


@Select.kernel
def select_kernel(xp, condition, t, e):
    """A vector chooses whole rows."""
    if condition.ndim == 1 and t.ndim > 1:
        condition = xp.reshape(condition, condition.shape + (1,) * (t.ndim - 1))
    return xp.where(condition, t, e)


@Select.gradient
def select_gradient(op, dy):
    condition, t, _ = op.inputs
    zeros = PUBLIC["zeros_like"](t)
    return [None, raw.Select(condition, dy, zeros), raw.Select(condition, zeros, dy)]


SelectV2 = define_op(
    "SelectV2",
    inputs="condition: bool, t: T, e: T",
    outputs="output: T",
    attrs=["T: type"],
    shape=lambda condition, t, e: broadcast(condition.dims, broadcast(t.dims, e.dims)),
)
SelectV2.kernel(lambda xp, condition, t, e: xp.where(condition, t, e))


@SelectV2.gradient
def select_v2_gradient(op, dz):
    condition, t, e = op.inputs
    z = op.outputs[0]
    zeros = constant(np.zeros((), dz.dtype.base_dtype.as_numpy_dtype), name="zeros")
    dt = raw.SelectV2(condition, dz, zeros)
    de = raw.SelectV2(condition, zeros, dz)
    return [None, sum_to(t, z, dt, None)[0], sum_to(e, z, de, None)[0]]


def where_v2(condition, x=None, y=None, name=None):
    """`where` with broadcasting: `condition`, `x` and `y` may have any shapes that broadcast.

    Args:
      condition: `Tensor` of booleans.
      x: `Tensor`.
      y: `Tensor` of the type of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape; without `x` and `y` an `int64`
      `Tensor` whose rows are
      the positions of the true (or nonzero) elements.

    Raises:
      ValueError: only one of `x` and `y` is given, or the shapes do not broadcast.
      TypeError: the types of `x` and `y` differ.
    """
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is None:
        return PUBLIC["where"](condition, name=name)
    return raw.SelectV2(condition, x, y, name=name)
