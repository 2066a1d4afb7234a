"""Matrix products: `MatMul`, the batched forms, and `tf.matmul` over them."""

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import broadcast, is_full, merge_dim, text, with_rank

_HALVES = ("float16", "bfloat16")
_SPARSE_TYPES = {dtypes.float32, dtypes.bfloat16}


def _product(xp, a, b):
    """`a @ b`; 16-bit floats are summed in float32, as TensorFlow's CPU kernels do."""
    if str(a.dtype) in _HALVES:
        return xp.cast(xp.matmul(xp.cast(a, "float32"), xp.cast(b, "float32")), a.dtype)
    return xp.matmul(a, b)


def _require_rank(xp, factors, ok, problem):
    def error():
        i = 0 if xp.ndim(factors[0]) < 2 or xp.ndim(factors[0]) > xp.ndim(factors[1]) else 1
        return errors.InvalidArgumentError(
            None, None, f"In[{i}] {problem} {text(factors[i].shape)}"
        )

    xp.require(ok, error)


def _flops(inputs, output, inner):
    total = 2.0 * inner
    for d in output:
        total *= d
    return total


# --- MatMul -----------------------------------------------------------------------------------

MatMul = define_op(
    "MatMul",
    inputs="a: T, b: T",
    outputs="product: T",
    attrs=[
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        "T: {bfloat16, half, float, double, int32, int64, uint8, uint16, uint32, uint64, "
        "complex64, "
        "complex128}",
        "grad_a: bool = false",
        "grad_b: bool = false",
    ],
)


@MatMul.shape
def _matmul_shape(a, b, *, transpose_a, transpose_b):
    a, b = with_rank(a.dims, 2), with_rank(b.dims, 2)
    rows, inner = a[::-1] if transpose_a else a
    inner_b, columns = b[::-1] if transpose_b else b
    merge_dim(inner, inner_b)
    return (rows, columns)


@MatMul.kernel
def _matmul_kernel(xp, a, b, *, transpose_a, transpose_b):
    _require_rank(
        xp, [a, b], xp.ndim(a) == xp.ndim(b) == 2, "is not a matrix. Instead it has shape"
    )
    x = a.T if transpose_a else a
    y = b.T if transpose_b else b
    xp.require(
        x.shape[1] == y.shape[0],
        lambda: errors.InvalidArgumentError(
            None, None, f"Matrix size-incompatible: In[0]: {text(a.shape)}, In[1]: {text(b.shape)}"
        ),
    )
    return _product(xp, x, y)


@MatMul.cost
def _matmul_cost(inputs, output, *, transpose_a, **attrs):
    return _flops(inputs, output, inputs[0][0 if transpose_a else -1])


@MatMul.gradient
def _matmul_gradient(op, dy):
    ta, tb = op.attrs["transpose_a"], op.attrs["transpose_b"]
    a, b = (_conj(x) for x in op.inputs)
    if not ta and not tb:
        da = raw.MatMul(dy, b, transpose_b=True, grad_a=True)
        db = raw.MatMul(a, dy, transpose_a=True, grad_b=True)
    elif not ta:
        da = raw.MatMul(dy, b, grad_a=True)
        db = raw.MatMul(dy, a, transpose_a=True, grad_b=True)
    elif not tb:
        da = raw.MatMul(b, dy, transpose_b=True, grad_a=True)
        db = raw.MatMul(a, dy, grad_b=True)
    else:
        da = raw.MatMul(b, dy, transpose_a=True, transpose_b=True, grad_a=True)
        db = raw.MatMul(dy, a, transpose_a=True, transpose_b=True, grad_b=True)
    return [da, db]


def _conj(x):
    return raw.Conj(x) if x.dtype.base_dtype.is_complex else x


# --- batched ----------------------------------------------------------------------------------

BatchMatMul = define_op(
    "BatchMatMul",
    inputs="x: T, y: T",
    outputs="output: T",
    attrs=[
        "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
        "adj_x: bool = false",
        "adj_y: bool = false",
        "grad_x: bool = false",
        "grad_y: bool = false",
    ],
)

BatchMatMulV2 = define_op(
    "BatchMatMulV2",
    inputs="x: T, y: T",
    outputs="output: T",
    attrs=[
        "T: {bfloat16, half, float, double, int16, int32, int64, uint8, uint16, uint32, uint64, "
        "complex64, complex128}",
        "adj_x: bool = false",
        "adj_y: bool = false",
        "grad_x: bool = false",
        "grad_y: bool = false",
    ],
)

BatchMatMulV3 = define_op(
    "BatchMatMulV3",
    inputs="x: Ta, y: Tb",
    outputs="output: Tout",
    attrs=[
        "Ta: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
        "complex128}",
        "Tb: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
        "complex128}",
        "Tout: {bfloat16, half, float, double, int16, int32, int64, complex64, complex128}",
        "adj_x: bool = false",
        "adj_y: bool = false",
        "grad_x: bool = false",
        "grad_y: bool = false",
    ],
)


@BatchMatMul.shape
@BatchMatMulV2.shape
@BatchMatMulV3.shape
def _batch_matmul_shape(x, y, *, adj_x, adj_y):
    x, y = with_rank(x.dims, 2, at_least=True), with_rank(y.dims, 2, at_least=True)
    if x is None or y is None:
        return None
    rows, inner = x[:-3:-1] if adj_x else x[-2:]
    inner_y, columns = y[:-3:-1] if adj_y else y[-2:]
    merge_dim(inner, inner_y)
    return (*broadcast(x[:-2], y[:-2]), rows, columns)


def _adjoint(xp, x, adjoint):
    if not adjoint:
        return x
    x = xp.swapaxes(x, -1, -2)
    return xp.conj(x) if x.dtype.kind == "c" else x


@BatchMatMul.kernel
@BatchMatMulV2.kernel
@BatchMatMulV3.kernel
def _batch_matmul_kernel(xp, x, y, *, adj_x, adj_y):
    _require_rank(
        xp, [x, y], min(xp.ndim(x), xp.ndim(y)) >= 2, "ndims must be >= 2, but it has shape"
    )
    a, b = _adjoint(xp, x, adj_x), _adjoint(xp, y, adj_y)
    xp.require(
        a.shape[-1] == b.shape[-2],
        lambda: errors.InvalidArgumentError(
            None, None, f"Matrix size-incompatible: In[0]: {text(x.shape)}, In[1]: {text(y.shape)}"
        ),
    )
    return _product(xp, a, b)


@BatchMatMul.cost
@BatchMatMulV2.cost
@BatchMatMulV3.cost
def _batch_matmul_cost(inputs, output, *, adj_x, **attrs):
    return _flops(inputs, output, inputs[0][-2 if adj_x else -1])


def _batch_gradients(op, dy, build):
    """The gradients before broadcasting is undone; the adjoints decide which factor is first."""
    x, y = op.inputs
    adj_x, adj_y = op.attrs["adj_x"], op.attrs["adj_y"]
    if not adj_x:
        dx = build(dy, y, adj_x=False, adj_y=not adj_y, grad_x=True, name="MatMul")
        if not adj_y:
            dy_ = build(x, dy, adj_x=True, adj_y=False, grad_y=True, name="MatMul")
        else:
            dy_ = build(dy, x, adj_x=True, adj_y=False, grad_y=True, name="MatMul")
    elif not adj_y:
        dx = build(y, dy, adj_x=False, adj_y=True, grad_x=True, name="MatMul")
        dy_ = build(x, dy, adj_x=False, adj_y=False, grad_y=True, name="MatMul")
    else:
        dx = build(y, dy, adj_x=True, adj_y=True, grad_x=True, name="MatMul")
        dy_ = build(dy, x, adj_x=True, adj_y=True, grad_y=True, name="MatMul")
    return dx, dy_


@BatchMatMul.gradient
def _batch_matmul_gradient(op, dy):
    return list(_batch_gradients(op, dy, raw.BatchMatMul))


@BatchMatMulV2.gradient
@BatchMatMulV3.gradient
def _batch_matmul_v2_gradient(op, dy):
    x, y = op.inputs
    dx, dy_ = _batch_gradients(op, dy, raw.BatchMatMulV2)
    if (
        x.dims is not None
        and y.dims is not None
        and x.dims[:-2] == y.dims[:-2]
        and is_full(x.dims[:-2])
    ):
        return [dx, dy_]
    # One factor was repeated along batch dimensions: its gradient is the sum over the repetitions.
    shape = PUBLIC["shape"]
    sx, sy = shape(x), shape(y)
    rx, ry = raw.BroadcastGradientArgs(sx[:-2], sy[:-2])
    dx = raw.Reshape(raw.Sum(dx, rx), sx)
    dy_ = raw.Reshape(raw.Sum(dy_, ry), sy)
    return [dx, dy_]


# --- tf.matmul --------------------------------------------------------------------------------


@public
def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    output_type=None,
    grad_a=False,
    grad_b=False,
    name=None,
):
    """The matrix product `a @ b`, over the last two dimensions; batch dimensions are broadcast.

    Args:
      a: `Tensor` of shape `[..., n, k]`, numeric.
      b: `Tensor` of shape `[..., k, m]`, of the type of `a`.
      transpose_a: whether `a` is transposed first.
      transpose_b: whether `b` is transposed first.
      adjoint_a: whether `a` is transposed and conjugated first.
      adjoint_b: whether `b` is transposed and conjugated first.
      a_is_sparse: a hint that `a` (a matrix) is mostly zeros.
      b_is_sparse: a hint that `b` (a matrix) is mostly zeros.
      output_type: the type of the result, when another than that of `a` is wanted.
      grad_a: marks the node as the gradient with respect to a first factor.
      grad_b: marks the node as the gradient with respect to a second factor.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[..., n, m]`.

    Raises:
      ValueError: a matrix is both transposed and adjoint, or the shapes do not fit.
      TypeError: the types differ.

    >>> sess.run(tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]))
    array([[11.]], dtype=float32)
    """
    with scope(name, "MatMul", (a, b)) as name:
        for transpose, adjoint, side in (
            (transpose_a, adjoint_a, "a"),
            (transpose_b, adjoint_b, "b"),
        ):
            if transpose and adjoint:
                raise ValueError(
                    f"Only one of `transpose_{side}` and `adjoint_{side}` can be True. Received "
                    f"`transpose_{side}`={transpose}, `adjoint_{side}`={adjoint}."
                )
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b", preferred_dtype=a.dtype.base_dtype)
        if output_type is not None and dtypes.as_dtype(output_type) != a.dtype.base_dtype:
            return _with_output_type(
                a,
                b,
                transpose_a or adjoint_a,
                transpose_b or adjoint_b,
                dtypes.as_dtype(output_type),
                name,
            )
        matrices = all(t.dims is not None and len(t.dims) <= 2 for t in (a, b))
        if not matrices and not (a_is_sparse or b_is_sparse):
            if transpose_a:
                a, adjoint_a = _conj(a), True
            if transpose_b:
                b, adjoint_b = _conj(b), True
            return raw.BatchMatMulV2(
                a, b, adj_x=adjoint_a, adj_y=adjoint_b, grad_x=grad_a, grad_y=grad_b, name=name
            )
        if adjoint_a:
            a, transpose_a = _conj(a), True
        if adjoint_b:
            b, transpose_b = _conj(b), True
        flags = {"transpose_a": transpose_a, "transpose_b": transpose_b, "name": name}
        hints = {"a_is_sparse": a_is_sparse, "b_is_sparse": b_is_sparse}
        types = {a.dtype.base_dtype, b.dtype.base_dtype}
        # Also the only product of two different types.
        if types <= _SPARSE_TYPES and (any(hints.values()) or len(types) == 2):
            result = raw.SparseMatMul(a, b, **flags, **hints)
            if types == {dtypes.bfloat16}:  # it gives float32 whatever it is given
                result = raw.Cast(result, DstT=dtypes.bfloat16)
            return result
        return raw.MatMul(a, b, **flags, grad_a=grad_a, grad_b=grad_b)


def _with_output_type(a, b, adjoint_a, adjoint_b, output_type, name):
    if (a.dtype.base_dtype, output_type) != (dtypes.int8, dtypes.int32):
        raise TypeError(
            "output_type is only supported for int8 inputs and int32 output. Received: "
            f"{a.dtype.base_dtype.name} and {output_type.name}"
        )
    return raw.BatchMatMulV3(a, b, Tout=output_type, adj_x=adjoint_a, adj_y=adjoint_b, name=name)


# --- the sparse hint --------------------------------------------------------------------------

SparseMatMul = define_op(
    "SparseMatMul",
    inputs="a: Ta, b: Tb",
    outputs="product: float",
    attrs=[
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        "a_is_sparse: bool = false",
        "b_is_sparse: bool = false",
        "Ta: {float, bfloat16} = float",
        "Tb: {float, bfloat16} = float",
    ],
)

SparseMatMul.shape(_matmul_shape)


@SparseMatMul.kernel
def _sparse_matmul_kernel(xp, a, b, *, transpose_a, transpose_b):
    return _matmul_kernel(
        xp,
        xp.cast(a, "float32"),
        xp.cast(b, "float32"),
        transpose_a=transpose_a,
        transpose_b=transpose_b,
    )


@SparseMatMul.gradient
def _sparse_matmul_gradient(op, dy):
    ta, tb = op.attrs["transpose_a"], op.attrs["transpose_b"]
    a, b = op.inputs
    sparse = {a: op.attrs["a_is_sparse"], b: op.attrs["b_is_sparse"], dy: dy.op.type == "ReluGrad"}

    def product(x, y, dtype, tx=False, ty=False):
        # Only one side's transposition is left to the op when its factor must be transposed first.
        if ty:
            y_ = PUBLIC["transpose"](y)
            sparse[y_], y = sparse[y], y_
        result = PUBLIC["matmul"](
            x, y, transpose_a=tx, a_is_sparse=sparse[x], b_is_sparse=sparse[y]
        )
        return result if result.dtype == dtype else raw.Cast(result, DstT=dtype)

    kind_a, kind_b = a.dtype.base_dtype, b.dtype.base_dtype
    if not ta and not tb:
        return [product(dy, b, kind_a, ty=True), product(a, dy, kind_b, tx=True)]
    if not ta:
        return [product(dy, b, kind_a), product(dy, a, kind_b, tx=True)]
    if not tb:
        return [product(b, dy, kind_a, ty=True), product(a, dy, kind_b)]
    return [product(b, dy, kind_a, tx=True, ty=True), product(dy, a, kind_b, tx=True, ty=True)]
