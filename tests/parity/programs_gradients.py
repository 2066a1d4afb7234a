"""`tf.gradients`: values, names, options, IndexedSlices."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("gradients")


@programs.strict
def of_a_product(tf):
    x, y = tf.constant(3.0, name="x"), tf.constant(4.0, name="y")
    z = tf.multiply(x, y, name="z")
    return Case(z, ys=z, xs=[x, y])


@programs.strict
def of_a_square(tf):
    x = tf.constant([1.0, 2.0], name="x")
    return Case(ys=tf.square(x, name="y"), xs=x)


@programs.strict
def of_a_sum(tf):
    x, y = tf.constant([1.0, 2.0], name="x"), tf.constant([3.0, 4.0], name="y")
    return Case(ys=tf.add(x, y, name="z") + x, xs=[x, y])


@programs.strict
def of_a_matmul(tf):
    a, b = tf.constant([[1.0, 2.0]], name="a"), tf.constant([[3.0], [4.0]], name="b")
    return Case(ys=tf.matmul(a, b, name="c"), xs=[a, b])


@programs.strict
def of_a_chain(tf):
    x = tf.constant(0.5, name="x")
    y = tf.tanh(tf.sigmoid(tf.exp(-x, name="e"), name="s"), name="t")
    return Case(y, ys=y, xs=x)


@programs.strict
def through_relu_and_identity(tf):
    x = tf.constant([-1.0, 2.0], name="x")
    return Case(ys=tf.identity(tf.nn.relu(x, name="r"), name="i"), xs=x)


@programs.strict
def grad_ys(tf):
    x = tf.constant([1.0, 2.0], name="x")
    y, z = tf.square(x, name="y"), tf.negative(x, name="z")
    return Case(ys=[y, z], xs=[x], grad={"grad_ys": [tf.constant([10.0, 20.0]), None]})


@programs.strict
def named(tf):
    x = tf.constant(1.0, name="x")
    return Case(ys=tf.square(x, name="y"), xs=x, grad={"name": "gradients_of_mine"})


@programs.strict
def several_paths(tf):
    x = tf.constant(2.0, name="x")
    a, b = tf.square(x, name="a"), tf.exp(x, name="b")
    c = tf.negative(x, name="c")
    return Case(ys=[a, b, c], xs=x)


@programs
def second_order(tf):
    x = tf.constant([1.0, 2.0], name="x")
    y = x * x * x
    first = tf.gradients(y, x)[0]
    return Case([first], ys=first, xs=x, facts=first.name)


@programs
def twice_over_the_same_graph(tf):
    x = tf.constant(2.0, name="x")
    y = tf.square(x, name="y")
    one = tf.gradients(y, x)[0]
    with tf.name_scope("later"):
        two = tf.gradients(y, x)[0]
    return Case([one, two], ys=y, xs=x, facts=[one.name, two.name])


@programs
def stop_gradients(tf):
    a = tf.constant(0.5, name="a")
    b = 2.0 * a
    return Case(ys=a + b, xs=[a, b], grad={"stop_gradients": [a, b]})


@programs
def stop_gradient(tf):
    x = tf.constant(3.0, name="x")
    return Case(ys=x * tf.stop_gradient(x * x), xs=[x])


@programs
def unconnected(tf):
    x, y = tf.constant(1.0, name="x"), tf.constant([2.0, 3.0], name="y")
    none = tf.gradients(x * 2.0, [y])
    return Case(
        ys=x * 2.0,
        xs=[x, y],
        facts=none,
        grad={"unconnected_gradients": tf.UnconnectedGradients.ZERO},
    )


@programs
def unconnected_none(tf):
    x, y = tf.constant(1.0, name="x"), tf.constant(2.0, name="y")
    return Case(ys=[x + 1.0], xs=[y, x])


@programs
def with_respect_to_the_output(tf):
    x = tf.constant(1.0, name="x")
    y = tf.square(x, name="y")
    return Case(ys=[y], xs=[y, x])


@programs
def aggregation_methods(tf):
    x = tf.constant([1.0, 2.0], name="x")
    y = [x * 2.0, x * x, tf.exp(x)]
    tree = tf.gradients(y, x, aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE)[0]
    return Case(tree, ys=y, xs=x, grad={"aggregation_method": tf.AggregationMethod.ADD_N})


@programs
def gated(tf):
    x, y = tf.constant(2.0, name="x"), tf.constant(3.0, name="y")
    return Case(ys=x * y, xs=[x, y], grad={"gate_gradients": True})


@programs
def colocated(tf):
    with tf.device("/cpu:0"):
        x = tf.constant(2.0, name="x")
        y = tf.square(x, name="y")
    return Case(ys=y * 3.0, xs=x, grad={"colocate_gradients_with_ops": True})


@programs
def indexed_slices(tf):
    v = tf.Variable(np.arange(12.0).reshape(6, 2), dtype=tf.float32, name="v")
    y = tf.gather(v, [1, 3, 1])
    return Case(y, init=True, ys=tf.reduce_sum(y * y), xs=[v])


@programs
def indexed_slices_summed(tf):
    v = tf.Variable(np.arange(8.0).reshape(4, 2), dtype=tf.float32, name="v")
    y = tf.reduce_sum(tf.gather(v, [1, 3])) + 2.0 * tf.reduce_sum(tf.gather(v, [1]))
    return Case(y, init=True, ys=y, xs=[v])


@programs
def indexed_slices_with_dense(tf):
    v = tf.Variable(np.arange(8.0).reshape(4, 2), dtype=tf.float32, name="v")
    y = tf.reduce_sum(tf.nn.embedding_lookup(v, [0, 2])) + tf.reduce_sum(v * v)
    return Case(y, init=True, ys=y, xs=[v])


@programs
def broadcasting(tf):
    a = tf.placeholder(tf.float32, [None, 3], name="a")
    b = tf.constant([1.0, 2.0, 3.0], name="b")
    c = tf.constant(2.0, name="c")
    y = tf.reduce_sum((a + b) * c - a / b)
    return Case(y, {a: [[1, 2, 3], [4, 5, 6]]}, ys=y, xs=[a, b, c])


def elementwise(name, low=0.1, high=0.9):
    def program(tf):
        x = tf.constant(np.linspace(low, high, 7), tf.float64, name="x")
        y = getattr(tf, name)(x)
        return Case(y, ys=y * [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], xs=x, rtol=1e-10)

    return program


programs.each(
    {
        f"of_{name}": elementwise(name)
        for name in [
            "exp",
            "log",
            "sqrt",
            "rsqrt",
            "square",
            "abs",
            "sign",
            "sin",
            "cos",
            "tanh",
            "sigmoid",
            "log1p",
            "expm1",
            "negative",
            "reciprocal",
            "floor",
            "tan",
            "asin",
            "atan",
            "sinh",
            "cosh",
            "erf",
        ]
    }
)


BINARY = {
    "maximum": lambda tf, a, b: tf.maximum(a, b),
    "minimum": lambda tf, a, b: tf.minimum(a, b),
    "power": lambda tf, a, b: tf.pow(a, b),
    "division": lambda tf, a, b: a / b,
    "floordiv": lambda tf, a, b: a // b,
    "modulo": lambda tf, a, b: a % b,
    "squared_difference": lambda tf, a, b: tf.squared_difference(a, b),
    "where": lambda tf, a, b: tf.where(tf.less(a, b), a, b),
    "subtract": lambda tf, a, b: a - b,
    "atan2": lambda tf, a, b: tf.atan2(a, b),
}


def binary(op):
    def program(tf):
        a = tf.constant([[1.0, 2.0, 3.0]], tf.float64, name="a")
        b = tf.constant([[2.5, 2.0, 0.5]], tf.float64, name="b")
        y = op(tf, a, b)
        return Case(y, ys=y, xs=[a, b], rtol=1e-10)

    return program


programs.each({f"of_{name}": binary(op) for name, op in BINARY.items()})


SHAPING = {
    "reshape": lambda tf, x: tf.reshape(x, [3, 4]),
    "reshape_unknown": lambda tf, x: tf.reshape(x, [-1, tf.shape(x)[0]]),
    "transpose": lambda tf, x: tf.transpose(x, [2, 0, 1]),
    "expand_dims": lambda tf, x: tf.expand_dims(x, 1),
    "squeeze": lambda tf, x: tf.squeeze(x[:1], [0]),
    "slices": lambda tf, x: x[1, ::2, 1:],
    "reversed_slices": lambda tf, x: x[:, ::-1],
    "slice_op": lambda tf, x: tf.slice(x, [0, 1, 0], [2, 1, 2]),
    "concat": lambda tf, x: tf.concat([x, x * 2.0], 1),
    "stack": lambda tf, x: tf.stack([x, x * 3.0], axis=1),
    "unstack": lambda tf, x: tf.unstack(x, num=3, axis=1)[1],
    "split": lambda tf, x: tf.split(x, 3, 1)[2],
    "tile": lambda tf, x: tf.tile(x, [2, 1, 3]),
    "pad": lambda tf, x: tf.pad(x, [[1, 0], [0, 1], [2, 2]]),
    "gather": lambda tf, x: tf.gather(x, [1, 1, 0]),
    "gather_axis": lambda tf, x: tf.gather(x, [1, 0], axis=2),
    "gather_nd": lambda tf, x: tf.gather_nd(x, [[0, 1], [1, 2]]),
    "sum": lambda tf, x: tf.reduce_sum(x, [0, 2]),
    "mean": lambda tf, x: tf.reduce_mean(x, 1),
    "mean_all": lambda tf, x: tf.reduce_mean(x),
    "max": lambda tf, x: tf.reduce_max(x, 2),
    "min": lambda tf, x: tf.reduce_min(x, [0, 1], keepdims=True),
    "prod": lambda tf, x: tf.reduce_prod(x, 1),
    "cumsum": lambda tf, x: tf.cumsum(x, 1),
    "reverse": lambda tf, x: tf.reverse(x, [2]),
    "cast": lambda tf, x: tf.cast(x, tf.float32),
    "add_n": lambda tf, x: tf.add_n([x, x, 2.0 * x]),
    "clip": lambda tf, x: tf.clip_by_value(x, 2.0, 9.0),
    "matmul": lambda tf, x: tf.matmul(x, x, transpose_b=True),
    "logsumexp": lambda tf, x: tf.reduce_logsumexp(x, 1),
}


def shaping(op):
    def program(tf):
        x = tf.placeholder(tf.float64, [None, 3, 2], name="x")
        y = op(tf, x)
        weights = tf.reshape(tf.cast(tf.range(tf.size(y)), y.dtype), tf.shape(y)) + 1
        return Case(y, {x: np.arange(12.0).reshape(2, 3, 2) + 1}, ys=y * weights, xs=x, rtol=1e-6)

    return program


programs.each({f"through_{name}": shaping(op) for name, op in SHAPING.items()})


@programs
def hessians(tf):
    x = tf.constant([1.0, 2.0, 3.0], name="x")
    return Case(tf.hessians(tf.reduce_sum(x * x * x), x), functional=True)


@programs
def of_complex_numbers(tf):
    z = tf.constant([1 + 2j], name="z")
    return Case(ys=tf.real(z * tf.conj(z)), xs=z)


@programs
def of_resource_variables(tf):
    v = tf.Variable([1.0, 2.0], use_resource=True, name="v")
    w = tf.Variable([[1.0, 0.0], [0.0, 2.0]], use_resource=True, name="w")
    y = tf.reduce_sum(tf.square(v) + tf.gather(w, [1]))
    return Case(y, init=True, ys=y, xs=[v, w])


@programs
def of_assigned_variables(tf):
    v = tf.Variable(3.0, name="v")
    y = v * v + tf.identity(v)
    return Case(y, init=True, ys=y, xs=[v])
