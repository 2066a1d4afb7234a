"""Discrete Fourier transforms over the last one, two or three dimensions."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, with_rank

_COMPLEX = "Tcomplex: {complex64, complex128} = complex64"
_REAL = "Treal: {float, double} = float"


def _check(xp, x, rank):
    if x.ndim < rank:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Input must have rank of at least {rank} but got: [{','.join(map(str, x.shape))}]",
        )


# --- complex to complex -----------------------------------------------------------------------


def _complex_pair(rank):
    suffix = "" if rank == 1 else f"{rank}D"
    names = {False: f"FFT{suffix}", True: f"IFFT{suffix}"}
    for inverse, name in names.items():
        op = define_op(
            name,
            inputs="input: Tcomplex",
            outputs="output: Tcomplex",
            attrs=[_COMPLEX],
            shape=lambda input: with_rank(input.dims, rank, at_least=True),
        )
        op.kernel(_complex_kernel(rank, inverse))
        op.gradient(_complex_gradient(rank, inverse, names[not inverse]))


def _complex_kernel(rank, inverse):
    def kernel(xp, input):
        _check(xp, input, rank)
        if 0 in input.shape:
            return input
        return xp.fft(input, tuple(range(-rank, 0)), inverse)

    return kernel


def _size_for_gradient(x, rank, kind):
    """The number of elements of the transformed dimensions, in the type `kind`."""
    shape = PUBLIC["shape"](x)[-rank:]
    return raw.Cast(raw.Prod(shape, constant(np.array([0], np.int32))), DstT=kind)


def _complex_gradient(rank, inverse, other):
    def gradient(op, dy):
        kind, transform = dy.dtype.base_dtype, getattr(raw, other)
        if inverse:
            factor = raw.Cast(1.0 / _size_for_gradient(dy, rank, kind.real_dtype), DstT=kind)
        else:
            factor = _size_for_gradient(dy, rank, kind)
        return [transform(dy) * factor]

    return gradient


for _rank in (1, 2, 3):
    _complex_pair(_rank)


# --- real to complex, and back ----------------------------------------------------------------


def _length_dims(fft_length, rank):
    with_rank(fft_length.dims, 1)
    if fft_length.dims is not None and fft_length.dims[0] not in (None, rank):
        raise ShapeError(f"Dimension must be {rank} but is {fft_length.dims[0]}")
    return (
        None if fft_length.known is None else [None if d < 0 else int(d) for d in fft_length.known]
    )


def _half(length):
    """How many numbers of the transform of a real signal are kept; none of an empty one."""
    return length and length // 2 + 1


def _real_shape(rank):
    def shape(input, fft_length):
        dims = with_rank(input.dims, rank, at_least=True)
        lengths = _length_dims(fft_length, rank)
        if dims is None:
            return None
        if lengths is None:
            return (*dims[:-rank], *[None] * rank)
        return (*dims[:-rank], *lengths[:-1], _half(lengths[-1]))

    return shape


def _half_shape(rank):
    def shape(input, fft_length):
        dims = with_rank(input.dims, rank, at_least=True)
        lengths = _length_dims(fft_length, rank)
        if dims is None:
            return None
        return (*dims[:-rank], *(lengths if lengths is not None else [None] * rank))

    return shape


def _lengths(fft_length, rank):
    lengths = np.asarray(fft_length)
    if lengths.shape != (rank,):
        raise errors.InvalidArgumentError(None, None, f"fft_length must have shape [{rank}]")
    if (lengths < 0).any():
        raise errors.InvalidArgumentError(
            None,
            None,
            f"fft_length[{int(np.argmax(lengths < 0))}] must be >= 0, got: {lengths.min()}",
        )
    return lengths.tolist()


def _require_size(x, needed):
    for i, n in enumerate(needed):
        axis = x.ndim - len(needed) + i
        if x.shape[axis] and x.shape[axis] < n:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Input dimension {axis} must have length of at least {n} but got: {x.shape[axis]}",
            )


def _real_kernel(rank):
    def kernel(xp, input, fft_length, *, Tcomplex):
        _check(xp, input, rank)
        lengths = _lengths(fft_length, rank)
        _require_size(input, lengths)
        half = [*lengths[:-1], _half(lengths[-1])]
        if 0 in input.shape or 0 in lengths:
            return xp.zeros((*input.shape[:-rank], *half), Tcomplex.as_numpy_dtype)
        x = input[(..., *(slice(0, n) for n in lengths))]
        result = xp.fft(xp.cast(x, Tcomplex.as_numpy_dtype), tuple(range(-rank, 0)), False)
        return result[..., : half[-1]]

    return kernel


def _half_kernel(rank):
    def kernel(xp, input, fft_length, *, Tcomplex, Treal):
        _check(xp, input, rank)
        lengths = _lengths(fft_length, rank)
        half = [*lengths[:-1], lengths[-1] // 2 + 1]
        _require_size(input, half)
        if 0 in input.shape or 0 in lengths:
            return xp.zeros((*input.shape[:-rank], *lengths), Treal.as_numpy_dtype)
        x = input[(..., *(slice(0, n) for n in half))]
        if rank > 1:
            x = xp.fft(x, tuple(range(-rank, -1)), True)
        # The missing half mirrors the given one.
        n = lengths[-1]
        mirror = xp.conj(x[..., 1 : n - half[-1] + 1][..., ::-1])
        edge = xp.cast(xp.real(x[..., :1]), x.dtype)
        middle = x[..., 1:]
        if n % 2 == 0:
            middle = (
                xp.concatenate([x[..., 1:-1], xp.cast(xp.real(x[..., -1:]), x.dtype)], -1)
                if (half[-1] > 1)
                else middle
            )
        whole = xp.concatenate([edge, middle, mirror], -1)
        return xp.real(xp.fft(whole, (-1,), True))

    return kernel


def _real_pair(rank):
    suffix = "" if rank == 1 else f"{rank}D"
    to = define_op(
        f"RFFT{suffix}",
        inputs="input: Treal, fft_length: int32",
        outputs="output: Tcomplex",
        attrs=[_REAL, _COMPLEX],
        shape=_real_shape(rank),
    )
    to.kernel(_real_kernel(rank), static=["fft_length"])
    back = define_op(
        f"IRFFT{suffix}",
        inputs="input: Tcomplex, fft_length: int32",
        outputs="output: Treal",
        attrs=[_REAL, _COMPLEX],
        shape=_half_shape(rank),
    )
    back.kernel(_half_kernel(rank), static=["fft_length"])
    if rank < 3:
        to.gradient(_real_gradient(rank))
        back.gradient(_half_gradient(rank))


def _alternating(count, kind):
    """`1, -1, 1, ...`"""
    return raw.Cast(1 - 2 * (PUBLIC["range"](count) % 2), DstT=kind)


def _real_gradient(rank):
    inverse = "irfft" if rank == 1 else "irfft2d"

    def gradient(op, dy):
        x, length = op.inputs
        kind, real = dy.dtype.base_dtype, dy.dtype.base_dtype.real_dtype
        shape = PUBLIC["shape"](x)
        even = raw.Cast(1 - length[-1] % 2, DstT=kind)
        first = dy[..., 0:1]
        # The first column, and the last one of an even length, stand for themselves only.
        if rank == 1:
            last = dy[..., -1:]
            edges = first + even * last * _alternating(shape[-1], kind)
        else:
            edges = _edge_columns(dy, shape, even, first)
        size = _size_for_gradient(x, rank, real)
        whole = PUBLIC[inverse](dy, length) * size
        return [0.5 * (whole + raw.Real(edges, Tout=real)), None]

    return gradient


def _edge_columns(dy, shape, even, first):
    kind, expand = dy.dtype.base_dtype, PUBLIC["expand_dims"]
    rows = shape[-2]
    at = PUBLIC["tile"](expand(PUBLIC["range"](rows), 0), [rows, 1])
    grid = raw.Cast(at * PUBLIC["transpose"](at, [1, 0]), DstT=kind)
    wave = raw.Exp(-2j * np.pi * grid / raw.Cast(rows, DstT=kind))
    wave = _repeated(wave, first)
    left = raw.BatchMatMulV2(wave, raw.Conj(first), name="MatMul")
    right = raw.BatchMatMulV2(wave, raw.Conj(dy[..., -1:]), name="MatMul")
    columns = shape[-1]
    ones = PUBLIC["ones"]([PUBLIC["rank"](dy) - 1], dtype=dtypes.int32)
    right = PUBLIC["tile"](right, PUBLIC["concat"]([ones, [columns]], 0))
    return left + even * (right * _alternating(columns, kind))


def _repeated(matrix, x):
    """`matrix` once for each matrix of the batch `x`."""
    concat, shape = PUBLIC["concat"], PUBLIC["shape"]
    ones = PUBLIC["ones"]([PUBLIC["rank"](x) - 2], dtype=dtypes.int32)
    matrix = raw.Reshape(matrix, concat([ones, shape(matrix)], 0))
    return PUBLIC["tile"](matrix, concat([shape(x)[:-2], [1, 1]], 0))


def _half_gradient(rank):
    forward = "RFFT" if rank == 1 else "RFFT2D"

    def gradient(op, dy):
        x = op.inputs[0]
        kind = x.dtype.base_dtype
        real = kind.real_dtype
        width = dy.dims[-1] if dy.dims is not None else None
        odd = raw.FloorMod(
            PUBLIC["shape"](dy)[-1] if width is None else np.int32(width), 2, name="mod"
        )
        inner = PUBLIC["shape"](x)[-1] - 2 + odd
        ones = PUBLIC["ones"]
        # Elements that stand for themselves and for their mirror image count twice.
        inner = 2.0 * ones([inner], dtype=real)
        mask = PUBLIC["concat"]([[1.0], inner, ones([1 - odd], dtype=real)], 0)
        size = raw.Reciprocal(_size_for_gradient(dy, rank, real))
        half = PUBLIC[forward.lower()](dy)
        return [half * raw.Cast(size * mask, DstT=kind), None]

    return gradient


for _rank in (1, 2, 3):
    _real_pair(_rank)


# --- public functions -------------------------------------------------------------------------

_DIMENSIONS = {1: "dimension", 2: "two dimensions", 3: "three dimensions"}


def _complex_function(name, rank, inverse):
    op = name.upper()

    def function(input, name=None):
        return getattr(raw, op)(input, name=name)

    function.__name__ = function.__qualname__ = name
    kind = "inverse " if inverse else ""
    function.__doc__ = f"""The {kind}discrete Fourier transform over the last {_DIMENSIONS[rank]}.

    Args:
      input: complex `Tensor` of rank {rank} or more.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `input`.

    Raises:
      ValueError: the rank is below {rank}.
    """
    return public(function)


def _infer_length(x, rank, inverse):
    dims = x.dims
    if dims is not None and None not in dims[-rank:]:
        lengths = list(dims[-rank:])
        if inverse:
            lengths[-1] = max(2 * (lengths[-1] - 1), 0) if lengths[-1] else 0
        return constant(np.array(lengths, np.int32), dtypes.int32)
    lengths = PUBLIC["shape"](x)[-rank:]
    if inverse:
        lengths = PUBLIC["concat"]([lengths[:-1], raw.Maximum(0, 2 * (lengths[-1:] - 1))], 0)
    return lengths


def _pad_to(x, rank, length, inverse):
    """`x` with zeros behind the transformed dimensions where it is shorter than asked for."""
    wanted = length.known
    if wanted is None or x.dims is None or None in x.dims[-rank:]:
        shape = PUBLIC["shape"](x)
        needed = length if not inverse else PUBLIC["concat"]([length[:-1], length[-1:] // 2 + 1], 0)
        after = raw.Maximum(0, needed - shape[-rank:])
        others = (PUBLIC["rank"](x) if x.dims is None else len(x.dims)) - rank
        before = PUBLIC["zeros"]([others], dtype=dtypes.int32)
        after = PUBLIC["concat"]([before, after], 0)
        return PUBLIC["pad"](x, PUBLIC["stack"]([PUBLIC["zeros_like"](after), after], 1))
    needed = [int(n) for n in wanted]
    if inverse:
        needed[-1] = needed[-1] // 2 + 1 if needed[-1] > 0 else 0
    if len(needed) != rank or all(d >= n for d, n in zip(x.dims[-rank:], needed)):
        return x
    pads = [[0, 0]] * (len(x.dims) - rank) + [
        [0, max(n - d, 0)] for d, n in zip(x.dims[-rank:], needed)
    ]
    return PUBLIC["pad"](x, pads)


def _real_function(name, rank, inverse):
    op = name.upper()

    def function(input_tensor, fft_length=None, name=None):
        with scope(name, op.lower(), [input_tensor, fft_length]) as full:
            preferred = dtypes.complex64 if inverse else dtypes.float32
            x = convert_to_tensor(input_tensor, preferred_dtype=preferred, name="input")
            kind = x.dtype.base_dtype
            if not inverse and kind not in (dtypes.float32, dtypes.float64):
                raise ValueError(f"RFFT requires tf.float32 or tf.float64 inputs, got: {kind}")
            if inverse and not kind.is_complex:
                raise ValueError(
                    f"IRFFT requires tf.complex64 or tf.complex128 inputs, got: {kind}"
                )
            x.shape.with_rank_at_least(rank)
            if fft_length is None:
                length = _infer_length(x, rank, inverse)
            else:
                length = convert_to_tensor(fft_length, dtypes.int32)
                length.shape.assert_has_rank(1)
            x = _pad_to(x, rank, length, inverse)
            length = (
                constant(length.known, dtypes.int32, name="fft_length")
                if (length.known is not None)
                else length
            )
            types = (
                {"Treal": kind.real_dtype}
                if inverse
                else {"Tcomplex": dtypes.complex128 if kind == dtypes.float64 else dtypes.complex64}
            )
            return getattr(raw, op)(x, length, name=full, **types)

    function.__name__ = function.__qualname__ = name
    what = (
        "The inverse of the Fourier transform of real numbers"
        if inverse
        else "The Fourier transform of real numbers"
    )
    function.__doc__ = f"""{what}, over the last {_DIMENSIONS[rank]}.

    Of the transform only the half is kept that decides the other one.

    Args:
      input_tensor: {"complex" if inverse else "float32 or float64"} `Tensor` of rank {rank} or more.
      fft_length: vector of {rank}: the length of the real signal along each dimension; the input is cut or
        filled up with zeros.
      name: optional name of the scope.

    Returns:
      `Tensor` whose last dimension is `{"fft_length[-1]" if inverse else "fft_length[-1] // 2 + 1"}`.

    Raises:
      ValueError: the type or the rank is not possible.
    """
    return public(function)


fft, fft2d, fft3d = (
    _complex_function(n, r, False) for r, n in enumerate(("fft", "fft2d", "fft3d"), 1)
)
ifft, ifft2d, ifft3d = (
    _complex_function(n, r, True) for r, n in enumerate(("ifft", "ifft2d", "ifft3d"), 1)
)
rfft, rfft2d, rfft3d = (
    _real_function(n, r, False) for r, n in enumerate(("rfft", "rfft2d", "rfft3d"), 1)
)
irfft, irfft2d, irfft3d = (
    _real_function(n, r, True) for r, n in enumerate(("irfft", "irfft2d", "irfft3d"), 1)
)


def _shift(x, axes, name, inverse):
    x = convert_to_tensor(x)
    shape = PUBLIC["shape"](x)
    if axes is None:
        shift = shape // 2
        axes = list(range(len(x.dims)))
    elif isinstance(axes, int):
        shift = shape[axes] // 2
    else:
        shift = PUBLIC["gather"](shape, axes) // 2
    shift = -shift if inverse else shift
    return PUBLIC["roll"](x, shift, convert_to_tensor(axes, dtypes.int32, name="axis"), name)


@public
def fftshift(x, axes=None, name=None):
    """Moves the zero frequency to the middle.

    Args:
      x: `Tensor`.
      axes: which axes, all by default.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape and type of `x`.
    """
    with scope(name, "fftshift", [x]) as name:
        return _shift(x, axes, name, False)


@public
def ifftshift(x, axes=None, name=None):
    """The inverse of `tf.signal.fftshift`.

    Args:
      x: `Tensor`.
      axes: which axes, all by default.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape and type of `x`.
    """
    with scope(name, "ifftshift", [x]) as name:
        return _shift(x, axes, name, True)
