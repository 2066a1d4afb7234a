"""`tf.TextLineReader` and the other readers as objects of a graph."""

from collections import namedtuple

from headwater._src.core import dtypes, errors
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.io.records import TFRecordOptions

Record = namedtuple("ReaderReadV2", ["key", "value"])
Records = namedtuple("ReaderReadUpToV2", ["keys", "values"])


def _operation(result):
    return get_default_graph().get_operations()[-1] if result is None else result


class ReaderBase:
    """What all readers have: they turn names of files, from a queue, into records.

    Args:
      reader_ref: the resource `Tensor` that stands for the reader.
      supports_serialize: whether its state can be saved and restored.
    """

    def __init__(self, reader_ref, supports_serialize=False):
        self._reader_ref, self._supports_serialize = reader_ref, supports_serialize

    @property
    def reader_ref(self):
        """The `Tensor` that stands for the reader."""
        return self._reader_ref

    @property
    def supports_serialize(self):
        """Whether the state can be saved and restored."""
        return self._supports_serialize

    def read(self, queue, name=None):
        """The next record, another one in each run; takes work from the queue when needed.

        Args:
          queue: a queue of strings, or its handle.
          name: name of the node.

        Returns:
          A pair `(key, value)` of scalar strings.

        Raises:
          OutOfRangeError: when it runs: the queue is closed and empty.
        """
        handle = getattr(queue, "queue_ref", queue)
        return Record(*raw.ReaderReadV2(self._reader_ref, handle, name=name))

    def read_up_to(self, queue, num_records, name=None):
        """Several next records, perhaps fewer than asked for before the end.

        Args:
          queue: a queue of strings, or its handle.
          num_records: how many at most.
          name: name of the node.

        Returns:
          A pair `(keys, values)` of string vectors.
        """
        handle = getattr(queue, "queue_ref", queue)
        return Records(*raw.ReaderReadUpToV2(self._reader_ref, handle, num_records, name=name))

    def num_records_produced(self, name=None):
        """How many records it has given, an int64 tensor.

        Args:
          name: name of the node.
        """
        return raw.ReaderNumRecordsProducedV2(self._reader_ref, name=name)

    def num_work_units_completed(self, name=None):
        """How many pieces of work (files) it has finished, an int64 tensor.

        Args:
          name: name of the node.
        """
        return raw.ReaderNumWorkUnitsCompletedV2(self._reader_ref, name=name)

    def serialize_state(self, name=None):
        """The state as a string tensor.

        Args:
          name: name of the node.

        Raises:
          UnimplementedError: when it runs: this reader cannot.
        """
        return raw.ReaderSerializeStateV2(self._reader_ref, name=name)

    def restore_state(self, state, name=None):
        """The operation that goes back to a saved state.

        Args:
          state: a value of `serialize_state`.
          name: name of the node.
        """
        state = convert_to_tensor(state, dtypes.string, name="state")
        return _operation(raw.ReaderRestoreStateV2(self._reader_ref, state, name=name))

    def reset(self, name=None):
        """The operation that puts the reader back to its beginning.

        Args:
          name: name of the node.
        """
        return _operation(raw.ReaderResetV2(self._reader_ref, name=name))


class WholeFileReader(ReaderBase):
    """Gives each file as one record; the key is its name.

    Args:
      name: name of the node.
    """

    def __init__(self, name=None):
        super().__init__(raw.WholeFileReaderV2(name=name), supports_serialize=True)


class TextLineReader(ReaderBase):
    """Gives the lines of text files; keys are `file:line`.

    Args:
      skip_header_lines: how many lines at the beginning of each file are left out.
      name: name of the node.
    """

    def __init__(self, skip_header_lines=None, name=None):
        super().__init__(raw.TextLineReaderV2(skip_header_lines=skip_header_lines or 0, name=name))


class FixedLengthRecordReader(ReaderBase):
    """Gives the records of binary files whose records all have one length.

    Args:
      record_bytes: the length of a record.
      header_bytes: how many bytes come before the first record.
      footer_bytes: how many bytes come after the last one.
      hop_bytes: the distance from one record to the next (default: their length).
      name: name of the node.
      encoding: `""`, `"ZLIB"` or `"GZIP"`.
    """

    def __init__(
        self,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        hop_bytes=None,
        name=None,
        encoding=None,
    ):
        handle = raw.FixedLengthRecordReaderV2(
            record_bytes=record_bytes,
            header_bytes=header_bytes or 0,
            footer_bytes=footer_bytes or 0,
            hop_bytes=hop_bytes or 0,
            encoding=encoding or "",
            name=name,
        )
        super().__init__(handle)


class TFRecordReader(ReaderBase):
    """Gives the records of TFRecord files; keys are `file:position`.

    Args:
      name: name of the node.
      options: a `TFRecordOptions` that says how the files are compressed.
    """

    def __init__(self, name=None, options=None):
        kind = TFRecordOptions.get_compression_type_string(options)
        super().__init__(raw.TFRecordReaderV2(name=name, compression_type=kind))


class IdentityReader(ReaderBase):
    """Gives each string of the queue itself, as key and as value.

    Args:
      name: name of the node.
    """

    def __init__(self, name=None):
        super().__init__(raw.IdentityReaderV2(name=name), supports_serialize=True)


class LMDBReader(ReaderBase):
    """Would read LMDB databases, which headwater cannot.

    Args:
      name: name of the node.
      options: accepted.

    Raises:
      UnimplementedError: always.
    """

    def __init__(self, name=None, options=None):
        raise errors.UnimplementedError(
            None, None, "headwater cannot read LMDB databases: convert them to TFRecord files"
        )
