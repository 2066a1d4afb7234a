"""The threads of a `Supervisor`: checkpoints, summaries and the speed, every so many seconds."""

import time

from headwater._src.core import logging
from headwater._src.train.coordinator import LooperThread
from headwater._src.train.global_step import global_step


class SVSummaryThread(LooperThread):
    """Writes the summaries.

    Args:
      sv: the `Supervisor`.
      sess: its `Session`.
    """

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self):
        """Writes them once."""
        step = None
        if self._sv.global_step is not None:
            summary, step = self._sess.run([self._sv.summary_op, self._sv.global_step])
        else:
            summary = self._sess.run(self._sv.summary_op)
        if self._sv.summary_writer:
            logging.info("Recording summary at step %s.", step)
            self._sv.summary_writer.add_summary(summary, step)


class SVStepCounterThread(LooperThread):
    """Measures how many steps run in a second.

    Args:
      sv: the `Supervisor`.
      sess: its `Session`.
      step_counter: the counter (default: the supervisor's global step).
    """

    def __init__(self, sv, sess, step_counter=None):
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess
        self._counter = sv.global_step if step_counter is None else step_counter
        self._tag = f"{self._counter.op.name}/sec"

    def start_loop(self):
        """Notes where it starts."""
        self._time, self._step = time.time(), global_step(self._sess, self._counter)

    def run_loop(self):
        """Measures once."""
        from headwater._src.core.proto import summary_pb2

        step, now = global_step(self._sess, self._counter), time.time()
        passed = now - self._time
        speed = (step - self._step) / passed if passed > 0 else float("inf")
        self._time, self._step = now, step
        if self._sv.summary_writer:
            value = summary_pb2.Summary.Value(tag=self._tag, simple_value=speed)
            self._sv.summary_writer.add_summary(summary_pb2.Summary(value=[value]), step)
        logging.info("%s: %g", self._tag, speed)


class SVTimerCheckpointThread(LooperThread):
    """Writes checkpoints.

    Args:
      sv: the `Supervisor`.
      sess: its `Session`.
    """

    def __init__(self, sv, sess):
        super().__init__(sv.coord, sv.save_model_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self):
        """Writes one."""
        from headwater._src.core.proto import event_pb2

        sv = self._sv
        logging.info("Saving checkpoint to path %s", sv.save_path)
        sv.saver.save(self._sess, sv.save_path, global_step=sv.global_step)
        if sv.summary_writer and sv.global_step is not None:
            log = event_pb2.SessionLog(
                status=event_pb2.SessionLog.CHECKPOINT, checkpoint_path=sv.save_path
            )
            sv.summary_writer.add_session_log(log, global_step(self._sess, sv.global_step))
