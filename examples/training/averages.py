"""Moving averages of variables: kept while training, used for evaluation."""

import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.python.training import moving_averages

tf.flags.DEFINE_integer("steps", 80, "training steps")
FLAGS = tf.flags.FLAGS


def main(_):
    random = np.random.RandomState(0)
    target = tf.placeholder(tf.float32, [])
    w = tf.Variable(0.0, name="w")
    loss = tf.square(w - target)
    step = tf.Variable(0, trainable=False, name="step")
    train = tf.train.GradientDescentOptimizer(0.3).minimize(loss, global_step=step)
    ema = tf.train.ExponentialMovingAverage(0.95, num_updates=step)
    with tf.control_dependencies([train]):
        train_and_average = ema.apply([w])
    mean_loss = tf.Variable(0.0, trainable=False, name="mean_loss")
    track = moving_averages.assign_moving_average(mean_loss, loss, 0.9, zero_debias=False)
    print("average of:", [v.op.name for v in tf.moving_average_variables()])
    print("restores:", sorted(ema.variables_to_restore([w])))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run([train_and_average, track], {target: random.normal(3.0, 1.0)})
        raw, smooth = sess.run([w, ema.average(w)])
        path = tf.train.Saver().save(sess, os.path.join(tempfile.mkdtemp(), "m"))
        shadow = tf.train.Saver(ema.variables_to_restore([w]))
        shadow.restore(sess, path)
        print("evaluated with the average:", bool(sess.run(w) == smooth))
        print("moving loss is positive:", bool(sess.run(mean_loss) > 0))
    print("last %.2f, average %.2f" % (raw, smooth))
    print("near 3:", bool(abs(smooth - 3.0) < 0.8))


if __name__ == "__main__":
    tf.app.run()
