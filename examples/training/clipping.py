"""Exploding gradients are clipped by value, by norm, by global norm; and one optimizer's steps."""

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 40, "training steps")
FLAGS = tf.flags.FLAGS

x = tf.Variable(3.0, name="x")
y = tf.Variable(4.0, name="y")
loss = tf.square(tf.square(x)) + tf.square(tf.square(y))
optimizer = tf.train.GradientDescentOptimizer(0.05)
pairs = optimizer.compute_gradients(loss)
gradients, variables = zip(*pairs)
clipped, norm = tf.clip_by_global_norm(gradients, 5.0)
by_value = [tf.clip_by_value(g, -1.0, 1.0) for g in gradients]
by_norm = [tf.clip_by_norm(g, 2.0) for g in gradients]
by_average = tf.clip_by_average_norm(tf.stack(gradients), 1.0)
train = optimizer.apply_gradients(zip(clipped, variables))
second = tf.hessians(loss, [x])

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print("norm: %.1f" % sess.run(norm))
    print("clipped to norm: %.1f" % sess.run(tf.global_norm(clipped)))
    print("by value:", [float(v) for v in sess.run(by_value)])
    print("by norm:", [float(v) for v in sess.run(by_norm)])
    print("by average: %.3f" % sess.run(tf.norm(by_average)))
    print("second derivative: %.0f" % sess.run(second)[0])
    for _ in range(FLAGS.steps):
        sess.run(train)
    print("x and y: %.2f %.2f" % tuple(sess.run([x, y])))
