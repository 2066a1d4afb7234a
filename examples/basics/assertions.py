"""Checks that are part of the graph, and what a program sees when they fail."""

import tensorflow as tf

x = tf.placeholder(tf.float32, [None])
checks = [
    tf.assert_greater_equal(x, 0.0, message="x must not be negative"),
    tf.assert_less_equal(x, 10.0, message="x is too large"),
    tf.assert_none_equal(x, 5.0, message="5 has been taken"),
    tf.Assert(tf.reduce_any(x > 0), [x], summarize=3),
]
with tf.control_dependencies(checks):
    root = tf.sqrt(x)
checked = tf.check_numerics(tf.log(x), "log of zero")
shown = tf.Print(root, [root], message="roots: ")

with tf.Session() as sess:
    print("fine:", sess.run(shown, {x: [4.0, 9.0]}).tolist())
    for values in ([-1.0, 1.0], [11.0], [5.0], [0.0]):
        try:
            sess.run(root, {x: values})
        except tf.errors.InvalidArgumentError as e:
            print(values, "refused:", e.message.splitlines()[0][:48])
    try:
        sess.run(checked, {x: [0.0]})
    except tf.errors.InvalidArgumentError as e:
        print("the log was checked:", "log of zero" in e.message)
try:
    tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))
except ValueError as e:
    print("no graph for it:", str(e)[:33])
