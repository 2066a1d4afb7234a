"""Programs with branches and loops: functions of the library that return what to fetch and to
differentiate.

Each returns `Run(fetches, feeds, ys, xs, init, steps)`; `feeds` may be a list, one dict for each
step.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

PROGRAMS = {}


@dataclass
class Run:
    fetches: Any
    feeds: Any = field(default_factory=dict)
    ys: Any = None
    xs: Any = None
    init: bool = False
    steps: int = 1
    second: bool = False


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def switch(tf):
    return tf.placeholder(tf.bool, [], name="p")


def both(p, **more):
    return [{p: True, **more}, {p: False, **more}]


# --- cond -------------------------------------------------------------------------------------


@program
def cond_of_constants(tf):
    p = switch(tf)
    return Run(tf.cond(p, lambda: 1.0, lambda: 2.0), both(p))


@program
def cond_captures(tf):
    p, x, y = switch(tf), tf.placeholder(tf.float32, [2]), tf.constant([3.0, 4.0])
    r = tf.cond(p, lambda: x * y, lambda: x - y)
    return Run(r, [{p: b, x: [1.0, 2.0]} for b in (True, False)], ys=r, xs=[x, y], second=True)


@program
def cond_returns_captured(tf):
    p, x, y = switch(tf), tf.constant(1.0), tf.constant(2.0)
    r = tf.cond(p, lambda: x, lambda: y)
    return Run(r, both(p), ys=r, xs=[x, y])


@program
def cond_cube(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [])
    r = tf.cond(p, lambda: x * x * x, lambda: tf.exp(x))
    return Run(r, [{p: b, x: 1.5} for b in (True, False)], ys=r, xs=[x], second=True)


@program
def cond_of_structures(tf):
    p, x = switch(tf), tf.constant(2.0)
    r = tf.cond(
        p, lambda: {"a": x, "b": (x + 1, [x + 2])}, lambda: {"a": x * 2, "b": (x * 3, [x * 4])}
    )
    return Run([r["a"], r["b"][0], r["b"][1][0]], both(p), ys=r["b"][0], xs=[x])


@program
def cond_unpacks_singletons(tf):
    p = switch(tf)
    return Run(
        [
            tf.cond(p, lambda: [1], lambda: [2]),
            tf.cond(p, lambda: [1], lambda: [2], strict=True)[0],
        ],
        both(p),
    )


@program
def cond_of_operations(tf):
    p = switch(tf)
    v = tf.Variable(0, name="v")
    r = tf.cond(p, lambda: tf.assign_add(v, 1).op, lambda: tf.assign_add(v, 10).op)
    return Run([r], [*both(p), *both(p)], init=True)


@program
def cond_nested(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [])
    r = tf.cond(p, lambda: tf.cond(x > 1.0, lambda: x * 2.0, lambda: x * x), lambda: -x)
    return Run(
        r, [{p: b, x: v} for b in (True, False) for v in (0.5, 2.0)], ys=r, xs=[x], second=True
    )


@program
def cond_relaxes_shapes(tf):
    p = switch(tf)
    return Run(
        [
            tf.cond(p, lambda: tf.zeros([2, 3]), lambda: tf.ones([2, 3])),
            tf.cond(p, lambda: tf.zeros([2, 3]), lambda: tf.ones([2, 4])),
            tf.cond(p, lambda: tf.zeros([2, 3]), lambda: tf.ones([2])),
        ],
        both(p),
    )


@program
def cond_assigns(tf):
    p, v = switch(tf), tf.Variable(1.0, name="v")
    r = tf.cond(p, lambda: tf.assign_add(v, 2.0), lambda: tf.assign(v, 10.0))
    with tf.control_dependencies([r]):
        after = tf.identity(v)
    return Run([r, after], [*both(p), *both(p)], init=True)


@program
def cond_assigns_on_one_side(tf):
    p, v = switch(tf), tf.Variable(1.0, name="v")
    r = tf.cond(p, lambda: tf.assign_add(v, 2.0), lambda: tf.identity(v))
    return Run(r, [*both(p), *both(p)], init=True)


@program
def cond_with_resource_variable(tf):
    p, v = switch(tf), tf.Variable(1.0, name="v", use_resource=True)

    def grown():
        with tf.control_dependencies([v.assign_add(2.0)]):
            return v.read_value()

    r = tf.cond(p, grown, lambda: v * 100.0)
    return Run(r, [*both(p), *both(p)], init=True)


@program
def cond_variable_gradient(tf):
    p, v = switch(tf), tf.Variable([1.0, 2.0], name="v")
    r = tf.cond(p, lambda: v * v, lambda: tf.reduce_sum(v) * [1.0, 1.0])
    return Run(r, both(p), ys=r, xs=[v], init=True)


@program
def cond_resource_gradient(tf):
    p, v = switch(tf), tf.Variable([1.0, 2.0], name="v", use_resource=True)
    r = tf.cond(p, lambda: v * v, lambda: tf.reduce_sum(v) * [1.0, 1.0])
    return Run(r, both(p), ys=r, xs=[v], init=True)


@program
def cond_initialized_value(tf):
    v = tf.Variable(3.0, name="v")
    w = tf.Variable(v.initialized_value() * 2.0, name="w")
    return Run([v, w], init=True)


@program
def cond_of_strings(tf):
    p = switch(tf)
    return Run(tf.cond(p, lambda: tf.constant("yes"), lambda: tf.constant(["no"])[0]), both(p))


@program
def cond_of_ints_and_bools(tf):
    p, n = switch(tf), tf.placeholder(tf.int64, [])
    r = tf.cond(p, lambda: (n + 1, n > 3), lambda: (n - 1, n < 3))
    return Run(list(r), [{p: b, n: 4} for b in (True, False)])


@program
def cond_dynamic_shapes(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [None])
    r = tf.cond(p, lambda: tf.boolean_mask(x, x > 0.0), lambda: tf.concat([x, x], 0))
    return Run(r, [{p: b, x: [1.0, -2.0, 3.0]} for b in (True, False)], ys=r, xs=[x])


@program
def cond_different_intermediates(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [3])
    r = tf.cond(
        p, lambda: tf.reduce_sum(tf.tanh(tf.tile(x, [4]))), lambda: tf.reduce_prod(tf.sin(x))
    )
    return Run(r, [{p: b, x: [0.1, 0.2, 0.3]} for b in (True, False)], ys=r, xs=[x])


@program
def cond_of_indexed_slices(tf):
    p, t = switch(tf), tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    r = tf.cond(p, lambda: tf.gather(t, [0, 2]) * 2.0, lambda: tf.gather(t, [1, 1]))
    return Run(r, both(p), ys=r, xs=[t])


@program
def cond_under_control_dependencies(tf):
    p, v = switch(tf), tf.Variable(1.0, name="v")
    with tf.control_dependencies([tf.assign_add(v, 1.0)]):
        r = tf.cond(p, lambda: tf.identity(v._ref()) * 2.0, lambda: tf.identity(v._ref()) * 3.0)
    return Run(r, both(p), init=True)


@program
def cond_gradient_inside(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [])
    y = x * x
    r = tf.cond(p, lambda: tf.gradients(y * x, x)[0], lambda: tf.gradients(tf.sin(x), x)[0])
    return Run(r, [{p: b, x: 2.0} for b in (True, False)])


@program
def cond_random(tf):
    tf.set_random_seed(7)
    p = switch(tf)
    r = tf.cond(p, lambda: tf.random_uniform([2], seed=1), lambda: tf.random_normal([2], seed=2))
    return Run(r, [*both(p), *both(p)])


@program
def cond_random_gradient(tf):
    p, x = switch(tf), tf.constant([1.0, 2.0])
    r = tf.cond(p, lambda: x * tf.random_uniform([2], seed=1), lambda: x)
    return Run(r, [*both(p), *both(p)], ys=r, xs=[x])


@program
def case_picks_the_first(tf):
    n = tf.placeholder(tf.int32, [])
    x = tf.constant(2.0)
    r = tf.case([(n < 1, lambda: x), (n < 2, lambda: x * x)], default=lambda: x * 10.0)
    return Run(r, [{n: k} for k in range(4)], ys=r, xs=[x])


@program
def case_exclusive(tf):
    n = tf.placeholder(tf.int32, [])
    r = tf.case(
        {tf.equal(n, 0): lambda: tf.constant(5), tf.equal(n, 1): lambda: tf.constant(6)},
        default=lambda: tf.constant(7),
        exclusive=True,
    )
    return Run(r, [{n: k} for k in range(3)])


@program
def switch_case_numbers(tf):
    n, x = tf.placeholder(tf.int32, []), tf.constant(3.0)
    r = tf.switch_case(n, [lambda: x, lambda: x * x, lambda: tf.sin(x)])
    return Run(r, [{n: k} for k in (-1, 0, 1, 2, 3)], ys=r, xs=[x])


@program
def switch_case_default(tf):
    n, x = tf.placeholder(tf.int32, []), tf.constant(3.0)
    r = tf.switch_case(n, {0: lambda: x, 1: lambda: x * x}, default=lambda: -x)
    return Run(r, [{n: k} for k in (-1, 0, 1, 2)], ys=r, xs=[x])


# --- while ------------------------------------------------------------------------------------


def power(tf, x, n):
    return tf.while_loop(
        lambda i, a: i < n, lambda i, a: (i + 1, a * x), [tf.constant(0), tf.constant(1.0)]
    )[1]


@program
def while_counts(tf):
    return Run([tf.while_loop(lambda i: i < 10, lambda i: i + 3, [tf.constant(0)])])


@program
def while_never_runs(tf):
    x = tf.constant(2.0)
    r = tf.while_loop(lambda i, a: i < 0, lambda i, a: (i + 1, a * x), [tf.constant(0), x])[1]
    return Run(r, ys=r, xs=[x])


@program
def while_power(tf):
    x = tf.placeholder(tf.float32, [])
    r = power(tf, x, 5)
    return Run(r, {x: 1.1}, ys=r, xs=[x])


@program
def while_fed_count(tf):
    x, n = tf.placeholder(tf.float32, []), tf.placeholder(tf.int32, [])
    r = power(tf, x, n)
    return Run(r, [{x: 1.1, n: k} for k in (0, 1, 4, 7)], ys=r, xs=[x])


@program
def while_data_dependent(tf):
    x = tf.placeholder(tf.float32, [])
    r = tf.while_loop(lambda a: a < 50.0, lambda a: a * x + tf.sin(a), [tf.constant(1.0)])
    return Run(r, [{x: 1.5}, {x: 2.5}], ys=r, xs=[x])


@program
def while_vectors(tf):
    x, w = tf.placeholder(tf.float32, [3]), tf.constant(np.eye(3, dtype=np.float32) * 0.5 + 0.1)
    r = tf.while_loop(
        lambda i, h: i < 4,
        lambda i, h: (i + 1, tf.tanh(tf.squeeze(tf.matmul(h[None], w), 0) + x)),
        [tf.constant(0), tf.zeros([3])],
    )[1]
    return Run(r, {x: [0.1, -0.2, 0.3]}, ys=r, xs=[x, w])


@program
def while_unknown_batch(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    r = tf.while_loop(
        lambda i, h: i < 3, lambda i, h: (i + 1, h * x + 1.0), [tf.constant(0), tf.zeros_like(x)]
    )[1]
    return Run(r, [{x: np.ones([k, 2], np.float32) * 0.7} for k in (1, 3)], ys=r, xs=[x])


@program
def while_swaps(tf):
    a, b = tf.constant(1.0), tf.constant(2.0)
    r = tf.while_loop(
        lambda i, x, y: i < 3, lambda i, x, y: (i + 1, y * 2.0, x), [tf.constant(0), a, b]
    )
    return Run(list(r), ys=r[1], xs=[a, b])


@program
def while_unused_outputs(tf):
    a, b = tf.constant(1.0), tf.constant(2.0)
    r = tf.while_loop(
        lambda i, x, y: i < 3, lambda i, x, y: (i + 1, x * 2.0, y * b), [tf.constant(0), a, b]
    )
    return Run(list(r), ys=r[1], xs=[a, b])


@program
def while_nested(tf):
    x = tf.placeholder(tf.float32, [])
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (
            i + 1,
            tf.while_loop(
                lambda j, b: j < 2, lambda j, b: (j + 1, b * x + tf.sin(a)), [tf.constant(0), a]
            )[1],
        ),
        [tf.constant(0), tf.constant(0.5)],
    )[1]
    return Run(r, {x: 1.2}, ys=r, xs=[x])


@program
def while_triangular(tf):
    x = tf.placeholder(tf.float32, [])
    r = tf.while_loop(
        lambda i, a: i < 4,
        lambda i, a: (
            i + 1,
            tf.while_loop(
                lambda j, b: j < i, lambda j, b: (j + 1, b * x + tf.sin(a)), [tf.constant(0), a]
            )[1],
        ),
        [tf.constant(0), tf.constant(0.5)],
    )[1]
    return Run(r, {x: 1.2}, ys=r, xs=[x])


@program
def while_with_cond(tf):
    x = tf.placeholder(tf.float32, [])
    r = tf.while_loop(
        lambda i, a: i < 5,
        lambda i, a: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: a * x, lambda: a + x * x)),
        [tf.constant(0), tf.constant(1.0)],
    )[1]
    return Run(r, {x: 1.3}, ys=r, xs=[x])


@program
def cond_with_while(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [])
    r = tf.cond(p, lambda: power(tf, x, 3), lambda: x)
    return Run(r, [{p: b, x: 1.3} for b in (True, False)], ys=r, xs=[x])


@program
def while_gradient_in_cond(tf):
    p, x = switch(tf), tf.placeholder(tf.float32, [])
    r = tf.cond(p, lambda: tf.gradients(power(tf, x, 3), x)[0], lambda: x)
    return Run(r, [{p: b, x: 1.3} for b in (True, False)])


@program
def while_gradient_inside(tf):
    x = tf.constant(2.0)
    y = x * x
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a + tf.gradients(y * [1.0, 2.0], x)[0]),
        [tf.constant(0), tf.constant(0.0)],
    )[1]
    return Run(r)


@program
def while_maximum_iterations(tf):
    x = tf.constant(2.0)
    r = tf.while_loop(lambda a: a < 1e9, lambda a: a * x, [tf.constant(1.0)], maximum_iterations=4)
    return Run(r, ys=r, xs=[x])


@program
def while_shape_invariants(tf):
    x = tf.placeholder(tf.float32, [None])
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.concat([a, x * 2.0], 0)),
        [tf.constant(0), x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )[1]
    return Run(r, {x: [1.0, 2.0]}, ys=r, xs=[x])


@program
def while_changing_shapes(tf):
    r = tf.while_loop(
        lambda i, a: i < 4,
        lambda i, a: (i + 1, tf.ones([i + 1, 2]) * tf.reduce_sum(a)),
        [tf.constant(0), tf.ones([1, 2])],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 2])],
    )[1]
    return Run(r)


@program
def while_assigns(tf):
    v = tf.Variable(1.0, name="v")

    def body(i):
        with tf.control_dependencies([tf.assign_add(v, 2.0)]):
            return i + 1

    i = tf.while_loop(lambda i: i < 4, body, [tf.constant(0)])
    with tf.control_dependencies([i]):
        after = tf.identity(v._ref())
    return Run([i, after], init=True, steps=2)


@program
def while_assigns_resource(tf):
    v = tf.Variable(1.0, name="v", use_resource=True)

    def body(i, total):
        with tf.control_dependencies([v.assign_add(2.0)]):
            return i + 1, total + v.read_value()

    r = tf.while_loop(
        lambda i, _: i < 4, body, [tf.constant(0), tf.constant(0.0)], parallel_iterations=1
    )
    with tf.control_dependencies([r[1]]):
        after = v.read_value()
    return Run([*r, after], init=True, steps=2)


@program
def while_variable_gradient(tf):
    v = tf.Variable([0.5, 1.5], name="v")
    r = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a * v), [tf.constant(0), tf.ones([2])]
    )[1]
    return Run(r, ys=r, xs=[v], init=True)


@program
def while_resource_gradient(tf):
    v = tf.Variable([0.5, 1.5], name="v", use_resource=True)
    r = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a * v), [tf.constant(0), tf.ones([2])]
    )[1]
    return Run(r, ys=r, xs=[v], init=True)


@program
def while_embedding_gradient(tf):
    v = tf.Variable([[0.5, 1.5], [2.0, 3.0], [4.0, 5.0]], name="v")
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a + tf.gather(v, i) * tf.cast(i, tf.float32)),
        [tf.constant(0), tf.ones([2])],
    )[1]
    return Run(r, ys=r, xs=[v], init=True)


@program
def while_variable_as_loop_variable(tf):
    v = tf.Variable(3.0, name="v")
    r = tf.while_loop(lambda a: a < 20.0, lambda a: a * 2.0, [v])
    return Run(r, init=True, steps=2)


@program
def while_random(tf):
    tf.set_random_seed(3)
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a * tf.random_uniform([2], seed=5)),
        [tf.constant(0), tf.ones([2])],
        parallel_iterations=1,
    )[1]
    return Run(r, steps=3)


@program
def while_random_gradient(tf):
    x = tf.constant([1.0, 2.0])
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a * tf.random_uniform([2], seed=5) + x),
        [tf.constant(0), x],
        parallel_iterations=1,
    )[1]
    return Run(r, ys=r, xs=[x], steps=2)


@program
def while_no_back_prop(tf):
    x = tf.constant(2.0)
    r = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [tf.constant(0), x], back_prop=False
    )[1]
    return Run(r, ys=r * x, xs=[x])


@program
def while_stop_gradient(tf):
    x, y = tf.constant(2.0), tf.constant(3.0)
    r = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a * x * tf.stop_gradient(y)), [tf.constant(0), x]
    )[1]
    return Run(r, ys=r, xs=[x])


@program
def while_double(tf):
    x = tf.constant(1.1, tf.float64)
    r = tf.while_loop(
        lambda i, a: i < 6,
        lambda i, a: (i + 1, tf.exp(a) * x / (1.0 + a)),
        [tf.constant(0), tf.constant(0.1, tf.float64)],
    )[1]
    return Run(r, ys=r, xs=[x])


@program
def while_structures(tf):
    r = tf.while_loop(
        lambda i, s: i < 3,
        lambda i, s: (i + 1, {"a": s["a"] + 1.0, "b": [s["b"][0] * 2]}),
        [tf.constant(0), {"a": tf.constant(0.0), "b": [tf.constant(1)]}],
    )
    return Run([r[0], r[1]["a"], r[1]["b"][0]])


@program
def while_of_strings(tf):
    r = tf.while_loop(
        lambda i, s: i < 3,
        lambda i, s: (i + 1, tf.strings.join([s, "x"])),
        [tf.constant(0), tf.constant("a")],
    )
    return Run(list(r))


@program
def while_fibonacci(tf):
    r = tf.while_loop(
        lambda i, a, b: i < 20,
        lambda i, a, b: (i + 1, b, a + b),
        [tf.constant(0), tf.constant(0, tf.int64), tf.constant(1, tf.int64)],
    )
    return Run(list(r))


@program
def while_newton(tf):
    x = tf.placeholder(tf.float32, [])
    r = tf.while_loop(lambda a: tf.abs(a * a - x) > 1e-3, lambda a: 0.5 * (a + x / a), [x])
    return Run(r, [{x: 2.0}, {x: 10.0}], ys=r, xs=[x])


@program
def while_two_gradients(tf):
    x, y = tf.constant(1.2), tf.constant(0.7)
    r = tf.while_loop(
        lambda i, a, b: i < 3, lambda i, a, b: (i + 1, a * x + b, b * y), [tf.constant(0), x, y]
    )
    return Run(list(r), ys=[r[1], r[2]], xs=[x, y])


@program
def two_loops(tf):
    x = tf.constant(1.2)
    r = power(tf, power(tf, x, 2) + x, 3)
    return Run(r, ys=r, xs=[x])


# --- TensorArray ------------------------------------------------------------------------------


@program
def array_write_read_stack(tf):
    x = tf.constant([1.0, 2.0])
    ta = (
        tf.TensorArray(tf.float32, 3, clear_after_read=False)
        .write(0, x)
        .write(1, x * x)
        .write(2, tf.sin(x))
    )
    r = ta.stack()
    return Run([r, ta.read(1), ta.size()], ys=r, xs=[x])


@program
def array_unstack_gather(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    ta = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(x)
    r = ta.gather([2, 0]) * [[2.0], [3.0]]
    return Run([r, ta.read(1)], ys=r, xs=[x])


@program
def array_scatter(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    r = tf.TensorArray(tf.float32, 3).scatter([2, 0, 1], x).stack()
    return Run(r, ys=r * [1.0, 10.0, 100.0], xs=[x])


@program
def array_concat(tf):
    x = tf.constant([1.0, 2.0])
    ta = (
        tf.TensorArray(tf.float32, 2, infer_shape=False)
        .write(0, x)
        .write(1, tf.concat([x, x * x], 0))
    )
    r = ta.concat()
    return Run(r, ys=r * tf.range(6.0), xs=[x])


@program
def array_split(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    ta = tf.TensorArray(tf.float32, 2, infer_shape=False).split(x, [2, 1])
    r = ta.read(0)
    return Run([r], ys=r * 5.0, xs=[x])


@program
def array_dynamic_size(tf):
    ta = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    ta = tf.while_loop(
        lambda i, _: i < 4,
        lambda i, ta: (i + 1, ta.write(i, tf.cast(i, tf.float32) * 2.0)),
        [tf.constant(0), ta],
    )[1]
    return Run([ta.stack(), ta.size()])


@program
def array_in_loop(tf):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    source = tf.TensorArray(tf.float32, 3).unstack(x)
    target = tf.TensorArray(tf.float32, 3)
    r = tf.while_loop(
        lambda i, h, ta: i < 3,
        lambda i, h, ta: (i + 1, h * 0.5 + source.read(i), ta.write(i, h * h)),
        [tf.constant(0), tf.zeros([2]), target],
    )
    y = r[2].stack()
    return Run([r[1], y], ys=[y, r[1]], xs=[x])


@program
def array_backwards(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    source = tf.TensorArray(tf.float32, 3).unstack(x)
    r = tf.while_loop(
        lambda i, a: i >= 0,
        lambda i, a: (i - 1, a * 0.5 + source.read(i)),
        [tf.constant(2), tf.constant(0.0)],
    )[1]
    return Run(r, ys=r, xs=[x])


@program
def array_in_cond(tf):
    p, x = switch(tf), tf.constant([1.0, 2.0])
    ta = tf.TensorArray(tf.float32, 2).unstack(x)
    r = tf.cond(p, lambda: ta.read(0) * 3.0, lambda: ta.read(1) * 5.0)
    return Run(r, both(p), ys=r, xs=[x])


@program
def array_of_fed_size(tf):
    n = tf.placeholder(tf.int32, [])
    r = tf.while_loop(
        lambda i, ta: i < n,
        lambda i, ta: (i + 1, ta.write(i, [tf.cast(i, tf.float32), 1.0])),
        [tf.constant(0), tf.TensorArray(tf.float32, n)],
    )[1].stack()
    return Run(r, [{n: 2}, {n: 5}])


@program
def array_unwritten_is_zero(tf):
    return Run(tf.TensorArray(tf.float32, 3, element_shape=[2]).write(1, [1.0, 2.0]).stack())


# --- map_fn and its like ----------------------------------------------------------------------


def rows(tf):
    return tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


@program
def map_square(tf):
    x = rows(tf)
    r = tf.map_fn(lambda v: v * v, x)
    return Run(r, ys=r, xs=[x])


@program
def map_over_several(tf):
    x = rows(tf)
    r = tf.map_fn(
        lambda v: (v[0] * v[1], tf.reduce_sum(v[0])), (x, x + 1.0), dtype=(tf.float32, tf.float32)
    )
    return Run(list(r), ys=list(r), xs=[x])


@program
def map_to_another_type(tf):
    return Run(tf.map_fn(lambda v: tf.cast(tf.reduce_sum(v), tf.int32), rows(tf), dtype=tf.int32))


@program
def map_unknown_size(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    r = tf.map_fn(lambda v: tf.reduce_sum(v) * v, x)
    return Run(r, [{x: np.ones([k, 2], np.float32)} for k in (1, 4)], ys=r, xs=[x])


@program
def map_nothing(tf):
    return Run(tf.map_fn(lambda v: v * 2.0, tf.zeros([0, 3])))


@program
def map_nested(tf):
    x = rows(tf)
    r = tf.map_fn(lambda v: tf.map_fn(lambda s: s * s + tf.reduce_sum(v), v), x)
    return Run(r, ys=r, xs=[x])


@program
def map_captures(tf):
    x, w = rows(tf), tf.constant([[1.0, 2.0], [0.5, -1.0]])
    r = tf.map_fn(lambda v: tf.tanh(tf.squeeze(tf.matmul(v[None], w), 0)), x)
    return Run(r, ys=r, xs=[x, w])


@program
def fold_left(tf):
    x = rows(tf)
    r = tf.foldl(lambda a, v: a * 0.5 + v * v, x)
    return Run(r, ys=r, xs=[x])


@program
def fold_left_from(tf):
    x, start = rows(tf), tf.constant(1.0)
    r = tf.foldl(lambda a, v: a * tf.reduce_sum(v), x, initializer=start)
    return Run(r, ys=r, xs=[x, start])


@program
def fold_right(tf):
    x = rows(tf)
    r = tf.foldr(lambda a, v: a * 0.5 - v * v, x)
    return Run(r, ys=r, xs=[x])


@program
def fold_right_from(tf):
    x = rows(tf)
    r = tf.foldr(lambda a, v: a * 0.5 - v, x, initializer=tf.zeros([2]))
    return Run(r, ys=r, xs=[x])


@program
def scan_sums(tf):
    x = rows(tf)
    r = tf.scan(lambda a, v: a + v, x)
    return Run(r, ys=r * r, xs=[x])


@program
def scan_from(tf):
    x, start = rows(tf), tf.constant(0.5)
    r = tf.scan(lambda a, v: a * 0.9 + tf.reduce_sum(v), x, initializer=start)
    return Run(r, ys=r, xs=[x, start])


@program
def scan_reverse(tf):
    x = rows(tf)
    r = tf.scan(lambda a, v: a * 0.5 + v, x, reverse=True)
    return Run(r, ys=r, xs=[x])


@program
def scan_several(tf):
    x = rows(tf)
    r = tf.scan(lambda a, v: (a[0] + v, a[1] * v), x, initializer=(tf.zeros([2]), tf.ones([2])))
    return Run(list(r), ys=list(r), xs=[x])


@program
def scan_fibonacci(tf):
    r = tf.scan(
        lambda a, _: (a[1], a[0] + a[1]),
        tf.zeros([10]),
        initializer=(tf.constant(0), tf.constant(1)),
    )
    return Run(r[0])


@program
def scan_recurrent(tf):
    x, w = rows(tf), tf.Variable([[0.3, -0.2], [0.1, 0.4]], name="w")
    r = tf.scan(
        lambda h, v: tf.tanh(tf.squeeze(tf.matmul(h[None], w), 0) + v), x, initializer=tf.zeros([2])
    )
    return Run(r, ys=r, xs=[x, w], init=True)
