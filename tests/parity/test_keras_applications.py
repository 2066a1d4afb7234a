"""`tf.keras.applications` against TensorFlow's: layers, weights, shapes and outputs."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations
NETWORKS = (
    *("VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152", "DenseNet121", "DenseNet169"),
    *("DenseNet201", "MobileNet", "MobileNetV2", "InceptionV3", "InceptionResNetV2"),
    *("Xception", "NASNetMobile", "ResNet50V2", "ResNet152V2"),
)
SMALLEST = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}


def built(tf, name):  # later versions of Keras have a class and other names for one Lambda
    with tf.Graph().as_default():
        side = SMALLEST.get(name, 64)
        model = getattr(tf.keras.applications, name)(
            weights=None, input_shape=(side, side, 3), include_top=False, pooling="avg"
        )
        kinds = [(layer.name, type(layer).__name__) for layer in model.layers[1:]]
        return (
            [("", "Lambda") if k in ("CustomScaleLayer", "Lambda") else (n, k) for n, k in kinds],
            [(w.name, w.shape.as_list()) for w in model.weights],
            model.count_params(),
        )


@pytest.mark.parametrize("name", NETWORKS)
def test_network_has_tensorflows_layers_and_weights(name):
    got, want = built(ours(), name), built(oracle(), name)
    assert got[2] == want[2]
    assert sorted(got[0]) == sorted(want[0])
    assert sorted(got[1]) == sorted(want[1])


def classified(tf, name):
    pictures = np.random.RandomState(0).rand(2, 32, 32, 3).astype(np.float32)
    rng = np.random.RandomState(1)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.keras.backend.set_session(sess)
        model = getattr(tf.keras.applications, name)(
            weights=None, input_shape=(32, 32, 3), classes=7
        )
        sess.run(tf.global_variables_initializer())
        weights = {w.name: w for w in model.weights}
        for key in sorted(weights):
            w = weights[key]
            scale = 1.0 / np.sqrt(np.prod(w.shape.as_list()[:-1]) or 1.0)
            value = rng.normal(0.0, 1.0, w.shape.as_list()) * scale
            w.load((np.abs(value) + 0.5 if "variance" in key else value).astype("f"), sess)
        return sess.run(model.outputs[0], {model.inputs[0]: pictures})


@pytest.mark.parametrize("name", ["MobileNet", "MobileNetV2", "ResNet50V2"])
def test_network_computes_what_tensorflows_does(name):
    np.testing.assert_allclose(classified(ours(), name), classified(oracle(), name), atol=2e-5)


@pytest.mark.parametrize("family", ["vgg16", "densenet", "mobilenet_v2"])
def test_preprocess_input(family):
    pictures = np.random.RandomState(0).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    got, want = (
        getattr(tf.keras.applications, family).preprocess_input(pictures.copy())
        for tf in (ours(), oracle())
    )
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-4)


def test_trained_weights_are_not_downloaded():
    with ours().Graph().as_default(), pytest.raises(ValueError, match="no trained weights"):
        ours().keras.applications.VGG16(weights="imagenet", include_top=False)
