"""`tf.function`: calls as nodes, effects, methods, gradients."""

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches)


def test_a_call_is_one_node_and_has_a_gradient(graph):
    x = tf.constant(3.0)
    w = tf.Variable(2.0)

    @tf.function
    def squares(a, factor=1.0):
        return {"square": a * a * w, "scaled": (a * factor,)}

    found = squares(x, factor=5.0)
    assert found["square"].op.type == "StatefulPartitionedCall"
    gradients = tf.gradients(found["square"], [x, w])
    assert run([found, gradients]) == [{"square": 18.0, "scaled": (15.0,)}, [12.0, 9.0]]


def test_effects_happen_in_order():
    seen = []
    v = tf.Variable(1.0)

    @tf.function
    def update():
        tf.assign_add(v, 2.0)
        tf.py_func(lambda: seen.append("called"), [], [])
        return tf.constant(7.0)

    result = update()
    with tf.control_dependencies([result]):
        after = v.read_value()
    assert run([result, after]) == [7.0, 3.0]
    assert seen == ["called"]


def test_branches_loops_and_functions_inside():
    @tf.function
    def inner(a):
        return tf.cond(a > 0.0, lambda: a * 2.0, lambda: -a)

    @tf.function
    def outer(a):
        return tf.while_loop(lambda i, b: i < 3, lambda i, b: (i + 1, inner(b)), [0, a])[1]

    x = tf.constant(-1.5)
    y = outer(x)
    assert run([y, *tf.gradients(y, x)]) == [6.0, -4.0]


def test_methods_arrays_and_nothing():
    class Model:
        scale = 3.0

        @tf.function
        def __call__(self, a):
            return a * self.scale

        @tf.function
        def silent(self, a):
            tf.identity(a)

    model = Model()
    assert run(model(np.float32([1.0, 2.0]))).tolist() == [3.0, 6.0]
    assert run(model.silent(tf.constant(1.0))) is None


def test_input_signature():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def total(a):
        return tf.reduce_sum(a)

    assert run(total([1, 2])) == 3.0
    with pytest.raises(ValueError, match="incompatible with input_signature"):
        total([[1.0]])
    with pytest.raises(ValueError, match="does not match input_signature"):
        total([1.0], [2.0])


def test_concrete_functions_are_refused():
    with pytest.raises(tf.errors.UnimplementedError, match="Defun"):
        tf.function(lambda a: a).get_concrete_function(tf.constant(1.0))
