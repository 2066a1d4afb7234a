"""Evaluating checkpoints: once, or each new one (`tf.contrib.training`, `tf.contrib.slim`)."""

import time

import headwater as tf
from headwater._src.core import logging
from headwater._src.core.explain import explained

_TEXTS = {
    "checkpoint_path": "path of the checkpoint; None: variables are initialized.",
    "checkpoint_dir": "folder of the checkpoints.",
    "master": "where to run.",
    "scaffold": "a `Scaffold`, or None.",
    "eval_ops": "what to run in every step; None: hooks do all.",
    "feed_dict": "what to feed to it.",
    "final_ops": "what to run at the end; its values are the result.",
    "final_ops_feed_dict": "what to feed to it.",
    "hooks": "list of hooks; `StopAfterNEvalsHook` ends the evaluation.",
    "config": "a `ConfigProto`.",
    "eval_interval_secs": "the least time between two evaluations.",
    "max_number_of_evaluations": "how many there are; None: no limit.",
    "timeout": "how many seconds to wait for a checkpoint; None: without end.",
    "timeout_fn": "called when that time is over; ends the loop when it gives True.",
    "last_checkpoint": "path of the one that is known.",
    "seconds_to_sleep": "time between two looks.",
    "logdir": "folder of the summaries.",
    "num_evals": "how often `eval_op` is run.",
    "initial_op": "what to run first.",
    "initial_op_feed_dict": "what to feed to it.",
    "eval_op": "what is run `num_evals` times.",
    "eval_op_feed_dict": "what to feed to it.",
    "final_op": "what to run at the end; its value is the result.",
    "final_op_feed_dict": "what to feed to it.",
    "summary_op": "all summaries; None: there are none.",
    "summary_op_feed_dict": "what to feed to it.",
    "variables_to_restore": "the variables (default: all that are saved).",
    "init_fn": "function of the session, called when variables are initialized.",
    "session_config": "a `ConfigProto`.",
}


def get_or_create_eval_step():
    """The variable that counts the steps of an evaluation: local, and made when there is none.

    Raises:
      ValueError: the graph has several.
    """
    found = tf.get_collection(tf.GraphKeys.EVAL_STEP)
    if len(found) > 1:
        raise ValueError("Multiple tensors added to tf.GraphKeys.EVAL_STEP")
    if found:
        return found[0]
    return tf.get_variable(
        "eval_step",
        shape=[],
        dtype=tf.int64,
        initializer=tf.zeros_initializer(),
        trainable=False,
        collections=[tf.GraphKeys.LOCAL_VARIABLES, tf.GraphKeys.EVAL_STEP],
    )


class StopAfterNEvalsHook(tf.train.SessionRunHook):
    """Ends an evaluation after some steps.

    Args:
      num_evals: how many; None: it does not end it.
      log_progress: whether progress is logged.
    """

    def __init__(self, num_evals, log_progress=True):
        self._num_evals, self._log_progress = num_evals, log_progress
        self._count = None

    def _set_evals_completed_tensor(self, updated_eval_step):
        self._count = updated_eval_step

    def before_run(self, run_context):
        """Asks for the count.

        Args:
          run_context: ignored.
        """
        return tf.train.SessionRunArgs({"evals_completed": self._count})

    def after_run(self, run_context, run_values):
        """Looks whether it was the last step.

        Args:
          run_context: the context that is asked to stop.
          run_values: what was asked for.
        """
        done = run_values.results["evals_completed"]
        if self._log_progress and self._num_evals:
            logging.info("Evaluation [%d/%d]", done, self._num_evals)
        if self._num_evals is not None and done >= self._num_evals:
            run_context.request_stop()


class SummaryAtEndHook(tf.train.SessionRunHook):
    """Writes all summaries when an evaluation ends.

    Args:
      log_dir: folder for them.
      summary_writer: a `FileWriter` instead of a folder.
      summary_op: the summaries (default: all).
      feed_dict: what to feed to them.

    Raises:
      ValueError: there is neither folder nor writer.
    """

    def __init__(self, log_dir=None, summary_writer=None, summary_op=None, feed_dict=None):
        if log_dir is None and summary_writer is None:
            raise ValueError("exactly one of log_dir and summary_writer should be provided.")
        self._log_dir, self._summary_writer = log_dir, summary_writer
        self._summary_op, self._feed_dict = summary_op, feed_dict

    def begin(self):
        """Makes what is needed."""
        if self._summary_op is None:
            self._summary_op = tf.summary.merge_all()
        self._global_step = tf.train.get_or_create_global_step()
        if self._summary_writer is None:
            self._summary_writer = tf.summary.FileWriterCache.get(self._log_dir)

    def end(self, session):
        """Writes them.

        Args:
          session: the session.
        """
        if self._summary_op is None:
            return
        step = session.run(self._global_step)
        text = session.run(self._summary_op, self._feed_dict)
        self._summary_writer.add_summary(text, step)
        self._summary_writer.flush()


# --- waiting for checkpoints --------------------------------------------------------------------


@explained(_TEXTS, "The path; None where the time is over.")
def wait_for_new_checkpoint(checkpoint_dir, last_checkpoint=None, seconds_to_sleep=1, timeout=None):
    """Waits until a folder has a checkpoint other than the one that is known."""
    end = None if timeout is None else time.time() + timeout
    while True:
        path = tf.train.latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            return path
        if end is not None and time.time() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)


# --- one evaluation -----------------------------------------------------------------------------


def _with_step(eval_ops, hooks):
    """`eval_ops` and an update of the step; hooks that count are told of it."""
    step = get_or_create_eval_step()
    if eval_ops is not None:
        updated = tf.assign_add(step, 1, use_locking=True)
        if isinstance(eval_ops, dict):
            eval_ops = {**eval_ops, "update_eval_step": updated}
        elif isinstance(eval_ops, (tuple, list)):
            eval_ops = [*eval_ops, updated]
        else:
            eval_ops = [eval_ops, updated]
        step = updated
    for hook in hooks:
        if hasattr(hook, "_set_evals_completed_tensor"):
            hook._set_evals_completed_tensor(step)
    return eval_ops


@explained(_TEXTS, "The values of `final_ops`.")
def evaluate_once(
    checkpoint_path,
    master="",
    scaffold=None,
    eval_ops=None,
    feed_dict=None,
    final_ops=None,
    final_ops_feed_dict=None,
    hooks=None,
    config=None,
):
    """Evaluates a checkpoint."""
    hooks = list(hooks or ())
    eval_ops = _with_step(eval_ops, hooks)
    creator = tf.train.ChiefSessionCreator(
        scaffold=scaffold,
        checkpoint_filename_with_path=checkpoint_path,
        master=master,
        config=config,
    )
    final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
    hooks.append(final)
    with tf.train.MonitoredSession(session_creator=creator, hooks=hooks) as session:
        if eval_ops is not None:
            while not session.should_stop():
                session.run(eval_ops, feed_dict)
    return final.final_ops_values


@explained(_TEXTS, "The values of `final_ops` in the last evaluation; None if there was none.")
def evaluate_repeatedly(
    checkpoint_dir,
    master="",
    scaffold=None,
    eval_ops=None,
    feed_dict=None,
    final_ops=None,
    final_ops_feed_dict=None,
    eval_interval_secs=60,
    hooks=None,
    config=None,
    max_number_of_evaluations=None,
    timeout=None,
    timeout_fn=None,
):
    """Evaluates each new checkpoint of a folder."""
    hooks = list(hooks or ())
    eval_ops = _with_step(eval_ops, hooks)
    values = None
    paths = tf.train.checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn)
    for number, path in enumerate(paths, 1):
        creator = tf.train.ChiefSessionCreator(
            scaffold=scaffold,
            checkpoint_filename_with_path=path,
            master=master,
            config=config,
        )
        final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
        with tf.train.MonitoredSession(session_creator=creator, hooks=[*hooks, final]) as session:
            while eval_ops is not None and not session.should_stop():
                session.run(eval_ops, feed_dict)
        values = final.final_ops_values
        if max_number_of_evaluations is not None and number >= max_number_of_evaluations:
            break
    return values


# --- tf.contrib.slim.evaluation -------------------------------------------------------------------

_DEFAULT = 0


def _slim_setting(logdir, num_evals, summary_op, summary_feed, variables, eval_op, hooks):
    """Hooks and scaffold of an evaluation in slim's form."""
    if summary_op is _DEFAULT:
        summary_op = tf.summary.merge_all()
    found = [StopAfterNEvalsHook(num_evals)] if eval_op is not None else []
    if summary_op is not None and logdir:
        found.append(SummaryAtEndHook(logdir, summary_op=summary_op, feed_dict=summary_feed))
    saver = tf.train.Saver(variables) if variables is not None else None
    return [*found, *(hooks or ())], lambda op, feed, function=None: tf.train.Scaffold(
        init_op=op,
        init_feed_dict=feed,
        init_fn=function and (lambda scaffold, session: function(session)),
        saver=saver,
    )


@explained(_TEXTS, "The value of `final_op`.")
def slim_evaluate_once(
    master,
    checkpoint_path,
    logdir,
    num_evals=1,
    initial_op=None,
    initial_op_feed_dict=None,
    eval_op=None,
    eval_op_feed_dict=None,
    final_op=None,
    final_op_feed_dict=None,
    summary_op=_DEFAULT,
    summary_op_feed_dict=None,
    variables_to_restore=None,
    session_config=None,
    hooks=None,
):
    """Evaluates a checkpoint, in a number of steps, and writes summaries."""
    hooks, scaffold = _slim_setting(
        logdir, num_evals, summary_op, summary_op_feed_dict, variables_to_restore, eval_op, hooks
    )
    return evaluate_once(
        checkpoint_path,
        master=master,
        scaffold=scaffold(initial_op, initial_op_feed_dict),
        eval_ops=eval_op,
        feed_dict=eval_op_feed_dict,
        final_ops=final_op,
        final_ops_feed_dict=final_op_feed_dict,
        hooks=hooks,
        config=session_config,
    )


@explained(_TEXTS, "The value of `final_op` in the last evaluation.")
def slim_evaluation_loop(
    master,
    checkpoint_dir,
    logdir,
    num_evals=1,
    initial_op=None,
    initial_op_feed_dict=None,
    init_fn=None,
    eval_op=None,
    eval_op_feed_dict=None,
    final_op=None,
    final_op_feed_dict=None,
    summary_op=_DEFAULT,
    summary_op_feed_dict=None,
    variables_to_restore=None,
    eval_interval_secs=60,
    max_number_of_evaluations=None,
    session_config=None,
    timeout=None,
    timeout_fn=None,
    hooks=None,
):
    """Evaluates each new checkpoint of a folder, and writes summaries."""
    hooks, scaffold = _slim_setting(
        logdir, num_evals, summary_op, summary_op_feed_dict, variables_to_restore, eval_op, hooks
    )
    setting = scaffold(initial_op, initial_op_feed_dict, init_fn)
    return evaluate_repeatedly(
        checkpoint_dir,
        master=master,
        scaffold=setting,
        eval_ops=eval_op,
        feed_dict=eval_op_feed_dict,
        final_ops=final_op,
        final_ops_feed_dict=final_op_feed_dict,
        eval_interval_secs=eval_interval_secs,
        hooks=hooks,
        config=session_config,
        max_number_of_evaluations=max_number_of_evaluations,
        timeout=timeout,
        timeout_fn=timeout_fn,
    )
