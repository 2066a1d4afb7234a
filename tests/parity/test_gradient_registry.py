"""Which ops have gradients: the same as in TensorFlow, which is asked at run time."""

import numpy as np
import pytest

import headwater
from tests.ops.test_signatures import GRADIENT_MISSING, OPS

from .harness import oracle

# TensorFlow's functions for these only say that there is no gradient.
SAYING_NONE = {"ArgMax", "ArgMin", "LoopCond", "OptionalFromValue", "OptionalGetValue"}
# TensorFlow differentiates calls without asking the table.
CALLS = {"PartitionedCall", "StatefulPartitionedCall"}


@pytest.fixture(scope="module")
def theirs() -> dict:
    """Op -> whether its registered gradient is a function; ops that are not there have none."""
    oracle()
    from tensorflow.python.framework import ops

    registry = ops.gradient_registry
    return {name: registry.lookup(name) is not None for name in registry.list()}


def test_ops_with_a_gradient_there_have_one_here(theirs):
    wanted = {name for name in OPS if theirs.get(name)} - SAYING_NONE
    lacking = {name for name in wanted if OPS[name].gradient_fn is None}
    assert lacking == GRADIENT_MISSING


def test_ops_without_a_gradient_there_have_none_here(theirs):
    own = {name for name in OPS if name.startswith("Headwater")}
    ours = {name for name, op in OPS.items() if op.gradient_fn is not None}
    assert sorted(name for name in ours - own - CALLS if not theirs.get(name)) == []


def test_a_popped_item_has_a_gradient():
    """The item and the rest of the list, each alone and both together."""
    found = []
    for tf in (headwater, oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
            kept = {"element_shape": [2], "element_dtype": tf.float32}
            whole = tf.raw_ops.TensorListFromTensor(tensor=x, element_shape=[2])
            rest, item = tf.raw_ops.TensorListPopBack(input_handle=whole, **kept)
            rows = tf.raw_ops.TensorListStack(input_handle=rest, **kept)
            ys = ([item * 3], [rows * rows], [item, rows])
            found.append([sess.run(tf.gradients(y, x)[0]).tolist() for y in ys])
    assert found[0] == found[1]
    assert found[0][0] == [[0, 0], [0, 0], [3, 3]]


@pytest.mark.parametrize("compute_v", [True, False])
def test_eigenvalues_and_vectors_have_a_gradient(compute_v):
    """Of sizes only, since the phases of complex eigenvectors are arbitrary."""
    matrix, found = np.array([[1, 0.2, 0.3], [0.1, 4, 0.5], [-0.3, 0.2, 9]]), []
    for tf in (headwater, oracle()):
        with tf.Graph().as_default() as graph, tf.Session() as sess:
            x = tf.placeholder(tf.float64, [3, 3])
            e, v = tf.raw_ops.Eig(input=x, Tout=tf.complex128, compute_v=compute_v)
            y = tf.reduce_sum(tf.abs(e) * tf.abs(e + 2))
            if compute_v:
                y += tf.reduce_sum(tf.abs(v) * tf.abs(v) * np.arange(9.0).reshape(3, 3))
            dx = tf.gradients(y, x)[0]
            types = [o.type for o in graph.get_operations() if "Eig_grad" in o.name]
            found.append((types, sess.run(dx, {x: matrix})))
    assert found[0][0] == found[1][0]
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-9)
