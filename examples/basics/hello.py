"""The smallest program: a graph of one constant, and a session that fetches it."""

import tensorflow as tf

hello = tf.constant("Hello, TensorFlow!")
with tf.Session() as sess:
    print(sess.run(hello).decode())
