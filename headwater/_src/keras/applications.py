"""`tf.keras.applications`: known networks for pictures, as tables of their blocks.

VGG: Simonyan and Zisserman (2014). ResNet: He et al. (2015). DenseNet: Huang et al. (2016).
MobileNet: Howard et al. (2017); MobileNetV2: Sandler et al. (2018).
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
from headwater._src.keras.layers.convolutional import Conv2D, DepthwiseConv2D
from headwater._src.keras.layers.core import Activation, Dense, Dropout, Flatten, Reshape
from headwater._src.keras.layers.merging import Add, Concatenate
from headwater._src.keras.layers.noise import ReLU
from headwater._src.keras.layers.normalization import BatchNormalization
from headwater._src.keras.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from headwater._src.keras.layers.resizing import ZeroPadding2D
from headwater._src.keras.state import image_data_format

_EPSILON = 1.001e-5
# -- VGG --------------------------------------------------------------------------------------------


def _vgg(name, convolutions):
    """A network of blocks of convolutions; `convolutions` says how many each block has."""

    def build(
        include_top=True,
        weights=None,
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
    ):
        inputs = x = entry(input_tensor, input_shape, include_top, 224)
        for block, (count, filters) in enumerate(zip(convolutions, (64, 128, 256, 512, 512)), 1):
            for i in range(1, count + 1):
                x = Conv2D(
                    filters, 3, padding="same", activation="relu", name=f"block{block}_conv{i}"
                )(x)
            x = MaxPooling2D(2, 2, name=f"block{block}_pool")(x)
        if include_top:
            x = Flatten(name="flatten")(x)
            for i in (1, 2):
                x = Dense(4096, activation="relu", name=f"fc{i}")(x)
            x = Dense(classes, activation="softmax", name="predictions")(x)
        else:
            x = pooled(x, pooling)
        return network(inputs, x, name.lower(), weights)

    return documented(build, name, f"{name}: {sum(convolutions)} convolutions, three dense layers.")


VGG16, VGG19 = _vgg("VGG16", (2, 2, 3, 3, 3)), _vgg("VGG19", (2, 2, 4, 4, 4))


# -- ResNet -----------------------------------------------------------------------------------------


def _normalized(x, name):
    return BatchNormalization(axis=channel_axis(), epsilon=_EPSILON, name=name)(x)


def _residual(x, filters, stride, shortcut, name):
    """Three convolutions beside a shortcut, which has a convolution where sizes change."""
    past = x
    if shortcut:
        past = Conv2D(4 * filters, 1, strides=stride, name=name + "_0_conv")(x)
        past = _normalized(past, name + "_0_bn")
    x = Conv2D(filters, 1, strides=stride, name=name + "_1_conv")(x)
    x = activated(_normalized(x, name + "_1_bn"), name + "_1_relu")
    x = Conv2D(filters, 3, padding="same", name=name + "_2_conv")(x)
    x = activated(_normalized(x, name + "_2_bn"), name + "_2_relu")
    x = Conv2D(4 * filters, 1, name=name + "_3_conv")(x)
    x = Add(name=name + "_add")([past, _normalized(x, name + "_3_bn")])
    return activated(x, name + "_out")


def _resnet(name, blocks):
    """A residual network; `blocks` says how many blocks each of its four stages has."""

    def build(
        include_top=True,
        weights=None,
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
    ):
        inputs = x = entry(input_tensor, input_shape, include_top, 224)
        x = ZeroPadding2D(3, name="conv1_pad")(x)
        x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
        x = activated(_normalized(x, "conv1_bn"), "conv1_relu")
        x = ZeroPadding2D(1, name="pool1_pad")(x)
        x = MaxPooling2D(3, 2, name="pool1_pool")(x)
        for stage, (count, filters) in enumerate(zip(blocks, (64, 128, 256, 512)), 2):
            for i in range(1, count + 1):
                stride = 2 if i == 1 and stage > 2 else 1
                x = _residual(x, filters, stride, i == 1, f"conv{stage}_block{i}")
        x = classifier(x, include_top, pooling, classes)
        return network(inputs, x, name.lower(), weights)

    return documented(build, name, f"{name}: residual blocks of three convolutions, {blocks}.")


ResNet50, ResNet101, ResNet152 = (
    _resnet(f"ResNet{n}", blocks)
    for n, blocks in ((50, (3, 4, 6, 3)), (101, (3, 4, 23, 3)), (152, (3, 8, 36, 3)))
)


# -- DenseNet ---------------------------------------------------------------------------------------


def _dense_block(x, name):
    """32 further channels, made from all channels so far."""
    new = activated(_normalized(x, name + "_0_bn"), name + "_0_relu")
    new = Conv2D(128, 1, use_bias=False, name=name + "_1_conv")(new)
    new = activated(_normalized(new, name + "_1_bn"), name + "_1_relu")
    new = Conv2D(32, 3, padding="same", use_bias=False, name=name + "_2_conv")(new)
    return Concatenate(axis=channel_axis(), name=name + "_concat")([x, new])


def _transition(x, name):
    """Half the channels, rows and columns."""
    x = activated(_normalized(x, name + "_bn"), name + "_relu")
    channels = x.dims[channel_axis()]
    x = Conv2D(channels // 2, 1, use_bias=False, name=name + "_conv")(x)
    return AveragePooling2D(2, 2, name=name + "_pool")(x)


def _densenet(name, blocks):
    """A densely connected network; `blocks` says how many blocks each of its stages has."""

    def build(
        include_top=True,
        weights=None,
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
    ):
        inputs = x = entry(input_tensor, input_shape, include_top, 224)
        x = ZeroPadding2D(3)(x)
        x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
        x = activated(_normalized(x, "conv1/bn"), "conv1/relu")
        x = MaxPooling2D(3, 2, name="pool1")(ZeroPadding2D(1)(x))
        for stage, count in enumerate(blocks, 2):
            if stage > 2:
                x = _transition(x, f"pool{stage - 1}")
            for i in range(1, count + 1):
                x = _dense_block(x, f"conv{stage}_block{i}")
        x = activated(_normalized(x, "bn"), "relu")
        x = classifier(x, include_top, pooling, classes)
        return network(inputs, x, name.lower(), weights)

    return documented(build, name, f"{name}: densely connected blocks, {blocks}.")


DenseNet121, DenseNet169, DenseNet201 = (
    _densenet(f"DenseNet{n}", blocks)
    for n, blocks in ((121, (6, 12, 24, 16)), (169, (6, 12, 32, 32)), (201, (6, 12, 48, 32)))
)


# -- MobileNet --------------------------------------------------------------------------------------

# Output channels and strides of MobileNet's blocks.
_MOBILE = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
_MOBILE += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
# Expansion, output channels, number of blocks and first stride of MobileNetV2's stages.
_MOBILE_V2 = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)]
_MOBILE_V2 += [(6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def MobileNet(
    input_shape=None,
    alpha=1.0,
    depth_multiplier=1,
    dropout=1e-3,
    include_top=True,
    weights=None,
    input_tensor=None,
    pooling=None,
    classes=1000,
):
    """MobileNet: depthwise convolutions, each followed by a mixture of the channels.

    Args:
      input_shape: shape of a picture, or None.
      alpha: factor of the number of channels.
      depth_multiplier: number of windows over each channel.
      dropout: share of the features that is dropped before the classes.
      include_top: whether it ends in classes, or in features.
      weights: path of a file of weights, or None for random ones.
      input_tensor: a tensor to begin with, or None.
      pooling: without classes: `"avg"`, `"max"` or None: what becomes of the features.
      classes: number of classes.

    Returns:
      A `Model`.

    Raises:
      ValueError: `weights` is no file; trained weights are not downloaded.
    """
    axis = channel_axis()

    def finished(x, name):
        x = BatchNormalization(axis=axis, name=name + "_bn")(x)
        return ReLU(6.0, name=name + "_relu")(x)

    inputs = x = entry(input_tensor, input_shape, include_top, 224)
    x = Conv2D(int(32 * alpha), 3, 2, padding="same", use_bias=False, name="conv1")(x)
    x = finished(x, "conv1")
    for i, (filters, stride) in enumerate(_MOBILE, 1):
        if stride == 2:
            x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        x = DepthwiseConv2D(
            3,
            strides=stride,
            padding="same" if stride == 1 else "valid",
            depth_multiplier=depth_multiplier,
            use_bias=False,
            name=f"conv_dw_{i}",
        )(x)
        x = finished(x, f"conv_dw_{i}")
        x = Conv2D(int(filters * alpha), 1, padding="same", use_bias=False, name=f"conv_pw_{i}")(x)
        x = finished(x, f"conv_pw_{i}")
    if include_top:
        size = int(1024 * alpha)
        first = image_data_format() == "channels_first"
        x = GlobalAveragePooling2D()(x)
        x = Reshape((size, 1, 1) if first else (1, 1, size), name="reshape_1")(x)
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((classes,), name="reshape_2")(x)
        x = Activation("softmax", name="predictions")(x)
    else:
        x = pooled(x, pooling)
    return network(inputs, x, f"mobilenet_{alpha:0.2f}_224", weights)


def _divisible(channels):
    """The nearest multiple of 8 that is not much smaller."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _inverted_residual(x, number, expansion, filters, stride):
    """Many channels between few: a mixture, a depthwise convolution, a mixture."""
    name = f"block_{number}_" if number else "expanded_conv_"
    channels, past = x.dims[channel_axis()], x

    def normalized(x, part):
        return BatchNormalization(
            axis=channel_axis(), epsilon=1e-3, momentum=0.999, name=f"{name}{part}_BN"
        )(x)

    if number:
        x = Conv2D(expansion * channels, 1, padding="same", use_bias=False, name=name + "expand")(x)
        x = ReLU(6.0, name=name + "expand_relu")(normalized(x, "expand"))
    if stride == 2:
        x = ZeroPadding2D(_odd_padding(x), name=name + "pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = DepthwiseConv2D(
        3, strides=stride, padding=padding, use_bias=False, name=name + "depthwise"
    )(x)
    x = ReLU(6.0, name=name + "depthwise_relu")(normalized(x, "depthwise"))
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=name + "project")(x)
    x = normalized(x, "project")
    return Add(name=name + "add")([past, x]) if stride == 1 and channels == filters else x


def _odd_padding(x):
    """One row and column after pictures of even size, and before those of odd size too."""
    start = 2 if image_data_format() == "channels_first" else 1
    return tuple((n % 2 if n else 0, 1) for n in x.dims[start : start + 2])


def MobileNetV2(
    input_shape=None,
    alpha=1.0,
    include_top=True,
    weights=None,
    input_tensor=None,
    pooling=None,
    classes=1000,
):
    """MobileNetV2: residual blocks that have their many channels in the middle.

    Args:
      input_shape: shape of a picture, or None.
      alpha: factor of the number of channels.
      include_top: whether it ends in classes, or in features.
      weights: path of a file of weights, or None for random ones.
      input_tensor: a tensor to begin with, or None.
      pooling: without classes: `"avg"`, `"max"` or None: what becomes of the features.
      classes: number of classes.

    Returns:
      A `Model`.

    Raises:
      ValueError: `weights` is no file; trained weights are not downloaded.
    """
    axis = channel_axis()

    def normalized(x, name):
        return BatchNormalization(axis=axis, epsilon=1e-3, momentum=0.999, name=name)(x)

    inputs = x = entry(input_tensor, input_shape, include_top, 224)
    x = Conv2D(_divisible(32 * alpha), 3, 2, padding="same", use_bias=False, name="Conv1")(x)
    x = ReLU(6.0, name="Conv1_relu")(normalized(x, "bn_Conv1"))
    number = 0
    for expansion, filters, count, stride in _MOBILE_V2:
        for i in range(count):
            step = stride if i == 0 else 1
            x = _inverted_residual(x, number, expansion, _divisible(filters * alpha), step)
            number += 1
    last = _divisible(1280 * alpha) if alpha > 1.0 else 1280
    x = Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    x = ReLU(6.0, name="out_relu")(normalized(x, "Conv_1_bn"))
    if include_top:
        x = GlobalAveragePooling2D()(x)
        x = Dense(classes, activation="softmax", name="predictions")(x)
    else:
        x = pooled(x, pooling)
    return network(inputs, x, f"mobilenetv2_{alpha:0.2f}_224", weights)
