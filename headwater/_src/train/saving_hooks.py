"""Hooks that write files while a loop runs: checkpoints, summaries, speed, timelines."""

import os
import time

from headwater._src.core import logging
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.train import meta_graph
from headwater._src.train.basic_hooks import required_global_step
from headwater._src.train.session_run_hook import SessionRunArgs, SessionRunHook
from headwater._src.train.step_timer import SecondOrStepTimer
from headwater._src.train.summary_writer import FileWriterCache


class CheckpointSaverListener:
    """Base class of what is told of each checkpoint that a `CheckpointSaverHook` writes."""

    def begin(self):
        """Called once, before the session is made."""

    def before_save(self, session, global_step_value):
        """Called before a checkpoint is written.

        Args:
          session: the session.
          global_step_value: the step.
        """

    def after_save(self, session, global_step_value):
        """Called after a checkpoint was written.

        Args:
          session: the session.
          global_step_value: the step.

        Returns:
          True to end the loop; None or False else.
        """

    def end(self, session, global_step_value):
        """Called at the end, after the last checkpoint.

        Args:
          session: the session.
          global_step_value: the step.
        """


class CheckpointSaverHook(SessionRunHook):
    """Writes a checkpoint at the start, now and then, and at the end.

    Args:
      checkpoint_dir: the folder.
      save_secs: seconds between two checkpoints.
      save_steps: steps between two checkpoints; exactly one of both is given.
      saver: the `Saver`; or else that of `scaffold`, or the one in the graph's collection.
      checkpoint_basename: how the files' names start.
      scaffold: a `Scaffold` whose saver to use.
      listeners: list of `CheckpointSaverListener`s.
      save_graph_def: whether to write the graph beside each checkpoint.

    Raises:
      ValueError: both `saver` and `scaffold`, or not exactly one interval, are given.
    """

    def __init__(
        self,
        checkpoint_dir,
        save_secs=None,
        save_steps=None,
        saver=None,
        checkpoint_basename="model.ckpt",
        scaffold=None,
        listeners=None,
        save_graph_def=True,
    ):
        logging.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver, self._scaffold = saver, scaffold
        self._dir = checkpoint_dir
        self._path = os.path.join(checkpoint_dir, checkpoint_basename)
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._listeners = list(listeners or ())
        self._save_graph = save_graph_def
        self._steps_per_run = 1

    def _set_steps_per_run(self, steps_per_run):
        self._steps_per_run = steps_per_run

    def begin(self):
        """Opens the folder's event file and finds the global step."""
        self._writer = FileWriterCache.get(self._dir)
        self._step = required_global_step(self)
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session, coord):
        """Writes the graph and the first checkpoint."""
        step = int(session.run(self._step))
        graph = get_default_graph()
        meta_graph.write_graph(graph.as_graph_def(add_shapes=True), self._dir, "graph.pbtxt")
        saver = self._get_saver()
        graph_def = graph.as_graph_def(add_shapes=True)
        self._writer.add_graph(graph)
        self._writer.add_meta_graph(
            meta_graph.create_meta_graph_def(
                graph_def=graph_def, saver_def=saver.saver_def if saver else None
            )
        )
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context):
        """Asks for the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values):
        """Writes a checkpoint when one is due; the step may have moved, so it is read again."""
        before = int(run_values.results)
        if not self._timer.should_trigger_for_step(before + self._steps_per_run):
            return
        step = int(run_context.session.run(self._step))
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session):
        """Writes the last checkpoint, unless that step has one."""
        step = int(session.run(self._step))
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session, step):
        from headwater._src.core.proto import event_pb2

        logging.info("Saving checkpoints for %d into %s.", step, self._path)
        for listener in self._listeners:
            listener.before_save(session, step)
        self._get_saver().save(
            session, self._path, global_step=step, write_meta_graph=self._save_graph
        )
        self._writer.add_session_log(
            event_pb2.SessionLog(
                status=event_pb2.SessionLog.CHECKPOINT, checkpoint_path=self._path
            ),
            step,
        )
        stop = False
        for listener in self._listeners:
            if listener.after_save(session, step):
                logging.info("A CheckpointSaverListener requested that training be stopped.")
                stop = True
        return stop

    def _get_saver(self):
        if self._saver is not None:
            return self._saver
        if self._scaffold is not None:
            return self._scaffold.saver
        savers = get_default_graph().get_collection(GraphKeys.SAVERS)
        if not savers:
            raise RuntimeError(
                f"No items in collection {GraphKeys.SAVERS}. Please add a saver to the "
                "collection or provide a saver or scaffold."
            )
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one "
                "to use by passing it to the constructor."
            )
        self._saver = savers[0]
        return self._saver


class StepCounterHook(SessionRunHook):
    """Writes how many steps run in a second: to the log, and as a summary.

    Args:
      every_n_steps: steps between two measurements.
      every_n_secs: seconds between two measurements.
      output_dir: folder of the event file.
      summary_writer: a `FileWriter` instead.

    Raises:
      ValueError: not exactly one interval is given.
    """

    def __init__(self, every_n_steps=100, every_n_secs=None, output_dir=None, summary_writer=None):
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_n_secs, every_n_steps)
        self._writer, self._dir = summary_writer, output_dir
        self._last_step = None
        self._steps_per_run = 1

    def _set_steps_per_run(self, steps_per_run):
        self._steps_per_run = steps_per_run

    def begin(self):
        """Opens the event file and finds the global step."""
        if self._writer is None and self._dir:
            self._writer = FileWriterCache.get(self._dir)
        self._step = required_global_step(self)
        self._tag = self._step.op.name + "/sec"

    def before_run(self, run_context):
        """Asks for the step."""
        return SessionRunArgs(self._step)

    def _log_and_record(self, elapsed_steps, elapsed_time, global_step):
        speed = elapsed_steps / elapsed_time
        if self._writer is not None:
            from headwater._src.core.proto import summary_pb2

            value = summary_pb2.Summary.Value(tag=self._tag, simple_value=speed)
            self._writer.add_summary(summary_pb2.Summary(value=[value]), global_step)
        logging.info("%s: %g", self._tag, speed)

    def after_run(self, run_context, run_values):
        """Measures when it is due."""
        before = int(run_values.results)
        if self._timer.should_trigger_for_step(before + self._steps_per_run):
            step = int(run_context.session.run(self._step))
            if self._timer.should_trigger_for_step(step):
                seconds, steps = self._timer.update_last_triggered_step(step)
                if seconds:
                    self._log_and_record(steps, seconds, step)
        if self._last_step == before:
            logging.warning(
                "It seems that global step (tf.train.get_global_step) has not been increased: it "
                "was %s before this step and the one before. Pass tf.train.get_global_step() to "
                "Optimizer.apply_gradients or Optimizer.minimize to have it counted.",
                before,
            )
        self._last_step = before


class SummarySaverHook(SessionRunHook):
    """Writes summaries to an event file now and then.

    Args:
      save_steps: steps between two times.
      save_secs: seconds between two times; exactly one of both is given.
      output_dir: folder of the event file.
      summary_writer: a `FileWriter` instead.
      scaffold: a `Scaffold` whose `summary_op` to use.
      summary_op: the serialized summary, or a list of them; exactly one of both is given.

    Raises:
      ValueError: not exactly one of `scaffold` and `summary_op`, or of the intervals, is given.
    """

    def __init__(
        self,
        save_steps=None,
        save_secs=None,
        output_dir=None,
        summary_writer=None,
        scaffold=None,
        summary_op=None,
    ):
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._scaffold, self._op = scaffold, summary_op
        self._writer, self._dir = summary_writer, output_dir
        self._timer = SecondOrStepTimer(save_secs, save_steps)

    def begin(self):
        """Opens the event file and finds the global step."""
        if self._writer is None and self._dir:
            self._writer = FileWriterCache.get(self._dir)
        self._next_step = None
        self._step = required_global_step(self)

    def before_run(self, run_context):
        """Asks for the summaries when they are due."""
        self._due = self._next_step is None or self._timer.should_trigger_for_step(self._next_step)
        fetches = {"global_step": self._step}
        if self._due:
            op = self._scaffold.summary_op if self._op is None else self._op
            if op is not None:
                fetches["summary"] = op if isinstance(op, (list, tuple)) else [op]
        return SessionRunArgs(fetches)

    def after_run(self, run_context, run_values):
        """Writes them."""
        from headwater._src.core.proto import event_pb2

        if self._writer is None:
            return
        step = int(run_values.results["global_step"]) + 1
        if self._due:
            step = int(run_context.session.run(self._step))
        if self._next_step is None:
            start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            self._writer.add_session_log(start, step)
        if self._due:
            self._timer.update_last_triggered_step(step)
            for summary in run_values.results.get("summary", ()):
                self._writer.add_summary(summary, step)
        self._next_step = step + 1

    def end(self, session=None):
        """Makes sure that everything is in the file."""
        if self._writer is not None:
            self._writer.flush()


class ProfilerHook(SessionRunHook):
    """Writes timelines of steps that Chrome's `about:tracing` shows: `timeline-<step>.json`.

    Args:
      save_steps: steps between two timelines.
      save_secs: seconds between two timelines; exactly one of both is given.
      output_dir: the folder.
      show_dataflow: accepted; arrows are not drawn.
      show_memory: accepted; memory is not drawn.
    """

    def __init__(
        self,
        save_steps=None,
        save_secs=None,
        output_dir="",
        show_dataflow=True,
        show_memory=False,
    ):
        self._file = os.path.join(output_dir, "timeline-{}.json")
        self._writer = FileWriterCache.get(output_dir) if output_dir else None
        self._timer = SecondOrStepTimer(save_secs, save_steps)

    def begin(self):
        """Finds the global step."""
        self._next_step = None
        self._step = required_global_step(self)

    def before_run(self, run_context):
        """Has the step traced when a timeline is due."""
        from headwater._src.core.proto import config_pb2

        self._due = self._next_step is not None and self._timer.should_trigger_for_step(
            self._next_step
        )
        trace = config_pb2.RunOptions(trace_level=config_pb2.RunOptions.FULL_TRACE)
        return SessionRunArgs(self._step, options=trace if self._due else None)

    def after_run(self, run_context, run_values):
        """Writes it."""
        step = int(run_values.results) + 1
        if self._next_step is None:
            self._timer.update_last_triggered_step(int(run_values.results))
        if self._due:
            step = int(run_context.session.run(self._step))
            self._timer.update_last_triggered_step(step)
            self._write(step, run_values.run_metadata)
        self._next_step = step + 1

    def _write(self, step, run_metadata):
        from headwater._src.io import atomic, local
        from headwater._src.runtime.timeline import Timeline

        path = self._file.format(step)
        logging.info("Saving timeline for %d into '%s'.", step, path)
        started = time.time()
        trace = Timeline(run_metadata.step_stats).generate_chrome_trace_format()
        local.makedirs(os.path.dirname(path))
        atomic.write_file(path, trace.encode())
        if self._writer is not None:
            self._writer.add_run_metadata(run_metadata, f"step_{step}")
        logging.vlog(1, "timeline written in %.3f s", time.time() - started)
