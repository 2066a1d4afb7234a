"""`tf.keras.metrics`: what is measured of a model, as classes, functions and names."""

import inspect

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras import loss_functions, metric_functions
from headwater._src.keras.functions import fn
from headwater._src.keras.losses import described_options, fitted_ranks
from headwater._src.keras.metric_base import (
    Mean,
    MeanMetricWrapper,
    Metric,
    _operation,
)
from headwater._src.keras.metric_functions import (  # noqa: F401  the entry for all metrics
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object


def _wrapped(class_name, function, name, **options):
    """The class of a metric function, whose further arguments become the constructor's."""

    def __init__(self, *args, **kwargs):
        bound = signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        given = dict(list(bound.arguments.items())[1:])
        MeanMetricWrapper.__init__(self, function, **given)

    Parameter = inspect.Parameter
    arguments = {"name": name, "dtype": None, **options}
    signature = inspect.Signature(
        [Parameter("self", Parameter.POSITIONAL_ONLY)]
        + [
            Parameter(key, Parameter.POSITIONAL_OR_KEYWORD, default=value)
            for key, value in arguments.items()
        ]
    )
    __init__.__signature__ = signature
    summary = (function.__doc__ or " ").split("\n")[0]
    doc = f"The mean over examples of: {summary[0].lower()}{summary[1:]}\n\nArgs:\n"
    doc += described_options(arguments)
    attributes = {"__init__": __init__, "__doc__": doc, "__module__": __name__}
    return type(class_name, (MeanMetricWrapper,), attributes)


_M, _L = metric_functions, loss_functions
Accuracy = _wrapped("Accuracy", _M.accuracy, "accuracy")
BinaryAccuracy = _wrapped("BinaryAccuracy", _M.binary_hits, "binary_accuracy", threshold=0.5)
CategoricalAccuracy = _wrapped(
    "CategoricalAccuracy", _M.categorical_accuracy, "categorical_accuracy"
)
SparseCategoricalAccuracy = _wrapped(
    "SparseCategoricalAccuracy", _M.sparse_categorical_accuracy, "sparse_categorical_accuracy"
)
TopKCategoricalAccuracy = _wrapped(
    "TopKCategoricalAccuracy", _M.top_k_categorical_accuracy, "top_k_categorical_accuracy", k=5
)
SparseTopKCategoricalAccuracy = _wrapped(
    "SparseTopKCategoricalAccuracy",
    _M.sparse_top_k_categorical_accuracy,
    "sparse_top_k_categorical_accuracy",
    k=5,
)
CosineSimilarity = _wrapped("CosineSimilarity", _M.cosine_proximity, "cosine_similarity", axis=-1)
MeanAbsoluteError = _wrapped("MeanAbsoluteError", _L.mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _wrapped(
    "MeanAbsolutePercentageError",
    _L.mean_absolute_percentage_error,
    "mean_absolute_percentage_error",
)
MeanSquaredError = _wrapped("MeanSquaredError", _L.mean_squared_error, "mean_squared_error")
MeanSquaredLogarithmicError = _wrapped(
    "MeanSquaredLogarithmicError",
    _L.mean_squared_logarithmic_error,
    "mean_squared_logarithmic_error",
)
Hinge = _wrapped("Hinge", _L.hinge, "hinge")
SquaredHinge = _wrapped("SquaredHinge", _L.squared_hinge, "squared_hinge")
CategoricalHinge = _wrapped("CategoricalHinge", _L.categorical_hinge, "categorical_hinge")
LogCoshError = _wrapped("LogCoshError", _L.logcosh, "logcosh")
Poisson = _wrapped("Poisson", _L.poisson, "poisson")
KLDivergence = _wrapped(
    "KLDivergence", _L.kullback_leibler_divergence, "kullback_leibler_divergence"
)
BinaryCrossentropy = _wrapped(
    "BinaryCrossentropy",
    _L.binary_crossentropy,
    "binary_crossentropy",
    from_logits=False,
    label_smoothing=0,
)
CategoricalCrossentropy = _wrapped(
    "CategoricalCrossentropy",
    _L.categorical_crossentropy,
    "categorical_crossentropy",
    from_logits=False,
    label_smoothing=0,
)
SparseCategoricalCrossentropy = _wrapped(
    "SparseCategoricalCrossentropy",
    _L.sparse_categorical_crossentropy,
    "sparse_categorical_crossentropy",
    from_logits=False,
    axis=-1,
)


class RootMeanSquaredError(Mean):
    """The root of the mean squared error.

    Args:
      name: the metric's name.
      dtype: type of the variables and of the result.
    """

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype=dtype)

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
        y_pred, y_true = fitted_ranks(fn.cast(convert_to_tensor(y_pred), self.dtype), y_true)
        return super().update_state(fn.squared_difference(y_pred, y_true), sample_weight)

    def result(self):
        """The root of the mean of all squared errors so far."""
        return fn.sqrt(fn.div_no_nan(self.total, self.count))


class MeanRelativeError(Mean):
    """The mean of absolute errors, each divided by a given size.

    Args:
      normalizer: `Tensor` or array of sizes, in the shape of the predictions.
      name: the metric's name.
      dtype: type of the variables and of the result.
    """

    def __init__(self, normalizer, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.normalizer = fn.cast(convert_to_tensor(normalizer), self.dtype)

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
        y_pred, y_true = fitted_ranks(fn.cast(convert_to_tensor(y_pred), self.dtype), y_true)
        errors = fn.div_no_nan(fn.abs(y_true - y_pred), self.normalizer)
        return super().update_state(errors, sample_weight)

    def get_config(self):
        from headwater._src.keras.sessions import get_value

        return {**super().get_config(), "normalizer": get_value(self.normalizer)}


class MeanIoU(Metric):
    """For each class what target and prediction have in common, as a share of both; the mean.

    Args:
      num_classes: the number of classes.
      name: the metric's name.
      dtype: type of the variable and of the result.
    """

    def __init__(self, num_classes, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.num_classes = num_classes
        self.total_cm = self.add_weight("total_confusion_matrix", [num_classes, num_classes])

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
          y_true: class numbers.
          y_pred: predicted class numbers, of the same shape.
          sample_weight: weights, or None.

        Returns:
          An operation.
        """
        y_true, y_pred = (
            fn.reshape(fn.cast(convert_to_tensor(y), "int64"), [-1]) for y in (y_true, y_pred)
        )
        weights = sample_weight
        if weights is not None:
            weights = fn.reshape(fn.cast(convert_to_tensor(weights), self.dtype), [-1])
        matrix = fn.confusion_matrix(
            y_true, y_pred, self.num_classes, dtype=self.dtype, weights=weights
        )
        return _operation(self.total_cm.assign_add(matrix))

    def result(self):
        """The mean over the classes that occur."""
        matrix = convert_to_tensor(self.total_cm)
        common = fn.diag_part(matrix)
        both = fn.reduce_sum(matrix, axis=0) + fn.reduce_sum(matrix, axis=1) - common
        occur = fn.reduce_sum(fn.cast(fn.not_equal(both, 0.0), self.dtype))
        return fn.div_no_nan(fn.reduce_sum(fn.div_no_nan(common, both)), occur)

    def get_config(self):
        return {"num_classes": self.num_classes, **super().get_config()}


_NAMES = (
    loss_functions.BY_NAME
    | metric_functions.BY_NAME
    | {
        name: value
        for name, value in list(globals().items())
        if inspect.isclass(value) and issubclass(value, Metric) and name[0] != "_"
    }
    | {"cosine_proximity": metric_functions.cosine_proximity}
)


def serialize(metric, use_legacy_format=False):
    """A metric as plain values.

    Args:
      metric: a metric function or a `Metric`.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(metric)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """The metric that `serialize` described.

    Args:
      config: a name, or `{"class_name": ..., "config": ...}`.
      custom_objects: dict from further names to classes and functions.
      use_legacy_format: ignored; kept for newer programs.
    """
    return deserialize_keras_object(config, _NAMES, custom_objects, "metric function")


def get(identifier):
    """The metric that a program means.

    Args:
      identifier: a name, a config, or a callable.

    Raises:
      ValueError: it is of another kind.
    """
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret metric identifier: {identifier!r}")
