"""`tf.contrib.training`, `learn`, `metrics`, `losses`, `util`, `tensorboard`; what is not there."""

import json

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def hparams():
    return tf.contrib.training.HParams(
        rate=0.1, steps=10, name="adam", layers=[64, 32], debug=False, scale=1.0
    )


PARSED = {
    "rate=0.5": {"rate": 0.5},
    "rate=1e-3,steps=7": {"rate": 0.001, "steps": 7},
    "rate=2": {"rate": 2.0},
    "name=sgd , debug=true": {"name": "sgd", "debug": True},
    "debug=1": {"debug": True},
    "layers=[1,2,3]": {"layers": [1, 2, 3]},
    "layers=[5],rate=3": {"layers": [5], "rate": 3.0},
    "layers[1]=16": {"layers": [64, 16]},
    "layers[0]=1,layers[1]=2": {"layers": [1, 2]},
    "": {},
}


@pytest.mark.parametrize("text", PARSED)
def test_hparams_parse(text):
    found = hparams().parse(text).values()
    wanted = {**hparams().values(), **PARSED[text]}
    assert found == wanted
    assert [type(v) for v in found.values()] == [type(v) for v in wanted.values()]


@pytest.mark.parametrize(
    "text",
    ["unknown=1", "rate=x", "steps=1.5", "debug=maybe", "rate=1,rate=2", "rate", "layers=3"],
)
def test_hparams_refuse(text):
    with pytest.raises(ValueError):
        hparams().parse(text)


def test_hparams_as_an_object():
    h = hparams()
    assert h.rate == 0.1 and "rate" in h and "x" not in h
    assert json.loads(h.to_json())["layers"] == [64, 32]
    assert h.parse_json('{"steps": 3}').steps == 3
    h.set_hparam("scale", 2)
    assert h.scale == 2.0 and isinstance(h.scale, float)
    for name, value in (("steps", 1.5), ("steps", "1"), ("layers", 3), ("rate", [1.0])):
        with pytest.raises(ValueError):
            h.set_hparam(name, value)
    with pytest.raises(ValueError, match="reserved"):
        h.add_hparam("rate", 1)
    with pytest.raises(KeyError):
        h.override_from_dict({"none": 1})
    h.add_hparam("new", None)
    h.del_hparam("steps")
    assert "steps" not in h and h.get("steps", 5) == 5 and h.get("rate") == 0.1
    with pytest.raises(ValueError, match="incompatible with default"):
        h.get("rate", "text")
    assert "('name', 'adam')" in str(h)


def test_parse_values():
    parse = tf.contrib.training.parse_values
    assert parse("a=1,b=x", {"a": int}, ignore_unknown=True) == {"a": 1}


def test_training_and_evaluation(tmp_path):
    x = tf.Variable(5.0)
    train_op = tf.contrib.training.create_train_op(
        tf.square(x), tf.train.GradientDescentOptimizer(0.25),
        transform_grads_fn=tf.contrib.training.clip_gradient_norms_fn(100.0),
    )  # fmt: skip
    loss = tf.contrib.training.train(
        train_op, str(tmp_path), hooks=[tf.train.StopAtStepHook(10)], save_summaries_steps=None
    )
    assert loss < 1e-3
    path = tf.contrib.training.wait_for_new_checkpoint(str(tmp_path))
    assert tf.contrib.training.wait_for_new_checkpoint(str(tmp_path), path, 0.01, 0.02) is None
    with tf.Graph().as_default():
        x = tf.Variable(0.0)
        tf.train.get_or_create_global_step()
        step = tf.contrib.training.get_or_create_eval_step()
        found = tf.contrib.training.evaluate_once(
            path, eval_ops=tf.square(x), final_ops={"x": x, "step": step},
            hooks=[tf.contrib.training.StopAfterNEvalsHook(4)],
        )  # fmt: skip
        assert found["step"] == 4 and abs(found["x"]) < 0.1
    with pytest.raises(ValueError, match="logdir cannot be None"):
        tf.contrib.training.train(train_op, None)


# --- learn --------------------------------------------------------------------------------------

TEXTS = ["the cat sat", "The cat's mat-work", "HTMLPage at 3"]


def test_vocabulary(tmp_path):
    make = tf.contrib.learn.preprocessing.VocabularyProcessor
    processor = make(4)
    rows = np.array(list(processor.fit_transform(TEXTS)))
    np.testing.assert_array_equal(rows, [[1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, 10]])
    assert list(processor.reverse(rows))[2] == "HTML Page at 3"
    assert list(next(processor.transform(["cat dog"]))) == [2, 0, 0, 0]
    assert len(processor.vocabulary_) == 11
    processor.save(str(tmp_path / "v"))
    again = make.restore(str(tmp_path / "v"))
    np.testing.assert_array_equal(list(again.transform(TEXTS)), rows)
    (tmp_path / "bad").write_bytes(b"\x80\x03c")
    with pytest.raises(ValueError, match="not a vocabulary that headwater saved"):
        make.restore(str(tmp_path / "bad"))
    rare = make(2, min_frequency=1).fit(["a a b b b c"])
    assert [list(r) for r in rare.transform(["b a", "c b"])] == [[1, 2], [0, 1]]


def test_learn_tools(tmp_path, monkeypatch):
    tf.contrib.learn.ModeKeys.validate(tf.contrib.learn.ModeKeys.EVAL)
    with pytest.raises(ValueError):
        tf.contrib.learn.ModeKeys.validate("x")
    monkeypatch.setenv(
        "TF_CONFIG",
        '{"cluster": {"ps": ["a:1"], "worker": ["b:1", "c:1"]}, "task": {"type": "worker", "index": 1}}',
    )
    config = tf.contrib.learn.RunConfig(save_checkpoints_steps=5)
    assert (config.master, config.is_chief, config.num_ps_replicas) == ("grpc://c:1", False, 1)
    assert config.save_checkpoints_secs is None and config.replace(model_dir="m").model_dir == "m"
    base = tf.contrib.learn.python.learn.datasets.base
    (tmp_path / "t.csv").write_text("2,2,a,b\n1.5,2,0\n3,4,1\n")
    table = base.load_csv_with_header(str(tmp_path / "t.csv"), np.int64, np.float32)
    assert table.target.tolist() == [0, 1] and table.data.tolist() == [[1.5, 2], [3, 4]]
    assert base.maybe_download("t.csv", str(tmp_path), "http://none") == str(tmp_path / "t.csv")
    assert tf.contrib.learn.python.learn.datasets.mnist.read_data_sets
    with pytest.raises(NotImplementedError, match="Boston"):
        tf.contrib.learn.datasets.load_dataset("boston")
    with pytest.raises(ValueError, match="not found"):
        tf.contrib.learn.datasets.load_dataset("none")
    assert tf.contrib.learn.extract_pandas_data([1]) == [1]


def test_iris():
    pytest.importorskip("sklearn")
    iris = tf.contrib.learn.datasets.load_dataset("iris")
    assert iris.data.shape == (150, 4) and set(iris.target) == {0, 1, 2}


# --- metrics, losses ----------------------------------------------------------------------------


def test_contrib_metrics():
    labels, predictions = tf.constant([1, 0, 1, 1]), tf.constant([0.9, 0.8, 0.1, 0.7])
    metrics = tf.contrib.metrics
    values, updates = metrics.aggregate_metric_map(
        {
            "f1": tf.contrib.metrics.f1_score(labels, predictions, num_thresholds=3),
            "accuracy": metrics.streaming_accuracy(tf.cast(predictions > 0.5, tf.int32), labels),
            "precision": metrics.streaming_precision(
                predictions > 0.5, labels, weights=[1, 1, 1, 0]
            ),
            "count": metrics.count(predictions),
        }
    )
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        sess.run(updates)
        found = sess.run(values)
        batch = sess.run(metrics.accuracy(tf.constant([1, 0]), tf.constant([1, 1])))
    # above 0.5: true positives 2, false positives 1, false negatives 1; all: recall 1, precision 3/4
    assert found["f1"] == pytest.approx(6 / 7, rel=1e-5) and found["accuracy"] == 0.5
    assert found["precision"] == 0.5 and found["count"] == 4 and batch == 0.5
    assert metrics.aggregate_metrics((1, 2), (3, 4)) == ([1, 3], [2, 4])
    with pytest.raises(ValueError):
        metrics.aggregate_metrics()


def test_contrib_losses_take_predictions_first():
    losses = tf.contrib.losses
    a, b = tf.constant([[0.2, 0.8]]), tf.constant([[0.0, 1.0]])
    pairs = [
        (losses.log_loss(a, b), tf.losses.log_loss(b, a)),
        (losses.softmax_cross_entropy(a, b), tf.losses.softmax_cross_entropy(b, a)),
        (losses.mean_squared_error(a, b, 2.0), tf.losses.mean_squared_error(b, a, 2.0)),
        (losses.sigmoid_cross_entropy(a, b), tf.losses.sigmoid_cross_entropy(b, a)),
    ]
    hinge = tf.contrib.losses.hinge_loss(a, b)
    assert len(tf.contrib.losses.get_losses()) == 8
    with tf.Session() as sess:
        for mine, its in sess.run(pairs):
            assert mine == its
        np.testing.assert_allclose(sess.run(hinge), [[1.2, 0.2]], rtol=1e-6)


def test_tensors_as_protos():
    proto = tf.contrib.util.make_tensor_proto([1.5, 2.0])
    np.testing.assert_array_equal(tf.contrib.util.make_ndarray(proto), [1.5, 2.0])


def test_projector(tmp_path):
    projector = tf.contrib.tensorboard.plugins.projector
    config = tf.contrib.tensorboard.plugins.projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name, embedding.metadata_path = "words", "words.tsv"
    embedding.sprite.image_path = "sprite.png"
    embedding.sprite.single_image_dim.extend([28, 28])
    writer = tf.summary.FileWriter(str(tmp_path))
    tf.contrib.tensorboard.plugins.projector.visualize_embeddings(writer, config)
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'tensor_name: "words"' in text and "single_image_dim: 28" in text
    assert projector.EmbeddingInfo is type(embedding)
