"""What a hook is: code that a `MonitoredSession` calls around its steps."""

import collections

RunArgs = collections.namedtuple("SessionRunArgs", ["fetches", "feed_dict", "options"])


class SessionRunArgs(RunArgs):
    """What a hook adds to the next step.

    Args:
      fetches: what to fetch; its values come back in `after_run`.
      feed_dict: values to feed, or None.
      options: a `RunOptions` to merge into the step's, or None.
    """

    __slots__ = ()

    def __new__(cls, fetches, feed_dict=None, options=None):
        return super().__new__(cls, fetches, feed_dict, options)


class SessionRunValues(
    collections.namedtuple("SessionRunValues", ["results", "options", "run_metadata"])
):
    """What a hook gets after a step: its own fetches' values, the options, what the step recorded."""

    __slots__ = ()


class SessionRunContext:
    """One step, as hooks see it.

    Args:
      original_args: `SessionRunArgs` of what the program itself asked for.
      session: the `Session` that runs the step.
    """

    __slots__ = ("_args", "_session", "_stop")

    def __init__(self, original_args, session):
        self._args, self._session, self._stop = original_args, session, False

    @property
    def original_args(self):
        """What the program asked for, without the hooks' additions."""
        return self._args

    @property
    def session(self):
        """The session that runs the step."""
        return self._session

    @property
    def stop_requested(self):
        """Whether a hook wants this to be the last step."""
        return self._stop

    def request_stop(self):
        """Makes this the last step: `should_stop()` of the session is true from now on."""
        self._stop = True


class SessionRunHook:
    """Base class of hooks; every method does nothing until it is overridden."""

    def begin(self):
        """Called once, before the session is made: the last moment to add nodes to the graph."""

    def after_create_session(self, session, coord):
        """Called when a session was made, also when it replaces one that was lost.

        Args:
          session: the new `Session`, initialized; the graph is final.
          coord: the `Coordinator` of its threads.
        """

    def before_run(self, run_context):
        """Called before each step.

        Args:
          run_context: a `SessionRunContext`.

        Returns:
          `SessionRunArgs` to add to the step, or None.
        """
        return None

    def after_run(self, run_context, run_values):
        """Called after each step that did not fail.

        Args:
          run_context: the context that `before_run` got.
          run_values: `SessionRunValues`.
        """

    def end(self, session):
        """Called at the end, unless an exception ended the loop.

        Args:
          session: the session, still open.
        """
