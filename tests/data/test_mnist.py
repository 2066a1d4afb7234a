"""`read_data_sets`: what it gives, where it looks, what it downloads, what it says."""

import hashlib
import re

import numpy as np
import pytest

from headwater._src.data import mnist
from headwater.examples.tutorials.mnist import input_data

from .idx_files import labels_file, write_data

NAMES = list(mnist.FILES)


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch, tmp_path):
    """No data on this machine and no network: the original's address is an empty folder."""
    monkeypatch.delenv("HEADWATER_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = (tmp_path / "web").as_uri() + "/"
    monkeypatch.setattr(mnist, "_SOURCES_OF_THE_ORIGINAL", (source,))
    monkeypatch.setattr(mnist, "DEFAULT_SOURCE_URL", source)


def read(folder, **options):
    options.setdefault("source_url", mnist.DEFAULT_SOURCE_URL)
    options.setdefault("validation_size", 10)
    return input_data.read_data_sets(folder, **options)


def test_what_is_read(tmp_path, capsys):
    folder = write_data(tmp_path / "given")
    digits = read(folder)
    assert capsys.readouterr().out.splitlines() == [f"Extracting {folder / n}" for n in NAMES]
    assert digits._fields == ("train", "validation", "test")
    assert [d.num_examples for d in digits] == [50, 10, 20]
    assert [d.images.shape for d in digits] == [(50, 784), (10, 784), (20, 784)]
    assert digits.train.images.dtype == np.float32 and digits.train.labels.dtype == np.uint8
    # The first examples of the file are for validation.
    first = np.rint(digits.train.images[:, 0] * 255), np.rint(digits.validation.images[:, 0] * 255)
    assert [f.tolist() for f in first] == [list(range(10, 60)), list(range(10))]


def test_floats_are_the_products_of_float32(tmp_path):
    folder = write_data(tmp_path)
    pixels = read(folder, dtype=np.uint8).test.images
    scaled = np.multiply(pixels.astype(np.float32), 1.0 / 255.0)
    assert read(folder).test.images.tobytes() == scaled.tobytes()


class DTypeLike:
    as_numpy_dtype = np.uint8


@pytest.mark.parametrize(
    "dtype",
    [np.uint8, "uint8", np.dtype(np.uint8), DTypeLike()],
    ids=["type", "name", "numpy.dtype", "DType"],
)
def test_unscaled_unflattened(tmp_path, dtype):
    images = read(write_data(tmp_path), dtype=dtype, reshape=False, one_hot=True).train.images
    assert images.shape == (50, 28, 28, 1) and images.dtype == np.uint8


@pytest.mark.parametrize("dtype", [np.float64, "int32", "no type"], ids=repr)
def test_wrong_dtype(tmp_path, dtype):
    shown = re.escape(repr(dtype))
    with pytest.raises(TypeError, match=f"Invalid image dtype {shown}, expected uint8 or float32"):
        read(tmp_path, dtype=dtype)


@pytest.mark.parametrize("size", [-1, 61])
def test_wrong_validation_size(tmp_path, size):
    message = rf"Validation size should be between 0 and 60\. Received: {size}\."
    with pytest.raises(ValueError, match=message):
        read(write_data(tmp_path), validation_size=size)


def test_fewer_labels_than_images(tmp_path):
    write_data(tmp_path)
    (tmp_path / NAMES[3]).write_bytes(labels_file(np.zeros(3, np.uint8)))
    with pytest.raises(ValueError, match=r"images.shape: \(20, .* labels.shape: \(3,\)"):
        read(tmp_path)


def test_fake_data_reads_nothing(tmp_path):
    digits = input_data.read_data_sets(tmp_path / "nowhere", fake_data=True, one_hot=True)
    assert [d.num_examples for d in digits] == [10000] * 3
    assert len(digits.train.next_batch(3)[1][0]) == 10


# --- where the files are ------------------------------------------------------------------------


def test_the_given_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADWATER_DATA", str(tmp_path / "env"))
    sizes = {"given": 31, "env/mnist": 32, "cache/headwater/mnist": 33}
    for name, n in sizes.items():
        write_data(tmp_path / name, train=n)
    for name, n in sizes.items():
        assert read(tmp_path / "given", validation_size=0).train.num_examples == n
        (tmp_path / name / NAMES[0]).unlink()  # a folder that lacks one is passed over


def test_other_data_are_not_replaced_by_mnist(tmp_path, monkeypatch):
    """With another address the program means other data in MNIST's form."""
    monkeypatch.setenv("HEADWATER_DATA", str(tmp_path / "env"))
    write_data(tmp_path / "env" / "mnist", train=32)
    write_data(tmp_path / "fashion", train=34)
    source = (tmp_path / "fashion").as_uri()
    digits = read(tmp_path / "given", source_url=source, validation_size=0)
    assert digits.train.num_examples == 34
    assert sorted(p.name for p in (tmp_path / "given").iterdir()) == sorted(NAMES)


def test_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADWATER_DATA", str(tmp_path / "env"))
    with pytest.raises(FileNotFoundError) as raised:
        read(tmp_path / "given")
    message = str(raised.value)
    for named in [*NAMES, "given\n", "env/mnist\n", "cache/headwater/mnist\n", "HEADWATER_DATA"]:
        assert named in message
    assert not (tmp_path / "given").exists()  # nothing to put there


# --- downloads ----------------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path, monkeypatch):
    """The original, for this test: small files with the digests that go with them."""
    folder = write_data(tmp_path / "web")
    digests = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in NAMES}
    monkeypatch.setattr(mnist, "FILES", digests)
    return folder


def test_download(tmp_path, web, capsys):
    assert read(tmp_path / "new" / "folder").train.num_examples == 50
    out, err = capsys.readouterr()
    assert out.count("Successfully downloaded") == 4 and not err  # no bar: nobody watches
    assert sorted(p.name for p in (tmp_path / "new/folder").iterdir()) == sorted(NAMES)
    read(tmp_path / "new" / "folder")
    assert "downloaded" not in capsys.readouterr().out


def test_download_of_what_is_missing(tmp_path, web, capsys):
    folder = write_data(tmp_path / "given")
    (folder / NAMES[2]).unlink()
    read(folder)
    assert capsys.readouterr().out.count("Successfully downloaded") == 1


def test_originals_are_not_mixed_with_others(tmp_path, web):
    folder = write_data(tmp_path / "given", train=40)
    (folder / NAMES[3]).unlink()
    with pytest.raises(ValueError, match=f"{NAMES[0]} is not the original file of MNIST"):
        read(folder)


def test_damaged_download(tmp_path, web):
    path = web / NAMES[1]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=f"{NAMES[1]} has the SHA-256 digest .* expected"):
        read(tmp_path / "given")
    assert [p.name for p in (tmp_path / "given").iterdir()] == [NAMES[0]]  # nothing half-way


def test_download_goes_to_the_cache_when_the_folder_cannot_be_made(tmp_path, web):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    assert read(blocked / "folder").train.num_examples == 50
    assert len(list((tmp_path / "cache/headwater/mnist").iterdir())) == 4


def test_real_digits(data):
    """The digits beside the checkout, where there are some: sizes, ranges, and images upright."""
    if not (data / "mnist").is_dir():
        pytest.skip(f"no digits in {data}")
    digits = input_data.read_data_sets(data / "mnist", one_hot=True)
    assert (digits.train.num_examples, digits.validation.num_examples) == (55000, 5000)
    assert digits.test.num_examples in (2000, 10000)
    for d in digits:
        assert d.images.min() == 0 and d.images.max() == 1
        np.testing.assert_array_equal(d.labels.sum(axis=1), 1)
    ones = digits.test.images[digits.test.labels[:, 1] == 1].mean(axis=0).reshape(28, 28)
    assert ones[:, 12:16].sum() > 4 * ones[12:16, :].sum() / 3  # upright: more ink down than across
