"""Tensors with some rows replaced: what TensorFlow does in place.

Values never change under another node here: what looks like an alias is a new tensor, and XLA
writes into the old one's memory where nobody else needs it.
"""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._shapes import known_dims, same


def _rows(xp, x, i, v):
    """`i` as places from 0 on; the op's inputs are checked on the way."""
    if x.ndim < 1 or i.ndim != 1 or v.shape != (i.shape[0], *x.shape[1:]):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"i must be a vector, and v have a row of x for each of its elements: x has shape "
            f"{list(x.shape)}, i {list(i.shape)}, v {list(v.shape)}",
        )
    return i % x.shape[0] if x.shape[0] else i  # -1 is the last row


def _define(name, how):
    op = define_op(
        name, inputs="x: T, i: int32, v: T", outputs="y: T", attrs=["T: type"], shape=first_shape
    )

    def kernel(xp, x, i, v):
        return xp.scatter(x, (_rows(xp, x, i, v),), v, how)

    op.kernel(kernel)
    op.no_gradient()
    return op


def first_shape(x, i, v):
    """The shape of `x`."""
    return x.dims


InplaceUpdate = _define("InplaceUpdate", "update")
InplaceAdd = _define("InplaceAdd", "add")
InplaceSub = _define("InplaceSub", "sub")

DeepCopy = define_op(
    "DeepCopy", inputs="x: T", outputs="y: T", attrs=["T: type"], shape=same, stateful=True
)


@DeepCopy.kernel
def deep_copy_kernel(xp, x):
    return x


DeepCopy.no_gradient()

Empty = define_op(
    "Empty",
    inputs="shape: int32",
    outputs="output: dtype",
    attrs=["dtype: type", "init: bool = false"],
    stateful=True,
)


@Empty.shape
def empty_shape(shape, **attrs):
    """What the shape input says."""
    return known_dims(shape)


@Empty.kernel(static=["shape"])
def empty_kernel(xp, shape, *, dtype):
    return xp.zeros(tuple(np.asarray(shape).tolist()), dtype.as_numpy_dtype)


Empty.no_gradient()


def _changed(op, x, i, v):
    x = convert_to_tensor(x)
    v = convert_to_tensor(v, x.dtype)
    if i is None:  # all of x
        changed = op(raw.Reshape(x, [1, -1]), [0], raw.Reshape(v, [1, -1]))
        return raw.Reshape(changed, raw.Shape(x))
    i = raw.Cast(convert_to_tensor(i), DstT=dtypes.int32)
    if i.shape.ndims == 0:  # one row
        return op(x, raw.Reshape(i, [-1]), raw.ExpandDims(v, 0))
    return op(x, i, v)


_TEXT = """{what}

    Args:
      x: a `Tensor`, not a scalar.
      i: rows of `x`: a scalar for one, a vector for several, None for all.
      v: a `Tensor` of what is there for them.

    Returns:
      A `Tensor` of the shape of `x`; `x` itself stays what it was.
    """


def _function(name, op, what, copies):
    def function(x, i, v):
        return _changed(op, raw.DeepCopy(x) if copies else x, i, v)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _TEXT.format(what=what)
    return function


_KINDS = (
    ("update", InplaceUpdate, "`x` with some rows replaced."),
    ("add", InplaceAdd, "`x` with something added to some rows."),
    ("sub", InplaceSub, "`x` with something subtracted from some rows."),
)
alias_inplace_update, alias_inplace_add, alias_inplace_sub = (
    _function(f"alias_inplace_{name}", op, what, False) for name, op, what in _KINDS
)
inplace_update, inplace_add, inplace_sub = (
    _function(f"inplace_{name}", op, what, True) for name, op, what in _KINDS
)


def empty(shape, dtype, init=False, name=None):
    """A tensor of some shape.

    Args:
      shape: int32 vector.
      dtype: type of the elements.
      init: whether they must be 0, which they are here in any case.
      name: name of the node.

    Returns:
      A `Tensor`.
    """
    return raw.Empty(shape, dtype=dtype, init=init, name=name)


def empty_like(x, init=None):
    """A tensor of the shape and type of another one.

    Args:
      x: a `Tensor`.
      init: whether its elements must be 0.

    Returns:
      A `Tensor`.
    """
    x = convert_to_tensor(x)
    return raw.Empty(raw.Shape(x), dtype=x.dtype, init=bool(init))
