"""The array protocol for an op of whose rows only some are there; see `compiler/masked.py`."""

import jax.numpy as jnp

from headwater._src.xp import jax_xp


class only_where:
    """`jax_xp`, but what is scattered to rows goes only where there is a row.

    Args:
      there: boolean vector that belongs to the indices and updates of every scatter, or one boolean
        for all of them; False where no row is to change, but what is checked.
    """

    def __init__(self, there):
        self._there = there

    def __getattr__(self, attribute):
        return getattr(jax_xp, attribute)

    def scatter(self, operand, index, updates, how):
        """`jax_xp.scatter` of the rows that are there."""
        if self._there is False:
            return operand
        return jax_xp.scatter(operand, self._kept(operand, index), updates, how)

    def scatter_update(self, operand, indices, updates):
        """`jax_xp.scatter_update` of the rows that are there."""
        if self._there is False:
            return operand
        return jax_xp.scatter_update(operand, self._kept(operand, indices), updates)

    def _kept(self, operand, index):
        """JAX leaves out what is scattered to an index beyond the end."""
        if isinstance(index, tuple):
            return (self._kept(operand, index[0]), *index[1:])
        return jnp.where(self._there, index, operand.shape[0])
