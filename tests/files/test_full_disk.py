"""Disks that are full and files that may not grow: a clear error, and the last checkpoint whole."""

from __future__ import annotations

import builtins
import contextlib
import errno
import os
import resource

import numpy as np
import pytest

from headwater._src.io import atomic, bundle, local, records

SIZE = 50_000  # values in the variable: 200 kB


class Disk:
    """Stands in for `open`: files take `room` bytes in all, then the disk is full.

    Args:
      room: bytes.
      late: whether fullness is told by fsync only, as file systems do that allocate late.
    """

    def __init__(self, room, late=False):
        self.room, self.late = room, late

    def open(self, path, mode="r", buffering=-1):
        """A file on this disk."""
        file = builtins.open(path, mode, 0 if "w" in mode and not buffering else -1)
        return _File(file, self) if "w" in mode else file

    def take(self, size):
        """Takes room, or raises."""
        self.room -= size
        if self.room < 0 and not self.late:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fsync(self, descriptor):
        """What stands in for `os.fsync`."""
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _File:
    def __init__(self, file, disk):
        self._file, self._disk = file, disk

    def write(self, data):
        self._disk.take(memoryview(data).nbytes)
        return self._file.write(data)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._file.close()


@pytest.fixture
def model(hw, tmp_path):
    """`(session, saver, variable, path)`, with a first checkpoint saved."""
    variable = hw.Variable(np.zeros(SIZE, "f4"), name="v")
    saver = hw.train.Saver()
    with hw.Session() as sess:
        sess.run(variable.initializer)
        saver.save(sess, str(tmp_path / "m"), global_step=1)
        sess.run(variable.assign(np.ones(SIZE, "f4")))
        yield sess, saver, variable, tmp_path


def assert_first_is_whole(hw, folder):
    """The checkpoint that is named is the first, its values are right, and nothing else is left."""
    path = hw.train.latest_checkpoint(str(folder))
    assert path == str(folder / "m-1")
    assert not hw.train.NewCheckpointReader(path).get_tensor("v").any()
    assert not [n for n in os.listdir(folder) if "hwtmp" in n or n.startswith("m-2")]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("room", [0, 1, 1000, 4 * SIZE - 1, 4 * SIZE, 4 * SIZE + 100])
def test_full_disk(hw, model, monkeypatch, room, late):
    sess, saver, variable, folder = model
    disk = Disk(room, late)
    with monkeypatch.context() as patch:
        for module in (bundle, atomic, local):
            patch.setattr(module, "open", disk.open, raising=False)
        patch.setattr(os, "fsync", disk.fsync)
        with pytest.raises(hw.errors.ResourceExhaustedError, match="No space left on device"):
            saver.save(sess, str(folder / "m"), global_step=2)
    assert_first_is_whole(hw, folder)
    saver.save(sess, str(folder / "m"), global_step=2)  # there is room again
    sess.run(variable.initializer)
    saver.restore(sess, hw.train.latest_checkpoint(str(folder)))
    assert sess.run(variable).all()


@pytest.mark.parametrize("room", [1000, 4 * SIZE, 4 * SIZE + 100])
def test_full_disk_under_the_same_name(hw, model, monkeypatch, room):
    sess, saver, _, folder = model
    disk = Disk(room)
    with monkeypatch.context() as patch:
        for module in (bundle, atomic, local):
            patch.setattr(module, "open", disk.open, raising=False)
        with pytest.raises(hw.errors.ResourceExhaustedError):
            saver.save(sess, str(folder / "m"), global_step=1)
    assert_first_is_whole(hw, folder)


@contextlib.contextmanager
def file_limit(size):
    """A block in which this process cannot make files larger than `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_files_that_may_not_grow(hw, model):
    sess, saver, _, folder = model
    with file_limit(100_000), pytest.raises(hw.errors.OutOfRangeError, match="File too large"):
        saver.save(sess, str(folder / "m"), global_step=2)
    assert_first_is_whole(hw, folder)


def test_records_that_may_not_grow(hw, tmp_path):
    path = str(tmp_path / "records")
    with file_limit(100_000), pytest.raises(hw.errors.OutOfRangeError, match="File too large"):
        with records.TFRecordWriter(path) as writer:
            for _ in range(300):
                writer.write(bytes(10_000))
    found = []
    with pytest.raises(hw.errors.DataLossError):
        found.extend(records.tf_record_iterator(path))


def test_events_that_may_not_grow(hw, tmp_path):
    with hw.summary.FileWriter(str(tmp_path)) as writer:
        summary = hw.Summary(value=[hw.Summary.Value(tag="a", simple_value=1.0)])
        with file_limit(3_000):
            with pytest.raises(hw.errors.OutOfRangeError, match="File too large"):
                for step in range(1000):
                    writer.add_summary(summary, step)
                writer.flush()
        writer.add_summary(summary, 1000)
