"""Xception (Chollet, 2016): separable convolutions beside shortcuts."""

from headwater._src.keras.application_parts import (
    activated,
    channel_axis,
    classifier,
    documented,
    entry,
    network,
    pooled,
)
from headwater._src.keras.layers.convolutional import Conv2D, SeparableConv2D
from headwater._src.keras.layers.merging import Add
from headwater._src.keras.layers.normalization import BatchNormalization
from headwater._src.keras.layers.pooling import MaxPooling2D


def _normalized(x, name=None):
    return BatchNormalization(axis=channel_axis(), name=name)(x)


def _separable(x, filters, name):
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return _normalized(x, name + "_bn")


def _halving(x, number, filters):
    """A block of two separable convolutions that halves rows and columns."""
    past = Conv2D(filters[1], 1, 2, padding="same", use_bias=False)(x)
    past = _normalized(past)
    for i, n in enumerate(filters, 1):
        name = f"block{number}_sepconv{i}"
        if number > 2 or i > 1:  # what enters the second block is cut off already
            x = activated(x, name + "_act")
        x = _separable(x, n, name)
    x = MaxPooling2D(3, 2, padding="same", name=f"block{number}_pool")(x)
    return Add()([x, past])


def _middle(x, number):
    """A block of three separable convolutions that keeps all sizes."""
    past = x
    for i in (1, 2, 3):
        name = f"block{number}_sepconv{i}"
        x = _separable(activated(x, name + "_act"), 728, name)
    return Add()([x, past])


def _xception(
    include_top=True,
    weights=None,
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
):
    inputs = x = entry(input_tensor, input_shape, include_top, 299)
    for i, (filters, stride) in enumerate(((32, 2), (64, 1)), 1):
        name = f"block1_conv{i}"
        x = Conv2D(filters, 3, stride, use_bias=False, name=name)(x)
        x = activated(_normalized(x, name + "_bn"), name + "_act")
    for number, n in ((2, 128), (3, 256), (4, 728)):
        x = _halving(x, number, (n, n))
    for number in range(5, 13):
        x = _middle(x, number)
    x = _halving(x, 13, (728, 1024))
    for i, filters in ((1, 1536), (2, 2048)):
        name = f"block14_sepconv{i}"
        x = activated(_separable(x, filters, name), name + "_act")
    x = classifier(x, True, pooling, classes) if include_top else pooled(x, pooling)
    return network(inputs, x, "xception", weights)


Xception = documented(_xception, "Xception", "Xception: separable convolutions beside shortcuts.")
