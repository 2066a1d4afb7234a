"""Metrics over many batches: update operations and local variables."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 8, "batches")
FLAGS = tf.flags.FLAGS


def main(_):
    random = np.random.RandomState(0)
    labels = tf.placeholder(tf.int64, [None])
    scores = tf.placeholder(tf.float32, [None])
    found = tf.cast(scores > 0.5, tf.int64)
    metrics = {
        "accuracy": tf.metrics.accuracy(labels, found),
        "precision": tf.metrics.precision(labels, found),
        "recall": tf.metrics.recall(labels, found),
        "auc": tf.metrics.auc(labels, scores),
        "mean": tf.metrics.mean(scores),
        "tp": tf.metrics.true_positives(labels, found),
        "tn": tf.metrics.true_negatives(labels, found),
        "fp": tf.metrics.false_positives(labels, found),
        "fn": tf.metrics.false_negatives(labels, found),
        "rmse": tf.metrics.root_mean_squared_error(tf.to_float(labels), scores),
    }
    names, updates = tf.contrib.metrics.aggregate_metric_map(metrics)
    matrix = tf.math.confusion_matrix(labels, found, num_classes=2)
    total = np.zeros([2, 2], int)
    with tf.Session() as sess:
        sess.run(tf.local_variables_initializer())
        for _ in range(FLAGS.steps):
            y = random.randint(0, 2, 50)
            feed = {labels: y, scores: np.clip(0.5 * y + random.uniform(0, 0.7, 50), 0, 1)}
            total += sess.run([matrix, list(updates.values())], feed)[0]
        values = sess.run(names)
    for name in sorted(values):
        print("%s: %.3f" % (name, values[name]))
    counted = [[values["tn"], values["fp"]], [values["fn"], values["tp"]]]
    print("counts agree:", np.array_equal(total, counted))
    print("accuracy agrees:", bool(abs(np.trace(total) / total.sum() - values["accuracy"]) < 1e-5))


if __name__ == "__main__":
    tf.app.run()
