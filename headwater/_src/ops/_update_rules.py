"""Declaring an update rule: one rule gives the dense, sparse, reference and resource ops."""

import inspect

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.ops._shapes import merge

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
_GRADIENTS = ("grad", "delta")


def rule(name, states, inputs, flags=(), prefixes=("", "Resource")):
    """Declares `name` and `Resource<name>`; decorates the one rule of both.

    Args:
      name: name of the op on references.
      states: names of the inputs that are variables.
      inputs: names of the other inputs, in order; `global_step` is int64, `indices` an index.
      flags: `(attr, default)` pairs of boolean attrs besides `use_locking`.
      prefixes: the variants to declare.

    Returns:
      A decorator of the rule `(xp, *states, *inputs, **flags)`, which returns the new states.
    """
    names = [*states, *inputs]
    types = {"indices": "Tindices", "global_step": "int64"}
    attrs = [
        f"T: {NUMBERS}",
        *(["Tindices: {int32, int64}"] if "indices" in inputs else []),
        "use_locking: bool = false",
        *(f"{flag}: bool = {value}" for flag, value in flags),
    ]

    def declare(fn):
        checked = _checked(fn, name, len(states), names)
        for prefix in prefixes:
            kind = "resource" if prefix else "Ref(T)"
            text = ", ".join(f"{n}: {kind if n in states else types.get(n, 'T')}" for n in names)
            op = define_op(
                prefix + name,
                inputs=text,
                outputs="" if prefix else "out: Ref(T)",
                attrs=attrs,
                stateful=bool(prefix),
            )
            op.shape(_make_shape(names, states, not prefix))
            op.update(*states, rows="grad" if "indices" in names else None)(checked)
            op.no_gradient()
        return fn

    return declare


def sparse(name, fn, states, inputs, flags=(), prefixes=("", "Resource")):
    """Declares the sparse ops of a dense rule: the rule, on the rows `indices` only.

    Args:
      name: name of the op on references.
      fn: the dense rule `(xp, *states, *inputs without indices, **flags)`.
      states: names of the inputs that are variables.
      inputs: names of the other inputs in the op's order, `indices` among them.
      flags: as for `rule`.
      prefixes: as for `rule`.
    """
    order = [p.name for p in _parameters(fn)][1:]

    def on_rows(xp, *values, **attrs):
        given = dict(zip([*states, *inputs], values))
        rows = given.pop("indices")
        check_rows(xp, rows, given[states[0]], given["grad"])
        for state in states:
            given[state] = given[state][rows]
        result = fn(xp, *[given[n] for n in order], **attrs)
        result = result if isinstance(result, tuple) else (result,)
        updated = tuple(xp.scatter_update(values[i], rows, part) for i, part in enumerate(result))
        return updated if len(updated) > 1 else updated[0]

    on_rows.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for n in ("xp", *states, *inputs)
        ]
        + [p for p in inspect.signature(fn).parameters.values() if p.kind is p.KEYWORD_ONLY]
    )
    on_rows.__name__ = f"sparse_{fn.__name__}"
    rule(name, states, inputs, flags, prefixes)(on_rows)


def _parameters(fn):
    return [p for p in inspect.signature(fn).parameters.values() if p.kind is not p.KEYWORD_ONLY]


def _checked(fn, name, n_states, names):
    """The rule, preceded by the checks of shapes that the static ones may have missed."""
    gradients = [i for i, n in enumerate(names) if n in _GRADIENTS]
    dense = "indices" not in names

    def update(xp, *values, **attrs):
        shape = np.shape(values[0])
        for i in range(1, n_states):
            _require_same(xp, f"var and {names[i]}", shape, np.shape(values[i]))
        if dense:
            for i in gradients:
                _require_same(xp, f"var and {names[i]}", shape, np.shape(values[i]))
        return fn(xp, *values, **attrs)

    update.__signature__ = inspect.signature(fn)  # type: ignore[attr-defined]
    update.__name__ = fn.__name__
    return update


def _text(shape):
    return "[" + ",".join(map(str, shape)) + "]"


def _require_same(xp, what, shape, other):
    xp.require(
        shape == other,
        lambda: errors.InvalidArgumentError(
            None, None, f"{what} do not have the same shape{_text(shape)} {_text(other)}"
        ),
    )


def _make_shape(names, states, reference):
    """The states have one shape, and the gradient too unless it has rows of its own."""
    dense = "indices" not in names
    positions = [i for i, n in enumerate(names) if n in states or dense and n in _GRADIENTS]

    def shape(*inputs):
        dims = None
        for i in positions:
            x = inputs[i]
            if x.handle is not None:
                dims = merge(dims, x.handle[1])
            elif x.dtype.name != "resource":
                dims = merge(dims, x.dims)
        return dims if reference else []

    return shape


def check_rows(xp, indices, var, grad):
    """Requires that all `indices` name rows of `var`, and that `grad` has one for each."""
    rows = np.shape(var)[0]
    ok = (indices >= 0) & (indices < rows)

    def error():
        at = int((~ok).argmax())
        return errors.InvalidArgumentError(
            None, None, f"Index {indices[at]} at offset {at} in indices is out of range"
        )

    xp.require(ok, error)
    xp.require(
        np.shape(grad)[:1] == np.shape(indices),
        lambda: errors.InvalidArgumentError(
            None, None, "grad must be the same size as indices in the first dimension."
        ),
    )
