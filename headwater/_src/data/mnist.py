"""The MNIST reader of the tutorials: `read_data_sets` and the `DataSet`s it gives.

Read `read_data_sets` first, then `DataSet.next_batch` (TensorFlow 1.x's order of examples for the
same NumPy seed), then `_folder_with_data`, which says where files are looked for.
"""

import hashlib
import os
from collections import namedtuple
from pathlib import Path

import numpy as np

from headwater._src.data.download import download, user_cache
from headwater._src.data.idx import extract_images, extract_labels
from headwater._src.graph.default import get_default_graph

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"

# The files of the original data set and their SHA-256 digests.
FILES = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}

# Where programs have said the original is: what is fetched for them must be the original.
_SOURCES_OF_THE_ORIGINAL = (
    DEFAULT_SOURCE_URL,
    "http://yann.lecun.com/exdb/mnist/",
    "https://yann.lecun.com/exdb/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)

_FAKE_EXAMPLES = 10000
_MOST_SEED = 2**31 - 1

Datasets = namedtuple("Datasets", ["train", "validation", "test"])
Datasets.__doc__ = "The three `DataSet`s that `read_data_sets` gives."


class DataSet:
    """Images with their labels, given out batch by batch in a new order for every epoch."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype=np.float32,
        reshape: bool = True,
        seed: int | None = None,
    ):
        """Makes a data set; NumPy's global generator is seeded, as TensorFlow 1.x does.

        Args:
          images: uint8 array of shape `[n, rows, columns, depth]`; not used with `fake_data`.
          labels: array of shape `[n]` or `[n, classes]`; not used with `fake_data`.
          fake_data: give constant examples, for trying out a program.
          one_hot: whether the labels of fake examples have shape `[10]`.
          dtype: uint8 for pixels as they are, float32 for pixels scaled to `[0, 1]`.
          reshape: whether to flatten the images to `[n, rows * columns]` (depth must be 1).
          seed: of the order of the examples; `None` takes the default graph's seed, and if that
            has none, one from the system.

        Raises:
          TypeError: if `dtype` is neither uint8 nor float32.
          ValueError: if there aren't as many images as labels, or the images have a wrong shape.
        """
        np.random.seed(_numpy_seed(seed))
        pixel_dtype = _pixel_dtype(dtype)
        self.one_hot = one_hot
        self._fake_data = fake_data
        self._index_in_epoch = 0
        self._epochs_completed = 0
        self._images = images
        self._labels = labels
        if fake_data:
            self._num_examples = _FAKE_EXAMPLES
            return
        if images.shape[0] != labels.shape[0]:
            raise ValueError(
                f"Every image needs a label: images.shape: {images.shape} "
                f"labels.shape: {labels.shape}"
            )
        if reshape:
            if images.ndim != 4 or images.shape[3] != 1:
                raise ValueError(
                    "`reshape` needs images of shape [n, rows, columns, 1], "
                    f"but images.shape is {images.shape}."
                )
            images = images.reshape(images.shape[0], images.shape[1] * images.shape[2])
        if pixel_dtype == np.float32:
            images = np.multiply(images, np.float32(1.0 / 255.0), dtype=np.float32)
        self._images = images
        self._num_examples = images.shape[0]
        # The order of the epoch.  The arrays stay put: gathering a batch costs microseconds, moving
        # 170 MB of pixels for each new order costs more than an epoch of a small model.
        self._order = np.arange(self._num_examples)
        self._in_place = True

    @property
    def images(self) -> np.ndarray:
        """The images, in the order of the current epoch."""
        self._reorder()
        return self._images

    @property
    def labels(self) -> np.ndarray:
        """The labels, in the order of the current epoch."""
        self._reorder()
        return self._labels

    @property
    def num_examples(self) -> int:
        """The number of examples."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How many times all examples have been given out."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True):
        """Gives the next examples; a batch may span the end of one epoch and the start of the next.

        Args:
          batch_size: how many examples to give, at most twice `num_examples`.
          fake_data: give constant examples instead: white 28x28 images of class 0.
          shuffle: whether an epoch that this call begins gets a new order.

        Returns:
          A pair `(images, labels)`, `batch_size` of each: arrays, or lists for fake examples.
        """
        if fake_data or self._fake_data:
            label = [1] + [0] * 9 if self.one_hot else 0
            return [[1] * 784 for _ in range(batch_size)], [label for _ in range(batch_size)]
        start = self._index_in_epoch
        if self._epochs_completed == 0 and start == 0 and shuffle:
            self._shuffle()
        if start + batch_size <= self._num_examples:
            self._index_in_epoch = start + batch_size
            return self._take(self._order[start : self._index_in_epoch])
        self._epochs_completed += 1
        rest = self._order[start:]
        if shuffle:
            self._shuffle()
        self._index_in_epoch = batch_size - (self._num_examples - start)
        return self._take(np.concatenate([rest, self._order[: self._index_in_epoch]]))

    def _shuffle(self) -> None:
        """Permutes the current order, with the one call to NumPy's generator that TF1 makes."""
        permutation = np.arange(self._num_examples)
        np.random.shuffle(permutation)
        self._order = self._order[permutation]
        self._in_place = False

    def _take(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._images[chosen], self._labels[chosen]

    def _reorder(self) -> None:
        """Moves the examples to the order of the epoch, for who looks at all of them."""
        if self._fake_data or self._in_place:
            return
        self._images, self._labels = self._take(self._order)
        self._order = np.arange(self._num_examples)
        self._in_place = True


def read_data_sets(
    train_dir,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype=np.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """Reads the MNIST digits, from this machine if they are there, else from the network.

    The four files are looked for in `train_dir`, in `$HEADWATER_DATA/mnist` and in the user's
    cache; if no folder has all of them they are downloaded to `train_dir` (to the cache, if that
    cannot be written) and checked.

    Args:
      train_dir: folder of the files; made when something is downloaded to it.
      fake_data: give data sets of constant examples, and read nothing.
      one_hot: labels of shape `[n, 10]` instead of `[n]`.
      dtype: uint8 for pixels as they are, float32 for pixels scaled to `[0, 1]`.
      reshape: images of shape `[n, 784]` instead of `[n, 28, 28, 1]`.
      validation_size: how many of the first training examples become the validation set.
      seed: of the order of the examples; `None` takes the default graph's, if it has one.
      source_url: folder on the web that has the four files.  With an address that isn't MNIST's
        (other data in the same form), only `train_dir` is looked in and digests aren't known.

    Returns:
      `Datasets(train, validation, test)`, each a `DataSet`.

    Raises:
      FileNotFoundError: if the files are nowhere and cannot be downloaded; says what to put where.
      TypeError: if `dtype` is neither uint8 nor float32.
      ValueError: if a file is damaged, or `validation_size` is out of range.
    """
    if fake_data:
        empty = np.empty(0, np.uint8)
        return Datasets(
            *(
                DataSet(empty, empty, fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed)
                for _ in Datasets._fields
            )
        )
    _pixel_dtype(dtype)  # a wrong one is said before anything is read or fetched
    folder = _folder_with_data(train_dir, source_url or DEFAULT_SOURCE_URL)
    train_images, train_labels, test_images, test_labels = _extract(folder, one_hot)
    if not 0 <= validation_size <= len(train_images):
        raise ValueError(
            f"Validation size should be between 0 and {len(train_images)}. "
            f"Received: {validation_size}."
        )
    options = {"dtype": dtype, "reshape": reshape, "seed": seed, "one_hot": one_hot}
    cut = validation_size
    return Datasets(
        train=DataSet(train_images[cut:], train_labels[cut:], **options),
        validation=DataSet(train_images[:cut], train_labels[:cut], **options),
        test=DataSet(test_images, test_labels, **options),
    )


def _extract(folder: Path, one_hot: bool) -> list[np.ndarray]:
    arrays = []
    for name in FILES:
        with open(folder / name, "rb") as f:
            is_images = "images" in name
            arrays.append(extract_images(f) if is_images else extract_labels(f, one_hot=one_hot))
    return arrays


def _numpy_seed(seed: int | None) -> int | None:
    """TensorFlow's rule for the seed of an op, where there is no op: `seed`, else the graph's."""
    graph_seed = get_default_graph().seed
    if seed is None:
        return None if graph_seed is None else graph_seed % _MOST_SEED
    seed %= _MOST_SEED
    # A pair of zeros would mean "no seed" to a kernel, and is given as (0, most) instead.
    return _MOST_SEED if seed == 0 == graph_seed else seed


def _pixel_dtype(dtype) -> np.dtype:
    """The NumPy form of a `DType`, a NumPy type or a type's name; float32 or uint8."""
    try:
        pixel_dtype = np.dtype(getattr(dtype, "as_numpy_dtype", dtype))
    except TypeError:
        pixel_dtype = None
    if pixel_dtype not in (np.dtype(np.uint8), np.dtype(np.float32)):
        raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
    return pixel_dtype


def _folder_with_data(train_dir, source_url: str) -> Path:
    """The folder all four files are read from, after a download if there was none.

    All come from one folder: images of one edition with labels of another would be silent nonsense.
    """
    given = Path(os.fsdecode(train_dir))
    is_original = source_url.rstrip("/") + "/" in _SOURCES_OF_THE_ORIGINAL
    folders = [given]
    if is_original:  # what stands for MNIST must not be taken for something else
        if os.environ.get("HEADWATER_DATA"):
            folders.append(Path(os.environ["HEADWATER_DATA"]) / "mnist")
        folders.append(user_cache() / "mnist")
    for folder in folders:
        if all((folder / name).is_file() for name in FILES):
            return folder
    target = given if _can_write(given) else folders[-1]
    try:
        _complete(target, source_url, is_original)
    except OSError as e:
        raise FileNotFoundError(
            "The MNIST files\n"
            + "".join(f"  {name}\n" for name in FILES)
            + "are all needed, but none of these folders has all of them:\n"
            + "".join(f"  {folder}\n" for folder in dict.fromkeys(f.absolute() for f in folders))
            + f"Downloading them from {source_url} failed: {e}\n"
            "Put the four files into one of these folders, or set HEADWATER_DATA to a folder that "
            "has them in its subfolder mnist."
        ) from e
    return target


def _complete(folder: Path, source_url: str, is_original: bool) -> None:
    """Downloads the files that `folder` lacks, to stand beside the ones that it has."""
    for name, sha256 in FILES.items():
        path = folder / name
        if not path.exists():
            url = source_url.rstrip("/") + "/" + name
            download(url, path, sha256 if is_original else None)
            print("Successfully downloaded", name, path.stat().st_size, "bytes.")
        elif is_original and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise ValueError(
                f"{path} is not the original file of MNIST, and the others of its kind are missing"
                ": add those, or move it away so that all four can be downloaded."
            )


def _can_write(folder: Path) -> bool:
    """Whether files can be made in `folder`, which may not exist yet."""
    existing = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
