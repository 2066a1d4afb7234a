"""`Estimator`: trains, measures, predicts with and exports a model that a function describes."""

import copy
import inspect
import os
import tempfile

from headwater._src.core import logging
from headwater._src.estimator import estimator_runs, exporting
from headwater._src.estimator.model_fn import EstimatorSpec
from headwater._src.estimator.run_config import RunConfig
from headwater._src.estimator.warm_start import as_settings
from headwater._src.graph.default import get_default_graph
from headwater._src.train import checkpoint_state, checkpoint_utils

_MODEL_FN_PARAMETERS = {"features", "labels", "mode", "params", "config", "self"}


class Estimator:
    """A model and the loops around it: each method builds a graph, and takes the variables from the
    last checkpoint in `model_dir`.

    >>> def model_fn(features, labels, mode):
    ...     w = tf.get_variable("w", [])
    ...     loss = tf.losses.mean_squared_error(labels, features["x"] * w)
    ...     step = tf.train.get_global_step()
    ...     train_op = tf.train.AdamOptimizer().minimize(loss, step)
    ...     return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)
    >>> estimator = tf.estimator.Estimator(model_fn, "/tmp/model")
    >>> estimator.train(input_fn, steps=100)

    Args:
      model_fn: function of `features`, and of any of `labels`, `mode`, `params`, `config`, that
        gives an `EstimatorSpec`.
      model_dir: folder of checkpoints and summaries (default: that of `config`, else a new one).
      config: a `RunConfig`.
      params: dict that is passed to `model_fn`.
      warm_start_from: a checkpoint, or `WarmStartSettings`, to take the first values from.

    Raises:
      ValueError: `model_fn` has other parameters, lacks one that is given, or the folders differ.
    """

    def __init__(self, model_fn, model_dir=None, config=None, params=None, warm_start_from=None):
        self._config = _config_with_folder(config, model_dir)
        self._model_dir = self._config.model_dir
        _check_model_fn(model_fn, params)
        self._model_fn = model_fn
        self._params = copy.deepcopy(params or {})
        self._warm_start_settings = as_settings(warm_start_from)

    @property
    def model_dir(self):
        """Folder of checkpoints and summaries."""
        return self._model_dir

    @property
    def config(self):
        """The `RunConfig`."""
        return copy.copy(self._config)

    @property
    def params(self):
        """A copy of the dict that is passed to the model function."""
        return copy.deepcopy(self._params)

    @property
    def model_fn(self):
        """The model function with `params` and `config` filled in."""

        def model_fn(features, labels, mode, config):
            return self._call_model_fn(features, labels, mode, config)

        return model_fn

    # -- values ----------------------------------------------------------------------------------

    def get_variable_value(self, name):
        """The value of a variable in the last checkpoint.

        Args:
          name: the variable's name, without `:0`.

        Raises:
          ValueError: nothing has been trained.
        """
        self._assert_checkpoint()
        return checkpoint_utils.load_variable(self._model_dir, name)

    def get_variable_names(self):
        """The names of the variables in the last checkpoint.

        Raises:
          ValueError: nothing has been trained.
        """
        self._assert_checkpoint()
        return [name for name, _ in checkpoint_utils.list_variables(self._model_dir)]

    def _assert_checkpoint(self):
        if not self.latest_checkpoint():
            raise ValueError(f"Could not find trained model in model_dir: {self.model_dir}.")

    def latest_checkpoint(self):
        """The path of the last checkpoint, or None."""
        return checkpoint_state.latest_checkpoint(self._model_dir)

    def eval_dir(self, name=None):
        """The folder of a measurement's summaries.

        Args:
          name: name of the measurement.
        """
        return os.path.join(self._model_dir, "eval" if not name else "eval_" + name)

    # -- loops -----------------------------------------------------------------------------------

    def train(self, input_fn, hooks=None, steps=None, max_steps=None, saving_listeners=None):
        """Trains the model.

        Args:
          input_fn: function to `(features, labels)` or to a `tf.data.Dataset` of them.
          hooks: list of `SessionRunHook`s.
          steps: how many steps to train; None until the input ends.
          max_steps: the global step to train to; not together with `steps`.
          saving_listeners: list of `CheckpointSaverListener`s.

        Returns:
          The estimator.

        Raises:
          ValueError: both `steps` and `max_steps` are given, or one is not positive.
        """
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        if max_steps is not None and self.latest_checkpoint():
            done = checkpoint_utils.load_variable(self._model_dir, "global_step")
            if max_steps <= done:
                logging.info("Skipping training since max_steps has already saved.")
                return self
        loss = estimator_runs.train(
            self, input_fn, _checked_hooks(hooks), steps, max_steps, saving_listeners
        )
        logging.info("Loss for final step: %s.", loss)
        return self

    def evaluate(self, input_fn, steps=None, hooks=None, checkpoint_path=None, name=None):
        """Measures the model.

        Args:
          input_fn: as for `train`.
          steps: how many batches to use; None until the input ends.
          hooks: list of `SessionRunHook`s.
          checkpoint_path: a checkpoint (default: the last one).
          name: name of the measurement, when there are several.

        Returns:
          Dict from names of metrics to values, with `loss` and `global_step`.

        Raises:
          ValueError: `steps` is not positive, or a metric is called like one of these.
        """
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        return estimator_runs.evaluate(
            self, input_fn, steps, _checked_hooks(hooks), checkpoint_path, name
        )

    def predict(
        self,
        input_fn,
        predict_keys=None,
        hooks=None,
        checkpoint_path=None,
        yield_single_examples=True,
    ):
        """Predicts, batch by batch, as the values are asked for.

        Args:
          input_fn: function to features, or to a `tf.data.Dataset` of them.
          predict_keys: list of the keys of predictions that are wanted (default: all).
          hooks: list of `SessionRunHook`s.
          checkpoint_path: a checkpoint (default: the last one).
          yield_single_examples: whether to give one example at a time instead of a batch.

        Yields:
          The predictions, as dict of arrays, or as array.

        Raises:
          ValueError: batches of several predictions differ in length.
        """
        return estimator_runs.predict(
            self,
            input_fn,
            predict_keys,
            _checked_hooks(hooks),
            checkpoint_path,
            yield_single_examples,
        )

    # -- exporting -------------------------------------------------------------------------------

    def export_saved_model(
        self,
        export_dir_base,
        serving_input_receiver_fn,
        assets_extra=None,
        as_text=False,
        checkpoint_path=None,
        experimental_mode="infer",
    ):
        """Writes the model, ready to be served.

        Args:
          export_dir_base: the folder in which a new one is made, named after the time.
          serving_input_receiver_fn: function to a `ServingInputReceiver`.
          assets_extra: dict from paths below `assets.extra` to files that are copied there.
          as_text: whether the graph's file is text.
          checkpoint_path: a checkpoint (default: the last one).
          experimental_mode: the `ModeKeys` of the model.

        Returns:
          The path of the new folder, as bytes.

        Raises:
          ValueError: nothing has been trained, or there is nothing to export.
        """
        return exporting.export_saved_model(
            self,
            export_dir_base,
            serving_input_receiver_fn,
            assets_extra,
            as_text,
            checkpoint_path,
            experimental_mode,
        )

    def export_savedmodel(
        self,
        export_dir_base,
        serving_input_receiver_fn,
        assets_extra=None,
        as_text=False,
        checkpoint_path=None,
        strip_default_attrs=False,
    ):
        """The old name of `export_saved_model`.

        Args:
          export_dir_base: the folder in which a new one is made, named after the time.
          serving_input_receiver_fn: function to a `ServingInputReceiver`.
          assets_extra: dict from paths below `assets.extra` to files that are copied there.
          as_text: whether the graph's file is text.
          checkpoint_path: a checkpoint (default: the last one).
          strip_default_attrs: accepted.

        Returns:
          The path of the new folder, as bytes.
        """
        return self.export_saved_model(
            export_dir_base, serving_input_receiver_fn, assets_extra, as_text, checkpoint_path
        )

    # -- the model -------------------------------------------------------------------------------

    def _params_for(self, mode):
        """The `params` that functions are called with in a mode."""
        return self.params

    def _call_input_fn(self, input_fn, mode):
        parameters = parameters_of(input_fn)
        given = {"mode": mode, "params": self._params_for(mode), "config": self.config}
        return input_fn(**{k: v for k, v in given.items() if k in parameters})

    def _call_model_fn(self, features, labels, mode, config):
        parameters = parameters_of(self._model_fn)
        given = {"mode": mode, "params": self._params_for(mode), "config": config}
        kwargs = {k: v for k, v in given.items() if k in parameters}
        if "labels" in parameters:
            kwargs["labels"] = labels
        elif labels is not None:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        logging.info("Calling model_fn.")
        spec = self._model_fn(features=features, **kwargs)
        logging.info("Done calling model_fn.")
        if hasattr(spec, "as_estimator_spec"):
            spec = spec.as_estimator_spec()
        if not isinstance(spec, EstimatorSpec):
            raise ValueError("model_fn should return an EstimatorSpec.")
        return spec

    def _device(self):
        """The device function that spreads variables over parameter servers, if there are any."""
        from headwater._src.cluster.device_setter import replica_device_setter

        config = self._config
        if config.device_fn is not None:
            return config.device_fn
        if not config.num_ps_replicas:
            return None
        return replica_device_setter(
            ps_tasks=config.num_ps_replicas,
            worker_device=f"/job:{config.task_type}/task:{config.task_id}",
            cluster=config.cluster_spec,
        )

    def __repr__(self):
        return f"<{type(self).__name__} in {self._model_dir!r}, graph {get_default_graph()!r}>"


def _config_with_folder(config, model_dir):
    if config is None:
        config = RunConfig()
    elif not isinstance(config, RunConfig):
        raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
    if model_dir is not None:
        model_dir = os.fspath(model_dir)
        if config.model_dir is not None and config.model_dir != model_dir:
            raise ValueError(
                "`model_dir` are set both in constructor and `RunConfig`, but with different "
                f"values. In constructor: '{model_dir}', in `RunConfig`: '{config.model_dir}' "
            )
    elif config.model_dir is None:
        model_dir = tempfile.mkdtemp()
        logging.warning("Using temporary folder as model directory: %s", model_dir)
    return config.replace(model_dir=model_dir) if model_dir is not None else config


def parameters_of(function):
    """The names of a function's parameters, also behind `functools.partial`.

    Args:
      function: anything that can be called.
    """
    if not inspect.isroutine(function) and callable(function):
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            return ()
    else:
        signature = inspect.signature(function)
    return tuple(signature.parameters)


def _check_model_fn(model_fn, params):
    if model_fn is None:
        raise ValueError("model_fn must be provided to Estimator.")
    parameters = set(parameters_of(model_fn))
    if "features" not in parameters:
        raise ValueError(f"model_fn ({model_fn}) must include features argument.")
    if params is not None and "params" not in parameters:
        raise ValueError(
            f"model_fn ({model_fn}) does not include params argument, but params ({params}) is "
            "passed to Estimator."
        )
    if params is None and "params" in parameters:
        logging.warning("Estimator's model_fn includes params argument, but params are not passed.")
    others = parameters - _MODEL_FN_PARAMETERS
    if others:
        raise ValueError(f"model_fn ({model_fn}) has following not expected args: {sorted(others)}")


def _checked_hooks(hooks):
    hooks = list(hooks or ())
    for hook in hooks:
        if not hasattr(hook, "after_create_session"):
            raise TypeError(f"Hooks must be a SessionRunHook, given: {hook}")
    return hooks
