"""How single values and whole tensors are printed by `AsString`, `StringFormat` and the like."""

import functools

import numpy as np

from headwater._src.core import dtypes
from headwater._src.ops._strings import invalid

_C_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def formatter(dtype, precision, scientific, shortest, width, fill):
    """The function that `AsString` applies to each element.

    Raises:
      InvalidArgumentError: the options do not fit the type or one another.
    """
    floating = dtype.is_floating or dtype.is_complex
    name = _C_NAMES.get(dtype.name, dtype.name)
    if not floating and dtype != dtypes.string:
        if precision > -1:
            raise invalid(f"precision not supported for datatype {name}")
        if scientific or shortest:
            raise invalid(f"scientific and shortest format not supported for datatype {name}")
    if len(fill) > 1:
        raise invalid("Fill string must be one or fewer characters")
    if scientific and shortest:
        raise invalid("Cannot select both scientific and shortest notation")
    if fill and fill not in " 0+-":
        raise invalid(f'Fill argument not supported: "{fill}"')
    if dtype == dtypes.bool:
        return lambda x: b"true" if x else b"false"
    unsigned = dtype.name.startswith("uint")
    spec = "%" + ("" if fill == "+" and (unsigned or dtype == dtypes.string) else fill)
    if width > -1:
        spec += str(width)
    if precision > -1:
        spec += f".{precision}"
    if dtype == dtypes.string:
        spec = spec.replace("%0", "%", 1)
        of_bytes = (spec + "s").encode()
        return lambda x: of_bytes % x
    if not floating:
        spec += "d"
        return lambda x: (spec % x).encode()
    spec += "g" if shortest else "e" if scientific else "f"
    if dtype.is_complex:
        return lambda x: f"({spec % x.real},{spec % x.imag})".encode()
    return lambda x: (spec % x).encode()


def tensor_text(array, summarize):
    """A tensor printed with its brackets, long dimensions shortened.

    Args:
      array: array; object arrays hold bytes.
      summarize: how many elements to show at both ends of each dimension; negative for all.

    Returns:
      Bytes.
    """
    show = _element_text(array.dtype)
    if array.ndim == 0:
        return show(array[()])
    if array.size == 0 and 0 in array.shape[:1]:
        return b"[]"
    return _nested(array, show, summarize, 1)


def _nested(array, show, summarize, depth):
    count = array.shape[0]
    short = summarize >= 0 and count > 2 * summarize
    picked = [*range(summarize), *range(count - summarize, count)] if short else list(range(count))
    if array.ndim == 1:
        parts, between = [show(array[i]) for i in picked], b" "
        gap = [b"..."]
    else:
        parts = [_nested(array[i], show, summarize, depth + 1) for i in picked]
        between = b"\n" * (array.ndim - 1) + b" " * depth
        gap = [b"..."]
    if not short:
        return b"[" + between.join(parts) + b"]"
    if array.ndim > 1 and parts:
        # The dots stand on a line of their own.
        lead = between
        first, last = between.join(parts[:summarize]), between.join(parts[summarize:])
        return b"[" + first + lead + b"..." + lead + last + b"]"
    return b"[" + between.join([*parts[:summarize], *gap, *parts[summarize:]]) + b"]"


def _element_text(kind):
    if kind == np.object_:
        return quoted
    if kind.kind == "b":
        return lambda x: b"1" if x else b"0"
    if kind.kind in "iu":
        return lambda x: str(int(x)).encode()
    if kind.kind == "c":
        return lambda x: b"?"
    if kind.itemsize == 8:
        return functools.partial(number_text, digits=(15, 17), kind=np.float64)
    return functools.partial(number_text, digits=(6, 9), kind=np.float32)


def number_text(x, digits=(6, 9), kind=np.float32):
    """A floating-point number in few digits, in more when those do not give it back."""
    x = kind(x)
    text = f"%.{digits[0]}g" % x
    if np.isfinite(x) and kind(float(text)) != x:
        text = f"%.{digits[1]}g" % x
    return text.encode()


_ESCAPES = {0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t", 0x22: b'\\"', 0x27: b"\\'", 0x5C: b"\\\\"}


def quoted(text):
    """Bytes in double quotes; control characters are escaped, bytes from 128 on are not."""
    out = []
    for byte in text:
        if byte in _ESCAPES:
            out.append(_ESCAPES[byte])
        elif 0x20 <= byte < 0x7F or byte >= 0x80:
            out.append(bytes([byte]))
        else:
            out.append(b"\\%03o" % byte)
    return b'"' + b"".join(out) + b'"'
