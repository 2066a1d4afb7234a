"""`tf.keras` by other names and in other company: `tf.contrib.keras`, `tf.compat.v2`, scikit-learn,
several devices."""

import numpy as np
import pytest

import headwater as tf

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(120, 4).astype("float32")
CLASSES = np.array(["low", "mid", "top"])[np.digitize(X[:, 0], [-0.5, 0.5])]
NUMBERS = np.digitize(X[:, 0], [-0.5, 0.5])


@pytest.fixture(autouse=True)
def fresh():
    tf.keras.backend.clear_session()
    tf.set_random_seed(1)
    tf.logging.set_verbosity(tf.logging.ERROR)


def _classifier(units=16, loss="sparse_categorical_crossentropy", metrics=("accuracy",)):
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(units, activation="relu", input_shape=(4,)),
            tf.keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(tf.keras.optimizers.Adam(0.05), loss, metrics=list(metrics))
    return model


def _regressor(units=16):
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(units, activation="tanh", input_shape=(4,)),
            tf.keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("shape", [(120,), (120, 1)])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "float32"])
def test_accuracy_of_class_numbers_is_the_share_that_is_right(shape, dtype):
    model = _classifier()
    targets = NUMBERS.astype(dtype).reshape(shape)
    history = model.fit(X, targets, epochs=30, verbose=0).history
    assert history["acc"][-1] > 0.8
    right = np.mean(model.predict(X).argmax(1) == NUMBERS)
    assert model.evaluate(X, targets, verbose=0)[1] == pytest.approx(right, abs=1e-6)


# -- tf.keras.wrappers.scikit_learn -----------------------------------------------------------------


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_classifier(loss):
    found = tf.keras.wrappers.scikit_learn.KerasClassifier(
        _classifier, loss=loss, epochs=40, verbose=0
    )
    history = found.fit(X, CLASSES)
    assert len(history.history["loss"]) == 40
    assert list(found.classes_) == ["low", "mid", "top"] and found.n_classes_ == 3
    guess = found.predict(X)
    assert guess.shape == (120,) and np.mean(guess == CLASSES) > 0.85
    assert found.score(X, CLASSES) == pytest.approx(np.mean(guess == CLASSES), abs=1e-6)
    chances = found.predict_proba(X)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)
    found.fit(X, np.eye(3)[NUMBERS]) if loss.startswith("cat") else None
    assert set(found.get_params()) == {"build_fn", "loss", "epochs", "verbose"}


def test_classifier_of_two_classes_and_its_errors():
    def build():
        model = tf.keras.Sequential(
            [tf.keras.layers.Dense(1, activation="sigmoid", input_shape=(4,))]
        )
        model.compile("adam", "binary_crossentropy")
        return model

    wrapper = tf.keras.wrappers.scikit_learn.KerasClassifier
    found = wrapper(build, verbose=0)
    found.fit(X, (X[:, 0] > 0).astype(int))
    assert found.predict_proba(X).shape == (120, 2)
    with pytest.raises(ValueError, match="not configured to compute accuracy"):
        found.score(X, (X[:, 0] > 0).astype(int))
    with pytest.raises(ValueError, match="Invalid shape for y"):
        found.fit(X, np.zeros((120, 2, 2)))
    with pytest.raises(ValueError, match="unitz is not a legal parameter"):
        wrapper(_classifier, unitz=3)
    assert found.set_params(epochs=3).sk_params["epochs"] == 3
    with pytest.raises(ValueError, match="not a legal parameter"):
        found.set_params(depth=3)


def test_regressor_and_subclass():
    class Own(tf.keras.wrappers.scikit_learn.KerasRegressor):
        def __call__(self, units=8):
            return _regressor(units)

    for found in (
        tf.keras.wrappers.scikit_learn.KerasRegressor(_regressor, epochs=5, verbose=0),
        Own(units=4, epochs=5, verbose=0),
    ):
        found.fit(X, X[:, 1])
        guess = found.predict(X)
        assert guess.shape == (120,)
        assert found.score(X, X[:, 1]) == pytest.approx(-np.mean((guess - X[:, 1]) ** 2), rel=1e-4)


def test_scikit_learn_searches():
    selection = pytest.importorskip("sklearn.model_selection")
    found = tf.keras.wrappers.scikit_learn.KerasClassifier(_classifier, epochs=25, verbose=0)
    search = selection.GridSearchCV(found, {"units": [1, 16]}, cv=2)
    search.fit(X, NUMBERS)
    assert search.best_params_ == {"units": 16}
    found = tf.keras.wrappers.scikit_learn.KerasRegressor(_regressor, epochs=2, verbose=0)
    assert selection.cross_val_score(found, X, X[:, 1], cv=3).shape == (3,)


# -- tf.keras.utils.multi_gpu_model -----------------------------------------------------------------


@pytest.mark.parametrize("gpus", [2, 3, [0, 1]])
@pytest.mark.parametrize("cpu_merge", [True, False])
def test_towers_compute_what_the_model_does(gpus, cpu_merge):
    model = _classifier()
    spread = tf.keras.utils.multi_gpu_model(model, gpus, cpu_merge=cpu_merge)
    np.testing.assert_allclose(spread.predict(X), model.predict(X), atol=1e-6)
    assert spread.output_names == model.output_names
    spread.compile(tf.keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    before = model.get_weights()[0]
    spread.fit(X, NUMBERS, epochs=2, batch_size=25, verbose=0)
    assert np.abs(model.get_weights()[0] - before).max() > 0.05
    np.testing.assert_allclose(spread.predict(X[:7]), model.predict(X[:7]), atol=1e-6)


def test_towers_are_trained_as_the_model_is():
    start = _classifier()
    weights, results = start.get_weights(), []
    for spread in (False, True):
        model = _classifier()
        model.set_weights(weights)
        trained = tf.keras.utils.multi_gpu_model(model, 2) if spread else model
        trained.compile("sgd", "sparse_categorical_crossentropy")
        trained.fit(X, NUMBERS, epochs=2, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for one, other in zip(*results):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_towers_need_two_devices_and_may_be_relocated():
    model = _classifier()
    with pytest.raises(ValueError, match="gpus >= 2"):
        tf.keras.utils.multi_gpu_model(model, 1)
    spread = tf.keras.utils.multi_gpu_model(model, 2, cpu_relocation=True)
    assert spread.predict(X).shape == (120, 3)
    assert not set(spread.layers) & {model}


# -- other names ------------------------------------------------------------------------------------


def test_contrib_keras_is_keras():
    assert tf.contrib.keras.layers is tf.keras.layers
    assert tf.contrib.keras.utils.get_file is tf.keras.utils.get_file
    load = tf.contrib.keras.datasets.cifar10.load_data
    assert load is tf.keras.datasets.cifar10.load_data


SAME = [
    ("tf.compat.v2.constant", lambda v: v.constant, tf.constant),
    ("tf.compat.v2.float32", lambda v: v.float32, tf.float32),
    ("tf.compat.v2.multiply", lambda v: v.multiply, tf.multiply),
    ("tf.compat.v2.TensorSpec", lambda v: v.TensorSpec, tf.TensorSpec),
    (
        "tf.compat.v2.TensorSpec.from_tensor",
        lambda v: v.TensorSpec.from_tensor(tf.zeros([2])).shape,
        tf.TensorShape([2]),
    ),
    ("tf.compat.v2.function", lambda v: v.function, tf.function),
    ("tf.compat.v2.compat.v1.Graph", lambda v: v.compat.v1.Graph, tf.Graph),
    ("tf.compat.v2.compat.v1.Session", lambda v: v.compat.v1.Session, tf.Session),
    (
        "tf.compat.v2.compat.v1.saved_model.SERVING",
        lambda v: v.compat.v1.saved_model.SERVING,
        "serve",
    ),
    (
        "tf.compat.v2.compat.v1.saved_model.load",
        lambda v: v.compat.v1.saved_model.load,
        tf.saved_model.load,
    ),
    ("tf.compat.v2.test.TestCase", lambda v: v.test.TestCase, tf.test.TestCase),
    ("tf.compat.v2.test.main", lambda v: v.test.main, tf.test.main),
    ("tf.compat.v2.nn.relu", lambda v: v.nn.relu, tf.nn.relu),
    (
        "tf.compat.v2.train.latest_checkpoint",
        lambda v: v.train.latest_checkpoint,
        tf.train.latest_checkpoint,
    ),
    ("tf.compat.v2.keras.Input", lambda v: v.keras.Input, tf.keras.Input),
    ("tf.compat.v2.keras.Model", lambda v: v.keras.Model, tf.keras.Model),
    (
        "tf.compat.v2.keras.backend.print_tensor",
        lambda v: v.keras.backend.print_tensor,
        tf.keras.backend.print_tensor,
    ),
    *(
        (f"tf.compat.v2.keras.layers.{n}", lambda v, n=n: getattr(v.keras.layers, n), value)
        for n, value in vars(tf.keras.layers).items()
        if n in ("Conv2D", "Dense", "Dropout", "Flatten", "MaxPooling2D")
    ),
    (
        "tf.compat.v2.keras.losses.categorical_crossentropy",
        lambda v: v.keras.losses.categorical_crossentropy,
        tf.keras.losses.categorical_crossentropy,
    ),
    (
        "tf.compat.v2.keras.models.save_model",
        lambda v: v.keras.models.save_model,
        tf.keras.models.save_model,
    ),
    (
        "tf.compat.v2.keras.optimizers.SGD",
        lambda v: v.keras.optimizers.SGD,
        tf.keras.optimizers.SGD,
    ),
    (
        "tf.compat.v2.keras.regularizers.l2",
        lambda v: v.keras.regularizers.l2,
        tf.keras.regularizers.l2,
    ),
]


@pytest.mark.parametrize("name, get, want", SAME, ids=[row[0] for row in SAME])
def test_names_of_version_2_that_mean_the_same(name, get, want):
    assert get(tf.compat.v2) == want


REFUSED = {
    "tf.compat.v2.reduce_sum": lambda v: v.reduce_sum,
    "tf.compat.v2.Variable": lambda v: v.Variable,
    "tf.compat.v2.lite.Interpreter": lambda v: v.lite.Interpreter,
    "tf.compat.v2.saved_model.save": lambda v: v.saved_model.save,
    "tf.compat.v2.nn.dropout": lambda v: v.nn.dropout,
    "tf.compat.v2.train.Saver": lambda v: v.train.Saver,
    "tf.compat.v2.no_such_name": lambda v: v.no_such_name,
}


@pytest.mark.parametrize("name", REFUSED)
def test_names_of_version_2_that_mean_something_else(name):
    with pytest.raises(NotImplementedError, match=name):
        REFUSED[name](tf.compat.v2)
