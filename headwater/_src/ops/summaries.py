"""Ops that make `Summary` messages: scalars, histograms, pictures, sound, tensors, merging."""

import functools
import struct
import sys
import zlib

import numpy as np

from headwater._src.core import tensor_proto
from headwater._src.graph import define_op
from headwater._src.ops import _shapes
from headwater._src.ops._strings import invalid, shape_text

_REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"


def _summary():
    from headwater._src.core.proto import summary_pb2

    return summary_pb2.Summary()


def _result(summary):
    return np.array(summary.SerializeToString(), np.object_)


def _bytes(item):
    return item.encode() if isinstance(item, str) else item


def _tag(value):
    if np.ndim(value) != 0:
        raise invalid("tags must be scalar")
    return _bytes(np.asarray(value, np.object_).item()).decode()


# --- scalars ------------------------------------------------------------------------------------

ScalarSummary = define_op(
    "ScalarSummary",
    inputs="tags: string, values: T",
    outputs="summary: string",
    attrs=[f"T: {_REAL}"],
    shape=_shapes.scalar,
)


@ScalarSummary.kernel
def scalar_summary_kernel(xp, tags, values):
    if np.shape(tags) != np.shape(values):
        hint = f" (tag '{_tag(tags)}')" if np.ndim(tags) == 0 else ""
        raise invalid(
            "tags and values are not the same shape: "
            f"{shape_text(tags)} != {shape_text(values)}{hint}"
        )
    summary = _summary()
    names = np.asarray(tags, np.object_).reshape(-1).tolist()
    numbers = np.asarray(values).astype(np.float64).reshape(-1).tolist()
    for name, number in zip(names, numbers):
        summary.value.add(tag=_bytes(name), simple_value=number)
    return _result(summary)


# --- histograms ---------------------------------------------------------------------------------

HistogramSummary = define_op(
    "HistogramSummary",
    inputs="tag: string, values: T",
    outputs="summary: string",
    attrs=[f"T: {_REAL} = float"],
    shape=_shapes.scalar,
)


@functools.cache
def _limits():
    """The upper ends of the buckets: powers of 1.1 from 1e-12 on, in both directions."""
    positive, limit = [], 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(sys.float_info.max)
    return np.array([-x for x in reversed(positive)] + [0.0] + positive)


@HistogramSummary.kernel
def histogram_summary_kernel(xp, tag, values):
    name = _tag(tag)
    flat = np.asarray(values).astype(np.float64).reshape(-1)
    if np.isnan(flat).any():
        raise invalid(f"Nan in summary histogram for: {name}")
    if np.isinf(flat).any():
        raise invalid(f"Infinity in Histogram for: {name}")
    summary = _summary()
    fill_histogram(summary.value.add(tag=name).histo, flat)
    return _result(summary)


def fill_histogram(histogram, flat):
    """Writes the distribution of numbers into a `HistogramProto`.

    Args:
      histogram: the proto.
      flat: float64 array of shape `[n]`, finite.
    """
    limits = _limits()
    biggest = sys.float_info.max
    histogram.min = flat.min() if flat.size else biggest
    histogram.max = flat.max() if flat.size else -biggest
    histogram.num = flat.size
    # One after the other, as the sums are formed elsewhere.
    histogram.sum = np.cumsum(flat)[-1] if flat.size else 0.0
    histogram.sum_squares = np.cumsum(flat * flat)[-1] if flat.size else 0.0
    places = np.minimum(np.searchsorted(limits, flat, side="right"), limits.size - 1)
    counts = np.bincount(places, minlength=limits.size)
    # Neighbouring empty buckets become one.
    keep = counts > 0
    keep[:-1] |= counts[1:] > 0
    keep[-1] = True
    histogram.bucket_limit.extend(limits[keep].tolist())
    histogram.bucket.extend(counts[keep].tolist())


# --- pictures -----------------------------------------------------------------------------------

ImageSummary = define_op(
    "ImageSummary",
    inputs="tag: string, tensor: T",
    outputs="summary: string",
    attrs=[
        "max_images: int >= 1 = 3",
        "T: {uint8, float, half, double} = float",
        "bad_color: tensor = uint8 {255, 0, 0, 255}",
    ],
    shape=_shapes.scalar,
)


@ImageSummary.kernel
def image_summary_kernel(xp, tag, tensor, *, max_images, bad_color):
    name, tensor = _tag(tag), np.asarray(tensor)
    if tensor.ndim != 4 or tensor.shape[3] not in (1, 3, 4):
        raise invalid(f"Tensor must be 4-D with last dim 1, 3, or 4, not {shape_text(tensor)}")
    depth = tensor.shape[3]
    bad = np.asarray(bad_color)
    if bad.dtype != np.uint8:
        raise invalid(f"bad_color must be uint8, got {bad.dtype}")
    if bad.ndim != 1 or bad.size < depth:
        raise invalid(f"expected depth <= bad_color.size, got {depth} and {shape_text(bad)}")
    summary = _summary()
    images = tensor[:max_images]
    for i, image in enumerate(images):
        pixels = image if image.dtype == np.uint8 else _scaled(image, bad[:depth])
        value = summary.value.add()
        value.tag = f"{name}/image" if max_images == 1 else f"{name}/image/{i}"
        value.image.height, value.image.width, value.image.colorspace = image.shape
        value.image.encoded_image_string = png(pixels)
    return _result(summary)


def _scaled(image, bad):
    """Numbers as bytes: those without negative ones fill 0 to 255, others lie around 128."""
    numbers = image.astype(np.float32)
    finite = np.isfinite(numbers).all(axis=-1)
    good = numbers[finite]
    low, high = (good.min(), good.max()) if good.size else (np.float32(0), np.float32(0))
    if low < 0:
        largest = max(abs(low), abs(high))
        scale, offset = (np.float32(0) if largest < 1e-6 else np.float32(127) / largest), 128
    else:
        scale, offset = (np.float32(0) if high < 1e-6 else np.float32(255) / high), 0
    out = np.empty(image.shape, np.uint8)
    out[finite] = (good * scale + np.float32(offset)).astype(np.uint8)
    out[~finite] = bad
    return out


def png(pixels):
    """A picture in PNG format.

    Args:
      pixels: uint8 array of shape `[rows, columns, 1, 2, 3 or 4]`.

    Returns:
      bytes.
    """
    rows, columns, depth = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[depth]  # grey, grey and alpha, colours, colours and alpha
    header = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    # Every row begins with the number of its filter; 0 is none.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


# --- sound --------------------------------------------------------------------------------------

AudioSummaryV2 = define_op(
    "AudioSummaryV2",
    inputs="tag: string, tensor: float, sample_rate: float",
    outputs="summary: string",
    attrs=["max_outputs: int >= 1 = 3"],
    shape=_shapes.scalar,
)


@AudioSummaryV2.kernel
def audio_summary_kernel(xp, tag, tensor, sample_rate, *, max_outputs):
    name, tensor = _tag(tag), np.asarray(tensor)
    if tensor.ndim not in (2, 3):
        raise invalid(f"Tensor must be 3-D or 2-D, got: {shape_text(tensor)}")
    if np.ndim(sample_rate) != 0:
        raise invalid(f"sample_rate must be scalar, got: {shape_text(sample_rate)}")
    sounds = tensor if tensor.ndim == 3 else tensor[:, :, None]
    summary = _summary()
    for i, sound in enumerate(sounds[:max_outputs]):
        value = summary.value.add()
        value.tag = f"{name}/audio" if max_outputs == 1 else f"{name}/audio/{i}"
        audio = value.audio
        audio.sample_rate = float(sample_rate)
        audio.length_frames, audio.num_channels = sound.shape
        audio.content_type = "audio/wav"
        audio.encoded_audio_string = wav(sound, int(np.rint(float(sample_rate))))
    return _result(summary)


def wav(sound, sample_rate):
    """Sound in WAV format with 16 bits.

    Args:
      sound: float array of shape `[frames, channels]`, from -1 to 1.
      sample_rate: frames per second.

    Returns:
      bytes.
    """
    channels = sound.shape[1]
    samples = np.clip(np.rint(sound * np.float32(32768)), -32768, 32767)
    data = np.nan_to_num(samples).astype("<i2").tobytes()
    rate = sample_rate & 0xFFFFFFFF
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1,
                       channels, rate, rate * 2 * channels & 0xFFFFFFFF, 2 * channels, 16, b"data",
                       len(data))  # fmt: skip
    return head + data


# --- tensors, merging ---------------------------------------------------------------------------

TensorSummary = define_op(
    "TensorSummary",
    inputs="tensor: T",
    outputs="summary: string",
    attrs=[
        "T: type",
        "description: string = ''",
        "labels: list(string) = []",
        "display_name: string = ''",
    ],
    shape=_shapes.scalar,
)
TensorSummaryV2 = define_op(
    "TensorSummaryV2",
    inputs="tag: string, tensor: T, serialized_summary_metadata: string",
    outputs="summary: string",
    attrs=["T: type"],
    shape=_shapes.scalar,
)
MergeSummary = define_op(
    "MergeSummary",
    inputs="inputs: N * string",
    outputs="summary: string",
    attrs=["N: int >= 1"],
    shape=_shapes.scalar,
)


@TensorSummary.host
def tensor_summary_host(ctx, tensor, *, T):
    summary = _summary()
    summary.value.add(node_name=ctx.node.name, tensor=_proto(tensor, T))
    return _result(summary)


def _proto(tensor, dtype):
    tensor = np.asarray(tensor)
    if tensor.dtype == object and tensor.ndim == 0:
        tensor = tensor.item()
    return tensor_proto.make_tensor_proto(tensor, dtype)


@TensorSummaryV2.kernel
def tensor_summary_v2_kernel(xp, tag, tensor, serialized_summary_metadata, *, T):
    from google.protobuf.message import DecodeError

    summary = _summary()
    value = summary.value.add(tag=_tag(tag), tensor=_proto(tensor, T))
    try:
        value.metadata.ParseFromString(
            _bytes(np.asarray(serialized_summary_metadata, object).item())
        )
    except DecodeError:
        raise invalid("serialized_summary_metadata is not a SummaryMetadata") from None
    return _result(summary)


@MergeSummary.kernel
def merge_summary_kernel(xp, inputs):
    from google.protobuf.message import DecodeError

    merged, seen = _summary(), set()
    for array in inputs:
        for data in np.asarray(array, np.object_).reshape(-1).tolist():
            part = _summary()
            try:
                part.ParseFromString(_bytes(data))
            except DecodeError:
                raise invalid("Could not parse one of the summary inputs") from None
            for value in part.value:
                if value.tag and value.tag in seen:
                    raise invalid(f"Duplicate tag {value.tag} found in summary inputs ")
                seen.add(value.tag)
            merged.value.extend(part.value)
    return _result(merged)


for _op in (ScalarSummary, HistogramSummary, ImageSummary, AudioSummaryV2, TensorSummary,
            TensorSummaryV2, MergeSummary):  # fmt: skip
    _op.no_gradient()
