"""Files with anything in them: a value or a clear error, never another, and little memory.

HEADWATER_FUZZ in the environment says how many examples each test takes (default: 200).
"""

from __future__ import annotations

import gzip
import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from headwater._src.core import errors
from headwater._src.io import (
    bundle,
    checkpoint,
    event_files,
    records,
    slices_v1,
    snappy,
    table,
    varint,
)

EXAMPLES = int(os.environ.get("HEADWATER_FUZZ", "200"))
MEMORY = 64 << 20  # bytes that reading a small file may take
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VALUES = {
    b"a": np.arange(12, dtype="f4").reshape(3, 4),
    b"b/c": np.int64(7),
    b"none": np.zeros([0, 5], "i4"),
    b"s": np.array([[b"x", b"yy"]], object),
    b"z": np.array([True, False]),
}
# Where a file is changed: fractions, so that a shrunk example says where.
PLACES = st.floats(0, 1, exclude_max=True)
NUMBERS = st.sampled_from([0, 1, 127, 128, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**64 - 1])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), PLACES, st.integers(1, 255)),
        st.tuples(st.just("put"), PLACES, st.binary(min_size=1, max_size=12)),
        st.tuples(st.just("insert"), PLACES, st.binary(min_size=1, max_size=12)),
        st.tuples(st.just("put"), PLACES, NUMBERS.map(lambda n: struct.pack("<Q", n))),
        st.tuples(st.just("put"), PLACES, NUMBERS.map(varint.put)),
        st.tuples(st.just("insert"), PLACES, NUMBERS.map(varint.put)),
        st.tuples(st.just("cut"), PLACES, st.integers(1, 40)),
        st.tuples(st.just("repeat"), PLACES, st.integers(1, 40)),
        st.tuples(st.just("end"), PLACES, st.none()),
    ),
    min_size=1,
    max_size=4,
)


def changed(data, changes):
    """`data` after the changes."""
    for kind, place, what in changes:
        at = int(place * len(data))
        before, after = data[:at], data[at:]
        if kind == "flip":
            data = before + bytes([after[0] ^ what]) + after[1:] if after else data
        elif kind == "put":
            data = before + what + after[len(what) :]
        elif kind == "insert":
            data = before + what + after
        elif kind == "cut":
            data = before + after[what:]
        elif kind == "repeat":
            data = before + after[:what] + after
        else:
            data = before
    return data


@pytest.fixture(autouse=True)
def little_memory():
    """Fails a test that took much memory at any time; looked at when there are few examples."""
    if EXAMPLES > 1000:  # it takes four times as long
        yield
        return
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MEMORY, f"{most >> 20} MiB for a small file"


def everything(prefix):
    """All that can be asked of a checkpoint, or None when it was refused."""
    try:
        reader = checkpoint.CheckpointReader(prefix)
        shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
        reader.debug_string()
    except errors.OpError as error:
        assert error.message
        return None
    found = {}
    for name in shapes:
        try:
            value = np.asarray(reader.get_tensor(name))
        except errors.OpError as error:
            assert error.message
            continue
        assert list(value.shape) == shapes[name] and dtypes[name] is not None
        found[name] = value.tolist()
    return found


@pytest.fixture
def saved(tmp_path):
    prefix = str(tmp_path / "m")
    with bundle.BundleWriter(prefix) as writer:
        for name, value in VALUES.items():
            writer.add(name, value)
        writer.add_slice(b"parts", (4, 2), ((0, 2), (0, -1)), np.ones([2, 2], "f4"))
        writer.add_slice(b"parts", (4, 2), ((2, 2), (0, -1)), np.ones([2, 2], "f4"))
    return tmp_path / "m"


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
@FUZZ
@given(changes=CHANGES)
def test_checkpoint(saved, ending, changes):
    path = saved.with_name(saved.name + ending)
    good = path.read_bytes()
    want = everything(str(saved))
    try:
        path.write_bytes(changed(good, changes))
        found = everything(str(saved))
        assert found is None or found.items() <= want.items() or ending == ".index"
    finally:
        path.write_bytes(good)


@FUZZ
@given(which=PLACES, changes=CHANGES, of_key=st.booleans())
def test_index_with_right_checksums(saved, which, changes, of_key):
    path = saved.with_name(saved.name + ".index")
    good = path.read_bytes()
    entries = list(table.TableReader(str(path)))
    chosen = int(which * len(entries))
    key, value = entries[chosen]
    entries[chosen] = (changed(key, changes), value) if of_key else (key, changed(value, changes))
    try:
        write_table(path, entries)
        everything(str(saved))
    finally:
        path.write_bytes(good)


def write_table(path, entries):
    """A table of these entries, each key once."""
    with open(path, "wb") as file:
        writer = table.TableWriter(file)
        for key, value in sorted(dict(entries).items()):
            writer.add(key, value)
        writer.finish()


@FUZZ
@given(
    changes=CHANGES,
    of_index=st.booleans(),
    kind=st.sampled_from([b"\0", b"\0", b"\1", b"\2"]),
)
def test_blocks_with_right_checksums(saved, changes, of_index, kind):
    """The entries of a block, and the handles of blocks, may say anything."""
    from headwater._src.io.checksum import masked

    path = saved.with_name(saved.name + ".index")
    good = path.read_bytes()
    reader = table.TableReader(str(path))
    [(last, handle)] = reader._entries(reader._block(reader._handles))
    block = reader._block(reader._handle(handle, 0)[0])
    data = b""

    def put(content, mark):
        nonlocal data
        where = varint.put(len(data)) + varint.put(len(content))
        data += content + mark + struct.pack("<I", masked(content + mark))
        return where

    first = put(block if of_index else changed(block, changes), b"\0" if of_index else kind)
    index = table._Block(1)
    index.add(last, first)
    content = index.finish()
    second = put(changed(content, changes) if of_index else content, kind if of_index else b"\0")
    data += (first + second).ljust(40, b"\0") + struct.pack("<Q", table.MAGIC)
    try:
        path.write_bytes(data)
        everything(str(saved))
    finally:
        path.write_bytes(good)


@FUZZ
@example(which=0.0, changes=[("flip", 0.7421875, 126)])  # the type of a reference
@given(which=PLACES, changes=CHANGES)
def test_version_1_with_right_checksums(tmp_path, which, changes):
    path = tmp_path / "v1"
    items = [(n, np.shape(v), ((0, -1),) * np.ndim(v), v) for n, v in VALUES.items()]
    slices_v1.write(str(path), items)
    entries = list(table.TableReader(str(path)))
    chosen = int(which * len(entries))
    key, value = entries[chosen]
    entries[chosen] = key, changed(value, changes)
    write_table(path, entries)
    everything(str(path))


@FUZZ
@given(changes=CHANGES)
def test_version_1(tmp_path, changes):
    path = tmp_path / "v1"
    items = [(n, np.shape(v), ((0, -1),) * np.ndim(v), v) for n, v in VALUES.items()]
    slices_v1.write(str(path), items)
    path.write_bytes(changed(path.read_bytes(), changes))
    everything(str(path))


RECORDS = [b"first", b"", b"third record", bytes(300), b"last"]
PACKED = {"": bytes, "GZIP": gzip.compress, "ZLIB": zlib.compress}


@pytest.mark.parametrize("kind", PACKED)
@FUZZ
@given(changes=CHANGES)
def test_records(tmp_path, kind, changes):
    path = tmp_path / "records"
    path.write_bytes(changed(PACKED[kind](b"".join(map(records.frame, RECORDS))), changes))
    found, refused = [], False
    try:
        found.extend(records.tf_record_iterator(str(path), kind))
    except errors.DataLossError as error:
        refused = True
        assert error.message
    # Whole records can be cut out, or be there twice; but none is one that was never written.
    assert all(r in RECORDS for r in found)
    if all(change[0] == "flip" for change in changes) and len(changes) == 1 and not kind:
        assert refused and found == RECORDS[: len(found)]


@FUZZ
@given(changes=CHANGES)
def test_records_unpacked_from_right_streams(tmp_path, changes):
    path = tmp_path / "records"
    path.write_bytes(gzip.compress(changed(b"".join(map(records.frame, RECORDS)), changes)))
    found = []
    with_error(lambda: found.extend(records.tf_record_iterator(str(path), "GZIP")))
    assert all(r in RECORDS for r in found)


def with_error(function):
    """Runs a function that may refuse what it reads."""
    try:
        return function()
    except errors.OpError as error:
        assert error.message


def an_event():
    from headwater._src.core.proto import event_pb2

    event = event_pb2.Event(wall_time=1.0, step=2)
    event.summary.value.add(tag="a", simple_value=3.0)
    event.summary.value.add(tag="h").histo.bucket.extend([1.0, 2.0])
    return event.SerializeToString()


@FUZZ
@given(changes=CHANGES, framed=st.booleans())
def test_events(tmp_path, changes, framed):
    path, event = tmp_path / "events", an_event()
    if framed:
        path.write_bytes(records.frame(changed(event, changes)))
    else:
        path.write_bytes(changed(records.frame(event) * 2, changes))
    with_error(lambda: list(event_files.summary_iterator(str(path))))


@FUZZ
@given(data=st.binary(max_size=200))
def test_snappy(data):
    with_error(lambda: snappy.unpack(data))


@FUZZ
@given(changes=CHANGES)
def test_checkpoint_state(tmp_path, changes):
    import headwater as tf

    text = b'model_checkpoint_path: "m-2"\nall_model_checkpoint_paths: "m-1"\n'
    (tmp_path / "checkpoint").write_bytes(changed(text, changes))
    try:
        with_error(lambda: tf.train.latest_checkpoint(str(tmp_path)))
    except ValueError as error:
        assert "Invalid checkpoint state" in str(error)
