"""Datasets of files: lines, records, CSV, features, caches; and `tf.contrib.data`."""

import gzip
import os
import zlib

import numpy as np
import pytest

import headwater as tf

from .running import elements


@pytest.fixture(autouse=True)
def _graph():
    tf.reset_default_graph()


@pytest.mark.parametrize(
    "kind,pack", [("", bytes), ("GZIP", gzip.compress), ("ZLIB", zlib.compress)]
)
def test_lines(tmp_path, kind, pack):
    for name, text in (("a", b"one\r\ntwo\n"), ("b", b"\nthree")):
        (tmp_path / name).write_bytes(pack(text))
    names = [str(tmp_path / n) for n in "ab"]
    data = tf.data.TextLineDataset(names, compression_type=kind)
    assert elements(data) == [b"one", b"two", b"", b"three"]
    files = tf.data.Dataset.from_tensor_slices(names)
    assert elements(tf.data.TextLineDataset(files, kind)) == elements(data)


@pytest.mark.parametrize("kind", ["", "GZIP", "ZLIB"])
def test_records(tmp_path, kind):
    names = [str(tmp_path / n) for n in "ab"]
    for name in names:
        with tf.python_io.TFRecordWriter(name, kind) as writer:
            for i in range(3):
                writer.write(name[-1] * i)
    data = tf.data.TFRecordDataset(names, kind)
    assert elements(data) == [b"", b"a", b"aa", b"", b"b", b"bb"]
    both = tf.data.TFRecordDataset(names, kind, num_parallel_reads=2)
    assert elements(both) == [b"", b"", b"a", b"b", b"aa", b"bb"]


def test_a_damaged_record(tmp_path):
    path = tmp_path / "r"
    with tf.python_io.TFRecordWriter(str(path)) as writer:
        writer.write(b"abc")
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(tf.errors.DataLossError):
        elements(tf.data.TFRecordDataset(str(path)))


def test_fixed_length(tmp_path):
    (tmp_path / "a").write_bytes(b"HabcdFF")
    name = str(tmp_path / "a")
    data = tf.data.FixedLengthRecordDataset(name, 2, header_bytes=1, footer_bytes=2)
    assert elements(data) == [b"ab", b"cd"]
    with pytest.raises(tf.errors.InvalidArgumentError):
        elements(tf.data.FixedLengthRecordDataset(name, 4))


def test_list_files(tmp_path):
    for name in ("b.txt", "a.txt", "c.bin"):
        (tmp_path / name).write_bytes(b"")
    data = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert [os.path.basename(n) for n in elements(data)] == [b"a.txt", b"b.txt"]


def test_cache_in_files(tmp_path):
    calls = []
    count = lambda x: calls.append(x) or x
    make = lambda: tf.data.Dataset.range(3).map(lambda x: (tf.py_func(count, [x], tf.int64), "s"))
    prefix = str(tmp_path / "cache")
    want = [(0, b"s"), (1, b"s"), (2, b"s")]
    assert elements(make().cache(prefix)) == want
    assert elements(make().cache(prefix)) == want
    assert len(calls) == 3


def test_csv_records(tmp_path):
    (tmp_path / "a.csv").write_text('x,y,z\n1,"a,b",2.5\n,c,\n3,d,oops\n4,e,1\n')
    name = str(tmp_path / "a.csv")
    defaults = [tf.constant([7], tf.int32), tf.string, [0.5]]
    data = tf.data.experimental.CsvDataset(name, defaults, header=True)
    good = data.apply(tf.data.experimental.ignore_errors())
    assert elements(good) == [(1, b"a,b", 2.5), (7, b"c", 0.5), (4, b"e", 1.0)]
    some = tf.data.experimental.CsvDataset(name, [tf.string], header=True, select_cols=[1])
    assert elements(some) == [(b"a,b",), (b"c",), (b"d",), (b"e",)]
    with pytest.raises(tf.errors.InvalidArgumentError, match="required but missing"):
        elements(tf.data.experimental.CsvDataset(name, [tf.int32] + defaults[1:], header=True))


def test_make_csv_dataset(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,a\n2,b\n3,c\n")
    data = tf.data.experimental.make_csv_dataset(
        str(tmp_path / "*.csv"), 2, label_name="y", num_epochs=1, shuffle=False
    )
    assert elements(data) == [({"x": [1, 2]}, [b"a", b"b"]), ({"x": [3]}, [b"c"])]


def _example(i):
    feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[i]))
    return tf.train.Example(features=tf.train.Features(feature={"i": feature}))


def test_features(tmp_path):
    name = str(tmp_path / "r")
    with tf.python_io.TFRecordWriter(name) as writer:
        for i in range(3):
            writer.write(_example(i).SerializeToString())
    features = {"i": tf.FixedLenFeature([], tf.int64)}
    data = tf.data.experimental.make_batched_features_dataset(
        name, 2, features, num_epochs=1, shuffle=False
    )
    assert elements(data) == [{"i": [0, 1]}, {"i": [2]}]
    one = tf.data.TFRecordDataset(name).map(lambda r: tf.parse_single_example(r, features)["i"])
    assert elements(one) == [0, 1, 2]
    parsed = tf.data.TFRecordDataset(name).batch(3)
    parsed = parsed.apply(tf.data.experimental.parse_example_dataset(features))
    assert elements(parsed) == [{"i": [0, 1, 2]}]


def test_writing_a_dataset(tmp_path):
    name = str(tmp_path / "r")
    data = tf.data.Dataset.from_tensor_slices(["a", "bb"])
    with tf.Session() as sess:
        sess.run(tf.data.experimental.TFRecordWriter(name).write(data))
    assert elements(tf.data.TFRecordDataset(name)) == [b"a", b"bb"]


def test_names_of_contrib():
    contrib = tf.contrib.data
    data = tf.data.Dataset.range(5)
    assert elements(data.apply(contrib.batch_and_drop_remainder(2))) == [[0, 1], [2, 3]]
    assert elements(data.apply(contrib.map_and_batch(lambda x: x + 1, 3))) == [[1, 2, 3], [4, 5]]
    grouped = data.apply(contrib.group_by_window(lambda x: x % 2, lambda k, d: d.batch(3), 3))
    assert elements(grouped) == [[0, 2, 4], [1, 3]]
    taking_turns = contrib.parallel_interleave(lambda x: tf.data.Dataset.range(x), 2)
    assert len(elements(data.apply(taking_turns))) == 10
    assert elements(data.apply(contrib.enumerate_dataset(3)).take(1)) == [(3, 0)]
    assert sorted(elements(data.apply(contrib.shuffle_and_repeat(9, 2)))) == sorted([*range(5)] * 2)
    for name in ("scan", "unbatch", "ignore_errors", "prefetch_to_device", "unique"):
        assert getattr(contrib, name) is getattr(tf.data.experimental, name)


def test_experimental_sources_and_choices():
    x = tf.data.experimental
    data = tf.data.Dataset.range(3)
    assert elements(data.apply(x.prefetch_to_device("/gpu:0"))) == [0, 1, 2]
    assert elements(data.apply(x.copy_to_device("/cpu:0"))) == [0, 1, 2]
    assert elements(data.apply(x.enumerate_dataset(1))) == [(1, 0), (2, 1), (3, 2)]
    sampled = x.sample_from_datasets([data, data.map(lambda v: v + 10)], [0.3, 0.7], seed=2)
    assert sorted(elements(sampled)) == [0, 1, 2, 10, 11, 12]
    rare = tf.data.Dataset.range(4000).map(lambda v: tf.cast(v % 10 > 7, tf.int32))
    for start in ([0.8, 0.2], None):
        even = rare.apply(x.rejection_resample(lambda c: c, [0.5, 0.5], start, seed=1))
        kinds = np.array(elements(even, limit=4000))[:, 0]
        assert 0.44 < kinds.mean() < 0.56
    with tf.Session() as sess:
        assert sess.run(x.get_single_element(data.batch(3))).tolist() == [0, 1, 2]
        assert sess.run(x.cardinality(data)) == 3
        with pytest.raises(tf.errors.InvalidArgumentError, match="more than one"):
            sess.run(x.get_single_element(data))
    rows = tf.data.Dataset.from_sparse_tensor_slices(
        tf.SparseTensor([[0, 1], [2, 0]], [5, 6], [3, 2])
    )
    assert [v for _, v, _ in elements(rows)] == [[5], [], [6]]
