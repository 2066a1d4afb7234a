"""Layers that enlarge or cut pictures and their like: upsampling, zero padding, cropping."""

from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.settings import data_layout
from headwater._src.layers.base import InputSpec
from headwater._src.layers.windows import sizes
from headwater._src.ops import image_resize  # noqa: F401  which defines the ops of `UpSampling2D`


class _Spatial(Layer):
    """A layer that works along `_rank` dimensions beside batch and channels."""

    _rank = None

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_layout(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    @property
    def _start(self):
        return 2 if self.data_format == "channels_first" else 1

    def get_config(self):
        config = super().get_config()
        return config if self._rank == 1 else {**config, "data_format": self.data_format}


def _repeated(tensor, count, axis):
    """Each slice of `tensor` along `axis` is there `count` times in a row."""
    dims = tensor.dims
    taller = fn.expand_dims(tensor, axis + 1)
    multiples = [1] * (len(dims) + 1)
    multiples[axis + 1] = count
    taller = fn.tile(taller, multiples)
    shape = fn.shape(tensor)
    target = [shape[i] if n is None else n for i, n in enumerate(dims)]
    target[axis] = target[axis] * count
    result = fn.reshape(taller, fn.stack(target))
    known = list(dims)
    known[axis] = None if dims[axis] is None else dims[axis] * count
    result.set_shape(known)
    return result


class UpSampling1D(_Spatial):
    """Repeats each step `size` times.

    Args:
      size: the number of copies.
      **kwargs: as for `Layer`.
    """

    _rank = 1

    def __init__(self, size=2, **kwargs):
        super().__init__("channels_last", **kwargs)
        self.size = int(size)

    def call(self, inputs):
        return _repeated(inputs, self.size, 1)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


class UpSampling2D(_Spatial):
    """Enlarges pictures by whole factors.

    Args:
      size: the factors of the rows and of the columns.
      data_format: `"channels_last"` or `"channels_first"`.
      interpolation: `"nearest"` or `"bilinear"`.
      **kwargs: as for `Layer`.

    Raises:
      ValueError: `interpolation` is another one.
    """

    _rank = 2

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(data_format, **kwargs)
        self.size = sizes(size, 2, "size")
        if interpolation not in ("nearest", "bilinear"):
            raise ValueError(
                '`interpolation` argument should be one of `"nearest"` or `"bilinear"`. Received: '
                f'"{interpolation}".'
            )
        self.interpolation = interpolation

    def call(self, inputs):
        first = self.data_format == "channels_first"
        if first:
            inputs = fn.transpose(inputs, [0, 2, 3, 1])
        known = inputs.dims
        shape = fn.shape(inputs)[1:3] * constant(list(self.size), "int32")
        op = raw.ResizeBilinear if self.interpolation == "bilinear" else raw.ResizeNearestNeighbor
        outputs = op(inputs, shape, half_pixel_centers=True)
        grown = [None if n is None else n * k for n, k in zip(known[1:3], self.size)]
        outputs.set_shape([known[0], *grown, known[3]])
        return fn.transpose(outputs, [0, 3, 1, 2]) if first else outputs

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "interpolation": self.interpolation,
        }


class UpSampling3D(_Spatial):
    """Repeats the slices of volumes.

    Args:
      size: the number of copies along the three dimensions.
      data_format: `"channels_last"` or `"channels_first"`.
      **kwargs: as for `Layer`.
    """

    _rank = 3

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.size = sizes(size, 3, "size")

    def call(self, inputs):
        for i, count in enumerate(self.size):
            inputs = _repeated(inputs, count, self._start + i)
        return inputs

    def get_config(self):
        return {**super().get_config(), "size": self.size}


def _pairs(value, rank, name):
    """One pair `(before, after)` for each dimension, from an integer, integers, or pairs."""
    if isinstance(value, int):
        return ((value, value),) * rank
    if len(value) != rank:
        raise ValueError(f"`{name}` should have {rank} elements. Received: {value}.")
    return tuple((v, v) if isinstance(v, int) else sizes(v, 2, name) for v in value)


class _ZeroPadding(_Spatial):
    """Zeros around the inputs."""

    def __init__(self, padding, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._pairs = _pairs(padding, self._rank, "padding")
        self.padding = self._pairs

    def call(self, inputs):
        paddings = [[0, 0] for _ in inputs.dims]
        for i, pair in enumerate(self._pairs):
            paddings[self._start + i] = list(pair)
        return fn.pad(inputs, paddings)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after the steps.

    Args:
      padding: how many, or one number for each end.
      **kwargs: as for `Layer`.
    """

    _rank = 1

    def __init__(self, padding=1, **kwargs):
        pair = sizes(padding, 2, "padding")
        super().__init__((pair,), "channels_last", **kwargs)
        self.padding = pair


class ZeroPadding2D(_ZeroPadding):
    """Zeros around pictures.

    Args:
      padding: how many, or one number or pair for each dimension.
      data_format: `"channels_last"` or `"channels_first"`.
      **kwargs: as for `Layer`.
    """

    _rank = 2

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes.

    Args:
      padding: how many, or one number or pair for each dimension.
      data_format: `"channels_last"` or `"channels_first"`.
      **kwargs: as for `Layer`.
    """

    _rank = 3

    def __init__(self, padding=(1, 1, 1), data_format=None, **kwargs):
        super().__init__(padding, data_format, **kwargs)


class _Cropping(_Spatial):
    """The inputs without their ends."""

    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._pairs = _pairs(cropping, self._rank, "cropping")
        self.cropping = self._pairs

    def call(self, inputs):
        parts = [slice(None)] * len(inputs.dims)
        for i, (before, after) in enumerate(self._pairs):
            parts[self._start + i] = slice(before, -after if after else None)
        return inputs[tuple(parts)]

    def get_config(self):
        return {**super().get_config(), "cropping": self.cropping}


class Cropping1D(_Cropping):
    """Sequences without their first and last steps.

    Args:
      cropping: how many, or one number for each end.
      **kwargs: as for `Layer`.
    """

    _rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        pair = sizes(cropping, 2, "cropping")
        super().__init__((pair,), "channels_last", **kwargs)
        self.cropping = pair


class Cropping2D(_Cropping):
    """Pictures without their margins.

    Args:
      cropping: how many, or one number or pair for each dimension.
      data_format: `"channels_last"` or `"channels_first"`.
      **kwargs: as for `Layer`.
    """

    _rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Volumes without their margins.

    Args:
      cropping: how many, or one number or pair for each dimension.
      data_format: `"channels_last"` or `"channels_first"`.
      **kwargs: as for `Layer`.
    """

    _rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)
