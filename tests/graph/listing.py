"""Graphs as short text, so that a test can show the whole graph it expects."""

from __future__ import annotations


def listing(graph, prefix=""):
    """One line for each node whose name starts with `prefix`: name, op, inputs, then `_class`."""
    lines = []
    for op in graph.get_operations():
        if op.name.startswith(prefix):
            inputs = " ".join(op.node_def.input)
            groups = " ".join(g for g in op.attrs.get("_class", ()))
            lines.append(" ".join(filter(None, (op.name, op.type, inputs, groups))))
    return lines


def text(block):
    """The non-empty lines of a block, without indentation."""
    return [line.strip() for line in block.splitlines() if line.strip()]
