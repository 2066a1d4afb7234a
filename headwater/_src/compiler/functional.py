"""Nodes that run graph functions (branches, loops, calls) as instructions: bodies become programs
of their own.

A body's program is pure like the one around it: the variables that it uses are further arguments,
their new values further results. So an update inside a branch or a loop is, seen from outside, an
update by the node.
"""

from dataclasses import dataclass

from headwater._src.compiler import masked
from headwater._src.compiler.prune import prune
from headwater._src.core import dtypes, errors
from headwater._src.graph.blame import node_error
from headwater._src.graph.func_graph import hands_on


@dataclass(slots=True)
class Function:
    """What an instruction with bodies does.

    Every body takes the same values, `arguments` ordinary ones and then `state` values of
    variables. It gives the new values of the variables `updated`, then its own results. A loop's
    first body is its condition, with one result; the results of the other one are the next values
    of the arguments `varying`.

    Attributes:
      form: `"branch"`, `"loop"`, `"call"` or `"dataflow"` (see `dataflow`).
      bodies: the `Program` of each body.
      arguments: number of ordinary values.
      state: number of variables.
      updated: positions, among the variables, of those that some body gives a new value.
      varying: for loops, positions of the arguments that change.
      samples: random nodes inside, at any depth.
      make: for `"dataflow"`, a function from runners of the bodies to the function of the
        instruction's values.
    """

    form: str
    bodies: tuple
    arguments: int
    state: int
    updated: tuple
    varying: tuple
    samples: tuple
    make: object = None

    @property
    def targets(self):
        """For loops: which of all values the body's results replace."""
        return (*(self.arguments + p for p in self.updated), *self.varying)


def emit(builder, node, fed, after):
    """Adds the instruction of a node with bodies to the program of `builder`, a `program.Builder`.

    Raises:
      InvalidArgumentError: an input has no value.
      NotFoundError: a function is not in the graph's library.
    """
    op = node.op
    bodies = _bodies(node)
    selects = op.form == "branch"
    if selects and _emit_known_branch(builder, node, bodies, fed, after):
        return
    ins, bound, state = _arguments(builder, node, bodies)
    varying = ()
    if op.form == "loop":
        live = _live(bodies, [t in builder.used for t in node.outputs], op.hidden)
        varying = tuple(i for i in _varying(bodies[1], bound) if i in live)
    subs = []
    for body in bodies:
        outputs = body.outputs
        if op.form == "loop" and body is not bodies[0]:
            outputs = [outputs[i] for i in varying]
        subs.append(_Body(builder, body, outputs, bound, state))
    fixed = set(range(len(ins))) - {bound[i][1] for i in varying}
    slots = list(state)
    for sub in subs:
        sub.start(ins, slots, fixed if op.form == "loop" else range(len(ins)))
        sub.build()
    updated = [p for p in range(len(slots)) if any(len(s.builder.versions[p]) > 1 for s in subs)]
    used = [p for p in range(len(slots)) if p in updated or any(s.reads(p) for s in subs)]
    programs = tuple(
        sub.finish(len(ins), used, [] if op.form == "loop" and sub is subs[0] else updated)
        for sub in subs
    )
    updated_now = tuple(used.index(p) for p in updated)
    samples = dict.fromkeys(n for program in programs for n in samples_of(program.instrs))
    function = Function(
        op.form,
        programs,
        len(ins),
        len(used),
        updated_now,
        tuple(bound[i][1] for i in varying),
        tuple(samples),
    )
    old = []
    for p in used:
        slot = slots[p]
        newest = p in updated or builder.program.slots[slot].is_resource
        old.append(builder.state_value(slot, node, not newest, optional=True))
    if selects:
        ins.insert(0, builder.value_of(node, node.inputs[0]))
    _finish(
        builder,
        node,
        fed,
        after,
        function,
        (*ins, *old),
        [slots[p] for p in updated],
        bound,
        varying,
        state,
    )


def _emit_known_branch(builder, node, bodies, fed, after):
    """Adds the instructions of the branch that is taken in every run, if that is known.

    Returns:
      Whether it is; else nothing was added.
    """
    from headwater._src.compiler.control import chooser

    consts = builder.program.consts
    selector = builder.values.get(node.inputs[0])
    if selector not in consts or builder.analysis is not None:
        return False
    body = bodies[chooser(node, len(bodies))(consts[selector])]
    nodes = prune(body.outputs, body.targets, body.inputs).nodes
    if any(n in builder.seen or n.op.kind == "flow" for n in (*nodes, *_makers(body.inputs))):
        return False  # the same body serves several nodes: its tensors stand for several values
    for inner, outer in zip(body.inputs, node.inputs[1:]):
        builder.seen[inner.op], builder.instr_of[inner.op] = builder.seen[node], tuple(after)
        if outer in builder.values:
            builder.values[inner] = builder.values[outer]
        else:
            builder.slot_memo[inner] = _slot(builder, node, outer)
    given = set(body.inputs)
    builder.used.update(t for inner in nodes for t in inner.inputs)
    builder.used.update(body.outputs)
    for inner in nodes:
        builder.visit(inner, given)
        builder.seen[node] |= builder.seen[inner]
        after.update(builder.instr_of[inner])
    for inner, outer in zip(body.outputs, node.outputs):
        if outer.dtype is dtypes.resource and inner not in builder.values:
            builder.slot_memo[outer] = builder.slot_of(inner)
        elif outer not in fed:
            builder.values[outer] = builder.fetch(inner)
    builder.instr_of[node] = tuple(after)
    return True


def _makers(tensors):
    return [t.op for t in tensors]


def _arguments(builder, node, bodies):
    """What the bodies of a node take.

    Returns:
      The ordinary values; per input, whether it is a variable and its position among its kind; a
      dict from the slot, in the program around, of each variable to its position.
    """
    op = node.op
    ins, state, bound = [], {}, []
    for i, t in enumerate(node.inputs[op.leading :]):
        if t in builder.values or op.form == "loop" and not hands_on(bodies[1], i):
            bound.append((False, len(ins)))
            ins.append(builder.value_of(node, t))
            continue
        slot = _slot(builder, node, t)
        bound.append((True, state.setdefault(slot, len(state))))
    return ins, bound, state


def _finish(builder, node, fed, after, function, ins, updated_slots, bound, varying, state):
    """The instruction itself, and what its outputs stand for."""
    program = builder.program
    outs, types = [], []
    if updated_slots:
        bit = builder.n_updates
        builder.n_updates += 1
        for slot in updated_slots:
            value = builder.new()
            outs.append(value)
            types.append(program.slots[slot].dtype)
            builder.versions[slot].append(value)
            builder.updates[slot].append(bit)
        builder.seen[node] |= 1 << bit
    slots = list(state)
    for position, t in enumerate([None] * node.op.hidden + node.outputs):
        if function.form == "loop" and position not in varying:
            is_state, at = bound[position]
            if is_state:
                builder.slot_memo[t] = slots[at]
            elif t is not None and t not in fed:
                builder.values[t] = ins[at]
            continue
        value = builder.new()
        outs.append(value)
        types.append(node.inputs[position].dtype if t is None else t.dtype)
        if t is not None and t not in fed:
            builder.values[t] = value
    from headwater._src.compiler.program import Instr

    hosted = any(i.where == "host" for body in function.bodies for i in body.instrs) or any(
        t.dtype.base_dtype is dtypes.string for t in (*node.inputs, *node.outputs)
    )
    where = "host" if hosted else builder.place(node)
    program.instrs.append(
        Instr(node, ins, tuple(outs), tuple(types), tuple(after), where, function)
    )
    builder.instr_of[node] = (len(program.instrs) - 1,)


def _bodies(node):
    bodies = node.op.bodies(node)
    for body in bodies:
        if isinstance(body, str):
            raise node_error(errors.NotFoundError, node, f"Function {body} is not defined.")
    return bodies


def _slot(builder, node, t):
    is_handle = t.dtype._is_ref_dtype or t.dtype is dtypes.resource
    slot = builder.slot_of(t) if is_handle else builder.slot_memo.get(t)
    if slot is not None:
        return slot
    if t.dtype is dtypes.resource:
        raise node_error(
            errors.InvalidArgumentError,
            node,
            f"the resource '{t.name}' that '{node.name}' uses is not a variable of this session",
        )
    raise node_error(errors.InternalError, node, f"no value for input '{t.name}'")


def _varying(body, bound):
    """Positions of the inputs that are ordinary values and that the body does not just hand on."""
    return tuple(
        i for i, (is_state, _) in enumerate(bound) if not is_state and not hands_on(body, i)
    )


def _live(bodies, wanted, hidden):
    """Positions of the loop variables that decide how often a loop runs, what it does besides, or
    one of the results that are `wanted`; what only the others need is not computed.
    """
    condition, body = bodies
    live = {i + hidden for i, is_wanted in enumerate(wanted) if is_wanted}
    live |= _needed_inputs(condition, condition.outputs)
    while True:
        needed = _needed_inputs(body, [body.outputs[i] for i in live])
        if needed <= live:
            return live
        live |= needed


def _needed_inputs(body, outputs):
    """Positions of the inputs of a body that some of its outputs, and its targets, depend on."""
    nodes = prune(outputs, body.targets, body.inputs).nodes
    used = {t for node in nodes for t in node.inputs} | set(outputs)
    return {i for i, t in enumerate(body.inputs) if t in used}


def samples_of(instrs):
    """The random nodes that instructions run, those in bodies included."""
    for instr in instrs:
        if instr.function is not None:
            yield from instr.function.samples
        elif instr.node.op.kind == "sample":
            yield instr.node


class _Body:
    """One body on its way to a program."""

    def __init__(self, outer, graph, outputs, bound, state):
        from headwater._src.compiler.program import Builder

        self.outer, self.graph, self.outputs, self.bound = outer, graph, outputs, bound
        self.builder = Builder(prune(outputs, graph.targets, graph.inputs), outer.place)
        for node in self.builder.sub.nodes:
            if node.op.kind == "variable":
                slot = outer.add_slot(node)
                self.builder.slot_index[outer.slot_key(node)] = state.setdefault(slot, len(state))

    def start(self, arguments, slots, constant):
        """Gives the body's inputs their values; `constant` says which arguments are the same in
        every run.
        """
        builder, program = self.builder, self.builder.program
        ids = [builder.new() for _ in arguments]
        program.feeds = ids
        consts = self.outer.program.consts
        for position in constant:
            if arguments[position] in consts:
                program.consts[ids[position]] = consts[arguments[position]]
        for slot in slots:
            program.slots.append(self.outer.program.slots[slot])
            value = builder.new()
            builder.versions.append([value])
            builder.updates.append([])
            program.state_in.append([len(program.slots) - 1, value, None, False])
        for tensor, (is_state, at) in zip(self.graph.inputs, self.bound):
            builder.seen[tensor.op], builder.instr_of[tensor.op] = 0, ()
            if is_state:
                builder.slot_memo[tensor] = at
            else:
                builder.values[tensor] = ids[at]

    def build(self):
        builder = self.builder
        builder.visit_all(set(self.graph.inputs))
        builder.program.fetches = [builder.fetch(t) for t in self.outputs]

    def reads(self, position):
        """Whether the body uses the value that a variable has at its beginning."""
        entry = self.builder.program.state_in[position]
        return entry[3] or entry[1] in self.builder.program.fetches

    def finish(self, n_arguments, used, updated):
        """The `Program`, with the variables as arguments and results."""
        program, versions = self.builder.program, self.builder.versions
        program.feeds = [*program.feeds[:n_arguments], *(versions[p][0] for p in used)]
        program.fetches = [*(versions[p][-1] for p in updated), *program.fetches]
        program.state_out = []
        masked.mark(program, self.builder.place)
        return program


def uninitialized(slot, node):
    """The error of reading a variable that has no value."""
    if slot.is_resource:
        message = (
            f"Error while reading resource variable {slot.key[1]} from Container: "
            f"{slot.key[0] or 'localhost'}. This could mean that the variable was uninitialized. "
            f"Could not find variable {slot.key[1]}. Run its "
            "initializer first, for example tf.global_variables_initializer(). (Resource "
            f"{slot.key[0] or 'localhost'}/{slot.key[1]}/ does not exist.)"
        )
    else:
        message = (
            f"Attempting to use uninitialized value {slot.key[1]}. Run its initializer first, for "
            "example tf.global_variables_initializer(), or restore a checkpoint."
        )
    return node_error(errors.FailedPreconditionError, node, message)
