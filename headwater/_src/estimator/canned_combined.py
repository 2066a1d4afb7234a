"""Canned estimators of a linear model and a network together."""

from headwater._src.estimator import canned_parts as parts
from headwater._src.estimator.estimator import Estimator
from headwater._src.estimator.heads import RegressionHead, classification_head
from headwater._src.graph.optable import raw
from headwater._src.layers.weighted_losses import Reduction
from headwater._src.ops.grouping import group
from headwater._src.ops.nn import relu
from headwater._src.train.global_step import get_global_step

_ADD = {
    "linear_feature_columns": None,
    "linear_optimizer": "Ftrl",
    "dnn_feature_columns": None,
    "dnn_optimizer": "Adagrad",
    "dnn_hidden_units": None,
    "dnn_activation_fn": relu,
    "dnn_dropout": None,
    "batch_norm": False,
    "linear_sparse_combiner": "sum",
}


def _combined_model_fn(head, **given):
    o = {**_ADD, **given}
    linear_columns = list(o["linear_feature_columns"] or ())
    dnn_columns = list(o["dnn_feature_columns"] or ())
    if not linear_columns and not dnn_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    if dnn_columns and not o["dnn_hidden_units"]:
        raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")

    def model_fn(features, labels, mode, config):
        if not isinstance(features, dict):
            raise ValueError(
                f"features should be a dictionary of `Tensor`s. Given type: {type(features)}"
            )
        logits, trained = [], []
        if dnn_columns:
            value, scope = parts.dnn_logits(
                features,
                dnn_columns,
                head.logits_dimension,
                mode,
                o["dnn_hidden_units"],
                o["dnn_activation_fn"],
                o["dnn_dropout"],
                o["batch_norm"],
            )
            logits.append(value)
            trained.append((parts.optimizer_of(o["dnn_optimizer"], 0.05), scope))
        if linear_columns:
            value, scope = parts.linear_logits(
                features, linear_columns, head.logits_dimension, o["linear_sparse_combiner"]
            )
            logits.append(value)
            rate = parts.linear_learning_rate(linear_columns, 0.005)
            trained.append((parts.optimizer_of(o["linear_optimizer"], rate), scope))

        def step(loss):
            ops = [opt.minimize(loss, var_list=parts.variables_in(s)) for opt, s in trained]
            counter = get_global_step()
            with counter.graph.control_dependencies([group(*ops)]):
                return counter.assign_add(1)

        total = logits[0] if len(logits) == 1 else raw.Add(*logits)
        return head.create_spec(features, mode, total, labels, step)

    return model_fn


class DNNLinearCombinedClassifier(Estimator):
    """A classifier whose logits are the sum of a linear model's and a network's.

    Args:
      model_dir: folder of checkpoints and summaries.
      linear_feature_columns: columns of the linear model.
      linear_optimizer: its optimizer, the name of one, or a function that makes one.
      dnn_feature_columns: dense columns of the network.
      dnn_optimizer: its optimizer, the name of one, or a function that makes one.
      dnn_hidden_units: list of the hidden layers' sizes.
      dnn_activation_fn: function of hidden layers.
      dnn_dropout: the part of hidden values that is dropped when training.
      n_classes: how many classes.
      weight_column: key or `numeric_column` of the examples' weights.
      label_vocabulary: the classes' names, when labels are strings.
      input_layer_partitioner: accepted; variables are not partitioned.
      config: a `RunConfig`.
      warm_start_from: a checkpoint, or `WarmStartSettings`.
      loss_reduction: how the examples' losses become one.
      batch_norm: whether hidden layers are normalized over batches.
      linear_sparse_combiner: how the weights of an example's ids are combined.
    """

    def __init__(
        self,
        model_dir=None,
        linear_feature_columns=None,
        linear_optimizer="Ftrl",
        dnn_feature_columns=None,
        dnn_optimizer="Adagrad",
        dnn_hidden_units=None,
        dnn_activation_fn=relu,
        dnn_dropout=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        given = {key: value for key, value in locals().items() if key in _ADD}
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            _combined_model_fn(head, **given),
            model_dir=model_dir,
            config=config,
            warm_start_from=warm_start_from,
        )


class DNNLinearCombinedRegressor(Estimator):
    """A regression by the sum of a linear model and a network.

    Args:
      model_dir: folder of checkpoints and summaries.
      linear_feature_columns: columns of the linear model.
      linear_optimizer: its optimizer, the name of one, or a function that makes one.
      dnn_feature_columns: dense columns of the network.
      dnn_optimizer: its optimizer, the name of one, or a function that makes one.
      dnn_hidden_units: list of the hidden layers' sizes.
      dnn_activation_fn: function of hidden layers.
      dnn_dropout: the part of hidden values that is dropped when training.
      label_dimension: how many numbers an example has.
      weight_column: key or `numeric_column` of the examples' weights.
      input_layer_partitioner: accepted; variables are not partitioned.
      config: a `RunConfig`.
      warm_start_from: a checkpoint, or `WarmStartSettings`.
      loss_reduction: how the examples' losses become one.
      batch_norm: whether hidden layers are normalized over batches.
      linear_sparse_combiner: how the weights of an example's ids are combined.
    """

    def __init__(
        self,
        model_dir=None,
        linear_feature_columns=None,
        linear_optimizer="Ftrl",
        dnn_feature_columns=None,
        dnn_optimizer="Adagrad",
        dnn_hidden_units=None,
        dnn_activation_fn=relu,
        dnn_dropout=None,
        label_dimension=1,
        weight_column=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
        linear_sparse_combiner="sum",
    ):
        given = {key: value for key, value in locals().items() if key in _ADD}
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(
            _combined_model_fn(head, **given),
            model_dir=model_dir,
            config=config,
            warm_start_from=warm_start_from,
        )
