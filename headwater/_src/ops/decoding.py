"""Ops that turn lines of CSV and serialized tensors into tensors."""

import base64
import re

import numpy as np

from headwater._src.core import dtypes, tensor_proto
from headwater._src.graph import define_op, public, raw
from headwater._src.ops import _shapes
from headwater._src.ops._strings import each, invalid, objects


def _as_bytes(item):
    return item.encode() if isinstance(item, str) else item


def _c_name(dtype):
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


# --- CSV ----------------------------------------------------------------------------------------

DecodeCSV = define_op(
    "DecodeCSV",
    inputs="records: string, record_defaults: OUT_TYPE",
    outputs="output: OUT_TYPE",
    attrs=[
        "OUT_TYPE: list({float, double, int32, int64, string}) >= 1",
        "field_delim: string = ','",
        "use_quote_delim: bool = true",
        "na_value: string = ''",
        "select_cols: list(int) = []",
    ],
)


@DecodeCSV.shape
def decode_csv_shape(records, record_defaults):
    for default in record_defaults:
        if default.dims is not None and len(default.dims) > 1:
            raise _shapes.ShapeError(
                f"Shape must be at most rank 1 but is rank {len(default.dims)}"
            )
        if default.dims is not None and (
            len(default.dims) > 1 or (default.dims and default.dims[0] not in (None, 0, 1))
        ):
            raise _shapes.ShapeError(
                "Shape of a default must be a length-0 or length-1 vector, or a scalar."
            )
    return [records.dims] * len(record_defaults)


@DecodeCSV.kernel
def decode_csv_kernel(
    xp, records, record_defaults, *, OUT_TYPE, field_delim, use_quote_delim, na_value, select_cols
):
    lines = np.asarray(records, np.object_)
    delim, missing = _as_bytes(field_delim), _as_bytes(na_value)
    if len(delim) != 1:
        raise invalid("field_delim should be only 1 char")
    if any(a >= b for a, b in zip(select_cols, select_cols[1:])):
        raise invalid("select_cols should be strictly increasing indices")
    columns = [[] for _ in OUT_TYPE]
    for r, line in enumerate(lines.reshape(-1).tolist()):
        fields = _fields(_as_bytes(line), delim, use_quote_delim)
        if select_cols:
            fields = [fields[i] for i in select_cols if i < len(fields)]
        if len(fields) != len(OUT_TYPE):
            raise invalid(f"Expect {len(OUT_TYPE)} fields but have {len(fields)} in record {r}")
        for f, (field, kind, default) in enumerate(zip(fields, OUT_TYPE, record_defaults)):
            if field in (b"", missing):
                if np.size(default) == 0:
                    raise invalid(f"Field {f} is required but missing in record {r}!")
                columns[f].append(np.asarray(default).reshape(-1)[0])
            elif kind == dtypes.string:
                columns[f].append(field)
            else:
                columns[f].append(_number(field, kind, f, r))
    return [
        (objects(c) if kind == dtypes.string else np.array(c, kind.as_numpy_dtype)).reshape(
            lines.shape
        )
        for c, kind in zip(columns, OUT_TYPE)
    ]


_INT = re.compile(rb"\s*[-+]?\d+\s*\Z")
_EXPONENT = rb"([eE][-+]?\d+)?"
_FLOAT = re.compile(
    rb"\s*[-+]?(\d+\.?\d*" + _EXPONENT + rb"|\.\d+" + _EXPONENT + rb"|inf(inity)?|nan)\s*\Z", re.I
)


def _number(field, kind, f, r):
    pattern = _FLOAT if kind.is_floating else _INT
    if pattern.match(field):
        value = float(field) if kind.is_floating else int(field)
        if kind.is_floating or kind.min <= value <= kind.max:
            return value
    raise invalid(
        f"Field {f} in record {r} is not a valid {_c_name(kind)}: "
        f"{field.decode('utf-8', 'replace')}"
    )


def _fields(line, delim, quotes):
    """The fields of a line; a quoted one may hold delimiters, and quotes that are doubled."""
    if not quotes:
        return line.split(delim)
    if b'"' not in line and b"\n" not in line and b"\r" not in line:
        return line.split(delim)
    fields, at, end = [], 0, len(line)
    while True:
        if at < end and line[at : at + 1] == b'"':
            field, at = _quoted(line, at + 1, delim)
        else:
            stop = line.find(delim, at)
            stop = end if stop < 0 else stop
            field = line[at:stop]
            at = stop
            if stop == end and field[-1:] in (b"\n", b"\r"):
                field = field.rstrip(b"\r\n")
            if any(c in field for c in b'"\n\r'):
                raise invalid("Unquoted fields cannot have quotes/CRLFs inside")
        fields.append(field)
        if at >= end:
            return fields
        at += 1  # the delimiter
        if at == end:
            return [*fields, b""]


def _quoted(line, at, delim):
    parts = []
    while True:
        stop = line.find(b'"', at)
        if stop < 0:
            raise invalid("Quoted field has to end with quote followed by delim or end")
        parts.append(line[at:stop])
        following = line[stop + 1 : stop + 2]
        if following == b'"':
            parts.append(b'"')
            at = stop + 2
            continue
        if following in (b"", delim) or line[stop + 1 :].strip(b"\r\n") == b"":
            return b"".join(parts), stop + 1 if following == delim else len(line)
        raise invalid("Quote inside a string has to be escaped by another quote")


@public
def decode_csv(
    records,
    record_defaults,
    field_delim=",",
    use_quote_delim=True,
    name=None,
    na_value="",
    select_cols=None,
):
    """The columns of lines of CSV.

    Args:
      records: string `Tensor` of any shape: a line each.
      record_defaults: list with one `Tensor` for each column: its value where a field is empty,
        or an empty vector where it may not be; the type is the column's.
      field_delim: the character between fields.
      use_quote_delim: whether fields may be quoted.
      name: name of the node.
      na_value: a further text that stands for a missing value.
      select_cols: list of the columns wanted, rising (default: all).

    Returns:
      List of `Tensor`s of the shape of `records`.

    Raises:
      ValueError: wrong `select_cols`.
      InvalidArgumentError: a line does not fit, when run.
    """
    if select_cols is not None:
        if any(a >= b for a, b in zip(select_cols, select_cols[1:])):
            raise ValueError("select_cols is not strictly increasing.")
        if select_cols and select_cols[0] < 0:
            raise ValueError("select_cols contains negative values.")
        if len(select_cols) != len(record_defaults):
            raise ValueError("Length of select_cols and record_defaults do not match.")
    return raw.DecodeCSV(
        records,
        record_defaults,
        field_delim=field_delim,
        use_quote_delim=use_quote_delim,
        na_value=na_value,
        select_cols=select_cols or [],
        name=name,
    )


# --- tensors as messages ------------------------------------------------------------------------

ParseTensor = define_op(
    "ParseTensor",
    inputs="serialized: string",
    outputs="output: out_type",
    attrs=["out_type: type"],
    shape=_shapes.unknown,
)
SerializeTensor = define_op(
    "SerializeTensor",
    inputs="tensor: T",
    outputs="serialized: string",
    attrs=["T: type"],
    shape=_shapes.scalar,
)


@ParseTensor.kernel
def parse_tensor_kernel(xp, serialized, *, out_type):
    from google.protobuf.message import DecodeError

    from headwater._src.core.proto import tensor_pb2

    data = _as_bytes(np.asarray(serialized, np.object_).item())
    try:
        proto = tensor_pb2.TensorProto.FromString(data)
    except DecodeError:
        text = base64.urlsafe_b64encode(data).decode()
        raise invalid(f"Could not parse `serialized` as TensorProto, base64: {text}") from None
    if proto.dtype != out_type.as_datatype_enum:
        found = _c_name(dtypes.as_dtype(proto.dtype))
        raise invalid(
            f"Type mismatch between parsed tensor ({found}) and dtype ({_c_name(out_type)})"
        )
    return tensor_proto.make_ndarray(proto)


@SerializeTensor.host
def serialize_tensor_host(ctx, tensor, *, T):
    from headwater._src.core.proto import tensor_pb2

    array = np.asarray(tensor)
    proto = tensor_pb2.TensorProto(dtype=T.as_datatype_enum)
    proto.tensor_shape.SetInParent()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if T == dtypes.string:
        proto.string_val.extend(_as_bytes(x) for x in array.reshape(-1).tolist())
    else:
        proto.tensor_content = np.ascontiguousarray(array).tobytes()
    return np.array(proto.SerializeToString(), np.object_)


DecodeJSONExample = define_op(
    "DecodeJSONExample",
    inputs="json_examples: string",
    outputs="binary_examples: string",
    shape=_shapes.same,
)


@DecodeJSONExample.kernel
def decode_json_example_kernel(xp, json_examples):
    from google.protobuf import json_format

    from headwater._src.core.proto import example_pb2

    def binary(text):
        try:
            return json_format.Parse(text, example_pb2.Example()).SerializeToString()
        except (json_format.ParseError, UnicodeDecodeError) as error:
            raise invalid(f"Error while parsing JSON: {error}") from None

    return each(binary, json_examples)


@public
def decode_json_example(json_examples, name=None):
    """`Example` messages in JSON as serialized ones.

    Args:
      json_examples: string `Tensor` of any shape.
      name: name of the node.

    Returns:
      string `Tensor` of the same shape.

    Raises:
      InvalidArgumentError: one is not a message in JSON, when run.
    """
    return raw.DecodeJSONExample(json_examples, name=name)


for _op in (DecodeJSONExample, DecodeCSV, ParseTensor, SerializeTensor):
    _op.no_gradient()


@public
def parse_tensor(serialized, out_type, name=None):
    """The tensor that a serialized `TensorProto` holds.

    Args:
      serialized: scalar string `Tensor`.
      out_type: its type.
      name: name of the node.

    Returns:
      A `Tensor` of unknown shape.

    Raises:
      InvalidArgumentError: it is none, or of another type, when run.
    """
    return raw.ParseTensor(serialized, out_type=out_type, name=name)


@public
def serialize_tensor(tensor, name=None):
    """A tensor as a serialized `TensorProto`.

    Args:
      tensor: a `Tensor`.
      name: name of the node.

    Returns:
      A scalar string `Tensor`.
    """
    return raw.SerializeTensor(tensor, name=name)
