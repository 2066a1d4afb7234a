"""Branches and calls: the ops that run graph functions, `cond`, `case` and `switch_case`."""

import functools

from headwater._src.core import dtypes, nest
from headwater._src.graph import bodies, define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.func_graph import unify_captures
from headwater._src.graph.function_gradient import branch_gradient
from headwater._src.graph.operation import Tensor
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import Out, relax


# --- ops --------------------------------------------------------------------------------------

_BRANCH = ["Tin: list(type) >= 0", "Tout: list(type) >= 0"]
_SHAPES = "output_shapes: list(shape) = []"


def _agreed(functions, output_shapes, n):
    """What is known of each output whichever function runs."""
    if any(isinstance(f, str) for f in functions):
        return list(output_shapes) or [None] * n
    result = []
    for tensors in zip(*(f.outputs for f in functions)):
        dims = functools.reduce(relax, [t.dims for t in tensors])
        handle = tensors[0].handle
        result.append(dims if handle is None else Out(dims, handle))
    return result


def _branch_op(name, first, attrs, functions, stateful):
    op = define_op(name, inputs=f"{first}, input: Tin", outputs="output: Tout",
                   attrs=[*attrs, _SHAPES], stateful=stateful)
    return op.function("branch", *functions)


If = _branch_op("If", "cond: Tcond", ["Tcond: type", *_BRANCH, "then_branch: func", "else_branch: func"],
                ["then_branch", "else_branch"], True)
StatelessIf = _branch_op(
    "StatelessIf", "cond: Tcond", ["Tcond: type", *_BRANCH, "then_branch: func", "else_branch: func"],
    ["then_branch", "else_branch"], False)
Case = _branch_op("Case", "branch_index: int32", [*_BRANCH, "branches: list(func) >= 1"], ["branches"], True)
StatelessCase = _branch_op("StatelessCase", "branch_index: int32", [*_BRANCH, "branches: list(func) >= 1"],
                           ["branches"], False)

for _op in (If, StatelessIf):
    @_op.shape
    def _if_shape(cond, input, *, then_branch, else_branch, output_shapes, Tout):
        return _agreed([then_branch, else_branch], output_shapes, len(Tout))

for _op in (Case, StatelessCase):
    @_op.shape
    def _case_shape(branch_index, input, *, branches, output_shapes, Tout):
        return _agreed(branches, output_shapes, len(Tout))

for _op in (If, StatelessIf, Case, StatelessCase):
    _op.gradient(branch_gradient)

PartitionedCall = define_op(
    "PartitionedCall", inputs="args: Tin", outputs="output: Tout",
    attrs=[*_BRANCH, "f: func", "config: string = ''", "config_proto: string = ''", "executor_type: string = ''"]
).function("call", "f")
StatefulPartitionedCall = define_op(
    "StatefulPartitionedCall", inputs="args: Tin", outputs="output: Tout",
    attrs=[*_BRANCH, "f: func", "config: string = ''", "config_proto: string = ''", "executor_type: string = ''"],
    stateful=True).function("call", "f")

for _op in (PartitionedCall, StatefulPartitionedCall):
    @_op.shape
    def _call_shape(args, *, f, Tout):
        return _agreed([f], (), len(Tout))

    _op.gradient(branch_gradient)

FakeParam = define_op("FakeParam", outputs="output: dtype", attrs=["dtype: type", "shape: shape"],
                      shape=lambda *, shape: shape)
FakeParam.lists = True


@FakeParam.kernel
def _fake_param_kernel(xp, *, dtype, shape):
    """A value that nobody looks at: what a branch gives for what only another branch computes."""
    return xp.absent(dtype, shape)


FakeParam.no_gradient()


# --- cond -------------------------------------------------------------------------------------


@public
def cond(pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None):
    """The result of one of two functions, chosen when the graph runs.

    Args:
      pred: scalar bool `Tensor`.
      true_fn: function without arguments that builds the result for a true `pred`.
      false_fn: function that builds the result for a false one, of the same structure and types.
      strict: whether a list of one tensor stays a list.
      name: prefix of the nodes' names.
      fn1: 1.x's older name of `true_fn`.
      fn2: 1.x's older name of `false_fn`.

    Returns:
      Tensors in the structure that the functions return. Only nodes made inside the chosen function run.

    Raises:
      TypeError: `pred` is a Python bool, or a function is missing or not callable.
      ValueError: the functions' results differ in structure or types, or there are none.

    >>> x = tf.constant(3.0)
    >>> sess.run(tf.cond(x > 0.0, lambda: x, lambda: -x))
    np.float32(3.0)
    """
    true_fn = _old_name("true_fn", true_fn, "fn1", fn1)
    false_fn = _old_name("false_fn", false_fn, "fn2", fn2)
    if not callable(true_fn):
        raise TypeError("'true_fn' must be callable.")
    if not callable(false_fn):
        raise TypeError("'false_fn' must be callable.")
    if isinstance(pred, bool):
        raise TypeError("'pred' must not be a Python bool.")
    with scope(name, "cond", [pred]):
        graph = get_default_graph()
        pred = _predicate(pred)
        found = []
        for role, function in (("true_fn", true_fn), ("false_fn", false_fn)):
            body = bodies.trace(bodies.new_graph(graph, f"cond_{role[:-3]}"), function)
            if body is None:
                raise ValueError(f"'{role}' must have a return value.")
            if not strict:
                body.structure = _unpacked(body.structure)
            found.append(body)
        _check_alike(*found)
        return _branches(raw.If, pred, found, names=["then_branch", "else_branch"])


def _old_name(new_name, new, old_name, old):
    if new is not None and old is not None:
        raise TypeError(f"cond(): '{new_name}' and '{old_name}' may not be set simultaneously.")
    value = renamed(new_name, new, old_name, old)
    if value is None:
        raise TypeError(f"cond(): '{new_name}' argument required")
    return value


def _predicate(pred):
    pred = convert_to_tensor(pred)
    if pred.dtype.base_dtype is not dtypes.bool:
        raise TypeError(f"Input 'pred' of 'Switch' Op has type {pred.dtype.base_dtype.name} that does not match "
                        "expected type of bool.")
    if pred.dims is not None and pred.dims != ():
        raise ValueError(f"Shape must be rank 0 but is rank {len(pred.dims)} for the predicate {pred.name} of a cond")
    return pred


def _unpacked(structure):
    while isinstance(structure, (list, tuple)) and len(structure) == 1 and not hasattr(structure, "_fields"):
        structure = structure[0]
    return structure


def _check_alike(first, second):
    nest.assert_same_structure(first.structure, second.structure)
    for a, b in zip(first.leaves, second.leaves):
        if type(a) is not type(b) and not (isinstance(a, Tensor) and isinstance(b, Tensor)):
            raise TypeError("Cannot reconcile tf.cond 0-th outputs: outputs from 'true_fn' and 'false_fn' are of "
                            f"different kinds: {a!r} and {b!r}")
        for s, t in zip(bodies.parts(a), bodies.parts(b)):
            if s.dtype.base_dtype is not t.dtype.base_dtype:
                raise ValueError("Outputs of 'true_fn' and 'false_fn' must have the same type(s). Received "
                                 f"{s.dtype.base_dtype.name} from 'true_fn' and {t.dtype.base_dtype.name} from "
                                 "'false_fn'.")


def _branches(op, selector, found, names=None):
    """The node that runs one of several bodies, and its outputs in the structure of the first one's results."""
    graph = get_default_graph()
    graphs = [body.graph for body in found]
    sources = unify_captures(graphs)
    functions = dict(zip(names, graphs)) if names else {"branches": graphs}
    types = [t.dtype.base_dtype for t in graphs[0].outputs]
    waits = dict.fromkeys(op for g in graphs for op in g.outer_control)
    with graph.control_dependencies(list(waits)):
        outputs = op(selector, sources, Tout=types, **functions)
    if not types:
        return outputs
    outputs = [raw.Identity(t, name="Merge") for t in outputs]
    return nest.pack_sequence_as(found[0].structure, bodies.contract(found[0].leaves, outputs))
