"""`RunConfig`: how an estimator runs."""

import copy
import json
import os

from headwater._src.cluster.cluster_spec import ClusterSpec
from headwater._src.estimator.distribute import Strategy

_DEFAULT = object()
_REPLACEABLE = (
    "model_dir",
    "tf_random_seed",
    "save_summary_steps",
    "save_checkpoints_steps",
    "save_checkpoints_secs",
    "session_config",
    "keep_checkpoint_max",
    "keep_checkpoint_every_n_hours",
    "log_step_count_steps",
    "train_distribute",
    "device_fn",
    "protocol",
    "eval_distribute",
    "experimental_distribute",
    "experimental_max_worker_delay_secs",
    "session_creation_timeout_secs",
)


class RunConfig:
    """How an estimator runs: where it saves, how often, with which seed.

    The environment variable `TF_CONFIG`, a JSON text with `cluster` and `task`, says what part of a
    cluster this process is.

    Args:
      model_dir: folder of checkpoints and summaries.
      tf_random_seed: seed of the graphs.
      save_summary_steps: steps between summaries.
      save_checkpoints_steps: steps between checkpoints.
      save_checkpoints_secs: seconds between checkpoints (600 when neither is given).
      session_config: a `ConfigProto`.
      keep_checkpoint_max: how many checkpoints to keep.
      keep_checkpoint_every_n_hours: one checkpoint of that many hours is kept for good.
      log_step_count_steps: steps between lines in the log.
      train_distribute: a strategy of `tf.distribute`: kept; an estimator trains on one device.
      device_fn: device function for the model.
      protocol: protocol of the servers.
      eval_distribute: the same for measurements.
      experimental_distribute: the same.
      experimental_max_worker_delay_secs: accepted.
      session_creation_timeout_secs: how long to wait for a session.

    Raises:
      ValueError: steps and seconds between checkpoints are both given, or a number is negative.
      NotImplementedError: a distribution strategy is given.
    """

    def __init__(
        self,
        model_dir=None,
        tf_random_seed=None,
        save_summary_steps=100,
        save_checkpoints_steps=_DEFAULT,
        save_checkpoints_secs=_DEFAULT,
        session_config=None,
        keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000,
        log_step_count_steps=100,
        train_distribute=None,
        device_fn=None,
        protocol=None,
        eval_distribute=None,
        experimental_distribute=None,
        experimental_max_worker_delay_secs=None,
        session_creation_timeout_secs=7200,
    ):
        if save_checkpoints_steps is _DEFAULT and save_checkpoints_secs is _DEFAULT:
            save_checkpoints_steps, save_checkpoints_secs = None, 600
        elif save_checkpoints_secs is _DEFAULT:
            save_checkpoints_secs = None
        elif save_checkpoints_steps is _DEFAULT:
            save_checkpoints_steps = None
        elif save_checkpoints_steps is not None and save_checkpoints_secs is not None:
            raise ValueError(_BOTH)
        given = dict(locals())
        for name in _REPLACEABLE:
            setattr(self, "_" + name, given[name])
        self._check()
        self._read_environment()

    def _check(self):
        for name in ("save_checkpoints_steps", "save_checkpoints_secs", "save_summary_steps"):
            value = getattr(self, "_" + name)
            if value is not None and value < 0:
                raise ValueError(f"{name} should be >= 0")
        for name in ("train_distribute", "eval_distribute", "experimental_distribute"):
            if not isinstance(getattr(self, "_" + name), Strategy | None):
                raise NotImplementedError(
                    f"{name} must be None or a strategy of tf.distribute, which here has one replica"
                )
        if self._model_dir is not None:
            self._model_dir = os.fspath(self._model_dir)
            if not self._model_dir:
                raise ValueError("model_dir should be non-empty")

    def _read_environment(self):
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        self._cluster_spec = ClusterSpec(config.get("cluster", {}))
        task = config.get("task", {})
        self._task_type = task.get("type", "worker")
        self._task_id = int(task.get("index", 0))
        self._is_chief = (
            self._task_type in ("chief", "master")
            if self._cluster_spec
            else self._task_type != "evaluator"
        )
        self._master = ""
        if self._cluster_spec and self._task_type != "evaluator":
            address = self._cluster_spec.task_address(self._task_type, self._task_id)
            only = sum(map(len, self._cluster_spec.as_dict().values())) == 1
            self._master = "" if only else f"grpc://{address}"

    def replace(self, **kwargs):
        """A copy with some values changed.

        Args:
          **kwargs: the values, by the constructor's names.

        Returns:
          A `RunConfig`.

        Raises:
          ValueError: there is no such value, or it cannot be changed.
        """
        new = copy.copy(self)
        if kwargs.get("save_checkpoints_steps") is not None and (
            kwargs.get("save_checkpoints_secs") is not None
        ):
            raise ValueError(_BOTH)
        for name, value in kwargs.items():
            if name not in _REPLACEABLE:
                raise ValueError(
                    f"Replacing {name} is not supported. Allowed properties are {_REPLACEABLE}."
                )
            setattr(new, "_" + name, value)
        if kwargs.get("save_checkpoints_steps") is not None:
            new._save_checkpoints_secs = None
        elif kwargs.get("save_checkpoints_secs") is not None:
            new._save_checkpoints_steps = None
        new._check()
        return new

    @property
    def cluster_spec(self):
        """The `ClusterSpec`; empty without a cluster."""
        return self._cluster_spec

    @property
    def task_type(self):
        """The job of this process."""
        return self._task_type

    @property
    def task_id(self):
        """The number of its task."""
        return self._task_id

    @property
    def global_id_in_cluster(self):
        """The number of its task among all."""
        return self._task_id

    @property
    def is_chief(self):
        """Whether it is the chief."""
        return self._is_chief

    @property
    def master(self):
        """Target of training sessions."""
        return self._master

    @property
    def evaluation_master(self):
        """Target of other sessions."""
        return ""

    @property
    def num_ps_replicas(self):
        """How many parameter servers there are."""
        return len(self._cluster_spec.as_dict().get("ps", ()))

    @property
    def num_worker_replicas(self):
        """How many workers there are, with the chief."""
        jobs = self._cluster_spec.as_dict()
        return sum(len(jobs.get(job, ())) for job in ("worker", "chief", "master")) or 1

    @property
    def service(self):
        """Nothing."""
        return None


_BOTH = "Can not provide both save_checkpoints_steps and save_checkpoints_secs."


def _value(name):
    return property(
        lambda self: getattr(self, "_" + name), doc=f"`{name}`, as given to the constructor."
    )


for _name in _REPLACEABLE:
    setattr(RunConfig, _name, _value(_name))
