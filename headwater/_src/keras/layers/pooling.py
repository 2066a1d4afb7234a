"""Pools of Keras: the largest or mean value of each window, or of everything."""

from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.settings import data_layout, described
from headwater._src.layers import windows
from headwater._src.layers.base import InputSpec
from headwater._src.layers.docstrings import compose

_DIMENSIONS = {1: "one dimension", 2: "two dimensions", 3: "three dimensions"}


class Pool(windows.Pool, Layer):
    """The largest or the mean value of each window.

    Args:
      rank: number of the dimensions that the window slides over.
      kind: `"max"` or `"avg"`.
      pool_size: size(s) of the window.
      strides: step(s) of the window (default: its size).
      padding: `"valid"` or `"same"`.
      data_format: `"channels_last"` or `"channels_first"`.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self, rank, kind, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs
    ):
        super().__init__(
            rank, kind, pool_size, strides, padding, data_layout(data_format), **kwargs
        )

    def get_config(self):
        names = ("pool_size", "padding", "strides", "data_format")
        return {**super().get_config(), **described(self, *names)}


def _pool_class(rank, kind, name, summary):
    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs):
        if data_format is None and rank == 1:
            data_format = "channels_last"
        Pool.__init__(self, rank, kind, pool_size, strides, padding, data_format, **kwargs)

    doc = compose(f"{summary} of each window in {_DIMENSIONS[rank]}.", __init__, Pool)
    return type(name, (Pool,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


MaxPooling1D, MaxPooling2D, MaxPooling3D = (
    _pool_class(rank, "max", f"MaxPooling{rank}D", "The largest value") for rank in (1, 2, 3)
)
AveragePooling1D, AveragePooling2D, AveragePooling3D = (
    _pool_class(rank, "avg", f"AveragePooling{rank}D", "The mean") for rank in (1, 2, 3)
)


class GlobalPool(Layer):
    """The largest or the mean value of each channel.

    Args:
      rank: number of the dimensions beside batch and channels.
      function: name of the function that reduces them.
      data_format: `"channels_last"` or `"channels_first"`.
      keepdims: whether these dimensions stay, with size 1.
      **kwargs: as for `Layer`.
    """

    def __init__(self, rank, function, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_layout(data_format)
        self.keepdims = keepdims
        self._reduce = function
        start = 2 if self.data_format == "channels_first" else 1
        self._axes = list(range(start, start + rank))
        self.input_spec = InputSpec(ndim=rank + 2)

    def call(self, inputs):
        return getattr(fn, self._reduce)(inputs, axis=self._axes, keepdims=self.keepdims)

    def get_config(self):
        return {**super().get_config(), **described(self, "data_format", "keepdims")}


def _global_class(rank, function, name, summary):
    def __init__(self, data_format=None, keepdims=False, **kwargs):
        if data_format is None and rank == 1:
            data_format = "channels_last"
        GlobalPool.__init__(self, rank, function, data_format, keepdims, **kwargs)

    doc = compose(f"{summary} of each channel over {_DIMENSIONS[rank]}.", __init__, GlobalPool)
    return type(name, (GlobalPool,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D = (
    _global_class(rank, "reduce_max", f"GlobalMaxPooling{rank}D", "The largest value")
    for rank in (1, 2, 3)
)
_GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D = (
    _global_class(rank, "reduce_mean", f"GlobalAveragePooling{rank}D", "The mean")
    for rank in (1, 2, 3)
)


class GlobalAveragePooling1D(_GlobalAveragePooling1D):
    """The mean of each channel over the steps, without steps that are masked.

    Args:
      data_format: `"channels_last"` or `"channels_first"`.
      keepdims: whether the dimension of steps stays, with size 1.
      **kwargs: as for `Layer`.
    """

    def __init__(self, data_format="channels_last", keepdims=False, **kwargs):
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        steps = self._axes[0]
        weights = fn.expand_dims(fn.cast(mask, inputs.dtype), 2 if steps == 1 else 1)
        total = fn.reduce_sum(inputs * weights, axis=steps, keepdims=self.keepdims)
        return total / fn.reduce_sum(weights, axis=steps, keepdims=self.keepdims)

    def compute_mask(self, inputs, mask=None):
        return None
