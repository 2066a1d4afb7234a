"""`tf.contrib.boosted_trees`: estimators of boosted trees."""

import headwater as tf
from headwater._src.contrib.features import as_matrix
from headwater._src.contrib.learn_config import RunConfig
from headwater._src.contrib.trees.boosting import BoostedTrees, StopAfterTrees
from headwater._src.contrib.trees.learner import settings_of
from headwater._src.core.explain import explained
from headwater._src.estimator.heads import MultiClassHead, RegressionHead, classification_head
from headwater._src.layers.losses import Reduction

_TREES = 100  # when a program does not say how many

_TEXTS = dict(
    learner_config="a `LearnerConfig`.",
    examples_per_layer="how many examples decide about a layer of a tree.",
    num_trees="how many trees; None: 100.",
    feature_columns="dense columns that make the features; None: all features, by their names.",
    weight_column_name="key of the examples' weights among the features.",
    model_dir="folder of checkpoints and summaries.",
    config="a `RunConfig`, of `tf.estimator` or of `tf.contrib.learn`.",
    feature_engineering_fn="function of features and labels that gives others.",
    logits_modifier_function="function of logits, features and mode that gives other logits.",
    center_bias="whether a constant comes before the first tree.",
    use_core_libs="accepted.",
    output_leaf_index="not offered: must be False.",
    override_global_step_value="not offered: must be None.",
    num_quantiles="how many bins a feature has.",
)


class _BoostedTrees(tf.estimator.Estimator):
    """What the estimators share."""

    def __init__(self, head, learner_config, examples_per_layer, trees, options):
        if options["output_leaf_index"] or options["override_global_step_value"] is not None:
            text = "boosted trees of headwater have no output_leaf_index, and keep the global step"
            raise tf.errors.UnimplementedError(None, None, text)
        self._head, self._options = head, options
        self._settings = settings_of(
            learner_config,
            head.logits_dimension,
            examples_per_layer,
            trees or _TREES,
            options["center_bias"],
            options["num_quantiles"],
        )

        def model_fn(features, labels, mode):
            return self._spec(features, labels, mode)

        config = _estimator_config(options["config"])
        super().__init__(model_fn, model_dir=options["model_dir"], config=config)

    def _spec(self, features, labels, mode):
        options, head, training = self._options, self._head, mode == tf.estimator.ModeKeys.TRAIN
        if options["feature_engineering_fn"] is not None:
            features, labels = options["feature_engineering_fn"](features, labels)
        weight = options["weight_column_name"]
        inputs = features
        if weight is not None:
            inputs = {name: value for name, value in features.items() if name != weight}
        trees = BoostedTrees(self._settings, as_matrix(inputs, options["feature_columns"]))
        logits = trees.training_logits() if training else trees.logits
        if options["logits_modifier_function"] is not None:
            logits = options["logits_modifier_function"](logits, features, mode)

        def train_op(loss):
            learning = trees.learn(*_derivatives(head, labels, logits, features, weight))
            with tf.control_dependencies([learning]):
                return tf.assign_add(tf.train.get_global_step(), 1).op

        features = features if isinstance(features, dict) else {"": features}
        spec = head.create_spec(features, mode, logits, labels, train_op)
        if not training:
            return spec
        stop = StopAfterTrees(trees.trees_finished, self._settings.trees)
        return spec._replace(training_hooks=[*spec.training_hooks, stop])

    def fit(self, input_fn=None, steps=None, monitors=None, max_steps=None):
        """Trains, until all trees are finished at the latest.

        Args:
          input_fn: function to features and labels.
          steps: how many batches.
          monitors: list of `SessionRunHook`s.
          max_steps: the global step to stop at.

        Returns:
          The estimator.
        """
        return self.train(input_fn, hooks=monitors, steps=steps, max_steps=max_steps)


def _derivatives(head, labels, logits, features, weight):
    """First and second derivatives of each example's loss by its logits."""
    losses = head.losses(head.checked_labels(labels), logits)
    gradients = tf.gradients(losses, logits)[0]
    if isinstance(head, RegressionHead):
        curvatures = tf.fill(tf.shape(logits), 2.0)
    else:
        several = isinstance(head, MultiClassHead)
        probability = tf.nn.softmax(logits) if several else tf.sigmoid(logits)
        curvatures = probability * (1 - probability)
    if weight is None:
        return gradients, curvatures
    weights = tf.reshape(tf.cast(features[weight], tf.float32), [-1, 1])
    return gradients * weights, curvatures * weights


def _estimator_config(config):
    """The settings of `tf.contrib.learn.RunConfig` as those of `tf.estimator`."""
    if not isinstance(config, RunConfig):
        return config
    names = ("model_dir tf_random_seed save_summary_steps keep_checkpoint_max").split()
    names += ["keep_checkpoint_every_n_hours", "log_step_count_steps"]
    given = {name: getattr(config, name) for name in names}
    if config.save_checkpoints_steps is not None:
        given["save_checkpoints_steps"] = config.save_checkpoints_steps
    else:
        given["save_checkpoints_secs"] = config.save_checkpoints_secs
    session = config.session_config or config.tf_config
    return tf.estimator.RunConfig(session_config=session, **given)


class GradientBoostedDecisionTreeClassifier(_BoostedTrees):
    """A classifier by boosted trees."""

    @explained(
        _TEXTS,
        n_classes="how many classes.",
        label_keys="the classes' names, when labels are strings.",
    )
    def __init__(
        self,
        learner_config,
        examples_per_layer,
        n_classes=2,
        num_trees=None,
        feature_columns=None,
        weight_column_name=None,
        model_dir=None,
        config=None,
        label_keys=None,
        feature_engineering_fn=None,
        logits_modifier_function=None,
        center_bias=True,
        use_core_libs=False,
        output_leaf_index=False,
        override_global_step_value=None,
        num_quantiles=100,
    ):
        """Makes the estimator."""
        options = dict(locals())
        head = classification_head(
            n_classes, weight_column_name, label_keys, Reduction.SUM_OVER_BATCH_SIZE
        )
        super().__init__(head, learner_config, examples_per_layer, num_trees, options)


class GradientBoostedDecisionTreeRegressor(_BoostedTrees):
    """A regression by boosted trees."""

    @explained(
        _TEXTS,
        label_dimension="how many numbers an example has.",
        label_name="accepted.",
    )
    def __init__(
        self,
        learner_config,
        examples_per_layer,
        label_dimension=1,
        num_trees=None,
        feature_columns=None,
        label_name=None,
        weight_column_name=None,
        model_dir=None,
        config=None,
        feature_engineering_fn=None,
        logits_modifier_function=None,
        center_bias=True,
        use_core_libs=False,
        output_leaf_index=False,
        override_global_step_value=None,
        num_quantiles=100,
    ):
        """Makes the estimator."""
        options = dict(locals())
        head = RegressionHead(label_dimension, weight_column_name, Reduction.SUM_OVER_BATCH_SIZE)
        super().__init__(head, learner_config, examples_per_layer, num_trees, options)
