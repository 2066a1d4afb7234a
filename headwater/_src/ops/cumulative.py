"""Running sums and products along an axis."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._binary import QUANTIZED_NUMBERS
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import same


def cumulative(name, types, run):
    """Adds an op that accumulates along an axis; `run(xp, x, axis)` gives the inclusive values."""
    op = define_op(
        name,
        inputs="x: T, axis: Tidx",
        outputs="out: T",
        attrs=[
            "exclusive: bool = false",
            "reverse: bool = false",
            f"T: {types}",
            "Tidx: {int32, int64} = int32",
        ],
        shape=lambda x, axis: same(x),
    )

    def kernel(xp, x, axis, *, exclusive, reverse):
        axis = _axis(axis, np.ndim(x))
        if reverse:
            x = xp.flip(x, axis)
        result = run(xp, x, axis, exclusive)
        return xp.flip(result, axis) if reverse else result

    op.kernel(kernel, static=["axis"])
    return op


def _axis(axis, rank):
    axis = int(axis)
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None, None, f"ScanOp: Expected scan axis in the range [{-rank}, {rank}), but got {axis}"
        )
    return axis % rank


def _shifted(xp, result, axis, first):
    """`result` moved by one along `axis`, with the value `first` in front."""
    n = result.shape[axis]
    head = xp.full(
        result.shape[:axis] + (min(n, 1),) + result.shape[axis + 1 :], first, result.dtype
    )
    index = (slice(None),) * axis + (slice(0, max(n - 1, 0)),)
    return xp.concatenate([head, result[index]], axis)


def _run(function, neutral):
    def run(xp, x, axis, exclusive):
        result = getattr(xp, function)(x, axis=axis, dtype=x.dtype)
        return _shifted(xp, result, axis, neutral) if exclusive else result

    return run


Cumsum = cumulative("Cumsum", QUANTIZED_NUMBERS, _run("cumsum", 0))
Cumprod = cumulative("Cumprod", QUANTIZED_NUMBERS, _run("cumprod", 1))


@Cumsum.gradient
def cumsum_gradient(op, dy):
    reverse = not op.attrs["reverse"]
    return [raw.Cumsum(dy, op.inputs[1], exclusive=op.attrs["exclusive"], reverse=reverse), None]


@Cumprod.gradient
def cumprod_gradient(op, dy):
    """The sum of `dy` times the products that hold an element, divided by that element."""
    x, axis = op.inputs
    exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]
    products = raw.Cumprod(x, axis, exclusive=exclusive, reverse=reverse)
    sums = raw.Cumsum(products * dy, axis, exclusive=exclusive, reverse=not reverse)
    return [raw.DivNoNan(sums, x, name="div_no_nan"), None]


def _function(name, node, summary):
    def function(x, axis=0, exclusive=False, reverse=False, name=None):
        with scope(name, node, [x]) as node_name:
            x = convert_to_tensor(x, name="x")
            op = getattr(raw, node)
            return op(x, axis, exclusive=exclusive, reverse=reverse, name=node_name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      x: `Tensor` of numbers.
      axis: the dimension to go along.
      exclusive: whether an element itself is left out.
      reverse: whether to start at the end.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.

    Raises:
      InvalidArgumentError: at run time, when `axis` is out of range.
    """
    return public(function)


cumsum = _function("cumsum", "Cumsum", "The running sums along `axis`.")
cumprod = _function("cumprod", "Cumprod", "The running products along `axis`.")
