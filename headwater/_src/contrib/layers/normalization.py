"""Normalization layers of `tf.contrib.layers`."""

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope
from headwater._src.contrib.layers.building import TEXTS
from headwater._src.contrib.layers.outputs import collect_named_outputs, collect_variable
from headwater._src.core.explain import explained
from headwater._src.layers.normalization import BatchNormalization

_SAME = "`Tensor` of the shape and type of `inputs`."
_SHARED = {
    **TEXTS,
    "inputs": "floating-point `Tensor` of known rank.",
    "center": "whether `beta` is added.",
    "scale": "whether `gamma` multiplies.",
    "epsilon": "added to the variance.",
    "param_initializers": "dict from the variables' names to initializers.",
}


class _BatchNorm(BatchNormalization):
    """Batch normalization whose updates are for its caller to place."""

    def add_update(self, updates, inputs=None):
        """Only notes the updates."""
        self._updates += updates if isinstance(updates, (list, tuple)) else [updates]


@add_arg_scope
@explained(
    _SHARED,
    _SAME,
    decay="how much of the old moving average stays.",
    param_regularizers='dict from `"beta"` and `"gamma"` to regularizers.',
    updates_collections=(
        "collection(s) of the operations that update the moving averages;\n"
        "    None: they run before the output is given."
    ),
    is_training=(
        "whether the batch's statistics are used: a bool or a scalar boolean\n    `Tensor`."
    ),
    batch_weights="not implemented.",
    fused="whether to use the fused op, where the rank is 2 or 4 (default: yes).",
    data_format='`"NHWC"` or `"NCHW"`.',
    zero_debias_moving_mean="not implemented.",
    renorm="not implemented.",
    renorm_clipping="for `renorm`.",
    renorm_decay="for `renorm`.",
    adjustment="not implemented.",
)
def batch_norm(
    inputs,
    decay=0.999,
    center=True,
    scale=False,
    epsilon=0.001,
    activation_fn=None,
    param_initializers=None,
    param_regularizers=None,
    updates_collections=tf.GraphKeys.UPDATE_OPS,
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
    """Normalises each channel by the batch's statistics, or by moving averages of them."""
    if batch_weights is not None or zero_debias_moving_mean or renorm or adjustment is not None:
        raise NotImplementedError(
            "batch_norm with batch_weights, zero_debias_moving_mean, renorm or adjustment is not "
            "implemented in headwater"
        )
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with tf.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank, shape = inputs.shape.ndims, inputs.shape
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank")
        fused = fused is not False and rank in (2, 4) and inputs.dtype != tf.float64
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
            collect_variable(getattr(layer, kind), variables_collections, kind)
        outputs = _place_updates(layer.updates, updates_collections, outputs)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


def _parameters(initializers, regularizers):
    """The arguments of `BatchNormalization` that contrib's two dicts stand for."""
    zero, one = tf.zeros_initializer(), tf.ones_initializer()
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
    outputs = layer(tf.reshape(inputs, target), training=training)
    return tf.reshape(outputs, [-1, size])


def _place_updates(updates, collections, outputs):
    if collections is not None:
        for update in updates:
            tf.add_to_collections(collections, update)
    elif updates:
        with tf.control_dependencies(updates):
            outputs = tf.identity(outputs)
    return outputs


@add_arg_scope
@explained(
    _SHARED,
    _SAME,
    begin_norm_axis="the first of the dimensions that are normalised together.",
    begin_params_axis="the first of the dimensions that `beta` and `gamma` have.",
)
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
    """Normalises each example by its own mean and variance (Ba, Kiros and Hinton, 2016)."""
    with tf.variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
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
        for name, wanted, first in (
            ("beta", center, tf.zeros_initializer()),
            ("gamma", scale, tf.ones_initializer()),
        ):
            if wanted:
                found[name] = tf.get_variable(name, shape, kind, first, trainable=trainable)
                collect_variable(found[name], variables_collections, name)
        mean, variance = tf.nn.moments(inputs, list(range(start, rank)), keep_dims=True)
        epsilon = 1e-3 if kind == tf.float16 else 1e-12
        outputs = tf.nn.batch_normalization(
            inputs, mean, variance, found["beta"], found["gamma"], epsilon
        )
        outputs.set_shape(inputs.shape)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


def _parameter(name, wanted, size, kind, initializers, default, trainable, collections):
    """A vector of parameters, or None."""
    if not wanted:
        return None
    initializer = (initializers or {}).get(name, default)
    made = tf.get_variable(name, [size], kind, initializer, trainable=trainable)
    collect_variable(made, collections, name)
    return made


def _grouped_norm(inputs, groups, channels_axis, axes, epsilon, parameters):
    """Normalises over some dimensions and within groups of channels, then scales and shifts."""
    shape, dynamic = inputs.shape.as_list(), tf.shape(inputs)
    sizes = [dynamic[i] if d is None else d for i, d in enumerate(shape)]
    channels = shape[channels_axis]
    split = [*sizes[:channels_axis], groups, channels // groups, *sizes[channels_axis + 1 :]]
    moved = [a + (a > channels_axis) for a in axes] + [channels_axis + 1]
    grouped = tf.reshape(inputs, split)
    mean, variance = tf.nn.moments(grouped, moved, keep_dims=True)
    broadcast = [1] * len(split)
    broadcast[channels_axis : channels_axis + 2] = [groups, channels // groups]
    beta, gamma = (None if p is None else tf.reshape(p, broadcast) for p in parameters)
    outputs = tf.nn.batch_normalization(grouped, mean, variance, beta, gamma, epsilon)
    outputs = tf.reshape(outputs, sizes)
    outputs.set_shape(inputs.shape)
    return outputs


@add_arg_scope
@explained(_SHARED, _SAME, data_format='`"NHWC"` or `"NCHW"`.')
def instance_norm(
    inputs,
    center=True,
    scale=True,
    epsilon=1e-6,
    activation_fn=None,
    param_initializers=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    data_format="NHWC",
    scope=None,
):
    """Normalises each channel of each example (Ulyanov and others, 2016)."""
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with tf.variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank, kind = inputs.shape.ndims, inputs.dtype.base_dtype
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        channels_axis = 1 if data_format == "NCHW" else rank - 1
        size = inputs.shape.dims[channels_axis].value
        if size is None:
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension.")
        rest = (param_initializers, trainable, variables_collections)
        beta, gamma = (
            _parameter(name, wanted, size, kind, rest[0], first, *rest[1:])
            for name, wanted, first in (
                ("beta", center, tf.zeros_initializer()),
                ("gamma", scale, tf.ones_initializer()),
            )
        )
        axes = [i for i in range(1, rank) if i != channels_axis]
        outputs = _grouped_norm(inputs, size, channels_axis, axes, epsilon, (beta, gamma))
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


@add_arg_scope
@explained(
    _SHARED,
    _SAME,
    groups="number of groups that the channels are divided into.",
    channels_axis="the dimension of the channels.",
    reduction_axes="the other dimensions that are normalised over.",
    mean_close_to_zero="ignored: the variance is computed about the mean.",
)
def group_norm(
    inputs,
    groups=32,
    channels_axis=-1,
    reduction_axes=(-3, -2),
    center=True,
    scale=True,
    epsilon=1e-6,
    activation_fn=None,
    param_initializers=None,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable=True,
    scope=None,
    mean_close_to_zero=False,
):
    """Normalises groups of channels of each example (Wu and He, 2018)."""
    with tf.variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as sc:
        inputs = tf.convert_to_tensor(inputs)
        rank, kind = inputs.shape.ndims, inputs.dtype.base_dtype
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        channels_axis %= rank
        axes = [a % rank for a in reduction_axes]
        if channels_axis in axes:
            raise ValueError("reduction_axes must not contain channels_axis")
        size = inputs.shape.dims[channels_axis].value
        if size is None or groups > size or size % groups:
            raise ValueError(f"Invalid groups {groups} for {size} channels.")
        rest = (param_initializers, trainable, variables_collections)
        beta, gamma = (
            _parameter(name, wanted, size, kind, rest[0], first, *rest[1:])
            for name, wanted, first in (
                ("beta", center, tf.zeros_initializer()),
                ("gamma", scale, tf.ones_initializer()),
            )
        )
        outputs = _grouped_norm(inputs, groups, channels_axis, axes, epsilon, (beta, gamma))
        outputs = outputs if activation_fn is None else activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)
