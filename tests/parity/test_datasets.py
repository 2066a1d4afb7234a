"""`tf.data` against TensorFlow: elements, their order, types, shapes and errors."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")


def _slices(tf):
    return tf.data.Dataset.from_tensor_slices(np.arange(10, dtype=np.int32))


def _range(tf, n=6):
    return tf.data.Dataset.range(n)


def _repeats(tf):
    return lambda x: tf.data.Dataset.from_tensors(x).repeat(x)


def _filled(tf):
    return _range(tf).map(lambda x: tf.fill([x], x))


def _sparse(tf):
    return tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 2])


def _x(tf):
    return tf.data.experimental


PIPELINES = {
    "tensors": lambda tf: tf.data.Dataset.from_tensors({"a": [1, 2], "b": (3.0, "x")}),
    "slices_of_structure": lambda tf: tf.data.Dataset.from_tensor_slices(
        ([1, 2], {"b": [[1.0], [2.0]], "a": ["x", "y"]})
    ),
    "range": lambda tf: tf.data.Dataset.range(10, 0, -3),
    "zip": lambda tf: tf.data.Dataset.zip((_range(tf, 3), {"a": _slices(tf)})),
    "concatenate": lambda tf: _range(tf, 2).concatenate(_range(tf, 3)),
    "map": lambda tf: _slices(tf).map(lambda x: (x * 2, tf.cast(x, tf.float32) / 3)),
    "map_list": lambda tf: _range(tf).map(lambda x: [x, tf.constant("y")]),
    "map_parallel": lambda tf: _slices(tf).map(lambda x: x + 1, num_parallel_calls=3),
    "map_dict": lambda tf: tf.data.Dataset.from_tensors({"a": 1, "b": 2}).map(lambda d: d["a"]),
    "map_python": lambda tf: _range(tf).map(
        lambda x: tf.py_func(lambda v: v * v, [x], tf.int64), num_parallel_calls=2
    ),
    "map_cond": lambda tf: _range(tf).map(lambda x: tf.cond(x > 2, lambda: x * 10, lambda: -x)),
    "map_batch": lambda tf: _slices(tf).map(lambda x: tf.cast(x, tf.float32) * 0.5 - 1).batch(4),
    "map_one_hot": lambda tf: _slices(tf).map(lambda x: tf.one_hot(x % 3, 3)).repeat(2).batch(7),
    "map_of_shuffled": lambda tf: (
        _slices(tf).shuffle(5, seed=2).map(lambda x: x * x).repeat(2).batch(3)
    ),
    "flat_map": lambda tf: _range(tf).flat_map(_repeats(tf)),
    "interleave": lambda tf: _range(tf).interleave(_repeats(tf), cycle_length=3, block_length=2),
    "interleave_all": lambda tf: _range(tf).interleave(_repeats(tf), 4, num_parallel_calls=2),
    "filter": lambda tf: _slices(tf).filter(lambda x: tf.equal(x % 3, 0)),
    "batch": lambda tf: _slices(tf).batch(4),
    "batch_drop": lambda tf: _slices(tf).batch(4, drop_remainder=True),
    "batch_batch": lambda tf: _slices(tf).batch(2).batch(3),
    "padded_batch": lambda tf: _filled(tf).padded_batch(4, [None]),
    "padded_batch_value": lambda tf: _filled(tf).padded_batch(
        4, [7], np.int64(-1), drop_remainder=True
    ),
    "unbatch": lambda tf: _slices(tf).batch(4).unbatch(),
    "repeat": lambda tf: _range(tf, 2).repeat(3),
    "repeat_none": lambda tf: _range(tf, 2).repeat(0),
    "repeat_batch": lambda tf: _slices(tf).repeat(3).batch(7),
    "take": lambda tf: _slices(tf).take(3),
    "take_all": lambda tf: _slices(tf).take(-1),
    "skip": lambda tf: _slices(tf).skip(7),
    "shard": lambda tf: _slices(tf).shard(3, 1),
    "shuffle": lambda tf: _slices(tf).shuffle(4, seed=1),
    "shuffle_all": lambda tf: _slices(tf).shuffle(20, seed=7).repeat(3),
    "shuffle_once": lambda tf: _range(tf).shuffle(3, 5, reshuffle_each_iteration=False).repeat(3),
    "shuffle_generic": lambda tf: _range(tf).map(lambda x: x + 1).shuffle(3, seed=9).repeat(2),
    "shuffle_twice": lambda tf: _slices(tf).shuffle(5, seed=3).shuffle(4, seed=4).batch(4),
    "cache": lambda tf: _range(tf).map(lambda x: x * 2).cache().repeat(2),
    "prefetch": lambda tf: _range(tf).map(lambda x: x * 2).prefetch(3),
    "enumerate": lambda tf: _slices(tf).take(3).enumerate(5),
    "window": lambda tf: _range(tf).window(3, shift=2).flat_map(lambda w: w.batch(3)),
    "window_stride": lambda tf: (
        _range(tf, 9).window(2, 1, 3, drop_remainder=True).flat_map(lambda w: w.batch(2))
    ),
    "generator": lambda tf: tf.data.Dataset.from_generator(
        lambda: ((i, [i] * i) for i in range(4)), (tf.int64, tf.int32), ([], [None])
    ),
    "generator_args": lambda tf: tf.data.Dataset.from_generator(
        lambda n: range(n), tf.int64, [], args=(4,)
    ),
    "sparse": lambda tf: tf.data.Dataset.from_tensors(_sparse(tf)).repeat(2),
    "sparse_slices": lambda tf: tf.data.Dataset.from_tensor_slices(_sparse(tf)).batch(2),
    "sparse_map": lambda tf: tf.data.Dataset.from_tensor_slices(_sparse(tf)).map(
        lambda s: (s.values * 2, s.indices)
    ),
    "options": lambda tf: _range(tf).with_options(tf.data.Options()),
    "random_map": lambda tf: _range(tf).map(lambda x: tf.random_uniform([2], seed=3)).repeat(2),
    "x.scan": lambda tf: _range(tf).apply(_x(tf).scan(np.int64(1), lambda s, x: (s + x, s * x))),
    "x.map_and_batch": lambda tf: _range(tf).apply(_x(tf).map_and_batch(lambda x: x + 1, 4)),
    "x.shuffle_and_repeat": lambda tf: _range(tf).apply(_x(tf).shuffle_and_repeat(4, 3, seed=5)),
    "x.group_by_window": lambda tf: _range(tf, 10).apply(
        _x(tf).group_by_window(lambda x: x % 3, lambda k, d: d.batch(2), 3)
    ),
    "x.bucket": lambda tf: _filled(tf).apply(
        _x(tf).bucket_by_sequence_length(lambda x: tf.shape(x)[0], [2, 4], [2, 2, 2])
    ),
    "x.parallel_interleave": lambda tf: _range(tf).apply(
        _x(tf).parallel_interleave(_repeats(tf), 2, 2)
    ),
    "x.unique": lambda tf: tf.data.Dataset.from_tensor_slices([1, 2, 1]).apply(_x(tf).unique()),
    "x.ignore_errors": lambda tf: (
        tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0])
        .map(lambda x: tf.check_numerics(1 / x, "bad"))
        .apply(_x(tf).ignore_errors())
    ),
    "x.take_while": lambda tf: _range(tf).apply(_x(tf).take_while(lambda x: x < 3)),
    "x.choose": lambda tf: _x(tf).choose_from_datasets(
        [_range(tf, 2), _range(tf, 4)], _range(tf, 2).repeat(4)
    ),
    "x.random": lambda tf: _x(tf).RandomDataset(seed=4).take(5),
    "x.counter": lambda tf: _x(tf).Counter(3, 2).take(4),
    "x.dense_to_sparse": lambda tf: _filled(tf).apply(_x(tf).dense_to_sparse_batch(3, [6])),
    "x.group_by_reducer": lambda tf: _range(tf).apply(
        _x(tf).group_by_reducer(
            lambda x: x % 2,
            _x(tf).Reducer(lambda k: (k, np.int64(0)), lambda s, x: (s[0], s[1] + x), lambda *s: s),
        )
    ),
    "x.assert_cardinality": lambda tf: _range(tf).apply(_x(tf).assert_cardinality(6)),
}


def _plain(value):
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    return np.asarray(value).dtype.str, np.asarray(value).tolist()


def elements(tf, make, limit=60):
    """What a pipeline is and gives, in plain values."""
    with tf.Graph().as_default():
        dataset = make(tf)
        iterator = tf.data.make_initializable_iterator(dataset)
        element, found = iterator.get_next(), []
        types, shapes = (str(f(dataset)) for f in (_types(tf), _shapes(tf)))
        with tf.Session() as sess:
            for _ in range(2):  # the second time from the beginning
                sess.run(iterator.initializer)
                with pytest.raises(tf.errors.OutOfRangeError):
                    for _ in range(limit):
                        found.append(_plain(sess.run(element)))
        return types.replace("tf.", ""), shapes, found


def _types(tf):
    return lambda d: tf.data.get_output_types(d)


def _shapes(tf):
    return lambda d: tf.data.get_output_shapes(d)


@pytest.mark.parametrize("name", PIPELINES)
def test_pipeline(name):
    got, want = elements(ours(), PIPELINES[name]), elements(oracle(), PIPELINES[name])
    assert got[1].replace("Dimension", "") == want[1].replace("Dimension", "")
    assert got[2] == want[2]
    assert got[0].count("int") == want[0].count("int")


BAD_GRAPHS = {
    "slice_of_scalar": lambda tf: tf.data.Dataset.from_tensor_slices(1),
    "range_arguments": lambda tf: tf.data.Dataset.range(),
    "zip_of_list": lambda tf: tf.data.Dataset.zip([_range(tf)] and 3),
    "concatenate_types": lambda tf: _range(tf).concatenate(_slices(tf)),
    "filter_not_bool": lambda tf: _range(tf).filter(lambda x: x),
    "unbatch_scalar": lambda tf: _range(tf).unbatch(),
    "padded_rank": lambda tf: _filled(tf).padded_batch(2, [1, 1]),
    "one_shot_variable": lambda tf: _one_shot_of_variable(tf),
    "generator_not_callable": lambda tf: tf.data.Dataset.from_generator([1], tf.int32),
    "scan_types": lambda tf: _range(tf).apply(
        _x(tf).scan(np.int64(0), lambda s, x: (tf.cast(s, tf.int32), x))
    ),
}


def _one_shot_of_variable(tf):
    v = tf.get_variable("v", [], use_resource=True)
    dataset = _range(tf).map(lambda x: tf.cast(x, tf.float32) + v)
    return tf.data.make_one_shot_iterator(dataset)


@pytest.mark.parametrize("name", BAD_GRAPHS)
def test_error_of_a_graph(name):
    kinds = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), pytest.raises((ValueError, TypeError)) as caught:
            BAD_GRAPHS[name](tf)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


BAD_RUNS = {
    "batch_shapes": (lambda tf: _filled(tf).batch(3), "InvalidArgumentError"),
    "pad_smaller": (lambda tf: _filled(tf).padded_batch(6, [2]), "DataLossError"),
    "batch_size": (lambda tf: _range(tf).batch(tf.constant(0, tf.int64)), "InvalidArgumentError"),
    "map_fails": (
        lambda tf: _range(tf).map(lambda x: tf.check_numerics(1.0 / tf.to_float(x), "bad")),
        "InvalidArgumentError",
    ),
    "no_file": (lambda tf: tf.data.TextLineDataset("/no/such/file"), "NotFoundError"),
    "no_match": (lambda tf: tf.data.Dataset.list_files("/no/such/*"), "InvalidArgumentError"),
    "generator_fails": (
        lambda tf: tf.data.Dataset.from_generator(lambda: iter([1, "a"]), tf.int64),
        "InvalidArgumentError",
    ),
}


@pytest.mark.parametrize("name", BAD_RUNS)
def test_error_of_a_run(name):
    make, kind = BAD_RUNS[name]
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            iterator = tf.data.make_initializable_iterator(make(tf))
            element = iterator.get_next()
            with pytest.raises(getattr(tf.errors, kind)):
                sess.run(iterator.initializer)
                for _ in range(10):
                    sess.run(element)


COUNTS = {
    "range": lambda tf: _range(tf),
    "batch": lambda tf: _range(tf).batch(4),
    "filter": lambda tf: _range(tf).filter(lambda x: x > 1),
    "repeat": lambda tf: _range(tf).repeat(),
    "zip": lambda tf: tf.data.Dataset.zip((_range(tf), _range(tf).repeat())),
    "skip": lambda tf: _range(tf).skip(4),
    "shard": lambda tf: _range(tf).shard(4, 1),
    "map": lambda tf: _range(tf).map(lambda x: x),
    "window": lambda tf: _range(tf).window(4),
}


@pytest.mark.parametrize("name", COUNTS)
def test_cardinality(name):
    found = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            found.append(int(sess.run(tf.data.experimental.cardinality(COUNTS[name](tf)))))
    assert found[0] == found[1]
