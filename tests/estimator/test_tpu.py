"""`tf.contrib.tpu`: a program written for TPUs runs on a CPU with `use_tpu=False`."""

import importlib

import numpy as np
import pytest

import headwater as tf

WORDS, LENGTH, WIDTH = 20, 6, 8
RANDOM = np.random.RandomState(0)
IDS = RANDOM.randint(0, WORDS, (64, LENGTH)).astype(np.int32)
LABELS = (IDS == 3).any(axis=1).astype(np.int32)
TPU = tf.contrib.tpu


@pytest.fixture(autouse=True)
def quiet():
    tf.logging.set_verbosity(tf.logging.ERROR)
    yield
    tf.summary.FileWriterCache.clear()


def _encoded(ids):
    """One block of attention over embedded words."""
    table = tf.get_variable(
        "embeddings", [WORDS, WIDTH], initializer=tf.truncated_normal_initializer(stddev=0.5)
    )
    x = tf.nn.embedding_lookup(table, ids)
    query, key, value = (tf.layers.dense(x, WIDTH, name=n) for n in ("query", "key", "value"))
    scores = tf.matmul(query, key, transpose_b=True) / WIDTH**0.5
    x = tf.contrib.layers.layer_norm(x + tf.matmul(tf.nn.softmax(scores), value))
    return tf.layers.dense(x[:, 0, :] + tf.reduce_mean(x, 1), WIDTH, tf.tanh, name="pooler")


def _model_fn_builder(steps_seen, start=None):
    def model_fn(features, labels, mode, params):
        assert params["use_tpu"] is False
        pooled = _encoded(features["ids"])
        logits = tf.layers.dense(pooled, 2, name="classes")
        labels = features["labels"]
        per_example = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        loss = tf.reduce_mean(per_example)
        scaffold_fn = None
        if start is not None:

            def scaffold_fn():
                tf.train.init_from_checkpoint(start, {"embeddings": "embeddings"})
                return tf.train.Scaffold()

        if mode == tf.estimator.ModeKeys.TRAIN:
            step = tf.train.get_or_create_global_step()
            optimizer = tf.train.AdamOptimizer(params["rate"])
            train_op = TPU.CrossShardOptimizer(optimizer).minimize(loss, step)

            def host(step):
                count = lambda s: steps_seen.append(int(s)) or np.int64(0)
                return [tf.py_func(count, [step], tf.int64)]

            return TPU.TPUEstimatorSpec(
                mode,
                loss=loss,
                train_op=train_op,
                scaffold_fn=scaffold_fn,
                host_call=(host, [step]),
            )
        if mode == tf.estimator.ModeKeys.EVAL:

            def metric_fn(per_example, labels, logits):
                guess = tf.argmax(logits, -1, output_type=tf.int32)
                return {
                    "eval_accuracy": tf.metrics.accuracy(labels, guess),
                    "eval_loss": tf.metrics.mean(per_example),
                }

            return TPU.TPUEstimatorSpec(
                mode=mode,
                loss=loss,
                eval_metrics=(metric_fn, [per_example, labels, logits]),
                scaffold_fn=scaffold_fn,
            )
        predictions = {"probabilities": tf.nn.softmax(logits)}
        return TPU.TPUEstimatorSpec(mode=mode, predictions=predictions)

    return model_fn


def _input_fn(training, drop=False):
    def input_fn(params):
        data = tf.data.Dataset.from_tensor_slices({"ids": IDS, "labels": LABELS})
        if training:
            data = data.repeat().shuffle(64, seed=1)
        return data.apply(
            tf.contrib.data.map_and_batch(lambda x: x, params["batch_size"], drop_remainder=drop)
        )

    return input_fn


def _estimator(folder, steps_seen=None, start=None):
    config = TPU.RunConfig(
        cluster=None,
        master=None,
        model_dir=str(folder),
        tf_random_seed=1,
        save_checkpoints_steps=100,
        tpu_config=TPU.TPUConfig(
            iterations_per_loop=50,
            num_shards=8,
            per_host_input_for_training=TPU.InputPipelineConfig.PER_HOST_V2,
        ),
    )
    return TPU.TPUEstimator(
        use_tpu=False,
        model_fn=_model_fn_builder([] if steps_seen is None else steps_seen, start),
        config=config,
        params={"rate": 0.02},
        train_batch_size=16,
        eval_batch_size=10,
        predict_batch_size=7,
    )


def test_trains_measures_predicts_exports(tmp_path):
    seen = []
    estimator = _estimator(tmp_path / "model", seen)
    estimator.train(_input_fn(True, drop=True), max_steps=120)
    assert len(seen) == 120 and max(seen) <= 120  # the host call ran with each step
    result = estimator.evaluate(_input_fn(False))
    assert result["global_step"] == 120
    assert result["eval_accuracy"] > 0.95
    assert set(result) == {"eval_accuracy", "eval_loss", "loss", "global_step"}
    found = [p["probabilities"] for p in estimator.predict(_input_fn(False))]
    assert len(found) == 64
    assert np.mean(np.argmax(found, -1) == LABELS) == pytest.approx(result["eval_accuracy"])
    batches = estimator.predict(_input_fn(False), yield_single_examples=False)
    assert next(batches)["probabilities"].shape == (7, 2)

    def receiver():
        ids = tf.placeholder(tf.int32, [None, LENGTH], name="ids")
        labels = tf.zeros([tf.shape(ids)[0]], tf.int32)
        return tf.estimator.export.ServingInputReceiver({"ids": ids, "labels": labels}, ids)

    path = estimator.export_savedmodel(str(tmp_path / "export"), receiver)
    with tf.Graph().as_default(), tf.Session() as sess:
        loaded = tf.saved_model.loader.load(sess, ["serve"], path.decode())
        signature = loaded.signature_def["serving_default"]
        output = signature.outputs["probabilities"].name
        served = sess.run(output, {next(iter(signature.inputs.values())).name: IDS})
    np.testing.assert_allclose(served, found, rtol=1e-5)


def test_scaffold_fn_takes_values_from_a_checkpoint(tmp_path):
    first = _estimator(tmp_path / "first").train(_input_fn(True), steps=3)
    second = _estimator(tmp_path / "second", start=first.latest_checkpoint())
    second._params["rate"] = 0.0
    second.train(_input_fn(True), steps=1)
    np.testing.assert_array_equal(
        first.get_variable_value("embeddings"), second.get_variable_value("embeddings")
    )
    assert np.any(
        first.get_variable_value("query/kernel") != second.get_variable_value("query/kernel")
    )


def test_an_estimator_spec_will_do_and_metrics_may_be_named(tmp_path):
    def model_fn(features, labels, mode, params):
        w = tf.get_variable("w", [])
        loss = tf.reduce_mean(tf.square(features * w - labels))
        step = tf.train.get_global_step()
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, step)
        if mode == tf.estimator.ModeKeys.TRAIN:
            return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)
        return TPU.TPUEstimatorSpec(
            mode, loss=loss, eval_metrics=(lambda w: {"w": tf.metrics.mean(w)}, {"w": w})
        )

    def input_fn(params):
        data = tf.data.Dataset.from_tensors((1.0, 2.0)).repeat(20)
        return data.batch(params["batch_size"])

    estimator = TPU.TPUEstimator(
        model_fn, str(tmp_path), use_tpu=False, train_batch_size=5, eval_batch_size=4
    )
    estimator.train(input_fn)
    assert estimator.get_variable_value("global_step") == 4
    result = estimator.evaluate(input_fn)
    assert result["w"] == pytest.approx(estimator.get_variable_value("w"))


REFUSED = {
    "a TPU": (lambda: TPU.TPUEstimator(_input_fn, use_tpu=True), "Give use_tpu=False"),
    "a TPU by default": (lambda: TPU.TPUEstimator(_input_fn), "--use_tpu"),
    "a TPU's name": (lambda: tf.contrib.cluster_resolver.TPUClusterResolver("node-1"), "node-1"),
    "the TPUs' start": (lambda: TPU.initialize_system(), "initialize_system is for TPUs"),
    "inference on TPUs": (
        lambda: TPU.python.tpu.tpu_estimator.model_fn_inference_on_tpu,
        "model_fn_inference_on_tpu is for TPUs",
    ),
}


@pytest.mark.parametrize("make, text", REFUSED.values(), ids=REFUSED)
def test_what_needs_a_tpu_says_so(make, text):
    with pytest.raises(NotImplementedError, match=text):
        make()


WRONG = {
    "iterations_per_loop": lambda: TPU.TPUConfig(iterations_per_loop=0),
    "num_shards": lambda: TPU.TPUConfig(num_shards=-1),
    "num_cores_per_replica": lambda: TPU.TPUConfig(num_cores_per_replica=3),
    "batch_size": lambda: TPU.TPUEstimator(_input_fn, params={"batch_size": 1}, use_tpu=False),
    "config": lambda: TPU.TPUEstimator(_input_fn, config=tf.estimator.RunConfig(), use_tpu=False),
    "eval_metrics": lambda: TPU.TPUEstimatorSpec("eval", eval_metrics={"a": 1}),
    "takes 1": lambda: TPU.TPUEstimatorSpec("eval", eval_metrics=(lambda x: {}, [1, 2])),
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_settings(text):
    with pytest.raises(ValueError, match=text):
        WRONG[text]()


def test_settings_are_kept():
    config = TPU.RunConfig(tpu_config=TPU.TPUConfig(7), evaluation_master="grpc://a:1")
    assert config.evaluation_master == "grpc://a:1" and config.master == ""
    assert config.tpu_config.iterations_per_loop == 7
    kinds = TPU.InputPipelineConfig
    assert config.tpu_config.per_host_input_for_training == kinds.PER_HOST_V1
    assert TPU.TPUConfig(per_host_input_for_training=False)[3] == kinds.PER_SHARD_V1
    assert config.replace(tpu_config=TPU.TPUConfig(9)).tpu_config.iterations_per_loop == 9
    assert tf.contrib.cluster_resolver.TPUClusterResolver(tpu="").master() == ""


def test_private_paths_and_tf_estimator_tpu():
    private = tf.contrib.tpu.python.tpu
    assert private.tpu_config.InputPipelineConfig is TPU.InputPipelineConfig
    assert private.tpu_estimator.TPUEstimatorSpec is TPU.TPUEstimatorSpec
    assert importlib.import_module("headwater.estimator.tpu").TPUEstimator is TPU.TPUEstimator
    assert tf.estimator.tpu.RunConfig is TPU.RunConfig


def test_bfloat16_scope():
    with tf.Graph().as_default(), tf.Session() as sess:
        with TPU.bfloat16_scope():
            x = tf.get_variable("x", [2], tf.bfloat16, tf.ones_initializer())
            y = tf.get_variable("y", [2], tf.float32, tf.ones_initializer())
        assert x.dtype == tf.bfloat16 and y.dtype.base_dtype == tf.float32
        assert [v.dtype.base_dtype for v in tf.trainable_variables()] == [tf.float32] * 2
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(sess.run(tf.to_float(x)), [1, 1])


def test_settings_of_servers_are_kept():
    batches = tf.contrib.tpu.python.tpu.tpu_estimator.BatchConfig(2, 64, 1000, [8, 64])
    assert batches.max_batch_size == 64 and batches.max_enqueued_batches == 100
    version = tf.contrib.tpu.python.tpu.tpu_estimator.ExportSavedModelApiVersion
    assert version.V2.value == 2
