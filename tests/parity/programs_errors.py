"""Programs that must fail: TensorFlow's error class, and a sentence that both messages contain."""

from __future__ import annotations

import numpy as np

from .harness import Failing

failing: list[Failing] = []


def fails(error, says):
    def add(function):
        failing.append(Failing(function.__name__, function, error, says))
        return function

    return add


def session(tf, fetches, feeds=None, init=False):
    with tf.Session() as sess:
        if init:
            sess.run(tf.global_variables_initializer())
        return sess.run(fetches, feeds)


# --- building -----------------------------------------------------------------------------------

BUILDING = {
    "matmul_inner": (
        "ValueError",
        "Dimensions must be equal, but are 3 and 4",
        lambda tf: tf.matmul(tf.ones([2, 3]), tf.ones([4, 5])),
    ),
    "matmul_rank": (
        "ValueError",
        "Shape must be rank 2 but is rank 1",
        lambda tf: tf.matmul(tf.ones([3]), tf.ones([3, 2])),
    ),
    "add_shapes": (
        "ValueError",
        "Dimensions must be equal, but are 2 and 3",
        lambda tf: tf.ones([2]) + tf.ones([3]),
    ),
    "int_plus_float": (
        "TypeError",
        "type float32 that does not match type int32 of argument 'x'",
        lambda tf: tf.constant(1) + tf.constant(1.0),
    ),
    "int_plus_python_float": (
        "TypeError",
        "type float32 that does not match type int32 of argument 'x'",
        lambda tf: tf.constant(1) + 1.5,
    ),
    "add_op_types": (
        "TypeError",
        "Input 'y' of 'AddV2' Op has type float32 that does not match type int32",
        lambda tf: tf.add(tf.constant(1), tf.constant(1.0)),
    ),
    "matmul_types": (
        "TypeError",
        "Input 'b' of 'MatMul' Op has type float32 that does not match type int32",
        lambda tf: tf.matmul(tf.constant([[1]]), tf.constant([[1.0]])),
    ),
    "concat_types": (
        "TypeError",
        r"have types \[int32, float32\] that (don't all|do not) match",
        lambda tf: tf.concat([[1], [1.0]], 0),
    ),
    "concat_shapes": (
        "ValueError",
        "Dimension 0 in both shapes must be equal, but are 2 and 3",
        lambda tf: tf.concat([tf.ones([1, 2]), tf.ones([1, 3])], 0),
    ),
    "stack_shapes": (
        "ValueError",
        "Dimension 0 in both shapes must be equal, but are 2 and 3",
        lambda tf: tf.stack([tf.ones([2]), tf.ones([3])]),
    ),
    "reshape_size": (
        "ValueError",
        "Cannot reshape a tensor with 6 elements to shape",
        lambda tf: tf.reshape(tf.ones([6]), [4]),
    ),
    "reshape_no_fit": (
        "ValueError",
        "Dimension size must be evenly divisible by 4 but is 6",
        lambda tf: tf.reshape(tf.ones([6]), [-1, 4]),
    ),
    "squeeze_not_one": (
        "ValueError",
        "Can not squeeze dim",
        lambda tf: tf.squeeze(tf.ones([2, 3]), [0]),
    ),
    "expand_dims_range": (
        "ValueError",
        r"dim 5 not in the interval \[-2, 1\]",
        lambda tf: tf.expand_dims(tf.ones([2]), 5),
    ),
    "reduce_axis_range": (
        "ValueError",
        "Invalid reduction dimension",
        lambda tf: tf.reduce_sum(tf.ones([2]), 3),
    ),
    "transpose_perm": (
        "ValueError",
        "Dimension must be 2 but is 3",
        lambda tf: tf.transpose(tf.ones([2, 2]), [0, 1, 2]),
    ),
    "split_uneven": (
        "ValueError",
        "Dimension size must be evenly divisible by 2 but is 5",
        lambda tf: tf.split(tf.ones([5]), 2),
    ),
    "slice_too_many": (
        "ValueError",
        "Index out of range using input dim 1; input has only 1 dims",
        lambda tf: tf.ones([2])[0, 0],
    ),
    "slice_out_of_bounds": (
        "ValueError",
        "slice index 5 of dimension 0 out of bounds",
        lambda tf: tf.ones([2])[5],
    ),
    "slice_zero_step": ("ValueError", "must be non-zero", lambda tf: tf.ones([2])[::0]),
    "slice_by_float": (
        "TypeError",
        r"Only integers, slices \(`:`\), ellipsis \(`...`\)",
        lambda tf: tf.ones([2])[1.5],
    ),
    "two_ellipses": (
        "ValueError",
        "Multiple ellipses in slice spec not allowed",
        lambda tf: tf.ones([2, 2])[..., ...],
    ),
    "tensor_as_bool": ("TypeError", "as a Python `bool`", lambda tf: bool(tf.constant(True))),
    "if_tensor": ("TypeError", "as a Python `bool`", lambda tf: 1 if tf.constant(1) else 0),
    "iterating": (
        "TypeError",
        "Iterating over a symbolic `tf.Tensor`|objects are only iterable",
        lambda tf: list(tf.placeholder(tf.float32)),
    ),
    "len_of_tensor": (
        "TypeError",
        "len is not well defined for (a )?symbolic Tensor",
        lambda tf: len(tf.ones([2])),
    ),
    "float_of_tensor": (
        "TypeError",
        r"float\(\) argument must be a string or a real number",
        lambda tf: float(tf.constant(1.0)),
    ),
    "array_of_tensor": (
        "NotImplementedError",
        "Cannot convert a symbolic",
        lambda tf: np.asarray(tf.constant(1.0)),
    ),
    "constant_none": ("ValueError", "None values not supported", lambda tf: tf.constant(None)),
    "constant_too_many": (
        "ValueError",
        "Too many elements provided. Takes at most 2, but got 3",
        lambda tf: tf.constant([1, 2, 3], shape=[2]),
    ),
    "constant_wrong_type": (
        "TypeError",
        "Expected int32,( but)? got 1.5 of type 'float'",
        lambda tf: tf.constant(1.5, tf.int32),
    ),
    "constant_ragged": (
        "ValueError",
        "inhomogeneous|must be rectangular",
        lambda tf: tf.constant([[1, 2], [3]]),
    ),
    "constant_text_as_number": (
        "TypeError",
        "Expected float32,( but)? got a of type 'str'",
        lambda tf: tf.constant("a", tf.float32),
    ),
    "constant_unknown_object": (
        "TypeError",
        "Failed to convert elements of <object",
        lambda tf: tf.constant(object()),
    ),
    "convert_wrong_dtype": (
        "ValueError",
        "Tensor conversion requested dtype",
        lambda tf: tf.convert_to_tensor(tf.constant(1.0), tf.int32),
    ),
    "bad_op_name": (
        "ValueError",
        "is not a valid node name|is not a valid scope name",
        lambda tf: tf.constant(1, name="a b"),
    ),
    "bad_scope_name": (
        "ValueError",
        "'a b' is not a valid (root )?scope name",
        lambda tf: tf.name_scope("a b").__enter__(),
    ),
    "scope_with_underscore": (
        "ValueError",
        "'_a' is not a valid (root )?scope name",
        lambda tf: tf.name_scope("_a").__enter__(),
    ),
    "bad_device": (
        "ValueError",
        "Unknown attribute '?nonsense'?",
        lambda tf: tf.device("/nonsense:x").__enter__(),
    ),
    "bad_dtype": ("TypeError", "Cannot convert .*float31", lambda tf: tf.as_dtype("float31")),
    "unknown_tensor_name": (
        "KeyError",
        "refers to a Tensor which does not exist",
        lambda tf: tf.get_default_graph().get_tensor_by_name("no:0"),
    ),
    "output_that_is_not": (
        "KeyError",
        "exists but only has 1 outputs",
        lambda tf: (tf.constant(1, name="c"), tf.get_default_graph().get_tensor_by_name("c:3")),
    ),
    "tensor_name_without_colon": (
        "ValueError",
        "refers to an Operation, not a Tensor",
        lambda tf: (tf.constant(1, name="c"), tf.get_default_graph().get_tensor_by_name("c")),
    ),
    "unknown_operation_name": (
        "KeyError",
        "refers to an Operation not in the graph",
        lambda tf: tf.get_default_graph().get_operation_by_name("no"),
    ),
    "element_of_wrong_type": (
        "TypeError",
        "Can not convert a int into a",
        lambda tf: tf.get_default_graph().as_graph_element(3),
    ),
    "variable_without_value": (
        "ValueError",
        "initial_value must be specified",
        lambda tf: tf.Variable(),
    ),
    "variable_of_unknown_shape": (
        "ValueError",
        "initial_value must have a shape specified",
        lambda tf: tf.Variable(tf.placeholder(tf.float32)),
    ),
    "assign_wrong_shape": (
        "ValueError",
        "Dimension 0 in both shapes must be equal, but are 1 and 2",
        lambda tf: tf.assign(tf.Variable([1.0]), [1.0, 2.0]),
    ),
    "assign_wrong_dtype": (
        "TypeError",
        "Input 'value' of 'Assign' Op has type float32 that does not match type int32",
        lambda tf: tf.assign(tf.Variable(1), tf.constant(1.0)),
    ),
    "set_shape_conflict": (
        "ValueError",
        "Dimension 0 in both shapes must be equal, but are 2 and 3",
        lambda tf: tf.ones([2]).set_shape([3]),
    ),
    "merge_shapes": (
        "ValueError",
        "are not compatible",
        lambda tf: tf.TensorShape([2]).merge_with(tf.TensorShape([3])),
    ),
    "as_list_unknown": ("ValueError", "as_list", lambda tf: tf.TensorShape(None).as_list()),
    "shape_rank": (
        "ValueError",
        "must have rank 3",
        lambda tf: tf.TensorShape([1, 2]).with_rank(3),
    ),
    "placeholder_negative_shape": (
        "ValueError",
        "Dimension -2 must be >= 0",
        lambda tf: tf.placeholder(tf.float32, [-2]),
    ),
    "log_of_integers": (
        "TypeError",
        "has DataType int32 not in list of allowed values",
        lambda tf: tf.log(tf.constant(1)),
    ),
    "cast_string": (
        "UnimplementedError",
        "Cast string to float is not supported",
        lambda tf: session(tf, tf.cast("a", tf.float32)),
    ),
    "softmax_xent_shapes": (
        "ValueError",
        "Dimensions must be equal, but are 3 and 2",
        lambda tf: tf.nn.softmax_cross_entropy_with_logits(
            labels=tf.ones([1, 2]), logits=tf.ones([1, 3])
        ),
    ),
    "sparse_xent_rank": (
        "ValueError",
        "must equal `logits.shape.rank - 1`",
        lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=tf.constant([[1]]), logits=tf.ones([1, 3])
        ),
    ),
    "dropout_keep_prob": (
        "ValueError",
        "must be a scalar tensor or a float in the range",
        lambda tf: tf.nn.dropout(tf.ones([2]), 1.5),
    ),
    "add_n_empty": (
        "ValueError",
        "at least one Tensor/IndexedSlices with the same dtype and shape",
        lambda tf: tf.add_n([]),
    ),
    "bias_rank": (
        "ValueError",
        "Dimensions must be equal, but are 3 and 2",
        lambda tf: tf.nn.bias_add(tf.ones([2, 3]), tf.ones([2])),
    ),
    "gradients_of_ints": (
        "TypeError",
        "NoneType",
        lambda tf: (lambda x: [t + 1 for t in tf.gradients(x * x, x)])(tf.constant(1)),
    ),
    "unconnected_value": (
        "ValueError",
        "Unknown value for unconnected_gradients: 'nonsense'",
        lambda tf: tf.gradients(
            tf.constant(1.0), tf.constant(1.0), unconnected_gradients="nonsense"
        ),
    ),
    "grad_ys_shape": (
        "ValueError",
        "Dimensions must be equal, but are 3 and 2",
        lambda tf: (lambda x: tf.gradients(tf.square(x), x, grad_ys=[tf.ones([3])]))(tf.ones([2])),
    ),
    "no_gradients": (
        "ValueError",
        "No gradients provided for any variable",
        lambda tf: tf.train.GradientDescentOptimizer(0.1).minimize(
            tf.constant(1.0), var_list=[tf.Variable(1.0)]
        ),
    ),
    "no_variables": (
        "ValueError",
        "No variables to optimize",
        lambda tf: tf.train.GradientDescentOptimizer(0.1).minimize(tf.constant(1.0)),
    ),
    "group_of_nonsense": (
        "TypeError",
        r"should be zero or more \(nested\) Tensors",
        lambda tf: tf.group("x", 3),
    ),
    "control_input_type": (
        "TypeError",
        "Can not convert a float into a Tensor or Operation",
        lambda tf: tf.control_dependencies([3.5]).__enter__(),
    ),
    "register_gradient_twice": (
        "KeyError",
        "Registering two gradient with name 'ParityTwice'",
        lambda tf: [tf.RegisterGradient("ParityTwice")(lambda op, dy: dy) for _ in range(2)],
    ),
    "finalized": (
        "RuntimeError",
        "Graph is finalized and cannot be modified",
        lambda tf: (tf.get_default_graph().finalize(), tf.constant(1)),
    ),
    "mixed_graphs": ("ValueError", "must be from the same graph", lambda tf: mixed_graphs(tf)),
}


def mixed_graphs(tf):
    with tf.Graph().as_default():
        other = tf.constant(1.0)
    return tf.add(tf.constant(1.0), other)


failing += [Failing(f"building:{n}", f, e, s) for n, (e, s, f) in BUILDING.items()]


# --- running ------------------------------------------------------------------------------------


def fed(dtype, shape, value, get=lambda tf, x: x):
    def program(tf):
        x = tf.placeholder(getattr(tf, dtype), shape, name="x")
        return session(tf, get(tf, x), {x: value})

    return program


RUNNING = {
    "division_by_zero": (
        "InvalidArgumentError",
        "Integer division by zero",
        fed("int32", [], 0, lambda tf, x: 5 // x),
    ),
    "gather_out_of_range": (
        "InvalidArgumentError",
        r"indices\[1\] = 9 is not in \[0, 2\)",
        fed("int32", [2], [0, 9], lambda tf, x: tf.gather([1.0, 2.0], x)),
    ),
    "gather_nd_out_of_range": (
        "InvalidArgumentError",
        r"indices\[0\] = \[7\] does not index into",
        fed("int32", [1, 1], [[7]], lambda tf, x: tf.gather_nd([1.0, 2.0], x)),
    ),
    "label_out_of_range": (
        "InvalidArgumentError",
        "outside the valid range",
        fed(
            "int32",
            [1],
            [4],
            lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=x, logits=[[1.0, 2.0]]
            ),
        ),
    ),
    "matmul_shapes_at_run_time": (
        "InvalidArgumentError",
        "Matrix size-incompatible",
        fed("float32", None, [[1.0, 2.0]], lambda tf, x: tf.matmul(x, tf.ones([3, 1]))),
    ),
    "add_shapes_at_run_time": (
        "InvalidArgumentError",
        "Incompatible shapes",
        fed("float32", None, [1.0, 2.0], lambda tf, x: x + tf.ones([3])),
    ),
    "reshape_at_run_time": (
        "InvalidArgumentError",
        "Input to reshape is a tensor with 2 values",
        fed("float32", None, [1.0, 2.0], lambda tf, x: tf.reshape(x, [3])),
    ),
    "slice_at_run_time": (
        "InvalidArgumentError",
        "slice index 2 of dimension 0 out of bounds",
        fed("float32", None, [1.0, 2.0], lambda tf, x: x[2]),
    ),
    "concat_at_run_time": (
        "InvalidArgumentError",
        "ConcatOp : Dimension 1 in both shapes must be equal",
        fed("float32", None, [[1.0, 2.0]], lambda tf, x: tf.concat([x, tf.ones([1, 3])], 0)),
    ),
    "check_numerics": (
        "InvalidArgumentError",
        "bad value : Tensor had NaN",
        fed("float32", [], np.nan, lambda tf, x: tf.check_numerics(x, "bad value")),
    ),
    "tile_multiples": (
        "InvalidArgumentError",
        r"Expected multiples\[0\] >= 0, but got -1",
        fed("int32", None, [-1], lambda tf, x: tf.tile([1.0], x)),
    ),
    "range_without_step": (
        "InvalidArgumentError",
        "Requires delta != 0: 0",
        fed("int32", [], 0, lambda tf, x: tf.range(0, 5, x)),
    ),
    "argmax_of_nothing": (
        "InvalidArgumentError",
        r"Reduction axis 0 is empty in shape \[0\]",
        fed("float32", [None], [], lambda tf, x: tf.argmax(x, 0)),
    ),
    "squeeze_at_run_time": (
        "InvalidArgumentError",
        "Can not squeeze dim",
        fed("float32", None, [1.0, 2.0], lambda tf, x: tf.squeeze(x, [0])),
    ),
    "fill_negative": (
        "InvalidArgumentError",
        "Dimension -3 must be >= 0",
        fed("int32", None, [-3], lambda tf, x: tf.fill(x, 1.0)),
    ),
    "ensure_shape": (
        "InvalidArgumentError",
        "is not compatible with expected shape",
        fed("float32", None, [1.0, 2.0], lambda tf, x: tf.ensure_shape(x, [3])),
    ),
    "assert_equal": (
        "InvalidArgumentError",
        "assertion failed",
        fed("int32", [], 3, lambda tf, x: _after(tf, tf.assert_equal(x, 4), x)),
    ),
}


def _after(tf, first, then):
    with tf.control_dependencies([first]):
        return tf.identity(then)


failing += [Failing(f"running:{n}", f, e, s) for n, (e, s, f) in RUNNING.items()]


@fails("OutOfRangeError", "Reached limit of 2")
def count_up_to_the_limit(tf):
    v = tf.Variable(0)
    up = tf.count_up_to(v, 2)
    with tf.Session() as sess:
        sess.run(v.initializer)
        for _ in range(3):
            sess.run(up)


@fails("NotFoundError", "Op type not registered 'NoSuchOpAnywhere'")
def unknown_op_in_a_graph_def(tf):
    graph_def = tf.GraphDef()
    graph_def.node.add(name="n", op="NoSuchOpAnywhere")
    tf.import_graph_def(graph_def)


@fails("ValueError", "NodeDef missing attr 'dtype' from Op<name=Placeholder")
def attribute_missing_in_a_graph_def(tf):
    graph_def = tf.GraphDef()
    graph_def.node.add(name="n", op="Placeholder")
    tf.import_graph_def(graph_def)


@fails("ValueError", "Node 'n' is not unique")
def duplicate_names_in_a_graph_def(tf):
    graph_def = tf.GraphDef()
    graph_def.node.add(name="n", op="NoOp")
    graph_def.node.add(name="n", op="NoOp")
    tf.import_graph_def(graph_def)


@fails("ValueError", "Requested return node 'other' not found in graph def")
def unknown_return_element(tf):
    graph_def = tf.GraphDef()
    graph_def.node.add(name="n", op="NoOp")
    tf.import_graph_def(graph_def, return_elements=["other"])


@fails("ValueError", "Attempted to map inputs that were not found in graph_def")
def unused_input_map(tf):
    graph_def = tf.GraphDef()
    graph_def.node.add(name="n", op="NoOp")
    tf.import_graph_def(graph_def, input_map={"ghost:0": tf.constant(1.0)})


@fails("TypeError", "must be a GraphDef proto")
def import_of_something_else(tf):
    tf.import_graph_def("not a graph")


@fails("ValueError", "was passed int32 from .* incompatible with expected float")
def import_with_a_mismatched_type(tf):
    with tf.Graph().as_default() as graph:
        tf.square(tf.placeholder(tf.float32, name="x"))
    tf.import_graph_def(graph.as_graph_def(), input_map={"x:0": tf.constant(1)})
