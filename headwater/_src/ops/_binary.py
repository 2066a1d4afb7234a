"""Declaring ops of two tensors that broadcast, and their public functions."""

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public
from headwater._src.ops._shapes import broadcast

QUANTIZED_NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
INTEGERS = "{int8, int16, int32, int64, uint8, uint16, uint32, uint64}"
REAL = "{bfloat16, half, float, double}"
FLOATS = "{half, float, bfloat16, double, complex64, complex128}"
NUMBERS = (
    "{bfloat16, half, float, double, uint8, int8, uint16, int16, int32, uint32, uint64, int64, "
    "complex64, complex128}"
)


def binary(name, types, kernel, gradient=None):
    """Adds an op `z = name(x, y)` that broadcasts.

    Args:
      name: the op's name.
      types: the allowed types, as in a signature.
      kernel: `(xp, x, y) -> z`.
      gradient: `(op, dz) -> [dx, dy]`, or None when there is none.

    Returns:
      The `Op`.
    """
    op = define_op(
        name,
        inputs="x: T, y: T",
        outputs="z: T",
        attrs=[f"T: {types}"],
        shape=lambda x, y: broadcast(x.dims, y.dims),
    )
    op.kernel(kernel)
    if gradient is not None:
        op.gradient(gradient)
    return op


def function_of(
    op,
    name,
    summary,
    args=("numbers", "of the type of `x`, or a value to make one of"),
    result="the type of `x` and the broadcast shape",
    raises="",
):
    """The public function of a broadcasting op."""

    def function(x, y, name=None):
        return op(x, y, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      x: `Tensor` of {args[0]}.
      y: `Tensor` {args[1]}; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of {result}.

    Raises:
      TypeError: the types of `x` and `y` differ, or the op is not defined for them.
      ValueError: the shapes do not broadcast.{raises}
    """
    return public(function)


def is_integer(x):
    """Whether an array of a kernel holds integers."""
    return dtypes.as_dtype(x.dtype).is_integer
