"""Hooks that watch a training loop: log values, stop it, wait, feed, look for NaN."""

import time

import numpy as np

from headwater._src.core import logging
from headwater._src.graph.default import get_default_graph
from headwater._src.train.global_step import get_global_step
from headwater._src.train.session_run_hook import SessionRunArgs, SessionRunHook
from headwater._src.train.step_timer import SecondOrStepTimer


def required_global_step(hook):
    """The graph's global step, which `hook` cannot do without.

    Raises:
      RuntimeError: there is none.
    """
    step = get_global_step()
    if step is None:
        raise RuntimeError(f"Global step should be created to use {type(hook).__name__}.")
    return step


def in_default_graph(item):
    """A tensor, operation, variable, or the one of that name."""
    return get_default_graph().as_graph_element(item) if isinstance(item, str) else item


class LoggingTensorHook(SessionRunHook):
    """Writes the values of tensors to the log now and then.

    Args:
      tensors: list of tensors or their names, or a dict from labels to them.
      every_n_iter: steps between two lines.
      every_n_secs: seconds between two lines.
      at_end: whether to write a line at the end.
      formatter: function from a dict of values to the line.

    Raises:
      ValueError: not exactly one of the intervals is given (none is needed with `at_end`), or
        `every_n_iter` is not positive.
    """

    def __init__(self, tensors, every_n_iter=None, every_n_secs=None, at_end=False, formatter=None):
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError(
                "either at_end and/or exactly one of every_n_iter and every_n_secs must be "
                "provided."
            )
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        if isinstance(tensors, dict):
            self._order = list(tensors)
        else:
            self._order = [t if isinstance(t, str) else t.name for t in tensors]
            tensors = dict(zip(self._order, tensors))
        self._tensors, self._formatter, self._at_end = tensors, formatter, at_end
        self._timer = _Never() if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)

    def begin(self):
        """Finds the tensors."""
        self._timer.reset()
        self._steps = 0
        self._found = {label: in_default_graph(t) for label, t in self._tensors.items()}

    def before_run(self, run_context):
        """Asks for the values when a line is due."""
        self._due = self._timer.should_trigger_for_step(self._steps)
        return SessionRunArgs(self._found) if self._due else None

    def after_run(self, run_context, run_values):
        """Writes the line."""
        if self._due:
            self._log(run_values.results)
        self._steps += 1

    def end(self, session):
        """Writes the last line."""
        if self._at_end:
            self._log(session.run(self._found))

    def _log(self, values):
        seconds, _ = self._timer.update_last_triggered_step(self._steps)
        with np.printoptions(suppress=True):
            if self._formatter:
                logging.info(self._formatter(values))
                return
            text = ", ".join(f"{label} = {values[label]!s}" for label in self._order)
        logging.info("%s", text if seconds is None else f"{text} ({seconds:.3f} sec)")


class _Never:
    """A timer that is never due."""

    def reset(self):
        """Nothing to forget."""

    def should_trigger_for_step(self, step):
        """Never."""
        return False

    def update_last_triggered_step(self, step):
        """No time is measured."""
        return None, None


class StopAtStepHook(SessionRunHook):
    """Ends the loop at a step.

    Args:
      num_steps: how many steps to run from here.
      last_step: the global step at which to end; exactly one of both is given.

    Raises:
      ValueError: both are given, or neither.
    """

    def __init__(self, num_steps=None, last_step=None):
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps, self._last_step = num_steps, last_step

    def begin(self):
        """Finds the global step."""
        self._step = required_global_step(self)

    def after_create_session(self, session, coord):
        """Computes the last step; a session that replaces a lost one does not move it."""
        if self._last_step is None:
            self._last_step = int(session.run(self._step)) + self._num_steps

    def before_run(self, run_context):
        """Asks for the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context, run_values):
        """Stops when it is reached; the step itself may have moved it, so it is read once more."""
        if int(run_values.results) + 1 >= self._last_step:
            if int(run_context.session.run(self._step)) >= self._last_step:
                run_context.request_stop()


class NanLossDuringTrainingError(RuntimeError):
    """The loss has become NaN."""

    def __str__(self):
        return "NaN loss during training."


class NanTensorHook(SessionRunHook):
    """Ends the loop when a loss is NaN.

    Args:
      loss_tensor: the loss.
      fail_on_nan_loss: whether to raise `NanLossDuringTrainingError` instead of just stopping.
    """

    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._loss, self._fail = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context):
        """Asks for the loss."""
        return SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values):
        """Looks at it."""
        if not np.isnan(run_values.results):
            return
        text = "Model diverged with loss = NaN."
        if self._fail:
            logging.error(text)
            raise NanLossDuringTrainingError
        logging.warning(text)
        run_context.request_stop()


class GlobalStepWaiterHook(SessionRunHook):
    """Keeps a worker from starting before the others have come to a step.

    Args:
      wait_until_step: the global step to wait for.
    """

    def __init__(self, wait_until_step):
        self._wait_until = wait_until_step

    def begin(self):
        """Finds the global step."""
        self._started = False
        self._step = required_global_step(self)

    def before_run(self, run_context):
        """Waits, once."""
        if self._started:
            return
        if self._wait_until > 0:
            logging.info("Waiting for global step %d before starting training.", self._wait_until)
            logged = 0
            while (step := int(run_context.session.run(self._step))) < self._wait_until:
                if step - logged > 1000:
                    logging.info("Waiting for global step %d; it is %d.", self._wait_until, step)
                    logged = step
                time.sleep(0.5)
        self._started = True


class FinalOpsHook(SessionRunHook):
    """Runs something at the end and keeps its values.

    Args:
      final_ops: what to fetch, as in `Session.run`.
      final_ops_feed_dict: values to feed.
    """

    def __init__(self, final_ops, final_ops_feed_dict=None):
        self._ops, self._feeds, self._values = final_ops, final_ops_feed_dict, None

    @property
    def final_ops_values(self):
        """The values; None before the end."""
        return self._values

    def end(self, session):
        """Fetches them."""
        if self._ops is not None:
            self._values = session.run(self._ops, feed_dict=self._feeds)


class FeedFnHook(SessionRunHook):
    """Feeds each step with what a function gives.

    Args:
      feed_fn: function without arguments to a feed dict.
    """

    def __init__(self, feed_fn):
        self.feed_fn = feed_fn

    def before_run(self, run_context):
        """Calls it."""
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())
