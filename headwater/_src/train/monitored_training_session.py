"""`MonitoredTrainingSession`: a `MonitoredSession` with the hooks that training wants."""

from headwater._src.train.monitored_session import MonitoredSession
from headwater._src.train.saving_hooks import (
    CheckpointSaverHook,
    StepCounterHook,
    SummarySaverHook,
)
from headwater._src.train.scaffold import Scaffold
from headwater._src.train.session_creators import ChiefSessionCreator, WorkerSessionCreator

USE_DEFAULT = object()


def _interval(steps, secs, default_steps, default_secs):
    """`(steps, seconds)`: what was given, or the default when neither was."""
    if steps is USE_DEFAULT and secs is USE_DEFAULT:
        return default_steps, default_secs
    return tuple(None if value is USE_DEFAULT else value for value in (steps, secs))


def MonitoredTrainingSession(
    master="",
    is_chief=True,
    checkpoint_dir=None,
    scaffold=None,
    hooks=None,
    chief_only_hooks=None,
    save_checkpoint_secs=USE_DEFAULT,
    save_summaries_steps=USE_DEFAULT,
    save_summaries_secs=USE_DEFAULT,
    config=None,
    stop_grace_period_secs=120,
    log_step_count_steps=100,
    max_wait_secs=7200,
    save_checkpoint_steps=USE_DEFAULT,
    summary_dir=None,
    save_graph_def=True,
):
    """A `MonitoredSession` that saves checkpoints and summaries and logs the speed.

    Args:
      master: target of the session.
      is_chief: whether it initializes or restores the model and saves it; others wait for that.
      checkpoint_dir: folder of checkpoints, which are restored from there too.
      scaffold: a `Scaffold`.
      hooks: list of `SessionRunHook`s.
      chief_only_hooks: further ones, for the chief.
      save_checkpoint_secs: seconds between checkpoints (600 when neither is given).
      save_summaries_steps: steps between summaries (100 when neither is given).
      save_summaries_secs: seconds between summaries.
      config: a `ConfigProto`.
      stop_grace_period_secs: how long threads have to end.
      log_step_count_steps: steps between measurements of speed; 0 or None for none.
      max_wait_secs: how long a worker waits for the chief.
      save_checkpoint_steps: steps between checkpoints.
      summary_dir: folder of summaries (default: `checkpoint_dir`).
      save_graph_def: whether to write the graph beside each checkpoint.

    Returns:
      The `MonitoredSession`.
    """
    scaffold = scaffold or Scaffold()
    if not is_chief:
        creator = WorkerSessionCreator(scaffold, master, config, max_wait_secs)
        return MonitoredSession(creator, hooks, stop_grace_period_secs)
    all_hooks = list(chief_only_hooks or ())
    summary_dir = summary_dir or checkpoint_dir
    steps, secs = _interval(save_summaries_steps, save_summaries_secs, 100, None)
    if summary_dir:
        if log_step_count_steps and log_step_count_steps > 0:
            all_hooks.append(
                StepCounterHook(output_dir=summary_dir, every_n_steps=log_step_count_steps)
            )
        if _positive(steps) or _positive(secs):
            all_hooks.append(
                SummarySaverHook(
                    scaffold=scaffold, save_steps=steps, save_secs=secs, output_dir=summary_dir
                )
            )
    steps, secs = _interval(save_checkpoint_steps, save_checkpoint_secs, None, 600)
    if checkpoint_dir and (_positive(steps) or _positive(secs)):
        all_hooks.append(
            CheckpointSaverHook(
                checkpoint_dir,
                save_steps=steps,
                save_secs=secs,
                scaffold=scaffold,
                save_graph_def=save_graph_def,
            )
        )
    all_hooks.extend(hooks or ())
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    return MonitoredSession(creator, all_hooks, stop_grace_period_secs)


def _positive(value):
    return value is not None and value > 0
