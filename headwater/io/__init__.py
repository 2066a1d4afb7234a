"""`tf.io`: files, records, parsing."""

from headwater._src.core import lazy as _lazy
from headwater._src.data.sequence_examples import (
    parse_sequence_example as parse_sequence_example,
    parse_single_sequence_example as parse_single_sequence_example,
)
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
from headwater._src.ops.image_encoding import (
    encode_jpeg as encode_jpeg,
    encode_png as encode_png,
)
from headwater._src.ops.image_files import (
    decode_and_crop_jpeg as decode_and_crop_jpeg,
    decode_bmp as decode_bmp,
    decode_gif as decode_gif,
    decode_image as decode_image,
    decode_jpeg as decode_jpeg,
    decode_png as decode_png,
    extract_jpeg_shape as extract_jpeg_shape,
    is_jpeg as is_jpeg,
)
from headwater._src.ops.parsing_functions import (
    FixedLenFeature as FixedLenFeature,
    FixedLenSequenceFeature as FixedLenSequenceFeature,
    SparseFeature as SparseFeature,
    VarLenFeature as VarLenFeature,
    parse_example as parse_example,
    parse_single_example as parse_single_example,
)
from headwater._src.ops.queue_classes import (
    PaddingFIFOQueue as PaddingFIFOQueue,
    PriorityQueue as PriorityQueue,
    QueueBase as QueueBase,
    RandomShuffleQueue as RandomShuffleQueue,
)
from headwater._src.ops.sparse_serialization import (
    deserialize_many_sparse as deserialize_many_sparse,
    serialize_many_sparse as serialize_many_sparse,
    serialize_sparse as serialize_sparse,
)
from headwater._src.ops.string_encoding import (
    decode_base64 as decode_base64,
    encode_base64 as encode_base64,
)
from headwater._src.ops.string_numbers import decode_raw as decode_raw
from headwater._src.train.input_producers import (
    match_filenames_once as match_filenames_once,
)
from headwater._src.train.meta_graph import write_graph as write_graph

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("gfile",))
