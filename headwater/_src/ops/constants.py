"""Tensors made from values: constants, placeholders, zeros and ones."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import executing_eagerly
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, compatible, is_full, known_dims, size, text
from headwater._src.ops._static import shape_tensor

SMALL = 1000  # tensors of fewer elements become one Const node, larger ones are filled at run time

# --- constants --------------------------------------------------------------------------------

Const = define_op(
    "Const",
    outputs="output: dtype",
    attrs=["value: tensor", "dtype: type"],
)


@Const.shape
def const_shape(*, value):
    return value.shape


@Const.kernel
def const_kernel(xp, *, value):
    return value


Const.no_gradient()

# --- placeholders -----------------------------------------------------------------------------

Placeholder = define_op(
    "Placeholder",
    outputs="output: dtype",
    attrs=["dtype: type", "shape: shape = ?"],
)
PlaceholderV2 = define_op(
    "PlaceholderV2",
    outputs="output: dtype",
    attrs=["dtype: type", "shape: shape"],
)


def placeholder_shape(*, shape):
    return shape


def placeholder_kernel(xp, *, dtype, shape):
    """Runs only when the placeholder was not fed."""
    wanted = "" if shape is None else f" and shape {text(shape)}"
    raise errors.InvalidArgumentError(
        None, None, f"You must feed a value for placeholder tensor with dtype {dtype.name}{wanted}"
    )


for _op in (Placeholder, PlaceholderV2):
    _op.shape(placeholder_shape)
    _op.kernel(placeholder_kernel)
    _op.no_gradient()


def placeholder(dtype, shape=None, name=None):
    """A tensor whose value is given to `Session.run` by `feed_dict`.

    Args:
      dtype: the type of the values that will be fed.
      shape: their static shape; dimensions may be None, and None allows any shape.
      name: name of the node.

    Returns:
      A `Tensor`. Evaluating it without feeding it is an `InvalidArgumentError`.

    >>> x = tf.placeholder(tf.float32, [None, 2])
    >>> sess.run(x + 1, {x: [[1, 2]]})
    array([[2., 3.]], dtype=float32)
    """
    if executing_eagerly():
        raise RuntimeError("tf.placeholder() is not compatible with eager execution.")
    return raw.Placeholder(dtype=dtype, shape=shape, name=name)


PlaceholderWithDefault = define_op(
    "PlaceholderWithDefault",
    inputs="input: dtype",
    outputs="output: dtype",
    attrs=["dtype: type", "shape: shape"],
)


@PlaceholderWithDefault.shape
def placeholder_with_default_shape(input, *, shape):
    if not compatible(input.dims, shape):
        raise ShapeError(
            f"Shapes {text(input.dims)} and {text(shape)} of the default value and the "
            "placeholder are not compatible"
        )
    return shape


@PlaceholderWithDefault.kernel
def placeholder_with_default_kernel(xp, input):
    return input


@PlaceholderWithDefault.gradient
def placeholder_with_default_gradient(op, dy):
    return [dy]


def placeholder_with_default(input, shape, name=None):
    """A tensor that has the value of `input` unless another one is fed.

    Args:
      input: the default: a `Tensor`, or a value to make one of.
      shape: static shape of the result, which may be less specific than that of `input`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `input`.

    Raises:
      ValueError: `shape` is not compatible with the shape of `input`.
    """
    return raw.PlaceholderWithDefault(input, shape=shape, name=name)


# --- fill -------------------------------------------------------------------------------------

Fill = define_op(
    "Fill",
    inputs="dims: index_type, value: T",
    outputs="output: T",
    attrs=["T: type", "index_type: {int32, int64} = int32"],
)


@Fill.shape
def fill_shape(dims, value):
    if dims.dims is not None and len(dims.dims) != 1:
        raise ShapeError(f"Shape must be rank 1 but is rank {len(dims.dims)}")
    if value.dims is not None and len(value.dims) != 0:
        raise ShapeError(f"Shape must be rank 0 but is rank {len(value.dims)}")
    if dims.known is not None:
        for d in dims.known.tolist():
            if d < 0:
                raise ShapeError(f"Fill dimensions must be >= 0, got {d}")
    return known_dims(dims)


@Fill.kernel(static=["dims"])
def fill_kernel(xp, dims, value, *, T):
    if (np.asarray(dims) < 0).any():
        raise errors.InvalidArgumentError(
            None, None, f"Dimension {int(np.asarray(dims).min())} must be >= 0"
        )
    if np.ndim(value):
        raise errors.InvalidArgumentError(
            None, None, f"value must be a scalar, got shape {text(np.shape(value))}"
        )
    return xp.full(tuple(np.asarray(dims).tolist()), value, T.as_numpy_dtype)


@Fill.gradient
def fill_gradient(op, dy):
    if dy.dims is not None:
        axes = constant(np.arange(len(dy.dims), dtype=np.int32))
    else:
        axes = PUBLIC["range"](0, raw.Rank(dy))
    return [None, raw.Sum(dy, axes)]


def fill(dims, value, name=None, layout=None):
    """A tensor of shape `dims` with every element equal to `value`.

    Args:
      dims: vector of `int32` or `int64`.
      value: scalar of any type.
      name: name of the node.
      layout: ignored; there are no distributed layouts in graph mode.

    Returns:
      A `Tensor` of the type of `value`.

    Raises:
      InvalidArgumentError: at run time, when a dimension is negative.

    >>> sess.run(tf.fill([2, 2], 7))
    array([[7, 7],
           [7, 7]], dtype=int32)
    """
    return raw.Fill(dims, value, name=name)


@public
def zeros(shape, dtype=dtypes.float32, name=None, layout=None):
    """A tensor of zeros (empty strings, False).

    Args:
      shape: list of integers or scalar tensors, a `TensorShape`, or a vector of `int32` or `int64`.
      dtype: type of the elements.
      name: name of the node.
      layout: ignored; there are no distributed layouts in graph mode.

    Returns:
      A `Tensor`.

    >>> sess.run(tf.zeros([2], tf.int32))
    array([0, 0], dtype=int32)
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    return _filled(shape, dtype, b"" if dtype == dtypes.string else 0, name, "zeros")


@public
def ones(shape, dtype=dtypes.float32, name=None, layout=None):
    """A tensor of ones (True).

    Args:
      shape: list of integers or scalar tensors, a `TensorShape`, or a vector of `int32` or `int64`.
      dtype: type of the elements.
      name: name of the node.
      layout: ignored; there are no distributed layouts in graph mode.

    Returns:
      A `Tensor`.

    Raises:
      TypeError: `dtype` is string, which has no one.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    if dtype == dtypes.string:
        raise TypeError("Expected string, but got 1 of type 'int'.")
    return _filled(shape, dtype, 1, name, "ones")


def _filled(shape, dtype, value, name, default_name):
    with scope(name, default_name, [shape]) as node_name:
        element = np.array(value, dtype.as_numpy_dtype)
        if not hasattr(shape, "op"):
            try:
                static = TensorShape(shape)
            except (TypeError, ValueError):
                shape = convert_to_tensor(shape, dtypes.int32)
            else:
                # A bare number is a shape too, but TensorFlow never folds that spelling.
                if (
                    static.rank is not None
                    and not isinstance(shape, (int, np.integer))
                    and is_full(static._dims)
                    and size(static._dims) < SMALL
                ):
                    return constant(np.full(static._dims, element), dtype, name=node_name)
                shape = convert_to_tensor(
                    static, dtypes.int32 if _fits(static._dims) else dtypes.int64
                )
        shape = convert_to_tensor(shape)
        if shape.dims == ():
            shape = raw.Reshape(shape, [-1])
        return raw.Fill(shape, constant(element, dtype), name=node_name)


def _fits(dims):
    return dims is None or all(d is None or d < 2**31 for d in dims)


# --- zeros and ones like a tensor -------------------------------------------------------------

ZerosLike = define_op(
    "ZerosLike",
    inputs="x: T",
    outputs="y: T",
    attrs=["T: type"],
)
OnesLike = define_op(
    "OnesLike",
    inputs="x: T",
    outputs="y: T",
    attrs=[
        "T: "
        "{bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64, "
        "complex64, complex128, bool}"
    ],
)
for _op in (ZerosLike, OnesLike):
    _op.shape(lambda x: x.dims)
    _op.no_gradient()


@ZerosLike.kernel
def zeros_like_kernel(xp, x, *, T):
    if T == dtypes.string:
        return xp.full(x.shape, b"", object)
    return x.zeros_like() if T == dtypes.variant else xp.zeros_like(x)


ZerosLike.lists = True


@OnesLike.kernel
def ones_like_kernel(xp, x):
    return xp.ones_like(x)


@public
def zeros_like(tensor, dtype=None, name=None, optimize=True):
    """Zeros in the shape of `tensor`.

    Args:
      tensor: a `Tensor` or value.
      dtype: type of the result (default: that of `tensor`).
      name: name of the node.
      optimize: whether a static shape is used where it is known.

    Returns:
      A `Tensor`.
    """
    with scope(name, "zeros_like", [tensor]) as node_name:
        tensor = convert_to_tensor(tensor, name="tensor")
        kind = tensor.dtype.base_dtype if dtype is None else dtypes.as_dtype(dtype).base_dtype
        if optimize and is_full(tensor.dims) and kind != dtypes.variant:
            return zeros(tensor.shape, kind, node_name)
        if kind != tensor.dtype.base_dtype and kind != dtypes.variant:
            return zeros(shape_tensor(tensor, optimize=optimize), kind, node_name)
        return raw.ZerosLike(tensor, name=node_name)


@public
def ones_like(tensor, dtype=None, name=None, optimize=True):
    """Ones in the shape of `tensor`.

    Args:
      tensor: a `Tensor` or value.
      dtype: type of the result (default: that of `tensor`).
      name: name of the node.
      optimize: whether a static shape is used where it is known.

    Returns:
      A `Tensor`.
    """
    with scope(name, "ones_like", [tensor]) as node_name:
        tensor = convert_to_tensor(tensor, name="tensor")
        kind = tensor.dtype.base_dtype if dtype is None else dtypes.as_dtype(dtype).base_dtype
        if optimize and is_full(tensor.dims):
            with scope(None, "Shape", [tensor]):
                shape = convert_to_tensor(tensor.shape)
        else:
            shape = shape_tensor(tensor, optimize=False)
        return ones(shape, kind, node_name)
