"""Graphs with a library of functions, written by TensorFlow and run by headwater."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
X = np.linspace(-1.0, 1.0, 6, dtype=np.float32).reshape(2, 3)


def _functions():
    from tensorflow.python.framework import function
    from tensorflow.python.ops import functional_ops

    return function, functional_ops


def defun(tf, x):
    function, _ = _functions()

    @function.Defun(tf.float32, tf.float32, func_name="Both")
    def both(a, b):
        return a + b, a * b

    return list(both(x, x * 2.0))


def defun_gradient(tf, x):
    function, _ = _functions()

    @function.Defun(tf.float32)
    def cube(a):
        return a * a * a

    return tf.gradients(cube(x), x)


def defun_with_gradient_function(tf, x):
    function, _ = _functions()

    @function.Defun(tf.float32, tf.float32)
    def slope(a, dy):
        return dy * 100.0 + a

    @function.Defun(tf.float32, grad_func=slope)
    def square(a):
        return a * a

    return tf.gradients(square(x), x)


def defun_that_captures(tf, x):
    function, _ = _functions()
    scale = tf.reduce_sum(x) + 3.0

    @function.Defun(tf.float32)
    def scaled(a):
        return a * scale

    return [scaled(x), *tf.gradients(scaled(x), [x, scale])]


def defun_in_defun(tf, x):
    function, _ = _functions()

    @function.Defun(tf.float32)
    def inner(a):
        return tf.sin(a)

    @function.Defun(tf.float32)
    def outer(a):
        return inner(a) + inner(a * 2.0)

    return [outer(x)]


def symbolic_gradient(tf, x):
    function, functional_ops = _functions()

    @function.Defun(tf.float32, tf.float32)
    def product(a, b):
        return a * b

    return functional_ops.Gradient([x, x + 1.0, tf.ones_like(x)], product)


def partitioned_call(tf, x):
    function, _ = _functions()

    @function.Defun(tf.float32)
    def twice(a):
        return a * 2.0

    twice.add_to_graph(x.graph)
    return tf.raw_ops.PartitionedCall(args=[x], Tout=[tf.float32], f=twice)


def function_if(tf, x):
    function, functional_ops = _functions()

    @function.Defun(tf.float32)
    def double(a):
        return a * 2.0

    @function.Defun(tf.float32)
    def half(a):
        return a * 0.5

    return functional_ops.If(x[0, 0] > 0.0, [x], double, half)


def function_while(tf, x):
    function, functional_ops = _functions()

    @function.Defun(tf.float32, tf.int32)
    def below(a, i):
        return i < 4

    @function.Defun(tf.float32, tf.int32)
    def step(a, i):
        return a * 1.5, i + 1

    return functional_ops.While([x, tf.constant(0)], below, step)


def function_for(tf, x):
    function, functional_ops = _functions()

    @function.Defun(tf.int32, tf.float32)
    def step(i, a):
        return a * 2.0 + tf.cast(i, tf.float32)

    return functional_ops.For(0, 4, 1, [x], step)


def remote_call(tf, x):
    function, _ = _functions()

    @function.Defun(tf.float32)
    def twice(a):
        return a * 2.0

    twice.add_to_graph(x.graph)
    target = "/job:localhost/replica:0/task:0/device:CPU:0"
    return tf.raw_ops.RemoteCall(target=target, args=[x], Tout=[tf.float32], f=twice)


def exported_function(tf, x):
    """What TensorFlow 2 writes for a decorated function with a branch and a loop in it."""
    from tensorflow.python.eager.def_function import function

    @function
    def twisted(a):
        b = tf.cond(tf.reduce_sum(a) > 0.0, lambda: a * 2.0, lambda: a - 1.0)
        return tf.while_loop(lambda i, c: i < 3, lambda i, c: (i + 1, c * b), [0, a])[1]

    y = twisted(x)
    return [y, *tf.gradients(y, x)]


def functional_cond_and_while(tf, x):
    from tensorflow.python.ops import control_flow_util

    before = control_flow_util.ENABLE_CONTROL_FLOW_V2
    control_flow_util.ENABLE_CONTROL_FLOW_V2 = True
    try:
        y = tf.cond(x[0, 0] > 0.0, lambda: x * x, lambda: tf.sin(x))
        _, z = tf.while_loop(lambda i, z: i < 3, lambda i, z: (i + 1, z * y), [0, x])
        return [y, z, *tf.gradients(z, x)]
    finally:
        control_flow_util.ENABLE_CONTROL_FLOW_V2 = before


def switch_case(tf, x):
    index = tf.cast(tf.reduce_sum(x) > 0.0, tf.int32)
    from tensorflow.python.ops import control_flow_util

    before = control_flow_util.ENABLE_CONTROL_FLOW_V2
    control_flow_util.ENABLE_CONTROL_FLOW_V2 = True
    try:
        return [tf.switch_case(index, [lambda: x * 2.0, lambda: x + 1.0])]
    finally:
        control_flow_util.ENABLE_CONTROL_FLOW_V2 = before


PROGRAMS = [
    defun,
    defun_gradient,
    defun_with_gradient_function,
    defun_that_captures,
    defun_in_defun,
    symbolic_gradient,
    partitioned_call,
    function_if,
    function_while,
    function_for,
    remote_call,
    exported_function,
    functional_cond_and_while,
    switch_case,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_imported(program):
    tf, graph = oracle(), oracle().Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, X.shape, name="x")
        fetches = [t.name for t in program(tf, x)]
    values = [X, X + 1.0]
    with tf.Session(graph=graph) as session:
        expected = [session.run(fetches, {"x:0": v}) for v in values]
    assert graph.as_graph_def().library.function
    mine = ours()
    with mine.Graph().as_default() as imported:
        mine.import_graph_def(graph.as_graph_def(), name="")
        again = imported.as_graph_def()
    for definition in (graph.as_graph_def(), again):
        with mine.Graph().as_default() as imported, mine.Session(graph=imported) as session:
            mine.import_graph_def(definition, name="")
            found = [session.run(fetches, {"x:0": v}) for v in values]
        for a, b in zip(found, expected):
            for value, other in zip(a, b, strict=True):
                np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-6)
