"""Names, scopes, control dependencies, colocation, devices and collections."""

from __future__ import annotations

from .harness import Case, Collection

programs = Collection("names")


@programs
def nested_scopes(tf):
    a = tf.constant(1.0, name="a")
    with tf.name_scope("outer") as outer:
        b = tf.constant(2.0, name="b")
        with tf.name_scope("inner") as inner:
            c = tf.add(a, b, name="c")
        with tf.name_scope("inner") as again:
            d = tf.add(b, c, name="d")
    return Case([c, d], facts=[outer, inner, again, c.name, d.op.name])


@programs
def re_entered_scopes(tf):
    with tf.name_scope("s") as s:
        a = tf.constant(1, name="x")
    with tf.name_scope(s) as s_again:
        b = tf.constant(2, name="x")
    with tf.name_scope("s") as s_1:
        c = tf.constant(3, name="x")
    with tf.name_scope("other"), tf.name_scope(s) as from_within:
        d = tf.constant(4, name="y")
    return Case([a, b, c, d], facts=[s, s_again, s_1, from_within])


@programs
def cleared_scopes(tf):
    with tf.name_scope("s"):
        with tf.name_scope(None) as nothing:
            a = tf.constant(1, name="a")
        with tf.name_scope("") as empty:
            b = tf.constant(1, name="a")
        c = tf.constant(1, name="a")
    return Case([a, b, c], facts=[nothing, empty])


@programs
def unique_names(tf):
    graph = tf.get_default_graph()
    made = [tf.constant(i, name="n") for i in range(3)]
    made.append(tf.constant(9, name="n_1"))
    made.append(tf.constant(9, name="n_1"))
    made.append(tf.constant(9, name="N"))
    with tf.name_scope("n"):
        made.append(tf.constant(9, name="n"))
    facts = [
        graph.unique_name("n"),
        graph.unique_name("n", mark_as_used=False),
        graph.unique_name("n"),
        graph.unique_name("fresh"),
        graph.unique_name("fresh"),
    ]
    return Case(made, facts=facts)


@programs
def op_named_with_a_slash_is_absolute(tf):
    with tf.name_scope("scope"):
        a = tf.constant(1, name="plain")
        with tf.name_scope("top/") as top:
            b = tf.constant(2, name="b")
        c = tf.identity(a, name="abs/")
    return Case([a, b, c], facts=[top, c.name])


@programs
def name_scope_with_values(tf):
    a = tf.constant(1.0)
    with tf.name_scope(None, "default", [a]) as first:
        b = a + 1.0
    with tf.name_scope("given", "default", [a]) as second:
        c = a * 2.0
    return Case([b, c], facts=[first, second])


@programs
def default_op_names(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    out = [
        x + 1.0,
        x - 1.0,
        x * 2.0,
        x / 2.0,
        -x,
        abs(x),
        x**2.0,
        x // 2.0,
        x % 2.0,
        x < 1.0,
        tf.matmul(x, x, transpose_b=True),
        tf.reduce_sum(x),
        tf.reduce_mean(x, 1),
        tf.square(x),
        tf.nn.relu(x),
        tf.nn.softmax(x),
        tf.reshape(x, [-1]),
        tf.transpose(x),
        tf.cast(x, tf.int32),
        x[0],
        tf.zeros_like(x),
        tf.argmax(x, 1),
    ]
    return Case(out, {x: [[1, 2, 3], [4, 5, 6]]}, facts=[t.name for t in out])


@programs
def control_dependencies(tf):
    a, b, c = (tf.constant(i, name=n) for i, n in enumerate("abc"))
    with tf.control_dependencies([a]):
        d = tf.constant(1, name="d")
        with tf.control_dependencies([b, c.op]):
            e = tf.identity(b, name="e")
            f = tf.no_op(name="f")
    with tf.control_dependencies([f, f, e]):
        g = tf.add(e, d, name="g")
    inputs = [[i.name for i in t.op.control_inputs] for t in (d, e, g)]
    return Case([d, e, g, f], facts=inputs)


@programs
def control_dependencies_cleared(tf):
    a = tf.constant(1, name="a")
    b = tf.constant(2, name="b")
    with tf.control_dependencies([a]):
        with tf.control_dependencies(None):
            c = tf.constant(3, name="c")
            with tf.control_dependencies([b]):
                d = tf.constant(4, name="d")
        e = tf.constant(5, name="e")
        with tf.control_dependencies([]):
            f = tf.constant(6, name="f")
    return Case([c, d, e, f])


@programs
def control_dependencies_pruned_by_data(tf):
    a = tf.constant(1, name="a")
    b = tf.identity(a, name="b")
    with tf.control_dependencies([a, b]):
        c = tf.negative(b, name="c")
        d = tf.identity(c, name="d")
        e = tf.add(c, d, name="e")
    return Case([c, d, e])


@programs
def colocate(tf):
    a = tf.constant(1.0, name="a")
    with tf.device("/cpu:0"):
        b = tf.constant(2.0, name="b")
    with tf.colocate_with(a):
        c = tf.constant(3.0, name="c")
        with tf.colocate_with(b):
            d = tf.constant(4.0, name="d")
        with tf.colocate_with(b, ignore_existing=True):
            e = tf.constant(5.0, name="e")
    groups = [sorted(t.op.colocation_groups()) for t in (a, b, c, d, e)]
    return Case([c, d, e], facts=groups)


@programs
def device_strings(tf):
    made = []
    with tf.device("/cpu:0"):
        made.append(tf.constant(1, name="short"))
        with tf.device("/job:worker/task:1"):
            made.append(tf.constant(2, name="merged"))
            with tf.device("/device:GPU:3"):
                made.append(tf.constant(3, name="replaced"))
        with tf.device(None):
            made.append(tf.constant(4, name="none"))
            with tf.device("/job:ps"):
                made.append(tf.constant(5, name="job"))
    with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        made.append(tf.constant(6, name="full"))
    return Case(facts=[t.device for t in made])


@programs
def device_functions(tf):
    def by_type(op):
        return "/device:CPU:1" if op.type == "Const" else "/device:CPU:2"

    made = []
    with tf.device(by_type):
        made.append(tf.constant(1.0, name="a"))
        made.append(tf.identity(made[0], name="b"))
        with tf.device("/job:inner"):
            made.append(tf.constant(1.0, name="c"))
    with tf.device("/job:outer/task:7"), tf.device(lambda op: "/cpu:0"):
        made.append(tf.constant(1.0, name="d"))
    with tf.device(lambda op: ""):
        made.append(tf.constant(1.0, name="e"))
    return Case(facts=[t.device for t in made])


@programs
def collections(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="outer/a")
    tf.add_to_collection("mine", a)
    tf.add_to_collections(["mine", "yours"], 7)
    with tf.name_scope("outer"):
        tf.add_to_collection("mine", tf.constant(2.0, name="b"))
    tf.get_collection_ref("new").append("x")
    v = tf.Variable(1.0, name="v")
    w = tf.Variable(1.0, trainable=False, name="w")
    tf.Variable(1.0, name="local", collections=[tf.GraphKeys.LOCAL_VARIABLES])

    def names(items):
        return [getattr(i, "name", i) for i in items]

    facts = [
        names(tf.get_collection("mine")),
        names(tf.get_collection("mine", scope="outer")),
        tf.get_collection("nothing"),
        tf.get_collection("new"),
        sorted(graph.get_all_collection_keys()),
        names(tf.global_variables()),
        names(tf.trainable_variables()),
        names(tf.local_variables()),
        names(tf.model_variables()),
    ]
    graph.clear_collection("mine")
    facts.append(tf.get_collection("mine"))
    return Case([v, w], init=True, facts=facts)


@programs
def graph_lookups(tf):
    graph = tf.get_default_graph()
    with tf.name_scope("s"):
        a = tf.constant([1, 2], name="a")
    parts = tf.split(a, 2, name="parts")
    same = graph.get_tensor_by_name("s/a:0") is a
    return Case(
        parts,
        facts=[
            same,
            graph.get_operation_by_name("parts").type,
            graph.as_graph_element("parts:1").name,
            graph.as_graph_element("parts").name,
            graph.is_feedable(a),
            graph.is_fetchable(a),
            graph.finalized,
            [o.name for o in graph.get_operations()],
            [c.name for c in a.consumers()],
            a.value_index,
            parts[1].value_index,
            parts[1].op.type,
            [t.name for t in parts[0].op.inputs],
            a.op.get_attr("dtype").name,
        ],
    )


@programs
def representations(tf):
    c = tf.constant([[1.0, 2.0]], name="c")
    p = tf.placeholder(tf.string, name="p")
    q = tf.placeholder(tf.int64, [None, 3], name="q")
    s = tf.placeholder(tf.float64, [], name="s")
    v = tf.Variable(3, name="v")
    w = tf.Variable(tf.zeros([2]), name="w", use_resource=True)
    things = [c, p, q, s, tf.multiply(v, v), v]
    return Case(
        facts=[
            [str(t) for t in things],
            repr(c),
            repr(q),
            repr(c.op),
            str(w),
            c.op.node_def.op,
            str(c.shape),
            repr(q.shape),
            str(p.shape),
            repr(tf.float32),
            str(v.dtype),
        ]
    )


@programs
def scopes_around_composites(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    with tf.name_scope("layer"):
        w = tf.Variable(tf.ones([4, 2]), name="w")
        b = tf.Variable(tf.zeros([2]), name="b")
        y = tf.nn.softmax(tf.matmul(x, w) + b, name="y")
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(-tf.reduce_sum(y * tf.log(y), reduction_indices=[1]))
    return Case([y, loss], {x: [[1, 2, 3, 4]]}, init=True)


@programs
def group_tuple_no_op(tf):
    a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    g = tf.group(a, b.op, name="g")
    with tf.device("/cpu:0"):
        h = tf.group(g, name="h")
    empty = tf.group(name="empty")
    t = tf.tuple([a, None, b], name="t", control_inputs=[h])
    n = tf.no_op()
    return Case([t[0], t[2], g, h, empty, n], facts=[t[1], t[0].name])


@programs
def add_control_input_by_identity(tf):
    v = tf.Variable(1.0, name="v")
    up = tf.assign_add(v, 2.0)
    with tf.control_dependencies([up]):
        after = tf.identity(v.read_value(), name="after")
    return Case([after], init=True, steps=3)


@programs
def graph_seed_attributes(tf):
    tf.set_random_seed(7)
    a = tf.random_uniform([2], name="a")
    b = tf.random_uniform([2], seed=3, name="b")
    with tf.name_scope("s"):
        c = tf.random_normal([2], name="c")
    return Case([a, b, c], close=2, facts=[tf.get_default_graph().seed])
