"""How the `Stateless*` random ops turn their seed pair into a Philox state.

The state then feeds the same functions as the stateful ops: `random_uniform`, `random_normal`, ...
"""

import numpy as np

from headwater._src.xp.philox import pairs_at

_SCRAMBLE_KEY = (0x3EC8F720, 0x02461E29)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def stateless_state(np_, seed):
    """State of a stateless op: one block under a fixed key, with the seed pair as counter, mixes
    the seeds.

    Args:
        np_: array namespace.
        seed: int32 or int64 array of shape (2,), may be traced.

    Returns:
        uint32 array of shape (6,).
    """
    pair = np_.asarray(seed).astype(np.int64).view(np.uint64)
    counter = np_.stack([pair & _LOW, pair >> _HALF], axis=-1).reshape(4).astype(np.uint32)
    plain = np_.concatenate([np_.asarray(_SCRAMBLE_KEY, dtype=np.uint32), counter])
    front, back = pairs_at(np_, plain, np_.zeros((), np.uint64))
    front, back = np_.asarray(front), np_.asarray(back)
    zero = np_.zeros((), np.uint64)
    mixed = [front & _LOW, front >> _HALF, zero, zero, back & _LOW, back >> _HALF]
    return np_.stack(mixed).astype(np.uint32)


def state_pairs(np_, state):
    """A state as three uint64: its key, then the halves of its counter, the lower one first."""
    wide = np_.asarray(state).astype(np.uint64)
    return wide[0::2] | (wide[1::2] << _HALF)


def state_of(np_, key, counter):
    """The state with a key, uint64 (1,), and a counter, uint64 of two elements or more."""
    pairs = np_.concatenate([np_.asarray(key), np_.asarray(counter)[:2]])
    return np_.stack([pairs & _LOW, pairs >> _HALF], axis=-1).reshape(6).astype(np.uint32)
