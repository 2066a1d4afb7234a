"""The same program gives the same numbers: run again, on fewer cores, in either tier.

Again and on fewer cores to the last bit. The tiers round differently (NumPy and XLA sum in different
orders and have different polynomials for `exp`), so between them numbers agree as far as float32 goes.
"""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import sys
import numpy as np
import headwater as tf

tf.set_random_seed(7)
x = tf.placeholder(tf.float32, [None, 784])
hidden = tf.layers.dropout(tf.layers.dense(x, 1_500, tf.nn.relu), 0.5, training=True)
labels = tf.placeholder_with_default([1] * 500, [500])
loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.layers.dense(hidden, 10, tf.nn.tanh))
train = tf.train.AdamOptimizer(1e-4).minimize(loss)
random, losses = np.random.RandomState(0), []
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(8):
        losses.append(session.run([loss, train], {x: random.rand(500, 784)})[0])
np.save(sys.argv[1], losses)
"""


@pytest.fixture(scope="module")
def losses(tmp_path_factory):
    """A function that runs the program in a process of its own, once for each call's arguments."""
    file = tmp_path_factory.mktemp("losses") / "losses.npy"

    @functools.cache
    def run(tier="auto", cores=None, turn=1):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(file)],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "HEADWATER_TIER": tier},
            preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)),
        )
        assert done.returncode == 0, done.stderr
        found = np.load(file)
        assert found[-1] < found[0]
        return found

    return run


def test_two_processes_give_the_same_bits(losses):
    np.testing.assert_array_equal(losses(turn=1), losses(turn=2))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be taken away here")
def test_fewer_cores_give_the_same_bits(losses):
    np.testing.assert_array_equal(losses("compile"), losses("compile", frozenset({0})))
    np.testing.assert_array_equal(losses(turn=1), losses(cores=frozenset({0})))


def test_the_tiers_agree(losses):
    compiled = losses("compile")
    np.testing.assert_allclose(losses("interpret"), compiled, rtol=2e-6)
    np.testing.assert_allclose(losses(turn=1), compiled, rtol=2e-6)
