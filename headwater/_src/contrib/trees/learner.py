"""From a `LearnerConfig` to what `boosting_growth` is told."""

import headwater as tf
from headwater._src.contrib.trees.boosting_growth import Settings

# Where a config says nothing.
_DEPTH, _RATE = 6, 0.1


def settings_of(config, outputs, examples_per_layer, trees, center_bias, bins):
    """What a `LearnerConfig` asks for.

    Args:
      config: a `LearnerConfig`.
      outputs: how many numbers a prediction has.
      examples_per_layer: how many examples decide about a layer.
      trees: how many trees there will be.
      center_bias: whether a constant comes before the first tree.
      bins: how many bins a feature has.

    Returns:
      A `Settings`.

    Raises:
      UnimplementedError: it asks for something that is not done here.
      ValueError: a number is out of range.
    """
    _refuse_what_is_not_offered(config)
    if examples_per_layer < 1 or trees < 1:
        raise ValueError("examples_per_layer and num_trees must be positive")
    regular, limits = config.regularization, config.constraints
    strategy = config.multi_class_strategy
    per_tree, per_level = 1.0, 1.0
    if config.WhichOneof("feature_fraction") == "feature_fraction_per_tree":
        per_tree = config.feature_fraction_per_tree
    elif config.WhichOneof("feature_fraction"):
        per_level = config.feature_fraction_per_level
    return Settings(
        outputs=outputs,
        examples_per_layer=examples_per_layer,
        trees=trees,
        depth=limits.max_tree_depth or _DEPTH,
        rate=config.learning_rate_tuner.fixed.learning_rate or _RATE,
        l1=regular.l1,
        l2=regular.l2,
        complexity=regular.tree_complexity,
        least_weight=limits.min_node_weight,
        bins=bins,
        whole_tree=config.growing_mode == config.WHOLE_TREE,
        one_output=strategy == config.TREE_PER_CLASS and outputs > 1,
        center_bias=center_bias,
        features_per_tree=per_tree,
        features_per_level=per_level,
    )


def _refuse_what_is_not_offered(config):
    tuner = config.learning_rate_tuner.WhichOneof("tuner")
    asked = {
        "learning_rate_tuner other than fixed": tuner not in (None, "fixed"),
        "averaging_config": config.HasField("averaging_config"),
        "pruning_mode POST_PRUNE": config.pruning_mode == config.POST_PRUNE,
        "multi_class_strategy FULL_HESSIAN": config.multi_class_strategy == config.FULL_HESSIAN,
        "weak_learner_type OBLIVIOUS_DECISION_TREE": config.weak_learner_type
        == config.OBLIVIOUS_DECISION_TREE,
        "constraints.max_number_of_unique_feature_columns": (
            config.constraints.max_number_of_unique_feature_columns > 0
        ),
    }
    for what, is_asked in asked.items():
        if is_asked:
            text = f"boosted trees of headwater have no {what}"
            raise tf.errors.UnimplementedError(None, None, text)
