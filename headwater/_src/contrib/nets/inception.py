"""Inception v1 (GoogLeNet), v2 and v3 (Szegedy and others, 2014 and 2015)."""

import headwater as tf
from headwater._src.contrib.arg_scope import arg_scope
from headwater._src.contrib.layers.convolutions import conv2d, separable_conv2d
from headwater._src.contrib.layers.dense import dropout, fully_connected, softmax
from headwater._src.contrib.layers.normalization import batch_norm
from headwater._src.contrib.layers.pooling import avg_pool2d, max_pool2d
from headwater._src.contrib.nets import inception_tables
from headwater._src.core.explain import explained
from headwater._src.layers.contrib_initializers import variance_scaling_initializer
from headwater._src.layers.contrib_regularizers import l2_regularizer

_TEXTS = {
    "inputs": "`Tensor` `[batch, height, width, 3]`.",
    "final_endpoint": "name of the layer that is the last.",
    "num_classes": "how many classes are predicted.",
    "is_training": "whether dropout and batch statistics are used.",
    "dropout_keep_prob": "the probability that an activation is kept in training.",
    "prediction_fn": "function of the logits that gives predictions.",
    "spatial_squeeze": "whether height and width, which are then 1, are left out of the logits.",
    "reuse": "whether the variables exist; needs `scope`.",
    "scope": "name of the variable scope.",
    "min_depth": "the least number of channels of a layer.",
    "depth_multiplier": "factor of the numbers of channels.",
    "create_aux_logits": "whether the second head, which helps training, is there.",
    "weight_decay": "factor of the L2 loss of the weights.",
    "use_batch_norm": "whether convolutions are normalised.",
    "batch_norm_var_collection": "collection of the moving averages.",
    "batch_norm_decay": "how much of the old moving average stays.",
    "batch_norm_epsilon": "added to the variance.",
    "updates_collections": "collection(s) of the operations that update the moving averages.",
    "use_fused_batchnorm": "whether to use the fused op.",
}
_BASE = "`(net, end_points)`: features, and a dict from names to tensors."
_NET = "`(logits, end_points)`: `[batch, num_classes]`, and a dict from names to tensors."
_CHANNELS = 3


def _small(deviation):
    return tf.truncated_normal_initializer(0.0, deviation)


# --- reading the tables ---------------------------------------------------------------------------


def _applied(step, net, depth):
    """The step, a text of a table (see `inception_tables`), applied."""
    words = step.split()
    kind = words.pop(0) if words[0] in ("max", "avg", "separable") else "conv"
    name = words.pop(0)
    window = name.rpartition("_")[2]
    settings = {}
    for word in list(words):
        if word.startswith("/"):
            settings["stride"] = int(word[1:])
        elif word == "V":
            settings["padding"] = "VALID"
        elif word.startswith("="):
            window = word[1:]
        else:
            channels = depth(int(word))
    size = [int(n) for n in window.split("x")]
    if kind in ("max", "avg"):
        pool, scope = (max_pool2d, "MaxPool") if kind == "max" else (avg_pool2d, "AvgPool")
        return pool(net, size, scope=f"{scope}_{name}", **settings)
    scope = name if name.startswith("Conv") else f"Conv2d_{name}"
    if kind == "conv":
        return conv2d(net, channels, size, scope=scope, **settings)
    # The window of each channel is large already: no more than 8 for each of them.
    multiplier = min(channels // net.shape[-1].value, 8)
    return separable_conv2d(
        net, channels, size, depth_multiplier=multiplier, weights_initializer=_small(1.0),
        scope=scope, **settings,
    )  # fmt: skip


def _branch(steps, net, depth):
    for step in steps:
        if isinstance(step, tuple):
            net = tf.concat([_applied(s, net, depth) for s in step], _CHANNELS)
        else:
            net = _applied(step, net, depth)
    return net


def _module(name, branches, net, depth):
    with tf.variable_scope(name):
        outputs = []
        for i, steps in enumerate(branches):
            with tf.variable_scope(f"Branch_{i}"):
                outputs.append(_branch(steps, net, depth))
        return tf.concat(outputs, _CHANNELS)


def _base(table, inputs, final_endpoint, scope, default, min_depth=16, depth_multiplier=1.0):
    """The layers of a table up to one of them."""
    if depth_multiplier <= 0:
        raise ValueError("depth_multiplier is not greater than zero.")
    depth = lambda d: max(int(d * depth_multiplier), min_depth)
    net, end_points = inputs, {}
    with tf.variable_scope(scope, default, [inputs]):
        with arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"):
            for name, row in table.items():
                apply = _module if isinstance(row, list) else None
                net = apply(name, row, net, depth) if apply else _applied(row, net, depth)
                end_points[name] = net
                if name == final_endpoint:
                    return net, end_points
    raise ValueError(f"Unknown final endpoint {final_endpoint}")


def _reduced(net, size):
    """A window of the size of the whole picture, where that is smaller."""
    shape = net.shape.as_list()[1:3]
    return [size if n is None else min(n, size) for n in shape]


# --- base networks ------------------------------------------------------------------------------


@explained(_TEXTS, _BASE)
def inception_v1_base(inputs, final_endpoint="Mixed_5c", scope="InceptionV1"):
    """Inception v1 up to a layer."""
    with arg_scope([conv2d, fully_connected], weights_initializer=_small(0.01)):
        return _base(inception_tables.V1, inputs, final_endpoint, scope, "InceptionV1", 1)


@explained(_TEXTS, _BASE)
def inception_v2_base(
    inputs, final_endpoint="Mixed_5c", min_depth=16, depth_multiplier=1.0, scope=None
):
    """Inception v2 up to a layer."""
    return _base(
        inception_tables.V2, inputs, final_endpoint, scope, "InceptionV2", min_depth,
        depth_multiplier,
    )  # fmt: skip


@explained(_TEXTS, _BASE)
def inception_v3_base(
    inputs, final_endpoint="Mixed_7c", min_depth=16, depth_multiplier=1.0, scope=None
):
    """Inception v3 up to a layer."""
    return _base(
        inception_tables.V3, inputs, final_endpoint, scope, "InceptionV3", min_depth,
        depth_multiplier,
    )  # fmt: skip


# --- networks with heads ------------------------------------------------------------------------


def _head(net, end_points, names, num_classes, keep, squeeze, prediction_fn, window):
    """Average, dropout, one prediction for each class."""
    pool, drop, conv = names
    with tf.variable_scope("Logits"):
        net = avg_pool2d(net, window, stride=1, padding="VALID", scope=pool)
        net = dropout(net, keep_prob=keep, scope=drop)
        end_points["PreLogits"] = net
        logits = conv2d(
            net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope=conv
        )
        if squeeze:
            logits = tf.squeeze(logits, [1, 2], name="SpatialSqueeze")
    end_points["Logits"] = logits
    end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits


@explained(_TEXTS, _NET)
def inception_v1(
    inputs,
    num_classes=1000,
    is_training=True,
    dropout_keep_prob=0.8,
    prediction_fn=softmax,
    spatial_squeeze=True,
    reuse=None,
    scope="InceptionV1",
):
    """Inception v1 for pictures of 224 by 224."""
    with tf.variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as sc:
        with arg_scope([batch_norm, dropout], is_training=is_training):
            net, end_points = inception_v1_base(inputs, scope=sc)
            names = "AvgPool_0a_7x7", "Dropout_0b", "Conv2d_0c_1x1"
            logits = _head(
                net, end_points, names, num_classes, dropout_keep_prob, spatial_squeeze,
                prediction_fn, [7, 7],
            )  # fmt: skip
            return logits, end_points


@explained(_TEXTS, _NET)
def inception_v2(
    inputs,
    num_classes=1000,
    is_training=True,
    dropout_keep_prob=0.8,
    min_depth=16,
    depth_multiplier=1.0,
    prediction_fn=softmax,
    spatial_squeeze=True,
    reuse=None,
    scope="InceptionV2",
):
    """Inception v2 for pictures of 224 by 224."""
    with tf.variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as sc:
        with arg_scope([batch_norm, dropout], is_training=is_training):
            net, end_points = inception_v2_base(
                inputs, min_depth=min_depth, depth_multiplier=depth_multiplier, scope=sc
            )
            window = _reduced(net, 7)
            names = f"AvgPool_1a_{window[0]}x{window[1]}", "Dropout_1b", "Conv2d_1c_1x1"
            logits = _head(
                net, end_points, names, num_classes, dropout_keep_prob, spatial_squeeze,
                prediction_fn, window,
            )  # fmt: skip
            return logits, end_points


@explained(_TEXTS, _NET)
def inception_v3(
    inputs,
    num_classes=1000,
    is_training=True,
    dropout_keep_prob=0.8,
    min_depth=16,
    depth_multiplier=1.0,
    prediction_fn=softmax,
    spatial_squeeze=True,
    reuse=None,
    create_aux_logits=True,
    scope="InceptionV3",
):
    """Inception v3 for pictures of 299 by 299."""
    depth = lambda d: max(int(d * depth_multiplier), min_depth)
    with tf.variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as sc:
        with arg_scope([batch_norm, dropout], is_training=is_training):
            net, end_points = inception_v3_base(
                inputs, min_depth=min_depth, depth_multiplier=depth_multiplier, scope=sc
            )
            if create_aux_logits:
                end_points["AuxLogits"] = _auxiliary(
                    end_points["Mixed_6e"], num_classes, depth, spatial_squeeze
                )
            window = _reduced(net, 8)
            names = f"AvgPool_1a_{window[0]}x{window[1]}", "Dropout_1b", "Conv2d_1c_1x1"
            logits = _head(
                net, end_points, names, num_classes, dropout_keep_prob, spatial_squeeze,
                prediction_fn, window,
            )  # fmt: skip
            return logits, end_points


def _auxiliary(net, num_classes, depth, squeeze):
    """The second head of Inception v3."""
    with tf.variable_scope("AuxLogits"), arg_scope([conv2d, max_pool2d, avg_pool2d], stride=1):
        net = avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = conv2d(net, depth(128), [1, 1], scope="Conv2d_1b_1x1")
        window = _reduced(net, 5)
        net = conv2d(
            net, depth(768), window, weights_initializer=_small(0.01), padding="VALID",
            scope=f"Conv2d_2a_{window[0]}x{window[1]}",
        )  # fmt: skip
        logits = conv2d(
            net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
            weights_initializer=_small(0.001), scope="Conv2d_2b_1x1",
        )  # fmt: skip
        return tf.squeeze(logits, [1, 2], name="SpatialSqueeze") if squeeze else logits


inception_v1.default_image_size = 224
inception_v2.default_image_size = 224
inception_v3.default_image_size = 299


# --- defaults of the layers -----------------------------------------------------------------------


@explained(_TEXTS, "A scope to enter with `arg_scope`.")
def inception_arg_scope(
    weight_decay=0.00004,
    use_batch_norm=True,
    batch_norm_var_collection="moving_vars",
    batch_norm_decay=0.9997,
    batch_norm_epsilon=0.001,
    updates_collections=tf.GraphKeys.UPDATE_OPS,
    use_fused_batchnorm=True,
):
    """The defaults of the layers of all Inception networks."""
    settings = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "updates_collections": updates_collections,
        "fused": use_fused_batchnorm,
        "variables_collections": {
            "beta": None,
            "gamma": None,
            "moving_mean": [batch_norm_var_collection],
            "moving_variance": [batch_norm_var_collection],
        },
    }
    norm = {"normalizer_fn": batch_norm, "normalizer_params": settings} if use_batch_norm else {}
    with arg_scope([conv2d, fully_connected], weights_regularizer=l2_regularizer(weight_decay)):
        with arg_scope(
            [conv2d],
            weights_initializer=variance_scaling_initializer(),
            activation_fn=tf.nn.relu,
            **norm,
        ) as scope:
            return scope


@explained(_TEXTS, "A scope to enter with `arg_scope`.")
def inception_v1_arg_scope(
    weight_decay=0.00004, use_batch_norm=True, batch_norm_var_collection="moving_vars"
):
    """The defaults of the layers of Inception v1."""
    return inception_arg_scope(weight_decay, use_batch_norm, batch_norm_var_collection)


@explained(_TEXTS, "A scope to enter with `arg_scope`.")
def inception_v2_arg_scope(weight_decay=0.00004, batch_norm_var_collection="moving_vars"):
    """The defaults of the layers of Inception v2."""
    return inception_arg_scope(weight_decay, True, batch_norm_var_collection)


@explained(_TEXTS, "A scope to enter with `arg_scope`.")
def inception_v3_arg_scope(
    weight_decay=0.00004,
    batch_norm_var_collection="moving_vars",
    batch_norm_decay=0.9997,
    batch_norm_epsilon=0.001,
    updates_collections=tf.GraphKeys.UPDATE_OPS,
    use_fused_batchnorm=True,
):
    """The defaults of the layers of Inception v3."""
    return inception_arg_scope(
        weight_decay, True, batch_norm_var_collection, batch_norm_decay, batch_norm_epsilon,
        updates_collections, use_fused_batchnorm,
    )  # fmt: skip
