"""Residual networks: v1 (He and others, 2015) and v2, whose units begin with normalization."""

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope, arg_scope
from headwater._src.contrib.layers.convolutions import conv2d
from headwater._src.contrib.layers.dense import softmax
from headwater._src.contrib.layers.normalization import batch_norm
from headwater._src.contrib.layers.outputs import (
    collect_named_outputs,
    convert_collection_to_dict,
    last_dimension,
)
from headwater._src.contrib.layers.pooling import max_pool2d
from headwater._src.contrib.nets.residual_units import (
    Block,
    conv2d_same,
    stack_blocks_dense,
    subsample,
)
from headwater._src.core.explain import explained

_TEXTS = {
    "inputs": "`Tensor` `[batch, height, width, channels]`.",
    "blocks": "list of `Block`s.",
    "num_classes": "how many classes are predicted; None: features are given, not logits.",
    "is_training": "whether the batch's statistics are used.",
    "global_pool": "whether features are averaged over height and width.",
    "output_stride": "how many times smaller the output is; None: 32 times.",
    "include_root_block": "whether a convolution and a pooling come first.",
    "reuse": "whether the variables exist; needs `scope`.",
    "scope": "name of the variable scope.",
    "depth": "number of output channels.",
    "depth_bottleneck": "number of channels within the unit.",
    "stride": "how many times smaller the output is.",
    "rate": "distance between a window's entries.",
    "outputs_collections": "collection(s) for the output.",
    "base_depth": "number of channels within the units, a quarter of the output's.",
    "num_units": "how many units the block has.",
}
_NET = "`(net, end_points)`: logits (or features), and a dict from names to tensors."


@add_arg_scope
@explained(_TEXTS, "`Tensor` with `depth` channels.")
def bottleneck_v1(
    inputs, depth, depth_bottleneck, stride, rate=1, outputs_collections=None, scope=None
):
    """A residual unit whose sum is rectified."""
    with tf.variable_scope(scope, "bottleneck_v1", [inputs]) as sc:
        if depth == last_dimension(inputs.shape, min_rank=4):
            shortcut = subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(
                inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut"
            )
        residual = conv2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3")
        return collect_named_outputs(outputs_collections, sc.name, tf.nn.relu(shortcut + residual))


@add_arg_scope
@explained(_TEXTS, "`Tensor` with `depth` channels.")
def bottleneck_v2(
    inputs, depth, depth_bottleneck, stride, rate=1, outputs_collections=None, scope=None
):
    """A residual unit that begins with normalization and ends with the sum."""
    with tf.variable_scope(scope, "bottleneck_v2", [inputs]) as sc:
        before = batch_norm(inputs, activation_fn=tf.nn.relu, scope="preact")
        plain = {"normalizer_fn": None, "activation_fn": None}
        if depth == last_dimension(inputs.shape, min_rank=4):
            shortcut = subsample(inputs, stride, "shortcut")
        else:
            shortcut = conv2d(before, depth, [1, 1], stride=stride, scope="shortcut", **plain)
        residual = conv2d(before, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = conv2d(residual, depth, [1, 1], stride=1, scope="conv3", **plain)
        return collect_named_outputs(outputs_collections, sc.name, shortcut + residual)


def _root(net, version, output_stride):
    """The first convolution and pooling; the stride that is left for the blocks."""
    if output_stride is not None:
        if output_stride % 4 != 0:
            raise ValueError("The output_stride needs to be a multiple of 4.")
        output_stride //= 4
    plain = {"activation_fn": None, "normalizer_fn": None} if version == 2 else {}
    with arg_scope([conv2d], **plain):
        net = conv2d_same(net, 64, 7, stride=2, scope="conv1")
    return max_pool2d(net, [3, 3], stride=2, scope="pool1"), output_stride


def _resnet(
    version, inputs, blocks, num_classes, is_training, global_pool, output_stride, include_root,
    reuse, scope,
):  # fmt: skip
    unit = {1: bottleneck_v1, 2: bottleneck_v2}[version]
    with tf.variable_scope(scope, f"resnet_v{version}", [inputs], reuse=reuse) as sc:
        ends = f"{sc.original_name_scope}_end_points"
        collected = arg_scope([conv2d, unit, stack_blocks_dense], outputs_collections=ends)
        with collected, arg_scope([batch_norm], is_training=is_training):
            net = inputs
            if include_root:
                net, output_stride = _root(net, version, output_stride)
            net = stack_blocks_dense(net, blocks, output_stride)
            if version == 2:
                net = batch_norm(net, activation_fn=tf.nn.relu, scope="postnorm")
            if global_pool:
                net = tf.reduce_mean(net, [1, 2], name="pool5", keepdims=True)
            if num_classes is not None:
                net = conv2d(
                    net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
                    scope="logits",
                )  # fmt: skip
            end_points = convert_collection_to_dict(ends)
            if num_classes is not None:
                end_points["predictions"] = softmax(net, scope="predictions")
            return net, end_points


@explained(_TEXTS, _NET)
def resnet_v1(
    inputs,
    blocks,
    num_classes=None,
    is_training=True,
    global_pool=True,
    output_stride=None,
    include_root_block=True,
    reuse=None,
    scope=None,
):
    """A residual network of version 1, of any blocks."""
    return _resnet(
        1, inputs, blocks, num_classes, is_training, global_pool, output_stride,
        include_root_block, reuse, scope,
    )  # fmt: skip


@explained(_TEXTS, _NET)
def resnet_v2(
    inputs,
    blocks,
    num_classes=None,
    is_training=True,
    global_pool=True,
    output_stride=None,
    include_root_block=True,
    reuse=None,
    scope=None,
):
    """A residual network of version 2, of any blocks."""
    return _resnet(
        2, inputs, blocks, num_classes, is_training, global_pool, output_stride,
        include_root_block, reuse, scope,
    )  # fmt: skip


def _block(unit, scope, base_depth, num_units, stride):
    row = {"depth": base_depth * 4, "depth_bottleneck": base_depth, "stride": 1}
    return Block(scope, unit, [row] * (num_units - 1) + [{**row, "stride": stride}])


@explained(_TEXTS, "A `Block`.")
def resnet_v1_block(scope, base_depth, num_units, stride):
    """A block of version 1, whose last unit makes pictures smaller."""
    return _block(bottleneck_v1, scope, base_depth, num_units, stride)


@explained(_TEXTS, "A `Block`.")
def resnet_v2_block(scope, base_depth, num_units, stride):
    """A block of version 2, whose last unit makes pictures smaller."""
    return _block(bottleneck_v2, scope, base_depth, num_units, stride)


_UNITS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}


def _function(version, layers):
    block = {1: resnet_v1_block, 2: resnet_v2_block}[version]
    name = f"resnet_v{version}_{layers}"

    @explained(_TEXTS, _NET)
    def net(
        inputs,
        num_classes=None,
        is_training=True,
        global_pool=True,
        output_stride=None,
        reuse=None,
        scope=name,
    ):
        """NET"""
        rows = zip((64, 128, 256, 512), _UNITS[layers], (2, 2, 2, 1))
        blocks = [block(f"block{i}", *row) for i, row in enumerate(rows, 1)]
        return _resnet(
            version, inputs, blocks, num_classes, is_training, global_pool, output_stride, True,
            reuse, scope,
        )  # fmt: skip

    words = f"The residual network of version {version} with {layers} layers."
    net.__doc__ = net.__doc__.replace("NET", words)
    net.__name__ = net.__qualname__ = name
    net.default_image_size = 224
    return net


resnet_v1_50, resnet_v1_101, resnet_v1_152, resnet_v1_200 = (_function(1, n) for n in _UNITS)
resnet_v2_50, resnet_v2_101, resnet_v2_152, resnet_v2_200 = (_function(2, n) for n in _UNITS)
