"""Layers, initializers and regularizers of `tf.contrib.layers` against NumPy."""

import numpy as np
import pytest

import headwater as hw
from headwater.contrib import layers

X = np.random.RandomState(0).randn(6, 5).astype(np.float32)
PICTURES = np.random.RandomState(1).randn(2, 6, 6, 3).astype(np.float32)


@pytest.fixture(autouse=True)
def graph():
    with hw.Graph().as_default() as g:
        yield g


def run(*fetches):
    with hw.Session() as session:
        session.run(hw.global_variables_initializer())
        return session.run(list(fetches))


def names():
    return {v.op.name: v.shape.as_list() for v in hw.global_variables()}


def test_fully_connected():
    out = layers.fully_connected(X, 4, outputs_collections="ends")
    assert names() == {"fully_connected/weights": [5, 4], "fully_connected/biases": [4]}
    assert out.op.name == "fully_connected/Relu"
    assert hw.get_collection("ends") == [out]
    assert hw.get_collection(hw.GraphKeys.MODEL_VARIABLES) == hw.global_variables()
    value, weights = run(out, hw.global_variables()[0])
    np.testing.assert_allclose(value, np.maximum(X @ weights, 0), rtol=1e-5, atol=1e-6)
    layers.linear(X, 2)
    assert "fully_connected_1/weights" in names()


def test_fully_connected_of_higher_rank_without_biases():
    x = hw.constant(PICTURES)
    out = layers.linear(x, 2, biases_initializer=None, weights_initializer=hw.ones_initializer())
    assert names() == {"fully_connected/weights": [3, 2]}
    expected = np.repeat(PICTURES.sum(-1, keepdims=True), 2, -1)
    np.testing.assert_allclose(run(out)[0], expected, rtol=1e-5, atol=1e-6)


def test_reuse():
    first = layers.fully_connected(X, 4, scope="fc", variables_collections={"weights": ["w"]})
    with pytest.raises(ValueError, match="already exists"):
        layers.fully_connected(X, 4, scope="fc")
    second = layers.fully_connected(
        X, 4, scope="fc", reuse=True, variables_collections={"weights": ["w"]}
    )
    assert names() == {"fc/weights": [5, 4], "fc/biases": [4]}
    assert [v.op.name for v in hw.get_collection("w")] == ["fc/weights"]
    np.testing.assert_array_equal(*run(first, second))
    with pytest.raises(ValueError, match="does not exist"):
        layers.fully_connected(X, 4, scope="other", reuse=True)
    with pytest.raises(ValueError, match="num_outputs"):
        layers.fully_connected(X, "4")


def test_normalizer_replaces_biases():
    layers.fully_connected(X, 4, normalizer_fn=layers.batch_norm, normalizer_params={"scale": True})
    start = "fully_connected/"
    norm = ("beta", "gamma", "moving_mean", "moving_variance")
    assert set(names()) == {start + "weights", *(f"{start}BatchNorm/{n}" for n in norm)}


@pytest.mark.parametrize(("padding", "stride", "size"), [("SAME", 1, 6), ("VALID", 2, 2)])
def test_conv2d(padding, stride, size):
    out = layers.conv2d(PICTURES, 4, [3, 3], stride, padding, activation_fn=None)
    assert names() == {"Conv/weights": [3, 3, 3, 4], "Conv/biases": [4]}
    assert out.op.name == "Conv/BiasAdd"
    assert out.shape.as_list() == [2, size, size, 4]
    value, w = run(out, hw.global_variables()[0])
    at = 1 if padding == "SAME" else 0
    window = PICTURES[:, :3, :3]
    np.testing.assert_allclose(value[:, at, at], np.tensordot(window, w, 3), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="rank"):
        layers.conv2d(X, 4, 3)


def test_pools():
    top, mean = layers.max_pool2d(PICTURES, 2), layers.avg_pool2d(PICTURES, [2, 2])
    assert (top.op.name, mean.op.name) == ("MaxPool2D/MaxPool", "AvgPool2D/AvgPool")
    blocks = PICTURES.reshape(2, 3, 2, 3, 2, 3)
    values = run(top, mean)
    np.testing.assert_allclose(values[0], blocks.max((2, 4)))
    np.testing.assert_allclose(values[1], blocks.mean((2, 4)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("x", "fused", "bessel"),
    [(X, None, True), (X, False, False), (PICTURES, None, True), (PICTURES, False, False)],
)
def test_batch_norm(x, fused, bessel):
    out = layers.batch_norm(x, decay=0.9, fused=fused)
    size = [x.shape[-1]]
    assert names() == {f"BatchNorm/{n}": size for n in ("beta", "moving_mean", "moving_variance")}
    assert [v.op.name for v in hw.trainable_variables()] == ["BatchNorm/beta"]
    updates = hw.get_collection(hw.GraphKeys.UPDATE_OPS)
    assert len(updates) == 2
    by_name = {v.op.name: v for v in hw.global_variables()}
    axes, n = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    mean, variance = x.mean(axes), x.var(axes)
    with hw.Session() as session:
        session.run(hw.global_variables_initializer())
        value = session.run(out)
        session.run(updates)
        moved = session.run([by_name[f"BatchNorm/moving_{k}"] for k in ("mean", "variance")])
    expected = (x - mean) / np.sqrt(variance + 0.001)
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(moved[0], 0.1 * mean, rtol=1e-4, atol=1e-6)
    factor = n / (n - 1) if bessel else 1.0
    np.testing.assert_allclose(moved[1], 0.9 + 0.1 * variance * factor, rtol=1e-4)


def test_batch_norm_updates_in_place_and_inference():
    out = layers.batch_norm(X, decay=0.0, updates_collections=None, fused=False, scope="bn")
    still = layers.batch_norm(X, is_training=False, fused=False, scope="bn", reuse=True)
    assert hw.get_collection(hw.GraphKeys.UPDATE_OPS) == []
    assert len(hw.global_variables()) == 3
    with hw.Session() as session:
        session.run(hw.global_variables_initializer())
        before = session.run(still)
        trained = session.run(out)
        after = session.run(still)
    np.testing.assert_allclose(before, X / np.sqrt(1.001), rtol=1e-5)
    np.testing.assert_allclose(after, trained, rtol=1e-4, atol=1e-5)


def test_dropout_flatten_one_hot():
    kept, all_of_it = (
        layers.dropout(np.ones(4000, np.float32), 0.8, seed=1),
        layers.dropout(X, is_training=False),
    )
    flat, rows = layers.flatten(PICTURES), layers.one_hot_encoding([2, 0], 3)
    assert flat.shape.as_list() == [2, 108]
    values = run(kept, all_of_it, flat, rows)
    assert set(np.unique(values[0])) == {np.float32(0), np.float32(1.25)}
    assert abs(values[0].mean() - 1) < 0.05
    np.testing.assert_array_equal(values[1], X)
    np.testing.assert_array_equal(values[2], PICTURES.reshape(2, -1))
    np.testing.assert_array_equal(values[3], np.eye(3)[[2, 0]])


def test_layer_norm():
    out = layers.layer_norm(PICTURES)
    assert names() == {"LayerNorm/beta": [3], "LayerNorm/gamma": [3]}
    axes = (1, 2, 3)
    expected = (PICTURES - PICTURES.mean(axes, keepdims=True)) / PICTURES.std(axes, keepdims=True)
    np.testing.assert_allclose(run(out)[0], expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="begin_norm_axis"):
        layers.layer_norm(X, begin_norm_axis=2)


W = np.array([[1.0, -2.0], [3.0, 0.5]], np.float32)
L1, L2 = np.abs(W).sum(), (W**2).sum() / 2


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (layers.l1_regularizer(0.1), 0.1 * L1),
        (layers.l2_regularizer(0.1), 0.1 * L2),
        (layers.l1_l2_regularizer(0.1, 0.2), 0.1 * L1 + 0.2 * L2),
        (layers.l1_l2_regularizer(0.0, 0.2), 0.2 * L2),
        (layers.sum_regularizer([None, layers.l1_regularizer(0.5)]), 0.5 * L1),
    ],
)
def test_regularizers(regularizer, expected):
    loss = layers.apply_regularization(regularizer, [hw.constant(W), hw.constant(W)])
    assert hw.get_collection(hw.GraphKeys.REGULARIZATION_LOSSES) == [loss]
    np.testing.assert_allclose(run(loss)[0], 2 * expected, rtol=1e-5)


def test_regularizers_without_loss_and_errors():
    assert layers.l2_regularizer(0.0)(W) is None
    assert layers.sum_regularizer([None]) is None
    for scale in (1, -0.5):
        with pytest.raises(ValueError, match="scale"):
            layers.l1_regularizer(scale)
    with pytest.raises(ValueError, match="No weights"):
        layers.apply_regularization(layers.l2_regularizer(0.1))


def test_regularized_layer():
    for reuse in (None, True):
        layers.linear(
            X,
            2,
            weights_initializer=hw.ones_initializer(),
            weights_regularizer=layers.l2_regularizer(0.5),
            scope="fc",
            reuse=reuse,
        )
    losses = hw.get_collection(hw.GraphKeys.REGULARIZATION_LOSSES)
    assert len(losses) == 1
    np.testing.assert_allclose(run(losses[0])[0], 0.5 * 10 / 2)


@pytest.mark.parametrize(
    ("initializer", "variance"),
    [
        (layers.xavier_initializer(seed=1), 1 / 150),
        (layers.variance_scaling_initializer(seed=1, uniform=True), 2 / 100),
        (layers.variance_scaling_initializer(1.0, "FAN_OUT", seed=1), 1.3 * 0.7737 / 200),
    ],
)
def test_initializers(initializer, variance):
    value = run(initializer([100, 200]))[0]
    np.testing.assert_allclose(value.var(), variance, rtol=0.05)
    assert abs(value.mean()) < 0.005


def test_initializer_errors():
    with pytest.raises(TypeError, match="Unknown mode"):
        layers.variance_scaling_initializer(mode="fan_in")
    with pytest.raises(TypeError, match="non-floating"):
        layers.xavier_initializer(dtype=hw.int32)


def test_batch_norm_parameters():
    out = layers.batch_norm(
        X,
        scale=True,
        is_training=False,
        param_initializers={"beta": hw.ones_initializer(), "gamma": hw.constant_initializer(2.0)},
        param_regularizers={"gamma": layers.l1_regularizer(0.5)},
    )
    losses = hw.get_collection(hw.GraphKeys.REGULARIZATION_LOSSES)
    value, loss = run(out, losses[0])
    np.testing.assert_allclose(value, 2 * X / np.sqrt(1.001) + 1, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(loss, 0.5 * 2 * 5)
    with pytest.raises(NotImplementedError, match="renorm"):
        layers.batch_norm(X, renorm=True)
