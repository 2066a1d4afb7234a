"""`tf.test`: what its assertions accept and refuse, its sessions, the gradient checker."""

import io
import os
import random
import threading
import unittest

import numpy as np
import pytest

import headwater as tf


class _Case(tf.test.TestCase):
    def runTest(self):
        pass


@pytest.fixture
def case():
    made = _Case()
    made.setUp()
    yield made
    made.tearDown()


NODE = 'node { name: "a" op: "NoOp" }'


def _graph_def(text):
    from google.protobuf import text_format

    return text_format.Parse(text, tf.GraphDef())


# (assertion, arguments that pass, arguments that fail, what the failure says)
ASSERTIONS = [
    ("assertAllClose", ([1.0, 2.0], [1.0, 2.0 + 1e-7]), ([1.0, 2.0], [1.0, 2.1]), "not close at"),
    ("assertAllClose", ({"a": [1.0]}, {"a": (1.0,)}), ({"a": 1.0}, {"b": 1.0}), "mismatched keys"),
    (
        "assertAllClose",
        ([[1.0], [2.0, 3.0]],) * 2,
        ([[1.0], [2.0, 3.0]], [[1.0], [2.0, 4.0]]),
        "b.1.",
    ),
    ("assertAllClose", ([np.nan], [np.nan]), ([1.0], [1.0, 2.0]), "Shape mismatch"),
    ("assertNotAllClose", ([1.0], [2.0]), ([1.0], [1.0]), "close at all"),
    ("assertAllEqual", ([[1, 2]], [[1, 2]]), ([1, 2], [1, 3]), "not equal at .1,."),
    ("assertAllEqual", ([b"a"], np.array([b"a"], object)), ([b"a"], [b"b"]), "not equal"),
    ("assertNotAllEqual", ([1], [2]), ([1], [1]), "equal at all"),
    (
        "assertAllCloseAccordingToType",
        (np.float16([1]), np.float16([1.0005])),
        (np.float32([1]), np.float32([1.0005])),
        "Not equal to tolerance",
    ),
    ("assertArrayNear", ([1.0], [1.05], 0.1), ([1.0], [1.2], 0.1), "difference: 0.2"),
    ("assertNear", (1.0, 1.05, 0.1), (1.0, 1.2, 0.1), "difference: 0.2"),
    ("assertNDArrayNear", ([1.0], [1.0], 0.1), ([1.0], [2.0], 0.1), "not less"),
    ("assertAllGreater", ([2, 3], 1), ([1, 2], 1), "not greater"),
    ("assertAllLess", ([0, 0], 1), ([1, 2], 1), "not less"),
    ("assertAllGreaterEqual", ([1, 2], 1), ([0, 2], 1), "not greater"),
    ("assertAllLessEqual", ([1, 1], 1), ([0, 2], 1), "not less"),
    ("assertAllInRange", ([0, 1], 0, 1), ([0, 1], 0, 1, True), "outside the range .0, 1"),
    ("assertAllInSet", ([1, 2], [1, 2, 3]), ([1, 4], [1, 2]), r"\[4\]"),
    ("assertDTypeEqual", (np.ones(1), np.float64), (np.ones(1), np.float32), "float64"),
    ("assertShapeEqual", (np.ones(2), np.ones(2)), (np.ones(2), np.ones(3)), "differ"),
    ("assertDeviceEqual", ("/cpu:0", "/device:CPU:0"), ("/cpu:0", "/gpu:0"), "CPU"),
    ("assertStartsWith", ("abc", "a"), ("abc", "b"), "does not start"),
]


@pytest.mark.parametrize(
    "name, good, bad, text", ASSERTIONS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_assertions(case, name, good, bad, text):
    getattr(case, name)(*good)
    with pytest.raises(AssertionError, match=text):
        getattr(case, name)(*bad)


def test_messages(case):
    case.assertProtoEquals(NODE, _graph_def(NODE))
    case.assertProtoEqualsVersion(
        NODE, _graph_def(NODE + " versions { producer: 3 min_consumer: 0 }")
    )
    with pytest.raises(AssertionError, match="NoOp"):
        case.assertProtoEquals(NODE, tf.GraphDef())


def test_tensors_are_evaluated(case):
    case.assertAllEqual(tf.constant([1, 2]) + 1, [2, 3])
    assert case.evaluate({"a": tf.constant(3), "b": [tf.constant(4)]}) == {"a": 3, "b": [4]}


def test_errors_of_steps(case):
    with case.session() as session, case.assertRaisesOpError("not in"):
        session.run(tf.gather([1, 2], tf.placeholder_with_default(5, [])))
    with pytest.raises(AssertionError, match="Exception of type"):
        with case.assertRaisesWithPredicateMatch(ValueError, lambda e: False):
            raise ValueError("other")
    with pytest.raises(AssertionError, match="not raised"):
        with case.assertRaisesOpError("anything"):
            pass


def test_seeds_are_those_of_tensorflow(case):
    assert tf.get_default_graph().seed == 87654321
    assert np.random.rand() == 0.18463433217903202
    assert random.random() == 0.3499765785632496


def test_sessions_of_a_test(case):
    with case.test_session() as first:
        assert tf.get_default_session() is first
    with case.cached_session() as again:
        assert again is first
    with case.session() as other:
        assert other is not first
    with case.test_session(graph=tf.Graph()) as other:
        assert other is not first
    with pytest.raises(ValueError, match="session\\(\\)"):
        with case.cached_session(graph=tf.Graph()):
            pass


def test_without_gpu_nodes_are_placed_on_the_cpu(case):
    with case.session(use_gpu=False):
        assert tf.constant(1).device == "/device:CPU:0"


def test_threads_report_their_failure(case):
    def fail():
        raise RuntimeError("in the thread")

    thread = case.checkedThread(fail)
    thread.start()
    with pytest.raises(AssertionError, match="RuntimeError: in the thread"):
        thread.join()


def test_a_thread_that_is_not_joined_fails_the_test():
    case, release = _Case(), threading.Event()
    case.setUp()
    case.checkedThread(release.wait).start()
    with pytest.raises(AssertionError, match="not joined"):
        case.tearDown()
    release.set()


def test_loaders_do_not_take_test_session_for_a_test():
    class Two(tf.test.TestCase):
        def testOne(self):
            with self.test_session():
                self.assertEqual(tf.constant(1).eval(), 1)

    names = unittest.defaultTestLoader.getTestCaseNames(Two)
    assert names == ["testOne"]
    result = unittest.TextTestRunner(stream=io.StringIO()).run(Two("testOne"))
    assert result.wasSuccessful()


def test_folders(case):
    assert os.path.isdir(case.get_temp_dir())
    assert case.get_temp_dir() == case.get_temp_dir() != tf.test.get_temp_dir()
    assert tf.test.test_src_dir_path("core").endswith("headwater/core")


def test_gradient_checker(case):
    x = tf.placeholder(tf.float64, [2])
    z = tf.placeholder(tf.complex64, [1])
    start = np.array([1.0, 2.0])
    with case.session():
        symbolic, numeric = tf.test.compute_gradient(x, [2], x * x, [2], start)
        np.testing.assert_allclose(symbolic, [[2, 0], [0, 4]])
        np.testing.assert_allclose(numeric, symbolic, atol=1e-8)
        assert tf.test.compute_gradient_error([x], [[2]], tf.sin(x), [2]) < 1e-6
        assert tf.test.compute_gradient_error(z, [1], z * z, [1]) < 1e-2
        wrong = tf.stop_gradient(x) * x
        assert tf.test.compute_gradient_error(x, [2], wrong, [2], start) > 0.5
        with pytest.raises(ValueError, match="does not depend"):
            tf.test.compute_gradient(x, [2], tf.constant([1.0]), [1])


def test_graphs_are_compared():
    tf.test.assert_equal_graph_def(_graph_def(NODE), _graph_def(NODE))
    with pytest.raises(AssertionError, match="expected node 'a'"):
        tf.test.assert_equal_graph_def(tf.GraphDef(), _graph_def(NODE))
    with pytest.raises(AssertionError, match="unexpected node 'a'"):
        tf.test.assert_equal_graph_def(_graph_def(NODE), tf.GraphDef())
    with pytest.raises(AssertionError, match="differs"):
        tf.test.assert_equal_graph_def(_graph_def(NODE), _graph_def(NODE.replace("NoOp", "Add")))
    with pytest.raises(TypeError):
        tf.test.assert_equal_graph_def(NODE, NODE)


def test_stubs_are_put_back():
    class Parent:
        @staticmethod
        def name():
            return "parent"

    class Child(Parent):
        pass

    with tf.test.StubOutForTesting() as stubs:
        stubs.Set(Parent, "name", lambda: "set")
        stubs.SmartSet(Child, "name", staticmethod(lambda: "smart"))
        assert Parent.name() == Child().name() == "smart"
        with pytest.raises(AttributeError):
            stubs.SmartSet(Child, "absent", 1)
    assert Child().name() == Parent.name() == "parent"


def test_benchmarks_report_the_median():
    class Sum(tf.test.Benchmark):
        def benchmarkSum(self):
            with tf.Session(config=tf.test.benchmark_config()) as session:
                return self.run_op_benchmark(session, tf.constant(1) + 1, min_iters=3, name="sum")

    assert tf.test.Benchmark.is_abstract() and not Sum.is_abstract()
    result = Sum().benchmarkSum()
    assert result["iters"] == 3 and result["wall_time"] > 0 and result["name"] == "sum"


def test_what_the_machine_has():
    assert tf.test.is_gpu_available() == bool(tf.test.gpu_device_name())
    assert tf.test.is_built_with_cuda() == tf.test.is_gpu_available()
    assert tf.test.is_built_with_xla()
    assert tf.test.mock.MagicMock()() is not None


def test_a_local_cluster():
    workers, servers = tf.test.create_local_cluster(1, 1)
    assert len(workers) == len(servers) == 1
    with tf.Session(workers[0].target) as session:
        assert session.run(tf.constant(2) + 1) == 3
