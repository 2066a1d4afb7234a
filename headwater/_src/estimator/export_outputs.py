"""What an exported model gives, and what it takes: outputs and receivers of `tf.estimator.export`."""

import collections

from headwater._src.core import dtypes
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops.constants import placeholder
from headwater._src.train import signatures


class ExportOutput:
    """Base class of outputs."""

    def as_signature_def(self, receiver_tensors):
        """The `SignatureDef` of a model with these inputs.

        Args:
          receiver_tensors: dict of the inputs.

        Raises:
          NotImplementedError: the subclass does not say how.
        """
        raise NotImplementedError(f"{type(self).__name__} has no as_signature_def")


def _only_string_input(receiver_tensors, kind):
    tensors = list(receiver_tensors.values())
    if len(tensors) != 1:
        raise ValueError(f"{kind} input must be a single string Tensor; found {receiver_tensors}")
    if tensors[0].dtype != dtypes.string:
        raise ValueError(f"{kind} input must be a single string Tensor; found {tensors[0].dtype}")
    return tensors[0]


class ClassificationOutput(ExportOutput):
    """Scores, classes, or both.

    Args:
      scores: float tensor.
      classes: string tensor.

    Raises:
      ValueError: neither is given, or one is of another type.
    """

    def __init__(self, scores=None, classes=None):
        if scores is not None and not (isinstance(scores, Tensor) and scores.dtype.is_floating):
            raise ValueError(f"Classification scores must be a float32 Tensor; got {scores}")
        if classes is not None and not (
            isinstance(classes, Tensor) and classes.dtype == dtypes.string
        ):
            raise ValueError(f"Classification classes must be a string Tensor; got {classes}")
        if scores is None and classes is None:
            raise ValueError("At least one of scores and classes must be set.")
        self._scores, self._classes = scores, classes

    @property
    def scores(self):
        """The scores."""
        return self._scores

    @property
    def classes(self):
        """The classes."""
        return self._classes

    def as_signature_def(self, receiver_tensors):
        """A signature for classifying serialized examples."""
        examples = _only_string_input(receiver_tensors, "Classification")
        return signatures.classification_signature_def(examples, self._classes, self._scores)


class RegressionOutput(ExportOutput):
    """A number for each example.

    Args:
      value: float tensor.

    Raises:
      ValueError: it is something else.
    """

    def __init__(self, value):
        if not (isinstance(value, Tensor) and value.dtype.is_floating):
            raise ValueError(f"Regression output value must be a float32 Tensor; got {value}")
        self._value = value

    @property
    def value(self):
        """The numbers."""
        return self._value

    def as_signature_def(self, receiver_tensors):
        """A signature for regression on serialized examples."""
        examples = _only_string_input(receiver_tensors, "Regression")
        return signatures.regression_signature_def(examples, self._value)


class PredictOutput(ExportOutput):
    """Anything.

    Args:
      outputs: tensor, or dict of tensors.

    Raises:
      ValueError: a key is no string, or a value no tensor.
    """

    def __init__(self, outputs):
        if not isinstance(outputs, dict):
            outputs = {"output": outputs}
        for key, value in outputs.items():
            if not isinstance(key, (str, tuple)):
                raise ValueError(f"Prediction output key must be a string; got {key}.")
            if not isinstance(value, (Tensor, SparseTensor)):
                raise ValueError(f"Prediction output value must be a Tensor; got {value}.")
        self._outputs = dict(outputs)

    @property
    def outputs(self):
        """Dict of tensors."""
        return self._outputs

    def as_signature_def(self, receiver_tensors):
        """A signature for predicting."""
        return signatures.predict_signature_def(receiver_tensors, self._outputs)


# --- receivers ----------------------------------------------------------------------------------


class ServingInputReceiver(
    collections.namedtuple(
        "ServingInputReceiver", ["features", "receiver_tensors", "receiver_tensors_alternatives"]
    )
):
    """What a served model is given, and the features made of it.

    Args:
      features: tensor or dict of tensors for the model function.
      receiver_tensors: tensor or dict of the placeholders they come from.
      receiver_tensors_alternatives: dict from names to further dicts that may be fed instead.

    Raises:
      ValueError: something is missing or no tensor.
    """

    __slots__ = ()

    def __new__(cls, features, receiver_tensors, receiver_tensors_alternatives=None):
        if features is None:
            raise ValueError("features must be defined.")
        if receiver_tensors is None:
            raise ValueError("receiver_tensors must be defined.")
        if isinstance(receiver_tensors, (Tensor, SparseTensor)):
            receiver_tensors = {"input": receiver_tensors}
        for name, group in (("feature", features), ("receiver_tensor", receiver_tensors)):
            if not isinstance(group, dict):
                continue
            for key, value in group.items():
                if not isinstance(key, (str, int)):
                    raise ValueError(f"{name} keys must be strings: {key}.")
                if not isinstance(value, (Tensor, SparseTensor)):
                    raise ValueError(f"{name} {key} must be a Tensor or SparseTensor.")
        return super().__new__(cls, features, receiver_tensors, receiver_tensors_alternatives)


class TensorServingInputReceiver(ServingInputReceiver):
    """A `ServingInputReceiver` whose features are one tensor, not a dict."""

    __slots__ = ()


def build_parsing_serving_input_receiver_fn(feature_spec, default_batch_size=None):
    """A function that makes a receiver of serialized examples.

    Args:
      feature_spec: dict from keys to what `tf.parse_example` needs.
      default_batch_size: how many examples come at a time (default: any number).

    Returns:
      A function without arguments to a `ServingInputReceiver`.
    """

    def serving_input_receiver_fn():
        serialized = placeholder(dtypes.string, [default_batch_size], name="input_example_tensor")
        features = PUBLIC["parse_example"](serialized, feature_spec)
        return ServingInputReceiver(features, {"examples": serialized})

    return serving_input_receiver_fn


def build_raw_serving_input_receiver_fn(features, default_batch_size=None):
    """A function that makes a receiver of the features themselves.

    Args:
      features: dict from keys to tensors or placeholders like which to make placeholders.
      default_batch_size: how many examples come at a time (default: any number).

    Returns:
      A function without arguments to a `ServingInputReceiver`.
    """

    def serving_input_receiver_fn():
        received = {}
        for name, example in features.items():
            tensor = convert_to_tensor(example)
            shape = tensor.shape.as_list() if tensor.shape.rank is not None else None
            if shape:
                shape[0] = default_batch_size
            received[name] = placeholder(tensor.dtype, shape, name=tensor.op.name)
        return ServingInputReceiver(dict(received), received)

    return serving_input_receiver_fn
