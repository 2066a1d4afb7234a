"""Gradient boosting: each tree's layers correct what all layers before them got wrong."""

import argparse

import numpy as np
import tensorflow as tf
from tensorflow.contrib.boosted_trees.estimator_batch.estimator import (
    GradientBoostedDecisionTreeClassifier,
)
from tensorflow.contrib.boosted_trees.proto import learner_pb2


def checkerboard(count, seed):
    """Points on a board of three by three fields; the class is the field's colour, one of three."""
    points = np.random.RandomState(seed).uniform(0, 3, [count, 2]).astype(np.float32)
    column, row = points.astype(np.int32).T
    return {"column": points[:, 0], "row": points[:, 1]}, (column + row) % 3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", type=int, default=20)
    flags = parser.parse_args()
    tf.logging.set_verbosity(tf.logging.ERROR)

    config = learner_pb2.LearnerConfig()
    config.learning_rate_tuner.fixed.learning_rate = 0.2
    config.regularization.l2 = 0.001
    config.constraints.max_tree_depth = 4
    config.growing_mode = learner_pb2.LearnerConfig.LAYER_BY_LAYER
    config.multi_class_strategy = learner_pb2.LearnerConfig.DIAGONAL_HESSIAN
    model = GradientBoostedDecisionTreeClassifier(
        learner_config=config,
        n_classes=3,
        examples_per_layer=500,
        num_trees=flags.trees,
        center_bias=False,
        config=tf.contrib.learn.RunConfig(tf_random_seed=1),
    )
    x, y = checkerboard(2000, 0)
    model.fit(
        input_fn=tf.estimator.inputs.numpy_input_fn(
            x, y, batch_size=500, num_epochs=None, shuffle=True
        ),
        max_steps=10000,  # it ends when all trees are grown
    )
    x, y = checkerboard(500, 1)
    measured = model.evaluate(tf.estimator.inputs.numpy_input_fn(x, y, shuffle=False))
    layers = 4 * flags.trees
    print("a step for each layer:", layers <= measured["global_step"] <= layers + 1)
    print("accuracy %.3f, good: %s" % (measured["accuracy"], measured["accuracy"] > 0.8))


if __name__ == "__main__":
    main()
