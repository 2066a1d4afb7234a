"""What the layers with weights share: documentation, renaming, what follows the product."""

import headwater as tf
from headwater._src.contrib.layers.outputs import collect_variable

_NAMES = {"kernel": "weights", "bias": "biases"}

TEXTS = {
    "inputs": "`Tensor`; the dimension of the channels is known.",
    "num_outputs": "number of output channels.",
    "kernel_size": "size(s) of the window.",
    "stride": "step(s) of the window.",
    "padding": '`"VALID"` or `"SAME"`.',
    "data_format": (
        'where the channels are: `"NHWC"` or `"NCHW"`, with one letter less or more in\n'
        "    other dimensions."
    ),
    "rate": "distance(s) between the window's entries.",
    "activation_fn": "function of the result, or None.",
    "normalizer_fn": "function applied instead of adding biases.",
    "normalizer_params": "dict of further arguments of `normalizer_fn`.",
    "weights_initializer": "initializer of the weights.",
    "weights_regularizer": "function of the weights that gives a loss.",
    "biases_initializer": "initializer of the biases; None: there are none.",
    "biases_regularizer": "function of the biases that gives a loss.",
    "initializer": "initializer of the variable.",
    "regularizer": "function of the variable that gives a loss.",
    "reuse": "whether the variables exist; needs `scope`.",
    "variables_collections": (
        "collections of the variables: a list, or a dict from the variables'\n    names to lists."
    ),
    "outputs_collections": "collection(s) the output is added to, with the scope as alias.",
    "trainable": "whether the variables are trained.",
    "scope": "name of the scope; None: the layer's, made unique.",
}


def renamed(getter, name, *args, **kwargs):
    """A getter under which a layer's `kernel` and `bias` are `weights` and `biases`.

    Args:
      getter: the getter that makes variables.
      name: the variable's full name.
      *args: further arguments of the getter.
      **kwargs: further arguments of the getter.
    """
    scope, slash, last = name.rpartition("/")
    return getter(scope + slash + _NAMES.get(last, last), *args, **kwargs)


def normalized(outputs, normalizer_fn, normalizer_params, activation_fn):
    """Outputs after normalization and activation, where these are asked for.

    Args:
      outputs: `Tensor`.
      normalizer_fn: function, or None.
      normalizer_params: dict of its further arguments, or None.
      activation_fn: function, or None.
    """
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    return outputs if activation_fn is None else activation_fn(outputs)


def applied(make, scope, reuse, inputs, variables_collections):
    """What a layer of `tf.layers` gives, with its variables renamed and collected.

    Args:
      make: function of `_scope`, `_reuse` and `dtype` that gives the layer.
      scope: the variable scope that is open.
      reuse: whether the variables exist.
      inputs: `Tensor`.
      variables_collections: collections of the variables.
    """
    with tf.variable_scope(scope, custom_getter=renamed, auxiliary_name_scope=False) as inner:
        layer = make(_scope=inner, _reuse=reuse, dtype=inputs.dtype.base_dtype)
    outputs = layer(inputs)
    collect_variable(layer.kernel, variables_collections, "weights")
    collect_variable(layer.bias, variables_collections, "biases")
    return outputs
