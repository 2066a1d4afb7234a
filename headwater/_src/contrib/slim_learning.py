"""`tf.contrib.slim.learning`: a training loop around a `Supervisor`."""

import time

import headwater as tf
from headwater._src.core import logging
from headwater._src.core.explain import explained

_DEFAULT = 0


def train_step(sess, train_op, global_step, train_step_kwargs):
    """One step of training.

    Args:
      sess: the session.
      train_op: gives the loss, and trains.
      global_step: the variable that counts steps.
      train_step_kwargs: dict with scalar boolean tensors: `should_stop`, and `should_log` if there
        is a log.

    Returns:
      `(total_loss, should_stop)`.
    """
    started = time.time()
    loss, step = sess.run([train_op, global_step])
    seconds = time.time() - started
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, seconds)
    stop = train_step_kwargs.get("should_stop")
    return loss, stop is not None and bool(sess.run(stop))


def _step_arguments(global_step, number_of_steps, log_every_n_steps):
    with tf.name_scope("train_step"):
        found = {"should_stop": tf.constant(False)}
        if number_of_steps:
            found["should_stop"] = tf.greater_equal(global_step, number_of_steps)
        if log_every_n_steps > 0:
            found["should_log"] = tf.equal(tf.mod(global_step, log_every_n_steps), 0)
        return found


def _checked(train_op, logdir, summary_op, saver, number_of_steps, trace, sync_optimizer):
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None:
        if summary_op is not _DEFAULT and summary_op is not None:
            raise ValueError("Cannot provide summary_op because logdir=None")
        if saver is not None:
            raise ValueError("Cannot provide saver because logdir=None")
        if trace is not None:
            raise ValueError("Cannot provide trace_every_n_steps because logdir=None")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")
    if sync_optimizer is not None:
        raise NotImplementedError(
            "slim.learning.train(sync_optimizer=...) is not implemented in headwater: use "
            "tf.train.MonitoredTrainingSession with the optimizer's make_session_run_hook()"
        )


@explained(
    {},
    "The loss of the last step.",
    train_op="gives the loss, and trains (see `create_train_op`).",
    logdir="folder of checkpoints and summaries; None: there are none.",
    train_step_fn="function as `train_step`.",
    train_step_kwargs="dict that it gets (default: when to stop and to log).",
    log_every_n_steps="how often the loss is logged; 0: never.",
    graph="the graph (default: the default graph).",
    master="where to run.",
    is_chief="whether this process initializes and saves.",
    global_step="the variable that counts steps (default: the graph's).",
    number_of_steps="the step at which training ends; None: it does not.",
    init_op="what initializes global variables.",
    init_feed_dict="what to feed to it.",
    local_init_op="what initializes local variables and tables.",
    init_fn="function of the session, called after `init_op`.",
    ready_op="gives the names of variables that are not initialized.",
    summary_op="all summaries; None: there are none.",
    save_summaries_secs="seconds between summaries.",
    summary_writer="a `FileWriter`, or None.",
    startup_delay_steps="the step that others than the chief wait for.",
    saver="the `Saver` (default: a new one).",
    save_interval_secs="seconds between checkpoints.",
    sync_optimizer="not implemented.",
    session_config="a `ConfigProto`.",
    session_wrapper="function of the session that gives what is used instead.",
    trace_every_n_steps="ignored: see `tf.RunOptions(trace_level=...)`.",
    ignore_live_threads="whether threads that do not end are no error.",
)
def train(
    train_op,
    logdir,
    train_step_fn=train_step,
    train_step_kwargs=_DEFAULT,
    log_every_n_steps=1,
    graph=None,
    master="",
    is_chief=True,
    global_step=None,
    number_of_steps=None,
    init_op=_DEFAULT,
    init_feed_dict=None,
    local_init_op=_DEFAULT,
    init_fn=None,
    ready_op=_DEFAULT,
    summary_op=_DEFAULT,
    save_summaries_secs=600,
    summary_writer=_DEFAULT,
    startup_delay_steps=0,
    saver=None,
    save_interval_secs=600,
    sync_optimizer=None,
    session_config=None,
    session_wrapper=None,
    trace_every_n_steps=None,
    ignore_live_threads=False,
):
    """Runs a training operation until the last step, with checkpoints and summaries."""
    _checked(
        train_op, logdir, summary_op, saver, number_of_steps, trace_every_n_steps, sync_optimizer
    )
    graph = graph or tf.get_default_graph()
    with graph.as_default():
        if global_step is None:
            global_step = tf.train.get_or_create_global_step()
        if train_step_kwargs is _DEFAULT:
            train_step_kwargs = _step_arguments(global_step, number_of_steps, log_every_n_steps)
        supervisor = tf.train.Supervisor(
            graph, ready_op, is_chief=is_chief, init_op=init_op, init_feed_dict=init_feed_dict,
            local_init_op=local_init_op, logdir=logdir, summary_op=summary_op if logdir else None,
            saver=saver or tf.train.Saver(), global_step=global_step,
            save_summaries_secs=save_summaries_secs, save_model_secs=save_interval_secs,
            summary_writer=summary_writer, init_fn=init_fn,
        )  # fmt: skip
    with supervisor.managed_session(
        master, start_standard_services=False, config=session_config
    ) as sess:
        sess = session_wrapper(sess) if session_wrapper else sess
        if is_chief and logdir:
            supervisor.start_standard_services(sess)
        elif not is_chief and startup_delay_steps > 0:
            _wait_for_step(sess, global_step, min(startup_delay_steps, number_of_steps or 1 << 62))
        threads = supervisor.start_queue_runners(sess)
        loss = _loop(supervisor, sess, train_step_fn, train_op, global_step, train_step_kwargs)
        if logdir and is_chief:
            supervisor.saver.save(sess, supervisor.save_path, global_step=supervisor.global_step)
        # The writer is still needed: leaving the block closes it.
        supervisor.stop(threads, False, ignore_live_threads)
    return loss


def _loop(supervisor, sess, train_step_fn, train_op, global_step, kwargs):
    loss = None
    try:
        while not supervisor.should_stop():
            loss, should_stop = train_step_fn(sess, train_op, global_step, kwargs)
            if should_stop:
                logging.info("Stopping Training.")
                supervisor.request_stop()
                break
    except tf.errors.OutOfRangeError as error:
        logging.info("Caught OutOfRangeError. Stopping Training. %s", error)
    return loss


def _wait_for_step(sess, global_step, step):
    while sess.run(global_step) < step:
        logging.info("Waiting for global step %d", step)
        time.sleep(1)
