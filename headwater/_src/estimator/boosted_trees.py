"""`tf.estimator`'s boosted trees, which are not here: their names say where others are."""

from headwater._src.core import errors


class _Missing:
    def __init__(self, *args, **kwargs):
        raise errors.UnimplementedError(
            None,
            None,
            f"tf.estimator.{type(self).__name__} is not in headwater: use "
            "tf.contrib.boosted_trees.estimator_batch.estimator.GradientBoostedDecisionTree"
            f"{type(self).__name__.removeprefix('BoostedTrees')}, which learns in the same way",
        )


class BoostedTreesClassifier(_Missing):
    """A classifier by boosted trees; making one raises `tf.errors.UnimplementedError`."""


class BoostedTreesRegressor(_Missing):
    """A regression by boosted trees; making one raises `tf.errors.UnimplementedError`."""
