"""`tf.feature_column` against TensorFlow: values, names and shapes of variables, errors."""

import numpy as np
import pytest

from .harness import oracle, ours


def _features(tf):
    return {
        "x": tf.constant([1.0, 2.0, -1.0]),
        "pair": tf.constant([[1.0, 5.0], [2.0, 0.5], [7.0, 7.0]]),
        "c": tf.constant([["a", "z"], ["b", ""], ["a", "a"]]),
        "h": tf.constant(["q", "r", ""]),
        "i": tf.constant([[3], [0], [9]]),
        "n": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], np.array([1, 4, 3], np.int64), [3, 2]),
        "w": tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [0.5, 2.0, 3.0], [3, 2]),
    }


def _pair_buckets(fc):
    return fc.bucketized_column(fc.numeric_column("pair", shape=2), [1.0, 2.0, 6.0])


def _words(fc, **options):
    return fc.categorical_column_with_vocabulary_list("c", ["a", "b"], **options)


COLUMNS = {
    "numeric": lambda tf, fc: fc.numeric_column("x"),
    "normalized": lambda tf, fc: fc.numeric_column("x", normalizer_fn=lambda t: (t - 1) / 2),
    "buckets": lambda tf, fc: [_pair_buckets(fc), fc.numeric_column("pair", shape=[2])],
    "words": lambda tf, fc: _words(fc),
    "words_default": lambda tf, fc: _words(fc, default_value=1),
    "words_others": lambda tf, fc: _words(fc, num_oov_buckets=3),
    "hash": lambda tf, fc: fc.categorical_column_with_hash_bucket("h", 10),
    "hash_integers": lambda tf, fc: fc.categorical_column_with_hash_bucket("n", 10, tf.int64),
    "numbers": lambda tf, fc: fc.categorical_column_with_vocabulary_list("n", [4, 3, 1]),
    "identity": lambda tf, fc: fc.categorical_column_with_identity("n", 5),
    "identity_default": lambda tf, fc: fc.categorical_column_with_identity("i", 5, 2),
    "weighted": lambda tf, fc: fc.weighted_categorical_column(
        fc.categorical_column_with_identity("n", 5), "w"
    ),
    "crossed": lambda tf, fc: fc.crossed_column(["c", "h"], 7),
    "crossed_buckets": lambda tf, fc: fc.crossed_column([_pair_buckets(fc), "c"], 11, hash_key=5),
    "crossed_twice": lambda tf, fc: fc.crossed_column(
        [fc.crossed_column(["c", "h"], 3), fc.categorical_column_with_identity("n", 5)], 9
    ),
}


def _run(tf, build):
    with tf.Graph().as_default() as graph:
        value = build(graph)
        names = sorted((v.name, tuple(v.shape.as_list())) for v in tf.trainable_variables())
        with tf.Session() as sess:
            sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
            for k, v in enumerate(sorted(tf.trainable_variables(), key=lambda v: v.name)):
                filled = np.arange(np.prod(v.shape.as_list()), dtype=np.float32) * 0.1 + k
                sess.run(tf.assign(v, filled.reshape(v.shape.as_list())))
            return names, value.shape.as_list()[1:], sess.run(value)


def _same(build):
    wanted = _run(oracle(), lambda graph: build(oracle()))
    found = _run(ours(), lambda graph: build(ours()))
    assert found[0] == wanted[0]
    assert found[1] == wanted[1]
    np.testing.assert_allclose(found[2], wanted[2], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", COLUMNS)
def test_linear_model(name):
    def build(tf):
        return tf.feature_column.linear_model(_features(tf), COLUMNS[name](tf, tf.feature_column))

    _same(build)


@pytest.mark.parametrize("name", COLUMNS)
def test_input_layer_indicator(name):
    def build(tf):
        fc = tf.feature_column
        columns = COLUMNS[name](tf, fc)
        if not isinstance(columns, list) and "numeric" not in name and "normal" not in name:
            columns = fc.indicator_column(columns)
        return fc.input_layer(_features(tf), columns)

    _same(build)


@pytest.mark.parametrize("combiner", ["mean", "sum", "sqrtn"])
@pytest.mark.parametrize("name", ["words", "hash", "identity", "weighted", "crossed"])
def test_input_layer_embedding(name, combiner):
    def build(tf):
        fc = tf.feature_column
        column = fc.embedding_column(COLUMNS[name](tf, fc), 3, combiner=combiner, max_norm=1.5)
        return fc.input_layer(_features(tf), [column, fc.numeric_column("x")])

    _same(build)


def test_shared_embedding_columns():
    def build(tf):
        fc = tf.feature_column
        columns = fc.shared_embedding_columns(
            [fc.categorical_column_with_identity(k, 10, 1) for k in ("n", "i")], 2
        )
        return fc.input_layer(_features(tf), columns)

    _same(build)


def test_linear_model_units_and_combiner():
    def build(tf):
        fc = tf.feature_column
        columns = [COLUMNS[k](tf, fc) for k in ("numeric", "words", "crossed", "weighted")]
        return fc.linear_model(_features(tf), columns, units=2, sparse_combiner="mean")

    _same(build)


def test_vocabulary_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nz\nq\n")

    def build(tf):
        fc = tf.feature_column
        column = fc.categorical_column_with_vocabulary_file(
            "c", str(path), vocabulary_size=2, num_oov_buckets=2
        )
        return fc.input_layer(_features(tf), fc.indicator_column(column))

    _same(build)


def test_make_parse_example_spec():
    def spec(tf):
        fc = tf.feature_column
        columns = [COLUMNS[k](tf, fc) for k in ("numeric", "words", "crossed", "weighted")]
        return {
            key: (type(v).__name__, v.dtype.name, getattr(v, "shape", None))
            for key, v in fc.make_parse_example_spec(columns).items()
        }

    assert spec(ours()) == spec(oracle())


def _input(tf, columns):
    return tf.feature_column.input_layer(_features(tf), columns)


ERRORS = {
    "empty": lambda tf, fc: _input(tf, []),
    "missing": lambda tf, fc: _input(tf, [fc.numeric_column("zz")]),
    "no_column": lambda tf, fc: _input(tf, [3]),
    "twice": lambda tf, fc: _input(tf, [fc.numeric_column("x"), fc.numeric_column("x")]),
    "categorical": lambda tf, fc: _input(tf, [fc.categorical_column_with_identity("i", 5)]),
    "boundaries": lambda tf, fc: fc.bucketized_column(fc.numeric_column("x"), [2.0, 1.0]),
    "buckets": lambda tf, fc: fc.categorical_column_with_hash_bucket("x", 0),
    "list": lambda tf, fc: fc.categorical_column_with_vocabulary_list("x", []),
    "dimension": lambda tf, fc: fc.embedding_column(COLUMNS["words"](tf, fc), 0),
    "cross": lambda tf, fc: fc.crossed_column(["a"], 5),
    "identity": lambda tf, fc: fc.categorical_column_with_identity("x", 5, 7),
    "normalizer": lambda tf, fc: fc.numeric_column("x", normalizer_fn=3),
    "shape": lambda tf, fc: fc.numeric_column("x", shape=(0,)),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    def error(tf):
        with tf.Graph().as_default(), pytest.raises((ValueError, TypeError)) as caught:
            ERRORS[name](tf, tf.feature_column)
        return type(caught.value), str(caught.value).split(". ")[0].split("<")[0]

    assert error(ours()) == error(oracle())
