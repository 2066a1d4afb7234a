"""Networks that are one row of layers: AlexNet (v2), OverFeat and VGG.

A row of a table is a convolution, `(scope, channels, kernel[, stride, padding])`; a block of
equal convolutions, `(scope, channels, kernel, times)` under `repeat`; or a pooling. Dense layers are
convolutions, so that larger pictures give a map of predictions.
"""

import headwater as tf
from headwater._src.contrib.arg_scope import arg_scope
from headwater._src.contrib.layers.convolutions import conv2d
from headwater._src.contrib.layers.dense import dropout, fully_connected, repeat
from headwater._src.contrib.layers.outputs import convert_collection_to_dict
from headwater._src.contrib.layers.pooling import max_pool2d
from headwater._src.core.explain import explained
from headwater._src.layers.contrib_regularizers import l2_regularizer

TEXTS = {
    "inputs": "`Tensor` `[batch, height, width, channels]`.",
    "num_classes": "how many classes are predicted.",
    "is_training": "whether dropout and batch statistics are used.",
    "dropout_keep_prob": "the probability that an activation is kept in training.",
    "spatial_squeeze": "whether height and width, which are then 1, are left out of the logits.",
    "scope": "name of the variable scope.",
    "reuse": "whether the variables exist; needs `scope`.",
    "weight_decay": "factor of the L2 loss of the weights.",
}
LOGITS = "`(logits, end_points)`: `[batch, num_classes]`, and a dict from names to tensors."


def _conv(scope, channels, kernel, stride=1, padding=None):
    extra = {} if padding is None else {"padding": padding}
    return lambda net: conv2d(net, channels, [kernel, kernel], stride, scope=scope, **extra)


def _pool(scope, kernel, stride=2):
    return lambda net: max_pool2d(net, [kernel, kernel], stride, scope=scope)


def _block(scope, channels, times):
    return lambda net: repeat(net, times, conv2d, channels, [3, 3], scope=scope)


def _vgg_body(times):
    channels = (64, 128, 256, 512, 512)
    rows = []
    for i, (number, size) in enumerate(zip(times, channels), 1):
        rows += [_block(f"conv{i}", size, number), _pool(f"pool{i}", 2)]
    return rows


_BODIES = {
    "alexnet_v2": [
        _conv("conv1", 64, 11, 4, "VALID"),
        _pool("pool1", 3),
        _conv("conv2", 192, 5),
        _pool("pool2", 3),
        _conv("conv3", 384, 3),
        _conv("conv4", 384, 3),
        _conv("conv5", 256, 3),
        _pool("pool5", 3),
    ],
    "overfeat": [
        _conv("conv1", 64, 11, 4, "VALID"),
        _pool("pool1", 2),
        _conv("conv2", 256, 5, 1, "VALID"),
        _pool("pool2", 2),
        _conv("conv3", 512, 3),
        _conv("conv4", 1024, 3),
        _conv("conv5", 1024, 3),
        _pool("pool5", 2),
    ],
    "vgg_a": _vgg_body((1, 1, 2, 2, 2)),
    "vgg_16": _vgg_body((2, 2, 3, 3, 3)),
    "vgg_19": _vgg_body((2, 2, 4, 4, 4)),
}
_SMALL = {
    "weights_initializer": tf.truncated_normal_initializer(0.0, 0.005),
    "biases_initializer": tf.constant_initializer(0.1),
}
# name -> channels of fc6 and fc7, size of fc6's window, arguments of fc6 to fc8
_HEADS = {
    "alexnet_v2": (4096, 4096, 5, _SMALL),
    "overfeat": (3072, 4096, 6, _SMALL),
    "vgg_a": (4096, 4096, 7, {}),
    "vgg_16": (4096, 4096, 7, {}),
    "vgg_19": (4096, 4096, 7, {}),
}


def _net(kind, inputs, num_classes, is_training, keep, squeeze, scope):
    with tf.variable_scope(scope, kind, [inputs]) as sc:
        ends = f"{sc.original_name_scope}_end_points"
        with arg_scope([conv2d, fully_connected, max_pool2d], outputs_collections=ends):
            net = inputs
            for layer in _BODIES[kind]:
                net = layer(net)
            sixth, seventh, window, settings = _HEADS[kind]
            with arg_scope([conv2d], **settings):
                net = conv2d(net, sixth, [window, window], padding="VALID", scope="fc6")
                net = dropout(net, keep, is_training=is_training, scope="dropout6")
                net = conv2d(net, seventh, [1, 1], scope="fc7")
                net = dropout(net, keep, is_training=is_training, scope="dropout7")
                net = conv2d(
                    net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="fc8",
                    **({"biases_initializer": tf.zeros_initializer()} if settings else {}),
                )  # fmt: skip
        end_points = convert_collection_to_dict(ends)
        if squeeze:
            net = tf.squeeze(net, [1, 2], name="fc8/squeezed")
            end_points[f"{sc.name}/fc8"] = net
        return net, end_points


def _function(kind, size, words):
    @explained(TEXTS, LOGITS)
    def net(
        inputs,
        num_classes=1000,
        is_training=True,
        dropout_keep_prob=0.5,
        spatial_squeeze=True,
        scope=kind,
    ):
        """NET"""
        return _net(
            kind, inputs, num_classes, is_training, dropout_keep_prob, spatial_squeeze, scope
        )

    net.__doc__ = net.__doc__.replace("NET", f"{words}, for pictures of {size} by {size}.")
    net.__name__ = net.__qualname__ = kind
    net.default_image_size = size
    return net


alexnet_v2 = _function("alexnet_v2", 224, "AlexNet, as in 'One weird trick' (Krizhevsky, 2014)")
overfeat = _function("overfeat", 231, "OverFeat, the fast form (Sermanet and others, 2014)")
vgg_a = _function("vgg_a", 224, "VGG with 11 layers (Simonyan and Zisserman, 2014)")
vgg_16 = _function("vgg_16", 224, "VGG with 16 layers (Simonyan and Zisserman, 2014)")
vgg_19 = _function("vgg_19", 224, "VGG with 19 layers (Simonyan and Zisserman, 2014)")
vgg_d, vgg_e = vgg_16, vgg_19


def _scope(weight_decay, first_bias, max_pool_padding=None):
    with arg_scope(
        [conv2d, fully_connected],
        activation_fn=tf.nn.relu,
        weights_regularizer=l2_regularizer(weight_decay),
        biases_initializer=first_bias,
    ):
        with arg_scope([conv2d], padding="SAME") as scope:
            if max_pool_padding is None:
                return scope
            with arg_scope([max_pool2d], padding=max_pool_padding) as scope:
                return scope


@explained(TEXTS, "A scope to enter with `arg_scope`.")
def vgg_arg_scope(weight_decay=0.0005):
    """The defaults of VGG's layers."""
    return _scope(weight_decay, tf.zeros_initializer())


@explained(TEXTS, "A scope to enter with `arg_scope`.")
def alexnet_v2_arg_scope(weight_decay=0.0005):
    """The defaults of AlexNet's layers."""
    return _scope(weight_decay, tf.constant_initializer(0.1), "VALID")


@explained(TEXTS, "A scope to enter with `arg_scope`.")
def overfeat_arg_scope(weight_decay=0.0005):
    """The defaults of OverFeat's layers."""
    return _scope(weight_decay, tf.zeros_initializer())
