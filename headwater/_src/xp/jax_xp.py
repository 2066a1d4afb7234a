"""The array protocol on JAX, for values that are traced while a region is compiled.

This module is the one place that configures JAX. State: `_errors`, the error flags collected by
`require` while a region is traced (a stack, because regions with control flow are traced inside one
another).
"""

import threading

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from headwater._src.xp import (
    philox,
    philox_normal,
    philox_rejection,
    philox_sampling,
    philox_stateless,
)
from headwater._src.xp.jax_array import *  # noqa: F403
from headwater._src.xp.jax_conv import *  # noqa: F403
from headwater._src.xp.jax_index import *  # noqa: F403
from headwater._src.xp.jax_linalg import *  # noqa: F403
from headwater._src.xp.jax_lists import *  # noqa: F403
from headwater._src.xp.jax_scatter import *  # noqa: F403
from headwater._src.xp.jax_special import *  # noqa: F403
from headwater._src.xp.jax_sums import *  # noqa: F403

jax.config.update(
    "jax_enable_x64", True
)  # types come from op signatures, never from JAX's defaults

name = "jax"
compiled = True


class _Errors(threading.local):
    def __init__(self):
        self.stack = []


_errors = _Errors()


def __getattr__(attribute):
    return getattr(jnp, attribute)


class collect_errors:
    """Context manager that gathers the flags of `require`; gives the list of traced booleans."""

    def __enter__(self):
        _errors.stack.append([])
        return _errors.stack[-1]

    def __exit__(self, *exc):
        _errors.stack.pop()


def require(ok, error):
    """Notes that the region fails unless `ok` holds everywhere; see `numpy_xp.require`."""
    if isinstance(ok, (bool, np.bool_, np.ndarray)):
        if np.all(ok):
            return
        raise error()
    _errors.stack[-1].append(jnp.logical_not(jnp.all(ok)))


def cast(x, dtype):
    """`x` converted to `dtype` as TensorFlow does it (complex to real drops the imaginary part)."""
    x = jnp.asarray(x)
    if jnp.issubdtype(x.dtype, jnp.complexfloating) and not jnp.issubdtype(
        dtype, jnp.complexfloating
    ):
        x = x.real
    if np.dtype(dtype) == np.bool_:
        return x != 0
    return x.astype(dtype)


def is_concrete(x):
    """Whether the value of `x` can be looked at while tracing."""
    return not isinstance(x, jax.core.Tracer)


def lax_loop(condition, body, state):
    """`while condition(state): state = body(state)`, compiled."""
    return lax.while_loop(condition, body, state)


random_uniform = lambda key, shape, dtype: philox.random_uniform(jnp, key, shape, dtype)
random_normal = lambda key, shape, dtype: philox_normal.random_normal(jnp, key, shape, dtype)
truncated_normal = lambda key, shape, dtype: philox_normal.truncated_normal(jnp, key, shape, dtype)


def advance(state, count):
    """The Philox state whose 128-bit counter is `count` blocks further."""
    low = state[2].astype(jnp.uint64) | state[3].astype(jnp.uint64) << np.uint64(32)
    high = state[4].astype(jnp.uint64) | state[5].astype(jnp.uint64) << np.uint64(32)
    new = low + np.uint64(count)
    high = high + (new < low).astype(jnp.uint64)
    words = [new, new >> np.uint64(32), high, high >> np.uint64(32)]
    return jnp.concatenate([state[:2], jnp.stack([w.astype(jnp.uint32) for w in words])])


def random_uniform_int(key, shape, minval, maxval, dtype):
    """Integers in `[minval, maxval)` from the Philox state `key`."""
    return philox.random_uniform_int(jnp, key, shape, minval, maxval, dtype)


def random_permutation(key, n):
    """The permutation `tf.random_shuffle` applies to `n` rows."""
    return philox_sampling.random_shuffle_permutation(jnp, key, n)


def random_multinomial(key, logits, num_samples, dtype):
    """`num_samples` class numbers for each row of `logits`."""
    return philox_sampling.multinomial(jnp, key, logits, num_samples, dtype)


unit_float64 = lambda pairs: philox.unit_float64(jnp, pairs)
random_pairs = lambda key, blocks: philox.block_pairs(jnp, key, blocks)
random_bits = lambda key, shape, dtype: philox.random_bits(jnp, key, shape, dtype)
stateless_state = lambda seed: philox_stateless.stateless_state(jnp, seed)
stateless_pairs = lambda key: philox_stateless.state_pairs(jnp, key)
stateless_state_of = lambda key, counter: philox_stateless.state_of(jnp, key, counter)


def random_gamma(key, samples, alpha):
    """`samples` gamma numbers for each element of the vector `alpha`, in double precision."""
    return philox_rejection.random_gamma(jnp, lax_loop, key, samples, alpha)


def random_poisson(key, samples, rate, largest):
    """`samples` Poisson numbers, at most `largest`, for each element of the vector `rate`."""
    return philox_rejection.random_poisson(jnp, lax_loop, lax.lgamma, key, samples, rate, largest)
