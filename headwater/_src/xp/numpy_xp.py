"""The array protocol on NumPy: the executable definition of what every kernel means.

Any NumPy function is available under its own name; below stand the intrinsics. `tests/xp` runs both
implementations over one grid.
"""

import numpy as np

from headwater._src.xp import (
    numpy_special,
    philox,
    philox_normal,
    philox_rejection,
    philox_sampling,
    philox_stateless,
)
from headwater._src.xp.numpy_array import *  # noqa: F403
from headwater._src.xp.numpy_conv import *  # noqa: F403
from headwater._src.xp.numpy_index import *  # noqa: F403
from headwater._src.xp.numpy_linalg import *  # noqa: F403
from headwater._src.xp.numpy_lists import *  # noqa: F403
from headwater._src.xp.numpy_scatter import *  # noqa: F403
from headwater._src.xp.numpy_special import *  # noqa: F403

# NumPy's own functions, as plain attributes (`import *` would also load its testing and f2py
# packages).
globals().update(
    {
        name: value
        for name, value in vars(np).items()
        if name[0] != "_" and callable(value) and not isinstance(value, type)
    }
)


name = "numpy"
compiled = False


def __getattr__(attribute):
    return getattr(np, attribute)


def cast(x, dtype):
    """`x` converted to `dtype` as TensorFlow does it (complex to real drops the imaginary part)."""
    x = np.asarray(x)
    if x.dtype.kind == "c" and np.dtype(dtype).kind != "c":
        x = x.real
    if np.dtype(dtype).kind == "b":
        return x != 0
    return x.astype(dtype)


_BITS = {4: np.uint32, 8: np.uint64}  # integers as wide as the elements that are chosen
_MANY = 4_096  # elements from which choosing by bits is worth its extra calls


def where(condition, *choices):
    """NumPy's `where`, several times as fast on large arrays of numbers.

    NumPy jumps on every element, and mispredicts half of the jumps when the condition is random, as
    dropout's is. Masks of bits need no jumps, and keep every bit of what is chosen.
    """
    if len(choices) == 2 and getattr(condition, "size", 0) >= _MANY:
        x, y = choices
        dtype = getattr(x, "dtype", None)
        if (
            dtype is not None
            and dtype == getattr(y, "dtype", None)
            and dtype.kind in "fiu"
            and dtype.itemsize in _BITS
            and condition.dtype == bool
            and x.shape in (condition.shape, ())
            and y.shape in (condition.shape, ())
        ):
            return _chosen_by_bits(condition, np.ascontiguousarray(x), np.ascontiguousarray(y))
    return np.where(condition, *choices)


def _chosen_by_bits(condition, x, y):
    bits = _BITS[x.dtype.itemsize]
    mask = condition.astype(bits, order="C")
    np.negative(mask, out=mask)
    # A contiguous scalar has one dimension, which broadcasts.
    other = y.view(bits)
    if y.size == 1 and not other.any():
        mask &= x.view(bits)
    else:
        mask &= np.bitwise_xor(x.view(bits), other)
        mask ^= other
    return mask.view(x.dtype)


def require(ok, error):
    """Raises `error()` unless `ok` holds everywhere.

    Args:
      ok: a boolean or boolean array.
      error: function without arguments that makes the exception; in a compiled region it is only
        called when the failed step is repeated here.
    """
    if not np.all(ok):
        raise error()


def is_concrete(x):
    """Whether the value of `x` can be looked at now (always, here)."""
    return True


def lax_loop(condition, body, state):
    """`while condition(state): state = body(state)`."""
    while condition(state):
        state = body(state)
    return state


random_uniform = lambda key, shape, dtype: philox.random_uniform(np, key, shape, dtype)
random_normal = lambda key, shape, dtype: philox_normal.random_normal(np, key, shape, dtype)
truncated_normal = lambda key, shape, dtype: philox_normal.truncated_normal(np, key, shape, dtype)


def random_uniform_int(key, shape, minval, maxval, dtype):
    """Integers in `[minval, maxval)` from the Philox state `key`."""
    return philox.random_uniform_int(np, key, shape, minval, maxval, dtype)


def random_permutation(key, n):
    """The permutation `tf.random_shuffle` applies to `n` rows."""
    return philox_sampling.random_shuffle_permutation(np, key, n)


def random_multinomial(key, logits, num_samples, dtype):
    """`num_samples` class numbers for each row of `logits`."""
    return philox_sampling.multinomial(np, key, logits, num_samples, dtype)


unit_float64 = lambda pairs: philox.unit_float64(np, pairs)
random_pairs = lambda key, blocks: philox.block_pairs(np, key, blocks)
advance = philox.advance
random_bits = lambda key, shape, dtype: philox.random_bits(np, key, shape, dtype)
stateless_state = lambda seed: philox_stateless.stateless_state(np, seed)
stateless_pairs = lambda key: philox_stateless.state_pairs(np, key)
stateless_state_of = lambda key, counter: philox_stateless.state_of(np, key, counter)


def random_gamma(key, samples, alpha):
    """`samples` gamma numbers for each element of the vector `alpha`, in double precision."""
    return philox_rejection.random_gamma(np, lax_loop, key, samples, alpha)


def random_poisson(key, samples, rate, largest):
    """`samples` Poisson numbers, at most `largest`, for each element of the vector `rate`."""
    return philox_rejection.random_poisson(
        np, lax_loop, numpy_special.lgamma, key, samples, rate, largest
    )
