"""`Timeline`: what a traced step did and when, in the format of Chrome's `about:tracing`."""

import json


class Timeline:
    """Turns the `StepStats` of a traced step into a trace.

    Args:
      step_stats: the `StepStats`, as in `RunMetadata.step_stats`.
      graph: accepted; the names in the trace are those in `step_stats`.
    """

    def __init__(self, step_stats, graph=None):
        self._stats = step_stats

    def generate_chrome_trace_format(
        self, show_dataflow=True, show_memory=False, op_time="schedule"
    ):
        """The trace: one process for each device, its operations packed into as few rows as do.

        Args:
          show_dataflow: accepted; arrows are not drawn.
          show_memory: accepted; memory is not drawn.
          op_time: accepted; one time is known for an operation.

        Returns:
          JSON text.
        """
        events = []
        for pid, device in enumerate(self._stats.dev_stats):
            events.append(
                {"name": "process_name", "ph": "M", "pid": pid, "args": {"name": device.device}}
            )
            row_ends = []
            for node in sorted(device.node_stats, key=lambda n: n.all_start_micros):
                start, length = node.all_start_micros, max(node.all_end_rel_micros, 1)
                row = next((i for i, end in enumerate(row_ends) if end <= start), len(row_ends))
                row_ends[row : row + 1] = [start + length]
                events.append(
                    {
                        "name": _kind(node),
                        "cat": "Op",
                        "ph": "X",
                        "pid": pid,
                        "tid": row,
                        "ts": start,
                        "dur": length,
                        "args": {"name": node.node_name, "op": _kind(node)},
                    }
                )
        return json.dumps({"traceEvents": events}, indent=2)


def _kind(node):
    """The op's type in a label such as `y = MatMul(a, b)`."""
    _, equals, call = node.timeline_label.partition(" = ")
    return call.partition("(")[0] if equals else node.node_name
