"""Programs of eager execution, run by TensorFlow and by headwater; each gives arrays and texts.

Started as a program of its own, `python eager_programs.py tensorflow|headwater`, since eager
execution is chosen for a whole process. Prints a JSON object.
"""

import json
import sys

import numpy as np


def tensors(tf):
    a = tf.constant([[2.0, 1.0], [1.0, 0.0]])
    return [str(a), str(tf.constant(3)), str(a + 1), str(tf.constant("ab")), a[0], a[:, 1], a @ a]


def conversions(tf):
    x = tf.constant(2.5)
    return [int(x), float(x), bool(x), "{:.2f}".format(x), "%i" % x, len(tf.zeros([3]))]  # noqa: UP031, UP032


def arithmetic(tf):
    a, b = tf.constant([7, -7, 3]), tf.constant([2, 2, -2])
    return [a + b, a * b, a // b, a % b, a / b, -a, abs(a), a < b, 2 * a, 10 - b, a**2]


def errors(tf):
    found = []
    for call in (
        lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])),
        lambda: tf.gather(tf.constant([1, 2]), [5]),
        lambda: tf.reshape(tf.ones([3]), [2]),
        lambda: tf.ones([2]) + tf.ones([3]),
        lambda: tf.concat([tf.ones([2, 1]), tf.ones([3, 2])], 1),
        lambda: tf.constant(1) // tf.constant(0),
        lambda: tf.compat.v1.placeholder(tf.float32),
        lambda: tf.compat.v1.gradients(tf.constant(1.0), tf.constant(1.0)),
        lambda: bool(tf.constant([1, 2])),
        lambda: list(tf.constant(1)),
        lambda: tf.constant(1)[1],
    ):
        try:
            call()
            found.append("nothing")
        except Exception as error:
            found.append(type(error).__name__)
    return found


def gradients(tf):
    x, w = tf.constant([1.0, 2.0, 3.0]), tf.Variable([[1.0], [2.0], [3.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.nn.softmax(x) * tf.sin(x)
        z = tf.reduce_sum(tf.matmul(y[None], w))
        u = tf.gather(x, [0, 0])
    found = [*tape.gradient(z, [x, w]), tape.gradient(y, x), tape.jacobian(y, x)]
    found += [tape.gradient(z, y), tape.gradient(z, y, output_gradients=tf.constant(2.0))]
    found += [tf.convert_to_tensor(tape.gradient(u, x)), str(tape.gradient(x, w))]
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.exp(x) * x
        first = inner.gradient(y, x)
    return [*found, first, outer.gradient(first, x)]


def control(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    return [
        tf.cond(x[0] > 0.0, lambda: x, lambda: -x),
        tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s * x), [0, x])[1],
        tf.compat.v1.while_loop(lambda i: i < 10, lambda i: i + 1, [0], maximum_iterations=4),
        tf.compat.v1.while_loop(lambda i: i < 10, lambda i: [i + 3], [0]),
        tf.compat.v1.while_loop(lambda i: i < 0, lambda i: i + 3, [0]),
        tf.map_fn(lambda v: v * v, x),
        tf.scan(lambda a, v: a + v, x),
        tf.case([(x[0] > 5.0, lambda: x)], default=lambda: x + 1.0),
        tf.switch_case(tf.constant(1), [lambda: x, lambda: x * 3.0]),
    ]


def variables(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    found = [v.name, v.assign_add([1.0, 1.0]).numpy(), v[1], v * 2, v.read_value()]
    v[0].assign(9.0)
    tf.compat.v1.scatter_update(v, [1], [7.0])
    return [*found, v.numpy(), tf.reduce_sum(v), str(v.shape), str(v.trainable)]


def training(tf):
    found = []
    x, y = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0], [0.0]])
    for optimizer in (
        tf.compat.v1.train.AdamOptimizer(0.1),
        tf.compat.v1.train.MomentumOptimizer(0.1, 0.9),
        tf.compat.v1.train.RMSPropOptimizer(0.1),
        tf.compat.v1.train.FtrlOptimizer(0.1),
    ):
        w, b = tf.Variable([[1.0], [2.0]]), tf.Variable(0.5)
        for _ in range(3):
            optimizer.minimize(lambda w=w, b=b: tf.reduce_mean((tf.matmul(x, w) + b - y) ** 2))
        found += [w.numpy(), b.numpy()]
    return found


def datasets(tf):
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0]})
    found = [row["a"] * 2 for row in data]
    found += list(tf.data.Dataset.range(7).filter(lambda i: i % 2 > 0).batch(2))
    found += list(tf.data.Dataset.range(10).shuffle(5, seed=3))
    pairs = tf.data.Dataset.zip((tf.data.Dataset.range(2), tf.data.Dataset.range(5)))
    return [*found, *[y for pair in pairs for y in pair]]


def random(tf):
    tf.compat.v1.set_random_seed(42)
    found = [tf.random.uniform([3]), tf.random.uniform([3]), tf.random.normal([2], seed=5)]
    tf.compat.v1.set_random_seed(42)
    return [*found, tf.random.uniform([3]), tf.random.uniform([2], 0, 100, tf.int32)]


def own_gradients(tf):
    @tf.custom_gradient
    def log_one_plus_exp(x):
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    x = tf.constant(100.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = log_one_plus_exp(x)
    found = [y, tape.gradient(y, x)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.py_function(lambda v: v * v.numpy(), [x], tf.float32)
    return [*found, y, tape.gradient(y, x)]


PROGRAMS = [
    tensors,
    conversions,
    arithmetic,
    errors,
    gradients,
    control,
    variables,
    training,
    datasets,
    random,
    own_gradients,
]


def plain(value):
    """A value as JSON can hold it."""
    if isinstance(value, (str, int, float, bool)):
        return value
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return [str(array.dtype), list(array.shape), array.ravel().tolist()]


def main(library):
    if library == "tensorflow":
        import tensorflow as tf
    else:
        import headwater as tf

        tf.enable_eager_execution()
    print(json.dumps({p.__name__: [plain(v) for v in p(tf)] for p in PROGRAMS}))


if __name__ == "__main__":
    main(sys.argv[1])
