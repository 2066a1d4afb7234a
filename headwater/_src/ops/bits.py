"""Tensors seen as tensors of another type: `tf.bitcast`."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.ops._shapes import ShapeError

_TYPES = (
    "{bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, "
    "complex64, complex128, qint8, quint8, qint16, quint16, qint32}"
)

Bitcast = define_op(
    "Bitcast",
    inputs="input: T",
    outputs="output: type",
    attrs=[f"T: {_TYPES}", f"type: {_TYPES}"],
)


def _dims(dims, have, want):
    """The shape after elements of `have` bytes are read as elements of `want` bytes."""
    if have == want or dims is None:
        return dims if have == want else None
    if have > want:
        return (*dims, have // want)
    ratio = want // have
    if not dims or (dims[-1] is not None and dims[-1] != ratio):
        last = dims[-1] if dims else "no dimension"
        raise ShapeError(
            f"Cannot bitcast from {want} to {have} due to shape. {last} does not match {ratio}"
        )
    return dims[:-1]


@Bitcast.shape
def bitcast_shape(input, *, type):
    return _dims(input.dims, input.dtype.base_dtype.size, type.size)


@Bitcast.kernel
def bitcast_kernel(xp, input, *, type):
    kind = np.dtype(type.as_numpy_dtype)
    have, want = input.dtype.itemsize, kind.itemsize
    try:
        shape = _dims(tuple(input.shape), have, want)
    except ShapeError as error:
        raise errors.InvalidArgumentError(None, None, str(error)) from None
    if have > want:
        input = xp.reshape(input, (*input.shape, 1))
    return xp.reshape(xp.bitcast(input, kind), shape)


Bitcast.no_gradient()


def bitcast(input, type, name=None):
    """The same bytes, read as elements of another type.

    Args:
      input: numeric `Tensor`.
      type: the `DType` to read them as.
      name: name of the node.

    Returns:
      A `Tensor` of type `type`. A smaller type adds a last dimension, the number of elements that
      one becomes; a larger type takes the last dimension away, which must be that number.

    Raises:
      ValueError: the last dimension is another number.
    """
    return Bitcast(input, type=type, name=name)
