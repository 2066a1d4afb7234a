"""The ops of datasets that call graph functions."""

from headwater._src.graph import define_op
from headwater._src.ops import _dataset_functions as functions
from headwater._src.ops._dataset_batches import Batch
from headwater._src.ops._dataset_functions import Function, dataset_of
from headwater._src.ops._dataset_map import VectorMap
from headwater._src.ops._dataset_threads import ParallelMap, auto
from headwater._src.ops._shapes import scalar

_OUT = ["output_types: list(type) >= 1", "output_shapes: list(shape) >= 1"]
_META = "metadata: string = ''"
_ARGS = "Targuments: list(type) >= 0"
_FROM = "input_dataset: variant, other_arguments: Targuments"
_THREADS = "use_inter_op_parallelism: bool = true"
_KEEPS = "preserve_cardinality: bool = false"


def _define(name, inputs, attrs, stateful=False):
    op = define_op(name, inputs, "handle: variant", attrs, scalar, stateful)
    op.no_gradient()
    return op


# --- one element from one -----------------------------------------------------------------------

MapDataset = _define(
    "MapDataset",
    _FROM,
    ["f: func", _ARGS, *_OUT, _THREADS, _KEEPS, "force_synchronous: bool = false", _META],
)
ParallelMapDataset = _define(
    "ParallelMapDataset",
    f"{_FROM}, num_parallel_calls: int32",
    ["f: func", _ARGS, *_OUT, _THREADS, "sloppy: bool = false", _KEEPS, _META],
)
ParallelMapDatasetV2 = _define(
    "ParallelMapDatasetV2",
    f"{_FROM}, num_parallel_calls: int64",
    [
        "f: func",
        _ARGS,
        *_OUT,
        _THREADS,
        "deterministic: string = 'default'",
        _KEEPS,
        "use_unbounded_threadpool: bool = false",
        _META,
    ],
)
MapAndBatchDataset = _define(
    "MapAndBatchDataset",
    f"{_FROM}, batch_size: int64, num_parallel_calls: int64, drop_remainder: bool",
    ["f: func", _ARGS, *_OUT, _KEEPS, _META],
)


@MapDataset.host(handles=True)
def map_dataset_kernel(ctx, input_dataset, other_arguments, *, f, preserve_cardinality):
    function = Function(ctx, f, other_arguments)
    return VectorMap(dataset_of(input_dataset), function, preserve_cardinality)


def _parallel(ctx, source, function, workers, keeps=True):
    if not function.slow():
        return VectorMap(source, function, keeps)
    return ParallelMap(ctx, source, function, auto(int(workers)), keeps)


@ParallelMapDataset.host(handles=True)
def parallel_map_dataset_kernel(
    ctx, input_dataset, other_arguments, num_parallel_calls, *, f, preserve_cardinality
):
    function = Function(ctx, f, other_arguments)
    source = dataset_of(input_dataset)
    return _parallel(ctx, source, function, num_parallel_calls, preserve_cardinality)


@ParallelMapDatasetV2.host(handles=True)
def parallel_map_dataset_v2_kernel(
    ctx, input_dataset, other_arguments, num_parallel_calls, *, f, preserve_cardinality
):
    function = Function(ctx, f, other_arguments)
    source = dataset_of(input_dataset)
    return _parallel(ctx, source, function, num_parallel_calls, preserve_cardinality)


@MapAndBatchDataset.host(handles=True)
def map_and_batch_dataset_kernel(
    ctx, input_dataset, other_arguments, batch_size, num_parallel_calls, drop_remainder, *, f
):
    function = Function(ctx, f, other_arguments)
    mapped = _parallel(ctx, dataset_of(input_dataset), function, num_parallel_calls)
    return Batch(mapped, int(batch_size), bool(drop_remainder))


# --- some elements ------------------------------------------------------------------------------

FilterDataset = _define("FilterDataset", _FROM, ["predicate: func", _ARGS, *_OUT, _META])
TakeWhileDataset = _define("TakeWhileDataset", _FROM, ["predicate: func", _ARGS, *_OUT, _META])


@FilterDataset.host(handles=True)
def filter_dataset_kernel(ctx, input_dataset, other_arguments, *, predicate):
    return functions.Filter(dataset_of(input_dataset), Function(ctx, predicate, other_arguments))


@TakeWhileDataset.host(handles=True)
def take_while_dataset_kernel(ctx, input_dataset, other_arguments, *, predicate):
    return functions.TakeWhile(dataset_of(input_dataset), Function(ctx, predicate, other_arguments))


# --- datasets from elements ---------------------------------------------------------------------

_CYCLE = "cycle_length: int64, block_length: int64"
_BUFFERS = "buffer_output_elements: int64, prefetch_input_elements: int64"
FlatMapDataset = _define("FlatMapDataset", _FROM, ["f: func", _ARGS, *_OUT, _META])
InterleaveDataset = _define(
    "InterleaveDataset", f"{_FROM}, {_CYCLE}", ["f: func", _ARGS, *_OUT, _META]
)
ParallelInterleaveDatasetV2 = _define(
    "ParallelInterleaveDatasetV2",
    f"{_FROM}, {_CYCLE}, num_parallel_calls: int64",
    ["f: func", _ARGS, *_OUT, "sloppy: bool = false", _META],
)
ParallelInterleaveDatasetV4 = _define(
    "ParallelInterleaveDatasetV4",
    f"{_FROM}, {_CYCLE}, {_BUFFERS}, num_parallel_calls: int64",
    ["f: func", "deterministic: string = 'default'", _ARGS, *_OUT, _META],
)
ParallelInterleaveDataset = _define(
    "ParallelInterleaveDataset",
    f"{_FROM}, {_CYCLE}, sloppy: bool, {_BUFFERS}",
    ["f: func", _ARGS, *_OUT, _META],
)
LegacyParallelInterleaveDatasetV2 = _define(
    "LegacyParallelInterleaveDatasetV2",
    f"{_FROM}, {_CYCLE}, {_BUFFERS}",
    ["f: func", "deterministic: string = 'default'", _ARGS, *_OUT, _META],
)


@FlatMapDataset.host(handles=True)
def flat_map_dataset_kernel(ctx, input_dataset, other_arguments, *, f):
    return functions.FlatMap(dataset_of(input_dataset), Function(ctx, f, other_arguments))


def _interleave(kind, ctx, source, captured, cycle, block, f):
    cycle = auto(int(cycle)) if cycle == -1 else int(cycle)
    return kind(dataset_of(source), Function(ctx, f, captured), cycle, int(block))


@InterleaveDataset.host(handles=True)
def interleave_dataset_kernel(
    ctx, input_dataset, other_arguments, cycle_length, block_length, *, f
):
    return _interleave(
        functions.Interleave, ctx, input_dataset, other_arguments, cycle_length, block_length, f
    )


@ParallelInterleaveDatasetV2.host(handles=True)
def parallel_interleave_dataset_v2_kernel(
    ctx, input_dataset, other_arguments, cycle_length, block_length, num_parallel_calls, *, f
):
    return _interleave(
        functions.Interleave, ctx, input_dataset, other_arguments, cycle_length, block_length, f
    )


@ParallelInterleaveDatasetV4.host(handles=True)
def parallel_interleave_dataset_v4_kernel(
    ctx,
    input_dataset,
    other_arguments,
    cycle_length,
    block_length,
    buffer_output_elements,
    prefetch_input_elements,
    num_parallel_calls,
    *,
    f,
):
    return _interleave(
        functions.Interleave, ctx, input_dataset, other_arguments, cycle_length, block_length, f
    )


@ParallelInterleaveDataset.host(handles=True)
def parallel_interleave_dataset_kernel(
    ctx,
    input_dataset,
    other_arguments,
    cycle_length,
    block_length,
    sloppy,
    buffer_output_elements,
    prefetch_input_elements,
    *,
    f,
):
    return _interleave(
        functions.LegacyInterleave,
        ctx,
        input_dataset,
        other_arguments,
        cycle_length,
        block_length,
        f,
    )


@LegacyParallelInterleaveDatasetV2.host(handles=True)
def legacy_parallel_interleave_dataset_v2_kernel(
    ctx,
    input_dataset,
    other_arguments,
    cycle_length,
    block_length,
    buffer_output_elements,
    prefetch_input_elements,
    *,
    f,
):
    return _interleave(
        functions.LegacyInterleave,
        ctx,
        input_dataset,
        other_arguments,
        cycle_length,
        block_length,
        f,
    )


# --- with a memory ------------------------------------------------------------------------------

ScanDataset = _define(
    "ScanDataset",
    "input_dataset: variant, initial_state: Tstate, other_arguments: Targuments",
    [
        "f: func",
        "Tstate: list(type) >= 1",
        _ARGS,
        *_OUT,
        _KEEPS,
        "use_default_device: bool = true",
        _META,
    ],
)
ReduceDataset = define_op(
    "ReduceDataset",
    "input_dataset: variant, initial_state: Tstate, other_arguments: Targuments",
    "components: output_types",
    ["f: func", "Tstate: list(type) >= 1", _ARGS, *_OUT, _THREADS, _META],
    stateful=True,
)
ReduceDataset.no_gradient()


@ScanDataset.host(handles=True)
def scan_dataset_kernel(ctx, input_dataset, initial_state, other_arguments, *, f):
    return functions.Scan(
        dataset_of(input_dataset), initial_state, Function(ctx, f, other_arguments)
    )


@ReduceDataset.shape
def reduce_dataset_shape(input_dataset, initial_state, other_arguments, *, output_shapes):
    return list(output_shapes)


@ReduceDataset.host(blocking=True, handles=True)
def reduce_dataset_kernel(ctx, input_dataset, initial_state, other_arguments, *, f):
    function = Function(ctx, f, other_arguments)
    return list(functions.reduce(dataset_of(input_dataset), initial_state, function))


# --- groups -------------------------------------------------------------------------------------


def _others(*names):
    inputs = ", ".join(f"{n}_func_other_arguments: T{n}_func_other_arguments" for n in names)
    return f"input_dataset: variant, {inputs}", [
        f"T{n}_func_other_arguments: list(type) >= 0" for n in names
    ]


_INPUTS, _TYPES = _others("key", "reduce", "window_size")
GroupByWindowDataset = _define(
    "GroupByWindowDataset",
    _INPUTS,
    ["key_func: func", "reduce_func: func", "window_size_func: func", *_TYPES, *_OUT, _META],
)
_INPUTS, _TYPES = _others("key", "init", "reduce", "finalize")
GroupByReducerDataset = _define(
    "GroupByReducerDataset",
    _INPUTS,
    [
        "key_func: func",
        "init_func: func",
        "reduce_func: func",
        "finalize_func: func",
        *_TYPES,
        *_OUT,
    ],
    stateful=True,
)


@GroupByWindowDataset.host(handles=True)
def group_by_window_dataset_kernel(
    ctx,
    input_dataset,
    key_func_other_arguments,
    reduce_func_other_arguments,
    window_size_func_other_arguments,
    *,
    key_func,
    reduce_func,
    window_size_func,
):
    return functions.GroupByWindow(
        dataset_of(input_dataset),
        Function(ctx, key_func, key_func_other_arguments),
        Function(ctx, reduce_func, reduce_func_other_arguments),
        Function(ctx, window_size_func, window_size_func_other_arguments),
    )


@GroupByReducerDataset.host(handles=True)
def group_by_reducer_dataset_kernel(
    ctx,
    input_dataset,
    key_func_other_arguments,
    init_func_other_arguments,
    reduce_func_other_arguments,
    finalize_func_other_arguments,
    *,
    key_func,
    init_func,
    reduce_func,
    finalize_func,
):
    return functions.GroupByReducer(
        dataset_of(input_dataset),
        Function(ctx, key_func, key_func_other_arguments),
        Function(ctx, init_func, init_func_other_arguments),
        Function(ctx, reduce_func, reduce_func_other_arguments),
        Function(ctx, finalize_func, finalize_func_other_arguments),
    )


GeneratorDataset = _define(
    "GeneratorDataset",
    "init_func_other_args: Tinit_func_args, next_func_other_args: Tnext_func_args, "
    "finalize_func_other_args: Tfinalize_func_args",
    [
        "init_func: func",
        "next_func: func",
        "finalize_func: func",
        "Tinit_func_args: list(type) >= 0",
        "Tnext_func_args: list(type) >= 0",
        "Tfinalize_func_args: list(type) >= 0",
        *_OUT,
        _META,
    ],
    stateful=True,
)


@GeneratorDataset.host(handles=True)
def generator_dataset_kernel(
    ctx,
    init_func_other_args,
    next_func_other_args,
    finalize_func_other_args,
    *,
    init_func,
    next_func,
    finalize_func,
):
    return functions.Generator(
        Function(ctx, init_func, init_func_other_args),
        Function(ctx, next_func, next_func_other_args),
        Function(ctx, finalize_func, finalize_func_other_args),
    )
