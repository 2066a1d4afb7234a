"""Columns of sequences, and the input of a recurrent network."""

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


IDS = ([[0, 0], [0, 1], [2, 0]], np.array([2, 0, 1], np.int64), [3, 2])
WORDS = ([[0, 0], [0, 1], [2, 0]], ["b", "a", "z"], [3, 2])
NUMBERS = ([[0, 0], [0, 1], [0, 2], [0, 3], [2, 0], [2, 1]], [1.0, 2, 3, 4, 5, 6], [3, 4])


def _run(columns):
    features = {k: tf.SparseTensor(*v) for k, v in dict(i=IDS, w=WORDS, n=NUMBERS).items()}
    layer = tf.contrib.feature_column.sequence_input_layer(features, columns)
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        return sess.run(layer)


def test_sequence_numeric_column():
    column = tf.feature_column.sequence_numeric_column("n", shape=2, default_value=-1.0)
    values, lengths = _run(column)
    assert lengths.tolist() == [2, 0, 1]
    assert values.tolist() == [
        [[1.0, 2.0], [3.0, 4.0]],
        [[-1.0, -1.0], [-1.0, -1.0]],
        [[5.0, 6.0], [-1.0, -1.0]],
    ]


COLUMNS = {
    "identity": lambda fc: fc.sequence_categorical_column_with_identity("i", 3),
    "list": lambda fc: fc.sequence_categorical_column_with_vocabulary_list("w", ["a", "z", "b"]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_indicator(name):
    fc = tf.feature_column
    values, lengths = _run(fc.indicator_column(COLUMNS[name](fc)))
    assert lengths.tolist() == [2, 0, 1]
    zeros = [0.0] * 3
    assert values.tolist() == [
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
        [zeros, zeros],
        [[0.0, 1.0, 0.0], zeros],
    ]


def test_embeddings(tmp_path):
    (tmp_path / "words").write_text("a\nb\n")
    fc = tf.feature_column
    sources = [
        fc.sequence_categorical_column_with_hash_bucket("w", 5),
        fc.sequence_categorical_column_with_identity("i", 3),
    ]
    columns = [fc.embedding_column(c, 2, initializer=tf.ones_initializer()) for c in sources]
    values, lengths = _run(columns)
    assert values.shape == (3, 2, 4) and lengths.tolist() == [2, 0, 1]
    assert values.sum(-1).tolist() == [[4.0, 4.0], [0.0, 0.0], [4.0, 0.0]]
    names = sorted(v.op.name for v in tf.trainable_variables())
    assert names == [f"sequence_input_layer/{k}_embedding/embedding_weights" for k in "iw"]
    path = str(tmp_path / "words")
    column = fc.sequence_categorical_column_with_vocabulary_file("w", path, num_oov_buckets=1)
    assert column.num_buckets == 3


def test_other_columns_are_refused():
    with pytest.raises(ValueError, match="SequenceDenseColumn"):
        _run(tf.feature_column.numeric_column("n"))


def test_load_balancing():
    strategy = tf.contrib.training.GreedyLoadBalancingStrategy(
        2, tf.contrib.training.byte_size_load_fn
    )
    with tf.device(tf.train.replica_device_setter(2, ps_strategy=strategy)):
        made = [tf.Variable(tf.zeros([n])) for n in (100, 10, 20, 5, 1000)]
    assert [v.device[-1] for v in made] == list("01111")
