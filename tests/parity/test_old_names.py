"""Functions that few programs use, and deprecated ones, against TensorFlow's."""

import numpy as np
import pytest

from .harness import oracle, ours


def _sequences(seed, count, longest):
    """A `SparseTensorValue` of `count` random sequences of small numbers, some of them empty."""
    random = np.random.RandomState(seed)
    rows = [random.randint(0, 3, random.randint(0, longest + 1)) for _ in range(count)]
    indices = [[i, j] for i, row in enumerate(rows) for j in range(len(row))]
    values = np.concatenate(rows).astype(np.int64)
    return np.reshape(indices, [-1, 2]).astype(np.int64), values, [count, longest]


def _distance(seed, normalize, more=0):
    def program(tf):
        sides = _sequences(seed, 6, 5), _sequences(seed + 100, 6 + more, 4)
        return tf.edit_distance(*(tf.SparseTensorValue(*s) for s in sides), normalize=normalize)

    return program


PROGRAMS = {
    **{f"edit_distance_{s}": _distance(s, normalize=True) for s in range(4)},
    "edit_distance_plain": _distance(4, normalize=False),
    "edit_distance_of_more_rows": _distance(5, normalize=True, more=2),
    "batch_gather": lambda tf: tf.batch_gather(
        np.arange(24).reshape(2, 3, 4), np.array([[2, 0, 0, 1], [1, 1, 2, 0]])
    ),
    "batch_gather_vector": lambda tf: tf.batch_gather([5, 6, 7], [2, 0]),
    "guarantee_const": lambda tf: tf.guarantee_const([1.0, 2.0]),
    "my_fact": lambda tf: tf.user_ops.my_fact(),
    "manip_roll": lambda tf: tf.manip.roll([[1, 2, 3], [4, 5, 6]], [1, -1], [0, 1]),
}


def _run(tf, program):
    with tf.Graph().as_default(), tf.Session() as sess:
        tensor = PROGRAMS[program](tf)
        return tensor.dtype.name, str(tensor.shape), tensor.op.type, sess.run(tensor)


@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program):
    got, want = _run(ours(), program), _run(oracle(), program)
    assert got[:2] == want[:2]
    assert got[2] == want[2] or program.startswith("batch_gather")  # made of other ops there
    np.testing.assert_array_equal(got[3], want[3])


@pytest.mark.parametrize("bad", ["hypothesis", "truth"])
def test_edit_distance_wants_sparse_tensors(bad):
    def message(tf):
        with tf.Graph().as_default():
            sides = {"hypothesis": tf.SparseTensorValue(*_sequences(0, 2, 2))}
            sides["truth"] = sides["hypothesis"]
            sides[bad] = [1]
            with pytest.raises(TypeError) as info:
                tf.edit_distance(**sides)
            return str(info.value)

    assert message(ours()) == message(oracle())
