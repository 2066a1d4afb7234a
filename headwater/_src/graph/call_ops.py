"""Functions of a graph's library as ops: a node may have a function's name for its type.

`call_op` gives the op for a name. Its gradient is a `SymbolicGradient` node, which runs the function
once more, or the function that the library names for it.
"""

from headwater._src.core import dtypes
from headwater._src.graph.func_graph import FuncGraph
from headwater._src.graph.opdef import parse_opdef
from headwater._src.graph.optable import raw
from headwater._src.graph.registry import Op

_WORDS = {dtype: word for word, dtype in dtypes.TYPE_NAMES.items()}
_PLAIN = ("type_attr", "number_attr", "type_list_attr")


class FunctionOp(Op):
    """The op whose nodes call one function.

    Attributes:
      called: the `FuncGraph`, or the entry of the library with a `definition`.
    """

    def __init__(self, function, signature):
        def declared(args):
            return ", ".join(f"{a.name}: {_word(a.type)}" for a in args)

        super().__init__(
            parse_opdef(
                signature.name,
                declared(signature.input_arg),
                declared(signature.output_arg),
                (),
                stateful=signature.is_stateful,
            )
        )
        self.called = function
        super().function("call")
        self.shape(self._dims)
        self.gradient(_gradient)

    def _dims(self, *inputs):
        body = self.called
        if isinstance(body, FuncGraph):
            return [t.dims for t in body.outputs]
        return [None] * len(self.opdef.outputs)

    def bodies(self, node):
        """The body that a node runs."""
        if isinstance(self.called, FuncGraph):
            return [self.called]
        found = node.__dict__.get("_body")
        if found is None:
            from headwater._src.graph.function_def import body_of

            found = node._body = body_of(self.called.definition, node, node.inputs)
        return [found]


def call_op(graph, name):
    """The op that calls the function `name` of a graph's library; None when it has none.

    Args:
      graph: the `Graph`.
      name: name of the function.

    Raises:
      UnimplementedError: its signature has lists or types that are attrs.
    """
    functions = graph._functions
    found = functions.get(name)
    if found is None:
        return None
    made = graph.root.__dict__.setdefault("_call_ops", {})
    op = made.get(name)
    if op is None or op.called is not found:
        signature = found.definition.signature
        for arg in (*signature.input_arg, *signature.output_arg):
            if any(getattr(arg, part) for part in _PLAIN):
                return None
        op = made[name] = FunctionOp(found, signature)
    return op


def _word(number):
    """A type as signatures write it."""
    dtype = dtypes.as_dtype(number)
    word = _WORDS[dtype.base_dtype]
    return f"Ref({word})" if dtype._is_ref_dtype else word


def _gradient(op, *dys):
    function = op.op.called
    from_python = getattr(function, "python_gradient", None)
    dense = [_dense(dy, y) for dy, y in zip(dys, op.outputs)]
    if from_python is not None:
        found = from_python(op, *dense)
        return list(found) if isinstance(found, (list, tuple)) else [found]
    types = [t.dtype.base_dtype for t in op.inputs]
    return list(
        raw.SymbolicGradient(
            [*op.inputs, *dense], Tout=types, f=op.op.name, name="SymbolicGradient"
        )
    )


def _dense(dy, y):
    from headwater._src.graph.convert import convert_to_tensor
    from headwater._src.graph.gradients import zeros_of

    return zeros_of(y) if dy is None else convert_to_tensor(dy)
