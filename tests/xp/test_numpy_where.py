"""`where` on large arrays chooses by bits; NumPy's own says what it has to give."""

import numpy as np
import pytest

from headwater._src.xp import numpy_xp

SHAPE = (70, 80)
ODD = np.array([np.nan, -0.0, np.inf, -np.inf, 1e-40, 3.5])


def operand(kind, dtype, rng):
    values = ODD if np.dtype(dtype).kind == "f" else np.arange(6) - 3
    with np.errstate(invalid="ignore"):
        values = values.astype(dtype)
    if kind == "scalar":
        return values[rng.randint(6)].reshape(())
    if kind == "zero":
        return np.zeros((), dtype)
    if kind == "row":
        return values[rng.randint(0, 6, SHAPE[1:])]
    array = values[rng.randint(0, 6, SHAPE)]
    return np.asfortranarray(array) if kind == "transposed" else array


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint64", "float16", "bool"])
@pytest.mark.parametrize("y", ["full", "transposed", "scalar", "zero", "row"])
@pytest.mark.parametrize("x", ["full", "transposed", "scalar", "zero", "row"])
def test_same_bits_as_numpy(x, y, dtype):
    rng = np.random.RandomState(0)
    condition = rng.rand(*SHAPE) < 0.5
    a, b = operand(x, dtype, rng), operand(y, dtype, rng)
    found, expected = numpy_xp.where(condition, a, b), np.where(condition, a, b)
    assert found.dtype == expected.dtype and found.shape == expected.shape
    assert found.tobytes() == expected.tobytes()
    assert found.flags.writeable and not np.shares_memory(found, a)


def test_other_forms():
    condition = np.zeros(5_000, bool)
    condition[7] = True
    assert numpy_xp.where(condition)[0].tolist() == [7]
    mixed = numpy_xp.where(condition, np.ones(5_000, np.float32), np.zeros(5_000, np.float64))
    assert mixed.dtype == np.float64 and mixed.sum() == 1
    assert numpy_xp.where(condition, 1.0, 2.0)[7] == 1.0
