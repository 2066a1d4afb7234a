"""Lookup tables."""

import numpy as np
import pytest

import headwater as tf


@pytest.fixture
def sess():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_vocabulary_from_tensor(sess):
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b", "c"], default_value=-1)
    ids = table.lookup(tf.constant(["c", "x", "a"]))
    with pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
        sess.run(ids)
    sess.run(tf.tables_initializer())
    assert sess.run(ids).tolist() == [2, -1, 0]
    assert sess.run(table.size()) == 3


def test_buckets_are_stable(sess):
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=3)
    sess.run(tf.tables_initializer())
    found = sess.run(table.lookup(tf.constant(["a", "other"])))
    bucket = sess.run(tf.string_to_hash_bucket_fast(["other"], 3))
    assert found.tolist() == [0, 2 + bucket[0]]


def test_vocabulary_from_file(sess, tmp_path):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(b"x\ny\r\nz\n")
    forward = tf.contrib.lookup.index_table_from_file(str(path))
    back = tf.contrib.lookup.index_to_string_table_from_file(str(path), default_value="?")
    sess.run(tf.tables_initializer())
    assert sess.run(forward.lookup(tf.constant(["y", "z"]))).tolist() == [1, 2]
    assert sess.run(back.lookup(tf.constant([0, 9], tf.int64))).tolist() == [b"x", b"?"]


def test_missing_file(sess):
    tf.contrib.lookup.index_table_from_file("no/such/file")
    with pytest.raises(tf.errors.NotFoundError):
        sess.run(tf.tables_initializer())


def test_same_key_twice(sess):
    init = tf.lookup.KeyValueTensorInitializer(["a", "a"], [1, 2])
    table = tf.lookup.StaticHashTable(init, -1)
    with pytest.raises(tf.errors.FailedPreconditionError, match="different value for same key"):
        sess.run(table.initializer)


def test_mutable(sess):
    table = tf.contrib.lookup.MutableHashTable(tf.string, tf.float32, [0.0, 0.0])
    sess.run(table.insert(tf.constant(["a", "b"]), [[1.0, 2.0], [3.0, 4.0]]))
    assert sess.run(table.lookup(tf.constant(["b", "c"]))).tolist() == [[3, 4], [0, 0]]
    sess.run(table.remove(tf.constant(["b"])))
    assert sess.run(table.size()) == 1
    keys, values = sess.run(table.export())
    assert (keys.tolist(), values.tolist()) == ([b"a"], [[1, 2]])


def test_dense_table_refuses_its_own_keys(sess):
    table = tf.lookup.experimental.DenseHashTable(tf.int64, tf.int64, -1, 0, -2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="empty_key"):
        sess.run(table.insert(tf.constant([0], tf.int64), tf.constant([1], tf.int64)))


@pytest.mark.parametrize("what", ["everything", "the table"])
def test_a_table_is_saved_and_restored(what, tmp_path):
    path = str(tmp_path / "table")
    for restoring in (False, True):
        with tf.Graph().as_default(), tf.Session() as sess:
            variable = tf.get_variable("v", initializer=2.0 if restoring else 1.0)
            table = tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1, name="t1")
            sess.run([variable.initializer, table.insert(["c" if restoring else "a"], [7])])
            saver = tf.train.Saver() if what == "everything" else tf.train.Saver([table])
            if not restoring:
                sess.run(table.insert(["b"], [8]))
                saver.save(sess, path)
                continue
            saver.restore(sess, path)
            assert sess.run(table.lookup(tf.constant(["a", "b", "c"]))).tolist() == [7, 8, -1]
            assert sess.run(table.size()) == 2
            assert sess.run(variable) == (1 if what == "everything" else 2)
            names = sorted(n for n, _ in tf.train.list_variables(path))
            assert names == ["t1-keys", "t1-values"] + ["v"] * (what == "everything")


def test_a_dense_table_shows_its_buckets(sess):
    table = tf.lookup.experimental.DenseHashTable(
        tf.int64, tf.int64, -1, empty_key=100, deleted_key=200, initial_num_buckets=4
    )
    pairs = lambda: sorted(zip(*[x.tolist() for x in sess.run(table.export())], strict=True))
    sess.run(table.insert(np.array([11, 12]), np.array([1, 2])))
    sess.run(table.remove(np.array([12, 15])))
    assert pairs() == [(11, 1), (100, 0), (100, 0), (200, 2)]
    sess.run(table.insert(np.array([13, 14, 15]), np.array([3, 4, 5])))  # grows
    assert len(pairs()) == 8 and sess.run(table.size()) == 4


def test_keys_may_be_vectors(sess, tmp_path):
    table = tf.lookup.experimental.DenseHashTable(
        tf.int64, tf.int64, -1, empty_key=[0, 3], deleted_key=[-1, -1], initial_num_buckets=8
    )
    sess.run(table.insert(np.array([[0, 1], [1, 2]]), np.array([10, 11])))
    found = table.lookup(np.array([[0, 1], [1, 3], [1, 2]]))
    assert found.shape.as_list() == [3]
    assert sess.run(found).tolist() == [10, -1, 11]
    saver = tf.train.Saver()
    path = saver.save(sess, str(tmp_path / "table"))
    sess.run(table.remove(np.array([[0, 1]])))
    saver.restore(sess, path)
    assert sess.run(found).tolist() == [10, -1, 11]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected key shape"):
        sess.run(table.lookup(np.array([[0, 1, 2]])))


@pytest.mark.parametrize("use", [lambda t, k: t.lookup(k), lambda t, k: t.insert(k, [1])])
def test_keys_of_another_type_are_no_keys_of_a_table_that_changes(use):
    table = tf.lookup.experimental.DenseHashTable(tf.int64, tf.int64, -1, 0, -2)
    with pytest.raises(ValueError, match="requested dtype int64 for Tensor with dtype float32"):
        use(table, tf.constant([4.0]))


@pytest.mark.parametrize("default", [[[-1, -1]], np.zeros([1, 0, 2])])
def test_a_default_value_is_a_scalar_or_a_vector(default):
    table = tf.contrib.lookup.MutableHashTable(
        tf.string, tf.int64, tf.constant(default, tf.int64), checkpoint=False
    )
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Default value must be a vector"):
            sess.run(table.size())
