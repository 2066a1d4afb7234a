"""What kernels of string ops share: element-wise application, broadcasting, UTF-8."""

import numpy as np

from headwater._src.core import errors


def each(function, array):
    """`function` applied to every element of an object array.

    Args:
      function: bytes -> bytes.
      array: object array of any shape.

    Returns:
      An object array of the same shape.
    """
    array = np.asarray(array, np.object_)
    out = np.empty(array.shape, np.object_)
    out.reshape(-1)[:] = objects([function(x) for x in array.reshape(-1).tolist()])
    return out


def each_number(function, array, dtype):
    """`function` applied to every element; the results form an array of `dtype`."""
    flat = np.asarray(array, np.object_)
    return np.array([function(x) for x in flat.reshape(-1).tolist()], dtype).reshape(flat.shape)


def objects(items):
    """A vector of bytes from a list."""
    out = np.empty(len(items), np.object_)
    for i, item in enumerate(items):
        out[i] = item
    return out


def as_bytes(text):
    """A string attr as bytes (attrs that are UTF-8 arrive as `str`)."""
    return text.encode() if isinstance(text, str) else text


def invalid(message):
    """The error for bad data."""
    return errors.InvalidArgumentError(None, None, message)


def require_scalar(value, what):
    """Raises unless a kernel's input is a scalar."""
    if np.ndim(value) != 0:
        raise invalid(f"{what} must be scalar, but received {shape_text(value)}")


def shape_text(value):
    """A value's shape the way messages show it."""
    return "[" + ",".join(map(str, np.shape(value))) + "]"


def starts_of_characters(data):
    """Positions of the bytes at which a UTF-8 character begins, and the length at the end."""
    return [i for i, byte in enumerate(data) if byte & 0xC0 != 0x80] + [len(data)]
