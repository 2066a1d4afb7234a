"""A step as straight-line code over values: the form that everything after this works on.

A `Subgraph` has references, resource handles, control edges and an order of effects. A `Program`
has none of that: each instruction takes values and gives values, and a variable is a chain of
values, one for each update. So both tiers can run instructions as pure functions, and a failed step
simply never stores its last values.

Which value of a variable a node sees:
- a read of a resource variable, and every update, sees all updates that come before it in order of
effect;
- a use of a reference variable sees the updates that it depends on through edges, and no other. (In
  TensorFlow a reference is an alias of the variable, so a node made after an update and depending
  on it sees the update even through an older `read` node; without an edge the outcome is a race
  there, and the old value here.)
"""

from dataclasses import dataclass, field

import numpy as np

from headwater._src.compiler import dataflow, functional, masked
from headwater._src.core import dtypes, errors
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.blame import node_error
from headwater._src.graph.inference import FOLD_LIMIT, group
from headwater._src.xp import numpy_xp

# Nodes that only hand a value on: they become the same value, not an instruction.
PASS_THROUGH = frozenset(
    {
        "Identity",
        "StopGradient",
        "PreventGradient",
        "PlaceholderWithDefault",
        "Snapshot",
        "RefIdentity",
    }
)
_STRINGS = frozenset({dtypes.string})
_HOST_TYPES = frozenset({dtypes.string, dtypes.variant})


@dataclass(slots=True)
class Slot:
    """A variable of the session: where its value is kept, and what is known of it.

    `key` is `(container, name)`; `node` the variable's node.
    """

    key: tuple
    node: object
    dtype: object
    dims: tuple | None
    is_resource: bool


@dataclass(slots=True)
class Instr:
    """One instruction: a node's kernel applied to values.

    Attributes:
      node: the `Operation`.
      ins: value ids of the inputs (flat); -1 stands for a variable's value that the kernel does not
        need.
      outs: value ids of what the kernel returns: the new values of updated variables, then ordinary
        outputs.
      after: indices of instructions that come before this one without giving it a value.
      where: `"host"`, or the name of the device the instruction is compiled for.
      function: for a branch, loop or call, its `functional.Function`.
      masked: a `masked.Masked` where a mask says which rows of a value there are.
    """

    node: object
    ins: tuple
    outs: tuple
    out_types: tuple
    after: tuple = ()
    where: str = ""
    function: object = None
    masked: object = None


@dataclass(slots=True)
class Program:
    """Instructions and what they start from and end in.

    Attributes:
      instrs: list of `Instr`.
      n_values: number of value ids.
      consts: value id -> NumPy array.
      feeds: value id of each fed tensor, in the order of `Subgraph.feeds`.
      slots: the variables involved.
      state_in: `(slot index, value id, node that needs a value or None)` of variables that are
        read.
      state_out: `(slot index, value id)` of variables that are updated.
      fetches: value id of each fetched tensor.
    """

    instrs: list = field(default_factory=list)
    n_values: int = 0
    consts: dict = field(default_factory=dict)
    feeds: list = field(default_factory=list)
    slots: list = field(default_factory=list)
    state_in: list = field(default_factory=list)
    state_out: list = field(default_factory=list)
    fetches: list = field(default_factory=list)


def lower_to_program(sub, place, variables=None):
    """Turns a `Subgraph` into a `Program`.

    Args:
      sub: the `Subgraph`.
      place: function from a node to the name of its device.
      variables: fed tensors that stand for variables, as a dict from the tensor to its `Slot`.

    Returns:
      A `Program`.

    Raises:
      InvalidArgumentError: a placeholder that is needed has no value; a variable's node cannot be
        found.
      UnimplementedError: a node whose op has no kernel.
    """
    return Builder(sub, place).build(variables or {})


class Builder:
    def __init__(self, sub, place):
        self.sub, self.place = sub, place
        self.program = Program()
        self.values = {}  # Tensor -> value id
        self.slot_index = {}  # slot key -> index
        self.slot_memo = {}  # Tensor -> slot index
        self.versions = []  # per slot: value ids, the initial one first
        self.updates = []  # per slot: bits of the updates that made versions[1:]
        self.seen = {}  # node -> bit set of the updates it depends on
        self.n_updates = 0
        self.instr_of = {}  # node -> indices of the instructions that must have run when it has
        self.tokens = {}  # Tensor or node that may be dead (see `frames`) -> value id
        self.analysis = None
        self._used = None

    @property
    def used(self):
        """The tensors that some node takes, or that are fetched."""
        if self._used is None:
            self._used = {t for node in self.sub.nodes for t in node.inputs}
            self._used.update(self.sub.fetches)
        return self._used

    def build(self, variables):
        program, sub = self.program, self.sub
        for tensor in sub.feeds:
            self.values[tensor] = self.new()
            program.feeds.append(self.values[tensor])
        for tensor, array in sub.constants:
            self.values[tensor] = self.new()
            program.consts[self.values[tensor]] = array
        for tensor, slot in variables.items():
            del self.values[tensor]
            self.slot_memo[tensor] = self.add_slot(slot.node)
            self.seen[tensor.op] = 0
        self.visit_all({*sub.feeds, *(tensor for tensor, _ in sub.constants)})
        return self.finish()

    def visit_all(self, fed):
        """Adds the instructions of all nodes; `fed` are the tensors that have values."""
        if any(node.op.kind == "flow" for node in self.sub.nodes):
            dataflow.visit_all(self, fed)
            return
        for node in self.sub.nodes:
            self.visit(node, fed)

    def finish(self):
        """The `Program`, with what is fetched and the last values of variables."""
        program = self.program
        for tensor in self.sub.fetches:
            program.fetches.append(self.fetch(tensor))
        for index, chain in enumerate(self.versions):
            if len(chain) > 1:
                program.state_out.append((index, chain[-1]))
        masked.mark(program, self.place)
        return program

    def new(self):
        program = self.program
        program.n_values += 1
        return program.n_values - 1

    # -- variables -------------------------------------------------------------------------------

    def slot_of(self, tensor):
        """The index of the variable that a reference or handle stands for, or None."""
        path, current = [], tensor
        while current not in self.slot_memo:
            path.append(current)
            node = current.op
            if node.op.kind == "variable":
                self.slot_memo[current] = self.slot_index[self.slot_key(node)]
            elif current.dtype._is_ref_dtype and node.op.kind == "update":
                refs = node.op.updates
                current = node.inputs[refs[min(current.value_index, len(refs) - 1)]]
            elif node.type in PASS_THROUGH or node.op.kind == "flow":
                current = node.inputs[0]
            else:
                self.slot_memo[current] = None
        found = self.slot_memo[current]
        for t in path:
            self.slot_memo[t] = found
        return found

    @staticmethod
    def slot_key(node):
        return (node.attrs.get("container", ""), node.attrs.get("shared_name") or node.name)

    def add_slot(self, node):
        key = self.slot_key(node)
        if key not in self.slot_index:
            self.slot_index[key] = len(self.program.slots)
            output = node.outputs[0]
            self.program.slots.append(
                Slot(
                    key,
                    node,
                    node.attrs["dtype"].base_dtype,
                    node.attrs.get("shape"),
                    output.dtype is dtypes.resource,
                )
            )
            self.versions.append([self.new()])
            self.updates.append([])
            self.program.state_in.append([self.slot_index[key], self.versions[-1][0], None, False])
        return self.slot_index[key]

    def state_value(self, slot, node, aliased, optional=False, reader=None):
        """The value id of a variable as `node` sees it; `reader` is named when it has no value."""
        chain, bits = self.versions[slot], self.updates[slot]
        at = len(bits)
        if aliased:
            seen = self.seen[node]
            while at and not seen >> bits[at - 1] & 1:
                at -= 1
        if at == 0:
            entry = self.program.state_in[slot]
            entry[3] = True
            if not optional and entry[2] is None:
                entry[2] = reader or node
        return chain[at]

    # -- nodes -----------------------------------------------------------------------------------

    def visit(self, node, fed):
        op = node.op
        seen = 0
        after = set()
        for t in node.inputs:
            if t not in fed:
                seen |= self.seen[t.op]
                after.update(self.instr_of[t.op])
        for control in node._control:
            # In a partial run the node may have run in an earlier part.
            seen |= self.seen.get(control, 0)
            after.update(self.instr_of.get(control, ()))
        self.seen[node] = seen
        self.instr_of[node] = ()
        if node.device:
            self.place(node)  # every node's device must exist, also of nodes that vanish here
        if op.kind == "variable":
            self.add_slot(node)
            return
        if node.outputs and all(t in fed for t in node.outputs) and op.kind != "update":
            return
        if op.name == "Const":
            value = self.values[node.outputs[0]] = self.new()
            self.program.consts[value] = node.attrs["value"]
            self.instr_of[node] = tuple(after) if node._control else ()
            return
        if op.name == "NoOp":
            self.instr_of[node] = tuple(after)
            return
        if op.name in PASS_THROUGH and self.pass_on(node, fed, after):
            return
        if op.name in ("Placeholder", "PlaceholderV2"):
            raise self.unfed(node)
        if op.kind is None:
            raise node_error(
                errors.UnimplementedError,
                node,
                f"op {op.name} has no kernel in headwater: docs/coverage.md lists what has",
            )
        if node.graph._retyped:
            self.check_types(node)
        if op.kind == "function":
            functional.emit(self, node, fed, after)
            return
        ins = self.inputs(node)
        if op.kind == "kernel" and not node._control and self.fold(node, ins, fed):
            return
        self.emit(node, ins, fed, after)

    def pass_on(self, node, fed, after):
        source, output = node.inputs[0], node.outputs[0]
        if output in fed:
            return True
        if source in self.values:
            self.values[output] = self.values[source]
            self.instr_of[node] = tuple(after)
            return True
        if source.dtype is dtypes.resource and self.slot_of(source) is not None:
            self.instr_of[node] = tuple(after)
            return True
        if source.dtype._is_ref_dtype:
            # An alias of the variable: each consumer looks the value up when it needs it.
            self.slot_memo[output] = self.slot_of(source)
            self.instr_of[node] = tuple(after)
            return True
        slot = self.slot_memo.get(source)
        if slot is not None:  # a copy of an alias is fixed here, with what this node depends on
            self.values[output] = self.state_value(slot, node, True, reader=_reader(source, node))
        else:
            self.values[output] = self.values[source]
        self.instr_of[node] = tuple(after)
        return True

    @staticmethod
    def check_types(node):
        """Nodes whose inputs were exchanged may have got a tensor of another type."""
        for index, tensor in enumerate(node.inputs):
            expected = node.graph._retyped.get((node, index))
            if expected is not None and tensor.dtype.base_dtype != expected:
                raise node_error(
                    errors.InvalidArgumentError,
                    node,
                    f"Input {index} of node {node.name} was passed "
                    f"{_type_text(tensor.dtype.base_dtype)} from "
                    f"{tensor.name} incompatible with expected {_type_text(expected)}.",
                )

    def inputs(self, node):
        op = node.op
        ins = []
        refs = {}
        if op.kind == "update":
            refs = dict.fromkeys(op.updates)
        for position, t in enumerate(node.inputs):
            if t in self.values:
                ins.append(self.values[t])
                continue
            slot = (
                self.slot_of(t)
                if (t.dtype._is_ref_dtype or t.dtype is dtypes.resource)
                else self.slot_memo.get(t)
            )
            if slot is None:
                if t.dtype is dtypes.resource:
                    raise node_error(
                        errors.InvalidArgumentError,
                        node,
                        f"the resource '{t.name}' that '{node.name}' uses is not a "
                        "variable of this session",
                    )
                raise node_error(errors.InternalError, node, f"no value for input '{t.name}'")
            if op.handles:
                value = self.new()
                self.program.consts[value] = self.program.slots[slot]
                ins.append(value)
                continue
            if position in refs:
                if not op.reads:
                    ins.append(-1)
                    continue
                aliased = False
            else:
                aliased = not self.program.slots[slot].is_resource
            ins.append(self.state_value(slot, node, aliased, op.uninitialized, _reader(t, node)))
        return tuple(ins)

    def value_of(self, node, t):
        """The value id of one ordinary input."""
        if t in self.values:
            return self.values[t]
        slot = self.slot_of(t) if t.dtype._is_ref_dtype else self.slot_memo.get(t)
        if slot is None:
            raise node_error(errors.InternalError, node, f"no value for input '{t.name}'")
        return self.state_value(slot, node, True)

    def fold(self, node, ins, fed):
        """Computes small nodes of constants now."""
        consts = self.program.consts
        if node.op.dynamic or node.op.check or any(i not in consts for i in ins) or not ins:
            return False
        total = 0
        for t in node.outputs:
            n = dims_lib.size(t.dims)
            if n is None or t in fed or t.dtype.base_dtype is dtypes.variant:
                return False
            total += n
        if total + sum(np.size(consts[i]) for i in ins) > FOLD_LIMIT:
            return False
        try:
            with np.errstate(all="ignore"):
                result = node.op.fn(
                    numpy_xp,
                    *group(node.op, [consts[i] for i in ins], node.attrs),
                    **{a: node.attrs[a] for a in node.op.kernel_attrs},
                )
        except Exception:
            return False  # the step reports it, with the node
        results = result if isinstance(result, (tuple, list)) else (result,)
        for t, value in zip(node.outputs, results):
            self.values[t] = self.new()
            consts[self.values[t]] = np.asarray(value, t.dtype.base_dtype.as_numpy_dtype)
        return True

    def emit(self, node, ins, fed, after):
        op, program = node.op, self.program
        outs, types = [], []
        if op.kind == "update":
            bit = self.n_updates
            self.n_updates += 1
            for position in op.updates:
                slot = self.slot_of(node.inputs[position])
                value = self.new()
                outs.append(value)
                types.append(program.slots[slot].dtype)
                self.versions[slot].append(value)
                self.updates[slot].append(bit)
            self.seen[node] |= 1 << bit
        for t in node.outputs:
            if t.dtype._is_ref_dtype and op.kind != "host":  # a host op's is a handle
                continue
            value = self.new()
            outs.append(value)
            types.append(t.dtype)
            if t not in fed:
                self.values[t] = value
        where = "host" if needs_host(node) else self.place(node)
        program.instrs.append(Instr(node, ins, tuple(outs), tuple(types), tuple(after), where))
        self.instr_of[node] = (len(program.instrs) - 1,)

    def fetch(self, tensor):
        if tensor in self.values:
            value = self.values[tensor]
            if self.analysis is not None and self.analysis.tensor_may_be_dead(tensor):
                return dataflow.checked(self, tensor, value)
            return value
        slot = self.slot_memo.get(tensor)
        if slot is None and tensor.dtype._is_ref_dtype:
            slot = self.slot_of(tensor)
        if slot is not None and tensor.dtype is not dtypes.resource:
            return self.state_value(slot, tensor.op, True)
        if tensor.dtype is dtypes.resource and self.slot_of(tensor) is not None:
            return self.handle_value(self.slot_of(tensor))
        raise node_error(
            errors.InvalidArgumentError,
            tensor.op,
            f"the resource handle '{tensor.name}' has no value to fetch",
        )

    def handle_value(self, slot):
        """A handle of a variable, as bytes that name it: it can be fetched, but says nothing."""
        value = self.new()
        name = "/".join(self.program.slots[slot].key).encode()
        self.program.consts[value] = np.frombuffer(name, [("resource", np.ubyte)])
        return value

    def unfed(self, node):
        dtype = node.attrs["dtype"]
        shape = node.outputs[0].dims
        about = f" and shape {dims_lib.text(shape)}" if shape is not None else ""
        return node_error(
            errors.InvalidArgumentError,
            node,
            f"You must feed a value for placeholder tensor '{node.name}' with dtype "
            f"{_type_text(dtype)}{about}",
        )


def _type_text(dtype):
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def _reader(tensor, node):
    """The node to name when a variable that `node` takes as `tensor` has no value."""
    return tensor.op if tensor.op.type in PASS_THROUGH else node


def needs_host(node):
    """Whether a node runs in Python rather than in a compiled region."""
    op = node.op
    if op.check:
        return False
    if op.kind == "host" or op.dynamic or (op.uninitialized and op.kind == "kernel"):
        return True
    if any(t.dtype is dtypes.resource for t in node.outputs):
        return True  # a choice between handles
    types = _STRINGS if op.lists else _HOST_TYPES
    return any(t.dtype.base_dtype in types for t in (*node.inputs, *node.outputs))
