"""Small tools of `tf.contrib.framework`: checks, sorting, conditions known beforehand."""

import headwater as tf
from headwater._src.contrib.layers.outputs import constant_value, smart_cond as _smart_cond
from headwater._src.layers.weight_shapes import remove_squeezable_dimensions as _remove


def is_tensor(x):
    """Whether something is a tensor, sparse tensor or variable.

    Args:
      x: anything.
    """
    return isinstance(x, (tf.Tensor, tf.SparseTensor, tf.Variable))


def assert_scalar_int(tensor, name=None):
    """Checks that a tensor is an integer scalar.

    Args:
      tensor: a `Tensor`.
      name: name of the scope.

    Returns:
      The tensor.

    Raises:
      ValueError: it is not.
    """
    with tf.name_scope(name, "assert_scalar_int", [tensor]) as scope:
        tensor = tf.convert_to_tensor(tensor)
        if not tensor.dtype.base_dtype.is_integer:
            raise ValueError(
                f"Expected integer type for {tensor.name}, received type: {tensor.dtype}."
            )
        return tf.assert_scalar(tensor, name=scope)


def assert_or_get_global_step(graph=None, global_step_tensor=None):
    """The global step: the one given, checked, or the graph's.

    Args:
      graph: the graph (default: the default graph).
      global_step_tensor: a variable or tensor, or None.
    """
    if global_step_tensor is None:
        return tf.train.get_global_step(graph)
    tf.train.assert_global_step(global_step_tensor)
    return global_step_tensor


def with_shape(expected_shape, tensor):
    """The tensor, checked to have a shape: now where both are known, else when it runs.

    Args:
      expected_shape: list of integers, `TensorShape` or integer `Tensor`.
      tensor: a `Tensor`.

    Raises:
      ValueError: the shapes are known and differ.
    """
    if isinstance(tensor, tf.SparseTensor):
        raise TypeError("with_shape is implemented for dense tensors only")
    with tf.name_scope(f"{tensor.op.name}/"):
        known = constant_value(expected_shape) if is_tensor(expected_shape) else expected_shape
        if known is not None:
            known = tf.TensorShape(list(known))
            if not tensor.shape.is_compatible_with(known):
                raise ValueError(
                    f"Wrong shape for {tensor.name}: expected {known}, got {tensor.shape}."
                )
            if known.is_fully_defined() and tensor.shape.is_fully_defined():
                return tensor
            if not known.is_fully_defined():
                tensor.set_shape(known)
                return tensor
            expected_shape = tf.constant(known.as_list(), tf.int32)
        actual = tf.shape(tensor)
        message = f"Wrong shape for {tensor.name} [expected] [actual]."
        is_right = tf.reduce_all(tf.equal(tf.cast(expected_shape, tf.int32), actual))
        with tf.control_dependencies([tf.Assert(is_right, [message, expected_shape, actual])]):
            checked = tf.identity(tensor)
        if known is not None:
            checked.set_shape(known)
        return checked


def with_same_shape(expected_tensor, tensor):
    """The tensor, checked to have the shape of another.

    Args:
      expected_tensor: a `Tensor`.
      tensor: a `Tensor`.
    """
    shape = expected_tensor.shape
    return with_shape(shape if shape.is_fully_defined() else tf.shape(expected_tensor), tensor)


def remove_squeezable_dimensions(predictions, labels, name=None):
    """Predictions or labels without their last dimension where it is one too many.

    Args:
      predictions: a `Tensor`.
      labels: a `Tensor`.
      name: name of the scope.

    Returns:
      `(predictions, labels)`.
    """
    labels, predictions = _remove(labels, predictions, name=name)
    return predictions, labels


def reduce_sum_n(tensors, name=None):
    """The sum of all elements of some tensors.

    Args:
      tensors: list of tensors of one type.
      name: name of the scope.

    Raises:
      ValueError: there are none.
    """
    if not tensors:
        raise ValueError("No tensors provided.")
    with tf.name_scope(name, "reduce_sum_n", tensors) as scope:
        sums = [tf.reduce_sum(t, name=f"{t.op.name.rpartition('/')[2]}_sum") for t in tensors]
        return sums[0] if len(sums) == 1 else tf.add_n(sums, name=scope)


# --- conditions ---------------------------------------------------------------------------------


def smart_constant_value(pred):
    """The value of a condition: True or False, None when it is not known yet.

    Args:
      pred: a bool, 0 or 1, or a boolean `Tensor`.

    Raises:
      TypeError: it is none of these.
    """
    if isinstance(pred, tf.Tensor):
        return tf.get_static_value(pred)
    if pred in (0, 1, True, False):
        return bool(pred)
    raise TypeError(
        f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: {type(pred)}"
    )


def smart_cond(pred, true_fn=None, false_fn=None, name=None):
    """`true_fn()` or `false_fn()`: now where the condition is known, else by `tf.cond`.

    Args:
      pred: a bool, 0 or 1, or a scalar boolean `Tensor`.
      true_fn: function for True.
      false_fn: function for False.
      name: name of the node.

    Raises:
      TypeError: one of the functions is none.
    """
    for what, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"`{what}` must be callable.")
    value = smart_constant_value(pred)
    return _smart_cond(pred if value is None else bool(value), true_fn, false_fn, name)


def smart_case(pred_fn_pairs, default=None, exclusive=False, name="smart_case"):
    """What the function of the first true condition gives: now where that is known.

    Args:
      pred_fn_pairs: list of pairs, or dict, of conditions and functions.
      default: function for when no condition holds.
      exclusive: whether at most one condition may hold.
      name: name of the scope.
    """
    pairs = pred_fn_pairs.items() if hasattr(pred_fn_pairs, "items") else pred_fn_pairs
    left = []
    for pred, function in pairs:
        value = smart_constant_value(pred)
        if value is None:
            left.append((pred, function))
        elif value and not left:
            return function()
        elif value:
            default = function
            break
    if not left:
        return default()
    return tf.case(left, default=default, exclusive=exclusive, name=name)


def zero_initializer(ref, use_locking=True, name="zero_initializer"):
    """An operation that sets a variable to zeros.

    Args:
      ref: a variable.
      use_locking: recorded only.
      name: name of the node.
    """
    return tf.assign(ref, tf.zeros(ref.shape, ref.dtype.base_dtype), name=name)
