"""Frozen graphs, SavedModels, records, examples and summaries against TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.RandomState(0)
NORMAL = RNG.normal(size=(200, 30)).astype("f4")
SOUND = RNG.uniform(-1.2, 1.2, size=(2, 50, 2)).astype("f4")
PICTURES = {
    "grey": RNG.uniform(0, 2, size=(2, 5, 6, 1)).astype("f4"),
    "colours": RNG.uniform(-1, 2, size=(4, 5, 6, 3)).astype("f4"),
    "alpha": RNG.randint(0, 256, size=(1, 4, 4, 4)).astype("u1"),
    "not finite": np.where(RNG.rand(1, 9, 9, 3) < 0.1, np.nan, 0.5).astype("f4"),
}


def model(tf, sess):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    u = tf.Variable([3.0], name="u", use_resource=True)
    y = tf.identity(tf.matmul(x, w) + u, name="y")
    sess.run(tf.global_variables_initializer())
    return x, y


def test_frozen_graphs(pair):
    writer, reader = pair
    with writer.Graph().as_default() as graph, writer.Session() as sess:
        model(writer, sess)
        frozen = writer.graph_util.convert_variables_to_constants(sess, graph.as_graph_def(), ["y"])
    with reader.Graph().as_default(), reader.Session() as sess:
        proto = reader.GraphDef.FromString(frozen.SerializeToString())
        reader.import_graph_def(proto, name="")
        assert sess.run("y:0", {"x:0": [[1, 2]]}) == [[8.0]]
    assert not [n.op for n in proto.node if "Var" in n.op]


def test_saved_models(pair, tmp_path):
    writer, reader = pair
    folder = str(tmp_path / "model")
    with writer.Graph().as_default(), writer.Session() as sess:
        x, y = model(writer, sess)
        writer.saved_model.simple_save(sess, folder, {"in": x}, {"out": y})
    with reader.Graph().as_default(), reader.Session() as sess:
        loaded = reader.saved_model.loader.load(sess, ["serve"], folder)
        signature = loaded.signature_def["serving_default"]
        fetch, feed = signature.outputs["out"].name, signature.inputs["in"].name
        assert sess.run(fetch, {feed: [[1, 2]]}) == [[8.0]]


@pytest.mark.parametrize("kind", ["", "GZIP", "ZLIB"])
def test_records(pair, tmp_path, kind):
    writer, reader = pair
    path = str(tmp_path / "records")
    records = [b"%d" % i * i for i in range(1000)]
    with writer.python_io.TFRecordWriter(path, kind) as file:
        for record in records:
            file.write(record)
    options = reader.python_io.TFRecordOptions(kind) if kind else None
    assert list(reader.python_io.tf_record_iterator(path, options)) == records


def test_record_files_are_equal(hw, oracle, tmp_path):
    for name, tf in (("ours", hw), ("theirs", oracle)):
        with tf.python_io.TFRecordWriter(str(tmp_path / name)) as file:
            for i in range(100):
                file.write(b"x" * i)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


def evaluated(tf, make):
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        value = sess.run(make(tf))
        nodes = [(n.name, n.op, list(n.input)) for n in graph.as_graph_def().node]
    return value, nodes


SUMMARIES = {
    "scalar": lambda t: t.summary.scalar("a b", 1.5, family="fam"),
    "histogram": lambda t: t.summary.histogram("h", NORMAL),
    "histogram of ints": lambda t: t.summary.histogram("h", np.arange(-5, 100)),
    "histogram of nothing": lambda t: t.summary.histogram("h", np.zeros(0)),
    "audio": lambda t: t.summary.audio("s", SOUND, 8000.0),
    "audio, one": lambda t: t.summary.audio("s", SOUND[..., 0], 8000.0, max_outputs=1),
    "text": lambda t: t.summary.text("t", t.constant(["a", "b"])),
    "tensor": lambda t: t.summary.tensor_summary("x", np.arange(5.0), display_name="d"),
    "merge": lambda t: t.summary.merge([t.summary.scalar("a", 1), t.summary.scalar("a", 2.0)]),
}


@pytest.mark.parametrize("kind", SUMMARIES)
def test_summaries_have_equal_bytes(hw, oracle, kind):
    assert evaluated(hw, SUMMARIES[kind]) == evaluated(oracle, SUMMARIES[kind])


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures_have_equal_pixels(hw, oracle, kind):
    make = lambda t: t.summary.image("i", PICTURES[kind])
    ours, theirs = (oracle.Summary.FromString(evaluated(tf, make)[0]).value for tf in (hw, oracle))
    assert [v.tag for v in ours] == [v.tag for v in theirs]
    with oracle.Graph().as_default(), oracle.Session() as sess:
        for a, b in zip(ours, theirs):
            pixels = [
                sess.run(oracle.image.decode_png(v.image.encoded_image_string)) for v in (a, b)
            ]
            np.testing.assert_array_equal(*pixels)


def test_event_files(hw, oracle, tmp_path):
    """What FileWriter writes, TensorFlow reads: versions, graph, values and steps in order."""
    with hw.Graph().as_default() as graph, hw.Session() as sess:
        big = hw.constant(np.zeros((300, 300), "f4"), name="big")
        summary = sess.run(hw.summary.scalar("s", 3.0))
        with hw.summary.FileWriter(str(tmp_path), graph) as writer:
            for i in range(50):
                writer.add_summary(summary, i)
        assert big.shape == (300, 300)
    (path,) = tmp_path.iterdir()
    events = list(oracle.train.summary_iterator(str(path)))
    assert events[0].file_version == "brain.Event:2"
    assert [e.step for e in events if e.HasField("summary")] == list(range(50))
    graphs = [oracle.GraphDef.FromString(e.graph_def) for e in events if e.graph_def]
    assert [n.name for n in graphs[0].node] == ["big", "s/tags", "s/values", "s"]
    assert graphs[0].ByteSize() < 2000


FEATURES = {
    "fixed": lambda t: t.FixedLenFeature([2], t.float32, [7.0, 8.0]),
    "number": lambda t: t.FixedLenFeature([], t.int64),
    "strings": lambda t: t.VarLenFeature(t.string),
    "padded": lambda t: t.FixedLenSequenceFeature([], t.float32, allow_missing=True),
    "points": lambda t: t.SparseFeature("at", "weight", t.float32, 10),
}


def example(tf, **features):
    kinds = {float: (tf.train.FloatList, "float_list"), int: (tf.train.Int64List, "int64_list"),
             bytes: (tf.train.BytesList, "bytes_list")}  # fmt: skip
    made = {}
    for name, values in features.items():
        cls, field = kinds[type(values[0])]
        made[name] = tf.train.Feature(**{field: cls(value=values)})
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def test_examples(hw, oracle):
    def make(tf):
        data = [
            example(tf, fixed=[1.0, 2.0], number=[3], strings=[b"a", b"b"], at=[4, 2],
                    weight=[0.5, 0.25], padded=[1.0]),
            example(tf, number=[4], padded=[1.0, 2.0, 3.0]),
        ]  # fmt: skip
        serialized = tf.placeholder_with_default(tf.constant(data), [None])
        return tf.parse_example(serialized, {k: f(tf) for k, f in FEATURES.items()})

    (ours, our_nodes), (theirs, their_nodes) = evaluated(hw, make), evaluated(oracle, make)
    assert our_nodes == their_nodes
    assert sorted(ours) == sorted(theirs)
    for key, value in theirs.items():
        parts = zip(ours[key], value) if key in ("strings", "points") else [(ours[key], value)]
        for a, b in parts:
            np.testing.assert_array_equal(a, b)
