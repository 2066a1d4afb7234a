"""Where the extremes are: `argmax` and `argmin`."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._args import deprecated, renamed
from headwater._src.ops._shapes import ShapeError

ORDERED = (
    "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, "
    "qint8, quint8, qint32, qint16, quint16, bool}"
)


def _shape(input, dimension):
    dims, axis = input.dims, dimension.known
    if dimension.dims not in (None, ()):
        raise ShapeError(f"Shape must be rank 0 but is rank {len(dimension.dims)}")
    if dims is None:
        return None
    if len(dims) <= 1 and axis is None:
        return ()
    if axis is None:
        return (None,) * (len(dims) - 1)
    rank, axis = len(dims), int(axis)
    if rank == 0:
        return ()
    if not -rank <= axis < rank:
        raise ShapeError(
            f"Dimension ({axis}) must be in the range [{-rank}, {rank}), where {rank} is the "
            "number of dimensions in the input."
        )
    axis %= rank
    return dims[:axis] + dims[axis + 1 :]


def _kernel(function, least):
    def kernel(xp, input, dimension, *, output_type):
        rank, axis = np.ndim(input), int(dimension)
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None, None, f"Expected dimension in the range [{-rank}, {rank}), but got {axis}"
            )
        if input.shape[axis] == 0:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Reduction axis {axis} is empty in shape "
                f"[{','.join(str(d) for d in input.shape)}]",
            )
        if np.dtype(input.dtype).kind in "fV":  # V: bfloat16
            # Numbers that are none count for least; NumPy would find the first of them.
            input = xp.where(xp.isnan(input), xp.asarray(least, input.dtype), input)
        return getattr(xp, function)(input, axis=axis).astype(output_type.as_numpy_dtype)

    return kernel


ArgMax = define_op(
    "ArgMax",
    inputs="input: T, dimension: Tidx",
    outputs="output: output_type",
    attrs=[
        f"T: {ORDERED}",
        "Tidx: {int16, int32, int64} = int32",
        "output_type: {int16, uint16, int32, int64} = int64",
    ],
    shape=_shape,
)
ArgMax.kernel(_kernel("argmax", -np.inf), static=["dimension"])
ArgMax.no_gradient()

ArgMin = define_op(
    "ArgMin",
    inputs="input: T, dimension: Tidx",
    outputs="output: output_type",
    attrs=[f"T: {ORDERED}", "Tidx: {int32, int64} = int32", "output_type: {int32, int64} = int64"],
    shape=_shape,
)
ArgMin.kernel(_kernel("argmin", np.inf), static=["dimension"])
ArgMin.no_gradient()


@public
def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The positions of the largest elements along `axis`; of equal ones, the first.

    Args:
      input: `Tensor` of real numbers or booleans.
      axis: the dimension to search; the default is 0.
      name: name of the node.
      dimension: old name of `axis`.
      output_type: type of the result.

    Returns:
      A `Tensor` of type `output_type`, with the shape of `input` less the dimension `axis`.

    Raises:
      ValueError: `axis` is out of range, or given under both names.
      InvalidArgumentError: at run time, when the dimension is empty.

    >>> sess.run(tf.argmax([[3, 7], [9, 1]], 1))
    array([1, 0])
    """
    axis = renamed("axis", axis, "dimension", dimension, 0)
    return raw.ArgMax(input, axis, output_type=output_type, name=name)


@public
def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64):
    """The positions of the smallest elements along `axis`; of equal ones, the first.

    Args:
      input: `Tensor` of real numbers or booleans.
      axis: the dimension to search; the default is 0.
      name: name of the node.
      dimension: old name of `axis`.
      output_type: type of the result.

    Returns:
      A `Tensor` of type `output_type`, with the shape of `input` less the dimension `axis`.

    Raises:
      ValueError: `axis` is out of range, or given under both names.
      InvalidArgumentError: at run time, when the dimension is empty.
    """
    axis = renamed("axis", axis, "dimension", dimension, 0)
    return raw.ArgMin(input, axis, output_type=output_type, name=name)


def arg_max(input, dimension, output_type=dtypes.int64, name=None):
    """The old spelling of `argmax`.

    Args:
      input: `Tensor` of real numbers or booleans.
      dimension: the dimension to search.
      output_type: type of the result.
      name: name of the node.

    Returns:
      A `Tensor` of type `output_type`.

    Raises:
      ValueError: `dimension` is out of range.
    """
    deprecated("tf.arg_max", "tf.argmax")
    return raw.ArgMax(input, dimension, output_type=output_type, name=name)


def arg_min(input, dimension, output_type=dtypes.int64, name=None):
    """The old spelling of `argmin`.

    Args:
      input: `Tensor` of real numbers or booleans.
      dimension: the dimension to search.
      output_type: type of the result.
      name: name of the node.

    Returns:
      A `Tensor` of type `output_type`.

    Raises:
      ValueError: `dimension` is out of range.
    """
    deprecated("tf.arg_min", "tf.argmin")
    return raw.ArgMin(input, dimension, output_type=output_type, name=name)
