"""The ops of datasets that read and write files."""

import numpy as np

from headwater._src.graph import define_op
from headwater._src.io import records
from headwater._src.ops import _dataset_files as files
from headwater._src.ops._dataset_functions import dataset_of
from headwater._src.ops._dataset_kept import Cache
from headwater._src.ops._shapes import scalar
from headwater._src.ops._strings import invalid

_OUT = ["output_types: list(type) >= 1", "output_shapes: list(shape) >= 1"]
_META = "metadata: string = ''"


def _define(name, inputs, attrs, stateful=True):
    op = define_op(name, inputs, "handle: variant", attrs, scalar, stateful)
    op.no_gradient()
    return op


def _bytes(value):
    value = np.asarray(value)[()]
    return value if isinstance(value, bytes) else str(value).encode()


def _names(value):
    return [v.decode("utf-8", "surrogateescape") for v in np.asarray(value).reshape(-1).tolist()]


_READ = "filenames: string, compression_type: string, buffer_size: int64"
TextLineDataset = _define("TextLineDataset", _READ, [_META])
TFRecordDataset = _define("TFRecordDataset", _READ, [_META])
FixedLengthRecordDatasetV2 = _define(
    "FixedLengthRecordDatasetV2",
    "filenames: string, header_bytes: int64, record_bytes: int64, footer_bytes: int64, "
    "buffer_size: int64, compression_type: string",
    [_META],
)
CSVDataset = _define(
    "CSVDataset",
    "filenames: string, compression_type: string, buffer_size: int64, header: bool, "
    "field_delim: string, use_quote_delim: bool, na_value: string, select_cols: int64, "
    "record_defaults: output_types",
    [
        "output_types: list({float, double, int32, int64, string}) >= 1",
        _OUT[1],
    ],
)
CacheDataset = _define(
    "CacheDataset", "input_dataset: variant, filename: string", [*_OUT, _META], stateful=False
)
DatasetToTFRecord = define_op(
    "DatasetToTFRecord",
    "input_dataset: variant, filename: string, compression_type: string",
    stateful=True,
)
DatasetToTFRecord.no_gradient()


def _kind(compression_type):
    kind = _bytes(compression_type).decode()
    if kind not in ("", "GZIP", "ZLIB"):
        raise invalid(f"Unsupported compression_type: {kind}")
    return kind


@TextLineDataset.host
def text_line_dataset_kernel(ctx, filenames, compression_type, buffer_size):
    if buffer_size < 0:
        raise invalid("`buffer_size` must be >= 0 (0 == default)")
    return files.Files(_names(filenames), _kind(compression_type), files.lines)


@TFRecordDataset.host
def tf_record_dataset_kernel(ctx, filenames, compression_type, buffer_size):
    if buffer_size < 0:
        raise invalid("`buffer_size` must be >= 0 (0 == no buffering)")
    return files.Files(_names(filenames), _kind(compression_type), files.tf_records)


@FixedLengthRecordDatasetV2.host
def fixed_length_record_dataset_kernel(
    ctx, filenames, header_bytes, record_bytes, footer_bytes, buffer_size, compression_type
):
    for name, value, least in (
        ("header_bytes", header_bytes, 0),
        ("record_bytes", record_bytes, 1),
        ("footer_bytes", footer_bytes, 0),
        ("buffer_size", buffer_size, 0),
    ):
        if value < least:
            raise invalid(f"{name} must be {'>= 0' if not least else '> 0'}")
    read = files.fixed_length(int(header_bytes), int(record_bytes), int(footer_bytes))
    return files.Files(_names(filenames), _kind(compression_type), read)


@CSVDataset.host
def csv_dataset_kernel(
    ctx,
    filenames,
    compression_type,
    buffer_size,
    header,
    field_delim,
    use_quote_delim,
    na_value,
    select_cols,
    record_defaults,
):
    delimiter = _bytes(field_delim).decode("latin-1")
    if len(delimiter) != 1:
        raise invalid("field_delim should be only 1 char")
    columns = np.asarray(select_cols).tolist()
    form = files.CsvFormat(
        bool(header),
        delimiter,
        bool(use_quote_delim),
        _bytes(na_value).decode("latin-1"),
        columns or None,
        [np.asarray(d) for d in record_defaults],
    )
    return files.Csv(_names(filenames), _kind(compression_type), form)


@CacheDataset.host
def cache_dataset_kernel(ctx, input_dataset, filename):
    source, name = dataset_of(input_dataset), _bytes(filename).decode()
    return files.FileCache(source, name) if name else Cache(source)


@DatasetToTFRecord.host(blocking=True)
def dataset_to_tf_record_kernel(ctx, input_dataset, filename, compression_type):
    walk = dataset_of(input_dataset).iterate()
    with records.TFRecordWriter(_bytes(filename), _bytes(compression_type).decode()) as writer:
        while True:
            try:
                (record,) = next(walk)
            except StopIteration:
                return ()
            writer.write(np.asarray(record)[()])
