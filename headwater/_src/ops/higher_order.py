"""`map_fn`, `foldl`, `foldr` and `scan`: loops over the first dimension of tensors."""

from headwater._src.core import dtypes, nest
from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


def _callable(fn, name):
    if not callable(fn):
        raise TypeError(f"{name} must be callable.")


class _Elements:
    """Tensors with a common first dimension, as a structure of TensorArrays.

    Attributes:
      count: the number of elements as a tensor, and `length` as an int or None.
      arrays: a TensorArray for each tensor.
    """

    def __init__(self, elems):
        self.structure = elems
        self.tensors = [convert_to_tensor(e, name="elem") for e in nest.flatten(elems)]
        self.length = None
        for t in self.tensors:
            if t.dims is not None and not t.dims:
                raise ValueError("Elements in elems must be 1+ dimensional Tensors, not scalars")
            rows = None if t.dims is None else t.dims[0]
            if self.length is not None and rows is not None and rows != self.length:
                raise ValueError(f"Dimensions {self.length} and {rows} are not compatible")
            self.length = rows if rows is not None else self.length
        if self.length is not None:
            self.count = convert_to_tensor(self.length, dtypes.int32, name="n")
        else:
            self.count = raw.Shape(self.tensors[0])[0]
        self.arrays = [self.new_array(t.dtype.base_dtype).unstack(t) for t in self.tensors]

    def new_array(self, dtype, infer_shape=True):
        """An empty array of as many elements."""
        return PUBLIC["TensorArray"](dtype, self.count, dynamic_size=False, infer_shape=infer_shape)

    def at(self, index):
        """The structure's elements at `index`."""
        return nest.pack_sequence_as(self.structure, [ta.read(index) for ta in self.arrays])

    def stacked(self, array):
        """The elements of a result's array as one tensor."""
        result = array.stack()
        if result.dims is not None:
            result.set_shape([self.length, *result.dims[1:]])
        return result


def _loop(cond, body, variables, elements, options):
    return PUBLIC["while_loop"](cond, body, variables, maximum_iterations=elements.count, **options)


def _options(parallel_iterations, back_prop, swap_memory):
    return {
        "parallel_iterations": parallel_iterations or 10,
        "back_prop": back_prop,
        "swap_memory": swap_memory,
    }


@public
def map_fn(
    fn,
    elems,
    dtype=None,
    parallel_iterations=None,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    name=None,
    fn_output_signature=None,
):
    """Applies a function to each element along the first dimension.

    Args:
      fn: takes an element (in the structure of `elems`) and gives a tensor or structure.
      elems: a tensor, or a structure of tensors of one first dimension.
      dtype: the types that `fn` gives, in its structure (default: as `elems`).
      parallel_iterations: accepted.
      back_prop: whether gradients flow through.
      swap_memory: accepted.
      infer_shape: whether all results have one shape.
      name: prefix of the nodes' names.
      fn_output_signature: the newer name of `dtype`.

    Returns:
      The results, stacked.

    Raises:
      TypeError: `fn` is not callable, or gives another structure.
      ValueError: `elems` has a scalar, or different first dimensions.

    >>> sess.run(tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])))
    array([1, 4, 9], dtype=int32)
    """
    _callable(fn, "fn")
    if fn_output_signature is not None:
        dtype = fn_output_signature
    with scope(name, "map", nest.flatten(elems)):
        elements = _Elements(elems)
        signature = (
            nest.map_structure(lambda t: convert_to_tensor(t).dtype, elems)
            if dtype is None
            else dtype
        )
        types = [dtypes.as_dtype(t).base_dtype for t in nest.flatten(signature)]
        arrays = [elements.new_array(t, infer_shape) for t in types]

        def body(i, arrays):
            result = fn(elements.at(i))
            nest.assert_same_structure(signature if dtype is not None else elems, result)
            values = nest.flatten(result)
            return i + 1, [ta.write(i, v) for ta, v in zip(arrays, values)]

        start = convert_to_tensor(0, dtypes.int32)
        _, arrays = _loop(
            lambda i, _: i < elements.count,
            body,
            (start, arrays),
            elements,
            _options(parallel_iterations, back_prop, swap_memory),
        )
        return nest.pack_sequence_as(signature, [elements.stacked(ta) for ta in arrays])


def _fold(fn, elems, initializer, options, reverse):
    elements = _Elements(elems)
    n = elements.count
    if initializer is None:
        at = n - 1 if reverse else convert_to_tensor(0, dtypes.int32)
        total, start = elements.at(at), 1
    else:
        total, start = nest.map_structure(convert_to_tensor, initializer), 0

    if reverse:

        def back(i, total):
            i = i - 1
            return i, fn(total, elements.at(i))

        first = n - start if start else n
        return _loop(lambda i, _: i > 0, back, (first, total), elements, options)[1]

    def body(i, total):
        return i + 1, fn(total, elements.at(i))

    return _loop(
        lambda i, _: i < n, body, (convert_to_tensor(start, dtypes.int32), total), elements, options
    )[1]


@public
def foldl(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """Combines the elements along the first dimension into one, from the first to the last.

    Args:
      fn: `(accumulated, element) -> accumulated`.
      elems: a tensor, or a structure of tensors of one first dimension.
      initializer: what it starts with (default: the first element).
      parallel_iterations: accepted.
      back_prop: whether gradients flow through.
      swap_memory: accepted.
      name: prefix of the nodes' names.

    Returns:
      The accumulated value, in the structure of `initializer`.

    Raises:
      TypeError: `fn` is not callable.

    >>> sess.run(tf.foldl(lambda a, x: a - x, tf.constant([10, 3, 2])))
    np.int32(5)
    """
    _callable(fn, "fn")
    with scope(name, "foldl", nest.flatten(elems)):
        return _fold(
            fn, elems, initializer, _options(parallel_iterations, back_prop, swap_memory), False
        )


@public
def foldr(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
):
    """Combines the elements along the first dimension into one, from the last to the first; see
    `foldl`.

    Args:
      fn: `(accumulated, element) -> accumulated`.
      elems: a tensor, or a structure of tensors of one first dimension.
      initializer: what it starts with (default: the last element).
      parallel_iterations: accepted.
      back_prop: whether gradients flow through.
      swap_memory: accepted.
      name: prefix of the nodes' names.
    """
    _callable(fn, "fn")
    with scope(name, "foldr", nest.flatten(elems)):
        return _fold(
            fn, elems, initializer, _options(parallel_iterations, back_prop, swap_memory), True
        )


@public
def scan(
    fn,
    elems,
    initializer=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    infer_shape=True,
    reverse=False,
    name=None,
):
    """`foldl` that gives all accumulated values on the way.

    Args:
      fn: `(accumulated, element) -> accumulated`.
      elems: a tensor, or a structure of tensors of one first dimension.
      initializer: what it starts with (default: the first element).
      parallel_iterations: accepted.
      back_prop: whether gradients flow through.
      swap_memory: accepted.
      infer_shape: whether all results have one shape.
      reverse: whether to go from the last element to the first.
      name: prefix of the nodes' names.

    Returns:
      The accumulated values, stacked, in the structure of `initializer`.

    Raises:
      TypeError: `fn` is not callable.

    >>> sess.run(tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3])))
    array([1, 3, 6], dtype=int32)
    """
    _callable(fn, "fn")
    with scope(name, "scan", nest.flatten(elems)):
        elements = _Elements(elems)
        n = elements.count
        edge = n - 1 if reverse else convert_to_tensor(0, dtypes.int32)
        if initializer is None:
            structure, total, done = elems, elements.at(edge), 1
        else:
            structure, total, done = (
                initializer,
                nest.map_structure(convert_to_tensor, initializer),
                0,
            )
        flat = nest.flatten(total)
        arrays = [elements.new_array(t.dtype.base_dtype, infer_shape) for t in flat]
        if done:
            arrays = [ta.write(edge, t) for ta, t in zip(arrays, flat)]

        def body(i, total, arrays):
            total = fn(total, elements.at(i))
            nest.assert_same_structure(structure, total)
            arrays = [ta.write(i, t) for ta, t in zip(arrays, nest.flatten(total))]
            return (i - 1 if reverse else i + 1), total, arrays

        first = n - 1 - done if reverse else convert_to_tensor(done, dtypes.int32)
        condition = (lambda i, *_: i >= 0) if reverse else (lambda i, *_: i < n)
        result = _loop(
            condition,
            body,
            (first, total, arrays),
            elements,
            _options(parallel_iterations, back_prop, swap_memory),
        )
        return nest.pack_sequence_as(structure, [elements.stacked(ta) for ta in result[2]])
