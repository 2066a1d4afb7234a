"""Scattering into an array, for JAX; see `numpy_scatter`."""

import jax.numpy as jnp


def scatter(operand, index, updates, how):
    """`operand` with `updates` combined in at `index`; see `numpy_scatter.scatter`."""
    operand = jnp.asarray(operand)
    updates = jnp.asarray(updates, operand.dtype)
    at = operand.at[index]
    if how == "add":
        return at.add(updates)
    if how == "sub":
        return at.add(-updates)
    if how == "mul":
        return at.multiply(updates)
    if how == "div":
        return at.divide(updates).astype(operand.dtype)
    if how == "min":
        return at.min(updates)
    if how == "max":
        return at.max(updates)
    return at.set(updates)


__all__ = ["scatter"]
