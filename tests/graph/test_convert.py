"""Values made tensors."""

import numpy as np
import pytest

import headwater as tf


@pytest.mark.parametrize("shape", [None, [4], [2, 2]], ids=str)
def test_an_array_may_change_once_it_is_a_constant(shape):
    values = np.zeros(4, np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        nodes = [
            tf.constant(values, shape=shape),
            tf.convert_to_tensor(values),
            values + tf.ones(4),
        ]
        values += 7
        assert [sess.run(x).max() for x in nodes] == [0, 0, 1]


def test_a_list_with_tensors_takes_the_type_that_is_asked_for():
    with tf.Graph().as_default(), tf.Session() as sess:
        parts = [[0.5, 1.5], tf.constant([1.0, 2.0], tf.float64), tf.constant([3, 4])]
        stacked = tf.convert_to_tensor(parts, tf.float32)
        assert stacked.dtype == tf.float32
        assert sess.run(stacked).tolist() == [[0.5, 1.5], [1, 2], [3, 4]]
        with pytest.raises(TypeError, match="list containing a tensor of dtype"):
            tf.convert_to_tensor(parts[1:])
