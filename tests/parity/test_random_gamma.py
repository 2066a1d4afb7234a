"""Gamma draws depend on their parameters as in TensorFlow: values, nodes and gradients."""

import numpy as np
import pytest

from .harness import oracle, ours

DRAWS = {
    "outer": lambda tf, *ab, dtype: tf.random_gamma([5], *ab, dtype, seed=4),
    "one": lambda tf, *ab, dtype: tf.random.gamma([], *ab, dtype, seed=4),
    "many": lambda tf, *ab, dtype: tf.random_gamma([50, 2], *ab, dtype, seed=7),
    "keyed": lambda tf, *ab, dtype: tf.random.stateless_gamma([4, 2, 2], [3, 9], *ab, dtype),
}


def drawn(tf, draw, dtype):
    with tf.Graph().as_default() as graph:
        a = tf.placeholder(dtype, [2, 1], name="a")
        b = tf.placeholder(dtype, [2], name="b")
        y = DRAWS[draw](tf, a, tf.identity(b), dtype=dtype)
        fetches = [y, *tf.gradients(y * y, [a, b])]
        nodes = [(n.name, n.op, list(n.input)) for n in graph.as_graph_def().node]
        with tf.Session() as sess:
            return nodes, sess.run(fetches, {a: [[0.4], [3.0]], b: [1.5, 0.5]})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("draw", DRAWS)
def test_gradients_flow_through_the_draws(draw, dtype):
    nodes, values = drawn(ours(), draw, dtype)
    their_nodes, their_values = drawn(oracle(), draw, dtype)
    assert nodes == their_nodes
    for mine, theirs in zip(values, their_values, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-5)
