"""Which tensors of a step are watched."""

import re

from headwater._src.compiler.prune import prune
from headwater._src.runtime.fetches import FetchTree

# In graphs that TensorFlow 1.x wrote these may be dead, and nothing of them can be fetched.
_MAY_BE_DEAD = {"Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter", "Exit", "RefExit"}


class WatchOptions:
    """What of a step is watched."""

    def __init__(
        self,
        debug_ops=None,
        node_name_regex_whitelist=None,
        op_type_regex_whitelist=None,
        tensor_dtype_regex_whitelist=None,
        tolerate_debug_op_creation_failures=False,
    ):
        """Collects patterns; a tensor is watched if it fits all that are given.

        Args:
          debug_ops: the ops of the watch; `"DebugIdentity"`, the value itself, is the only one.
          node_name_regex_whitelist: pattern of names of nodes.
          op_type_regex_whitelist: pattern of types of ops.
          tensor_dtype_regex_whitelist: pattern of names of types.
          tolerate_debug_op_creation_failures: accepted.

        Raises:
          ValueError: another op is asked for.
        """
        ops = [debug_ops] if isinstance(debug_ops, str) else list(debug_ops or ["DebugIdentity"])
        if ops != ["DebugIdentity"]:
            raise ValueError(f"headwater's debugger keeps values (DebugIdentity), not {ops}")
        self.debug_ops = ops
        self.node_name_regex_whitelist = node_name_regex_whitelist
        self.op_type_regex_whitelist = op_type_regex_whitelist
        self.tensor_dtype_regex_whitelist = tensor_dtype_regex_whitelist
        self.tolerate_debug_op_creation_failures = tolerate_debug_op_creation_failures

    def wants(self, tensor):
        """Whether a tensor is watched.

        Args:
          tensor: the `Tensor`.
        """
        pairs = (
            (self.node_name_regex_whitelist, tensor.op.name),
            (self.op_type_regex_whitelist, tensor.op.type),
            (self.tensor_dtype_regex_whitelist, tensor.dtype.name),
        )
        return all(pattern is None or re.match(pattern, text) for pattern, text in pairs)


def options_of(watch_fn, fetches, feeds):
    """What a program's watch function asks for.

    Args:
      watch_fn: function of fetches and feeds to a `WatchOptions`, or to a pair of ops and a dict of
        its arguments; None watches everything.
      fetches: what the step is asked for.
      feeds: what it is fed.

    Returns:
      A `WatchOptions`.
    """
    found = WatchOptions() if watch_fn is None else watch_fn(fetches, feeds)
    if isinstance(found, WatchOptions):
        return found
    ops, arguments = found
    return WatchOptions(ops, **arguments)


def watched(graph, fetches, feed_dict, options):
    """The tensors that a step computes and that are watched.

    Args:
      graph: the session's graph.
      fetches: what the step is asked for.
      feed_dict: what it is fed, or None.
      options: a `WatchOptions`.

    Returns:
      `(nodes, tensors)`: the `Operation`s that run, in the order of their effect, and the
      `Tensor`s, those of fed nodes among them.
    """
    tree = FetchTree(graph, fetches)
    feeds = [
        graph.as_graph_element(key, allow_operation=False)
        for key in (feed_dict or {})
        if isinstance(key, (str, bytes)) or hasattr(key, "op")
    ]
    nodes = prune(tree.tensors, tree.targets, feeds).nodes
    dead, there = set(), set(nodes)
    tensors = [tensor for tensor in feeds if options.wants(tensor)]
    for node in nodes:
        if node.type in _MAY_BE_DEAD or any(tensor.op in dead for tensor in node.inputs):
            dead.add(node)
            continue
        if graph.is_fetchable(node) and not _may_be_uninitialized(node, there):
            tensors += [tensor for tensor in node.outputs if _has_value(tensor, options)]
    return nodes, tensors


def _has_value(tensor, options):
    return tensor.dtype.name not in ("resource", "variant") and options.wants(tensor)


def _may_be_uninitialized(node, there):
    """Whether a node is a variable that nothing in the step needs to have a value."""
    if node.op.kind != "variable":
        return False
    users = [user for tensor in node.outputs for user in tensor.consumers() if user in there]
    return all(user.type in ("Assign", "IsVariableInitialized") for user in users)
