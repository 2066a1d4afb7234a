"""Programs with loops, lists of tensors, `map_fn` and their like."""

import numpy as np

from .registry import Run, program, switch

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
