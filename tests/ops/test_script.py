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


@pytest.mark.parametrize(
    ("returned", "types", "says"),
    [
        ({"a": 1}, tf.int64, "Unsupported object type dict"),
        ({"a": 1}, [tf.int64], "Unsupported object type dict"),
        ([{"a": 1}], [tf.string], "Unsupported object type dict"),
        (np.array([1, 2], object), tf.float32, "Unsupported object type int"),
        (np.array(["a", 2], object), tf.string, "Unsupported object type int"),
        (np.zeros(0, [("part", np.float32)]), tf.float32, "Unsupported numpy data type"),
        (np.datetime64("2020-01-01"), tf.float32, "Unsupported numpy data type"),
    ],
)
def test_results_that_no_tensor_can_hold(returned, types, says):
    with pytest.raises(tf.errors.InternalError, match=says):
        run(lambda: returned, [], types)


def test_a_string_where_a_number_is_expected():
    with pytest.raises(tf.errors.InvalidArgumentError, match="is string, but expects float"):
        run(lambda: np.array("x"), [], tf.float32)


def test_a_stateless_function_without_results_is_an_empty_list():
    assert tf.py_func(lambda: None, [], [], stateful=False) == []
    assert run(lambda: None, [], [], stateful=False) == []


@pytest.mark.parametrize(
    ("stateful", "inputs", "calls"), [(False, [], 1), (False, [5], 1), (True, [5], 3)]
)
def test_a_stateless_function_of_constants_is_called_once_by_a_session(stateful, inputs, calls):
    seen = []

    def count(*args):
        seen.append(args)
        return np.int32(len(seen))

    result = tf.py_func(count, inputs, tf.int32, stateful=stateful)
    with tf.Session() as sess:
        assert [sess.run(result) for _ in range(3)][-1] == calls
    assert len(seen) == calls


def test_a_stateless_function_of_other_tensors_is_called_by_every_step():
    x = tf.placeholder(tf.int32)
    double = tf.py_func(lambda v: v * 2, [x], tf.int32, stateful=False)
    with tf.Session() as sess:
        assert [sess.run(double, {x: n}) for n in (1, 2)] == [2, 4]
