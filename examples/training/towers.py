"""Data parallelism as of old: a tower for each GPU, gradients averaged on the CPU."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("num_gpus", 2, "towers")
flags.DEFINE_integer("steps", 40, "training steps")
FLAGS = flags.FLAGS


def tower_loss(scope, x, y):
    w = tf.get_variable("w", [3, 1], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
    tf.add_to_collection("losses", loss)
    return tf.add_n(tf.get_collection("losses", scope), name="total")


def average_gradients(tower_grads):
    """From lists of (gradient, variable) of each tower to one list of averages."""
    average = []
    for pairs in zip(*tower_grads):
        stacked = tf.concat([tf.expand_dims(g, 0) for g, _ in pairs], 0)
        average.append((tf.reduce_mean(stacked, 0), pairs[0][1]))
    return average


def main(_):
    random = np.random.RandomState(0)
    truth = np.array([[1.0], [-2.0], [0.5]])
    with tf.Graph().as_default(), tf.device("/cpu:0"):
        x = tf.placeholder(tf.float32, [None, 3])
        y = tf.placeholder(tf.float32, [None, 1])
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        xs, ys = tf.split(x, FLAGS.num_gpus), tf.split(y, FLAGS.num_gpus)
        grads, losses = [], []
        with tf.variable_scope(tf.get_variable_scope()):
            for i in range(FLAGS.num_gpus):
                with tf.device("/gpu:%d" % i), tf.name_scope("tower_%d" % i) as scope:
                    loss = tower_loss(scope, xs[i], ys[i])
                    tf.get_variable_scope().reuse_variables()
                    grads.append(optimizer.compute_gradients(loss))
                    losses.append(loss)
        train = optimizer.apply_gradients(average_gradients(grads))
        mean = tf.add_n(losses) / FLAGS.num_gpus
        print("devices:", [loss.device for loss in losses])
        with tf.Session(config=tf.ConfigProto(log_device_placement=False)) as sess:
            sess.run(tf.global_variables_initializer())
            history = []
            for _ in range(FLAGS.steps):
                data = random.randn(8 * FLAGS.num_gpus, 3)
                history.append(sess.run([mean, train], {x: data, y: data.dot(truth)})[0])
    print("loss %.3f, then %.5f" % (history[0], history[-1]))
    print("decreased:", bool(history[-1] < history[0]))


if __name__ == "__main__":
    tf.app.run()
