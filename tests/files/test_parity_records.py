"""Compressed records byte by byte, and what parsing them says, against TensorFlow."""

from __future__ import annotations

import random
import zlib

import pytest

OPTIONS = [
    {},
    {"compression_level": 2},
    {"window_bits": 9},
    {"compression_strategy": zlib.Z_HUFFMAN_ONLY},
    {"mem_level": 3},
    {"input_buffer_size": 100},
    {"flush_mode": zlib.Z_NO_FLUSH},
    {"flush_mode": zlib.Z_SYNC_FLUSH},
    {"flush_mode": zlib.Z_FULL_FLUSH},
    {"flush_mode": zlib.Z_FULL_FLUSH, "input_buffer_size": 4096},
    {"flush_mode": zlib.Z_FULL_FLUSH, "input_buffer_size": 7},
    {"flush_mode": zlib.Z_SYNC_FLUSH, "input_buffer_size": 5000},
]


def records():
    """Digits, text that repeats itself (500 kB), and many short records."""
    rng = random.Random(1)
    digits = "".join(rng.choices("0123456789", k=10_000)).encode()
    text = b"a record that is much like the others before it, " * 10
    begins = [rng.randrange(400) for _ in range(5_000)]
    return [
        digits,
        b"".join(text[b : b + 100] for b in begins),
        digits,
        *[b"%d" % b for b in begins],
    ]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", ["ZLIB", "GZIP"])
def test_compressed_bytes(hw, oracle, tmp_path, kind, options):
    if (kind, *options) == ("GZIP", "window_bits"):
        kind = "ZLIB"  # TensorFlow writes a stream of ZLIB's then, which it cannot read as GZIP
    for tf, name in ((hw, "ours"), (oracle, "theirs")):
        chosen = getattr(tf.python_io.TFRecordCompressionType, kind)
        settings = tf.python_io.TFRecordOptions(chosen, **options)
        with tf.python_io.TFRecordWriter(str(tmp_path / name), settings) as writer:
            for record in records():
                writer.write(record)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    assert list(hw.python_io.tf_record_iterator(str(tmp_path / "ours"), settings_of(hw, kind))) == (
        records()
    )


def settings_of(tf, kind):
    return tf.python_io.TFRecordOptions(getattr(tf.python_io.TFRecordCompressionType, kind))


@pytest.mark.parametrize("dtype", ["string", "float32", "int64"])
def test_a_sequence_that_is_no_multiple(hw, oracle, dtype):
    said = []
    for tf in (hw, oracle):
        with tf.Graph().as_default(), tf.Session() as sess:
            example = tf.train.Example()
            feature = example.features.feature["k"]
            {
                "string": lambda f: f.bytes_list.value.extend([b"x"] * 3),
                "float32": lambda f: f.float_list.value.extend([1.0] * 3),
                "int64": lambda f: f.int64_list.value.extend([1] * 3),
            }[dtype](feature)
            spec = tf.FixedLenSequenceFeature([2], getattr(tf, dtype), allow_missing=True)
            parsed = tf.parse_example([example.SerializeToString()], {"k": spec})
            with pytest.raises(tf.errors.InvalidArgumentError) as caught:
                sess.run(parsed)
            lines = [line for line in str(caught.value).splitlines() if "Number of" in line]
            said.append(lines[0][lines[0].index("Name:") :].split("\n")[0])
    assert said[0] == said[1]
    assert "is not a multiple of stride length" in said[0]


def test_a_collection_in_a_meta_graph(hw):
    """`Saver._add_collection_def`, which programs call: a mixed list and an odd key are left out."""
    saver, proto = hw.train.Saver({"v": hw.Variable(1.0, name="v")}), hw.MetaGraphDef()
    hw.add_to_collection(saver, 3)
    hw.add_to_collection("mixed", 3)
    hw.add_to_collection("mixed", 3.5)
    hw.add_to_collection("whole", 3)
    for key in (saver, "mixed", "whole"):
        saver._add_collection_def(proto, key)
    assert list(proto.collection_def) == ["whole"]
    assert list(proto.collection_def["whole"].int64_list.value) == [3]
