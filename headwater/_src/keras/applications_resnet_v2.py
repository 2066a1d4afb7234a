"""ResNet's second version (He et al., 2016), which normalizes before it convolves."""

from headwater._src.keras.application_parts import (
    activated,
    channel_axis,
    classifier,
    documented,
    entry,
    network,
)
from headwater._src.keras.layers.convolutional import Conv2D
from headwater._src.keras.layers.merging import Add
from headwater._src.keras.layers.normalization import BatchNormalization
from headwater._src.keras.layers.pooling import MaxPooling2D
from headwater._src.keras.layers.resizing import ZeroPadding2D


def _prepared(x, name):
    """Normalized and cut off at zero."""
    x = BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=name + "_bn")(x)
    return activated(x, name + "_relu")


def _residual(x, filters, stride, first, name):
    """Three convolutions beside a shortcut; the first of a stage widens the shortcut too."""
    past, x = x, _prepared(x, name + "_preact")
    if first:
        past = Conv2D(4 * filters, 1, stride, name=name + "_0_conv")(x)
    elif stride > 1:
        past = MaxPooling2D(1, stride)(past)
    x = Conv2D(filters, 1, use_bias=False, name=name + "_1_conv")(x)
    x = ZeroPadding2D(1, name=name + "_2_pad")(_prepared(x, name + "_1"))
    x = Conv2D(filters, 3, stride, use_bias=False, name=name + "_2_conv")(x)
    x = Conv2D(4 * filters, 1, name=name + "_3_conv")(_prepared(x, name + "_2"))
    return Add(name=name + "_out")([past, x])


def _resnet_v2(name, blocks):
    def build(
        include_top=True,
        weights=None,
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
    ):
        inputs = entry(input_tensor, input_shape, include_top, 224)
        x = ZeroPadding2D(3, name="conv1_pad")(inputs)
        x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
        x = ZeroPadding2D(1, name="pool1_pad")(x)
        x = MaxPooling2D(3, 2, name="pool1_pool")(x)
        for stage, (count, filters) in enumerate(zip(blocks, (64, 128, 256, 512)), 2):
            for i in range(1, count + 1):
                stride = 2 if i == count and stage < 5 else 1
                x = _residual(x, filters, stride, i == 1, f"conv{stage}_block{i}")
        x = classifier(_prepared(x, "post"), include_top, pooling, classes)
        return network(inputs, x, name.lower(), weights)

    return documented(build, name, f"{name}: residual blocks that normalize first, {blocks}.")


ResNet50V2, ResNet101V2, ResNet152V2 = (
    _resnet_v2(f"ResNet{n}V2", blocks)
    for n, blocks in ((50, (3, 4, 6, 3)), (101, (3, 4, 23, 3)), (152, (3, 8, 36, 3)))
)
