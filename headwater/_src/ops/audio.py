"""Sound: WAV files, spectrograms and mel-frequency cepstral coefficients."""

import struct

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._shapes import with_rank

DecodeWav = define_op(
    "DecodeWav",
    inputs="contents: string",
    outputs="audio: float, sample_rate: int32",
    attrs=["desired_channels: int = -1", "desired_samples: int = -1"],
)
EncodeWav = define_op(
    "EncodeWav", inputs="audio: float, sample_rate: int32", outputs="contents: string"
)
AudioSpectrogram = define_op(
    "AudioSpectrogram",
    inputs="input: float",
    outputs="spectrogram: float",
    attrs=["window_size: int", "stride: int", "magnitude_squared: bool = false"],
)
Mfcc = define_op(
    "Mfcc",
    inputs="spectrogram: float, sample_rate: int32",
    outputs="output: float",
    attrs=[
        "upper_frequency_limit: float = 4000",
        "lower_frequency_limit: float = 20",
        "filterbank_channel_count: int = 40",
        "dct_coefficient_count: int = 13",
    ],
)
_FULL = 32768  # a 16-bit sample of this size would be 1.0


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


# --- WAV files ----------------------------------------------------------------------------------


@DecodeWav.shape
def _decode_wav_shape(contents, *, desired_channels, desired_samples):
    with_rank(contents.dims, 0)
    known = lambda n: None if n == -1 else n
    return (known(desired_samples), known(desired_channels)), ()


def _chunks(data):
    """The parts of a RIFF file after its head: `(name, bytes)`."""
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        yield name, data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


@DecodeWav.kernel(dynamic=True)
def _decode_wav_kernel(xp, contents, *, desired_channels, desired_samples):
    data = contents.item() if hasattr(contents, "item") else contents
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise _invalid(f"Header mismatch: Expected RIFF but found {data[:4]!r}")
    chunks = dict(reversed(list(_chunks(data))))
    form = chunks.get(b"fmt ", b"")
    if len(form) < 16:
        raise _invalid("The WAV file has no format chunk, or it is cut off")
    coding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if coding not in (1, 0xFFFE) or bits != 16:
        raise _invalid(
            f"Can only read 16-bit PCM WAV files, but received {bits} bits, coding {coding}"
        )
    if b"data" not in chunks or not channels:
        raise _invalid("The WAV file has no samples")
    samples = chunks[b"data"]
    samples = samples[: len(samples) // (2 * channels) * 2 * channels]
    audio = np.frombuffer(samples, "<i2").astype(np.float32).reshape(-1, channels) / _FULL
    if desired_channels != -1:
        audio = audio[:, [min(c, channels - 1) for c in range(desired_channels)]]
    if desired_samples != -1:
        missing = max(desired_samples - len(audio), 0)
        audio = np.pad(audio[:desired_samples], [(0, missing), (0, 0)])
    return audio, np.int32(rate)


@EncodeWav.shape
def _encode_wav_shape(audio, sample_rate):
    with_rank(audio.dims, 2)
    with_rank(sample_rate.dims, 0)
    return ()


@EncodeWav.kernel(dynamic=True)
def _encode_wav_kernel(xp, audio, sample_rate):
    if audio.ndim != 2:
        raise _invalid(f"audio must be 2-dimensional but got shape {list(audio.shape)}")
    rate, channels = int(sample_rate), audio.shape[1]
    if rate <= 0 or not 0 < channels < 1 << 16:
        raise _invalid(f"sample_rate {rate} and {channels} channels must be positive")
    samples = np.clip(np.rint(audio * _FULL), -_FULL, _FULL - 1).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return np.array(b"RIFF" + struct.pack("<I", len(body)) + body, object)


# --- spectrograms -------------------------------------------------------------------------------


def _fft_length(window_size):
    return 1 << max(window_size - 1, 1).bit_length()


@AudioSpectrogram.shape
def _spectrogram_shape(input, *, window_size, stride, magnitude_squared):
    if window_size < 2 or stride < 1:
        raise ValueError(f"window_size {window_size} or stride {stride} is too small")
    dims = with_rank(input.dims, 2)
    length, channels = dims if dims is not None else (None, None)
    frames = None if length is None else max(0, 1 + (length - window_size) // stride)
    return channels, frames, _fft_length(window_size) // 2 + 1


@AudioSpectrogram.kernel(dynamic=True)
def _spectrogram_kernel(xp, input, *, window_size, stride, magnitude_squared):
    # The window is periodic: its first value would come again after the last.
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(window_size) / window_size)
    if len(input) < window_size:
        bins = _fft_length(window_size) // 2 + 1
        return np.zeros([input.shape[1], 0, bins], np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(input, window_size, axis=0)[::stride]
    spectrum = np.fft.rfft(frames.transpose(1, 0, 2) * window, _fft_length(window_size))
    squares = spectrum.real**2 + spectrum.imag**2
    return (squares if magnitude_squared else np.sqrt(squares)).astype(np.float32)


@Mfcc.shape
def _mfcc_shape(
    spectrogram, sample_rate, *, upper_frequency_limit, lower_frequency_limit,
    filterbank_channel_count, dct_coefficient_count,
):  # fmt: skip
    dims = with_rank(spectrogram.dims, 3)
    with_rank(sample_rate.dims, 0)
    return (*(dims[:2] if dims is not None else (None, None)), dct_coefficient_count)


def _mel(frequency):
    return 1127.0 * np.log1p(frequency / 700.0)


@Mfcc.kernel(dynamic=True)
def _mfcc_kernel(
    xp, spectrogram, sample_rate, *, upper_frequency_limit, lower_frequency_limit,
    filterbank_channel_count, dct_coefficient_count,
):  # fmt: skip
    low, high, channels = lower_frequency_limit, upper_frequency_limit, filterbank_channel_count
    bins = spectrogram.shape[-1]
    if bins < 2 or int(sample_rate) <= 0 or not 0 <= low < high:
        raise _invalid("Mfcc needs two bins, a positive sample rate, and limits in order")
    width = 0.5 * int(sample_rate) / (bins - 1)
    numbers = np.arange(bins)
    used = (numbers >= int(1.5 + low / width)) & (numbers <= min(int(high / width), bins - 1))
    # Triangles of equal width in mel, each from its neighbour's top to the other's.
    spacing = (_mel(high) - _mel(low)) / (channels + 1)
    tops = _mel(low) + spacing * np.arange(1, channels + 1)
    distance = np.abs(_mel(numbers * width)[:, None] - tops) / spacing
    weights = np.maximum(0.0, 1.0 - distance) * used[:, None]
    bands = np.log(np.maximum(np.sqrt(spectrogram.astype(np.float64)) @ weights, 1e-12))
    places = np.arange(dct_coefficient_count)[:, None] * (np.arange(channels) + 0.5)
    cosines = np.sqrt(2.0 / channels) * np.cos(np.pi / channels * places)
    return (bands @ cosines.T).astype(np.float32)


for _op in (DecodeWav, EncodeWav, AudioSpectrogram, Mfcc):
    _op.no_gradient()


# --- public functions ---------------------------------------------------------------------------


@public
def decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None):
    """The samples of a 16-bit PCM WAV file.

    Args:
      contents: the file's bytes, a scalar string `Tensor`.
      desired_channels: number of channels; -1: as many as there are.
      desired_samples: number of samples, cut or filled up with 0; -1: as many as there are.
      name: name of the node.

    Returns:
      `(audio, sample_rate)`: float32 `[samples, channels]` in [-1, 1], and an int32 scalar.

    Raises:
      InvalidArgumentError: when run with what is no such file.
    """
    return raw.DecodeWav(
        contents, desired_channels=desired_channels, desired_samples=desired_samples, name=name
    )


@public
def encode_wav(audio, sample_rate, name=None):
    """A 16-bit PCM WAV file of samples.

    Args:
      audio: float32 `Tensor` `[samples, channels]` in [-1, 1]; other values are cut off.
      sample_rate: int32 scalar, samples per second.
      name: name of the node.

    Returns:
      The file's bytes, a scalar string `Tensor`.
    """
    return raw.EncodeWav(audio, sample_rate, name=name)


@public
def audio_spectrogram(input, window_size, stride, magnitude_squared=False, name=None):
    """How strong each frequency is, window by window.

    Args:
      input: float32 `Tensor` `[samples, channels]`.
      window_size: how many samples a window has.
      stride: how many samples a window is after the one before.
      magnitude_squared: whether magnitudes are squared.
      name: name of the node.

    Returns:
      float32 `Tensor` `[channels, windows, frequencies]`.
    """
    return raw.AudioSpectrogram(
        input, window_size=window_size, stride=stride, magnitude_squared=magnitude_squared,
        name=name,
    )  # fmt: skip


@public
def mfcc(
    spectrogram,
    sample_rate,
    upper_frequency_limit=4000,
    lower_frequency_limit=20,
    filterbank_channel_count=40,
    dct_coefficient_count=13,
    name=None,
):
    """Mel-frequency cepstral coefficients of a spectrogram.

    Args:
      spectrogram: float32 `Tensor` `[channels, windows, frequencies]` of squared magnitudes.
      sample_rate: int32 scalar, samples per second.
      upper_frequency_limit: the highest frequency that counts.
      lower_frequency_limit: the lowest.
      filterbank_channel_count: how many bands there are.
      dct_coefficient_count: how many coefficients are given.
      name: name of the node.

    Returns:
      float32 `Tensor` `[channels, windows, dct_coefficient_count]`.
    """
    return raw.Mfcc(
        spectrogram,
        sample_rate,
        upper_frequency_limit=upper_frequency_limit,
        lower_frequency_limit=lower_frequency_limit,
        filterbank_channel_count=filterbank_channel_count,
        dct_coefficient_count=dct_coefficient_count,
        name=name,
    )
