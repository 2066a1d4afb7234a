"""`tf.keras.datasets`: small data sets, from the user's folder or downloaded into it."""

import json
import os
from pathlib import Path

import numpy as np

from headwater._src.data import idx, mnist
from headwater._src.keras.cached_files import cache_folder, get_file
from headwater._src.keras.safe_arrays import read_npz, read_pickle
from headwater._src.keras.state import image_data_format

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_CIFAR_ORIGIN = "https://www.cs.toronto.edu/~kriz/"
_FASHION = (
    "train-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
)


def load_mnist(path="mnist.npz"):
    """Handwritten digits: 60000 pictures of 28 by 28 pixels for training and 10000 for tests.

    Args:
      path: name or path of an `.npz` file; where there is none, the four files of the original
        data set are read, and fetched if need be.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: uint8 arrays `[n, 28, 28]` and `[n]`.
    """
    given = Path(path) if os.path.isabs(path) else cache_folder() / "datasets" / path
    if given.is_file():
        arrays = read_npz(given)
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    if os.path.isabs(path):
        raise FileNotFoundError(f"{path} does not exist")
    sets = mnist.read_data_sets(
        str(cache_folder() / "datasets" / "mnist"), dtype=np.uint8, reshape=False, validation_size=0
    )
    return _pictures(sets.train), _pictures(sets.test)


def _pictures(part):
    return part.images[..., 0], part.labels


def load_fashion_mnist():
    """Pictures of clothes in ten classes, in the shapes of MNIST.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: uint8 arrays `[n, 28, 28]` and `[n]`.
    """
    subdir = os.path.join("datasets", "fashion-mnist")
    arrays = []
    for name in _FASHION:
        path = get_file(name, origin=_ORIGIN + name, cache_subdir=subdir)
        with open(path, "rb") as file:
            extract = idx.extract_images if "images" in name else idx.extract_labels
            arrays.append(extract(file))
    y_train, x_train, y_test, x_test = arrays
    return (x_train[..., 0], y_train), (x_test[..., 0], y_test)


def _cifar_batch(path, label_key):
    """Pictures `[n, 3, 32, 32]` and labels of a file of the CIFAR data sets."""
    with open(path, "rb") as file:
        content = read_pickle(file)
    return content[b"data"].reshape(-1, 3, 32, 32), content[label_key.encode()]


def _as_layout(pictures):
    return pictures.transpose(0, 2, 3, 1) if image_data_format() == "channels_last" else pictures


def _cifar(x_train, y_train, x_test, y_test):
    y_train, y_test = (np.reshape(y, (len(y), 1)) for y in (y_train, y_test))
    return (
        (_as_layout(x_train), y_train.astype(np.uint8)),
        (_as_layout(x_test), y_test.astype(x_test.dtype)),
    )


def load_cifar10():
    """Small pictures in ten classes: 50000 for training and 10000 for tests.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: uint8 arrays `[n, 32, 32, 3]` and `[n, 1]`.
    """
    folder = get_file(
        "cifar-10-batches-py",
        origin=_CIFAR_ORIGIN + "cifar-10-python.tar.gz",
        untar=True,
        file_hash="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    )
    batches = [_cifar_batch(os.path.join(folder, f"data_batch_{i}"), "labels") for i in range(1, 6)]
    test = _cifar_batch(os.path.join(folder, "test_batch"), "labels")
    pictures = np.concatenate([b[0] for b in batches])
    return _cifar(pictures, np.concatenate([b[1] for b in batches]), *test)


def load_cifar100(label_mode="fine"):
    """Small pictures in 100 classes of 20 kinds: 50000 for training and 10000 for tests.

    Args:
      label_mode: `"fine"` for the classes, `"coarse"` for their kinds.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: uint8 arrays `[n, 32, 32, 3]` and `[n, 1]`.

    Raises:
      ValueError: `label_mode` is another one.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f'`label_mode` must be one of `"fine"`, `"coarse"`. Received: label_mode={label_mode}.'
        )
    folder = get_file(
        "cifar-100-python",
        origin=_CIFAR_ORIGIN + "cifar-100-python.tar.gz",
        untar=True,
        file_hash="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    )
    key = f"{label_mode}_labels"
    train = _cifar_batch(os.path.join(folder, "train"), key)
    return _cifar(*train, *_cifar_batch(os.path.join(folder, "test"), key))


def load_boston_housing(path="boston_housing.npz", test_split=0.2, seed=113):
    """Prices of houses near Boston with 13 numbers about each: 506 examples.

    Args:
      path: name of the file in the cache, or its path.
      test_split: the share of examples for tests.
      seed: of the examples' order.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: float64 arrays `[n, 13]` and `[n]`.
    """
    file_hash = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
    arrays = read_npz(
        get_file(path, origin=_ORIGIN + "boston_housing.npz", file_hash=_for(path, file_hash))
    )
    order = np.arange(len(arrays["x"]))
    np.random.RandomState(seed).shuffle(order)
    x, y = arrays["x"][order], arrays["y"][order]
    split = int(len(x) * (1 - test_split))
    return (x[:split], y[:split]), (x[split:], y[split:])


def _for(path, file_hash):
    """The hash that a file must have: a program's own file may have any."""
    return None if os.path.isabs(path) else file_hash


def _prepared(sequences, labels, limits, start_char, oov_char, index_from):
    """Sequences with markers for the start and for words that are left out."""
    num_words, skip_top, maxlen = limits
    if start_char is not None:
        sequences = [[start_char, *(w + index_from for w in s)] for s in sequences]
    elif index_from:
        sequences = [[w + index_from for w in s] for s in sequences]
    if maxlen:
        kept = [i for i, s in enumerate(sequences) if len(s) < maxlen]
        sequences, labels = [sequences[i] for i in kept], labels[kept]
        if not sequences:
            raise ValueError(
                f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was "
                "kept. Increase maxlen."
            )
    if not num_words:
        num_words = max(max(s) for s in sequences)
    if oov_char is not None:
        sequences = [[w if skip_top <= w < num_words else oov_char for w in s] for s in sequences]
    else:
        sequences = [[w for w in s if skip_top <= w < num_words] for s in sequences]
    return _object_array(sequences), labels


def _object_array(sequences):
    result = np.empty(len(sequences), object)
    result[:] = sequences
    return result


def load_imdb(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Reviews of films as lists of word numbers, with 1 for praise and 0 for blame.

    Args:
      path: name of the file in the cache, or its path.
      num_words: words from this rank on are left out.
      skip_top: the most frequent words, as many as this, are left out.
      maxlen: longer reviews are left out.
      seed: of the reviews' order.
      start_char: the number that each review begins with.
      oov_char: the number in place of words that are left out.
      index_from: added to the words' ranks.
      **kwargs: `nb_words`, older name of `num_words`.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: arrays of lists, and of labels.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {kwargs}.")
    file_hash = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
    arrays = read_npz(get_file(path, origin=_ORIGIN + "imdb.npz", file_hash=_for(path, file_hash)))
    shuffle = np.random.RandomState(seed).shuffle
    parts = []
    for part in ("train", "test"):
        order = np.arange(len(arrays[f"x_{part}"]))
        shuffle(order)
        parts.append((arrays[f"x_{part}"][order], arrays[f"y_{part}"][order]))
    sequences = [*parts[0][0], *parts[1][0]]
    labels = np.concatenate([parts[0][1], parts[1][1]])
    limits = (num_words, skip_top, maxlen)
    if maxlen:  # what is left out moves the border between training and test
        marked = len([s for s in parts[0][0] if len(s) + (start_char is not None) < maxlen])
    else:
        marked = len(parts[0][0])
    x, y = _prepared(sequences, labels, limits, start_char, oov_char, index_from)
    return (x[:marked], y[:marked]), (x[marked:], y[marked:])


def load_reuters(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Newswires as lists of word numbers, with one of 46 topics each.

    Args:
      path: name of the file in the cache, or its path.
      num_words: words from this rank on are left out.
      skip_top: the most frequent words, as many as this, are left out.
      maxlen: longer texts are left out.
      test_split: the share of texts for tests.
      seed: of the texts' order.
      start_char: the number that each text begins with.
      oov_char: the number in place of words that are left out.
      index_from: added to the words' ranks.
      **kwargs: `nb_words`, older name of `num_words`.

    Returns:
      `(x_train, y_train), (x_test, y_test)`: arrays of lists, and of topics.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {kwargs}.")
    file_hash = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
    arrays = read_npz(
        get_file(path, origin=_ORIGIN + "reuters.npz", file_hash=_for(path, file_hash))
    )
    order = np.arange(len(arrays["x"]))
    np.random.RandomState(seed).shuffle(order)
    limits = (num_words, skip_top, maxlen)
    x, y = _prepared(
        list(arrays["x"][order]), arrays["y"][order], limits, start_char, oov_char, index_from
    )
    split = int(len(x) * (1 - test_split))
    return (x[:split], y[:split]), (x[split:], y[split:])


def _word_index(path, name, file_hash):
    with open(get_file(path, origin=_ORIGIN + name, file_hash=_for(path, file_hash))) as file:
        return json.load(file)


def imdb_word_index(path="imdb_word_index.json"):
    """The rank of each word in the reviews of films.

    Args:
      path: name of the file in the cache, or its path.

    Returns:
      Dict from word to rank.
    """
    return _word_index(path, "imdb_word_index.json", "bfafd718b763782e994055a2d397834f")


def reuters_word_index(path="reuters_word_index.json"):
    """The rank of each word in the newswires.

    Args:
      path: name of the file in the cache, or its path.

    Returns:
      Dict from word to rank.
    """
    return _word_index(path, "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921")
