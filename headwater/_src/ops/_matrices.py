"""What ops on batches of matrices share: shape functions, checks in TensorFlow's words, 16-bit
floats.
"""

from headwater._src.core import errors
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import merge_dim, with_rank

NUMBERS = "T: {double, float, half, complex64, complex128}"


def square_dims(x):
    """The dims of a batch of square matrices; unknown ones are filled in."""
    dims = with_rank(x.dims, 2, at_least=True)
    if dims is None:
        return None
    side = merge_dim(dims[-2], dims[-1])
    return (*dims[:-2], side, side)


def same_square(input):
    """The output has the input's shape, square matrices."""
    return square_dims(input)


def invalid(message):
    """The error of a kernel that was given wrong data."""
    return errors.InvalidArgumentError(None, None, message)


def require_matrices(xp, *inputs, square=False):
    """Checks the ranks of a kernel's inputs, and whether the first holds square matrices."""
    for i, x in enumerate(inputs):
        if xp.ndim(x) < 2:
            raise invalid(f"Input tensor {i} must have rank >= 2, got {xp.ndim(x)}")
    if square and inputs[0].shape[-1] != inputs[0].shape[-2]:
        raise invalid("Input matrix must be square.")


def wide(xp, x):
    """`x`, in float32 when it is float16: the libraries have no 16-bit routines."""
    return xp.cast(x, "float32") if str(x.dtype) in ("float16", "bfloat16") else x


def product(a, b, **flags):
    """`tf.matmul`, for gradients."""
    return PUBLIC["matmul"](a, b, **flags)


def adjoint(x):
    """The conjugate transpose, under TensorFlow's node names."""
    return PUBLIC["adjoint"](x)


def transposed(xp, x):
    """The last two dimensions swapped, and the conjugate of complex numbers."""
    x = xp.swapaxes(x, -1, -2)
    return xp.conj(x) if x.dtype.kind == "c" else x
