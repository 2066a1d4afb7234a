"""Canned estimators: linear models, networks, both together, and baselines."""

from headwater._src.estimator import canned_parts as parts
from headwater._src.estimator.estimator import Estimator
from headwater._src.estimator.heads import RegressionHead, classification_head
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.initializers import Zeros
from headwater._src.layers.weighted_losses import Reduction
from headwater._src.ops.nn import relu
from headwater._src.train.global_step import get_global_step


def _checked(features):
    if not isinstance(features, dict):
        raise ValueError(
            f"features should be a dictionary of `Tensor`s. Given type: {type(features)}"
        )
    return features


class _Linear(Estimator):
    def __init__(self, head, columns, optimizer, sparse_combiner, **options):
        def model_fn(features, labels, mode, config):
            opt = parts.optimizer_of(optimizer, parts.linear_learning_rate(columns))
            logits, _ = parts.linear_logits(
                _checked(features), columns, head.logits_dimension, sparse_combiner
            )
            step = lambda loss: opt.minimize(loss, global_step=get_global_step())
            return head.create_spec(features, mode, logits, labels, step)

        super().__init__(model_fn, **options)


class LinearClassifier(_Linear):
    """A classifier whose logits are weighted sums of columns.

    Args:
      feature_columns: dense or categorical columns.
      model_dir: folder of checkpoints and summaries.
      n_classes: how many classes.
      weight_column: key or `numeric_column` of the examples' weights.
      label_vocabulary: the classes' names, when labels are strings.
      optimizer: an optimizer, its name, or a function that makes one.
      config: a `RunConfig`.
      partitioner: accepted; variables are not partitioned.
      warm_start_from: a checkpoint, or `WarmStartSettings`.
      loss_reduction: how the examples' losses become one.
      sparse_combiner: how the weights of an example's ids are combined.
    """

    def __init__(
        self,
        feature_columns,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Ftrl",
        config=None,
        partitioner=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        sparse_combiner="sum",
    ):
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            head,
            feature_columns,
            optimizer,
            sparse_combiner,
            model_dir=model_dir,
            config=config,
            warm_start_from=warm_start_from,
        )


class LinearRegressor(_Linear):
    """A regression by weighted sums of columns.

    Args:
      feature_columns: dense or categorical columns.
      model_dir: folder of checkpoints and summaries.
      label_dimension: how many numbers an example has.
      weight_column: key or `numeric_column` of the examples' weights.
      optimizer: an optimizer, its name, or a function that makes one.
      config: a `RunConfig`.
      partitioner: accepted; variables are not partitioned.
      warm_start_from: a checkpoint, or `WarmStartSettings`.
      loss_reduction: how the examples' losses become one.
      sparse_combiner: how the weights of an example's ids are combined.
    """

    def __init__(
        self,
        feature_columns,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Ftrl",
        config=None,
        partitioner=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        sparse_combiner="sum",
    ):
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(
            head,
            feature_columns,
            optimizer,
            sparse_combiner,
            model_dir=model_dir,
            config=config,
            warm_start_from=warm_start_from,
        )


class _DNN(Estimator):
    def __init__(
        self, head, hidden, columns, optimizer, activation, dropout, batch_norm, **options
    ):
        def model_fn(features, labels, mode, config):
            opt = parts.optimizer_of(optimizer, 0.05)
            logits, _ = parts.dnn_logits(
                _checked(features),
                columns,
                head.logits_dimension,
                mode,
                hidden,
                activation,
                dropout,
                batch_norm,
            )
            step = lambda loss: opt.minimize(loss, global_step=get_global_step())
            return head.create_spec(features, mode, logits, labels, step)

        super().__init__(model_fn, **options)


class DNNClassifier(_DNN):
    """A classifier by a network of dense layers.

    Args:
      hidden_units: list of the hidden layers' sizes.
      feature_columns: dense columns.
      model_dir: folder of checkpoints and summaries.
      n_classes: how many classes.
      weight_column: key or `numeric_column` of the examples' weights.
      label_vocabulary: the classes' names, when labels are strings.
      optimizer: an optimizer, its name, or a function that makes one.
      activation_fn: function of hidden layers.
      dropout: the part of hidden values that is dropped when training.
      input_layer_partitioner: accepted; variables are not partitioned.
      config: a `RunConfig`.
      warm_start_from: a checkpoint, or `WarmStartSettings`.
      loss_reduction: how the examples' losses become one.
      batch_norm: whether hidden layers are normalized over batches.
    """

    def __init__(
        self,
        hidden_units,
        feature_columns,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Adagrad",
        activation_fn=relu,
        dropout=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
    ):
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            head,
            hidden_units,
            feature_columns,
            optimizer,
            activation_fn,
            dropout,
            batch_norm,
            model_dir=model_dir,
            config=config,
            warm_start_from=warm_start_from,
        )


class DNNRegressor(_DNN):
    """A regression by a network of dense layers.

    Args:
      hidden_units: list of the hidden layers' sizes.
      feature_columns: dense columns.
      model_dir: folder of checkpoints and summaries.
      label_dimension: how many numbers an example has.
      weight_column: key or `numeric_column` of the examples' weights.
      optimizer: an optimizer, its name, or a function that makes one.
      activation_fn: function of hidden layers.
      dropout: the part of hidden values that is dropped when training.
      input_layer_partitioner: accepted; variables are not partitioned.
      config: a `RunConfig`.
      warm_start_from: a checkpoint, or `WarmStartSettings`.
      loss_reduction: how the examples' losses become one.
      batch_norm: whether hidden layers are normalized over batches.
    """

    def __init__(
        self,
        hidden_units,
        feature_columns,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Adagrad",
        activation_fn=relu,
        dropout=None,
        input_layer_partitioner=None,
        config=None,
        warm_start_from=None,
        loss_reduction=Reduction.SUM,
        batch_norm=False,
    ):
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(
            head,
            hidden_units,
            feature_columns,
            optimizer,
            activation_fn,
            dropout,
            batch_norm,
            model_dir=model_dir,
            config=config,
            warm_start_from=warm_start_from,
        )


class _Baseline(Estimator):
    def __init__(self, head, optimizer, **options):
        def model_fn(features, labels, mode, config):
            opt = parts.optimizer_of(optimizer, 0.3)
            first = next(iter(_checked(features).values()))
            batch = PUBLIC["shape"](convertible(first))[0]
            with variable_scope("baseline"):
                bias = get_variable("bias", [head.logits_dimension], initializer=Zeros())
                ones = PUBLIC["ones"](PUBLIC["stack"]([batch, 1]))
                logits = ones * PUBLIC["expand_dims"](bias, 0)
            step = lambda loss: opt.minimize(loss, global_step=get_global_step())
            return head.create_spec(features, mode, logits, labels, step)

        super().__init__(model_fn, **options)


def convertible(feature):
    """The tensor that tells a feature's batch size."""
    return getattr(feature, "values", feature)


class BaselineClassifier(_Baseline):
    """A classifier that looks at no feature: it learns how frequent each class is.

    Args:
      model_dir: folder of checkpoints and summaries.
      n_classes: how many classes.
      weight_column: key or `numeric_column` of the examples' weights.
      label_vocabulary: the classes' names, when labels are strings.
      optimizer: an optimizer, its name, or a function that makes one.
      config: a `RunConfig`.
      loss_reduction: how the examples' losses become one.
    """

    def __init__(
        self,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Ftrl",
        config=None,
        loss_reduction=Reduction.SUM,
    ):
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(head, optimizer, model_dir=model_dir, config=config)


class BaselineRegressor(_Baseline):
    """A regression that looks at no feature: it learns the mean label.

    Args:
      model_dir: folder of checkpoints and summaries.
      label_dimension: how many numbers an example has.
      weight_column: key or `numeric_column` of the examples' weights.
      optimizer: an optimizer, its name, or a function that makes one.
      config: a `RunConfig`.
      loss_reduction: how the examples' losses become one.
    """

    def __init__(
        self,
        model_dir=None,
        label_dimension=1,
        weight_column=None,
        optimizer="Ftrl",
        config=None,
        loss_reduction=Reduction.SUM,
    ):
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(head, optimizer, model_dir=model_dir, config=config)
