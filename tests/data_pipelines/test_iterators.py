"""Iterators: kinds, handles, state, what functions may use, errors, threads and their end."""

import gc
import threading
import time

import numpy as np
import pytest

import headwater as tf

from .running import elements


@pytest.fixture(autouse=True)
def _graph():
    tf.reset_default_graph()


def test_one_shot():
    iterator = tf.data.make_one_shot_iterator(tf.data.Dataset.range(2))
    assert tf.data.get_output_types(iterator) == tf.int64
    assert tf.data.get_output_shapes(iterator) == tf.TensorShape([])
    assert tf.data.get_output_classes(iterator) is tf.Tensor
    element = iterator.get_next()
    for _ in range(2):  # each session has its own
        with tf.Session() as sess:
            assert [sess.run(element), sess.run(element)] == [0, 1]
            with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
                sess.run(element)


def test_one_shot_takes_no_placeholder():
    data = tf.data.Dataset.from_tensors(tf.placeholder(tf.int32, []))
    with pytest.raises(ValueError, match="Cannot capture a placeholder"):
        data.make_one_shot_iterator()


def test_not_initialized():
    iterator = tf.data.make_initializable_iterator(tf.data.Dataset.range(2))
    with tf.Session() as sess, pytest.raises(tf.errors.FailedPreconditionError):
        sess.run(iterator.get_next())


def test_placeholder_decides_elements():
    n = tf.placeholder(tf.int64, [])
    iterator = tf.data.Dataset.range(n).make_initializable_iterator()
    element = iterator.get_next()
    with tf.Session() as sess:
        for value in (1, 3):
            sess.run(iterator.initializer, {n: value})
            for i in range(value):
                assert sess.run(element) == i
            with pytest.raises(tf.errors.OutOfRangeError):
                sess.run(element)


def test_from_structure():
    train, test = tf.data.Dataset.range(3), tf.data.Dataset.range(10, 12)
    iterator = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
    starts, element = [iterator.make_initializer(d) for d in (train, test)], iterator.get_next()
    with tf.Session() as sess:
        sess.run(starts[0])
        assert sess.run(element) == 0
        sess.run(starts[1])
        assert sess.run(element) == 10
    with pytest.raises(TypeError, match="output types"):
        iterator.make_initializer(tf.data.Dataset.from_tensors(1.0))


def test_string_handles():
    a = tf.data.Dataset.range(5).make_one_shot_iterator()
    b = tf.data.Dataset.range(10, 15).make_initializable_iterator()
    handle = tf.placeholder(tf.string, [])
    chosen = tf.data.Iterator.from_string_handle(handle, tf.int64, [])
    element = chosen.get_next()
    with tf.Session() as sess:
        first, second = sess.run([a.string_handle(), b.string_handle()])
        sess.run(b.initializer)
        assert [sess.run(element, {handle: h}) for h in (first, second, first)] == [0, 10, 1]
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(element, {handle: "nothing"})


def test_functions_use_variables_as_they_are_now():
    v = tf.get_variable("v", [], initializer=tf.constant_initializer(2.0))
    r = tf.get_variable("r", [], initializer=tf.constant_initializer(1.0), use_resource=True)
    data = tf.data.Dataset.range(3).map(lambda x: tf.cast(x + 1, tf.float32) * v + r)
    iterator = data.make_initializable_iterator()
    element = iterator.get_next()
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer()])
        sess.run(iterator.initializer)
        assert sess.run(element) == 3.0
        sess.run([v.assign(10.0), r.assign(0.5)])
        assert sess.run(element) == 20.5


def test_functions_update_variables():
    v = tf.get_variable("v", [], tf.int64, tf.zeros_initializer(), use_resource=True)
    data = tf.data.Dataset.range(4).map(lambda x: v.assign_add(x))
    assert elements(data, before=[v.initializer]) == [0, 1, 3, 6]


def test_functions_use_tables():
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b"])
    data = tf.data.Dataset.from_tensor_slices(["b", "a", "z"]).map(table.lookup)
    assert elements(data, before=[tf.tables_initializer()]) == [1, 0, -1]


def test_functions_nest_and_capture():
    three = tf.constant(3, tf.int64)
    data = tf.data.Dataset.range(2).flat_map(
        lambda x: tf.data.Dataset.range(2).map(lambda y: x * 10 + y + three)
    )
    assert elements(data) == [3, 4, 13, 14]


def test_an_error_names_the_node_and_goes_on():
    data = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0])
    data = data.map(lambda x: tf.check_numerics(1 / x, "not good", name="checked"))
    element = data.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        assert sess.run(element) == 1.0
        with pytest.raises(tf.errors.InvalidArgumentError, match="checked") as caught:
            sess.run(element)
        assert caught.value.op.name == "checked"
        assert sess.run(element) == 0.5


def test_elements_belong_to_the_program():
    rows = np.zeros((3, 2), np.float32)
    element = tf.data.Dataset.from_tensors(rows).repeat().make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        sess.run(element)[:] = 7.0
        assert not sess.run(element).any()


@pytest.mark.parametrize("size", [1, 4, tf.data.experimental.AUTOTUNE])
def test_prefetch_works_ahead_within_bounds(size):
    made = []

    def source():
        for i in range(50):
            made.append(i)
            yield i

    data = tf.data.Dataset.from_generator(source, tf.int64, []).prefetch(size)
    element = data.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        assert sess.run(element) == 0
        deadline = time.monotonic() + 5
        while len(made) < 2 and time.monotonic() < deadline:
            time.sleep(0.001)
        assert 2 <= len(made) <= 2 + max(size, 2)
        assert [int(sess.run(element)) for _ in range(49)] == list(range(1, 50))


def test_parallel_calls_run_side_by_side_in_order():
    barrier = threading.Barrier(2, timeout=10)

    def wait(x):
        barrier.wait()
        return x * x

    data = tf.data.Dataset.range(6).map(
        lambda x: tf.py_func(wait, [x], tf.int64), num_parallel_calls=2
    )
    assert elements(data) == [0, 1, 4, 9, 16, 25]


def test_unordered_elements_may_overtake():
    gate = threading.Event()

    def first_waits(x):
        if x == 0:
            gate.wait(10)
        return x

    options = tf.data.Options()
    options.experimental_deterministic = False
    data = tf.data.Dataset.range(3).map(
        lambda x: tf.py_func(first_waits, [x], tf.int64), num_parallel_calls=2
    )
    element = data.with_options(options).make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        assert sess.run(element) == 1
        gate.set()
        assert {int(sess.run(element)) for _ in range(2)} == {0, 2}


def _workers():
    return [t for t in threading.enumerate() if t.name.startswith("tf.data")]


def test_closing_a_session_ends_threads():
    before = len(_workers())
    data = tf.data.Dataset.range(10**6).map(
        lambda x: tf.py_func(lambda v: v, [x], tf.int64), num_parallel_calls=3
    )
    element = data.prefetch(2).make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        sess.run(element)
        assert len(_workers()) > before
    gc.collect()
    deadline = time.monotonic() + 10
    while len(_workers()) > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(_workers()) <= before


def test_many_threads_share_an_iterator():
    element = tf.data.Dataset.range(400).make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as sess:

        def work():
            try:
                while True:
                    found.append(int(sess.run(element)))
            except tf.errors.OutOfRangeError:
                pass

        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert sorted(found) == list(range(400))


def test_optional():
    experimental = tf.data.experimental
    iterator = tf.data.Dataset.range(1).make_one_shot_iterator()
    element = experimental.get_next_as_optional(iterator)
    there, value = element.has_value(), element.get_value()
    with tf.Session() as sess:
        assert sess.run([there, value]) == [True, 0]
        assert not sess.run(there)
        made = experimental.Optional.from_value((1, "a"))
        assert sess.run(made.get_value()) == (1, b"a")
        none = experimental.Optional.none_from_structure(tf.TensorSpec([], tf.int32))
        assert not sess.run(none.has_value())
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(none.get_value())


def test_options():
    options = tf.data.Options()
    options.experimental_optimization.map_fusion = True
    options.experimental_distribute = tf.data.experimental.DistributeOptions()
    with pytest.raises(AttributeError):
        options.no_such_thing = 1
    data = tf.data.Dataset.range(3).with_options(options)
    assert data.options().experimental_optimization.map_fusion is True
    other = tf.data.Options()
    other.experimental_optimization.map_fusion = False
    with pytest.raises(ValueError, match="Cannot merge"):
        data.with_options(other)
    assert tf.data.experimental.AutoShardPolicy.OFF == -1
    assert tf.data.experimental.OptimizationOptions() == tf.data.experimental.OptimizationOptions()
    assert tf.data.ThreadingOptions() == tf.data.experimental.ThreadingOptions()


def test_graph_is_written_and_read():
    iterator = tf.data.Dataset.range(4).batch(3).make_initializable_iterator()
    iterator.get_next(name="next")
    definition, start = tf.get_default_graph().as_graph_def(), iterator.initializer.name
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        tf.import_graph_def(definition, name="")
        sess.run(graph.get_operation_by_name(start))
        assert sess.run("next:0").tolist() == [0, 1, 2]
