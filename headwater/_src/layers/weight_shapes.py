"""Shapes of weights: what broadcasts to values, and last dimensions of size 1."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import control_dependencies, name_scope
from headwater._src.graph.static_value import constant_value
from headwater._src.ops.arithmetic import multiply
from headwater._src.ops.checks import assert_
from headwater._src.ops.comparison import equal
from headwater._src.ops.constants import ones_like
from headwater._src.ops.control_flow import cond
from headwater._src.ops.grouping import no_op
from headwater._src.ops.joining import concat
from headwater._src.ops.sets import set_difference
from headwater._src.ops.shapes import expand_dims, rank, shape, size, squeeze

_ERROR = "weights can not be broadcast to values."


def assert_broadcastable(weights, values):
    """An operation that fails unless the weights broadcast to the values.

    Weights do when they are a scalar, or have the values' rank and in each dimension the values'
    size or 1.

    Args:
      weights: tensor of weights.
      values: tensor of values.

    Returns:
      An operation: one that does nothing where the shapes are known now.

    Raises:
      ValueError: the shapes known now do not match.
    """
    with name_scope(None, "assert_broadcastable", (weights, values)) as scope:
        with name_scope(None, "weights", (weights,)) as inner:
            weights = convert_to_tensor(weights, name=inner)
            weights_shape = shape(weights, name="shape")
            weights_rank = rank(weights, name="rank")
        with name_scope(None, "values", (values,)) as inner:
            values = convert_to_tensor(values, name=inner)
            values_shape = shape(values, name="shape")
            values_rank = rank(values, name="rank")
        if weights.shape.ndims is not None and values.shape.ndims is not None:
            checked = _check_static(weights, values, weights_shape, values_shape)
            if checked:
                return no_op(name=checked)
        is_scalar = equal(0, weights_rank, name="is_scalar")
        is_valid = cond(
            is_scalar,
            lambda: is_scalar,
            lambda: _same_rank_and_sizes(weights_rank, weights_shape, values_rank, values_shape),
            name="is_valid_shape",
        )
        data = [_ERROR, "weights.shape=", weights.name, weights_shape]
        data += ["values.shape=", values.name, values_shape, "is_scalar=", is_scalar]
        return assert_(is_valid, data, name=scope)


def _check_static(weights, values, weights_shape, values_shape):
    """Name for the node that stands for a check done now; None: the check must wait."""
    ranks = weights.shape.ndims, values.shape.ndims
    received = f"Received weights={weights}, values={values}"
    if ranks[0] == 0:
        return "static_scalar_check_success"
    if ranks[0] != ranks[1]:
        raise ValueError(
            f"{_ERROR} values.rank={ranks[1]}. weights.rank={ranks[0]}. "
            f"values.shape={values.shape}. weights.shape={weights.shape}. {received}"
        )
    sizes, wanted = constant_value(weights_shape), constant_value(values_shape)
    if sizes is None or wanted is None:
        return None
    for i, (mine, its) in enumerate(zip(sizes, wanted, strict=True)):
        if mine not in (1, its):
            raise ValueError(
                f"{_ERROR} Mismatch at dim {i}. values.shape={wanted}, weights.shape={sizes}. "
                f"{received}"
            )
    return "static_dims_check_success"


def _same_rank_and_sizes(weights_rank, weights_shape, values_rank, values_shape):
    operands = (weights_rank, weights_shape, values_rank, values_shape)
    with name_scope(None, "has_valid_nonscalar_shape", operands) as scope:
        same = equal(values_rank, weights_rank, name="is_same_rank")
        return cond(
            same, lambda: _valid_sizes(weights_shape, values_shape), lambda: same, name=scope
        )


def _valid_sizes(weights_shape, values_shape):
    """Whether each size of the weights is among {the values' size, 1}."""
    with name_scope(None, "has_invalid_dims", (weights_shape, values_shape)) as scope:
        column = expand_dims(values_shape, -1)
        allowed = concat((column, ones_like(column)), axis=1)
        invalid = set_difference(expand_dims(weights_shape, -1), allowed)
        count = size(invalid.values, name="num_invalid_dims")
        return equal(0, count, name=scope)


def broadcast_weights(weights, values):
    """The weights in the shape of the values.

    Args:
      weights: tensor of weights.
      values: tensor of values.

    Returns:
      The weights where their shape is known to be the values', else a new tensor.

    Raises:
      ValueError: the weights do not broadcast to the values.
    """
    with name_scope(None, "broadcast_weights", (weights, values)) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        full = weights.shape.is_fully_defined() and values.shape.is_fully_defined()
        if full and weights.shape.is_compatible_with(values.shape):
            return weights
        with control_dependencies((assert_broadcastable(weights, values),)):
            return multiply(weights, ones_like(values), name=scope)


def remove_squeezable_dimensions(labels, predictions, expected_rank_diff=0, name=None):
    """Labels or predictions without their last dimension where it is one too many.

    Args:
      labels: tensor of labels.
      predictions: tensor of predictions.
      expected_rank_diff: rank of the predictions less rank of the labels.
      name: name of the scope of the new nodes.

    Returns:
      `(labels, predictions)`.
    """
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
        ranks = predictions.shape.ndims, labels.shape.ndims
        if None not in ranks:
            excess = ranks[0] - ranks[1] - expected_rank_diff
            if excess == 1 and may_be_one(predictions):
                predictions = squeeze(predictions, [-1])
            elif excess == -1 and may_be_one(labels):
                labels = squeeze(labels, [-1])
            return labels, predictions
        difference = rank(predictions) - rank(labels)
        if may_be_one(predictions):
            predictions = _squeezed_if(expected_rank_diff + 1, difference, predictions)
        if may_be_one(labels):
            labels = _squeezed_if(expected_rank_diff - 1, difference, labels)
        return labels, predictions


def remove_squeezable_weights(weights, labels):
    """The weights without a last dimension of size 1 that the labels do not have.

    Args:
      weights: weights, a scalar or of the labels' rank or one more.
      labels: tensor of labels.

    Returns:
      A tensor.
    """
    weights = convert_to_tensor(weights)
    ranks = weights.shape.ndims, labels.shape.ndims
    if ranks[0] == 0:
        return weights
    if None not in ranks:
        return squeeze(weights, [-1]) if ranks[0] - ranks[1] == 1 else weights
    difference = rank(weights) - rank(labels)
    return _squeezed_if(1, difference, weights) if may_be_one(weights) else weights


def may_be_one(tensor):
    """Whether the last dimension may have size 1.

    Args:
      tensor: a tensor.
    """
    dims = tensor.shape.dims
    return dims is None or (len(dims) > 0 and dims[-1].is_compatible_with(1))


def _squeezed_if(wanted, difference, tensor):
    return cond(equal(wanted, difference), lambda: squeeze(tensor, [-1]), lambda: tensor)
