"""`tf.contrib.staging`, and the ops that change rows of a tensor."""

import threading

import numpy as np
import pytest

import headwater as tf

inplace_ops = tf.python.ops.inplace_ops


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def test_tuples_come_out_in_order():
    area = tf.contrib.staging.StagingArea([tf.float32, tf.int32], [[2], []])
    x = tf.placeholder(tf.int32, [])
    put = area.put([tf.cast([x, x], tf.float32), x])
    values, number = area.get()
    assert values.shape.as_list() == [2] and number.shape.as_list() == []
    size, first, second = area.size(), area.peek(0)[1], area.peek(tf.constant(1))[1]
    with tf.Session() as sess:
        for n in (3, 5, 7):
            sess.run(put, {x: n})
        assert sess.run([size, first, second]) == [3, 3, 5]
        got = sess.run([values, number])
        np.testing.assert_array_equal(got[0], [3, 3])
        assert got[1] == 3 and sess.run(size) == 2
        sess.run(area.clear())
        assert sess.run(size) == 0


def test_names_make_dicts():
    area = tf.contrib.staging.StagingArea([tf.string, tf.int64], names=["word", "id"])
    put, got = area.put({"id": tf.constant(4, tf.int64), "word": "four"}), area.get()
    with tf.Session() as sess:
        sess.run(put)
        assert sess.run(got) == {"word": b"four", "id": 4}
    assert (area.names, area.dtypes) == (["word", "id"], [tf.string, tf.int64])
    assert [s.ndims for s in area.shapes] == [None, None]


def test_a_pipeline_of_two_steps():
    """What it is for: a step uses what the one before it has staged."""
    area = tf.contrib.staging.StagingArea([tf.float32])
    data = tf.data.Dataset.range(5).make_one_shot_iterator().get_next()
    put = area.put([tf.cast(data, tf.float32)])
    total = tf.Variable(0.0)
    step = tf.group(tf.assign_add(total, area.get()[0]), put)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(put)
        for _ in range(4):
            sess.run(step)
        assert sess.run([total, area.size()]) == [6, 1]


@pytest.mark.parametrize("limit", [dict(capacity=1), dict(memory_limit=8)], ids=str)
def test_put_waits_for_room(limit):
    area = tf.contrib.staging.StagingArea([tf.float32], **limit)
    put, got = area.put([tf.constant([1.0, 2.0])]), area.get()[0]
    with tf.Session() as sess:
        sess.run(put)
        late = threading.Thread(target=sess.run, args=(put,))
        late.start()
        late.join(0.2)
        assert late.is_alive()
        sess.run(got)
        late.join(20)
        assert not late.is_alive() and sess.run(area.size()) == 1
        with pytest.raises(tf.errors.DeadlineExceededError):
            sess.run(put, options=tf.RunOptions(timeout_in_ms=50))


def test_get_waits_for_a_tuple():
    area = tf.contrib.staging.StagingArea([tf.int32], shared_name="area")
    same = tf.contrib.staging.StagingArea([tf.int32], shared_name="area")
    found = []
    with tf.Session() as sess:
        got = area.get()[0]
        waiting = threading.Thread(target=lambda: found.append(sess.run(got)))
        waiting.start()
        sess.run(same.put([tf.constant(9)]))
        waiting.join(20)
    assert found == [9]


def test_one_tuple_may_be_too_large():
    area = tf.contrib.staging.StagingArea([tf.float32], memory_limit=4)
    with (
        tf.Session() as sess,
        pytest.raises(tf.errors.ResourceExhaustedError, match="limit of '4'"),
    ):
        sess.run(area.put([tf.constant([1.0, 2.0])]))


@pytest.mark.parametrize(
    ("options", "values", "text"),
    [
        ({}, {"a": 1.0}, "must have names"),
        ({}, [1.0, 2.0], "Unexpected number of inputs 2 vs 1"),
        ({}, ["word"], "Datatypes do not match"),
        (dict(names=["a"]), [1.0], "You must enqueue a dictionary in a staging area with names"),
        (dict(names=["a"]), {"b": 1.0}, "Keys in dictionary to put do not match names"),
        (dict(shapes=[[2]]), [1.0], r"Shapes \(\) and \(2,\) are incompatible"),
    ],
    ids=lambda value: str(value),
)
def test_what_put_refuses(options, values, text):
    area = tf.contrib.staging.StagingArea([tf.float32], **options)
    with pytest.raises(ValueError, match=text):
        area.put(values)


def test_names_of_nodes():
    area = tf.contrib.staging.StagingArea([tf.float32], capacity=2)
    put = area.put([1.0])
    assert (put.name, area.get()[0].op.name) == ("StagingArea_put", "StagingArea_get")
    assert put.get_attr("shared_name") == b"StagingArea" and put.get_attr("capacity") == 2
    assert put.colocation_groups() == [b"loc:@StagingArea_root/NoOp"]
    assert tf.contrib.staging.StagingArea([tf.float32]).name == "StagingArea_1"


X = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize(
    ("function", "i", "v", "result"),
    [
        ("alias_inplace_update", 0, [9.0, 8.0], [[9, 8], [3, 4], [5, 6]]),
        ("alias_inplace_add", [2, 0], [[1.0, 1.0], [2.0, 2.0]], [[3, 4], [3, 4], [6, 7]]),
        ("alias_inplace_sub", -1, [1.0, 2.0], [[1, 2], [3, 4], [4, 4]]),
        ("inplace_update", None, X[::-1], X[::-1]),
        ("inplace_add", None, X, [[2, 4], [6, 8], [10, 12]]),
        ("inplace_sub", [1], [[3.0, 4.0]], [[1, 2], [0, 0], [5, 6]]),
    ],
)
def test_rows_are_changed(function, i, v, result):
    x = tf.constant(X)
    y = getattr(inplace_ops, function)(x, i, v)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y), result)
        np.testing.assert_array_equal(sess.run(x), X)
    assert y.shape.as_list() == [3, 2]
    if function == "alias_inplace_update":
        assert tf.python.ops.inplace_ops.alias_inplace_update(x, 0, v[0:2]).op.type == (
            "InplaceUpdate"
        )


def test_rows_that_do_not_fit():
    x = tf.placeholder(tf.float32)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="row of x"):
        sess.run(inplace_ops.alias_inplace_add(x, [0], [[1.0]]), {x: X})


def test_empty():
    with tf.Session() as sess:
        made = sess.run([inplace_ops.empty([2, 3], tf.int32), inplace_ops.empty_like(X, init=True)])
    assert made[0].shape == (2, 3) and made[0].dtype == np.int32
    np.testing.assert_array_equal(made[1], np.zeros([3, 2], np.float32))


def test_summary_op_util():
    util = tf.python.ops.summary_op_util
    with util.summary_scope("x/y", family="group", values=[]) as (tag, scope):
        assert (tag, scope) == ("group/group/x/y", "group/x/y/")
    value = tf.constant("s")
    tf.python.ops.summary_op_util.collect(value, None, ["mine"])
    tf.python.ops.summary_op_util.collect(value, ["other"], ["mine"])
    assert tf.get_collection("mine") == tf.get_collection("other") == [value]
    with tf.python.ops.summary_op_util.summary_scope(None, default_name="z") as (tag, _):
        assert tag == "z"
    assert tf.python.distribute.summary_op_util.skip_summary() is False
