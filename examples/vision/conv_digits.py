"""A convolutional network on the digits, from tf.nn's functions and variables of one's own."""

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("data_dir", "/tmp/mnist", "folder of the digits")
flags.DEFINE_integer("steps", 300, "training steps")
flags.DEFINE_integer("batch_size", 50, "digits in a step")
flags.DEFINE_integer("test_digits", 500, "digits to test with")
FLAGS = flags.FLAGS


def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


def conv2d(x, W):
    return tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")


def max_pool_2x2(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def deepnn(x, keep_prob):
    image = tf.reshape(x, [-1, 28, 28, 1])
    h = max_pool_2x2(tf.nn.relu(conv2d(image, weight_variable([5, 5, 1, 8])) + bias_variable([8])))
    h = tf.nn.lrn(h, depth_radius=4, bias=1.0, alpha=0.001 / 9.0, beta=0.75)
    h = max_pool_2x2(tf.nn.relu(conv2d(h, weight_variable([5, 5, 8, 16])) + bias_variable([16])))
    flat = tf.reshape(h, [-1, 7 * 7 * 16])
    h = tf.nn.relu_layer(flat, weight_variable([7 * 7 * 16, 64]), bias_variable([64]))
    h = tf.nn.dropout(h, keep_prob)
    return tf.matmul(h, weight_variable([64, 10])) + bias_variable([10])


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, one_hot=True)
    x = tf.placeholder(tf.float32, [None, 784])
    y_ = tf.placeholder(tf.float32, [None, 10])
    keep_prob = tf.placeholder(tf.float32)
    y_conv = deepnn(x, keep_prob)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y_, logits=y_conv))
    train_step = tf.train.AdamOptimizer(2e-3).minimize(loss)
    correct = tf.equal(tf.argmax(y_conv, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(FLAGS.steps):
            xs, ys = mnist.train.next_batch(FLAGS.batch_size)
            if i % 100 == 0:
                shown = accuracy.eval(feed_dict={x: xs, y_: ys, keep_prob: 1.0})
                print("step %d, training accuracy %g" % (i, shown))
            train_step.run(feed_dict={x: xs, y_: ys, keep_prob: 0.5})
        test = mnist.test
        n = FLAGS.test_digits
        score = accuracy.eval({x: test.images[:n], y_: test.labels[:n], keep_prob: 1.0})
    print("test accuracy: %.3f, better than guessing: %s" % (score, score > 0.2))


if __name__ == "__main__":
    tf.app.run()
