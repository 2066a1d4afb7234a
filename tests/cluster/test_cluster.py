"""Cluster specs, servers in this process, `replica_device_setter`."""

import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def test_cluster_spec():
    spec = tf.train.ClusterSpec({"worker": {3: "c:3", 1: "d:4"}, "ps": ["a:1", b"b:2"]})
    assert spec.as_dict() == {"ps": ["a:1", "b:2"], "worker": {1: "d:4", 3: "c:3"}}
    assert spec.jobs == ["ps", "worker"]
    assert (spec.num_tasks("worker"), spec.task_indices("worker")) == (2, [1, 3])
    assert spec.task_address("worker", 3) == "c:3"
    assert spec.job_tasks("worker") == [None, "d:4", None, "c:3"]
    proto = spec.as_cluster_def()
    assert isinstance(proto, tf.train.ClusterDef) and isinstance(proto.job[0], tf.train.JobDef)
    assert tf.train.ClusterSpec(proto) == spec == tf.train.ClusterSpec(spec)
    assert not tf.train.ClusterSpec({}) and spec != tf.train.ClusterSpec({})
    assert eval(repr(spec), {"ClusterSpec": tf.train.ClusterSpec}) == spec


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: tf.train.ClusterSpec(3), TypeError, "must be a dictionary mapping"),
        (lambda: tf.train.ClusterSpec({"a": 3}), TypeError, "must be a list or a dictionary"),
        (lambda: tf.train.ClusterSpec({"a": [3]}), TypeError, "Task address 3"),
        (lambda: tf.train.ClusterSpec({}).num_tasks("x"), ValueError, "No such job in cluster"),
        (lambda: tf.train.ClusterSpec({"a": {}}).task_address("a", 0), ValueError, "No task"),
        (lambda: tf.train.Server(3), TypeError, "Could not convert"),
        (lambda: tf.train.Server({"a": ["x:1"], "b": ["y:2"]}), ValueError, "`job_name`"),
        (lambda: tf.train.Server({"a": ["x:1", "y:2"]}), ValueError, "`task_index`"),
        (lambda: tf.train.Server({"a": ["x:1"]}, "q", 0), tf.errors.InternalError, '"q"'),
        (lambda: tf.train.Server({"a": ["x"]}), tf.errors.InvalidArgumentError, "port"),
        (lambda: tf.Session("grpc://localhost:1"), tf.errors.UnimplementedError, "other processes"),
        (lambda: tf.Session("gopher://x"), tf.errors.NotFoundError, "gopher"),
    ],
)
def test_errors(make, kind, text):
    with pytest.raises(kind, match=text):
        make()


def test_sessions_of_a_server_share_variables():
    server = tf.train.Server.create_local_server()
    assert server.target.startswith("grpc://localhost:")
    assert isinstance(server.server_def, tf.train.ServerDef)
    v = tf.Variable(1.0)
    queue = tf.FIFOQueue(5, [tf.int32])
    with tf.Session(server.target) as sess:
        sess.run([v.initializer, queue.enqueue(7)])
    with tf.Session(server.target) as sess:
        assert sess.run([v, queue.dequeue()]) == [1.0, 7]
        device = sess.list_devices()[0].name
        assert device == "/job:localhost/replica:0/task:0/device:CPU:0"
    other = tf.train.Server.create_local_server()
    with tf.Session(other.target) as sess, pytest.raises(tf.errors.FailedPreconditionError):
        sess.run(v)
    tf.Session.reset(server.target)
    with tf.Session(server.target) as sess, pytest.raises(tf.errors.FailedPreconditionError):
        sess.run(v)


def test_isolated_sessions():
    server = tf.train.Server.create_local_server()
    v = tf.Variable(1.0)
    config = tf.ConfigProto(isolate_session_state=True)
    with tf.Session(server.target) as sess:
        sess.run(v.initializer)
    with (
        tf.Session(server.target, config=config) as sess,
        pytest.raises(tf.errors.FailedPreconditionError),
    ):
        sess.run(v)


def test_a_port_is_taken_once():
    server = tf.train.Server.create_local_server()
    with pytest.raises(tf.errors.UnknownError, match="Could not start"):
        tf.train.Server({"other": [server.target.removeprefix("grpc://")]})


def test_tasks_of_a_cluster():
    workers, servers = tf.test.create_local_cluster(num_workers=2, num_ps=2)
    cluster = workers[0].server_def.cluster
    with tf.device(tf.train.replica_device_setter(cluster=tf.train.ClusterSpec(cluster))):
        a, b = tf.Variable(1.0), tf.Variable(2.0)
    own = tf.Variable(3.0)
    add = a.assign_add(b)
    with tf.Session(workers[0].target) as first, tf.Session(workers[1].target) as second:
        first.run(tf.global_variables_initializer())
        first.run(add)
        assert second.run([a, b]) == [3.0, 2.0]
        with pytest.raises(tf.errors.FailedPreconditionError):
            second.run(own)  # it is kept by the task of the first session
    kept = [[v.value for v in s.store.variables.values()] for s in (*workers, *servers)]
    assert kept == [[3.0], [None], [3.0], [2.0]]


def test_a_task_of_another_process():
    server = tf.train.Server({"worker": ["localhost:0"], "ps": ["localhost:1"]}, "worker", 0)
    with tf.device("/job:ps/task:0"):
        v = tf.Variable(1.0)
    with tf.Session(server.target) as sess:
        with pytest.raises(tf.errors.UnimplementedError, match="no tf.train.Server of this"):
            sess.run(v.initializer)
        with tf.device("/job:nobody"):
            c = tf.constant(1)
        with pytest.raises(tf.errors.InvalidArgumentError, match="available devices"):
            sess.run(tf.identity(c))


DEVICES = {
    "servers": (dict(ps_tasks=2), ["/job:ps/task:0", "/job:ps/task:1", "/job:worker"]),
    "merged": (
        dict(ps_tasks=2, worker_device="/job:worker/task:3/gpu:0"),
        ["/job:ps/task:0", "/job:ps/task:1", "/job:worker/task:3/device:GPU:0"],
    ),
    "one": (
        dict(ps_tasks=2, ps_device="/job:p/task:1"),
        ["/job:p/task:1", "/job:p/task:1", "/job:worker"],
    ),
    "strategy": (
        dict(ps_tasks=3, ps_strategy=lambda op: 2),
        ["/job:ps/task:2", "/job:ps/task:2", "/job:worker"],
    ),
}


@pytest.mark.parametrize("name", DEVICES)
def test_replica_device_setter(name):
    options, wanted = DEVICES[name]
    with tf.device(tf.train.replica_device_setter(**options)):
        a = tf.Variable(1.0)
        b = tf.Variable(1.0, use_resource=True)
        c = a + 1
    assert [a.device, b.handle.device, c.device] == wanted
    assert a.initializer.device == a.device


def test_replica_device_setter_without_servers():
    assert tf.train.replica_device_setter() is None
    assert tf.train.replica_device_setter(cluster={"worker": ["a:1"]}) is None
    with pytest.raises(TypeError, match="callable"):
        tf.train.replica_device_setter(ps_tasks=1, ps_strategy=3)
    with tf.device(tf.train.replica_device_setter(1, merge_devices=False)), tf.device("/cpu:0"):
        assert tf.Variable(1.0).device == "/device:CPU:0"
