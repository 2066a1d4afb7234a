"""Files by the names that programs use: `tf.gfile`, `tf.io.gfile`, records, checkpoints."""

import os
from pathlib import Path

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("one")
    (tmp_path / "a" / "two.txt").write_text("second")
    (tmp_path / "b.bin").write_bytes(b"\x00\x01")
    return tmp_path


def test_looking(tree):
    root = str(tree)
    assert tf.gfile.Exists(f"{root}/b.bin") and not tf.gfile.Exists(f"{root}/c")
    assert tf.io.gfile.exists(root) and not tf.io.gfile.exists(f"{root}/c")
    assert tf.python.platform.gfile.Exists(root)
    assert tf.gfile.IsDirectory(f"{root}/a") and not tf.gfile.IsDirectory(f"{root}/b.bin")
    assert sorted(tf.gfile.ListDirectory(root)) == ["a", "b.bin"]
    both = [f"{root}/a/one.txt", f"{root}/a/two.txt"]
    assert sorted(tf.gfile.Glob(f"{root}/a/*.txt")) == both
    assert sorted(tf.python.platform.gfile.Glob([f"{root}/a/o*", f"{root}/a/t*"])) == both
    assert tf.gfile.Stat(f"{root}/a/two.txt").length == 6
    for walk in (tf.gfile.Walk, tf.python.platform.gfile.Walk):
        found = {where: (sorted(folders), sorted(files)) for where, folders, files in walk(root)}
        assert found == {
            root: (["a"], ["b.bin"]),
            f"{root}/a": ([], ["one.txt", "two.txt"]),
        }


def test_changing(tree):
    root = str(tree)
    tf.gfile.MkDir(f"{root}/new")
    tf.gfile.MakeDirs(f"{root}/deep/er")
    tf.gfile.MakeDirs(f"{root}/deep/er")  # once more is no error
    tf.io.gfile.makedirs(f"{root}/deep/est")
    assert sorted(os.listdir(f"{root}/deep")) == ["er", "est"]
    tf.gfile.Copy(f"{root}/b.bin", f"{root}/new/c.bin")
    tf.gfile.Rename(f"{root}/new/c.bin", f"{root}/new/d.bin")
    assert os.listdir(f"{root}/new") == ["d.bin"]
    assert (tree / "new" / "d.bin").read_bytes() == b"\x00\x01"
    tf.gfile.Remove(f"{root}/b.bin")
    tf.gfile.DeleteRecursively(f"{root}/deep")
    tf.io.gfile.rmtree(f"{root}/a")
    assert os.listdir(root) == ["new"]


REFUSED = {
    "copy_over": lambda r: tf.gfile.Copy(f"{r}/b.bin", f"{r}/a/one.txt"),
    "rename_over": lambda r: tf.gfile.Rename(f"{r}/b.bin", f"{r}/a/one.txt"),
    "mkdir_below_nothing": lambda r: tf.gfile.MkDir(f"{r}/c/d"),
    "remove_nothing": lambda r: tf.gfile.Remove(f"{r}/c"),
    "delete_nothing": lambda r: tf.gfile.DeleteRecursively(f"{r}/c"),
    "stat_of_nothing": lambda r: tf.gfile.Stat(f"{r}/c"),
    "list_nothing": lambda r: tf.gfile.ListDirectory(f"{r}/c"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tree, name):
    exists = name in ("copy_over", "rename_over")
    error = tf.errors.AlreadyExistsError if exists else tf.errors.NotFoundError
    with pytest.raises(error):
        REFUSED[name](str(tree))
    assert (tree / "a" / "one.txt").read_text() == "one"


def test_overwriting_must_be_asked_for(tree):
    tf.gfile.Copy(f"{tree}/b.bin", f"{tree}/a/one.txt", overwrite=True)
    assert (tree / "a" / "one.txt").read_bytes() == b"\x00\x01"
    tf.gfile.Rename(f"{tree}/b.bin", f"{tree}/a/two.txt", overwrite=True)
    assert (tree / "a" / "two.txt").read_bytes() == b"\x00\x01"


def test_packed_records(tmp_path):
    path = str(tmp_path / "r.gz")
    options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
    with tf.python_io.TFRecordWriter(path, options) as writer:
        for record in (b"first", b"", b"third" * 100):
            writer.write(record)
    assert Path(path).read_bytes()[:2] == b"\x1f\x8b"
    read = list(tf.python_io.tf_record_iterator(path, options))
    assert read == [b"first", b"", b"third" * 100]


def test_reading_and_writing_ops(tmp_path):
    written = tf.python.ops.io_ops.write_file(str(tmp_path / "x"), "content")
    with tf.control_dependencies([written]):
        back = tf.python.ops.io_ops.read_file(str(tmp_path / "x"))
    with tf.Session() as session:
        assert session.run(back) == b"content"


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint of `w`, `scope/b` and a global step of 7; its prefix."""
    prefix = str(tmp_path / "model.ckpt")
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("w", initializer=np.arange(6, dtype="f").reshape(2, 3))
        with tf.variable_scope("scope"):
            tf.get_variable("b", initializer=[1, 2])
        step = tf.train.get_or_create_global_step()
        session.run([tf.global_variables_initializer()])
        session.run(step.assign(7))
        assert tf.train.global_step(session, step) == 7
        tf.train.Saver().save(session, prefix, 7)
    return f"{prefix}-7"


def test_listing_a_checkpoint(checkpoint):
    wanted = [("global_step", []), ("scope/b", [2]), ("w", [2, 3])]
    folder = os.path.dirname(checkpoint)
    for place in (checkpoint, folder):
        assert tf.train.list_variables(place) == wanted
        assert tf.contrib.framework.list_variables(place) == wanted
    assert tf.train.checkpoint_exists(checkpoint)
    assert not tf.train.checkpoint_exists(checkpoint + "0")


READERS = {
    "new": lambda path: tf.train.NewCheckpointReader(path),
    "load": lambda path: tf.train.load_checkpoint(path),
    "contrib": lambda path: tf.contrib.framework.load_checkpoint(path),
    "old": lambda path: tf.python.training.training.NewCheckpointReader(path),
}


@pytest.mark.parametrize("name", READERS)
def test_reading_a_checkpoint(checkpoint, name):
    reader = READERS[name](checkpoint)
    np.testing.assert_array_equal(reader.get_tensor("w"), [[0, 1, 2], [3, 4, 5]])
    assert reader.get_variable_to_shape_map()["scope/b"] == [2]
    assert reader.get_variable_to_dtype_map()["scope/b"] == tf.int32
    assert reader.has_tensor("w") and not reader.has_tensor("v")


def test_state_of_a_folder(checkpoint, tmp_path):
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state.model_checkpoint_path == checkpoint
    tf.train.update_checkpoint_state(str(tmp_path), "other", [checkpoint, "other"])
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert os.path.basename(state.model_checkpoint_path) == "other"
    assert [os.path.basename(p) for p in state.all_model_checkpoint_paths] == [
        os.path.basename(checkpoint),
        "other",
    ]
    assert tf.train.get_checkpoint_state(str(tmp_path / "none")) is None


def test_starting_from_a_checkpoint(checkpoint):
    w = tf.get_variable("mine/w", [2, 3])
    with tf.variable_scope("other"):
        b = tf.get_variable("b", [2], tf.int32)
    tf.train.init_from_checkpoint(checkpoint, {"w": w, "scope/": "other/"})
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(session.run(w), [[0, 1, 2], [3, 4, 5]])
        np.testing.assert_array_equal(session.run(b), [1, 2])
    with pytest.raises(ValueError, match="shape"):
        v = tf.get_variable("v", [5])
        tf.train.init_from_checkpoint(checkpoint, {"w": v})


def test_packing_up_a_model(tmp_path):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.matmul(x, tf.get_variable("w", initializer=[[1.0], [2.0]]), name="y")
    signature = tf.saved_model.signature_def_utils.build_signature_def(
        {
            tf.saved_model.signature_constants.CLASSIFY_INPUTS: tf.saved_model.utils.build_tensor_info(
                x
            )
        },
        {"scores": tf.saved_model.utils.build_tensor_info(y)},
        tf.saved_model.signature_constants.PREDICT_METHOD_NAME,
    )
    assert signature.inputs["inputs"].name == "x:0"
    assert signature.inputs["inputs"].dtype == tf.float32.as_datatype_enum
    assert [d.size for d in signature.outputs["scores"].tensor_shape.dim] == [-1, 1]
    assert signature.method_name == "tensorflow/serving/predict"
    folder = str(tmp_path / "model")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        builder = tf.saved_model.builder.SavedModelBuilder(folder)
        builder.add_meta_graph_and_variables(
            session, [tf.saved_model.tag_constants.SERVING], {"serving_default": signature}
        )
        builder.save()
        for convert in (
            tf.graph_util.convert_variables_to_constants,
            tf.python.framework.graph_util.convert_variables_to_constants,
        ):
            frozen = convert(session, session.graph.as_graph_def(), ["y"])
            assert not [n for n in frozen.node if n.op.startswith("Variable")]
            with tf.Graph().as_default() as again, tf.Session(graph=again) as other:
                (out,) = tf.import_graph_def(frozen, return_elements=["y:0"])
                fed = {"import/x:0": [[3.0, 4.0]]}
                assert other.run(out, fed).tolist() == [[11.0]]
    with tf.Graph().as_default() as again, tf.Session(graph=again) as session:
        meta = tf.saved_model.loader.load(session, ["serve"], folder)
        names = meta.signature_def["serving_default"]
        fed = {names.inputs["inputs"].name: [[1.0, 1.0]]}
        assert session.run(names.outputs["scores"].name, fed).tolist() == [[3.0]]
