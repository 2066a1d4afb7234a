"""`tf.gradients`: its nodes (as recorded from TensorFlow), their values, and its errors."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import headwater as tf

from .listing import listing, text


@pytest.fixture
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def constants(*names):
    return [tf.constant([1.0, 2.0], name=name) for name in names]


def square_of_known_shape():
    (x,) = constants("x")
    return tf.gradients(tf.square(x, name="y"), x)


def fan_out(method=None):
    (x,) = constants("x")
    ys = [tf.negative(x, name="a"), tf.exp(x, name="b"), tf.negative(x, name="c")]
    return tf.gradients(ys, x, aggregation_method=method)


def gated(colocate=False):
    x, y = constants("x", "y")
    z = tf.multiply(x, y, name="z")
    return tf.gradients(z, [x, y], gate_gradients=True, colocate_gradients_with_ops=colocate)


def half_of_a_split():
    x = tf.constant([1.0, 2.0, 3.0, 4.0], name="x")
    return tf.gradients(tf.negative(tf.split(x, 2, name="s")[1], name="n"), x)


def given_gradients():
    (x,) = constants("x")
    y = tf.negative(x, name="n")
    return tf.gradients([y, y], x, grad_ys=[tf.constant([3.0, 4.0], name="dy"), [1.0, 2.0]])


STARTS = """
    gradients/Shape Const
    gradients/grad_ys_0/Const Const
    gradients/grad_ys_0 Fill gradients/Shape gradients/grad_ys_0/Const
"""
THREE_STARTS = (
    STARTS
    + """
    gradients/Shape_1 Const
    gradients/grad_ys_1/Const Const
    gradients/grad_ys_1 Fill gradients/Shape_1 gradients/grad_ys_1/Const
    gradients/Shape_2 Const
    gradients/grad_ys_2/Const Const
    gradients/grad_ys_2 Fill gradients/Shape_2 gradients/grad_ys_2/Const
    gradients/a_grad/Neg Neg gradients/grad_ys_0
    gradients/b_grad/mul Mul gradients/grad_ys_1 b
    gradients/c_grad/Neg Neg gradients/grad_ys_2
"""
)
ONE_BY_ONE = (
    THREE_STARTS
    + """
    gradients/x_gradient_sum/AddN AddN gradients/a_grad/Neg gradients/b_grad/mul
    gradients/x_gradient_sum/AddN_1 AddN gradients/x_gradient_sum/AddN gradients/c_grad/Neg
"""
)
GRAPHS = {
    "square": (
        square_of_known_shape,
        STARTS
        + """
        gradients/y_grad/Const Const ^gradients/grad_ys_0
        gradients/y_grad/Mul Mul x gradients/y_grad/Const
        gradients/y_grad/Mul_1 Mul gradients/grad_ys_0 gradients/y_grad/Mul
    """,
    ),
    "add_n": (
        fan_out,
        THREE_STARTS + """
        gradients/AddN AddN gradients/a_grad/Neg gradients/b_grad/mul gradients/c_grad/Neg """
        "loc:@gradients/a_grad/Neg",
    ),
    "tree": (lambda: fan_out(tf.AggregationMethod.EXPERIMENTAL_TREE), ONE_BY_ONE),
    "accumulate": (lambda: fan_out(tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N), ONE_BY_ONE),
    "gated": (
        gated,
        STARTS + """
        gradients/z_grad/Mul Mul gradients/grad_ys_0 y
        gradients/z_grad/Mul_1 Mul gradients/grad_ys_0 x
        gradients/z_grad/tuple/group_deps NoOp ^gradients/z_grad/Mul ^gradients/z_grad/Mul_1
        gradients/z_grad/tuple/control_dependency Identity gradients/z_grad/Mul """
        """^gradients/z_grad/tuple/group_deps loc:@gradients/z_grad/Mul
        gradients/z_grad/tuple/control_dependency_1 Identity gradients/z_grad/Mul_1 """
        """^gradients/z_grad/tuple/group_deps loc:@gradients/z_grad/Mul_1
    """,
    ),
    "gated and colocated": (
        lambda: gated(colocate=True),
        """
        gradients/Shape Const loc:@z
        gradients/grad_ys_0/Const Const loc:@z
        gradients/grad_ys_0 Fill gradients/Shape gradients/grad_ys_0/Const loc:@z
        gradients/z_grad/Mul Mul gradients/grad_ys_0 y loc:@z
        gradients/z_grad/Mul_1 Mul gradients/grad_ys_0 x loc:@z
        gradients/z_grad/tuple/group_deps NoOp ^gradients/z_grad/Mul ^gradients/z_grad/Mul_1
        gradients/z_grad/tuple/control_dependency Identity gradients/z_grad/Mul """
        """^gradients/z_grad/tuple/group_deps loc:@z
        gradients/z_grad/tuple/control_dependency_1 Identity gradients/z_grad/Mul_1 """
        """^gradients/z_grad/tuple/group_deps loc:@z
    """,
    ),
    "zeros for an output that is not used": (
        half_of_a_split,
        STARTS
        + """
        gradients/n_grad/Neg Neg gradients/grad_ys_0
        gradients/zeros_like ZerosLike s
        gradients/s_grad/concat ConcatV2 gradients/zeros_like gradients/n_grad/Neg s/split_dim
    """,
    ),
    "grad_ys": (
        given_gradients,
        """
        gradients/grad_y_1 Const
        gradients/grad_ys_0 Identity dy
        gradients/grad_ys_1 Identity gradients/grad_y_1
        gradients/AddN AddN gradients/grad_ys_0 gradients/grad_ys_1 loc:@gradients/grad_ys_0
        gradients/n_grad/Neg Neg gradients/AddN
    """,
    ),
}


@pytest.mark.parametrize("case", GRAPHS)
def test_nodes(graph, case):
    program, expected = GRAPHS[case]
    program()
    assert listing(graph, "gradients") == text(expected)


def test_devices_are_summed_apart(graph):
    (x,) = constants("x")
    ys = []
    for i, device in enumerate(["/cpu:1", "/cpu:0", "/cpu:0", "/cpu:1"]):
        with tf.device(device):
            ys.append(tf.negative(x, name=f"n{i}"))
    tf.gradients(ys, x, colocate_gradients_with_ops=True)
    sums = listing(graph, "gradients/AddN")
    assert sums == text("""
        gradients/AddN AddN gradients/n1_grad/Neg gradients/n2_grad/Neg loc:@n1
        gradients/AddN_1 AddN gradients/n0_grad/Neg gradients/n3_grad/Neg loc:@n0
        gradients/AddN_2 AddN gradients/AddN gradients/AddN_1 loc:@x
    """)
    devices = [graph.get_operation_by_name(f"gradients/AddN{n}").device for n in ("", "_1", "_2")]
    assert devices == ["/device:CPU:0", "/device:CPU:1", ""]


# -- what is connected ---------------------------------------------------------------------------


def test_stops_at_stop_gradients(graph):
    x = tf.constant(1.0, name="x")
    a = tf.exp(x, name="a")
    dx, da = tf.gradients(tf.square(a), [x, a], stop_gradients=[a])
    assert dx is None and da is not None
    assert not listing(graph, "gradients/a_grad")


def test_gradients_pass_through_another_source(graph):
    x = tf.constant(1.0, name="x")
    a = tf.exp(x, name="a")
    dx, da = tf.gradients(tf.negative(a, name="y"), [x, a])
    assert dx.name == "gradients/a_grad/mul:0" and da.name == "gradients/y_grad/Neg:0"


def test_nothing_below_the_sources_is_visited(graph):
    # A node without gradient below xs must not matter.
    @tf.RegisterGradient("NeverCalled")
    def never(op, dy):
        raise AssertionError("visited")

    with graph.gradient_override_map({"Exp": "NeverCalled"}):
        below = tf.exp(tf.constant(1.0))
    assert tf.gradients(tf.square(below), below)[0] is not None


def test_integers_are_not_differentiated(graph):
    x = tf.constant(3, name="x")
    assert tf.gradients(x * 2, x) == [None]
    y = tf.constant([1.0, 2.0])
    assert tf.gradients(tf.cast(tf.cast(y, tf.int32), tf.float32), y) == [None]


def test_unconnected(graph):
    x, z = constants("x", "z")
    unknown = tf.placeholder(tf.float32, [None])
    assert tf.gradients(-x, [z]) == [None]
    found = tf.gradients(-x, [z, unknown], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert [d.op.type for d in found] == ["Const", "ZerosLike"]
    assert found[0].name == "zeros_like:0"


def test_with_respect_to_itself(graph):
    y = tf.square(tf.constant(1.0))
    assert [d.name for d in tf.gradients(y, [y, y])] == ["gradients/grad_ys_0:0"] * 2


# -- gradient functions --------------------------------------------------------------------------


@tf.RegisterGradient("Tripled")
def tripled(op, dy):
    return 3.0 * dy


tf.NoGradient("NotAtAll")


@tf.RegisterGradient("TooMany")
def too_many(op, dy):
    return [dy, dy]


@tf.RegisterGradient("WrongShape")
def wrong_shape(op, dy):
    return tf.zeros([7])


@tf.RegisterGradient("NoTensor")
def no_tensor(op, dy):
    return 3.0


def overridden(graph, name):
    (x,) = constants("x")
    with graph.gradient_override_map({"Square": name}):
        y = tf.square(x)
    return tf.gradients(y, x)[0]


def test_override(graph):
    assert overridden(graph, "Tripled").name == "gradients/Square_grad/mul:0"
    assert graph.get_operation_by_name("Square").get_attr("_gradient_op_type") == b"Tripled"
    assert overridden(graph, "NotAtAll") is None


OVERRIDES = {
    "NobodyWroteIt": (
        LookupError,
        r"No gradient defined for operation 'Square' \(op type: Square\)",
    ),
    "TooMany": (ValueError, "Num gradients 2 generated for op .* do not match num inputs 1"),
    "WrongShape": (
        ValueError,
        r"Incompatible shapes between op input and calculated input gradient. "
        r"Forward operation: Square. Input index: 0. Original input shape: \(2,\). "
        r"Calculated input gradient shape: \(7,\)",
    ),
    "NoTensor": (TypeError, "gave 3.0 of type float for input 0"),
}


@pytest.mark.parametrize("name", OVERRIDES)
def test_bad_gradient_functions(graph, name):
    error, message = OVERRIDES[name]
    with pytest.raises(error, match=f"(?s){message}"):
        overridden(graph, name)


def test_lookup_error_says_where_the_operation_was_made(graph):
    with pytest.raises(LookupError, match=r"test_gradients\.py:\d+"):
        overridden(graph, "NobodyWroteIt")


@pytest.mark.parametrize(
    "register", [lambda n: tf.RegisterGradient(n)(tripled), tf.NotDifferentiable]
)
@pytest.mark.parametrize(
    "name, error", [("Square", KeyError), ("Tripled", KeyError), (3, TypeError)]
)
def test_registering_twice(register, name, error):
    with pytest.raises(error):
        register(name)


# -- errors --------------------------------------------------------------------------------------


def complex_without_grad_ys():
    x = tf.constant(1 + 2j)
    tf.gradients(-x, x)


def other_graph():
    x = tf.constant(1.0)
    with tf.Graph().as_default():
        y = tf.constant(1.0)
    tf.gradients(-x, y)


def simple(**options):
    x = tf.constant(1.0)
    return lambda: tf.gradients(-x, x, **options)


ERRORS = {
    "length": (lambda: simple(grad_ys=[None, None])(), ValueError, "Passed 2 grad_ys for 1 ys"),
    "method": (
        lambda: simple(aggregation_method=77)(),
        ValueError,
        r"Invalid `aggregation_method` specified 77. Accepted values are \[0, 1, 2\]",
    ),
    "unconnected": (
        lambda: simple(unconnected_gradients="foo")(),
        ValueError,
        "Unknown value for unconnected_gradients: 'foo'",
    ),
    "complex": (
        complex_without_grad_ys,
        TypeError,
        r"Gradients of complex tensors .* must set grad_ys \(y.dtype = complex128\)",
    ),
    "complex for real": (
        lambda: simple(grad_ys=[tf.constant(1j)])(),
        TypeError,
        "Gradient type complex128 generated for real or integer-valued tensor",
    ),
    "graphs": (other_graph, ValueError, "must be from the same graph as"),
    "sparse": (
        lambda: tf.gradients(tf.SparseTensor([[0]], [1.0], [2]), tf.constant(1.0)),
        ValueError,
        "SparseTensor is not supported as a gradient source",
    ),
    "none": (lambda: tf.gradients(None, tf.constant(1.0)), TypeError, "None"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(graph, case):
    program, error, message = ERRORS[case]
    with pytest.raises(error, match=message):
        program()


# -- values --------------------------------------------------------------------------------------


def test_values(graph):
    x = tf.constant([0.5, -1.0, 2.0], tf.float64)
    y = tf.exp(-x * x) + tf.square(x) / 3.0
    with tf.Session() as sess:
        dx, hessian = sess.run([tf.gradients(y, x)[0], tf.hessians(y, x)[0]])
    v = np.array([0.5, -1.0, 2.0])
    np.testing.assert_allclose(dx, -2 * v * np.exp(-v * v) + 2 * v / 3, rtol=1e-12)
    second = (4 * v * v - 2) * np.exp(-v * v) + 2 / 3
    np.testing.assert_allclose(hessian, np.diag(second), rtol=1e-12, atol=1e-15)


def test_hessian_of_a_scalar(graph):
    x = tf.constant(3.0)
    (second,) = tf.hessians(x**4, [x])
    with tf.Session() as sess:
        assert second.shape == () and sess.run(second) == 108.0


def test_slices_of_two_gathers_are_joined(graph):
    x = tf.constant(np.arange(8.0).reshape(4, 2), name="x")
    a, b = tf.gather(x, [1, 3]), tf.gather(x, [1])
    dx = tf.gradients([a, b], x, grad_ys=[tf.ones_like(a), 2.0 * tf.ones_like(b)])[0]
    assert isinstance(dx, tf.IndexedSlices)
    with tf.Session() as sess:
        dense = sess.run(tf.convert_to_tensor(dx))
    np.testing.assert_array_equal(dense, [[0, 0], [3, 3], [0, 0], [1, 1]])


def test_slices_and_dense_become_dense(graph):
    x = tf.constant(np.arange(4.0).reshape(2, 2), name="x")
    dx = tf.gradients([tf.gather(x, [1]), -x], x)[0]
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(dx), [[-1, -1], [0, 0]])


def test_custom_gradient(graph):
    @tf.custom_gradient
    def scaled(x, y):
        return tf.exp(x) * y, lambda dz: (dz * 2.0, dz * 3.0)

    x, y = constants("x", "y")
    z = scaled(x, y)
    assert z.op.type == "IdentityN" and [t.op.name for t in z.op.inputs[1:]] == ["x", "y"]
    found = tf.gradients(z, [x, y])
    with tf.Session() as sess:
        values = sess.run([z, *found])
    np.testing.assert_allclose(values[0], np.exp([1.0, 2.0]) * [1, 2], rtol=1e-6)
    np.testing.assert_array_equal(values[1:], [[2, 2], [3, 3]])


def test_custom_gradient_of_several_results(graph):
    @tf.custom_gradient
    def twice(x):
        return (x * 2.0, x * 3.0), lambda a, b: a + b

    (x,) = constants("x")
    first, second = twice(x)
    dx = tf.gradients(first, x)[0]
    assert (first.value_index, second.value_index) == (0, 1)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(dx), [1, 1])


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda x: x * 2.0, "must return its result and a gradient function"),
        (lambda x: (x, 3), "must return its result and a gradient function"),
    ],
)
def test_custom_gradient_must_give_a_function(graph, function, message):
    with pytest.raises(TypeError, match=message):
        tf.custom_gradient(function)(tf.constant(1.0))


def test_custom_gradient_takes_no_keywords(graph):
    with pytest.raises(ValueError, match="keywords"):
        tf.custom_gradient(lambda x: (x, lambda d: d))(x=tf.constant(1.0))


def test_pass_through_and_recompute(graph):
    x = tf.constant([0.25, 1.5], tf.float64)
    rounded = tf.grad_pass_through(tf.round)(x * 3.0)
    again = tf.recompute_grad(lambda v: tf.exp(v) * v)(x)
    with tf.Session() as sess:
        r, dr, da = sess.run([rounded, tf.gradients(rounded, x)[0], tf.gradients(again, x)[0]])
    np.testing.assert_array_equal(r, [1, 4])
    np.testing.assert_array_equal(dr, [3, 3])
    np.testing.assert_allclose(da, np.exp([0.25, 1.5]) * [1.25, 2.5], rtol=1e-12)


# -- size ----------------------------------------------------------------------------------------


def test_deep_and_wide_graphs_take_linear_work(graph):
    def calls(depth):
        """How many Python calls the gradient of a chain takes."""
        count = 0

        def counting(frame, event, arg):
            nonlocal count
            count += event == "call"

        with tf.Graph().as_default():
            x = tf.constant([1.0, 2.0])
            y = x
            for _ in range(depth):
                y = tf.tanh(y)
            sys.setprofile(counting)
            try:
                assert tf.gradients(y, x)[0] is not None
            finally:
                sys.setprofile(None)
        return count

    assert calls(5000) < 11 * calls(500)  # a quadratic sweep would make a hundred times as many
