"""`tf.gather_nd` with `batch_dims`."""

import numpy as np
import pytest

import headwater as tf

PARAMS = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("batch_dims, depth", [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_every_batch_by_itself(batch_dims, depth, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    shape = PARAMS.shape[:batch_dims]
    random = np.random.RandomState(1)
    limits = PARAMS.shape[batch_dims : batch_dims + depth]
    indices = np.stack([random.randint(0, n, (*shape, 6)) for n in limits], -1).astype(np.int32)
    with tf.Session() as sess:
        places = tf.placeholder(tf.int32, [None] * indices.ndim)
        got = sess.run(tf.gather_nd(PARAMS, places, batch_dims=batch_dims), {places: indices})
    wanted = [PARAMS[b][tuple(np.moveaxis(indices[b], -1, 0))] for b in np.ndindex(*shape)]
    np.testing.assert_array_equal(got, np.reshape(wanted, got.shape))
    assert got.shape == (*shape, 6, *PARAMS.shape[batch_dims + depth :])


def test_too_many():
    with pytest.raises(ValueError, match="batch_dims = 2 must be less than"):
        tf.gather_nd(PARAMS, [[1], [0]], batch_dims=2)


def test_a_gradient():
    with tf.Session() as sess:
        x = tf.constant([[1.0, 2, 3], [4, 5, 6]])
        y = tf.gather_nd(x, [[[2]], [[0]]], batch_dims=1)
        dx = sess.run(tf.gradients(y * [[2.0], [3.0]], x)[0])
    assert dx.tolist() == [[0, 0, 2], [3, 0, 0]]
