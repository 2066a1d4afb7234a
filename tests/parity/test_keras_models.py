"""`tf.keras` models against TensorFlow's: variables, configurations, training, files."""

import json

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations

RNG = np.random.RandomState(0)
ROWS = RNG.rand(20, 4).astype("float32")
IMAGES = RNG.rand(20, 8, 8, 2).astype("float32")
WORDS = RNG.randint(0, 7, [20, 5])
CLASSES = RNG.randint(0, 3, 20)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
NUMBERS = RNG.rand(20, 1).astype("float32")


def mlp(k):
    """A chain with regularizers and dropout that is off."""
    layers = k.layers
    model = k.Sequential(
        [
            layers.Dense(6, activation="relu", input_shape=(4,), kernel_regularizer="l2"),
            layers.Dropout(0.0),
            layers.Dense(3, activation="softmax", activity_regularizer="l1"),
        ]
    )
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", "mse"])
    return model, ROWS, ONE_HOT


def sparse_classes(k):
    model = k.Sequential([k.layers.Dense(3, activation="softmax", input_dim=4)])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    return model, ROWS, CLASSES


def binary(k):
    model = k.Sequential([k.layers.Dense(1, activation="sigmoid", input_shape=(4,))])
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy", "mae"])
    return model, ROWS, (NUMBERS > 0.5).astype("float32")


def convolutions(k):
    layers = k.layers
    model = k.Sequential(
        [
            layers.Conv2D(3, 3, activation="relu", input_shape=(8, 8, 2)),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(3),
            layers.Activation("softmax"),
        ]
    )
    model.compile(k.optimizers.SGD(0.05), "categorical_crossentropy", metrics=["accuracy"])
    return model, IMAGES, ONE_HOT


def two_ends(k):
    """Two inputs, a shared layer, two outputs."""
    layers = k.layers
    a, b = k.Input((4,), name="left"), k.Input((4,), name="right")
    shared = layers.Dense(5, activation="tanh", name="shared")
    both = layers.concatenate([shared(a), shared(b)])
    outputs = [
        layers.Dense(3, activation="softmax", name="kind")(both),
        layers.Dense(1, name="size")(layers.add([shared(a), shared(b)])),
    ]
    model = k.Model([a, b], outputs)
    model.compile(
        "adam",
        {"kind": "categorical_crossentropy", "size": "mse"},
        metrics={"kind": ["accuracy"], "size": "mae"},
        loss_weights=[1.0, 0.5],
    )
    return model, [ROWS, ROWS[::-1].copy()], [ONE_HOT, NUMBERS]


def nested(k):
    """A model inside a model, and operations between layers."""
    layers = k.layers
    inner = k.Sequential([layers.Dense(4, input_shape=(4,)), layers.Dense(4)], name="inner")
    x = k.Input((4,))
    y = inner(inner(x) * 2.0 + x)
    model = k.Model(x, layers.Dense(1)(y))
    model.compile(k.optimizers.SGD(1e-4, momentum=0.9), "mse")
    return model, ROWS, NUMBERS


def frozen(k):
    """A layer that is not trained."""
    layers = k.layers
    model = k.Sequential([layers.Dense(4, input_shape=(4,)), layers.Dense(1)])
    model.layers[0].trainable = False
    model.compile("sgd", "mae")
    return model, ROWS, NUMBERS


def recurrent(k):
    """Words with a mask through an LSTM."""
    layers = k.layers
    model = k.Sequential(
        [
            layers.Embedding(7, 4, mask_zero=True, input_length=5),
            layers.LSTM(3, recurrent_activation="sigmoid"),
            layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    return model, WORDS, NUMBERS


def added(k):
    """Losses and metrics that are added."""
    x = k.Input((4,))
    y = k.layers.Dense(2)(x)
    model = k.Model(x, y)
    model.add_loss(k.backend.mean(k.backend.square(y)))
    model.compile("sgd", "mse")
    return model, ROWS, NUMBERS.repeat(2, axis=1)


def custom_functions(k):
    """A loss and a metric of the program's own."""

    def worst(y_true, y_pred):
        return k.backend.max(k.backend.abs(y_true - y_pred), axis=-1)

    def spread(y_true, y_pred):
        return k.backend.std(y_pred)

    model = k.Sequential([k.layers.Dense(1, input_shape=(4,))])
    model.compile("sgd", worst, metrics=[spread])
    return model, ROWS, NUMBERS


def own_class(k):
    """A class of one's own, built by the first data."""

    class Net(k.Model):
        def __init__(self):
            super().__init__(name="net")
            self.hidden = k.layers.Dense(5, activation="relu")
            self.last = k.layers.Dense(1)

        def call(self, inputs):
            return self.last(self.hidden(inputs))

    model = Net()
    model.compile("sgd", "mse", metrics=["mae"])
    model.train_on_batch(ROWS[:8], NUMBERS[:8])
    return model, ROWS, NUMBERS


MODELS = (
    mlp,
    sparse_classes,
    binary,
    convolutions,
    two_ends,
    nested,
    frozen,
    recurrent,
    added,
    custom_functions,
    own_class,
)


def both(make):
    """The models of both libraries with the same variables, and the data."""
    made = []
    for tf in (ours(), oracle()):
        tf.keras.backend.clear_session()
        made.append(make(tf.keras))
    (mine, x, y), (theirs, _, _) = made
    values = np.random.RandomState(1)
    weights = [values.uniform(0.1, 0.5, w.shape).astype("float32") for w in mine.get_weights()]
    mine.set_weights(weights)
    theirs.set_weights(weights)
    return mine, theirs, x, y


def assert_histories_equal(mine, theirs):
    assert list(mine) == list(theirs)
    for name in mine:
        np.testing.assert_allclose(mine[name], theirs[name], rtol=2e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_training(make):
    mine, theirs, x, y = both(make)
    assert [w.name for w in mine.weights] == [w.name for w in theirs.weights]
    assert [w.name for w in mine.trainable_weights] == [w.name for w in theirs.trainable_weights]
    assert mine.metrics_names == theirs.metrics_names
    assert mine.count_params() == theirs.count_params()
    options = {"batch_size": 8, "epochs": 7, "shuffle": False, "verbose": 0}
    histories = [m.fit(x, y, validation_split=0.2, **options).history for m in (mine, theirs)]
    assert_histories_equal(*histories)
    for a, b in zip(mine.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=5e-3, atol=3e-5)
    np.testing.assert_allclose(
        mine.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0), rtol=1e-3, atol=1e-5
    )
    for a, b in zip(*(m.predict(x) for m in (mine, theirs))):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def test_weights_of_examples_and_classes():
    mine, theirs, x, y = both(two_ends)
    weights = [np.arange(20) / 10.0, np.ones(20)]
    options = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
    histories = [
        m.fit(x, y, sample_weight=weights, validation_split=0.2, **options).history
        for m in (mine, theirs)
    ]
    assert_histories_equal(*histories)
    by_class = {"kind": {0: 1.0, 1: 2.0, 2: 0.5}}
    histories = [m.fit(x, y, class_weight=by_class, **options).history for m in (mine, theirs)]
    assert_histories_equal(*histories)


def test_shuffling_follows_numpy():
    mine, theirs, x, y = both(mlp)
    histories = []
    for model in (mine, theirs):
        np.random.seed(5)
        histories.append(model.fit(x, y, batch_size=6, epochs=2, verbose=0).history)
    assert_histories_equal(*histories)


def _plain(config):
    """A configuration without what differs between TensorFlow 1.15, whose form ours is, and 2."""
    config = json.loads(
        json.dumps(config, default=lambda v: v.tolist() if hasattr(v, "tolist") else list(v))
    )
    if isinstance(config, dict):
        newer = ("optional", "groups", "axis")
        config = {k: _plain(v) for k, v in config.items() if k not in newer}
        if config.get("class_name") in ("L1", "L2"):
            config = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0, **config["config"]}}
        if "input_layers" in config:
            config.pop("trainable", None)
        if config.get("class_name") == "Functional":
            config["class_name"] = "Model"
    elif isinstance(config, list):
        config = [_plain(v) for v in config]
    elif isinstance(config, float):
        config = round(config, 6)
    return config


CONNECTED = [make for make in MODELS if make is not own_class]


@pytest.mark.parametrize("make", CONNECTED, ids=lambda make: make.__name__)
def test_configurations(make):
    mine, theirs, _, _ = both(make)
    assert _plain(mine.get_config()) == _plain(theirs.get_config())
    again = type(mine).from_config(mine.get_config())
    assert _plain(again.get_config()) == _plain(mine.get_config())


@pytest.mark.parametrize("make", CONNECTED, ids=lambda make: make.__name__)
def test_model_files(make, tmp_path):
    """Models that one library writes are read by the other, and by itself."""
    if make is custom_functions:
        pytest.skip("its loss is a function of the program")
    mine, theirs, x, y = both(make)
    for model in (mine, theirs):
        model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0)
    mine.save(tmp_path / "mine.h5")
    theirs.save(str(tmp_path / "theirs.h5"))
    expected = theirs.predict(x)
    for tf in (ours(), oracle()):
        for name in ("mine.h5", "theirs.h5"):
            tf.keras.backend.clear_session()
            model = tf.keras.models.load_model(str(tmp_path / name))
            for a, b in zip(model.predict(x), expected):
                np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_optimizer_state_goes_on(tmp_path):
    mine, theirs, x, y = both(two_ends)
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    theirs.fit(x, y, epochs=2, **options)
    theirs.save(str(tmp_path / "model.h5"))
    expected = theirs.fit(x, y, epochs=2, **options).history
    tf = ours()
    tf.keras.backend.clear_session()
    found = tf.keras.models.load_model(str(tmp_path / "model.h5"))
    assert_histories_equal(found.fit(x, y, epochs=2, **options).history, expected)


@pytest.mark.parametrize("name", ["weights.h5", "weights"])
@pytest.mark.parametrize("make", [two_ends, nested, convolutions, own_class])
def test_weight_files(make, name, tmp_path):
    mine, theirs, x, _ = both(make)
    path = str(tmp_path / name)
    for writer, reader in ((mine, theirs), (theirs, mine)):
        written = [w + 1 for w in writer.get_weights()]
        writer.set_weights(written)
        writer.save_weights(path)
        reader.load_weights(path)
        for a, b in zip(reader.get_weights(), written):
            np.testing.assert_array_equal(a, b)


def test_weight_files_have_the_optimizer(tmp_path):
    """The names in the files, the optimizer's slots and settings among them; its state is read."""
    mine, theirs, x, y = both(two_ends)
    for writer, name in ((mine, "mine"), (theirs, "theirs")):
        writer.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        writer.save_weights(str(tmp_path / name), save_format="tf")
    shapes = [
        ours().train.NewCheckpointReader(str(tmp_path / name)).get_variable_to_shape_map()
        for name in ("mine", "theirs")
    ]
    assert shapes[0] == shapes[1]
    assert any(".OPTIMIZER_SLOT/optimizer/" in key for key in shapes[0])
    expected = theirs.fit(x, y, batch_size=8, shuffle=False, verbose=0).history
    mine.fit(x, y, epochs=2, verbose=0)
    mine.load_weights(str(tmp_path / "theirs"))
    assert_histories_equal(mine.fit(x, y, batch_size=8, shuffle=False, verbose=0).history, expected)
