"""`tf.contrib.eager.metrics`: metrics as objects that are called with values and asked for results."""

from headwater._src.core import dtypes
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import executing_eagerly
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.variable import Variable
from headwater._src.layers.base import snake_case


class Metric:
    """Base class: a subclass makes variables in `build`, updates them in `call` and combines them
    in `result`.

    Args:
      name: the metric's name (default: that of its class).
      use_global_variables: whether its variables are global ones in a graph, not local ones.
    """

    def __init__(self, name=None, use_global_variables=False):
        self._name = name or snake_case(type(self).__name__)
        self._collection = "variables" if use_global_variables else "local_variables"
        self._variables = []
        self._built = False

    @property
    def name(self):
        """The metric's name."""
        return self._name

    @property
    def variables(self):
        """The variables, in the order in which they were made."""
        return list(self._variables)

    def add_variable(self, name, shape=None, dtype=None, initializer=None):
        """Makes a variable; to be called in `build`.

        Args:
          name: its name.
          shape: its shape (default: a scalar).
          dtype: its type (default: float32).
          initializer: an initializer (default: zeros).

        Returns:
          The variable.

        Raises:
          RuntimeError: the metric has been built.
        """
        if self._built:
            raise RuntimeError("Can't call add_variable() except in build().")
        make = initializer or PUBLIC["zeros_initializer"]()
        dtype = dtypes.as_dtype(dtype or dtypes.float32)
        variable = Variable(
            lambda: make([] if shape is None else shape, dtype=dtype),
            name=f"{self._name}/{name}",
            trainable=False,
            collections=[self._collection],
            use_resource=True,
        )
        self._variables.append(variable)
        return variable

    def init_variables(self):
        """Puts the metric back to its beginning; in a graph, the operation that does."""
        if not executing_eagerly():
            return PUBLIC["group"](*[v.initializer for v in self._variables])
        for v in self._variables:
            v.assign(PUBLIC["zeros"](v.shape, v.dtype.base_dtype))
        return None

    def build(self, *args, **kwargs):
        """Makes the variables; called once, with what the metric is first called with.

        Args:
          *args: the values.
          **kwargs: further arguments.
        """

    def call(self, *args, **kwargs):
        """Updates the variables.

        Args:
          *args: the values.
          **kwargs: further arguments.
        """
        raise NotImplementedError("Metrics must define a call() member function")

    def result(self):
        """The metric's value so far, a `Tensor`."""
        raise NotImplementedError("Metrics must define a result() member function")

    def __call__(self, *args, **kwargs):
        """Takes values into account, see `call`.

        Args:
          *args: the values.
          **kwargs: further arguments.
        """
        if not self._built:
            self.build(*args, **kwargs)
            self._built = True
        return self.call(*args, **kwargs)

    def aggregate(self, metrics):
        """Adds the variables of other metrics of this class to this one's.

        Args:
          metrics: list of metrics.
        """
        for other in metrics:
            for mine, its in zip(self._variables, other._variables):
                mine.assign_add(its.read_value())

    def __repr__(self):
        return f"<{type(self).__name__} {self._name!r}>"


class Mean(Metric):
    """The weighted mean of all values that it was called with.

    Args:
      name: the metric's name.
      dtype: the type of the sums and of the result.
      use_global_variables: as for `Metric`.
    """

    def __init__(self, name=None, dtype=dtypes.float64, use_global_variables=False):
        super().__init__(name=name, use_global_variables=use_global_variables)
        self.dtype = dtypes.as_dtype(dtype)

    def build(self, *args, **kwargs):
        """Makes the two sums.

        Args:
          *args: not looked at.
          **kwargs: not looked at.
        """
        self.numer = self.add_variable("numer", shape=(), dtype=self.dtype)
        self.denom = self.add_variable("denom", shape=(), dtype=self.dtype)

    def call(self, values, weights=None):
        """Takes values into account.

        Args:
          values: a `Tensor`.
          weights: a `Tensor` that can be broadcast to `values` (default: ones).

        Returns:
          `values`, and `weights` when they are given.
        """
        values = convert_to_tensor(values)
        kind = self.dtype
        numbers = _cast(values, kind)
        if weights is None:
            total, count = _sum(numbers), _cast(raw.Size(values), kind)
        else:
            weights = convert_to_tensor(weights)
            factors = _cast(weights, kind)
            total = _sum(numbers * factors)
            count = _sum(raw.OnesLike(numbers) * factors)
        updates = [self.numer.assign_add(total).op, self.denom.assign_add(count).op]
        if executing_eagerly():
            return values if weights is None else (values, weights)
        with values.graph.control_dependencies(updates):
            kept = raw.Identity(values)
            return kept if weights is None else (kept, raw.Identity(weights))

    def result(self):
        """The mean; NaN while there are no values."""
        return self.numer.read_value() / self.denom.read_value()

    def value(self):
        """The same as `result`."""
        return self.result()


class Accuracy(Mean):
    """The share of predictions that equal their labels.

    Args:
      name: the metric's name.
      dtype: as for `Mean`.
    """

    def __init__(self, name=None, dtype=dtypes.float64):
        super().__init__(name=name, dtype=dtype)

    def call(self, labels, predictions, weights=None):
        """Takes predictions into account.

        Args:
          labels: a `Tensor`.
          predictions: a `Tensor` of the same shape.
          weights: as for `Mean`.

        Returns:
          `labels` and `predictions`, and `weights` when they are given.

        Raises:
          ValueError: the shapes differ.
        """
        return _matching(super().call, labels, predictions, weights, lambda p: p)


class CategoricalAccuracy(Mean):
    """The share of rows whose largest prediction is where the label is 1.

    Args:
      name: the metric's name.
      dtype: as for `Mean`.
    """

    def __init__(self, name=None, dtype=dtypes.float64):
        super().__init__(name=name, dtype=dtype)

    def call(self, labels, predictions, weights=None):
        """Takes predictions into account.

        Args:
          labels: one-hot rows.
          predictions: scores of the same shape.
          weights: as for `Mean`.
        """
        return _matching(super().call, labels, predictions, weights, _best, _best)


class BinaryAccuracy(Mean):
    """The share of predictions that are on the side of a threshold where the label is.

    Args:
      threshold: the border between the two classes.
      name: the metric's name.
      dtype: as for `Mean`.
    """

    def __init__(self, threshold=0.5, name=None, dtype=dtypes.float64):
        super().__init__(name=name, dtype=dtype)
        self.threshold = threshold

    def call(self, labels, predictions, weights=None):
        """Takes predictions into account.

        Args:
          labels: numbers 0 and 1.
          predictions: numbers, of the same shape.
          weights: as for `Mean`.
        """
        side = lambda p: raw.Greater(p, convert_to_tensor(self.threshold, p.dtype.base_dtype))
        return _matching(super().call, labels, predictions, weights, side, side)


class SparseAccuracy(Mean):
    """The share of rows whose largest prediction is at the label.

    Args:
      name: the metric's name.
      dtype: as for `Mean`.
    """

    def __init__(self, name=None, dtype=dtypes.float64):
        super().__init__(name=name, dtype=dtype)

    def call(self, labels, predictions, weights=None):
        """Takes predictions into account.

        Args:
          labels: integers.
          predictions: scores, with one more dimension.
          weights: as for `Mean`.
        """
        return _matching(super().call, labels, predictions, weights, _best, alike=False)


def _matching(
    update, labels, predictions, weights, of_prediction, of_label=lambda v: v, alike=True
):
    labels, predictions = convert_to_tensor(labels), convert_to_tensor(predictions)
    if alike and not labels.shape.is_compatible_with(predictions.shape):
        raise ValueError(f"Shapes {labels.shape} and {predictions.shape} are incompatible")
    label, prediction = of_label(labels), of_prediction(predictions)
    if label.dtype.base_dtype != prediction.dtype.base_dtype:
        label = raw.Cast(label, DstT=prediction.dtype.base_dtype)
    update(_cast(raw.Equal(label, prediction), dtypes.float64), weights=weights)
    return (labels, predictions) if weights is None else (labels, predictions, weights)


def _best(scores):
    return raw.ArgMax(scores, -1)


def _cast(tensor, dtype):
    return tensor if tensor.dtype.base_dtype == dtype else raw.Cast(tensor, DstT=dtype)


def _sum(tensor):
    return PUBLIC["reduce_sum"](tensor)
