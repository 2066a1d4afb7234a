"""Fourier transforms of real numbers whose rank or length only the step knows."""

import numpy as np
import pytest

import headwater as tf

FUNCTIONS = {
    1: (tf.signal.rfft, tf.signal.irfft),
    2: (tf.signal.rfft2d, tf.signal.irfft2d),
    3: (tf.signal.rfft3d, tf.signal.irfft3d),
}


@pytest.mark.parametrize("outer", [0, 1])
@pytest.mark.parametrize("size", [3, 5, 8])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_of_unknown_rank_and_length(rank, size, outer):
    to, back = FUNCTIONS[rank]
    signal = np.random.RandomState(1).normal(size=[5] * (rank + outer)).astype(np.float32)
    axes, lengths = tuple(range(-rank, 0)), [size] * rank
    spectrum = np.fft.rfftn(signal, axes=axes).astype(np.complex64)
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.complex64)
    given = tf.placeholder(tf.int32)
    with tf.Session() as sess:
        for length, feed in ((lengths, {}), (given, {given: lengths})):
            found, found_back = sess.run(
                [to(x, length), back(y, length)], {x: signal, y: spectrum, **feed}
            )
            expected = np.fft.rfftn(signal, lengths, axes)
            np.testing.assert_allclose(found, expected, atol=1e-4)
            expected = np.fft.irfftn(spectrum, lengths, axes)
            np.testing.assert_allclose(found_back, expected, atol=1e-4)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_of_nothing(rank):
    to, _ = FUNCTIONS[rank]
    x = tf.placeholder(tf.float32)
    with tf.Session() as sess:
        for outer in ([], [2]):
            shape = (*outer, *[0] * rank)
            assert sess.run(to(x), {x: np.zeros(shape)}).shape == shape
            assert to(tf.zeros(shape)).shape == shape


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("inverse", [0, 1])
def test_refused(rank, inverse):
    function = FUNCTIONS[rank][inverse]
    dtype = tf.complex64 if inverse else tf.float32
    with pytest.raises(ValueError, match=f"must have rank at least {rank}"):
        function(tf.zeros([1] * (rank - 1), dtype))
    with pytest.raises(ValueError, match="must have rank 1"):
        function(tf.zeros([1] * rank, dtype), fft_length=1)
    with pytest.raises(ValueError, match=f"Dimension must be {rank} but is {rank + 1}"):
        function(tf.zeros([1] * rank, dtype), fft_length=[1] * (rank + 1))
