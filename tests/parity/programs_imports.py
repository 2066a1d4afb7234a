"""`as_graph_def` and `import_graph_def`."""

from __future__ import annotations

from .harness import Case, Collection

programs = Collection("imports")


def exported(tf, build):
    """The GraphDef of a graph of its own."""
    with tf.Graph().as_default() as graph:
        build(tf)
    return graph.as_graph_def()


def small(tf):
    a = tf.placeholder(tf.float32, [None, 2], name="a")
    w = tf.constant([[1.0], [2.0]], name="w")
    with tf.name_scope("layer"), tf.device("/cpu:0"):
        y = tf.matmul(a, w, name="y")
    with tf.control_dependencies([y]):
        tf.reduce_sum(a + 1.0, name="total")


@programs
def default_prefix(tf):
    graph_def = exported(tf, small)
    result = tf.import_graph_def(graph_def)
    graph = tf.get_default_graph()
    a = graph.get_tensor_by_name("import/a:0")
    out = [graph.get_tensor_by_name(f"import/{n}:0") for n in ("layer/y", "total")]
    return Case(out, {a: [[1, 2], [3, 4]]}, facts=result)


@programs
def named_and_repeated(tf):
    graph_def = exported(tf, small)
    one = tf.import_graph_def(graph_def, name="one", return_elements=["a:0", "total:0"])
    two = tf.import_graph_def(graph_def, name="one", return_elements=["a:0", "total:0"])
    return Case(
        [one[1], two[1]], {one[0]: [[1, 2]], two[0]: [[3, 4]]}, facts=[t.name for t in one + two]
    )


@programs
def without_prefix(tf):
    y, op = tf.import_graph_def(
        exported(tf, small), name="", return_elements=["layer/y:0", "total"]
    )
    return Case(
        facts=[y.name, op.name, str(y.shape), y.device, [o.name for o in op.control_inputs]]
    )


@programs
def input_map(tf):
    graph_def = exported(tf, small)
    x = tf.constant([[5.0, 6.0]], name="x")
    w = tf.constant([[3.0], [4.0]], name="replaced")
    y, total = tf.import_graph_def(
        graph_def,
        input_map={"a": x, "w:0": w},
        name="mapped",
        return_elements=["layer/y:0", "total:0"],
    )
    return Case([y, total], facts=[t.name for t in y.op.inputs])


@programs
def inside_scopes_and_devices(tf):
    graph_def = exported(tf, small)
    with tf.name_scope("outer"), tf.device("/job:worker"):
        (y,) = tf.import_graph_def(graph_def, return_elements=["layer/y:0"], name="in")
    return Case(facts=[y.name, y.device])


@programs
def under_control_dependencies(tf):
    graph_def = exported(tf, small)
    c = tf.constant(1, name="c")
    with tf.control_dependencies([c]):
        (y,) = tf.import_graph_def(graph_def, return_elements=["layer/y"], name="in")
    return Case(facts=[o.name for o in y.control_inputs])


@programs
def round_trip(tf):
    def build(tf):
        v = tf.Variable([1.0, 2.0], name="v")
        y = tf.reduce_sum(v * 3.0, name="y")
        tf.train.GradientDescentOptimizer(0.1).minimize(y, name="train")
        tf.variables_initializer([v], name="init")

    graph_def = exported(tf, build)
    parsed = tf.GraphDef.FromString(graph_def.SerializeToString())
    y, train, init = tf.import_graph_def(parsed, name="", return_elements=["y:0", "train", "init"])
    return Case(y, init=init, train=train, steps=3)


@programs
def gradients_of_an_import(tf):
    graph_def = exported(tf, small)
    x = tf.constant([[5.0, 6.0]], name="x")
    (y,) = tf.import_graph_def(graph_def, {"a:0": x}, ["layer/y:0"])
    return Case(y, ys=y, xs=x)


@programs
def defaults_are_filled_in(tf):
    graph_def = tf.GraphDef()
    node = graph_def.node.add(name="m", op="MatMul", input=["x", "x"])
    node.attr["T"].type = 1
    x = graph_def.node.add(name="x", op="Placeholder")
    x.attr["dtype"].type = 1
    m, x = tf.import_graph_def(graph_def, name="", return_elements=["m:0", "x:0"])
    return Case(
        m,
        {x: [[1, 2], [3, 4]]},
        facts=[m.op.get_attr("transpose_a"), m.op.node_def.attr["transpose_b"].b],
    )


@programs
def nodes_out_of_order(tf):
    graph_def = exported(tf, small)
    turned = tf.GraphDef()
    turned.node.extend(reversed(graph_def.node))
    y, a = tf.import_graph_def(turned, name="r", return_elements=["layer/y:0", "a:0"])
    return Case(y, {a: [[1, 1]]})
