"""`tf.contrib.learn.RunConfig`: how and where an estimator trains."""

import json
import os

import headwater as tf
from headwater._src.core.explain import explained


class RunConfig:
    """Settings of a training; the environment's `TF_CONFIG` says which task of a cluster it is."""

    @explained(
        {},
        master="where to run; None: what `TF_CONFIG` says, else this process.",
        num_cores="number of threads; 0: as many as there are cores.",
        log_device_placement="whether devices are logged.",
        gpu_memory_fraction="share of a GPU's memory.",
        tf_random_seed="seed of the graph.",
        save_summary_steps="steps between summaries.",
        save_checkpoints_secs="seconds between checkpoints (default: 600).",
        save_checkpoints_steps="steps between checkpoints.",
        keep_checkpoint_max="how many checkpoints are kept.",
        keep_checkpoint_every_n_hours="how often one is kept for good.",
        log_step_count_steps="steps between logs of the speed.",
        protocol="recorded only.",
        evaluation_master="where evaluations run.",
        model_dir="folder of checkpoints.",
        session_config="a `ConfigProto`.",
        session_creation_timeout_secs="recorded only.",
    )
    def __init__(
        self,
        master=None,
        num_cores=0,
        log_device_placement=False,
        gpu_memory_fraction=1,
        tf_random_seed=None,
        save_summary_steps=100,
        save_checkpoints_secs=0,
        save_checkpoints_steps=None,
        keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000,
        log_step_count_steps=100,
        protocol=None,
        evaluation_master="",
        model_dir=None,
        session_config=None,
        session_creation_timeout_secs=7200,
    ):
        """Collects the settings."""
        if save_checkpoints_secs == 0:  # the default, as long as steps are not given
            save_checkpoints_secs = None if save_checkpoints_steps else 600
        self.save_checkpoints_secs, self.save_checkpoints_steps = (
            save_checkpoints_secs,
            save_checkpoints_steps,
        )
        self._read_cluster(master)
        self.evaluation_master, self.protocol = evaluation_master, protocol
        self.tf_random_seed, self.model_dir = tf_random_seed, model_dir
        self.save_summary_steps, self.log_step_count_steps = (
            save_summary_steps,
            log_step_count_steps,
        )
        self.keep_checkpoint_max = keep_checkpoint_max
        self.keep_checkpoint_every_n_hours = keep_checkpoint_every_n_hours
        self.session_config = session_config
        self.session_creation_timeout_secs = session_creation_timeout_secs
        self.tf_config = tf.ConfigProto(
            log_device_placement=log_device_placement,
            inter_op_parallelism_threads=num_cores,
            intra_op_parallelism_threads=num_cores,
        )
        self.tf_config.gpu_options.per_process_gpu_memory_fraction = gpu_memory_fraction

    def _read_cluster(self, master):
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        cluster, task = config.get("cluster", {}), config.get("task", {})
        self.cluster_spec = cluster
        self.task_type, self.task_id = task.get("type"), int(task.get("index", 0))
        self.num_ps_replicas = len(cluster.get("ps", []))
        self.num_worker_replicas = len(cluster.get("worker", [])) + len(cluster.get("master", []))
        self.is_chief = self.task_id == 0 and self.task_type in (None, "master", "worker")
        if master is None:
            hosts = cluster.get(self.task_type, [])
            master = f"grpc://{hosts[self.task_id]}" if len(hosts) > self.task_id else ""
        self.master = master

    @property
    def environment(self):
        """Where the program runs, as `TF_CONFIG` says: `"local"` or `"cloud"`."""
        return json.loads(os.environ.get("TF_CONFIG") or "{}").get("environment", "local")

    def replace(self, **kwargs):
        """The settings, with some changed.

        Args:
          **kwargs: the settings to change.

        Raises:
          ValueError: there is no such setting.
        """
        import copy

        new = copy.copy(self)
        for name, value in kwargs.items():
            if not hasattr(new, name):
                raise ValueError(f"{name} is not a setting of RunConfig")
            setattr(new, name, value)
        return new
