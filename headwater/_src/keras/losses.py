"""`tf.keras.losses`: loss functions as objects, with weights of examples and reductions."""

import inspect

from headwater._src.core import dtypes
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.keras import loss_functions
from headwater._src.keras.functions import fn
from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object


class Reduction:
    """How the losses of a batch become one number."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls):
        """All reductions."""
        return cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE

    @classmethod
    def validate(cls, key):
        """Checks a reduction.

        Args:
          key: what should be one.

        Raises:
          ValueError: it is not.
        """
        if key not in cls.all():
            raise ValueError(f'Invalid Reduction Key: {key}. Expected keys are "{cls.all()}"')


def fitted_ranks(y_pred, y_true):
    """Predictions and targets, without a last dimension of 1 that only one of them has.

    Args:
      y_pred: `Tensor`.
      y_true: `Tensor`, or None.

    Returns:
      The pair `(y_pred, y_true)`.
    """
    if y_true is None or y_pred.dims is None or y_true.dims is None:
        return y_pred, y_true
    difference = len(y_pred.dims) - len(y_true.dims)
    if difference == 1 and y_pred.dims[-1] == 1:
        y_pred = fn.squeeze(y_pred, [-1])
    elif difference == -1 and y_true.dims[-1] == 1:
        y_true = fn.squeeze(y_true, [-1])
    return y_pred, y_true


def fitted_weights(values, weights):
    """Weights with as many dimensions as the values that they multiply.

    Args:
      values: `Tensor`.
      weights: `Tensor`, one dimension more or fewer than `values`, or as many.

    Returns:
      `Tensor` that can be multiplied with `values`.
    """
    if values.dims is None or weights.dims is None or not weights.dims:
        return weights
    difference = len(weights.dims) - len(values.dims)
    if difference == 1 and weights.dims[-1] == 1:
        return fn.squeeze(weights, [-1])
    return fn.expand_dims(weights, -1) if difference == -1 else weights


def compute_weighted_loss(
    losses, sample_weight=None, reduction=Reduction.SUM_OVER_BATCH_SIZE, name=None
):
    """Multiplies losses by weights and reduces them.

    Args:
      losses: floating-point `Tensor`.
      sample_weight: weights that can be multiplied with `losses`, or None.
      reduction: a `Reduction`; `AUTO` is the mean over all elements.
      name: name scope.

    Returns:
      A scalar `Tensor`, or for `Reduction.NONE` one of the shape of `losses`.
    """
    Reduction.validate(reduction)
    with name_scope(name, "weighted_loss"):
        losses = convert_to_tensor(losses)
        original = losses.dtype
        if sample_weight is not None:
            losses = fn.cast(losses, dtypes.float32)
            weights = fn.cast(convert_to_tensor(sample_weight), dtypes.float32)
            losses = losses * fitted_weights(losses, weights)
        if reduction != Reduction.NONE:
            total = fn.reduce_sum(losses)
            if reduction != Reduction.SUM:
                total = fn.div_no_nan(total, fn.cast(fn.size(losses), losses.dtype))
            losses = total
        return fn.cast(losses, original)


class Loss:
    """Base class of losses: a subclass gives `call(y_true, y_pred)`, one value for each example.

    Args:
      reduction: a `Reduction`.
      name: the loss' name.
    """

    def __init__(self, reduction=Reduction.AUTO, name=None):
        Reduction.validate(reduction)
        self.reduction, self.name = reduction, name

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The loss of a batch.

        Args:
          y_true: targets.
          y_pred: predictions.
          sample_weight: weights of the examples, or None.

        Returns:
          A scalar `Tensor`, or for `Reduction.NONE` one value for each example.
        """
        scope = "lambda" if self.name == "<lambda>" else self.name
        with name_scope(scope or type(self).__name__):
            losses = self.call(y_true, y_pred)
            return compute_weighted_loss(losses, sample_weight, self.reduction)

    def call(self, y_true, y_pred):
        """One value for each example.

        Args:
          y_true: targets.
          y_pred: predictions.
        """
        raise NotImplementedError("Must be implemented in subclasses.")

    @classmethod
    def from_config(cls, config):
        """The loss that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
        """
        return cls(**config)

    def get_config(self):
        """The constructor's arguments as plain values."""
        return {"reduction": self.reduction, "name": self.name}


class LossFunctionWrapper(Loss):
    """A loss function as a `Loss`.

    Args:
      fn: the function `(y_true, y_pred, **kwargs)`.
      reduction: a `Reduction`.
      name: the loss' name.
      **kwargs: further arguments of the function.
    """

    def __init__(self, fn, reduction=Reduction.AUTO, name=None, **kwargs):
        super().__init__(reduction, name)
        self.fn, self._fn_kwargs = fn, kwargs

    def call(self, y_true, y_pred):
        y_pred, y_true = fitted_ranks(convert_to_tensor(y_pred), convert_to_tensor(y_true))
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


_OPTIONS = {
    "from_logits": "whether predictions are logits rather than probabilities.",
    "label_smoothing": "how far target probabilities are moved towards equal ones.",
    "delta": "the error from which on the loss is a straight line.",
    "axis": "the dimension of classes, or of vectors.",
    "reduction": "a `Reduction`.",
    "name": "the object's name.",
    "dtype": "type of the variables and of the result.",
    "threshold": "predictions above it count as 1.",
    "k": "how many predictions count.",
}


def described_options(names):
    """Lines that explain options of losses and metrics, for their docstrings.

    Args:
      names: the options.
    """
    return "".join(f"  {name}: {_OPTIONS[name]}\n" for name in names)


def _wrapped(class_name, function, name, **options):
    """The class of a loss function, whose further arguments become the constructor's."""

    def __init__(self, *args, **kwargs):
        bound = signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        given = dict(list(bound.arguments.items())[1:])
        LossFunctionWrapper.__init__(self, function, **given)

    Parameter = inspect.Parameter
    arguments = {**options, "reduction": Reduction.AUTO, "name": name}
    signature = inspect.Signature(
        [Parameter("self", Parameter.POSITIONAL_ONLY)]
        + [
            Parameter(key, Parameter.POSITIONAL_OR_KEYWORD, default=value)
            for key, value in arguments.items()
        ]
    )
    __init__.__signature__ = signature
    summary = (function.__doc__ or "").split("\n")[0]
    doc = f"The loss `{function.__name__}` of a batch: {summary[0].lower()}{summary[1:]}\n\nArgs:\n"
    doc += described_options(arguments)
    return type(class_name, (LossFunctionWrapper,), {"__init__": __init__, "__doc__": doc})


_L = loss_functions
MeanSquaredError = _wrapped("MeanSquaredError", _L.mean_squared_error, "mean_squared_error")
MeanAbsoluteError = _wrapped("MeanAbsoluteError", _L.mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _wrapped(
    "MeanAbsolutePercentageError",
    _L.mean_absolute_percentage_error,
    "mean_absolute_percentage_error",
)
MeanSquaredLogarithmicError = _wrapped(
    "MeanSquaredLogarithmicError",
    _L.mean_squared_logarithmic_error,
    "mean_squared_logarithmic_error",
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
)
Hinge = _wrapped("Hinge", _L.hinge, "hinge")
SquaredHinge = _wrapped("SquaredHinge", _L.squared_hinge, "squared_hinge")
CategoricalHinge = _wrapped("CategoricalHinge", _L.categorical_hinge, "categorical_hinge")
Poisson = _wrapped("Poisson", _L.poisson, "poisson")
LogCosh = _wrapped("LogCosh", _L.logcosh, "log_cosh")
KLDivergence = _wrapped("KLDivergence", _L.kullback_leibler_divergence, "kl_divergence")
Huber = _wrapped("Huber", _L.huber_loss, "huber_loss", delta=1.0)
CosineSimilarity = _wrapped("CosineSimilarity", _L.cosine_similarity, "cosine_similarity", axis=-1)

_NAMES = dict(loss_functions.BY_NAME) | {
    name: value
    for name, value in list(globals().items())
    if inspect.isclass(value) and issubclass(value, Loss)
}


def serialize(loss, use_legacy_format=False):
    """A loss as plain values.

    Args:
      loss: a loss function or a `Loss`.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(loss)


def deserialize(name, custom_objects=None, use_legacy_format=False):
    """The loss that `serialize` described.

    Args:
      name: a name, or `{"class_name": ..., "config": ...}`.
      custom_objects: dict from further names to classes and functions.
      use_legacy_format: ignored; kept for newer programs.
    """
    return deserialize_keras_object(name, _NAMES, custom_objects, "loss function")


def get(identifier):
    """The loss that a program means.

    Args:
      identifier: a name, a config, a callable, or None.

    Raises:
      ValueError: it is of another kind.
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret loss function identifier: {identifier!r}")
