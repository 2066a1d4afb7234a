"""Groups digits by k-means, from small batches, and names each group after what is most in it."""

import argparse
import sys

import numpy as np
import tensorflow as tf
from tensorflow.contrib.factorization import KMeans
from tensorflow.examples.tutorials.mnist import input_data

FLAGS = None


def main(_):
    mnist = input_data.read_data_sets(FLAGS.data_dir)
    x = tf.placeholder(tf.float32, [None, 784])
    kmeans = KMeans(
        x,
        num_clusters=FLAGS.clusters,
        initial_clusters=KMeans.KMEANS_PLUS_PLUS_INIT,
        distance_metric=KMeans.COSINE_DISTANCE,
        use_mini_batch=True,
    )
    _, index, distances, initialized, centers, init_op, train_op = kmeans.training_graph()
    average = tf.reduce_mean(distances[0])

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        while not sess.run(initialized):
            sess.run(init_op, {x: mnist.train.next_batch(500)[0]})
        before = sess.run(average, {x: mnist.test.images})
        for _ in range(FLAGS.steps):
            sess.run(train_op, {x: mnist.train.next_batch(500)[0]})
        after = sess.run(average, {x: mnist.test.images})
        print("centres:", sess.run(centers).shape, "distance decreased:", after < before)

        group = sess.run(index[0], {x: mnist.train.images})
        counts = np.zeros([FLAGS.clusters, 10])
        np.add.at(counts, (group, mnist.train.labels), 1)
        named = counts.argmax(1)[sess.run(index[0], {x: mnist.test.images})]
    accuracy = np.mean(named == mnist.test.labels)
    print("right by the group's name: %.3f, better than guessing: %s" % (accuracy, accuracy > 0.5))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data_dir", type=str, default="/tmp/mnist", help="folder of the digits")
    parser.add_argument("--clusters", type=int, default=30, help="number of groups")
    parser.add_argument("--steps", type=int, default=100, help="training steps")
    FLAGS, unparsed = parser.parse_known_args()
    tf.app.run(main=main, argv=[sys.argv[0]] + unparsed)
