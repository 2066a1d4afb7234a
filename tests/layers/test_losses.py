"""`tf.losses` by numbers worked out by hand, and what it says of weights of a wrong shape."""

import numpy as np
import pytest

import headwater as tf

LABELS = np.array([[0.0, 1.0], [1.0, 1.0]], np.float32)
OUTPUTS = np.array([[1.0, 1.0], [3.0, 0.0]], np.float32)  # squared errors 1, 0, 4, 1
COLUMN = np.array([[0.0], [2.0]], np.float32)


def value(build, feeds=()):
    with tf.Graph().as_default(), tf.Session() as sess:
        nodes = [tf.placeholder(tf.float32) for _ in feeds]
        return sess.run(build(*nodes), dict(zip(nodes, feeds, strict=True)))


@pytest.mark.parametrize(
    ("reduction", "wanted"),
    [
        ("NONE", [[0.0, 0.0], [8.0, 2.0]]),
        ("SUM", 10.0),
        ("MEAN", 10.0 / 4),
        ("SUM_OVER_BATCH_SIZE", 10.0 / 4),
        ("SUM_BY_NONZERO_WEIGHTS", 10.0 / 2),
        ("SUM_OVER_NONZERO_WEIGHTS", 10.0 / 2),
    ],
)
def test_reductions(reduction, wanted):
    got = value(
        lambda: tf.losses.mean_squared_error(
            LABELS, OUTPUTS, COLUMN, reduction=getattr(tf.losses.Reduction, reduction)
        )
    )
    np.testing.assert_allclose(got, wanted)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("absolute_difference", 4 / 4),
        ("hinge_loss", (2 + 0 + 0 + 1) / 4),
        ("huber_loss", (0.5 + 0 + 1.5 + 0.5) / 4),
        ("mean_squared_error", 6 / 4),
        ("mean_pairwise_squared_error", 1.0 + 9.0),
    ],
)
def test_values(name, wanted):
    np.testing.assert_allclose(value(lambda: getattr(tf.losses, name)(LABELS, OUTPUTS)), wanted)


def test_shapes_known_only_when_run():
    def build(losses, weights):
        return tf.losses.compute_weighted_loss(losses, weights)

    assert value(build, [OUTPUTS, COLUMN]) == 3.0
    assert value(build, [OUTPUTS, 2.0]) == 2.5
    for wrong in ([1.0, 2.0], [[1.0, 2.0, 3.0]]):
        with pytest.raises(tf.errors.InvalidArgumentError, match="can not be broadcast to values"):
            value(build, [OUTPUTS, wrong])


def test_collections():
    with tf.Graph().as_default():
        first = tf.losses.mean_squared_error(LABELS, OUTPUTS)
        second = tf.losses.log_loss(LABELS, OUTPUTS, scope="second")
        tf.losses.hinge_loss(LABELS, OUTPUTS, loss_collection=None)
        other = tf.losses.huber_loss(LABELS, OUTPUTS, loss_collection="other")
        assert tf.losses.get_losses() == [first, second]
        assert tf.losses.get_losses("second") == [second]
        assert tf.losses.get_losses(loss_collection="other") == [other]
        assert tf.losses.get_regularization_losses() == []
