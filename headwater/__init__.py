"""headwater: TensorFlow 1.x, built anew in Python on XLA. `import headwater as tf`."""

# --- core: types, shapes, errors, logging -------------------------------------------------------
from headwater import dtypes as dtypes
from headwater import errors as errors
from headwater import logging as logging
from headwater import nest as nest
from headwater._src.core import lazy as _lazy
from headwater._src.core.device import DeviceSpec as DeviceSpec
from headwater._src.core.dtypes import QUANTIZED_DTYPES as QUANTIZED_DTYPES
from headwater._src.core.dtypes import DType as DType
from headwater._src.core.dtypes import as_dtype as as_dtype
from headwater._src.core.dtypes import bfloat16 as bfloat16
from headwater._src.core.dtypes import bool as bool
from headwater._src.core.dtypes import complex64 as complex64
from headwater._src.core.dtypes import complex128 as complex128
from headwater._src.core.dtypes import double as double
from headwater._src.core.dtypes import float16 as float16
from headwater._src.core.dtypes import float32 as float32
from headwater._src.core.dtypes import float64 as float64
from headwater._src.core.dtypes import half as half
from headwater._src.core.dtypes import int8 as int8
from headwater._src.core.dtypes import int16 as int16
from headwater._src.core.dtypes import int32 as int32
from headwater._src.core.dtypes import int64 as int64
from headwater._src.core.dtypes import qint8 as qint8
from headwater._src.core.dtypes import qint16 as qint16
from headwater._src.core.dtypes import qint32 as qint32
from headwater._src.core.dtypes import quint8 as quint8
from headwater._src.core.dtypes import quint16 as quint16
from headwater._src.core.dtypes import resource as resource
from headwater._src.core.dtypes import string as string
from headwater._src.core.dtypes import uint8 as uint8
from headwater._src.core.dtypes import uint16 as uint16
from headwater._src.core.dtypes import uint32 as uint32
from headwater._src.core.dtypes import uint64 as uint64
from headwater._src.core.dtypes import variant as variant
from headwater._src.core.errors import OpError as OpError
from headwater._src.core.tensor_proto import make_ndarray as make_ndarray
from headwater._src.core.tensor_proto import make_tensor_proto as make_tensor_proto
from headwater._src.core.tensor_shape import Dimension as Dimension
from headwater._src.core.tensor_shape import TensorShape as TensorShape
from headwater._src.core.tensor_shape import dimension_at_index as dimension_at_index
from headwater._src.core.tensor_shape import dimension_value as dimension_value

# --- graph --------------------------------------------------------------------------------------
from headwater._src.graph.collections import GraphKeys as GraphKeys
from headwater._src.graph.convert import constant as constant
from headwater._src.graph.convert import convert_to_tensor as convert_to_tensor
from headwater._src.graph.convert import (
    register_tensor_conversion_function as register_tensor_conversion_function,
)
from headwater._src.graph.default import get_default_graph as get_default_graph
from headwater._src.graph.default import get_default_session as get_default_session
from headwater._src.graph.default import reset_default_graph as reset_default_graph
from headwater._src.graph.framework import add_to_collection as add_to_collection
from headwater._src.graph.framework import add_to_collections as add_to_collections
from headwater._src.graph.framework import colocate_with as colocate_with
from headwater._src.graph.framework import container as container
from headwater._src.graph.framework import control_dependencies as control_dependencies
from headwater._src.graph.framework import device as device
from headwater._src.graph.framework import get_collection as get_collection
from headwater._src.graph.framework import get_collection_ref as get_collection_ref
from headwater._src.graph.framework import name_scope as name_scope
from headwater._src.graph.framework import op_scope as op_scope
from headwater._src.graph.graph import Graph as Graph
from headwater._src.graph.operation import Operation as Operation
from headwater._src.graph.operation import Tensor as Tensor

# --- runtime ------------------------------------------------------------------------------------
from headwater._src.runtime.session import InteractiveSession as InteractiveSession
from headwater._src.runtime.session import Session as Session

# --- ops: math ----------------------------------------------------------------------------------

# --- ops: arrays, random, control ---------------------------------------------------------------

# --- ops: nn, variables, training ---------------------------------------------------------------

# --- gradients, composite tensors, import -------------------------------------------------------

# --- loaded when asked for ----------------------------------------------------------------------
_PROTO = "headwater._src.core.proto."
_PROTOS = {
    "AttrValue": _PROTO + "attr_value_pb2",
    "ConfigProto": _PROTO + "config_pb2",
    "Event": _PROTO + "event_pb2",
    "GPUOptions": _PROTO + "config_pb2",
    "GraphDef": _PROTO + "graph_pb2",
    "GraphOptions": _PROTO + "config_pb2",
    "HistogramProto": _PROTO + "summary_pb2",
    "LogMessage": _PROTO + "event_pb2",
    "MetaGraphDef": _PROTO + "meta_graph_pb2",
    "NameAttrList": _PROTO + "attr_value_pb2",
    "NodeDef": _PROTO + "node_def_pb2",
    "OptimizerOptions": _PROTO + "config_pb2",
    "RunMetadata": _PROTO + "config_pb2",
    "RunOptions": _PROTO + "config_pb2",
    "SessionLog": _PROTO + "event_pb2",
    "Summary": _PROTO + "summary_pb2",
    "SummaryMetadata": _PROTO + "summary_pb2",
    "TensorInfo": _PROTO + "meta_graph_pb2",
}
_SUBMODULES = ("bitwise", "compat", "contrib", "examples", "graph_util", "initializers", "layers", "manip", "math",
               "nn", "random", "raw_ops", "test", "train")

newaxis = None
__version__ = "0.1.0"

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, _SUBMODULES, _PROTOS)
