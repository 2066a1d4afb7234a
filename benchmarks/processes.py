"""What a new process costs: its first result, its first steps, its memory."""

import resource
import sys
import time

import numpy as np
from registry import fresh
from steps import dropout_network
from training import labelled, trainer


@fresh
def first_run(tf):
    """A graph of about ten ops, run once. Returns the seconds that the first `sess.run` took."""
    x = tf.placeholder(tf.float32, [None, 4])
    weights = tf.constant(np.ones((4, 3), np.float32))
    y = tf.nn.relu(tf.matmul(x, weights) + 1.0)
    out = tf.reduce_sum(y * 2.0) / 3.0
    sess = tf.Session()
    batch = np.ones((2, 4), np.float32)
    start = time.perf_counter()
    result = sess.run(out, {x: batch})
    seconds = time.perf_counter() - start
    assert abs(result - 20.0) < 1e-4, result
    return seconds


def _steps(tf, count):
    """The seconds that the first steps of the network with dropout take together."""
    train, images, labels = dropout_network(tf)
    step = trainer(tf, train, labelled(images, labels, [100, 784]))
    start = time.perf_counter()
    for _ in range(count):
        step()
    return time.perf_counter() - start


@fresh
def first_training_step(tf):
    """The first training step of 784-500-100-10 with dropout and Adam."""
    return _steps(tf, 1)


@fresh(cache="cold")
def first_200_training_steps_cold(tf):
    """The first 200 of them, with no compiled code on disk."""
    return _steps(tf, 200)


@fresh(cache="warm")
def first_200_training_steps_warm(tf):
    """The first 200 of them, where the program has run before."""
    return _steps(tf, 200)


@fresh(cache="cold")
def thousand_batch_sizes(tf, count=1_000):
    """A training step with each batch size from 1 to 1,000 once, in random order: the total."""
    train, images, labels = dropout_network(tf)
    rng = np.random.RandomState(0)
    sizes = rng.permutation(count) + 1
    data = rng.random_sample([count, 784]).astype(np.float32)
    classes = np.eye(10, dtype=np.float32)[rng.randint(0, 10, count)]
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    start = time.perf_counter()
    for size in sizes:
        sess.run(train, {images: data[:size], labels: classes[:size]})
    return time.perf_counter() - start


@fresh
def peak_memory(tf):
    """The most memory that 400 steps of the same network have taken, in bytes."""
    _steps(tf, 400)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


peak_memory.unit = "bytes"
