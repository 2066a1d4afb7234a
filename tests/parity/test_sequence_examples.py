"""`SequenceExample` messages against TensorFlow: nodes, shapes, values, errors."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")


def _context(tf):
    return {
        "c": tf.FixedLenFeature([2], tf.int64),
        "v": tf.VarLenFeature(tf.string),
        "d": tf.FixedLenFeature([], tf.float32, 1.5),
    }


def _lists(tf):
    return {
        "s": tf.FixedLenSequenceFeature([2], tf.int64),
        "t": tf.VarLenFeature(tf.float32),
        "m": tf.FixedLenSequenceFeature([], tf.string, allow_missing=True),
    }


def _feature(tf, value):
    if isinstance(value[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=value))
    if isinstance(value[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=value))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=value))


def _message(tf, context, lists):
    steps = {
        k: tf.train.FeatureList(feature=[_feature(tf, v) for v in values])
        for k, values in lists.items()
    }
    return tf.train.SequenceExample(
        context=tf.train.Features(feature={k: _feature(tf, v) for k, v in context.items()}),
        feature_lists=tf.train.FeatureLists(feature_list=steps),
    ).SerializeToString()


MESSAGES = (
    ({"c": [1, 2], "v": [b"x", b"y"]}, {"s": [[1, 2], [3, 4]], "t": [[1.0], [2.0, 3.0]]}),
    ({"c": [3, 4], "d": [0.5]}, {"s": [[5, 6]], "m": [[b"a"], [b"b"], [b"c"]]}),
)


def _plain(value):
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if hasattr(value, "dense_shape"):
        return [np.asarray(v).tolist() for v in value]
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return np.asarray(value).tolist()


def _batch(tf, data):
    return tf.io.parse_sequence_example(data, _context(tf), _lists(tf))


def _single(tf, data):
    return tf.parse_single_sequence_example(data[0], _context(tf), _lists(tf))


def _single_in_io(tf, data):
    return tf.io.parse_single_sequence_example(data[1], None, _lists(tf))


@pytest.mark.parametrize("parse", [_batch, _single, _single_in_io])
def test_parsing(parse):
    data = [_message(ours(), *m) for m in MESSAGES]
    assert len(data) == 2
    found = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default() as graph, tf.Session() as sess:
            result = parse(tf, tf.constant(data))
            nodes = [(n.name, n.type) for n in graph.get_operations() if n.type != "Const"]
            found.append((nodes, _plain(sess.run(result))))
    assert found[0] == found[1]


BAD = {
    "missing_list": ({"c": [1, 2]}, {}),
    "missing_context": ({}, {"s": [[1, 2]]}),
    "another_type": ({"c": [1.0, 2.0]}, {"s": [[1, 2]]}),
    "another_size": ({"c": [1, 2]}, {"s": [[1, 2, 3]]}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_message_that_does_not_fit(name):
    data = _message(ours(), *BAD[name])
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            with pytest.raises(tf.errors.InvalidArgumentError):
                sess.run(_batch(tf, tf.constant([data])))


def test_no_features():
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), pytest.raises(ValueError):
            tf.io.parse_sequence_example(["x"])
