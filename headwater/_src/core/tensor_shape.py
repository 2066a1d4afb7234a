"""Static shapes: `Dimension` and `TensorShape`, either of which may be partly or wholly unknown.

A shape is kept as a plain tuple of `int` and `None` (or `None` when not even the rank is known) in
`TensorShape._dims`; `Dimension` objects, which 1.x programs see when they index or iterate a shape,
are made on demand.  Code inside the framework reads `_dims` and builds shapes by `TensorShape._of`.
"""

import operator


class Dimension:
    """The size of one axis: a non-negative integer, or unknown (`value` is None).

    Arithmetic with an unknown dimension gives an unknown dimension; a comparison with one gives
    `None`, which is neither true nor equal to anything useful.

    Attributes:
      value: `int` or None.
    """

    __slots__ = ("_value",)

    def __init__(self, value):
        """Makes a dimension of `value`: an integer (or an object with `__index__`) or None.

        Args:
          value: the size, None when it is not known.

        Raises:
          ValueError: if `value` is negative.
          TypeError: if `value` is neither an integer nor None.
        """
        self._value = _size(value)

    @property
    def value(self):
        """The size, or None when it is unknown."""
        return self._value

    def __repr__(self):
        return f"Dimension({self._value!r})"

    def __str__(self):
        return "?" if self._value is None else str(self._value)

    def __bool__(self):
        return bool(self._value)

    def __int__(self):
        return self._value

    def __index__(self):
        # None makes Python itself say that an unknown dimension is no integer
        return self._value

    def __reduce__(self):
        return Dimension, (self._value,)

    # -- comparison: None where either side is unknown

    def __eq__(self, other):
        try:
            other = _size(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other is None:
            return None
        return self._value == other

    def __ne__(self, other):
        try:
            other = _size(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other is None:
            return None
        return self._value != other

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other):
        return self._compare(operator.lt, other)

    def __le__(self, other):
        return self._compare(operator.le, other)

    def __gt__(self, other):
        return self._compare(operator.gt, other)

    def __ge__(self, other):
        return self._compare(operator.ge, other)

    def _compare(self, relation, other):
        other = _size(other)
        if self._value is None or other is None:
            return None
        return relation(self._value, other)

    # -- arithmetic: unknown where either side is unknown

    def _combine(self, function, other, swapped=False):
        try:
            other = _size(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other is None:
            return Dimension(None)
        left, right = (other, self._value) if swapped else (self._value, other)
        return Dimension(function(left, right))

    def __add__(self, other):
        return self._combine(operator.add, other)

    def __radd__(self, other):
        return self._combine(operator.add, other, swapped=True)

    def __sub__(self, other):
        return self._combine(operator.sub, other)

    def __rsub__(self, other):
        return self._combine(operator.sub, other, swapped=True)

    def __mul__(self, other):
        return self._combine(operator.mul, other)

    def __rmul__(self, other):
        return self._combine(operator.mul, other, swapped=True)

    def __floordiv__(self, other):
        return self._combine(operator.floordiv, other)

    def __rfloordiv__(self, other):
        return self._combine(operator.floordiv, other, swapped=True)

    def __mod__(self, other):
        return self._combine(operator.mod, other)

    def __rmod__(self, other):
        return self._combine(operator.mod, other, swapped=True)

    def __div__(self, other):
        """Divides and rounds down, as `//` (Python 2's spelling)."""
        return self // other

    def __rdiv__(self, other):
        """Divides and rounds down, as `//` (Python 2's spelling)."""
        return other // self

    def __truediv__(self, other):
        raise TypeError(
            f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', "
            "please use // instead"
        )

    def __rtruediv__(self, other):
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', "
            "please use // instead"
        )

    # -- agreement

    def is_compatible_with(self, other):
        """Whether both may denote the same size: they are equal, or one of them is unknown.

        Args:
          other: `Dimension`, `int` or None.

        Returns:
          `bool`.
        """
        other = _size(other)
        return self._value is None or other is None or self._value == other

    def assert_is_compatible_with(self, other):
        """Raises `ValueError` unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {_text(_size(other))} are not compatible")

    def merge_with(self, other):
        """The `Dimension` that holds what both know.

        Args:
          other: `Dimension`, `int` or None.

        Raises:
          ValueError: if both are known and differ.
        """
        self.assert_is_compatible_with(other)
        return Dimension(_size(other) if self._value is None else self._value)


class TensorShape:
    """The static shape of a tensor: fully known, with some unknown sizes, or of unknown rank.

    >>> TensorShape([16, None]).merge_with([None, 3])
    TensorShape([Dimension(16), Dimension(3)])
    """

    __slots__ = ("__weakref__", "_dims")

    def __init__(self, dims):
        """Makes a shape.

        Args:
          dims: None (unknown rank), an iterable of sizes (`int`, `Dimension` or None), another
            `TensorShape`, a `TensorShapeProto`, or one size (then the rank is 1).

        Raises:
          TypeError: if `dims` cannot be read as a shape.
          ValueError: if a size is negative.
        """
        kind = type(dims)
        if kind is TensorShape:
            self._dims = dims._dims
        elif dims is None:
            self._dims = None
        elif kind is list or kind is tuple:
            self._dims = tuple([d if type(d) is int and d >= 0 else _size(d) for d in dims])
        elif kind is int or kind is Dimension:
            self._dims = (_size(dims),)
        else:
            self._dims = _dims_of(dims)

    @classmethod
    def _of(cls, dims):
        """A shape around `dims`, a tuple of `int` and None, or None.  Nothing is checked."""
        self = cls.__new__(cls)
        self._dims = dims
        return self

    # -- reading

    @property
    def dims(self):
        """List of `Dimension`, or None when the rank is unknown."""
        return None if self._dims is None else [_dimension(d) for d in self._dims]

    @property
    def rank(self):
        """Number of dimensions, or None when it is unknown."""
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self):
        """The same as `rank`."""
        return None if self._dims is None else len(self._dims)

    def as_list(self):
        """List of `int` and None, one per dimension.

        Raises:
          ValueError: if the rank is unknown.
        """
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._dims)

    def as_proto(self):
        """This shape as a `TensorShapeProto`; unknown sizes are -1."""
        from headwater._src.core.proto import tensor_shape_pb2

        if self._dims is None:
            return tensor_shape_pb2.TensorShapeProto(unknown_rank=True)
        proto = tensor_shape_pb2.TensorShapeProto()
        for d in self._dims:
            proto.dim.add().size = -1 if d is None else d
        return proto

    def num_elements(self):
        """The product of all sizes, or None unless all are known."""
        if self._dims is None or None in self._dims:
            return None
        product = 1
        for d in self._dims:
            product *= d
        return product

    def is_fully_defined(self):
        """Whether rank and every size are known."""
        return self._dims is not None and None not in self._dims

    def __len__(self):
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self):
        return self._dims is not None

    def __iter__(self):
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter([_dimension(d) for d in self._dims])

    def __getitem__(self, key):
        """The `Dimension` at an index, or the `TensorShape` of a slice.

        With unknown rank an index gives an unknown dimension, and a slice a shape that is as long
        as the slice must be, or again of unknown rank.
        """
        if self._dims is not None:
            part = self._dims[key]
            return TensorShape._of(part) if isinstance(key, slice) else _dimension(part)
        if not isinstance(key, slice):
            return Dimension(None)
        if key.step is not None:
            raise ValueError("Steps are not yet handled")
        start, stop = key.start or 0, key.stop
        if stop is None or start < 0 or stop < 0:
            return TensorShape._of(None)
        return TensorShape._of((None,) * max(stop - start, 0))

    def __repr__(self):
        return f"TensorShape({self.dims!r})"

    def __str__(self):
        if self._dims is None:
            return "<unknown>"
        if len(self._dims) == 1:
            return f"({_text(self._dims[0])},)"
        return "(" + ", ".join(map(_text, self._dims)) + ")"

    def __reduce__(self):
        return TensorShape, (self.dims,)

    # -- comparison

    def __eq__(self, other):
        if type(other) is not TensorShape:
            try:
                other = as_shape(other)
            except (TypeError, ValueError):
                return NotImplemented
        return self._dims == other._dims

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self):
        return hash(self._dims)

    def is_compatible_with(self, other):
        """Whether some fully known shape agrees with both.

        Args:
          other: anything `as_shape` takes.

        Returns:
          `bool`.
        """
        mine, theirs = self._dims, as_shape(other)._dims
        if mine is None or theirs is None:
            return True
        if len(mine) != len(theirs):
            return False
        for a, b in zip(mine, theirs):
            if a is not None and b is not None and a != b:
                return False
        return True

    def is_subtype_of(self, other):
        """Whether every fully known shape that agrees with this one agrees with `other`."""
        if type(other) is not TensorShape:
            return False
        mine, theirs = self._dims, other._dims
        if theirs is None:
            return True
        if mine is None or len(mine) != len(theirs):
            return False
        return all(b is None or a == b for a, b in zip(mine, theirs))

    # -- combination

    def merge_with(self, other):
        """The shape that holds what both know.

        Args:
          other: anything `as_shape` takes.

        Raises:
          ValueError: if they contradict each other.
        """
        other = as_shape(other)
        mine, theirs = self._dims, other._dims
        if mine is None:
            return other
        if theirs is None or mine == theirs:
            return self
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        return TensorShape._of(tuple([b if a is None else a for a, b in zip(mine, theirs)]))

    def most_specific_compatible_shape(self, other):
        """The most specific shape that both are instances of: only what they agree on."""
        mine, theirs = self._dims, as_shape(other)._dims
        if mine is None or theirs is None or len(mine) != len(theirs):
            return TensorShape._of(None)
        return TensorShape._of(tuple([a if a == b else None for a, b in zip(mine, theirs)]))

    def most_specific_common_supertype(self, others):
        """`most_specific_compatible_shape` over several; None unless all are `TensorShape`."""
        shape = self
        for other in others:
            if type(other) is not TensorShape:
                return None
            shape = shape.most_specific_compatible_shape(other)
        return shape

    def concatenate(self, other):
        """The dimensions of `self` followed by those of `other`; unknown if either rank is."""
        mine, theirs = self._dims, as_shape(other)._dims
        if mine is None or theirs is None:
            return TensorShape._of(None)
        return TensorShape._of(mine + theirs)

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return as_shape(other).concatenate(self)

    def __concat__(self, other):
        return self.concatenate(other)

    def with_rank(self, rank):
        """This shape, known to have `rank` dimensions; `ValueError` if it has another number."""
        if self._dims is None:
            return unknown_shape(rank)
        if len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")
        return self

    def with_rank_at_least(self, rank):
        """This shape; `ValueError` if it is known to have fewer than `rank` dimensions."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank):
        """This shape; `ValueError` if it is known to have more than `rank` dimensions."""
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    # -- assertions

    def assert_has_rank(self, rank):
        """Raises `ValueError` unless the rank is `rank` or unknown."""
        if self._dims is not None and len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other):
        """Raises `ValueError` if both ranks are known and differ."""
        other = as_shape(other)
        mine, theirs = self._dims, other._dims
        if mine is not None and theirs is not None and len(mine) != len(theirs):
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_compatible_with(self, other):
        """Raises `ValueError` unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def assert_is_fully_defined(self):
        """Raises `ValueError` unless rank and every size are known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")


def _size(value):
    """`value` as a checked `int` or None."""
    if value is None:
        return None
    if type(value) is Dimension:
        return value._value
    try:
        size = int(operator.index(value))
    except (TypeError, AttributeError):
        raise TypeError(
            "Dimension value must be integer or None or have an __index__ method, "
            f"got value '{value!r}' with type '{type(value)!r}'"
        ) from None
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


def _dimension(size):
    """A `Dimension` around a size that was checked before."""
    dimension = Dimension.__new__(Dimension)
    dimension._value = size
    return dimension


def _text(size):
    return "?" if size is None else str(size)


def _dims_of(dims):
    """The tuple for the rarer arguments of `TensorShape`: protos, other iterables, one size."""
    if isinstance(dims, TensorShape):
        return dims._dims
    if hasattr(dims, "unknown_rank"):  # a TensorShapeProto, of whichever library
        if dims.unknown_rank:
            return None
        return tuple([None if d.size == -1 else _size(d.size) for d in dims.dim])
    if isinstance(dims, (tuple, list)):
        return tuple([_size(d) for d in dims])
    try:
        iterator = iter(dims)
    except TypeError:
        return (_size(dims),)
    sizes = []
    for d in iterator:
        try:
            sizes.append(_size(d))
        except TypeError:
            raise TypeError(
                f"Failed to convert '{dims!r}' to a shape: '{d!r}'"
                "could not be converted to a dimension. A shape should either be single "
                "dimension (e.g. 10), or an iterable of dimensions (e.g. [1, 10, None])."
            ) from None
    return tuple(sizes)


def as_shape(shape):
    """`shape` itself if it is a `TensorShape`, else `TensorShape(shape)`."""
    return shape if type(shape) is TensorShape else TensorShape(shape)


def as_dimension(value):
    """`value` itself if it is a `Dimension`, else `Dimension(value)`."""
    return value if type(value) is Dimension else Dimension(value)


def unknown_shape(rank=None, ndims=None):
    """A shape of which nothing is known but, if given, the rank.

    Args:
      rank: number of dimensions, or None.
      ndims: deprecated name of `rank`.

    Returns:
      `TensorShape`.
    """
    if rank is None:
        rank = ndims
    return TensorShape._of(None if rank is None else (None,) * rank)


def dimension_value(dimension):
    """`dimension.value` of a `Dimension`; anything else (`int`, None) as it is.

    Args:
      dimension: a `Dimension`, or a plain size.
    """
    return dimension._value if type(dimension) is Dimension else dimension


def dimension_at_index(shape, index):
    """The `Dimension` of `shape` at `index`; an unknown one when the rank is unknown.

    Args:
      shape: a `TensorShape`.
      index: the position, from the end when negative.
    """
    return Dimension(None) if shape._dims is None else _dimension(shape._dims[index])
