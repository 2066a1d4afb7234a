"""A tone as a WAV file, its spectrogram and MFCCs, as in the speech commands tutorial."""

import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.contrib.framework.python.ops import audio_ops as contrib_audio

tf.flags.DEFINE_float("frequency", 440.0, "of the tone, in hertz")
FLAGS = tf.flags.FLAGS
RATE = 8000


def main(_):
    seconds = np.arange(RATE // 2) / float(RATE)
    tone = np.sin(2 * np.pi * FLAGS.frequency * seconds).astype(np.float32)[:, np.newaxis]
    path = os.path.join(tempfile.mkdtemp(), "tone.wav")
    write = tf.write_file(path, contrib_audio.encode_wav(tone * 0.5, RATE))
    wav = contrib_audio.decode_wav(tf.read_file(path), desired_channels=1)
    spectrogram = contrib_audio.audio_spectrogram(
        wav.audio, window_size=256, stride=128, magnitude_squared=True
    )
    mfcc = contrib_audio.mfcc(spectrogram, wav.sample_rate, dct_coefficient_count=13)
    with tf.Session() as sess:
        sess.run(write)
        audio, rate, bands, features = sess.run([wav.audio, wav.sample_rate, spectrogram, mfcc])
    bin_width = RATE / (2.0 * (bands.shape[2] - 1))
    loudest = bands[0].mean(0).argmax() * bin_width
    print("rate %d, samples %d" % (rate, len(audio)))
    print("spectrogram", bands.shape, "mfcc", features.shape)
    print("the tone is found:", bool(abs(loudest - FLAGS.frequency) <= bin_width))


if __name__ == "__main__":
    tf.app.run()
