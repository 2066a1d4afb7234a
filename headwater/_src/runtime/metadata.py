"""What `Session.run(..., options, run_metadata)` asks for besides the values: timings, graphs, a
time limit.

A step that is traced runs as it always does. Interpreted nodes have a time each; nodes that were
compiled into one XLA executable share the time of that executable, which has an entry of its own,
`region_<n>`.
"""

import contextlib
import time

from headwater._src.compiler import devices
from headwater._src.core import dtypes
from headwater._src.graph import graphdef
from headwater._src.runtime import deadline

_ALLOCATOR = {"CPU": "cpu", "GPU": "GPU_0_bfc"}


@contextlib.contextmanager
def recording(session, step, options, run_metadata):
    """The block in which a step with options runs.

    Args:
      session: the session.
      step: the `Step`.
      options: a `RunOptions`, or None.
      run_metadata: a `RunMetadata` that is filled after a successful run, or None.

    Returns:
      A context manager that gives a `Recorder`, which is what `Step.run` calls a trace.

    Raises:
      TypeError: `options` or `run_metadata` is something else.
    """
    check_types(options, run_metadata)
    traced = run_metadata is not None and options is not None and options.trace_level > 0
    recorder = Recorder(step, traced)
    limit = options.timeout_in_ms if options is not None else 0
    with deadline.within(limit or session.operation_timeout_in_ms):
        yield recorder
    if run_metadata is None:
        return
    run_metadata.Clear()
    if traced:
        recorder.fill(run_metadata.step_stats)
    if options is not None and options.output_partition_graphs:
        partition_graphs(step.sub, session, run_metadata.partition_graphs)


def check_types(options, run_metadata):
    """Raises TypeError unless both are None or the protos they should be."""
    for value, name, kind in (
        (options, "options", "RunOptions"),
        (run_metadata, "run_metadata", "RunMetadata"),
    ):
        if value is not None and getattr(getattr(value, "DESCRIPTOR", None), "name", None) != kind:
            raise TypeError(
                f"{name} must be a tf.{kind}, but got {type(value).__name__}: {value!r}"
            )


class Recorder:
    """Notes what runs, and stops a step whose time is over.

    Attributes:
      observe: what the interpreter calls after each node; None when nobody asked for a trace.
    """

    def __init__(self, step, traced):
        self._program = step.program
        self._start = time.time_ns()
        self._entries = []  # (node, start, end, {output index: array or (dtype, dims)}, device)
        self._regions = 0
        self._place = None
        self.observe = self._observe if traced else None

    def before(self, segment):
        """Called before a segment runs."""
        deadline.check()
        self._place = segment.where

    def _observe(self, instr, start, end, env):
        outputs = {k: env[i] for k, i in _outputs(instr) if env[i] is not None}
        self._entries.append((instr.node, start, end, outputs, devices.cpu_name()))

    def compiled(self, segment, start, outs):
        """Called when a compiled segment was started at `start` and will give `outs`."""
        for value in outs:
            value.block_until_ready()
        end = time.time_ns()
        device = devices.full_name(self._place)
        if not self._place.startswith("gpu:") and devices.gpu_is_default():
            device = devices.full_name("gpu:0")
        known = dict(zip(segment.outs, outs))
        self._entries.append((_Region(self._regions, segment), start, end, {}, device))
        self._regions += 1
        for instr in segment.instrs:
            outputs = {}
            for k, i in _outputs(instr):
                if i in known:
                    outputs[k] = known[i]
                elif (
                    instr.node.outputs[k].dims is not None
                    and None not in instr.node.outputs[k].dims
                ):
                    outputs[k] = instr.node.outputs[k]
            self._entries.append((instr.node, start, None, outputs, device))

    def fill(self, stats):
        """Writes what was seen into a `StepStats`: each device's nodes as they ran."""
        by_device = {}
        for entry in self._entries:
            by_device.setdefault(entry[4], []).append(entry)
        for device in sorted(by_device):
            out = stats.dev_stats.add(device=device)
            if device == devices.cpu_name():
                self._sources(out)
            allocator = _ALLOCATOR["GPU" if "GPU" in device else "CPU"]
            for node, start, end, outputs, _ in by_device[device]:
                _times(out.node_stats.add(), _label(node), node.name, start, end, self._start)
                _describe(out.node_stats[-1], outputs, allocator, temporary=end is not None)

    def _sources(self, out):
        """Variables take no time, but users look for their memory here."""
        for slot in self._program.slots:
            entry = out.node_stats.add()
            _times(entry, _label(slot.node), slot.node.name, self._start, None, self._start)
            if slot.dims is not None and None not in slot.dims:
                size = slot.dtype.size
                for d in slot.dims:
                    size *= d
                entry.memory_stats.persistent_memory_size = size


class _Region:
    """Stands for the executable of a compiled segment among the nodes."""

    def __init__(self, number, segment):
        self.name = f"region_{number}"
        names = [instr.node.name for instr in segment.instrs]
        self.label = f"{self.name} = XLA({', '.join(names)})"


def _outputs(instr):
    """Pairs `(output index, value id)` of an instruction."""
    node = instr.node
    refs = [k for k, t in enumerate(node.outputs) if t.dtype._is_ref_dtype]
    others = [k for k, t in enumerate(node.outputs) if not t.dtype._is_ref_dtype]
    updated = len(instr.outs) - len(others)
    return [*zip(refs, instr.outs[:updated]), *zip(others, instr.outs[updated:])]


def _label(node):
    if isinstance(node, _Region):
        return node.label
    return f"{node.name} = {node.type}({', '.join(t.op.name for t in node.inputs)})"


def _times(entry, label, name, start, end, scheduled):
    """Times of a node; `end` is None for one that had no time of its own."""
    entry.node_name, entry.timeline_label = name, label
    length = 0 if end is None else end - start
    entry.all_start_micros, entry.all_start_nanos = start // 1000, start
    entry.op_end_rel_micros = entry.all_end_rel_micros = -(-length // 1000)
    entry.op_end_rel_nanos = entry.all_end_rel_nanos = length
    entry.scheduled_micros, entry.scheduled_nanos = scheduled // 1000, scheduled


def _describe(entry, outputs, allocator, temporary):
    total = 0
    for k in sorted(outputs):
        value = outputs[k]
        out = entry.output.add(slot=k).tensor_description
        dtype, shape, size = _facts(value)
        out.dtype = dtype
        for d in shape:
            out.shape.dim.add(size=d)
        about = out.allocation_description
        about.requested_bytes = about.allocated_bytes = size
        about.allocator_name = allocator
        total += size
    if total and temporary:
        entry.memory.add(
            allocator_name=allocator, total_bytes=total, peak_bytes=total, live_bytes=total
        )


def _facts(value):
    """`(DataType, shape, bytes)` of an array or of a tensor of known shape."""
    shape = value.dims if hasattr(value, "dims") else getattr(value, "shape", ())
    count = 1
    for d in shape:
        count *= d
    dtype = dtypes.as_dtype(getattr(value, "dtype", object)).base_dtype
    if dtype is dtypes.string and hasattr(value, "flat"):
        size = sum(len(item) for item in value.flat if isinstance(item, bytes))
    else:
        size = count * (dtype.size or 0)
    return dtype.as_datatype_enum, shape, size


def partition_graphs(sub, session, graphs):
    """Adds to `graphs` one `GraphDef` for each device: the nodes of the step, on the devices they
    run on.

    Fed tensors come from `_Arg` nodes, fetched ones go to `_Retval` nodes. Edges between devices
    are plain
    edges: it is XLA that moves values.
    """
    by_device = {}

    def add(node_def, place):
        device = node_def.device = devices.full_name(place)
        if device not in by_device:
            by_device[device] = graphs.add()
            by_device[device].versions.CopyFrom(graphdef.versions_proto(session.graph))
        by_device[device].node.append(node_def)

    fed = {}
    for position, tensor in enumerate(sub.feeds):
        name = f"_arg_{tensor.op.name}_{tensor.value_index}_{position}"
        fed[tensor] = name
        add(_marker("_Arg", name, tensor, position), "cpu")
    for node in sub.nodes:
        if node.outputs and all(t in fed for t in node.outputs):
            continue
        node_def = graphdef.node_proto(node)
        for k, t in enumerate(node.inputs):
            if t in fed:
                node_def.input[k] = fed[t]
        add(node_def, session.place(node))
    for position, tensor in enumerate(sub.fetches):
        source = (
            tensor.op.name if not tensor.value_index else f"{tensor.op.name}:{tensor.value_index}"
        )
        node_def = _marker(
            "_Retval", f"_retval_{tensor.op.name}_{tensor.value_index}_{position}", tensor, position
        )
        node_def.input.append(fed.get(tensor, source))
        add(node_def, "cpu")


def _marker(op, name, tensor, position):
    from headwater._src.core.proto import node_def_pb2

    node_def = node_def_pb2.NodeDef(name=name, op=op)
    node_def.attr["T"].type = tensor.dtype.base_dtype.as_datatype_enum
    node_def.attr["index"].i = position
    return node_def
