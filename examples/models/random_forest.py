"""A forest of random trees that grows as examples come, and is kept in a checkpoint."""

import argparse
import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.contrib.tensor_forest.python import tensor_forest
from tensorflow.python.ops import resources


def flowers(count, random):
    """Points in the plane; the class says in which petal of a flower they are, 3 is outside."""
    points = random.uniform(-1, 1, [count, 2])
    angle, radius = np.arctan2(points[:, 1], points[:, 0]), np.hypot(points[:, 0], points[:, 1])
    petal = np.floor((angle + np.pi) / (2 * np.pi / 3 + 1e-9)).astype(np.int32)
    inside = radius < np.abs(np.sin(1.5 * (angle + np.pi)))
    return points.astype(np.float32), np.where(inside, petal, 3).astype(np.int32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--trees", type=int, default=20)
    flags = parser.parse_args()

    params = tensor_forest.ForestHParams(
        num_classes=4,
        num_features=2,
        num_trees=flags.trees,
        max_nodes=500,
        split_after_samples=40,
        bagging_fraction=0.7,
    ).fill()
    x, y = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.int32, [None])
    forest = tensor_forest.RandomForestGraphs(params)
    train_op, size = forest.training_graph(x, y), forest.average_size()
    probabilities, _, _ = forest.inference_graph(x)
    right = tf.equal(tf.argmax(probabilities, 1), tf.cast(y, tf.int64))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    init = tf.group(
        tf.global_variables_initializer(),
        resources.initialize_resources(resources.shared_resources()),
    )
    saver = tf.train.Saver()
    path = os.path.join(tempfile.mkdtemp(), "forest")

    random = np.random.RandomState(0)
    test = dict(zip([x, y], flowers(1000, random)))
    with tf.Session() as sess:
        sess.run(init)
        for step in range(flags.steps):
            sess.run(train_op, dict(zip([x, y], flowers(256, random))))
            if (step + 1) % 10 == 0:
                print("step %d: %.0f nodes in a tree" % (step + 1, sess.run(size)))
        found = sess.run(accuracy, test)
        saver.save(sess, path)
    print("right: %.3f, good: %s" % (found, found > 0.8))
    with tf.Session() as sess:
        saver.restore(sess, path)
        print("the saved forest agrees:", sess.run(accuracy, test) == found)


if __name__ == "__main__":
    main()
