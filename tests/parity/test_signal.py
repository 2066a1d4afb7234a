"""`tf.signal` beside TensorFlow: values and gradients of frames, windows, spectra and cepstra."""

import numpy as np
import pytest

from .harness import oracle, ours

RANDOM = np.random.RandomState(5)
WAVE = RANDOM.uniform(-1, 1, [2, 50]).astype(np.float32)
FRAMES = RANDOM.uniform(-1, 1, [2, 4, 12]).astype(np.float32)
WINDOWS = (
    "hann_window",
    "hamming_window",
    "kaiser_window",
    "kaiser_bessel_derived_window",
    "vorbis_window",
)

CALLS = {
    **{
        f"{name}_{length}": (WAVE[:1, :1], lambda s, x, n=name, k=length: getattr(s, n)(k) * x)
        for name in WINDOWS
        for length in (1, 7, 8, 20)
        if (name, length) != ("kaiser_bessel_derived_window", 1)
    },
    "hann_symmetric": (WAVE[:, :8], lambda s, x: s.hann_window(8, periodic=False) * x),
    "kaiser_beta": (WAVE[:, :8], lambda s, x: s.kaiser_window(8, beta=4.0) * x),
    "frame": (WAVE, lambda s, x: s.frame(x, 12, 5)),
    "frame_padded": (WAVE, lambda s, x: s.frame(x, 12, 5, pad_end=True, pad_value=3.0)),
    "frame_first_axis": (WAVE, lambda s, x: s.frame(x, 2, 1, axis=0)),
    "frame_gaps": (WAVE, lambda s, x: s.frame(x, 3, 20, pad_end=True)),
    "frame_too_short": (WAVE, lambda s, x: s.frame(x, 51, 5)),
    "overlap_and_add": (FRAMES, lambda s, x: s.overlap_and_add(x, 5)),
    "overlap_whole": (FRAMES, lambda s, x: s.overlap_and_add(x, 12)),
    "stft": (WAVE, lambda s, x: s.stft(x, 12, 5)),
    "stft_padded": (WAVE, lambda s, x: s.stft(x, 13, 5, 32, None, True)),
    "stft_there_and_back": (WAVE, lambda s, x: s.inverse_stft(s.stft(x, 16, 4), 16, 4)),
    "stft_inverse_window": (
        WAVE,
        lambda s, x: s.inverse_stft(s.stft(x, 16, 6), 16, 6, window_fn=s.inverse_stft_window_fn(6)),
    ),
    "mdct": (WAVE, lambda s, x: s.mdct(x, 12)),
    "mdct_ortho": (WAVE, lambda s, x: s.mdct(x, 8, None, True, "ortho")),
    "mdct_there_and_back": (WAVE, lambda s, x: s.inverse_mdct(s.mdct(x, 20))),
    "mdct_back_ortho": (
        WAVE,
        lambda s, x: s.inverse_mdct(s.mdct(x, 20, norm="ortho"), norm="ortho"),
    ),
    "mdct_back_no_window": (FRAMES, lambda s, x: s.inverse_mdct(x, None)),
    **{
        f"{name}_{type}_{norm}_{n}": (
            WAVE,
            lambda s, x, f=name, t=type, m=norm, k=n: getattr(s, f)(x, t, k, norm=m),
        )
        for name in ("dct", "idct")
        for type in (1, 2, 3, 4)
        for norm, n in ((None, None), ("ortho", None), (None, 20), (None, 64))
        if (type, norm) != (1, "ortho")
    },
    "mel": (WAVE[:, :20], lambda s, x: s.linear_to_mel_weight_matrix() * x[0]),
    "mel_few": (
        WAVE[:, :5],
        lambda s, x: s.linear_to_mel_weight_matrix(5, 33, 16000, 0.0, 8000.0) * x[0],
    ),
    "mfcc": (FRAMES, lambda s, x: s.mfccs_from_log_mel_spectrograms(x)),
}


def called(tf, call):
    value, function = CALLS[call]
    with tf.Graph().as_default():
        x = tf.placeholder(value.dtype, value.shape)
        y = function(tf.signal, x)
        weighted = y * tf.conj(y)
        (dx,) = tf.gradients(tf.real(weighted) if y.dtype.is_complex else weighted, [x])
        with tf.Session() as sess:
            fetched = sess.run([y] + ([] if dx is None else [tf.convert_to_tensor(dx)]), {x: value})
        return y.shape.as_list(), y.dtype.name, fetched


@pytest.mark.parametrize("call", CALLS)
def test_signal(call):
    shape, dtype, values = called(ours(), call)
    their_shape, their_dtype, their_values = called(oracle(), call)
    assert dtype == their_dtype
    assert len(values) == len(their_values)
    for mine, theirs in zip(values, their_values, strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(
            mine, theirs, rtol=2e-4, atol=2e-4 * np.abs(theirs).max(initial=1)
        )
    assert all(n in (None, m) for n, m in zip(their_shape, values[0].shape, strict=True))
    assert all(n in (None, m) for n, m in zip(shape, values[0].shape, strict=True))


REFUSED = {
    "type": lambda s: s.dct(WAVE, 5),
    "norm": lambda s: s.dct(WAVE, 2, norm="l2"),
    "ortho 1": lambda s: s.dct(WAVE, 1, norm="ortho"),
    "n": lambda s: s.dct(WAVE, 2, 0),
    "mdct length": lambda s: s.mdct(WAVE, 10),
    "mel bins": lambda s: s.linear_to_mel_weight_matrix(0),
    "mel edges": lambda s: s.linear_to_mel_weight_matrix(lower_edge_hertz=4000.0),
    "mel above": lambda s: s.linear_to_mel_weight_matrix(upper_edge_hertz=4001.0),
    "step": lambda s: s.overlap_and_add(FRAMES, 1.5),
}


@pytest.mark.parametrize("call", REFUSED)
def test_refused(call):
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), pytest.raises(ValueError):
            REFUSED[call](tf.signal)


def test_own_words():
    tf = ours()
    with pytest.raises(ValueError, match="axis 2 is not a dimension"):
        tf.signal.frame(WAVE, 3, 2, axis=2)
    with pytest.raises(ValueError, match="floating point"):
        tf.signal.hann_window(8, dtype="int32")
