"""`tf.contrib.tpu`'s settings: what programs for TPUs say about them, which a CPU or GPU reads by."""

import collections
import enum

from headwater._src.cluster.cluster_spec import ClusterSpec
from headwater._src.estimator.run_config import RunConfig

NO_TPU = (
    "headwater has no TPUs, it compiles every session for the CPU or a GPU. Give use_tpu=False "
    "(most programs have the flag --use_tpu) and no name or address of a TPU"
)


class InputPipelineConfig:
    """Where the input function of a program for TPUs runs; without TPUs it runs once, here."""

    PER_SHARD_V1 = 1
    PER_HOST_V1 = 2
    PER_HOST_V2 = 3
    BROADCAST = 4
    SLICED = 5


class ExportSavedModelApiVersion(enum.Enum):
    """How a model is exported for TPUs; without them there is one way."""

    V1 = 1
    V2 = 2


class BatchConfig(
    collections.namedtuple(
        "BatchConfig",
        [
            "num_batch_threads",
            "max_batch_size",
            "batch_timeout_micros",
            "allowed_batch_sizes",
            "max_enqueued_batches",
        ],
    )
):
    """How a server for TPUs puts requests together. Kept; nothing here depends on it.

    Args:
      num_batch_threads: number of threads.
      max_batch_size: the largest batch.
      batch_timeout_micros: how long to wait for more requests.
      allowed_batch_sizes: list of sizes that batches are filled up to.
      max_enqueued_batches: how many batches may wait.
    """

    __slots__ = ()

    def __new__(
        cls,
        num_batch_threads,
        max_batch_size,
        batch_timeout_micros,
        allowed_batch_sizes,
        max_enqueued_batches=100,
    ):
        return super().__new__(
            cls,
            num_batch_threads,
            max_batch_size,
            batch_timeout_micros,
            allowed_batch_sizes,
            max_enqueued_batches,
        )


class TPUConfig(
    collections.namedtuple(
        "TPUConfig",
        [
            "iterations_per_loop",
            "num_shards",
            "num_cores_per_replica",
            "per_host_input_for_training",
            "tpu_job_name",
            "initial_infeed_sleep_secs",
            "input_partition_dims",
            "eval_training_input_configuration",
            "experimental_host_call_every_n_steps",
        ],
    )
):
    """How a program wants to use TPUs. Kept and checked; without TPUs nothing depends on it.

    Args:
      iterations_per_loop: steps between two looks at the host.
      num_shards: number of replicas, or None.
      num_cores_per_replica: 1, 2, 4, 8, 16 or None: cores that share one model.
      per_host_input_for_training: an `InputPipelineConfig`; True is `PER_HOST_V1`, False
        `PER_SHARD_V1`.
      tpu_job_name: the TPUs' job in the cluster.
      initial_infeed_sleep_secs: seconds to wait before the first input.
      input_partition_dims: list of how inputs are cut over cores, or None.
      eval_training_input_configuration: the `InputPipelineConfig` of measurements.
      experimental_host_call_every_n_steps: steps between host calls.

    Raises:
      ValueError: a number is out of its range.
    """

    __slots__ = ()

    def __new__(
        cls,
        iterations_per_loop=2,
        num_shards=None,
        num_cores_per_replica=None,
        per_host_input_for_training=True,
        tpu_job_name=None,
        initial_infeed_sleep_secs=None,
        input_partition_dims=None,
        eval_training_input_configuration=InputPipelineConfig.PER_HOST_V1,
        experimental_host_call_every_n_steps=1,
    ):
        _check_positive("iterations_per_loop", iterations_per_loop)
        if num_shards is not None:
            _check_positive("num_shards", num_shards)
        if num_cores_per_replica not in (None, 1, 2, 4, 8, 16):
            raise ValueError(
                f"num_cores_per_replica must be 1, 2, 4, 8 or 16; got {num_cores_per_replica}"
            )
        if input_partition_dims is not None and num_cores_per_replica is None:
            raise ValueError("input_partition_dims requires setting num_cores_per_replica.")
        if initial_infeed_sleep_secs is not None:
            _check_positive("initial_infeed_sleep_secs", initial_infeed_sleep_secs)
        if isinstance(per_host_input_for_training, bool):
            per_host_input_for_training = (
                InputPipelineConfig.PER_HOST_V1
                if per_host_input_for_training
                else InputPipelineConfig.PER_SHARD_V1
            )
        return super().__new__(
            cls,
            iterations_per_loop=iterations_per_loop,
            num_shards=num_shards,
            num_cores_per_replica=num_cores_per_replica,
            per_host_input_for_training=per_host_input_for_training,
            tpu_job_name=tpu_job_name,
            initial_infeed_sleep_secs=initial_infeed_sleep_secs,
            input_partition_dims=input_partition_dims,
            eval_training_input_configuration=eval_training_input_configuration,
            experimental_host_call_every_n_steps=experimental_host_call_every_n_steps,
        )


def _check_positive(name, value):
    if isinstance(value, bool) or value != int(value) or value <= 0:
        raise ValueError(f"{name} must be a positive integer, got {value!r}")


class TPURunConfig(RunConfig):
    """`tf.contrib.tpu.RunConfig`: a `tf.estimator.RunConfig` that carries a `TPUConfig`.

    Args:
      tpu_config: a `TPUConfig` (default: one with defaults).
      evaluation_master: target of the sessions that measure.
      master: target of the sessions that train.
      cluster: a `TPUClusterResolver`, or None.
      **kwargs: arguments of `tf.estimator.RunConfig`.

    Raises:
      ValueError: both a cluster and an address are given.
    """

    def __init__(
        self, tpu_config=None, evaluation_master=None, master=None, cluster=None, **kwargs
    ):
        super().__init__(**kwargs)
        if cluster is not None and (master is not None or evaluation_master is not None):
            raise ValueError("cluster says the addresses: master must not be given with it")
        self._tpu_config = TPUConfig() if tpu_config is None else tpu_config
        self._cluster = cluster
        if master is not None:
            self._master = master
        self._evaluation_master = self._master if evaluation_master is None else evaluation_master

    @property
    def tpu_config(self):
        """The `TPUConfig`."""
        return self._tpu_config

    @property
    def cluster(self):
        """The `TPUClusterResolver`, or None."""
        return self._cluster

    @property
    def evaluation_master(self):
        """Target of sessions that measure and predict."""
        return self._evaluation_master

    def replace(self, **kwargs):
        """A copy with some values changed.

        Args:
          **kwargs: the values, by the constructor's names; `tpu_config` among them.

        Returns:
          A `TPURunConfig`.

        Raises:
          ValueError: there is no such value, or it cannot be changed.
        """
        tpu_config = kwargs.pop("tpu_config", self._tpu_config)
        new = super().replace(**kwargs)
        new._tpu_config = tpu_config
        return new


TPURunConfig.__name__ = TPURunConfig.__qualname__ = "RunConfig"


class TPUClusterResolver:
    """Finds a TPU by its name. There are none here: only one without a name can be made.

    Args:
      tpu: the name; None, `""` or `"local"` for no TPU.
      zone: accepted.
      project: accepted.
      job_name: accepted.
      coordinator_name: accepted.
      coordinator_address: accepted.
      credentials: accepted.
      service: accepted.
      discovery_url: accepted.

    Raises:
      NotImplementedError: a TPU is named.
    """

    def __init__(
        self,
        tpu=None,
        zone=None,
        project=None,
        job_name="worker",
        coordinator_name=None,
        coordinator_address=None,
        credentials="default",
        service=None,
        discovery_url=None,
    ):
        if tpu not in (None, "", "local"):
            raise NotImplementedError(f"TPUClusterResolver({tpu!r}): {NO_TPU}.")

    def master(self, task_type=None, task_id=None, rpc_layer=None):
        """The target of sessions: this process.

        Args:
          task_type: accepted.
          task_id: accepted.
          rpc_layer: accepted.
        """
        return ""

    get_master = master

    def cluster_spec(self):
        """An empty `ClusterSpec`."""
        return ClusterSpec({})

    def get_job_name(self):
        """The job of TPUs."""
        return "worker"
