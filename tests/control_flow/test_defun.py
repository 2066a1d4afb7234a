"""`Defun`: functions of a graph's library, their calls, gradients and round trips."""

import numpy as np
import pytest
from headwater.python.framework import function
from headwater.python.ops import functional_ops

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches, **kwargs):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, **kwargs)


def test_a_call_is_a_node_of_the_functions_name(graph):
    @function.Defun(tf.float32, tf.float32, func_name="Both", noinline=True)
    def both(a, b):
        return a + b, a * b

    x = tf.constant(3.0)
    total, product = both(x, x)
    assert total.op.type == "Both"
    assert both.name == "Both"
    assert both.declared_input_types == (tf.float32, tf.float32)
    assert run([total, product]) == [6.0, 9.0]
    signature = graph.as_graph_def().library.function[0].signature
    assert [a.name for a in signature.input_arg] == ["a", "b"]


def test_types_of_the_arguments_decide_without_declared_ones():
    @function.Defun()
    def same(a):
        return a + a

    found = run([same(tf.constant(2)), same(tf.constant(1.5))])
    assert found == [4, 3.0]


def test_out_names_and_shapes(graph):
    @function.Defun(tf.float32, out_names=["twice"], shape_func=lambda op: [op.inputs[0].shape])
    def double(a):
        return a * 2.0

    assert double(tf.zeros([2, 3])).shape.as_list() == [2, 3]
    signature = graph.as_graph_def().library.function[0].signature
    assert [a.name for a in signature.output_arg] == ["twice"]


def test_captured_tensors_and_variables_get_gradients():
    w = tf.Variable(3.0)
    scale = tf.constant(2.0)
    x = tf.constant(5.0)

    @function.Defun(tf.float32)
    def scaled(a):
        return a * w * scale

    y = scaled(x)
    assert len(scaled.captured_inputs) == 2
    assert run([y, *tf.gradients(y, [x, w, scale])]) == [30.0, 6.0, 10.0, 15.0]


def test_python_gradient():
    @function.Defun(tf.float32, python_grad_func=lambda op, dy: dy * 7.0)
    def square(a):
        return a * a

    x = tf.constant(2.0)
    assert run(tf.gradients(square(x), x)) == [7.0]


def test_gradient_function_in_a_round_trip(graph):
    @function.Defun(tf.float32, tf.float32)
    def slope(a, dy):
        return a * 0.0 + dy * 11.0

    @function.Defun(tf.float32, grad_func=slope)
    def square(a):
        return a * a

    x = tf.constant(2.0, name="x")
    square(x, name="y")
    written = graph.as_graph_def()
    assert [(g.function_name, g.gradient_func) for g in written.library.gradient] == [
        (square.name, slope.name)
    ]
    with tf.Graph().as_default():
        y, x = tf.import_graph_def(written, return_elements=["y:0", "x:0"], name="")
        assert run([y, *tf.gradients(y, x)]) == [4.0, 11.0]


def test_effects_of_a_function_happen_though_no_result_needs_them():
    seen = []

    @function.Defun(tf.float32)
    def watched(a):
        tf.py_func(lambda value: seen.append(float(value)), [a], [])
        return a + 1.0

    assert run(watched(tf.constant(4.0))) == 5.0
    assert seen == [4.0]


def test_functions_call_functions_and_random_numbers_differ():
    @function.Defun(tf.float32)
    def inner(a):
        return a * 2.0

    @function.Defun(tf.float32)
    def outer(a):
        return inner(a) + inner(inner(a))

    assert run(outer(tf.constant(1.0))) == 6.0


def test_functional_ops():
    @function.Defun(tf.float32)
    def double(a):
        return a * 2.0

    @function.Defun(tf.int32, tf.float32)
    def add_number(i, a):
        return a + tf.cast(i, tf.float32)

    @function.Defun(tf.float32)
    def below(a):
        return a < 100.0

    x = tf.constant(3.0)
    found = run(
        [
            functional_ops.remote_call("/cpu:0", [x], [tf.float32], double),
            functional_ops.partitioned_call([x], double),
            functional_ops.If(x < 0.0, [x], below, below),
            functional_ops.While([x], below, double),
            functional_ops.For(0, 5, 2, [x], add_number),
            functional_ops.For(3, 0, -1, [x], add_number),
            functional_ops.For(0, 0, 1, [x], add_number),
            functional_ops.Gradient([x, x], double),
        ]
    )
    assert found == [[6.0], [6.0], [True], [192.0], [9.0], [9.0], [3.0], [6.0]]


def test_what_a_function_used_is_known_while_it_is_defined():
    w = tf.Variable(3.0, name="w")
    found = {}

    @function.Defun(tf.float32)
    def scaled(a):
        y = a * w
        found["inputs"] = function.get_extra_inputs()
        found["args"] = function.get_extra_args()
        found["vars"] = function.get_extra_vars()
        return y

    scaled(tf.constant(1.0))
    assert [t.op.name for t in found["inputs"]] == ["w/read"]
    assert len(found["args"]) == 1
    assert found["vars"] == [w]
    assert function.get_extra_inputs() == []


def _double(a):
    return a * 2.0


WRONG = {
    "number": (lambda f: f(1.0, 2.0), ValueError, "Expected 1 arguments, got 2"),
    "type": (lambda f: f(tf.constant(1)), ValueError, "passed int32 expected float"),
    "no function": (lambda f: function.Defun(tf.float32)(3), ValueError, "must be callable"),
    "too many types": (
        lambda f: function.Defun(tf.float32, tf.float32)(_double),
        ValueError,
        "more arguments",
    ),
    "out_names": (
        lambda f: function.Defun(tf.float32, out_names=["a", "b"])(_double)(1.0),
        ValueError,
        "does not match number of outputs",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_calls(case):
    call, kind, message = WRONG[case]
    with pytest.raises(kind, match=message):
        call(function.Defun(tf.float32)(_double))


def test_a_function_that_is_not_in_the_library_is_named():
    x = tf.constant(np.float32(1.0))
    y = tf.raw_ops.SymbolicGradient(input=[x, x], Tout=[tf.float32], f="Nowhere")
    with pytest.raises(tf.errors.NotFoundError, match="Nowhere"):
        run(y)
