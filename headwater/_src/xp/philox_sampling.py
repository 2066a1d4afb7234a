"""Shuffles, multinomial draws, and how much of the counter one run of each op reserves."""

import numpy as np

from headwater._src.xp.philox import random_uniform, words

_PER_OUTPUT = frozenset(
    {
        "RandomUniform",
        "RandomUniformInt",
        "RandomStandardNormal",
        "TruncatedNormal",
    }
)
_BLOCKS_PER_OUTPUT = 256


def reserved(op_type, num_outputs, batch=1):
    """Number of counter blocks that one run of a stateful op takes, whatever its dtype.

    Args:
        op_type: str, the op's type.
        num_outputs: int, elements of the output; for `RandomShuffle` the size of dimension 0,
            for `Multinomial` the number of samples per row.
        batch: int, rows of `Multinomial`; unused otherwise.

    Returns:
        int, what to hand to `philox.advance` after the run.

    Raises:
        NotImplementedError: the op's rule is not known here.
    """
    if op_type in _PER_OUTPUT:
        return _BLOCKS_PER_OUTPUT * num_outputs
    if op_type == "RandomShuffle":  # a word for each exchange, the last element needs none
        return -(-max(num_outputs - 1, 0) // 4)
    if op_type == "Multinomial":  # two words a sample, samples of a row rounded up to four
        return 2 * _BLOCKS_PER_OUTPUT * batch * (-(-num_outputs // 4) * 4)
    raise NotImplementedError(f"The counter space of {op_type} is not known.")


def random_shuffle_permutation(np_, state, n):
    """Order in which `RandomShuffle` puts the n slices of its value: `output = value[permutation]`.

    Sequential by nature (each exchange sees the ones before it): a Python loop on NumPy (about 0.1
    us an element), an XLA loop on jax.numpy.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        n: int >= 0.

    Returns:
        int64 array of shape (n,).
    """
    if n < 2:
        return np_.arange(n, dtype=np.int64)
    raw = words(np_, state, n - 1)
    left = np_.arange(n, 1, -1, dtype=np.uint32)
    partners = (raw % left).astype(np.int64) + np_.arange(n - 1, dtype=np.int64)
    if np_ is np:
        order = list(range(n))
        for place, partner in enumerate(partners.tolist()):
            order[place], order[partner] = order[partner], order[place]
        return np.array(order, np.int64)
    from jax import lax

    def exchange(place, order):
        partner = partners[place]
        here, there = order[place], order[partner]
        return order.at[place].set(there).at[partner].set(here)

    return lax.fori_loop(0, n - 1, exchange, np_.arange(n, dtype=np.int64))


def multinomial(np_, state, logits, num_samples, dtype):
    """Class numbers drawn by unnormalised log-probabilities, equal to those of `Multinomial`.

    TensorFlow seems to split large batches (tens of rows with a hundred samples) over its threads,
    each with a counter of its own: its numbers were seen to differ from these then, which are those
    of small batches.  Under XLA the running sum may round otherwise and a draw on a boundary differ.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        logits: float array of shape (batch, classes); classes with infinite or NaN logits are
            never drawn.
        num_samples: int, draws per row.
        dtype: int32 or int64.

    Returns:
        Array of shape (batch, num_samples) and `dtype`.
    """
    batch = logits.shape[0]
    finite = np_.isfinite(logits)
    top = np_.where(finite, logits, -np.inf).max(axis=1, keepdims=True)
    shifted = np_.where(finite, logits - top, 0).astype(np.float64)
    running = np_.cumsum(np_.where(finite, np_.exp(shifted), 0.0), axis=1)
    drawn = random_uniform(np_, state, (batch, num_samples), np.float64) * running[:, -1:]
    return (running[:, None, :] <= drawn[:, :, None]).sum(axis=-1).astype(dtype)
