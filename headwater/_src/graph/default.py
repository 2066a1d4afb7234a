"""The default-graph and default-session stacks, one of each per thread.

State: `_state`, thread-local: `graphs` and `sessions` (innermost last). Sessions are plain objects
with a `.run`; this layer knows no more of them. `_GLOBAL` holds the process-wide default graph.
"""

import threading


class _State(threading.local):
    def __init__(self):
        self.graphs = []
        self.sessions = []


_state = _State()
_GLOBAL = [None]
_FACTORY = []


def graph_factory(cls):
    """Registers (as a decorator) the class of the default graph, made at its first use."""
    _FACTORY.append(cls)
    return cls


def get_default_graph():
    """The graph that new nodes go to in this thread."""
    if _state.graphs:
        return _state.graphs[-1]
    if _GLOBAL[0] is None:
        _GLOBAL[0] = _FACTORY[0]()
    return _GLOBAL[0]


def executing_eagerly():
    """Whether operations run when they are called, in this thread and here."""
    return get_default_graph().eager


def enclosing_graph():
    """The innermost graph of this thread that is not the body of a function."""
    for graph in reversed(_state.graphs):
        if graph.root is not graph:  # the body of a branch or loop knows what is around it
            return graph.root
        if not graph.building_function:
            return graph
    if _state.graphs:  # only bodies: the process-wide default graph is what is around them
        if _GLOBAL[0] is None:
            _GLOBAL[0] = _FACTORY[0]()
        return _GLOBAL[0]
    return get_default_graph()


def reset_default_graph():
    """Replaces the process-wide default graph by an empty one.

    Raises:
      AssertionError: inside a `graph.as_default()` block.
    """
    if _state.graphs:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a "
            "cleared graph, exit the nesting and create a new graph."
        )
    if _GLOBAL[0] is None or not _GLOBAL[0].eager:  # which has nothing to forget
        _GLOBAL[0] = _FACTORY[0]()


class _Entered:
    """Context manager that keeps an object on top of a stack; tolerant of out-of-order exits."""

    def __init__(self, stack_name, item, strict=True):
        self._stack_name, self._item, self._strict = stack_name, item, strict

    def __enter__(self):
        getattr(_state, self._stack_name).append(self._item)
        return self._item

    def __exit__(self, *exc):
        stack = getattr(_state, self._stack_name)
        if stack and stack[-1] is self._item:
            stack.pop()
        elif self._strict:
            raise AssertionError(
                f"Nesting violated for default stack of {type(self._item)} objects"
            )
        elif self._item in stack:
            stack.remove(self._item)


def graph_as_default(graph):
    """A context manager in which `graph` is the default graph of this thread."""
    return _Entered("graphs", graph)


def session_as_default(session, strict=True):
    """A context manager in which `session` is the default session of this thread."""
    return _Entered("sessions", session, strict)


def get_default_session():
    """The innermost default session of this thread, or None."""
    return _state.sessions[-1] if _state.sessions else None


def run_default(fetch, feed_dict, graph, session, kind):
    """`session.run(fetch, feed_dict)`, in the default session when `session` is None.

    Args:
      fetch: the tensor or operation.
      feed_dict: values for feedable tensors.
      graph: the graph that `fetch` is in.
      session: a session, or None.
      kind: `"tensor"` or `"operation"`, for messages.

    Raises:
      ValueError: there is no session, or it belongs to another graph.
    """
    verb, call = ("evaluate", "eval") if kind == "tensor" else ("execute", "run")
    given = session is not None
    if not given:
        session = get_default_session()
        if session is None:
            raise ValueError(
                f"Cannot {verb} {kind} using `{call}()`: No default session is registered. Use "
                f"`with "
                f"sess.as_default()` or pass an explicit session to `{call}(session=sess)`"
            )
    if session.graph is not graph:
        which = "given" if given else "default"
        advice = "" if given else f" Pass an explicit session to `{call}(session=sess)`."
        raise ValueError(
            f"Cannot use the {which} session to {verb} {kind}: the {kind}'s graph is different "
            f"from "
            f"the "
            f"session's graph.{advice}"
        )
    return session.run(fetch, feed_dict)
