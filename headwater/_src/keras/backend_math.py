"""`tf.keras.backend`: arithmetic, reductions and shapes."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras import state
from headwater._src.keras.functions import fn


def _reduction(name, what):
    """A reduction of `tf` under Keras' names for the arguments; bools count as numbers."""

    def reduce(x, axis=None, keepdims=False):
        x = convert_to_tensor(x)
        if x.dtype.base_dtype is dtypes.bool and name == "reduce_mean":
            x = raw.Cast(x, DstT=dtypes.as_dtype(state.floatx()))
        return getattr(fn, name)(x, axis=axis, keepdims=keepdims)

    reduce.__doc__ = (
        f"{what} of the elements.\n\nArgs:\n  x: a tensor.\n"
        "  axis: the dimension(s) that vanish (default: all).\n"
        "  keepdims: whether they stay, with size 1.\n"
    )
    return reduce


max, min = _reduction("reduce_max", "The largest"), _reduction("reduce_min", "The smallest")
sum, prod = _reduction("reduce_sum", "The sum"), _reduction("reduce_prod", "The product")
mean = _reduction("reduce_mean", "The mean")


def any(x, axis=None, keepdims=False):
    """Whether some element is true.

    Args:
      x: a tensor; what is not 0 is true.
      axis: the dimension(s) that vanish (default: all).
      keepdims: whether they stay, with size 1.
    """
    return fn.reduce_any(fn.cast(x, dtypes.bool), axis=axis, keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    """Whether all elements are true.

    Args:
      x: a tensor; what is not 0 is true.
      axis: the dimension(s) that vanish (default: all).
      keepdims: whether they stay, with size 1.
    """
    return fn.reduce_all(fn.cast(x, dtypes.bool), axis=axis, keepdims=keepdims)


def var(x, axis=None, keepdims=False):
    """The variance of the elements.

    Args:
      x: a tensor.
      axis: the dimension(s) that vanish (default: all).
      keepdims: whether they stay, with size 1.
    """
    centre = mean(x, axis=axis, keepdims=True)
    return mean(raw.Square(convert_to_tensor(x) - centre), axis=axis, keepdims=keepdims)


def std(x, axis=None, keepdims=False):
    """The standard deviation of the elements.

    Args:
      x: a tensor.
      axis: the dimension(s) that vanish (default: all).
      keepdims: whether they stay, with size 1.
    """
    return raw.Sqrt(var(x, axis=axis, keepdims=keepdims))


def argmax(x, axis=-1):
    """The place of the largest element.

    Args:
      x: a tensor.
      axis: the dimension to look along.
    """
    return fn.argmax(x, axis)


def argmin(x, axis=-1):
    """The place of the smallest element.

    Args:
      x: a tensor.
      axis: the dimension to look along.
    """
    return fn.argmin(x, axis)


def cumsum(x, axis=0):
    """Sums of the elements so far.

    Args:
      x: a tensor.
      axis: the dimension to go along.
    """
    return fn.cumsum(x, axis=axis)


def cumprod(x, axis=0):
    """Products of the elements so far.

    Args:
      x: a tensor.
      axis: the dimension to go along.
    """
    return fn.cumprod(x, axis=axis)


def _unary(name, what):
    def apply(x):
        return getattr(fn, name)(x)

    apply.__doc__ = f"{what}, element by element.\n\nArgs:\n  x: a tensor.\n"
    return apply


abs, square, exp = _unary("abs", "|x|"), _unary("square", "x * x"), _unary("exp", "e ** x")
log, sign = _unary("log", "The natural logarithm"), _unary("sign", "-1, 0 or 1 by the sign")
round, sin, cos = (
    _unary("round", "The nearest integer"),
    _unary("sin", "Sine"),
    _unary("cos", "Cosine"),
)


def sqrt(x):
    """The square root; of negative numbers 0.

    Args:
      x: a tensor.
    """
    x = convert_to_tensor(x)
    return raw.Sqrt(fn.clip_by_value(x, 0.0, np.inf))


def pow(x, a):
    """`x ** a`.

    Args:
      x: a tensor.
      a: an integer.
    """
    return fn.pow(x, a)


def clip(x, min_value, max_value):
    """`x` kept between bounds.

    Args:
      x: a tensor.
      min_value: lower bound, or None.
      max_value: upper bound, or None.
    """
    if min_value is not None and max_value is not None and max_value < min_value:
        max_value = min_value
    low = -np.inf if min_value is None else min_value
    return fn.clip_by_value(x, low, np.inf if max_value is None else max_value)


def _binary(name, what):
    def apply(x, y):
        return getattr(fn, name)(x, y)

    apply.__doc__ = f"{what}, element by element.\n\nArgs:\n  x: a tensor.\n  y: a tensor.\n"
    return apply


equal, not_equal = _binary("equal", "x == y"), _binary("not_equal", "x != y")
greater, greater_equal = _binary("greater", "x > y"), _binary("greater_equal", "x >= y")
less, less_equal = _binary("less", "x < y"), _binary("less_equal", "x <= y")
maximum, minimum = _binary("maximum", "The larger"), _binary("minimum", "The smaller")


def cast(x, dtype):
    """`x` in another type.

    Args:
      x: a tensor.
      dtype: the type.
    """
    return fn.cast(x, dtypes.as_dtype(dtype))


def cast_to_floatx(x):
    """An array or tensor in the type `floatx`.

    Args:
      x: an array or tensor.
    """
    if hasattr(x, "op"):
        return cast(x, state.floatx())
    return np.asarray(x, dtype=state.floatx())


def dot(x, y):
    """The product along the last dimension of `x` and the last but one of `y`.

    Args:
      x: a tensor of rank 2 or more.
      y: a tensor of rank 2 or more.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    rank_x, rank_y = x.shape.ndims, y.shape.ndims
    if rank_x is None or (rank_x <= 2 and rank_y == 2):
        return fn.matmul(x, y)
    return fn.tensordot(x, y, [[rank_x - 1], [max_of(rank_y - 2, 0)]])


def max_of(first, second):
    """The larger of two Python numbers (`max` is the reduction here).

    Args:
      first: a number.
      second: a number.
    """
    return first if first > second else second


def batch_dot(x, y, axes=None):
    """For each example, the product of its parts of `x` and `y` along one dimension of each.

    Args:
      x: a tensor `[batch, ...]`.
      y: a tensor `[batch, ...]`.
      axes: the dimension, or a pair of them (default: the last of `x`, the last but one of `y`).

    Returns:
      A tensor `[batch, rest of x, rest of y]`; of rank 2 where nothing is left of both.
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    rank_x, rank_y = len(x.dims), len(y.dims)
    if axes is None:
        axes = (rank_x - 1, rank_y - 1 if rank_y == 2 else rank_y - 2)
    axes = (axes, axes) if isinstance(axes, int) else axes
    axis_x, axis_y = (a % r for a, r in zip(axes, (rank_x, rank_y)))
    if 0 in (axis_x, axis_y):
        raise ValueError("Cannot perform batch_dot over axis 0.")
    letters = iter("bcdefghijklmnopqrstuvwxyz")
    batch, shared = next(letters), next(letters)
    left = [batch, *(next(letters) for _ in range(rank_x - 1))]
    right = [batch, *(next(letters) for _ in range(rank_y - 1))]
    left[axis_x] = right[axis_y] = shared
    rest = [c for c in left[1:] + right[1:] if c != shared]
    equation = f"{''.join(left)},{''.join(right)}->{''.join([batch, *rest])}"
    product = fn.einsum(equation, x, y)
    return product if rest else fn.expand_dims(product, -1)


def transpose(x):
    """The tensor with its dimensions in reverse order.

    Args:
      x: a tensor.
    """
    return fn.transpose(x)


def permute_dimensions(x, pattern):
    """The tensor with its dimensions in another order.

    Args:
      x: a tensor.
      pattern: the old places of the new dimensions.
    """
    return fn.transpose(x, perm=pattern)


def gather(reference, indices):
    """The rows at some places.

    Args:
      reference: a tensor or variable.
      indices: integer tensor.
    """
    return fn.gather(reference, indices)


def reshape(x, shape):
    """The tensor in another shape.

    Args:
      x: a tensor.
      shape: the shape; one size may be -1.
    """
    return fn.reshape(x, shape)


def flatten(x):
    """All elements as a vector.

    Args:
      x: a tensor.
    """
    return fn.reshape(x, [-1])


def batch_flatten(x):
    """Each example as a vector.

    Args:
      x: a tensor `[batch, ...]`.
    """
    sizes = x.shape.as_list()[1:]
    rest = -1 if None in sizes else int(np.prod(sizes))
    if rest == -1:
        rest = fn.reduce_prod(fn.shape(x)[1:])
    return fn.reshape(x, fn.stack([-1, rest]))


def expand_dims(x, axis=-1):
    """The tensor with a new dimension of size 1.

    Args:
      x: a tensor.
      axis: where the new dimension goes.
    """
    return fn.expand_dims(x, axis)


def squeeze(x, axis):
    """The tensor without a dimension of size 1.

    Args:
      x: a tensor.
      axis: the dimension.
    """
    return fn.squeeze(x, [axis])


def concatenate(tensors, axis=-1):
    """Tensors one after the other.

    Args:
      tensors: list of tensors.
      axis: the dimension along which they are put together.
    """
    return fn.concat(list(tensors), axis % len(tensors[0].dims) if axis < 0 else axis)


def stack(x, axis=0):
    """Tensors along a new dimension.

    Args:
      x: list of tensors.
      axis: where the new dimension goes.
    """
    return fn.stack(x, axis=axis)


def tile(x, n):
    """Copies of a tensor side by side.

    Args:
      x: a tensor.
      n: the number of copies along each dimension.
    """
    return fn.tile(x, [n] if isinstance(n, int) else n)


def repeat(x, n):
    """Each row of a matrix `n` times.

    Args:
      x: a tensor `[batch, size]`.
      n: an integer.

    Returns:
      A tensor `[batch, n, size]`.
    """
    return fn.tile(fn.expand_dims(x, 1), fn.stack([1, n, 1]))


def repeat_elements(x, rep, axis):
    """Each element of a dimension several times.

    Args:
      x: a tensor.
      rep: how many times.
      axis: the dimension.
    """
    parts = fn.split(x, x.dims[axis], axis=axis) if x.dims[axis] is not None else None
    if parts is None:
        spread = fn.expand_dims(x, axis + 1)
        copies = [1] * len(spread.dims)
        copies[axis + 1] = rep
        sizes = [d if d is not None else fn.shape(x)[i] for i, d in enumerate(x.dims)]
        sizes[axis] = fn.shape(x)[axis] * rep
        return fn.reshape(fn.tile(spread, copies), fn.stack(sizes))
    return fn.concat([part for part in parts for _ in range(rep)], axis)


def reverse(x, axes):
    """The tensor backwards along some dimensions.

    Args:
      x: a tensor.
      axes: a dimension, or a list of them.
    """
    return fn.reverse(x, [axes] if isinstance(axes, int) else axes)


def arange(start, stop=None, step=1, dtype="int32"):
    """Numbers at equal distances.

    Args:
      start: the first number; the bound where `stop` is None.
      stop: the bound, not included.
      step: the distance.
      dtype: the type.
    """
    if stop is None and start < 0:
        start = 0
    found = fn.range(start, delta=step) if stop is None else fn.range(start, stop, step)
    return found if dtype == "int32" else cast(found, dtype)


def one_hot(indices, num_classes):
    """Vectors with a 1 in one place.

    Args:
      indices: integer tensor.
      num_classes: the length of the vectors.
    """
    return fn.one_hot(indices, depth=num_classes, axis=-1)


def map_fn(fn, elems, name=None, dtype=None):
    """A function applied to each row.

    Args:
      fn: a function of tensors.
      elems: a tensor.
      name: name of the scope.
      dtype: the type of the results (default: that of `elems`).
    """
    return _named("map_fn")(fn, elems, name=name, dtype=dtype)


def foldl(fn, elems, initializer=None, name=None):
    """Combines all rows, from the first to the last.

    Args:
      fn: a function of the result so far and a row.
      elems: a tensor.
      initializer: the first result (default: the first row).
      name: name of the scope.
    """
    return _named("foldl")(fn, elems, initializer=initializer, name=name)


def foldr(fn, elems, initializer=None, name=None):
    """Combines all rows, from the last to the first.

    Args:
      fn: a function of the result so far and a row.
      elems: a tensor.
      initializer: the first result (default: the last row).
      name: name of the scope.
    """
    return _named("foldr")(fn, elems, initializer=initializer, name=name)


def _named(name):
    return getattr(fn, name)
