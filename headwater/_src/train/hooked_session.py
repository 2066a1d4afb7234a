"""A session with threads and hooks around it: what a `MonitoredSession` holds, and may lose."""

import sys

from headwater._src.core import errors
from headwater._src.train.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunValues,
)

# What a lost server looks like: the session is to be made again from the last checkpoint.
LOST = (errors.AbortedError, errors.UnavailableError)


class HookedSession:
    """One session: its threads, and the hooks around its steps.

    Attributes:
      session: the `Session`; None once closed.
      coord: the `Coordinator` of its threads.
    """

    def __init__(self, session, coord, hooks, stop_grace_period_secs):
        self.session, self.coord = session, coord
        self._hooks, self._grace_secs = list(hooks), stop_grace_period_secs
        self._stop_requested = False

    def should_stop(self):
        """Whether a hook or a thread ended the loop, or the session is closed.

        Raises:
          AbortedError: what a thread has met is such that the session should be made again.
          UnavailableError: likewise.
        """
        if self.session is None or self._stop_requested:
            return True
        try:
            self.coord.raise_requested_exception()
        except LOST:
            raise
        except Exception:
            return True
        return self.coord.should_stop()

    @property
    def tf_sess(self):
        """The `Session` without hooks; None once closed."""
        return self.session

    @property
    def _sess(self):
        return _Layer(self, 2)

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """One step with its hooks; the error of a thread goes before that of the step."""
        try:
            if not self._hooks:
                if self._stop_requested:
                    raise RuntimeError("Run called even after should_stop requested.")
                return self.session.run(fetches, feed_dict, options, run_metadata)
            return self._run_hooked(fetches, feed_dict, options, run_metadata)
        except LOST:
            raise
        except Exception:
            self._raise_threads_error(sys.exc_info()[1])
            raise

    def _raise_threads_error(self, original):
        try:
            self.coord.raise_requested_exception()
        except LOST:
            raise
        except Exception:
            raise original from None

    def _run_hooked(self, fetches, feed_dict, options, run_metadata):
        if self.should_stop():
            raise RuntimeError("Run called even after should_stop requested.")
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self.session)
        wanted = {"caller": fetches}
        feeds, options = self._before(context, wanted, feed_dict, options)
        if run_metadata is None and options is not None:
            run_metadata = _proto("RunMetadata")()
        results = self.session.run(wanted, feeds, options, run_metadata)
        options = _proto("RunOptions")() if options is None else options
        run_metadata = _proto("RunMetadata")() if run_metadata is None else run_metadata
        for hook in self._hooks:
            values = SessionRunValues(results.get(hook), options, run_metadata)
            hook.after_run(context, values)
        self._stop_requested = self._stop_requested or context.stop_requested
        return results["caller"]

    def _before(self, context, wanted, user_feeds, options):
        """Asks all hooks; gives what to feed, and the options merged from all of them."""
        feeds = {}
        for hook in self._hooks:
            args = hook.before_run(context)
            if args is None:
                continue
            if args.fetches is not None:
                wanted[hook] = args.fetches
            if args.feed_dict:
                if any(_key(k) in {_key(f) for f in feeds} for k in args.feed_dict):
                    raise RuntimeError("Same tensor is fed by two hooks.")
                feeds.update(args.feed_dict)
            if args.options is not None:
                options = merge_run_options(options, args.options)
        if not feeds:
            return user_feeds, options
        if user_feeds and any(_key(k) in {_key(f) for f in feeds} for k in user_feeds):
            raise RuntimeError("Same tensor is fed by a SessionRunHook and user.")
        feeds.update(user_feeds or {})
        return feeds, options

    def close(self):
        """Stops the threads and closes the session.

        Raises:
          The error of a thread.
        """
        if self.session is None:
            return
        self.coord.request_stop()
        try:
            self.coord.join(stop_grace_period_secs=self._grace_secs, ignore_live_threads=True)
        finally:
            session, self.session = self.session, None
            try:
                session.close()
            except Exception:  # the session is of no use any more, whatever it says
                pass


class _Layer:
    """TensorFlow wraps the session four times, and programs reach through all four for the bare
    `Session`: `monitored._sess._sess._sess._sess`. This stands for the wrappers in between.
    """

    def __init__(self, hooked, left):
        self._hooked, self._left = hooked, left
        self.run = hooked.run

    @property
    def _sess(self):
        return _Layer(self._hooked, self._left - 1) if self._left > 1 else self._hooked.session


def _key(fed):
    return id(fed)


def _proto(name):
    from headwater._src.core.proto import config_pb2

    return getattr(config_pb2, name)


def merge_run_options(options, incoming):
    """`RunOptions` that do what both do: the larger of numbers, either of switches.

    Args:
      options: a `RunOptions`, or None.
      incoming: a `RunOptions`.

    Returns:
      A new `RunOptions`.
    """
    merged = type(incoming)()
    merged.CopyFrom(incoming if options is None else options)
    if options is None:
        return merged
    for field in ("trace_level", "timeout_in_ms", "inter_op_thread_pool"):
        setattr(merged, field, max(getattr(options, field), getattr(incoming, field)))
    for field in ("output_partition_graphs", "report_tensor_allocations_upon_oom"):
        setattr(merged, field, getattr(options, field) or getattr(incoming, field))
    merged.debug_options.debug_tensor_watch_opts.extend(
        incoming.debug_options.debug_tensor_watch_opts
    )
    return merged
