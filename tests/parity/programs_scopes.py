"""Variable scopes, `get_variable`, partitioned variables, templates: nodes, names and errors."""

from __future__ import annotations

from .harness import Case, Collection, Failing

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


# --- partitioned variables --------------------------------------------------------------------

PARTITIONERS = {
    "in_two": lambda tf: tf.fixed_size_partitioner(2),
    "in_one": lambda tf: tf.fixed_size_partitioner(1),
    "in_many": lambda tf: tf.fixed_size_partitioner(9),
    "columns": lambda tf: tf.fixed_size_partitioner(2, axis=1),
    "by_size": lambda tf: tf.variable_axis_size_partitioner(24),
    "by_size_at_most": lambda tf: tf.variable_axis_size_partitioner(24, max_shards=2),
    "by_least_size": lambda tf: tf.min_max_variable_partitioner(3, 0, 16),
    "by_function": lambda tf: lambda shape, dtype: [1, 3],
}


def partitioned(make, **kwargs):
    def program(tf):
        v = tf.get_variable(
            "v",
            [5, 3],
            partitioner=make(tf),
            initializer=tf.random_normal_initializer(seed=2),
            **kwargs,
        )
        whole = tf.convert_to_tensor(v)
        infos = [p._get_save_slice_info().spec for p in v]
        return Case(
            [whole, *v],
            init=True,
            rtol=1e-5,
            facts=[[p.name for p in v], infos, v.name, whole.name, v.shape.as_list(), len(v)],
        )

    return program


programs.each({f"partitioned_{n}": partitioned(make) for n, make in PARTITIONERS.items()})
programs.each({"partitioned_resource": partitioned(PARTITIONERS["in_two"], use_resource=True)})


@programs
def partitioned_value(tf):
    v = tf.get_variable("v", initializer=tf.ones([4]), partitioner=tf.fixed_size_partitioner(2))
    return Case(list(v), init=True)


@programs
def partitioned_by_the_scope(tf):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
        v = tf.get_variable("v", [4, 2], initializer=zeros(tf))
        scalar = tf.get_variable("scalar", [], initializer=zeros(tf))
    with tf.variable_scope("s", reuse=True):
        same = tf.get_variable("v", [4, 2]) is v
    return listed(tf, same, scalar.name)


@programs
def partitioned_assignments(tf):
    v = tf.get_variable("v", [4], initializer=zeros(tf), partitioner=tf.fixed_size_partitioner(2))
    changes = v.assign(tf.ones([4])) + v.assign_add(tf.ones([4])) + v.assign_sub([[1.0, 1.0]] * 2)
    return Case(facts=[c.op.type for c in changes])


@programs
def partitioned_lists(tf):
    rows = tf.create_partitioned_variables([4, 2], [2, 1], zeros(tf))
    columns = tf.create_partitioned_variables([4, 2], [1, 2], tf.ones([4, 2]), name="columns")
    again = tf.create_partitioned_variables([4, 2], [1, 2], zeros(tf), name="columns", reuse=True)
    facts = [[v.name for v in part] for part in (rows, columns, again)]
    return Case([*rows, *columns], init=True, facts=facts)


@programs
def partitioned_embedding(tf):
    v = tf.get_variable(
        "v",
        [5, 2],
        initializer=tf.random_uniform_initializer(seed=1),
        partitioner=tf.fixed_size_partitioner(2),
    )
    return Case(tf.nn.embedding_lookup(v, [0, 3, 4]), init=True)


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


# --- errors -----------------------------------------------------------------------------------


def twice(tf, first, second, reuse=None, **scope):
    tf.get_variable("v", **first)
    with tf.variable_scope("", reuse=reuse, **scope):
        tf.get_variable("v", **second)


def split(tf, parts):
    return dict(shape=[4, 4], partitioner=parts if callable(parts) else lambda **unused: parts)


def two(tf):
    return tf.fixed_size_partitioner(2)


def opened(tf, *args, **kwargs):
    with tf.variable_scope(*args, **kwargs):
        pass


def read_first(tf):
    v = tf.get_variable("v", [2])
    with tf.Session() as sess:
        sess.run(v)


def wrong_order(tf):
    v = tf.get_variable("v", [1], initializer=zeros(tf), use_resource=True)
    w = tf.Variable(v * 2.0, use_resource=True)
    with tf.Session() as sess:
        sess.run(w.initializer)


def template_that_makes_variables(tf):
    f = tf.make_template("f", lambda: tf.Variable(1.0))
    f()
    f()


A = dict(shape=[2])
ERRORS = {
    "exists": (
        "ValueError",
        "Variable v already exists, disallowed. Did you mean to set reuse",
        lambda tf: twice(tf, A, A),
    ),
    "exists_resource": (
        "ValueError",
        "Variable v already exists, disallowed",
        lambda tf: twice(tf, dict(A, use_resource=True), A),
    ),
    "does_not_exist": (
        "ValueError",
        "Variable w does not exist, or was not created with tf.get_v",
        lambda tf: (opened(tf, "x"), _reuse(tf, "w")),
    ),
    "other_shape": (
        "ValueError",
        "Trying to share variable v, but specified shape .3,. and found",
        lambda tf: twice(tf, A, dict(shape=[3]), reuse=True),
    ),
    "other_dtype": (
        "ValueError",
        "Trying to share variable v, but specified dtype int32 and found",
        lambda tf: twice(tf, A, dict(shape=[2], dtype=tf.int32), reuse=True),
    ),
    "no_shape": (
        "ValueError",
        "Variable v did not get an initializer, so its `shape` argument",
        lambda tf: tf.get_variable("v"),
    ),
    "unknown_shape": (
        "ValueError",
        "The initializer passed is not valid",
        lambda tf: tf.get_variable("v", [None, 2]),
    ),
    "shape_of_a_value": (
        "ValueError",
        "If initializer is a constant, do not specify shape",
        lambda tf: tf.get_variable("v", [2], initializer=[1, 2]),
    ),
    "type_of_a_value": (
        "ValueError",
        "and explicit dtype .* don't match",
        lambda tf: tf.get_variable("v", initializer=[1.0], dtype=tf.int32),
    ),
    "no_default_initializer": (
        "ValueError",
        "An initializer for variable v of .* is required",
        lambda tf: tf.get_variable("v", [1], dtype=tf.complex64),
    ),
    "function_without_parameters": (
        "TypeError",
        "unexpected keyword argument 'dtype'",
        lambda tf: tf.get_variable("v", [2], initializer=lambda: 1.0),
    ),
    "getter": (
        "ValueError",
        "Passed a custom_getter which is not callable",
        lambda tf: tf.get_variable("v", [2], custom_getter=3),
    ),
    "collections": (
        "ValueError",
        "collections argument to Variable constructor must be a list",
        lambda tf: tf.get_variable("v", [2], collections=7),
    ),
    "constraint": (
        "ValueError",
        "The `constraint` argument must be a callable",
        lambda tf: tf.get_variable("v", [2], constraint=3),
    ),
    "synchronization": (
        "ValueError",
        "Invalid variable synchronization mode",
        lambda tf: tf.get_variable("v", [2], synchronization=9),
    ),
    "aggregation": (
        "ValueError",
        "Invalid variable aggregation mode",
        lambda tf: tf.get_variable("v", [2], aggregation=9),
    ),
    "no_scope_name": (
        "TypeError",
        "If default_name is None then name_or_scope is required",
        lambda tf: opened(tf, None),
    ),
    "scope_of_a_number": (
        "TypeError",
        "name_or_scope must be a string or VariableScope",
        lambda tf: opened(tf, 5),
    ),
    "reuse_of_a_default": (
        "ValueError",
        "reuse=True cannot be used without a name_or_scope",
        lambda tf: opened(tf, None, "x", reuse=True),
    ),
    "auxiliary": (
        "TypeError",
        "The auxiliary_name_scope must be `True` or `False`",
        lambda tf: opened(tf, "a", auxiliary_name_scope=3),
    ),
    "scope_name": (
        "ValueError",
        "'a b' is not a valid root scope name",
        lambda tf: opened(tf, "a b"),
    ),
    "partitioner": (
        "ValueError",
        "Partitioner must be callable, but received: 5",
        lambda tf: tf.get_variable("v", [4], partitioner=5),
    ),
    "parts_no_list": (
        "ValueError",
        "Partitioner must return a sequence, but saw: 3",
        lambda tf: tf.get_variable("v", **split(tf, 3)),
    ),
    "parts_rank": (
        "ValueError",
        "does not match the Variable's rank: .1, 2, 1. vs. .4, 4.",
        lambda tf: tf.get_variable("v", **split(tf, [1, 2, 1])),
    ),
    "parts_zero": (
        "ValueError",
        "Partitioner returned zero partitions for some axes: .0, 1.",
        lambda tf: tf.get_variable("v", **split(tf, [0, 1])),
    ),
    "parts_two_axes": (
        "ValueError",
        "Can only slice a variable along one dimension: shape: .4, 4.",
        lambda tf: tf.get_variable("v", **split(tf, [2, 2])),
    ),
    "parts_unknown_shape": (
        "ValueError",
        "Shape of a new partitioned variable must be fully",
        lambda tf: tf.get_variable("v", [None], partitioner=two(tf)),
    ),
    "parts_exist": (
        "ValueError",
        "Partitioned variable with name v already exists",
        lambda tf: twice(tf, split(tf, two(tf)), split(tf, two(tf))),
    ),
    "parts_against_whole": (
        "ValueError",
        "A partitioner was provided, but an unpartitioned",
        lambda tf: twice(tf, dict(shape=[4, 4]), split(tf, two(tf))),
    ),
    "whole_against_parts": (
        "ValueError",
        "No partitioner was provided, but a partitioned version",
        lambda tf: twice(tf, split(tf, two(tf)), dict(shape=[4, 4])),
    ),
    "parts_other_shape": (
        "ValueError",
        "Trying to reuse partitioned variable v, but specified sha",
        lambda tf: twice(tf, split(tf, two(tf)), dict(shape=[4, 5], partitioner=two(tf)), True),
    ),
    "parts_other_parts": (
        "ValueError",
        "Trying to reuse partitioned variable v, but specified par",
        lambda tf: twice(tf, split(tf, two(tf)), split(tf, [4, 1]), True),
    ),
    "parts_do_not_exist": (
        "ValueError",
        "PartitionedVariable w does not exist",
        lambda tf: _reuse(tf, "w", shape=[4], partitioner=two(tf)),
    ),
    "slicing_length": (
        "ValueError",
        "The 'shape' and 'slicing' of a partitioned Variable must",
        lambda tf: tf.create_partitioned_variables([4], [2, 1], zeros(tf)),
    ),
    "too_many_slices": (
        "ValueError",
        "Expected 0 <= offset < shape but found offset=4, shape=4",
        lambda tf: tf.create_partitioned_variables([4, 4], [5, 1], zeros(tf)),
    ),
    "partitioner_bytes": (
        "ValueError",
        "Both max_shard_bytes and bytes_per_string_element must",
        lambda tf: tf.variable_axis_size_partitioner(0),
    ),
    "uninitialized": (
        "FailedPreconditionError",
        "Attempting to use uninitialized value v",
        read_first,
    ),
    "initialized_in_the_wrong_order": (
        "FailedPreconditionError",
        "Could not find variable v",
        wrong_order,
    ),
    "template_variables": (
        "ValueError",
        "Trainable variable created when calling a template after",
        template_that_makes_variables,
    ),
}


def _reuse(tf, name, **kwargs):
    with tf.variable_scope("", reuse=True):
        tf.get_variable(name, **kwargs)


failing = [
    Failing(f"scopes:{name}", function, error, says)
    for name, (error, says, function) in ERRORS.items()
]
