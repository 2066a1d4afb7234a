"""Branches and calls: the ops that run graph functions, `cond`, `case` and `switch_case`."""

import functools

from headwater._src.core import dtypes, nest
from headwater._src.graph import bodies, define_op, public, raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import executing_eagerly, get_default_graph
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
    op = define_op(
        name,
        inputs=f"{first}, input: Tin",
        outputs="output: Tout",
        attrs=[*attrs, _SHAPES],
        stateful=stateful,
    )
    return op.function("branch", *functions)


If = _branch_op(
    "If",
    "cond: Tcond",
    ["Tcond: type", *_BRANCH, "then_branch: func", "else_branch: func"],
    ["then_branch", "else_branch"],
    True,
)
StatelessIf = _branch_op(
    "StatelessIf",
    "cond: Tcond",
    ["Tcond: type", *_BRANCH, "then_branch: func", "else_branch: func"],
    ["then_branch", "else_branch"],
    False,
)
Case = _branch_op(
    "Case", "branch_index: int32", [*_BRANCH, "branches: list(func) >= 1"], ["branches"], True
)
StatelessCase = _branch_op(
    "StatelessCase",
    "branch_index: int32",
    [*_BRANCH, "branches: list(func) >= 1"],
    ["branches"],
    False,
)

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
    "PartitionedCall",
    inputs="args: Tin",
    outputs="output: Tout",
    attrs=[
        *_BRANCH,
        "f: func",
        "config: string = ''",
        "config_proto: string = ''",
        "executor_type: string = ''",
    ],
).function("call", "f")
StatefulPartitionedCall = define_op(
    "StatefulPartitionedCall",
    inputs="args: Tin",
    outputs="output: Tout",
    attrs=[
        *_BRANCH,
        "f: func",
        "config: string = ''",
        "config_proto: string = ''",
        "executor_type: string = ''",
    ],
    stateful=True,
).function("call", "f")

for _op in (PartitionedCall, StatefulPartitionedCall):

    @_op.shape
    def _call_shape(args, *, f, Tout):
        return _agreed([f], (), len(Tout))

    _op.gradient(branch_gradient)

FakeParam = define_op(
    "FakeParam",
    outputs="output: dtype",
    attrs=["dtype: type", "shape: shape"],
    shape=lambda *, shape: shape,
)
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
      Tensors in the structure that the functions return. Only nodes made inside the chosen function
      run.

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
    if executing_eagerly():
        return _result_of(true_fn if pred else false_fn, strict)
    if isinstance(pred, bool):
        raise TypeError("'pred' must not be a Python bool.")
    with scope(name, "cond", [pred]):
        graph = get_default_graph()
        pred = _predicate(pred)
        found = []
        for role, function in (("true_fn", true_fn), ("false_fn", false_fn)):
            body = bodies.trace(bodies.new_graph(graph, f"cond_{role[:-3]}"), function, token=pred)
            if body is None:
                raise ValueError(f"'{role}' must have a return value.")
            if not strict:
                body.structure = _unpacked(body.structure)
            found.append(body)
        _same_index_types(found)
        _check_alike(*found)
        return _branches(raw.If, pred, found, names=["then_branch", "else_branch"])


def _result_of(function, strict):
    """What a function gives that is called at once."""
    result = function()
    return result if strict else _unpacked(result)


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
        raise TypeError(
            f"Input 'pred' of 'Switch' Op has type {pred.dtype.base_dtype.name} that does not "
            f"match "
            "expected type of bool."
        )
    if pred.dims is not None and pred.dims != ():
        raise ValueError(
            f"Shape must be rank 0 but is rank {len(pred.dims)} for the predicate {pred.name} of a "
            f"cond"
        )
    return pred


def _unpacked(structure):
    while isinstance(structure, (list, tuple)) and len(structure) == 1:
        structure = structure[0]
    return structure


def _same_index_types(found):
    """Where branches give IndexedSlices with indices of different types, all become int64."""
    for k, leaves in enumerate(zip(*(body.leaves for body in found))):
        if (
            all(isinstance(s, IndexedSlices) for s in leaves)
            and len({s.indices.dtype for s in leaves}) > 1
        ):
            for body, s in zip(found, leaves):
                with body.graph.as_default():
                    body.leaves[k] = IndexedSlices(
                        s.values, raw.Cast(s.indices, DstT=dtypes.int64), s.dense_shape
                    )
                    body.graph.outputs = bodies.expand(body.leaves)


def _check_alike(first, second):
    nest.assert_same_structure(first.structure, second.structure)
    for a, b in zip(first.leaves, second.leaves):
        if type(a) is not type(b) and not (isinstance(a, Tensor) and isinstance(b, Tensor)):
            raise TypeError(
                "Cannot reconcile tf.cond 0-th outputs: outputs from 'true_fn' and 'false_fn' are "
                "of "
                f"different kinds: {a!r} and {b!r}"
            )
        for s, t in zip(bodies.parts(a), bodies.parts(b)):
            if s.dtype.base_dtype is not t.dtype.base_dtype:
                raise ValueError(
                    "Outputs of 'true_fn' and 'false_fn' must have the same type(s). Received "
                    f"{s.dtype.base_dtype.name} from 'true_fn' and {t.dtype.base_dtype.name} from "
                    "'false_fn'."
                )


def _branches(op, selector, found, names=None, result_name="Merge"):
    """The node that runs one of several bodies, and its outputs in the structure of the first one's
    results.
    """
    graph = get_default_graph()
    graphs = [body.graph for body in found]
    sources = unify_captures(graphs)
    functions = dict(zip(names, graphs)) if names else {"branches": graphs}
    types = [t.dtype.base_dtype for t in graphs[0].outputs]
    waits = dict.fromkeys(op for g in graphs for op in g.outer_control)
    with graph.control_dependencies(list(waits)):
        outputs = op(selector, sources, Tout=types, **functions)
    if not types:
        return []
    outputs = [raw.Identity(t, name=result_name) for t in outputs]
    return nest.pack_sequence_as(found[0].structure, bodies.contract(found[0].leaves, outputs))


# --- case -------------------------------------------------------------------------------------


@public
def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The result of the first of several functions whose condition holds.

    Args:
      pred_fn_pairs: list of pairs `(scalar bool tensor, function)`, or a dict of them.
      default: the function that runs when no condition holds; without it that is an error.
      exclusive: whether at most one condition may hold, which is checked.
      strict: whether a list of one tensor stays a list.
      name: prefix of the nodes' names.

    Returns:
      Tensors in the structure that the functions return.

    Raises:
      TypeError: `pred_fn_pairs` is not of that form.
      InvalidArgumentError: at run time, when no condition holds and there is no `default`, or when
        several hold and `exclusive` is given.

    >>> x = tf.constant(2)
    >>> sess.run(tf.case([(x < 0, lambda: tf.constant("-"))], default=lambda: tf.constant("+")))
    b'+'
    """
    pairs = _pairs(pred_fn_pairs)
    with scope(name, "case", [pred for pred, _ in pairs]):
        if exclusive:
            count = raw.Sum(
                raw.Cast(raw.Pack([pred for pred, _ in pairs], name="preds_c"), DstT=dtypes.int32),
                convert_to_tensor([0]),
            )
            check = raw.Assert(
                raw.Less(count, convert_to_tensor(2)),
                [
                    "Input error: exclusive=True: more than 1 conditions "
                    f"({', '.join(pred.name for pred, _ in pairs)}) evaluated as True:",
                    *[pred for pred, _ in pairs],
                ],
            )
            waits = [check]
        else:
            waits = []
        with get_default_graph().control_dependencies(waits):
            return _chain(pairs, default, strict)


def _chain(pairs, default, strict):
    """Nested conds, the last condition innermost."""
    if default is None:
        names = ", ".join(pred.name for pred, _ in pairs)
        *pairs, (last, function) = pairs

        def default(last=last, function=function):
            message = (
                f"Input error: None of conditions evaluated as True. Conditions: ({names}), Values:"
            )
            with get_default_graph().control_dependencies(
                [raw.Assert(last, [message, last], name="Assert")]
            ):
                return function()

        if not pairs:
            return default() if strict else _unpacked(default())
    result = default
    for pred, function in reversed(pairs):
        result = functools.partial(
            cond, pred, true_fn=function, false_fn=result, strict=strict, name="cond"
        )
    return result()


def _pairs(pred_fn_pairs):
    if isinstance(pred_fn_pairs, dict):
        pairs = sorted(pred_fn_pairs.items(), key=lambda pair: pair[0].name)
    elif isinstance(pred_fn_pairs, (list, tuple)):
        pairs = list(pred_fn_pairs)
    else:
        raise TypeError(
            f"'pred_fn_pairs' must be a list, tuple, or dict. Received: {type(pred_fn_pairs)}"
        )
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple. Received {pair}.")
        pred, function = pair
        if not isinstance(pred, Tensor):
            raise TypeError(f"pred must be a Tensor, got: {pred}")
        if pred.dtype.base_dtype is not dtypes.bool:
            raise TypeError(f"pred must be Tensor of type bool: {pred.name}")
        if not callable(function):
            raise TypeError(f"fn for pred {pred.name} must be callable.")
    if not pairs:
        raise ValueError("'pred_fn_pairs' must hold at least one pair.")
    return pairs


@public
def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The result of the function with a given number.

    Args:
      branch_index: scalar int32 `Tensor`.
      branch_fns: list of functions without arguments, or of pairs `(number, function)`, or a dict
        of them.
      default: the function for other numbers (default: the one with the largest number).
      name: prefix of the nodes' names.

    Returns:
      Tensors in the structure that the functions return.

    Raises:
      TypeError: a wrong argument, or functions with different results.
      ValueError: the numbers do not count from 0 on.

    >>> sess.run(tf.switch_case(tf.constant(1), [lambda: tf.constant(10), lambda: tf.constant(20)]))
    np.int32(20)
    """
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"'branch_index' must be a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"'branch_index' must be an integer Tensor, got {branch_index.dtype!r}")
    functions = _numbered(branch_fns)
    with scope(name, "switch_case", [branch_index]):
        with scope(None, "indexed_case"):
            index = (
                raw.Cast(branch_index, DstT=dtypes.int32)
                if branch_index.dtype is not dtypes.int32
                else branch_index
            )
            functions.append(default if default is not None else functions[-1])
            graph = get_default_graph()
            found = [
                bodies.trace(bodies.new_graph(graph, f"switch_case_{k}"), f)
                for k, f in enumerate(functions)
            ]
            if any(body is None for body in found):
                raise ValueError("the functions of tf.switch_case must return something")
            for k, body in enumerate(found[1:], 1):
                _check_branch(found[0], body, k)
            return _branches(raw.Case, index, found, result_name="Identity")


def _check_branch(first, body, k):
    try:
        _check_alike(first, body)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"branches[0] and branches[{k}] arguments to tf.switch_case must have the same number, "
            f"type, and overall structure of return values.\n\nbranches[0] output: "
            f"{first.structure}\n"
            f"branches[{k}] output: {body.structure}\n\nError details:\n{error}"
        ) from None


def _numbered(branch_fns):
    if isinstance(branch_fns, dict):
        pairs = sorted(branch_fns.items())
    elif not isinstance(branch_fns, (list, tuple)):
        raise TypeError(f"'branch_fns' must be a list, tuple, or dict. Received {type(branch_fns)}")
    elif all(callable(f) for f in branch_fns):
        pairs = list(enumerate(branch_fns))
    else:
        pairs = list(branch_fns)
    if not pairs:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {pair}.")
        if not isinstance(pair[0], int):
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        if not callable(pair[1]):
            raise TypeError(f"fn for key {pair[0]} must be callable.")
    pairs.sort(key=lambda pair: pair[0])
    keys = [key for key, _ in pairs]
    if keys != list(range(len(keys))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(keys)}) but found "
            f"{{{','.join(map(str, keys))}}}"
        )
    return [function for _, function in pairs]
