"""`tf.keras.utils.get_file` and `tf.keras.datasets`: files that are there, hashes, hostile ones."""

import gzip
import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

import headwater as tf


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("HEADWATER_DATA", raising=False)
    (tmp_path / "datasets").mkdir()
    return tmp_path


def test_get_file_fetches_once_and_checks(home, tmp_path):
    source = tmp_path / "source.txt"
    source.write_text("first")
    digest = hashlib.sha256(b"first").hexdigest()
    path = tf.keras.utils.get_file("a.txt", origin=source.as_uri(), file_hash=digest)
    source.write_text("second")
    assert (
        Path(tf.keras.utils.get_file("a.txt", source.as_uri(), file_hash=digest)).read_text()
        == "first"
    )
    with pytest.raises(ValueError, match="another hash"):
        tf.keras.utils.get_file("b.txt", origin=source.as_uri(), md5_hash="0" * 32)
    assert path == str(home / "datasets" / "a.txt")


def test_get_file_unpacks_but_not_outside(home, tmp_path):
    archive = tmp_path / "good.tar.gz"
    with tarfile.open(archive, "w:gz") as out:
        _add(out, "good/inside.txt", b"x")
    path = tf.keras.utils.get_file("good", origin=archive.as_uri(), untar=True)
    assert (home / "datasets" / "good" / "inside.txt").read_bytes() == b"x"
    assert path == str(home / "datasets" / "good")
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as out:
        _add(out, "../../outside.txt", b"x")
    with pytest.raises(ValueError, match="not unpacked"):
        tf.keras.utils.get_file("bad", origin=(tmp_path / "bad.tar.gz").as_uri(), untar=True)


def _add(archive, name, content):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def test_missing_file_says_where_to_put_it(home):
    with pytest.raises(OSError, match="HEADWATER_DATA"):
        tf.keras.utils.get_file("no.bin", origin="file:///nowhere/no.bin")


def test_mnist_from_npz(home):
    arrays = {
        "x_train": np.ones((3, 28, 28), np.uint8),
        "y_train": np.arange(3, dtype=np.uint8),
        "x_test": np.zeros((2, 28, 28), np.uint8),
        "y_test": np.arange(2, dtype=np.uint8),
    }
    np.savez(home / "datasets" / "mnist.npz", **arrays)
    (x, y), (x_test, _) = tf.keras.datasets.mnist.load_data()
    assert x.shape == (3, 28, 28) and list(y) == [0, 1, 2] and x_test.shape == (2, 28, 28)


def test_fashion_mnist_from_folder(home, monkeypatch, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    monkeypatch.setenv("HEADWATER_DATA", str(folder))
    for part, n in (("train", 3), ("t10k", 2)):
        header = np.array([2051, n, 28, 28], ">u4").tobytes()
        pixels = bytes(n * 28 * 28)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + pixels))
        labels = np.array([2049, n], ">u4").tobytes() + bytes(range(n))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    (x, y), (_, y_test) = tf.keras.datasets.fashion_mnist.load_data()
    assert x.shape == (3, 28, 28) and list(y) == [0, 1, 2] and list(y_test) == [0, 1]


def _cifar(home, monkeypatch, folder, files):
    base = home / "datasets" / folder
    base.mkdir()
    monkeypatch.setenv("HEADWATER_DATA", str(home))
    for name, label in files.items():
        content = {b"data": np.arange(2 * 3072, dtype=np.int64).astype(np.uint8).reshape(2, 3072)}
        content[label] = [4, 7]
        (base / name).write_bytes(pickle.dumps(content, protocol=2))
    (home / f"{folder}.tar.gz").write_bytes(b"")


def test_cifar10(home, monkeypatch):
    files = dict.fromkeys([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"], b"labels")
    _cifar(home, monkeypatch, "cifar-10-batches-py", files)
    (x, y), (x_test, y_test) = tf.keras.datasets.cifar10.load_data()
    assert x.shape == (10, 32, 32, 3) and y.shape == (10, 1) and y.dtype == np.uint8
    assert x[0, 0, 1, 0] == 1 and x_test.shape == (2, 32, 32, 3) and list(y_test[:, 0]) == [4, 7]


def test_cifar100(home, monkeypatch):
    files = {"train": b"fine_labels", "test": b"fine_labels"}
    _cifar(home, monkeypatch, "cifar-100-python", files)
    (x, _), _ = tf.keras.datasets.cifar100.load_data("fine")
    assert x.shape == (2, 32, 32, 3)
    with pytest.raises(ValueError, match="label_mode"):
        tf.keras.datasets.cifar100.load_data("other")


def _lists(*rows):
    result = np.empty(len(rows), object)
    result[:] = [list(row) for row in rows]
    return result


def test_imdb_of_lists(home):
    path = home / "imdb.npz"
    x, y = _lists([1, 2, 9], [3], [4, 5]), np.array([0, 1, 1])
    np.savez(path, x_train=x, y_train=y, x_test=x[:1], y_test=y[:1])
    (x_train, y_train), (x_test, _) = tf.keras.datasets.imdb.load_data(str(path), num_words=8)
    assert sorted(map(list, x_train)) == [[1, 4, 5, 2], [1, 6], [1, 7, 2]]
    assert len(y_train) == 3 and list(x_test[0]) == [1, 4, 5, 2]


def test_reuters_and_boston_housing_split(home):
    np.savez(home / "r.npz", x=_lists([1], [2], [3], [4], [5]), y=np.arange(5))
    (x, y), (x_test, _) = tf.keras.datasets.reuters.load_data(str(home / "r.npz"))
    assert len(x) == len(y) == 4 and len(x_test) == 1
    np.savez(home / "b.npz", x=np.arange(10.0).reshape(5, 2), y=np.arange(5.0))
    (x, y), _ = tf.keras.datasets.boston_housing.load_data(str(home / "b.npz"), test_split=0.4)
    assert x.shape == (3, 2) and y.shape == (3,)


class Evil:
    def __reduce__(self):
        return print, ("called",)


def test_hostile_pickles_are_refused(home, capsys):
    bad = np.empty(1, object)
    bad[0] = Evil()
    np.savez(home / "bad.npz", x=bad, y=np.zeros(1))
    with pytest.raises(ValueError, match="print"):
        tf.keras.datasets.reuters.load_data(str(home / "bad.npz"))
    assert "called" not in capsys.readouterr().out
