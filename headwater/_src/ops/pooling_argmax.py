"""Max-pooling that also tells where the maxima are."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, raw
from headwater._src.ops._args import renamed
from headwater._src.ops._shapes import with_rank
from headwater._src.ops._windows import invalid, out_sizes, output_space, pads

_REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
_ATTRS = ["ksize: list(int) >= 4", "strides: list(int) >= 4"]

MaxPoolWithArgmax = define_op(
    "MaxPoolWithArgmax",
    inputs="input: T",
    outputs="output: T, argmax: Targmax",
    attrs=[
        *_ATTRS,
        "Targmax: {int32, int64} = int64",
        "padding: {'SAME', 'VALID'}",
        "include_batch_in_index: bool = false",
        f"T: {_REAL}",
    ],
)
MaxPoolGradWithArgmax = define_op(
    "MaxPoolGradWithArgmax",
    inputs="input: T, grad: T, argmax: Targmax",
    outputs="output: T",
    attrs=[
        *_ATTRS,
        "padding: {'SAME', 'VALID'}",
        "include_batch_in_index: bool = false",
        "Targmax: {int32, int64}",
        f"T: {_REAL}",
    ],
    shape=lambda input, grad, argmax: with_rank(input.dims, 4),
)
MaxPoolGradGradWithArgmax = define_op(
    "MaxPoolGradGradWithArgmax",
    inputs="input: T, grad: T, argmax: Targmax",
    outputs="output: T",
    attrs=[
        *_ATTRS,
        "padding: {'SAME', 'VALID'}",
        "include_batch_in_index: bool = false",
        "Targmax: {int32, int64}",
        f"T: {_REAL}",
    ],
    shape=lambda input, grad, argmax: argmax.dims,
)


@MaxPoolWithArgmax.shape
def _argmax_shape(input, *, ksize, strides, padding):
    x = with_rank(input.dims, 4)
    dims = (x[0], *out_sizes(x[1:3], ksize[1:3], strides[1:3], (1, 1), padding), x[3])
    return [dims, dims]


def _check(ksize, strides):
    if ksize[0] != 1 or strides[0] != 1:
        raise errors.UnimplementedError(
            None, None, "Pooling is not yet supported on the batch dimension."
        )
    if ksize[3] != 1 or strides[3] != 1:
        raise errors.UnimplementedError(None, None, "Pooling across depth has no positions.")


@MaxPoolWithArgmax.kernel
def _argmax_kernel(xp, input, *, ksize, strides, padding, include_batch_in_index, Targmax):
    _check(ksize, strides)
    window, steps = tuple(ksize[1:3]), tuple(strides[1:3])
    output_space(input.shape[1:3], window, steps, (1, 1), padding)
    move = (window, steps, (1, 1), pads(input.shape[1:3], window, steps, (1, 1), padding))
    kind = Targmax.as_numpy_dtype
    shape = input.shape if include_batch_in_index else (1, *input.shape[1:])
    places = np.arange(int(np.prod(shape))).reshape(shape).astype(kind)
    best = at = None
    values = xp.window_taps(input, *move, xp.lowest(input.dtype))
    # Places outside of the image are -1, and never kept.
    for value, place in zip(values, xp.window_taps(xp.asarray(places), *move, -1)):
        place = xp.broadcast_to(place, value.shape)
        if best is None:
            best, at = value, place
            continue
        better = (value > best) | ((at < 0) & (place >= 0))
        best, at = xp.where(better, value, best), xp.where(better, place, at)
    return best, at


def _flat_places(xp, argmax, batch, per_image, include_batch_in_index):
    if include_batch_in_index:
        places, limit = argmax, batch * per_image
    else:
        offsets = np.arange(batch, dtype=np.int64).reshape(-1, 1, 1, 1) * per_image
        places, limit = argmax + offsets, per_image
    xp.require(
        (argmax >= 0) & (argmax < limit),
        lambda: errors.InvalidArgumentError(
            None,
            None,
            f"Invalid output index: {np.asarray(argmax).ravel()[_first_bad(argmax, limit)]}, "
            f"which is not in [0, {limit})",
        ),
    )
    return xp.clip(places, 0, max(batch * per_image - 1, 0))


def _first_bad(argmax, limit):
    flat = np.asarray(argmax).ravel()
    return int(np.argmax((flat < 0) | (flat >= limit)))


@MaxPoolGradWithArgmax.kernel
def _grad_with_argmax_kernel(xp, input, grad, argmax, *, include_batch_in_index):
    if tuple(grad.shape) != tuple(argmax.shape):
        invalid(f"Expected grad shape to be {list(argmax.shape)}, but got {list(grad.shape)}")
    per_image = int(np.prod(input.shape[1:]))
    places = _flat_places(xp, argmax, input.shape[0], per_image, include_batch_in_index)
    flat = xp.zeros((input.shape[0] * per_image,), grad.dtype)
    return xp.reshape(
        xp.scatter_add(flat, xp.reshape(places, (-1,)), xp.reshape(grad, (-1,))), input.shape
    )


@MaxPoolGradGradWithArgmax.kernel
def _grad_grad_with_argmax_kernel(xp, input, grad, argmax, *, include_batch_in_index):
    per_image = int(np.prod(input.shape[1:]))
    places = _flat_places(xp, argmax, input.shape[0], per_image, include_batch_in_index)
    return xp.reshape(xp.gather(xp.reshape(grad, (-1,)), xp.reshape(places, (-1,))), argmax.shape)


def _attrs(op):
    return {
        name: op.attrs[name] for name in ("ksize", "strides", "padding", "include_batch_in_index")
    }


@MaxPoolWithArgmax.gradient
def _argmax_gradient(op, dy, dargmax):
    return [raw.MaxPoolGradWithArgmax(op.inputs[0], dy, op.outputs[1], **_attrs(op))]


MaxPoolGradGradWithArgmax.no_gradient()


def max_pool_with_argmax(
    input,
    ksize,
    strides,
    padding,
    data_format="NHWC",
    Targmax=None,
    name=None,
    output_dtype=None,
    include_batch_in_index=False,
):
    """The largest value in each window, and its place in the flattened image.

    Args:
      input: real `Tensor` of shape `[batch, height, width, channels]`.
      ksize: list of 4 integers, the window.
      strides: list of 4 integers.
      padding: `"SAME"` or `"VALID"`.
      data_format: only `"NHWC"`.
      Targmax: the type of the places, int64 (default) or int32.
      name: optional name of the operation.
      output_dtype: the newer name of `Targmax`.
      include_batch_in_index: whether places count through the batch rather than through each image.

    Returns:
      Two `Tensor`s of shape `[batch, rows, columns, channels]`: maxima and places.

    Raises:
      ValueError: another `data_format`.
    """
    if data_format != "NHWC":
        raise ValueError(
            "`data_format` values other than 'NHWC' are not supported. Received: data_format="
            f"{data_format}"
        )
    kind = renamed("output_dtype", output_dtype, "Targmax", Targmax, dtypes.int64)
    return raw.MaxPoolWithArgmax(
        input,
        ksize=ksize,
        strides=strides,
        Targmax=kind,
        padding=padding,
        include_batch_in_index=include_batch_in_index,
        name=name,
    )
