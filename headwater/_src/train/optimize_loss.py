"""`optimize_loss`: a training operation from a loss, with the usual extras."""

import collections.abc
import inspect

from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.train.adagrad import AdagradOptimizer
from headwater._src.train.adam import AdamOptimizer
from headwater._src.train.ftrl import FtrlOptimizer
from headwater._src.train.global_step import assert_global_step, get_global_step
from headwater._src.train.gradient_descent import GradientDescentOptimizer
from headwater._src.train.momentum import MomentumOptimizer
from headwater._src.train.optimizer import Optimizer
from headwater._src.train.rmsprop import RMSPropOptimizer

OPTIMIZER_CLS_NAMES = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}
OPTIMIZER_SUMMARIES = [
    "learning_rate",
    "loss",
    "gradients",
    "gradient_norm",
    "global_gradient_norm",
]


def optimize_loss(
    loss,
    global_step,
    learning_rate,
    optimizer,
    gradient_noise_scale=None,
    gradient_multipliers=None,
    clip_gradients=None,
    learning_rate_decay_fn=None,
    update_ops=None,
    variables=None,
    name=None,
    summaries=None,
    colocate_gradients_with_ops=False,
    increment_global_step=True,
):
    """The loss, as a tensor that trains the variables when it is run.

    Args:
      loss: scalar `Tensor`.
      global_step: the variable that counts the steps (default: the graph's).
      learning_rate: a float or a scalar `Tensor`; None when the optimizer has its own.
      optimizer: the name of one (`"SGD"`, `"Adam"`, `"Adagrad"`, `"Ftrl"`, `"Momentum"`,
        `"RMSProp"`), a subclass of `Optimizer`, an instance, or a function of the learning rate.
      gradient_noise_scale: factor of normal noise that is added to the gradients.
      gradient_multipliers: dict from variables (or their names) to factors of their gradients.
      clip_gradients: the largest global norm of the gradients, or a function that clips the list
        of `(gradient, variable)`.
      learning_rate_decay_fn: function of the learning rate and the global step.
      update_ops: operations that run before (default: the collection `UPDATE_OPS`).
      variables: the variables to train (default: the trainable ones).
      name: name of the scope.
      summaries: list of what to summarise; see `OPTIMIZER_SUMMARIES`.
      colocate_gradients_with_ops: whether gradients are computed where their operations are.
      increment_global_step: whether the step is increased.

    Returns:
      The loss as a `Tensor`.

    Raises:
      ValueError: an argument is of a wrong type or value.
    """
    loss = convert_to_tensor(loss)
    if loss.dims not in (None, ()):
        raise ValueError(f"Expected scalar shape for {loss.name}, saw shape: {loss.shape}.")
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        if update_ops is None:
            update_ops = get_default_graph().get_collection(GraphKeys.UPDATE_OPS)
        update_ops = list(dict.fromkeys(update_ops))
        if update_ops:
            loss = _after(update_ops, loss)
        rate = None if learning_rate is None else _rate_tensor(learning_rate)
        summaries = _chosen(summaries)
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
        if rate is not None and "learning_rate" in summaries:
            _summarize("scalar", "learning_rate", rate)
        opt = _optimizer(optimizer, rate)
        if variables is None:
            variables = get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES)
        pairs = opt.compute_gradients(
            loss, variables, colocate_gradients_with_ops=colocate_gradients_with_ops
        )
        if gradient_noise_scale is not None:
            pairs = _with_noise(pairs, gradient_noise_scale)
        if gradient_multipliers is not None:
            pairs = _multiplied(pairs, gradient_multipliers)
        if "global_gradient_norm" in summaries or "gradient_norm" in summaries:
            _summarize("scalar", "global_norm/gradient_norm", _norm(pairs))
        if clip_gradients is not None:
            pairs = _clipped(pairs, clip_gradients)
        if "loss" in summaries:
            _summarize("scalar", "loss", loss)
        _summarize_gradients(pairs, summaries, clip_gradients is not None)
        train = opt.apply_gradients(
            pairs, global_step=global_step if increment_global_step else None, name="train"
        )
        return _after([train], loss)


def _clipped(pairs, how):
    if isinstance(how, float):
        clipped, _ = PUBLIC["clip_by_global_norm"]([g for g, _ in pairs], how)
        return list(zip(clipped, [v for _, v in pairs]))
    if callable(how):
        return how(pairs)
    raise ValueError(f"Unknown type {type(how)} for clip_gradients")


def _after(operations, tensor):
    with get_default_graph().control_dependencies(operations):
        return raw.Identity(tensor)


def _rate_tensor(learning_rate):
    if isinstance(learning_rate, Tensor) and learning_rate.dims == ():
        return learning_rate
    if isinstance(learning_rate, float):
        if learning_rate < 0.0:
            raise ValueError(f"Invalid learning_rate {learning_rate}.")

        def initial(shape, dtype=None, partition_info=None):
            return constant(learning_rate, dtype, shape=shape)

        return get_variable("learning_rate", [], trainable=False, initializer=initial)
    raise ValueError(
        "Learning rate should be 0d Tensor or float. Got "
        f"{learning_rate} of type {type(learning_rate)}"
    )


def _chosen(summaries):
    if summaries is None:
        return ["loss", "learning_rate", "global_gradient_norm"]
    for summary in summaries:
        if summary not in OPTIMIZER_SUMMARIES:
            raise ValueError(
                f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you provided "
                f"{summary}."
            )
    return summaries


def _optimizer(optimizer, rate):
    if isinstance(optimizer, str):
        if rate is None:
            raise ValueError(
                "Learning rate is None, but should be specified if optimizer is string "
                f"({optimizer})."
            )
        if optimizer not in OPTIMIZER_CLS_NAMES:
            raise ValueError(
                f"Optimizer name should be one of [{', '.join(OPTIMIZER_CLS_NAMES)}], you "
                f"provided {optimizer}."
            )
        return OPTIMIZER_CLS_NAMES[optimizer](learning_rate=rate)
    if isinstance(optimizer, Optimizer):
        return optimizer
    if inspect.isclass(optimizer) and issubclass(optimizer, Optimizer):
        if rate is None:
            raise ValueError(
                "Learning rate is None, but should be specified if optimizer is class "
                f"({optimizer})."
            )
        return optimizer(learning_rate=rate)
    if callable(optimizer):
        made = optimizer() if rate is None else optimizer(rate)
        if not isinstance(made, Optimizer):
            raise ValueError(
                f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}."
            )
        return made
    raise ValueError(
        "Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass "
        f"of Optimizer or function with one argument. Got {optimizer}."
    )


def _with_noise(pairs, scale):
    result = []
    for grad, variable in pairs:
        if grad is None:
            result.append((None, variable))
            continue
        dense = isinstance(grad, IndexedSlices)
        shape = grad.dense_shape if dense else grad.get_shape()
        noise = PUBLIC["truncated_normal"](shape) * scale
        result.append((convert_to_tensor(grad) + noise, variable))
    return result


def _multiplied(pairs, multipliers):
    if not isinstance(multipliers, collections.abc.Mapping):
        raise ValueError(f"Gradient multipliers should be a dict, got {type(multipliers)}")
    result = []
    for grad, variable in pairs:
        key = variable if variable in multipliers else variable.name
        if grad is not None and key in multipliers:
            factor = PUBLIC["cast"](multipliers[key], grad.dtype.base_dtype)
            if isinstance(grad, IndexedSlices):
                grad = IndexedSlices(grad.values * factor, grad.indices, grad.dense_shape)
            else:
                grad = grad * factor
        result.append((grad, variable))
    return result


def _norm(pairs):
    return PUBLIC["global_norm"]([g for g, _ in pairs])


def _summarize(kind, name, tensor):
    from headwater._src.ops import summary_functions

    getattr(summary_functions, kind)(name, tensor)


def _summarize_gradients(pairs, summaries, clipped):
    for grad, variable in pairs:
        if grad is None:
            continue
        values = grad.values if isinstance(grad, IndexedSlices) else grad
        name = variable.name.replace(":", "_")
        if "gradients" in summaries:
            _summarize("histogram", f"gradients/{name}", values)
        if "gradient_norm" in summaries:
            _summarize("scalar", f"gradient_norm/{name}", PUBLIC["global_norm"]([values]))
    if clipped and ("global_gradient_norm" in summaries or "gradient_norm" in summaries):
        _summarize("scalar", "global_norm/clipped_gradient_norm", _norm(pairs))
