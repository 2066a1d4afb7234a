"""Large files that threads write: the same bytes, and every error of the disk is told."""

from __future__ import annotations

import errno
import os
import subprocess
import threading

import numpy as np
import pytest

from headwater._src.io import bulk, bundle

B = bulk.BUFFER
SIZES = [0, 1, B - 1, B, B + 1, 3 * B, 7 * B + 5]


def written(path, pieces):
    file = bulk.BulkFile(open(path, "wb", 0))
    for piece in pieces:
        file.write(piece)
    file.finish()


@pytest.mark.parametrize("how", ["direct", "not direct", "refused late", "without pwrite"])
@pytest.mark.parametrize("size", SIZES)
def test_the_bytes(tmp_path, monkeypatch, size, how):
    data = np.random.default_rng(size).bytes(size)
    if how == "not direct":
        monkeypatch.setattr(bulk, "_DIRECT", 0)
    elif how == "refused late":
        monkeypatch.setattr(os, "pwrite", refusing_direct(os.pwrite))
    elif how == "without pwrite":
        monkeypatch.setattr(bulk, "_THREADED", False)
    path, step = tmp_path / "file", 777_777
    written(path, [data[i : i + step] for i in range(0, size, step)])
    assert path.read_bytes() == data


def refusing_direct(pwrite):
    """A `pwrite` of a file system that takes the flag for direct writes, but no such write."""
    import fcntl

    def call(descriptor, data, at):
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & bulk._DIRECT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return pwrite(descriptor, data, at)

    return call


def test_writes_that_end_early_go_on(tmp_path, monkeypatch):
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda d, data, at: pwrite(d, data[: B // 4], at))
    data = np.random.default_rng(0).bytes(3 * B + 1)
    written(tmp_path / "file", [data])
    assert (tmp_path / "file").read_bytes() == data


@pytest.mark.parametrize("good", range(6))
def test_an_error_of_any_write_is_raised_and_the_threads_end(tmp_path, monkeypatch, good):
    pwrite, calls = os.pwrite, []

    def limited(descriptor, data, at):
        calls.append(at)
        if len(calls) > good:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return pwrite(descriptor, data, at)

    monkeypatch.setattr(os, "pwrite", limited)
    before, file = threading.active_count(), bulk.BulkFile(open(tmp_path / "file", "wb", 0))
    with pytest.raises(OSError, match="No space left"):
        for _ in range(6):
            file.write(bytes(B))
        file.finish()
    file.discard()
    assert threading.active_count() == before


def test_a_checkpoint_that_fails_has_no_name(hw, tmp_path, monkeypatch):
    def full(descriptor, data, at):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    prefix, value = str(tmp_path / "m"), np.arange(B, dtype="f4")
    with bundle.BundleWriter(prefix) as writer:
        writer.add(b"v", value)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(hw.errors.ResourceExhaustedError, match="No space left"):
        with bundle.BundleWriter(prefix) as writer:
            writer.add(b"v", value + 1)
    assert sorted(os.listdir(tmp_path)) == ["m.data-00000-of-00001", "m.index"]
    np.testing.assert_array_equal(bundle.BundleReader(prefix).read(b"v"), value)


@pytest.fixture
def small_disk(tmp_path):
    """A folder of 24 MB of memory, mounted; skipped where that is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode:
        pytest.skip(f"cannot mount a small disk: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_small_disk_that_is_full(hw, small_disk):
    """Two checkpoints of 10 MB fit; the third does not, and the second stays the latest."""
    variable = hw.Variable(hw.zeros([10_000_000 // 4]), name="v")
    saver = hw.train.Saver()
    with hw.Session() as sess:
        for step in (1, 2, 3):
            variable.load(np.full(10_000_000 // 4, step, "f4"), sess)
            if step < 3:
                saver.save(sess, str(small_disk / "m"), global_step=step)
                continue
            with pytest.raises(hw.errors.ResourceExhaustedError, match="No space left on device"):
                saver.save(sess, str(small_disk / "m"), global_step=step)
        latest = hw.train.latest_checkpoint(str(small_disk))
        assert latest == str(small_disk / "m-2")
        assert not [n for n in os.listdir(small_disk) if "hwtmp" in n or "m-3" in n]
        saver.restore(sess, latest)
        assert (sess.run(variable) == 2).all()


def test_much_is_read_by_several_threads(hw, tmp_path):
    """24 MB in three variables; a damaged one is named."""
    variables = [hw.Variable(hw.random_uniform([2_000_000]), name=f"v{i}") for i in range(3)]
    saver = hw.train.Saver()
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        want = sess.run(variables)
        path = saver.save(sess, str(tmp_path / "m"))
        sess.run([hw.assign(v, hw.zeros([2_000_000])) for v in variables])
        saver.restore(sess, path)
        for got, value in zip(sess.run(variables), want, strict=True):
            np.testing.assert_array_equal(got, value)
        with open(f"{path}.data-00000-of-00001", "r+b") as file:
            file.seek(12_000_000)
            byte = file.read(1)
            file.seek(12_000_000)
            file.write(bytes([byte[0] ^ 1]))
        with pytest.raises(hw.errors.DataLossError, match="tensor v1"):
            saver.restore(sess, path)
