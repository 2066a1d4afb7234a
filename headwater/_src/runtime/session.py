"""`Session`: runs parts of a graph and keeps its variables. `run` is a table of contents of the
modules beside it.
"""

import weakref

import numpy as np

from headwater._src.compiler.interpret import NodeError
from headwater._src.compiler.place import Placer
from headwater._src.compiler.prune import prune
from headwater._src.core import errors
from headwater._src.graph import default
from headwater._src.graph.default import get_default_graph, session_as_default
from headwater._src.graph.graph import Graph
from headwater._src.runtime import feeds as feeds_lib, report
from headwater._src.runtime.fetches import FetchTree
from headwater._src.runtime.resources import HostContext, Resources
from headwater._src.runtime.steps import StepCache, bind

# URL scheme of a session's target -> what serves it, with `open(target, config)`, which gives
# `(resources, placer)`, and `reset(target, containers, config)`.
ENGINES = {}


_open_sessions = weakref.WeakSet()  # what `Session.reset` closes


def _engine(target):
    """What serves a target that is not this process's own."""
    scheme, colon, _ = target.partition("://")
    if colon and scheme in ENGINES:
        return ENGINES[scheme]
    if colon and scheme == "grpc":
        raise errors.UnimplementedError(
            None,
            None,
            f"no session can be opened at {target!r}: there is no such tf.train.Server in this "
            "process, and headwater does not connect to other processes yet",
        )
    raise errors.NotFoundError(
        None,
        None,
        f"no session can be opened at {target!r}: headwater knows the empty target (this process) "
        "and those of tf.train.Server, grpc://host:port",
    )


class BaseSession:
    """What `Session` and `InteractiveSession` share.

    Attributes:
      graph: the graph it runs.
      sess_str: the target, as given.
    """

    def __init__(self, target="", graph=None, config=None):
        """Opens a session.

        Args:
          target: empty for this process, else the URL of a server.
          graph: the `Graph` to run (default: the default graph).
          config: a `ConfigProto`.

        Raises:
          TypeError: `graph` or `config` is something else.
          tf.errors.NotFoundError: `target` has an unknown scheme.
          tf.errors.UnimplementedError: `target` is a server in another process.
        """
        if graph is None:
            graph = get_default_graph()
        elif not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        if config is not None and not hasattr(config, "SerializeToString"):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        if target is not None and not isinstance(target, (str, bytes)):
            raise TypeError(f"target must be a string, but got {type(target)}")
        self._graph = graph
        self._target = target.decode() if isinstance(target, bytes) else target or ""
        self._config = config
        self._closed = False
        if self._target in ("", "local"):
            self._resources, self._placer = Resources(), Placer(config)
        else:
            self._resources, self._placer = _engine(self._target).open(self._target, config)
        self._steps = StepCache(graph, self._build)
        self._shortcuts = {}
        self._shortcuts_epoch = graph.epoch
        self._entered = None
        self._reset = False
        # Steps have a time limit; then no step takes the short way that looks at no options.
        self.operation_timeout_in_ms = config.operation_timeout_in_ms if config is not None else 0
        self.partial_plans, self.partial_count = {}, 0
        _open_sessions.add(self)

    @property
    def graph(self):
        """The graph that this session runs."""
        return self._graph

    @property
    def graph_def(self):
        """The graph as a `GraphDef`."""
        return self._graph.as_graph_def()

    @property
    def sess_str(self):
        """The session's target."""
        return self._target.encode()

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs what `fetches` asks for, and what that needs.

        Args:
          fetches: a tensor, operation, variable, name, or a nested list, tuple, dict of these.
          feed_dict: dict from tensors to the values that replace theirs for this run.
          options: a `RunOptions`.
          run_metadata: a `RunMetadata` that is filled with what ran.

        Returns:
          The values in the structure of `fetches`: NumPy arrays, NumPy scalars for shape `()`, None
          for operations.

        Raises:
          RuntimeError: the session is closed, or the graph is empty.
          TypeError: `fetches` or a key of `feed_dict` is not of a fitting type.
          ValueError: they are of another graph, or a fed value has a wrong shape.
          tf.errors.OpError: a node failed; then no variable has changed.

        >>> sess.run(tf.constant(2) + 3)
        5
        """
        if options is None and run_metadata is None:
            shortcut = self._shortcut(fetches, feed_dict)
            if shortcut is not None:
                step, rebuild, binders = shortcut
                values = (
                    [feed.convert(v) for feed, v in zip(binders, feed_dict.values())]
                    if feed_dict
                    else ()
                )
                return rebuild(step.run(values))
        return self._run(fetches, feed_dict, options, run_metadata)

    def _run(self, fetches, feed_dict, options, run_metadata):
        self._check_open()
        fetch = FetchTree(self._graph, fetches)
        tensors, values = feeds_lib.expand(self._graph, feed_dict) if feed_dict else ((), ())
        step = self._steps.get(fetch.tensors, fetch.targets, tensors)
        arrays = [feed.convert(v) for feed, v in zip(step.feeds, values)]
        self._remember(fetches, feed_dict, tensors, step, fetch)
        if run_metadata is None and options is None and not self.operation_timeout_in_ms:
            return fetch.rebuild(step.run(arrays))
        from headwater._src.runtime import metadata

        with metadata.recording(self, step, options, run_metadata) as trace:
            return fetch.rebuild(step.run(arrays, trace))

    # -- the path of a repeated step -------------------------------------------------------------

    def _shortcut(self, fetches, feed_dict):
        """`(step, rebuild, feeds)` of a run with these very fetches and feed keys before, or None."""
        kind = fetches.__class__
        try:
            if kind is list:
                key = (list, *fetches)
            elif kind is tuple:
                key = (tuple, *fetches)
            else:
                key = fetches
            found = self._shortcuts.get((key, tuple(feed_dict)) if feed_dict else key)
        except TypeError:
            return None
        if found is not None and self._graph.epoch == self._shortcuts_epoch and not self._closed:
            return found
        return None

    def _remember(self, fetches, feed_dict, tensors, step, fetch):
        if self._graph.epoch != self._shortcuts_epoch:
            self._shortcuts, self._shortcuts_epoch = {}, self._graph.epoch
        if feed_dict and len(tensors) != len(feed_dict):
            return  # a composite key
        if self.operation_timeout_in_ms:
            return
        key = (fetches.__class__, *fetches) if isinstance(fetches, (list, tuple)) else fetches
        if isinstance(fetches, (list, tuple)) and type(fetches) not in (list, tuple):
            return
        try:
            self._shortcuts[(key, tuple(feed_dict)) if feed_dict else key] = (
                step,
                fetch.rebuild,
                step.feeds,
            )
        except TypeError:
            pass  # a fetch that cannot be a key, such as a dict

    def _build(self, tensors, targets, feeds, constants=()):
        known = [(t, np.asarray(value, t.dtype.as_numpy_dtype)) for t, value in constants]
        return self.bind(prune(tensors, targets, feeds, known))

    def bind(self, sub):
        """A `Step` of this session for a `Subgraph`."""
        self._placer.log(sub.nodes)
        return bind(sub, self._placer, self._resources, self._context)

    def _context(self, node):
        return HostContext(node, self._resources.at(node), self)

    def place(self, node):
        """The name of the place that a node runs in."""
        return self._placer(node)

    def _check_open(self):
        if self._reset:
            raise errors.CancelledError(None, None, "Session has been closed.")
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self._graph.version:
            raise RuntimeError(
                "The Session graph is empty. Add operations to the graph before calling run()."
            )

    # -- other ways to run -----------------------------------------------------------------------

    def make_callable(self, fetches, feed_list=None, accept_options=False):
        """A function that runs one fixed step.

        Args:
          fetches: as in `run`.
          feed_list: the tensors whose values are the function's arguments, in order.
          accept_options: whether the function also takes `options` and `run_metadata`.

        Returns:
          A function.
        """
        self._check_open()
        if feed_list is not None and not isinstance(feed_list, (list, tuple)):
            raise TypeError("`feed_list` must be a list or tuple.")
        keys = list(feed_list or ())
        for key in keys:
            feeds_lib.as_fed_tensor(self._graph, key)

        def call(*args, options=None, run_metadata=None):
            if len(args) != len(keys):
                raise TypeError(f"Function expects {len(keys)} arguments, got {len(args)}")
            return self.run(fetches, dict(zip(keys, args)) if keys else None, options, run_metadata)

        if accept_options:
            return call
        return lambda *args: call(*args)

    def prepare(self, fetches, feed_list=(), constants=()):
        """A function that runs one fixed step; this is not in TensorFlow.

        A tensor that is the same in every run is no feed but a constant of the step: conditions
        that depend on it are decided now, not in each run.

        Args:
          fetches: as in `run`.
          feed_list: the tensors whose values the function takes, in order.
          constants: pairs of a tensor and the scalar that it is in every run.

        Returns:
          A function of a list of values, which gives the results.
        """
        self._check_open()
        fetch, feeds = FetchTree(self._graph, fetches), tuple(feed_list)

        def call(values):
            self._check_open()
            step = self._steps.get(fetch.tensors, fetch.targets, feeds, constants)
            arrays = [feed.convert(value) for feed, value in zip(step.feeds, values, strict=True)]
            return fetch.rebuild(step.run(arrays))

        return call

    def partial_run_setup(self, fetches, feeds=None):
        """Prepares a step that `partial_run` will run in parts.

        Args:
          fetches: what the parts will fetch; operations in it run as soon as what they need is
            there.
          feeds: list of the tensors that the parts will feed.

        Returns:
          A handle for `partial_run`, good for one run of the whole.

        Raises:
          RuntimeError: the session is closed.
          TypeError: `fetches` or `feeds` is of a wrong type.
          tf.errors.InvalidArgumentError: there is nothing to fetch.
        """
        from headwater._src.runtime import partial

        self._check_open()
        return partial.setup(self, fetches, feeds)

    def partial_run(self, handle, fetches, feed_dict=None):
        """Runs the next part of a step.

        Args:
          handle: what `partial_run_setup` gave.
          fetches: what to fetch now; each tensor once in all parts.
          feed_dict: values for feeds that were announced and have none yet.

        Returns:
          The values in the structure of `fetches`.

        Raises:
          tf.errors.InvalidArgumentError: a feed or fetch was not announced, or came before, or a
            fetch needs more feeds than there are.

        >>> h = sess.partial_run_setup([a + b, (a + b) * c], [a, b, c])
        >>> s = sess.partial_run(h, a + b, {a: 1, b: 2})
        """
        from headwater._src.runtime import partial

        self._check_open()
        return partial.run(self, handle, fetches, feed_dict)

    def debug_run(self, fetches, feed_dict=None, write=print):
        """Runs a step one node at a time in NumPy and prints every node; stores nothing.

        This is not in TensorFlow. Random nodes draw new numbers, as in a run.

        Args:
          fetches: as in `run`.
          feed_dict: as in `run`.
          write: called with each line.

        Returns:
          The values in the structure of `fetches`.
        """
        from headwater._src.compiler.debug import debug_execute

        self._check_open()
        fetch = FetchTree(self._graph, fetches)
        tensors, values = feeds_lib.expand(self._graph, feed_dict) if feed_dict else ((), ())
        step = self._steps.get(fetch.tensors, fetch.targets, tensors)
        arrays = [feed.convert(v) for feed, v in zip(step.feeds, values)]
        try:
            results, _ = debug_execute(
                step.program, arrays, step.current, self._context, self._resources.random, write
            )
        except NodeError as error:
            raise report.located(error.__cause__, error.node) from error.__cause__
        return fetch.rebuild(results)

    def list_devices(self):
        """The devices of the session.

        Returns:
          A list of objects with `name`, `device_type`, `memory_limit_bytes` and `incarnation`.

        Raises:
          RuntimeError: the session is closed.
        """
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        return self._placer.devices()

    def cancel_waiting(self):
        """Cancels the steps that wait for another thread, such as those that dequeue.

        This is not in TensorFlow. They raise `tf.errors.CancelledError`; the session stays open.
        """
        self._resources.cancel()

    def close(self):
        """Closes the session and forgets its variables."""
        self._closed = True
        self._shortcuts, self.partial_plans = {}, {}
        self._resources.clear()

    def as_default(self):
        """A context manager in which this is the thread's default session; it does not close the
        session.
        """
        return session_as_default(self, strict=False)

    def __repr__(self):
        return f"<headwater.{type(self).__name__} of {self._graph!r}>"


class Session(BaseSession):
    """Runs parts of a graph; a context manager that closes itself.

    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.constant(1.0) + 2.0))
    3.0
    """

    def __enter__(self):
        if self._entered is not None:
            raise RuntimeError(
                "Session context managers are not re-entrant. Use `Session.as_default()` if you "
                "want "
                "to enter a session multiple times."
            )
        graph, session = self.graph.as_default(), self.as_default()
        graph.__enter__()
        session.__enter__()
        self._entered = (graph, session)
        return self

    def __exit__(self, exc_type, exc_value, exc_tb):
        graph, session = self._entered  # type: ignore[misc]
        session.__exit__(exc_type, exc_value, exc_tb)
        graph.__exit__(exc_type, exc_value, exc_tb)
        self._entered = None
        self.close()

    @staticmethod
    def reset(target, containers=None, config=None):
        """Clears the state of a server, and cuts off the sessions that use it.

        With an empty target, it is the sessions of this process that lose their variables and are
        closed: running one raises `tf.errors.CancelledError`.

        Args:
          target: the URL of the server, or empty for this process.
          containers: names of the containers to clear; None means all. The sessions are closed in
            any case.
          config: a `ConfigProto`.

        Raises:
          tf.errors.NotFoundError: `target` has an unknown scheme.
          tf.errors.UnimplementedError: `target` is a server in another process.
        """
        if target:
            _engine(target).reset(target, containers, config)
        for session in list(_open_sessions):
            if session._target == target and not session._closed:
                session.close()
                session._reset = True


class InteractiveSession(BaseSession):
    """A session that makes itself the default one, for shells and notebooks.

    Args:
      target: the address of a server; empty for this process.
      graph: the graph to run (default: the default graph).
      config: a `ConfigProto`.
    """

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        self._default = self.as_default()
        self._default.__enter__()
        self._default_graph = graph.as_default() if graph is not None else None
        if self._default_graph is not None:
            self._default_graph.__enter__()

    def close(self):
        """Closes the session; it is no longer the default."""
        if not self._closed:
            super().close()
            if self._default_graph is not None:
                self._default_graph.__exit__(None, None, None)
            self._default.__exit__(None, None, None)


get_default_session = default.get_default_session
