"""Lists of tensors on NumPy: the values of TensorArrays, and what loops save for their gradients.

A list is a value: setting an element gives another list. To make that cheap, the newest version
owns the storage and an older one only knows how it differs from the next; reading an old version
rebuilds it.
"""

import numpy as np

from headwater._src.core import errors


class TensorList:
    """An immutable list; elements are arrays, lists, or None where nothing was written.

    Attributes:
      dims: the elements' shape as far as the program said it, or None.
      dtype_: the elements' NumPy type, or None.
    """

    __slots__ = ("_items", "_next", "_index", "_old", "dims", "dtype_")

    def __init__(self, items, dims=None, dtype=None):
        self._items, self._next = items, None
        self.dims, self.dtype_ = dims, dtype

    @property
    def items(self):
        """The elements as a Python list, which must not be changed."""
        if self._items is None:
            chain, version = [], self
            while version._items is None:
                chain.append(version)
                version = version._next
            items = list(version._items)
            for older in reversed(chain):
                if older._index == len(items) - 1 and older._old is _ABSENT:
                    items.pop()
                else:
                    items[older._index] = older._old
            self._items, self._next, self._old = items, None, None
        return self._items

    @property
    def shape(self):
        """Number of elements, and the first one's shape."""
        first = next((x for x in self.items if x is not None), None)
        return (len(self.items), *((self.dims or ()) if first is None else np.shape(first)))

    def __len__(self):
        return len(self.items)

    def to_host(self):
        """Itself; see `jax_lists.JaxList.to_host`."""
        return self

    def _successor(self, items, index, old):
        newer = TensorList(items, self.dims, self.dtype_)
        self._items, self._next, self._index, self._old = None, newer, index, old
        return newer

    def with_item(self, index, value):
        """This list with another element."""
        items = self.items
        old, items[index] = items[index], value
        return self._successor(items, index, old)

    def with_more(self, value):
        """This list with one more element."""
        items = self.items
        items.append(value)
        return self._successor(items, len(items) - 1, _ABSENT)

    def zeros_like(self):
        """A list of as many elements, all zero."""
        return TensorList([None] * len(self.items), self.dims, self.dtype_)

    def __add__(self, other):
        """Element by element; an element that was never written counts as zero."""
        if isinstance(other, OneHot):
            mine = self.items[other.index]
            return self.with_item(other.index, other.value if mine is None else mine + other.value)
        if isinstance(other, TensorList):
            pairs = zip(self.items, other.items, strict=True)
            return TensorList(
                [b if a is None else a if b is None else a + b for a, b in pairs],
                self.dims,
                self.dtype_,
            )
        return NotImplemented


class OneHot:
    """A list of `length` zeros except for one element: the gradient of reading one."""

    __slots__ = ("length", "index", "value")
    dims = dtype_ = None

    def __init__(self, length, index, value):
        self.length, self.index, self.value = length, index, value

    @property
    def items(self):
        """The elements as a list."""
        found = [None] * self.length
        found[self.index] = self.value
        return found

    def to_host(self):
        """Itself."""
        return self

    @property
    def shape(self):
        """Number of elements, and the shape of one."""
        return (self.length, *np.shape(self.value))

    def zeros_like(self):
        """A list of as many elements, all zero."""
        return TensorList([None] * self.length)

    def __add__(self, other):
        return TensorList(self.items) + other


_ABSENT = object()


def absent(dtype, shape):
    """A value that nobody looks at."""
    if dtype.name == "variant":
        return TensorList([])
    return np.broadcast_to(np.zeros((), dtype.as_numpy_dtype), [d or 0 for d in shape or ()])


def list_reserve(length, dims=None, dtype=None):
    """A list of `length` elements that are not written yet."""
    if length < 0:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The num_elements to reserve must be a non negative number, but got {length}",
        )
    return TensorList([None] * int(length), dims, dtype)


def list_empty(dims=None, dtype=None):
    """A list without elements that `list_push` makes longer."""
    return TensorList([], dims, dtype)


def list_push(values, item):
    """`values` with `item` at its end."""
    return values.with_more(item)


def list_pop(values):
    """`values` without its last element, and that."""
    items = values.items
    if not items:
        raise errors.InvalidArgumentError(None, None, "Trying to pop from an empty list.")
    return TensorList(items[:-1], values.dims, values.dtype_), items[-1]


def list_set(values, index, item, resize=False):
    """`values` with `item` at `index`; with `resize` it grows as needed."""
    index = int(index)
    if index >= len(values) and resize:
        values = TensorList(
            values.items + [None] * (index - len(values)), values.dims, values.dtype_
        )
        return values.with_more(item)
    if not 0 <= index < len(values):
        kind = "" if resize else f"but array is not resizeable and size is: {len(values)}"
        raise errors.InvalidArgumentError(
            None, None, f"Tried to write to index {index} {kind or 'which is negative'}"
        )
    if values.items[index] is not None:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Could not write to TensorArray index {index} because it has already been written to.",
        )
    return values.with_item(index, item)


def list_get(values, index, dims=None):
    """The element at `index`; zeros of shape `dims`, where that is known and nothing was written."""
    index = int(index)
    items = values.items
    if not 0 <= index < len(items):
        raise errors.InvalidArgumentError(
            None, None, f"Tried to read from index {index} but array size is: {len(items)}"
        )
    if items[index] is None:
        return _zero(values, index, dims)
    return items[index]


def _zero(values, index, dims=None):
    """What is read where nothing was written: zeros of a known shape."""
    shape = values.dims if dims is None or None in dims else dims
    if shape is None or None in shape:
        first = next((x for x in values.items if x is not None), None)
        if first is None or shape is None:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Could not read from TensorArray index {index}.  Furthermore, the element shape "
                f"is "
                f"not "
                f"fully defined: {_text(shape)}.  It is possible you are working with a resizeable "
                f"TensorArray and "
                "stop_gradients is not allowing the gradients to be written.  If you set the full "
                "element_shape "
                "property on the forward TensorArray, the proper all-zeros tensor will be returned "
                "instead of "
                "incurring this error.",
            )
        return np.zeros_like(np.asarray(first))
    return np.zeros(shape, values.dtype_ or np.float32)


def _text(dims):
    return (
        "<unknown>"
        if dims is None
        else "[" + ",".join("?" if d is None else str(d) for d in dims) + "]"
    )


def list_gradient_item(values, index, like):
    """The element of a gradient at `index`: zeros like `like` where there is none."""
    found = values.items[int(index)]
    return np.zeros_like(np.asarray(like)) if found is None else found


def list_one_hot(values, index, item):
    """The gradient of reading the element at `index` of `values`."""
    return OneHot(len(values.items), int(index), item)


def list_stack(values, dims=None, dtype=None):
    """All elements as one array."""
    items = values.items
    if not items:
        shape = dims if dims is not None else values.dims
        if shape is None or None in shape:
            raise errors.UnimplementedError(
                None,
                None,
                "TensorArray has size zero, but element shape "
                f"{_text(shape)} is not fully defined. Currently only static shapes are supported "
                f"when packing "
                "zero-size TensorArrays.",
            )
        return np.zeros((0, *shape), dtype or values.dtype_ or np.float32)
    arrays = [np.asarray(_zero(values, i, dims) if x is None else x) for i, x in enumerate(items)]
    _same_shapes(arrays)
    return np.stack(arrays)


def _same_shapes(arrays):
    for i, a in enumerate(arrays):
        if a.shape != arrays[0].shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                "TensorArray has inconsistent shapes.  Index 0 has shape: "
                f"{_text(arrays[0].shape)} but index {i} has shape: {_text(a.shape)}",
            )


def list_stack_like(values, like):
    """The gradient's elements as one array of the shape of `like`, with zeros where there are none."""
    like = np.asarray(like)
    items = values.items
    return (
        np.stack(
            [np.zeros_like(like[i]) if x is None else np.asarray(x) for i, x in enumerate(items)]
        )
        if items
        else np.zeros_like(like)
    )


def list_from(tensor):
    """The rows of an array as a list."""
    return TensorList(list(np.asarray(tensor)), tensor.shape[1:], tensor.dtype)


def list_gather(values, indices, dims=None, dtype=None):
    """The elements at `indices` as one array."""
    if not np.size(indices):
        return list_stack(TensorList([], values.dims, values.dtype_), dims, dtype)
    arrays = [np.asarray(list_get(values, i)) for i in indices]
    _same_shapes(arrays)
    return np.stack(arrays)


def list_scatter(values, tensor, indices):
    """`values` with the rows of `tensor` at `indices`; it grows as needed."""
    for i, row in zip(np.asarray(indices).tolist(), np.asarray(tensor)):
        if i < 0:
            raise errors.InvalidArgumentError(
                None, None, f"Indices in TensorListScatter must all be non-negative, but got {i}."
            )
        values = list_set(values, i, row, resize=True)
    return values


def list_concat(values, dims=None, dtype=None):
    """All elements one after the other along their first dimension, and their lengths."""
    items = values.items
    arrays = [np.asarray(_zero(values, i, dims) if x is None else x) for i, x in enumerate(items)]
    if not arrays:
        return np.zeros((0, *(dims or (0,))[1:]), dtype or values.dtype_ or np.float32), np.zeros(
            0, np.int64
        )
    for i, a in enumerate(arrays):
        if a.ndim == 0:
            raise errors.InvalidArgumentError(
                None,
                None,
                "Concat saw a scalar shape at index "
                f"{i} but requires at least vectors.  Did you mean to call pack?",
            )
        if a.shape[1:] != arrays[0].shape[1:]:
            raise errors.InvalidArgumentError(
                None,
                None,
                "TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: "
                f"{_text(arrays[0].shape[1:])} but index {i} has (excepting dimension 0) shape: "
                f"{_text(a.shape[1:])}",
            )
    return np.concatenate(arrays), np.array([len(a) for a in arrays], np.int64)


def list_split(tensor, lengths):
    """The parts of `tensor` of the given lengths as a list."""
    lengths = np.asarray(lengths)
    if lengths.sum() != tensor.shape[0]:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is "
            f"{int(lengths.sum())} and value's shape is: {_text(tensor.shape)} ",
        )
    return TensorList(
        np.split(np.asarray(tensor), np.cumsum(lengths)[:-1]) if len(lengths) else [],
        None,
        tensor.dtype,
    )


def list_concat_like(values, like, lengths):
    """The gradient's elements one after the other in the shape of `like`, with zeros where there
    are none.
    """
    result, at = np.zeros_like(np.asarray(like)), 0
    for x, n in zip(values.items, np.asarray(lengths).tolist()):
        if x is not None:
            result[at : at + n] = x
        at += n
    return result


def list_length(values):
    """The number of elements."""
    return np.int32(len(values.items))


def list_resize(values, length):
    """`values` filled up to `length` elements."""
    items = values.items
    if len(items) > length:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Tried to write to index {len(items) - 1} but array is not resizeable and size is: "
            f"{length}",
        )
    if len(items) == length:
        return values
    return TensorList(items + [None] * (int(length) - len(items)), values.dims, values.dtype_)


__all__ = [name for name in dir() if name.startswith("list_")] + ["TensorList", "OneHot", "absent"]
