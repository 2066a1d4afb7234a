"""Batch normalization of `tf.layers`, slim, `tf.contrib.layers` and Keras gives the same numbers:
while training, when used, and when the program forgets to run the updates."""

import numpy as np
import pytest

import headwater as tf

DECAY, EPSILON, RATE, STEPS = 0.9, 1e-3, 0.1, 12
RANDOM = np.random.RandomState(0)
BATCHES = {
    rank: RANDOM.randn(STEPS, 6, *(3, 3)[: rank - 2], 4).astype("f") * 2 + 1 for rank in (2, 4)
}
SLOPE = RANDOM.randn(4).astype("f")


def _tf_layers(x, training):
    return tf.layers.batch_normalization(x, momentum=DECAY, epsilon=EPSILON, training=training)


def _contrib(function, **options):
    # For matrices contrib's own choice is the fused kernel, whose variance is n / (n - 1) as great.
    def normalized(x, training):
        fused = len(x.shape) == 4
        return function(
            x,
            decay=DECAY,
            epsilon=EPSILON,
            scale=True,
            is_training=training,
            fused=fused,
            scope="batch_normalization",
            **options,
        )

    return normalized


def _keras(x, training):
    layer = tf.keras.layers.BatchNormalization(momentum=DECAY, epsilon=EPSILON)
    y = layer(x, training=training)
    for update in layer.updates:
        tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, update)
    return y


WAYS = {
    "tf.layers.batch_normalization": _tf_layers,
    "tf.contrib.slim.batch_norm": _contrib(tf.contrib.slim.batch_norm),
    "tf.contrib.layers.batch_norm": _contrib(tf.contrib.layers.batch_norm),
    "tf.keras.layers.BatchNormalization": _keras,
}
IN_PLACE = {
    "tf.contrib.slim.batch_norm": _contrib(tf.contrib.slim.batch_norm, updates_collections=None),
    "tf.contrib.layers.batch_norm": _contrib(
        tf.contrib.layers.batch_norm, updates_collections=None
    ),
}


def _trained(normalize, rank, run_updates=True):
    """Twelve steps of gradient descent on offset and scale.

    Returns:
      `(losses, variables by their last name, outputs of the trained network in use)`.
    """
    data = BATCHES[rank]
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None, *data.shape[2:]])
        training = tf.placeholder(tf.bool, [])
        y = normalize(x, training)
        loss = tf.reduce_mean(tf.square(y * SLOPE - 1.0))
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS) if run_updates else []
        with tf.control_dependencies(updates):
            step = tf.train.GradientDescentOptimizer(RATE).minimize(loss)
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, step], {x: b, training: True})[0] for b in data]
        values = {v.op.name.split("/")[-1]: sess.run(v) for v in tf.global_variables()}
        return np.array(losses), values, sess.run(y, {x: data[0], training: False})


def _reference(rank):
    """The same in NumPy, in double precision."""
    gamma, beta, mean, variance = np.ones(4), np.zeros(4), np.zeros(4), np.ones(4)
    losses = []
    for batch in BATCHES[rank].astype("float64").reshape(STEPS, -1, 4):
        n = len(batch)
        x = (batch - batch.mean(0)) / np.sqrt(batch.var(0) + EPSILON)
        error = (x * gamma + beta) * SLOPE - 1
        losses.append((error**2).mean())
        slope = 2 * error * SLOPE / error.size
        gamma, beta = gamma - RATE * (slope * x).sum(0), beta - RATE * slope.sum(0)
        unbiased = n / (n - 1) if rank == 4 else 1.0  # as TensorFlow's fused kernel has it
        mean = DECAY * mean + (1 - DECAY) * batch.mean(0)
        variance = DECAY * variance + (1 - DECAY) * batch.var(0) * unbiased
    names = {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
    used = (BATCHES[rank][0] - mean) / np.sqrt(variance + EPSILON) * gamma + beta
    return np.array(losses), names, used


def _compare(got, want):
    np.testing.assert_allclose(got[0], want[0], rtol=1e-4)
    assert set(got[1]) == set(want[1])
    for name, value in want[1].items():
        np.testing.assert_allclose(got[1][name], value, rtol=1e-4, atol=1e-5, err_msg=name)
    np.testing.assert_allclose(got[2], want[2], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("rank", BATCHES)
@pytest.mark.parametrize("way", WAYS)
def test_trained_and_used(way, rank):
    _compare(_trained(WAYS[way], rank), _reference(rank))


@pytest.mark.parametrize("rank", BATCHES)
@pytest.mark.parametrize("way", WAYS)
def test_without_update_ops_training_is_the_same_and_the_averages_stay(way, rank):
    losses, names, used = _trained(WAYS[way], rank, run_updates=False)
    want_losses, want, _ = _reference(rank)
    want |= {"moving_mean": np.zeros(4), "moving_variance": np.ones(4)}
    wrong = BATCHES[rank][0] / np.sqrt(1 + EPSILON) * want["gamma"] + want["beta"]
    _compare((losses, names, used), (want_losses, want, wrong))


@pytest.mark.parametrize("rank", BATCHES)
@pytest.mark.parametrize("way", IN_PLACE)
def test_updates_in_place_need_no_collection(way, rank):
    _compare(_trained(IN_PLACE[way], rank, run_updates=False), _reference(rank))
