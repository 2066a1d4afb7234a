"""InceptionV3 (Szegedy et al., 2015) and InceptionResNetV2 (Szegedy et al., 2016), as tables.

A branch is a list of steps: `(filters, kernel)`, `(filters, kernel, "/2")` for half as many rows and
columns, `AVERAGE` or `GREATEST` for a window of pooling.
"""

from headwater._src.keras.application_parts import (
    activated,
    channel_axis,
    classifier,
    documented,
    entry,
    network,
    pooled,
)
from headwater._src.keras.layers.convolutional import Conv2D
from headwater._src.keras.layers.core import Lambda
from headwater._src.keras.layers.merging import Concatenate
from headwater._src.keras.layers.normalization import BatchNormalization
from headwater._src.keras.layers.pooling import AveragePooling2D, MaxPooling2D

AVERAGE, GREATEST = "average", "greatest"
_ACROSS, _DOWN = (1, 7), (7, 1)


def _convolved(x, filters, kernel, stride=1, padding="same", names=(None, None, None)):
    """A convolution without offsets, normalized and cut off at zero."""
    x = Conv2D(filters, kernel, stride, padding=padding, use_bias=False, name=names[0])(x)
    x = BatchNormalization(axis=channel_axis(), scale=False, name=names[1])(x)
    return activated(x, names[2])


def _stem(x):
    """What both networks begin with."""
    x = _convolved(x, 32, 3, 2, "valid")
    x = _convolved(x, 32, 3, 1, "valid")
    x = MaxPooling2D(3, 2)(_convolved(x, 64, 3))
    x = _convolved(x, 80, 1, 1, "valid")
    return MaxPooling2D(3, 2)(_convolved(x, 192, 3, 1, "valid"))


def _branch(x, steps):
    for step in steps:
        if step == AVERAGE:
            x = AveragePooling2D(3, 1, padding="same")(x)
        elif step == GREATEST:
            x = MaxPooling2D(3, 2)(x)
        else:
            halved = len(step) == 3
            x = _convolved(x, *step[:2], *((2, "valid") if halved else ()))
    return x


def _mixed(x, branches, name):
    """The results of several branches, side by side."""
    found = [_branch(x, steps) for steps in branches]
    return Concatenate(axis=channel_axis(), name=name)(found)


def _rows_and_columns(pool):
    return [
        [(64, 1)],
        [(48, 1), (64, 5)],
        [(64, 1), (96, 3), (96, 3)],
        [AVERAGE, (pool, 1)],
    ]


def _long_kernels(n):
    return [
        [(192, 1)],
        [(n, 1), (n, _ACROSS), (192, _DOWN)],
        [(n, 1), (n, _DOWN), (n, _ACROSS), (n, _DOWN), (192, _ACROSS)],
        [AVERAGE, (192, 1)],
    ]


_MIXED = [
    *map(_rows_and_columns, (32, 64, 64)),
    [[(384, 3, "/2")], [(64, 1), (96, 3), (96, 3, "/2")], [GREATEST]],
    *map(_long_kernels, (128, 160, 160, 192)),
    [
        [(192, 1), (320, 3, "/2")],
        [(192, 1), (192, _ACROSS), (192, _DOWN), (192, 3, "/2")],
        [GREATEST],
    ],
]


def _spread(x, number, name):
    """The widest blocks, whose branches fork once more."""

    def fork(x, name):
        found = [_convolved(x, 384, kernel) for kernel in ((1, 3), (3, 1))]
        return Concatenate(axis=channel_axis(), name=name)(found)

    branches = [
        _convolved(x, 320, 1),
        fork(_convolved(x, 384, 1), f"mixed9_{number}"),
        fork(_branch(x, [(448, 1), (384, 3)]), None),
        _branch(x, [AVERAGE, (192, 1)]),
    ]
    return Concatenate(axis=channel_axis(), name=name)(branches)


def _inception_v3(
    include_top=True,
    weights=None,
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
):
    inputs = entry(input_tensor, input_shape, include_top, 299)
    x = _stem(inputs)
    for i, branches in enumerate(_MIXED):
        x = _mixed(x, branches, f"mixed{i}")
    for i, name in enumerate(("mixed9", "mixed10")):
        x = _spread(x, i, name)
    x = classifier(x, True, pooling, classes) if include_top else pooled(x, pooling)
    return network(inputs, x, "inception_v3", weights)


InceptionV3 = documented(
    _inception_v3, "InceptionV3", "InceptionV3: branches of windows of several sizes."
)


# -- with residuals ---------------------------------------------------------------------------------

_FIRST = [
    [(96, 1)],
    [(48, 1), (64, 5)],
    [(64, 1), (96, 3), (96, 3)],
    [AVERAGE, (64, 1)],
]
_HALVED_6A = [[(384, 3, "/2")], [(256, 1), (256, 3), (384, 3, "/2")], [GREATEST]]
_HALVED_7A = [
    [(256, 1), (384, 3, "/2")],
    [(256, 1), (288, 3, "/2")],
    [(256, 1), (288, 3), (320, 3, "/2")],
    [GREATEST],
]
# Name, share of a block's result that is added, branches.
_BLOCK35 = "block35", 0.17, [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (48, 3), (64, 3)]]
_BLOCK17 = "block17", 0.1, [[(192, 1)], [(128, 1), (160, _ACROSS), (192, _DOWN)]]
_BLOCK8 = "block8", 0.2, [[(192, 1)], [(192, 1), (224, (1, 3)), (256, (3, 1))]]


def _sum_with_share(pair, scale):
    return pair[0] + pair[1] * scale


def _residual(x, kind, number, last=False):
    """Adds a share of what branches find; the last block all of it, and is not cut off."""
    name, share, branches = kind
    name = f"{name}_{number}"
    found = _mixed(x, branches, name + "_mixed")
    channels = x.dims[channel_axis()]
    found = Conv2D(channels, 1, padding="same", name=name + "_conv")(found)
    share = {"scale": 1.0 if last else share}
    x = Lambda(_sum_with_share, arguments=share, name=name)([x, found])
    return x if last else activated(x, name + "_ac")


def _inception_resnet_v2(
    include_top=True,
    weights=None,
    input_tensor=None,
    input_shape=None,
    pooling=None,
    classes=1000,
):
    inputs = entry(input_tensor, input_shape, include_top, 299)
    x = _mixed(_stem(inputs), _FIRST, "mixed_5b")
    for i in range(1, 11):
        x = _residual(x, _BLOCK35, i)
    x = _mixed(x, _HALVED_6A, "mixed_6a")
    for i in range(1, 21):
        x = _residual(x, _BLOCK17, i)
    x = _mixed(x, _HALVED_7A, "mixed_7a")
    for i in range(1, 11):
        x = _residual(x, _BLOCK8, i, last=i == 10)
    x = _convolved(x, 1536, 1, names=("conv_7b", "conv_7b_bn", "conv_7b_ac"))
    x = classifier(x, True, pooling, classes) if include_top else pooled(x, pooling)
    return network(inputs, x, "inception_resnet_v2", weights)


InceptionResNetV2 = documented(
    _inception_resnet_v2,
    "InceptionResNetV2",
    "InceptionResNetV2: Inception's branches beside shortcuts.",
)
