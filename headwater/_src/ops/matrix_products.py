"""Functions of matrices made of few nodes: identity, transposes, products over chosen axes, norms,
cross product.
"""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, is_full, merge, text, with_rank

# --- identity matrices ------------------------------------------------------------------------


@public
def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None):
    """Identity matrices: ones on the main diagonal, zeros elsewhere.

    Args:
      num_rows: number of rows, a Python integer or scalar tensor.
      num_columns: number of columns (default: `num_rows`).
      batch_shape: shape of the batch of equal matrices, a list or vector.
      dtype: type of the result.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `batch_shape + [num_rows, num_columns]`.

    Raises:
      ValueError: a negative size.
    """
    with scope(name, "eye", [num_rows, num_columns, batch_shape]):
        square = num_columns is None
        batch = [] if batch_shape is None else batch_shape
        columns = num_rows if square else num_columns
        if not any(isinstance(t, Tensor) for t in (num_rows, columns, batch)):
            batch, rows, columns = list(map(int, batch)), int(num_rows), int(columns)
            diagonal, whole = [*batch, min(rows, columns)], [*batch, rows, columns]
        else:
            diagonal_size = (
                raw.Minimum(num_rows, columns)
                if isinstance(num_rows, Tensor) or isinstance(columns, Tensor)
                else min(num_rows, columns)
            )
            batch = convert_to_tensor(batch, dtype=dtypes.int32, name="shape")
            concat = PUBLIC["concat"]
            diagonal = concat([batch, [diagonal_size]], 0)
            whole = None if square else concat([batch, [num_rows, columns]], 0)
        ones = PUBLIC["ones"](diagonal, dtype=dtype)
        if square:
            return PUBLIC["matrix_diag"](ones)
        return PUBLIC["matrix_set_diag"](PUBLIC["zeros"](whole, dtype=dtype), ones)


# --- transposes -------------------------------------------------------------------------------


@public
def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The last two dimensions swapped.

    Args:
      a: `Tensor` of shape `[..., m, n]`.
      name: name of the scope.
      conjugate: whether the conjugate is taken too.

    Returns:
      `Tensor` of shape `[..., n, m]`.

    Raises:
      ValueError: `a` has fewer than two dimensions.
    """
    with scope(name, "matrix_transpose", [a]):
        a = convert_to_tensor(a, name="a")
        if a.dims is not None:
            rank = len(a.dims)
            if rank < 2:
                raise ValueError(
                    "Argument `a` should be a (batch) matrix with rank >= 2.  Received `a` = "
                    f"{a} with shape: {a.shape}"
                )
            order = [*range(rank - 2), rank - 1, rank - 2]
        else:
            rank = PUBLIC["rank"](a)
            order = PUBLIC["concat"]([raw.Range(0, rank - 2, 1), [rank - 1, rank - 2]], 0)
        return PUBLIC["transpose"](a, perm=order, conjugate=conjugate)


@public
def adjoint(matrix, name=None):
    """The conjugate transpose over the last two dimensions.

    Args:
      matrix: `Tensor` of shape `[..., m, n]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., n, m]`.

    Raises:
      ValueError: `matrix` has fewer than two dimensions.
    """
    with scope(name, "adjoint", [matrix]):
        matrix = convert_to_tensor(matrix, name="matrix")
        return matrix_transpose(matrix, conjugate=True)


@public
def matvec(
    a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None
):
    """The product of matrices with vectors.

    Args:
      a: `Tensor` of shape `[..., n, k]`.
      b: `Tensor` of shape `[..., k]`, of the type of `a`.
      transpose_a: whether `a` is transposed first.
      adjoint_a: whether `a` is transposed and conjugated first.
      a_is_sparse: a hint that `a` is mostly zeros.
      b_is_sparse: a hint that `b` is mostly zeros.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., n]`.

    Raises:
      ValueError: the shapes do not fit, or `a` is both transposed and adjoint.
    """
    with scope(name, "MatVec", [a, b]):
        column = PUBLIC["expand_dims"](b, -1)
        product = PUBLIC["matmul"](
            a,
            column,
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
        return PUBLIC["squeeze"](product, axis=-1)


# --- tensordot --------------------------------------------------------------------------------


@public
def tensordot(a, b, axes, name=None):
    """The sum of products over chosen axes of two tensors.

    Args:
      a: numeric `Tensor`.
      b: `Tensor` of the type of `a`.
      axes: a number `n` for the last `n` axes of `a` and the first `n` of `b`, or a pair of lists
        of axes; also as an integer tensor of shape `[2, k]`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the free axes of `a`, then those of `b`.

    Raises:
      ValueError: the axes or the shapes do not fit.
    """
    with scope(name, "Tensordot", [a, b, axes]) as name:
        a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")
        a_axes, b_axes = _tensordot_axes(a, axes)
        a_matrix, a_free, a_static = _as_matrix(a, a_axes, False)
        b_matrix, b_free, b_static = _as_matrix(b, b_axes, True)
        product = PUBLIC["matmul"](a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            if (
                product.dims is not None
                and None not in product.dims
                and product.dims == (*a_free, *b_free)
            ):
                return product
            return PUBLIC["reshape"](product, [*a_free, *b_free], name=name)
        a_free, b_free = (convert_to_tensor(f, dtype=dtypes.int32) for f in (a_free, b_free))
        result = PUBLIC["reshape"](product, PUBLIC["concat"]([a_free, b_free], 0), name=name)
        if a_static is not None and b_static is not None:
            result.set_shape([*a_static, *b_static])
        return result


def _tensordot_axes(a, axes):
    if isinstance(axes, (int, np.integer)):
        if axes < 0:
            raise ValueError(f"`axes` must be at least 0. Received: {axes}.")
        if a.dims is not None:
            rank = len(a.dims)
            if axes > rank:
                raise ValueError(
                    f"`axes` must not be larger than the number of dimensions of tensor {a}.  "
                    f"Received {axes}, vs tensor dimensions {rank}."
                )
            return list(range(rank - axes, rank)), list(range(axes))
        rank = PUBLIC["rank"](a)
        return PUBLIC["range"](rank - axes, rank, dtype=dtypes.int32), PUBLIC["range"](
            axes, dtype=dtypes.int32
        )
    if isinstance(axes, (list, tuple)):
        if len(axes) != 2:
            raise ValueError(f"`axes` must be an integer or have length 2. Received {axes}.")
        a_axes, b_axes = ([x] if isinstance(x, (int, np.integer)) else x for x in axes)
        if (
            isinstance(a_axes, (list, tuple))
            and isinstance(b_axes, (list, tuple))
            and (len(a_axes) != len(b_axes))
        ):
            raise ValueError(
                f"Different number of contraction axes `a` and `b`, {len(a_axes)} != {len(b_axes)}."
            )
        return a_axes, b_axes
    axes = convert_to_tensor(axes, name="axes", dtype=dtypes.int32)
    return axes[0], axes[1]


def _as_matrix(x, axes, first):
    """`x` with the contracted axes as rows (`first`) or columns:
    `(matrix, free dims, static free dims)`.
    """
    dims = x.dims
    if isinstance(axes, np.ndarray):
        axes = axes.tolist()
    if is_full(dims) and isinstance(axes, (list, tuple)):
        axes = [dims_index(i, dims) for i in axes]
        free = [i for i in range(len(dims)) if i not in axes]
        free_dims = [dims[i] for i in free]
        inner, outer = int(np.prod([dims[i] for i in axes])), int(np.prod(free_dims))
        order = [*axes, *free] if first else [*free, *axes]
        shape = [inner, outer] if first else [outer, inner]
        if order != list(range(len(dims))):
            x = PUBLIC["transpose"](x, order)
        if x.dims != tuple(shape):
            x = PUBLIC["reshape"](x, shape)
        return x, free_dims, free_dims
    static = None
    if dims is not None and isinstance(axes, (list, tuple)):
        axes = [i if i >= 0 else i + len(dims) for i in axes]
        free = [i for i in range(len(dims)) if i not in axes]
        static = [dims[i] for i in free]
        axes = convert_to_tensor(list(axes), dtype=dtypes.int32, name="axes")
        free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
        shape = PUBLIC["shape"](x)
    else:
        shape = PUBLIC["shape"](x)
        rank = PUBLIC["rank"](x)
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        axes = raw.Select(axes >= 0, axes, axes + rank)
        free = raw.ListDiff(PUBLIC["range"](rank), axes)[0]
    gather = PUBLIC["gather"]
    free_dims, inner_dims = gather(shape, free), gather(shape, axes)
    outer, inner = (raw.Prod(d, constant(np.array([0], np.int32))) for d in (free_dims, inner_dims))
    order = PUBLIC["concat"]([axes, free] if first else [free, axes], 0)
    target = PUBLIC["stack"]([inner, outer] if first else [outer, inner])
    return PUBLIC["reshape"](PUBLIC["transpose"](x, order), target), free_dims, static


def dims_index(i, dims):
    """Axis `i` counted from the front; IndexError when there is none."""
    dims[i]
    return i if i >= 0 else i + len(dims)


# --- norms ------------------------------------------------------------------------------------

_VECTOR_NORMS = ("euclidean", 1, 2, np.inf)
_MATRIX_NORMS = ("euclidean", "fro", 1, 2, np.inf)


@public
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None, keep_dims=None):
    """Norms of vectors or matrices.

    Args:
      tensor: `Tensor` of floating-point or complex numbers.
      ord: `"euclidean"`, `"fro"`, 1, 2, `np.inf` or, for vectors, any positive number.
      axis: the axis of the vectors, a pair of axes of the matrices, or None: all elements are one
        vector.
      keepdims: whether the axes stay, with size 1.
      name: optional name of the scope.
      keep_dims: the old name of `keepdims`.

    Returns:
      `Tensor` of the type of `tensor`, without the axes.

    Raises:
      ValueError: `ord` or `axis` is not possible.
    """
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims, False)
    matrices = isinstance(axis, (tuple, list, np.ndarray)) and len(axis) == 2
    if matrices:
        axis = tuple(axis)
        if not all(isinstance(i, (int, np.integer)) for i in axis) or axis[0] == axis[1]:
            raise ValueError(
                f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
            )
        if ord not in _MATRIX_NORMS:
            raise ValueError(
                f"'ord' must be a supported matrix norm in {list(_MATRIX_NORMS)}, got {ord}"
            )
    else:
        if not (axis is None or isinstance(axis, (int, np.integer))):
            raise ValueError(
                f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
            )
        if ord not in _VECTOR_NORMS and (isinstance(ord, str) or not ord > 0):
            raise ValueError(f"'ord' must be a supported vector norm, got {ord}")
        axis = None if axis is None else (int(axis),)
    with scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        result = _norm(tensor, ord, axis, matrices)
        if keepdims:
            return result
        return PUBLIC["squeeze"](
            result, axis=None if axis is None else list(axis) if matrices else axis[0]
        )


def _norm(tensor, order, axis, matrices):
    reduce_sum, absolute = PUBLIC["reduce_sum"], PUBLIC["abs"]
    if order in ("fro", "euclidean") or (order == 2 and not matrices):
        axes = None if axis is None else list(axis) if matrices else axis[0]
        squares = tensor * PUBLIC["conj"](tensor)
        total = reduce_sum(squares, axes, keepdims=True)
        if tensor.dtype.base_dtype.is_complex:
            total = raw.Real(total, Tout=total.dtype.base_dtype.real_dtype)
            return raw.Cast(PUBLIC["sqrt"](total), DstT=tensor.dtype.base_dtype)
        return PUBLIC["sqrt"](total)
    if matrices and order == 2:
        return _spectral_norm(tensor, axis)
    result = absolute(tensor)
    first = axis if axis is None else axis[0]
    if order == 1:
        total = reduce_sum(result, first, keepdims=True)
        return PUBLIC["reduce_max"](total, axis[-1], keepdims=True) if matrices else total
    if order == np.inf:
        if matrices:
            result = reduce_sum(result, axis[1], keepdims=True)
        return PUBLIC["reduce_max"](result, first, keepdims=True)
    powers = reduce_sum(
        PUBLIC["pow"](result, order), None if axis is None else list(axis), keepdims=True
    )
    return PUBLIC["pow"](powers, 1.0 / order)


def _spectral_norm(tensor, axis):
    """The largest singular value, over any two axes."""
    if tensor.dims is None:
        raise NotImplementedError("tf.norm(ord=2) of matrices needs a known rank")
    rank = len(tensor.dims)
    axes = [i % rank for i in axis]
    order = [*(i for i in range(rank) if i not in axes), *axes]
    moved = PUBLIC["transpose"](tensor, order)
    largest = PUBLIC["reduce_max"](PUBLIC["svd"](moved, compute_uv=False), -1, keepdims=True)
    largest = PUBLIC["expand_dims"](largest, -1)
    return PUBLIC["transpose"](largest, np.argsort(order).tolist())


@public
def normalize(tensor, ord="euclidean", axis=None, name=None):
    """`tensor` divided by its norm.

    Args:
      tensor: `Tensor` of floating-point or complex numbers.
      ord: which norm; see `tf.norm`.
      axis: along which axes; see `tf.norm`.
      name: optional name of the scope.

    Returns:
      `(normalized, norm)`; the norm keeps its axes, with size 1.

    Raises:
      ValueError: `ord` or `axis` is not possible.
    """
    with scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        size = norm(tensor, ord, axis, keepdims=True)
        if size.dtype != tensor.dtype:
            size = raw.Cast(size, DstT=tensor.dtype.base_dtype)
        return tensor / size, size


# --- cross product ----------------------------------------------------------------------------

Cross = define_op(
    "Cross",
    inputs="a: T, b: T",
    outputs="product: T",
    attrs=[
        "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
        "uint64}"
    ],
)


@Cross.shape
def _cross_shape(a, b):
    dims = merge(with_rank(a.dims, 1, at_least=True), with_rank(b.dims, 1, at_least=True))
    if dims is not None and dims[-1] not in (None, 3):
        raise ShapeError(f"Dimension must be 3 but is {dims[-1]}")
    return None if dims is None else (*dims[:-1], 3)


@Cross.kernel
def _cross_kernel(xp, a, b):
    if a.shape != b.shape:
        raise errors.InvalidArgumentError(
            None, None, f"Both inputs must be of same shape: {text(a.shape)} vs. {text(b.shape)}"
        )
    if not a.ndim or a.shape[-1] != 3:
        raise errors.FailedPreconditionError(
            None, None, "Cross-products are only defined for 3-element vectors."
        )
    (a0, a1, a2), (b0, b1, b2) = ([x[..., i] for i in range(3)] for x in (a, b))
    return xp.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], -1)


@Cross.gradient
def _cross_gradient(op, dy):
    a, b = op.inputs
    return [raw.Cross(b, dy), raw.Cross(dy, a)]


@public
def cross(a, b, name=None):
    """The cross product of 3-vectors.

    Args:
      a: numeric `Tensor` of shape `[..., 3]`.
      b: `Tensor` of the shape and type of `a`.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `a`.

    Raises:
      ValueError: the shapes differ, or the vectors do not have 3 elements.
    """
    return raw.Cross(a, b, name=name)


@public
def pinv(a, rcond=None, validate_args=False, name=None):
    """The Moore-Penrose inverse of matrices.

    Args:
      a: floating-point `Tensor` of shape `[..., m, n]`.
      rcond: singular values below this part of the largest count as zero.
      validate_args: whether the arguments are checked when run.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., n, m]`.

    Raises:
      TypeError: `a` is not floating-point.
      ValueError: `a` has fewer than two dimensions.
    """
    with scope(name or "pinv", "pinv", [a]):
        a = convert_to_tensor(a, name="a")
        kind = a.dtype.base_dtype
        if not kind.is_floating:
            raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {kind.name}).")
        if a.dims is not None and len(a.dims) < 2:
            raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {len(a.dims)}).")
        if rcond is None:
            eps = np.finfo(kind.as_numpy_dtype).eps
            if a.dims is not None and None not in a.dims[-2:]:
                rcond = np.array(10.0 * max(a.dims[-2:]) * eps, kind.as_numpy_dtype)
            else:
                rcond = raw.Cast(
                    10 * PUBLIC["reduce_max"](PUBLIC["shape"](a)[-2:]), DstT=kind
                ) * float(eps)
        rcond = convert_to_tensor(rcond, dtype=kind, name="rcond")
        s, u, v = PUBLIC["svd"](a, full_matrices=False, compute_uv=True)
        cutoff = rcond * PUBLIC["reduce_max"](s, -1)
        keep = s > PUBLIC["expand_dims"](cutoff, -1)
        s = raw.SelectV2(keep, s, np.array(np.inf, kind.as_numpy_dtype))
        inverse = v / PUBLIC["expand_dims"](s, -2)
        return PUBLIC["matmul"](inverse, u, adjoint_b=True)


@public
def matrix_rank(a, tol=None, validate_args=False, name=None):
    """How many singular values are not (nearly) zero.

    Args:
      a: floating-point `Tensor` of shape `[..., m, n]`.
      tol: values up to this count as zero.
      validate_args: whether the arguments are checked when run.
      name: optional name of the scope.

    Returns:
      int32 `Tensor` of shape `[...]`.
    """
    with scope(name or "matrix_rank", "matrix_rank", [a]):
        a = convert_to_tensor(a, name="a")
        s = PUBLIC["svd"](a, compute_uv=False)
        if tol is None:
            if a.dims is not None and None not in a.dims[-2:]:
                side = np.int64(max(a.dims[-2:]))
            else:
                side = PUBLIC["reduce_max"](PUBLIC["shape"](a)[-2:])
            eps = np.finfo(a.dtype.as_numpy_dtype).eps
            tol = (
                eps
                * PUBLIC["cast"](side, a.dtype.base_dtype)
                * PUBLIC["reduce_max"](s, -1, keepdims=True)
            )
        return PUBLIC["reduce_sum"](PUBLIC["cast"](s > tol, dtypes.int32), -1)
