"""The ops of readers."""

import numpy as np

from headwater._src.graph import define_op
from headwater._src.ops import _queues, _readers
from headwater._src.ops._shapes import ShapeError, scalar
from headwater._src.ops._strings import invalid, objects

_PLACE = ["container: string = ''", "shared_name: string = ''"]


def _reader(name, attrs):
    return define_op(name, "", "reader_handle: resource", attrs, scalar, stateful=True)


def _shared(ctx, make):
    """The reader of a node, or the one shared under a name."""
    attrs, node = ctx.node.attrs, ctx.node
    name = attrs["shared_name"] or node.name
    reader = ctx.resources.object(("reader", attrs["container"], name), lambda: make(name))
    out = np.empty((), object)
    out[()] = reader
    return out


def _of(handle, kind=_readers.Reader):
    found = handle[()] if handle.__class__ is np.ndarray else handle
    if not isinstance(found, kind):
        raise invalid(f"The handle is not that of a {kind.__name__.lower()}")
    return found


TextLineReaderV2 = _reader("TextLineReaderV2", ["skip_header_lines: int = 0", *_PLACE])
WholeFileReaderV2 = _reader("WholeFileReaderV2", _PLACE)
IdentityReaderV2 = _reader("IdentityReaderV2", _PLACE)
TFRecordReaderV2 = _reader("TFRecordReaderV2", [*_PLACE, "compression_type: string = ''"])
FixedLengthRecordReaderV2 = _reader(
    "FixedLengthRecordReaderV2",
    [
        "header_bytes: int = 0",
        "record_bytes: int",
        "footer_bytes: int = 0",
        "hop_bytes: int = 0",
        *_PLACE,
        "encoding: string = ''",
    ],
)


@TextLineReaderV2.host
def text_line_reader_kernel(ctx, *, skip_header_lines):
    return _shared(ctx, lambda name: _readers.TextLineReader(name, skip_header_lines))


@WholeFileReaderV2.host
def whole_file_reader_kernel(ctx):
    return _shared(ctx, _readers.WholeFileReader)


@IdentityReaderV2.host
def identity_reader_kernel(ctx):
    return _shared(ctx, _readers.IdentityReader)


@TFRecordReaderV2.host
def tf_record_reader_kernel(ctx, *, compression_type):
    return _shared(ctx, lambda name: _readers.TFRecordReader(name, compression_type))


@FixedLengthRecordReaderV2.host
def fixed_length_record_reader_kernel(
    ctx, *, header_bytes, record_bytes, footer_bytes, hop_bytes, encoding
):
    for name, value, least in (
        ("header_bytes", header_bytes, 0),
        ("record_bytes", record_bytes, 0),
        ("footer_bytes", footer_bytes, 0),
        ("hop_bytes", hop_bytes, 0),
    ):
        if value < least:
            raise invalid(f"{name} must be >= 0 but was {value}")
    return _shared(
        ctx,
        lambda name: _readers.FixedLengthReader(
            name, header_bytes, record_bytes, footer_bytes, hop_bytes, encoding
        ),
    )


# --- reading ------------------------------------------------------------------------------------

ReaderReadV2 = define_op(
    "ReaderReadV2",
    "reader_handle: resource, queue_handle: resource",
    "key: string, value: string",
    stateful=True,
)
ReaderReadUpToV2 = define_op(
    "ReaderReadUpToV2",
    "reader_handle: resource, queue_handle: resource, num_records: int64",
    "keys: string, values: string",
    stateful=True,
)


@ReaderReadV2.shape
def reader_read_shape(reader_handle, queue_handle):
    return [(), ()]


@ReaderReadUpToV2.shape
def reader_read_up_to_shape(reader_handle, queue_handle, num_records):
    return [(None,), (None,)]


def _text(value):
    out = np.empty((), object)
    out[()] = value
    return out


@ReaderReadV2.host(blocking=True, turns=True)
def reader_read_kernel(ctx, reader_handle, queue_handle):
    key, value = _of(reader_handle).read(ctx, _of(queue_handle, _queues.Queue))
    return _text(key), _text(value)


@ReaderReadUpToV2.host(blocking=True, turns=True)
def reader_read_up_to_kernel(ctx, reader_handle, queue_handle, num_records):
    queue = _of(queue_handle, _queues.Queue)
    pairs = _of(reader_handle).read_up_to(ctx, queue, int(num_records))
    return objects([k for k, _ in pairs]), objects([v for _, v in pairs])


# --- state --------------------------------------------------------------------------------------


def _ask(name, output):
    return define_op(name, "reader_handle: resource", output, [], scalar, stateful=True)


ReaderNumRecordsProducedV2 = _ask("ReaderNumRecordsProducedV2", "records_produced: int64")
ReaderNumWorkUnitsCompletedV2 = _ask("ReaderNumWorkUnitsCompletedV2", "units_completed: int64")
ReaderSerializeStateV2 = _ask("ReaderSerializeStateV2", "state: string")
ReaderRestoreStateV2 = define_op(
    "ReaderRestoreStateV2", "reader_handle: resource, state: string", stateful=True
)
ReaderResetV2 = define_op("ReaderResetV2", "reader_handle: resource", stateful=True)


@ReaderNumRecordsProducedV2.host
def reader_num_records_produced_kernel(ctx, reader_handle):
    return np.int64(_of(reader_handle).produced)


@ReaderNumWorkUnitsCompletedV2.host
def reader_num_work_units_completed_kernel(ctx, reader_handle):
    return np.int64(_of(reader_handle).finished)


@ReaderSerializeStateV2.host
def reader_serialize_state_kernel(ctx, reader_handle):
    return _text(_of(reader_handle).serialize())


@ReaderRestoreStateV2.shape
def reader_restore_state_shape(reader_handle, state):
    if state.dims:
        raise ShapeError(f"Shape must be rank 0 but is rank {len(state.dims)}")
    return []


@ReaderRestoreStateV2.host
def reader_restore_state_kernel(ctx, reader_handle, state):
    value = np.asarray(state).item()
    _of(reader_handle).restore(value if isinstance(value, bytes) else value.encode())
    return ()


@ReaderResetV2.host
def reader_reset_kernel(ctx, reader_handle):
    _of(reader_handle).reset()
    return ()


for _op in (
    TextLineReaderV2,
    WholeFileReaderV2,
    IdentityReaderV2,
    TFRecordReaderV2,
    FixedLengthRecordReaderV2,
    ReaderReadV2,
    ReaderReadUpToV2,
    ReaderNumRecordsProducedV2,
    ReaderNumWorkUnitsCompletedV2,
    ReaderSerializeStateV2,
    ReaderRestoreStateV2,
    ReaderResetV2,
):
    _op.no_gradient()
