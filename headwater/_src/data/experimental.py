"""`tf.data.experimental`: transformations for `Dataset.apply`, and sources."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.data import structure
from headwater._src.data.dataset import Dataset
from headwater._src.data.functions import DatasetFunction, state_function
from headwater._src.data.transforms import data_seeds, int64
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.type_spec import SparseTensorSpec, TensorSpec

INFINITE, UNKNOWN = -1, -2


# --- maps and batches ---------------------------------------------------------------------------


def map_and_batch(
    map_func,
    batch_size,
    num_parallel_batches=None,
    drop_remainder=False,
    num_parallel_calls=None,
):
    """`map` and `batch` in one.

    Args:
      map_func: function of an element.
      batch_size: how many results make a batch.
      num_parallel_batches: how many batches may be made side by side.
      drop_remainder: whether a last batch that is smaller is left out.
      num_parallel_calls: how many elements may be computed side by side.

    Returns:
      A function for `Dataset.apply`.

    Raises:
      ValueError: both numbers are given.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError(
            "`map_and_batch` allows only one of `num_parallel_batches` and `num_parallel_calls` "
            "to be set, but not both."
        )

    def apply(dataset):
        if num_parallel_batches is not None:
            calls = convert_to_tensor(batch_size, dtypes.int64) * np.int64(num_parallel_batches)
        else:
            calls = int64(num_parallel_calls or 1, "num_parallel_calls")
        f = dataset._function(map_func, "Dataset_map_and_batch")
        size = int64(batch_size, "batch_size")
        drop = convert_to_tensor(drop_remainder, dtypes.bool, name="drop_remainder")
        from headwater._src.graph.static_value import constant_value

        known = constant_value(size) if constant_value(drop) else None
        rows = None if known is None else int(known)
        specs = structure.map_structure(lambda s: structure.batched(s, rows), f.specs)
        return dataset._made(
            raw.MapAndBatchDataset,
            f.captured,
            size,
            calls,
            drop,
            f=f.graph,
            specs=specs,
            preserve_cardinality=True,
        )

    return apply


def map_and_batch_with_legacy_function(
    map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None
):
    """The same as `map_and_batch`.

    Args:
      map_func: function of an element.
      batch_size: how many results make a batch.
      num_parallel_batches: how many batches may be made side by side.
      drop_remainder: whether a last batch that is smaller is left out.
      num_parallel_calls: how many elements may be computed side by side.
    """
    return map_and_batch(
        map_func, batch_size, num_parallel_batches, drop_remainder, num_parallel_calls
    )


def unbatch():
    """The rows of elements; see `Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


def dense_to_sparse_batch(batch_size, row_shape):
    """Consecutive arrays of different shapes as sparse tensors.

    Args:
      batch_size: how many elements make a batch.
      row_shape: the shape that every element fits into; -1 or None for the largest in the batch.

    Returns:
      A function for `Dataset.apply`.
    """

    def apply(dataset):
        spec = dataset.element_spec
        if not isinstance(spec, TensorSpec):
            raise TypeError(
                "`dense_to_sparse_batch` requires an input dataset whose elements have a single "
                f"component, whereas the input has {dataset.output_types!r}."
            )
        dims = [None if d in (-1, None) else d for d in _as_dims(row_shape)]
        shape = convert_to_tensor([-1 if d is None else d for d in dims], dtypes.int64)
        specs = SparseTensorSpec([None, *dims], spec.dtype)
        return dataset._made(
            raw.DenseToSparseBatchDataset, int64(batch_size, "batch_size"), shape, specs=specs
        )

    return apply


def _as_dims(shape):
    from headwater._src.core.tensor_shape import TensorShape

    if isinstance(shape, TensorShape):
        return shape.as_list()
    return [None if d is None else int(d) for d in shape]


def bucket_by_sequence_length(
    element_length_func,
    bucket_boundaries,
    bucket_batch_sizes,
    padded_shapes=None,
    padding_values=None,
    pad_to_bucket_boundary=False,
    no_padding=False,
    drop_remainder=False,
):
    """Batches of elements of similar length.

    Args:
      element_length_func: function of an element that gives its length, an int32 scalar.
      bucket_boundaries: list of lengths, ascending: the upper ends (exclusive) of the buckets.
      bucket_batch_sizes: list of batch sizes, one more than there are boundaries.
      padded_shapes: as for `Dataset.padded_batch` (default: the elements' shapes).
      padding_values: as for `Dataset.padded_batch`.
      pad_to_bucket_boundary: whether unknown dimensions are filled up to the longest element that
        the bucket may have.
      no_padding: whether elements are batched as they are.
      drop_remainder: whether last batches that are smaller are left out.

    Returns:
      A function for `Dataset.apply`.

    Raises:
      ValueError: the lists' lengths do not fit.
    """
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise ValueError("len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1")
    sizes = np.array(bucket_batch_sizes, np.int64)
    lows = np.array([np.iinfo(np.int32).min, *bucket_boundaries], np.int32)
    highs = np.array([*bucket_boundaries, np.iinfo(np.int32).max], np.int32)

    def bucket(*element):
        length = convert_to_tensor(element_length_func(*element))
        inside = raw.LogicalAnd(raw.LessEqual(lows, length), raw.Less(length, highs))
        return raw.Min(raw.Squeeze(raw.Where(inside), squeeze_dims=[1]), 0)

    def size_of(number):
        return PUBLIC["gather"](sizes, number)

    def shapes_for(number, grouped):
        shapes = padded_shapes
        if shapes is None:
            shapes = structure.shapes(grouped.element_spec)
        if not pad_to_bucket_boundary:
            return shapes
        check = PUBLIC["Assert"](
            raw.Less(number, np.int64(len(bucket_boundaries))),
            ["Requires bucket_boundaries to include the maximum length"],
        )
        from headwater._src.graph.default import get_default_graph

        with get_default_graph().control_dependencies([check]):
            longest = raw.Cast(PUBLIC["gather"](highs, number) - np.int32(1), DstT=dtypes.int64)
        flat = structure.flatten_up_to(grouped.element_spec, shapes)
        return structure.pack(grouped.element_spec, [_up_to(s, longest) for s in flat])

    def batched(number, grouped):
        size = size_of(number)
        if no_padding:
            return grouped.batch(size, drop_remainder)
        shapes = shapes_for(number, grouped)
        return grouped.padded_batch(size, shapes, padding_values, drop_remainder)

    return group_by_window(bucket, batched, None, size_of)


def _up_to(shape, longest):
    """A shape whose open dimensions are `longest`, as a tensor."""
    dims = _as_dims(shape)
    if None not in dims:
        return convert_to_tensor(dims, dtypes.int64)
    parts = [longest if d is None else convert_to_tensor(d, dtypes.int64) for d in dims]
    return raw.Pack(parts)


# --- groups -------------------------------------------------------------------------------------


def group_by_window(key_func, reduce_func, window_size=None, window_size_func=None):
    """Groups elements by a key and reduces full groups to datasets.

    Args:
      key_func: function of an element that gives an int64 key.
      reduce_func: function of a key and a dataset of the group that gives a dataset.
      window_size: how many elements make a group full; or
      window_size_func: a function of the key that says it.

    Returns:
      A function for `Dataset.apply`.

    Raises:
      ValueError: both or neither of the sizes are given.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError("Must pass either window_size or window_size_func.")
    if window_size is not None:

        def window_size_func(key):
            return convert_to_tensor(window_size, dtypes.int64)

    return lambda dataset: dataset._group_by_window(key_func, reduce_func, window_size_func)


class Reducer:
    """Three functions that reduce elements to one.

    Args:
      init_func: function of a key that gives the first state.
      reduce_func: function of a state and an element that gives the next state.
      finalize_func: function of the last state that gives the result.
    """

    def __init__(self, init_func, reduce_func, finalize_func):
        self.init_func, self.reduce_func = init_func, reduce_func
        self.finalize_func = finalize_func


def group_by_reducer(key_func, reducer):
    """Groups elements by a key and reduces each group to one element, in order of the keys.

    Args:
      key_func: function of an element that gives an int64 key.
      reducer: a `Reducer`.

    Returns:
      A function for `Dataset.apply`.
    """

    def apply(dataset):
        from headwater._src.data.mapping import _int64

        number = TensorSpec([], dtypes.int64)
        key = dataset._function(lambda *e: _int64(key_func(*e), "key_func"), "Dataset_key")
        init = DatasetFunction(reducer.init_func, number, "Dataset_init")
        reduce, specs = state_function(
            reducer.reduce_func, init.result, dataset.element_spec, "Dataset_reduce"
        )
        finalize = DatasetFunction(reducer.finalize_func, specs, "Dataset_finalize")
        return dataset._made(
            raw.GroupByReducerDataset,
            key.captured,
            init.captured,
            reduce.captured,
            finalize.captured,
            key_func=key.graph,
            init_func=init.graph,
            reduce_func=reduce.graph,
            finalize_func=finalize.graph,
            specs=finalize.specs,
        )

    return apply


def scan(initial_state, scan_func):
    """A function of a state and each element that gives the next state and a result.

    Args:
      initial_state: a structure of tensors.
      scan_func: function of `(state, element)` that gives `(state, result)`.

    Returns:
      A function for `Dataset.apply`.
    """
    return lambda dataset: dataset._scan(initial_state, scan_func)


def take_while(predicate):
    """The elements before the first for which a function is false.

    Args:
      predicate: function of an element that gives a scalar bool.

    Returns:
      A function for `Dataset.apply`.
    """
    return lambda dataset: dataset.take_while(predicate)


# --- order --------------------------------------------------------------------------------------


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """`shuffle` and `repeat` in one.

    Args:
      buffer_size: how many elements the buffer holds.
      count: how often; None for ever.
      seed: seed of the order, which is TensorFlow's.

    Returns:
      A function for `Dataset.apply`.
    """

    def apply(dataset):
        size = int64(buffer_size, "buffer_size")
        times = int64(-1 if count is None else count, "count")
        return dataset._made(raw.ShuffleAndRepeatDataset, size, *data_seeds(seed), times)

    return apply


def enumerate_dataset(start=0):
    """Pairs of a number and an element; see `Dataset.enumerate`.

    Args:
      start: the first number.
    """
    return lambda dataset: dataset.enumerate(start)


def unique():
    """The elements without those that came before; one component of integers or strings."""
    return lambda dataset: dataset._made(raw.UniqueDataset)


def ignore_errors(log_warning=False):
    """Leaves out the elements that raise an error.

    Args:
      log_warning: accepted.
    """
    return lambda dataset: dataset._made(raw.IgnoreErrorsDataset)


def parallel_interleave(
    map_func,
    cycle_length,
    block_length=1,
    sloppy=False,
    buffer_output_elements=None,
    prefetch_input_elements=None,
):
    """Like `Dataset.interleave`, where a dataset that ends is replaced within its turn.

    Args:
      map_func: function of an element that gives a `Dataset`.
      cycle_length: how many datasets take turns.
      block_length: how many elements one gives in its turn.
      sloppy: accepted; the order is always kept.
      buffer_output_elements: accepted.
      prefetch_input_elements: accepted.

    Returns:
      A function for `Dataset.apply`.
    """

    def apply(dataset):
        f = dataset._function(map_func, "Dataset_parallel_interleave")
        specs = f.must_be_dataset("map_func")
        ahead = 2 * block_length if buffer_output_elements is None else buffer_output_elements
        more = 2 * cycle_length if prefetch_input_elements is None else prefetch_input_elements
        return dataset._made(
            raw.ParallelInterleaveDataset,
            f.captured,
            int64(cycle_length, "cycle_length"),
            int64(block_length, "block_length"),
            convert_to_tensor(False if sloppy is None else sloppy, dtypes.bool, name="sloppy"),
            int64(ahead, "buffer_output_elements"),
            int64(more, "prefetch_input_elements"),
            f=f.graph,
            specs=specs,
        )

    return apply


# --- how many -----------------------------------------------------------------------------------


def cardinality(dataset):
    """How many elements a dataset has, an int64 tensor; -1 for infinitely many, -2 unknown.

    Args:
      dataset: a `Dataset`.
    """
    return raw.DatasetCardinality(dataset._variant_tensor)


def assert_cardinality(expected_cardinality):
    """States how many elements there are; another number is an error when they are made.

    Args:
      expected_cardinality: the number; -1 for infinitely many, -2 for unknown.

    Returns:
      A function for `Dataset.apply`.
    """
    number = int64(expected_cardinality, "expected_cardinality")
    return lambda dataset: dataset._made(raw.AssertCardinalityDataset, number)


def get_single_element(dataset):
    """The element of a dataset that has one.

    Args:
      dataset: a `Dataset`.

    Returns:
      Tensors in the structure of an element.

    Raises:
      TypeError: `dataset` is none.
      InvalidArgumentError: when it runs: there is not exactly one element.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError("`dataset` must be a `tf.data.Dataset` object.")
    found = raw.DatasetToSingleElement(dataset._variant_tensor, **dataset._flat)
    found = list(found) if isinstance(found, (list, tuple)) else [found]
    return structure.from_tensors(dataset.element_spec, found)


# --- devices ------------------------------------------------------------------------------------


def prefetch_to_device(device, buffer_size=None):
    """Makes elements ahead of time; compiled steps take them to their device.

    Args:
      device: accepted: a step's own device decides.
      buffer_size: how many elements (default: left open).

    Returns:
      A function for `Dataset.apply`.
    """
    return lambda dataset: dataset.prefetch(buffer_size)


def copy_to_device(target_device, source_device="/cpu:0"):
    """The same elements: compiled steps take them to their device.

    Args:
      target_device: accepted.
      source_device: accepted.

    Returns:
      A function for `Dataset.apply`.
    """

    def apply(dataset):
        from headwater._src.data.options import Options

        return dataset.with_options(Options())

    return apply
