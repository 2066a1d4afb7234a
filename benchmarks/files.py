"""Checkpoints, summaries and records: what is written and read in large amounts."""

import itertools
import os
import shutil
import tempfile
import time

from registry import repeated

GIGABYTE, VARIABLES = 1 << 30, 16
SUMMARIES, RECORDS = 100_000, 1_000_000


def folder():
    """A new folder that is removed when the process ends."""
    import atexit

    path = tempfile.mkdtemp(prefix="files-benchmark-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def model(tf, size=GIGABYTE):
    """`(session, saver, prefix)` of variables with random values, `size` bytes in all."""
    shape = [size // VARIABLES // 4096, 1024]
    for i in range(VARIABLES):
        tf.Variable(tf.random_uniform(shape, seed=i), name=f"v{i}")
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    return sess, tf.train.Saver(), os.path.join(folder(), "model")


@repeated
def save_1_gb(tf):
    """16 variables, 1 GiB together, saved under one name."""
    sess, saver, prefix = model(tf)
    return lambda: saver.save(sess, prefix, write_meta_graph=False) and None


@repeated
def restore_1_gb(tf):
    """The same variables restored; the file is in the system's cache."""
    sess, saver, prefix = model(tf)
    saver.save(sess, prefix)
    return lambda: saver.restore(sess, prefix)


@repeated
def write_100000_summaries(tf):
    """A scalar as a `Summary` for each of 100,000 steps, and the file closed."""
    path = folder()

    def write():
        with tf.summary.FileWriter(path) as writer:
            for step in range(SUMMARIES):
                value = tf.Summary.Value(tag="loss", simple_value=0.5 * step)
                writer.add_summary(tf.Summary(value=[value]), step)

    return write


@repeated
def write_100000_fetched_summaries(tf):
    """The same, as `sess.run(summary)` gives them: in their binary form."""
    path = folder()
    value = tf.Summary.Value(tag="loss", simple_value=0.5)
    summary = tf.Summary(value=[value]).SerializeToString()

    def write():
        with tf.summary.FileWriter(path) as writer:
            for step in range(SUMMARIES):
                writer.add_summary(summary, step)

    return write


def record_file(tf):
    """The path of a million records of 40 to 60 bytes."""
    path = os.path.join(folder(), "records")
    with tf.python_io.TFRecordWriter(path) as writer:
        for i in range(RECORDS):
            writer.write(b"%040d" % i + b"x" * (i % 21))
    return path


@repeated
def read_1000000_records(tf):
    """A million small records, with `tf.python_io.tf_record_iterator`."""
    path = record_file(tf)
    return lambda: check(sum(1 for _ in tf.python_io.tf_record_iterator(path)))


@repeated
def write_1000000_records(tf):
    """A million small records, with `tf.python_io.TFRecordWriter`."""
    return lambda: check(RECORDS) or record_file(tf) and None


@repeated
def read_1000000_records_as_dataset(tf):
    """A million small records, with `tf.data.TFRecordDataset`, in batches of 1,000."""
    dataset = tf.data.TFRecordDataset(record_file(tf)).batch(1000)
    iterator = tf.data.make_initializable_iterator(dataset)
    batch, sess = iterator.get_next(), tf.Session()

    def read():
        sess.run(iterator.initializer)
        start, found = time.perf_counter(), 0
        for _ in itertools.count():
            try:
                found += len(sess.run(batch))
            except tf.errors.OutOfRangeError:
                break
        check(found)
        return time.perf_counter() - start

    return read


def check(found):
    """Raises when not all records were read."""
    if found != RECORDS:
        raise ValueError(f"{found} records")
