"""`tf.audio` and `tf.contrib.framework.python.ops.audio_ops` against TensorFlow's ops."""

import numpy as np
import pytest

from .harness import oracle, ours

RNG = np.random.RandomState(0)
AUDIO = (RNG.rand(10, 2) * 2.4 - 1.2).astype(np.float32)
SIGNAL = RNG.randn(1000, 2).astype(np.float32)


def ops(tf):
    """The module with the four ops: contrib's is gone from today's TensorFlow."""
    if hasattr(tf, "contrib"):
        return tf.contrib.framework.python.ops.audio_ops
    from tensorflow.python.ops import gen_audio_ops

    return gen_audio_ops


def _decoded(**kwargs):
    return lambda tf: ops(tf).decode_wav(ops(tf).encode_wav(AUDIO, 16000), **kwargs)


def _mfcc(**kwargs):
    return lambda tf: ops(tf).mfcc(
        ops(tf).audio_spectrogram(SIGNAL, 400, 160, True), 16000, **kwargs
    )


PROGRAMS = {
    "encode": lambda tf: tf.audio.encode_wav(AUDIO, 8000),
    "decode": _decoded(),
    "decode_one": _decoded(desired_channels=1),
    "decode_fewer": _decoded(desired_samples=4),
    "decode_more": _decoded(desired_samples=14, desired_channels=2),
    "decode_public": lambda tf: tf.audio.decode_wav(tf.audio.encode_wav(AUDIO[:, :1], 8000), 2),
    "spectrogram": lambda tf: ops(tf).audio_spectrogram(SIGNAL, 256, 128),
    "spectrogram_squared": lambda tf: ops(tf).audio_spectrogram(SIGNAL, 400, 160, True),
    "spectrogram_odd": lambda tf: ops(tf).audio_spectrogram(SIGNAL, 10, 3),
    "mfcc": _mfcc(),
    "mfcc_settings": _mfcc(
        upper_frequency_limit=7000.0,
        lower_frequency_limit=100.0,
        filterbank_channel_count=20,
        dct_coefficient_count=20,
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_audio(program):
    results = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            made = PROGRAMS[program](tf)
            tensors = list(made) if isinstance(made, tuple) else [made]
            results.append(([t.shape.as_list() for t in tensors], sess.run(tensors)))
    assert results[0][0] == results[1][0]
    for a, b in zip(results[0][1], results[1][1], strict=True):
        if isinstance(b, bytes):
            assert a == b
        else:
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("contents", [b"abc", b"RIFX" + b"0" * 60, b"RIFF0000WAVEfmt "])
def test_what_is_no_sound(contents):
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            with pytest.raises(tf.errors.InvalidArgumentError):
                sess.run(tf.audio.decode_wav(contents))
