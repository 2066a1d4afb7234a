"""`ImageDataGenerator`: batches of pictures that are changed at random, from arrays or folders."""

import os
import threading

import numpy as np

from headwater._src.keras import image_changes, image_files
from headwater._src.keras.batch_sources import Sequence
from headwater._src.keras.state import floatx, image_data_format


class Iterator(Sequence):
    """Endless batches of examples by number; a subclass gives `_get_batches_of_transformed_samples`.

    Args:
      n: the number of examples.
      batch_size: the number of examples in a batch.
      shuffle: whether each epoch has an order of its own.
      seed: of the orders.
    """

    def __init__(self, n, batch_size, shuffle, seed):
        self.n, self.batch_size, self.shuffle, self.seed = n, batch_size, shuffle, seed
        self.batch_index = self.total_batches_seen = 0
        self.index_array = None
        self.lock = threading.Lock()

    def _set_index_array(self):
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def __len__(self):
        return -(-self.n // self.batch_size)

    def __getitem__(self, index):
        if index >= len(self):
            raise ValueError(
                f"Asked to retrieve element {index}, but the Sequence has length {len(self)}"
            )
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        rows = self.index_array[self.batch_size * index : self.batch_size * (index + 1)]
        return self._get_batches_of_transformed_samples(rows)

    def on_epoch_end(self):
        self._set_index_array()

    def reset(self):
        """Begins a new epoch."""
        self.batch_index = 0

    def __iter__(self):
        return self

    def __next__(self):
        return self.next()

    def next(self):
        """The next batch."""
        with self.lock:
            if self.seed is not None:
                np.random.seed(self.seed + self.total_batches_seen)
            if self.batch_index == 0:
                self._set_index_array()
            start = self.batch_index * self.batch_size
            rows = self.index_array[start : start + self.batch_size]
            self.batch_index = 0 if start + self.batch_size >= self.n else self.batch_index + 1
            self.total_batches_seen += 1
        return self._get_batches_of_transformed_samples(rows)

    def _get_batches_of_transformed_samples(self, index_array):
        raise NotImplementedError


class NumpyArrayIterator(Iterator):
    """Batches of pictures in an array.

    Args:
      x: array `[n, rows, columns, channels]`.
      y: labels `[n, ...]`, or None.
      image_data_generator: the `ImageDataGenerator`.
      batch_size: the number of pictures in a batch.
      shuffle: whether each epoch has an order of its own.
      sample_weight: weights `[n]`, or None.
      seed: of orders and changes.
      subset: `"training"` or `"validation"`, as the generator's `validation_split` says.
    """

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        subset=None,
    ):
        x = np.asarray(x, dtype=image_data_generator.dtype)
        if y is not None and len(x) != len(y):
            raise ValueError(
                "`x` (images tensor) and `y` (labels) should have the same length. Found: x.shape "
                f"= {x.shape}, y.shape = {np.asarray(y).shape}"
            )
        if x.ndim != 4:
            raise ValueError(
                "Input data in `NumpyArrayIterator` should have rank 4. You passed an array with "
                f"shape {x.shape}"
            )
        part = _part(len(x), subset, image_data_generator._validation_split)
        self.x = x[part]
        self.y = None if y is None else np.asarray(y)[part]
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)[part]
        self.image_data_generator = image_data_generator
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.stack([self.image_data_generator.changed(self.x[i]) for i in index_array])
        if self.y is None:
            return batch
        rest = [a[index_array] for a in (self.y, self.sample_weight) if a is not None]
        return (batch, *rest)


def _part(n, subset, split):
    if subset is None:
        return slice(None)
    if subset not in ("training", "validation"):
        raise ValueError(f'Invalid subset name: {subset}; expected "training" or "validation".')
    border = int(n * split)
    return slice(border, None) if subset == "training" else slice(0, border)


class DirectoryIterator(Iterator):
    """Batches of pictures in folders, one folder for each class.

    Args:
      directory: the folder of the folders.
      image_data_generator: the `ImageDataGenerator`.
      target_size: height and width of the pictures in a batch.
      color_mode: `"grayscale"`, `"rgb"` or `"rgba"`.
      classes: names of the folders in the classes' order (default: all, sorted).
      class_mode: `"categorical"`, `"binary"`, `"sparse"`, `"input"` or None: what labels are.
      batch_size: the number of pictures in a batch.
      shuffle: whether each epoch has an order of its own.
      seed: of orders and changes.
      data_format: `"channels_last"` or `"channels_first"`.
      follow_links: whether links to folders are followed.
      subset: `"training"` or `"validation"`, as the generator's `validation_split` says.
      interpolation: how pictures are resized.
    """

    def __init__(
        self,
        directory,
        image_data_generator,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format=None,
        follow_links=False,
        subset=None,
        interpolation="nearest",
    ):
        self.directory, self.image_data_generator = directory, image_data_generator
        self.target_size, self.color_mode = tuple(target_size), color_mode
        self.class_mode, self.interpolation = class_mode, interpolation
        self.data_format = data_format or image_data_format()
        if class_mode not in ("categorical", "binary", "sparse", "input", None):
            raise ValueError(f"Invalid class_mode: {class_mode}")
        if not classes:
            with os.scandir(directory) as entries:
                classes = sorted(e.name for e in entries if e.is_dir())
        self.num_classes = len(classes)
        self.class_indices = {name: i for i, name in enumerate(classes)}
        self.filenames, labels = [], []
        for name, label in self.class_indices.items():
            found = _pictures_in(os.path.join(directory, name), follow_links)
            found = found[_part(len(found), subset, image_data_generator._validation_split)]
            self.filenames += [os.path.join(name, path) for path in found]
            labels += [label] * len(found)
        self.classes = np.array(labels, "int32")
        self.samples = len(self.filenames)
        self.filepaths = [os.path.join(directory, name) for name in self.filenames]
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array):
        pictures = []
        for i in index_array:
            picture = image_files.load_img(
                self.filepaths[i],
                color_mode=self.color_mode,
                target_size=self.target_size,
                interpolation=self.interpolation,
            )
            array = image_files.img_to_array(picture, self.data_format)
            pictures.append(self.image_data_generator.changed(array))
        batch = np.stack(pictures).astype(self.image_data_generator.dtype)
        labels = self.classes[index_array]
        if self.class_mode is None:
            return batch
        if self.class_mode == "input":
            return batch, batch.copy()
        if self.class_mode == "categorical":
            return batch, np.eye(self.num_classes, dtype=batch.dtype)[labels]
        return batch, labels.astype(batch.dtype)


def _pictures_in(folder, follow_links):
    """Pictures in a folder and in those inside it, by path from there."""
    found = []
    for base, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        for name in sorted(names):
            if name.lower().endswith(image_files.EXTENSIONS):
                found.append(os.path.relpath(os.path.join(base, name), folder))
    return found


class ImageDataGenerator:
    """Batches of pictures, changed at random and normalised.

    Args:
      featurewise_center: whether the mean picture is taken off; see `fit`.
      samplewise_center: whether each picture's mean is taken off.
      featurewise_std_normalization: whether the data's deviation becomes 1; see `fit`.
      samplewise_std_normalization: whether each picture's deviation becomes 1.
      zca_whitening: not implemented.
      zca_epsilon: for `zca_whitening`.
      rotation_range: the greatest angle in degrees.
      width_shift_range: the greatest part of the width by which pictures are moved.
      height_shift_range: the greatest part of the height by which they are moved.
      brightness_range: the least and the greatest brightness, or None.
      shear_range: the greatest angle of a shear in degrees.
      zoom_range: the least and the greatest zoom, or how far it is from 1.
      channel_shift_range: the greatest number that is added.
      fill_mode: what is beyond the edges: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"`.
      cval: the value there for `"constant"`.
      horizontal_flip: whether pictures are mirrored left to right at random.
      vertical_flip: whether they are turned upside down at random.
      rescale: factor of all values, or None.
      preprocessing_function: function of each picture, or None.
      data_format: `"channels_last"` or `"channels_first"`.
      validation_split: the share of pictures for `subset="validation"`.
      dtype: type of the batches (default: `floatx`).
    """

    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-06,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        dtype=None,
    ):
        if zca_whitening:
            raise NotImplementedError("zca_whitening is not implemented in headwater")
        self.featurewise_center = featurewise_center or featurewise_std_normalization
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.rotation_range = rotation_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.brightness_range, self.shear_range = brightness_range, shear_range
        if isinstance(zoom_range, (int, float)):
            zoom_range = [1 - zoom_range, 1 + zoom_range]
        self.zoom_range, self.channel_shift_range = zoom_range, channel_shift_range
        self.fill_mode, self.cval = fill_mode, cval
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.data_format = data_format or image_data_format()
        first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (0, 1, 2) if first else (2, 0, 1)
        self._validation_split = validation_split
        self.dtype = dtype or floatx()
        self.mean = self.std = None

    def flow(
        self, x, y=None, batch_size=32, shuffle=True, sample_weight=None, seed=None, subset=None
    ):
        """Batches of pictures in an array; see `NumpyArrayIterator`.

        Args:
          x: array `[n, rows, columns, channels]`.
          y: labels `[n, ...]`, or None.
          batch_size: the number of pictures in a batch.
          shuffle: whether each epoch has an order of its own.
          sample_weight: weights `[n]`, or None.
          seed: of orders and changes.
          subset: `"training"`, `"validation"` or None.

        Returns:
          A `NumpyArrayIterator`.
        """
        return NumpyArrayIterator(x, y, self, batch_size, shuffle, sample_weight, seed, subset)

    def flow_from_directory(self, directory, target_size=(256, 256), **kwargs):
        """Batches of pictures in folders; see `DirectoryIterator`.

        Args:
          directory: the folder of the classes' folders.
          target_size: height and width of the pictures in a batch.
          **kwargs: further arguments of `DirectoryIterator`.

        Returns:
          A `DirectoryIterator`.
        """
        kwargs.setdefault("data_format", self.data_format)
        return DirectoryIterator(directory, self, target_size, **kwargs)

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Computes the mean and deviation of pictures, for `featurewise_center` and its kin.

        Args:
          x: array `[n, rows, columns, channels]`.
          augment: whether they are changed at random before.
          rounds: how often, if so.
          seed: of the changes.
        """
        x = np.array(x, dtype=self.dtype)
        if seed is not None:
            np.random.seed(seed)
        if augment:
            x = np.concatenate([[self.random_transform(p) for p in x] for _ in range(rounds)])
        axes = (0, self.row_axis + 1, self.col_axis + 1)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x = x - self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]

    def changed(self, x):
        """A picture, changed at random and normalised.

        Args:
          x: array of rank 3.
        """
        return self.standardize(self.random_transform(np.array(x, dtype=self.dtype)))

    def standardize(self, x):
        """A picture, normalised.

        Args:
          x: array of rank 3.
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + 1e-6)
        if self.featurewise_center and self.mean is not None:
            x = x - self.mean
        if self.featurewise_std_normalization and self.std is not None:
            x = x / (self.std + 1e-6)
        return x

    def get_random_transform(self, img_shape, seed=None):
        """What is to be done to a picture: arguments of `apply_transform`.

        Args:
          img_shape: the picture's shape.
          seed: of the draws.

        Returns:
          Dict.
        """
        if seed is not None:
            np.random.seed(seed)
        draw = np.random.uniform
        around = lambda width: draw(-width, width) if width else 0
        zx, zy = (1, 1) if tuple(self.zoom_range) == (1, 1) else draw(*self.zoom_range, 2)
        return {
            "theta": around(self.rotation_range),
            "tx": _shift(self.height_shift_range, img_shape[self.row_axis]),
            "ty": _shift(self.width_shift_range, img_shape[self.col_axis]),
            "shear": around(self.shear_range),
            "zx": zx,
            "zy": zy,
            "flip_horizontal": self.horizontal_flip and np.random.random() < 0.5,
            "flip_vertical": self.vertical_flip and np.random.random() < 0.5,
            "channel_shift_intensity": around(self.channel_shift_range) or None,
            "brightness": draw(*self.brightness_range) if self.brightness_range else None,
        }

    def apply_transform(self, x, transform_parameters):
        """A picture after what `get_random_transform` gave.

        Args:
          x: array of rank 3.
          transform_parameters: the dict.
        """
        given = transform_parameters
        moves = {k: given[k] for k in ("theta", "tx", "ty", "shear", "zx", "zy") if k in given}
        x = image_changes.apply_affine_transform(
            x,
            **moves,
            row_axis=self.row_axis,
            col_axis=self.col_axis,
            channel_axis=self.channel_axis,
            fill_mode=self.fill_mode,
            cval=self.cval,
        )
        if given.get("channel_shift_intensity") is not None:
            x = image_changes.apply_channel_shift(x, given["channel_shift_intensity"])
        if given.get("flip_horizontal"):
            x = np.flip(x, self.col_axis)
        if given.get("flip_vertical"):
            x = np.flip(x, self.row_axis)
        if given.get("brightness") is not None:
            x = image_changes.apply_brightness_shift(x, given["brightness"])
        return x

    def random_transform(self, x, seed=None):
        """A picture changed at random.

        Args:
          x: array of rank 3.
          seed: of the draws.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))


def _shift(width, size):
    """A random move by a part of `size`, or by rows where `width` is 1 or more."""
    if not isinstance(width, (int, float)):
        return np.random.choice(width) * np.random.choice([-1, 1])
    if not width:
        return 0
    move = np.random.uniform(-width, width)
    return move * size if width < 1 else move
