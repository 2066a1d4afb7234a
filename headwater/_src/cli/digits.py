"""The digits of the demo: MNIST where it can be had, else the set that scikit-learn brings."""

import numpy as np

from headwater._src.cli.main import CommandError
from headwater._src.data.download import user_cache
from headwater._src.data.idx import dense_to_one_hot
from headwater._src.data.mnist import DataSet, Datasets, read_data_sets

_SIDE = 28  # of an image
_DIGIT = 20  # of the digit in the middle of it, as in MNIST
_SMALL_TEST = 297
_SMALL_VALIDATION = 100


def load_digits(folder: str | None, seed: int) -> tuple[str, Datasets]:
    """Gives digits to learn from.

    Args:
      folder: where the MNIST files are; `None` looks in the usual places and then makes do.
      seed: of the order of the examples.

    Returns:
      What they are, in words, and the data sets: flat float32 images, one-hot labels.

    Raises:
      CommandError: if there are none, with what to do about it.
    """
    try:
        return "MNIST", read_data_sets(folder or user_cache() / "mnist", one_hot=True, seed=seed)
    except ValueError as e:  # a damaged file is for its owner to look at
        raise CommandError(str(e)) from e
    except OSError as e:
        if folder is not None:
            raise CommandError(str(e)) from e
        without_mnist = e
    try:
        from sklearn.datasets import load_digits as load_small_digits
    except ImportError as e:
        raise CommandError(
            f"{without_mnist}\nOr run `pip install 'headwater[demo]'` for the smaller digits that "
            "scikit-learn brings."
        ) from e
    small = load_small_digits()
    return (
        "scikit-learn's 1,797 digits, scaled from 8x8 to 28x28, as MNIST cannot be had",
        as_mnist(small.images, small.target, seed),
    )


def as_mnist(images: np.ndarray, digits: np.ndarray, seed: int) -> Datasets:
    """Makes MNIST's form out of small images.

    Args:
      images: array of shape `[n, rows, columns]`, values from 0 (white) to 16 (black).
      digits: integer array of shape `[n]`.
      seed: of the order of the examples.

    Returns:
      The data sets; those for validation and test are the last ones, written by other hands.
    """
    _, rows, columns = images.shape
    scaled = np.einsum("yr,nrc,xc->nyx", _stretch(rows), images, _stretch(columns))
    margin = (_SIDE - _DIGIT) // 2
    padded = np.pad(scaled * (255 / 16), [(0, 0), (margin, margin), (margin, margin)])
    pixels = np.rint(padded).astype(np.uint8)[..., np.newaxis]
    labels = dense_to_one_hot(digits, 10)
    train = len(pixels) - _SMALL_TEST - _SMALL_VALIDATION
    pieces = [slice(train), slice(train, train + _SMALL_VALIDATION), slice(-_SMALL_TEST, None)]
    return Datasets(*(DataSet(pixels[p], labels[p], one_hot=True, seed=seed) for p in pieces))


def _stretch(size: int) -> np.ndarray:
    """The matrix, `[20, size]`, that stretches a row of pixels by linear interpolation."""
    centres = (np.arange(_DIGIT) + 0.5) * size / _DIGIT - 0.5
    return np.stack([np.interp(centres, np.arange(size), unit) for unit in np.eye(size)], axis=1)
