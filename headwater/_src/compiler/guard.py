"""Checks that are made before a step instead of in it.

A compiled step with checks must keep the old values of its variables until it is known that none
has failed; every table of embeddings would be copied in every step. Most checks, however, look at
indices only. Where all of a step's checks together are cheap, they become an executable of their
own, which runs first; the step itself may then update its variables in place.
"""

import jax
import numpy as np

ELEMENTS = 1_000_000  # that may be computed for the checks
# What takes its time, or would repeat what the step does anyway.
DEAR = ("dot_general", "conv_general_dilated", "while", "scan", "cond", "sort", "eigh", "cholesky")


def made(flag, arguments):
    """An executable of the checks alone, or None where they are not cheap.

    Args:
      flag: function of `arguments` that can be traced and gives a boolean: whether a check fails.
      arguments: values it may be called with.

    Returns:
      A compiled function of such arguments, or None.
    """
    traced = jax.jit(flag).trace(*arguments)
    return jax.jit(flag) if _is_cheap(traced.jaxpr.jaxpr) else None


def _is_cheap(jaxpr):
    elements = 0
    for eqn in _needed(jaxpr):
        name = eqn.primitive.name
        if name.startswith(DEAR):
            return False
        inner = eqn.params.get("jaxpr")
        if inner is not None and not _is_cheap(getattr(inner, "jaxpr", inner)):
            return False
        elements += sum(int(np.prod(v.aval.shape)) for v in eqn.outvars)
    return elements <= ELEMENTS


def _needed(jaxpr):
    """The equations that the results depend on."""
    wanted = set(map(id, jaxpr.outvars))
    for eqn in reversed(jaxpr.eqns):
        if any(id(v) in wanted for v in eqn.outvars):
            wanted.update(map(id, eqn.invars))
            yield eqn
