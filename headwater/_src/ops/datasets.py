"""The ops of datasets: sources, and what makes one dataset of others without calling functions."""

import numpy as np

from headwater._src.graph import define_op
from headwater._src.ops import _dataset_batches as batches, _datasets as datasets
from headwater._src.ops._dataset_functions import dataset_of, single_element
from headwater._src.ops._dataset_kept import Counted
from headwater._src.ops._dataset_shuffle import Shuffle, Words
from headwater._src.ops._dataset_threads import Prefetch
from headwater._src.ops._datasets import INFINITE, Dataset
from headwater._src.ops._shapes import scalar
from headwater._src.ops._strings import invalid

_OUT = ["output_types: list(type) >= 1", "output_shapes: list(shape) >= 1"]
_META = "metadata: string = ''"
_SPLIT = "replicate_on_split: bool = false"


def _define(name, inputs, attrs, stateful=False, outputs="handle: variant"):
    op = define_op(name, inputs, outputs, attrs, scalar, stateful)
    op.no_gradient()
    return op


def _whole(component):
    """A component that a dataset keeps: nobody else may change it."""
    return component if isinstance(component, Dataset) else np.asarray(component)


# --- sources ------------------------------------------------------------------------------------

TensorDataset = _define(
    "TensorDataset",
    "components: Toutput_types",
    ["Toutput_types: list(type) >= 1", _OUT[1], _META],
    stateful=True,
)
TensorSliceDataset = _define(
    "TensorSliceDataset",
    "components: Toutput_types",
    ["Toutput_types: list(type) >= 1", _OUT[1], "is_files: bool = false", _META, _SPLIT],
    stateful=True,
)
SparseTensorSliceDataset = _define(
    "SparseTensorSliceDataset",
    "indices: int64, values: Tvalues, dense_shape: int64",
    ["Tvalues: type"],
    stateful=True,
)
RangeDataset = _define(
    "RangeDataset",
    "start: int64, stop: int64, step: int64",
    [*_OUT, _META, _SPLIT],
    stateful=True,
)
RandomDataset = _define("RandomDataset", "seed: int64, seed2: int64", [*_OUT, _META], stateful=True)


@TensorDataset.host
def tensor_dataset_kernel(ctx, components):
    return datasets.Single([_whole(c) for c in components])


@TensorSliceDataset.host
def tensor_slice_dataset_kernel(ctx, components):
    arrays = [np.asarray(c) for c in components]
    if len({len(a) for a in arrays}) > 1:
        raise invalid("All components must have the same size in the 0th dimension.")
    return datasets.Slices(arrays)


@SparseTensorSliceDataset.host
def sparse_tensor_slice_dataset_kernel(ctx, indices, values, dense_shape):
    return _SparseRows(indices, values, dense_shape)


class _SparseRows(Dataset):
    """The rows of a sparse tensor, each as indices, values and shape."""

    def __init__(self, indices, values, shape):
        first = indices[:, 0]
        if np.any(first[1:] < first[:-1]):
            raise errors_unimplemented("The SparseTensor must be ordered in the batch dimension")
        self._parts = (indices, values, np.asarray(shape, np.int64))

    def iterate(self):
        return self._rows()

    def _rows(self):
        indices, values, shape = self._parts
        edges = np.searchsorted(indices[:, 0], np.arange(shape[0] + 1))
        for start, end in zip(edges[:-1], edges[1:]):
            yield indices[start:end, 1:], values[start:end], shape[1:].view()

    def cardinality(self):
        return int(self._parts[2][0])


def errors_unimplemented(message):
    """An UnimplementedError."""
    from headwater._src.core import errors

    return errors.UnimplementedError(None, None, message)


@RangeDataset.host
def range_dataset_kernel(ctx, start, stop, step, *, output_types):
    if not step:
        raise invalid("step must be a non-zero integer.")
    kind = output_types[0].as_numpy_dtype
    return datasets.Range(int(start), int(stop), int(step), kind)


@RandomDataset.host
def random_dataset_kernel(ctx, seed, seed2):
    return _Random(int(seed), int(seed2))


class _Random(Dataset):
    def __init__(self, seed, seed2):
        self._seeds = (seed, seed2)

    def iterate(self):
        words = Words(*self._seeds)
        return iter(lambda: (np.asarray(words(), np.int64),), None)

    def cardinality(self):
        return INFINITE


# --- several datasets ---------------------------------------------------------------------------

ZipDataset = _define("ZipDataset", "input_datasets: N * variant", [*_OUT, "N: int >= 1", _META])
ConcatenateDataset = _define(
    "ConcatenateDataset", "input_dataset: variant, another_dataset: variant", [*_OUT, _META]
)
DirectedInterleaveDataset = _define(
    "DirectedInterleaveDataset",
    "selector_input_dataset: variant, data_input_datasets: N * variant",
    [*_OUT, "N: int >= 1", "stop_on_empty_dataset: bool = false"],
)


@ZipDataset.host
def zip_dataset_kernel(ctx, input_datasets):
    return datasets.Zip([dataset_of(d) for d in input_datasets])


@ConcatenateDataset.host
def concatenate_dataset_kernel(ctx, input_dataset, another_dataset):
    return datasets.Concatenate(dataset_of(input_dataset), dataset_of(another_dataset))


@DirectedInterleaveDataset.host
def directed_interleave_dataset_kernel(
    ctx, selector_input_dataset, data_input_datasets, *, stop_on_empty_dataset
):
    return _Directed(
        dataset_of(selector_input_dataset),
        [dataset_of(d) for d in data_input_datasets],
        stop_on_empty_dataset,
    )


class _Directed(Dataset):
    """Elements of the datasets that another dataset's numbers choose."""

    def __init__(self, selector, sources, stop):
        self._selector, self._sources, self._stop = selector, sources, stop

    def iterate(self):
        return _Chosen(self._selector.iterate(), [s.iterate() for s in self._sources], self._stop)


class _Chosen:
    def __init__(self, selector, walks, stop):
        self._selector, self._walks, self._stop = selector, walks, stop

    def __next__(self):
        while any(w is not None for w in self._walks):
            i = int(next(self._selector)[0])
            if not 0 <= i < len(self._walks):
                raise invalid(f"Selector index out of range: {i} >= {len(self._walks)}")
            if self._walks[i] is None:
                continue
            try:
                return next(self._walks[i])
            except StopIteration:
                if self._stop:
                    self._walks = []
                    break
                self._walks[i] = None
        raise StopIteration


# --- which elements, in which order -------------------------------------------------------------

RepeatDataset = _define("RepeatDataset", "input_dataset: variant, count: int64", [*_OUT, _META])
TakeDataset = _define("TakeDataset", "input_dataset: variant, count: int64", [*_OUT, _META])
SkipDataset = _define("SkipDataset", "input_dataset: variant, count: int64", [*_OUT, _META])
ShardDataset = _define(
    "ShardDataset",
    "input_dataset: variant, num_shards: int64, index: int64",
    ["require_non_empty: bool = false", *_OUT, _META],
)
ShuffleDataset = _define(
    "ShuffleDataset",
    "input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64",
    ["reshuffle_each_iteration: bool = true", *_OUT, _META],
)
ShuffleAndRepeatDataset = _define(
    "ShuffleAndRepeatDataset",
    "input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64, count: int64",
    [*_OUT, "reshuffle_each_iteration: bool = true", _META],
)
UniqueDataset = _define("UniqueDataset", "input_dataset: variant", [*_OUT, _META])


@RepeatDataset.host
def repeat_dataset_kernel(ctx, input_dataset, count):
    return datasets.Repeat(dataset_of(input_dataset), int(count))


@TakeDataset.host
def take_dataset_kernel(ctx, input_dataset, count):
    return datasets.Take(dataset_of(input_dataset), int(count))


@SkipDataset.host
def skip_dataset_kernel(ctx, input_dataset, count):
    return datasets.Skip(dataset_of(input_dataset), int(count))


@ShardDataset.host
def shard_dataset_kernel(ctx, input_dataset, num_shards, index):
    return datasets.Shard(dataset_of(input_dataset), int(num_shards), int(index))


@ShuffleDataset.host
def shuffle_dataset_kernel(
    ctx, input_dataset, buffer_size, seed, seed2, *, reshuffle_each_iteration
):
    return Shuffle(
        dataset_of(input_dataset),
        _buffer(buffer_size),
        int(seed),
        int(seed2),
        reshuffle_each_iteration,
    )


@ShuffleAndRepeatDataset.host
def shuffle_and_repeat_dataset_kernel(
    ctx, input_dataset, buffer_size, seed, seed2, count, *, reshuffle_each_iteration
):
    shuffled = Shuffle(
        dataset_of(input_dataset),
        _buffer(buffer_size),
        int(seed),
        int(seed2),
        reshuffle_each_iteration,
    )
    return datasets.Repeat(shuffled, int(count))


def _buffer(size):
    if size <= 0:
        raise invalid("buffer_size must be greater than zero.")
    return int(size)


@UniqueDataset.host
def unique_dataset_kernel(ctx, input_dataset):
    return _Unique(dataset_of(input_dataset))


class _Unique(datasets.Over):
    def cardinality(self):
        return datasets.UNKNOWN

    def iterate(self):
        return _FirstOnes(self.source.iterate())


class _FirstOnes:
    def __init__(self, walk):
        self._walk, self._seen = walk, set()

    def __next__(self):
        while True:
            element = next(self._walk)
            key = np.asarray(element[0]).tolist()
            key = repr(key) if isinstance(key, list) else key
            if key not in self._seen:
                self._seen.add(key)
                return element


# --- together and apart -------------------------------------------------------------------------

BatchDataset = _define("BatchDataset", "input_dataset: variant, batch_size: int64", [*_OUT, _META])
BatchDatasetV2 = _define(
    "BatchDatasetV2",
    "input_dataset: variant, batch_size: int64, drop_remainder: bool",
    ["parallel_copy: bool = false", *_OUT, _META],
)
PaddedBatchDatasetV2 = _define(
    "PaddedBatchDatasetV2",
    "input_dataset: variant, batch_size: int64, padded_shapes: N * int64, "
    "padding_values: Toutput_types, drop_remainder: bool",
    [
        "parallel_copy: bool = false",
        "Toutput_types: list(type) >= 1",
        _OUT[1],
        "N: int >= 1",
        _META,
    ],
)
UnbatchDataset = _define("UnbatchDataset", "input_dataset: variant", [*_OUT, _META])
WindowDataset = _define(
    "WindowDataset",
    "input_dataset: variant, size: int64, shift: int64, stride: int64, drop_remainder: bool",
    [*_OUT, _META],
)
SlidingWindowDataset = _define(
    "SlidingWindowDataset",
    "input_dataset: variant, window_size: int64, window_shift: int64, window_stride: int64",
    ["drop_remainder: bool = true", *_OUT],
)
DenseToSparseBatchDataset = _define(
    "DenseToSparseBatchDataset",
    "input_dataset: variant, batch_size: int64, row_shape: int64",
    [*_OUT],
)


@BatchDataset.host
def batch_dataset_kernel(ctx, input_dataset, batch_size):
    return batches.Batch(dataset_of(input_dataset), int(batch_size), False)


@BatchDatasetV2.host
def batch_dataset_v2_kernel(ctx, input_dataset, batch_size, drop_remainder):
    return batches.Batch(dataset_of(input_dataset), int(batch_size), bool(drop_remainder))


@PaddedBatchDatasetV2.host
def padded_batch_dataset_kernel(
    ctx, input_dataset, batch_size, padded_shapes, padding_values, drop_remainder
):
    return batches.PaddedBatch(
        dataset_of(input_dataset),
        int(batch_size),
        bool(drop_remainder),
        [np.asarray(s).reshape(-1).tolist() for s in padded_shapes],
        list(padding_values),
    )


@UnbatchDataset.host
def unbatch_dataset_kernel(ctx, input_dataset):
    return batches.Unbatch(dataset_of(input_dataset))


@WindowDataset.host
def window_dataset_kernel(ctx, input_dataset, size, shift, stride, drop_remainder):
    return batches.Window(
        dataset_of(input_dataset), int(size), int(shift), int(stride), bool(drop_remainder)
    )


@SlidingWindowDataset.host
def sliding_window_dataset_kernel(
    ctx, input_dataset, window_size, window_shift, window_stride, *, drop_remainder
):
    return batches.Sliding(
        dataset_of(input_dataset),
        int(window_size),
        int(window_shift),
        int(window_stride),
        drop_remainder,
    )


@DenseToSparseBatchDataset.host
def dense_to_sparse_batch_dataset_kernel(ctx, input_dataset, batch_size, row_shape):
    from headwater._src.graph.optable import OPS

    return batches.SparseBatch(
        dataset_of(input_dataset),
        int(batch_size),
        np.asarray(row_shape).tolist(),
        lambda *parts: OPS["SerializeSparse"].fn(np, *parts),
    )


# --- the same elements --------------------------------------------------------------------------

PrefetchDataset = _define(
    "PrefetchDataset",
    "input_dataset: variant, buffer_size: int64",
    [
        *_OUT,
        "slack_period: int = 0",
        "legacy_autotune: bool = true",
        "buffer_size_min: int = 0",
        _META,
    ],
)
OptionsDataset = _define(
    "OptionsDataset", "input_dataset: variant", ["serialized_options: string", *_OUT, _META]
)
RewriteDataset = _define("RewriteDataset", "input_dataset: variant, rewrite_name: string", [*_OUT])
ModelDataset = _define(
    "ModelDataset",
    "input_dataset: variant",
    ["algorithm: int = 0", "cpu_budget: int = 0", "ram_budget: int = 0", *_OUT],
)
AssertCardinalityDataset = _define(
    "AssertCardinalityDataset", "input_dataset: variant, cardinality: int64", [*_OUT]
)
IgnoreErrorsDataset = _define(
    "IgnoreErrorsDataset", "input_dataset: variant", [*_OUT, "log_warning: bool = false"]
)


@PrefetchDataset.host
def prefetch_dataset_kernel(ctx, input_dataset, buffer_size):
    if buffer_size < -1:
        raise invalid("buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
    return Prefetch(ctx, dataset_of(input_dataset), int(buffer_size))


@OptionsDataset.host
def options_dataset_kernel(ctx, input_dataset, *, serialized_options):
    source = dataset_of(input_dataset)
    if serialized_options == "unordered":
        source.unordered()
    return datasets.Same(source)


@RewriteDataset.host
def rewrite_dataset_kernel(ctx, input_dataset, rewrite_name):
    return datasets.Same(dataset_of(input_dataset))


@ModelDataset.host
def model_dataset_kernel(ctx, input_dataset):
    return datasets.Same(dataset_of(input_dataset))


@AssertCardinalityDataset.host
def assert_cardinality_dataset_kernel(ctx, input_dataset, cardinality):
    return Counted(dataset_of(input_dataset), int(cardinality))


@IgnoreErrorsDataset.host
def ignore_errors_dataset_kernel(ctx, input_dataset):
    return _Ignoring(dataset_of(input_dataset))


class _Ignoring(datasets.Over):
    def cardinality(self):
        return datasets.UNKNOWN

    def iterate(self):
        return _Tolerant(self.source.iterate())


class _Tolerant:
    def __init__(self, walk):
        self._walk = walk

    def __next__(self):
        while True:
            try:
                return next(self._walk)
            except StopIteration:
                raise
            except Exception:
                continue


# --- questions ----------------------------------------------------------------------------------

DatasetCardinality = _define(
    "DatasetCardinality",
    "input_dataset: variant",
    ["cardinality_options: string = ''"],
    outputs="cardinality: int64",
)
ExperimentalDatasetCardinality = _define(
    "ExperimentalDatasetCardinality", "input_dataset: variant", [], outputs="cardinality: int64"
)
DatasetToSingleElement = define_op(
    "DatasetToSingleElement",
    "dataset: variant",
    "components: output_types",
    [*_OUT, _META],
    stateful=True,
)


@DatasetCardinality.host
def dataset_cardinality_kernel(ctx, input_dataset):
    return np.int64(dataset_of(input_dataset).cardinality())


@ExperimentalDatasetCardinality.host
def experimental_dataset_cardinality_kernel(ctx, input_dataset):
    return np.int64(dataset_of(input_dataset).cardinality())


@DatasetToSingleElement.shape
def dataset_to_single_element_shape(dataset, *, output_shapes):
    return list(output_shapes)


@DatasetToSingleElement.host(blocking=True)
def dataset_to_single_element_kernel(ctx, dataset):
    return list(single_element(dataset_of(dataset)))


DatasetToSingleElement.no_gradient()
