"""The tutorials' 784-500-100-10 network with dropout: the loss curves of both libraries."""

import numpy as np
import pytest

import headwater

tensorflow = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

STEPS = 100


def _batches():
    """Images in which the class can be found, the same for both libraries."""
    random = np.random.RandomState(0)
    templates = random.rand(10, 784) < 0.2
    for _ in range(STEPS):
        labels = random.randint(10, size=100)
        noise = random.rand(100, 784) < 0.1
        yield (templates[labels] ^ noise).astype(np.float32), np.eye(10, dtype=np.float32)[labels]


def _losses(tf):
    with tf.Graph().as_default():
        tf.set_random_seed(7)
        x = tf.placeholder(tf.float32, [None, 784], name="x")
        labels = tf.placeholder(tf.float32, [None, 10], name="labels")
        keep = tf.placeholder(tf.float32, name="keep_probability")
        layer, size = x, 784
        for k, width in enumerate((500, 100, 10)):
            with tf.name_scope(f"layer_{k}"):
                w = tf.Variable(tf.truncated_normal([size, width], stddev=0.1), name="weights")
                b = tf.Variable(tf.constant(0.1, shape=[width]), name="biases")
                layer, size = tf.matmul(layer, w) + b, width
                if width != 10:
                    layer = tf.nn.dropout(tf.nn.relu(layer), keep)
        loss = tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=layer)
        )
        train = tf.train.AdamOptimizer(1e-3).minimize(loss)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            return np.array(
                [
                    session.run([loss, train], {x: images, labels: classes, keep: 0.2})[0]
                    for images, classes in _batches()
                ]
            )


def test_the_first_hundred_losses_agree():
    theirs, ours = _losses(tensorflow.compat.v1), _losses(headwater)
    assert theirs[-1] < 0.5 * theirs[0]  # it learns, so the curve says something
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
