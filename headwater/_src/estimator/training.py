"""`train_and_evaluate`: training with a measurement after each checkpoint."""

import collections
import os

from headwater._src.core import logging
from headwater._src.estimator.exporters import Exporter
from headwater._src.train.saving_hooks import CheckpointSaverListener
from headwater._src.train.step_timer import SecondOrStepTimer


class TrainSpec(collections.namedtuple("TrainSpec", ["input_fn", "max_steps", "hooks"])):
    """How to train.

    Args:
      input_fn: function to `(features, labels)`, or to a `Dataset` of them.
      max_steps: the global step to train to; None until the input ends.
      hooks: list of `SessionRunHook`s.

    Raises:
      TypeError: `input_fn` is no function.
      ValueError: `max_steps` is not positive.
    """

    __slots__ = ()

    def __new__(cls, input_fn, max_steps=None, hooks=None):
        _check_function(input_fn)
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        return super().__new__(cls, input_fn, max_steps, tuple(hooks or ()))


class EvalSpec(
    collections.namedtuple(
        "EvalSpec",
        ["input_fn", "steps", "name", "hooks", "exporters", "start_delay_secs", "throttle_secs"],
    )
):
    """How to measure.

    Args:
      input_fn: function to `(features, labels)`, or to a `Dataset` of them.
      steps: how many batches to use; None until the input ends.
      name: name of the measurement.
      hooks: list of `SessionRunHook`s.
      exporters: an `Exporter`, or an iterable of them.
      start_delay_secs: accepted; a process that trains too does not wait.
      throttle_secs: the shortest time between two measurements.

    Raises:
      TypeError: `input_fn` is no function, `name` no string, or an exporter something else.
      ValueError: `steps` is not positive, or a time is negative; two exporters have one name.
    """

    __slots__ = ()

    def __new__(
        cls,
        input_fn,
        steps=100,
        name=None,
        hooks=None,
        exporters=None,
        start_delay_secs=120,
        throttle_secs=600,
    ):
        _check_function(input_fn)
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name}")
        if start_delay_secs < 0:
            raise ValueError(f"Must specify start_delay_secs >= 0, given: {start_delay_secs}")
        if throttle_secs < 0:
            raise ValueError(f"Must specify throttle_secs >= 0, given: {throttle_secs}")
        return super().__new__(
            cls,
            input_fn,
            steps,
            name,
            tuple(hooks or ()),
            _checked_exporters(exporters),
            start_delay_secs,
            throttle_secs,
        )


def _check_function(input_fn):
    if not callable(input_fn):
        raise TypeError(f"`input_fn` must be callable, given: {input_fn}")


def _checked_exporters(exporters):
    exporters = [exporters] if isinstance(exporters, Exporter) else list(exporters or ())
    names = set()
    for exporter in exporters:
        if not isinstance(exporter, Exporter):
            raise TypeError(
                f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {exporter}."
            )
        if not isinstance(exporter.name, str) or not exporter.name:
            raise ValueError(
                f"An Exporter must have a name that is a string, given {exporter.name!r}"
            )
        if exporter.name in names:
            raise ValueError(f"`exporters` must have unique names. Such a name: {exporter.name}")
        names.add(exporter.name)
    return tuple(exporters)


class _Measurements(CheckpointSaverListener):
    """Measures and exports after each checkpoint of a training, if that is not too often."""

    def __init__(self, estimator, train_spec, eval_spec):
        self._estimator, self._max_steps = estimator, train_spec.max_steps
        self._spec = eval_spec
        self._timer = SecondOrStepTimer(every_secs=eval_spec.throttle_secs)
        self._first = True
        self.metrics, self.exports = None, []

    def begin(self):
        """Starts the clock."""
        self._timer.reset()
        self._first = True

    def after_save(self, session, global_step_value):
        """Measures, except after the first checkpoint: nothing is trained yet."""
        if self._first:
            self._first = False
            self._timer.update_last_triggered_step(global_step_value)
        elif self._timer.should_trigger_for_step(global_step_value):
            self._measure(global_step_value)

    def end(self, session, global_step_value):
        """Measures the last checkpoint."""
        if global_step_value != self._timer.last_triggered_step() or self.metrics is None:
            self._measure(global_step_value)

    def _measure(self, step):
        self._timer.update_last_triggered_step(step)
        spec, estimator = self._spec, self._estimator
        checkpoint = estimator.latest_checkpoint()
        self.metrics = estimator.evaluate(
            spec.input_fn, spec.steps, spec.hooks, checkpoint_path=checkpoint, name=spec.name
        )
        final = self._max_steps is not None and step >= self._max_steps
        self.exports = [
            exporter.export(
                estimator,
                export_path=os.path.join(estimator.model_dir, "export", exporter.name),
                checkpoint_path=checkpoint,
                eval_result=self.metrics,
                is_the_final_export=final,
            )
            for exporter in spec.exporters
        ]


def train_and_evaluate(estimator, train_spec, eval_spec):
    """Trains, and measures and exports after checkpoints and at the end.

    Args:
      estimator: an `Estimator`.
      train_spec: a `TrainSpec`.
      eval_spec: an `EvalSpec`.

    Returns:
      `(last metrics, what the exporters gave)`.

    Raises:
      TypeError: an argument is something else.
      NotImplementedError: `TF_CONFIG` names a cluster of several processes.
    """
    for value, kind, name in (
        (train_spec, TrainSpec, "train_spec"),
        (eval_spec, EvalSpec, "eval_spec"),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"`{name}` must be a `tf.estimator.{kind.__name__}`, given: {value}")
    cluster = estimator.config.cluster_spec.as_dict()
    if sum(map(len, cluster.values())) > 1:
        raise NotImplementedError(
            "train_and_evaluate runs in one process; headwater does not connect the processes of a "
            f"cluster yet (TF_CONFIG names {sorted(cluster)})"
        )
    logging.info("Running training and evaluation locally (non-distributed).")
    measurements = _Measurements(estimator, train_spec, eval_spec)
    estimator.train(
        train_spec.input_fn,
        hooks=train_spec.hooks,
        max_steps=train_spec.max_steps,
        saving_listeners=[measurements],
    )
    return measurements.metrics, measurements.exports
