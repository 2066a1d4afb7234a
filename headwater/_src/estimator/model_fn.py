"""`EstimatorSpec`: what a model function gives."""

import collections

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.estimator.export_outputs import PredictOutput
from headwater._src.estimator.mode_keys import ModeKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.train.scaffold import Scaffold
from headwater._src.train.session_run_hook import SessionRunHook
from headwater._src.train.signatures import DEFAULT_SERVING_SIGNATURE_DEF_KEY

_FIELDS = [
    "mode",
    "predictions",
    "loss",
    "train_op",
    "eval_metric_ops",
    "export_outputs",
    "training_chief_hooks",
    "training_hooks",
    "scaffold",
    "evaluation_hooks",
    "prediction_hooks",
]


class EstimatorSpec(collections.namedtuple("EstimatorSpec", _FIELDS)):
    """What a model function gives to its estimator.

    Args:
      mode: a `ModeKeys`.
      predictions: tensor, or dict of tensors; needed to predict.
      loss: scalar tensor; needed to train and to measure.
      train_op: operation of one step; needed to train.
      eval_metric_ops: dict from names to `(value, update)` of `tf.metrics`.
      export_outputs: dict from signatures' names to `tf.estimator.export` outputs.
      training_chief_hooks: hooks of the chief.
      training_hooks: hooks for training.
      scaffold: a `tf.train.Scaffold`.
      evaluation_hooks: hooks for measuring.
      prediction_hooks: hooks for predicting.

    Raises:
      ValueError: something is missing for the mode, or is no scalar.
      TypeError: something is of another type.
    """

    __slots__ = ()

    def __new__(
        cls,
        mode,
        predictions=None,
        loss=None,
        train_op=None,
        eval_metric_ops=None,
        export_outputs=None,
        training_chief_hooks=None,
        training_hooks=None,
        scaffold=None,
        evaluation_hooks=None,
        prediction_hooks=None,
    ):
        if mode == ModeKeys.TRAIN and train_op is None:
            raise ValueError("Missing train_op.")
        loss = _checked_loss(loss, mode)
        predictions = {} if predictions is None else predictions
        if mode == ModeKeys.PREDICT and not isinstance(predictions, Tensor) and not predictions:
            raise ValueError("Missing predictions.")
        hooks = []
        for given in (training_chief_hooks, training_hooks, evaluation_hooks, prediction_hooks):
            hooks.append(tuple(given or ()))
            for hook in hooks[-1]:
                if not isinstance(hook, SessionRunHook):
                    raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
        scaffold = scaffold or Scaffold()
        if not isinstance(scaffold, Scaffold):
            raise TypeError(f"scaffold must be tf.train.Scaffold. Given: {scaffold}")
        return super().__new__(
            cls,
            mode=mode,
            predictions=predictions,
            loss=loss,
            train_op=train_op,
            eval_metric_ops=_checked_metrics(eval_metric_ops),
            export_outputs=_checked_outputs(export_outputs, predictions, mode),
            training_chief_hooks=hooks[0],
            training_hooks=hooks[1],
            scaffold=scaffold,
            evaluation_hooks=hooks[2],
            prediction_hooks=hooks[3],
        )


def _checked_loss(loss, mode):
    if loss is None:
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError("Missing loss.")
        return None
    loss = convert_to_tensor(loss)
    if not loss.shape.is_compatible_with(TensorShape([])) and loss.shape.num_elements() != 1:
        raise ValueError(f"Loss must be scalar, given: {loss}")
    return loss if loss.shape.rank == 0 else PUBLIC["reshape"](loss, [])


def _checked_metrics(metrics):
    metrics = metrics or {}
    if not isinstance(metrics, dict):
        raise TypeError(f"eval_metric_ops must be a dict, given: {metrics}")
    for key, value in metrics.items():
        if not isinstance(value, tuple) or len(value) != 2:
            raise TypeError(
                "Values of eval_metric_ops must be (metric_value, update_op) tuples, given: "
                f"{value} for key: {key}"
            )
    return metrics


def _checked_outputs(outputs, predictions, mode):
    """The outputs, with one that has the name of the default signature."""
    if mode != ModeKeys.PREDICT:
        return outputs
    if not outputs:
        outputs = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: PredictOutput(predictions)}
    if not isinstance(outputs, dict):
        raise TypeError(f"export_outputs must be dict, given: {outputs}")
    for key, value in outputs.items():
        if not hasattr(value, "as_signature_def"):
            raise TypeError(
                f"Values in export_outputs must be ExportOutput objects. Given: {{{key!r}: {value}}}"
            )
    if DEFAULT_SERVING_SIGNATURE_DEF_KEY not in outputs:
        if len(outputs) > 1:
            raise ValueError(
                "Multiple export_outputs were provided, but none of them is specified as the "
                "default.  Do this by naming one of them with "
                "signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY."
            )
        outputs = dict(outputs)
        outputs[DEFAULT_SERVING_SIGNATURE_DEF_KEY] = next(iter(outputs.values()))
    return outputs
