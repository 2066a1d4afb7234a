"""`tf.data.Dataset`: where datasets come from, what they are made of, and how to get at elements.

What makes one dataset of another is in `transforms` (order and grouping) and `mapping` (functions
of elements).
"""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.data import generator, structure
from headwater._src.data.functions import factory_of
from headwater._src.data.iterator import Iterator
from headwater._src.data.mapping import Mapping
from headwater._src.data.transforms import Transforms
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import executing_eagerly, get_default_graph
from headwater._src.graph.type_spec import TensorSpec


class Dataset(Transforms, Mapping):
    """A sequence of elements, each a tensor or a structure (tuples, dicts) of tensors.

    A dataset is a node of the graph; elements are made in a session, one for each run of what an
    iterator's `get_next` gives.

    >>> data = tf.data.Dataset.from_tensor_slices([1, 2, 3]).map(lambda x: x * x).batch(2)
    >>> element = data.make_one_shot_iterator().get_next()
    >>> sess.run(element)
    array([1, 4], dtype=int32)

    Args:
      variant_tensor: the variant `Tensor` that stands for it.
      element_spec: the structure of the specs of its elements.
    """

    def __init__(self, variant_tensor, element_spec):
        self._variant_tensor, self._element_spec = variant_tensor, element_spec

    # -- what its elements are -------------------------------------------------------------------

    @property
    def element_spec(self):
        """The structure of `TypeSpec`s of an element."""
        return self._element_spec

    @property
    def output_types(self):
        """The structure of the `DType`s of an element."""
        return structure.types(self._element_spec)

    @property
    def output_shapes(self):
        """The structure of the `TensorShape`s of an element."""
        return structure.shapes(self._element_spec)

    @property
    def output_classes(self):
        """The structure of the classes of an element's leaves."""
        return structure.classes(self._element_spec)

    @property
    def _flat(self):
        """The attrs `output_types` and `output_shapes` of nodes."""
        return structure.types_and_shapes(self._element_spec)

    @property
    def _type_spec(self):
        return structure.DatasetSpec(self._element_spec)

    def options(self):
        """The `Options` that `with_options` gave it, or fresh ones."""
        from headwater._src.data.options import Options

        return getattr(self, "_options", None) or Options()

    def __iter__(self):
        if executing_eagerly():
            from headwater._src.data.eager_iterator import EagerIterator

            return EagerIterator(self)
        raise RuntimeError(
            "__iter__() is only supported inside of tf.function or when eager execution is enabled."
        )

    def __repr__(self):
        shapes = structure.map_structure(str, self.output_shapes)
        types = structure.map_structure(repr, self.output_types)
        text = f"<{type(self).__name__} shapes: {shapes}, types: {types}>"
        return text.replace("'", "")

    # -- sources ---------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors):
        """A dataset of one element.

        Args:
          tensors: the element: a tensor, sparse tensor or structure of them.
        """
        element = structure.normalized(tensors)
        specs = structure.specs_of(element)
        components = structure.to_tensors(element)
        shapes = structure.types_and_shapes(specs)["output_shapes"]
        return Dataset(raw.TensorDataset(components, output_shapes=shapes), specs)

    @staticmethod
    def from_tensor_slices(tensors):
        """A dataset of the rows of tensors.

        Args:
          tensors: a tensor, sparse tensor or structure of them, with a common first dimension.

        Raises:
          ValueError: a tensor has no dimension, or the first dimensions differ.
        """
        element = structure.normalized(tensors)
        specs = structure.specs_of(element)
        rows = None
        for spec in structure.flatten(specs):
            if spec.shape.rank == 0:
                raise ValueError(
                    "Slicing a scalar is not possible: every component needs a first dimension"
                )
            dim = spec.shape.as_list()[0] if spec.shape.rank else None
            if rows is not None and dim is not None and dim != rows:
                raise ValueError(f"Dimensions {rows} and {dim} are not compatible")
            rows = dim if dim is not None else rows
        specs = structure.map_structure(structure.unbatched, specs)
        components = [structure.to_rows(leaf) for leaf in structure.flatten(element)]
        shapes = structure.types_and_shapes(specs)["output_shapes"]
        return Dataset(raw.TensorSliceDataset(components, output_shapes=shapes), specs)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor):
        """A dataset of the rows of a sparse tensor, each as its indices, values and shape.

        Args:
          sparse_tensor: a `SparseTensor`, ordered in its first dimension.

        Raises:
          TypeError: it is none.
        """
        from headwater._src.graph.composite import SparseTensor

        if not isinstance(sparse_tensor, SparseTensor):
            raise TypeError(f"`sparse_tensor` must be a `tf.SparseTensor`, not {sparse_tensor!r}")
        rank = sparse_tensor.dense_shape.shape.as_list()[0]
        rest = None if rank is None else rank - 1
        variant = raw.SparseTensorSliceDataset(
            sparse_tensor.indices, sparse_tensor.values, sparse_tensor.dense_shape
        )
        specs = (
            TensorSpec([None, rest], dtypes.int64),
            TensorSpec([None], sparse_tensor.dtype),
            TensorSpec([rest], dtypes.int64),
        )
        return Dataset(variant, specs)

    @staticmethod
    def from_generator(generator, output_types, output_shapes=None, args=None):
        """A dataset of what a Python generator yields.

        Args:
          generator: function that gives something to iterate over, anew at each call.
          output_types: the structure of the elements' `DType`s.
          output_shapes: the structure of their shapes (default: unknown).
          args: tensors whose values are the function's arguments.

        Raises:
          TypeError: `generator` is not callable.
        """
        return _from_generator(generator, output_types, output_shapes, args)

    @staticmethod
    def range(*args):
        """A dataset of numbers, int64, as Python's `range` gives them.

        Args:
          *args: `stop`; `start, stop`; or `start, stop, step`.

        Raises:
          ValueError: another number of arguments.
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(
                f"Invalid `args`. The length of `args` should be between 1 and 3. Got {args}"
            )
        start, stop, step = {1: (0, *args, 1), 2: (*args, 1), 3: args}[len(args)]
        inputs = [
            convert_to_tensor(value, dtypes.int64, name=name)
            for name, value in (("start", start), ("stop", stop), ("step", step))
        ]
        specs = TensorSpec([], dtypes.int64)
        return Dataset(raw.RangeDataset(*inputs, **structure.types_and_shapes(specs)), specs)

    @staticmethod
    def zip(datasets):
        """A dataset whose elements are those of several datasets side by side.

        Args:
          datasets: a structure of datasets, which is the structure of its elements; it ends with
            the shortest.

        Raises:
          TypeError: something in it is not a dataset.
        """
        for dataset in structure.flatten(datasets):
            if not isinstance(dataset, Dataset):
                hint = "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects"
                if isinstance(dataset, list):
                    hint += " (a list is no structure; use a tuple)"
                raise TypeError(f"{hint}, not {dataset!r}.")
        specs = structure.map_structure(lambda d: d.element_spec, datasets)
        inputs = [d._variant_tensor for d in structure.flatten(datasets)]
        return Dataset(raw.ZipDataset(inputs, **structure.types_and_shapes(specs)), specs)

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None):
        """A dataset of the names of the files that match a pattern.

        Args:
          file_pattern: a pattern, or a vector of them.
          shuffle: whether the names are shuffled (default: yes).
          seed: seed of the shuffling.

        Raises:
          InvalidArgumentError: when it runs: no file matches.
        """
        return _list_files(file_pattern, shuffle, seed)

    # -- getting at elements ---------------------------------------------------------------------

    def make_one_shot_iterator(self):
        """An `Iterator` over the elements, once, that needs no initialization.

        Raises:
          ValueError: the dataset depends on a placeholder, a variable or a table.
        """
        if executing_eagerly():
            return iter(self)
        graph = get_default_graph()
        if graph is not self._variant_tensor.graph:
            _check_same_graph(graph, self._variant_tensor)
        factory = factory_of(self._variant_tensor)
        handle = raw.OneShotIterator(dataset_factory=factory, **self._flat)
        return Iterator(handle, None, self._element_spec)

    def make_initializable_iterator(self, shared_name=None):
        """An `Iterator` over the elements, which starts anew whenever its `initializer` is run.

        Args:
          shared_name: a name under which several sessions of a server share it.
        """
        if executing_eagerly():
            raise RuntimeError(
                "dataset.make_initializable_iterator is not supported when eager execution is "
                "enabled. Use `for element in dataset` instead."
            )
        _check_same_graph(get_default_graph(), self._variant_tensor)
        handle = raw.IteratorV2(container="", shared_name=shared_name or "", **self._flat)
        initializer = raw.MakeIterator(self._variant_tensor, handle)
        if initializer is None:
            initializer = get_default_graph().get_operations()[-1]
        return Iterator(handle, initializer, self._element_spec)


def _check_same_graph(graph, tensor):
    if graph is not tensor.graph and not getattr(graph, "is_inside", lambda g: False)(tensor.graph):
        raise ValueError(
            "Please ensure that all datasets in the pipeline are created in the same graph as the "
            "iterator."
        )


def _from_generator(function, output_types, output_shapes, args):
    if not callable(function):
        raise TypeError("`generator` must be callable.")
    if output_shapes is None:
        output_shapes = structure.unknown_shapes(output_types)
    specs = structure.from_legacy(output_types, output_shapes, structure.all_tensors(output_types))
    args = () if args is None else tuple([convert_to_tensor(a, name="args") for a in args])
    calls = generator.Calls(function, specs)
    # One element, so that every walk calls the function anew.
    start = Dataset.from_tensors(np.int64(0))
    return start.flat_map(lambda _: Dataset(generator.node(calls, args, specs), specs))


def _list_files(file_pattern, shuffle, seed):
    from headwater._src.graph.optable import PUBLIC

    shuffle = True if shuffle is None else shuffle
    pattern = convert_to_tensor(file_pattern, dtypes.string, name="file_pattern")
    names = raw.MatchingFiles(pattern)
    text = (
        PUBLIC["reduce_join"](pattern, separator=", ", name="message")
        if pattern.shape.rank
        else pattern
    )
    check = raw.Assert(
        raw.Greater(raw.Size(names), 0, name="match_not_empty"),
        [convert_to_tensor("No files matched pattern: ") + text],
        summarize=1,
        name="assert_not_empty",
    )
    check = check if check is not None else get_default_graph().get_operations()[-1]
    with get_default_graph().control_dependencies([check]):
        names = raw.Identity(names)
    dataset = Dataset.from_tensor_slices(names)
    if shuffle:
        size = raw.Maximum(raw.Size(names, out_type=dtypes.int64), np.int64(1))
        dataset = dataset.shuffle(size, seed=seed)
    return dataset
