"""`DType` and `as_dtype`, against facts recorded from TensorFlow 2.21."""

import copy
import pickle

import numpy as np
import pytest

from headwater._src.core import dtypes
from headwater._src.core.dtypes import as_dtype

# name, enum, size, kind flags that are true, (min, max) or None
FACTS = [
    ("float32", 1, 4, "floating", (np.finfo(np.float32).min, np.finfo(np.float32).max)),
    ("float64", 2, 8, "floating", (np.finfo(np.float64).min, np.finfo(np.float64).max)),
    ("int32", 3, 4, "integer", (-(2**31), 2**31 - 1)),
    ("uint8", 4, 1, "integer unsigned", (0, 255)),
    ("int16", 5, 2, "integer", (-(2**15), 2**15 - 1)),
    ("int8", 6, 1, "integer", (-128, 127)),
    ("string", 7, 0, "", None),
    ("complex64", 8, 8, "complex", None),
    ("int64", 9, 8, "integer", (-(2**63), 2**63 - 1)),
    ("bool", 10, 1, "bool", None),
    ("qint8", 11, 1, "quantized", None),
    ("quint8", 12, 1, "quantized", None),
    ("qint32", 13, 4, "quantized", None),
    ("bfloat16", 14, 2, "floating", (-3.38953139e38, 3.38953139e38)),
    ("qint16", 15, 2, "quantized", None),
    ("quint16", 16, 2, "quantized", None),
    ("uint16", 17, 2, "integer unsigned", (0, 2**16 - 1)),
    ("complex128", 18, 16, "complex", None),
    ("float16", 19, 2, "floating", (-65504, 65504)),
    ("resource", 20, 0, "", None),
    ("variant", 21, 0, "", None),
    ("uint32", 22, 4, "integer unsigned", (0, 2**32 - 1)),
    ("uint64", 23, 8, "integer unsigned", (0, 2**64 - 1)),
]
FLAGS = ("bool", "integer", "floating", "complex", "quantized", "unsigned")


@pytest.mark.parametrize("name, enum, size, flags, limits", FACTS)
def test_facts(name, enum, size, flags, limits):
    dtype = getattr(dtypes, name)
    ref = getattr(dtypes, name + "_ref")
    assert (dtype.name, dtype.as_datatype_enum, int(dtype), dtype.size) == (name, enum, enum, size)
    assert (ref.name, ref.as_datatype_enum, ref.size) == (name + "_ref", enum + 100, size)
    assert {f for f in FLAGS if getattr(dtype, "is_" + f)} == set(flags.split())
    assert ref.base_dtype is dtype and dtype._as_ref is ref and ref._is_ref_dtype
    assert (repr(dtype), str(dtype)) == (f"tf.{name}", f"<dtype: '{name}'>")
    assert dtype != ref and dtype == enum and dtype == name
    assert dtype.is_compatible_with(ref) and not ref.is_compatible_with(dtype)
    for one in (dtype, ref):
        assert as_dtype(one.name) is as_dtype(int(one)) is one
        assert pickle.loads(pickle.dumps(one)) is copy.deepcopy(one) is one
    if limits is None:
        with pytest.raises(TypeError, match="Cannot find minimum value of"):
            dtype.min  # noqa: B018
    else:
        assert float(dtype.min) == pytest.approx(float(limits[0]))
        assert float(dtype.max) == pytest.approx(float(limits[1]))


@pytest.mark.parametrize(
    "value, expected",
    [
        (float, "float32"), (bool, "bool"), (object, "string"), ("half", "float16"),
        ("double_ref", "float64_ref"), (np.dtype("S3"), "string"), (np.dtype("<U2"), "string"),
        (np.dtype(">f4"), "float32"), (np.longlong, "int64"), (np.array([1], "i2"), "int16"),
        (np.dtype([("quint8", "u1")]), "quint8"), (np.str_, "string"),
    ],
)  # fmt: skip
def test_as_dtype(value, expected):
    assert as_dtype(value) is getattr(dtypes, expected)


@pytest.mark.parametrize(
    "value", [None, int, str, bytes, complex, "xx", "DT_FLOAT", "int", 0, 99, [], np.datetime64]
)
def test_as_dtype_refuses(value):
    with pytest.raises(TypeError, match="to a TensorFlow DType"):
        as_dtype(value)
