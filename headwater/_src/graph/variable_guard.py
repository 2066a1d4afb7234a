"""Initial values that read other variables: rewritten so that they do not depend on run order."""

from headwater._src.graph.build import make_node
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.operation import Tensor

_STOPS = frozenset(["IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp"])
_VARIABLES = frozenset(["Variable", "VariableV2", "VarHandleOp"])


def guarded(name, value):
    """A tensor like `value` that reads initialized values instead of variables.

    The nodes between the variables and `value` are copied; what depends on no variable is shared.

    Args:
      name: name of the variable that `value` will initialize; part of the copies' names.
      value: a `Tensor`.

    Returns:
      A `Tensor`; `value` itself when it depends on no variable, or on itself.
    """
    if not isinstance(value, Tensor) or _has_cycle(value.op):
        return value
    return _safe(name, value, {})


def _has_cycle(start):
    """Whether a node depends on itself, as inside a loop of an imported graph."""
    state, stack = {}, [(start, False)]
    while stack:
        op, done = stack.pop()
        if done:
            state[op] = 2
            continue
        if op in state:
            continue
        state[op] = 1
        stack.append((op, True))
        for before in [t.op for t in op.inputs] + op.control_inputs:
            if state.get(before) == 1:
                return True
            if before not in state:
                stack.append((before, False))
    return False


def _safe(name, tensor, cache):
    """The safe form of one tensor; `cache` maps nodes to their safe forms."""
    order, stack = [], [(tensor.op, False)]
    seen = set()
    while stack:  # inputs first, without recursion: initial values may be deep
        op, done = stack.pop()
        if done:
            order.append(op)
            continue
        if op in seen:
            continue
        seen.add(op)
        stack.append((op, True))
        if op.type not in _STOPS and op.type not in _VARIABLES:
            stack.extend((t.op, False) for t in reversed(_walked(op)))
    for op in order:
        cache[op] = _safe_op(name, op, cache)
    return _of(cache, tensor)


def _walked(op):
    """The inputs that are looked through: a branch decides by itself whether it reads a variable."""
    if op.type not in ("If", "StatelessIf"):
        return op.inputs
    return [t for t in op.inputs if t.op.type not in _VARIABLES]


def _of(cache, tensor):
    found = cache.get(tensor.op)
    if found is None:
        return tensor
    return found if isinstance(found, Tensor) else found.outputs[tensor.value_index]


def _safe_op(name, op, cache):
    """The node (or tensor) that stands for `op`; None for `op` itself."""
    if op.type in _STOPS:
        return None
    if op.type in _VARIABLES:
        variable = _variable_of(op)
        return None if variable is None else variable.initialized_value()
    walked = set(_walked(op))
    inputs = [_of(cache, t) if t in walked else t for t in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs)):
        return None
    graph = op.graph
    with graph.name_scope(None), graph.scoped(colocate=(), devices=(), attrs=()):
        copy = make_node(
            graph,
            op.op,
            f"{op.name}_{name}".replace(":", "_"),
            tuple(inputs),
            dict(op.attrs),
            [t.dtype for t in op.outputs],
        )
    graph._touch()
    copy.device = op.device
    return copy


def _variable_of(op):
    for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in op.graph.get_collection(key):
            if variable.name in (op.name, op.name + ":0"):
                return variable
    return None
