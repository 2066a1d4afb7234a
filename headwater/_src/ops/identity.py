"""Ops that pass a tensor on: identity, its variants that stop or check something, and no-op."""

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.operation import Tensor
from headwater._src.ops._shapes import Out, compatible, merge, text

# --- identity ---------------------------------------------------------------------------------

Identity = define_op(
    "Identity",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type"],
)
StopGradient = define_op(
    "StopGradient",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type"],
)
PreventGradient = define_op(
    "PreventGradient",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type", "message: string = ''"],
)
GuaranteeConst = define_op(
    "GuaranteeConst",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type"],
    stateful=True,
)
Snapshot = define_op("Snapshot", inputs="input: T", outputs="output: T", attrs=["T: type"])


def identity_kernel(xp, input):
    return input


def _same(tensor):
    """The shape of a tensor, and what is behind it if it is a handle."""
    return tensor.dims if tensor.handle is None else Out(tensor.dims, tensor.handle)


for _op in (Identity, StopGradient, PreventGradient, GuaranteeConst, Snapshot):
    _op.shape(lambda input: _same(input))
    _op.kernel(identity_kernel)


@Identity.gradient
def identity_gradient(op, dy):
    return [dy]


StopGradient.no_gradient()
GuaranteeConst.no_gradient()


@PreventGradient.gradient
def prevent_gradient_gradient(op, dy):
    raise LookupError(f"Gradient explicitly disabled. Reason: {op.attrs['message'].encode()!r}")


def guarantee_const(input, name=None):
    """Promises that a tensor's value never changes; here the promise is not made use of.

    Args:
      input: a `Tensor` or value.
      name: name of the node.

    Returns:
      A tensor with the value of `input`, without a gradient.
    """
    return raw.GuaranteeConst(input, name=name)


@public
def identity(input, name=None):
    """A tensor with the value of `input`, as a node of its own.

    Args:
      input: a `Tensor`, variable or value.
      name: name of the node.

    Returns:
      A `Tensor`. Inside `tf.control_dependencies` it is the way to read a value after something
      else ran.
    """
    if not isinstance(input, Tensor) and hasattr(input, "dense_shape"):
        # IndexedSlices and SparseTensor: each of their tensors.
        parts = {
            part: None
            if getattr(input, part) is None
            else raw.Identity(getattr(input, part), name=name)
            for part in _parts(input)
        }
        return type(input)(**parts)
    return raw.Identity(input, name=name)


def _parts(composite):
    if isinstance(composite, IndexedSlices):
        return "values", "indices", "dense_shape"
    return "indices", "values", "dense_shape"


def stop_gradient(input, name=None):
    """The value of `input`, which gradients see as a constant.

    Args:
      input: a `Tensor` or value.
      name: name of the node.

    Returns:
      A `Tensor`.
    """
    return raw.StopGradient(input, name=name)


IdentityN = define_op(
    "IdentityN",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: list(type) >= 1"],
)


@IdentityN.shape
def identity_n_shape(input):
    return [_same(x) for x in input]


@IdentityN.kernel
def identity_n_kernel(xp, input):
    return list(input)


@IdentityN.gradient
def identity_n_gradient(op, *dys):
    return list(dys)


def identity_n(input, name=None):
    """Tensors with the values of a list of tensors, as one node.

    Args:
      input: list of tensors of any types.
      name: name of the node.

    Returns:
      A list of tensors; each of them waits for all of `input`.
    """
    return raw.IdentityN(input, name=name)


# --- checks -----------------------------------------------------------------------------------

CheckNumerics = define_op(
    "CheckNumerics",
    inputs="tensor: T",
    outputs="output: T",
    attrs=["T: {bfloat16, half, float, double}", "message: string"],
    stateful=True,
    shape=lambda tensor: tensor.dims,
)


@CheckNumerics.kernel
def check_numerics_kernel(xp, tensor, *, message):
    def error():
        found = []
        if xp.any(xp.isinf(tensor)):
            found.append("Inf")
        if xp.any(xp.isnan(tensor)):
            found.append("NaN")
        return errors.InvalidArgumentError(
            None, None, f"{message} : Tensor had {' and '.join(found)} values"
        )

    xp.require(xp.isfinite(tensor), error)
    return tensor


@CheckNumerics.gradient
def check_numerics_gradient(op, dy):
    own = op.attrs["message"].encode()
    text = f"Not a number (NaN) or infinity (Inf) values detected in gradient. {own!r}"
    return [raw.CheckNumerics(dy, message=text)]


@public
def check_numerics(tensor, message, name=None):
    """`tensor`, unless it has an element that is not a number or infinite.

    Args:
      tensor: floating-point `Tensor`.
      message: beginning of the error message.
      name: name of the node.

    Returns:
      A `Tensor` equal to `tensor`.

    Raises:
      InvalidArgumentError: at run time, when a NaN or an Inf is found.
    """
    return raw.CheckNumerics(tensor, message=message, name=name)


EnsureShape = define_op(
    "EnsureShape",
    inputs="input: T",
    outputs="output: T",
    attrs=["shape: shape", "T: type"],
)


@EnsureShape.shape
def ensure_shape_shape(input, *, shape):
    return merge(input.dims, shape)


@EnsureShape.kernel
def ensure_shape_kernel(xp, input, *, shape):
    if not compatible(tuple(input.shape), shape):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Shape of tensor {text(tuple(input.shape))} is not compatible with expected shape "
            f"{text(shape)}.",
        )
    return input


@EnsureShape.gradient
def ensure_shape_gradient(op, dy):
    return [dy]


def ensure_shape(x, shape, name=None):
    """`x`, with its shape checked: statically as far as known, else when it runs.

    Args:
      x: a `Tensor`.
      shape: the shape it must have; dimensions may be None.
      name: name of the node.

    Returns:
      A `Tensor` equal to `x`, of static shape `shape` merged with that of `x`.

    Raises:
      ValueError: the static shape contradicts `shape`.
      InvalidArgumentError: the shape at run time does.
    """
    return raw.EnsureShape(x, shape=shape, name=name)
