"""`ForestHParams`: the settings of a random forest."""

import math

from headwater._src.core import errors
from headwater._src.core.explain import explained

# What TensorFlow 1.15 offers besides, and this forest does not do.
_ONLY = {
    "split_finish_name": ("basic",),
    "split_pruning_name": ("none",),
    "split_name": ("less_or_equal",),
    "model_name": ("all_dense", "all_sparse", "sparse_or_dense"),
    "param_file": (None,),
}


class ForestHParams:
    """Settings of a random forest, as attributes; `fill` works out those that follow from others."""

    @explained(
        {},
        num_trees="how many trees.",
        max_nodes="how many nodes a tree may have.",
        bagging_fraction="share of the examples that each tree learns from.",
        num_splits_to_consider="tests that a leaf tries; 0: the root of the number of features.",
        feature_bagging_fraction="share of the features that each tree looks at.",
        max_fertile_nodes="recorded only; every leaf of a tree that may grow tries tests.",
        split_after_samples="examples that a leaf sees before it is split.",
        valid_leaf_threshold="examples that each side of a split must have.",
        dominate_method="recorded only: a leaf is split after `split_after_samples` examples.",
        dominate_fraction="recorded only.",
        model_name="how TensorFlow keeps counts; recorded only.",
        split_finish_name="`'basic'`.",
        split_pruning_name="`'none'`.",
        prune_every_samples="recorded only.",
        early_finish_check_every_samples="recorded only.",
        collate_examples="recorded only.",
        checkpoint_stats="recorded only: checkpoints always have the tests of unfinished leaves.",
        use_running_stats_method="recorded only.",
        initialize_average_splits="recorded only.",
        inference_tree_paths="not offered: must be False.",
        param_file="not offered: must be None.",
        split_name="`'less_or_equal'`.",
        kwargs="further settings: `num_classes` (columns of labels, when `regression=True`) and "
        "`num_features` are needed.",
    )
    def __init__(
        self,
        num_trees=100,
        max_nodes=10000,
        bagging_fraction=1.0,
        num_splits_to_consider=0,
        feature_bagging_fraction=1.0,
        max_fertile_nodes=0,
        split_after_samples=250,
        valid_leaf_threshold=1,
        dominate_method="bootstrap",
        dominate_fraction=0.99,
        model_name="all_dense",
        split_finish_name="basic",
        split_pruning_name="none",
        prune_every_samples=0,
        early_finish_check_every_samples=0,
        collate_examples=False,
        checkpoint_stats=False,
        use_running_stats_method=False,
        initialize_average_splits=False,
        inference_tree_paths=False,
        param_file=None,
        split_name="less_or_equal",
        **kwargs,
    ):
        """Records the settings."""
        settings = dict(locals())
        del settings["self"], settings["kwargs"]
        vars(self).update(settings)
        vars(self).update(kwargs)

    def values(self):
        """The settings as a dict."""
        return vars(self)

    def fill(self):
        """Works out what follows from other settings.

        Returns:
          The settings themselves.

        Raises:
          ValueError: `num_classes` or `num_features` is not set.
          UnimplementedError: a setting asks for something that this forest does not do.
        """
        for name in ("num_classes", "num_features"):
            if getattr(self, name, None) is None:
                raise ValueError(f"ForestHParams needs {name}")
        self._refuse_what_is_not_offered()
        self.regression = bool(getattr(self, "regression", False))
        self.num_outputs = self.num_classes if self.regression else 1
        self.base_random_seed = getattr(self, "base_random_seed", 0)
        self.bagged_num_features = max(1, int(self.feature_bagging_fraction * self.num_features))
        self.bagged_features = None
        if self.feature_bagging_fraction < 1.0:
            self.bagged_features = self._features_of_trees()
        self.num_splits_to_consider = self.num_splits_to_consider or max(
            10, math.floor(math.sqrt(self.num_features))
        )
        return self

    def _features_of_trees(self):
        import numpy as np

        random = np.random.RandomState(self.base_random_seed)
        count = self.bagged_num_features
        return [
            sorted(random.permutation(self.num_features)[:count].tolist())
            for _ in range(self.num_trees)
        ]

    def _refuse_what_is_not_offered(self):
        for name, offered in _ONLY.items():
            value = getattr(self, name)
            if value not in offered:
                text = f"headwater's forest has no {name}={value!r}, only {offered[0]!r}"
                raise errors.UnimplementedError(None, None, text)
        if self.inference_tree_paths:
            text = "headwater's forest does not record the paths of examples"
            raise errors.UnimplementedError(None, None, text)
