"""`tf.keras.backend`: variables, placeholders and functions that run the graph."""

import contextlib

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.convert import constant as make_constant, convert_to_tensor
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.gradients import gradients as make_gradients
from headwater._src.graph.optable import raw
from headwater._src.graph.variable import Variable
from headwater._src.keras import state
from headwater._src.keras.functions import fn
from headwater._src.keras.sessions import get_session, variable
from headwater._src.layers.dependents import operation_of
from headwater._src.ops.logging import Print_


def backend():
    """The name of what Keras runs on: `"tensorflow"`."""
    return "tensorflow"


def _type(dtype):
    return dtypes.as_dtype(dtype or state.floatx())


def constant(value, dtype=None, shape=None, name=None):
    """A constant tensor.

    Args:
      value: an array, nested list or number.
      dtype: its type (default: `floatx`).
      shape: its shape, where the value is to be repeated.
      name: its name.
    """
    return make_constant(value, _type(dtype), shape=shape, name=name or "Const")


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None, ragged=False):
    """A tensor that is fed.

    Args:
      shape: its shape, with None for sizes that are not known.
      ndim: its rank, where the shape is not given.
      dtype: its type (default: `floatx`).
      sparse: whether it is sparse.
      name: its name.
      ragged: accepted as False only.
    """
    if ragged:
        raise NotImplementedError("ragged placeholders are not implemented in headwater")
    if shape is None and ndim:
        shape = (None,) * ndim
    if sparse:
        return fn.sparse_placeholder(_type(dtype), shape, name=name)
    return raw.Placeholder(dtype=_type(dtype), shape=TensorShape(shape), name=name)


def is_keras_tensor(x):
    """Whether a tensor comes from `Input` or a layer.

    Args:
      x: a tensor.

    Raises:
      ValueError: it is no tensor.
    """
    if not hasattr(x, "op") and not isinstance(x, Variable):
        raise ValueError(
            f"Unexpectedly found an instance of type `{type(x)}`. Expected a symbolic tensor "
            "instance."
        )
    return hasattr(x, "_keras_history")


def is_sparse(tensor):
    """Whether it is a `SparseTensor`.

    Args:
      tensor: a tensor.
    """
    return hasattr(tensor, "dense_shape") and hasattr(tensor, "indices")


def to_dense(tensor):
    """The dense tensor of a sparse one; others as they are.

    Args:
      tensor: a tensor.
    """
    return fn.sparse_tensor_to_dense(tensor) if is_sparse(tensor) else tensor


def int_shape(x):
    """The static shape as a tuple with None for unknown sizes; None when the rank is unknown.

    Args:
      x: a tensor or variable.
    """
    known = getattr(x, "_keras_shape", None)
    if known is not None:
        return known
    shape = x.shape if hasattr(x, "shape") else x.get_shape()
    if isinstance(shape, tuple):
        return shape
    return None if shape.ndims is None else tuple(shape.as_list())


def ndim(x):
    """The rank, or None.

    Args:
      x: a tensor or variable.
    """
    return x.shape.ndims


def dtype(x):
    """The name of the type.

    Args:
      x: a tensor or variable.
    """
    return x.dtype.base_dtype.name


def shape(x):
    """The shape as a tensor.

    Args:
      x: a tensor or variable.
    """
    return fn.shape(x)


def count_params(x):
    """The number of elements.

    Args:
      x: a variable of known shape.
    """
    return int(np.prod(x.shape.as_list()))


def eval(x):
    """The value of a tensor or variable, as an array.

    Args:
      x: a tensor or variable.
    """
    return get_session().run(to_dense(x))


def zeros(shape, dtype=None, name=None):
    """A variable of zeros; a tensor where the shape is one.

    Args:
      shape: its shape.
      dtype: its type (default: `floatx`).
      name: its name.
    """
    return _filled(fn.zeros, shape, dtype, name)


def ones(shape, dtype=None, name=None):
    """A variable of ones; a tensor where the shape is one.

    Args:
      shape: its shape.
      dtype: its type (default: `floatx`).
      name: its name.
    """
    return _filled(fn.ones, shape, dtype, name)


def _filled(make, shape, dtype, name):
    value = make(shape, _type(dtype))
    if value.dims is None or None in value.dims:
        return value
    return variable(value, dtype=_type(dtype), name=name)


def eye(size, dtype=None, name=None):
    """A variable with an identity matrix.

    Args:
      size: the number of rows.
      dtype: its type (default: `floatx`).
      name: its name.
    """
    return variable(fn.eye(size, dtype=_type(dtype)), dtype, name)


def zeros_like(x, dtype=None, name=None):
    """Zeros in the shape of a tensor.

    Args:
      x: a tensor or variable.
      dtype: the type (default: that of `x`).
      name: name of the node.
    """
    return fn.zeros_like(x, dtype=dtype, name=name)


def ones_like(x, dtype=None, name=None):
    """Ones in the shape of a tensor.

    Args:
      x: a tensor or variable.
      dtype: the type (default: that of `x`).
      name: name of the node.
    """
    return fn.ones_like(x, dtype=dtype, name=name)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """A variable of uniform random numbers.

    Args:
      shape: its shape.
      low: lower bound.
      high: upper bound.
      dtype: its type (default: `floatx`).
      name: its name.
      seed: integer for repeatable numbers.
    """
    seed = np.random.randint(10**9) if seed is None else seed
    value = fn.random_uniform(shape, low, high, dtype=_type(dtype), seed=seed)
    return variable(value, dtype, name)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """A variable of normal random numbers.

    Args:
      shape: its shape.
      mean: their mean.
      scale: their standard deviation.
      dtype: its type (default: `floatx`).
      name: its name.
      seed: integer for repeatable numbers.
    """
    seed = np.random.randint(10**9) if seed is None else seed
    value = fn.random_normal(shape, mean, scale, dtype=_type(dtype), seed=seed)
    return variable(value, dtype, name)


def update(x, new_x):
    """Gives a variable a new value: a tensor to be run.

    Args:
      x: a variable.
      new_x: a tensor of its shape.
    """
    return x.assign(new_x)


def update_add(x, increment):
    """Adds to a variable.

    Args:
      x: a variable.
      increment: a tensor of its shape.
    """
    return x.assign_add(increment)


def update_sub(x, decrement):
    """Subtracts from a variable.

    Args:
      x: a variable.
      decrement: a tensor of its shape.
    """
    return x.assign_sub(decrement)


def moving_average_update(x, value, momentum):
    """Moves a variable towards a value: `x = momentum * x + (1 - momentum) * value`.

    Args:
      x: a variable.
      value: a tensor of its shape.
      momentum: how much of the old value stays.
    """
    return x.assign_sub((x - fn.cast(value, x.dtype.base_dtype)) * (1 - momentum))


def gradients(loss, variables):
    """The gradients of a loss.

    Args:
      loss: a scalar tensor.
      variables: list of variables or tensors.
    """
    return make_gradients(loss, variables)


def stop_gradient(variables):
    """The same values, through which no gradient goes.

    Args:
      variables: a tensor, or a list of tensors.
    """
    if isinstance(variables, (list, tuple)):
        return [fn.stop_gradient(v) for v in variables]
    return fn.stop_gradient(variables)


def manual_variable_initialization(value):
    """Accepted for compatibility: variables that have values are never initialized again.

    Args:
      value: a bool.
    """


class Function:
    """A step of Keras' session as a function; `function` makes it.

    Args:
      inputs: list of placeholders.
      outputs: list (or structure) of tensors.
      updates: list of operations, or pairs (variable, new value).
      name: accepted for compatibility.
      feed_dict: further values to feed.
    """

    def __init__(self, inputs, outputs, updates=None, name="", feed_dict=None):
        self.inputs, self.outputs = nest.flatten(inputs), outputs
        self._flat = nest.flatten(outputs)
        self._more = dict(feed_dict or {})
        with control_dependencies(self._flat or None) if self._flat else contextlib.nullcontext():
            made = [fn.assign(*u) if isinstance(u, tuple) else u for u in updates or ()]
        self._updates = [operation_of(u) for u in made]

    def __call__(self, inputs=()):
        """Runs the step.

        Args:
          inputs: values for the placeholders.

        Returns:
          The outputs' values, in the outputs' structure.
        """
        values = nest.flatten(inputs) if not isinstance(inputs, np.ndarray) else [inputs]
        fed = {k: v for k, v in zip(self.inputs, values) if v is not None}
        found = get_session().run([*self._flat, *self._updates], {**fed, **self._more} or None)
        return nest.pack_sequence_as(self.outputs, found[: len(self._flat)])


def function(inputs, outputs, updates=None, name=None, **kwargs):
    """A function of arrays from placeholders and tensors.

    Args:
      inputs: list of placeholders.
      outputs: list of tensors.
      updates: list of operations, or pairs (variable, new value), that each call runs too.
      name: accepted for compatibility.
      **kwargs: `feed_dict`: further values to feed.

    Returns:
      A function that takes a list of arrays and gives a list of arrays.
    """
    return Function(inputs, outputs, updates, name, kwargs.get("feed_dict"))


def switch(condition, then_expression, else_expression):
    """One of two tensors: as a whole, or element by element where the condition is no scalar.

    Args:
      condition: boolean tensor.
      then_expression: a tensor, or a function giving one.
      else_expression: a tensor, or a function giving one.
    """
    condition = convert_to_tensor(condition)
    if condition.dtype.base_dtype is not dtypes.bool:
        condition = fn.cast(condition, dtypes.bool)
    value = lambda given: given() if callable(given) else given
    if condition.dims == ():
        return fn.cond(
            condition,
            lambda: fn.identity(value(then_expression)),
            lambda: fn.identity(value(else_expression)),
        )
    chosen, other = value(then_expression), value(else_expression)
    rank = len(chosen.dims)
    if rank < len(condition.dims):
        raise ValueError(
            "Rank of `condition` should be less than or equal to rank of `then_expression` and "
            f"`else_expression`. ndim(condition)={len(condition.dims)}, "
            f"ndim(then_expression)={rank}"
        )
    for _ in range(rank - len(condition.dims)):
        condition = fn.expand_dims(condition, -1)
    return raw.SelectV2(condition, chosen, other)


def in_train_phase(x, alt, training=None):
    """`x` in training, else `alt`.

    Args:
      x: a tensor, or a function giving one.
      alt: a tensor, or a function giving one.
      training: a bool or boolean tensor (default: the learning phase).
    """
    training = state.learning_phase() if training is None else training
    if isinstance(training, (bool, int)):
        chosen = x if training else alt
        return chosen() if callable(chosen) else chosen
    return switch(training, x, alt)


def in_test_phase(x, alt, training=None):
    """`alt` in training, else `x`.

    Args:
      x: a tensor, or a function giving one.
      alt: a tensor, or a function giving one.
      training: a bool or boolean tensor (default: the learning phase).
    """
    return in_train_phase(alt, x, training)


@contextlib.contextmanager
def learning_phase_scope(value):
    """A block with a fixed learning phase.

    Args:
      value: 0 or 1.
    """
    notes = state.of_graph()
    before = notes.phase
    state.set_learning_phase(value)
    try:
        yield
    finally:
        notes.phase = before


def print_tensor(x, message=""):
    """The same tensor, whose value is printed when it is run.

    Args:
      x: a tensor.
      message: what is printed before it.
    """
    return Print_(x, [x], message=message, summarize=10_000_000)
