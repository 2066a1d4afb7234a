"""Damaged files: every flipped byte and every truncation is found out, or does no harm."""

from __future__ import annotations

import pathlib
import struct

import numpy as np
import pytest

from headwater._src.core import errors
from headwater._src.io import bundle, checkpoint, event_files, records, slices_v1, table

VALUES = {
    b"a": np.arange(4, dtype="f4"),
    b"b/c": np.int64(7),
    b"s": np.array([b"x", b"yy"], object),
}
REFUSED = (errors.OpError,)


def everything(prefix):
    reader = checkpoint.CheckpointReader(prefix)
    names = list(reader.get_variable_to_shape_map())
    return {name: np.asarray(reader.get_tensor(name)).tolist() for name in names}


@pytest.fixture
def saved(tmp_path):
    prefix = str(tmp_path / "m")
    with bundle.BundleWriter(prefix) as writer:
        for name, value in VALUES.items():
            writer.add(name, value)
    return prefix


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
def test_flipped_bytes_of_a_checkpoint(saved, ending):
    path, want = saved + ending, everything(saved)
    good = pathlib.Path(path).read_bytes()
    harmless = 0
    for i in range(len(good)):
        for bit in (0x01, 0x80, 0xFF):
            with open(path, "wb") as file:
                file.write(good[:i] + bytes([good[i] ^ bit]) + good[i + 1 :])
            try:
                got = everything(saved)
            except REFUSED:
                continue
            assert got == want, f"byte {i} of {ending}"
            harmless += 1
    assert harmless < 0.2 * 3 * len(good)  # the empty meta-index, and zeros of the footer


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
def test_truncated_checkpoints(saved, ending):
    path = saved + ending
    good = pathlib.Path(path).read_bytes()
    for size in range(len(good)):
        with open(path, "wb") as file:
            file.write(good[:size])
        with pytest.raises(REFUSED):
            everything(saved)


def test_flipped_bytes_of_version_1(tmp_path):
    path = str(tmp_path / "v1")
    slices_v1.write(path, [(n, np.shape(v), ((0, -1),) * np.ndim(v), v) for n, v in VALUES.items()])
    want, good = everything(path), pathlib.Path(path).read_bytes()
    for i in range(len(good)):
        with open(path, "wb") as file:
            file.write(good[:i] + bytes([good[i] ^ 0x10]) + good[i + 1 :])
        try:
            assert everything(path) == want, f"byte {i}"
        except REFUSED:
            pass


def test_flipped_bytes_of_records(tmp_path):
    path = str(tmp_path / "records")
    want = [b"first", b"", b"third record"]
    with records.TFRecordWriter(path) as writer:
        for record in want:
            writer.write(record)
    good = pathlib.Path(path).read_bytes()
    for i in range(len(good)):
        with open(path, "wb") as file:
            file.write(good[:i] + bytes([good[i] ^ 0xFF]) + good[i + 1 :])
        got = []
        with pytest.raises(errors.DataLossError):
            got.extend(records.tf_record_iterator(path))
    for size in range(1, len(good)):
        with open(path, "wb") as file:
            file.write(good[:size])
        got = []
        try:
            for record in records.tf_record_iterator(path):
                got.append(record)
        except errors.DataLossError:
            pass
        assert got == want[: len(got)] and len(got) < 3


def test_a_length_is_not_believed(tmp_path):
    """A record that claims 2**60 bytes, with a right checksum, costs nothing."""
    from headwater._src.io.checksum import masked

    head = struct.pack("<Q", 1 << 60)
    path = tmp_path / "records"
    path.write_bytes(head + struct.pack("<I", masked(head)) + b"x" * 100)
    with pytest.raises(errors.DataLossError, match="truncated record at 0"):
        list(records.tf_record_iterator(str(path)))


def test_noise_is_refused(tmp_path):
    rng = np.random.RandomState(0)
    path = tmp_path / "noise.index"
    for i in range(300):
        data = rng.bytes(rng.randint(0, 200))
        if i % 2:  # with a right end, so that handles are read
            data += rng.bytes(40) + struct_magic()
        path.write_bytes(data)
        with pytest.raises(REFUSED):
            checkpoint.CheckpointReader(str(tmp_path / "noise"))
        with pytest.raises(REFUSED):
            list(event_files.summary_iterator(str(path))) if data else _refuse()


def _refuse():
    raise errors.DataLossError(None, None, "an empty file holds no event")


def struct_magic():
    return struct.pack("<Q", table.MAGIC)


def test_restore_names_the_last_good_checkpoint(hw, tmp_path):
    v = hw.Variable([1.0, 2.0], name="v")
    saver = hw.train.Saver()
    with hw.Session() as sess:
        sess.run(v.initializer)
        good, bad = (saver.save(sess, str(tmp_path / "m"), global_step=i) for i in (1, 2))
        path = f"{bad}.data-00000-of-00001"
        data = bytearray(pathlib.Path(path).read_bytes())
        data[0] ^= 1
        pathlib.Path(path).write_bytes(data)
        with pytest.raises(hw.errors.DataLossError, match="whole is .*m-1"):
            saver.restore(sess, hw.train.latest_checkpoint(str(tmp_path)))
        saver.restore(sess, good)
        assert sess.run(v).tolist() == [1.0, 2.0]


def test_restore_says_what_does_not_fit(hw, tmp_path):
    hw.Variable([1.0, 2.0], name="layer/kernel")
    saver = hw.train.Saver()
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        path = saver.save(sess, str(tmp_path / "m"))
    with hw.Graph().as_default(), hw.Session() as sess:
        hw.Variable([1.0], name="layer/kernel")
        hw.Variable([1.0], name="layer_1/kernel")
        with pytest.raises(hw.errors.NotFoundError) as caught:
            hw.train.Saver().restore(sess, path)
    assert "layer_1/kernel: not in the checkpoint; nearest: layer/kernel" in caught.value.message
    assert "layer/kernel: shape [1] in the graph, [2] in the checkpoint" in caught.value.message
