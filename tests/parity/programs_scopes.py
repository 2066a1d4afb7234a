"""Variable scopes, `get_variable`, partitioned variables, templates: nodes and names."""

from __future__ import annotations

from .harness import Case, Collection

programs = Collection("scopes")


def zeros(tf):
    return tf.zeros_initializer()


def listed(tf, *more):
    """A case of all variables of the graph, with their names, kinds and collections."""
    variables = tf.global_variables()
    return Case(
        variables,
        init=True,
        facts=[
            [(v.name, v.op.type, v.trainable, v.shape.as_list(), v.dtype.name) for v in variables],
            [v.name for v in tf.trainable_variables()],
            *more,
        ],
        rtol=1e-5,
    )


# --- get_variable by its arguments ------------------------------------------------------------

ARGUMENTS = {
    "default_float": dict(shape=[2, 3]),
    "default_double": dict(shape=[2, 3], dtype="float64"),
    "default_half": dict(shape=[2], dtype="float16"),
    "default_int": dict(shape=[2], dtype="int32"),
    "default_bool": dict(shape=[2], dtype="bool"),
    "scalar": dict(shape=[]),
    "int_shape": dict(shape=3),
    "untrained": dict(shape=[2], trainable=False),
    "resource": dict(shape=[2], use_resource=True),
    "named_collections": dict(shape=[2], collections=["mine", "variables"]),
    "cached": dict(shape=[2], caching_device="/cpu:0"),
    "cached_resource": dict(shape=[2], caching_device="/cpu:0", use_resource=True),
    "list_as_value": dict(initializer=[1.0, 2.0]),
    "number_as_value": dict(initializer=3),
    "value_and_dtype": dict(initializer=[1.0, 2.0], dtype="float32"),
}
INITIALIZERS = {
    "zeros": lambda tf: tf.zeros_initializer(),
    "zeros_class": lambda tf: tf.zeros_initializer,
    "ones": lambda tf: tf.ones_initializer(),
    "constant": lambda tf: tf.constant_initializer(2.5),
    "constant_list": lambda tf: tf.constant_initializer([1.0, 2.0, 3.0, 4.0]),
    "uniform": lambda tf: tf.random_uniform_initializer(-1.0, 1.0, seed=3),
    "normal": lambda tf: tf.random_normal_initializer(0.5, 2.0, seed=3),
    "truncated": lambda tf: tf.truncated_normal_initializer(stddev=0.1, seed=3),
    "unit_scaling": lambda tf: tf.uniform_unit_scaling_initializer(seed=3),
    "scaling_in": lambda tf: tf.variance_scaling_initializer(seed=3),
    "scaling_out": lambda tf: tf.variance_scaling_initializer(2.0, "fan_out", "normal", seed=3),
    "scaling_avg": lambda tf: tf.variance_scaling_initializer(1.0, "fan_avg", "uniform", seed=3),
    "glorot_uniform": lambda tf: tf.glorot_uniform_initializer(seed=3),
    "glorot_normal": lambda tf: tf.glorot_normal_initializer(seed=3),
    "function": lambda tf: lambda shape, dtype: tf.ones(shape, dtype) * 2.0,
    "function_of_part": lambda tf: lambda shape, dtype, partition_info: tf.fill(shape, 4.0),
}


def with_arguments(arguments):
    def program(tf):
        tf.set_random_seed(1)
        with tf.variable_scope("s"):
            tf.get_variable("v", **arguments)
        return listed(tf, [v.name for v in tf.get_collection("mine")])

    return program


def with_initializer(make):
    def program(tf):
        tf.get_variable("v", [2, 2], initializer=make(tf))
        return listed(tf)

    return program


programs.each({f"get_{n}": with_arguments(a) for n, a in ARGUMENTS.items()})
programs.each({f"initializer_{n}": with_initializer(make) for n, make in INITIALIZERS.items()})


@programs
def value_is_a_tensor(tf):
    with tf.variable_scope("s"):
        tf.get_variable("v", initializer=tf.constant([1, 2]))
    return listed(tf)


@programs
def value_is_a_function(tf):
    tf.get_variable("v", initializer=lambda: tf.ones([2]))
    return listed(tf)


@programs
def value_of_unknown_shape(tf):
    x = tf.placeholder_with_default([1.0, 2.0], [None])
    v = tf.get_variable("v", initializer=x, validate_shape=False)
    return Case(v, init=True, facts=[v.name])


@programs
def local(tf):
    v = tf.get_local_variable("v", [2], initializer=zeros(tf))
    w = tf.get_local_variable("w", initializer=1.0, collections=["mine"])
    return Case(
        [v, w],
        init=[tf.local_variables_initializer()],
        facts=[
            [x.name for x in tf.local_variables()],
            [x.name for x in tf.global_variables()],
            [x.name for x in tf.get_collection("mine")],
            v.trainable,
        ],
    )


# --- names of scopes --------------------------------------------------------------------------


def here(tf, scope):
    """Where a variable and a node land inside a scope."""
    return (
        scope.name,
        scope.original_name_scope,
        tf.constant(1, name="x").name,
        tf.get_variable(f"v{len(tf.global_variables())}", [1], initializer=zeros(tf)).name,
    )


@programs
def nested(tf):
    with tf.variable_scope("a") as a, tf.variable_scope("b") as b:
        facts = [a.name, here(tf, b)]
    with tf.variable_scope("a/b") as again:
        facts.append(here(tf, again))
    return listed(tf, facts)


@programs
def opened_twice(tf):
    facts = []
    for _ in range(3):
        with tf.variable_scope("a") as a:
            facts.append(here(tf, a))
    return listed(tf, facts)


@programs
def entered_again(tf):
    with tf.variable_scope("a"), tf.variable_scope("b") as b:
        facts = [here(tf, b)]
    with tf.variable_scope(b) as c:
        facts.append(here(tf, c))
    with tf.variable_scope("z"), tf.variable_scope(b) as c:
        facts.append(here(tf, c))
    return listed(tf, facts)


@programs
def entered_again_without_names(tf):
    with tf.variable_scope("a") as a:
        facts = [here(tf, a)]
    with tf.name_scope("n"), tf.variable_scope(a, auxiliary_name_scope=False) as c:
        facts.append(here(tf, c))
    with tf.variable_scope(a, auxiliary_name_scope=False) as c:
        facts.append(here(tf, c))
        with tf.name_scope(c.original_name_scope):
            facts.append(tf.constant(2, name="y").name)
    return listed(tf, facts)


@programs
def without_auxiliary_names(tf):
    with tf.variable_scope("a", auxiliary_name_scope=False) as a:
        facts = [here(tf, a)]
        with tf.variable_scope("b") as b:
            facts.append(here(tf, b))
    return listed(tf, facts)


@programs
def default_names(tf):
    facts = []
    for _ in range(3):
        with tf.variable_scope(None, "layer") as scope:
            facts.append(here(tf, scope))
    with tf.variable_scope("outer"):
        for _ in range(2):
            with tf.variable_scope(None, default_name="layer") as scope:
                facts.append(here(tf, scope))
    with tf.variable_scope("given", "layer") as scope:
        facts.append(here(tf, scope))
    return listed(tf, facts)


@programs
def default_names_start_again(tf):
    facts = []
    with tf.variable_scope("a") as a, tf.variable_scope(None, "d") as d:
        facts.append(d.name)
    with tf.variable_scope(a), tf.variable_scope(None, "d") as d:
        facts.append(d.name)
    with tf.variable_scope("a"), tf.variable_scope(None, "d") as d:
        facts.append(d.name)
        with tf.variable_scope(None, "d") as e:
            facts.append(e.name)
    with tf.variable_scope("a"), tf.variable_scope("d"), tf.variable_scope(None, "d") as e:
        facts.append(e.name)
    return Case(facts=facts)


@programs
def name_scopes_do_not_name_variables(tf):
    with tf.name_scope("n"), tf.variable_scope("a") as a, tf.name_scope("m"):
        facts = here(tf, a)
        tf.Variable(1.0, name="plain")
    return listed(tf, facts)


@programs
def empty_names(tf):
    with tf.variable_scope("") as root:
        facts = [here(tf, root)]
    with tf.variable_scope("a"), tf.variable_scope("") as inner:
        facts.append(here(tf, inner))
    with tf.variable_scope("z/") as slashed:
        facts.append(here(tf, slashed))
    return listed(tf, facts)


@programs
def the_current_scope(tf):
    outer = tf.get_variable_scope()
    with tf.variable_scope("a"):
        inner = tf.get_variable_scope()
    with tf.variable_scope(tf.get_variable_scope()) as same:
        facts = [outer.name, inner.name, same.name, same.original_name_scope, same.reuse]
    return Case(facts=[*facts, inner.dtype.name, inner.use_resource, inner.initializer is None])


@programs
def op_scope(tf):
    x = tf.constant(1.0)
    with tf.variable_op_scope([x], None, "layer") as scope:
        facts = here(tf, scope)
    with tf.variable_op_scope([x], "named", "layer") as scope:
        facts += here(tf, scope)
    return listed(tf, facts)


@programs
def values_choose_the_graph(tf):
    other = tf.Graph()
    with other.as_default():
        x = tf.constant(1.0)
    with tf.variable_scope("a", values=[x]):
        inside = tf.get_default_graph() is other
    return Case(facts=[inside, tf.get_default_graph() is other])


# --- reuse ------------------------------------------------------------------------------------


@programs
def reuse_by_a_flag(tf):
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [2], initializer=zeros(tf))
    with tf.variable_scope("a", reuse=True) as a:
        w = tf.get_variable("v")
        with tf.variable_scope("b") as b:
            inherited = b.reuse
    return listed(tf, v is w, a.reuse, inherited)


@programs
def reuse_from_now_on(tf):
    with tf.variable_scope("a") as a:
        v = tf.get_variable("v", [2], initializer=zeros(tf))
        before = a.reuse
        a.reuse_variables()
        w = tf.get_variable("v", [2])
    with tf.variable_scope(a) as again:
        return listed(tf, v is w, before, a.reuse, again.reuse)


@programs
def reuse_automatically(tf):
    found = []
    for _ in range(2):
        with tf.variable_scope("a", reuse=tf.AUTO_REUSE) as a:
            found.append(tf.get_variable("v", [2], initializer=zeros(tf)))
            with tf.variable_scope("b") as b:
                found.append(tf.get_variable("v", [2], initializer=zeros(tf)))
    same = [found[0] is found[2], found[1] is found[3]]
    return listed(tf, same, a.reuse is tf.AUTO_REUSE, b.reuse is tf.AUTO_REUSE)


@programs
def reuse_false_inherits(tf):
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [2], initializer=zeros(tf))
    with tf.variable_scope("a", reuse=True), tf.variable_scope("", reuse=False) as inner:
        facts = [inner.reuse]
    with tf.variable_scope("a", reuse=tf.AUTO_REUSE) as outer:
        facts.append(tf.get_variable("v") is v)
        with tf.variable_scope(outer, reuse=None) as inner:
            facts.append(inner.reuse is tf.AUTO_REUSE)
    return listed(tf, facts)


@programs
def partly_known_shape_when_reused(tf):
    v = tf.get_variable("v", [2, 3], initializer=zeros(tf))
    with tf.variable_scope("", reuse=True):
        w = tf.get_variable("v", [None, 3])
    return listed(tf, v is w)


# --- what scopes pass on ----------------------------------------------------------------------


@programs
def inherited_settings(tf):
    ones = tf.ones_initializer()
    with tf.variable_scope("a", initializer=ones, dtype=tf.float64, use_resource=True) as a:
        v = tf.get_variable("v", [2])
        with tf.variable_scope("b", initializer=zeros(tf), dtype=tf.float32) as b:
            w = tf.get_variable("w", [2])
            u = tf.Variable([1.0], name="u")
    facts = [a.dtype.name, b.dtype.name, b.use_resource, a.initializer is ones]
    return listed(tf, facts, v.dtype.name, w.dtype.name, u.op.type)


@programs
def settings_changed_inside(tf):
    with tf.variable_scope("a") as a:
        a.set_initializer(tf.constant_initializer(3.0))
        a.set_dtype(tf.float64)
        a.set_use_resource(True)
        a.set_regularizer(tf.no_regularizer)
        a.set_caching_device(None)
        a.set_partitioner(None)
        a.set_custom_getter(None)
        tf.get_variable("v", [2])
    return listed(tf)


@programs
def settings_of_a_scope_entered_again(tf):
    with tf.variable_scope("a", initializer=tf.constant_initializer(3.0)) as a:
        pass
    with tf.variable_scope("b", initializer=zeros(tf)), tf.variable_scope(a):
        tf.get_variable("v", [2])
    return listed(tf)


@programs
def constraints(tf):
    clip = lambda w: tf.clip_by_value(w, -1.0, 1.0)
    with tf.variable_scope("a", constraint=clip):
        v = tf.get_variable("v", [2], initializer=tf.constant_initializer(2.0))
    loss = tf.reduce_sum(v * v)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return Case(v, init=True, train=train, steps=2, facts=[v.constraint is clip])


@programs
def regularizers_that_give_none(tf):
    with tf.variable_scope("a", regularizer=lambda w: None):
        tf.get_variable("v", [2], initializer=zeros(tf))
        tf.get_variable("w", [2], initializer=zeros(tf), regularizer=tf.no_regularizer)
    return listed(tf, tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))


@programs
def regularization_losses(tf):
    with tf.variable_scope("a", regularizer=lambda w: tf.reduce_sum(w * w, name="square")):
        tf.get_variable("v", [2], initializer=tf.ones_initializer())
    found = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    return listed(tf, len(found))


@programs
def collections_of_scopes(tf):
    with tf.variable_scope("a") as a:
        tf.get_variable("v", [1], initializer=zeros(tf))
        tf.get_variable("w", [1], initializer=zeros(tf), trainable=False)
        tf.get_local_variable("l", [1], initializer=zeros(tf))
    tf.get_variable("ab", [1], initializer=zeros(tf))
    names = lambda found: [v.name for v in found]
    return Case(
        facts=[
            names(a.global_variables()),
            names(a.trainable_variables()),
            names(a.local_variables()),
            names(a.get_collection("variables")),
            names(tf.global_variables("a")),
            names(tf.global_variables("a/")),
        ]
    )


# --- custom getters and creators --------------------------------------------------------------


@programs
def custom_getter(tf):
    calls = []

    def renaming(getter, name, *args, **kwargs):
        calls.append((name, sorted(kwargs)))
        return getter(name + "_renamed", *args, **kwargs)

    with tf.variable_scope("a", custom_getter=renaming):
        tf.get_variable("v", [2], initializer=zeros(tf))
    return listed(tf, calls)


@programs
def custom_getters_compose(tf):
    def named(suffix):
        def renaming(getter, name, *args, **kwargs):
            return getter(f"{name}_{suffix}", *args, **kwargs)

        return renaming

    with tf.variable_scope("a", custom_getter=named("outer")) as a:
        with tf.variable_scope("b", custom_getter=named("inner")):
            tf.get_variable("v", [2], initializer=zeros(tf))
        tf.get_variable("w", [2], initializer=zeros(tf), custom_getter=named("own"))
    with tf.variable_scope(a, custom_getter=named("again")):
        tf.get_variable("u", [2], initializer=zeros(tf))
    return listed(tf)


@programs
def custom_getter_of_scaled_values(tf):
    with tf.variable_scope("a", custom_getter=lambda getter, *a, **k: getter(*a, **k) * 2.0):
        doubled = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    return Case(doubled, init=True, facts=[doubled.name])


@programs
def creators(tf):
    seen = []

    def creator(make, **kwargs):
        seen.append(kwargs["name"])
        kwargs["trainable"] = False
        return make(**kwargs)

    with tf.variable_creator_scope(creator):
        tf.Variable([1.0], name="plain")
        tf.get_variable("named", [1], initializer=zeros(tf))
    return listed(tf, seen)


# --- templates --------------------------------------------------------------------------------


def scaled(tf):
    return lambda x: x * tf.get_variable("s", [], initializer=tf.constant_initializer(2.0))


@programs
def template(tf):
    f = tf.make_template("f", scaled(tf))
    g = tf.make_template("f", scaled(tf))
    y = [f(1.0), f(2.0), g(3.0)]
    return Case(
        y,
        init=True,
        facts=[
            [t.name for t in y],
            [v.name for v in tf.global_variables()],
            f.variable_scope_name,
            g.variable_scope_name,
            f.name,
        ],
    )


@programs
def template_with_its_scope_at_once(tf):
    f = tf.make_template("f", scaled(tf), create_scope_now_=True)
    with tf.variable_scope("outer"):
        y = f(1.0)
    return Case(y, init=True, facts=[y.name, [v.name for v in tf.global_variables()]])


@programs
def template_in_scopes(tf):
    f = tf.make_template("f", scaled(tf))
    with tf.variable_scope("a"):
        first = f(1.0)
    with tf.variable_scope("b"):
        second = f(1.0)
    names = [first.name, second.name, [v.name for v in tf.global_variables()]]
    return Case([first, second], init=True, facts=names)


@programs
def template_with_arguments(tf):
    f = tf.make_template("f", lambda x, k: x * k, k=tf.constant(3.0))
    return Case(f(2.0))


# --- variables --------------------------------------------------------------------------------


@programs
def slices_assigned(tf):
    v = tf.Variable(tf.ones([4, 3]), name="v")
    w = tf.Variable(tf.ones([4, 3]), name="w", use_resource=True)
    return Case([v[0].assign([1.0, 2.0, 3.0]), w[1:3, 0].assign([5.0, 6.0])], init=True)


@programs
def initialization_asked(tf):
    v = tf.Variable(1.0, name="v")
    w = tf.get_variable("w", [2], use_resource=True, initializer=zeros(tf))
    return Case([tf.assert_variables_initialized(), tf.is_variable_initialized(v), w], init=True)


@programs
def steps_of_the_graph(tf):
    step = tf.train.get_or_create_global_step()
    with tf.variable_scope("a", use_resource=True):
        again = tf.train.get_or_create_global_step()
    return listed(tf, step is again, [v.name for v in tf.get_collection("global_step")])
