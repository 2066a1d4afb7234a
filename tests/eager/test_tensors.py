"""Tensors of eager execution: values, printing, conversions, errors, what is not for them."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import headwater as tf


def test_eager_mode_is_asked_for_where_one_is():
    assert tf.executing_eagerly()
    with tf.Graph().as_default():
        assert not tf.executing_eagerly()
        assert not hasattr(tf.constant(1), "numpy")
    assert tf.executing_eagerly()


@pytest.mark.parametrize(
    ("value", "text", "representation"),
    [
        (
            [[2.0, 1.0], [1.0, 0.0]],
            "tf.Tensor(\n[[2. 1.]\n [1. 0.]], shape=(2, 2), dtype=float32)",
            "shape=(2, 2), dtype=float32, numpy=\n"
            "array([[2., 1.],\n       [1., 0.]], dtype=float32)>",
        ),
        (3, "tf.Tensor(3, shape=(), dtype=int32)", "shape=(), dtype=int32, numpy=3>"),
        ("ab", "tf.Tensor(b'ab', shape=(), dtype=string)", "dtype=string, numpy=b'ab'>"),
        ([1, 2], "tf.Tensor([1 2], shape=(2,), dtype=int32)", "array([1, 2], dtype=int32)>"),
    ],
)
def test_printing(value, text, representation):
    tensor = tf.constant(value)
    assert str(tensor) == f"{tensor}" == text
    assert repr(tensor).startswith("<tf.Tensor: id=") and repr(tensor).endswith(representation)


def test_python_numbers_and_formats():
    assert "%i" % tf.constant(2) == "2"  # noqa: UP031
    assert f"{tf.constant(0.5):.3f}" == "0.500"
    assert int(tf.constant(3)) == 3 and float(tf.constant(1.5)) == 1.5
    assert complex(tf.constant(1j)) == 1j and round(tf.constant(2.6)) == 3
    assert bool(tf.constant(True)) and not tf.constant(0)
    assert [10, 20, 30][tf.constant(1)] == 20
    assert len(tf.zeros([4, 2])) == 4 and tf.zeros([4, 2]).ndim == 2
    assert [float(x) for x in tf.constant([1.0, 2.0])] == [1.0, 2.0]
    with pytest.raises(TypeError, match="Scalar"):
        len(tf.constant(1))
    with pytest.raises(TypeError, match="scalar"):
        iter(tf.constant(1))
    with pytest.raises(ValueError):
        bool(tf.constant([1, 2]))


def test_arithmetic_with_tensors_arrays_and_numbers():
    a = tf.constant([[2.0, 1.0], [1.0, 0.0]])
    b = np.array([[3.0, 0.0], [5.0, 1.0]], np.float32)
    for got, expected in [
        (a + b, a.numpy() + b),
        (b + a, a.numpy() + b),
        (1 - a, 1 - a.numpy()),
        (a / 2, a.numpy() / 2),
        (2.0**a, 2.0 ** a.numpy()),
        (tf.matmul(a, b), a.numpy() @ b),
        (a @ b, a.numpy() @ b),
        (a[0], a.numpy()[0]),
        (a[:, 1:], a.numpy()[:, 1:]),
        (a[..., tf.newaxis], a.numpy()[..., None]),
        (-abs(a), -abs(a.numpy())),
        (np.add(b, a), a.numpy() + b),
    ]:
        np.testing.assert_allclose(got, expected)
    assert (a[0][1] < a[0][0]).numpy()
    assert (tf.constant(7) // 2).numpy() == 3 and (tf.constant(7) % 4).numpy() == 3


def test_types_are_not_promoted_silently():
    with pytest.raises((TypeError, ValueError, tf.errors.InvalidArgumentError)):
        tf.constant(1.0) + tf.constant(1)
    assert tf.convert_to_tensor(np.float64(1)).dtype == tf.float64
    assert tf.convert_to_tensor([1, 2], tf.float32).dtype == tf.float32


def test_arrays_belong_to_whom_they_are_given():
    array = np.ones(3, np.float32)
    tensor = tf.constant(array)
    array[0] = 5
    given = tensor.numpy()
    given[1] = 7
    np.testing.assert_array_equal(tensor, [1, 1, 1])
    assert isinstance(tf.constant(1.0).numpy(), np.float32)


def test_errors_come_at_the_line():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[Op:MatMul\]"):
        tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices.* = 5 .*\[Op:GatherV2\]"):
        tf.gather(tf.constant([1, 2]), [5])
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.check_numerics(tf.constant([np.nan]), "here")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: tf.placeholder(tf.float32), RuntimeError, "not compatible with eager execution"),
        (lambda: tf.gradients(tf.constant(1.0), tf.constant(1.0)), RuntimeError, "GradientTape"),
        (lambda: tf.constant(1).eval(), NotImplementedError, "numpy"),
        (lambda: tf.constant(1).consumers(), NotImplementedError, "meaningless"),
        (lambda: tf.constant(1).set_shape([2]), ValueError, "not compatible"),
        (lambda: tf.data.Dataset.range(3).make_initializable_iterator(), RuntimeError, "eager"),
        (
            lambda: tf.train.GradientDescentOptimizer(0.1).minimize(tf.constant(1.0)),
            RuntimeError,
            "should be a function",
        ),
    ],
)
def test_what_is_only_for_graphs(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_tensors_of_a_graph_are_refused():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32)
    with pytest.raises(ValueError):
        tf.add(x, tf.constant(1.0))


def test_copies_and_pickles():
    tensor = tf.constant([1.0, 2.0])
    assert copy.copy(tensor) is tensor and copy.deepcopy(tensor) is tensor
    again = pickle.loads(pickle.dumps(tensor))
    assert again.dtype == tf.float32 and again.numpy().tolist() == [1.0, 2.0]


def test_a_value_is_forgotten_with_its_last_name():
    x = tf.ones([3])
    gc.disable()
    try:
        total = tf.zeros([3])
        seen = []
        for i in range(3):
            y = x * float(i)
            with tf.GradientTape() as tape:
                tape.watch(y)
                z = tf.reduce_sum(y * y)
            gradient = tape.gradient(z, y)
            seen += [weakref.ref(item) for item in (y, z, gradient, tape)]
            total = total + y
            del y, z, gradient, tape
        assert not [reference for reference in seen if reference() is not None]
    finally:
        gc.enable()


def test_control_flow_is_pythons():
    x = tf.constant(3.0)
    assert tf.cond(x > 2.0, lambda: x, lambda: -x).numpy() == 3.0
    assert tf.case([(x < 0, lambda: tf.constant(1))], default=lambda: tf.constant(2)).numpy() == 2
    assert tf.while_loop(lambda i: i < 10, lambda i: i + 3, [tf.constant(0)]).numpy() == 12
    i, s = tf.while_loop(
        lambda i, s: True,
        lambda i, s: (i + 1, s + i),
        [tf.constant(0), tf.constant(0)],
        maximum_iterations=5,
    )
    assert (i.numpy(), s.numpy()) == (5, 10)
    assert tf.map_fn(lambda v: v * v, tf.constant([1, 2, 3])).numpy().tolist() == [1, 4, 9]
    assert tf.scan(lambda a, v: a + v, tf.constant([1, 2, 3])).numpy().tolist() == [1, 3, 6]
    assert tf.foldl(lambda a, v: a + v, tf.constant([1, 2, 3])).numpy() == 6
    with tf.control_dependencies([tf.no_op()]), tf.device("/cpu:0"), tf.name_scope("a"):
        assert tf.identity(x).numpy() == 3.0
    assert tf.group(tf.no_op()) is not None


def test_random_numbers_follow_their_seeds():
    def draw():
        tf.set_random_seed(7)
        return [tf.random_normal([3]).numpy(), tf.random_uniform([3], seed=2).numpy()]

    first, second = draw(), draw()
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[0], tf.random_normal([3]).numpy())
    # An op called again with the same seeds goes on where it was.
    assert not np.array_equal(first[1], tf.random_uniform([3], seed=2).numpy())


def test_strings_sparse_tensors_and_ragged_results():
    assert tf.strings.join(["a", tf.constant("b")], "-").numpy() == b"a-b"
    split = tf.string_split(["a b"])
    assert split.values.numpy().tolist() == [b"a", b"b"]
    dense = tf.sparse.to_dense(tf.SparseTensor([[0, 1]], [5], [1, 3]))
    assert dense.numpy().tolist() == [[0, 5, 0]]
    values, positions = tf.unique(tf.constant([4, 4, 5]))
    assert values.numpy().tolist() == [4, 5] and positions.numpy().tolist() == [0, 0, 1]
    assert tf.where(tf.constant([True, False, True])).numpy().tolist() == [[0], [2]]


def test_python_functions():
    assert tf.py_func(lambda x: x + 1, [tf.constant(2.0)], tf.float32).numpy() == 3.0
    assert tf.numpy_function(np.sum, [tf.ones([3])], tf.float32).numpy() == 3.0
    assert tf.py_function(lambda x: x * x, [3.0], tf.float32).numpy() == 9.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="ValueError: no"):
        tf.py_func(_refuses, [1.0], tf.float32)


def _refuses(x):
    raise ValueError("no")


def test_lookup_tables():
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"])
    assert table.lookup(tf.constant(["b", "c"])).numpy().tolist() == [1, -1]
