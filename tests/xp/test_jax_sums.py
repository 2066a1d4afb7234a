"""Sums on JAX are those of NumPy, whatever the order in which they are made."""

import numpy as np
import pytest

CASES = [  # shape, axis
    ((40, 28, 28, 3), (0, 1, 2)),
    ((40, 28, 28, 3), (2, 0, 1)),
    ((40, 28, 28, 3), (0, 1, -2)),
    ((40, 28, 28, 3), (1, 2)),
    ((40, 28, 28, 3), (0, 2)),
    ((40, 28, 28, 3), (0, 1, 2, 3)),
    ((40, 28, 28, 3), None),
    ((40, 28, 28, 3), ()),
    ((40, 28, 28, 3), 0),
    ((1, 1, 20_000, 2), (0, 1, 2)),
    ((300, 1, 100), (0, 1)),
    ((0, 28, 28, 3), (0, 1, 2)),
    ((40, 28, 28, 0), (0, 1, 2)),
    ((5,), (0,)),
    ((), None),
]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("shape", "axis"), CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "complex64"])
def test_sums(shape, axis, dtype, keepdims):
    from headwater._src.xp import jax_xp

    x = np.asarray(np.random.RandomState(0).randn(*shape) * 100).astype(dtype)
    found = np.asarray(jax_xp.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype))
    expected = np.sum(
        x, axis=axis, keepdims=keepdims, dtype="complex128" if x.dtype.kind == "c" else "float64"
    )
    assert found.shape == expected.shape and found.dtype == x.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=0.5 if dtype != "int32" else 0)


def test_halves_are_added_in_the_wider_type():
    from headwater._src.xp import jax_xp

    x = np.ones([64, 20, 20, 2], "float16")
    assert jax_xp.sum(x, axis=(0, 1, 2), dtype="float32").tolist() == [25_600.0, 25_600.0]
