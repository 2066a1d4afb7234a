"""`tf.summary`: what TensorBoard shows."""

from headwater._src.core import lazy as _lazy
from headwater._src.ops.summary_functions import (
    all_v2_summary_ops as all_v2_summary_ops,
    audio as audio,
    get_summary_description as get_summary_description,
    histogram as histogram,
    image as image,
    initialize as initialize,
    merge as merge,
    merge_all as merge_all,
    scalar as scalar,
    tensor_summary as tensor_summary,
    text as text,
)
from headwater._src.train.summary_writer import (
    FileWriter as FileWriter,
    FileWriterCache as FileWriterCache,
)

_EVENT = "headwater._src.core.proto.event_pb2"
_SUMMARY = "headwater._src.core.proto.summary_pb2"
_PROTOS = {
    "Event": _EVENT,
    "SessionLog": _EVENT,
    "Summary": _SUMMARY,
    "SummaryDescription": _SUMMARY,
    "TaggedRunMetadata": _EVENT,
}
__getattr__, __dir__ = _lazy.lazy_getattr(__name__, (), _PROTOS)
