"""Memory of loops: what a gradient keeps grows with the trip count, by what one iteration needs."""

import tracemalloc

import numpy as np
import pytest

import headwater as tf

SIZE = 250_000  # elements of the loop's variable: a megabyte
ELEMENT = 4 * SIZE


@pytest.fixture(autouse=True)
def interpreted(monkeypatch):
    """NumPy's arrays are counted by tracemalloc, XLA's are not."""
    monkeypatch.setenv("HEADWATER_TIER", "interpret")
    with tf.Graph().as_default():
        yield


def peak(fetch, feeds):
    """Bytes that a step holds at most, above those from before it."""
    with tf.Session() as session:
        session.run(fetch, feeds)
        tracemalloc.start()
        try:
            session.run(fetch, feeds)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def peaks(build, trips):
    n = tf.placeholder(tf.int32, [])
    x = tf.placeholder(tf.float32, [SIZE])
    fetch = build(x, n)
    value = np.full(SIZE, 0.5, np.float32)
    return [peak(fetch, {x: value, n: count}) for count in trips]


def loop(x, n, **options):
    body = lambda i, y: (i + 1, tf.sin(y) * 1.5)
    return tf.while_loop(lambda i, _: i < n, body, [tf.constant(0), x], **options)[1]


def test_a_loop_without_gradient_needs_the_same_however_often_it_runs():
    few, many = peaks(lambda x, n: tf.reduce_sum(loop(x, n)), [5, 40])
    assert many < few + 2 * ELEMENT


def test_what_a_gradient_keeps_grows_with_the_trip_count_and_no_more():
    gradient = lambda x, n: tf.reduce_sum(tf.gradients(loop(x, n), x)[0])
    few, more, most = peaks(gradient, [8, 16, 32])
    # The derivative of the sine needs its argument: one tensor from each iteration.
    assert 8 * ELEMENT * 0.9 < more - few < 8 * ELEMENT * 1.3
    assert 16 * ELEMENT * 0.9 < most - more < 16 * ELEMENT * 1.3


def test_nested_loops_keep_what_their_iterations_need():
    def build(x, n):
        body = lambda i, y: (i + 1, loop(y, tf.constant(4)))
        y = tf.while_loop(lambda i, _: i < n, body, [tf.constant(0), x])[1]
        return tf.reduce_sum(tf.gradients(y, x)[0])

    few, more, most = peaks(build, [2, 4, 8])
    assert more - few < 2 * 4 * ELEMENT * 1.6
    assert most - more < 4 * 4 * ELEMENT * 1.6


def test_no_lists_are_kept_without_back_prop():
    n = tf.constant(3)
    y = loop(tf.zeros([2]), n, back_prop=False)
    assert tf.gradients(y, n.graph.get_operations()[0].outputs[0]) == [None]
    kinds = {op.type for op in tf.get_default_graph().get_operations()}
    assert "EmptyTensorList" not in kinds
