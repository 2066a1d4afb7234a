"""Checkpoints of both versions between headwater and TensorFlow, both ways; equal bytes."""

from __future__ import annotations

import pathlib

import ml_dtypes
import numpy as np
import pytest

from headwater._src.io import bundle, checkpoint, tensor_slice

NUMBERS = {
    "f16": np.float16([1, 2.5]),
    "f32": np.linspace(-1, 1, 12, dtype="f4").reshape(3, 4),
    "f64": np.float64(3.25),
    "bf16": np.arange(4).astype(ml_dtypes.bfloat16),
    **{k: np.arange(6).reshape(2, 3).astype(k) for k in ("i1", "i2", "i4", "i8", "u1", "u2")},
    "c64": np.complex64([1 + 2j]),
    "c128": np.complex128(1j),
    "bool": np.array([True, False]),
    "empty": np.zeros((0, 3), "f4"),
    "strings": np.array([b"abc", b"", b"x" * 300], object),
    "string": np.array(b"\xff\x00", object),
    "many/dims": np.zeros((1, 2, 1, 3, 1), "f4"),
}


def tf_save(tf, prefix, names, arrays, slices=None):
    with tf.Graph().as_default(), tf.Session() as sess:
        values = [tf.constant(a.tolist() if a.dtype == object else a) for a in arrays]
        sess.run(
            tf.raw_ops.SaveV2(
                prefix=prefix,
                tensor_names=names,
                shape_and_slices=slices or [""] * len(names),
                tensors=values,
            )
        )


def files(prefix):
    return [pathlib.Path(prefix + end).read_bytes() for end in (".index", ".data-00000-of-00001")]


def test_the_bytes_are_equal(oracle, tmp_path):
    """Every dtype, 0-d, empty, strings, and enough names for several restarts."""
    arrays = dict(NUMBERS, **{f"layer_{i}/kernel": np.float32(i) for i in range(1000)})
    names = sorted(arrays)
    tf_save(oracle, f"{tmp_path}/theirs", names, [np.asarray(arrays[n]) for n in names])
    with bundle.BundleWriter(f"{tmp_path}/ours") as writer:
        for name in names:
            writer.add(name.encode(), arrays[name])
    assert files(f"{tmp_path}/ours") == files(f"{tmp_path}/theirs")


def test_parts_have_equal_bytes(oracle, tmp_path):
    whole = np.arange(24, dtype="f4").reshape(4, 6)
    tf_save(
        oracle,
        f"{tmp_path}/theirs",
        ["p", "p", "q"],
        [whole[:1], whole[1:], np.int32(3)],
        ["4 6 0,1:-", "4 6 1,3:-", ""],
    )
    with bundle.BundleWriter(f"{tmp_path}/ours") as writer:
        for spec, part in (("0,1:-", whole[:1]), ("1,3:-", whole[1:])):
            writer.add_slice(b"p", (4, 6), tensor_slice.parse(spec), part)
        writer.add(b"q", np.int32(3))
    assert files(f"{tmp_path}/ours") == files(f"{tmp_path}/theirs")
    reader = checkpoint.CheckpointReader(f"{tmp_path}/theirs")
    np.testing.assert_array_equal(reader.get_tensor("p"), whole)
    np.testing.assert_array_equal(reader.read(b"p", tensor_slice.parse("0,3:2,2")), whole[:3, 2:4])


def model(tf):
    w = tf.Variable(np.arange(6.0).reshape(2, 3), dtype=tf.float32, name="w")
    tf.Variable([3, 4], name="scope/r", use_resource=True)
    tf.Variable(["a", "b"], name="s")
    tf.add_to_collection("mine", tf.identity(w + 1, name="sum"))
    tf.add_to_collection("numbers", 3)


SAVERS = {
    "plain": {},
    "sharded": {"sharded": True},
    "version 1": {"write_version": 1},
    "version 1 sharded": {"write_version": 1, "sharded": True},
}


@pytest.mark.parametrize("kind", SAVERS)
def test_saver_and_meta_graph(pair, tmp_path, kind):
    writer, reader = pair
    with writer.Graph().as_default(), writer.Session() as sess:
        model(writer)
        sess.run(writer.global_variables_initializer())
        path = writer.train.Saver(**SAVERS[kind]).save(sess, f"{tmp_path}/model", global_step=7)
        want = sess.run(["w:0", "s:0", "sum:0"])
    assert path == f"{tmp_path}/model-7" + ("-?????-of-00001" if "1 sharded" in kind else "")
    assert reader.train.latest_checkpoint(str(tmp_path)) == path
    with reader.Graph().as_default(), reader.Session() as sess:
        reader.train.import_meta_graph(f"{tmp_path}/model-7.meta").restore(sess, path)
        got = sess.run(["w:0", "s:0", reader.get_collection("mine")[0]])
        assert reader.get_collection("numbers") == [3]
        assert [v.name for v in reader.global_variables()] == ["w:0", "scope/r:0", "s:0"]
    for a, b in zip(got, want):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", ["plain", "sharded", "version 1", "version 1 sharded", "reshape"])
def test_the_savers_nodes(hw, oracle, kind):
    """Names, ops, inputs and devices of what a saver adds to a graph."""
    options = SAVERS.get(kind, {"reshape": True})

    def nodes(tf):
        with tf.Graph().as_default() as graph:
            with tf.device("/job:ps/task:0"):
                tf.Variable([1.0, 2.0], name="w")
            with tf.device("/job:ps/task:1"):
                tf.Variable(3.0, name="b")
                tf.Variable(3, name="r", use_resource=True)
            definition = tf.train.Saver(**options).as_saver_def()
            return [
                (n.name, n.op, list(n.input), n.device)
                for n in graph.as_graph_def().node
                if n.name.startswith("save")
            ], definition.SerializeToString()

    assert nodes(hw) == nodes(oracle)


def test_state_file(pair, tmp_path):
    writer, reader = pair
    writer.train.update_checkpoint_state(
        str(tmp_path), f"{tmp_path}/m-2", [f"{tmp_path}/m-1"],
        all_model_checkpoint_timestamps=[1.5, 2.5], last_preserved_timestamp=3.5,
    )  # fmt: skip
    text = (tmp_path / "checkpoint").read_text()
    state = reader.train.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == [f"{tmp_path}/m-1", f"{tmp_path}/m-2"]
    assert list(state.all_model_checkpoint_timestamps) == [1.5, 2.5]
    reader.train.update_checkpoint_state(
        str(tmp_path), f"{tmp_path}/m-2", [f"{tmp_path}/m-1"],
        all_model_checkpoint_timestamps=[1.5, 2.5], last_preserved_timestamp=3.5,
    )  # fmt: skip
    assert (tmp_path / "checkpoint").read_text() == text
