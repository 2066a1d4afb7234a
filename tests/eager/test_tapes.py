"""`tf.GradientTape` and the functions of `tf.contrib.eager` that differentiate."""

import numpy as np
import pytest

import headwater as tf


def numeric(function, x, step=1e-3):
    """The derivative of a scalar function by central differences."""
    x = np.asarray(x, np.float64)
    result = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        high, low = x.copy(), x.copy()
        high[i] += step
        low[i] -= step
        result[i] = (function(high) - function(low)) / (2 * step)
    return result


FUNCTIONS = {
    "product": lambda x: x * x * x,
    "sin_of_sum": lambda x: tf.sin(tf.reduce_sum(x)),
    "softmax": lambda x: tf.nn.softmax(tf.reshape(x, [2, 3]))[0],
    "matmul": lambda x: tf.matmul(tf.reshape(x, [2, 3]), tf.reshape(x, [3, 2])),
    "gather": lambda x: tf.gather(x, [1, 1, 4]) * 2.0,
    "concat": lambda x: tf.concat([x, x * x], 0)[2:8],
    "unused_output": lambda x: tf.unstack(tf.reshape(x, [2, 3]))[1],
    "where": lambda x: tf.where(x > 0.5, x, -x),
    "cond": lambda x: tf.cond(x[0] > 0.0, lambda: x * 2.0, lambda: x),
    "loop": lambda x: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1],
    "map_fn": lambda x: tf.map_fn(lambda v: v * v, x),
    "conv": lambda x: tf.nn.conv2d(
        tf.reshape(tf.concat([x, x, x], 0), [1, 3, 3, 2]),
        tf.reshape(tf.concat([x, x[:2]], 0), [2, 2, 2, 1]),
        [1, 1, 1, 1],
        "SAME",
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_the_slopes(name):
    function = lambda x: tf.reduce_sum(FUNCTIONS[name](x) * 1.5)
    x = np.array([0.3, 0.9, -0.2, 1.1, 0.7, -0.8])
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        y = function(tensor)
    found = tf.convert_to_tensor(tape.gradient(y, tensor))
    expected = numeric(lambda v: float(function(tf.constant(v))), x)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_variables_are_watched_when_they_are_read():
    w, b = tf.Variable([2.0], name="w"), tf.Variable(1.0, name="b")
    fixed = tf.Variable(5.0, trainable=False)
    with tf.GradientTape() as tape:
        y = w * 3.0 + b + fixed
    assert tape.watched_variables() == (w, b)
    gradients = tape.gradient(y, {"w": w, "b": b, "fixed": fixed})
    assert gradients["w"].numpy() == [3.0] and gradients["b"].numpy() == 1.0
    assert gradients["fixed"] is None
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(b)
        y = w * b
    assert tape.gradient(y, [w, b])[0] is None
    assert tape.watched_variables() == (b,)


def test_one_gradient_unless_persistent():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x).numpy() == 6.0
    with pytest.raises(RuntimeError, match="one set of gradients"):
        tape.gradient(y, x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert tape.gradient(z, x).numpy() == 108.0 and tape.gradient(y, x).numpy() == 6.0
    assert tape.gradient(z, y).numpy() == 18.0


def test_gradients_of_gradients():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        slope = inner.gradient(y, x)
    assert slope.numpy() == 12.0 and outer.gradient(slope, x).numpy() == 12.0


def test_what_is_unconnected():
    x, other = tf.constant([1.0, 2.0]), tf.constant([[3.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, other])
        y = tf.stop_gradient(x) + 1.0
    assert tape.gradient(y, x) is None
    zeros = tape.gradient(y, other, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert zeros.numpy().tolist() == [[0.0]]
    with pytest.raises(ValueError, match="unconnected_gradients"):
        tape.gradient(y, x, unconnected_gradients="some")
    with tf.GradientTape() as tape:
        tape.watch(x)
    late = x * 2.0
    assert tape.gradient(late, x) is None


def test_pauses_resets_and_weights():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = x * 5.0
    assert tape.gradient(y, x, output_gradients=tf.constant(2.0)).numpy() == 12.0
    assert tape.gradient(z, x) is None
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.reset()
        tape.watch(x)
        z = y * x
    assert tape.gradient(z, x).numpy() == 9.0
    with pytest.raises(ValueError, match="not recording"):
        with tape.stop_recording():
            pass


def test_jacobians():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stack([x[0] * x[1], x[0] + x[1], x[1] * x[1]])
    assert tape.jacobian(y, x).numpy().tolist() == [[2.0, 1.0], [1.0, 1.0], [0.0, 4.0]]


def test_rows_of_a_variable():
    table = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.embedding_lookup(table, [2, 2]))
    gradient = tape.gradient(y, table)
    assert isinstance(gradient, tf.IndexedSlices)
    assert tf.convert_to_tensor(gradient).numpy().tolist() == [[0, 0], [0, 0], [2, 2]]
    tf.train.AdagradOptimizer(0.1).apply_gradients([(gradient, table)])
    assert table.numpy()[0].tolist() == [0.0, 1.0] and table.numpy()[2, 0] < 4.0


def test_gradients_of_the_programs_own():
    @tf.custom_gradient
    def log_one_plus_exp(x):
        e = tf.exp(x)
        return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    first = tf.contrib.eager.gradients_function(log_one_plus_exp)
    assert first(100.0)[0].numpy() == 1.0
    np.testing.assert_allclose(tf.contrib.eager.gradients_function(first)(0.0)[0], 0.25)

    w = tf.Variable(3.0)

    @tf.custom_gradient
    def scaled(x, factor=1.0):
        def grad(dy, variables=None):
            return dy * 100.0, [dy * 7.0 for _ in variables]

        return x * w * factor, grad

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scaled(x, factor=2.0)
    assert y.numpy() == 12.0
    assert [float(g) for g in tape.gradient(y, [x, w])] == [100.0, 7.0]

    @tf.custom_gradient
    def forgetful(x):
        return x * w, lambda dy: dy

    with pytest.raises(TypeError, match="must accept keyword argument 'variables'"):
        forgetful(x)


def test_computing_again_for_the_gradient():
    w, calls = tf.Variable(3.0), []

    @tf.recompute_grad
    def square(x):
        calls.append(1)
        return x * x * w

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    assert [float(g) for g in tape.gradient(y, [x, w])] == [12.0, 4.0] and len(calls) == 2


def test_implicit_gradients():
    w, b = tf.contrib.eager.Variable(2.0, name="w"), tf.contrib.eager.Variable(1.0, name="b")
    loss = lambda x: b * x + w * w
    value, pairs = tf.contrib.eager.implicit_value_and_gradients(loss)(3.0)
    assert value.numpy() == 7.0
    assert [(float(g), v) for g, v in pairs] == [(4.0, w), (3.0, b)]
    assert [float(g) for g, _ in tf.contrib.eager.implicit_gradients(loss)(5.0)] == [4.0, 5.0]
    with pytest.raises(ValueError, match="No trainable variables"):
        tf.contrib.eager.implicit_gradients(lambda x: x)(tf.constant(1.0))
    with pytest.raises(ValueError, match="returns None"):
        tf.contrib.eager.implicit_gradients(_nothing)(1.0)


def _nothing(x):
    return None


def test_gradients_of_arguments():
    f = lambda x, y: x * x * y
    assert [float(g) for g in tf.contrib.eager.gradients_function(f)(3.0, 2.0)] == [12.0, 9.0]
    assert [float(g) for g in tf.contrib.eager.gradients_function(f, ["y"])(3.0, 2.0)] == [9.0]
    assert [float(g) for g in tf.contrib.eager.gradients_function(f, [0])(3.0, 2.0, dy=2.0)] == [
        24.0
    ]
    value, gradients = tf.contrib.eager.value_and_gradients_function(f)(3.0, 2.0)
    assert float(value) == 18.0 and len(gradients) == 2
    value, vjp = tf.contrib.eager.make_vjp(f)(3.0, 2.0)
    assert [float(g) for g in vjp(tf.constant(1.0))] == [12.0, 9.0]
    with pytest.raises(ValueError, match="argument names"):
        tf.contrib.eager.gradients_function(f, ["z"])(1.0, 2.0)


# --- in a graph ---------------------------------------------------------------------------------


def test_a_tape_in_a_graph():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [2])
        w = tf.get_variable("w", initializer=2.0, use_resource=True)
        before = x * 10.0
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * w * x)
        late = y * 3.0
        session.run(tf.global_variables_initializer())
        assert tape.watched_variables() == (w,)
        dx, dw = tape.gradient(y, [x, w])
        values = session.run([dx, dw], {x: [1.0, 2.0]})
        assert values[0].tolist() == [4.0, 8.0] and values[1] == 5.0
        assert tape.gradient(late, x) is None and tape.gradient(before, x) is None


def test_a_tape_in_a_loop_of_a_graph():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant(2.0)

        def body(i, total):
            with tf.GradientTape() as tape:
                tape.watch(total)
                y = total * total * x
            return i + 1, tape.gradient(y, total)

        result = tf.while_loop(lambda i, total: i < 2, body, [0, tf.constant(3.0)])[1]
        assert session.run(result) == 48.0


def test_python_functions_in_a_graph_have_gradients():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [3])
        y = tf.py_function(lambda v: tf.reduce_sum(v * v * v.numpy()[0]), [x], tf.float32)
        two = tf.py_function(lambda v: (v * 2.0, v.numpy() > 1), [x], [tf.float32, tf.bool])
        (dx,) = tf.gradients(y, x)
        (again,) = tf.gradients(two[0], x)
        assert dx.shape.as_list() == [3]
        values = session.run([y, dx, two[1], again], {x: [1.0, 2.0, 3.0]})
        assert values[0] == 14.0 and values[1].tolist() == [2.0, 4.0, 6.0]
        assert values[2].tolist() == [False, True, True] and values[3].tolist() == [2.0] * 3
