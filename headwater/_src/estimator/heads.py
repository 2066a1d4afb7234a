"""Heads: from a model's logits to its loss, metrics, predictions and exports."""

from headwater._src.core import dtypes
from headwater._src.estimator.columns import FeatureCache
from headwater._src.estimator.export_outputs import (
    ClassificationOutput,
    PredictOutput,
    RegressionOutput,
)
from headwater._src.estimator.mode_keys import ModeKeys
from headwater._src.estimator.model_fn import EstimatorSpec
from headwater._src.estimator.numeric_columns import NumericColumn
from headwater._src.graph import raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.weighted_losses import Reduction, compute_weighted_loss
from headwater._src.metrics.counts import precision, recall
from headwater._src.metrics.means import accuracy, mean
from headwater._src.metrics.thresholds import auc
from headwater._src.ops.grouping import group
from headwater._src.ops.summary_functions import scalar as scalar_summary
from headwater._src.ops.vocabulary_tables import index_table_from_tensor
from headwater._src.train import signatures


class Head:
    """What the heads share.

    Args:
      weight_column: key or `numeric_column` of the examples' weights, or None.
      loss_reduction: how the examples' losses become one, a `tf.losses.Reduction`.

    Attributes:
      logits_dimension: how many logits an example has.
    """

    logits_dimension: int

    def __init__(self, weight_column, loss_reduction):
        if loss_reduction not in Reduction.all() or loss_reduction == Reduction.NONE:
            raise ValueError(f"Invalid loss_reduction: {loss_reduction}")
        self._weight_column, self._reduction = weight_column, loss_reduction

    def create_spec(self, features, mode, logits, labels, train_op_fn):
        """The `EstimatorSpec` of a model.

        Args:
          features: dict of tensors, for the weights.
          mode: a `ModeKeys`.
          logits: `Tensor` of shape `[batch, logits_dimension]`.
          labels: the labels; None to predict.
          train_op_fn: function of the loss to the operation of one step.
        """
        logits = PUBLIC["cast"](logits, dtypes.float32)
        predictions = self.predictions(logits)
        if mode == ModeKeys.PREDICT:
            outputs = self.export_outputs(predictions)
            return EstimatorSpec(mode, predictions, export_outputs=outputs)
        labels = self.checked_labels(labels)
        losses = self.losses(labels, logits)
        weights = self._weights(features)
        loss = compute_weighted_loss(
            losses, 1.0 if weights is None else weights, reduction=self._reduction
        )
        for penalty in get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES):
            loss = loss + penalty
        if mode == ModeKeys.EVAL:
            metrics = self.metrics(labels, predictions, losses, weights)
            return EstimatorSpec(mode, predictions, loss, eval_metric_ops=metrics)
        updates = get_default_graph().get_collection(GraphKeys.UPDATE_OPS)
        train_op = train_op_fn(loss)
        if updates:
            train_op = group(train_op, *updates)
        with get_default_graph().name_scope(""):
            scalar_summary("loss", loss)
        return EstimatorSpec(mode, predictions, loss, train_op)

    def _weights(self, features):
        column = self._weight_column
        if column is None:
            return None
        key, normalize = column, None
        if isinstance(column, NumericColumn):
            key, normalize = column.key, column.normalizer_fn
        weights = FeatureCache(features).get(key)
        if normalize is not None:
            weights = normalize(weights)
        return PUBLIC["cast"](weights, dtypes.float32)


def _column(labels, width, what):
    """Labels as `[batch, width]`."""
    if labels is None:
        raise ValueError(
            "You must provide a labels Tensor. Given: None. Suggested troubleshooting steps: "
            "Check that your data contains your label feature. Check that your input_fn properly "
            "parses and returns labels."
        )
    labels = convert_to_tensor(labels)
    if labels.shape.rank == 1:
        labels = PUBLIC["expand_dims"](labels, -1)
    if labels.shape.rank is not None and labels.shape.as_list()[-1] not in (width, None):
        raise ValueError(
            f"Mismatched label shape. Expected labels dimension={width}.  Received "
            f"{labels.shape.as_list()[-1]}. Suggested Fix: check {what}."
        )
    return labels


class _ClassHead(Head):
    """What the heads of classifiers share."""

    def __init__(self, n_classes, weight_column, label_vocabulary, loss_reduction):
        super().__init__(weight_column, loss_reduction)
        self._n_classes, self._vocabulary = n_classes, label_vocabulary
        if label_vocabulary is not None and len(label_vocabulary) != n_classes:
            raise ValueError(
                f"Length of label_vocabulary must be n_classes. Given: {len(label_vocabulary)}"
            )

    def checked_labels(self, labels):
        """Labels as class numbers, `[batch, 1]`, checked when run."""
        labels = _column(labels, 1, "your n_classes argument to the estimator and/or the shape")
        if self._vocabulary is not None:
            if labels.dtype != dtypes.string:
                raise ValueError(
                    "Labels dtype should be string when label_vocabulary is given. Instead got "
                    f"{labels.dtype}"
                )
            table = index_table_from_tensor(list(self._vocabulary), name="class_id_lookup")
            labels = table.lookup(labels)
        elif not (labels.dtype.is_integer or labels.dtype.is_floating or labels.dtype.is_bool):
            raise ValueError(f"Labels dtype should be integer. Instead got {labels.dtype}.")
        labels = PUBLIC["cast"](labels, dtypes.int64)
        checks = [
            PUBLIC["assert_less"](
                labels,
                convert_to_tensor(self._n_classes, dtypes.int64),
                message="Labels must be < n_classes",
            ),
            PUBLIC["assert_greater_equal"](
                labels, convert_to_tensor(0, dtypes.int64), message="Labels must be >= 0"
            ),
        ]
        return PUBLIC["with_dependencies"](checks, labels)

    def _class_names(self):
        if self._vocabulary is not None:
            return convert_to_tensor(list(self._vocabulary))
        return convert_to_tensor([str(i) for i in range(self._n_classes)])

    def _classes(self, class_ids, probabilities):
        """What is predicted of classes, by its names."""
        names = self._class_names()
        batch = PUBLIC["shape"](probabilities)[0]
        row = lambda t: PUBLIC["tile"](PUBLIC["expand_dims"](t, 0), PUBLIC["stack"]([batch, 1]))
        numbers = PUBLIC["range"](self._n_classes)
        return {
            "class_ids": class_ids,
            "classes": PUBLIC["gather"](names, class_ids),
            "all_class_ids": row(numbers),
            "all_classes": row(names),
        }

    def _classification(self, predictions):
        return ClassificationOutput(
            scores=predictions["probabilities"], classes=predictions["all_classes"]
        )


class MultiClassHead(_ClassHead):
    """More than two classes, by softmax.

    Args:
      n_classes: how many classes.
      weight_column: key or `numeric_column` of the examples' weights, or None.
      label_vocabulary: the classes' names, when labels are strings.
      loss_reduction: a `tf.losses.Reduction`.
    """

    def __init__(self, n_classes, weight_column, label_vocabulary, loss_reduction):
        super().__init__(n_classes, weight_column, label_vocabulary, loss_reduction)
        self.logits_dimension = n_classes

    def predictions(self, logits):
        """Probabilities and classes."""
        probabilities = raw.Softmax(logits, name="probabilities")
        ids = PUBLIC["expand_dims"](PUBLIC["argmax"](logits, axis=1), 1)
        return {
            "logits": logits,
            "probabilities": probabilities,
            **self._classes(ids, probabilities),
        }

    def losses(self, labels, logits):
        """Cross entropy of each example, `[batch, 1]`."""
        sparse = PUBLIC["sparse_softmax_cross_entropy_with_logits"]
        each = sparse(labels=PUBLIC["squeeze"](labels, [-1]), logits=logits)
        return PUBLIC["expand_dims"](each, -1)

    def metrics(self, labels, predictions, losses, weights):
        """Accuracy and mean loss."""
        return {
            "average_loss": mean(losses, weights),
            "accuracy": accuracy(labels, predictions["class_ids"], weights),
        }

    def export_outputs(self, predictions):
        """Classification, and everything."""
        classification = self._classification(predictions)
        return {
            signatures.DEFAULT_SERVING_SIGNATURE_DEF_KEY: classification,
            "classification": classification,
            "predict": PredictOutput(predictions),
        }


class BinaryHead(_ClassHead):
    """Two classes, by one logit.

    Args:
      weight_column: key or `numeric_column` of the examples' weights, or None.
      label_vocabulary: the classes' names, when labels are strings.
      loss_reduction: a `tf.losses.Reduction`.
    """

    logits_dimension = 1

    def __init__(self, weight_column, label_vocabulary, loss_reduction):
        super().__init__(2, weight_column, label_vocabulary, loss_reduction)

    def predictions(self, logits):
        """Probabilities and classes."""
        logistic = raw.Sigmoid(logits, name="logistic")
        both = PUBLIC["concat"]([PUBLIC["zeros_like"](logits), logits], -1)
        probabilities = raw.Softmax(both, name="probabilities")
        ids = PUBLIC["expand_dims"](PUBLIC["argmax"](both, axis=-1), -1)
        return {
            "logits": logits,
            "logistic": logistic,
            "probabilities": probabilities,
            **self._classes(ids, probabilities),
        }

    def losses(self, labels, logits):
        """Cross entropy of each example, `[batch, 1]`."""
        labels = PUBLIC["cast"](labels, dtypes.float32)
        return PUBLIC["sigmoid_cross_entropy_with_logits"](labels=labels, logits=logits)

    def metrics(self, labels, predictions, losses, weights):
        """Accuracy, precision, recall, areas under curves, means."""
        ids, logistic = predictions["class_ids"], predictions["logistic"]
        truth = PUBLIC["cast"](labels, dtypes.float32)
        label_mean = mean(truth, weights)
        return {
            "average_loss": mean(losses, weights),
            "accuracy": accuracy(labels, ids, weights),
            "precision": precision(labels, ids, weights),
            "recall": recall(labels, ids, weights),
            "prediction/mean": mean(logistic, weights),
            "label/mean": label_mean,
            # How often one is right who always names the more frequent class.
            "accuracy_baseline": tuple(PUBLIC["maximum"](m, 1.0 - m) for m in label_mean),
            "auc": auc(labels, logistic, weights),
            "auc_precision_recall": auc(
                labels,
                logistic,
                weights,
                curve="PR",
                summation_method="careful_interpolation",
            ),
        }

    def export_outputs(self, predictions):
        """Classification, the probability, and everything."""
        classification = self._classification(predictions)
        return {
            signatures.DEFAULT_SERVING_SIGNATURE_DEF_KEY: classification,
            "classification": classification,
            "regression": RegressionOutput(predictions["logistic"]),
            "predict": PredictOutput(predictions),
        }


class RegressionHead(Head):
    """Numbers, by squared differences.

    Args:
      label_dimension: how many numbers an example has.
      weight_column: key or `numeric_column` of the examples' weights, or None.
      loss_reduction: a `tf.losses.Reduction`.
    """

    def __init__(self, label_dimension, weight_column, loss_reduction):
        super().__init__(weight_column, loss_reduction)
        if label_dimension < 1:
            raise ValueError(f"Invalid label_dimension {label_dimension}.")
        self.logits_dimension = label_dimension

    def predictions(self, logits):
        """The logits themselves."""
        return {"predictions": logits}

    def checked_labels(self, labels):
        """Labels as float32, `[batch, label_dimension]`."""
        labels = _column(labels, self.logits_dimension, "the label_dimension argument")
        return PUBLIC["cast"](labels, dtypes.float32)

    def losses(self, labels, logits):
        """Squared differences, `[batch, label_dimension]`."""
        return raw.SquaredDifference(labels, logits)

    def metrics(self, labels, predictions, losses, weights):
        """Means."""
        return {
            "average_loss": mean(losses, weights),
            "prediction/mean": mean(predictions["predictions"], weights),
            "label/mean": mean(labels, weights),
        }

    def export_outputs(self, predictions):
        """The numbers."""
        regression = RegressionOutput(predictions["predictions"])
        return {
            signatures.DEFAULT_SERVING_SIGNATURE_DEF_KEY: regression,
            "regression": regression,
            "predict": PredictOutput(predictions),
        }


def classification_head(n_classes, weight_column, label_vocabulary, loss_reduction):
    """The head of a classifier.

    Args:
      n_classes: how many classes.
      weight_column: key or `numeric_column` of the examples' weights, or None.
      label_vocabulary: the classes' names, when labels are strings.
      loss_reduction: a `tf.losses.Reduction`.

    Raises:
      ValueError: there are fewer than two classes.
    """
    if n_classes == 2:
        return BinaryHead(weight_column, label_vocabulary, loss_reduction)
    if n_classes is None or n_classes < 2:
        raise ValueError(f"n_classes must be > 1: {n_classes}.")
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction)
