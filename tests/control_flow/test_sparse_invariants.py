"""Shape invariants of sparse loop variables: a vector's shape that gives the rank."""

import pytest

import headwater as tf


@pytest.fixture
def start():
    return tf.SparseTensor([[0], [3]], [2.0, 4.0], [10])


def with_one_more(i, x):
    place = tf.cast(tf.fill([1, 1], i), tf.int64)
    return i + 1, tf.sparse_add(x, tf.SparseTensor(place, [1.0], x.dense_shape))


def of_a_higher_rank(i, x):
    indices = tf.concat([x.indices, [[0], [0]]], axis=1)
    return i + 1, tf.SparseTensor(indices, x.values * 2.0, tf.concat([x.dense_shape, [10]], axis=0))


def loop(body, start, invariant):
    zero = tf.constant(0)
    return tf.while_loop(
        lambda i, x: i < 2, body, [zero, start], shape_invariants=[zero.shape, invariant]
    )[1]


@pytest.mark.parametrize("invariant", [tf.TensorShape([1]), tf.TensorShape([None])])
def test_more_elements(start, invariant):
    result = loop(with_one_more, start, invariant)
    assert result.indices.shape.as_list() == [None, invariant[0].value]
    with tf.Session() as sess:
        assert sess.run(result).values.tolist() == [3.0, 1.0, 4.0]


@pytest.mark.parametrize("invariant", [tf.TensorShape([None]), tf.TensorShape(None)])
def test_a_rank_that_grows(start, invariant):
    result = loop(of_a_higher_rank, start, invariant)
    assert result.dense_shape.shape.as_list() == [None]
    with tf.Session() as sess:
        assert sess.run(result).dense_shape.tolist() == [10, 10, 10]


@pytest.mark.parametrize(
    ("body", "invariant", "says"),
    [
        (of_a_higher_rank, tf.TensorShape([1]), "has shape .2, 2. after one iteration"),
        (with_one_more, tf.TensorShape([10]), r"the specified shape invariant is \(\?, 10\)"),
        (with_one_more, tf.TensorShape([None, None]), "Expected a shape with 1 dimension"),
    ],
)
def test_refused(start, body, invariant, says):
    with pytest.raises(ValueError, match=says):
        loop(body, start, invariant)
