"""`tf.import_graph_def`: names, inputs, attrs, devices, versions, and what a bad proto can hold."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

import headwater as tf

from .listing import listing, text

FLOAT = "attr { key: 'T' value { type: DT_FLOAT } }"
DTYPE = "attr { key: 'dtype' value { type: DT_%s } }"
A = "node { name: 'A' op: 'Placeholder' " + DTYPE % "FLOAT" + "}\n"
B = "node { name: 'B' op: 'Placeholder' " + DTYPE % "INT32" + "}\n"
SHAPED = A.replace("}\n", "attr { key: 'shape' value { shape { dim { size: 3 } } } } }\n")


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def parse(block):
    return text_format.Parse(block, tf.GraphDef())


def node(op="Neg", inputs=("A",), name="C", attrs=FLOAT, device=""):
    lines = "".join(f" input: '{i}'" for i in inputs)
    return f"node {{ name: '{name}' op: '{op}' device: '{device}' {lines} {attrs} }}\n"


def imported(graph, *nodes, **options):
    tf.import_graph_def(parse("".join(nodes)), **options)
    return listing(graph)


# -- names ---------------------------------------------------------------------------------------


def test_prefixes(graph):
    for name in (None, "p", "p", "p/", ""):
        tf.import_graph_def(parse(A), name=name)
    assert listing(graph) == text("""
        import/A Placeholder
        p/A Placeholder
        p_1/A Placeholder
        p/A_1 Placeholder
        A Placeholder
    """)


def test_taken_names_get_a_number(graph):
    tf.constant(1.0, name="A")
    assert imported(graph, A, node(name="A_1"), name="") == text("""
        A Const
        A_2 Placeholder
        A_1 Neg A_2
    """)


def test_names_are_taken_afterwards(graph):
    tf.import_graph_def(parse(A), name="")
    assert tf.constant(1.0, name="A").op.name == "A_1"
    assert tf.constant(1.0, name="a").op.name == "a_2"


def test_inputs_come_first_then_the_order_of_the_proto(graph):
    with tf.Graph().as_default() as other:
        a = tf.constant(1.0, name="a")
        b, e = tf.negative(a, name="b"), tf.exp(a, name="e")
        tf.add(tf.add(b, e, name="s"), a, name="q")
    turned = tf.GraphDef()
    turned.node.extend(reversed(other.as_graph_def().node))
    tf.import_graph_def(turned, name="r")
    assert [op.name for op in graph.get_operations()] == ["r/a", "r/e", "r/b", "r/s", "r/q"]


def test_round_trip(graph):
    with tf.Graph().as_default() as other:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        with tf.name_scope("layer"), tf.device("/cpu:0"), tf.control_dependencies([x]):
            tf.reduce_sum(tf.split(x * 2.0, 2, axis=1)[1], axis=[0], name="y")
    (y,) = tf.import_graph_def(other.as_graph_def(), name="", return_elements=["layer/y:0"])
    assert graph.as_graph_def().node == other.as_graph_def().node
    with tf.Session() as sess:
        assert sess.run(y, {"x:0": [[1, 2], [3, 4]]}).tolist() == [12.0]


# -- what is given, what is returned -------------------------------------------------------------


def test_return_elements(graph):
    c, c0, a0 = tf.import_graph_def(parse(A + node()), return_elements=["C", "C:0", b"A:0"])
    assert isinstance(c, tf.Operation) and c0 is c.outputs[0] and a0 is c.inputs[0]
    assert tf.import_graph_def(parse(A)) is None


def test_input_map(graph):
    x = tf.constant([1.0], name="x")
    a, c = tf.import_graph_def(parse(A + node()), {"A": x}, ["A:0", "C:0"])
    assert a is x and c.op.inputs[0] is x and c.shape.as_list() == [1]
    tf.import_graph_def(parse(A + node()), {"A:0": 2.0}, name="n")
    assert graph.get_operation_by_name("n/C").inputs[0].name == "n/_inputs/Const:0"


def test_a_mapped_input_need_not_be_in_the_graph():
    x = tf.constant(1.0)
    (c,) = tf.import_graph_def(parse(node(inputs=["Gone"])), {"Gone:0": x}, ["C"])
    assert c.inputs[0] is x


def test_control_inputs_can_be_mapped(graph):
    x = tf.constant(1.0, name="x")
    (c,) = tf.import_graph_def(parse(A + B + node(inputs=["A", "^B"])), {"^B": x}, ["C"])
    assert [op.name for op in c.control_inputs] == ["x"]
    (c,) = tf.import_graph_def(parse(A + B + node(inputs=["A", "^B"])), {"B": x}, ["C"])
    assert [op.name for op in c.control_inputs] == ["import_1/B"]


def test_surroundings(graph):
    outside = tf.constant(1, name="k")
    with tf.device("/cpu:3"), tf.name_scope("s"), tf.control_dependencies([outside]):
        tf.import_graph_def(parse(A + node() + node(name="D", device="/cpu:1")))
    ops = graph.get_operations()[1:]
    assert [op.name for op in ops] == ["s/import/A", "s/import/C", "s/import/D"]
    assert [op.device for op in ops] == ["/device:CPU:3", "/device:CPU:3", "/device:CPU:1"]
    assert all([c.name for c in op.control_inputs] == ["k"] for op in ops)


def test_colocation_is_renamed(graph):
    together = FLOAT + "attr { key: '_class' value { list { s: 'loc:@A' s: 'loc:@C' } } }"
    assert imported(graph, A, node(attrs=together))[1] == (
        "import/C Neg import/A loc:@import/A loc:@import/C"
    )


def test_defaults_and_foreign_attrs(graph):
    matmul = node("MatMul", ["A", "A"], attrs=FLOAT + "attr { key: 'new' value { i: 7 } }")
    (c,) = tf.import_graph_def(parse(A + matmul), return_elements=["C"])
    assert c.get_attr("transpose_a") is False and c.get_attr("new") == 7


def test_attrs_only_the_producer_knows(graph):
    from headwater._src.core.proto import op_def_pb2

    ops = op_def_pb2.OpList()
    attr = ops.op.add(name="Neg").attr.add(name="new", type="int")
    attr.default_value.i = 7
    for value, kept in ((7, False), (8, True)):
        neg = node(attrs=FLOAT + f"attr {{ key: 'new' value {{ i: {value} }} }}")
        (c,) = tf.import_graph_def(parse(A + neg), return_elements=["C"], producer_op_list=ops)
        assert ("new" in c.node_def.attr) is kept


def test_shapes_known_to_the_writer(graph):
    shape = "attr { key: '_output_shapes' value { list { shape { dim { size: 2 } } } } }"
    (c,) = tf.import_graph_def(parse(A + node(attrs=FLOAT + shape)), return_elements=["C:0"])
    assert c.shape.as_list() == [2] and "_output_shapes" not in c.op.node_def.attr
    with pytest.raises(ValueError, match="_output_shapes attribute inconsistent .* output #0"):
        tf.import_graph_def(parse(SHAPED + node(attrs=FLOAT + shape)))


def test_versions(graph):
    old = parse(A)
    old.versions.producer, old.versions.min_consumer = 20, 3
    tf.import_graph_def(old)
    assert (graph.graph_def_versions.producer, graph.graph_def_versions.min_consumer) == (20, 3)
    old.versions.min_consumer = 5000
    with pytest.raises(ValueError, match="min consumer version 5000 above current version"):
        tf.import_graph_def(old)
    old.versions.min_consumer = 3
    old.versions.bad_consumers.append(tf.GRAPH_DEF_VERSION)
    with pytest.raises(ValueError, match=f"disallows consumer version {tf.GRAPH_DEF_VERSION}"):
        tf.import_graph_def(old)


def test_functions_are_kept(graph):
    proto = parse(A)
    proto.library.function.add().signature.name = "f"
    tf.import_graph_def(proto)
    assert [f.signature.name for f in graph.as_graph_def().library.function] == ["f"]


# -- bad protos ----------------------------------------------------------------------------------


def const(tensor, dtype="INT32"):
    value = f"attr {{ key: 'value' value {{ tensor {{ {tensor} }} }} }}"
    return node("Const", (), attrs=DTYPE % dtype + value)


def count(n):
    return FLOAT + f"attr {{ key: 'N' value {{ i: {n} }} }}"


SPLIT = FLOAT + "attr { key: 'num_split' value { i: 1000000000000 } }"
BAD = {
    "unknown input": (node(inputs=["Z:0"]), "Node 'C': Unknown input node 'Z:0'"),
    "unknown control": (node(inputs=["A", "^Z"]), r"Node 'C': Unknown input node '\^Z'"),
    "output": (node(inputs=["A:1"]), "invalid output 1 of source node A which has 1 outputs"),
    "negative output": (node(inputs=["A:-1"]), "Unknown input node 'A:-1'"),
    "huge output": (node(inputs=["A:" + "9" * 30]), "Unknown input node"),
    "control first": (node(inputs=["^B", "A"]), "Control dependencies must come after regular"),
    "type": (
        node(inputs=["B"]),
        "Input 0 of node import/C was passed int32 from import/B:0 "
        "incompatible with expected float.",
    ),
    "reference": (
        node("Assign", ["A", "A"]),
        "was passed float from import/A:0 incompatible with expected float_ref",
    ),
    "attr": (node(attrs=""), "NodeDef missing attr 'T' from Op<name=Neg"),
    "attr kind": (
        node(attrs="attr { key: 'T' value { i: 3 } }"),
        "AttrValue had value with type 'int' when 'type' expected",
    ),
    "attr value": (
        node(attrs="attr { key: 'T' value { type: DT_STRING } }"),
        "Value for attr 'T' of string is not in the list of allowed values",
    ),
    "too few": (node(inputs=[]), "expected inputs 'float' do not match 0 inputs specified"),
    "too many": (
        node(inputs=["A", "A"]),
        "expected inputs 'float' do not match 2 inputs specified",
    ),
    "list": (node("AddN", ["A"], attrs=count(2)), "expected inputs 'float, float' do not match 1"),
    "minimum": (node("AddN", [], attrs=count(0)), "attr 'N' of 0 must be at least minimum 1"),
    "endless inputs": (node("AddN", ["A"], attrs=count(10**15)), "do not match 1 inputs specified"),
    "endless outputs": (
        const("dtype: DT_INT32 tensor_shape {} int_val: 0") + node("Split", ["C", "A"], "S", SPLIT),
        "more than 1000000 outputs",
    ),
    "same name": (node(name="A"), "Node 'A' is not unique"),
    "name": (node(name="C C"), "Node 'C C': Node name contains invalid characters"),
    "no name": (node(name=""), "Node '': Node name contains invalid characters"),
    "cycle": (node(inputs=["D"]) + node(name="D", inputs=["C"]), "2 nodes in a cycle"),
    "own input": (node(inputs=["C"]), "1 nodes in a cycle"),
    "colocation": (
        node(attrs=FLOAT + "attr { key: '_class' value { list { s: 'loc:@Z' } } }"),
        "Node 'C' expects to be colocated with unknown node 'Z'",
    ),
    "negative size": (
        const("dtype: DT_INT32 tensor_shape { dim { size: -5 } } int_val: 0"),
        r"\[-5\].*import/C",
    ),
    "huge size": (
        const("dtype: DT_INT32 tensor_shape { dim { size: 100000000000 } } int_val: 0"),
        "Refusing to make an array.*import/C",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_graphs_leave_the_graph_alone(graph, case):
    nodes, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        tf.import_graph_def(parse(A + B + nodes))
    assert listing(graph) == []


def test_shapes_are_checked(graph):
    with pytest.raises(ValueError, match="Shape must be rank 2 but is rank 1 for 'import/C'"):
        tf.import_graph_def(parse(SHAPED + node("MatMul", ["A", "A"])))


def test_unknown_ops(graph):
    with pytest.raises(tf.errors.NotFoundError, match="Op type not registered 'NoSuchOp'"):
        tf.import_graph_def(parse(A + node("NoSuchOp")))


ARGUMENTS = {
    "no proto": (lambda: tf.import_graph_def("hello"), TypeError, "must be a GraphDef proto"),
    "other proto": (lambda: tf.import_graph_def(tf.NodeDef()), TypeError, "must be a GraphDef"),
    "map": (lambda: tf.import_graph_def(parse(A), [3]), TypeError, "`input_map` must be a dict"),
    "map key": (lambda: tf.import_graph_def(parse(A), {3: 1.0}), TypeError, "must be strings"),
    "map name": (
        lambda: tf.import_graph_def(parse(A), {"Z:0": tf.constant(1.0)}),
        ValueError,
        r"Attempted to map inputs that were not found in graph_def: \[Z:0\]",
    ),
    "map output": (
        lambda: tf.import_graph_def(parse(A), {"A:2": tf.constant(1.0)}),
        ValueError,
        r"not found in graph_def: \[A:2\]",
    ),
    "map type": (
        lambda: tf.import_graph_def(parse(A + node()), {"A": tf.constant(1)}),
        ValueError,
        "was passed int32 from Const:0 incompatible with expected float",
    ),
    "map value": (
        lambda: tf.import_graph_def(parse(A), {"A": 1.0}, name=""),
        ValueError,
        "requires a non-empty `name`",
    ),
    "element": (
        lambda: tf.import_graph_def(parse(A), return_elements=["Z"]),
        ValueError,
        "Requested return node 'Z' not found in graph def",
    ),
    "element tensor": (
        lambda: tf.import_graph_def(parse(A), return_elements=["Z:0"]),
        ValueError,
        "Requested return tensor 'Z:0' not found in graph def",
    ),
    "element output": (
        lambda: tf.import_graph_def(parse(A), return_elements=["A:3"]),
        ValueError,
        r"Invalid return output 3 of node 'A', which has 1 output\(s\)",
    ),
    "element name": (
        lambda: tf.import_graph_def(parse(A), return_elements=["A:B"]),
        ValueError,
        "Cannot convert 'A:B' to a tensor name",
    ),
    "element type": (
        lambda: tf.import_graph_def(parse(A), return_elements=[3]),
        TypeError,
        "must be a list of strings",
    ),
    "prefix": (lambda: tf.import_graph_def(parse(A), name="a b"), ValueError, "root scope name"),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_bad_arguments(case):
    call, error, message = ARGUMENTS[case]
    with pytest.raises(error, match=message):
        call()


# -- graph_util ----------------------------------------------------------------------------------


def chain():
    with tf.Graph().as_default() as graph:
        a = tf.constant(1.0, name="a")
        b = tf.identity(a, name="b")
        with tf.control_dependencies([tf.negative(a, name="n")]):
            c = tf.exp(b, name="c")
        tf.negative(tf.stop_gradient(c, name="s"), name="y")
        tf.exp(a, name="unused")
    return graph.as_graph_def()


def test_extract_sub_graph():
    part = tf.graph_util.extract_sub_graph(chain(), ["c"])
    assert [n.name for n in part.node] == ["a", "b", "n", "c"]
    with pytest.raises(AssertionError, match="zz is not in graph"):
        tf.graph_util.extract_sub_graph(chain(), ["zz"])
    with pytest.raises(TypeError, match="dest_nodes must be"):
        tf.graph_util.extract_sub_graph(chain(), "c")
    with pytest.raises(TypeError, match="graph_def must be"):
        tf.graph_util.extract_sub_graph(3, ["c"])


@pytest.mark.parametrize(
    "protected, left",
    [
        ((), {"a": [], "n": ["a"], "c": ["a", "^n"], "y": ["c"], "unused": ["a"]}),
        (["b"], {"a": [], "b": ["a"], "n": ["a"], "c": ["b", "^n"], "y": ["c"], "unused": ["a"]}),
    ],
)
def test_remove_training_nodes(protected, left):
    result = tf.graph_util.remove_training_nodes(chain(), protected)
    assert {n.name: list(n.input) for n in result.node} == left


def test_must_run_on_cpu():
    word, number = tf.constant("a").op, tf.constant(1.0).op
    assert tf.graph_util.must_run_on_cpu(word) and not tf.graph_util.must_run_on_cpu(
        number.node_def
    )
