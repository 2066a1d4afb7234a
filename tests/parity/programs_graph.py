"""The graph as an object: its methods, its GraphDef, its keys, its seeds and its errors."""

from __future__ import annotations

from .harness import Case, Collection

programs = Collection("graph")


@programs
def methods_for_scopes(tf):
    graph = tf.get_default_graph()
    a = tf.constant(1.0, name="a")
    with graph.name_scope("s"), graph.device("/cpu:0"), graph.control_dependencies([a]):
        b = tf.constant(2.0, name="b")
        inside = graph.get_name_scope()
    with graph.colocate_with(b):
        c = tf.add(a, b, name="c")
    return Case([b, c], facts=[inside, graph.get_name_scope(), graph.version > 0])


@programs
def containers(tf):
    with tf.container("one"):
        v = tf.Variable(1.0, name="v")
        with tf.container("two"):
            w = tf.Variable(2.0, name="w")
    return Case([v, w], init=True)


@programs
def graph_keys(tf):
    names = [n for n in dir(tf.GraphKeys) if n.isupper()]
    wanted = [
        "GLOBAL_VARIABLES",
        "LOCAL_VARIABLES",
        "TRAINABLE_VARIABLES",
        "SUMMARIES",
        "LOSSES",
        "UPDATE_OPS",
        "GLOBAL_STEP",
        "TRAIN_OP",
        "INIT_OP",
        "QUEUE_RUNNERS",
        "SAVERS",
        "REGULARIZATION_LOSSES",
        "WEIGHTS",
        "BIASES",
        "ACTIVATIONS",
        "MODEL_VARIABLES",
        "MOVING_AVERAGE_VARIABLES",
        "TABLE_INITIALIZERS",
        "ASSET_FILEPATHS",
    ]
    return Case(facts={n: getattr(tf.GraphKeys, n) for n in wanted if n in names})


@programs
def op_seeds(tf):
    facts = [tf.get_seed(None), tf.get_seed(5)]
    tf.set_random_seed(42)
    first = tf.get_seed(None)
    tf.constant(1)
    facts += [first, tf.get_seed(None), tf.get_seed(7)]
    tf.set_random_seed(0)
    return Case(facts=[*facts, tf.get_seed(0)])


@programs
def partial_graph_defs(tf):
    graph = tf.get_default_graph()
    tf.constant(1, name="a")
    with tf.device("/cpu:0"):
        tf.constant(2, name="b")
    everything = [n.name for n in graph.as_graph_def().node]
    again = tf.GraphDef.FromString(graph.as_graph_def().SerializeToString())
    shapes = graph.as_graph_def(add_shapes=True).node[0].attr["_output_shapes"].list.shape
    return Case(facts=[everything, again == graph.as_graph_def(), len(shapes)])


@programs
def attributes_of_operations(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    m = tf.matmul(x, x, transpose_b=True, name="m").op
    s = x[0].op
    c = tf.constant([1, 2], name="c").op
    facts = [
        m.get_attr("transpose_a"),
        m.get_attr("transpose_b"),
        m.get_attr("T").name,
        x.op.get_attr("shape").dim[1].size,
        s.get_attr("shrink_axis_mask"),
        c.get_attr("value").int_val[:],
        c.get_attr("dtype").name,
        m.type,
        m.name,
        [t.name for t in m.inputs],
        [t.name for t in m.outputs],
        len(m.inputs),
        m.device,
        m.node_def.input[:],
        m.graph is tf.get_default_graph(),
        [o.name for o in m.control_inputs],
    ]
    try:
        m.get_attr("nothing")
    except ValueError as error:
        facts.append("nothing" in str(error))
    return Case(m.outputs[0], {x: [[1, 2]]}, facts=facts)


@programs
def error_classes(tf):
    names = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ]
    classes = [
        "CancelledError",
        "UnknownError",
        "InvalidArgumentError",
        "DeadlineExceededError",
        "NotFoundError",
        "AlreadyExistsError",
        "PermissionDeniedError",
        "ResourceExhaustedError",
        "FailedPreconditionError",
        "AbortedError",
        "OutOfRangeError",
        "UnimplementedError",
        "InternalError",
        "UnavailableError",
        "DataLossError",
        "UnauthenticatedError",
    ]
    made = [
        getattr(tf.errors, c)(None, None, "message")
        for c in classes
        if c not in ("UnknownError", "PermissionDeniedError")
    ]
    return Case(
        facts=[
            [getattr(tf.errors, n) for n in names],
            [
                (e.error_code, e.message, e.op, str(e), isinstance(e, tf.errors.OpError))
                for e in made
            ],
        ]
    )


@programs
def operations_and_tensors_as_keys(tf):
    a, b = tf.constant(1, name="a"), tf.constant(1, name="b")
    found = {a: "first", b.op: "second"}
    return Case(
        facts=[
            found[a],
            found[b.op],
            a in found,
            b in found,
            a is a.op.outputs[0],
            hash(a) == hash(a.op.outputs[0]),
            len({a, b, a}),
        ]
    )


@programs
def device_specs(tf):
    spec = tf.DeviceSpec(job="worker", task=3, device_type="GPU", device_index=1)
    with tf.device(spec):
        a = tf.constant(1, name="a")
    parsed = tf.DeviceSpec.from_string("/job:ps/replica:2/cpu:0")
    return Case(
        facts=[
            spec.to_string(),
            a.device,
            parsed.to_string(),
            parsed.job,
            parsed.replica,
            parsed.task,
            parsed.device_type,
            parsed.device_index,
        ]
    )
