"""Pooling layers of `tf.contrib.layers`."""

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope
from headwater._src.contrib.layers.building import TEXTS
from headwater._src.contrib.layers.outputs import collect_named_outputs, n_positive_integers
from headwater._src.core.explain import explained


def _windows(sizes, dims, data_format):
    sizes = n_positive_integers(dims, sizes if isinstance(sizes, int) else list(sizes))
    return [1, 1, *sizes] if data_format.startswith("NC") else [1, *sizes, 1]


def _pooled(op, dims, inputs, kernel_size, stride, padding, data_format, collections, scope, name):
    allowed = ("NCHW", "NHWC") if dims == 2 else ("NCDHW", "NDHWC")
    if data_format not in allowed:
        raise ValueError(f"data_format has to be either {allowed[0]} or {allowed[1]}.")
    with tf.name_scope(scope, name, [inputs]) as sc:
        inputs = tf.convert_to_tensor(inputs)
        window, steps = (_windows(v, dims, data_format) for v in (kernel_size, stride))
        outputs = op(inputs, window, steps, padding.upper(), data_format)
        return collect_named_outputs(collections, sc, outputs)


def _layer(op, dims, name, summary):
    @explained(TEXTS, f"`Tensor` of rank {dims + 2}.")
    def layer(
        inputs,
        kernel_size,
        stride=2,
        padding="VALID",
        data_format="NHWC" if dims == 2 else "NDHWC",
        outputs_collections=None,
        scope=None,
    ):
        """SUMMARY"""
        return _pooled(
            op, dims, inputs, kernel_size, stride, padding, data_format, outputs_collections,
            scope, name,
        )  # fmt: skip

    layer.__doc__ = layer.__doc__.replace("SUMMARY", summary)
    layer.__name__ = layer.__qualname__ = {"A": "avg_pool", "M": "max_pool"}[name[0]] + f"{dims}d"
    return add_arg_scope(layer)


avg_pool2d = _layer(tf.nn.avg_pool, 2, "AvgPool2D", "The mean value of each window.")
avg_pool3d = _layer(tf.nn.avg_pool3d, 3, "AvgPool3D", "The mean value of each window.")
max_pool2d = _layer(tf.nn.max_pool, 2, "MaxPool2D", "The largest value of each window.")
max_pool3d = _layer(tf.nn.max_pool3d, 3, "MaxPool3D", "The largest value of each window.")


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` of the rank of `inputs`.",
    pooling_type='`"AVG"` or `"MAX"`.',
    dilation_rate="distance(s) between a window's entries.",
)
def pool(
    inputs,
    kernel_size,
    pooling_type,
    padding="VALID",
    data_format=None,
    dilation_rate=1,
    stride=1,
    outputs_collections=None,
    scope=None,
):
    """The mean or largest value of each window, in one, two or three dimensions."""
    with tf.name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as sc:
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.ndims is None:
            raise ValueError("Rank of inputs must be known")
        if inputs.shape.ndims < 3:
            raise ValueError("Rank of inputs must be >= 3")
        dims = inputs.shape.ndims - 2
        outputs = tf.nn.pool(
            inputs,
            window_shape=n_positive_integers(dims, kernel_size),
            pooling_type=pooling_type,
            padding=padding,
            data_format=data_format,
            dilation_rate=n_positive_integers(dims, dilation_rate),
            strides=n_positive_integers(dims, stride),
        )
        return collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` `[batch, 2 * channels]`: for each channel, x and y, both from -1 to 1.",
    features="`Tensor` of rank 4.",
    temperature="what the features are divided by; None: a variable that starts at 1.",
    name="name of the scope.",
)
def spatial_softmax(
    features,
    temperature=None,
    name=None,
    variables_collections=None,
    trainable=True,
    data_format="NHWC",
):
    """Where each channel is strong: the mean position under a softmax over all points."""
    with tf.variable_scope(name, "spatial_softmax"):
        if data_format not in ("NHWC", "NCHW"):
            raise ValueError("data_format has to be either NCHW or NHWC.")
        if data_format == "NHWC":
            features = tf.transpose(features, [0, 3, 1, 2])
        static = features.shape.as_list()
        shape = tf.shape(features)
        channels, height, width = (shape[i] if static[i] is None else static[i] for i in (1, 2, 3))
        if temperature is None:
            temperature = tf.get_variable(
                "temperature", (), tf.float32, tf.ones_initializer(), trainable=trainable,
                collections=variables_collections,
            )  # fmt: skip
        x, y = tf.meshgrid(
            tf.lin_space(-1.0, 1.0, num=height), tf.lin_space(-1.0, 1.0, num=width), indexing="ij"
        )
        x, y = tf.reshape(x, [height * width]), tf.reshape(y, [height * width])
        attention = tf.nn.softmax(tf.reshape(features, [-1, height * width]) / temperature)
        expected = [tf.reduce_sum(p * attention, [1], keepdims=True) for p in (x, y)]
        points = tf.reshape(tf.concat(expected, 1), [-1, channels * 2])
        if static[1] is not None:
            points.set_shape([None, static[1] * 2])
        return points
