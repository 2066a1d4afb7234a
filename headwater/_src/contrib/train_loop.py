"""`tf.contrib.training.train`: a training loop around a `MonitoredTrainingSession`."""

import headwater as tf


def train(
    train_op,
    logdir,
    master="",
    is_chief=True,
    scaffold=None,
    hooks=None,
    chief_only_hooks=None,
    save_checkpoint_secs=600,
    save_summaries_steps=100,
    config=None,
    max_wait_secs=7200,
    run_metadata=None,
):
    """Runs a training operation until a hook asks to stop.

    Args:
      train_op: gives the loss, and trains.
      logdir: folder of checkpoints and summaries.
      master: where to run.
      is_chief: whether this process initializes and saves.
      scaffold: a `Scaffold`, or None.
      hooks: list of hooks, such as `tf.train.StopAtStepHook`.
      chief_only_hooks: list of hooks for the chief.
      save_checkpoint_secs: seconds between checkpoints; None: there are none.
      save_summaries_steps: steps between summaries; None: there are none.
      config: a `ConfigProto`.
      max_wait_secs: how long others wait for the chief; recorded only.
      run_metadata: a `RunMetadata` that is filled in.

    Returns:
      The loss of the last step.

    Raises:
      ValueError: checkpoints or summaries are asked for, and there is no folder.
    """
    if logdir is None and is_chief:
        if save_summaries_steps:
            raise ValueError("logdir cannot be None when save_summaries_steps is not None")
        if save_checkpoint_secs:
            raise ValueError("logdir cannot be None when save_checkpoint_secs is not None")
    with tf.train.MonitoredTrainingSession(
        master=master,
        is_chief=is_chief,
        checkpoint_dir=logdir,
        scaffold=scaffold,
        hooks=hooks,
        chief_only_hooks=chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps,
        config=config,
    ) as session:
        loss = None
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
