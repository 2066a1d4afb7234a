"""What the handles of `TensorArrayV3` and `StackV2` nodes stand for: objects that live for a step."""

import itertools

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import dims as dims_lib

_numbers = itertools.count()


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


class _Item:
    """An element: its value (None while not written), and whether it was cleared by a read."""

    __slots__ = ("cleared", "read", "value")

    def __init__(self):
        self.value, self.cleared, self.read = None, False, False


class StepArray:
    """The array behind the handle of a `TensorArrayV3` node.

    Attributes:
      name: what errors call it.
      dtype: NumPy dtype of the elements.
      dims: what is known of the elements' shape.
      gradients: arrays of the elements' gradients, by source.
    """

    def __init__(self, name, dtype, size, dims, dynamic=False, clear=True, same=False, sums=False):
        if size < 0:
            raise _invalid(f"Size should be >= 0, got {size}")
        self.name, self.dtype, self.dims = name, np.dtype(dtype), dims
        self._dynamic, self._clear, self._same, self._sums = dynamic, clear, same, sums
        self._items = [_Item() for _ in range(size)]
        self._closed = False
        self.gradients = {}

    def __len__(self):
        self._check_open()
        return len(self._items)

    @property
    def grows(self):
        """Whether writing past the end makes the array longer."""
        return self._dynamic

    def _check_open(self):
        if self._closed:
            raise _invalid(f"TensorArray {self.name} has already been closed.")

    def close(self):
        """Gives the elements up."""
        self._items, self._closed = [], True

    # -- writing ---------------------------------------------------------------------------------

    def write(self, index, value):
        """Stores an element; in an array of gradients it is added to what is there."""
        self._check_open()
        index = int(index)
        if index < 0 or index >= len(self._items) and not self._dynamic:
            raise _invalid(
                f"TensorArray {self.name}: Tried to write to index {index} but array is not "
                f"resizeable and size is: {len(self._items)}"
            )
        if value.dtype != self.dtype:
            raise _invalid(
                f"TensorArray {self.name}: Could not write to TensorArray index {index} because "
                f"the value dtype is {value.dtype} but TensorArray dtype is {self.dtype}."
            )
        if not dims_lib.compatible(self.dims, value.shape):
            raise _invalid(
                f"TensorArray {self.name}: Could not write to TensorArray index {index} because "
                f"the value shape is {dims_lib.text(value.shape)} which is incompatible with the "
                f"TensorArray's inferred element shape: {dims_lib.text(self.dims)} (consider "
                "setting infer_shape=False)."
            )
        while index >= len(self._items):
            self._items.append(_Item())
        if self._same and self.dims is not None:
            self.dims = dims_lib.merge(self.dims, value.shape)
        elif self._same:
            self.dims = value.shape
        self._put(self._items[index], index, value)

    def _put(self, item, index, value):
        where = f"TensorArray {self.name}: Could not"
        if item.read or item.cleared:
            raise _invalid(
                f"{where} write to TensorArray index {index} because it has already been read."
            )
        if item.value is None:
            item.value = value
        elif not self._sums:
            raise _invalid(
                f"{where} write to TensorArray index {index} because it has already been written "
                "to."
            )
        elif item.value.shape != value.shape:
            raise _invalid(
                f"{where} aggregate to TensorArray index {index} because the existing shape is "
                f"{dims_lib.text(item.value.shape)} but the new input shape is "
                f"{dims_lib.text(value.shape)}."
            )
        else:
            item.value = item.value + value

    # -- reading ---------------------------------------------------------------------------------

    def read(self, index):
        """An element; zeros for one that was not written, where its shape is known."""
        self._check_open()
        index = int(index)
        if not 0 <= index < len(self._items):
            raise _invalid(
                f"Tried to read from index {index} but array size is: {len(self._items)}"
            )
        item = self._items[index]
        if item.cleared:
            raise _invalid(
                f"TensorArray {self.name}: Could not read index {index} twice because it was "
                "cleared after a previous read (perhaps try setting clear_after_read = false?)."
            )
        value = item.value
        if value is None:
            value = self._zeros(index)
        item.read = True
        if self._clear:
            item.value, item.cleared = None, True
        return value

    def _zeros(self, index):
        if not dims_lib.is_full(self.dims):
            raise _invalid(
                f"TensorArray {self.name}: Could not read from TensorArray index {index}.  "
                f"Furthermore, the element shape is not fully defined: {dims_lib.text(self.dims)}. "
                " It is possible you are working with a resizeable TensorArray and stop_gradients "
                "is not allowing the gradients to be written.  If you set the full element_shape "
                "property on the forward TensorArray, the proper all-zeros tensor will be returned "
                "instead of incurring this error."
            )
        return np.zeros(self.dims, self.dtype)

    # -- gradients -------------------------------------------------------------------------------

    def gradient(self, source, prepend=()):
        """The array that the gradients of the elements are added up in, made at first use."""
        self._check_open()
        found = self.gradients.get(source)
        if found is None:
            dims = None if self.dims is None else (*prepend, *self.dims)
            found = StepArray(
                f"{self.name}@{source}",
                self.dtype,
                len(self._items),
                dims,
                clear=False,
                same=self._same,
                sums=True,
            )
            if not prepend:
                found._start(self._items)
            self._dynamic = False  # from now on both have one size
            self.gradients[source] = found
        return found

    def _start(self, items):
        """Elements begin as zeros of the shape of those that were written."""
        for mine, other in zip(self._items, items):
            if other.value is not None:
                mine.value = np.zeros_like(other.value)


def named_array(name, *args, **facts):
    """A new array; its name in errors is followed by a number."""
    return StepArray(f"{name}_{next(_numbers)}", *args, **facts)


class Stack:
    """What the handle of a `StackV2` node stands for."""

    def __init__(self, name, limit):
        self.name = f"{name}_{next(_numbers)}"
        self._limit, self._values = limit, []

    def push(self, value):
        """Puts a value on top."""
        if self._values is None:
            raise _invalid(f"Stack[{self.name}] has already been closed.")
        if 0 < self._limit <= len(self._values):
            raise _invalid(f"Stack[{self.name}] overflowed its max_size ({self._limit})")
        self._values.append(value)

    def pop(self):
        """Takes the topmost value."""
        if self._values is None:
            raise _invalid(f"Stack[{self.name}] has already been closed.")
        if not self._values:
            raise _invalid(f"Stack[{self.name}] is empty when calling Pop().")
        return self._values.pop()

    def close(self):
        """Gives the values up."""
        self._values = None
