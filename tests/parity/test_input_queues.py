"""Queue-based input against TensorFlow: nodes, collections, values and keys of readers."""

import gzip

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")
A, B = [[1, 2], [3, 4], [5, 6]], [1.0, 2.0, 3.0]


def _rows(tf):
    return [tf.constant(A), tf.constant(B)]


GRAPHS = {
    "string_input_producer": lambda tf: tf.train.string_input_producer(
        ["a", "b"], num_epochs=2, seed=3
    ).dequeue(),
    "input_producer": lambda tf: tf.train.input_producer(
        tf.constant(A), num_epochs=1, shuffle=False, summary_name="full"
    ).dequeue(),
    "range_input_producer": lambda tf: tf.train.range_input_producer(5, 1, False).dequeue(),
    "slice_input_producer": lambda tf: tf.train.slice_input_producer(_rows(tf), 2, seed=5),
    "batch": lambda tf: tf.train.batch(tf.train.slice_input_producer(_rows(tf), 2, False), 2),
    "batch_dict": lambda tf: tf.train.batch(
        dict(zip("ba", tf.train.slice_input_producer(_rows(tf), 1, False))),
        2,
        allow_smaller_final_batch=True,
    ),
    "batch_many": lambda tf: tf.train.batch(
        [tf.train.limit_epochs(tf.constant(A), 2)], 4, enqueue_many=True
    ),
    "batch_pad": lambda tf: tf.train.batch(
        [tf.range(tf.train.range_input_producer(6, 1, False).dequeue())], 3, dynamic_pad=True
    ),
    "batch_join": lambda tf: tf.train.batch_join(
        [tf.train.slice_input_producer(_rows(tf), 1, False)], 3
    ),
    "maybe_batch": lambda tf: tf.train.maybe_batch(
        [tf.train.limit_epochs(tf.constant(B), 2)], [True, False, True], 2, enqueue_many=True
    ),
    "maybe_batch_join": lambda tf: tf.train.maybe_batch_join(
        [[tf.train.limit_epochs(tf.constant(B), 1)]], True, 3, enqueue_many=True
    ),
    "shuffle_batch": lambda tf: tf.train.shuffle_batch(
        [tf.train.limit_epochs(tf.constant(B), 3)], 3, 20, 6, seed=1, enqueue_many=True
    ),
    "shuffle_batch_join": lambda tf: tf.train.shuffle_batch_join(
        [[tf.train.limit_epochs(tf.constant(B), 3)]], 3, 20, 6, seed=1, enqueue_many=True
    ),
    "maybe_shuffle_batch": lambda tf: tf.train.maybe_shuffle_batch(
        [tf.train.limit_epochs(tf.constant(B), 3)], 3, 20, 6, True, seed=1, enqueue_many=True
    ),
    "maybe_shuffle_batch_join": lambda tf: tf.train.maybe_shuffle_batch_join(
        [[tf.train.limit_epochs(tf.constant(B), 3)]], 3, 20, 6, True, seed=1, enqueue_many=True
    ),
    "limit_epochs": lambda tf: tf.train.limit_epochs(tf.constant(7), 3),
}
# How the random order starts depends on how far the filling thread has come.
RACES = {"shuffle_batch", "shuffle_batch_join", "maybe_shuffle_batch", "maybe_shuffle_batch_join"}


def evaluated(tf, make):
    """The nodes, the collections, and what all runs until the end give."""
    with tf.Graph().as_default() as graph:
        found = make(tf)
        nodes = [(n.name, n.type) for n in graph.get_operations()]
        sizes = {k: len(graph.get_collection(k)) for k in ("queue_runners", "summaries")}
        sizes["locals"] = [v.name for v in tf.local_variables()]
        values = []
        with tf.Session() as sess:
            sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
            coord = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(sess, coord)
            with pytest.raises(tf.errors.OutOfRangeError):
                for _ in range(50):
                    values.append(sess.run(found))
            coord.request_stop()
            coord.join(threads)
    return nodes, sizes, values


def _plain(value):
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return np.asarray(value).tolist()


@pytest.mark.parametrize("name", GRAPHS)
def test_queue(name):
    got, want = evaluated(ours(), GRAPHS[name]), evaluated(oracle(), GRAPHS[name])
    if name not in ("maybe_batch",):  # there headwater gathers what TensorFlow partitions
        assert got[0] == want[0]
    assert got[1] == want[1]
    if name in RACES:
        assert sorted(np.ravel(got[2])) == sorted(np.ravel(want[2]))
    else:
        assert _plain(got[2]) == _plain(want[2])


def test_sparse_tensors_in_a_batch():
    def make(tf):
        i = tf.train.range_input_producer(6, 1, False).dequeue()
        i = tf.cast(i, tf.int64)
        return tf.train.batch([tf.SparseTensor([[i]], [i * 2], [i + 1])], 3)

    got, want = evaluated(ours(), make), evaluated(oracle(), make)
    assert _plain(got[2]) == _plain(want[2])


# --- readers ------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"h\none\r\ntwo\n")
    (tmp_path / "b.txt").write_bytes(b"h\nthree")
    (tmp_path / "c.gz").write_bytes(gzip.compress(b"HEabcdefF"))
    (tmp_path / "d.bin").write_bytes(b"HEabcdefF")
    return tmp_path


READERS = {
    "TextLineReader": (lambda tf: tf.TextLineReader(skip_header_lines=1), ["a.txt", "b.txt"]),
    "WholeFileReader": (lambda tf: tf.WholeFileReader(), ["a.txt", "b.txt"]),
    "IdentityReader": (lambda tf: tf.IdentityReader(), ["a.txt", "b.txt"]),
    "FixedLengthRecordReader": (
        lambda tf: tf.FixedLengthRecordReader(2, header_bytes=2, footer_bytes=1),
        ["d.bin"],
    ),
    "FixedLengthRecordReader_hop": (
        lambda tf: tf.FixedLengthRecordReader(3, header_bytes=2, footer_bytes=1, hop_bytes=1),
        ["d.bin"],
    ),
    "TFRecordReader": (lambda tf: tf.TFRecordReader(), ["r.tfrecord"]),
}


@pytest.mark.parametrize("name", READERS)
def test_reader(name, files):
    make, names = READERS[name]
    with ours().python_io.TFRecordWriter(str(files / "r.tfrecord")) as writer:
        for record in (b"x", b"yy", b""):
            writer.write(record)
    found = []
    for tf in (ours(), oracle()):

        def program(tf):
            queue = tf.train.string_input_producer(
                [str(files / n) for n in names], num_epochs=1, shuffle=False
            )
            reader = make(tf)
            pair = reader.read(queue)
            return [*pair]

        found.append(evaluated(tf, program))
    assert found[0][0] == found[1][0]
    assert _plain(found[0][2]) == _plain(found[1][2])


def _read_up_to(tf, names):
    queue = tf.train.string_input_producer(names, num_epochs=1, shuffle=False)
    reader = tf.TextLineReader()
    keys, values = reader.read_up_to(queue, 2)
    with tf.control_dependencies([keys]):
        counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    return [keys, values, *counts]


def test_read_up_to_and_counts(files):
    names = [str(files / n) for n in ("a.txt", "b.txt")]
    got, want = (evaluated(tf, lambda tf: _read_up_to(tf, names)) for tf in (ours(), oracle()))
    assert _plain(got[2]) == _plain(want[2])


def _saved(tf):
    with tf.Graph().as_default(), tf.Session() as sess:
        reader = tf.IdentityReader("test_reader")
        queue = tf.FIFOQueue(9, [tf.string], shapes=[[]])
        state, text = reader.serialize_state(), tf.placeholder(tf.string, [])
        restore, reset, pair = reader.restore_state(text), reader.reset(), reader.read(queue)
        sess.run(queue.enqueue_many([["x", "y", "z"]]))
        found = [sess.run(pair), sess.run(state)]
        found.append(sess.run(pair))
        sess.run(restore, {text: found[1]})
        found += [sess.run(reader.num_records_produced()), sess.run(pair)]
        sess.run(reset)
        found.append(sess.run(reader.num_work_units_completed()))
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(restore, {text: b"BOGUS" * 3})
    return _plain(found)


def test_state_of_a_reader():
    assert _saved(ours()) == _saved(oracle())


def test_other_readers_cannot_be_saved():
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            with pytest.raises(tf.errors.UnimplementedError):
                sess.run(tf.TextLineReader().serialize_state())
    with pytest.raises(ours().errors.UnimplementedError):
        ours().LMDBReader()


def test_match_filenames_once(files):
    found = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            names = tf.train.match_filenames_once(str(files / "*.txt"))
            sess.run(tf.local_variables_initializer())
            found.append((names.name, sess.run(names).tolist()))
    assert found[0] == found[1]
