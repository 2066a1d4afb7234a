"""`replica_device_setter`: variables to the parameter servers, all else to the worker."""

from headwater._src.cluster.cluster_spec import ClusterSpec
from headwater._src.core.device import DeviceSpec

STANDARD_PS_OPS = ("Variable", "VariableV2", "AutoReloadVariable", "MutableHashTable")
STANDARD_PS_OPS += ("MutableHashTableV2", "MutableHashTableOfTensors")
STANDARD_PS_OPS += ("MutableHashTableOfTensorsV2", "MutableDenseHashTable")
STANDARD_PS_OPS += (
    "MutableDenseHashTableV2",
    "VarHandleOp",
    "BoostedTreesEnsembleResourceHandleOp",
)


class _RoundRobin:
    """Takes one task after the other.

    Args:
      num_tasks: how many there are.
    """

    def __init__(self, num_tasks):
        self._num_tasks, self._next = num_tasks, 0

    def __call__(self, op):
        task = self._next
        self._next = (task + 1) % self._num_tasks
        return task


class _ReplicaDevices:
    def __init__(self, ps_tasks, ps_device, worker_device, merge_devices, ps_ops, ps_strategy):
        self._ps_tasks, self._merge = ps_tasks, merge_devices
        self._ps, self._worker = ps_device, worker_device
        self._ps_ops, self._strategy = ps_ops, ps_strategy

    def device_function(self, op):
        """The device of a node."""
        if not self._merge and op.device:
            return op.device
        given = DeviceSpec.from_string(op.device or "")
        if self._ps_tasks and self._ps and op.type in self._ps_ops:
            spec = DeviceSpec.from_string(self._ps)
            given_job = given.job
            if given_job is None or given_job == spec.job:
                if spec.task is None:
                    spec.task = self._strategy(op)
                return spec.make_merged_spec(given).to_string()
        worker = DeviceSpec.from_string(self._worker or "")
        return worker.make_merged_spec(given).to_string()


def replica_device_setter(
    ps_tasks=0,
    ps_device="/job:ps",
    worker_device="/job:worker",
    merge_devices=True,
    cluster=None,
    ps_ops=None,
    ps_strategy=None,
):
    """A device function for a model whose variables are spread over parameter servers.

    >>> with tf.device(tf.train.replica_device_setter(cluster=cluster)):
    ...     w = tf.Variable(...)  # /job:ps/task:0
    ...     b = tf.Variable(...)  # /job:ps/task:1

    Args:
      ps_tasks: how many parameter servers there are; 0 for none.
      ps_device: their device.
      worker_device: device of everything else.
      merge_devices: whether a node's own device is completed; or else is left as it is.
      cluster: a `ClusterSpec` (or what it is made of) to take the number of servers from.
      ps_ops: list of the op types that go to the servers (default: those that hold state).
      ps_strategy: function from a node to the number of a server (default: one after the other).

    Returns:
      A function for `tf.device`; None when there are no servers.

    Raises:
      TypeError: `cluster` is no cluster, or `ps_strategy` no function.
    """
    if cluster is not None:
        spec = cluster if isinstance(cluster, ClusterSpec) else ClusterSpec(cluster)
        job = DeviceSpec.from_string(ps_device).job
        ps_tasks = len(spec.as_dict().get(job) or ())
    if ps_tasks == 0:
        return None
    if ps_strategy is None:
        ps_strategy = _RoundRobin(ps_tasks)
    if not callable(ps_strategy):
        raise TypeError("ps_strategy must be callable")
    chooser = _ReplicaDevices(
        ps_tasks,
        ps_device,
        worker_device,
        merge_devices,
        STANDARD_PS_OPS if ps_ops is None else tuple(ps_ops),
        ps_strategy,
    )
    return chooser.device_function
