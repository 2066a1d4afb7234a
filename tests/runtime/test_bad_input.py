"""Bad input: TensorFlow's error class and its decisive sentence, and more help than it gives.

`CASES` holds programs that fail.  Classes and sentences were recorded from TensorFlow 2.21
(`compat.v1`, graph mode).  `node` names the node that an error at run time comes from; it is the
error's `.op`, and the message names the file and the line of the program that made it.
"""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest


@dataclass(frozen=True)
class Bad:
    error: str
    says: str
    program: Any
    node: str = ""


def run(tf, fetches, feeds=None):
    with tf.Session() as sess:
        return sess.run(fetches, feeds)


def fed_to(tf, make, feed):
    """Runs the node that `make` builds on a placeholder of unknown shape."""
    x = tf.placeholder(tf.float32, None, name="x")
    run(tf, make(x), {x: feed})


def placeholder(tf, dtype="float32", shape=None):
    return tf.placeholder(getattr(tf, dtype), shape, name="x")


def fed(value, dtype="float32", shape=None):
    def program(tf):
        x = placeholder(tf, dtype, shape)
        run(tf, tf.identity(x), {x: value})

    return program


def foreign(tf):
    with tf.Graph().as_default():
        return tf.placeholder(tf.float32, name="elsewhere")


def closed(tf):
    c = tf.constant(1)
    sess = tf.Session()
    sess.close()
    sess.run(c)


def callable_without_its_argument(tf):
    with tf.Session() as sess:
        sess.make_callable(placeholder(tf) * 2.0)()


def finalized(tf):
    tf.get_default_graph().finalize()
    tf.constant(1)


def unfeedable(tf):
    c = tf.constant(1.0, name="c")
    tf.get_default_graph().prevent_feeding(c)
    run(tf, c, {c: 1.0})


def unfetchable(tf):
    c = tf.constant(1.0, name="c")
    tf.get_default_graph().prevent_fetching(c.op)
    run(tf, c)


def imported(tf, *nodes):
    graph_def = tf.GraphDef()
    for name, op, inputs in nodes:
        node = graph_def.node.add(name=name, op=op)
        node.input.extend(inputs)
        if op == "Identity":
            node.attr["T"].type = 1
    tf.import_graph_def(graph_def)


CASES = {
    "uninitialized variable": Bad(
        "FailedPreconditionError",
        "Attempting to use uninitialized value v",
        lambda tf: run(tf, tf.Variable(1.0, name="v") * 2.0),
        node="v/read",
    ),
    "uninitialized resource variable": Bad(
        "FailedPreconditionError",
        "Could not find variable v",
        lambda tf: run(tf, tf.Variable(1.0, name="v", use_resource=True).read_value()),
        node="Read/ReadVariableOp",
    ),
    "unfed placeholder": Bad(
        "InvalidArgumentError",
        r"You must feed a value for placeholder tensor 'x' with dtype float and shape \[2\]",
        lambda tf: run(tf, placeholder(tf, shape=[2]) + 1.0),
        node="x",
    ),
    "unfed placeholder of unknown shape": Bad(
        "InvalidArgumentError",
        "You must feed a value for placeholder tensor 'x' with dtype int32",
        lambda tf: run(tf, placeholder(tf, "int32") + 1),
        node="x",
    ),
    "wrong feed shape": Bad(
        "ValueError",
        r"Cannot feed value of shape \(3, 4\) for Tensor '?x:0'?, which has shape '?\(\?, 2\)",
        fed(np.ones((3, 4)), shape=[None, 2]),
    ),
    "wrong feed rank": Bad(
        "ValueError",
        r"Cannot feed value of shape \(2,\) for Tensor '?x:0'?, which has shape '?\(\)",
        fed([1.0, 2.0], shape=[]),
    ),
    "text fed as a number": Bad("ValueError", "could not convert string to float", fed(["a"])),
    "number too large": Bad(
        "TypeError",
        "Type of feed value 300 with type <class 'int'> is not compatible with Tensor type",
        fed(300, "int8"),
    ),
    "object fed": Bad(
        "TypeError", "must be a string or a real number, not 'object'", fed(object())
    ),
    "ragged feed": Bad("ValueError", "inhomogeneous", fed([[1], [1, 2]])),
    "tensor fed": Bad(
        "TypeError",
        "The value of a feed cannot be a tf.Tensor object",
        lambda tf: run(tf, x := placeholder(tf), {x: tf.constant(1.0)}),
    ),
    "unfeedable": Bad("ValueError", "Tensor .*c:0.* may not be fed", unfeedable),
    "unfetchable": Bad("ValueError", "c.* has been marked as not fetchable", unfetchable),
    "fetch from another graph": Bad(
        "ValueError",
        "is not an element of this graph",
        lambda tf: (tf.constant(1), run(tf, foreign(tf))),
    ),
    "feed from another graph": Bad(
        "TypeError",
        "Cannot interpret feed_dict key as Tensor: .* is not an element of this graph",
        lambda tf: run(tf, tf.constant(1), {foreign(tf): 1.0}),
    ),
    "unknown fetch": Bad(
        "ValueError",
        "The name 'nope:0' refers to a Tensor which does not exist",
        lambda tf: (tf.constant(1), run(tf, "nope:0")),
    ),
    "unknown feed": Bad(
        "TypeError",
        "Cannot interpret feed_dict key as Tensor: The name 'nope:0' refers to a Tensor which does",
        lambda tf: run(tf, tf.constant(1), {"nope:0": 1}),
    ),
    "operation as feed": Bad(
        "TypeError",
        "Cannot interpret feed_dict key as Tensor: The name 'c' refers to an Operation",
        lambda tf: run(tf, tf.constant(1, name="c"), {"c": 1}),
    ),
    "number as fetch": Bad(
        "TypeError",
        'has invalid type "?.*float.*"?,? must be a string or Tensor',
        lambda tf: (tf.constant(1), run(tf, 3.5)),
    ),
    "None as fetch": Bad("TypeError", "NoneType", lambda tf: (tf.constant(1), run(tf, None))),
    "None within fetches": Bad(
        "TypeError", "NoneType", lambda tf: (tf.constant(1), run(tf, [None]))
    ),
    "list as feed_dict": Bad("TypeError", "dict", lambda tf: run(tf, tf.constant(1), [3])),
    "closed session": Bad("RuntimeError", "Attempted to use a closed Session", closed),
    "empty graph": Bad("RuntimeError", "The Session graph is empty", lambda tf: run(tf, [])),
    "finalized graph": Bad("RuntimeError", "Graph is finalized and cannot be modified", finalized),
    "eval without a session": Bad(
        "ValueError",
        r"Cannot evaluate tensor using `eval\(\)`: No default session is registered",
        lambda tf: tf.constant(1).eval(),
    ),
    "run without a session": Bad(
        "ValueError",
        r"Cannot execute operation using `run\(\)`: No default session is registered",
        lambda tf: tf.no_op().run(),
    ),
    "session of no graph": Bad(
        "TypeError", "must be a tf.Graph, but got", lambda tf: tf.Session(graph=3)
    ),
    "session of no config": Bad(
        "TypeError", "must be a tf.ConfigProto, but got", lambda tf: tf.Session(config=3)
    ),
    "incompatible matmul": Bad(
        "ValueError",
        "Dimensions must be equal, but are 3 and 4",
        lambda tf: tf.matmul(tf.ones([2, 3]), tf.ones([4, 5])),
    ),
    "int and float": Bad(
        "TypeError",
        "has type float32 that does not match type int32",
        lambda tf: tf.constant(1) + tf.constant(1.0),
    ),
    "incompatible matmul at run time": Bad(
        "InvalidArgumentError",
        r"Matrix size-incompatible: In\[0\]: \[1,2\], In\[1\]: \[3,1\]",
        lambda tf: fed_to(tf, lambda x: tf.matmul(x, tf.ones([3, 1]), name="bad"), [[1.0, 2.0]]),
        node="bad",
    ),
    "index out of range": Bad(
        "InvalidArgumentError",
        r"indices\[0\] = 7 is not in \[0, 2\)",
        lambda tf: fed_to(
            tf, lambda x: tf.gather([1.0, 2.0], tf.cast(x, tf.int32), name="bad"), [7]
        ),
        node="bad",
    ),
    "missing argument of a callable": Bad(
        "InvalidArgumentError",
        "You must feed a value for placeholder tensor 'x'",
        callable_without_its_argument,
    ),
    "unknown op": Bad(
        "NotFoundError",
        "Op type not registered 'NoSuchOp'",
        lambda tf: imported(tf, ("n", "NoSuchOp", [])),
    ),
    "cycle": Bad(
        "ValueError",
        "2 nodes in a cycle",
        lambda tf: imported(tf, ("a", "Identity", ["b"]), ("b", "Identity", ["a"])),
    ),
    "dangling input": Bad(
        "ValueError",
        "Node 'b': Unknown input node 'ghost'",
        lambda tf: imported(tf, ("b", "Identity", ["ghost"])),
    ),
    "dangling control input": Bad(
        "ValueError",
        r"Node 'a': Unknown input node '\^ghost'",
        lambda tf: imported(tf, ("a", "NoOp", ["^ghost"])),
    ),
    "output that a node does not have": Bad(
        "ValueError",
        "Node 'a': Connecting to invalid output 0 of source node c which has 0 outputs",
        lambda tf: imported(tf, ("c", "NoOp", []), ("a", "Identity", ["c"])),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_error_class_and_sentence(tf, case):
    with pytest.raises(Exception) as caught:
        case.program(tf)
    error = caught.value
    classes = [c.__name__ for c in type(error).__mro__]
    assert case.error in classes, f"{classes}: {error}"
    assert re.search(case.says, str(error)), str(error)
    if case.node:
        assert error.op.name == case.node
        assert error.node_def.name == case.node
        assert re.search(case.says, error.message)
        assert isinstance(error, tf.errors.OpError)
        assert error.error_code == getattr(tf.errors, code_of(case.error))


def code_of(error: str) -> str:
    """InvalidArgumentError -> INVALID_ARGUMENT."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", error.removesuffix("Error")).upper()


HERE = pathlib.Path(__file__)
NODES = {
    "a matmul": lambda tf, x: tf.matmul(x, tf.ones([3, 1]), name="bad"),
    "a reshape": lambda tf, x: tf.reshape(x, [7], name="bad"),
    "a variable": lambda tf, x: tf.Variable(1.0, name="bad").value(),
    "a placeholder": lambda tf, x: tf.placeholder(tf.float32, name="bad"),
    "a failed check": lambda tf, x: tf.check_numerics(x, "no", name="bad"),
}


@pytest.mark.parametrize("make", NODES.values(), ids=NODES)
def test_message_names_the_line_that_made_the_node(tf, sess, make):
    x = tf.placeholder(tf.float32, name="x")
    y = make(tf, x)
    z = tf.identity(y) if y.dtype == tf.float32 else y
    with pytest.raises(tf.errors.OpError) as caught:
        sess.run(z, {x: [[1.0, np.nan]]})
    line = make.__code__.co_firstlineno
    assert "bad" in str(caught.value)
    assert re.search(rf"{re.escape(HERE.name)}(\", line |:){line}\b", str(caught.value))


def test_building_error_names_the_node(tf):
    with pytest.raises(ValueError, match="MatMul.*product|product.*MatMul"):
        tf.matmul(tf.ones([2, 3]), tf.ones([4, 5]), name="product")


def failing_steps(tf, v, w):
    """Operations that update `v` or `w` and then fail, in several orders."""
    x = tf.placeholder(tf.float32, name="x")
    check = tf.check_numerics(x, "not a number")
    add = tf.assign_add(v, [1.0, 1.0])
    with tf.control_dependencies([add]):
        after = tf.check_numerics(x + 0.0, "after the update")
    with tf.control_dependencies([tf.assign(w, 100.0)]):
        late = tf.reshape(v, tf.stack([tf.cast(tf.size(x), tf.int32) + 2]))
    return x, {
        "beside": [add, check],
        "after": [after],
        "two": [add, tf.assign(w, w * 2.0), late],
        "value depends": [tf.assign(v, v + check)],
    }


@pytest.mark.parametrize("which", ["beside", "after", "two", "value depends"])
@pytest.mark.parametrize("resource", [False, True], ids=["reference", "resource"])
@pytest.mark.parametrize("warm", [0, 3], ids=["first step", "compiled step"])
def test_a_failing_step_changes_no_variable(tf, sess, headwater_only, which, resource, warm):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=resource)
    w = tf.Variable(5.0, name="w", use_resource=resource)
    x, steps = failing_steps(tf, v, w)
    init = tf.global_variables_initializer()
    sess.run(init)
    for _ in range(warm):
        sess.run(steps[which], {x: [] if which == "two" else 0.0})
    sess.run(init)
    with pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(steps[which], {x: np.nan})
    assert sess.run(v).tolist() == [1.0, 2.0]
    assert sess.run(w) == 5.0


def test_a_session_goes_on_after_an_error(tf, sess):
    x = tf.placeholder(tf.float32, [None])
    y = tf.reshape(x, [2])
    for _ in range(3):
        with pytest.raises(tf.errors.InvalidArgumentError, match="Input to reshape"):
            sess.run(y, {x: [1.0, 2.0, 3.0]})
        assert sess.run(y, {x: [1.0, 2.0]}).tolist() == [1.0, 2.0]
