"""`timeline.Timeline`: the times in a `RunMetadata` as a page for Chrome's trace viewer."""

import json


class Timeline:
    """Turns the `StepStats` of a traced step into Chrome's trace format."""

    def __init__(self, step_stats, graph=None):
        """Keeps the statistics.

        Args:
          step_stats: a `StepStats`, such as `run_metadata.step_stats`.
          graph: not looked at; labels are in the statistics.
        """
        self._step_stats = step_stats

    def generate_chrome_trace_format(self, show_dataflow=True, show_memory=False):
        """The trace as JSON text, to be opened at `chrome://tracing`.

        Args:
          show_dataflow: whether arrows lead from a node to those that use its results.
          show_memory: whether a track shows the bytes of the nodes' results as they come to be.

        Returns:
          `str`.
        """
        events, ends = [], {}
        for pid, device in enumerate(self._step_stats.dev_stats):
            events.append(_named("process_name", pid, f"{device.device} Compute"))
            lanes = []
            for entry in sorted(device.node_stats, key=lambda e: e.all_start_micros):
                lane = _lane(lanes, entry)
                events.append(_box(entry, pid, lane))
                ends[entry.node_name] = (pid, lane, entry)
            if show_memory:
                events += _memory(device, pid)
        if show_dataflow:
            events += _arrows(ends)
        return json.dumps({"traceEvents": events}, indent=4)


def _named(what, pid, name):
    return {"name": what, "ph": "M", "pid": pid, "args": {"name": name}}


def _lane(lanes, entry):
    """The first row of the device in which nothing runs when the entry starts."""
    end = entry.all_start_micros + max(1, entry.all_end_rel_micros)
    for number, busy_until in enumerate(lanes):
        if busy_until <= entry.all_start_micros:
            lanes[number] = end
            return number
    lanes.append(end)
    return len(lanes) - 1


def _parts(entry):
    """`(op type, inputs)` out of a label such as `y = Add(a, b)`."""
    _, _, call = entry.timeline_label.partition(" = ")
    kind, _, inputs = call.rstrip(")").partition("(")
    return kind or entry.node_name, [name.lstrip("^") for name in inputs.split(", ") if name]


def _box(entry, pid, lane):
    kind, inputs = _parts(entry)
    arguments = {"name": entry.node_name, "op": kind}
    arguments.update((f"input{i}", name) for i, name in enumerate(inputs))
    return {
        "ph": "X",
        "cat": "Op",
        "name": kind,
        "pid": pid,
        "tid": lane,
        "ts": entry.all_start_micros,
        "dur": max(1, entry.all_end_rel_micros),
        "args": arguments,
    }


def _arrows(ends):
    """Two events for each edge between nodes that have a box: where it leaves, where it arrives."""
    found = []
    for pid, lane, entry in ends.values():
        for name in _parts(entry)[1]:
            if name not in ends:
                continue
            source_pid, source_lane, source = ends[name]
            leaves = source.all_start_micros + source.all_end_rel_micros
            common = {"name": name, "cat": "DataFlow", "id": len(found) // 2}
            found.append({**common, "ph": "s", "pid": source_pid, "tid": source_lane, "ts": leaves})
            arrives = max(leaves, entry.all_start_micros)
            found.append({**common, "ph": "t", "pid": pid, "tid": lane, "ts": arrives})
    return found


def _memory(device, pid):
    total, found = 0, []
    for entry in sorted(device.node_stats, key=lambda e: e.all_start_micros + e.all_end_rel_micros):
        total += sum(
            out.tensor_description.allocation_description.allocated_bytes for out in entry.output
        )
        found.append(
            {
                "name": "bytes of results",
                "cat": "Memory",
                "ph": "C",
                "pid": pid,
                "ts": entry.all_start_micros + entry.all_end_rel_micros,
                "args": {"bytes": total},
            }
        )
    return found
