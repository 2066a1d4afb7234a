"""Dense layers of `tf.contrib.layers`, and layers without weights."""

import functools

import numpy as np

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope
from headwater._src.contrib.layers.building import TEXTS, applied, normalized
from headwater._src.contrib.layers.outputs import (
    channel_dimension,
    collect_named_outputs,
    collect_variable,
)
from headwater._src.core.explain import explained
from headwater._src.layers.contrib_initializers import xavier_initializer


@add_arg_scope
@explained(TEXTS, "`Tensor` `[batch, size]`.")
def flatten(inputs, outputs_collections=None, scope=None):
    """Keeps the first dimension and flattens the others."""
    with tf.name_scope(scope, "Flatten", [inputs]) as sc:
        outputs = tf.layers.flatten(tf.convert_to_tensor(inputs))
        return collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
@explained(TEXTS, "`Tensor` `[..., num_outputs]`.")
def fully_connected(
    inputs,
    num_outputs,
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
    """`activation_fn(inputs . weights + biases)` along the last dimension."""
    if isinstance(num_outputs, bool) or not isinstance(num_outputs, (int, np.integer)):
        raise ValueError(f"num_outputs should be an integer, got {num_outputs!r}.")
    with tf.variable_scope(scope, "fully_connected", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        make = functools.partial(
            tf.layers.Dense,
            num_outputs,
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


relu = functools.partial(fully_connected, activation_fn=tf.nn.relu)
relu6 = functools.partial(fully_connected, activation_fn=tf.nn.relu6)
elu = functools.partial(fully_connected, activation_fn=tf.nn.elu)
linear = functools.partial(fully_connected, activation_fn=None)


@add_arg_scope
@explained(TEXTS, "`Tensor` of the shape and type of `inputs`.")
def bias_add(
    inputs,
    activation_fn=None,
    initializer=tf.zeros_initializer(),
    regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    data_format="NHWC",
    scope=None,
):
    """Adds one bias to each channel."""
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with tf.variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        channels = channel_dimension(inputs.shape, data_format, min_rank=2)
        biases = tf.get_variable(
            "biases",
            [channels],
            inputs.dtype.base_dtype,
            initializer,
            regularizer,
            trainable=trainable,
        )
        collect_variable(biases, variables_collections, "biases")
        outputs = tf.nn.bias_add(inputs, biases, data_format=data_format)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` of the shape and type of `inputs`.",
    keep_prob="the probability that an element is kept.",
    noise_shape="shape of the mask, broadcast to the inputs.",
    is_training="whether anything is dropped: a bool or a scalar boolean `Tensor`.",
    seed="Python integer for repeatable numbers.",
)
def dropout(
    inputs,
    keep_prob=0.5,
    noise_shape=None,
    is_training=True,
    outputs_collections=None,
    scope=None,
    seed=None,
):
    """Sets a random part of the inputs to 0 while training, and scales the rest up."""
    with tf.variable_scope(scope, "Dropout", [inputs]) as sc:
        inputs = tf.convert_to_tensor(inputs)
        layer = tf.layers.Dropout(1 - keep_prob, noise_shape, seed, name=sc.name, _scope=sc)
        return collect_named_outputs(
            outputs_collections, sc.name, layer(inputs, training=is_training)
        )


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` `[..., num_classes]`.",
    labels="`Tensor` of integers.",
    num_classes="length of the rows.",
    on_value="the entry at the label.",
    off_value="all other entries.",
)
def one_hot_encoding(
    labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None, scope=None
):
    """Labels as rows with one entry set."""
    with tf.name_scope(scope, "OneHotEncoding", [labels]) as sc:
        labels = tf.convert_to_tensor(labels)
        if labels.dtype == tf.int32:
            labels = tf.cast(labels, tf.int64)
        outputs = tf.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collect_named_outputs(outputs_collections, sc, outputs)


@add_arg_scope
@explained(
    TEXTS,
    "`Tensor` with `num_units` channels.",
    num_units="number of units that are kept.",
    axis="the dimension of the channels.",
)
def maxout(inputs, num_units, axis=-1, scope=None):
    """The largest of each group of channels (Goodfellow and others, 2013)."""
    with tf.variable_scope(scope, "MaxOut", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        shape = inputs.shape.as_list()
        channels = shape[axis]
        if channels is None or channels % num_units:
            raise ValueError(
                f"number of features({channels}) is not a multiple of num_units({num_units})"
            )
        axis %= len(shape)
        dynamic = tf.shape(inputs)
        groups = [num_units, channels // num_units]
        sizes = [dynamic[i] if d is None else d for i, d in enumerate(shape)]
        target = [*sizes[:axis], *groups, *sizes[axis + 1 :]]
        return tf.reduce_max(tf.reshape(inputs, target), axis + 1)


@explained(TEXTS, "`Tensor` of the shape of `logits`.", logits="`Tensor` of rank 2 or more.")
def softmax(logits, scope=None):
    """Probabilities along the last dimension."""
    with tf.variable_scope(scope, "softmax", [logits]):
        size = logits.shape.dims[-1].value
        predictions = tf.nn.softmax(tf.reshape(logits, [-1, size]))
        predictions = tf.reshape(predictions, tf.shape(logits))
        predictions.set_shape(logits.shape)
        return predictions


@explained(
    TEXTS,
    "`Tensor` of the shape of `inputs`.",
    dim="the dimension.",
    epsilon="added to the squares.",
)
def unit_norm(inputs, dim, epsilon=1e-7, scope=None):
    """Scales vectors along a dimension to length 1."""
    with tf.variable_scope(scope, "UnitNorm", [inputs]):
        rank = inputs.shape.ndims
        if not rank:
            raise ValueError("The input rank must be known.")
        if dim < 0 or dim >= rank:
            raise ValueError("dim must be positive but smaller than the input rank.")
        squares = tf.reduce_sum(tf.square(inputs), dim, keepdims=True)
        return tf.div(inputs, tf.sqrt(squares + epsilon))


@explained({}, "`Tensor` like `inputs`.", inputs="`Tensor`.", scale="factor of the gradient.")
def scale_gradient(inputs, scale):
    """The inputs, with a gradient that is scaled."""
    return inputs * scale + tf.stop_gradient(inputs * (1 - scale))


# --- layers of layers ---------------------------------------------------------------------------


def _scope_of(layer, kwargs, default):
    scope = kwargs.pop("scope", None)
    if scope is not None:
        return scope
    for function in (layer, getattr(layer, "func", None)):
        if hasattr(function, "__name__"):
            return function.__name__
    return default


@add_arg_scope
def repeat(inputs, repetitions, layer, *args, **kwargs):
    """Applies a layer several times, in scopes `scope/scope_1`, `scope/scope_2` and so on.

    Args:
      inputs: `Tensor`.
      repetitions: how often.
      layer: a layer: a function of a tensor, with an argument `scope`.
      *args: its further arguments.
      **kwargs: its further arguments.

    Returns:
      What the last gives.
    """
    scope = _scope_of(layer, kwargs, "repeat")
    with tf.variable_scope(scope, "Repeat", [inputs]):
        outputs = tf.convert_to_tensor(inputs)
        for i in range(repetitions):
            outputs = layer(outputs, *args, **kwargs, scope=f"{scope}_{i + 1}")
        return outputs


@add_arg_scope
def stack(inputs, layer, stack_args, **kwargs):
    """Applies a layer once for each of some arguments, in scopes as `repeat` does.

    Args:
      inputs: `Tensor`.
      layer: a layer: a function of a tensor, with an argument `scope`.
      stack_args: list of the second argument of each, or of lists of arguments.
      **kwargs: arguments that all have.

    Returns:
      What the last gives.

    Raises:
      ValueError: `stack_args` is no list.
    """
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")
    scope = _scope_of(layer, kwargs, "stack")
    with tf.variable_scope(scope, "Stack", [inputs]):
        outputs = tf.convert_to_tensor(inputs)
        for i, args in enumerate(stack_args):
            args = args if isinstance(args, (list, tuple)) else [args]
            outputs = layer(outputs, *args, **kwargs, scope=f"{scope}_{i + 1}")
        return outputs
