"""Layers of `tf.contrib.layers`: those of `tf.layers` with names, collections and defaults of
their own.
"""

import functools

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.framework import control_dependencies, name_scope
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers import core
from headwater._src.layers.contrib_initializers import xavier_initializer
from headwater._src.layers.initializers import Ones, Zeros
from headwater._src.layers.normalization import BatchNormalization
from headwater._src.layers.windows import Conv
from headwater._src.ops.batch_norm import batch_normalization
from headwater._src.ops.nn import relu as nn_relu, relu6 as nn_relu6
from headwater._src.ops.nn_composite import moments
from headwater._src.ops.pooling_functions import avg_pool, max_pool

_NAMES = {"kernel": "weights", "bias": "biases"}


def _renamed(getter, name, *args, **kwargs):
    """A getter under which a layer's `kernel` and `bias` are `weights` and `biases`."""
    scope, slash, last = name.rpartition("/")
    return getter(scope + slash + _NAMES.get(last, last), *args, **kwargs)


def _collect_variable(variable, collections, kind):
    """Adds a variable to the model's and to those that `collections` names for its kind."""
    if variable is None:
        return
    if isinstance(collections, dict):
        collections = collections.get(kind)
    names = [collections] if isinstance(collections, str) else list(collections or ())
    graph = get_default_graph()
    whole = hasattr(variable, "_get_variable_list")
    for part in list(variable) if whole else [variable]:
        for name in dict.fromkeys([GraphKeys.MODEL_VARIABLES, *names]):
            if not any(part is known for known in graph.get_collection(name)):
                graph.add_to_collection(name, part)


def _collect_output(collections, output):
    if collections:
        get_default_graph().add_to_collections(collections, output)
    return output


def _normalized(outputs, normalizer_fn, normalizer_params, activation_fn):
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    return outputs if activation_fn is None else activation_fn(outputs)


def _apply(make, scope, reuse, inputs, variables_collections):
    """Applies the layer that `make(_scope, _reuse, dtype)` gives, its variables renamed."""
    with variable_scope(scope, custom_getter=_renamed, auxiliary_name_scope=False) as inner:
        layer = make(_scope=inner, _reuse=reuse, dtype=inputs.dtype.base_dtype)
    outputs = layer(inputs)
    _collect_variable(layer.kernel, variables_collections, "weights")
    _collect_variable(layer.bias, variables_collections, "biases")
    return outputs


def flatten(inputs, outputs_collections=None, scope=None):
    """Keeps the first dimension and flattens the others.

    Args:
      inputs: `Tensor` `[batch, ...]`.
      outputs_collections: collection(s) the output is added to.
      scope: optional name scope.

    Returns:
      `Tensor` `[batch, size]`.
    """
    with name_scope(scope, "Flatten", [inputs]):
        return _collect_output(outputs_collections, core.flatten(convert_to_tensor(inputs)))


def fully_connected(
    inputs,
    num_outputs,
    activation_fn=nn_relu,
    normalizer_fn=None,
    normalizer_params=None,
    weights_initializer=xavier_initializer(),
    weights_regularizer=None,
    biases_initializer=Zeros(),
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
):
    """`activation_fn(inputs . weights + biases)` along the last dimension.

    Args:
      inputs: `Tensor` of rank 2 or more; the last dimension is known.
      num_outputs: size of the output's last dimension.
      activation_fn: function of the result, or None.
      normalizer_fn: function applied instead of adding biases.
      normalizer_params: dict of further arguments of `normalizer_fn`.
      weights_initializer: initializer of the weights.
      weights_regularizer: function of the weights that gives a loss.
      biases_initializer: initializer of the biases; None: there are none.
      biases_regularizer: function of the biases that gives a loss.
      reuse: whether the variables exist; needs `scope`.
      variables_collections: collections of the variables: a list, or a dict from `"weights"` and
        `"biases"` to lists.
      outputs_collections: collection(s) the output is added to.
      trainable: whether the variables are trained.
      scope: name of the variable scope (default: `fully_connected`, made unique).

    Returns:
      `Tensor` `[..., num_outputs]`.

    Raises:
      ValueError: `num_outputs` is not an integer, or the inputs' shape does not fit.
    """
    if isinstance(num_outputs, bool) or not isinstance(num_outputs, (int, np.integer)):
        raise ValueError(f"num_outputs should be an integer, got {num_outputs!r}.")
    with variable_scope(scope, "fully_connected", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
        make = functools.partial(
            core.Dense,
            num_outputs,
            use_bias=normalizer_fn is None and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
        )
        outputs = _apply(make, sc, reuse, inputs, variables_collections)
        outputs = _normalized(outputs, normalizer_fn, normalizer_params, activation_fn)
        return _collect_output(outputs_collections, outputs)


relu = functools.partial(fully_connected, activation_fn=nn_relu)
relu6 = functools.partial(fully_connected, activation_fn=nn_relu6)
linear = functools.partial(fully_connected, activation_fn=None)


def convolution(
    inputs,
    num_outputs,
    kernel_size,
    stride=1,
    padding="SAME",
    data_format=None,
    rate=1,
    activation_fn=nn_relu,
    normalizer_fn=None,
    normalizer_params=None,
    weights_initializer=xavier_initializer(),
    weights_regularizer=None,
    biases_initializer=Zeros(),
    biases_regularizer=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
    conv_dims=None,
):
    """A convolution in one, two or three dimensions, with biases and activation.

    Args:
      inputs: `Tensor` of rank 3, 4 or 5: batch, space and channels.
      num_outputs: number of output channels.
      kernel_size: size(s) of the window.
      stride: step(s) of the window.
      padding: `"VALID"` or `"SAME"`.
      data_format: where the channels are: `"NHWC"` or `"NCHW"`, with one letter less or more in
        other dimensions.
      rate: distance(s) between the window's entries.
      activation_fn: function of the result, or None.
      normalizer_fn: function applied instead of adding biases.
      normalizer_params: dict of further arguments of `normalizer_fn`.
      weights_initializer: initializer of the weights.
      weights_regularizer: function of the weights that gives a loss.
      biases_initializer: initializer of the biases; None: there are none.
      biases_regularizer: function of the biases that gives a loss.
      reuse: whether the variables exist; needs `scope`.
      variables_collections: collections of the variables: a list, or a dict from `"weights"` and
        `"biases"` to lists.
      outputs_collections: collection(s) the output is added to.
      trainable: whether the variables are trained.
      scope: name of the variable scope (default: `Conv`, made unique).
      conv_dims: number of the dimensions that the window slides over, which is checked.

    Returns:
      `Tensor` like `inputs` with `num_outputs` channels.

    Raises:
      ValueError: an argument is of a wrong value, or the inputs' rank is.
    """
    if data_format not in (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"):
        raise ValueError(f"Invalid data_format: {data_format!r}")
    with variable_scope(scope, "Conv", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
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
        outputs = _apply(make, sc, reuse, inputs, variables_collections)
        outputs = _normalized(outputs, normalizer_fn, normalizer_params, activation_fn)
        return _collect_output(outputs_collections, outputs)


convolution2d = conv2d = functools.partial(convolution, conv_dims=2)


def _pool(op, inputs, kernel_size, stride, padding, data_format, collections, scope, default):
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    pair = lambda v: [v, v] if isinstance(v, int) else list(v)
    spread = lambda v: [1, 1, *pair(v)] if data_format == "NCHW" else [1, *pair(v), 1]
    with name_scope(scope, default, [inputs]):
        outputs = op(inputs, spread(kernel_size), spread(stride), padding.upper(), data_format)
        return _collect_output(collections, outputs)


def max_pool2d(
    inputs,
    kernel_size,
    stride=2,
    padding="VALID",
    data_format="NHWC",
    outputs_collections=None,
    scope=None,
):
    """The largest value of each window.

    Args:
      inputs: `Tensor` of rank 4.
      kernel_size: height and width of the window, or one integer for both.
      stride: step(s) of the window.
      padding: `"VALID"` or `"SAME"`.
      data_format: `"NHWC"` or `"NCHW"`.
      outputs_collections: collection(s) the output is added to.
      scope: optional name scope.

    Returns:
      `Tensor` of rank 4.

    Raises:
      ValueError: `data_format` is neither.
    """
    return _pool(
        max_pool, inputs, kernel_size, stride, padding, data_format, outputs_collections, scope,
        "MaxPool2D",
    )  # fmt: skip


def avg_pool2d(
    inputs,
    kernel_size,
    stride=2,
    padding="VALID",
    data_format="NHWC",
    outputs_collections=None,
    scope=None,
):
    """The mean value of each window.

    Args:
      inputs: floating-point `Tensor` of rank 4.
      kernel_size: height and width of the window, or one integer for both.
      stride: step(s) of the window.
      padding: `"VALID"` or `"SAME"`.
      data_format: `"NHWC"` or `"NCHW"`.
      outputs_collections: collection(s) the output is added to.
      scope: optional name scope.

    Returns:
      `Tensor` of rank 4.

    Raises:
      ValueError: `data_format` is neither.
    """
    return _pool(
        avg_pool, inputs, kernel_size, stride, padding, data_format, outputs_collections, scope,
        "AvgPool2D",
    )  # fmt: skip


class _BatchNorm(BatchNormalization):
    """Batch normalization whose updates are for its caller to place."""

    def add_update(self, updates, inputs=None):
        """Only notes the updates."""
        self._updates += updates if isinstance(updates, (list, tuple)) else [updates]


def batch_norm(
    inputs,
    decay=0.999,
    center=True,
    scale=False,
    epsilon=0.001,
    activation_fn=None,
    param_initializers=None,
    param_regularizers=None,
    updates_collections=GraphKeys.UPDATE_OPS,
    is_training=True,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    batch_weights=None,
    fused=None,
    data_format="NHWC",
    zero_debias_moving_mean=False,
    scope=None,
    renorm=False,
    renorm_clipping=None,
    renorm_decay=0.99,
    adjustment=None,
):
    """Normalises each channel by the batch's statistics, or by moving averages of them.

    Args:
      inputs: floating-point `Tensor` of known rank.
      decay: how much of the old moving average stays.
      center: whether `beta` is added.
      scale: whether `gamma` multiplies.
      epsilon: added to the variance.
      activation_fn: function of the result, or None.
      param_initializers: dict from `"beta"`, `"gamma"`, `"moving_mean"` and `"moving_variance"`
        to initializers.
      param_regularizers: dict from `"beta"` and `"gamma"` to regularizers.
      updates_collections: collection(s) of the operations that update the moving averages; None:
        they run before the output is given.
      is_training: whether the batch's statistics are used: a bool or a scalar boolean `Tensor`.
      reuse: whether the variables exist; needs `scope`.
      variables_collections: collections of the variables: a list, or a dict from the variables'
        names to lists.
      outputs_collections: collection(s) the output is added to.
      trainable: whether `beta` and `gamma` are trained.
      batch_weights: not implemented.
      fused: whether to use the fused op, where the rank is 2 or 4 (default: yes).
      data_format: `"NHWC"` or `"NCHW"`.
      zero_debias_moving_mean: not implemented.
      scope: name of the variable scope (default: `BatchNorm`, made unique).
      renorm: not implemented.
      renorm_clipping: for `renorm`.
      renorm_decay: for `renorm`.
      adjustment: not implemented.

    Returns:
      `Tensor` of the shape and type of `inputs`.

    Raises:
      ValueError: `data_format` is neither, or the inputs' shape is not known enough.
      NotImplementedError: an argument asks for what is not implemented.
    """
    if batch_weights is not None or zero_debias_moving_mean or renorm or adjustment is not None:
        raise NotImplementedError(
            "batch_norm with batch_weights, zero_debias_moving_mean, renorm or adjustment is not "
            "implemented in headwater"
        )
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
        rank, shape = inputs.shape.ndims, inputs.shape
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank")
        fused = fused is not False and rank in (2, 4) and inputs.dtype != dtypes.float64
        axis = 1 if data_format == "NCHW" else rank - 1
        layer = _BatchNorm(
            (3 if data_format == "NHWC" else 1) if fused else axis,
            decay,
            epsilon,
            center,
            scale,
            **_parameters(param_initializers or {}, param_regularizers or {}),
            fused=fused,
            trainable=trainable,
            name=sc.name,
            dtype=inputs.dtype.base_dtype,
            _scope=sc,
            _reuse=reuse,
        )
        outputs = _through_pictures(layer, inputs, is_training, fused and rank == 2, data_format)
        outputs.set_shape(shape)
        for kind in ("beta", "gamma", "moving_mean", "moving_variance"):
            _collect_variable(getattr(layer, kind), variables_collections, kind)
        outputs = _place_updates(layer.updates, updates_collections, outputs)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return _collect_output(outputs_collections, outputs)


def _parameters(initializers, regularizers):
    """The arguments of `BatchNormalization` that contrib's two dicts stand for."""
    zero, one = Zeros(), Ones()
    defaults = {"beta": zero, "gamma": one, "moving_mean": zero, "moving_variance": one}
    found = {f"{k}_initializer": initializers.get(k, v) for k, v in defaults.items()}
    return found | {f"{k}_regularizer": regularizers.get(k) for k in ("beta", "gamma")}


def _through_pictures(layer, inputs, training, flat, data_format):
    """Applies the layer; the fused op wants a matrix as pictures of one point."""
    if not flat:
        return layer(inputs, training=training)
    size = inputs.shape[1].value
    if size is None:
        raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {inputs.shape}.")
    target = [-1, size, 1, 1] if data_format == "NCHW" else [-1, 1, 1, size]
    outputs = layer(PUBLIC["reshape"](inputs, target), training=training)
    return PUBLIC["reshape"](outputs, [-1, size])


def _place_updates(updates, collections, outputs):
    if collections is not None:
        for update in updates:
            get_default_graph().add_to_collections(collections, update)
    elif updates:
        with control_dependencies(updates):
            outputs = PUBLIC["identity"](outputs)
    return outputs


def dropout(
    inputs,
    keep_prob=0.5,
    noise_shape=None,
    is_training=True,
    outputs_collections=None,
    scope=None,
    seed=None,
):
    """Sets a random part of the inputs to 0 while training, and scales the rest up.

    Args:
      inputs: floating-point `Tensor`.
      keep_prob: the probability that an element is kept.
      noise_shape: shape of the mask, broadcast to the inputs.
      is_training: whether anything is dropped: a bool or a scalar boolean `Tensor`.
      outputs_collections: collection(s) the output is added to.
      scope: name of the scope (default: `Dropout`, made unique).
      seed: Python integer for repeatable numbers.

    Returns:
      `Tensor` of the shape and type of `inputs`.
    """
    with variable_scope(scope, "Dropout", [inputs]) as sc:
        inputs = convert_to_tensor(inputs)
        layer = core.Dropout(1 - keep_prob, noise_shape, seed, name=sc.name, _scope=sc)
        return _collect_output(outputs_collections, layer(inputs, training=is_training))


def layer_norm(
    inputs,
    center=True,
    scale=True,
    activation_fn=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    begin_norm_axis=1,
    begin_params_axis=-1,
    scope=None,
):
    """Normalises each example by its own mean and variance (Ba, Kiros and Hinton, 2016).

    Args:
      inputs: floating-point `Tensor` of known rank.
      center: whether `beta` is added.
      scale: whether `gamma` multiplies.
      activation_fn: function of the result, or None.
      reuse: whether the variables exist; needs `scope`.
      variables_collections: collections of the variables: a list, or a dict from `"beta"` and
        `"gamma"` to lists.
      outputs_collections: collection(s) the output is added to.
      trainable: whether the variables are trained.
      begin_norm_axis: the first of the dimensions that are normalised together.
      begin_params_axis: the first of the dimensions that `beta` and `gamma` have.
      scope: name of the variable scope (default: `LayerNorm`, made unique).

    Returns:
      `Tensor` of the shape and type of `inputs`.

    Raises:
      ValueError: the rank, or a dimension of the variables, is not known or too small.
    """
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse):
        inputs = convert_to_tensor(inputs)
        rank, kind = inputs.shape.ndims, inputs.dtype.base_dtype
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        start = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if max(start, begin_params_axis) >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({start}) must be "
                f"less than rank(inputs) ({rank})"
            )
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(
                f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: "
                f"{inputs.shape}"
            )
        found = dict.fromkeys(("beta", "gamma"))
        for name, wanted, first in (("beta", center, Zeros()), ("gamma", scale, Ones())):
            if wanted:
                found[name] = get_variable(name, shape, kind, first, trainable=trainable)
                _collect_variable(found[name], variables_collections, name)
        mean, variance = moments(inputs, list(range(start, rank)), keep_dims=True)
        epsilon = 1e-3 if kind == dtypes.float16 else 1e-12
        outputs = batch_normalization(
            inputs, mean, variance, found["beta"], found["gamma"], epsilon
        )
        outputs.set_shape(inputs.shape)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return _collect_output(outputs_collections, outputs)


def one_hot_encoding(
    labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None, scope=None
):
    """Labels as rows with one entry set.

    Args:
      labels: `Tensor` of integers.
      num_classes: length of the rows.
      on_value: the entry at the label.
      off_value: all other entries.
      outputs_collections: collection(s) the output is added to.
      scope: optional name scope.

    Returns:
      `Tensor` `[..., num_classes]`.
    """
    with name_scope(scope, "OneHotEncoding", [labels]):
        labels = convert_to_tensor(labels)
        if labels.dtype == dtypes.int32:
            labels = PUBLIC["cast"](labels, dtypes.int64)
        outputs = PUBLIC["one_hot"](labels, num_classes, on_value=on_value, off_value=off_value)
        return _collect_output(outputs_collections, outputs)
