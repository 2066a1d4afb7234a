"""Conditional accumulators, dense and sparse, and the optimizer built on them."""

import threading
import time

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


@pytest.mark.parametrize(("kind", "wanted"), [("MEAN", [2.0, 3.0]), ("SUM", [4.0, 6.0])])
def test_dense(kind, wanted):
    acc = tf.ConditionalAccumulator(tf.float32, shape=[2], reduction_type=kind, name="a")
    assert isinstance(acc, tf.ConditionalAccumulatorBase)
    assert (acc.name, acc.dtype) == ("a", tf.float32)
    assert acc.accumulator_ref.op.type == "ResourceConditionalAccumulator"
    with tf.Session() as sess:
        sess.run([acc.apply_grad([1.0, 2.0]), acc.apply_grad([3.0, 4.0])])
        assert sess.run(acc.num_accumulated()) == 2
        assert sess.run(acc.take_grad(2)).tolist() == wanted
        assert sess.run(acc.num_accumulated()) == 0


def test_late_gradients_are_dropped():
    acc = tf.ConditionalAccumulator(tf.float64)
    with tf.Session() as sess:
        sess.run(acc.set_global_step(5))
        sess.run([acc.apply_grad(1.0, local_step=s) for s in (4, 5, 6)])
        assert sess.run(acc.num_accumulated()) == 2
        sess.run(acc.take_grad(1))  # the step is 6 now
        sess.run(acc.apply_grad(1.0, local_step=5))
        assert sess.run(acc.num_accumulated()) == 0


def test_taking_waits():
    acc = tf.ConditionalAccumulator(tf.float32, shape=[])
    take, apply, found = acc.take_grad(3), acc.apply_grad(2.0), []
    with tf.Session() as sess:
        thread = threading.Thread(target=lambda: found.append(sess.run(take)))
        thread.start()
        for _ in range(3):
            assert not found
            sess.run(apply)
        thread.join(10)
        assert found == [2.0]
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(take, options=tf.RunOptions(timeout_in_ms=20))


def test_sparse():
    acc = tf.SparseConditionalAccumulator(tf.float32, shape=[None, 2], name="s")
    with tf.Session() as sess:
        grad = tf.IndexedSlices(np.array([[1.0, 1.0], [2.0, 2.0]], np.float32), [3, 1])
        sess.run(acc.apply_indexed_slices_grad(grad))
        sess.run(acc.apply_grad([1], np.array([[4.0, 0.0]], np.float32), [5, 2]))
        assert sess.run(acc.num_accumulated()) == 2
        found = sess.run(acc.take_indexed_slices_grad(2))
        assert found.indices.tolist() == [1, 3]
        assert found.values.tolist() == [[3.0, 1.0], [0.5, 0.5]]
        assert found.dense_shape.tolist() == [5, 2]
        sess.run(acc.set_global_step(9))
        sess.run(acc.apply_indexed_slices_grad(grad, local_step=3))
        assert sess.run(acc.num_accumulated()) == 0


ERRORS = {
    "required": (lambda a, s: a.take_grad(0), "num_required must be positive, but was 0"),
    "shape": (
        lambda a, s: a.apply_grad(tf.placeholder_with_default([1.0, 2.0, 3.0], None)),
        r"Shape mismatch: expected \[2\], got \[3\]",
    ),
    "values": (
        lambda a, s: s.apply_grad([0, 1], np.ones((1, 2), np.float32)),
        "Expected 2 non-empty input values, got 1",
    ),
    "dims": (
        lambda a, s: s.apply_grad([0], np.ones((1, 2), np.float32), [3, 3]),
        "expected shape dim 1 to be 2, got 3",
    ),
    "rank": (
        lambda a, s: s.apply_grad([[0]], np.ones((1, 2), np.float32)),
        r"Input indices should be vector but received shape: \[1,1\]",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    make, text = ERRORS[name]
    dense = tf.ConditionalAccumulator(tf.float32, shape=[2])
    sparse = tf.SparseConditionalAccumulator(tf.float32, shape=[None, 2])
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=text):
        sess.run(make(dense, sparse))


def test_errors_while_building():
    with pytest.raises(ValueError, match="allowed values"):
        tf.ConditionalAccumulator(tf.float32, reduction_type="MAX")
    with pytest.raises(ValueError, match="incompatible"):
        tf.ConditionalAccumulator(tf.float32, shape=[2]).apply_grad([1.0, 2.0, 3.0])


def test_sync_replicas_optimizer_alone():
    step = tf.train.get_or_create_global_step()
    w = tf.Variable([1.0, 2.0])
    loss = tf.reduce_sum(tf.square(w))
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.25), 1)
    hook = optimizer.make_session_run_hook(True)
    with pytest.raises(ValueError, match="Should be called after apply_gradients"):
        optimizer.get_chief_queue_runner()
    train = optimizer.minimize(loss, global_step=step)
    with tf.train.MonitoredSession(hooks=[hook, tf.train.StopAtStepHook(4)]) as sess:
        while not sess.should_stop():
            sess.run(train)
        values, count = sess._tf_sess().run([w, step])
    assert count >= 4
    np.testing.assert_allclose(values, np.array([1.0, 2.0]) / 2.0**count)


def test_sync_replicas_optimizer_of_two_workers():
    cluster_workers, _ = tf.test.create_local_cluster(num_workers=2, num_ps=1)
    sessions, train_ops, weights = [], [], []
    for worker, server in enumerate(cluster_workers):
        with tf.Graph().as_default():
            with tf.device("/job:ps/task:0"):
                step = tf.train.get_or_create_global_step()
                w = tf.Variable(0.0, name="w")
            with tf.device(f"/job:worker/task:{worker}"):
                optimizer = tf.train.SyncReplicasOptimizer(
                    tf.train.GradientDescentOptimizer(1.0), 2, total_num_replicas=2
                )
                grad = tf.constant(1.0 + worker)
                train_ops.append(optimizer.apply_gradients([(grad, w)], global_step=step))
            hook = optimizer.make_session_run_hook(worker == 0, num_tokens=2)
            sessions.append(
                tf.train.MonitoredTrainingSession(server.target, is_chief=worker == 0, hooks=[hook])
            )
            weights.append(w)
    # Each worker's first step takes a token; the update needs the gradients of both.
    for sess, op in zip(sessions, train_ops, strict=True):
        assert sess.run(weights[sessions.index(sess)]) == 0.0
        sess.run(op)
    limit = time.monotonic() + 20
    while sessions[1].run(weights[1]) == 0.0 and time.monotonic() < limit:
        time.sleep(0.01)
    assert [s.run(w) for s, w in zip(sessions, weights, strict=True)] == [-1.5, -1.5]
