"""Iterators of eager execution: Python iterators over a dataset."""

import weakref

from headwater._src.core import errors
from headwater._src.data.iterator import Iterator
from headwater._src.graph.default import executing_eagerly
from headwater._src.graph.optable import raw


class EagerIterator(Iterator):
    """Gives the elements of a dataset one after the other, as tensors with values.

    Args:
      dataset: a `Dataset`.

    Raises:
      RuntimeError: eager execution is not enabled.

    >>> for element in EagerIterator(tf.data.Dataset.range(2)):
    ...     print(element.numpy())
    0
    1
    """

    def __init__(self, dataset):
        if not executing_eagerly():
            raise RuntimeError(
                "Iterator objects of tf.contrib.eager can only be made when eager execution is "
                "enabled: use dataset.make_one_shot_iterator() in a graph."
            )
        self._element_spec, self._initializer = dataset.element_spec, None
        self._iterator_resource = handle = raw.IteratorV2(
            container="", shared_name="", **dataset._flat
        )
        raw.MakeIterator(dataset._variant_tensor, handle)
        self._calls = float("-inf")  # many calls of `get_next` are as they should be
        key = ("iterator", *handle.content[()].name)
        objects = handle.graph.executor.resources.objects
        weakref.finalize(self, objects.pop, key, None).atexit = False

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.get_next()
        except errors.OutOfRangeError:
            raise StopIteration from None

    def next(self):
        """The next element, as `next(iterator)` gives it.

        Raises:
          StopIteration: there are no more elements.
        """
        return self.__next__()

    def string_handle(self, name=None):
        """A string tensor that stands for the iterator.

        Args:
          name: ignored.
        """
        return raw.IteratorToStringHandle(self._iterator_resource)
