"""`tf.keras.layers` against TensorFlow's: names, shapes, outputs, gradients, 20 training steps."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations

VECTOR, SEQUENCE, PICTURE, VOLUME = (3, 5), (3, 6, 4), (2, 8, 8, 3), (2, 6, 6, 6, 2)
MOVIE, ROWS = (2, 3, 6, 6, 2), (4, 5)


ONE_INPUT = {
    "Dense": (lambda k: k.layers.Dense(4, activation="tanh", kernel_regularizer="l2"), VECTOR),
    "Dense_rank_3": (lambda k: k.layers.Dense(4, use_bias=False), SEQUENCE),
    "Dense_constraint": (lambda k: k.layers.Dense(4, kernel_constraint="non_neg"), VECTOR),
    "Activation": (lambda k: k.layers.Activation("softplus"), VECTOR),
    "Dropout": (lambda k: k.layers.Dropout(0.4, seed=3), VECTOR),
    "Dropout_shape": (lambda k: k.layers.Dropout(0.4, (None, 1, 4), seed=3), SEQUENCE),
    "SpatialDropout1D": (lambda k: k.layers.SpatialDropout1D(0.4), SEQUENCE),
    "SpatialDropout2D": (lambda k: k.layers.SpatialDropout2D(0.4), PICTURE),
    "SpatialDropout3D": (lambda k: k.layers.SpatialDropout3D(0.4), VOLUME),
    "Flatten": (lambda k: k.layers.Flatten(), PICTURE),
    "Reshape": (lambda k: k.layers.Reshape((2, -1)), SEQUENCE),
    "Permute": (lambda k: k.layers.Permute((2, 1)), SEQUENCE),
    "RepeatVector": (lambda k: k.layers.RepeatVector(3), VECTOR),
    "Masking": (lambda k: k.layers.Masking(0.0), SEQUENCE),
    "ActivityRegularization": (lambda k: k.layers.ActivityRegularization(0.1, 0.2), VECTOR),
    "Conv1D": (lambda k: k.layers.Conv1D(3, 2, strides=2, activation="relu"), SEQUENCE),
    "Conv1D_causal": (lambda k: k.layers.Conv1D(3, 2, padding="causal"), SEQUENCE),
    "Conv2D": (lambda k: k.layers.Conv2D(4, 3, padding="same", activation="elu"), PICTURE),
    "Conv2D_dilated": (lambda k: k.layers.Conv2D(4, (2, 3), dilation_rate=2), PICTURE),
    "Conv3D": (lambda k: k.layers.Conv3D(2, 2), VOLUME),
    "Conv2DTranspose": (lambda k: k.layers.Conv2DTranspose(2, 3, 2, padding="same"), PICTURE),
    "Conv2DTranspose_padding": (
        lambda k: k.layers.Conv2DTranspose(2, 3, strides=2, output_padding=1),
        PICTURE,
    ),
    "Conv3DTranspose": (lambda k: k.layers.Conv3DTranspose(2, 2, strides=2), VOLUME),
    "SeparableConv1D": (lambda k: k.layers.SeparableConv1D(3, 2, depth_multiplier=2), SEQUENCE),
    "SeparableConv1D_causal": (
        lambda k: k.layers.SeparableConv1D(3, 2, padding="causal"),
        SEQUENCE,
    ),
    "SeparableConv2D": (lambda k: k.layers.SeparableConv2D(3, 3, padding="same"), PICTURE),
    "DepthwiseConv2D": (
        lambda k: k.layers.DepthwiseConv2D(3, depth_multiplier=2, activation="tanh"),
        PICTURE,
    ),
    "LocallyConnected1D": (lambda k: k.layers.LocallyConnected1D(3, 2), SEQUENCE),
    "LocallyConnected2D": (lambda k: k.layers.LocallyConnected2D(2, (3, 2), (2, 1)), PICTURE),
    "Cropping1D": (lambda k: k.layers.Cropping1D((1, 2)), SEQUENCE),
    "Cropping2D": (lambda k: k.layers.Cropping2D(((1, 0), (2, 1))), PICTURE),
    "Cropping3D": (lambda k: k.layers.Cropping3D(1), VOLUME),
    "UpSampling1D": (lambda k: k.layers.UpSampling1D(3), SEQUENCE),
    "UpSampling2D": (lambda k: k.layers.UpSampling2D((2, 3)), PICTURE),
    "UpSampling2D_bilinear": (lambda k: k.layers.UpSampling2D(interpolation="bilinear"), PICTURE),
    "UpSampling3D": (lambda k: k.layers.UpSampling3D((1, 2, 2)), VOLUME),
    "ZeroPadding1D": (lambda k: k.layers.ZeroPadding1D((1, 2)), SEQUENCE),
    "ZeroPadding2D": (lambda k: k.layers.ZeroPadding2D(((1, 0), (2, 1))), PICTURE),
    "ZeroPadding3D": (lambda k: k.layers.ZeroPadding3D(1), VOLUME),
    "MaxPooling1D": (lambda k: k.layers.MaxPooling1D(), SEQUENCE),
    "MaxPooling2D": (lambda k: k.layers.MaxPooling2D((2, 3), padding="same"), PICTURE),
    "MaxPooling3D": (lambda k: k.layers.MaxPooling3D(), VOLUME),
    "AveragePooling1D": (lambda k: k.layers.AveragePooling1D(3, 1), SEQUENCE),
    "AveragePooling2D": (lambda k: k.layers.AveragePooling2D(), PICTURE),
    "AveragePooling3D": (lambda k: k.layers.AveragePooling3D(), VOLUME),
    "GlobalMaxPooling1D": (lambda k: k.layers.GlobalMaxPooling1D(), SEQUENCE),
    "GlobalMaxPooling2D": (lambda k: k.layers.GlobalMaxPooling2D(), PICTURE),
    "GlobalMaxPooling3D": (lambda k: k.layers.GlobalMaxPooling3D(), VOLUME),
    "GlobalAveragePooling1D": (lambda k: k.layers.GlobalAveragePooling1D(), SEQUENCE),
    "GlobalAveragePooling2D": (lambda k: k.layers.GlobalAveragePooling2D(), PICTURE),
    "GlobalAveragePooling3D": (lambda k: k.layers.GlobalAveragePooling3D(), VOLUME),
    "BatchNormalization": (lambda k: k.layers.BatchNormalization(momentum=0.8), PICTURE),
    "BatchNormalization_matrix": (lambda k: k.layers.BatchNormalization(scale=False), VECTOR),
    "LayerNormalization": (lambda k: k.layers.LayerNormalization(), SEQUENCE),
    "LayerNormalization_axes": (lambda k: k.layers.LayerNormalization(axis=[1, 2]), SEQUENCE),
    "SimpleRNN": (lambda k: k.layers.SimpleRNN(3), SEQUENCE),
    "SimpleRNN_unrolled": (lambda k: k.layers.SimpleRNN(3, unroll=True), SEQUENCE),
    "GRU": (lambda k: k.layers.GRU(3, return_sequences=True), SEQUENCE),
    "GRU_reset_after": (lambda k: k.layers.GRU(3, reset_after=True), SEQUENCE),
    "LSTM": (lambda k: k.layers.LSTM(3), SEQUENCE),
    "LSTM_backwards": (
        lambda k: k.layers.LSTM(3, go_backwards=True, return_sequences=True),
        SEQUENCE,
    ),
    "LSTM_state": (lambda k: k.layers.LSTM(3, return_state=True), SEQUENCE),
    "LSTM_stateful": (
        lambda k: k.layers.LSTM(3, stateful=True, batch_input_shape=(3, 6, 4)),
        SEQUENCE,
    ),
    "RNN_cells": (
        lambda k: k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)], return_sequences=True),
        SEQUENCE,
    ),
    "RNN_cell": (lambda k: k.layers.RNN(k.layers.SimpleRNNCell(3)), SEQUENCE),
    "ConvLSTM2D": (lambda k: k.layers.ConvLSTM2D(2, 3, name="film", return_sequences=True), MOVIE),
    "Bidirectional": (lambda k: k.layers.Bidirectional(k.layers.LSTM(3)), SEQUENCE),
    "Bidirectional_sum": (
        lambda k: k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True), merge_mode="sum"),
        SEQUENCE,
    ),
    "TimeDistributed": (lambda k: k.layers.TimeDistributed(k.layers.Dense(2)), SEQUENCE),
    "TimeDistributed_conv": (lambda k: k.layers.TimeDistributed(k.layers.Conv2D(2, 3)), MOVIE),
    "LeakyReLU": (lambda k: k.layers.LeakyReLU(), VECTOR),
    "PReLU": (lambda k: k.layers.PReLU(shared_axes=[1]), SEQUENCE),
    "ELU": (lambda k: k.layers.ELU(0.5), VECTOR),
    "ThresholdedReLU": (lambda k: k.layers.ThresholdedReLU(0.4), VECTOR),
    "Softmax": (lambda k: k.layers.Softmax(axis=1), SEQUENCE),
    "ReLU": (lambda k: k.layers.ReLU(1.5, 0.1, 0.2), VECTOR),
    "GaussianNoise": (lambda k: k.layers.GaussianNoise(0.3, seed=2), VECTOR),
    "GaussianDropout": (lambda k: k.layers.GaussianDropout(0.3, seed=2), VECTOR),
    "AlphaDropout": (lambda k: k.layers.AlphaDropout(0.3, seed=2), VECTOR),
    "Lambda": (lambda k: k.layers.Lambda(lambda x: x * 2.0), VECTOR),
}
MASKED = {
    "masked_LSTM": lambda k: [k.layers.Masking(), k.layers.LSTM(3, return_sequences=True)],
    "masked_GRU_unrolled": lambda k: [k.layers.Masking(), k.layers.GRU(3, unroll=True)],
    "masked_average": lambda k: [k.layers.Masking(), k.layers.GlobalAveragePooling1D()],
    "masked_Bidirectional": lambda k: [
        k.layers.Masking(),
        k.layers.Bidirectional(k.layers.SimpleRNN(2, return_sequences=True)),
    ],
}
MERGED = {
    "Add": lambda k: k.layers.Add(),
    "Subtract": lambda k: k.layers.Subtract(),
    "Multiply": lambda k: k.layers.Multiply(),
    "Average": lambda k: k.layers.Average(),
    "Maximum": lambda k: k.layers.Maximum(),
    "Minimum": lambda k: k.layers.Minimum(),
    "Concatenate": lambda k: k.layers.Concatenate(axis=1),
    "Dot": lambda k: k.layers.Dot(axes=2),
    "Dot_normalized": lambda k: k.layers.Dot(axes=(1, 1), normalize=True),
    "Attention": lambda k: k.layers.Attention(use_scale=True),
    "AdditiveAttention": lambda k: k.layers.AdditiveAttention(),
}
# Spatial dropout has no seed: its draws depend on how many nodes the graph has before it.
KNOWS_TRAINING = (
    *("Dropout", "Dropout_shape", "BatchNormalization", "BatchNormalization_matrix"),
    *("GaussianNoise", "GaussianDropout", "AlphaDropout"),
)


def trained(tf, make, shapes, training):
    """Names, shapes and configs; then outputs, gradients and variables over 20 steps."""
    rng = np.random.RandomState(0)
    data = [rng.randn(*shape).astype(np.float32) for shape in shapes]
    if len(shapes) == 1 and len(shapes[0]) == 3:
        data[0][:, -2:] = 0.0  # what `Masking` masks
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(5)
        tf.keras.backend.set_session(sess)
        inputs = [tf.placeholder(tf.float32, [None, *shape[1:]]) for shape in shapes]
        layers = make(tf.keras)
        layers = layers if isinstance(layers, list) else [layers]
        value = inputs if len(inputs) > 1 else inputs[0]
        if getattr(layers[0], "stateful", False):
            inputs = [tf.placeholder(tf.float32, shapes[0])]
            value = inputs[0]
        for layer in layers:
            value = layer(value)
        outputs = value if isinstance(value, list) else [value]
        losses = [tf.reduce_mean(tf.square(y - 0.3)) for y in outputs]
        losses += [loss for layer in layers for loss in layer.losses]
        weights = [w for layer in layers for w in layer.weights]
        trainable = [w for layer in layers for w in layer.trainable_weights]
        updates = [op for layer in layers for op in layer.updates]
        gradients = tf.gradients(tf.add_n(losses), [*inputs, *trainable])
        steps = [
            v.assign(v.constraint(v - 0.1 * g) if v.constraint else v - 0.1 * g)
            for v, g in zip(trainable, gradients[len(inputs) :])
        ]
        sess.run(tf.global_variables_initializer())
        for weight in weights:
            start = rng.uniform(-0.5, 0.5, weight.shape.as_list())
            if "variance" in weight.name or "gamma" in weight.name:
                start = np.abs(start) + 0.5
            weight.load(start.astype(np.float32), sess)
        feeds = dict(zip(inputs, data))
        feeds[tf.keras.backend.learning_phase()] = training
        values = []
        for _ in range(20):
            values.append(sess.run([*outputs, *gradients], feeds))
            sess.run([steps, updates], feeds)
        values.append(sess.run(weights))
        names = (
            [w.name for w in weights],
            [w.name for w in trainable],
            [y.shape.as_list() for y in outputs],
            len(updates),
        )
    return names, values


def compare(make, shapes, training):
    got, want = (trained(tf, make, shapes, training) for tf in (ours(), oracle()))
    assert got[0] == want[0]
    for step, (ours_, theirs) in enumerate(zip(got[1], want[1], strict=True)):
        for a, b in zip(ours_, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5, err_msg=f"step {step}")


@pytest.mark.parametrize("name", ONE_INPUT)
def test_layer(name):
    make, shape = ONE_INPUT[name]
    compare(make, [shape], False)


@pytest.mark.parametrize("name", KNOWS_TRAINING)
def test_layer_while_training(name):
    make, shape = ONE_INPUT[name]
    compare(make, [shape], True)


@pytest.mark.parametrize("name", MASKED)
def test_masked_layers(name):
    compare(MASKED[name], [SEQUENCE], False)


@pytest.mark.parametrize("name", MERGED)
def test_layer_of_two_inputs(name):
    compare(MERGED[name], [SEQUENCE, SEQUENCE], False)


CONFIG_ONLY_HERE = {"causal", "time_major"}


def last_layer(tf, make):
    layers = make(tf.keras)
    return layers[-1] if isinstance(layers, list) else layers


@pytest.mark.parametrize("name", [*ONE_INPUT, *MERGED])
def test_config_makes_the_same_layer(name):
    make, layers = _maker(name), ours().keras.layers
    with ours().Graph().as_default():
        layer = last_layer(ours(), make)
        again = layers.deserialize(layers.serialize(layer))
        assert type(again) is type(layer)
        assert again.get_config() == layer.get_config()


def _maker(name):
    return ONE_INPUT[name][0] if name in ONE_INPUT else MERGED[name]


@pytest.mark.parametrize("name", [*ONE_INPUT, *MERGED])
def test_config_has_what_tensorflow_reads(name):
    configs = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default():
            configs.append(last_layer(tf, _maker(name)).get_config())
    got, want = configs
    assert not {k for k in got if k not in want} - CONFIG_ONLY_HERE
    for key in got.keys() & want.keys():
        if key not in ("layer", "cell", "function", "module") and not isinstance(want[key], dict):
            same = (
                np.allclose(got[key], want[key]) if _numeric(want[key]) else got[key] == want[key]
            )
            assert same, key


def _numeric(value):
    return isinstance(value, (float, np.ndarray))
