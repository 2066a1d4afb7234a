"""Variables: made, initialized, assigned, shared by name, and found again in collections."""

import tensorflow as tf

counter = tf.Variable(0, name="counter", trainable=False)
increment = tf.assign_add(counter, 1)


def layer(x, units):
    """A linear layer whose parameters belong to the current variable scope."""
    w = tf.get_variable("w", [x.shape[1], units], initializer=tf.ones_initializer())
    b = tf.get_variable("b", [units], initializer=tf.constant_initializer(0.5))
    return tf.matmul(x, w) + b


x = tf.constant([[1.0, 2.0]])
with tf.variable_scope("shared") as scope:
    first = layer(x, 1)
    scope.reuse_variables()
    second = layer(2 * x, 1)  # the same w and b
with tf.variable_scope("other", initializer=tf.orthogonal_initializer(seed=1)):
    square = tf.get_variable("q", [3, 3])
doubled = tf.Variable(square.initialized_value() * 2, name="doubled")

for name in (tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.TRAINABLE_VARIABLES):
    print(name + ":", [v.op.name for v in tf.get_collection(name)])
assert tf.all_variables() == tf.global_variables()
print("under shared/:", [v.name for v in tf.trainable_variables("shared")])

with tf.Session() as sess:
    print("uninitialized:", len(sess.run(tf.report_uninitialized_variables())))
    sess.run(tf.global_variables_initializer())
    for _ in range(3):
        sess.run(increment)
    print("counter:", sess.run(counter))
    print("shared layer:", sess.run([first, second])[0][0, 0], sess.run(second)[0, 0])
    identity = sess.run(tf.matmul(square, square, transpose_b=True))
    print("orthogonal: %.3f %.3f" % (identity[0, 0], abs(identity[0, 1])))
    print("twice: %.1f" % (sess.run(doubled) / sess.run(square)).mean())
    sess.run(tf.variables_initializer([counter]))
    print("counter again:", counter.eval())
