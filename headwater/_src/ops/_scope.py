"""The name scope of a public function that builds several nodes."""

import contextlib

from headwater._src.graph.graph import get_graph_from_inputs


@contextlib.contextmanager
def scope(name, default_name, values=()):
    """A block in which nodes are named under `name` (or `default_name`), in the graph that
    `values` are in.

    Args:
      name: what the caller of the public function asked for; None for the default.
      default_name: the function's own name.
      values: the function's inputs; those that are tensors or variables decide the graph.

    Yields:
      The scope's full name with a trailing slash, which a node may take as its own.

    Raises:
      ValueError: the values are of different graphs.
    """
    graph = get_graph_from_inputs(values)
    with graph.as_default(), graph.name_scope(default_name if name is None else name) as full:
        yield full
