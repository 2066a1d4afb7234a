"""The parts of canned models: optimizers by name, and the networks between columns and logits."""

import math

from headwater._src.estimator.column_layers import input_layer, linear_model
from headwater._src.estimator.mode_keys import ModeKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.core import dense, dropout as drop
from headwater._src.layers.initializers import GlorotUniform
from headwater._src.layers.normalization import batch_normalization
from headwater._src.ops.embedding import zero_fraction
from headwater._src.ops.summary_functions import histogram, scalar
from headwater._src.train.adagrad import AdagradOptimizer
from headwater._src.train.adam import AdamOptimizer
from headwater._src.train.ftrl import FtrlOptimizer
from headwater._src.train.gradient_descent import GradientDescentOptimizer
from headwater._src.train.rmsprop import RMSPropOptimizer

_OPTIMIZERS = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}


def optimizer_of(given, learning_rate):
    """An optimizer: one, the name of one, or a function that makes one.

    Args:
      given: what the program gave.
      learning_rate: the rate of one that is given by its name.

    Raises:
      ValueError: the name is not known, or it is something else.
    """
    if isinstance(given, str):
        if given not in _OPTIMIZERS:
            raise ValueError(
                f"Unsupported optimizer name: {given}. Supported names are: "
                f"{tuple(sorted(_OPTIMIZERS))}"
            )
        return _OPTIMIZERS[given](learning_rate=learning_rate)
    made = given() if callable(given) else given
    if not hasattr(made, "minimize"):
        raise ValueError(f"The given object is not an Optimizer instance. Given: {given}")
    return made


def linear_learning_rate(columns, largest=0.2):
    """The rate of a linear model: smaller, the more columns there are.

    Args:
      columns: the columns.
      largest: the largest rate.
    """
    count = len(list(columns)) if isinstance(columns, (list, tuple, set)) else 1
    return min(largest, 1.0 / math.sqrt(count))


def linear_logits(features, columns, units, sparse_combiner="sum", scope="linear"):
    """The logits of a linear model, and its variable scope.

    Args:
      features: dict of tensors.
      columns: the columns.
      units: how many logits.
      sparse_combiner: how the weights of an example's ids are combined.
      scope: name of the variable scope.

    Returns:
      `(logits, name of the scope)`.
    """
    with variable_scope(scope, values=_values(features)) as vs:
        variables = {}
        logits = linear_model(
            features, columns, units=units, sparse_combiner=sparse_combiner, cols_to_vars=variables
        )
        scalar("bias", variables["bias"][0][0])
        weights = [v for key, vs_ in variables.items() if key != "bias" for v in vs_]
        parts = [zero_fraction(w) for w in weights]
        if parts:
            scalar("fraction_of_zero_weights", PUBLIC["add_n"](parts) / float(len(parts)))
        return logits, vs.name


def dnn_logits(features, columns, units, mode, hidden, activation, dropout, batch_norm):
    """The logits of a network of dense layers, and its variable scope.

    Args:
      features: dict of tensors.
      columns: the dense columns.
      units: how many logits.
      mode: a `ModeKeys`.
      hidden: list of the hidden layers' sizes.
      activation: function of hidden layers.
      dropout: the part of hidden values that is dropped when training, or None.
      batch_norm: whether hidden layers are normalized over batches.

    Returns:
      `(logits, name of the scope)`.
    """
    training = mode == ModeKeys.TRAIN
    with variable_scope("dnn", values=_values(features)) as vs:
        with variable_scope("input_from_feature_columns"):
            net = input_layer(features, columns)
        for i, size in enumerate(hidden):
            with variable_scope(f"hiddenlayer_{i}", values=(net,)) as scope:
                net = dense(
                    net,
                    size,
                    activation=activation,
                    kernel_initializer=GlorotUniform(),
                    name=scope,
                )
                if dropout is not None and training:
                    net = drop(net, rate=dropout, training=True)
                if batch_norm:
                    net = batch_normalization(
                        net, momentum=0.999, training=training, name=f"batchnorm_{i}"
                    )
            _summarize(net, scope.name)
        with variable_scope("logits", values=(net,)) as scope:
            logits = dense(
                net, units, activation=None, kernel_initializer=GlorotUniform(), name=scope
            )
        _summarize(logits, scope.name)
        return logits, vs.name


def _summarize(value, name):
    scalar(name + "/fraction_of_zero_values", zero_fraction(value))
    histogram(name + "/activation", value)


def _values(features):
    return [v for v in features.values() if hasattr(v, "graph")]


def variables_in(scope):
    """The trainable variables of a scope.

    Args:
      scope: its name.
    """
    return get_default_graph().get_collection("trainable_variables", scope=scope + "/")
