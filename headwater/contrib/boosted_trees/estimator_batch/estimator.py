"""`tf.contrib.boosted_trees.estimator_batch.estimator`."""

from headwater._src.contrib.trees.boosting_estimators import (
    GradientBoostedDecisionTreeClassifier as GradientBoostedDecisionTreeClassifier,
    GradientBoostedDecisionTreeRegressor as GradientBoostedDecisionTreeRegressor,
)
