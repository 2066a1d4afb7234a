"""The loops of an estimator: training, measuring, predicting."""

import numpy as np

from headwater._src.core import logging
from headwater._src.data.dataset import Dataset
from headwater._src.estimator.mode_keys import ModeKeys
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.graph import Graph
from headwater._src.graph.seeds import set_random_seed
from headwater._src.metrics.means import mean
from headwater._src.ops.grouping import group
from headwater._src.ops.summary_functions import scalar as scalar_summary
from headwater._src.train.basic_hooks import (
    FinalOpsHook,
    LoggingTensorHook,
    NanTensorHook,
    StopAtStepHook,
)
from headwater._src.train.global_step import create_global_step
from headwater._src.train.monitored_session import MonitoredSession
from headwater._src.train.monitored_training_session import MonitoredTrainingSession
from headwater._src.train.saver import Saver
from headwater._src.train.saving_hooks import CheckpointSaverHook
from headwater._src.train.session_creators import ChiefSessionCreator
from headwater._src.train.session_run_hook import SessionRunHook
from headwater._src.train.summary_writer import FileWriterCache

LOSS = "loss"


def parsed_input(result):
    """What an input function gave.

    Args:
      result: `(features, labels)`, features alone, or a `Dataset` of these.

    Returns:
      `(features, labels)`; labels may be None.

    Raises:
      ValueError: it is a tuple of another length.
    """
    if isinstance(result, Dataset) or hasattr(result, "make_initializable_iterator"):
        iterator = result.make_initializable_iterator()
        get_default_graph().add_to_collection(GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
        result = iterator.get_next()
    if isinstance(result, (list, tuple)):
        if len(result) != 2:
            raise ValueError(
                "input_fn should return (features, labels) as a len 2 tuple or features alone."
            )
        return tuple(result)
    return result, None


def _device_scope(estimator):
    return get_default_graph().device(estimator._device())


# --- training -----------------------------------------------------------------------------------


def train(estimator, input_fn, hooks, steps, max_steps, saving_listeners):
    """Trains; `Estimator.train` says what the arguments are.

    Returns:
      The last loss, or None when no step was run.
    """
    config = estimator._config
    hooks = list(hooks)
    if steps is not None or max_steps is not None:
        hooks.append(StopAtStepHook(steps, max_steps))
    with Graph().as_default() as graph, _device_scope(estimator):
        set_random_seed(config.tf_random_seed)
        step = create_global_step(graph)
        features, labels = parsed_input(estimator._call_input_fn(input_fn, ModeKeys.TRAIN))
        spec = estimator._call_model_fn(features, labels, ModeKeys.TRAIN, config)
        if estimator._warm_start_settings is not None and not estimator.latest_checkpoint():
            from headwater._src.train.warm_starting import warm_start

            logging.info("Warm-starting with WarmStartSettings: %s", estimator._warm_start_settings)
            warm_start(*estimator._warm_start_settings)
        if not any(s.op.name == LOSS for s in graph.get_collection(GraphKeys.SUMMARIES)):
            scalar_summary(LOSS, spec.loss)
        graph.add_to_collection(GraphKeys.LOSSES, spec.loss)
        hooks += [*spec.training_hooks, NanTensorHook(spec.loss)]
        hooks.append(
            LoggingTensorHook(
                {"loss": spec.loss, "step": step}, every_n_iter=config.log_step_count_steps or 100
            )
        )
        return _run_training(estimator, spec, hooks, saving_listeners)


def _run_training(estimator, spec, hooks, saving_listeners):
    config = estimator._config
    chief_hooks = list(spec.training_chief_hooks)
    if not (spec.scaffold.saver or get_default_graph().get_collection(GraphKeys.SAVERS)):
        saver = Saver(
            sharded=True,
            max_to_keep=config.keep_checkpoint_max,
            keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours,
            defer_build=True,
            save_relative_paths=True,
        )
        get_default_graph().add_to_collection(GraphKeys.SAVERS, saver)
    savers = [h for h in (*hooks, *chief_hooks) if isinstance(h, CheckpointSaverHook)]
    if not savers and (config.save_checkpoints_secs or config.save_checkpoints_steps):
        savers = [
            CheckpointSaverHook(
                estimator.model_dir,
                save_secs=config.save_checkpoints_secs,
                save_steps=config.save_checkpoints_steps,
                scaffold=spec.scaffold,
            )
        ]
        chief_hooks += savers
    if saving_listeners:
        if not savers:
            raise ValueError(
                "There should be a CheckpointSaverHook to use saving_listeners. Please set one of "
                "the RunConfig.save_checkpoints_steps or RunConfig.save_checkpoints_secs."
            )
        savers[0]._listeners.extend(saving_listeners)
    loss = None
    with MonitoredTrainingSession(
        master=config.master,
        is_chief=config.is_chief,
        checkpoint_dir=estimator.model_dir,
        scaffold=spec.scaffold,
        hooks=hooks,
        chief_only_hooks=chief_hooks,
        save_checkpoint_secs=0,
        save_summaries_steps=config.save_summary_steps,
        config=config.session_config,
        max_wait_secs=config.session_creation_timeout_secs,
        log_step_count_steps=config.log_step_count_steps,
    ) as session:
        while not session.should_stop():
            _, loss = session.run([spec.train_op, spec.loss])
    return loss


# --- measuring ----------------------------------------------------------------------------------


class _StopAfter(SessionRunHook):
    """Ends a loop after so many steps."""

    def __init__(self, steps):
        self._left = steps

    def after_run(self, run_context, run_values):
        """Counts."""
        self._left -= 1
        if self._left <= 0:
            run_context.request_stop()


def evaluate(estimator, input_fn, steps, hooks, checkpoint_path, name):
    """Measures; `Estimator.evaluate` says what the arguments are.

    Returns:
      Dict from names to values.
    """
    config = estimator._config
    checkpoint_path = checkpoint_path or estimator.latest_checkpoint()
    if not checkpoint_path:
        logging.info(
            "Could not find trained model in model_dir: %s, running initialization to evaluate.",
            estimator.model_dir,
        )
    with Graph().as_default() as graph, _device_scope(estimator):
        set_random_seed(config.tf_random_seed)
        step = create_global_step(graph)
        features, labels = parsed_input(estimator._call_input_fn(input_fn, ModeKeys.EVAL))
        spec = estimator._call_model_fn(features, labels, ModeKeys.EVAL, config)
        metrics = dict(spec.eval_metric_ops)
        if LOSS in metrics:
            raise ValueError(f'Metric with name "{LOSS}" is not allowed')
        if "global_step" in metrics:
            raise ValueError('Metric with name "global_step" is not allowed')
        metrics[LOSS] = mean(spec.loss)
        values = {key: value for key, (value, _) in metrics.items()}
        values["global_step"] = step
        update = group(*(u.op if hasattr(u, "op") else u for _, u in metrics.values()))
        final = FinalOpsHook(values)
        all_hooks = [*hooks, *spec.evaluation_hooks, final]
        if steps is not None:
            all_hooks.append(_StopAfter(steps))
        creator = ChiefSessionCreator(
            spec.scaffold,
            master=config.evaluation_master,
            config=config.session_config,
            checkpoint_filename_with_path=checkpoint_path,
        )
        logging.info("Starting evaluation.")
        with MonitoredSession(creator, all_hooks) as session:
            while not session.should_stop():
                session.run(update)
        logging.info("Finished evaluation.")
    result = final.final_ops_values
    _write_summaries(estimator.eval_dir(name), result)
    return result


def _write_summaries(folder, values):
    from headwater._src.core.proto import summary_pb2

    step = int(values["global_step"])
    text = ", ".join(f"{k} = {v!s}" for k, v in sorted(values.items()))
    logging.info("Saving dict for global step %d: %s", step, text)
    writer = FileWriterCache.get(folder)
    summary = summary_pb2.Summary()
    for key, value in values.items():
        array = np.asarray(value)
        if key == "global_step" or value is None:
            continue
        if array.shape == () and array.dtype.kind in "fiub":
            summary.value.add(tag=key, simple_value=float(value))
        elif isinstance(value, bytes):
            try:
                parsed = summary_pb2.Summary.FromString(value)
            except Exception as error:  # not a summary, but some other text
                logging.warning("Skipping summary for %s: %s", key, error)
                continue
            for i, part in enumerate(parsed.value):
                part.tag = f"{key}/{i}"
            summary.value.extend(parsed.value)
        else:
            logging.warning("Skipping summary for %s, must be a float or an integer.", key)
    writer.add_summary(summary, step)
    writer.flush()


# --- predicting ---------------------------------------------------------------------------------


def predict(estimator, input_fn, predict_keys, hooks, checkpoint_path, yield_single_examples):
    """Predicts; `Estimator.predict` says what the arguments are.

    Yields:
      The predictions.
    """
    config = estimator._config
    checkpoint_path = checkpoint_path or estimator.latest_checkpoint()
    if not checkpoint_path:
        logging.info(
            "Could not find trained model in model_dir: %s, running initialization to predict.",
            estimator.model_dir,
        )
    graph = Graph()
    with graph.as_default(), _device_scope(estimator):
        set_random_seed(config.tf_random_seed)
        create_global_step(graph)
        features, _ = _features_only(estimator._call_input_fn(input_fn, ModeKeys.PREDICT))
        spec = estimator._call_model_fn(features, None, ModeKeys.PREDICT, config)
        predictions = _chosen(spec.predictions, predict_keys)
        creator = ChiefSessionCreator(
            spec.scaffold,
            master=config.evaluation_master,
            config=config.session_config,
            checkpoint_filename_with_path=checkpoint_path,
        )
        session = MonitoredSession(creator, [*hooks, *spec.prediction_hooks])
    with session:
        while not session.should_stop():
            # Between two values the program runs on in its own graph.
            values = session.run(predictions)
            if not yield_single_examples:
                yield values
            elif isinstance(values, dict):
                for i in range(_batch_size(values)):
                    yield {key: value[i] for key, value in values.items()}
            else:
                yield from values


def _features_only(result):
    """Features of an input function whose labels are of no use; a tuple's first element."""
    features, labels = parsed_input(result)
    return features, labels


def _chosen(predictions, keys):
    if not keys:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("predict_keys argument is not valid in case of non-dict predictions.")
    chosen = {k: v for k, v in predictions.items() if k in keys}
    if not chosen:
        raise ValueError(
            f"Expected to run at least one output from {list(predictions)}, provided {keys}."
        )
    return chosen


def _batch_size(values):
    sizes = {key: len(value) for key, value in values.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"Batch length of predictions should be same. Lengths: {sizes}")
    return next(iter(sizes.values()), 0)
