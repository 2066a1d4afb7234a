"""Update rules of the optimizers, on reference variables and on resource variables."""

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.ops._shapes import merge

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)


def _rule(name, states, inputs, flags=(), sparse=False):
    """Declares `name` and `Resource<name>`; decorates the one rule of both.

    The rule is `(xp, *states, *inputs, **flags)` and returns the new states.
    """
    names = [*states, *inputs]
    types = {"indices": "Tindices"}
    attrs = [
        f"T: {NUMBERS}",
        *(["Tindices: {int32, int64}"] if sparse else []),
        "use_locking: bool = false",
        *(f"{flag}: bool = {value}" for flag, value in flags),
    ]

    def declare(fn):
        for prefix, kind in (("", "Ref(T)"), ("Resource", "resource")):
            text = ", ".join(f"{n}: {kind if n in states else types.get(n, 'T')}" for n in names)
            reference = not prefix
            op = define_op(
                prefix + name,
                inputs=text,
                outputs="out: Ref(T)" if reference else "",
                attrs=attrs,
                stateful=not reference,
            )
            op.shape(_make_shape(names, states, reference))
            op.update(*states)(fn)
            op.no_gradient()
        return fn

    return declare


def _make_shape(names, states, reference):
    """The states have one shape, and the gradient too unless it has rows of its own."""
    dense = "indices" not in names
    positions = [i for i, n in enumerate(names) if n in states or dense and n in ("grad", "delta")]

    def shape(*inputs):
        dims = None
        for i in positions:
            x = inputs[i]
            known = (
                x.dims
                if x.handle is None and x.dtype.name != "resource"
                else (x.handle[1] if x.handle is not None else None)
            )
            dims = merge(dims, known)
        return dims if reference else []

    return shape


def _check_rows(xp, indices, var, grad):
    rows = var.shape[0]
    ok = (indices >= 0) & (indices < rows)

    def error():
        at = int((~ok).argmax())
        return errors.InvalidArgumentError(
            None, None, f"Index {indices[at]} at offset {at} in indices is out of range"
        )

    xp.require(ok, error)


@_rule("ApplyGradientDescent", ["var"], ["alpha", "delta"])
def apply_gradient_descent(xp, var, alpha, delta):
    """Takes a step of size `alpha` against `delta`."""
    return var - alpha * delta


@_rule("ApplyMomentum", ["var", "accum"], ["lr", "grad", "momentum"], [("use_nesterov", "false")])
def apply_momentum(xp, var, accum, lr, grad, momentum, *, use_nesterov):
    """Moves along a decaying sum of gradients."""
    accum = accum * momentum + grad
    if use_nesterov:
        return var - (grad * lr + accum * momentum * lr), accum
    return var - accum * lr, accum


@_rule(
    "SparseApplyMomentum",
    ["var", "accum"],
    ["lr", "grad", "indices", "momentum"],
    [("use_nesterov", "false")],
    sparse=True,
)
def sparse_apply_momentum(xp, var, accum, lr, grad, indices, momentum, *, use_nesterov):
    """`apply_momentum` on the rows `indices` only."""
    _check_rows(xp, indices, var, grad)
    rows, sums = apply_momentum(
        xp, var[indices], accum[indices], lr, grad, momentum, use_nesterov=use_nesterov
    )
    return xp.scatter_update(var, indices, rows), xp.scatter_update(accum, indices, sums)


@_rule(
    "ApplyAdam",
    ["var", "m", "v"],
    ["beta1_power", "beta2_power", "lr", "beta1", "beta2", "epsilon", "grad"],
    [("use_nesterov", "false")],
)
def apply_adam(
    xp, var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad, *, use_nesterov
):
    """Moves by the mean of gradients over the root of the mean of squares, bias-corrected."""
    rate = lr * xp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (grad - m) * (1 - beta1)
    v = v + (grad * grad - v) * (1 - beta2)
    step = beta1 * m + (1 - beta1) * grad if use_nesterov else m
    return var - step * rate / (xp.sqrt(v) + epsilon), m, v


@_rule("ApplyAdagrad", ["var", "accum"], ["lr", "grad"], [("update_slots", "true")])
def apply_adagrad(xp, var, accum, lr, grad, *, update_slots):
    """Divides each step by the root of the sum of squares of all gradients so far."""
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad / xp.sqrt(accum), accum


@_rule(
    "SparseApplyAdagrad",
    ["var", "accum"],
    ["lr", "grad", "indices"],
    [("update_slots", "true")],
    sparse=True,
)
def sparse_apply_adagrad(xp, var, accum, lr, grad, indices, *, update_slots):
    """`apply_adagrad` on the rows `indices` only."""
    _check_rows(xp, indices, var, grad)
    rows, sums = apply_adagrad(
        xp, var[indices], accum[indices], lr, grad, update_slots=update_slots
    )
    return xp.scatter_update(var, indices, rows), xp.scatter_update(accum, indices, sums)
