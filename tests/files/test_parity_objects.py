"""`tf.train.Checkpoint` and `CheckpointManager` between headwater and TensorFlow, both ways."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import pytest


def made(tf, factor):
    """Objects of several kinds, with optimizers' slots; what they hold is `factor` times as much."""
    v = tf.Variable(1.0 * factor, name="v", use_resource=True)
    r = tf.Variable([2.0 * factor, 3.0 * factor], name="r")
    step = tf.Variable(factor, name="step_count", dtype=tf.int64, trainable=False)
    nested = [tf.Variable(4.0 * factor), {"a/b": tf.Variable(5.0), ".c": tf.Variable(6.0 * factor)}]
    optimizer = tf.train.AdamOptimizer(0.1)
    loss = v * v + tf.reduce_sum(r) + nested[0] * nested[1]["a/b"]
    train = optimizer.minimize(loss, global_step=step)
    return dict(v=v, r=r, step=step, nested=nested, optimizer=optimizer), train


def all_values(tf, sess):
    values = sess.run({x.op.name: x for x in tf.global_variables()})
    return {name: np.asarray(value).tolist() for name, value in values.items()}


def data(path):
    return pathlib.Path(f"{path}.data-00000-of-00001").read_bytes()


def test_checkpoint(pair, tmp_path):
    writer, reader = pair
    with writer.Graph().as_default(), writer.Session() as sess:
        objects, train = made(writer, 1)
        checkpoint = writer.train.Checkpoint(**objects)
        sess.run(writer.global_variables_initializer())
        sess.run(train)
        assert checkpoint.save(f"{tmp_path}/m", session=sess) == f"{tmp_path}/m-1"
        want = all_values(writer, sess)
    assert reader.train.latest_checkpoint(str(tmp_path)) == f"{tmp_path}/m-1"
    with reader.Graph().as_default(), reader.Session() as sess:
        objects, train = made(reader, 7)
        checkpoint = reader.train.Checkpoint(**objects)
        sess.run(reader.global_variables_initializer())
        sess.run(train)
        status = checkpoint.restore(f"{tmp_path}/m-1")
        status.assert_consumed().assert_existing_objects_matched().assert_nontrivial_match()
        status.run_restore_ops(sess)
        assert all_values(reader, sess) == want
        assert checkpoint.save(f"{tmp_path}/m", session=sess) == f"{tmp_path}/m-2"
    assert len(data(f"{tmp_path}/m-1")) == len(data(f"{tmp_path}/m-2"))


def test_the_files_are_the_same(hw, oracle, tmp_path):
    """Names, object graph and the bytes of the data."""
    for tf, name in ((hw, "ours"), (oracle, "theirs")):
        with tf.Graph().as_default(), tf.Session() as sess:
            objects, _ = made(tf, 3)
            checkpoint = tf.train.Checkpoint(**objects)
            sess.run(tf.global_variables_initializer())
            checkpoint.write(f"{tmp_path}/{name}", session=sess)
    ours, theirs = (
        hw.train.NewCheckpointReader(f"{tmp_path}/{name}") for name in ("ours", "theirs")
    )
    assert ours.get_variable_to_shape_map() == theirs.get_variable_to_shape_map()
    graphs = [
        parsed(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH")) for reader in (ours, theirs)
    ]
    assert graphs[0] == graphs[1]
    assert data(f"{tmp_path}/ours") == data(f"{tmp_path}/theirs")


def parsed(content):
    from headwater._src.core.proto import trackable_object_graph_pb2

    return trackable_object_graph_pb2.TrackableObjectGraph.FromString(content)


def test_a_saver_reads_it(pair, tmp_path):
    """By the names of variables, whoever wrote the file."""
    writer, reader = pair
    with writer.Graph().as_default(), writer.Session() as sess:
        w = writer.Variable([1.0, 2.0], name="w")
        sess.run(w.initializer)
        objects = writer.train.Checkpoint(w=w).write(f"{tmp_path}/objects", session=sess)
    with reader.Graph().as_default(), reader.Session() as sess:
        w = reader.Variable([0.0, 0.0], name="w")
        reader.train.Saver([w]).restore(sess, objects)
        assert sess.run(w).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_it_reads_a_savers(hw, oracle, tmp_path, whose):
    writer = hw if whose == "ours" else oracle
    with writer.Graph().as_default(), writer.Session() as sess:
        w = writer.Variable([1.0, 2.0], name="w")
        sess.run(w.initializer)
        path = writer.train.Saver([w]).save(sess, f"{tmp_path}/names")
    with hw.Session() as sess:
        w = hw.Variable([0.0, 0.0], name="w")
        checkpoint = hw.train.Checkpoint(other=w)
        status = checkpoint.restore(path)
        status.assert_consumed().assert_existing_objects_matched().assert_nontrivial_match()
        status.initialize_or_restore(sess)
        assert sess.run(w).tolist() == [1.0, 2.0]
        checkpoint.more = hw.Variable(3.0, name="more")
        for check in (status.assert_consumed, status.assert_existing_objects_matched):
            with pytest.raises(AssertionError, match="Object not restored: .*more"):
                check()
        with pytest.raises(hw.errors.NotFoundError, match="Key more not found"):
            status.run_restore_ops(sess)


def test_manager(pair, tmp_path):
    """Started by one library, taken over by the other."""
    for tf, first in zip(pair, (1, 4)):
        with tf.Graph().as_default(), tf.Session() as sess:
            w = tf.Variable(1.0, name="w")
            checkpoint = tf.train.Checkpoint(w=w)
            manager = tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=2)
            assert manager.directory == str(tmp_path)
            status = checkpoint.restore(manager.latest_checkpoint)
            status.initialize_or_restore(sess)
            for number in range(first, first + 3):
                assert manager.save() == f"{tmp_path}/ckpt-{number}"
            kept = [f"{tmp_path}/ckpt-{first + 1}", f"{tmp_path}/ckpt-{first + 2}"]
            assert manager.checkpoints == kept
            assert manager.latest_checkpoint == kept[-1]
            assert [n for n in sorted(os.listdir(tmp_path)) if n.endswith("index")] == [
                f"ckpt-{first + 1}.index",
                f"ckpt-{first + 2}.index",
            ]


def same_refusals(libraries, call):
    """What both libraries say, when `call(tf, sess)` fails."""
    said = []
    for tf in libraries:
        with tf.Graph().as_default(), tf.Session() as sess:
            with pytest.raises((AssertionError, ValueError, tf.errors.OpError)) as caught:
                call(tf, sess)
            said.append((type(caught.value).__name__, str(caught.value).split("\n")[0]))
    return said


def saved(tf, sess, path):
    w = tf.Variable(1.0, name="w")
    sess.run(w.initializer)
    return tf.train.Checkpoint(w=w).save(path, session=sess)


def more_in_the_file(tf, sess, path):
    tf.train.Checkpoint().restore(saved(tf, sess, path)).assert_consumed()


def more_in_the_program(tf, sess, path):
    path = saved(tf, sess, path)
    other = tf.Variable(7.0, name="other")
    tf.train.Checkpoint(w=tf.Variable(0.0), o=other).restore(path).assert_existing_objects_matched()


def nothing_in_common(tf, sess, path):
    w = tf.Variable(1.0, name="w")
    sess.run(w.initializer)
    tf.train.Checkpoint(w=w).write(path, session=sess)
    tf.train.Checkpoint(x=tf.Variable(0.0)).restore(path).assert_nontrivial_match()


def no_such_file(tf, sess, path):
    tf.train.Checkpoint(x=tf.Variable(0.0)).restore(path + "-none")


def nothing_restored(tf, sess, path):
    tf.train.Checkpoint(x=tf.Variable(0.0)).restore(None).assert_consumed()


def too_few(tf, sess, path):
    tf.train.CheckpointManager(tf.train.Checkpoint(), path, max_to_keep=0)


def not_an_object(tf, sess, path):
    tf.train.Checkpoint(x=5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (more_in_the_file, "Unresolved object in checkpoint (root).w: attributes {"),
        (more_in_the_program, "Found 1 Python objects that were not bound to checkpointed values"),
        (nothing_in_common, "Nothing except the root object matched a checkpointed value."),
        (no_such_file, "Failed to find any matching files for "),
        (nothing_restored, "No checkpoint specified (save_path=None); nothing is being restored."),
        (too_few, "Expected a positive integer or `None` for `max_to_keep`, got 0."),
        (not_an_object, "`Checkpoint` was expecting a trackable object"),
    ],
)
def test_refusals(hw, oracle, tmp_path, call, words):
    said = same_refusals((hw, oracle), lambda tf, sess: call(tf, sess, f"{tmp_path}/m"))
    assert said[0][0] == said[1][0]
    for _, text in said:
        assert words in text


def test_no_session(hw):
    with pytest.raises(ValueError, match="need a session"):
        hw.train.Checkpoint(w=hw.Variable(1.0)).write("m")


def test_another_shape(hw, tmp_path):
    with hw.Session() as sess:
        path = saved(hw, sess, str(tmp_path / "m"))
        status = hw.train.Checkpoint(w=hw.Variable([1.0, 2.0])).restore(path)
        with pytest.raises(ValueError, match="incompatible"):
            status.run_restore_ops(sess)


def test_objects_made_after_restoring(hw, tmp_path):
    """Layers that are built and slots that are made between `restore` and `run_restore_ops`."""
    path, values = str(tmp_path / "m"), []
    for restoring in (False, True):
        with hw.Graph().as_default(), hw.Session() as sess:
            layer, optimizer = hw.layers.Dense(2), hw.train.MomentumOptimizer(0.1, 0.9)
            checkpoint = hw.train.Checkpoint(layer=layer, optimizer=optimizer)
            status = checkpoint.restore(path) if restoring else None
            train = optimizer.minimize(hw.reduce_sum(layer(hw.ones([1, 3]))))
            sess.run(hw.global_variables_initializer())
            sess.run(train)
            if restoring:
                status.initialize_or_restore(sess)
                with pytest.raises(AssertionError, match="save_counter"):
                    status.assert_existing_objects_matched()
            else:
                checkpoint.write(path, session=sess)
            values.append(all_values(hw, sess))
    assert values[1] == {**values[0], "save_counter": 0}
    names = set(hw.train.NewCheckpointReader(path).get_variable_to_shape_map())
    assert "layer/kernel/.OPTIMIZER_SLOT/optimizer/momentum/.ATTRIBUTES/VARIABLE_VALUE" in names
