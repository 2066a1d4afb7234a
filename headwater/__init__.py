"""headwater: TensorFlow 1.x, built anew in Python on XLA. `import headwater as tf`."""

# --- core: types, shapes, errors, logging -------------------------------------------------------
from headwater import dtypes as dtypes, errors as errors, logging as logging, nest as nest
from headwater._src.core import lazy as _lazy
from headwater._src.core.behavior import disable_v2_behavior as disable_v2_behavior
from headwater._src.core.device import DeviceSpec as DeviceSpec
from headwater._src.core.dtypes import (
    QUANTIZED_DTYPES as QUANTIZED_DTYPES,
    DType as DType,
    as_dtype as as_dtype,
    bfloat16 as bfloat16,
    bool as bool,
    complex64 as complex64,
    complex128 as complex128,
    double as double,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    half as half,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    qint8 as qint8,
    qint16 as qint16,
    qint32 as qint32,
    quint8 as quint8,
    quint16 as quint16,
    resource as resource,
    string as string,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
    variant as variant,
)
from headwater._src.core.errors import OpError as OpError
from headwater._src.core.tensor_proto import (
    make_ndarray as make_ndarray,
    make_tensor_proto as make_tensor_proto,
)
from headwater._src.core.tensor_shape import (
    Dimension as Dimension,
    TensorShape as TensorShape,
    dimension_at_index as dimension_at_index,
    dimension_value as dimension_value,
)

# --- versions -----------------------------------------------------------------------------------
from headwater._src.core.versions import (
    COMPILER_VERSION as COMPILER_VERSION,
    CXX11_ABI_FLAG as CXX11_ABI_FLAG,
    GIT_VERSION as GIT_VERSION,
    GRAPH_DEF_VERSION as GRAPH_DEF_VERSION,
    GRAPH_DEF_VERSION_MIN_CONSUMER as GRAPH_DEF_VERSION_MIN_CONSUMER,
    GRAPH_DEF_VERSION_MIN_PRODUCER as GRAPH_DEF_VERSION_MIN_PRODUCER,
    MONOLITHIC_BUILD as MONOLITHIC_BUILD,
    VERSION as VERSION,
)
from headwater._src.data.sequence_examples import (
    parse_single_sequence_example as parse_single_sequence_example,
)

# --- graph --------------------------------------------------------------------------------------
from headwater._src.graph.collections import GraphKeys as GraphKeys

# --- gradients, composite tensors, import -------------------------------------------------------
from headwater._src.graph.composite import (
    IndexedSlices as IndexedSlices,
    IndexedSlicesValue as IndexedSlicesValue,
    SparseTensor as SparseTensor,
    SparseTensorValue as SparseTensorValue,
    convert_to_tensor_or_indexed_slices as convert_to_tensor_or_indexed_slices,
    convert_to_tensor_or_sparse_tensor as convert_to_tensor_or_sparse_tensor,
)
from headwater._src.graph.convert import (
    constant as constant,
    convert_to_tensor as convert_to_tensor,
    register_tensor_conversion_function as register_tensor_conversion_function,
)
from headwater._src.graph.custom_gradient import (
    custom_gradient as custom_gradient,
    grad_pass_through as grad_pass_through,
    hessians as hessians,
    recompute_grad as recompute_grad,
)
from headwater._src.graph.default import (
    get_default_graph as get_default_graph,
    get_default_session as get_default_session,
    reset_default_graph as reset_default_graph,
)
from headwater._src.graph.framework import (
    add_to_collection as add_to_collection,
    add_to_collections as add_to_collections,
    colocate_with as colocate_with,
    container as container,
    control_dependencies as control_dependencies,
    device as device,
    get_collection as get_collection,
    get_collection_ref as get_collection_ref,
    init_scope as init_scope,
    name_scope as name_scope,
    op_scope as op_scope,
)

# --- control flow -------------------------------------------------------------------------------
from headwater._src.graph.gradient_registry import (
    NoGradient as NoGradient,
    NotDifferentiable as NotDifferentiable,
    RegisterGradient as RegisterGradient,
)
from headwater._src.graph.gradients import (
    AggregationMethod as AggregationMethod,
    UnconnectedGradients as UnconnectedGradients,
    gradients as gradients,
)
from headwater._src.graph.graph import Graph as Graph
from headwater._src.graph.importer import import_graph_def as import_graph_def

# --- ops: nn, variables, training ---------------------------------------------------------------
from headwater._src.graph.named_variables import (
    create_partitioned_variables as create_partitioned_variables,
    get_local_variable as get_local_variable,
    get_variable as get_variable,
)
from headwater._src.graph.operation import Operation as Operation, Tensor as Tensor
from headwater._src.graph.partitioned_variables import (
    fixed_size_partitioner as fixed_size_partitioner,
    min_max_variable_partitioner as min_max_variable_partitioner,
    variable_axis_size_partitioner as variable_axis_size_partitioner,
)
from headwater._src.graph.seeds import get_seed as get_seed, set_random_seed as set_random_seed

# --- ops: arrays, random, control ---------------------------------------------------------------
from headwater._src.graph.static_value import (
    constant_value as get_static_value,
    is_tensor as is_tensor,
)
from headwater._src.graph.template import make_template as make_template
from headwater._src.graph.type_spec import (
    IndexedSlicesSpec as IndexedSlicesSpec,
    SparseTensorSpec as SparseTensorSpec,
    TensorSpec as TensorSpec,
    TypeSpec as TypeSpec,
    type_spec_from_value as type_spec_from_value,
)
from headwater._src.graph.variable import (
    Variable as Variable,
    disable_resource_variables as disable_resource_variables,
    enable_resource_variables as enable_resource_variables,
)
from headwater._src.graph.variable_kind import (
    resource_by_default as resource_variables_enabled,
    variable_creator_scope as variable_creator_scope,
)
from headwater._src.graph.variable_policy import (
    VariableAggregation as VariableAggregation,
    VariableSynchronization as VariableSynchronization,
)
from headwater._src.graph.variable_scope import (
    VariableScope as VariableScope,
    get_variable_scope as get_variable_scope,
    no_regularizer as no_regularizer,
    variable_op_scope as variable_op_scope,
    variable_scope as variable_scope,
)
from headwater._src.graph.variable_store import AUTO_REUSE as AUTO_REUSE
from headwater._src.layers.initializers import (
    Constant as constant_initializer,
    GlorotNormal as glorot_normal_initializer,
    GlorotUniform as glorot_uniform_initializer,
    Ones as ones_initializer,
    Orthogonal as orthogonal_initializer,
    RandomNormal as random_normal_initializer,
    RandomUniform as random_uniform_initializer,
    TruncatedNormal as truncated_normal_initializer,
    UniformUnitScaling as uniform_unit_scaling_initializer,
    VarianceScaling as variance_scaling_initializer,
    Zeros as zeros_initializer,
)

# --- files --------------------------------------------------------------------------------------
# --- summaries, by their names before 1.0 -------------------------------------------------------
from headwater._src.ops import (
    accumulators as _accumulators,
    batch_norm as _batch_norm,
    batch_norm_global as _batch_norm_global,
    bessel as _bessel,
    candidate_sampling as _candidate_sampling,
    checkpoint_files as _checkpoint_files,
    conv as _conv,
    conv_functions as _conv_functions,
    crossing as _crossing,
    ctc as _ctc,
    ctc_beam_search as _ctc_beam_search,
    data_format as _data_format,
    dataflow as _dataflow,
    dataset_files as _dataset_files,
    dataset_functions as _dataset_functions,
    datasets as _datasets,
    depthwise as _depthwise,
    dilated as _dilated,
    distorted_boxes as _distorted_boxes,
    elementwise_gradients as _elementwise_gradients,
    functional_calls as _functional_calls,
    iterators as _iterators,
    lrn as _lrn,
    morphology as _morphology,
    nn as _nn,
    parsing as _parsing,
    pooling as _pooling,
    pooling_argmax as _pooling_argmax,
    pooling_functions as _pooling_functions,
    probes as _probes,
    quantize_dequantize as _quantize_dequantize,
    queues as _queues,
    readers as _readers,
    sequence_parsing as _sequence_parsing,
    sets as _sets,
    slice_assign as _slice_assign,
    softmax as _softmax,
    sparse_maps as _sparse_maps,
    sparse_segments as _sparse_segments,
    stateless_random as _stateless_random,
    statistics as _statistics,
    step_arrays as _step_arrays,
    summaries as _summaries,
    tables as _tables,
    tensor_lists as _tensor_lists,
    training_ops as _training_ops,
    training_ops_proximal as _training_ops_proximal,
    user_ops as _user_ops,
    variable_ops as _variable_ops,
)
from headwater._src.ops._table_initializers import (
    initialize_all_tables as initialize_all_tables,
    tables_initializer as tables_initializer,
)
from headwater._src.ops.accumulator_classes import (
    ConditionalAccumulator as ConditionalAccumulator,
    ConditionalAccumulatorBase as ConditionalAccumulatorBase,
    SparseConditionalAccumulator as SparseConditionalAccumulator,
)

# --- ops: math ----------------------------------------------------------------------------------
from headwater._src.ops.arithmetic import (
    add as add,
    atan2 as atan2,
    maximum as maximum,
    minimum as minimum,
    mul as mul,
    multiply as multiply,
    pow as pow,
    scalar_mul as scalar_mul,
    squared_difference as squared_difference,
    sub as sub,
    subtract as subtract,
)
from headwater._src.ops.bits import (
    bitcast as bitcast,
)
from headwater._src.ops.cast import (
    cast as cast,
    saturate_cast as saturate_cast,
    to_bfloat16 as to_bfloat16,
    to_complex64 as to_complex64,
    to_complex128 as to_complex128,
    to_double as to_double,
    to_float as to_float,
    to_int32 as to_int32,
    to_int64 as to_int64,
)
from headwater._src.ops.categorical import multinomial as multinomial
from headwater._src.ops.checks import (
    add_check_numerics_ops as add_check_numerics_ops,
    assert_ as Assert,
    assert_equal as assert_equal,
    assert_greater as assert_greater,
    assert_greater_equal as assert_greater_equal,
    assert_less as assert_less,
    assert_less_equal as assert_less_equal,
    assert_near as assert_near,
    assert_negative as assert_negative,
    assert_non_negative as assert_non_negative,
    assert_non_positive as assert_non_positive,
    assert_none_equal as assert_none_equal,
    assert_positive as assert_positive,
    is_non_decreasing as is_non_decreasing,
    is_strictly_increasing as is_strictly_increasing,
    verify_tensor_all_finite as verify_tensor_all_finite,
)
from headwater._src.ops.checks_static import (
    assert_integer as assert_integer,
    assert_proper_iterable as assert_proper_iterable,
    assert_rank as assert_rank,
    assert_rank_at_least as assert_rank_at_least,
    assert_rank_in as assert_rank_in,
    assert_same_float_dtype as assert_same_float_dtype,
    assert_scalar as assert_scalar,
    assert_type as assert_type,
    is_numeric_tensor as is_numeric_tensor,
)
from headwater._src.ops.clipping import (
    clip_by_average_norm as clip_by_average_norm,
    clip_by_global_norm as clip_by_global_norm,
    clip_by_norm as clip_by_norm,
    global_norm as global_norm,
)
from headwater._src.ops.combining import (
    accumulate_n as accumulate_n,
    add_n as add_n,
    clip_by_value as clip_by_value,
)
from headwater._src.ops.comparison import (
    approximate_equal as approximate_equal,
    equal as equal,
    greater as greater,
    greater_equal as greater_equal,
    less as less,
    less_equal as less_equal,
    logical_and as logical_and,
    logical_or as logical_or,
    logical_xor as logical_xor,
    not_equal as not_equal,
    where_v2 as where_v2,
)
from headwater._src.ops.complex_numbers import (
    abs as abs,
    angle as angle,
    complex as complex,
    complex_abs as complex_abs,
    conj as conj,
    imag as imag,
    real as real,
)
from headwater._src.ops.constants import (
    fill as fill,
    ones as ones,
    ones_like as ones_like,
    placeholder as placeholder,
    placeholder_with_default as placeholder_with_default,
    zeros as zeros,
    zeros_like as zeros_like,
)
from headwater._src.ops.control_flow import case as case, cond as cond, switch_case as switch_case

# --- ops: linear algebra ------------------------------------------------------------------------
from headwater._src.ops.counting import bincount as bincount
from headwater._src.ops.cumulative import cumprod as cumprod, cumsum as cumsum
from headwater._src.ops.decoding import (
    decode_csv as decode_csv,
    decode_json_example as decode_json_example,
    parse_tensor as parse_tensor,
    serialize_tensor as serialize_tensor,
)
from headwater._src.ops.decompositions import (
    cholesky as cholesky,
    qr as qr,
    self_adjoint_eig as self_adjoint_eig,
    self_adjoint_eigvals as self_adjoint_eigvals,
    svd as svd,
)
from headwater._src.ops.diagonal_tensors import (
    diag as diag,
    diag_part as diag_part,
    matrix_band_part as matrix_band_part,
)
from headwater._src.ops.diagonals import (
    matrix_diag as matrix_diag,
    matrix_diag_part as matrix_diag_part,
    matrix_set_diag as matrix_set_diag,
    trace as trace,
)
from headwater._src.ops.division import (
    div as div,
    div_no_nan as div_no_nan,
    divide as divide,
    floor_div as floor_div,
    floordiv as floordiv,
    floormod as floormod,
    mod as mod,
    realdiv as realdiv,
    truediv as truediv,
    truncatediv as truncatediv,
    truncatemod as truncatemod,
)
from headwater._src.ops.edit_distance import edit_distance as edit_distance
from headwater._src.ops.einsum import einsum as einsum
from headwater._src.ops.elementwise import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atanh as atanh,
    ceil as ceil,
    cos as cos,
    cosh as cosh,
    exp as exp,
    expm1 as expm1,
    floor as floor,
    inv as inv,
    is_finite as is_finite,
    is_inf as is_inf,
    is_nan as is_nan,
    log as log,
    log1p as log1p,
    logical_not as logical_not,
    neg as neg,
    negative as negative,
    reciprocal as reciprocal,
    rint as rint,
    round as round,
    rsqrt as rsqrt,
    sigmoid as sigmoid,
    sign as sign,
    sin as sin,
    sinh as sinh,
    sqrt as sqrt,
    square as square,
    tan as tan,
    tanh as tanh,
)
from headwater._src.ops.fake_quant import (
    fake_quant_with_min_max_args as fake_quant_with_min_max_args,
    fake_quant_with_min_max_args_gradient as fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars as fake_quant_with_min_max_vars,
    fake_quant_with_min_max_vars_gradient as fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel as fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient as fake_quant_with_min_max_vars_per_channel_gradient,
)
from headwater._src.ops.files import (
    matching_files as matching_files,
    read_file as read_file,
    write_file as write_file,
)
from headwater._src.ops.fourier import (
    fft as fft,
    fft2d as fft2d,
    fft3d as fft3d,
    ifft as ifft,
    ifft2d as ifft2d,
    ifft3d as ifft3d,
)
from headwater._src.ops.graph_functions import function as function
from headwater._src.ops.grouping import group as group, no_op as no_op, tuple as tuple
from headwater._src.ops.higher_order import (
    foldl as foldl,
    foldr as foldr,
    map_fn as map_fn,
    scan as scan,
)
from headwater._src.ops.histograms import (
    confusion_matrix as confusion_matrix,
    histogram_fixed_width as histogram_fixed_width,
    histogram_fixed_width_bins as histogram_fixed_width_bins,
)
from headwater._src.ops.identity import (
    check_numerics as check_numerics,
    ensure_shape as ensure_shape,
    guarantee_const as guarantee_const,
    identity as identity,
    identity_n as identity_n,
    stop_gradient as stop_gradient,
)
from headwater._src.ops.image_patches import extract_image_patches as extract_image_patches
from headwater._src.ops.indexing import (
    gather as gather,
    gather_nd as gather_nd,
    one_hot as one_hot,
    scatter_nd as scatter_nd,
)
from headwater._src.ops.indices_of_extremes import (
    arg_max as arg_max,
    arg_min as arg_min,
    argmax as argmax,
    argmin as argmin,
)
from headwater._src.ops.joining import (
    concat as concat,
    split as split,
    stack as stack,
    unstack as unstack,
)
from headwater._src.ops.logging import (
    Print_ as Print,
    print_v2 as print,
)
from headwater._src.ops.loops import while_loop as while_loop
from headwater._src.ops.matmul import matmul as matmul
from headwater._src.ops.matrix_products import (
    cross as cross,
    eye as eye,
    matrix_transpose as matrix_transpose,
    norm as norm,
    tensordot as tensordot,
)
from headwater._src.ops.matrix_solvers import (
    cholesky_solve as cholesky_solve,
    log_matrix_determinant as log_matrix_determinant,
    matrix_determinant as matrix_determinant,
    matrix_inverse as matrix_inverse,
    matrix_solve as matrix_solve,
    matrix_solve_ls as matrix_solve_ls,
    matrix_triangular_solve as matrix_triangular_solve,
)
from headwater._src.ops.nn_composite import log_sigmoid as log_sigmoid
from headwater._src.ops.padding import pad as pad
from headwater._src.ops.parallel import (
    parallel_stack as parallel_stack,
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
    FIFOQueue as FIFOQueue,
    PaddingFIFOQueue as PaddingFIFOQueue,
    PriorityQueue as PriorityQueue,
    QueueBase as QueueBase,
    RandomShuffleQueue as RandomShuffleQueue,
)
from headwater._src.ops.random import (
    random_crop as random_crop,
    random_normal as random_normal,
    random_shuffle as random_shuffle,
    random_uniform as random_uniform,
    truncated_normal as truncated_normal,
)
from headwater._src.ops.random_gamma import (
    random_gamma as random_gamma,
    random_poisson as random_poisson,
)
from headwater._src.ops.ranges import (
    linspace as lin_space,
    linspace as linspace,
    meshgrid as meshgrid,
    range as range,
    sequence_mask as sequence_mask,
)
from headwater._src.ops.reader_classes import (
    FixedLengthRecordReader as FixedLengthRecordReader,
    IdentityReader as IdentityReader,
    LMDBReader as LMDBReader,
    ReaderBase as ReaderBase,
    TextLineReader as TextLineReader,
    TFRecordReader as TFRecordReader,
    WholeFileReader as WholeFileReader,
)
from headwater._src.ops.rearranging import (
    invert_permutation as invert_permutation,
    reverse as reverse,
    roll as roll,
    tile as tile,
    transpose as transpose,
)
from headwater._src.ops.reductions import (
    count_nonzero as count_nonzero,
    reduce_all as reduce_all,
    reduce_any as reduce_any,
    reduce_logsumexp as reduce_logsumexp,
    reduce_max as reduce_max,
    reduce_mean as reduce_mean,
    reduce_min as reduce_min,
    reduce_prod as reduce_prod,
    reduce_sum as reduce_sum,
)
from headwater._src.ops.reverse_sequence import reverse_sequence as reverse_sequence
from headwater._src.ops.scattered_copies import (
    tensor_scatter_nd_add as tensor_scatter_add,
    tensor_scatter_nd_add as tensor_scatter_nd_add,
    tensor_scatter_nd_max as tensor_scatter_nd_max,
    tensor_scatter_nd_min as tensor_scatter_nd_min,
    tensor_scatter_nd_sub as tensor_scatter_nd_sub,
    tensor_scatter_nd_sub as tensor_scatter_sub,
    tensor_scatter_nd_update as tensor_scatter_nd_update,
    tensor_scatter_nd_update as tensor_scatter_update,
)
from headwater._src.ops.script import (
    numpy_function as numpy_function,
    py_func as py_func,
)
from headwater._src.ops.searching import (
    boolean_mask as boolean_mask,
    unique as unique,
    unique_with_counts as unique_with_counts,
    where as where,
)
from headwater._src.ops.segment_reductions import (
    segment_max as segment_max,
    segment_mean as segment_mean,
    segment_min as segment_min,
    segment_prod as segment_prod,
    unsorted_segment_max as unsorted_segment_max,
    unsorted_segment_mean as unsorted_segment_mean,
    unsorted_segment_min as unsorted_segment_min,
    unsorted_segment_prod as unsorted_segment_prod,
    unsorted_segment_sqrt_n as unsorted_segment_sqrt_n,
)
from headwater._src.ops.segments import (
    dynamic_partition as dynamic_partition,
    dynamic_stitch as dynamic_stitch,
    segment_sum as segment_sum,
    unsorted_segment_sum as unsorted_segment_sum,
)
from headwater._src.ops.set_difference import listdiff as listdiff, setdiff1d as setdiff1d
from headwater._src.ops.shapes import (
    broadcast_dynamic_shape as broadcast_dynamic_shape,
    broadcast_static_shape as broadcast_static_shape,
    broadcast_to as broadcast_to,
    expand_dims as expand_dims,
    rank as rank,
    reshape as reshape,
    shape as shape,
    shape_n as shape_n,
    size as size,
    squeeze as squeeze,
)
from headwater._src.ops.slicing import slice as slice, strided_slice as strided_slice
from headwater._src.ops.sorted_search import repeat as repeat, searchsorted as searchsorted
from headwater._src.ops.sorting import argsort as argsort, sort as sort
from headwater._src.ops.space_batch import (
    batch_to_space as batch_to_space,
    batch_to_space_nd as batch_to_space_nd,
    depth_to_space as depth_to_space,
    required_space_to_batch_paddings as required_space_to_batch_paddings,
    space_to_batch as space_to_batch,
    space_to_batch_nd as space_to_batch_nd,
    space_to_depth as space_to_depth,
)
from headwater._src.ops.sparse_arithmetic import (
    sparse_add as sparse_add,
    sparse_maximum as sparse_maximum,
    sparse_minimum as sparse_minimum,
    sparse_reduce_max as sparse_reduce_max,
    sparse_reduce_max_sparse as sparse_reduce_max_sparse,
    sparse_reduce_sum as sparse_reduce_sum,
    sparse_reduce_sum_sparse as sparse_reduce_sum_sparse,
    sparse_softmax as sparse_softmax,
)
from headwater._src.ops.sparse_composite import (
    sparse_mask as sparse_mask,
    sparse_merge as sparse_merge,
    sparse_placeholder as sparse_placeholder,
    sparse_reset_shape as sparse_reset_shape,
    sparse_retain as sparse_retain,
    sparse_to_indicator as sparse_to_indicator,
    sparse_transpose as sparse_transpose,
)
from headwater._src.ops.sparse_dense import (
    sparse_matmul as sparse_matmul,
    sparse_tensor_dense_matmul as sparse_tensor_dense_matmul,
    sparse_tensor_to_dense as sparse_tensor_to_dense,
    sparse_to_dense as sparse_to_dense,
)
from headwater._src.ops.sparse_rows import sparse_fill_empty_rows as sparse_fill_empty_rows
from headwater._src.ops.sparse_segments import (
    sparse_segment_mean as sparse_segment_mean,
    sparse_segment_sqrt_n as sparse_segment_sqrt_n,
    sparse_segment_sum as sparse_segment_sum,
)
from headwater._src.ops.sparse_serialization import (
    deserialize_many_sparse as deserialize_many_sparse,
    serialize_many_sparse as serialize_many_sparse,
    serialize_sparse as serialize_sparse,
)
from headwater._src.ops.sparse_structure import (
    sparse_concat as sparse_concat,
    sparse_reorder as sparse_reorder,
    sparse_reshape as sparse_reshape,
    sparse_slice as sparse_slice,
    sparse_split as sparse_split,
)
from headwater._src.ops.special import (
    betainc as betainc,
    digamma as digamma,
    erf as erf,
    erfc as erfc,
    igamma as igamma,
    igammac as igammac,
    lbeta as lbeta,
    lgamma as lgamma,
    polygamma as polygamma,
    zeta as zeta,
)
from headwater._src.ops.string_encoding import (
    decode_base64 as decode_base64,
    encode_base64 as encode_base64,
)
from headwater._src.ops.string_hashing import (
    string_to_hash_bucket as string_to_hash_bucket,
    string_to_hash_bucket_fast as string_to_hash_bucket_fast,
    string_to_hash_bucket_strong as string_to_hash_bucket_strong,
)
from headwater._src.ops.string_numbers import (
    as_string as as_string,
    decode_raw as decode_raw,
    string_to_number as string_to_number,
)
from headwater._src.ops.string_splitting import (
    reduce_join as reduce_join,
    string_split as string_split,
)
from headwater._src.ops.strings import (
    regex_replace as regex_replace,
    string_join as string_join,
    string_strip as string_strip,
    substr_deprecated as substr,
)
from headwater._src.ops.summary_functions import (
    audio_summary as audio_summary,
    histogram_summary as histogram_summary,
    image_summary as image_summary,
    merge_all_summaries as merge_all_summaries,
    merge_summary as merge_summary,
    scalar_summary as scalar_summary,
)
from headwater._src.ops.tensor_array import TensorArray as TensorArray
from headwater._src.ops.variable_scatter import (
    batch_scatter_update as batch_scatter_update,
    scatter_add as scatter_add,
    scatter_div as scatter_div,
    scatter_max as scatter_max,
    scatter_min as scatter_min,
    scatter_mul as scatter_mul,
    scatter_nd_add as scatter_nd_add,
    scatter_nd_sub as scatter_nd_sub,
    scatter_nd_update as scatter_nd_update,
    scatter_sub as scatter_sub,
    scatter_update as scatter_update,
)
from headwater._src.ops.variables import (
    all_variables as all_variables,
    assert_variables_initialized as assert_variables_initialized,
    assign as assign,
    assign_add as assign_add,
    assign_sub as assign_sub,
    count_up_to as count_up_to,
    global_variables as global_variables,
    global_variables_initializer as global_variables_initializer,
    initialize_all_variables as initialize_all_variables,
    initialize_local_variables as initialize_local_variables,
    initialize_variables as initialize_variables,
    is_variable_initialized as is_variable_initialized,
    local_variables as local_variables,
    local_variables_initializer as local_variables_initializer,
    model_variables as model_variables,
    moving_average_variables as moving_average_variables,
    report_uninitialized_variables as report_uninitialized_variables,
    trainable_variables as trainable_variables,
    variables_initializer as variables_initializer,
)

# --- runtime ------------------------------------------------------------------------------------
from headwater._src.runtime import composites as _composites
from headwater._src.runtime.session import (
    InteractiveSession as InteractiveSession,
    Session as Session,
)

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
_SUBMODULES = (
    "app",
    "audio",
    "autograph",
    "bitwise",
    "compat",
    "contrib",
    "estimator",
    "data",
    "core",
    "debugging",
    "distribute",
    "distributions",
    "examples",
    "feature_column",
    "flags",
    "gfile",
    "graph_util",
    "image",
    "initializers",
    "io",
    "keras",
    "layers",
    "linalg",
    "losses",
    "lookup",
    "manip",
    "math",
    "metrics",
    "nn",
    "profiler",
    "python",
    "python_io",
    "quantization",
    "queue",
    "random",
    "raw_ops",
    "resource_loader",
    "saved_model",
    "sets",
    "signal",
    "sparse",
    "spectral",
    "strings",
    "summary",
    "sysconfig",
    "test",
    "train",
    "user_ops",
    "version",
)

_COMPATIBILITY = "headwater._src.compatibility."
_OTHERS = {
    "get_logger": "headwater._src.core.logging",
    "install_as_tensorflow": _COMPATIBILITY + "tensorflow_paths",
    # `%load_ext headwater` in IPython.
    "load_ipython_extension": "headwater._src.cli.notebook_extension",
    "unload_ipython_extension": "headwater._src.cli.notebook_extension",
    "GradientTape": "headwater._src.eager.tape",
    "py_function": "headwater._src.eager.py_function",
    **dict.fromkeys(
        (
            "disable_eager_execution",
            "enable_eager_execution",
            "enable_v2_behavior",
            "executing_eagerly",
        ),
        "headwater._src.eager.mode",
    ),
    # What programs ask of ops in C++.
    **dict.fromkeys(
        (
            "load_file_system_library",
            "load_op_library",
        ),
        _COMPATIBILITY + "switches",
    ),
    # Names from before 1.0.
    **dict.fromkeys(
        (
            "batch_cholesky",
            "batch_cholesky_solve",
            "batch_fft",
            "batch_fft2d",
            "batch_fft3d",
            "batch_gather",
            "batch_ifft",
            "batch_ifft2d",
            "batch_ifft3d",
            "batch_matmul",
            "batch_matrix_band_part",
            "batch_matrix_determinant",
            "batch_matrix_diag",
            "batch_matrix_diag_part",
            "batch_matrix_inverse",
            "batch_matrix_set_diag",
            "batch_matrix_solve",
            "batch_matrix_solve_ls",
            "batch_matrix_transpose",
            "batch_matrix_triangular_solve",
            "batch_self_adjoint_eig",
            "batch_self_adjoint_eigvals",
            "batch_svd",
            "concat_v2",
            "list_diff",
            "pack",
            "select",
            "unpack",
        ),
        _COMPATIBILITY + "before_1_0",
    ),
}

__git_version__, __compiler_version__ = GIT_VERSION, COMPILER_VERSION
newaxis = None
__version__ = "0.1.0"

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, _SUBMODULES, {**_PROTOS, **_OTHERS})
