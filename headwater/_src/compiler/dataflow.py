"""Units of `frames.Analysis` as instructions of a program.

Each unit becomes one instruction whose `Function` has the units' blocks as bodies. While it runs,
values are in a list, one place for each tensor; `DEAD` is the value of what no branch has made.
"""

import numpy as np

from headwater._src.compiler import functional
from headwater._src.compiler.frames import Analysis, Block, Flow, Frame, kind_of
from headwater._src.compiler.prune import Subgraph
from headwater._src.core import dtypes, errors


class _Dead:
    """The value of what belongs to a branch that was not taken."""

    def __repr__(self):
        return "dead"


DEAD = _Dead()
ALIVE = True  # stands for a variable, whose value is kept elsewhere


def visit_all(builder, fed):
    """Adds what a `Subgraph` with such nodes does to the program of `builder`.

    Args:
      builder: the `program.Builder`.
      fed: set of the tensors whose values are given.
    """
    analysis = Analysis(builder.sub)
    builder.analysis = analysis
    for node in builder.sub.nodes:
        if node.op.kind == "variable":
            builder.visit(node, fed)
    for unit in analysis.units:
        if not isinstance(unit, (Block, Flow, Frame)):
            if unit.op.kind != "variable":
                builder.visit(unit, fed)
        else:
            _Emission(builder, analysis, fed, unit).emit()


def checked(builder, tensor, value):
    """The id of a fetched value, with a check that it is alive."""
    from headwater._src.compiler.program import Instr

    out = builder.new()
    function = functional.Function("dataflow", (), 1, 0, (), (), (), lambda runs: _alive(tensor))
    builder.program.instrs.append(
        Instr(tensor.op, (value,), (out,), (dtypes.variant,), (), "host", function)
    )
    return out


def _alive(tensor):
    def call(value):
        if value is DEAD:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Retval[0] does not have value: '{tensor.name}' belongs to a branch that was not "
                "taken",
            )
        return [value]

    return call


class _Emission:
    """One unit on its way to an instruction.

    State: `keys`, places of tensors (and of nodes that others wait for); `inputs`, those that come
    from outside; `slots`, variables (their slots in the program around) and `updated` ones;
    `bodies`, programs of blocks.
    """

    def __init__(self, builder, analysis, fed, unit):
        self.builder, self.analysis, self.fed, self.unit = builder, analysis, fed, unit
        self.inside = set(unit.nodes)
        self.keys, self.inputs, self.alive = {}, {}, []
        self.slots, self.updated, self.bodies = {}, {}, []

    def key(self, item):
        """The place of a tensor's value, or of a node's token."""
        found = self.keys.get(item)
        if found is None:
            found = self.keys[item] = len(self.keys)
        return found

    # -- the instruction -------------------------------------------------------------------------

    def emit(self):
        """Adds the instruction."""
        from headwater._src.compiler.program import Instr

        builder, program = self.builder, self.builder.program
        node = self._representative()
        after, seen = self._waits()
        builder.seen[node] = builder.seen[self.unit.nodes[0]] = seen
        make = self.lower(self.unit)
        old = [
            builder.state_value(
                slot,
                node,
                position not in self.updated and not program.slots[slot].is_resource,
                optional=True,
            )
            for slot, position in self.slots.items()
        ]
        outs, types = [], []
        positions = sorted(self.updated)
        slot_of = list(self.slots)
        if positions:
            bit = builder.n_updates
            builder.n_updates += 1
            seen |= 1 << bit
        for position in positions:
            slot, value = slot_of[position], builder.new()
            outs.append(value)
            types.append(program.slots[slot].dtype)
            builder.versions[slot].append(value)
            builder.updates[slot].append(bit)
        exported = self._exported()
        for item in exported:
            value = builder.new()
            outs.append(value)
            types.append(dtypes.variant)
            builder.tokens[item] = value
            if not self._is_node(item) and not self._is_alias(item):
                builder.values[item] = value
        for n in self.unit.nodes:
            builder.seen[n] = seen
            builder.instr_of[n] = (len(program.instrs),)
        function = self._function(make, positions, exported, len(old))
        ins = (*self.inputs.values(), *old)
        program.instrs.append(
            Instr(node, ins, tuple(outs), tuple(types), tuple(after), "host", function)
        )

    def _representative(self):
        """The node that errors of the unit as a whole name."""
        unit = self.unit
        return unit.exits[0] if isinstance(unit, Frame) and unit.exits else unit.nodes[0]

    def _waits(self):
        """Instructions that come first, and the updates that are seen."""
        after, seen = set(), 0
        for node in self.unit.nodes:
            for source in self.analysis.sources(node):
                if source not in self.inside:
                    after.update(self.builder.instr_of.get(source, ()))
                    seen |= self.builder.seen.get(source, 0)
        return after, seen

    def _exported(self):
        """Tensors that are used outside, and nodes that others may wait for; they get values."""
        fetched = set(self.builder.sub.fetches)
        found = []
        nodes = self.unit.exits if isinstance(self.unit, Frame) else self.unit.nodes
        for node in nodes:
            for t in node.outputs:
                if t in self.fed or t not in self.keys:
                    continue
                used = any(u not in self.inside for u in self.analysis.users.get(t, ()))
                if used or t in fetched:
                    found.append(t)
            found.append(node)
        return found

    def _function(self, make, positions, exported, n_state):
        in_keys = [self.key(item) for item in self.inputs]
        out_keys = [self.key(item) for item in exported]
        alive = [self.key(item) for item in self.alive]
        size = len(self.keys)

        def function(runs):
            run = make(runs)

            def call(*values):
                env = [None] * size
                for k in alive:
                    env[k] = ALIVE
                for k, value in zip(in_keys, values):
                    env[k] = value
                state = list(values[len(in_keys) :])
                run(env, state)
                return [*(state[p] for p in positions), *(env[k] for k in out_keys)]

            return call

        samples = dict.fromkeys(
            n for body in self.bodies for n in functional.samples_of(body.instrs)
        )
        return functional.Function(
            "dataflow",
            tuple(self.bodies),
            len(in_keys),
            n_state,
            tuple(positions),
            (),
            tuple(samples),
            function,
        )

    @staticmethod
    def _is_node(item):
        return hasattr(item, "outputs")

    # -- where values come from ------------------------------------------------------------------

    def _is_alias(self, tensor):
        """Whether a tensor stands for a variable."""
        return tensor not in self.fed and self._slot(tensor) is not None

    def _slot(self, tensor):
        if tensor.dtype._is_ref_dtype or tensor.dtype is dtypes.resource:
            return self.builder.slot_of(tensor)
        return None

    def _position(self, slot):
        return self.slots.setdefault(slot, len(self.slots))

    def value_key(self, tensor):
        """The place where the value of a tensor (for a variable: whether it is alive) is found."""
        if tensor in self.keys:
            return self.keys[tensor]
        key = self.key(tensor)
        builder = self.builder
        if tensor not in self.fed and tensor.op in self.inside:
            return key
        if tensor in builder.tokens:
            self.inputs[tensor] = builder.tokens[tensor]
        elif self._is_alias(tensor):
            self.alive.append(tensor)
        else:
            self.inputs[tensor] = builder.value_of(self.unit.nodes[0], tensor)
        return key

    def waits(self, node):
        """Places of the tokens of the nodes that a node waits for and that may be dead."""
        return [self.key(op) for op in node._control if self._waits_for(op)]

    # -- units -----------------------------------------------------------------------------------

    def lower(self, unit):
        """A function of the bodies' runners that gives `(values, state) -> None`."""
        if isinstance(unit, Frame):
            return self._frame(unit)
        if isinstance(unit, Block):
            return self._block(unit)
        kind = kind_of(unit.node)
        return getattr(self, "_" + kind.lower())(unit.node)

    def _data(self, node, position=0):
        """Place of an input's value, and the variable that it is read from or None."""
        tensor = node.inputs[position]
        slot = self._slot(tensor) if tensor not in self.fed else None
        reads = slot is not None and not node.type.startswith("Ref") and tensor.dtype._is_ref_dtype
        return self.value_key(tensor), self._position(slot) if reads else None

    def _switch(self, node):
        (data, variable), (pred, flag) = self._data(node), self._data(node, 1)
        waits = self.waits(node)
        off, on, token = self.key(node.outputs[0]), self.key(node.outputs[1]), self.key(node)

        def run(env, state):
            value, side = env[data], env[pred] if flag is None else state[flag]
            if value is DEAD or side is DEAD or any(env[k] is DEAD for k in waits):
                env[off] = env[on] = env[token] = DEAD
                return
            if variable is not None:
                value = state[variable]
            env[off], env[on] = (DEAD, value) if side else (value, DEAD)
            env[token] = ALIVE

        return lambda runs: run

    def _merge(self, node):
        parts = [self._data(node, i) for i in range(len(node.inputs))]
        out, index, token = self.key(node.outputs[0]), self.key(node.outputs[1]), self.key(node)

        def run(env, state):
            for i, (k, variable) in enumerate(parts):
                if env[k] is not DEAD:
                    env[out] = env[k] if variable is None else state[variable]
                    env[index], env[token] = np.int32(i), ALIVE
                    return
            env[out] = env[index] = env[token] = DEAD

        return lambda runs: run

    def _controltrigger(self, node):
        token = self.key(node)

        def run(env, state):
            env[token] = ALIVE

        return lambda runs: run

    def _nextiteration(self, node):
        data, variable = self._data(node)
        waits, out, token = self.waits(node), self.key(node.outputs[0]), self.key(node)

        def run(env, state):
            value = env[data]
            if variable is not None and value is not DEAD:
                value = state[variable]
            if any(env[k] is DEAD for k in waits):
                value = DEAD
            env[out], env[token] = value, DEAD if value is DEAD else ALIVE

        return lambda runs: run

    def _block(self, unit):
        program, arguments, outputs = self._program(unit)
        guards = {self.value_key(t) for n in unit.nodes for t in n.inputs if not self._own(unit, t)}
        nodes = set(unit.nodes)
        for n in unit.nodes:
            guards.update(
                self.key(op) for op in n._control if op not in nodes and self._waits_for(op)
            )
        token = self.key(unit.nodes[0])
        for n in unit.nodes:
            self.keys[n] = token
        positions = [self._position(self.builder.add_slot(s.node)) for s in program.slots]
        used = [p for (_, _, _, read), p in zip(program.state_in, positions)]
        changed = [positions[slot] for slot, _ in program.state_out]
        self.updated.update(dict.fromkeys(changed))
        program.feeds = [*program.feeds, *(value for _, value, _, _ in program.state_in)]
        program.fetches = [*(value for _, value in program.state_out), *program.fetches]
        program.state_out = []
        ins = [self.value_key(t) for t in arguments]
        outs = [self.key(t) for t in outputs]
        aliases = [self.key(t) for n in unit.nodes for t in n.outputs if self._is_alias(t)]
        number = len(self.bodies)
        self.bodies.append(program)

        def make(runs):
            body = runs[number]

            def run(env, state):
                if any(env[k] is DEAD for k in guards):
                    for k in (*outs, *aliases, token):
                        env[k] = DEAD
                    return
                found = body([*(env[k] for k in ins), *(state[p] for p in used)])
                for p, value in zip(changed, found):
                    state[p] = value
                for k, value in zip(outs, found[len(changed) :]):
                    env[k] = value
                for k in (*aliases, token):
                    env[k] = ALIVE

            return run

        return make

    def _own(self, unit, tensor):
        return tensor not in self.fed and tensor.op in self._nodes_of(unit)

    def _nodes_of(self, unit):
        if not hasattr(unit, "members"):
            unit.members = set(unit.nodes)
        return unit.members

    def _waits_for(self, op):
        """Whether a node that is waited for may be dead; makes it an input when it is outside."""
        if op in self.inside:
            return kind_of(op) is not None or self.analysis.may_be_dead(op)
        if op in self.builder.tokens and self.analysis.may_be_dead(op):
            self.inputs[op] = self.builder.tokens[op]
            return True
        return False

    def _program(self, unit):
        """The `Program` of a block, the tensors it takes and those it gives."""
        from headwater._src.compiler.program import Builder

        nodes = self._nodes_of(unit)
        fetched = set(self.builder.sub.fetches)
        arguments, aliases = {}, {}
        for n in unit.nodes:
            for t in n.inputs:
                if self._own(unit, t):
                    continue
                slot = None if t in self.fed else self._slot(t)
                if slot is None:
                    arguments[t] = None
                else:
                    aliases[t] = self.builder.program.slots[slot].node
        outputs = [
            t
            for n in unit.nodes
            for t in n.outputs
            if t not in self.fed
            and not self._is_alias(t)
            and (t in fetched or any(u not in nodes for u in self.analysis.users.get(t, ())))
        ]
        inner = Builder(
            Subgraph(tuple(unit.nodes), tuple(outputs), tuple(arguments)), self.builder.place
        )
        for t in arguments:
            inner.values[t] = inner.new()
            inner.program.feeds.append(inner.values[t])
        for t, variable in aliases.items():
            inner.slot_memo[t] = inner.add_slot(variable)
        for t in (*arguments, *aliases):
            inner.seen.setdefault(t.op, 0)
            inner.instr_of.setdefault(t.op, ())
        fed = set(arguments) | self.fed
        for t in aliases:
            fed.add(t)
        for n in unit.nodes:
            inner.visit(n, fed)
        return inner.finish(), list(arguments), outputs

    # -- loops -----------------------------------------------------------------------------------

    def _frame(self, unit):
        enters = [(self._data(n), self.key(n.outputs[0]), self.key(n)) for n in unit.enters]
        passing = [e for n, e in zip(unit.enters, enters) if not n.attrs["is_constant"]]
        merges = [self._loop_variable(n) for n in unit.merges]
        parts = [self.lower(u) for u in unit.units]
        exits = [(self._data(n), self.key(n.outputs[0]), self.key(n)) for n in unit.exits]

        def make(runs):
            return _loop(enters, passing, merges, [part(runs) for part in parts], exits)

        return make

    def _loop_variable(self, node):
        """Where a loop's Merge finds its first value and the next one, and where it puts them."""
        first = next(i for i, t in enumerate(node.inputs) if kind_of(t.op) != "NextIteration")
        following = next(i for i, t in enumerate(node.inputs) if kind_of(t.op) == "NextIteration")
        return (
            (self.value_key(node.inputs[first]), np.int32(first)),
            (self.value_key(node.inputs[following]), np.int32(following)),
            (self.key(node.outputs[0]), self.key(node.outputs[1]), self.key(node)),
        )


def _loop(enters, passing, merges, parts, exits):
    from headwater._src.compiler.control import between_iterations

    def run(env, state):
        base = env[:]
        for (source, variable), k, token in enters:
            value = env[source]
            base[token] = DEAD if value is DEAD else ALIVE
            base[k] = value if variable is None or value is DEAD else state[variable]
        for _, k, token in exits:
            env[k] = env[token] = DEAD
        now, position = [base[k] for (k, _), _, _ in merges], 0
        once = not merges and any(base[k] is not DEAD for _, k, _ in enters)
        while once or any(value is not DEAD for value in now):
            once = False
            inner = base[:]
            for value, entry in zip(now, merges):
                out, index, token = entry[2]
                inner[out] = value
                inner[index] = DEAD if value is DEAD else entry[position][1]
                inner[token] = DEAD if value is DEAD else ALIVE
            for part in parts:
                part(inner, state)
            for (source, variable), k, token in exits:
                value = inner[source]
                if value is not DEAD:
                    env[k] = value if variable is None else state[variable]
                    env[token] = ALIVE
            now, position = [inner[k] for _, (k, _), _ in merges], 1
            for _, k, token in passing:  # what is not constant enters the first iteration only
                base[k] = base[token] = DEAD
            for check in between_iterations:
                check()

    return run
