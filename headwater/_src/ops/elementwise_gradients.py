"""Gradients of elementwise functions that are ops of their own: `z` of the output `y` and its `dy`."""

from headwater._src.graph import define_op, raw
from headwater._src.ops._broadcast import conj, waiting
from headwater._src.ops._shapes import merge

FLOATS = "{bfloat16, half, float, double, complex64, complex128}"


def grad_op(name, kernel, gradient):
    """Adds an op `(y, dy) -> dx` that is the gradient of an op with output `y`."""
    op = define_op(
        name,
        inputs="y: T, dy: T",
        outputs="z: T",
        attrs=[f"T: {FLOATS}"],
        shape=lambda y, dy: merge(y.dims, dy.dims),
    )
    op.kernel(kernel)
    op.gradient(gradient)
    return op


def tanh_grad_gradient(op, dz):
    """With `z = dy (1 - y^2)`."""
    with waiting(dz):
        y, dy = conj(op.inputs[0]), conj(op.inputs[1])
        return [dz * -2.0 * dy * y, raw.TanhGrad(y, dz)]


def sigmoid_grad_gradient(op, dz):
    """With `z = dy y (1 - y)`."""
    with waiting(dz):
        y, dy = conj(op.inputs[0]), conj(op.inputs[1])
        product = dz * dy
        return [product - 2.0 * product * y, raw.SigmoidGrad(y, dz)]


def sqrt_grad_gradient(op, dz):
    """With `z = dy / (2 y)`."""
    with waiting(dz):
        quotient = dz / op.inputs[0]
        return [-conj(quotient) * op.outputs[0], 0.5 * quotient]


def rsqrt_grad_gradient(op, dz):
    """With `z = -dy y^3 / 2`."""
    with waiting(dz):
        y, dy = conj(op.inputs[0]), op.inputs[1]
        return [-1.5 * conj(dz) * dy * raw.Square(y), raw.RsqrtGrad(y, dz)]


def reciprocal_grad_gradient(op, dz):
    """With `z = -dy y^2`."""
    with waiting(dz):
        y, dy = conj(op.inputs[0]), op.inputs[1]
        return [conj(dz) * -2.0 * dy * y, raw.ReciprocalGrad(y, dz)]


def _reciprocal_grad_kernel(xp, y, dy):
    y = xp.conj(y)
    return -dy * y * y


def _rsqrt_grad_kernel(xp, y, dy):
    y = xp.conj(y)
    return -0.5 * dy * (y * y * y)


TanhGrad = grad_op("TanhGrad", lambda xp, y, dy: dy * (1 - y * y), tanh_grad_gradient)
SigmoidGrad = grad_op("SigmoidGrad", lambda xp, y, dy: dy * y * (1 - y), sigmoid_grad_gradient)
SqrtGrad = grad_op("SqrtGrad", lambda xp, y, dy: 0.5 * dy / xp.conj(y), sqrt_grad_gradient)
RsqrtGrad = grad_op("RsqrtGrad", _rsqrt_grad_kernel, rsqrt_grad_gradient)
ReciprocalGrad = grad_op("ReciprocalGrad", _reciprocal_grad_kernel, reciprocal_grad_gradient)
InvGrad = grad_op("InvGrad", _reciprocal_grad_kernel, reciprocal_grad_gradient)
