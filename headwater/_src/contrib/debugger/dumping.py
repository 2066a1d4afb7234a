"""Sessions and hooks that write each step's tensors into a folder of its own."""

import os
import threading
import time

from headwater._src.contrib.debugger import dump_folder, watching
from headwater._src.runtime.fetches import FetchTree
from headwater._src.train.session_run_hook import SessionRunArgs, SessionRunHook


class _Steps:
    """The folders of a session's steps."""

    def __init__(self, session_root, watch_fn):
        if os.path.exists(session_root) and (
            not os.path.isdir(session_root) or os.listdir(session_root)
        ):
            raise ValueError(f"session_root path must be a new or an empty folder: {session_root}")
        os.makedirs(session_root, exist_ok=True)
        self._root, self._watch_fn, self._count = session_root, watch_fn, 0
        self._lock = threading.Lock()

    def watched(self, graph, fetches, feed_dict):
        options = watching.options_of(self._watch_fn, fetches, feed_dict)
        return watching.watched(graph, fetches, feed_dict, options)

    def write(self, graph, fetches, feed_dict, nodes, tensors, values):
        """Writes a step; gives its folder."""
        with self._lock:
            number, self._count = self._count, self._count + 1
        folder = os.path.join(self._root, f"run_{int(time.time() * 1e6)}_{number}")
        feeds = [getattr(key, "name", str(key)) for key in (feed_dict or {})]
        tree = FetchTree(graph, fetches)
        dump_folder.write_step(folder, number, tree, feeds, nodes, tensors, values)
        return folder


class WrapperSession:
    """A session around another one; what it does not do itself, that one does.

    Args:
      sess: the session inside.

    Attributes:
      session: the same.
      run_call_count: how many steps have run.
    """

    def __init__(self, sess):
        self.session, self.run_call_count = sess, 0

    def __getattr__(self, name):
        return getattr(self.session, name)

    def __enter__(self):
        self._block = self.session.as_default()
        self._block.__enter__()
        return self

    def __exit__(self, *error):
        self._block.__exit__(*error)

    def _run_watched(self, fetches, feed_dict, tensors, options, run_metadata):
        """A step, and the values of tensors on its way."""
        self.run_call_count += 1
        return self.session.run(
            [fetches, tensors], feed_dict, options=options, run_metadata=run_metadata
        )


class DumpingDebugWrapperSession(WrapperSession):
    """A session whose steps leave their tensors in files."""

    def __init__(
        self,
        sess,
        session_root,
        watch_fn=None,
        thread_name_filter=None,
        pass_through_operrors=None,
        log_usage=True,
    ):
        """Wraps a session.

        Args:
          sess: the session.
          session_root: a new or empty folder; each step makes a folder in it.
          watch_fn: function of fetches and feeds to `WatchOptions`; None watches everything.
          thread_name_filter: pattern of names of threads whose steps are watched; None: all.
          pass_through_operrors: accepted: errors of a step are raised.
          log_usage: accepted.

        Raises:
          ValueError: the folder is not empty.
        """
        super().__init__(sess)
        self._steps, self._threads = _Steps(session_root, watch_fn), thread_name_filter

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """As `tf.Session.run`.

        Args:
          fetches: what is wanted.
          feed_dict: values that are given.
          options: a `RunOptions`.
          run_metadata: a `RunMetadata` to fill.
        """
        import re

        graph = self.session.graph
        if self._threads and not re.match(self._threads, threading.current_thread().name):
            return self.session.run(fetches, feed_dict, options, run_metadata)
        nodes, tensors = self._steps.watched(graph, fetches, feed_dict)
        result, values = self._run_watched(fetches, feed_dict, tensors, options, run_metadata)
        self._steps.write(graph, fetches, feed_dict, nodes, tensors, values)
        return result


class DumpingDebugHook(SessionRunHook):
    """A hook that leaves the tensors of a monitored session's steps in files."""

    def __init__(self, session_root, watch_fn=None, thread_name_filter=None, log_usage=True):
        """Says where.

        Args:
          session_root: a new or empty folder; each step makes a folder in it.
          watch_fn: function of fetches and feeds to `WatchOptions`; None watches everything.
          thread_name_filter: accepted.
          log_usage: accepted.

        Raises:
          ValueError: the folder is not empty.
        """
        self._steps = _Steps(session_root, watch_fn)

    def before_run(self, run_context):
        """Asks for the tensors.

        Args:
          run_context: the step.
        """
        asked, feeds = run_context.original_args.fetches, run_context.original_args.feed_dict
        graph = run_context.session.graph
        nodes, tensors = self._steps.watched(graph, asked, feeds)
        self._step = graph, asked, feeds, nodes, tensors
        return SessionRunArgs(tensors)

    def after_run(self, run_context, run_values):
        """Writes them.

        Args:
          run_context: the step.
          run_values: what came of it.
        """
        self._steps.write(*self._step, run_values.results)
