"""The transformations of a `tf.data.Dataset` that call no functions: order, grouping, hints."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import Dimension, TensorShape
from headwater._src.data import structure
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.seeds import get_seed
from headwater._src.graph.static_value import constant_value
from headwater._src.graph.type_spec import SparseTensorSpec


def int64(value, name):
    """A number as an int64 tensor."""
    if isinstance(value, Tensor) and value.dtype.base_dtype is not dtypes.int64:
        return raw.Cast(value, DstT=dtypes.int64)
    return convert_to_tensor(value, dtypes.int64, name=name)


def data_seeds(seed):
    """The two seeds of a dataset, as tensors; zero twice stands for different numbers each time."""
    first, second = (0 if s is None else s for s in _seeds(seed))
    first = int64(first, "seed")
    if isinstance(second, Tensor):
        second = int64(second, "seed2")
    with get_default_graph().name_scope("seed2") as scope:
        value = int64(second, "Const")
        zeros = raw.LogicalAnd(raw.Equal(first, np.int64(0)), raw.Equal(value, np.int64(0)))
        if seed is None and get_default_graph().seed is None:
            return first, raw.Identity(value, name=scope)
        largest = convert_to_tensor(2**31 - 1, dtypes.int64)
        return first, raw.SelectV2(zeros, largest, value, name=scope)


def _seeds(seed):
    if isinstance(seed, Tensor):
        graph_seed = get_default_graph().seed
        return (87654321 if graph_seed is None else graph_seed), seed
    return get_seed(seed)


class Transforms:
    """The part of `Dataset` that changes which elements there are, in which order and groups."""

    def _made(self, op, *inputs, specs=None, **attrs):
        """A dataset made of this one by an op."""
        from headwater._src.data.dataset import Dataset

        specs = self._element_spec if specs is None else specs
        flat = structure.types_and_shapes(specs)
        return Dataset(op(self._variant_tensor, *inputs, **attrs, **flat), specs)

    def apply(self, transformation_func):
        """The dataset that a function makes of this one.

        Args:
          transformation_func: function of a dataset, such as those in `tf.data.experimental`.

        Raises:
          TypeError: it gives no dataset.
        """
        from headwater._src.data.dataset import Dataset

        result = transformation_func(self)
        if not isinstance(result, Dataset):
            raise TypeError(
                f"`transformation_func` must return a Dataset. Got type {type(result)}: {result!r}"
            )
        return result

    def batch(self, batch_size, drop_remainder=False):
        """Consecutive elements, stacked along a new first dimension.

        Args:
          batch_size: how many elements make a batch.
          drop_remainder: whether a last batch that is smaller is left out.
        """
        size = int64(batch_size, "batch_size")
        drop = convert_to_tensor(drop_remainder, dtypes.bool, name="drop_remainder")
        known = constant_value(size) if constant_value(drop) else None
        rows = None if known is None else int(known)
        specs = structure.map_structure(lambda s: structure.batched(s, rows), self._element_spec)
        return self._made(raw.BatchDatasetV2, size, drop, specs=specs)

    def padded_batch(self, batch_size, padded_shapes, padding_values=None, drop_remainder=False):
        """Consecutive elements of different shapes, filled up to one shape and stacked.

        Args:
          batch_size: how many elements make a batch.
          padded_shapes: the structure of the shapes to fill up to; None or -1 for a dimension
            stands for the largest in the batch.
          padding_values: the structure of values to fill with (default: 0, or an empty string).
          drop_remainder: whether a last batch that is smaller is left out.

        Raises:
          TypeError: an element is a sparse tensor, or a value has another type.
          ValueError: a shape does not fit the elements.
        """
        size = int64(batch_size, "batch_size")
        flat = structure.flatten(self._element_spec)
        if any(isinstance(s, SparseTensorSpec) for s in flat):
            raise TypeError("Batching of padded sparse tensors is not currently supported")
        given = structure.flatten_up_to(self._element_spec, padded_shapes)
        shapes = [padded_shape(shape, spec) for shape, spec in zip(given, flat, strict=True)]
        values = _padding_values(padding_values, self._element_spec)
        drop = convert_to_tensor(drop_remainder, dtypes.bool, name="drop_remainder")
        known = constant_value(size) if constant_value(drop) else None
        rows = None if known is None else int(known)
        specs = [
            structure.batched(type(spec)(_known(shape), spec.dtype), rows)
            for spec, shape in zip(flat, shapes)
        ]
        specs = structure.pack(self._element_spec, specs)
        from headwater._src.data.dataset import Dataset

        variant = raw.PaddedBatchDatasetV2(
            self._variant_tensor,
            size,
            shapes,
            values,
            drop,
            output_shapes=structure.types_and_shapes(specs)["output_shapes"],
        )
        return Dataset(variant, specs)

    def unbatch(self):
        """The rows of the elements, one by one.

        Raises:
          ValueError: a component has no dimension.
        """
        flat = structure.flatten(self._element_spec)
        if any(hasattr(s, "dtype") and s.shape.rank == 0 for s in flat):
            raise ValueError("Cannot unbatch an input with scalar components.")
        specs = structure.map_structure(structure.unbatched, self._element_spec)
        if not any(isinstance(s, SparseTensorSpec) for s in flat):
            return self._made(raw.UnbatchDataset, specs=specs)
        return _as_rows(self)._made(raw.UnbatchDataset, specs=specs)

    def repeat(self, count=None):
        """The elements several times over.

        Args:
          count: how often; None or -1 for ever.
        """
        return self._made(raw.RepeatDataset, int64(-1 if count is None else count, "count"))

    def take(self, count):
        """The first elements.

        Args:
          count: how many; -1 for all.
        """
        return self._made(raw.TakeDataset, int64(count, "count"))

    def skip(self, count):
        """All but the first elements.

        Args:
          count: how many are left out; -1 for all.
        """
        return self._made(raw.SkipDataset, int64(count, "count"))

    def shard(self, num_shards, index):
        """Every n-th element, for programs that share the work.

        Args:
          num_shards: how many programs there are.
          index: which of them this is.

        Raises:
          InvalidArgumentError: `index` is not in `[0, num_shards)`; at once when it is known.
        """
        return self._made(raw.ShardDataset, int64(num_shards, "num_shards"), int64(index, "index"))

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None):
        """The elements in random order, each drawn from a buffer of those that come next.

        Args:
          buffer_size: how many elements the buffer holds; with at least all of them every order
            is equally likely.
          seed: seed of the order, as for random ops; the order is TensorFlow's.
          reshuffle_each_iteration: whether each walk has another order (default: yes).
        """
        size = int64(buffer_size, "buffer_size")
        return self._made(
            raw.ShuffleDataset,
            size,
            *data_seeds(seed),
            reshuffle_each_iteration=reshuffle_each_iteration in (None, True),
        )

    def cache(self, filename=""):
        """Keeps the elements of the first complete walk for the next ones.

        Args:
          filename: prefix of files to keep them in; empty for memory.
        """
        return self._made(raw.CacheDataset, convert_to_tensor(filename, dtypes.string, "filename"))

    def prefetch(self, buffer_size):
        """Makes elements ahead of time, in another thread.

        Args:
          buffer_size: how many; -1 (`AUTOTUNE`) leaves it open.
        """
        if buffer_size is None:
            buffer_size = -1
        return self._made(raw.PrefetchDataset, int64(buffer_size, "buffer_size"))

    def concatenate(self, dataset):
        """The elements, then those of another dataset.

        Args:
          dataset: a `Dataset` with elements of the same types.

        Raises:
          TypeError: types or classes differ.
        """
        mine, its = self._element_spec, dataset.element_spec
        try:
            pairs = list(
                zip(structure.flatten(mine), structure.flatten_up_to(mine, its), strict=True)
            )
        except (TypeError, ValueError):
            pairs = None
        kinds = [type(a) for a in structure.flatten(mine)]
        types_differ = pairs is None or any(
            getattr(a, "dtype", None) != getattr(b, "dtype", None) for a, b in pairs
        )
        if types_differ:
            raise TypeError(
                "Two datasets to concatenate have different types "
                f"{self.output_types} and {dataset.output_types}"
            )
        if kinds != [type(b) for _, b in pairs]:
            raise TypeError(
                "Two datasets to concatenate have different classes "
                f"{self.output_classes} and {dataset.output_classes}"
            )
        specs = structure.pack(mine, [structure.wider(a, b) for a, b in pairs])
        return self._made(raw.ConcatenateDataset, dataset._variant_tensor, specs=specs)

    def enumerate(self, start=0):
        """Pairs of a number and an element.

        Args:
          start: the first number.
        """
        from headwater._src.data.dataset import Dataset

        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    def window(self, size, shift=None, stride=1, drop_remainder=False):
        """Datasets of consecutive elements, in the structure of an element.

        Args:
          size: how many elements each has.
          shift: by how many elements the next one begins later (default: `size`).
          stride: the distance of its elements.
          drop_remainder: whether last ones that are smaller are left out.
        """
        size = int64(size, "size")
        shift = size if shift is None else int64(shift, "shift")
        drop = convert_to_tensor(drop_remainder, dtypes.bool, name="drop_remainder")
        specs = structure.map_structure(structure.DatasetSpec, self._element_spec)
        return self._made(
            raw.WindowDataset, size, shift, int64(stride, "stride"), drop, specs=specs
        )

    def with_options(self, options):
        """The same elements, with options that say how they may be made.

        Args:
          options: a `tf.data.Options`.

        Raises:
          ValueError: options set before have other values.
        """
        merged = self.options().merge(options)
        ordered = False not in (merged.deterministic, merged.experimental_deterministic)
        text = "" if ordered else "unordered"
        found = self._made(raw.OptionsDataset, serialized_options=text)
        found._options = merged
        return found


def padded_shape(given, spec):
    """A shape to fill up to, as an int64 vector with -1 for what is left open.

    Raises:
      TypeError: it is no shape.
      ValueError: it does not fit the elements' shape.
    """
    if isinstance(given, Tensor):
        if given.dtype.base_dtype is not dtypes.int64:
            raise TypeError(f"Padded shape {given} must be a `tf.int64` vector tensor")
        if given.shape.rank != 1:
            raise ValueError(
                f"Padded shape {given} must be a `tf.int64` vector tensor, but its shape was "
                f"{given.shape}."
            )
        return given
    try:
        dims = TensorShape(given).as_list()
    except (TypeError, ValueError):
        items = list(given) if isinstance(given, (list, tuple)) else np.asarray(given).tolist()
        items = [d.value if isinstance(d, Dimension) else d for d in items]
        dims = [None if d is None or d == -1 else int(d) for d in items]
    have = spec.shape
    if have.rank is not None:
        fits = len(dims) == have.rank and all(
            a is None or b is None or a >= b for a, b in zip(dims, have.as_list())
        )
        if not fits:
            raise ValueError(
                f"The padded shape {tuple(dims)} is not compatible with the corresponding input "
                f"component shape {tuple(have.as_list())}."
            )
    return convert_to_tensor([-1 if d is None else d for d in dims], dtypes.int64)


def _known(shape):
    value = constant_value(shape)
    if value is None:
        return [None] * shape.shape.as_list()[0] if shape.shape.is_fully_defined() else None
    return [None if d == -1 else int(d) for d in value]


def _padding_values(given, specs):
    flat = structure.flatten(specs)
    if given is None:
        values = ["" if s.dtype is dtypes.string else _zero(s.dtype) for s in flat]
    else:
        values = structure.flatten_up_to(specs, given)
    found = []
    for value, spec in zip(values, flat, strict=True):
        tensor = convert_to_tensor(value, name="padding_value")
        if tensor.shape.rank not in (0, None):
            raise ValueError(f"Padding value should be a scalar, but is not: {tensor}.")
        if tensor.dtype.base_dtype != spec.dtype:
            try:
                tensor = convert_to_tensor(value, spec.dtype, name="padding_value")
            except (TypeError, ValueError):
                raise TypeError(
                    f"Padding value tensor ({tensor}) does not match output type: {spec.dtype}"
                ) from None
        found.append(tensor)
    return found


def _zero(dtype):
    if dtype is dtypes.variant or dtype is dtypes.resource:
        raise TypeError(f"Unable to create padding for field of type '{dtype.name}'")
    return np.zeros((), dtype.as_numpy_dtype)


def _as_rows(dataset):
    """A dataset whose sparse components are serialized row by row."""

    def serialized(*element):
        return tuple([structure.to_rows(leaf) for leaf in structure.flatten(element)])

    return dataset.map(serialized)
