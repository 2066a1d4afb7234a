"""`map_fn`, `foldl`, `foldr` and `scan`: loops over the first dimension of tensors."""

from headwater._src.core import dtypes, nest
from headwater._src.graph import public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.type_spec import SparseTensorSpec
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
        leaves = nest.flatten(elems)
        if not leaves:
            raise ValueError(
                "elems must be a Tensor or (possibly nested) sequence of Tensors. Got "
                f"{elems}, which does not contain any Tensors."
            )
        self._sparse = [e if isinstance(e, SparseTensor) else None for e in leaves]
        self.tensors = [
            convert_to_tensor(e, name="elem") if s is None else _rows_of(s)
            for e, s in zip(leaves, self._sparse)
        ]
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
        items = [
            ta.read(index) if s is None else _sparse_element(ta.read(index), s)
            for ta, s in zip(self.arrays, self._sparse)
        ]
        return nest.pack_sequence_as(self.structure, items)

    def stacked(self, array, sparse=None):
        """The elements of a result's array as one tensor, sparse ones of the type `sparse`."""
        result = array.stack()
        if sparse is not None:
            return SparseTensor(*raw.DeserializeSparse(result, dtype=sparse))
        if result.dims is not None:
            result.set_shape([self.length, *result.dims[1:]])
        return result


def _rows_of(sparse):
    """The elements of a `SparseTensor` along its first dimension: a row of strings for each."""
    return raw.SerializeManySparse(sparse.indices, sparse.values, sparse.dense_shape)


def _sparse_element(row, whole):
    found = SparseTensor(*raw.DeserializeSparse(row, dtype=whole.dtype))
    if whole.shape._dims is not None:
        rank = len(whole.shape._dims) - 1
        found.indices.set_shape([None, rank])
        found.dense_shape.set_shape([rank])
    return found


def _as_written(value):
    """What a TensorArray keeps of a result."""
    if not isinstance(value, SparseTensor):
        return value
    return raw.SerializeSparse(value.indices, value.values, value.dense_shape)


def _result_types(elems, dtype):
    """The structure of a map's results, with a type, or a sparse one's spec, for each."""
    if dtype is not None:
        return dtype
    return nest.map_structure(
        lambda t: (
            SparseTensorSpec(None, t.dtype)
            if isinstance(t, SparseTensor)
            else convert_to_tensor(t).dtype
        ),
        elems,
    )


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
      elems: a tensor or `SparseTensor`, or a structure of them, of one first dimension.
      dtype: the types that `fn` gives, in its structure (default: as `elems`); where it gives a
        `SparseTensor`, a `tf.SparseTensorSpec`.
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
        signature = _result_types(elems, dtype)
        kinds = nest.flatten(signature)
        sparse = [t.dtype if isinstance(t, SparseTensorSpec) else None for t in kinds]
        types = [
            dtypes.string if s else dtypes.as_dtype(getattr(t, "dtype", t)).base_dtype
            for t, s in zip(kinds, sparse)
        ]
        arrays = [elements.new_array(t, infer_shape) for t in types]

        def body(i, arrays):
            result = fn(elements.at(i))
            nest.assert_same_structure(signature if dtype is not None else elems, result)
            values = map(_as_written, nest.flatten(result))
            return i + 1, [ta.write(i, v) for ta, v in zip(arrays, values)]

        start = convert_to_tensor(0, dtypes.int32)
        _, arrays = _loop(
            lambda i, _: i < elements.count,
            body,
            (start, arrays),
            elements,
            _options(parallel_iterations, back_prop, swap_memory),
        )
        found = [elements.stacked(ta, s) for ta, s in zip(arrays, sparse)]
        return nest.pack_sequence_as(signature, found)


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
