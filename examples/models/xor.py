"""The exclusive or with a hidden layer of tf.layers, until it is learned."""

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 1000, "most training steps")
FLAGS = tf.flags.FLAGS
INPUTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [[0.0], [1.0], [1.0], [0.0]]


def main(_):
    tf.set_random_seed(3)
    init = tf.contrib.layers.xavier_initializer(seed=4)
    hidden = tf.layers.dense(tf.constant(INPUTS), 8, activation=tf.nn.tanh, kernel_initializer=init)
    logits = tf.layers.dense(hidden, 1, kernel_initializer=init)
    loss = tf.losses.sigmoid_cross_entropy(TARGETS, logits)
    global_step = tf.train.create_global_step()
    train = tf.train.AdamOptimizer(0.05).minimize(loss, global_step=global_step)
    answer = tf.sigmoid(logits)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        while tf.train.global_step(sess, global_step) < FLAGS.steps:
            if sess.run([loss, train])[0] < 0.01:
                break
        print("steps:", tf.train.global_step(sess, global_step))
        for row, value in zip(INPUTS, sess.run(answer)):
            print("%d xor %d = %d" % (row[0], row[1], round(float(value[0]))))


if __name__ == "__main__":
    tf.app.run()
