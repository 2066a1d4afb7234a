"""`tf.io`: files, records, parsing."""

from headwater._src.core import lazy as _lazy
from headwater._src.io.records import (
    TFRecordCompressionType as TFRecordCompressionType,
    TFRecordOptions as TFRecordOptions,
    TFRecordWriter as TFRecordWriter,
    tf_record_iterator as tf_record_iterator,
)
from headwater._src.ops.decoding import (
    decode_csv as decode_csv,
    decode_json_example as decode_json_example,
    parse_tensor as parse_tensor,
    serialize_tensor as serialize_tensor,
)
from headwater._src.ops.files import (
    matching_files as matching_files,
    read_file as read_file,
    write_file as write_file,
)
from headwater._src.ops.parsing_functions import (
    FixedLenFeature as FixedLenFeature,
    FixedLenSequenceFeature as FixedLenSequenceFeature,
    SparseFeature as SparseFeature,
    VarLenFeature as VarLenFeature,
    parse_example as parse_example,
    parse_single_example as parse_single_example,
)
from headwater._src.ops.string_numbers import decode_raw as decode_raw
from headwater._src.train.meta_graph import write_graph as write_graph

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("gfile",))
