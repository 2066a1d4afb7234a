"""Writes small data sets in MNIST's form."""

import gzip
from pathlib import Path

import numpy as np


def images_file(images: np.ndarray) -> bytes:
    """The compressed IDX file of uint8 images of shape `[n, rows, columns]`."""
    header = np.array([2051, *images.shape], ">u4").tobytes()
    return gzip.compress(header + images.tobytes(), mtime=0)


def labels_file(labels: np.ndarray) -> bytes:
    """The compressed IDX file of uint8 labels of shape `[n]`."""
    return gzip.compress(
        np.array([2049, *labels.shape], ">u4").tobytes() + labels.tobytes(), mtime=0
    )


def write_data(folder: Path, train: int = 60, test: int = 20) -> Path:
    """Writes all four files; pixel [0, 0] of each image is its number in the file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, n in (("train", train), ("t10k", test)):
        images = np.random.RandomState(0).randint(0, 256, [n, 28, 28]).astype(np.uint8)
        images[:, 0, 0] = np.arange(n)
        labels = (np.arange(n) % 10).astype(np.uint8)
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(images_file(images))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(labels_file(labels))
    return folder
