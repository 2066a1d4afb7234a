"""Distinct slices, products of batches of matrices, JPEG qualities: beside TensorFlow."""

import numpy as np
import pytest

from .harness import oracle, ours

SLICES = [
    ([[1, 2], [1, 2], [0, 3]], [0]),
    ([[3, 2, 3], [1, 2, 1]], [1]),
    ([[3, 2, 3], [1, 2, 1]], [-1]),
    ([5, 1, 5, 2], []),
    ([5, 1, 5, 2], [0]),
    (np.zeros([0, 2]), [0]),
    ([[b"a", b"b"], [b"a", b"b"]], [0]),
]


def both(build):
    """What `build(tf)` fetches there and here."""
    results = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            results.append(sess.run(build(tf)))
    return results


@pytest.mark.parametrize(("x", "axis"), SLICES)
@pytest.mark.parametrize("op", ["UniqueV2", "UniqueWithCountsV2"])
def test_distinct_slices(op, x, axis):
    mine, theirs = both(
        lambda tf: list(getattr(tf.raw_ops, op)(x=tf.constant(x), axis=np.array(axis, np.int64)))
    )
    for a, b in zip(mine, theirs, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("adjoint", [False, True])
def test_gradient_of_batches_of_products(adjoint):
    random = np.random.RandomState(3)
    x, y = random.rand(2, 1, 3, 3), random.rand(4, 3, 3)

    def build(tf):
        a, b = tf.constant(x), tf.constant(y)
        z = tf.raw_ops.BatchMatMulV3(x=a, y=b, Tout=tf.float64, adj_x=adjoint)
        return tf.gradients(z * z, [a, b])

    for a, b in zip(*both(build), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_jpeg_quality(dtype):
    image = np.add.outer(np.arange(16), np.arange(16))[..., None] * np.array([8, 4, 2])
    image = image.astype(dtype) if dtype == "uint8" else (image / 255).astype(dtype)

    def build(tf):
        return [
            tf.image.adjust_jpeg_quality(image, 60),
            tf.image.random_jpeg_quality(image, 20, 90, seed=3),
        ]

    for a, b in zip(*both(build), strict=True):
        assert a.dtype == b.dtype
        off = np.abs(a.astype(np.float64) - b.astype(np.float64)).max()
        assert off <= (3 if dtype == "uint8" else 3.001 / 255)
    for tf in (ours(), oracle()):
        with pytest.raises(ValueError, match="must be less than"):
            tf.image.random_jpeg_quality(image, 90, 20)
