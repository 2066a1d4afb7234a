"""Strings in other encodings: base64 and Unicode."""

import base64
import codecs
import re

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.ops._shapes import same, with_rank
from headwater._src.ops._strings import each, invalid, objects

# --- base64 -----------------------------------------------------------------------------------

EncodeBase64 = define_op(
    "EncodeBase64",
    inputs="input: string",
    outputs="output: string",
    attrs=["pad: bool = false"],
    shape=same,
)
DecodeBase64 = define_op(
    "DecodeBase64", inputs="input: string", outputs="output: string", shape=same
)

_WEB_SAFE = re.compile(rb"[-_0-9A-Za-z]*")


@EncodeBase64.kernel
def encode_base64_kernel(xp, input, *, pad):
    def encode(text):
        result = base64.urlsafe_b64encode(text)
        return result if pad else result.rstrip(b"=")

    return each(encode, input)


@DecodeBase64.kernel
def decode_base64_kernel(xp, input):
    return each(_decode_base64, input)


def _decode_base64(text):
    body, last = text, (len(text) - 1) // 4 * 4
    if len(text) % 4 == 0:
        body = text[:-2] if text.endswith(b"==") else text.removesuffix(b"=")
    elif len(text) % 4 == 1 and _WEB_SAFE.fullmatch(text[:last]):
        raise invalid("Base64 string length cannot be 1 modulo 4.")
    if not _WEB_SAFE.fullmatch(body):
        raise invalid("Invalid character found in base64.")
    return base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))


@public
def encode_base64(input, pad=False, name=None):
    """Strings in web-safe base64 (`-` and `_` instead of `+` and `/`).

    Args:
      input: string `Tensor`.
      pad: whether to fill up with `=` to a multiple of four characters.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.
    """
    return raw.EncodeBase64(input, pad=pad, name=name)


@public
def decode_base64(input, name=None):
    """Strings from web-safe base64, with or without padding.

    Args:
      input: string `Tensor`.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.

    Raises:
      InvalidArgumentError: a string that is not base64.
    """
    return raw.DecodeBase64(input, name=name)


# --- Unicode ----------------------------------------------------------------------------------

_ERRORS = "errors: {'strict', 'replace', 'ignore'} = 'replace'"
_DECODE_ATTRS = [
    "input_encoding: string",
    _ERRORS,
    "replacement_char: int = 65533",
    "replace_control_characters: bool = false",
    "Tsplits: {int32, int64} = int64",
]
_OUTPUTS = "output_encoding: {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}"
_CODECS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}

UnicodeDecode = define_op(
    "UnicodeDecode",
    inputs="input: string",
    outputs="row_splits: Tsplits, char_values: int32",
    attrs=_DECODE_ATTRS,
)
UnicodeDecodeWithOffsets = define_op(
    "UnicodeDecodeWithOffsets",
    inputs="input: string",
    outputs="row_splits: Tsplits, char_values: int32, char_to_byte_starts: int64",
    attrs=_DECODE_ATTRS,
)
UnicodeTranscode = define_op(
    "UnicodeTranscode",
    inputs="input: string",
    outputs="output: string",
    attrs=[
        "input_encoding: string",
        _OUTPUTS,
        _ERRORS,
        "replacement_char: int = 65533",
        "replace_control_characters: bool = false",
    ],
    shape=same,
)
UnicodeEncode = define_op(
    "UnicodeEncode",
    inputs="input_values: int32, input_splits: Tsplits",
    outputs="output: string",
    attrs=[
        "errors: {'ignore', 'replace', 'strict'} = 'replace'",
        _OUTPUTS,
        "replacement_char: int = 65533",
        "Tsplits: {int32, int64} = int64",
    ],
)


@UnicodeDecode.shape
def unicode_decode_shape(input):
    return [_splits(input), (None,)]


@UnicodeDecodeWithOffsets.shape
def unicode_decode_with_offsets_shape(input):
    return [_splits(input), (None,), (None,)]


def _splits(input):
    if input.dims is None or None in input.dims:
        return (None,)
    return (int(np.prod(input.dims, dtype=np.int64)) + 1,)


@UnicodeEncode.shape
def unicode_encode_shape(input_values, input_splits):
    with_rank(input_values.dims, 1)
    (count,) = with_rank(input_splits.dims, 1)
    return (None if count is None else count - 1,)


def characters(text, encoding, on_error, replacement, replace_control):
    """`(code point, position of its first byte)` of the characters of `text`.

    Raises:
      InvalidArgumentError: an unknown encoding; a character that is not valid, when `on_error` is
        `"strict"`.
    """
    try:
        codec = codecs.lookup(_CODECS.get(encoding.upper(), encoding)).name
    except LookupError:
        raise invalid(f"Could not create converter for input encoding: {encoding}") from None
    out, at = [], 0

    def note(codes, start):
        position = start
        for c in codes:
            code = ord(c)
            size = len(c.encode(codec))
            if replace_control and (code < 0x20 or 0x7F <= code < 0xA0):
                code = None if on_error == "ignore" else replacement
            if code is not None:
                out.append((code, position))
            position += size

    while at < len(text):
        try:
            note(text[at:].decode(codec), at)
            break
        except UnicodeDecodeError as error:
            if on_error == "strict":
                raise invalid("Invalid formatting on input string") from None
            note(text[at : at + error.start].decode(codec), at)
            if on_error == "replace":
                out.append((replacement, at + error.start))
            at += max(error.end, 1)
    return out


def _decode(input, encoding, on_error, replacement, replace_control):
    rows = [
        characters(s, encoding, on_error, replacement, replace_control)
        for s in np.asarray(input, np.object_).reshape(-1).tolist()
    ]
    splits = np.cumsum([0] + [len(r) for r in rows])
    pairs = np.array([p for r in rows for p in r], np.int64).reshape(-1, 2)
    return splits, pairs[:, 0].astype(np.int32), pairs[:, 1]


@UnicodeDecode.kernel(dynamic=True)
def unicode_decode_kernel(
    xp, input, *, input_encoding, errors, replacement_char, replace_control_characters, Tsplits
):
    splits, codes, _ = _decode(
        input, input_encoding, errors, replacement_char, replace_control_characters
    )
    return splits.astype(Tsplits.as_numpy_dtype), codes


@UnicodeDecodeWithOffsets.kernel(dynamic=True)
def unicode_decode_with_offsets_kernel(
    xp, input, *, input_encoding, errors, replacement_char, replace_control_characters, Tsplits
):
    splits, codes, starts = _decode(
        input, input_encoding, errors, replacement_char, replace_control_characters
    )
    return splits.astype(Tsplits.as_numpy_dtype), codes, starts


@UnicodeTranscode.kernel
def unicode_transcode_kernel(
    xp,
    input,
    *,
    input_encoding,
    output_encoding,
    errors,
    replacement_char,
    replace_control_characters,
):
    codec = _CODECS[output_encoding]

    def convert(text):
        found = characters(
            text, input_encoding, errors, replacement_char, replace_control_characters
        )
        return "".join(chr(c) for c, _ in found).encode(codec, "replace")

    return each(convert, input)


@UnicodeEncode.kernel
def unicode_encode_kernel(
    xp, input_values, input_splits, *, errors, output_encoding, replacement_char
):
    splits, codec = np.asarray(input_splits).tolist(), _CODECS[output_encoding]
    if not splits:
        return objects([])
    if splits[0] != 0:
        raise invalid("First value in input_splits must be zero.")
    if splits[-1] != len(input_values):
        raise invalid("Last value in input_splits must be equal to length of input_tensor.")
    if any(b < a for a, b in zip(splits, splits[1:], strict=False)):
        raise invalid("Values in input_splits must be equal or in ascending order.")
    codes = []
    for code in np.asarray(input_values).tolist():
        if not 0 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000:
            if errors == "strict":
                raise invalid("Code point is out of range for Unicode, or is a surrogate.")
            codes.append("" if errors == "ignore" else chr(replacement_char))
        else:
            codes.append(chr(code))
    return objects(
        ["".join(codes[a:b]).encode(codec) for a, b in zip(splits, splits[1:], strict=False)]
    )


for _op in (
    EncodeBase64,
    DecodeBase64,
    UnicodeDecode,
    UnicodeDecodeWithOffsets,
    UnicodeTranscode,
    UnicodeEncode,
):
    _op.no_gradient()


@public
def unicode_transcode(
    input,
    input_encoding,
    output_encoding,
    errors="replace",
    replacement_char=65533,
    replace_control_characters=False,
    name=None,
):
    """Strings in another encoding.

    Args:
      input: string `Tensor`.
      input_encoding: encoding of `input`, such as `"UTF-8"` or `"latin1"`.
      output_encoding: `"UTF-8"`, `"UTF-16-BE"` or `"UTF-32-BE"`.
      errors: what to do with invalid characters: `"strict"` (an error), `"replace"` or `"ignore"`.
      replacement_char: code point that replaces invalid characters.
      replace_control_characters: whether to replace control characters too.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.

    Raises:
      InvalidArgumentError: an unknown encoding, or invalid characters and `errors` is `"strict"`.
    """
    return raw.UnicodeTranscode(
        input,
        input_encoding=input_encoding,
        output_encoding=output_encoding,
        errors=errors,
        replacement_char=replacement_char,
        replace_control_characters=replace_control_characters,
        name=name,
    )
