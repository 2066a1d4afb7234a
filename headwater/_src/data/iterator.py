"""`tf.data.Iterator`: a place in a session's state that walks over a dataset."""

from headwater._src.core import dtypes, logging
from headwater._src.data import structure
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph

_MANY_CALLS = 32


class Iterator:
    """Gives the elements of a dataset, one for each run.

    Args:
      iterator_resource: the resource `Tensor` that stands for it.
      initializer: the `Operation` that starts it, or None.
      element_spec: the structure of the specs of elements.
    """

    def __init__(self, iterator_resource, initializer, element_spec):
        self._iterator_resource, self._initializer = iterator_resource, initializer
        self._element_spec = element_spec
        self._string_handle = raw.IteratorToStringHandle(iterator_resource)
        self._calls = 0

    @staticmethod
    def from_structure(output_types, output_shapes=None, shared_name=None, output_classes=None):
        """An iterator without a dataset: `make_initializer` gives the operations that start it.

        Args:
          output_types: the structure of the elements' `DType`s.
          output_shapes: the structure of their shapes (default: unknown).
          shared_name: a name under which several sessions of a server share it.
          output_classes: the structure of classes (default: `tf.Tensor`).

        Raises:
          TypeError: the structures differ.
        """
        specs = _specs(output_types, output_shapes, output_classes)
        attrs = structure.types_and_shapes(specs)
        handle = raw.IteratorV2(container="", shared_name=shared_name or "", **attrs)
        return Iterator(handle, None, specs)

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None):
        """The iterator that a string stands for, which may be fed.

        Args:
          string_handle: scalar string: a value of another iterator's `string_handle()`.
          output_types: the structure of the elements' `DType`s.
          output_shapes: the structure of their shapes (default: unknown).
          output_classes: the structure of classes (default: `tf.Tensor`).
        """
        specs = _specs(output_types, output_shapes, output_classes)
        text = convert_to_tensor(string_handle, dtypes.string)
        handle = raw.IteratorFromStringHandleV2(text, **structure.types_and_shapes(specs))
        return Iterator(handle, None, specs)

    @property
    def initializer(self):
        """The `Operation` that starts it over its dataset.

        Raises:
          ValueError: it was not made by `make_initializable_iterator`.
        """
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset, name=None):
        """An operation that starts the iterator over a dataset.

        Args:
          dataset: a `Dataset` with elements like this iterator's.
          name: name of the node.

        Raises:
          TypeError: types or classes differ.
          ValueError: shapes are not compatible.
        """
        mine, its = self._element_spec, dataset.element_spec
        pairs = zip(structure.flatten(mine), structure.flatten_up_to(mine, its), strict=True)
        for a, b in pairs:
            if type(a) is not type(b):
                raise TypeError(
                    "Expected output classes "
                    f"{self.output_classes!r} but got dataset with output classes "
                    f"{dataset.output_classes!r}."
                )
            if getattr(a, "dtype", None) != getattr(b, "dtype", None):
                raise TypeError(
                    f"Expected output types {self.output_types!r} but got dataset with output "
                    f"types {dataset.output_types!r}."
                )
            if hasattr(a, "dtype") and not a.shape.is_compatible_with(b.shape):
                raise TypeError(
                    "Expected output shapes compatible with "
                    f"{self.output_shapes!r} but got dataset with output shapes "
                    f"{dataset.output_shapes!r}."
                )
        with get_default_graph().colocate_with(self._iterator_resource.op):
            made = raw.MakeIterator(dataset._variant_tensor, self._iterator_resource, name=name)
        return made if made is not None else get_default_graph().get_operations()[-1]

    def get_next(self, name=None):
        """The next element, as tensors that give another element in every run.

        Args:
          name: name of the node.

        Returns:
          A structure like the dataset's elements.

        Raises:
          OutOfRangeError: when it runs: there are no more elements.
        """
        self._calls += 1
        if self._calls > _MANY_CALLS:
            logging.warn_once(
                ("get_next", id(self)),
                "An unusually high number of `Iterator.get_next()` calls was detected: call it "
                "once outside the training loop, and run its result in the loop.",
            )
        attrs = structure.types_and_shapes(self._element_spec)
        tensors = raw.IteratorGetNext(self._iterator_resource, **attrs, name=name)
        return structure.from_tensors(self._element_spec, _listed(tensors))

    def string_handle(self, name=None):
        """A string tensor that stands for this iterator, to be fed to `from_string_handle`.

        Args:
          name: name of the node.
        """
        if name is None:
            return self._string_handle
        return raw.IteratorToStringHandle(self._iterator_resource, name=name)

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


def _listed(tensors):
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]


def _specs(output_types, output_shapes, output_classes):
    if output_shapes is None:
        output_shapes = structure.unknown_shapes(output_types)
    if output_classes is None:
        output_classes = structure.all_tensors(output_types)
    return structure.from_legacy(output_types, output_shapes, output_classes)


# --- as functions of a dataset or an iterator ---------------------------------------------------


def make_one_shot_iterator(dataset):
    """An iterator over a dataset, once; see `Dataset.make_one_shot_iterator`.

    Args:
      dataset: a `Dataset`.
    """
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset, shared_name=None):
    """An iterator over a dataset that has to be initialized.

    Args:
      dataset: a `Dataset`.
      shared_name: a name under which several sessions of a server share it.
    """
    return dataset.make_initializable_iterator(shared_name)


def get_output_types(dataset_or_iterator):
    """The structure of the `DType`s of elements.

    Args:
      dataset_or_iterator: a `Dataset` or an `Iterator`.
    """
    return structure.types(dataset_or_iterator.element_spec)


def get_output_shapes(dataset_or_iterator):
    """The structure of the `TensorShape`s of elements.

    Args:
      dataset_or_iterator: a `Dataset` or an `Iterator`.
    """
    return structure.shapes(dataset_or_iterator.element_spec)


def get_output_classes(dataset_or_iterator):
    """The structure of the classes of elements' leaves.

    Args:
      dataset_or_iterator: a `Dataset` or an `Iterator`.
    """
    return structure.classes(dataset_or_iterator.element_spec)
