"""Which losses and updates depend on which inputs."""

from headwater._src.graph.operation import Operation


def operation_of(item):
    """The operation itself, or the one that makes a tensor.

    Args:
      item: an `Operation`, a tensor or a variable.
    """
    return item if isinstance(item, Operation) else item.op


def depends_on(tensors, sources):
    """Those of `tensors` (or operations) that cannot be computed without one of `sources`.

    Args:
      tensors: tensors or operations.
      sources: tensors.
    """
    starts = {t.op for t in sources}
    known = {}

    def needs(operation):
        pending = [operation]
        while pending:
            op = pending[-1]
            if op in starts:
                known[op] = True
            if known.get(op) is not None:
                pending.pop()
                continue
            before = [t.op for t in op.inputs] + list(op.control_inputs)
            fresh = [b for b in before if b not in known]
            if op in known or not fresh:
                known[op] = any(known.get(b) for b in before)
                pending.pop()
            else:
                known[op] = None  # under way
                pending += fresh
        return known[operation]

    return [t for t in tensors if needs(operation_of(t))]
