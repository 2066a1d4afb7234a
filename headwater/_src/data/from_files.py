"""Whole pipelines from files: CSV and `Example` records to batches of features."""

import csv
from collections import OrderedDict

import numpy as np

from headwater._src.core import dtypes
from headwater._src.data.dataset import Dataset
from headwater._src.data.experimental import shuffle_and_repeat
from headwater._src.data.readers import CsvDataset, TFRecordDataset
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.io import local
from headwater._src.ops.parsing_functions import parse_example

_KINDS = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string)


def _names(file_pattern):
    patterns = [file_pattern] if isinstance(file_pattern, (str, bytes)) else list(file_pattern)
    found = sorted(n for p in patterns for n in local.glob(p))
    if not found:
        raise ValueError(f"No files match `file_pattern` {file_pattern}.")
    return found


def _lines(name, delimiter, quotes):
    quoting = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    with open(local.path_of(name), newline="") as file:
        yield from csv.reader(file, delimiter=delimiter, quoting=quoting)


def _column_names(names, delimiter, quotes):
    first = None
    for name in names:
        header = next(_lines(name, delimiter, quotes), [])
        if first is not None and header != first:
            raise ValueError("All input CSV files must have the same column names in the header.")
        first = header
    return first


def _kind_of(text, na_value):
    """The first type that a text can be read as; None for one that is missing."""
    if text in ("", na_value):
        return None
    for dtype, read in ((dtypes.int32, int), (dtypes.float32, float)):
        try:
            value = read(text)
        except ValueError:
            continue
        if dtype is dtypes.int32 and not -(2**31) <= value < 2**31:
            return dtypes.int64
        if dtype is dtypes.float32 and abs(value) > np.finfo(np.float32).max < float("inf"):
            return dtypes.float64
        return dtype
    return dtypes.string


def _inferred(names, columns, delimiter, quotes, na_value, header, rows):
    found = [None] * len(columns)
    for name in names:
        for number, fields in enumerate(_lines(name, delimiter, quotes)):
            if header and not number:
                continue
            if rows is not None and number > rows:
                break
            for i, column in enumerate(columns):
                kind = _kind_of(fields[column], na_value)
                if kind is not None and (
                    found[i] is None or _KINDS.index(kind) > _KINDS.index(found[i])
                ):
                    found[i] = kind
    return [_default(kind or dtypes.string) for kind in found]


def _default(dtype):
    return convert_to_tensor([b"" if dtype is dtypes.string else 0], dtype)


def make_csv_dataset(
    file_pattern,
    batch_size,
    column_names=None,
    column_defaults=None,
    label_name=None,
    select_columns=None,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    header=True,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    num_parallel_reads=None,
    sloppy=False,
    num_rows_for_inference=100,
    compression_type=None,
    ignore_errors=False,
):
    """Batches of the columns of CSV files.

    Args:
      file_pattern: a pattern of names of files, or a list of patterns.
      batch_size: how many records make a batch.
      column_names: names of the columns (default: from the header).
      column_defaults: default values or `DType`s of the columns read (default: found out).
      label_name: name of the column that is the label.
      select_columns: names or numbers of the columns to read (default: all).
      field_delim: the character between fields.
      use_quote_delim: whether double quotes surround fields.
      na_value: a text that stands for a missing value.
      header: whether the first line of each file has the names of the columns.
      num_epochs: how often the files are read; None for ever.
      shuffle: whether records are shuffled.
      shuffle_buffer_size: how many records are shuffled at a time.
      shuffle_seed: seed of the order.
      prefetch_buffer_size: how many batches are made ahead of time.
      num_parallel_reads: how many files take turns.
      sloppy: accepted.
      num_rows_for_inference: how many lines of each file decide the columns' types.
      compression_type: `""`, `"ZLIB"` or `"GZIP"`.
      ignore_errors: whether records that are wrong are left out.

    Returns:
      A `Dataset` of dicts from a column's name to a batch of its values; with `label_name`, of
      pairs of such a dict and the labels.

    Raises:
      ValueError: no file matches, or names of columns are not there.
    """
    names = _names(file_pattern)
    if column_names is None:
        if not header:
            raise ValueError("Cannot infer column names without a header line.")
        column_names = _column_names(names, field_delim, use_quote_delim)
    if len(column_names) != len(set(column_names)):
        raise ValueError("Cannot have duplicate column names.")
    columns = _selected(select_columns, column_names)
    if column_defaults is None:
        column_defaults = _inferred(
            names, columns, field_delim, use_quote_delim, na_value, header, num_rows_for_inference
        )
    chosen = [column_names[i] for i in columns]
    if label_name is not None and label_name not in chosen:
        raise ValueError("`label_name` provided must be one of the columns.")

    def read(name):
        found = CsvDataset(
            name,
            column_defaults,
            compression_type=compression_type,
            header=header,
            field_delim=field_delim,
            use_quote_delim=use_quote_delim,
            na_value=na_value,
            select_cols=None if select_columns is None else columns,
        )
        return found.apply(_without_errors) if ignore_errors else found

    files = Dataset.from_tensor_slices(names)
    if shuffle:
        files = files.shuffle(len(names), shuffle_seed)
    records = files.interleave(read, cycle_length=num_parallel_reads or 1)
    records = _rounds(records, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    batches = records.batch(batch_size, drop_remainder=num_epochs is None)
    batches = batches.map(lambda *values: _named(chosen, values, label_name))
    return batches.prefetch(prefetch_buffer_size)


def _named(names, values, label):
    """Columns by name, the label apart."""
    features = OrderedDict(zip(names, values))
    return features if label is None else (features, features.pop(label))


def _without_errors(dataset):
    return dataset._made(raw.IgnoreErrorsDataset)


def _selected(select, names):
    """The numbers of columns, ascending."""
    if select is None:
        return list(range(len(names)))
    if len(set(select)) != len(select):
        raise ValueError("`select_columns` must contain unique column indices")
    found = sorted(c if isinstance(c, int) else names.index(c) for c in select)
    if found and not 0 <= found[0] <= found[-1] < len(names):
        raise ValueError("`select_columns` contains numbers of columns that are not there")
    return found


def _rounds(dataset, num_epochs, shuffle, size, seed):
    if shuffle:
        return dataset.apply(shuffle_and_repeat(size, num_epochs, seed))
    return dataset if num_epochs == 1 else dataset.repeat(num_epochs)


def parse_example_dataset(features, num_parallel_calls=1, deterministic=None):
    """Parses batches of serialized `Example` messages.

    Args:
      features: dict of features, as for `tf.parse_example`.
      num_parallel_calls: accepted.
      deterministic: accepted.

    Returns:
      A function for `Dataset.apply`.

    Raises:
      ValueError: there are no features.
    """
    if not features:
        raise ValueError("Missing: features was None or empty.")
    return lambda dataset: dataset.map(lambda x: parse_example(x, features), num_parallel_calls)


def make_batched_features_dataset(
    file_pattern,
    batch_size,
    features,
    reader=TFRecordDataset,
    label_key=None,
    reader_args=None,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    reader_num_threads=None,
    parser_num_threads=None,
    sloppy_ordering=False,
    drop_final_batch=False,
):
    """Batches of the features of `Example` records.

    Args:
      file_pattern: a pattern of names of files, or a list of patterns.
      batch_size: how many records make a batch.
      features: dict of features, as for `tf.parse_example`.
      reader: function of a file's name that gives a dataset of records.
      label_key: name of the feature that is the label.
      reader_args: further arguments of `reader`.
      num_epochs: how often the files are read; None for ever.
      shuffle: whether records are shuffled.
      shuffle_buffer_size: how many records are shuffled at a time.
      shuffle_seed: seed of the order.
      prefetch_buffer_size: how many batches are made ahead of time.
      reader_num_threads: how many files take turns.
      parser_num_threads: accepted.
      sloppy_ordering: accepted.
      drop_final_batch: whether a last batch that is smaller is left out.

    Returns:
      A `Dataset` of dicts of features, or of pairs with the label.

    Raises:
      ValueError: no file matches, or `label_key` is no feature.
    """
    names = _names(file_pattern)
    files = Dataset.from_tensor_slices(names)
    if shuffle:
        files = files.shuffle(len(names), shuffle_seed)
    records = files.interleave(
        lambda name: reader(name, *(reader_args or ())), cycle_length=reader_num_threads or 1
    )
    if structure_is_pair(records):
        records = records.map(lambda _, record: record)
    records = _rounds(records, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    batches = records.batch(batch_size, drop_final_batch or num_epochs is None)
    parsed = batches.apply(parse_example_dataset(features, parser_num_threads or 1))
    if label_key:
        if label_key not in features:
            raise ValueError(f"The `label_key` provided ({label_key}) must be one of the features")
        parsed = parsed.map(lambda x: (x, x.pop(label_key)))
    return parsed.prefetch(prefetch_buffer_size)


def structure_is_pair(dataset):
    """Whether elements are pairs of a key and a record."""
    return type(dataset.element_spec) is tuple


class TFRecordWriter:
    """Writes the elements of a dataset, scalar strings, to a TFRecord file.

    Args:
      filename: the file.
      compression_type: `""`, `"ZLIB"` or `"GZIP"`.
    """

    def __init__(self, filename, compression_type=None):
        self._filename = convert_to_tensor(filename, dtypes.string, name="filename")
        self._kind = convert_to_tensor(compression_type or "", dtypes.string)

    def write(self, dataset):
        """The operation that writes all elements.

        Args:
          dataset: a `Dataset` of scalar strings.

        Raises:
          TypeError: it has other elements.
        """
        if not isinstance(dataset, Dataset) or dataset.output_types != dtypes.string:
            raise TypeError("`dataset` must produce scalar `DT_STRING` tensors.")
        raw.DatasetToTFRecord(dataset._variant_tensor, self._filename, self._kind)
        return get_default_graph().get_operations()[-1]
