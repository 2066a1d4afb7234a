"""The IDX files of MNIST: what is read from good ones, and what is said of bad ones."""

import gzip
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, strategies as st

from headwater.examples.tutorials.mnist import input_data

from .idx_files import images_file, labels_file

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
LABELS = np.array([7, 0, 9], np.uint8)


def named(content: bytes, name: str = "some/file.gz") -> io.BytesIO:
    f = io.BytesIO(content)
    f.name = name
    return f


def test_images(capsys):
    images = input_data.extract_images(named(images_file(IMAGES)))
    np.testing.assert_array_equal(images, IMAGES[..., np.newaxis])
    assert images.dtype == np.uint8 and images.flags.writeable
    assert capsys.readouterr().out == "Extracting some/file.gz\n"


def test_labels(capsys):
    labels = input_data.extract_labels(named(labels_file(LABELS)))
    np.testing.assert_array_equal(labels, LABELS)
    assert labels.dtype == np.uint8
    assert capsys.readouterr().out == "Extracting some/file.gz\n"


def test_one_hot_labels():
    labels = input_data.extract_labels(named(labels_file(LABELS)), one_hot=True)
    np.testing.assert_array_equal(labels, np.eye(10)[LABELS])
    assert labels.dtype == np.float64


def test_no_examples():
    assert input_data.extract_images(named(images_file(IMAGES[:0]))).shape == (0, 3, 4, 1)
    assert input_data.dense_to_one_hot(np.zeros(0, np.uint8), 10).shape == (0, 10)


def header(*words: int) -> bytes:
    return np.array(words, ">u4").tobytes()


BAD_IMAGES = {
    "not gzip": (b"plainly no gzip file", "file.gz is not a complete gzip file"),
    "empty": (b"", r"Invalid magic number 0 in MNIST image file: some/file\.gz"),
    "cut": (images_file(IMAGES)[:-10], "file.gz is not a complete gzip file"),
    "a label file": (labels_file(LABELS), r"Invalid magic number 2049 in MNIST image file: some/"),
    "cut header": (gzip.compress(header(2051, 1)), r"file\.gz ends inside its header \(8 bytes\)"),
    "too short": (gzip.compress(header(2051, 9, 2, 2) + b"1234"), "says 36 bytes .* only 4 came"),
    "too long": (gzip.compress(header(2051, 1, 1, 2) + b"1234"), "says 2 bytes .* more came"),
    "absurd": (gzip.compress(header(2051, *[2**32 - 1] * 3)), "claims 7922816.* it is corrupt"),
}


@pytest.mark.parametrize(("content", "message"), BAD_IMAGES.values(), ids=BAD_IMAGES)
def test_bad_images(content, message):
    with pytest.raises(ValueError, match=message):
        input_data.extract_images(named(content))


def test_a_damaged_byte_is_noticed():
    content = bytearray(images_file(IMAGES))
    content[-6] ^= 1  # in the checksum at the end
    with pytest.raises(ValueError, match="not a complete gzip file"):
        input_data.extract_images(named(bytes(content)))


def test_a_false_header_allocates_little():
    content = gzip.compress(header(2051, 2**20, 28, 28) + bytes(100))  # claims 822 MB
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="only 100 came"):
            input_data.extract_images(named(content))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("labels", "shown"), [([3, 10], "3 to 10"), ([-1, 2], "-1 to 2")], ids=["high", "low"]
)
def test_labels_out_of_range(labels, shown):
    with pytest.raises(ValueError, match=rf"must lie in \[0, 10\), but they range from {shown}"):
        input_data.dense_to_one_hot(np.array(labels), 10)


@given(content=st.binary(max_size=64), compressed=st.booleans(), magic=st.booleans())
def test_any_bytes_give_an_array_or_a_clear_error(content, compressed, magic):
    if magic:
        content = header(2051) + content
    try:
        images = input_data.extract_images(named(gzip.compress(content) if compressed else content))
    except ValueError as e:
        assert "some/file.gz" in str(e)
    else:
        assert images.size == len(content) - 16
