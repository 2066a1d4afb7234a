"""Tables of calls: each row builds tensors with either library; names, types and values must agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .harness import difference, oracle, ours

Call = Callable[[Any], Any]


def _flat(tf: Any, made: Any) -> list[Any]:
    if isinstance(made, (list, tuple)) and not isinstance(made, tf.SparseTensor):
        return [leaf for part in made for leaf in _flat(tf, part)]
    if isinstance(made, tf.SparseTensor):
        return [made.indices, made.values, made.dense_shape]
    return [made]


def outcome(tf: Any, call: Call) -> tuple[list[Any], list[Any]]:
    """What `call` builds in a new graph: names, types and shapes, and values.

    A leaf that is no tensor (a string, a number, a type's name) is a value as it is.
    """
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(7)
        leaves = _flat(tf, call(tf))
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        session.run(tf.tables_initializer())
        tensors = [x for x in leaves if hasattr(x, "op")]
        described = [(x.name, x.dtype.name, str(x.shape)) for x in tensors if hasattr(x, "dtype")]
        values = iter(session.run(tensors))
        return described, [next(values) if hasattr(x, "op") else x for x in leaves]


def assert_same(call: Call, rtol: float | None = 2e-6, names: bool = True) -> None:
    """Fails unless both libraries build the same tensors with the same values."""
    got, want = outcome(ours(), call), outcome(oracle(), call)
    if names:
        assert got[0] == want[0]
    else:
        assert [row[1:] for row in got[0]] == [row[1:] for row in want[0]]
    assert len(got[1]) == len(want[1])
    for mine, theirs in zip(got[1], want[1], strict=True):
        if isinstance(theirs, (np.ndarray, np.generic, bytes)):
            wrong = difference(mine, theirs, "close", rtol)
            assert wrong is None, wrong
        else:
            assert mine == theirs
