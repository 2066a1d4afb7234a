"""Local response normalisation: each pixel by the energy of neighbouring channels."""

import numpy as np

from headwater._src.graph import define_op, raw
from headwater._src.ops._shapes import merge, with_rank
from headwater._src.ops._windows import invalid

_ATTRS = [
    "depth_radius: int = 5",
    "bias: float = 1.0",
    "alpha: float = 1.0",
    "beta: float = 0.5",
    "T: {half, bfloat16, float} = float",
]

LRN = define_op(
    "LRN",
    inputs="input: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=lambda input: with_rank(input.dims, 4),
)
LRNGrad = define_op(
    "LRNGrad",
    inputs="input_grads: T, input_image: T, output_image: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=lambda input_grads, input_image, output_image: merge(
        with_rank(merge(input_grads.dims, input_image.dims), 4), output_image.dims
    ),
)


def _neighbours(xp, x, radius):
    """The sum over the channels at most `radius` away, along the last dimension."""
    channels = x.shape[-1]
    radius = min(radius, max(channels - 1, 0))
    wide = xp.pad(x, [(0, 0)] * (xp.ndim(x) - 1) + [(radius, radius)])
    total = wide[..., :channels]
    for i in range(1, 2 * radius + 1):
        total = total + wide[..., i : i + channels]
    return total


def _norm(xp, x, radius, bias, alpha):
    return np.float32(bias) + np.float32(alpha) * _neighbours(xp, x * x, radius)


@LRN.kernel
def _lrn_kernel(xp, input, *, depth_radius, bias, alpha, beta):
    if xp.ndim(input) != 4:
        invalid(f"in must be 4-dimensional, got rank {xp.ndim(input)}")
    x = input.astype("float32")
    return (x * _norm(xp, x, depth_radius, bias, alpha) ** np.float32(-beta)).astype(input.dtype)


@LRNGrad.kernel
def _lrn_grad_kernel(
    xp, input_grads, input_image, output_image, *, depth_radius, bias, alpha, beta
):
    dy, x, y = (v.astype("float32") for v in (input_grads, input_image, output_image))
    norm = _norm(xp, x, depth_radius, bias, alpha)
    shared = _neighbours(xp, dy * y / norm, depth_radius)
    dx = dy * norm ** np.float32(-beta) - np.float32(2 * alpha * beta) * x * shared
    return dx.astype(input_grads.dtype)


@LRN.gradient
def _lrn_gradient(op, dy):
    names = ("depth_radius", "bias", "alpha", "beta")
    return [raw.LRNGrad(dy, op.inputs[0], op.outputs[0], **{n: op.attrs[n] for n in names})]


LRNGrad.no_gradient()


@LRN.cost
def _lrn_cost(inputs, output, *, depth_radius, **attrs):
    return (2.0 * depth_radius + 20) * float(np.prod(output))


@LRNGrad.cost
def _lrn_grad_cost(inputs, output, *, depth_radius, **attrs):
    return (4.0 * depth_radius + 30) * float(np.prod(output))


def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    r"""$x_c / (bias + \alpha \sum_{|d - c| \le radius} x_d^2)^\beta$ for each channel $c$.

    Args:
      input: floating-point `Tensor` of rank 4, channels last.
      depth_radius: how many channels on either side count.
      bias: offset of the sum.
      alpha: factor of the sum.
      beta: exponent.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `input`.
    """
    return raw.LRN(input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name)
