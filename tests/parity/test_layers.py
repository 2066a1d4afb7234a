"""`tf.layers` against TensorFlow: names, shapes, outputs, gradients, moving averages."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # TensorFlow's, about its layers
INIT = {"kernel_initializer": lambda tf: tf.random_uniform_initializer(-0.5, 0.5, seed=3)}


def _init(tf):
    return {k: make(tf) for k, make in INIT.items()}


def _separable(tf):
    initializer = tf.random_uniform_initializer(-0.5, 0.5, seed=3)
    return {"depthwise_initializer": initializer, "pointwise_initializer": initializer}


PROGRAMS = {
    "dense": lambda tf, x: tf.layers.dense(
        tf.layers.flatten(x), 4, activation=tf.nn.tanh, **_init(tf)
    ),
    "dense_rank_4": lambda tf, x: tf.layers.dense(x, 4, use_bias=False, **_init(tf)),
    "dense_twice": lambda tf, x: tf.layers.dense(
        tf.layers.dense(x, 4, **_init(tf)), 2, name="out", **_init(tf)
    ),
    "reuse": lambda tf, x: (
        tf.layers.dense(x, 3, name="q", **_init(tf))
        + tf.layers.dense(x * 2.0, 3, name="q", reuse=True)
    ),
    "conv1d": lambda tf, x: tf.layers.conv1d(
        tf.reshape(x, [-1, 64, 3]), 4, 3, strides=2, **_init(tf)
    ),
    "conv2d": lambda tf, x: tf.layers.conv2d(
        x, 4, 3, padding="same", activation=tf.nn.relu, **_init(tf)
    ),
    "conv2d_strides": lambda tf, x: tf.layers.conv2d(
        x, 4, (3, 2), (2, 1), use_bias=False, **_init(tf)
    ),
    "conv2d_dilated": lambda tf, x: tf.layers.conv2d(x, 2, 2, dilation_rate=2, **_init(tf)),
    "conv3d": lambda tf, x: tf.layers.conv3d(tf.reshape(x, [-1, 4, 4, 4, 3]), 2, 2, **_init(tf)),
    "conv2d_transpose": lambda tf, x: tf.layers.conv2d_transpose(
        x, 2, 3, 2, padding="same", **_init(tf)
    ),
    "conv2d_transpose_valid": lambda tf, x: tf.layers.conv2d_transpose(x, 2, 3, 2, **_init(tf)),
    "conv3d_transpose": lambda tf, x: tf.layers.conv3d_transpose(
        tf.reshape(x, [-1, 4, 4, 4, 3]), 2, 2, 2, **_init(tf)
    ),
    "separable_conv1d": lambda tf, x: tf.layers.separable_conv1d(
        tf.reshape(x, [-1, 64, 3]), 4, 3, strides=2, **_separable(tf)
    ),
    "separable_conv2d": lambda tf, x: tf.layers.separable_conv2d(
        x, 4, 3, padding="same", depth_multiplier=2, activation=tf.nn.relu, **_separable(tf)
    ),
    "max_pooling1d": lambda tf, x: tf.layers.max_pooling1d(tf.reshape(x, [-1, 64, 3]), 2, 2),
    "max_pooling2d": lambda tf, x: tf.layers.max_pooling2d(x, 2, 2, padding="same"),
    "average_pooling2d": lambda tf, x: tf.layers.average_pooling2d(x, (3, 2), 2),
    "max_pooling3d": lambda tf, x: tf.layers.max_pooling3d(tf.reshape(x, [-1, 4, 4, 4, 3]), 2, 2),
    "batch_norm_training": lambda tf, x: tf.layers.batch_normalization(x, training=True),
    "batch_norm_inference": lambda tf, x: tf.layers.batch_normalization(x, training=False),
    "batch_norm_fed": lambda tf, x: tf.layers.batch_normalization(
        x, training=tf.placeholder_with_default(True, [])
    ),
    "batch_norm_plain": lambda tf, x: tf.layers.batch_normalization(
        x, training=True, fused=False, axis=-1
    ),
    "batch_norm_matrix": lambda tf, x: tf.layers.batch_normalization(
        tf.layers.flatten(x), training=True, momentum=0.9, scale=False
    ),
    "dropout_off": lambda tf, x: tf.layers.dropout(x, 0.4),
    "dropout_on": lambda tf, x: tf.layers.dropout(x, 0.4, training=True, seed=5),
}


def trained(tf, program):
    """Names, shapes, and what two steps with updates give."""
    data = np.random.RandomState(0).randn(2, 8, 8, 3).astype(np.float32)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 8, 8, 3])
        y = PROGRAMS[program](tf, x)
        loss = tf.reduce_mean(tf.square(y - 0.3))
        gradients = tf.gradients(loss, [x, *tf.trainable_variables()])
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        variables = tf.global_variables()
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            values = []
            for _ in range(2):
                values += sess.run([y, *gradients], {x: data})
                sess.run(updates, {x: data})
            values += sess.run(variables)
        names = [v.name for v in variables], [v.name for v in tf.trainable_variables()], y.name
        return names, y.shape.as_list(), len(updates), values


@pytest.mark.parametrize("program", PROGRAMS)
def test_layer(program):
    got, want = trained(ours(), program), trained(oracle(), program)
    assert got[:3] == want[:3]
    for a, b in zip(got[3], want[3], strict=True):
        np.testing.assert_allclose(a, b, rtol=3e-5, atol=3e-5)
