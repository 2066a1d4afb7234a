"""`Supervisor`: the training loop's helper from before `MonitoredSession`."""

import contextlib
import os

from headwater._src.core import logging
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.ops import variables
from headwater._src.ops._table_initializers import tables_initializer
from headwater._src.ops.grouping import group
from headwater._src.ops.summary_functions import merge_all
from headwater._src.train import global_step as steps, meta_graph
from headwater._src.train.coordinator import Coordinator, LooperThread
from headwater._src.train.queue_runner import QueueRunner
from headwater._src.train.saver import Saver
from headwater._src.train.session_manager import SessionManager
from headwater._src.train.summary_writer import FileWriter
from headwater._src.train.supervisor_services import (
    SVStepCounterThread,
    SVSummaryThread,
    SVTimerCheckpointThread,
)


class Supervisor:
    """Opens the session of a training program, and saves checkpoints and summaries meanwhile.

    >>> sv = tf.train.Supervisor(logdir="/tmp/run")
    >>> with sv.managed_session() as sess:
    ...     while not sv.should_stop():
    ...         sess.run(train_op)

    Args:
      graph: the `Graph`, which must not change any more (default: the default graph).
      ready_op: gives the names of variables that are not initialized.
      ready_for_local_init_op: the same for what `local_init_op` needs.
      is_chief: whether it initializes the model and runs the services; others wait for that.
      init_op: what initializes the model.
      init_feed_dict: what to feed to it.
      local_init_op: what initializes local variables and tables.
      logdir: folder of checkpoints and event files; None for none.
      summary_op: all summaries; None for none.
      saver: the `Saver`; None for none.
      global_step: the step counter; None for none.
      save_summaries_secs: seconds between summaries; 0 for none.
      save_model_secs: seconds between checkpoints; 0 for none.
      recovery_wait_secs: seconds between two looks at whether a model is ready.
      stop_grace_secs: how long threads have to end.
      checkpoint_basename: how the checkpoints' names start.
      session_manager: a `SessionManager` (default: a new one).
      summary_writer: a `FileWriter`; None for none.
      init_fn: function of the session, called after `init_op`.
      local_init_run_options: `RunOptions` for `local_init_op`.

    Raises:
      RuntimeError: eager execution (there is none here).
    """

    USE_DEFAULT = 0

    def __init__(
        self,
        graph=None,
        ready_op=USE_DEFAULT,
        ready_for_local_init_op=USE_DEFAULT,
        is_chief=True,
        init_op=USE_DEFAULT,
        init_feed_dict=None,
        local_init_op=USE_DEFAULT,
        logdir=None,
        summary_op=USE_DEFAULT,
        saver=USE_DEFAULT,
        global_step=USE_DEFAULT,
        save_summaries_secs=120,
        save_model_secs=600,
        recovery_wait_secs=30,
        stop_grace_secs=120,
        checkpoint_basename="model.ckpt",
        session_manager=None,
        summary_writer=USE_DEFAULT,
        init_fn=None,
        local_init_run_options=None,
    ):
        self._graph = get_default_graph() if graph is None else graph
        self._is_chief, self._logdir = is_chief, logdir
        self._init_feed_dict, self._init_fn = init_feed_dict, init_fn
        self._save_summaries_secs, self._save_model_secs = save_summaries_secs, save_model_secs
        self._stop_grace_secs, self._wait_secs = stop_grace_secs, recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        self._coord = Coordinator()
        self._graph_written = False
        with self._graph.as_default():
            self._init_ops(ready_op, ready_for_local_init_op, init_op, local_init_op)
            self._init_saving(saver, summary_op, global_step)
        self._save_path = os.path.join(logdir, checkpoint_basename) if logdir and is_chief else None
        self._summary_writer = summary_writer
        if summary_writer is Supervisor.USE_DEFAULT:
            self._summary_writer = FileWriter(logdir) if logdir and is_chief else None
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op,
            ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op,
            graph=self._graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._check_devices()
        self._graph.finalize()

    def _init_ops(self, ready_op, ready_for_local_init_op, init_op, local_init_op):
        self._ready_op = _given(
            ready_op, GraphKeys.READY_OP, variables.report_uninitialized_variables
        )
        self._ready_for_local_init_op = _given(
            ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP, lambda: None
        )
        self._init_op = _given(init_op, GraphKeys.INIT_OP, variables.global_variables_initializer)
        self._local_init_op = _given(
            local_init_op,
            GraphKeys.LOCAL_INIT_OP,
            lambda: group(variables.local_variables_initializer(), tables_initializer()),
        )

    def _init_saving(self, saver, summary_op, global_step):
        self._saver = _given(
            saver, GraphKeys.SAVERS, lambda: Saver() if variables.global_variables() else None
        )
        self._summary_op = _given(summary_op, GraphKeys.SUMMARY_OP, merge_all)
        if global_step is Supervisor.USE_DEFAULT:
            global_step = steps.get_global_step(self._graph)
        self._global_step = global_step

    def _check_devices(self):
        if self._is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError(
                    f"When using replicas, all Variables must have their device set: {op}"
                )

    # -- what it holds ---------------------------------------------------------------------------

    @property
    def is_chief(self):
        """Whether it is the chief."""
        return self._is_chief

    @property
    def session_manager(self):
        """The `SessionManager`."""
        return self._session_manager

    @property
    def coord(self):
        """The `Coordinator` of its threads."""
        return self._coord

    @property
    def init_op(self):
        """What initializes the model."""
        return self._init_op

    @property
    def init_feed_dict(self):
        """What to feed to `init_op`."""
        return self._init_feed_dict

    @property
    def ready_op(self):
        """Gives the names of what is not initialized."""
        return self._ready_op

    @property
    def ready_for_local_init_op(self):
        """Gives the names of what `local_init_op` still needs."""
        return self._ready_for_local_init_op

    @property
    def summary_writer(self):
        """The `FileWriter`, or None."""
        return self._summary_writer

    @property
    def summary_op(self):
        """All summaries, or None."""
        return self._summary_op

    @property
    def save_summaries_secs(self):
        """Seconds between summaries."""
        return self._save_summaries_secs

    @property
    def global_step(self):
        """The step counter, or None."""
        return self._global_step

    @property
    def saver(self):
        """The `Saver`, or None."""
        return self._saver

    @property
    def save_model_secs(self):
        """Seconds between checkpoints."""
        return self._save_model_secs

    @property
    def save_path(self):
        """How the checkpoints' paths start; None when none are written."""
        return self._save_path

    # -- sessions --------------------------------------------------------------------------------

    def prepare_or_wait_for_session(
        self,
        master="",
        config=None,
        wait_for_checkpoint=False,
        max_wait_secs=7200,
        start_standard_services=True,
    ):
        """Opens a session with the model ready, and starts queue runners and services.

        Args:
          master: target of the session.
          config: a `ConfigProto`.
          wait_for_checkpoint: whether to wait for a checkpoint.
          max_wait_secs: how long to wait for it, or for the chief.
          start_standard_services: whether to start services and queue runners.

        Returns:
          The `Session`.
        """
        self._coord.clear_stop()
        if self._summary_writer:
            self._summary_writer.reopen()
        if self._is_chief:
            session = self._session_manager.prepare_session(
                master,
                init_op=self._init_op,
                saver=self._saver,
                checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs,
                config=config,
                init_feed_dict=self._init_feed_dict,
                init_fn=self._init_fn,
            )
            self._write_graph()
            if start_standard_services:
                logging.info("Starting standard services.")
                self.start_standard_services(session)
        else:
            session = self._session_manager.wait_for_session(
                master, config=config, max_wait_secs=max_wait_secs
            )
        if start_standard_services:
            logging.info("Starting queue runners.")
            self.start_queue_runners(session)
        return session

    @contextlib.contextmanager
    def managed_session(
        self, master="", config=None, start_standard_services=True, close_summary_writer=True
    ):
        """A context manager that opens a session, and at its end stops the threads and closes it.

        An exception in the block, or of a thread, is raised at the end.

        Args:
          master: target of the session.
          config: a `ConfigProto`.
          start_standard_services: whether to start services and queue runners.
          close_summary_writer: whether to close the summary writer at the end.

        Yields:
          The `Session`.
        """
        session = None
        try:
            session = self.prepare_or_wait_for_session(
                master=master, config=config, start_standard_services=start_standard_services
            )
            yield session
        except Exception as error:
            self.request_stop(error)
        finally:
            try:
                # Threads may wait inside the session: they are given time, then it is closed.
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if session is not None:
                    session.close()

    def _write_graph(self):
        if self._logdir:
            graph_def = self._graph.as_graph_def(add_shapes=True)
            meta_graph.write_graph(graph_def, self._logdir, "graph.pbtxt")
        if self._summary_writer and not self._graph_written:
            self._summary_writer.add_graph(self._graph)
            self._summary_writer.add_meta_graph(
                meta_graph.create_meta_graph_def(
                    graph_def=self._graph.as_graph_def(add_shapes=True),
                    saver_def=self._saver.saver_def if self._saver else None,
                    graph=self._graph,
                )
            )
            self._graph_written = True

    def start_standard_services(self, sess):
        """Starts the threads that write checkpoints, summaries and the speed.

        Args:
          sess: the `Session`.

        Returns:
          A list of threads; None without a `logdir`.

        Raises:
          RuntimeError: it is not the chief.
        """
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief "
                "supervisors can write events."
            )
        if not self._logdir:
            logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer:
            self._log_session("START", steps.global_step(sess, self._global_step))
        threads = []
        if self._save_summaries_secs and self._summary_writer:
            if self._summary_op is not None:
                threads.append(SVSummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(SVStepCounterThread(self, sess))
        if self._saver and self._save_model_secs:
            threads.append(SVTimerCheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return threads

    def _log_session(self, status, step=None):
        from headwater._src.core.proto import event_pb2

        log = event_pb2.SessionLog(status=event_pb2.SessionLog.SessionStatus.Value(status))
        self._summary_writer.add_session_log(log, step)

    def start_queue_runners(self, sess, queue_runners=None):
        """Starts the threads of queue runners.

        Args:
          sess: the `Session`.
          queue_runners: list of `QueueRunner`s (default: the graph's collection).

        Returns:
          A list of threads.
        """
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        threads = []
        for runner in queue_runners:
            assert isinstance(runner, QueueRunner), runner
            threads += runner.create_threads(sess, coord=self._coord, daemon=True, start=True)
        return threads

    def loop(self, timer_interval_secs, target, args=None, kwargs=None):
        """Starts a thread that calls a function again and again until the supervisor stops.

        Args:
          timer_interval_secs: seconds from one call to the next; None for no pause.
          target: the function.
          args: its positional arguments.
          kwargs: its keyword arguments.

        Returns:
          The thread.
        """
        return LooperThread.loop(self._coord, timer_interval_secs, target, args, kwargs)

    # -- stopping --------------------------------------------------------------------------------

    def stop(self, threads=None, close_summary_writer=True, ignore_live_threads=False):
        """Stops the threads and waits for them.

        Args:
          threads: list of further threads to wait for.
          close_summary_writer: whether to close the summary writer.
          ignore_live_threads: whether to return, instead of raising, when some run on.

        Raises:
          RuntimeError: some threads did not end in time.
          The error of a thread.
        """
        self._coord.request_stop()
        try:
            self._coord.join(
                threads,
                stop_grace_period_secs=self._stop_grace_secs,
                ignore_live_threads=ignore_live_threads,
            )
        finally:
            if close_summary_writer and self._summary_writer:
                self._log_session("STOP")
                self._summary_writer.close()
                self._graph_written = False

    def request_stop(self, ex=None):
        """Asks all threads to stop.

        Args:
          ex: the exception that is to be raised at the end.
        """
        self._coord.request_stop(ex=ex)

    def should_stop(self):
        """Whether a stop was asked for."""
        return self._coord.should_stop()

    def stop_on_exception(self):
        """A context manager that asks for a stop when its block raises an exception."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self):
        """Waits until a stop is asked for."""
        self._coord.wait_for_stop()

    def summary_computed(self, sess, summary, global_step=None):
        """Writes a summary.

        Args:
          sess: the `Session`, which is asked for the step when it is not given.
          summary: `Summary` or its serialized form.
          global_step: the step.

        Raises:
          RuntimeError: there is no summary writer.
        """
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self._global_step is not None:
            global_step = steps.global_step(sess, self._global_step)
        self._summary_writer.add_summary(summary, global_step)

    # The first names of these methods.
    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop, RequestStop, ShouldStop = stop, request_stop, should_stop
    StopOnException, WaitForStop = stop_on_exception, wait_for_stop
    SummaryComputed, Loop = summary_computed, loop


def _given(item, collection, make):
    """`item`; where it is `USE_DEFAULT`, the first of a collection, or a new one that is put there."""
    if item is not Supervisor.USE_DEFAULT:
        return item
    graph = get_default_graph()
    items = graph.get_collection(collection)
    if items:
        if len(items) > 1:
            logging.info("Found %d %s operations. Returning the first one.", len(items), collection)
        return items[0]
    made = make()
    if made is not None:
        graph.add_to_collection(collection, made)
    return made


def basic_train_loop(supervisor, train_step_fn, args=None, kwargs=None, master=""):
    """Trains until the supervisor stops.

    Args:
      supervisor: a `Supervisor`.
      train_step_fn: function of the session and `args` that does one step.
      args: list of further arguments.
      kwargs: dict of keyword arguments.
      master: target of the session.
    """
    with supervisor.managed_session(master) as session:
        while not supervisor.should_stop():
            train_step_fn(session, *(args or ()), **(kwargs or {}))
