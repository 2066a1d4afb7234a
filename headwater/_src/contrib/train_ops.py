"""`create_train_op`, and what it does to gradients before they are applied."""

import headwater as tf
from headwater._src.core import logging
from headwater._src.core.explain import explained

USE_GLOBAL_STEP = 0  # stands for the graph's global step

_TEXTS = {
    "total_loss": "scalar `Tensor`.",
    "optimizer": "the `Optimizer`.",
    "global_step": "the variable that counts steps; None: nothing counts (default: the graph's).",
    "update_ops": "operations that run before (default: the collection `UPDATE_OPS`).",
    "variables_to_train": "the variables (default: the trainable ones).",
    "transform_grads_fn": "function of the list of `(gradient, variable)` that gives another.",
    "clip_gradient_norm": "the largest norm of each gradient; 0: no limit.",
    "summarize_gradients": "whether there are summaries of the gradients.",
    "gate_gradients": "how much of the gradients is computed at a time.",
    "aggregation_method": "how gradients are added.",
    "colocate_gradients_with_ops": "whether gradients are on the devices of their operations.",
    "gradient_multipliers": "dict from variables, or their names, to factors.",
    "check_numerics": "whether training stops where the loss is not finite.",
}


def multiply_gradients(grads_and_vars, gradient_multipliers):
    """The gradients times factors.

    Args:
      grads_and_vars: list of `(gradient, variable)`.
      gradient_multipliers: dict from variables, or their names, to factors.

    Returns:
      A list of `(gradient, variable)`.

    Raises:
      ValueError: there are no factors, or one for a variable without gradient.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise ValueError("`gradient_multipliers` must be a dict.")
    result = []
    for grad, var in grads_and_vars:
        key = var if var in gradient_multipliers else var.op.name
        if key in gradient_multipliers:
            if grad is None:
                raise ValueError("Requested multiple of `None` gradient.")
            factor = tf.cast(gradient_multipliers[key], grad.dtype.base_dtype)
            if isinstance(grad, tf.IndexedSlices):
                grad = tf.IndexedSlices(grad.values * factor, grad.indices, grad.dense_shape)
            else:
                grad = grad * factor
        result.append((grad, var))
    return result


def clip_gradient_norms(gradients_to_variables, max_norm):
    """The gradients, each with a norm of at most `max_norm`.

    Args:
      gradients_to_variables: list of `(gradient, variable)`.
      max_norm: the largest norm.

    Returns:
      A list of `(gradient, variable)`.
    """
    clipped = []
    for grad, var in gradients_to_variables:
        if isinstance(grad, tf.IndexedSlices):
            values = tf.clip_by_norm(grad.values, max_norm)
            grad = tf.IndexedSlices(values, grad.indices, grad.dense_shape)
        elif grad is not None:
            grad = tf.clip_by_norm(grad, max_norm)
        clipped.append((grad, var))
    return clipped


def clip_gradient_norms_fn(max_norm):
    """`clip_gradient_norms` with its limit, as a function of the list.

    Args:
      max_norm: the largest norm.
    """
    return lambda pairs: clip_gradient_norms(pairs, max_norm)


def add_gradients_summaries(grads_and_vars):
    """Summaries of gradients: a histogram and the norm of each.

    Args:
      grads_and_vars: list of `(gradient, variable)`.

    Returns:
      A list of summaries.
    """
    summaries = []
    for grad, var in grads_and_vars:
        if grad is None:
            logging.info("Var %s has no gradient", var.op.name)
            continue
        values = grad.values if isinstance(grad, tf.IndexedSlices) else grad
        summaries.append(tf.summary.histogram(f"{var.op.name}_gradient", values))
        norm = tf.global_norm([values])
        summaries.append(tf.summary.scalar(f"{var.op.name}_gradient_norm", norm))
    return summaries


def _after(dependencies, tensor, name=None):
    with tf.control_dependencies(dependencies):
        return tf.identity(tensor, name=name)


def _updates(update_ops):
    """The updates, in the order of their collection; a warning where some are left out."""
    known = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    if update_ops is None:
        return list(dict.fromkeys(known))
    given = list(dict.fromkeys(update_ops))
    if not set(known) <= set(given):
        logging.warning(
            "update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS"
        )
    return given


@explained(_TEXTS, "The loss, as a tensor that trains when it is run.")
def create_train_op(
    total_loss,
    optimizer,
    global_step=USE_GLOBAL_STEP,
    update_ops=None,
    variables_to_train=None,
    transform_grads_fn=None,
    summarize_gradients=False,
    gate_gradients=tf.train.Optimizer.GATE_OP,
    aggregation_method=None,
    colocate_gradients_with_ops=False,
    check_numerics=True,
):
    """A training operation: updates, gradients, what is done to them, the step, the loss."""
    if global_step is USE_GLOBAL_STEP:
        global_step = tf.train.get_or_create_global_step()
    updates = _updates(update_ops)
    if updates:
        with tf.control_dependencies(updates):
            barrier = tf.no_op(name="update_barrier")
        total_loss = _after([barrier], total_loss)
    if variables_to_train is None:
        variables_to_train = tf.trainable_variables()
    else:
        for v in variables_to_train:
            assert v.op.name in {t.op.name for t in tf.trainable_variables()}
    assert variables_to_train
    grads = optimizer.compute_gradients(
        total_loss,
        variables_to_train,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        grads = transform_grads_fn(grads)
    if summarize_gradients:
        with tf.name_scope("summarize_grads"):
            add_gradients_summaries(grads)
    applied = optimizer.apply_gradients(grads, global_step=global_step)
    with tf.name_scope("train_op"):
        if check_numerics:
            total_loss = tf.check_numerics(total_loss, "LossTensor is inf or nan")
        train_op = _after([applied], total_loss)
    known = tf.get_collection_ref(tf.GraphKeys.TRAIN_OP)
    if not any(train_op is op for op in known):
        known.append(train_op)
    return train_op


@explained(_TEXTS, "The loss, as a tensor that trains when it is run.")
def create_clipped_train_op(
    total_loss,
    optimizer,
    global_step=USE_GLOBAL_STEP,
    update_ops=None,
    variables_to_train=None,
    clip_gradient_norm=0,
    summarize_gradients=False,
    gate_gradients=tf.train.Optimizer.GATE_OP,
    aggregation_method=None,
    colocate_gradients_with_ops=False,
    gradient_multipliers=None,
    check_numerics=True,
):
    """A training operation whose gradients are multiplied and clipped."""

    def transformed(grads):
        if gradient_multipliers:
            grads = multiply_gradients(grads, gradient_multipliers)
        return clip_gradient_norms(grads, clip_gradient_norm) if clip_gradient_norm > 0 else grads

    return create_train_op(
        total_loss,
        optimizer,
        global_step=global_step,
        update_ops=update_ops,
        variables_to_train=variables_to_train,
        transform_grads_fn=transformed,
        summarize_gradients=summarize_gradients,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
        check_numerics=check_numerics,
    )
