"""Batches of records are the same however they are cut into files."""

from __future__ import annotations

import pytest

import headwater as tf


@pytest.mark.parametrize("size", [1, 3, 5, 21, 30])
def test_batches_across_files(tmp_path, size):
    names, want = [], []
    for k in range(4):
        names.append(str(tmp_path / f"r{k}"))
        with tf.python_io.TFRecordWriter(names[-1]) as writer:
            for i in range(7 * k % 10):
                want.append(b"%d-%d" % (k, i))
                writer.write(want[-1])
    batch = tf.data.TFRecordDataset(names).batch(size).make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as sess:
        with pytest.raises(tf.errors.OutOfRangeError):
            while True:
                found.append(sess.run(batch).tolist())
    assert [len(b) for b in found[:-1]] == [size] * (len(found) - 1)
    assert sum(found, []) == want
