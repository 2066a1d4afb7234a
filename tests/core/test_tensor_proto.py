"""Values to arrays and protos, against bytes recorded from TensorFlow 2.21."""

import ml_dtypes
import numpy as np
import pytest

from headwater._src.core import dtypes as tf
from headwater._src.core.proto import tensor_pb2
from headwater._src.core.tensor_proto import make_ndarray, make_tensor_proto, to_ndarray
from headwater._src.core.tensor_shape import TensorShape

BYTES = [
    ((1,), b"\x08\x03\x12\x00:\x01\x01"),
    ((1.5,), b"\x08\x01\x12\x00*\x04\x00\x00\xc0?"),
    ((True,), b"\x08\n\x12\x00Z\x01\x01"),
    (("ü",), b"\x08\x07\x12\x00B\x02\xc3\xbc"),
    ((2**31,), b"\x08\t\x12\x00R\x05\x80\x80\x80\x80\x08"),
    ((2**63,), b"\x08\x17\x12\x00\x8a\x01\n\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
    ((-0.0,), b"\x08\x01\x12\x00*\x04\x00\x00\x00\x80"),
    (([],), b"\x08\x01\x12\x02\x12\x00"),
    (([1, 2],), b'\x08\x03\x12\x04\x12\x02\x08\x02"\x08\x01\x00\x00\x00\x02\x00\x00\x00'),
    (([True, False],), b"\x08\n\x12\x04\x12\x02\x08\x02Z\x02\x01\x00"),
    ((["a\0", b"b"],), b"\x08\x07\x12\x04\x12\x02\x08\x02B\x02a\x00B\x01b"),
    ((1.5, tf.half), b"\x08\x13\x12\x00j\x02\x80|"),
    ((ml_dtypes.bfloat16(1.5),), b"\x08\x0e\x12\x00j\x02\xc0\x7f"),
    (([1, 2], tf.complex64),
     b"\x08\x08\x12\x04\x12\x02\x08\x02J\x10\x00\x00\x80?\x00\x00\x00\x00\x00\x00\x00@"
     b"\x00\x00\x00\x00"),
    ((np.array([1, 0, 2], np.uint16),), b"\x08\x11\x12\x04\x12\x02\x08\x03:\x03\x01\x00\x02"),
    (([(1,)], tf.qint8), b"\x08\x0b\x12\x04\x12\x02\x08\x01:\x01\x01"),
    ((300, tf.uint8), b"\x08\x04\x12\x00:\x01,"),
    ((np.float64(1.7), tf.int32), b"\x08\x03\x12\x00:\x01\x01"),
    ((1, None, [2, 3]), b"\x08\x03\x12\x08\x12\x02\x08\x02\x12\x02\x08\x03:\x01\x01"),
    (([1, 2], None, [3]), b"\x08\x03\x12\x04\x12\x02\x08\x03:\x02\x01\x02"),
    (([], tf.int32, [2]), b"\x08\x03\x12\x04\x12\x02\x08\x02"),
]  # fmt: skip


@pytest.mark.parametrize("args, expected", BYTES, ids=[repr(b[0]) for b in BYTES])
def test_bytes(args, expected):
    proto = make_tensor_proto(*args)
    assert proto.SerializeToString(deterministic=True) == expected
    array, back = to_ndarray(*args), make_ndarray(proto)
    assert back.dtype == array.dtype and back.shape == array.shape
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable


ERRORS = [
    ((1.5, tf.int32), TypeError, "Expected int32, got 1.5 of type 'float' instead."),
    (([[1], [2.5]], tf.int32), TypeError, "Expected int32, got 2.5 of type 'float' instead."),
    ((1, tf.bool), TypeError, "Expected bool, got 1 of type 'int' instead."),
    ((1, tf.string), TypeError, "Expected string, got 1 of type 'int' instead."),
    (([1, None], tf.int32), TypeError, "got None of type 'NoneType'"),
    ((1, tf.qint8), TypeError, "Expected qint8"),
    ((1, tf.resource), TypeError, "is not compatible with 1"),
    ((None,), ValueError, "None values not supported."),
    (([1, "a"],), TypeError, "Failed to convert elements of [1, 'a'] to Tensor."),
    ((2**64,), TypeError, "Failed to convert elements of"),
    (([[1], [2, 3]],), ValueError, "inhomogeneous shape"),
    (([["a"], ["b", "c"]],), ValueError, "to be a dense tensor with shape [2, 1]"),
    ((range(3),), ValueError, "to be a dense tensor with shape [], but got shape [3]."),
    ((np.array([1], object),), TypeError, "Expected binary or unicode string, got 1"),
    (([1, 2, 3], None, [2]), ValueError, "Too many elements provided. Takes at most 2, but got 3."),
    (([1, 2], None, [2, 1], True), TypeError, "Expected Tensor's shape: (2, 1), but got (2,)."),
    ((TensorShape([1, None]),), ValueError, "Cannot convert a partially known TensorShape"),
]


@pytest.mark.parametrize("args, kind, text", ERRORS, ids=[repr(e[0]) for e in ERRORS])
@pytest.mark.parametrize("function", [to_ndarray, make_tensor_proto])
def test_errors(function, args, kind, text):
    with pytest.raises(kind) as caught:
        function(*args)
    assert text in str(caught.value)


def proto(dims, **fields):
    message = tensor_pb2.TensorProto(dtype=1, **fields)
    for d in dims:
        message.tensor_shape.dim.add().size = d
    return message


@pytest.mark.parametrize(
    "message, text",
    [
        (proto([2**40], float_val=[1]), "Refusing to make an array"),
        (proto([-1], float_val=[1]), "must be known"),
        (proto([3], tensor_content=b"1234"), "must be 12 bytes"),
        (proto([1], float_val=[1, 2]), "has 1 elements, but 2 are given"),
    ],
)
def test_protos_that_cannot_be_meant_are_refused(message, text):
    with pytest.raises(ValueError, match=text):
        make_ndarray(message)


def test_shapes_become_integers():
    assert to_ndarray(TensorShape([2, 3])).dtype == np.int32
    assert to_ndarray(TensorShape([2, 3]), tf.int64).dtype == np.int64
    assert to_ndarray([TensorShape([5])[0], -1]).tolist() == [5, -1]


def test_byte_order_is_not_mistaken():
    assert make_ndarray(make_tensor_proto(np.array([1, 2], ">i4"))).tolist() == [1, 2]
