"""Lists of tensors on JAX: fixed buffers, so that loops that fill them can be compiled; see
`numpy_lists`.

Kernels raise `NeedsHost` for what has no fixed buffer (a list that grows without a known bound).
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from headwater._src.core import errors


class NeedsHost(NotImplementedError):
    """A list has no bound that is known while compiling, so the loop around it has to be driven by
    the host.
    """


class JaxList:
    """A list whose elements lie one after the other in a buffer.

    Attributes:
      elements: array (or tree of arrays, when the elements are lists) with a leading dimension of
        `capacity`; None before the first element has said what elements look like.
      written: bool array, for lists of a given length; None for those that grow.
      size: int32 scalar, for lists that grow; None for the others.
      capacity: how many elements there is room for; None while not known.
      dims: the elements' shape when the program said it completely, or None.
    """

    __slots__ = ("elements", "written", "size", "capacity", "dims")

    def __init__(self, elements, written, size, capacity, dims=None):
        self.elements, self.written, self.size = elements, written, size
        self.capacity, self.dims = capacity, dims

    @property
    def shape(self):
        """Capacity, and the elements' shape."""
        leaves = jax.tree_util.tree_leaves(self.elements)
        return (self.capacity or 0, *(leaves[0].shape[1:] if leaves else ()))

    def replaced(self, elements, written, size):
        """A list of the same kind with other contents."""
        return JaxList(elements, written, size, self.capacity, self.dims)

    def zeros_like(self):
        """A list of as many elements, all zero."""
        zeros = jax.tree_util.tree_map(jnp.zeros_like, self.elements)
        written = None if self.written is None else jnp.zeros_like(self.written)
        return self.replaced(zeros, written, self.size)

    def shaped_like(self, item):
        """This list with room for elements like `item`, if it has none yet."""
        if self.elements is not None:
            return self
        if self.capacity is None:
            raise NeedsHost("a list that grows without a known bound")
        n = self.capacity
        return self.replaced(
            jax.tree_util.tree_map(
                lambda x: jnp.zeros((n, *np.shape(x)), jnp.asarray(x).dtype), item
            ),
            self.written,
            self.size,
        )

    def at(self, index):
        """The element at `index`, which is in range."""
        index = jnp.asarray(index, jnp.int32)
        return jax.tree_util.tree_map(
            lambda e: lax.dynamic_index_in_dim(e, index, keepdims=False), self.elements
        )

    def set_at(self, index, item, size=None):
        """This list with another element."""
        index = jnp.asarray(index, jnp.int32)
        room = self.shaped_like(item)
        if jax.tree_util.tree_structure(room.elements) != jax.tree_util.tree_structure(item) or any(
            e.shape[1:] != np.shape(x)
            for e, x in zip(
                jax.tree_util.tree_leaves(room.elements), jax.tree_util.tree_leaves(item)
            )
        ):
            raise NeedsHost("elements of different shapes in one list")
        elements = jax.tree_util.tree_map(
            lambda e, x: lax.dynamic_update_index_in_dim(e, jnp.asarray(x, e.dtype), index, 0),
            room.elements,
            item,
        )
        written = None if self.written is None else self.written.at[index].set(True)
        return self.replaced(elements, written, self.size if size is None else size)

    def __add__(self, other):
        """Element by element; an element that was never written counts as zero."""
        if isinstance(other, JaxOneHot):
            room = self.shaped_like(other.value)
            elements = jax.tree_util.tree_map(
                lambda e, x: e.at[other.index].add(x), room.elements, other.value
            )
            written = None if self.written is None else self.written.at[other.index].set(True)
            return self.replaced(elements, written, self.size)
        if self.elements is None or other.elements is None:
            return other if self.elements is None else self
        elements = jax.tree_util.tree_map(jnp.add, self.elements, other.elements)
        written = (
            None if self.written is None or other.written is None else self.written | other.written
        )
        return self.replaced(elements, written, self.size)

    def to_host(self):
        """The same list for NumPy."""
        from headwater._src.xp.numpy_lists import TensorList

        n = self.capacity or 0 if self.size is None else int(self.size)
        written = np.ones(n, bool) if self.written is None else np.asarray(self.written)
        if self.elements is None:
            return TensorList([None] * n, self.dims)
        host = jax.tree_util.tree_map(np.asarray, self.elements)

        def item(i):
            found = jax.tree_util.tree_map(lambda e: e[i], host)
            return found.to_host() if isinstance(found, JaxList) else found

        dtype = None if isinstance(host, JaxList) else host.dtype
        return TensorList([item(i) if written[i] else None for i in range(n)], self.dims, dtype)


class JaxOneHot:
    """A list of zeros except for one element: the gradient of reading one; `like` is the list that
    was read.
    """

    __slots__ = ("like", "index", "value")

    def __init__(self, like, index, value):
        self.like, self.index, self.value = like, index, value

    @property
    def shape(self):
        """As for the list."""
        return self.like.shape

    def dense(self):
        """The list."""
        return self.like + self

    def zeros_like(self):
        """A list of as many elements, all zero."""
        return self.like

    def __add__(self, other):
        return self.dense() + other


class Absent:
    """What a branch gives for something that only another branch computes."""

    __slots__ = ()
    shape = ()


jax.tree_util.register_pytree_node(
    JaxList,
    lambda v: ((v.elements, v.written, v.size), (v.capacity, v.dims)),
    lambda aux, children: JaxList(*children, *aux),
)
jax.tree_util.register_pytree_node(
    JaxOneHot,
    lambda v: ((v.like, v.index, v.value), None),
    lambda aux, children: JaxOneHot(*children),
)
jax.tree_util.register_pytree_node(Absent, lambda v: ((), None), lambda aux, children: Absent())


def from_host(values):
    """A NumPy list as a JAX list."""
    items = values.items
    if not hasattr(values, "dims"):
        values = type(values.zeros_like())(items)
    dims = values.dims if values.dims is not None and None not in values.dims else None
    n = len(items)
    first = next((x for x in items if x is not None), None)
    written = jnp.asarray(np.array([x is not None for x in items], bool))
    if first is None:
        elements = None
        if dims is not None and values.dtype_ is not None:
            elements = jnp.zeros((n, *dims), values.dtype_)
        return JaxList(elements, written, None, n, dims)
    if hasattr(first, "items"):
        parts = [from_host(first.zeros_like() if x is None else x) for x in items]
        try:
            elements = jax.tree_util.tree_map(lambda *xs: jnp.stack(xs), *parts)
        except ValueError:
            raise NeedsHost("lists of different lengths in one list") from None
        return JaxList(elements, written, None, n, dims)
    arrays = [np.zeros_like(np.asarray(first)) if x is None else np.asarray(x) for x in items]
    if any(a.shape != arrays[0].shape for a in arrays):
        raise NeedsHost("elements of different shapes in one list")
    return JaxList(jnp.asarray(np.stack(arrays)), written, None, n, dims)


def _require(ok, message):
    from headwater._src.xp import jax_xp

    jax_xp.require(ok, lambda: errors.InvalidArgumentError(None, None, message))


def absent(dtype, shape):
    """A value that nobody looks at."""
    if dtype.name == "variant" or shape is None or None in shape:
        return Absent()
    return jnp.zeros(shape, dtype.as_numpy_dtype)


def _full(dims):
    return dims if dims is not None and None not in dims else None


def list_reserve(length, dims=None, dtype=None):
    """See `numpy_lists`."""
    dims = _full(dims)
    elements = None if dims is None else jnp.zeros((length, *dims), dtype)
    return JaxList(elements, jnp.zeros(length, bool), None, int(length), dims)


def list_empty(dims=None, dtype=None):
    """See `numpy_lists`."""
    return JaxList(None, None, jnp.asarray(0, jnp.int32), None)


def list_push(values, item):
    """See `numpy_lists`."""
    if isinstance(item, Absent):
        return values.replaced(values.elements, values.written, values.size + 1)
    if values.size is None:
        raise NeedsHost("a list of given length that grows")
    if isinstance(item, JaxOneHot):
        item = item.dense()
    return values.set_at(values.size, item, values.size + 1)


def list_pop(values):
    """See `numpy_lists`."""
    if values.elements is None or values.size is None:
        raise NeedsHost("an empty list")
    item = values.at(values.size - 1)
    return values.replaced(values.elements, values.written, values.size - 1), item


def list_set(values, index, item, resize=False):
    """See `numpy_lists`."""
    if resize or values.capacity is None or values.size is not None:
        raise NeedsHost("a list that grows")
    index = jnp.asarray(index)
    _require((index >= 0) & (index < values.capacity), "Tried to write to an index out of range")
    if values.capacity == 0:
        return values
    _require(
        jnp.logical_not(values.written[jnp.clip(index, 0, values.capacity - 1)]),
        "An index is written twice",
    )
    return values.set_at(jnp.clip(index, 0, values.capacity - 1), item)


def list_get(values, index, dims=None):
    """See `numpy_lists`."""
    if values.elements is None:
        raise NeedsHost("an element that was never written")
    index = jnp.asarray(index)
    length = values.capacity if values.size is None else values.size
    _require((index >= 0) & (index < length), "Tried to read from an index out of range")
    index = jnp.clip(index, 0, max(values.capacity - 1, 0))
    if values.written is not None and values.dims is None and _full(dims) is None:
        _require(values.written[index], "Could not read an element that was never written")
    if values.capacity == 0:
        raise NeedsHost("an element of an empty list")
    return values.at(index)


def list_gradient_item(values, index, like):
    """See `numpy_lists`."""
    if isinstance(values, JaxOneHot):
        values = values.dense()
    if values.elements is None:
        return jnp.zeros_like(like)
    return values.at(jnp.asarray(index))


def list_one_hot(values, index, item):
    """See `numpy_lists`."""
    return JaxOneHot(values.zeros_like(), jnp.asarray(index, jnp.int32), item)


def _fixed(values):
    """A list of a length that is known while compiling."""
    if isinstance(values, JaxOneHot):
        values = values.dense()
    if values.size is not None or values.elements is None:
        raise NeedsHost("a list whose length or elements are not known")
    return values


def list_stack(values, dims=None, dtype=None):
    """See `numpy_lists`."""
    values = _fixed(values)
    if values.capacity == 0:
        raise NeedsHost("an empty list")
    if values.dims is None and _full(dims) is None:
        _require(jnp.all(values.written), "An element was never written")
    return values.elements


def list_stack_like(values, like):
    """See `numpy_lists`."""
    if isinstance(values, JaxOneHot):
        values = values.dense()
    if values.elements is None:
        return jnp.zeros_like(like)
    return _fixed(values).elements


def list_from(tensor):
    """See `numpy_lists`."""
    n = tensor.shape[0]
    return JaxList(jnp.asarray(tensor), jnp.ones(n, bool), None, n, tuple(tensor.shape[1:]))


def list_gather(values, indices, dims=None, dtype=None):
    """See `numpy_lists`."""
    values = _fixed(values)
    indices = jnp.asarray(indices)
    if values.capacity == 0 or not indices.shape[0]:
        raise NeedsHost("an empty list")
    _require(
        jnp.all((indices >= 0) & (indices < values.capacity)),
        "Tried to read from an index out of range",
    )
    safe = jnp.clip(indices, 0, values.capacity - 1)
    if values.dims is None and _full(dims) is None:
        _require(jnp.all(values.written[safe]), "An element was never written")
    return values.elements[safe]


def list_scatter(values, tensor, indices):
    """See `numpy_lists`."""
    if isinstance(values, JaxOneHot):
        values = values.dense()
    if values.capacity is None or values.size is not None:
        raise NeedsHost("a list that grows")
    indices = jnp.asarray(indices)
    _require(
        jnp.all((indices >= 0) & (indices < values.capacity)),
        "Tried to write to an index out of range",
    )
    if not indices.shape[0]:
        return values
    room = values.shaped_like(tensor[0])
    if room.elements.shape[1:] != tensor.shape[1:]:
        raise NeedsHost("elements of different shapes in one list")
    return room.replaced(
        room.elements.at[indices].set(tensor), values.written.at[indices].set(True), None
    )


def list_concat(values, dims=None, dtype=None):
    """See `numpy_lists`."""
    values = _fixed(values)
    e = values.elements
    _require(jnp.all(values.written), "An element was never written")
    lengths = np.full(values.capacity, e.shape[1], np.int64)
    return e.reshape((-1, *e.shape[2:])), lengths


def list_split(tensor, lengths):
    """See `numpy_lists`."""
    raise NeedsHost("elements of different lengths")


def list_concat_like(values, like, lengths):
    """See `numpy_lists`."""
    raise NeedsHost("elements of different lengths")


def list_length(values):
    """See `numpy_lists`."""
    if values.size is None:
        return np.int32(values.capacity)
    return values.size


def list_resize(values, length):
    """See `numpy_lists`."""
    if values.size is not None or values.capacity != int(length):
        raise NeedsHost("a list whose length changes")
    return values


__all__ = [name for name in dir() if name.startswith("list_")] + [
    "Absent",
    "JaxList",
    "JaxOneHot",
    "NeedsHost",
    "absent",
    "from_host",
]
