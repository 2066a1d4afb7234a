"""Where the program opened the blocks that a node was made in, and what a node was made for."""

import os

import headwater as tf


def _line_after(marker):
    with open(__file__) as lines:
        return next(i for i, line in enumerate(lines, 1) if line.rstrip().endswith("# " + marker))


def _on_cpu(op):
    return "/cpu:*"


def test_device_blocks_and_their_lines():
    with tf.Graph().as_default() as graph:
        plain = tf.constant(0.0)
        with tf.device("/cpu"):  # outer
            with graph.device(_on_cpu):  # inner
                placed = tf.constant(0.0)
    assert plain.op._device_assignments == []
    inner, outer = placed.op._device_assignments
    assert inner.obj.startswith(f"_on_cpu<{__file__}, ") and outer.obj == "/cpu"
    assert [inner.lineno, outer.lineno] == [_line_after("inner"), _line_after("outer")]
    assert os.path.basename(outer.filename) == os.path.basename(__file__)


def test_colocation_blocks_and_their_lines():
    with tf.Graph().as_default():
        two = tf.constant(2.0, name="two")
        with tf.colocate_with(two.op):  # beside
            three = tf.constant(3.0)
    found = three.op._colocation_dict
    assert list(found) == ["two"] and found["two"].obj is None
    assert found["two"].lineno == _line_after("beside")


def test_gradient_nodes_name_the_operation_they_are_of():
    with tf.Graph().as_default():
        x, w = tf.ones([2, 3]), tf.ones([3, 4])
        y = tf.matmul(x, w)
        (dw,) = tf.gradients(y, w)
    assert dw.op._original_op is y.op and y.op._original_op is None


def test_input_types_are_references_only_where_asked_for():
    with tf.Graph().as_default():
        v = tf.Variable(1.0, use_resource=False)
        assign = tf.assign(v, 2.0)
        read = tf.identity(v)
    assert assign.op._input_types == [tf.as_dtype("float32_ref"), tf.float32]
    assert read.op._input_types == [tf.float32]


def test_init_scope_leaves_every_graph_that_is_a_body():
    outer, body, inner = tf.Graph(), tf.Graph(), tf.Graph()
    body._building_function = inner._building_function = True
    with outer.as_default(), body.as_default(), inner.as_default():
        with tf.device("/gpu:0"), tf.init_scope():
            lifted = tf.constant(1.0)
            assert tf.get_default_graph() is outer
        assert tf.get_default_graph() is inner
    assert lifted.graph is outer and lifted.device == "/device:GPU:0"
    assert not body.get_operations() and not inner.get_operations()


def test_init_scope_in_a_branch():
    with tf.Graph().as_default() as graph:
        flag = tf.placeholder_with_default(True, [])
        made = []

        def branch():
            with tf.init_scope():
                made.append(tf.constant(7.0))
            return made[-1] + 1.0

        y = tf.cond(flag, branch, lambda: tf.constant(0.0))
        assert made[0].graph is graph
        with tf.Session() as sess:
            assert sess.run(y) == 8.0
