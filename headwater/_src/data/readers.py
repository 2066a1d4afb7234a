"""Datasets that read files: lines, TFRecords, records of one length, CSV."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.data import structure
from headwater._src.data.dataset import Dataset
from headwater._src.data.transforms import int64
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.type_spec import TensorSpec

_BUFFER = 256 * 1024
_TEXT = TensorSpec([], dtypes.string)


def _text(value, name):
    return convert_to_tensor("" if value is None else value, dtypes.string, name=name)


def _buffer(value, default=_BUFFER):
    return int64(default if value is None else value, "buffer_size")


def _parallel(names, read, number):
    """The records of each file, several files taking turns."""
    each = _as_names(names)
    if number is None:
        return each.flat_map(read)
    return each.interleave(read, cycle_length=number, num_parallel_calls=number)


def _as_names(names):
    """Names of files as a dataset of them.

    Raises:
      TypeError: they are no strings.
    """
    if isinstance(names, Dataset):
        if structure.flatten(names.output_types) != [dtypes.string]:
            raise TypeError("`filenames` must be a `tf.data.Dataset` of `tf.string` elements.")
        if names.output_shapes.rank not in (0, None):
            raise ValueError(
                "`filenames` must be a `tf.data.Dataset` of scalar `tf.string` elements."
            )
        return names
    tensor = convert_to_tensor(names, dtypes.string, name="filenames")
    if tensor.shape.rank == 0:
        tensor = raw.Reshape(tensor, np.array([1], np.int32))
    return Dataset.from_tensor_slices(
        raw.Reshape(tensor, np.array([-1], np.int32), name="flat_filenames")
    )


class TextLineDataset(Dataset):
    """The lines of text files, without their ends.

    Args:
      filenames: names of files: a string tensor, or a dataset of scalar strings.
      compression_type: `""`, `"ZLIB"` or `"GZIP"`.
      buffer_size: accepted.
      num_parallel_reads: how many files take turns; None for one after another.
    """

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        kind, size = _text(compression_type, "compression_type"), _buffer(buffer_size)
        if num_parallel_reads is None and not isinstance(filenames, Dataset):
            names = convert_to_tensor(filenames, dtypes.string, name="filenames")
            super().__init__(raw.TextLineDataset(names, kind, size), _TEXT)
            return
        made = _parallel(
            filenames,
            lambda name: Dataset(raw.TextLineDataset(name, kind, size), _TEXT),
            num_parallel_reads,
        )
        super().__init__(made._variant_tensor, _TEXT)


class TFRecordDataset(Dataset):
    """The records of TFRecord files, as strings.

    Args:
      filenames: names of files: a string tensor, or a dataset of scalar strings.
      compression_type: `""`, `"ZLIB"` or `"GZIP"`.
      buffer_size: accepted.
      num_parallel_reads: how many files take turns; None for one after another.

    Raises:
      TypeError: `filenames` are no strings.
      ValueError: it is a dataset of something else than scalars.
    """

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        if isinstance(filenames, Tensor) and filenames.dtype.base_dtype is not dtypes.string:
            raise TypeError(
                "`filenames` must be a `tf.Tensor` of `tf.string` or a `tf.data.Dataset`, not "
                f"{filenames.dtype.name}."
            )
        kind, size = _text(compression_type, "compression_type"), _buffer(buffer_size)
        made = _parallel(
            filenames,
            lambda name: Dataset(raw.TFRecordDataset(name, kind, size), _TEXT),
            num_parallel_reads,
        )
        super().__init__(made._variant_tensor, _TEXT)


class FixedLengthRecordDataset(Dataset):
    """The records of binary files whose records all have one length.

    Args:
      filenames: names of files: a string tensor, or a dataset of scalar strings.
      record_bytes: the length of a record.
      header_bytes: how many bytes come before the first record.
      footer_bytes: how many bytes come after the last one.
      buffer_size: accepted.
      compression_type: `""`, `"ZLIB"` or `"GZIP"`.
      num_parallel_reads: how many files take turns; None for one after another.
    """

    def __init__(
        self,
        filenames,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        buffer_size=None,
        compression_type=None,
        num_parallel_reads=None,
    ):
        sizes = [
            int64(record_bytes, "record_bytes"),
            int64(header_bytes or 0, "header_bytes"),
            int64(footer_bytes or 0, "footer_bytes"),
        ]
        size, kind = _buffer(buffer_size), _text(compression_type, "compression_type")

        def read(names):
            record, header, footer = sizes
            return Dataset(
                raw.FixedLengthRecordDatasetV2(names, header, record, footer, size, kind), _TEXT
            )

        if num_parallel_reads is None and not isinstance(filenames, Dataset):
            made = read(convert_to_tensor(filenames, dtypes.string, name="filenames"))
        else:
            made = _parallel(filenames, read, num_parallel_reads)
        super().__init__(made._variant_tensor, _TEXT)


class CsvDataset(Dataset):
    """The records of CSV files, each a tuple of fields.

    Args:
      filenames: names of files.
      record_defaults: for each column its default value, or its `DType` when it is required.
      compression_type: `""`, `"ZLIB"` or `"GZIP"`.
      buffer_size: accepted.
      header: whether the first line of a file is left out.
      field_delim: the character between fields.
      use_quote_delim: whether double quotes surround fields.
      na_value: a text that stands for a missing value.
      select_cols: the columns to read, ascending (default: all).
    """

    def __init__(
        self,
        filenames,
        record_defaults,
        compression_type=None,
        buffer_size=None,
        header=False,
        field_delim=",",
        use_quote_delim=True,
        na_value="",
        select_cols=None,
    ):
        names = convert_to_tensor(filenames, dtypes.string, name="filenames")
        defaults = [
            convert_to_tensor([], dtypes.as_dtype(d), name="record_defaults")
            if isinstance(d, (dtypes.DType, type))
            else convert_to_tensor(d, name="record_defaults")
            for d in record_defaults
        ]
        specs = tuple([TensorSpec([], d.dtype.base_dtype) for d in defaults])
        shapes = structure.types_and_shapes(specs)["output_shapes"]
        variant = raw.CSVDataset(
            names,
            _text(compression_type, "compression_type"),
            _buffer(buffer_size, 4 << 20),
            convert_to_tensor(header, dtypes.bool, name="header"),
            _text(field_delim, "field_delim"),
            convert_to_tensor(use_quote_delim, dtypes.bool, name="use_quote_delim"),
            _text(na_value, "na_value"),
            convert_to_tensor(
                [] if select_cols is None else select_cols, dtypes.int64, name="select_cols"
            ),
            defaults,
            output_shapes=shapes,
        )
        super().__init__(variant, specs)
