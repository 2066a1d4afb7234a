"""NASNet (Zoph et al., 2017): two kinds of cells that a search found."""

from headwater._src.graph.framework import name_scope
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
from headwater._src.keras.layers.merging import Add, Concatenate
from headwater._src.keras.layers.normalization import BatchNormalization
from headwater._src.keras.layers.pooling import AveragePooling2D, MaxPooling2D
from headwater._src.keras.layers.resizing import Cropping2D, ZeroPadding2D
from headwater._src.keras.state import image_data_format


def _normalized(x, name):
    return BatchNormalization(axis=channel_axis(), momentum=0.9997, epsilon=1e-3, name=name)(x)


def _mixture(x, filters, name):
    return Conv2D(filters, 1, padding="same", use_bias=False, name=name)(x)


def _sizes(x):
    first = image_data_format() == "channels_first"
    return x.dims[2:] if first else x.dims[1:3]


def _padded(x, kernel, name):
    """Zeros around pictures, as many as a window of stride 2 needs."""
    half = kernel // 2
    return ZeroPadding2D(tuple((half - 1 + (n or 0) % 2, half) for n in _sizes(x)), name=name)(x)


def _separable(x, filters, kernel, name, stride=1):
    """Two separable convolutions."""
    with name_scope(f"separable_conv_block_{name}"):
        for i in (1, 2):
            x, padding = activated(x, None), "same"
            if stride == 2 and i == 1:
                x, padding = _padded(x, kernel, f"separable_conv_1_pad_{name}"), "valid"
            x = SeparableConv2D(
                filters,
                kernel,
                stride if i == 1 else 1,
                padding=padding,
                use_bias=False,
                name=f"separable_conv_{i}_{name}",
            )(x)
            x = _normalized(x, f"separable_conv_{i}_bn_{name}")
    return x


def _adjusted(past, x, filters, name):
    """The cell before the last, with the size and number of channels that fit the last one."""
    if past is None:
        return x
    with name_scope("adjust_block"):
        if _sizes(past) != _sizes(x):
            with name_scope(f"adjust_reduction_block_{name}"):
                past = activated(past, f"adjust_relu_1_{name}")
                shifted = Cropping2D(((1, 0), (1, 0)))(ZeroPadding2D(((0, 1), (0, 1)))(past))
                halves = []
                for i, half in enumerate((past, shifted), 1):
                    half = AveragePooling2D(1, 2, name=f"adjust_avg_pool_{i}_{name}")(half)
                    halves.append(_mixture(half, filters // 2, f"adjust_conv_{i}_{name}"))
                past = Concatenate(axis=channel_axis())(halves)
                return _normalized(past, f"adjust_bn_{name}")
        if past.dims[channel_axis()] != filters:
            with name_scope(f"adjust_projection_block_{name}"):
                past = _mixture(activated(past, None), filters, f"adjust_conv_projection_{name}")
                return _normalized(past, f"adjust_bn_{name}")
    return past


def _normal_cell(x, past, filters, name):
    """A cell that keeps rows and columns."""
    mean = lambda x, part: AveragePooling2D(3, 1, padding="same", name=f"normal_{part}_{name}")(x)
    windows = lambda x, kernel, part: _separable(x, filters, kernel, f"normal_{part}_{name}")
    with name_scope(f"normal_A_block_{name}"):
        p = _adjusted(past, x, filters, name)
        h = _mixture(activated(x, None), filters, f"normal_conv_1_{name}")
        h = _normalized(h, f"normal_bn_1_{name}")
        pairs = []
        with name_scope("block_1"):
            pairs.append((windows(h, 5, "left1"), windows(p, 3, "right1")))
        with name_scope("block_2"):
            pairs.append((windows(p, 5, "left2"), windows(p, 3, "right2")))
        pairs.append((mean(h, "left3"), p))
        pairs.append((mean(p, "left4"), mean(p, "right4")))
        with name_scope("block_5"):
            pairs.append((windows(h, 3, "left5"), h))
        sums = [Add(name=f"normal_add_{i}_{name}")(list(pair)) for i, pair in enumerate(pairs, 1)]
        return Concatenate(axis=channel_axis(), name=f"normal_concat_{name}")([p, *sums]), x


def _reduction_cell(x, past, filters, name):
    """A cell that halves rows and columns."""
    label = lambda part: f"reduction_{part}_{name}"
    windows = lambda x, kernel, part, stride=2: _separable(x, filters, kernel, label(part), stride)
    with name_scope(f"reduction_A_block_{name}"):
        p = _adjusted(past, x, filters, name)
        h = _mixture(activated(x, None), filters, label("conv_1"))
        h = _normalized(h, label("bn_1"))
        wide = _padded(h, 3, label("pad_1"))
        with name_scope("block_1"):
            x1 = Add(name=label("add_1"))([windows(h, 5, "left1"), windows(p, 7, "right1")])
        with name_scope("block_2"):
            greatest = MaxPooling2D(3, 2, name=label("left2"))(wide)
            x2 = Add(name=label("add_2"))([greatest, windows(p, 7, "right2")])
        with name_scope("block_3"):
            mean = AveragePooling2D(3, 2, name=label("left3"))(wide)
            x3 = Add(name=label("add3"))([mean, windows(p, 5, "right3")])
        with name_scope("block_4"):
            x4 = Add()([x2, AveragePooling2D(3, 1, padding="same", name=label("left4"))(x1)])
        with name_scope("block_5"):
            greatest = MaxPooling2D(3, 2, name=label("right5"))(wide)
            x5 = Add(name=label("add4"))([windows(x1, 3, "left4", 1), greatest])
        return Concatenate(axis=channel_axis(), name=label("concat"))([x2, x3, x4, x5]), x


def _nasnet(name, side, last_channels, repeats, stem_filters, skips):
    """A network of three stages; `skips`: cells after a reduction look past it."""

    def build(
        input_shape=None,
        include_top=True,
        weights=None,
        input_tensor=None,
        pooling=None,
        classes=1000,
    ):
        filters = last_channels // 24
        inputs = entry(input_tensor, input_shape, include_top, side)
        x = Conv2D(stem_filters, 3, 2, use_bias=False, name="stem_conv1")(inputs)
        x, past = _normalized(x, "stem_bn1"), None
        x, past = _reduction_cell(x, past, filters // 4, "stem_1")
        x, past = _reduction_cell(x, past, filters // 2, "stem_2")
        for stage in range(3):
            if stage:
                x, before = _reduction_cell(x, past, filters, f"reduce_{stage * repeats}")
                past = past if skips else before
            for i in range(repeats):
                x, past = _normal_cell(x, past, filters, str(stage * repeats + bool(stage) + i))
            filters *= 2
        x = activated(x, None)
        x = classifier(x, True, pooling, classes) if include_top else pooled(x, pooling)
        return network(inputs, x, "NASNet", weights)

    return documented(build, name, f"{name}: {3 * repeats} normal cells, four that halve.")


NASNetMobile = _nasnet("NASNetMobile", 224, 1056, 4, 32, False)
NASNetLarge = _nasnet("NASNetLarge", 331, 4032, 6, 96, True)
