"""How much arithmetic a node is, as TensorFlow's profiler counts it."""

import math

_ONE_EACH = frozenset(
    "Add AddV2 BiasAdd Sub Mul RealDiv Div Square Neg Maximum Minimum Greater GreaterEqual Less "
    "LessEqual Equal NotEqual Log Pow Abs Reciprocal".split()
)
_SEVERAL_EACH = {"Softmax": 5, "Rsqrt": 2, "SquaredDifference": 2}
_REDUCTIONS = {"Sum", "Max", "Min", "Prod"}
_POOLS = {"MaxPool", "AvgPool"}
_CONVOLUTIONS = {"Conv2D", "Conv3D"}
# The gradients of convolutions do as much as these; the tensor of the layer's size, and of its
# filter, among inputs and outputs.
_BACKWARD = {
    "Conv2DBackpropInput": lambda node: (node.inputs[2], node.inputs[1]),
    "Conv2DBackpropFilter": lambda node: (node.inputs[2], node.outputs[0]),
}


def float_ops(node):
    """The additions, multiplications and the like of a node.

    Args:
      node: an `Operation`.

    Returns:
      Their number; 0 where a shape is not known, or where nothing is counted.
    """
    tensors = (*node.inputs, *node.outputs)
    if not node.outputs or not all(tensor.shape.is_fully_defined() for tensor in tensors):
        return _of_matrices(node)
    size = _size(node.outputs[0])
    kind = node.type
    if kind in _ONE_EACH:
        return size
    if kind in _SEVERAL_EACH:
        return _SEVERAL_EACH[kind] * size
    if kind == "AddN":
        return (len(node.inputs) - 1) * size
    if kind == "L2Loss":
        return 3 * _size(node.inputs[0]) - 1
    if kind in _REDUCTIONS:
        return _size(node.inputs[0]) - size
    if kind == "Mean":
        return _size(node.inputs[0])
    if kind in _POOLS:
        return size * math.prod(node.get_attr("ksize"))
    if kind in _CONVOLUTIONS:
        return 2 * size * math.prod(_dims(node.inputs[1])[:-1])
    if kind == "DepthwiseConv2dNative":
        return 2 * size * math.prod(_dims(node.inputs[1])[:2])
    if kind in _BACKWARD:
        layer, kernel = _BACKWARD[kind](node)
        return 2 * _size(layer) * math.prod(_dims(kernel)[:-1])
    return _of_matrices(node)


def _of_matrices(node):
    if node.type not in ("MatMul", "BatchMatMul", "BatchMatMulV2"):
        return 0
    first, out = node.inputs[0], node.outputs[0]
    if not first.shape.is_fully_defined() or not out.shape.is_fully_defined():
        return 0
    turned = node.get_attr("transpose_a" if node.type == "MatMul" else "adj_x")
    return 2 * _size(out) * _dims(first)[-2 if turned else -1]


def _dims(tensor):
    return tensor.shape.as_list()


def _size(tensor):
    return math.prod(_dims(tensor))
