"""`tf.estimator`: the loops, the specs, the checkpoints, exports, canned models."""

import functools
import os

import numpy as np
import pytest

import headwater as tf

X = np.random.RandomState(0).randn(200, 3).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(np.int32)
WORDS = np.where(X[:, 2] > 0, "a", "b")
FEATURES = {"x": X, "w": WORDS}


@pytest.fixture(autouse=True)
def quiet():
    tf.logging.set_verbosity(tf.logging.ERROR)
    yield
    tf.summary.FileWriterCache.clear()


def _input(labels=Y, epochs=1, shuffle=False, batch_size=50):
    return tf.estimator.inputs.numpy_input_fn(
        FEATURES, labels, batch_size=batch_size, num_epochs=epochs, shuffle=shuffle
    )


def _columns(dense=False):
    words = tf.feature_column.categorical_column_with_vocabulary_list("w", ["a", "b"])
    words = tf.feature_column.indicator_column(words) if dense else words
    return [tf.feature_column.numeric_column("x", shape=3), words]


def _model(features, labels, mode, params):
    w = tf.get_variable("w", [3, 1], initializer=tf.zeros_initializer())
    guess = tf.matmul(features["x"], w)[:, 0]
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"guess": guess})
    labels = tf.to_float(labels)
    loss = tf.losses.mean_squared_error(labels, guess)
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {"mae": tf.metrics.mean_absolute_error(labels, guess)}
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    optimizer = tf.train.GradientDescentOptimizer(params["rate"])
    step = optimizer.minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)


def _estimator(folder, **options):
    config = tf.estimator.RunConfig(tf_random_seed=1, **options)
    return tf.estimator.Estimator(_model, str(folder), config, params={"rate": 0.1})


def test_train_goes_on_where_it_ended(tmp_path):
    estimator = _estimator(tmp_path)
    assert estimator.latest_checkpoint() is None
    with pytest.raises(ValueError, match="Could not find trained model"):
        estimator.get_variable_names()
    assert estimator.train(_input(epochs=None), steps=5) is estimator
    first = estimator.get_variable_value("w")
    assert estimator.get_variable_value("global_step") == 5
    _estimator(tmp_path).train(_input(epochs=None), max_steps=8)
    assert estimator.get_variable_value("global_step") == 8
    assert not np.allclose(first, estimator.get_variable_value("w"))
    assert sorted(estimator.get_variable_names()) == ["global_step", "w"]
    estimator.train(_input(epochs=None), max_steps=8)  # has them
    estimator.train(_input(epochs=1))  # until the input ends: four batches
    assert estimator.get_variable_value("global_step") == 12


def test_training_is_gradient_descent(tmp_path):
    estimator = _estimator(tmp_path).train(_input(batch_size=200), steps=1)
    np.testing.assert_allclose(
        estimator.get_variable_value("w")[:, 0], 0.1 * 2 * (Y @ X) / 200, rtol=1e-5
    )


def test_evaluate(tmp_path):
    estimator = _estimator(tmp_path).train(_input(epochs=None), steps=20)
    w = estimator.get_variable_value("w")
    result = estimator.evaluate(_input(), name="all")
    guess = (X @ w)[:, 0]
    assert result["global_step"] == 20
    assert result["mae"] == pytest.approx(np.abs(guess - Y).mean(), rel=1e-5)
    assert result["loss"] == pytest.approx(((guess - Y) ** 2).mean(), rel=1e-5)
    events = [n for n in os.listdir(estimator.eval_dir("all")) if "tfevents" in n]
    values = {
        v.tag: v.simple_value
        for e in tf.train.summary_iterator(os.path.join(estimator.eval_dir("all"), events[0]))
        for v in e.summary.value
    }
    assert values["loss"] == pytest.approx(result["loss"])
    one = estimator.evaluate(_input(), steps=1)
    assert one["mae"] == pytest.approx(np.abs(guess - Y)[:50].mean(), rel=1e-5)


def test_predict(tmp_path):
    estimator = _estimator(tmp_path).train(_input(epochs=None), steps=3)
    w = estimator.get_variable_value("w")
    found = [p["guess"] for p in estimator.predict(_input(labels=None))]
    np.testing.assert_allclose(found, (X @ w)[:, 0], rtol=1e-4, atol=1e-6)
    batches = list(estimator.predict(_input(None), yield_single_examples=False))
    assert [len(b["guess"]) for b in batches] == [50] * 4
    with pytest.raises(ValueError, match="Expected to run at least one output"):
        next(estimator.predict(_input(None), predict_keys=["other"]))


def test_input_is_a_dataset(tmp_path):
    def dataset():
        return tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).batch(50)

    estimator = _estimator(tmp_path).train(dataset)
    assert estimator.get_variable_value("global_step") == 4
    assert len(list(estimator.predict(dataset))) == 200


def test_hooks_and_listeners(tmp_path):
    seen = []

    class Hook(tf.estimator.SessionRunHook):
        def after_run(self, run_context, run_values):
            seen.append("step")

    class Listener(tf.estimator.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            seen.append(global_step_value)

    _estimator(tmp_path, save_checkpoints_steps=2).train(
        _input(), hooks=[Hook()], saving_listeners=[Listener()]
    )
    # The chief's hooks, which save, come before those of the program.
    assert seen == [0, "step", 2, "step", "step", 4, "step"]


def test_warm_start(tmp_path):
    _estimator(tmp_path / "a").train(_input(epochs=None), steps=30)
    trained = tf.train.load_variable(str(tmp_path / "a"), "w")
    for given in (
        str(tmp_path / "a"),
        tf.estimator.WarmStartSettings(str(tmp_path / "a"), vars_to_warm_start="w"),
    ):
        warm = tf.estimator.Estimator(_model, params={"rate": 0.0}, warm_start_from=given)
        warm.train(_input(), steps=1)
        np.testing.assert_array_equal(warm.get_variable_value("w"), trained)
        assert warm.get_variable_value("global_step") == 1


def _receiver():
    return tf.estimator.export.ServingInputReceiver(
        *[{"x": tf.placeholder(tf.float32, [None, 3], name="x")}] * 2
    )


def test_export_saved_model(tmp_path):
    estimator = _estimator(tmp_path / "m").train(_input(epochs=None), steps=3)
    extra = tmp_path / "readme.txt"
    extra.write_text("hello")
    path = estimator.export_saved_model(
        str(tmp_path / "out"), _receiver, assets_extra={"doc/readme.txt": str(extra)}
    ).decode()
    assert (tmp_path / "out").is_dir() and os.path.basename(path).isdigit()
    with open(os.path.join(path, "assets.extra", "doc", "readme.txt")) as copied:
        assert copied.read() == "hello"
    with tf.Session(graph=tf.Graph()) as sess:
        proto = tf.saved_model.loader.load(sess, ["serve"], path)
        signature = proto.signature_def["serving_default"]
        assert signature.method_name == "tensorflow/serving/predict"
        found = sess.run(signature.outputs["guess"].name, {signature.inputs["x"].name: X})
    np.testing.assert_allclose(
        found, (X @ estimator.get_variable_value("w"))[:, 0], rtol=1e-4, atol=1e-6
    )


def test_train_and_evaluate_and_exporters(tmp_path):
    estimator = _estimator(tmp_path, save_checkpoints_steps=10)
    exporters = [
        tf.estimator.FinalExporter("final", _receiver),
        tf.estimator.LatestExporter("latest", _receiver, exports_to_keep=1),
        tf.estimator.BestExporter("best", _receiver),
    ]
    metrics, exports = tf.estimator.train_and_evaluate(
        estimator,
        tf.estimator.TrainSpec(_input(epochs=None), max_steps=25),
        tf.estimator.EvalSpec(_input(), exporters=exporters, throttle_secs=0),
    )
    assert metrics["global_step"] == 25
    assert len(exports) == 3 and all(os.path.isdir(e) for e in exports)
    folders = {n: len(os.listdir(tmp_path / "export" / n)) for n in ("final", "latest", "best")}
    assert folders["final"] == 1 and folders["latest"] == 1 and folders["best"] >= 2


CANNED = {
    "LinearClassifier": lambda d: tf.estimator.LinearClassifier(_columns(), d),
    "LinearRegressor": lambda d: tf.estimator.LinearRegressor(_columns(), d),
    "DNNClassifier": lambda d: tf.estimator.DNNClassifier([8, 4], _columns(True), d),
    "DNNRegressor": lambda d: tf.estimator.DNNRegressor(
        [8], _columns(True), d, optimizer=lambda: tf.train.AdamOptimizer(0.05)
    ),
    "DNNLinearCombinedClassifier": lambda d: tf.estimator.DNNLinearCombinedClassifier(
        d, _columns(), "Ftrl", _columns(True), "Adagrad", [8], dnn_dropout=0.1
    ),
    "DNNLinearCombinedRegressor": lambda d: tf.estimator.DNNLinearCombinedRegressor(
        d, linear_feature_columns=_columns()
    ),
    "BaselineClassifier": lambda d: tf.estimator.BaselineClassifier(d),
    "BaselineRegressor": lambda d: tf.estimator.BaselineRegressor(d),
}


@pytest.mark.parametrize("name", CANNED)
def test_canned(name, tmp_path):
    estimator = CANNED[name](str(tmp_path / "m")).train(
        _input(epochs=None, shuffle=True), steps=100
    )
    result = estimator.evaluate(_input())
    first = next(estimator.predict(_input(None)))
    if "Classifier" in name:
        assert first["classes"][0] in (b"0", b"1")
        assert first["probabilities"].sum() == pytest.approx(1)
        if "Baseline" not in name:
            assert result["accuracy"] > 0.9 and result["auc"] > 0.95
    else:
        assert result["average_loss"] < 0.3
    spec = tf.feature_column.make_parse_example_spec(_columns())
    path = estimator.export_savedmodel(
        str(tmp_path / "out"), tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
    )
    with tf.Session(graph=tf.Graph()) as sess:
        found = tf.saved_model.loader.load(sess, ["serve"], path.decode()).signature_def
    kind = "classify" if "Classifier" in name else "regress"
    assert found["serving_default"].method_name == f"tensorflow/serving/{kind}"


def test_variables_of_canned_models(tmp_path):
    estimator = CANNED["DNNLinearCombinedClassifier"](str(tmp_path)).train(_input(), steps=1)
    names = [n for n in estimator.get_variable_names() if not n.endswith(("Ftrl", "Ftrl_1"))]
    assert sorted(n for n in names if not n.endswith("Adagrad")) == [
        "dnn/hiddenlayer_0/bias",
        "dnn/hiddenlayer_0/kernel",
        "dnn/logits/bias",
        "dnn/logits/kernel",
        "global_step",
        "linear/linear_model/bias_weights",
        "linear/linear_model/w/weights",
        "linear/linear_model/x/weights",
    ]


def test_label_vocabulary_and_weights(tmp_path):
    labels = np.where(Y, "yes", "no")
    features = {**FEATURES, "weight": (X[:, 0] > 0).astype(np.float32)}
    estimator = tf.estimator.DNNClassifier(
        [4],
        _columns(True),
        str(tmp_path),
        label_vocabulary=["no", "yes"],
        weight_column="weight",
    )
    inputs = functools.partial(tf.estimator.inputs.numpy_input_fn, features, labels, shuffle=False)
    estimator.train(inputs(num_epochs=20))
    result = estimator.evaluate(inputs(num_epochs=1))
    assert result["label/mean"] == pytest.approx(Y[X[:, 0] > 0].mean(), rel=1e-5)
    assert next(estimator.predict(inputs(num_epochs=1)))["classes"][0] in (b"no", b"yes")


def test_boosted_trees_are_missing():
    for cls in (tf.estimator.BoostedTreesClassifier, tf.estimator.BoostedTreesRegressor):
        with pytest.raises(tf.errors.UnimplementedError, match="GradientBoostedDecisionTree"):
            cls([], 1)


def test_run_config():
    config = tf.estimator.RunConfig("/m", save_checkpoints_steps=7)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (7, None)
    assert (config.is_chief, config.task_type, config.num_worker_replicas) == (True, "worker", 1)
    changed = config.replace(save_checkpoints_secs=3, tf_random_seed=9)
    assert (changed.save_checkpoints_steps, changed.save_checkpoints_secs) == (None, 3)
    assert config.tf_random_seed is None and changed.tf_random_seed == 9
    with pytest.raises(ValueError, match="not supported"):
        config.replace(master="x")
    with pytest.raises(ValueError, match="Can not provide both"):
        tf.estimator.RunConfig(save_checkpoints_steps=1, save_checkpoints_secs=1)


ERRORS = {
    "no_train_op": (lambda: tf.estimator.EstimatorSpec("train", loss=tf.zeros([])), "train_op"),
    "no_loss": (lambda: tf.estimator.EstimatorSpec("eval"), "Missing loss"),
    "no_predictions": (lambda: tf.estimator.EstimatorSpec("infer"), "Missing predictions"),
    "features": (lambda: tf.estimator.Estimator(lambda x: None), "include features"),
    "other": (lambda: tf.estimator.Estimator(lambda features, z: None), "not expected args"),
    "params": (
        lambda: tf.estimator.Estimator(lambda features: None, params={"a": 1}),
        "does not include params",
    ),
    "steps": (lambda: tf.estimator.EvalSpec(lambda: None, steps=0), "steps > 0"),
    "max_steps": (lambda: tf.estimator.TrainSpec(lambda: None, max_steps=0), "max_steps > 0"),
    "shuffle": (lambda: tf.estimator.inputs.numpy_input_fn(X), "shuffle"),
    "lengths": (
        lambda: tf.estimator.inputs.numpy_input_fn({"x": X}, Y[:5], shuffle=False)(),
        "mismatched",
    ),
    "classes": (lambda: tf.estimator.LinearClassifier(_columns(), n_classes=1), "n_classes"),
    "optimizer": (
        lambda: tf.estimator.LinearClassifier(_columns(), optimizer="X").train(_input()),
        "Unsupported optimizer",
    ),
    "receiver": (lambda: tf.estimator.export.ServingInputReceiver(None, {}), "features"),
    "output": (lambda: tf.estimator.export.ClassificationOutput(), "At least one"),
    "regression": (lambda: tf.estimator.export.RegressionOutput(3), "float32 Tensor"),
    "predict": (lambda: tf.estimator.export.PredictOutput({"a": 3}), "must be a Tensor"),
    "keep": (lambda: tf.estimator.LatestExporter("a", None, exports_to_keep=0), "positive"),
    "warm": (lambda: tf.estimator.WarmStartSettings(""), "MUST be set"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    make, text = ERRORS[name]
    with tf.Graph().as_default(), pytest.raises((ValueError, TypeError), match=text):
        make()


def test_pandas_input_fn():
    class Frame(dict):  # the part of a data frame that is used
        columns = property(lambda self: list(self))
        index = property(lambda self: np.arange(3))

    class Series(list):
        index = np.arange(3)

    frame = Frame(a=[1.0, 2.0, 3.0], b=np.array(["x", "y", "z"], object))
    make = tf.estimator.inputs.pandas_input_fn(frame, Series([0, 1, 0]), shuffle=False)
    with tf.Graph().as_default(), tf.Session() as sess:
        features, labels = sess.run(make())
    assert features["a"].tolist() == [1.0, 2.0, 3.0]
    assert features["b"].tolist() == [b"x", b"y", b"z"]
    assert labels.tolist() == [0, 1, 0]


def test_raw_receiver():
    with tf.Graph().as_default():
        example = {"a": tf.placeholder(tf.float32, [5, 2], name="a")}
        receiver = tf.estimator.export.build_raw_serving_input_receiver_fn(example)()
        assert receiver.features["a"].shape.as_list() == [None, 2]
        assert list(receiver.receiver_tensors) == ["a"]
