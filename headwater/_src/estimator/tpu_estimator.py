"""`TPUEstimator`: estimators of programs written for TPUs, which run here with `use_tpu=False`."""

import collections
import contextlib
import copy

from headwater._src.core import dtypes, logging
from headwater._src.estimator.estimator import Estimator, parameters_of
from headwater._src.estimator.mode_keys import ModeKeys
from headwater._src.estimator.model_fn import EstimatorSpec
from headwater._src.estimator.tpu_config import NO_TPU, TPURunConfig
from headwater._src.graph.optable import raw
from headwater._src.graph.variable_scope import get_variable_scope, variable_scope
from headwater._src.train.optimizer import Optimizer
from headwater._src.train.session_run_hook import SessionRunArgs, SessionRunHook

_FILLED_IN = ("batch_size", "context", "use_tpu")  # what model and input functions find in params


class TPUEstimatorSpec(
    collections.namedtuple(
        "TPUEstimatorSpec",
        [
            "mode",
            "predictions",
            "loss",
            "train_op",
            "eval_metrics",
            "export_outputs",
            "scaffold_fn",
            "host_call",
            "training_hooks",
            "evaluation_hooks",
            "prediction_hooks",
        ],
    )
):
    """What a model function written for TPUs gives to its estimator.

    Metrics, the scaffold and what the host is to do are given as functions, because on a TPU they
    are built in another place than the model; here they are called at once.

    Args:
      mode: a `ModeKeys`.
      predictions: dict of tensors; needed to predict.
      loss: scalar tensor; needed to train and to measure.
      train_op: operation of one step; needed to train.
      eval_metrics: `(function, tensors)`: the function gets the tensors, a list as positional and a
        dict as named arguments, and gives a dict of `tf.metrics`.
      export_outputs: dict from signatures' names to `tf.estimator.export` outputs.
      scaffold_fn: function to a `tf.train.Scaffold`.
      host_call: `(function, tensors)`, like `eval_metrics`: tensors to run with each step.
      training_hooks: hooks for training.
      evaluation_hooks: hooks for measuring.
      prediction_hooks: hooks for predicting.

    Raises:
      ValueError: a pair of a function and tensors is something else.
    """

    __slots__ = ()

    def __new__(
        cls,
        mode,
        predictions=None,
        loss=None,
        train_op=None,
        eval_metrics=None,
        export_outputs=None,
        scaffold_fn=None,
        host_call=None,
        training_hooks=None,
        evaluation_hooks=None,
        prediction_hooks=None,
    ):
        for name, pair in (("eval_metrics", eval_metrics), ("host_call", host_call)):
            _check_pair(name, pair)
        return super().__new__(
            cls,
            mode,
            predictions,
            loss,
            train_op,
            eval_metrics,
            export_outputs,
            scaffold_fn,
            host_call,
            tuple(training_hooks or ()),
            tuple(evaluation_hooks or ()),
            tuple(prediction_hooks or ()),
        )

    def as_estimator_spec(self):
        """The same as a `tf.estimator.EstimatorSpec`."""
        hooks = _host_hooks(self.host_call)
        return EstimatorSpec(
            self.mode,
            predictions=self.predictions,
            loss=self.loss,
            train_op=self.train_op,
            eval_metric_ops=_called(self.eval_metrics) if self.mode == ModeKeys.EVAL else None,
            export_outputs=self.export_outputs,
            scaffold=self.scaffold_fn() if self.scaffold_fn else None,
            training_hooks=(*self.training_hooks, *hooks),
            evaluation_hooks=(*self.evaluation_hooks, *hooks),
            prediction_hooks=(*self.prediction_hooks, *hooks),
        )


def _check_pair(name, pair):
    if pair is None:
        return
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError(f"{name} should be a pair of a function and its tensors, got {pair!r}")
    function, tensors = pair
    if not callable(function):
        raise ValueError(f"{name}[0] should be callable, got {function!r}")
    if not isinstance(tensors, (tuple, list, dict)):
        raise ValueError(f"{name}[1] should be a list or a dict of tensors, got {tensors!r}")
    names = parameters_of(function)
    if isinstance(tensors, (tuple, list)) and len(tensors) > len(names) and "args" not in names:
        raise ValueError(
            f"{name}: the function takes {len(names)} arguments ({', '.join(names)}), and there "
            f"are {len(tensors)} tensors."
        )


def _called(pair):
    if pair is None:
        return None
    function, tensors = pair
    return function(**tensors) if isinstance(tensors, dict) else function(*tensors)


class _RunWithEachStep(SessionRunHook):
    """Runs tensors with each step."""

    def __init__(self, tensors):
        self._tensors = tensors

    def before_run(self, run_context):
        return SessionRunArgs(self._tensors)


def _host_hooks(host_call):
    try:
        tensors = _called(host_call)
    except NotImplementedError as error:
        # Host calls write summaries, with an interface that is not here; training can do without.
        logging.warning("host_call is left out: %s", error)
        tensors = None
    return () if tensors is None else (_RunWithEachStep(tensors),)


class TPUEstimator(Estimator):
    """An `Estimator` that tells its functions the batch size, as `params["batch_size"]`.

    >>> config = tf.contrib.tpu.RunConfig(model_dir="/tmp/model")
    >>> estimator = tf.contrib.tpu.TPUEstimator(
    ...     model_fn, config=config, use_tpu=False, train_batch_size=32
    ... )

    Args:
      model_fn: function of `features`, and of any of `labels`, `mode`, `params`, `config`, that
        gives a `TPUEstimatorSpec` or an `EstimatorSpec`.
      model_dir: folder of checkpoints and summaries.
      config: a `tf.contrib.tpu.RunConfig`.
      params: dict that is passed to `model_fn` and to input functions, without `batch_size`.
      use_tpu: must be False.
      train_batch_size: the batch size of training.
      eval_batch_size: that of measurements.
      predict_batch_size: that of predictions.
      batch_axis: accepted.
      eval_on_tpu: accepted.
      export_to_tpu: accepted: exported models are for the CPU and GPUs.
      export_to_cpu: accepted.
      warm_start_from: a checkpoint, or `WarmStartSettings`, to take the first values from.
      embedding_config_spec: must be None.
      export_saved_model_api_version: accepted.

    Raises:
      NotImplementedError: `use_tpu` is true, or tables of embeddings are to be on TPUs.
      ValueError: `params` has a name that is filled in here, or `config` is of another kind.
    """

    def __init__(
        self,
        model_fn=None,
        model_dir=None,
        config=None,
        params=None,
        use_tpu=True,
        train_batch_size=None,
        eval_batch_size=None,
        predict_batch_size=None,
        batch_axis=None,
        eval_on_tpu=True,
        export_to_tpu=True,
        export_to_cpu=True,
        warm_start_from=None,
        embedding_config_spec=None,
        export_saved_model_api_version=None,
    ):
        if use_tpu:
            raise NotImplementedError(f"TPUEstimator(use_tpu={use_tpu!r}): {NO_TPU}.")
        if embedding_config_spec is not None:
            raise NotImplementedError(f"TPUEstimator(embedding_config_spec=...): {NO_TPU}.")
        if config is not None and not isinstance(config, TPURunConfig):
            raise ValueError(f"`config` must be a tf.contrib.tpu.RunConfig, got {config!r}")
        taken = sorted(set(_FILLED_IN) & set(params or ()))
        if taken:
            raise ValueError(f"{taken} are reserved keys but existed in params {params}.")
        if params is None and "params" in parameters_of(model_fn):
            params = {}
        self._batch_sizes = {
            ModeKeys.TRAIN: train_batch_size,
            ModeKeys.EVAL: eval_batch_size,
            ModeKeys.PREDICT: predict_batch_size,
        }
        config = TPURunConfig() if config is None else config
        super().__init__(model_fn, model_dir, config, params, warm_start_from)

    def _params_for(self, mode):
        params = copy.deepcopy(self._params)
        found = {"use_tpu": False}
        if self._batch_sizes[mode] is not None:
            found["batch_size"] = self._batch_sizes[mode]
        for key, value in found.items():
            if hasattr(params, "add_hparam"):  # params can be tf.contrib.training.HParams
                params.add_hparam(key, value)
            else:
                params[key] = value
        return params


class CrossShardOptimizer(Optimizer):
    """An optimizer that adds up gradients over TPUs; without them it is the one inside.

    Args:
      opt: the optimizer.
      reduction: accepted.
      name: accepted.
      group_assignment: accepted.
    """

    def __init__(self, opt, reduction="mean", name="CrossShardOptimizer", group_assignment=None):
        super().__init__(False, name)
        self._opt = opt

    def _apply_dense(self, grad, var):
        raise NotImplementedError("CrossShardOptimizer hands all gradients on")

    def compute_gradients(self, loss, *args, **kwargs):
        """The gradients of the optimizer inside.

        Args:
          loss: scalar tensor.
          *args: further arguments of `compute_gradients`.
          **kwargs: its named arguments.

        Returns:
          List of `(gradient, variable)`.
        """
        return self._opt.compute_gradients(loss, *args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """One step of the optimizer inside.

        Args:
          grads_and_vars: list of `(gradient, variable)`.
          global_step: a variable to count steps in.
          name: the operation's name.

        Returns:
          The operation.
        """
        return self._opt.apply_gradients(grads_and_vars, global_step, name)

    def get_slot(self, *args, **kwargs):
        """As that of the optimizer inside.

        Args:
          *args: its arguments.
          **kwargs: its named arguments.
        """
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs):
        """As that of the optimizer inside.

        Args:
          *args: its arguments.
          **kwargs: its named arguments.
        """
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self):
        """The variables of the optimizer inside."""
        return self._opt.variables()


@contextlib.contextmanager
def bfloat16_scope():
    """A block in which variables that are asked for as bfloat16 are kept as float32.

    Yields:
      The variable scope.
    """

    def getter(getter, name, shape=None, dtype=dtypes.float32, *args, **kwargs):
        if dtype != dtypes.bfloat16:
            return getter(name, shape, dtype, *args, **kwargs)
        kept = getter(name, shape, dtypes.float32, *args, **kwargs)
        return raw.Cast(kept, DstT=dtypes.bfloat16)

    with variable_scope(get_variable_scope(), custom_getter=getter) as scope:
        yield scope


FOR_TPUS_ONLY = (
    "TPUDistributionStrategy",
    "batch_parallel",
    "core",
    "cross_replica_sum",
    "infeed_dequeue",
    "infeed_enqueue",
    "initialize_system",
    "keras_to_tpu_model",
    "model_fn_inference_on_tpu",
    "outside_compilation",
    "replicate",
    "rewrite",
    "shard",
    "shutdown_system",
)


def __getattr__(name):
    if name in FOR_TPUS_ONLY:
        raise NotImplementedError(f"tf.contrib.tpu.{name} is for TPUs. {NO_TPU}.")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
