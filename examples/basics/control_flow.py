"""Conditions and loops inside the graph: cond, case, while_loop, map_fn, scan, fold."""

import tensorflow as tf

n = tf.placeholder(tf.int32, [])

kind = tf.cond(tf.equal(n % 2, 0), lambda: tf.constant("even"), lambda: tf.constant("odd"))
size = tf.case(
    [(n < 10, lambda: tf.constant("small")), (n < 100, lambda: tf.constant("medium"))],
    default=lambda: tf.constant("large"),
)
_, factorial = tf.while_loop(
    lambda i, product: i <= n, lambda i, product: (i + 1, product * i), [1, tf.constant(1)]
)
squares = tf.map_fn(lambda i: i * i, tf.range(n))
running = tf.scan(lambda total, i: total + i, tf.range(1, n + 1))
largest = tf.foldl(tf.maximum, tf.constant([3, 9, 4]))
alternating = tf.foldr(lambda rest, i: i - rest, tf.constant([3, 9, 4]))


def fibonacci(count):
    """The first numbers, written to a TensorArray by a loop."""
    numbers = tf.TensorArray(tf.int32, size=count, clear_after_read=False)
    numbers = numbers.write(0, 0).write(1, 1)

    def body(i, array):
        return i + 1, array.write(i, array.read(i - 1) + array.read(i - 2))

    return tf.while_loop(lambda i, array: i < count, body, [2, numbers])[1].stack()


x = tf.constant(2.0)
_, power = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x), [0, tf.constant(1.0)])
(slope,) = tf.gradients(power, x)

numbers = fibonacci(10)
with tf.Session() as sess:
    for value in (5, 12, 100):
        print(value, *[s.decode() for s in sess.run([kind, size], {n: value})])
    print("5! =", sess.run(factorial, {n: 5}))
    print(sess.run(squares, {n: 5}).tolist(), sess.run(running, {n: 5}).tolist())
    print("folds: %d %d" % tuple(sess.run([largest, alternating])))
    print("fibonacci:", sess.run(numbers).tolist())
    print("d(x^5)/dx at 2:", sess.run(slope, {n: 5}))
