"""`tf.contrib.quantize`: graphs that train, and measure, as if numbers had few bits.

The way of Jacob et al. (2018): the weights of each convolution and matrix product are rounded to
the steps between their smallest and largest value, what its layer gives to the steps of a range
that is learned as a moving average.  Where a batch norm follows, it stays a node of its own between
the two; weights are rounded as they are, not multiplied by its factors first.
"""

import dataclasses

import headwater as tf

# Nodes with weights, and the input that these are.
_WEIGHTED = {"Conv2D": 1, "DepthwiseConv2dNative": 1, "MatMul": 1}
# What may come between such a node and the end of its layer.
_BIASES = {"BiasAdd", "Add", "AddV2"}
_NORMS = {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"}
_ACTIVATIONS = {"Relu", "Relu6", "Identity"}
_VARIABLES = {"VariableV2", "Variable", "VarHandleOp"}
_DECAY = 0.999  # of the ranges of activations
_FIRST_RANGE = (-6.0, 6.0)


@dataclasses.dataclass(frozen=True)
class _Settings:
    training: bool
    delay: int | None
    weight_bits: int
    activation_bits: int
    symmetric: bool
    scope: str | None


def create_training_graph(input_graph=None, quant_delay=0):
    """Rounds a graph's weights and activations to 8 bits, and learns their ranges as it trains.

    Call it after the model is built and before its gradients are.

    Args:
      input_graph: the `Graph`; None for the default one.
      quant_delay: the global step until which ranges are learned and nothing is rounded.

    Raises:
      ValueError: the graph has no layer whose weights are variables.
    """
    _rewrite(input_graph, _Settings(True, quant_delay, 8, 8, False, None))


def create_eval_graph(input_graph=None):
    """Rounds a graph's weights and activations to 8 bits, by the ranges of a training.

    Args:
      input_graph: the `Graph`; None for the default one.

    Raises:
      ValueError: the graph has no layer whose weights are variables.
    """
    _rewrite(input_graph, _Settings(False, None, 8, 8, False, None))


def experimental_create_training_graph(
    input_graph=None,
    weight_bits=8,
    activation_bits=8,
    symmetric=False,
    quant_delay=0,
    freeze_bn_delay=None,
    scope=None,
):
    """`create_training_graph` with more to choose.

    Args:
      input_graph: the `Graph`; None for the default one.
      weight_bits: bits of weights.
      activation_bits: bits of activations.
      symmetric: whether ranges have 0 in their middle.
      quant_delay: the global step until which nothing is rounded.
      freeze_bn_delay: accepted: batch norms stay as they are.
      scope: name of the scope whose layers are rounded; None for all.

    Raises:
      ValueError: the graph has no layer whose weights are variables.
    """
    _rewrite(
        input_graph,
        _Settings(True, quant_delay, weight_bits, activation_bits, symmetric, scope),
    )


def experimental_create_eval_graph(
    input_graph=None,
    weight_bits=8,
    activation_bits=8,
    symmetric=False,
    quant_delay=None,
    scope=None,
):
    """`create_eval_graph` with more to choose.

    Args:
      input_graph: the `Graph`; None for the default one.
      weight_bits: bits of weights.
      activation_bits: bits of activations.
      symmetric: whether ranges have 0 in their middle.
      quant_delay: the global step until which nothing is rounded; None: it always is.
      scope: name of the scope whose layers are rounded; None for all.

    Raises:
      ValueError: the graph has no layer whose weights are variables.
    """
    _rewrite(
        input_graph,
        _Settings(False, quant_delay, weight_bits, activation_bits, symmetric, scope),
    )


# --- finding layers -----------------------------------------------------------------------------


def _rewrite(graph, settings):
    graph = graph or tf.get_default_graph()
    with graph.as_default():
        layers = [
            node
            for node in graph.get_operations()
            if node.type in _WEIGHTED
            and _is_of_variable(node.inputs[_WEIGHTED[node.type]])
            and (settings.scope is None or node.name.startswith(settings.scope.rstrip("/") + "/"))
        ]
        if not layers:
            raise ValueError("the graph has no convolution or product whose weights are variables")
        ends = {_end_of_layer(node): node for node in layers}
        for node in layers:
            _round_weights(node, settings)
        for end, node in ends.items():
            _round_activations(end, node, settings)


def _is_of_variable(tensor):
    node = tensor.op
    while node.type in ("Identity", "ReadVariableOp"):
        node = node.inputs[0].op
    return node.type in _VARIABLES


def _end_of_layer(node):
    """The tensor at the end of a layer: past its bias, its batch norm and its activation."""
    tensor = node.outputs[0]
    for kinds in (_NORMS, _BIASES, _NORMS, _ACTIVATIONS):
        users = [user for user in tensor.consumers() if user.type in kinds]
        if len(tensor.consumers()) == 1 and users:
            tensor = users[0].outputs[0]
    return tensor


# --- rounding -----------------------------------------------------------------------------------


def _round_weights(node, settings):
    weights = node.inputs[_WEIGHTED[node.type]]
    with tf.variable_scope(_layer_name(node) + "weights_quant", reuse=tf.AUTO_REUSE):
        low, high = _range_variables()
        if settings.training:
            low = tf.assign(low, tf.minimum(tf.reduce_min(weights), 0.0))
            high = tf.assign(high, tf.maximum(tf.reduce_max(weights), 0.0))
        rounded = _rounded(weights, low, high, settings.weight_bits, True, settings)
    node._update_input(_WEIGHTED[node.type], rounded)


def _round_activations(tensor, node, settings):
    users = [
        (user, i) for user in tensor.consumers() for i, t in enumerate(user.inputs) if t is tensor
    ]
    with tf.variable_scope(_layer_name(node) + "act_quant", reuse=tf.AUTO_REUSE):
        low, high = _range_variables()
        if settings.training:
            low = _averaged(low, tf.minimum(tf.reduce_min(tensor), 0.0))
            high = _averaged(high, tf.maximum(tf.reduce_max(tensor), 0.0))
        rounded = _rounded(tensor, low, high, settings.activation_bits, False, settings)
    for user, i in users:
        user._update_input(i, rounded)


def _layer_name(node):
    scope, _, name = node.name.rpartition("/")
    return f"{scope or name}/"


def _range_variables():
    return [
        tf.get_variable(name, [], tf.float32, tf.constant_initializer(value), trainable=False)
        for name, value in zip(("min", "max"), _FIRST_RANGE, strict=True)
    ]


def _averaged(variable, value):
    return tf.assign_sub(variable, (variable - value) * (1 - _DECAY))


def _rounded(tensor, low, high, bits, narrow, settings):
    if settings.symmetric:
        high = tf.maximum(high, -low)
        low = -high
    rounded = tf.fake_quant_with_min_max_vars(tensor, low, high, num_bits=bits, narrow_range=narrow)
    if not settings.delay:
        return rounded
    started = tf.train.get_or_create_global_step() >= settings.delay
    return tf.where(tf.fill(tf.shape(tensor), started), rounded, tensor, name="delayed")
