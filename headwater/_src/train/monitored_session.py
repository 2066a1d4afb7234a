"""`MonitoredSession`: a session for training loops, with hooks, threads, and recovery."""

import inspect

from headwater._src.core import errors, logging
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.train.coordinator import Coordinator
from headwater._src.train.hooked_session import LOST, HookedSession
from headwater._src.train.queue_runner import start_queue_runners
from headwater._src.train.session_creators import ChiefSessionCreator


class StepContext:
    """What a step function gets, see `MonitoredSession.run_step_fn`.

    Args:
      session: the `Session` without hooks.
      run_with_hooks_fn: function that runs a step with hooks.
    """

    def __init__(self, session, run_with_hooks_fn):
        self._session, self._run_with_hooks = session, run_with_hooks_fn

    @property
    def session(self):
        """The session without hooks."""
        return self._session

    def run_with_hooks(self, *args, **kwargs):
        """Runs a step with hooks; arguments as for `MonitoredSession.run`."""
        return self._run_with_hooks(*args, **kwargs)

    def request_stop(self):
        """Ends the loop by raising `StopIteration`."""
        raise StopIteration("step_fn has requested the iterations to stop.")


class _MonitoredSession:
    """What `MonitoredSession` and `SingularMonitoredSession` share."""

    StepContext = StepContext

    def __init__(self, session_creator, hooks, should_recover, stop_grace_period_secs=120):
        self._built_in = get_default_graph()
        self._graph_was_finalized = self._built_in.finalized
        self._hooks = list(hooks or ())
        self._creator = session_creator or ChiefSessionCreator()
        self._grace_secs = stop_grace_period_secs
        self._recovers = should_recover
        self._closed = False
        self._sess = None
        for hook in self._hooks:
            hook.begin()
        self._sess = self._create_recovering() if should_recover else self._create()

    # -- sessions --------------------------------------------------------------------------------

    def _create(self):
        with self._built_in.as_default():
            session = self._creator.create_session()
            coord = Coordinator(clean_stop_exception_types=())
            if self._built_in.get_collection(GraphKeys.QUEUE_RUNNERS):
                start_queue_runners(sess=session, coord=coord)
            for hook in self._hooks:
                hook.after_create_session(session, coord)
        return HookedSession(session, coord, self._hooks, self._grace_secs)

    def _create_recovering(self):
        while True:
            try:
                return self._create()
            except LOST as error:
                logging.info(
                    "An error was raised while a session was being created. This may be due to a "
                    "preemption of a connected worker or parameter server. A new session will be "
                    "created. Error: %s",
                    error,
                )

    def _alive(self):
        if self._sess is None:
            if self._closed:
                raise RuntimeError("Attempted to use a closed Session.")
            self._sess = self._create_recovering()
        return self._sess

    def _lose(self, error):
        logging.info(
            "An error was raised. This may be due to a preemption in a connected worker or "
            "parameter server. The current session will be closed and a new session will be "
            "created. Error: %s",
            error,
        )
        lost, self._sess = self._sess, None
        if lost is not None:
            try:
                lost.close()
            except LOST:
                pass

    # -- steps -----------------------------------------------------------------------------------

    @property
    def graph(self):
        """The graph of the session; None once closed."""
        session = self._tf_sess()
        return None if session is None else session.graph

    def _tf_sess(self):
        return None if self._sess is None else self._sess.session

    @property
    def _coordinated_creator(self):  # programs take `tf_sess` and `coord` from here
        return self._sess

    def _is_closed(self):
        return self._closed

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs one step with the hooks; `tf.Session.run` says what the arguments are.

        Args:
          fetches: what to fetch.
          feed_dict: values to feed.
          options: a `RunOptions`.
          run_metadata: a `RunMetadata` to fill.

        Returns:
          The fetched values.

        Raises:
          RuntimeError: the session is closed, or a hook has ended the loop.
        """
        if not self._recovers:
            return self._alive().run(fetches, feed_dict, options, run_metadata)
        while True:
            try:
                return self._alive().run(fetches, feed_dict, options, run_metadata)
            except LOST as error:
                self._lose(error)

    def run_step_fn(self, step_fn):
        """Runs a step that a function makes of several runs.

        Args:
          step_fn: function with the parameter `step_context` (and `self`, for a method), which
            gets a `StepContext`.

        Returns:
          What the function gives. Where it called `request_stop`, the session's loop ends.

        Raises:
          ValueError: the function has other parameters.
        """
        parameters = list(inspect.signature(getattr(step_fn, "__func__", step_fn)).parameters)
        if parameters != ["step_context"] and parameters != ["self", "step_context"]:
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and "
                f"`step_context` arguments if it's an instance method. Got {parameters} instead."
            )
        if parameters[0] == "self" and not inspect.ismethod(step_fn):
            raise ValueError("`step_fn` has a `self` parameter but is not an instance method.")
        while True:
            alive = self._alive()
            try:
                return step_fn(StepContext(self._tf_sess(), alive.run))
            except LOST as error:
                if not self._recovers:
                    raise
                self._lose(error)

    def should_stop(self):
        """Whether the loop is to end."""
        if self._sess is None:
            return self._closed
        try:
            return self._sess.should_stop()
        except LOST as error:
            if not self._recovers:
                raise
            self._lose(error)
            self._sess = self._create_recovering()
            return False

    # -- the end ---------------------------------------------------------------------------------

    def close(self):
        """Calls the hooks' `end`, stops the threads and closes the session."""
        self._close(None)

    def _close(self, exception_type):
        try:
            if exception_type is None:
                session = self._tf_sess()
                if session is None and self._closed:
                    return
                for hook in self._hooks:
                    hook.end(session)
        finally:
            try:
                if self._closed:
                    raise RuntimeError("Session is already closed.")
                if self._sess is not None:
                    self._sess.close()
            finally:
                self._sess, self._closed = None, True
                if not self._graph_was_finalized:
                    self._built_in._unsafe_unfinalize()

    def __enter__(self):
        return self

    def __exit__(self, exception_type, exception_value, traceback):
        if exception_type is not None and issubclass(
            exception_type, (errors.OutOfRangeError, StopIteration)
        ):
            exception_type = None
        self._close(exception_type)
        # What ends a loop of its own accord is no error of the program.
        return exception_type is None


class MonitoredSession(_MonitoredSession):
    """A session for training: it initializes or restores the model, starts queue runners, calls
    hooks around every step, and makes a new session when one is lost.

    >>> with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(100)]) as sess:
    ...     while not sess.should_stop():
    ...         sess.run(train_op)

    Args:
      session_creator: a `SessionCreator` (default: a `ChiefSessionCreator`).
      hooks: list of `SessionRunHook`s.
      stop_grace_period_secs: how long threads have to end.
    """

    def __init__(self, session_creator=None, hooks=None, stop_grace_period_secs=120):
        super().__init__(session_creator, hooks, True, stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A `MonitoredSession` that does not make a new session when its own is lost.

    Args:
      hooks: list of `SessionRunHook`s.
      scaffold: a `Scaffold`.
      master: target of the session.
      config: a `ConfigProto`.
      checkpoint_dir: folder whose latest checkpoint is restored.
      stop_grace_period_secs: how long threads have to end.
      checkpoint_filename_with_path: the checkpoint itself instead.
    """

    def __init__(
        self,
        hooks=None,
        scaffold=None,
        master="",
        config=None,
        checkpoint_dir=None,
        stop_grace_period_secs=120,
        checkpoint_filename_with_path=None,
    ):
        creator = ChiefSessionCreator(
            scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path
        )
        super().__init__(creator, hooks, False, stop_grace_period_secs)

    def raw_session(self):
        """The `Session` without hooks; None once closed."""
        return self._tf_sess()
