"""Python functions as nodes."""

import gc

import numpy as np
import pytest

import headwater as tf


def run(function, inputs, types, **keywords):
    with tf.Graph().as_default(), tf.Session() as sess:
        return sess.run(tf.py_func(function, inputs, types, **keywords))


def test_arguments_are_numpy_numbers_and_arrays():
    seen = []

    def look(*args):
        seen.extend(args)
        args[3][:] = 7  # an array that the function may change
        return np.float32(len(args))

    assert run(look, [1, 2.5, "s", np.ones(2)], tf.float32) == 4
    assert [type(x) for x in seen] == [np.int32, np.float32, bytes, np.ndarray]


@pytest.mark.parametrize(
    ("returned", "types", "value"),
    [
        (np.float32(1), tf.float32, 1),
        ((np.float32(1),), tf.float32, 1),
        ([np.float32(1), np.int32(2)], [tf.float32, tf.int32], [1, 2]),
        ("abc", tf.string, b"abc"),
        (["abc"], [tf.string], [b"abc"]),
        (1, tf.int64, 1),
        (True, tf.bool, True),
        (None, [], None),
    ],
)
def test_results(returned, types, value):
    assert run(lambda: returned, [], types) == value


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (1.0, "0-th value returned by pyfunc_.* is double, but expects float"),
        ([1.0, 2.0], "returns 2 values, but expects to see 1 values"),
        (None, "returns 0 values, but expects to see 1 values"),
    ],
)
def test_wrong_results(returned, says):
    with pytest.raises(tf.errors.InvalidArgumentError, match=says):
        run(lambda: returned, [], tf.float32)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (ValueError, tf.errors.InvalidArgumentError),
        (TypeError, tf.errors.InvalidArgumentError),
        (StopIteration, tf.errors.OutOfRangeError),
        (MemoryError, tf.errors.ResourceExhaustedError),
        (NotImplementedError, tf.errors.UnimplementedError),
        (KeyError, tf.errors.UnknownError),
        (ZeroDivisionError, tf.errors.UnknownError),
    ],
)
def test_exceptions(raised, kind):
    def fail():
        raise raised("boom")

    with pytest.raises(kind, match=f"{raised.__name__}: .?boom") as caught:
        run(fail, [], tf.float32)
    assert type(caught.value) is kind


@pytest.mark.parametrize("stateful", [True, False])
def test_in_a_training_loop(stateful):
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.Variable(1.0)
        twice = tf.py_func(lambda x: np.float32(2 * x), [v], tf.float32, stateful=stateful)
        twice.set_shape([])
        step = v.assign(twice + 1)
        gc.collect()  # the graph keeps the function
        sess.run(v.initializer)
        assert [sess.run(step) for _ in range(6)] == [3, 7, 15, 31, 63, 127]
        assert tf.gradients(twice, v) == [None]


def test_a_graph_from_elsewhere_runs_no_code():
    with tf.Graph().as_default() as graph:
        tf.py_func(lambda: np.float32(1), [], tf.float32, name="f")
    definition = graph.as_graph_def()
    definition.node[0].attr["token"].s = b"pyfunc_of_nobody"
    with tf.Graph().as_default(), tf.Session() as sess:
        (f,) = tf.import_graph_def(definition, return_elements=["f:0"])
        with pytest.raises(tf.errors.InvalidArgumentError, match="pyfunc_of_nobody is not found"):
            sess.run(f)
