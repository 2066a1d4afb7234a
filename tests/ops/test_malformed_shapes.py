"""Shape-like inputs that only the step sees: TensorFlow's sentences for those that cannot be."""

import math

import numpy as np
import pytest

import headwater as tf

INT = np.int32


def _shard_name(basename, shard, num_shards):
    return tf.raw_ops.ShardedFilename(basename, shard, num_shards)


CASES = [
    (tf.random_uniform, [INT(3)], "shape must be a vector of {int32,int64}, got shape []"),
    (tf.random_normal, [INT([[3]])], "shape must be a vector of {int32,int64}, got shape [1,1]"),
    (tf.truncated_normal, [INT([-3])], "Dimension -3 must be >= 0"),
    (tf.slice, [np.arange(9), INT(2), INT(3)], "1-D tensors of size 1, but got shapes [] and []"),
    (tf.slice, [np.arange(9), INT([2]), INT(3)], "of size 1, but got shapes [1] and []"),
    (tf.slice, [np.arange(9), INT([2, 1]), INT([3, 3])], "but got shapes [2] and [2] instead."),
    (tf.tile, [INT([7]), INT(2)], "Expected multiples to be 1-D, but got shape []"),
    (tf.tile, [INT([7]), INT([2, 2])], "to be a vector of length 1 but got length 2"),
    (tf.unsorted_segment_sum, [INT(7), INT(1), INT([4])], "should be a scalar, not shape [1]"),
    (tf.unsorted_segment_max, [INT(7), INT(1), INT([4])], "should be a scalar, not shape [1]"),
    (tf.unsorted_segment_sum, [INT([7]), INT([1]), INT(-4)], "== -4 must not be negative."),
    (
        _shard_name,
        [np.array("f", object), INT(4), INT([9])],
        "num_shards must be a scalar, got shape [1]",
    ),
    (tf.reshape, [INT(7), INT(1)], "sizes input must be 1-D, not []"),
    (tf.reshape, [np.zeros(7), INT([-1, 4, 0])], "requested shape requires a multiple of 4"),
    (tf.reshape, [np.zeros(7), INT([0, -1])], "7 values, but the requested shape has 0"),
    (tf.reshape, [np.zeros(7), INT([-1, -1])], "Only one input size may be -1, not both 0 and 1"),
]


@pytest.mark.parametrize("function, values, message", CASES)
def test_refused(function, values, message):
    with tf.Graph().as_default(), tf.Session() as sess:
        fed = [tf.placeholder(tf.as_dtype(v.dtype)) for v in values]
        y = function(*fed)
        for _ in range(3):  # interpreted, then compiled
            with pytest.raises(tf.errors.InvalidArgumentError) as info:
                sess.run(y, dict(zip(fed, values, strict=True)))
            assert message in info.value.message


@pytest.mark.parametrize(
    "given, wanted, result",
    [
        ((0, 6), [0, -1, 3], (0, 2, 3)),
        ((0, 3), [-1, 5], (0, 5)),
        ((2, 0), [-1], (0,)),
        ((2, 0, 3), [0, -1], (0, 6)),
        ((0, 3), [0, -1, 4], (0, 0, 4)),
        ((0, 3), [-1, 0], (3, 0)),
        ((4, 0, 0), [0, 0, -1, 2], (0, 0, 2, 2)),
    ],
)
def test_reshape_of_nothing(given, wanted, result):
    with tf.Graph().as_default(), tf.Session() as sess:
        x, shape = tf.placeholder(tf.float32), tf.placeholder(tf.int32)
        y = tf.reshape(x, shape)
        for _ in range(3):
            assert sess.run(y, {x: np.zeros(given), shape: wanted}).shape == result
        static = tf.reshape(np.zeros(given), wanted).shape
        assert static.is_compatible_with(result)
        assert math.prod(result) == 0


def test_partly_known_shapes():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32)
        packed = tf.reshape(x, [tf.placeholder(tf.int32), 37])
        assert packed.shape.as_list() == [None, 37]
        with pytest.raises(ValueError, match=r"7 elements to shape \[0,\?\] \(0 elements\)"):
            tf.reshape(tf.zeros([7]), [0, -1])


@pytest.mark.parametrize("shape", [(2,), None])
@pytest.mark.parametrize("function", [lambda x: x, lambda x: 2 * x, tf.reduce_sum])
def test_no_hessian_of_what_is_linear(function, shape):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, shape)
        with pytest.raises(ValueError, match="None values not supported"):
            tf.hessians(function(x), x)
