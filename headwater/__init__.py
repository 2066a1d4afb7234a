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
from headwater._src.ops.arithmetic import add as add
from headwater._src.ops.arithmetic import atan2 as atan2
from headwater._src.ops.arithmetic import maximum as maximum
from headwater._src.ops.arithmetic import minimum as minimum
from headwater._src.ops.arithmetic import mul as mul
from headwater._src.ops.arithmetic import multiply as multiply
from headwater._src.ops.arithmetic import pow as pow
from headwater._src.ops.arithmetic import scalar_mul as scalar_mul
from headwater._src.ops.arithmetic import squared_difference as squared_difference
from headwater._src.ops.arithmetic import sub as sub
from headwater._src.ops.arithmetic import subtract as subtract
from headwater._src.ops.cast import cast as cast
from headwater._src.ops.cast import saturate_cast as saturate_cast
from headwater._src.ops.cast import to_bfloat16 as to_bfloat16
from headwater._src.ops.cast import to_complex128 as to_complex128
from headwater._src.ops.cast import to_complex64 as to_complex64
from headwater._src.ops.cast import to_double as to_double
from headwater._src.ops.cast import to_float as to_float
from headwater._src.ops.cast import to_int32 as to_int32
from headwater._src.ops.cast import to_int64 as to_int64
from headwater._src.ops.combining import accumulate_n as accumulate_n
from headwater._src.ops.combining import add_n as add_n
from headwater._src.ops.combining import clip_by_value as clip_by_value
from headwater._src.ops.comparison import approximate_equal as approximate_equal
from headwater._src.ops.comparison import equal as equal
from headwater._src.ops.comparison import greater as greater
from headwater._src.ops.comparison import greater_equal as greater_equal
from headwater._src.ops.comparison import less as less
from headwater._src.ops.comparison import less_equal as less_equal
from headwater._src.ops.comparison import logical_and as logical_and
from headwater._src.ops.comparison import logical_or as logical_or
from headwater._src.ops.comparison import logical_xor as logical_xor
from headwater._src.ops.comparison import not_equal as not_equal
from headwater._src.ops.comparison import where_v2 as where_v2
from headwater._src.ops.complex_numbers import abs as abs
from headwater._src.ops.complex_numbers import angle as angle
from headwater._src.ops.complex_numbers import complex as complex
from headwater._src.ops.complex_numbers import complex_abs as complex_abs
from headwater._src.ops.complex_numbers import conj as conj
from headwater._src.ops.complex_numbers import imag as imag
from headwater._src.ops.complex_numbers import real as real
from headwater._src.ops.cumulative import cumprod as cumprod
from headwater._src.ops.cumulative import cumsum as cumsum
from headwater._src.ops.division import div as div
from headwater._src.ops.division import div_no_nan as div_no_nan
from headwater._src.ops.division import divide as divide
from headwater._src.ops.division import floor_div as floor_div
from headwater._src.ops.division import floordiv as floordiv
from headwater._src.ops.division import floormod as floormod
from headwater._src.ops.division import mod as mod
from headwater._src.ops.division import realdiv as realdiv
from headwater._src.ops.division import truediv as truediv
from headwater._src.ops.division import truncatediv as truncatediv
from headwater._src.ops.division import truncatemod as truncatemod
from headwater._src.ops.elementwise import acos as acos
from headwater._src.ops.elementwise import acosh as acosh
from headwater._src.ops.elementwise import asin as asin
from headwater._src.ops.elementwise import asinh as asinh
from headwater._src.ops.elementwise import atan as atan
from headwater._src.ops.elementwise import atanh as atanh
from headwater._src.ops.elementwise import ceil as ceil
from headwater._src.ops.elementwise import cos as cos
from headwater._src.ops.elementwise import cosh as cosh
from headwater._src.ops.elementwise import exp as exp
from headwater._src.ops.elementwise import expm1 as expm1
from headwater._src.ops.elementwise import floor as floor
from headwater._src.ops.elementwise import inv as inv
from headwater._src.ops.elementwise import is_finite as is_finite
from headwater._src.ops.elementwise import is_inf as is_inf
from headwater._src.ops.elementwise import is_nan as is_nan
from headwater._src.ops.elementwise import log as log
from headwater._src.ops.elementwise import log1p as log1p
from headwater._src.ops.elementwise import logical_not as logical_not
from headwater._src.ops.elementwise import neg as neg
from headwater._src.ops.elementwise import negative as negative
from headwater._src.ops.elementwise import reciprocal as reciprocal
from headwater._src.ops.elementwise import rint as rint
from headwater._src.ops.elementwise import round as round
from headwater._src.ops.elementwise import rsqrt as rsqrt
from headwater._src.ops.elementwise import sigmoid as sigmoid
from headwater._src.ops.elementwise import sign as sign
from headwater._src.ops.elementwise import sin as sin
from headwater._src.ops.elementwise import sinh as sinh
from headwater._src.ops.elementwise import sqrt as sqrt
from headwater._src.ops.elementwise import square as square
from headwater._src.ops.elementwise import tan as tan
from headwater._src.ops.elementwise import tanh as tanh
from headwater._src.ops.indices_of_extremes import arg_max as arg_max
from headwater._src.ops.indices_of_extremes import arg_min as arg_min
from headwater._src.ops.indices_of_extremes import argmax as argmax
from headwater._src.ops.indices_of_extremes import argmin as argmin
from headwater._src.ops.reductions import count_nonzero as count_nonzero
from headwater._src.ops.reductions import reduce_all as reduce_all
from headwater._src.ops.reductions import reduce_any as reduce_any
from headwater._src.ops.reductions import reduce_logsumexp as reduce_logsumexp
from headwater._src.ops.reductions import reduce_max as reduce_max
from headwater._src.ops.reductions import reduce_mean as reduce_mean
from headwater._src.ops.reductions import reduce_min as reduce_min
from headwater._src.ops.reductions import reduce_prod as reduce_prod
from headwater._src.ops.reductions import reduce_sum as reduce_sum
from headwater._src.ops.set_difference import listdiff as listdiff
from headwater._src.ops.set_difference import setdiff1d as setdiff1d
from headwater._src.ops.special import betainc as betainc
from headwater._src.ops.special import digamma as digamma
from headwater._src.ops.special import erf as erf
from headwater._src.ops.special import erfc as erfc
from headwater._src.ops.special import igamma as igamma
from headwater._src.ops.special import igammac as igammac
from headwater._src.ops.special import lgamma as lgamma
from headwater._src.ops.special import polygamma as polygamma
from headwater._src.ops.special import zeta as zeta

# --- ops: arrays, random, control ---------------------------------------------------------------
from headwater._src.graph.seeds import set_random_seed as set_random_seed
from headwater._src.ops.constants import fill as fill
from headwater._src.ops.constants import ones as ones
from headwater._src.ops.constants import ones_like as ones_like
from headwater._src.ops.constants import placeholder as placeholder
from headwater._src.ops.constants import placeholder_with_default as placeholder_with_default
from headwater._src.ops.constants import zeros as zeros
from headwater._src.ops.constants import zeros_like as zeros_like
from headwater._src.ops.grouping import group as group
from headwater._src.ops.grouping import no_op as no_op
from headwater._src.ops.grouping import tuple as tuple
from headwater._src.ops.identity import check_numerics as check_numerics
from headwater._src.ops.identity import ensure_shape as ensure_shape
from headwater._src.ops.identity import identity as identity
from headwater._src.ops.identity import identity_n as identity_n
from headwater._src.ops.identity import stop_gradient as stop_gradient
from headwater._src.ops.indexing import gather as gather
from headwater._src.ops.indexing import gather_nd as gather_nd
from headwater._src.ops.indexing import one_hot as one_hot
from headwater._src.ops.indexing import scatter_nd as scatter_nd
from headwater._src.ops.joining import concat as concat
from headwater._src.ops.joining import split as split
from headwater._src.ops.joining import stack as stack
from headwater._src.ops.joining import unstack as unstack
from headwater._src.ops.padding import pad as pad
from headwater._src.ops.random import random_crop as random_crop
from headwater._src.ops.random import random_normal as random_normal
from headwater._src.ops.random import random_shuffle as random_shuffle
from headwater._src.ops.random import random_uniform as random_uniform
from headwater._src.ops.random import truncated_normal as truncated_normal
from headwater._src.ops.ranges import linspace as linspace
from headwater._src.ops.ranges import meshgrid as meshgrid
from headwater._src.ops.ranges import range as range
from headwater._src.ops.ranges import sequence_mask as sequence_mask
from headwater._src.ops.rearranging import invert_permutation as invert_permutation
from headwater._src.ops.rearranging import reverse as reverse
from headwater._src.ops.rearranging import roll as roll
from headwater._src.ops.rearranging import tile as tile
from headwater._src.ops.rearranging import transpose as transpose
from headwater._src.ops.searching import boolean_mask as boolean_mask
from headwater._src.ops.searching import unique as unique
from headwater._src.ops.searching import unique_with_counts as unique_with_counts
from headwater._src.ops.searching import where as where
from headwater._src.ops.segments import dynamic_partition as dynamic_partition
from headwater._src.ops.segments import dynamic_stitch as dynamic_stitch
from headwater._src.ops.segments import segment_sum as segment_sum
from headwater._src.ops.segments import unsorted_segment_sum as unsorted_segment_sum
from headwater._src.ops.shapes import broadcast_dynamic_shape as broadcast_dynamic_shape
from headwater._src.ops.shapes import broadcast_static_shape as broadcast_static_shape
from headwater._src.ops.shapes import broadcast_to as broadcast_to
from headwater._src.ops.shapes import expand_dims as expand_dims
from headwater._src.ops.shapes import rank as rank
from headwater._src.ops.shapes import reshape as reshape
from headwater._src.ops.shapes import shape as shape
from headwater._src.ops.shapes import shape_n as shape_n
from headwater._src.ops.shapes import size as size
from headwater._src.ops.shapes import squeeze as squeeze
from headwater._src.ops.slicing import slice as slice
from headwater._src.ops.slicing import strided_slice as strided_slice

# --- ops: nn, variables, training ---------------------------------------------------------------
from headwater._src.graph.variable import Variable as Variable
from headwater._src.graph.variable import disable_resource_variables as disable_resource_variables
from headwater._src.graph.variable import enable_resource_variables as enable_resource_variables
from headwater._src.ops.matmul import matmul as matmul
from headwater._src.ops.variables import all_variables as all_variables
from headwater._src.ops.variables import (
    assert_variables_initialized as assert_variables_initialized,
)
from headwater._src.ops.variables import assign as assign
from headwater._src.ops.variables import assign_add as assign_add
from headwater._src.ops.variables import assign_sub as assign_sub
from headwater._src.ops.variables import count_up_to as count_up_to
from headwater._src.ops.variables import global_variables as global_variables
from headwater._src.ops.variables import (
    global_variables_initializer as global_variables_initializer,
)
from headwater._src.ops.variables import initialize_all_variables as initialize_all_variables
from headwater._src.ops.variables import initialize_local_variables as initialize_local_variables
from headwater._src.ops.variables import initialize_variables as initialize_variables
from headwater._src.ops.variables import is_variable_initialized as is_variable_initialized
from headwater._src.ops.variables import local_variables as local_variables
from headwater._src.ops.variables import local_variables_initializer as local_variables_initializer
from headwater._src.ops.variables import model_variables as model_variables
from headwater._src.ops.variables import moving_average_variables as moving_average_variables
from headwater._src.ops.variables import (
    report_uninitialized_variables as report_uninitialized_variables,
)
from headwater._src.ops.variables import trainable_variables as trainable_variables
from headwater._src.ops.variables import variables_initializer as variables_initializer
from headwater._src.ops import nn as _nn  # noqa: F401
from headwater._src.ops import softmax as _softmax  # noqa: F401
from headwater._src.ops import training_ops as _training_ops  # noqa: F401
from headwater._src.ops import variable_ops as _variable_ops  # noqa: F401
from headwater._src.ops.variable_scatter import scatter_add as scatter_add
from headwater._src.ops.variable_scatter import scatter_div as scatter_div
from headwater._src.ops.variable_scatter import scatter_max as scatter_max
from headwater._src.ops.variable_scatter import scatter_min as scatter_min
from headwater._src.ops.variable_scatter import scatter_mul as scatter_mul
from headwater._src.ops.variable_scatter import scatter_nd_add as scatter_nd_add
from headwater._src.ops.variable_scatter import scatter_nd_sub as scatter_nd_sub
from headwater._src.ops.variable_scatter import scatter_nd_update as scatter_nd_update
from headwater._src.ops.variable_scatter import scatter_sub as scatter_sub
from headwater._src.ops.variable_scatter import scatter_update as scatter_update

# --- gradients, composite tensors, import -------------------------------------------------------
from headwater._src.graph.composite import IndexedSlices as IndexedSlices
from headwater._src.graph.composite import IndexedSlicesValue as IndexedSlicesValue
from headwater._src.graph.composite import SparseTensor as SparseTensor
from headwater._src.graph.composite import SparseTensorValue as SparseTensorValue
from headwater._src.graph.composite import (
    convert_to_tensor_or_indexed_slices as convert_to_tensor_or_indexed_slices,
)
from headwater._src.graph.composite import (
    convert_to_tensor_or_sparse_tensor as convert_to_tensor_or_sparse_tensor,
)
from headwater._src.graph.custom_gradient import custom_gradient as custom_gradient
from headwater._src.graph.custom_gradient import grad_pass_through as grad_pass_through
from headwater._src.graph.custom_gradient import hessians as hessians
from headwater._src.graph.custom_gradient import recompute_grad as recompute_grad
from headwater._src.graph.gradient_registry import NoGradient as NoGradient
from headwater._src.graph.gradient_registry import NotDifferentiable as NotDifferentiable
from headwater._src.graph.gradient_registry import RegisterGradient as RegisterGradient
from headwater._src.graph.gradients import AggregationMethod as AggregationMethod
from headwater._src.graph.gradients import UnconnectedGradients as UnconnectedGradients
from headwater._src.graph.gradients import gradients as gradients
from headwater._src.graph.importer import import_graph_def as import_graph_def

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
