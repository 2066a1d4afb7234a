"""`tf.profiler.profile`: what is known of a graph's nodes, added up by scopes or by ops."""

import dataclasses
import math
import re

import headwater as tf
from headwater._src.contrib.profiler.arithmetic import float_ops
from headwater._src.contrib.profiler.options import ProfileOptionBuilder

ROOT = "_TFProfRoot"
_TRAINABLE = "_trainable_variables"
# column -> attribute; TensorFlow's names of both
_COLUMNS = {
    "params": "parameters",
    "float_ops": "float_ops",
    "micros": "exec_micros",
    "bytes": "requested_bytes",
    "occurrence": "run_count",
}
_LEAST = {"min_params": "params", "min_float_ops": "float_ops", "min_micros": "micros"}
_LEAST |= {"min_bytes": "bytes", "min_occurrence": "occurrence"}


@dataclasses.dataclass
class ProfileNode:
    """A node, a name scope or an op.

    Attributes:
      name: its name.
      parameters: of a variable, how many numbers it holds.
      float_ops: arithmetic.
      exec_micros: microseconds that it ran.
      requested_bytes: bytes of what it gave.
      run_count: how often it ran, or how many nodes of an op there are.
      children: list of those below.
      graph_nodes: of an op, its nodes.
    """

    name: str
    parameters: int = 0
    float_ops: int = 0
    exec_micros: int = 0
    requested_bytes: int = 0
    run_count: int = 0
    children: list = dataclasses.field(default_factory=list)
    graph_nodes: list = dataclasses.field(default_factory=list)

    def _total(self, attribute):
        return getattr(self, attribute) + sum(c._total(attribute) for c in self.children)

    total_parameters = property(lambda self: self._total("parameters"), doc="With those below.")
    total_float_ops = property(lambda self: self._total("float_ops"), doc="With those below.")
    total_exec_micros = property(lambda self: self._total("exec_micros"), doc="With those below.")
    total_requested_bytes = property(
        lambda self: self._total("requested_bytes"), doc="With those below."
    )
    total_run_count = property(lambda self: self._total("run_count"), doc="With those below.")

    def add(self, other):
        """Adds what another node has to this one's own numbers.

        Args:
          other: the other one.
        """
        for attribute in _COLUMNS.values():
            setattr(self, attribute, getattr(self, attribute) + getattr(other, attribute))


def profile(graph=None, run_meta=None, op_log=None, cmd="scope", options=None):
    """Adds up parameters, arithmetic, and with a recorded step time and memory.

    >>> options = tf.profiler.ProfileOptionBuilder.float_operation()
    >>> tf.profiler.profile(tf.get_default_graph(), options=options).total_float_ops

    Args:
      graph: the `Graph`; None for the default one.
      run_meta: a `RunMetadata` that `Session.run` has filled, or None.
      op_log: accepted.
      cmd: `"scope"` or `"graph"` by name scopes, `"op"` by kinds of ops.
      options: a dict from `ProfileOptionBuilder`; None for all.

    Returns:
      The `ProfileNode` of everything.

    Raises:
      UnimplementedError: `cmd` is `"code"`, or the output is for pprof.
      ValueError: `cmd` is something else.
    """
    steps = [] if run_meta is None else [run_meta]
    return _profile(graph or tf.get_default_graph(), steps, cmd, options)


class Profiler:
    """Profiles of a graph and of several of its steps."""

    def __init__(self, graph=None, op_log=None):
        """Starts without a step.

        Args:
          graph: the `Graph`; None for the default one.
          op_log: accepted.
        """
        self._graph, self._steps = graph or tf.get_default_graph(), {}

    def add_step(self, step, run_meta):
        """Adds a recorded step.

        Args:
          step: its number.
          run_meta: the `RunMetadata` that `Session.run` has filled.
        """
        self._steps[step] = run_meta

    def _show(self, cmd, options):
        number = (options or {}).get("step", -1)
        chosen = [m for step, m in self._steps.items() if number in (-1, step)]
        return _profile(self._graph, chosen, cmd, options)

    def profile_name_scope(self, options):
        """By name scopes; see `profile`.

        Args:
          options: a dict from `ProfileOptionBuilder`.
        """
        return self._show("scope", options)

    def profile_graph(self, options):
        """By name scopes as well.

        Args:
          options: a dict from `ProfileOptionBuilder`.
        """
        return self._show("graph", options)

    def profile_operations(self, options):
        """By kinds of ops.

        Args:
          options: a dict from `ProfileOptionBuilder`.
        """
        return self._show("op", options)


def _profile(graph, steps, cmd, options):
    options = {**ProfileOptionBuilder().build(), **(options or {})}
    if cmd == "code" or options["output"].startswith("pprof"):
        text = "headwater's profiles are by scopes and by ops, not by lines, and not for pprof"
        raise tf.errors.UnimplementedError(None, None, text)
    if cmd not in ("scope", "graph", "op"):
        raise ValueError(f"cmd must be 'scope', 'graph' or 'op', not {cmd!r}")
    nodes = _counted(graph, steps, options)
    root = _by_op(nodes, options) if cmd == "op" else _by_scope(nodes, options)
    _write(root, steps, options)
    return root


# --- numbers ------------------------------------------------------------------------------------


def _counted(graph, steps, options):
    """`(Operation, ProfileNode)` of the nodes that count."""
    trainable = {v.op.name for v in graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)}
    times = _times(steps)
    found = []
    for node in graph.get_operations():
        kinds = [node.type, node.device, *([_TRAINABLE] if node.name in trainable else [])]
        if not _matches(options["account_type_regexes"], *kinds):
            continue
        if _matches(options["hide_name_regexes"], node.name) or not (
            _matches(options["show_name_regexes"], node.name)
        ):
            continue
        micros, size, count = times.get(node.name, (0, 0, 0))
        numbers = (_parameters(node), float_ops(node), micros, size, count)
        found.append((node, ProfileNode(node.name, *numbers)))
    return found


def _matches(patterns, *texts):
    return any(re.match(pattern + "$", text) for pattern in patterns for text in texts)


def _parameters(node):
    if node.type not in ("VariableV2", "Variable", "VarHandleOp"):
        return 0
    shape = tf.TensorShape(node.get_attr("shape"))
    return math.prod(shape.as_list()) if shape.is_fully_defined() else 0


def _times(steps):
    """Node -> microseconds, bytes and how often it ran."""
    found = {}
    for run_meta in steps:
        for device in run_meta.step_stats.dev_stats:
            for stats in device.node_stats:
                micros, size, count = found.get(stats.node_name, (0, 0, 0))
                micros += stats.op_end_rel_micros - stats.op_start_rel_micros
                outputs = (out.tensor_description for out in stats.output)
                size += sum(o.allocation_description.requested_bytes for o in outputs)
                found[stats.node_name] = micros, size, count + 1
    return found


# --- trees --------------------------------------------------------------------------------------


def _by_scope(nodes, options):
    root = ProfileNode(ROOT)
    there = {"": root}

    def scope(name):
        if name not in there:
            there[name] = ProfileNode(name)
            scope(name.rpartition("/")[0]).children.append(there[name])
        return there[name]

    for node, numbers in nodes:
        scope(node.name).add(numbers)
    return _pruned(root, options)


def _by_op(nodes, options):
    """Ops in order, each the only child of the one before, as TensorFlow has it."""
    ops = {}
    for node, numbers in nodes:
        entry = ops.setdefault(node.type, ProfileNode(node.type))
        entry.add(numbers)
        entry.run_count += 1 - numbers.run_count
        entry.graph_nodes.append(numbers)
    kept = [op for op in ops.values() if _passes(op, options)]
    root = last = ProfileNode(ROOT)
    for entry in sorted(kept, key=_order(options)):
        last.children.append(entry)
        last = entry
    return root


def _order(options):
    attribute = _COLUMNS.get(options["order_by"])
    if attribute is None:
        return lambda node: node.name
    return lambda node: (-node._total(attribute), node.name)


def _passes(node, options):
    return all(
        node._total(_COLUMNS[column]) >= options.get(least, 0) for least, column in _LEAST.items()
    )


def _pruned(node, options):
    kept = [_pruned(child, options) for child in node.children if _passes(child, options)]
    node.children = sorted(kept, key=_order(options))
    return node


# --- text ---------------------------------------------------------------------------------------


def _write(root, steps, options):
    kind, _, path = options["output"].partition(":outfile=")
    if kind == "none":
        return
    if kind == "timeline":
        from headwater._src.runtime.timeline import Timeline

        if not steps:
            raise ValueError("a timeline needs a RunMetadata")
        with open(path, "w", encoding="utf-8") as file:
            file.write(Timeline(steps[-1].step_stats).generate_chrome_trace_format())
        return
    text = "\n".join(_lines(root, options, 0)) + "\n"
    if kind == "stdout":
        print(text, end="")
        return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _lines(node, options, depth):
    columns = [column for column in options["select"] if column in _COLUMNS]
    shown = ", ".join(
        f"{getattr(node, _COLUMNS[c]):,}/{node._total(_COLUMNS[c]):,} {c}" for c in columns
    )
    yield f"{'  ' * depth}{node.name} ({shown})"
    if depth < options["max_depth"]:
        for child in node.children:
            yield from _lines(child, options, depth if child.graph_nodes else depth + 1)
