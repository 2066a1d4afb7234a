"""Boosted trees, which headwater has not: their names say so."""

from headwater._src.core import errors


class _Missing:
    def __init__(self, *args, **kwargs):
        raise errors.UnimplementedError(
            None,
            None,
            f"headwater has no boosted trees: tf.estimator.{type(self).__name__} cannot be made. "
            "tf.estimator.DNNClassifier and LinearClassifier, and their regressors, take the same "
            "feature columns.",
        )


class BoostedTreesClassifier(_Missing):
    """A classifier by boosted trees; making one raises `tf.errors.UnimplementedError`."""


class BoostedTreesRegressor(_Missing):
    """A regression by boosted trees; making one raises `tf.errors.UnimplementedError`."""
