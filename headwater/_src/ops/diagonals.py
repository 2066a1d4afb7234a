"""Diagonals of matrices: matrices made from them, taking them out, replacing them."""

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._diagonals import (
    band_of,
    check_band,
    longest,
    matrix_places,
    packed_places,
)
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import (
    ShapeError,
    is_full,
    merge,
    merge_dim,
    text,
    with_rank,
)

_ALIGN = "align: {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'} = 'RIGHT_LEFT'"

# --- matrices from diagonals ------------------------------------------------------------------

MatrixDiag = define_op("MatrixDiag", inputs="diagonal: T", outputs="output: T", attrs=["T: type"])
MatrixDiagV2 = define_op(
    "MatrixDiagV2",
    inputs="diagonal: T, k: int32, num_rows: int32, num_cols: int32, padding_value: T",
    outputs="output: T",
    attrs=["T: type"],
)
MatrixDiagV3 = define_op(
    "MatrixDiagV3",
    inputs="diagonal: T, k: int32, num_rows: int32, num_cols: int32, padding_value: T",
    outputs="output: T",
    attrs=["T: type", _ALIGN],
)


@MatrixDiag.shape
def _matrix_diag_shape(diagonal):
    dims = with_rank(diagonal.dims, 1, at_least=True)
    return None if dims is None else (*dims, dims[-1])


def _known_band(k):
    if k.dims is not None and len(k.dims) > 1:
        raise ShapeError(f"diag_index must be a scalar or vector, received shape: {text(k.dims)}")
    if k.known is None:
        return None
    if k.known.size not in (1, 2):
        raise ShapeError(
            f"diag_index must have only one or two elements, received {k.known.size} elements."
        )
    lower, upper = int(k.known.ravel()[0]), int(k.known.ravel()[-1])
    if lower > upper:
        raise ShapeError(f"lower_diag_index is greater than upper_diag_index: {lower} > {upper}")
    return lower, upper


@MatrixDiagV2.shape
@MatrixDiagV3.shape
def _matrix_diag_v3_shape(diagonal, k, num_rows, num_cols, padding_value):
    dims = with_rank(diagonal.dims, 1, at_least=True)
    band = _known_band(k)
    if dims is None or band is None:
        return None
    lower, upper = band
    if lower != upper:
        with_rank(dims, 2, at_least=True)
        if dims[-2] is not None and dims[-2] != upper - lower + 1:
            raise ShapeError(
                "The number of rows of `diagonal` doesn't match the number of diagonals implied"
                f" from `d_lower` and `d_upper`.\nnum_diags = {upper - lower + 1}, d_lower = "
                f"{lower}, d_upper = {upper}, other_dims[{len(dims) - 2}] = {dims[-2]}"
            )
    batch = dims[: -1 if lower == upper else -2]
    if num_rows.known is None or num_cols.known is None or dims[-1] is None:
        return (*batch, None, None)
    try:
        return (
            *batch,
            *_matrix_size(dims[-1], lower, upper, int(num_rows.known), int(num_cols.known)),
        )
    except errors.InvalidArgumentError as error:
        message = error.message.replace("The number of rows is", "num_rows is")
        raise ShapeError(
            message.replace("The number of columns is", "num_cols is").rstrip(".")
        ) from None


def _matrix_size(length, lower, upper, rows, columns):
    """Rows and columns of the smallest matrix that the diagonals fit in, where they are not given."""
    least_rows, least_columns = length - min(upper, 0), length + max(lower, 0)
    if rows == -1 and columns == -1:
        rows = columns = max(least_rows, least_columns)
    rows = least_rows if rows == -1 else rows
    columns = least_columns if columns == -1 else columns
    for what, given, least in (("rows", rows, least_rows), ("columns", columns, least_columns)):
        if given < least:
            raise errors.InvalidArgumentError(None, None, f"The number of {what} is too small.")
    if rows != least_rows and columns != least_columns:
        raise errors.InvalidArgumentError(
            None,
            None,
            "The number of rows or columns is not consistent with the specified d_lower, d_upper, "
            "and diagonal.",
        )
    return rows, columns


@MatrixDiagV3.kernel(static=["k", "num_rows", "num_cols"])
def _matrix_diag_kernel(xp, diagonal, k, num_rows, num_cols, padding_value, *, align):
    if xp.ndim(diagonal) < 1:
        raise errors.InvalidArgumentError(
            None, None, f"diagonal must be at least 1-dim, received shape: {text(diagonal.shape)}"
        )
    lower, upper = band_of(k)
    single = lower == upper
    if not single and (xp.ndim(diagonal) < 2 or diagonal.shape[-2] != upper - lower + 1):
        raise errors.InvalidArgumentError(
            None,
            None,
            "The number of diagonals provided in the input does not match the lower_diag_index "
            "and upper_diag_index range.",
        )
    length = diagonal.shape[-1]
    rows, columns = _matrix_size(length, lower, upper, int(num_rows), int(num_cols))
    which, place, inside = matrix_places(rows, columns, lower, upper, length, align)
    if length == 0:
        return xp.broadcast_to(
            padding_value, (*diagonal.shape[: -1 if single else -2], rows, columns)
        )
    values = diagonal[..., place] if single else diagonal[..., which, place]
    return xp.where(inside, values, padding_value)


@MatrixDiagV2.kernel(static=["k", "num_rows", "num_cols"])
def _matrix_diag_v2_kernel(xp, diagonal, k, num_rows, num_cols, padding_value):
    return _matrix_diag_kernel(
        xp, diagonal, k, num_rows, num_cols, padding_value, align="LEFT_LEFT"
    )


@MatrixDiag.kernel
def _matrix_diag_v1_kernel(xp, diagonal):
    return _matrix_diag_kernel(
        xp, diagonal, 0, -1, -1, xp.zeros((), diagonal.dtype), align="LEFT_LEFT"
    )


@MatrixDiag.gradient
def _matrix_diag_gradient(op, dy):
    return [raw.MatrixDiagPart(dy)]


@MatrixDiagV2.gradient
def _matrix_diag_v2_gradient(op, dy):
    return [raw.MatrixDiagPartV2(dy, op.inputs[1], 0), None, None, None, None]


@MatrixDiagV3.gradient
def _matrix_diag_v3_gradient(op, dy):
    part = raw.MatrixDiagPartV3(dy, op.inputs[1], 0, align=op.attrs["align"], name="diag_part")
    return [part, None, None, None, None]


@public
def matrix_diag(
    diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"
):
    """Matrices with the given diagonals.

    Args:
      diagonal: `Tensor` of shape `[..., d]`, or `[..., n, d]` for `n` diagonals, the uppermost
        first.
      name: name of the operation.
      k: which diagonal is given (0 the main one, positive above it), or a pair: the lowest and the
        uppermost.
      num_rows: rows of the result; -1 for as many as needed.
      num_cols: columns of the result; -1 for as many as needed.
      padding_value: what stands outside the diagonals.
      align: where diagonals shorter than `d` are in their row, for those above and those below the
        main one: `"RIGHT_LEFT"`, `"LEFT_RIGHT"`, `"LEFT_LEFT"` or `"RIGHT_RIGHT"`.

    Returns:
      `Tensor` of shape `[..., num_rows, num_cols]`.

    Raises:
      ValueError: shapes, sizes and `k` do not fit together.
    """
    return raw.MatrixDiagV3(diagonal, k, num_rows, num_cols, padding_value, align=align, name=name)


# --- diagonals of matrices --------------------------------------------------------------------

MatrixDiagPart = define_op(
    "MatrixDiagPart", inputs="input: T", outputs="diagonal: T", attrs=["T: type"]
)
MatrixDiagPartV2 = define_op(
    "MatrixDiagPartV2",
    inputs="input: T, k: int32, padding_value: T",
    outputs="diagonal: T",
    attrs=["T: type"],
)
MatrixDiagPartV3 = define_op(
    "MatrixDiagPartV3",
    inputs="input: T, k: int32, padding_value: T",
    outputs="diagonal: T",
    attrs=["T: type", _ALIGN],
)


@MatrixDiagPart.shape
def _matrix_diag_part_shape(input):
    dims = with_rank(input.dims, 2, at_least=True)
    return None if dims is None else (*dims[:-2], longest(*dims[-2:], 0, 0))


@MatrixDiagPartV2.shape
@MatrixDiagPartV3.shape
def _matrix_diag_part_v3_shape(input, k, padding_value):
    dims = with_rank(input.dims, 2, at_least=True)
    band = _known_band(k)
    if dims is None or band is None:
        return None
    check_band(*dims[-2:], *band)
    count = band[1] - band[0] + 1
    return (*dims[:-2], *([count] if count > 1 else []), longest(*dims[-2:], *band))


@MatrixDiagPartV3.kernel(static=["k"])
def _matrix_diag_part_kernel(xp, input, k, padding_value, *, align):
    if xp.ndim(input) < 2:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 2-dim, received shape: {text(input.shape)}"
        )
    lower, upper = band_of(k)
    rows, columns = input.shape[-2:]
    _require_band(rows, columns, lower, upper)
    row, column, inside = packed_places(rows, columns, lower, upper, align)
    if 0 in (rows, columns):
        result = xp.broadcast_to(padding_value, (*input.shape[:-2], *inside.shape))
    else:
        result = xp.where(inside, input[..., row, column], padding_value)
    return result[..., 0, :] if lower == upper else result


def _require_band(rows, columns, lower, upper):
    try:
        check_band(rows, columns, lower, upper)
    except ShapeError as error:
        value = lower if "lower" in str(error) else upper
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{error}: {value}. It must be between {-rows} and {columns}".replace(".:", ":"),
        ) from None


@MatrixDiagPartV2.kernel(static=["k"])
def _matrix_diag_part_v2_kernel(xp, input, k, padding_value):
    return _matrix_diag_part_kernel(xp, input, k, padding_value, align="LEFT_LEFT")


@MatrixDiagPart.kernel
def _matrix_diag_part_v1_kernel(xp, input):
    return _matrix_diag_part_kernel(xp, input, 0, xp.zeros((), input.dtype), align="LEFT_LEFT")


@MatrixDiagPart.gradient
def _matrix_diag_part_gradient(op, dy):
    dims = op.inputs[0].dims
    if dims is not None and dims[-2] is not None and dims[-2] == dims[-1]:
        return [raw.MatrixDiag(dy)]
    return [raw.MatrixSetDiag(PUBLIC["zeros_like"](op.inputs[0]), dy)]


def _part_gradient(op, dy, build, set_diag, **attrs):
    dims = op.inputs[0].dims
    if dims is not None and is_full(dims[-2:]):
        return [build(dy, op.inputs[1], dims[-2], dims[-1], 0, name="diag", **attrs), None, None]
    zeros = PUBLIC["zeros_like"](op.inputs[0])
    return [set_diag(zeros, dy, op.inputs[1], name="set_diag", **attrs), None, None]


@MatrixDiagPartV2.gradient
def _matrix_diag_part_v2_gradient(op, dy):
    return _part_gradient(op, dy, raw.MatrixDiagV2, raw.MatrixSetDiagV2)


@MatrixDiagPartV3.gradient
def _matrix_diag_part_v3_gradient(op, dy):
    return _part_gradient(op, dy, raw.MatrixDiagV3, raw.MatrixSetDiagV3, align=op.attrs["align"])


@public
def matrix_diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """Diagonals of matrices.

    Args:
      input: `Tensor` of shape `[..., m, n]`.
      name: name of the operation.
      k: which diagonal (0 the main one, positive above it), or a pair: the lowest and the
        uppermost.
      padding_value: what fills up diagonals shorter than the longest one.
      align: at which end they are filled up; see `tf.matrix_diag`.

    Returns:
      `Tensor` of shape `[..., d]`, or `[..., number of diagonals, d]` when there are several.

    Raises:
      ValueError: `input` has fewer than two dimensions, or `k` is outside the matrix.
    """
    return raw.MatrixDiagPartV3(input, k, padding_value, align=align, name=name)


# --- replacing diagonals ----------------------------------------------------------------------

MatrixSetDiag = define_op(
    "MatrixSetDiag", inputs="input: T, diagonal: T", outputs="output: T", attrs=["T: type"]
)
MatrixSetDiagV2 = define_op(
    "MatrixSetDiagV2",
    inputs="input: T, diagonal: T, k: int32",
    outputs="output: T",
    attrs=["T: type"],
)
MatrixSetDiagV3 = define_op(
    "MatrixSetDiagV3",
    inputs="input: T, diagonal: T, k: int32",
    outputs="output: T",
    attrs=["T: type", _ALIGN],
)


@MatrixSetDiag.shape
def _set_diag_shape(input, diagonal):
    dims, diagonal = (
        with_rank(input.dims, 2, at_least=True),
        with_rank(diagonal.dims, 1, at_least=True),
    )
    if dims is None or diagonal is None:
        return dims
    batch = merge(dims[:-2], diagonal[:-1])
    merge_dim(longest(*dims[-2:], 0, 0), diagonal[-1])
    return (*batch, *dims[-2:])


@MatrixSetDiagV2.shape
@MatrixSetDiagV3.shape
def _set_diag_v3_shape(input, diagonal, k):
    dims, packed = (
        with_rank(input.dims, 2, at_least=True),
        with_rank(diagonal.dims, 1, at_least=True),
    )
    band = _known_band(k)
    if dims is None or packed is None or band is None:
        return dims
    check_band(*dims[-2:], *band)
    count = band[1] - band[0] + 1
    if count > 1:
        with_rank(packed, 2, at_least=True)
    with_rank(packed, len(dims) - (count == 1))
    batch = merge(dims[:-2], packed[: -1 if count == 1 else -2])
    if count > 1:
        merge_dim(packed[-2], count)
    return (*batch, *dims[-2:])


@MatrixSetDiagV3.kernel(static=["k"])
def _set_diag_kernel(xp, input, diagonal, k, *, align):
    if xp.ndim(input) < 2:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 2-dim, received shape: {text(input.shape)}"
        )
    if xp.ndim(diagonal) < 1:
        raise errors.InvalidArgumentError(
            None, None, f"diagonal must be at least 1-dim, received shape: {text(diagonal.shape)}"
        )
    lower, upper = band_of(k)
    rows, columns = input.shape[-2:]
    _require_band(rows, columns, lower, upper)
    length, single = longest(rows, columns, lower, upper), lower == upper
    wanted = (*input.shape[:-2], *([] if single else [upper - lower + 1]), length)
    if tuple(diagonal.shape) != wanted:
        raise errors.InvalidArgumentError(
            None,
            None,
            "Either first dimensions of diagonal don't match input.shape[:-2], or "
            f"diagonal.shape[:-1] is not equal to the longests diagonal in range [lower_diag_index:"
            f"upper_diag_index].\nInput shape: {text(input.shape)}\nDiagonal shape: "
            f"{text(diagonal.shape)}\n"
            f"Expected diagonal shape: {text(wanted)}",
        )
    if length == 0:
        return input
    which, place, inside = matrix_places(rows, columns, lower, upper, length, align)
    return xp.where(inside, diagonal[..., place] if single else diagonal[..., which, place], input)


@MatrixSetDiagV2.kernel(static=["k"])
def _set_diag_v2_kernel(xp, input, diagonal, k):
    return _set_diag_kernel(xp, input, diagonal, k, align="LEFT_LEFT")


@MatrixSetDiag.kernel
def _set_diag_v1_kernel(xp, input, diagonal):
    return _set_diag_kernel(xp, input, diagonal, 0, align="LEFT_LEFT")


def _zeros_of(x):
    return PUBLIC["zeros"](x.dims if is_full(x.dims) else PUBLIC["shape"](x), x.dtype.base_dtype)


@MatrixSetDiag.gradient
def _set_diag_gradient(op, dy):
    return [raw.MatrixSetDiag(dy, _zeros_of(op.inputs[1])), raw.MatrixDiagPart(dy)]


@MatrixSetDiagV2.gradient
def _set_diag_v2_gradient(op, dy):
    k = op.inputs[2]
    return [
        raw.MatrixSetDiagV2(dy, _zeros_of(op.inputs[1]), k),
        raw.MatrixDiagPartV2(dy, k, 0),
        None,
    ]


@MatrixSetDiagV3.gradient
def _set_diag_v3_gradient(op, dy):
    k, align = op.inputs[2], op.attrs["align"]
    return [
        raw.MatrixSetDiagV3(dy, _zeros_of(op.inputs[1]), k, align=align, name="set_diag"),
        raw.MatrixDiagPartV3(dy, k, 0, align=align, name="diag_part"),
        None,
    ]


@public
def matrix_set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """Matrices with diagonals replaced.

    Args:
      input: `Tensor` of shape `[..., m, n]`.
      diagonal: the new diagonals, of the shape that `tf.matrix_diag_part` gives.
      name: name of the operation.
      k: which diagonal (0 the main one, positive above it), or a pair: the lowest and the
        uppermost.
      align: at which end diagonals shorter than the longest are filled up; see `tf.matrix_diag`.

    Returns:
      `Tensor` of the shape and type of `input`.

    Raises:
      ValueError: the shapes and `k` do not fit together.
    """
    return raw.MatrixSetDiagV3(input, diagonal, k, align=align, name=name)


@public
def trace(x, name=None):
    """The sum of the elements on the main diagonal.

    Args:
      x: `Tensor` of shape `[..., m, n]`, numeric.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[...]`.

    Raises:
      ValueError: `x` has fewer than two dimensions.
    """
    with scope(name, "Trace", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return PUBLIC["reduce_sum"](matrix_diag_part(x), [-1], name=name)
