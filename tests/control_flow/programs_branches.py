"""Programs with `cond`, `case`, their like, and `TensorArray`."""

from .registry import Run, both, program, switch

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
