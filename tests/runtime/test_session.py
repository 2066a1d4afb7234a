"""Sessions: `with`, default sessions, several graphs, growing graphs, options."""

from __future__ import annotations

import pytest


def test_with_closes_and_is_the_default(tf):
    c = tf.constant(2.0)
    with tf.Session() as sess:
        assert tf.get_default_session() is sess
        assert c.eval() == 2.0
        assert (c * 2.0).eval() == 4.0
    assert tf.get_default_session() is None
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        sess.run(c)


def test_as_default_does_not_close(tf):
    c = tf.constant(2.0)
    sess = tf.Session()
    with sess.as_default():
        assert c.eval() == 2.0
    assert tf.get_default_session() is None
    assert sess.run(c) == 2.0
    assert c.eval(session=sess) == 2.0
    sess.close()
    sess.close()


def test_nested_sessions(tf):
    c = tf.constant(1)
    with tf.Session() as outer:
        with tf.Session() as inner:
            assert tf.get_default_session() is inner
            assert c.eval() == 1
        assert tf.get_default_session() is outer
        assert c.eval() == 1


def test_session_enters_its_graph(tf):
    graph = tf.Graph()
    with tf.Session(graph=graph) as sess:
        assert tf.get_default_graph() is graph is sess.graph
        x = tf.constant(2)
        assert sess.run(x) == 2 and x.graph is graph
    assert tf.get_default_graph() is not graph


def test_two_graphs(tf):
    sessions = []
    for value in (1.0, 2.0):
        with tf.Graph().as_default() as graph:
            v = tf.Variable(value, name="v")
            init = tf.global_variables_initializer()
        sess = tf.Session(graph=graph)
        sess.run(init)
        sessions.append((sess, v))
    assert [sess.run(v) for sess, v in sessions] == [1.0, 2.0]
    assert [sess.run("v:0") for sess, _ in sessions] == [1.0, 2.0]
    with pytest.raises(ValueError, match="is not an element of this graph"):
        sessions[0][0].run(sessions[1][1])


def test_sessions_of_one_graph_have_their_own_variables(tf):
    v = tf.Variable(0.0)
    up = tf.assign_add(v, 1.0)
    a, b = tf.Session(), tf.Session()
    a.run(v.initializer)
    with pytest.raises(tf.errors.FailedPreconditionError):
        b.run(up)
    b.run(v.initializer)
    for _ in range(5):
        a.run(up)
    b.run(up)
    assert (a.run(v), b.run(v)) == (5.0, 1.0)


def test_eval_in_the_wrong_session(tf):
    c = tf.constant(1)
    with tf.Session(graph=tf.Graph()), pytest.raises(ValueError, match="different from the sess"):
        c.eval()


def test_interactive_session(tf):
    c = tf.constant(3.0)
    v = tf.Variable(c)
    sess = tf.InteractiveSession()
    try:
        assert c.eval() == 3.0
        v.initializer.run()
        tf.assign_add(v, 1.0).op.run()
        assert v.eval() == 4.0
        assert tf.get_default_session() is sess
    finally:
        sess.close()
    assert tf.get_default_session() is None


def test_operation_run_and_tensor_eval_take_feeds(tf, sess):
    x = tf.placeholder(tf.float32)
    v = tf.Variable(0.0)
    put = tf.assign(v, x)
    v.initializer.run()
    assert put.op.run(feed_dict={x: 4.0}) is None
    assert (v + x).eval(feed_dict={x: 1.0}, session=sess) == 5.0


def test_the_graph_grows_between_runs(tf, sess):
    x = tf.constant(1.0)
    total = x
    for i in range(30):
        total = total + float(i)
        assert sess.run(total) == 1.0 + sum(range(i + 1))
    v = tf.Variable(7.0)
    sess.run(v.initializer)
    assert sess.run(v * total) == 7.0 * 436.0


def test_control_inputs_order_updates(tf, sess):
    v = tf.Variable(1.0)
    with tf.control_dependencies([tf.assign(v, 10.0)]):
        second = tf.assign_add(v, 1.0)
    with tf.control_dependencies([second]):
        read = v.read_value()
    sess.run(v.initializer)
    for _ in range(4):
        assert sess.run(read) == 11.0


def test_loss_is_that_before_the_update(tf, sess, headwater_only):
    v = tf.Variable(4.0)
    loss = v * v
    train = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
    sess.run(v.initializer)
    for expected in (16.0, 4.0, 1.0, 0.25):
        assert sess.run([train, loss])[1] == expected


def test_run_is_an_ordinary_method(tf):
    calls = []

    class Counting(tf.Session):
        def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
            calls.append(fetches)
            return super().run(fetches, feed_dict, options, run_metadata)

    c = tf.constant(1.0)
    with Counting() as sess:
        assert sess.run(c) == 1.0
        assert c.eval() == 1.0
    assert calls == [c, c] or len(calls) == 2


def test_run_metadata(tf, sess):
    x = tf.placeholder(tf.float32, [None])
    y = tf.multiply(x, 2.0, name="twice")
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    assert sess.run(y, {x: [1.0]}, options=options, run_metadata=metadata).tolist() == [2.0]
    names = [n.node_name for d in metadata.step_stats.dev_stats for n in d.node_stats]
    assert "twice" in names


def test_config(tf):
    config = tf.ConfigProto(
        allow_soft_placement=True,
        log_device_placement=False,
        intra_op_parallelism_threads=1,
        inter_op_parallelism_threads=1,
        gpu_options=tf.GPUOptions(allow_growth=True),
    )
    with tf.device("/device:GPU:7"):
        c = tf.constant(1.0) + 1.0
    with tf.Session(config=config) as sess:
        assert sess.run(c) == 2.0


def test_unknown_device(tf, sess):
    with tf.device("/device:GPU:77"):
        c = tf.add(tf.constant(1.0), 1.0, name="far")
    with pytest.raises(tf.errors.InvalidArgumentError, match="far|Cannot assign a device"):
        sess.run(c)


def test_list_devices_and_graph_def(tf, sess):
    tf.constant(1, name="only")
    first = sess.list_devices()[0]
    assert first.name == "/job:localhost/replica:0/task:0/device:CPU:0"
    assert first.device_type == "CPU"
    assert [n.name for n in sess.graph_def.node] == ["only"]


def test_a_session_of_a_finalized_graph_runs(tf, sess):
    x = tf.placeholder(tf.float32)
    y = x + 1.0
    tf.get_default_graph().finalize()
    for i in range(4):
        assert sess.run(y, {x: i}) == i + 1.0
