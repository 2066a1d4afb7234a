"""`Metric`: variables that are updated by batches of values, and a result; sums and means."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.variable import Variable
from headwater._src.keras import initializers, state
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.losses import fitted_ranks, fitted_weights

_UPDATES = ("Assign", "Resource", "Scatter")


class Metric(Layer):
    """Base class of metrics: override `__init__` (make variables), `update_state`, `result`.

    Calling a metric updates it and gives the new result.

    Args:
      name: the metric's name (default: its class's, numbered).
      dtype: type of the variables and of the result (default: `floatx`).
      **kwargs: as for `Layer`.
    """

    def __init__(self, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype or state.floatx(), **kwargs)
        self.stateful = True
        self.built = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, wrapped in (("update_state", _updating), ("result", _resulting)):
            if name in vars(cls):
                setattr(cls, name, wrapped(vars(cls)[name]))

    def add_weight(
        self, name=None, shape=(), initializer=None, dtype=None, aggregation=None, **kwargs
    ):
        """Makes a variable of the metric, which is in no collection of the graph.

        Args:
          name: its name.
          shape: its shape.
          initializer: an initializer, or the name of one (default: zeros).
          dtype: its type (default: the metric's).
          aggregation: accepted for compatibility.
          **kwargs: accepted for compatibility.

        Returns:
          The variable.
        """
        dtype = dtypes.as_dtype(dtype or self.dtype)
        make = initializers.get("zeros" if initializer is None else initializer)
        variable = Variable(
            initial_value=lambda: make(list(shape), dtype=dtype),
            trainable=False,
            collections=[],
            dtype=dtype,
            name=name,
            use_resource=True,
        )
        state.of_graph(variable.graph).variables.append(variable)
        self._non_trainable_weights.append(variable)
        return variable

    def update_state(self, *args, **kwargs):
        """Adds values to the variables.

        Args:
          *args: the values; for most metrics targets and predictions.
          **kwargs: mostly `sample_weight`.

        Returns:
          The operation that does it.
        """
        raise NotImplementedError("Must be implemented in subclasses.")

    def result(self):
        """The metric's value: a `Tensor` computed from the variables."""
        raise NotImplementedError("Must be implemented in subclasses.")

    def reset_states(self):
        """Sets all variables to zero, in the session of `tf.keras`."""
        from headwater._src.keras.sessions import batch_set_value

        batch_set_value(
            [
                (v, np.zeros(v.shape.as_list(), v.dtype.base_dtype.as_numpy_dtype))
                for v in self.variables
            ]
        )

    reset_state = reset_states

    def __call__(self, *args, **kwargs):
        """Updates the metric and gives the new result.

        Args:
          *args: as for `update_state`.
          **kwargs: as for `update_state`.

        Returns:
          A `Tensor`.
        """
        update = self.update_state(*args, **kwargs)
        with get_default_graph().control_dependencies([] if update is None else [update]):
            result = self.result()
        result._metric_obj = self
        return result

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _updating(update_state):
    """`update_state` that notes its operation among the metric's updates."""

    def wrapped(self, *args, **kwargs):
        depth, self._updating = getattr(self, "_updating", 0), getattr(self, "_updating", 0) + 1
        graph = get_default_graph()
        before = len(graph.get_operations())
        try:
            update = update_state(self, *args, **kwargs)
        finally:
            self._updating = depth
        if depth:
            return update
        if update is None:  # a program's metric that only assigns
            made = graph.get_operations()[before:]
            update = fn.group(*[op for op in made if op.type.startswith(_UPDATES)])
        if not graph.eager:
            self.add_update(update)
        return update

    wrapped.__doc__ = update_state.__doc__
    wrapped.__wrapped__ = update_state
    return wrapped


def _resulting(result):
    """`result` that gives a tensor which knows its metric."""

    def wrapped(self):
        value = fn.identity(result(self))
        value._metric_obj = self
        return value

    wrapped.__doc__ = result.__doc__
    return wrapped


class Reduce(Metric):
    """A running sum, or mean: a subclass says whether values are counted.

    Args:
      name: the metric's name.
      dtype: type of the variables and of the result.
    """

    _counts = True

    def __init__(self, name, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total")
        if self._counts:
            self.count = self.add_weight("count")

    def update_state(self, values, sample_weight=None):
        """Adds values.

        Args:
          values: `Tensor`.
          sample_weight: weights; where they have fewer dimensions than the values, these are
            averaged over the others first.

        Returns:
          An operation.
        """
        values = fn.cast(convert_to_tensor(values), self.dtype)
        number = fn.cast(fn.size(values), self.dtype)
        if sample_weight is not None:
            values, weights = _weighted(
                values, fn.cast(convert_to_tensor(sample_weight), self.dtype)
            )
            number = fn.reduce_sum(weights)
        total = self.total.assign_add(fn.reduce_sum(values))
        if not self._counts:
            return _operation(total)
        with get_default_graph().control_dependencies([_operation(total)]):
            return _operation(self.count.assign_add(number))

    def result(self):
        """The sum or mean of all values so far."""
        if self._counts:
            return fn.div_no_nan(self.total, self.count)
        return fn.identity(self.total)


def _operation(update):
    return update.op if isinstance(update, (Tensor, Variable)) else update


def _weighted(values, weights):
    """Values times weights, and the weights in the shape of the values they multiply."""
    weights = fitted_weights(values, weights)
    if weights.dims and values.dims is not None and len(weights.dims) < len(values.dims):
        rest = list(range(len(weights.dims), len(values.dims)))
        values = fn.reduce_mean(values, axis=rest)
    weights = weights * fn.ones_like(values)
    return values * weights, weights


class Sum(Reduce):
    """The sum of all values.

    Args:
      name: the metric's name.
      dtype: type of the variable and of the result.
    """

    _counts = False

    def __init__(self, name="sum", dtype=None):
        super().__init__(name, dtype)


class Mean(Reduce):
    """The mean of all values.

    Args:
      name: the metric's name.
      dtype: type of the variables and of the result.
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name, dtype)


class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions.

    Args:
      fn: the function `(y_true, y_pred, **kwargs)`.
      name: the metric's name.
      dtype: type of the variables and of the result.
      **kwargs: further arguments of the function.
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn, self._fn_kwargs = fn, kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
          y_true: targets.
          y_pred: predictions.
          sample_weight: weights of the examples, or None.

        Returns:
          An operation.
        """
        y_true = fn.cast(convert_to_tensor(y_true), self.dtype)
        y_pred = fn.cast(convert_to_tensor(y_pred), self.dtype)
        y_pred, y_true = fitted_ranks(y_pred, y_true)
        return super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight)

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


class MeanTensor(Metric):
    """The mean of tensors of one shape, element by element.

    Args:
      name: the metric's name.
      dtype: type of the variables and of the result.
    """

    def __init__(self, name="mean_tensor", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.count = None

    def update_state(self, values, sample_weight=None):
        """Adds a tensor.

        Args:
          values: `Tensor` of static shape, the same each time.
          sample_weight: weights that can be multiplied with `values`, or None.

        Returns:
          An operation.

        Raises:
          ValueError: another shape than before.
        """
        values = fn.cast(convert_to_tensor(values), self.dtype)
        if self.total is None:
            self.total = self.add_weight("total", values.shape.as_list())
            self.count = self.add_weight("count", values.shape.as_list())
        elif values.shape.as_list() != self.total.shape.as_list():
            raise ValueError(
                "MeanTensor input values must always have the same shape. Expected shape (set "
                f"during the first call): {tuple(self.total.shape.as_list())}. Got: "
                f"{tuple(values.shape.as_list())}."
            )
        number = fn.ones_like(values)
        if sample_weight is not None:
            weights = fn.cast(convert_to_tensor(sample_weight), self.dtype)
            weights = fitted_weights(values, weights)
            number, values = number * weights, values * weights
        total = self.total.assign_add(values)
        with get_default_graph().control_dependencies([_operation(total)]):
            return _operation(self.count.assign_add(number))

    def result(self):
        """The mean of all tensors so far.

        Raises:
          ValueError: there has been none.
        """
        if self.total is None:
            raise ValueError(
                "MeanTensor does not have any value yet. Please call the MeanTensor instance or "
                "use `.update_state(value)` before retrieving the result."
            )
        return fn.div_no_nan(self.total, self.count)
