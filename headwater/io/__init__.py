"""`tf.io`: files, records, parsing."""

from headwater._src.core import lazy as _lazy
from headwater._src.io.records import (
    TFRecordCompressionType as TFRecordCompressionType,
    TFRecordOptions as TFRecordOptions,
    TFRecordWriter as TFRecordWriter,
    tf_record_iterator as tf_record_iterator,
)
from headwater._src.ops.files import (
    matching_files as matching_files,
    read_file as read_file,
    write_file as write_file,
)
from headwater._src.train.meta_graph import write_graph as write_graph

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("gfile",))
