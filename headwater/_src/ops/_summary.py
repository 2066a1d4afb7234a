"""Tensors as text, in the short form of `tf.Assert` and `tf.Print`."""

import numpy as np

_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}


def brief(value, limit):
    """The first elements of `value` in the form of `tf.Assert`: `1 2 3...`, `[1 2][3...]...`.

    Args:
      value: array.
      limit: how many elements are shown; negative for all of them.

    Returns:
      A string.
    """
    value = np.asarray(value)
    if limit < 0:
        limit = value.size
    if value.size == 0:
        return ""
    if value.ndim < 2:
        shown = " ".join(element(x) for x in value.reshape(-1)[:limit])
        return shown + ("..." if limit < value.size else "")
    return _brief_rows(value, limit)[0] + ("..." if limit < value.size else "")


def _brief_rows(value, left):
    """The text of a block of which `left` elements may be shown, and how many then are left."""
    if value.ndim == 1:
        return brief(value, left), max(0, left - value.size)
    text = ""
    for row in value:
        if left <= 0:
            break
        inner, left = _brief_rows(row, left)
        text += f"[{inner}]"
    return text, left


def element(x):
    """One element as TensorFlow writes it: floats with as few digits as tell them apart."""
    if isinstance(x, str):
        x = x.encode()
    if isinstance(x, bytes):
        return _escaped(x)
    kind = getattr(x, "dtype", np.dtype(type(x)))
    if kind.kind == "b":
        return "1" if x else "0"
    if kind.kind in "iu":
        return str(int(x))
    if kind.kind == "c":
        return f"({_float(x.real, kind.itemsize > 8)},{_float(x.imag, kind.itemsize > 8)})"
    return _float(x, kind.itemsize > 4)


def _float(x, double):
    short, long = ("%.15g", "%.17g") if double else ("%.6g", "%.9g")
    kind = np.float64 if double else np.float32
    text = short % float(x)
    return text if kind(text) == kind(x) or x != x else long % float(x)


def _escaped(raw):
    """Control characters as C writes them; UTF-8 stays."""
    text = raw.decode("utf-8", "surrogateescape")
    result = []
    for ch in text:
        code = ord(ch)
        if code in _ESCAPES:
            result.append(_ESCAPES[code])
        elif 0xDC80 <= code <= 0xDCFF:
            result.append(f"\\{code - 0xDC00:03o}")
        elif code < 32 or code == 127:
            result.append(f"\\{code:03o}")
        else:
            result.append(ch)
    return "".join(result)
