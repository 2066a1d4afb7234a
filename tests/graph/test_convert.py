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
