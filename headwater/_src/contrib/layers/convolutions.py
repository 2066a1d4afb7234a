"""Convolutions of `tf.contrib.layers`."""

import functools
import inspect

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope
from headwater._src.contrib.layers.building import TEXTS, applied, normalized
from headwater._src.contrib.layers.outputs import (
    channel_dimension,
    collect_named_outputs,
    collect_variable,
    two_element_tuple,
)
from headwater._src.core.explain import explained
from headwater._src.layers.contrib_initializers import xavier_initializer
from headwater._src.layers.windows import Conv


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` like `inputs` with `num_outputs` channels.",
    conv_dims="number of the dimensions that the window slides over, which is checked.",
)
def convolution(
    inputs,
    num_outputs,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format=None,
    rate=1,
    activation_fn=tf.nn.relu,
    normalizer_fn=None,
    normalizer_params=None,
    weights_initializer=xavier_initializer(),
    weights_regularizer=None,
    biases_initializer=tf.zeros_initializer(),
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
    conv_dims=None,
):
    """A convolution in one, two or three dimensions, with biases and activation."""
    if data_format not in (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"):
        raise ValueError(f"Invalid data_format: {data_format!r}")
    with tf.variable_scope(scope, "Conv", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank not in (3, 4, 5):
            raise ValueError(f"Convolution not supported for input with rank {rank}")
        if conv_dims is not None and conv_dims + 2 != rank:
            raise ValueError(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
        make = functools.partial(
            Conv,
            rank - 2,
            num_outputs,
            kernel_size,
            stride,
            padding,
            "channels_first" if data_format and data_format[1] == "C" else "channels_last",
            rate,
            use_bias=normalizer_fn is None and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
        )
        outputs = applied(make, sc, reuse, inputs, variables_collections)
        outputs = normalized(outputs, normalizer_fn, normalizer_params, activation_fn)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


def _of_rank(conv_dims, words):
    """`convolution` for inputs of one rank, which takes its own defaults from scopes."""

    def conv(*args, **kwargs):
        return convolution(*args, **kwargs, conv_dims=conv_dims)

    whole = inspect.signature(convolution)
    kept = [p for p in whole.parameters.values() if p.name != "conv_dims"]
    conv.__signature__ = whole.replace(parameters=kept)
    conv.__doc__ = f"A convolution in {words}, with biases and activation."
    conv.__name__ = conv.__qualname__ = f"convolution{conv_dims}d"
    returns = "`Tensor` like `inputs` with `num_outputs` channels."
    return add_arg_scope(explained(TEXTS, returns)(conv))


convolution1d = conv1d = _of_rank(1, "one dimension")
convolution2d = conv2d = _of_rank(2, "two dimensions")
convolution3d = conv3d = _of_rank(3, "three dimensions")


@add_arg_scope
@explained(TEXTS, "`Tensor` like `inputs` with `num_outputs` channels.")
def convolution2d_transpose(
    inputs,
    num_outputs,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format="NHWC",
    activation_fn=tf.nn.relu,
    normalizer_fn=None,
    normalizer_params=None,
    weights_initializer=xavier_initializer(),
    weights_regularizer=None,
    biases_initializer=tf.zeros_initializer(),
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
):
    """A transposed convolution in two dimensions, with biases and activation."""
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with tf.variable_scope(scope, "Conv2d_transpose", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        make = functools.partial(
            tf.layers.Conv2DTranspose,
            num_outputs,
            kernel_size,
            stride,
            padding,
            "channels_first" if data_format == "NCHW" else "channels_last",
            use_bias=normalizer_fn is None and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
        )
        outputs = applied(make, sc, reuse, inputs, variables_collections)
        outputs = normalized(outputs, normalizer_fn, normalizer_params, activation_fn)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


conv2d_transpose = convolution2d_transpose


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` like `inputs` with `num_outputs` channels.",
    num_outputs="number of output channels; None: no pointwise step follows the depthwise one.",
    depth_multiplier="how many outputs the depthwise step makes of each channel.",
    pointwise_initializer="initializer of the pointwise weights (default: `weights_initializer`).",
)
def separable_convolution2d(
    inputs,
    num_outputs,
    kernel_size,
    depth_multiplier=1,
    stride=1,
    padding="SAME",
    data_format="NHWC",
    rate=1,
    activation_fn=tf.nn.relu,
    normalizer_fn=None,
    normalizer_params=None,
    weights_initializer=xavier_initializer(),
    pointwise_initializer=None,
    weights_regularizer=None,
    biases_initializer=tf.zeros_initializer(),
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
):
    """A convolution of each channel by itself, then one across channels."""
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with tf.variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        kind = inputs.dtype.base_dtype

        def variable(name, shape, initializer, regularizer, what="weights"):
            made = tf.get_variable(name, shape, kind, initializer, regularizer, trainable=trainable)
            collect_variable(made, variables_collections, what)
            return made

        channels = channel_dimension(inputs.shape, data_format, min_rank=4)
        window = [*two_element_tuple(kernel_size), channels, depth_multiplier]
        depthwise = variable("depthwise_weights", window, weights_initializer, weights_regularizer)
        steps, rates = two_element_tuple(stride), list(two_element_tuple(rate))
        strides = [1, 1, *steps] if data_format == "NCHW" else [1, *steps, 1]
        size = depth_multiplier * channels
        if num_outputs is None:
            outputs = tf.nn.depthwise_conv2d(
                inputs, depthwise, strides, padding.upper(), rates, data_format=data_format
            )
        else:
            initializer = pointwise_initializer or weights_initializer
            pointwise = variable(
                "pointwise_weights", [1, 1, size, num_outputs], initializer, weights_regularizer
            )
            outputs = tf.nn.separable_conv2d(
                inputs, depthwise, pointwise, strides, padding.upper(), rates,
                data_format=data_format,
            )  # fmt: skip
        if normalizer_fn is None and biases_initializer is not None:
            number = [num_outputs or size]
            biases = variable("biases", number, biases_initializer, biases_regularizer, "biases")
            outputs = tf.nn.bias_add(outputs, biases, data_format=data_format)
        outputs = normalized(outputs, normalizer_fn, normalizer_params, activation_fn)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


separable_conv2d = separable_convolution2d


@add_arg_scope
@explained(TEXTS, "`Tensor` like `inputs`.")
def convolution2d_in_plane(
    inputs,
    kernel_size,
    stride=1,
    padding="SAME",
    activation_fn=tf.nn.relu,
    normalizer_fn=None,
    normalizer_params=None,
    weights_initializer=xavier_initializer(),
    weights_regularizer=None,
    biases_initializer=tf.zeros_initializer(),
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
):
    """The same window for each channel by itself."""
    with tf.variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as sc:
        kind, channels = inputs.dtype.base_dtype, inputs.shape.dims[-1].value
        steps = two_element_tuple(stride)
        weights = tf.get_variable(
            "weights", [*two_element_tuple(kernel_size), 1, 1], kind, weights_initializer,
            weights_regularizer, trainable=trainable,
        )  # fmt: skip
        collect_variable(weights, variables_collections, "weights")
        window = tf.tile(weights, [1, 1, channels, 1])
        outputs = tf.nn.depthwise_conv2d(inputs, window, [1, *steps, 1], padding)
        if normalizer_fn is None and biases_initializer is not None:
            biases = tf.get_variable(
                "biases", [channels], kind, biases_initializer, biases_regularizer,
                trainable=trainable,
            )  # fmt: skip
            collect_variable(biases, variables_collections, "biases")
            outputs = tf.nn.bias_add(outputs, biases)
        outputs = normalized(outputs, normalizer_fn, normalizer_params, activation_fn)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


conv2d_in_plane = convolution2d_in_plane
