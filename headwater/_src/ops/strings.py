"""Strings element by element: joining, cutting, cases, lengths, regular expressions."""

import builtins

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.ops import _regex
from headwater._src.ops._shapes import ShapeError, broadcast, merge, same
from headwater._src.ops._strings import (
    as_bytes,
    each,
    each_number,
    invalid,
    require_scalar,
    shape_text,
    starts_of_characters,
)

_UNIT = "unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'"


# --- joining ----------------------------------------------------------------------------------

StringJoin = define_op(
    "StringJoin",
    inputs="inputs: N * string",
    outputs="output: string",
    attrs=["N: int >= 0", "separator: string = ''"],
)


@StringJoin.shape
def string_join_shape(inputs):
    dims = ()
    for x in inputs:
        if x.dims is None:
            return None
        if x.dims:
            dims = merge(dims, x.dims) if dims else x.dims
    return dims


@StringJoin.kernel
def string_join_kernel(xp, inputs, *, separator):
    shapes = [np.shape(x) for x in inputs if np.ndim(x)]
    for shape in shapes[1:]:
        if shape != shapes[0]:
            raise invalid(
                f"Input shapes do not match: {shape_text(np.empty(shapes[0]))} vs. "
                f"{shape_text(np.empty(shape))}"
            )
    shape = shapes[0] if shapes else ()
    out = np.empty(shape, np.object_)
    columns = [
        np.broadcast_to(np.asarray(x, np.object_), shape).reshape(-1).tolist() for x in inputs
    ]
    between = as_bytes(separator)
    flat = out.reshape(-1)
    for i, items in enumerate(zip(*columns, strict=True) if columns else [()] * out.size):
        flat[i] = between.join(items)
    return out


StringJoin.no_gradient()


@public
def string_join(inputs, separator="", name=None):
    """The strings of several tensors put together, element by element.

    Args:
      inputs: list of string tensors of one shape; scalars go with every element.
      separator: what stands between two strings.
      name: name of the node.

    Returns:
      A string `Tensor`.

    Raises:
      ValueError: the shapes differ.
    """
    return raw.StringJoin(inputs, separator=separator, name=name)


# --- cutting ----------------------------------------------------------------------------------

Substr = define_op(
    "Substr",
    inputs="input: string, pos: T, len: T",
    outputs="output: string",
    attrs=["T: {int32, int64}", _UNIT],
)


@Substr.shape
def substr_shape(input, pos, len):
    if pos.dims is not None and len.dims is not None and _rank(pos.dims) != _rank(len.dims):
        raise ShapeError(f"Shape must be rank {_rank(len.dims)} but is rank {_rank(pos.dims)}")
    merge(pos.dims, len.dims)
    return broadcast(input.dims, pos.dims)


def _rank(dims):
    return builtins.len(dims)


@Substr.kernel
def substr_kernel(xp, input, pos, len, *, unit):
    if np.shape(pos) != np.shape(len):
        raise invalid(
            f"pos and len should have the same shape, got: {shape_text(pos)} vs. {shape_text(len)}"
        )
    try:
        strings, starts, sizes = np.broadcast_arrays(np.asarray(input, np.object_), pos, len)
    except ValueError:
        raise invalid(f"Incompatible shapes: {shape_text(input)} vs. {shape_text(pos)}") from None
    out = np.empty(strings.shape, np.object_)
    flat = out.reshape(-1)
    take = _bytes_part if unit == "BYTE" else _characters_part
    rows = zip(
        strings.reshape(-1).tolist(),
        starts.reshape(-1).tolist(),
        sizes.reshape(-1).tolist(),
        strict=True,
    )
    for i, (text, start, size) in enumerate(rows):
        flat[i] = take(text, start, size, i)
    return out


def _bytes_part(text, start, size, i):
    if not -len(text) <= start <= len(text):
        raise invalid(f"pos {start} out of range for string b'{_shown(text)}' at index {i}")
    if start < 0:
        start += len(text)
    return text[start : start + size] if size >= 0 else text[start:]


def _shown(text):
    return text.decode("utf-8", "replace")


def _characters_part(text, start, size, i):
    starts = starts_of_characters(text)
    count = len(starts) - 1
    if not -count <= start <= count:
        raise invalid(f"pos {start} out of range for string at index {i}")
    if start < 0:
        start += count
    end = start + size if size >= 0 else count
    return text[starts[start] : starts[min(end, count)]]


Substr.no_gradient()


@public
def substr(input, pos, len, name=None, unit="BYTE"):
    """Parts of strings.

    Args:
      input: string `Tensor`.
      pos: integer `Tensor` that broadcasts with `input`: where each part begins; negative counts
        from the end.
      len: how long each part is at most, of the shape of `pos`.
      name: name of the node.
      unit: `"BYTE"` or `"UTF8_CHAR"`, what is counted.

    Returns:
      A string `Tensor`.

    Raises:
      InvalidArgumentError: a position outside of its string.
    """
    return raw.Substr(input, pos, len, unit=unit, name=name)


@public
def substr_deprecated(input, pos, len, name=None, unit="BYTE"):
    """The old name of `tf.strings.substr`; see there.

    Args:
      input: strings.
      pos: where the pieces start.
      len: how long they are.
      name: name of the node.
      unit: `"BYTE"` or `"UTF8_CHAR"`: what is counted.
    """
    return raw.Substr(input, pos, len, unit=unit, name=name)


# --- lengths, cases, white space --------------------------------------------------------------

StringLength = define_op(
    "StringLength", inputs="input: string", outputs="output: int32", attrs=[_UNIT], shape=same
)


@StringLength.kernel
def string_length_kernel(xp, input, *, unit):
    if unit == "BYTE":
        return each_number(len, input, np.int32)
    return each_number(lambda s: len(starts_of_characters(s)) - 1, input, np.int32)


@public
def string_length(input, name=None, unit="BYTE"):
    """The lengths of strings.

    Args:
      input: string `Tensor`.
      name: name of the node.
      unit: `"BYTE"` or `"UTF8_CHAR"`, what is counted.

    Returns:
      An int32 `Tensor` of the same shape.
    """
    return raw.StringLength(input, unit=unit, name=name)


StringStrip = define_op("StringStrip", inputs="input: string", outputs="output: string", shape=same)


@StringStrip.kernel
def string_strip_kernel(xp, input):
    return each(lambda s: s.strip(b" \t\n\v\f\r"), input)


@public
def string_strip(input, name=None):
    """Strings without white space at their ends.

    Args:
      input: string `Tensor`.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.
    """
    return raw.StringStrip(input, name=name)


StringLower = define_op(
    "StringLower",
    inputs="input: string",
    outputs="output: string",
    attrs=["encoding: string = ''"],
    shape=same,
)
StringUpper = define_op(
    "StringUpper",
    inputs="input: string",
    outputs="output: string",
    attrs=["encoding: string = ''"],
    shape=same,
)


def _in_case(array, encoding, of_bytes, of_text):
    if encoding not in ("", "utf-8"):
        raise invalid(f"only utf-8 or '' (no encoding) is supported, received {encoding}")
    if not encoding:
        return each(of_bytes, array)
    return each(lambda s: of_text(s.decode("utf-8", "replace")).encode(), array)


@StringLower.kernel
def string_lower_kernel(xp, input, *, encoding):
    return _in_case(input, encoding, bytes.lower, str.lower)


@StringUpper.kernel
def string_upper_kernel(xp, input, *, encoding):
    return _in_case(input, encoding, bytes.upper, str.upper)


@public
def string_lower(input, encoding="", name=None):
    """Strings in lower case.

    Args:
      input: string `Tensor`.
      encoding: `""` (only ASCII letters change) or `"utf-8"`.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.

    Raises:
      InvalidArgumentError: another encoding.
    """
    return raw.StringLower(input, encoding=encoding, name=name)


@public
def string_upper(input, encoding="", name=None):
    """Strings in upper case.

    Args:
      input: string `Tensor`.
      encoding: `""` (only ASCII letters change) or `"utf-8"`.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.

    Raises:
      InvalidArgumentError: another encoding.
    """
    return raw.StringUpper(input, encoding=encoding, name=name)


# --- regular expressions ----------------------------------------------------------------------

RegexReplace = define_op(
    "RegexReplace",
    inputs="input: string, pattern: string, rewrite: string",
    outputs="output: string",
    attrs=["replace_global: bool = true"],
)
StaticRegexReplace = define_op(
    "StaticRegexReplace",
    inputs="input: string",
    outputs="output: string",
    attrs=["pattern: string", "rewrite: string", "replace_global: bool = true"],
    shape=same,
)
RegexFullMatch = define_op(
    "RegexFullMatch", inputs="input: string, pattern: string", outputs="output: bool"
)
StaticRegexFullMatch = define_op(
    "StaticRegexFullMatch",
    inputs="input: string",
    outputs="output: bool",
    attrs=["pattern: string"],
    shape=same,
)


def _scalars(*inputs):
    for x in inputs:
        if x.dims:
            raise ShapeError(f"Shape must be rank 0 but is rank {len(x.dims)}")


@RegexReplace.shape
def regex_replace_shape(input, pattern, rewrite):
    _scalars(pattern, rewrite)
    return input.dims


@RegexFullMatch.shape
def regex_full_match_shape(input, pattern):
    _scalars(pattern)
    return input.dims


def _replace(input, pattern, rewrite, everywhere):
    found = _regex.compiled(as_bytes(pattern))
    rewrite = as_bytes(rewrite)
    return each(lambda s: _regex.replace(found, s, rewrite, everywhere), input)


@RegexReplace.kernel
def regex_replace_kernel(xp, input, pattern, rewrite, *, replace_global):
    require_scalar(pattern, "Pattern")
    require_scalar(rewrite, "Rewrite")
    return _replace(input, np.asarray(pattern).item(), np.asarray(rewrite).item(), replace_global)


@StaticRegexReplace.kernel
def static_regex_replace_kernel(xp, input, *, pattern, rewrite, replace_global):
    return _replace(input, pattern, rewrite, replace_global)


def _full_match(input, pattern):
    found = _regex.compiled(as_bytes(pattern))
    return each_number(lambda s: found.fullmatch(_regex.text(s)) is not None, input, np.bool_)


@RegexFullMatch.kernel
def regex_full_match_kernel(xp, input, pattern):
    require_scalar(pattern, "Pattern")
    return _full_match(input, np.asarray(pattern).item())


@StaticRegexFullMatch.kernel
def static_regex_full_match_kernel(xp, input, *, pattern):
    return _full_match(input, pattern)


for _op in (
    StringLength,
    StringStrip,
    StringLower,
    StringUpper,
    RegexReplace,
    StaticRegexReplace,
    RegexFullMatch,
    StaticRegexFullMatch,
):
    _op.no_gradient()


@public
def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    r"""Strings with the matches of a regular expression replaced.

    Args:
      input: string `Tensor`.
      pattern: the expression in RE2's syntax, a string or a scalar `Tensor`.
      rewrite: what stands in place of a match; `\1` to `\9` are groups, `\0` is the match.
      replace_global: whether to replace all matches, or only the first.
      name: name of the node.

    Returns:
      A string `Tensor` of the shape of `input`.

    Raises:
      InvalidArgumentError: the pattern is not valid.
    """
    if isinstance(pattern, (str, bytes)) and isinstance(rewrite, (str, bytes)):
        return raw.StaticRegexReplace(
            input, pattern=pattern, rewrite=rewrite, replace_global=replace_global, name=name
        )
    return raw.RegexReplace(input, pattern, rewrite, replace_global=replace_global, name=name)


@public
def regex_full_match(input, pattern, name=None):
    """Whether strings match a regular expression from end to end.

    Args:
      input: string `Tensor`.
      pattern: the expression in RE2's syntax, a string or a scalar `Tensor`.
      name: name of the node.

    Returns:
      A bool `Tensor` of the shape of `input`.

    Raises:
      InvalidArgumentError: the pattern is not valid.
    """
    if isinstance(pattern, (str, bytes)):
        return raw.StaticRegexFullMatch(input, pattern=pattern, name=name)
    return raw.RegexFullMatch(input, pattern, name=name)
