"""Time limits and cancelling: `RunOptions.timeout_in_ms`, `operation_timeout_in_ms`, closing under
a waiting step."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest


@pytest.fixture
def waiting(tf, headwater_only):
    """A node that waits until the test lets it go on, then gives 7."""
    from headwater._src.graph.optable import OPS
    from headwater._src.graph.registry import define_op

    gate = threading.Condition()
    state = {"open": False, "began": threading.Event()}
    op = define_op("TestOnlyWait", outputs="value: int32", shape=lambda: (), stateful=True)

    @op.host(blocking=True)
    def wait(ctx):
        with gate:
            state["began"].set()
            ctx.wait(gate, lambda: state["open"], "Waiting")
        return np.int32(7)

    def let_go():
        with gate:
            state["open"] = True
            gate.notify_all()

    node = op(name="wait")
    node.let_go, node.began = let_go, state["began"]
    yield node
    del OPS["TestOnlyWait"]


def options(tf, milliseconds):
    return tf.RunOptions(timeout_in_ms=milliseconds)


def test_run_options_timeout(tf, waiting):
    sess = tf.Session()
    start = time.monotonic()
    with pytest.raises(tf.errors.DeadlineExceededError, match="Timed out waiting for notification"):
        sess.run(waiting, options=options(tf, 60))
    assert 0.05 < time.monotonic() - start < 5.0
    waiting.let_go()
    assert sess.run(waiting, options=options(tf, 60)) == 7


def test_config_timeout_and_its_override(tf, waiting):
    sess = tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50))
    for _ in range(2):  # the second run must not take the way that looks at no limits
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(waiting)
    threading.Timer(0.15, waiting.let_go).start()
    assert sess.run(waiting, options=options(tf, 5000)) == 7


def test_no_limit(tf, waiting):
    threading.Timer(0.1, waiting.let_go).start()
    assert tf.Session().run(waiting) == 7


def test_a_limit_ends_with_its_step(tf, waiting):
    sess = tf.Session()
    with pytest.raises(tf.errors.DeadlineExceededError):
        sess.run(waiting, options=options(tf, 20))
    threading.Timer(0.1, waiting.let_go).start()
    assert sess.run(waiting) == 7


def test_nothing_is_updated_when_time_is_over(tf, waiting):
    v = tf.Variable(1)
    up = tf.assign_add(v, waiting)
    sess = tf.Session()
    sess.run(v.initializer)
    with pytest.raises(tf.errors.DeadlineExceededError):
        sess.run(up, options=options(tf, 20))
    assert sess.run(v) == 1


def test_closing_cancels_a_waiting_step(tf, waiting):
    sess = tf.Session()
    seen = []

    def run():
        try:
            sess.run(waiting)
        except tf.errors.CancelledError as error:
            seen.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert waiting.began.wait(5.0)
    sess.close()
    thread.join(5.0)
    assert not thread.is_alive()
    assert "Waiting was cancelled" in str(seen[0])
    assert seen[0].op.name == "wait"
