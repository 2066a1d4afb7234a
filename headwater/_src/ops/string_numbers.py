"""Numbers from strings and strings from numbers: parsing, printing, raw bytes."""

import re

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.ops import _printing
from headwater._src.ops._args import either, renamed
from headwater._src.ops._shapes import same, scalar
from headwater._src.ops._strings import as_bytes, each_number, invalid, objects

# --- parsing ----------------------------------------------------------------------------------

StringToNumber = define_op(
    "StringToNumber",
    inputs="string_tensor: string",
    outputs="output: out_type",
    attrs=["out_type: {float, double, int32, int64, uint32, uint64} = float"],
    shape=same,
)

_INTEGER = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)[ \t\n\v\f\r]*")
_FLOAT = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?"
    rb"|inf|infinity|nan))[ \t\n\v\f\r]*",
    re.IGNORECASE,
)
_HEX = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)"
    rb"(?:[pP][+-]?[0-9]+)?)[ \t\n\v\f\r]*"
)


@StringToNumber.kernel
def string_to_number_kernel(xp, string_tensor, *, out_type):
    parse = _float if out_type.is_floating else _integer
    with np.errstate(over="ignore"):
        return each_number(lambda s: parse(s, out_type), string_tensor, out_type.as_numpy_dtype)


def _float(text, dtype):
    found = _FLOAT.fullmatch(text)
    if found:
        return float(found[1])
    found = _HEX.fullmatch(text)
    if found:
        return float.fromhex(found[1].decode())
    raise _unparsable(text)


def _integer(text, dtype):
    found = _INTEGER.fullmatch(text)
    if (
        not found
        or not dtype.min <= int(found[1]) <= dtype.max
        or (dtype.min == 0 and found[1].startswith(b"-"))
    ):
        raise _unparsable(text)
    return int(found[1])


def _unparsable(text):
    shown = text.decode("utf-8", "replace")
    return invalid(f"StringToNumberOp could not correctly convert string: {shown}")


StringToNumber.no_gradient()


@public
def string_to_number(string_tensor=None, out_type=dtypes.float32, name=None, input=None):
    """The numbers that strings hold.

    Args:
      string_tensor: string `Tensor`.
      out_type: float32, float64, int32, int64, uint32 or uint64.
      name: name of the node.
      input: another name of `string_tensor`.

    Returns:
      A `Tensor` of type `out_type` and the same shape.

    Raises:
      InvalidArgumentError: a string is no such number, or out of range.
    """
    string_tensor = either("string_tensor", string_tensor, "input", input)
    return raw.StringToNumber(string_tensor, out_type=out_type, name=name)


# --- printing ---------------------------------------------------------------------------------

AsString = define_op(
    "AsString",
    inputs="input: T",
    outputs="output: string",
    attrs=[
        "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
        "uint64, complex64, complex128, bool, variant, string}",
        "precision: int = -1",
        "scientific: bool = false",
        "shortest: bool = false",
        "width: int = -1",
        "fill: string = ''",
    ],
    shape=same,
)


@AsString.kernel
def as_string_kernel(xp, input, *, T, precision, scientific, shortest, width, fill):
    show = _printing.formatter(T, precision, scientific, shortest, width, fill)
    array = np.asarray(input)
    if array.dtype.kind == "V" or T in (dtypes.bfloat16, dtypes.float16):
        array = array.astype(np.float32)
    texts = [show(x) for x in array.reshape(-1).tolist()]
    return objects(texts).reshape(array.shape)


AsString.no_gradient()


@public
def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers, booleans or strings printed element by element.

    Args:
      input: `Tensor`.
      precision: digits after the point, for floating-point types; -1 means 6.
      scientific: whether to write an exponent.
      shortest: whether to write whichever is shorter, with an exponent or without.
      width: the least number of characters.
      fill: `""` or `" "` for spaces on the left, `"0"` for zeros, `"-"` to fill on the right,
        `"+"` to always show the sign.
      name: name of the node.

    Returns:
      A string `Tensor` of the same shape.

    Raises:
      InvalidArgumentError: the options do not go with the type or with one another.
    """
    return raw.AsString(
        input,
        precision=precision,
        scientific=scientific,
        shortest=shortest,
        width=width,
        fill=fill,
        name=name,
    )


StringFormat = define_op(
    "StringFormat",
    inputs="inputs: T",
    outputs="output: string",
    attrs=[
        "T: list(type) >= 0",
        "template: string = '%s'",
        "placeholder: string = '%s'",
        "summarize: int = 3",
    ],
    shape=scalar,
)


@StringFormat.kernel
def string_format_kernel(xp, inputs, *, template, placeholder, summarize):
    pieces = as_bytes(template).split(as_bytes(placeholder))
    if len(pieces) != len(inputs) + 1:
        raise invalid(
            f"num placeholders in template and num inputs must match: {len(pieces) - 1} "
            f"vs. {len(inputs)}"
        )
    out = [pieces[0]]
    for value, piece in zip(inputs, pieces[1:], strict=True):
        out += [_printing.tensor_text(np.asarray(value), summarize), piece]
    return objects([b"".join(out)]).reshape(())


StringFormat.no_gradient()


@public
def string_format(template, inputs, placeholder="{}", summarize=3, name=None):
    """A template with printed tensors in it.

    Args:
      template: the text.
      inputs: a `Tensor`, or a list of them.
      placeholder: what in the template is replaced, by one tensor after the other.
      summarize: how many elements to print at both ends of each dimension; -1 for all.
      name: name of the node.

    Returns:
      A scalar string `Tensor`.

    Raises:
      ValueError: as many placeholders as inputs are needed.
    """
    if not isinstance(inputs, (list, tuple)):
        inputs = [inputs]
    count = template.count(placeholder)
    if count != len(inputs):
        raise ValueError(
            f"The template expects {count} tensors, but the inputs only has "
            f"{len(inputs)}. Please ensure the number of placeholders in template matches "
            "inputs length."
        )
    return raw.StringFormat(
        inputs, template=template, placeholder=placeholder, summarize=summarize, name=name
    )


# --- raw bytes --------------------------------------------------------------------------------

DecodeRaw = define_op(
    "DecodeRaw",
    inputs="bytes: string",
    outputs="output: out_type",
    attrs=[
        "out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, "
        "complex128, bool, bfloat16}",
        "little_endian: bool = true",
    ],
    shape=lambda bytes: None if bytes.dims is None else (*bytes.dims, None),
)
DecodePaddedRaw = define_op(
    "DecodePaddedRaw",
    inputs="input_bytes: string, fixed_length: int32",
    outputs="output: out_type",
    attrs=[
        "out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, bfloat16}",
        "little_endian: bool = true",
    ],
)


@DecodePaddedRaw.shape
def decode_padded_raw_shape(input_bytes, fixed_length, *, out_type):
    if input_bytes.dims is None:
        return None
    length = fixed_length.known
    size = np.dtype(out_type.as_numpy_dtype).itemsize
    return (*input_bytes.dims, None if length is None else int(length) // size)


@DecodeRaw.kernel(dynamic=True)
def decode_raw_kernel(xp, bytes, *, out_type, little_endian):
    array = np.asarray(bytes, np.object_)
    kind = np.dtype(out_type.as_numpy_dtype)
    rows = array.reshape(-1).tolist()
    if not rows:
        return np.zeros((*array.shape, 0), kind)
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise invalid(
                "DecodeRaw requires input strings to all be the same size, but element "
                f"{i} has size {len(rows[0])} != {len(row)}"
            )
    if len(rows[0]) % kind.itemsize:
        raise invalid(
            f"Input to DecodeRaw has length {len(rows[0])} that is not a multiple of "
            f"{kind.itemsize}, the size of {_type_name(out_type)}"
        )
    return _from_bytes(b"".join(rows), kind, little_endian).reshape((*array.shape, -1))


@DecodePaddedRaw.kernel(static=["fixed_length"])
def decode_padded_raw_kernel(xp, input_bytes, fixed_length, *, out_type, little_endian):
    array, length = np.asarray(input_bytes, np.object_), int(fixed_length)
    kind = np.dtype(out_type.as_numpy_dtype)
    if length <= 0 or length % kind.itemsize:
        raise invalid(
            f"fixed_length ({length}) must be greater than zero and a multiple of the size "
            f"of out_type ({kind.itemsize})"
        )
    rows = [s[:length].ljust(length, b"\0") for s in array.reshape(-1).tolist()]
    return _from_bytes(b"".join(rows), kind, little_endian).reshape(
        (*array.shape, length // kind.itemsize)
    )


def _type_name(dtype):
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def _from_bytes(data, kind, little_endian):
    part = kind.itemsize // 2 if kind.kind == "c" else kind.itemsize
    array = np.frombuffer(data, np.uint8)
    if not little_endian:
        array = array.reshape(-1, part)[:, ::-1]
    return np.ascontiguousarray(array).reshape(-1).view(kind).copy()


DecodeRaw.no_gradient()
DecodePaddedRaw.no_gradient()


@public
def decode_raw(input_bytes=None, out_type=None, little_endian=True, name=None, bytes=None):
    """The numbers that the bytes of strings are.

    Args:
      input_bytes: string `Tensor` whose elements have one length.
      out_type: type of the numbers.
      little_endian: whether the lowest byte comes first.
      name: name of the node.
      bytes: the old name of `input_bytes`.

    Returns:
      A `Tensor` with a further, last dimension.

    Raises:
      ValueError: `input_bytes` or `out_type` is missing.
      InvalidArgumentError: strings of different lengths, or not a whole count of numbers.
    """
    input_bytes = renamed("input_bytes", input_bytes, "bytes", bytes)
    if out_type is None:
        raise ValueError("decode_raw_v1() missing 1 positional argument: 'out_type'")
    return raw.DecodeRaw(input_bytes, out_type=out_type, little_endian=little_endian, name=name)
