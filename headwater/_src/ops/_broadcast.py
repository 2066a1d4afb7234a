"""Gradients of broadcasting ops: summing a gradient back to its input's shape."""

from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.ops._shapes import is_full
from headwater._src.ops._static import shape_tensor


def conj(x):
    """The conjugate that a gradient multiplies with: `x` itself where `x` is real."""
    return raw.Conj(x) if x.dtype.base_dtype.is_complex else x


def waiting(dy):
    """A block whose nodes wait for the gradient `dy`: before it is there they hold no memory."""
    return dy.graph.control_dependencies([dy.op])


def like(value, x, name="Const"):
    """A scalar constant of the type of `x`."""
    return constant(value, x.dtype.base_dtype, name=name)


def same_shape(x, y):
    """Whether both static shapes are completely known and equal."""
    return is_full(x.dims) and x.dims == y.dims


def sum_to(x, y, dx, dy):
    """Sums `dx` to the shape of `x` and `dy` to that of `y`, where broadcasting stretched them.

    Args:
      x: the one operand.
      y: the other operand.
      dx: gradient of `x` in the broadcast shape, or None.
      dy: gradient of `y` in the broadcast shape, or None.

    Returns:
      List of the two gradients.
    """
    x_shape, y_shape = shape_tensor(x), shape_tensor(y)
    if same_shape(x, y):
        return [dx, dy]
    axes = static_axes(x.dims, y.dims)
    if axes is None:
        axes = raw.BroadcastGradientArgs(x_shape, y_shape)
        needed = (True, True)
    else:
        rank = max(len(x.dims), len(y.dims))
        needed = [bool(a) or len(t.dims) < rank for a, t in zip(axes, (x, y))]
    result = []
    for d, shape, over, reduce in zip((dx, dy), (x_shape, y_shape), axes, needed):
        if d is not None and reduce:
            d = raw.Reshape(raw.Sum(d, over, keep_dims=True), shape)
        result.append(d)
    return result


def sum_to_both(x, y, dx, dy):
    """`sum_to` for ops whose gradient TensorFlow shortens when both shapes are known and equal."""
    return [dx, dy] if same_shape(x, y) else sum_to(x, y, dx, dy)


def static_axes(x, y):
    """Along which axes the gradients of operands with dims `x` and `y` are summed.

    Returns:
      A pair of lists of axes of the broadcast shape, or None when the dims do not decide it.
    """
    if x is None or y is None:
        return None
    rank = max(len(x), len(y))
    x, y = (1,) * (rank - len(x)) + tuple(x), (1,) * (rank - len(y)) + tuple(y)
    x_axes, y_axes = [], []
    for axis, (a, b) in enumerate(zip(x, y)):
        if a is not None and a == b:
            continue
        if a == 1:
            x_axes.append(axis)
        elif b == 1:
            y_axes.append(axis)
        else:
            return None
    return x_axes, y_axes
