"""Clusters for tests, and the strategies of `tf.contrib.training` for spreading variables."""

import contextlib
import socket

from headwater._src.cluster.cluster_spec import ClusterSpec
from headwater._src.cluster.server import Server


def _free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def create_local_cluster(num_workers, num_ps, protocol="grpc", worker_config=None, ps_config=None):
    """Starts the servers of a cluster in this process.

    Args:
      num_workers: how many workers.
      num_ps: how many parameter servers.
      protocol: `"grpc"`.
      worker_config: a `ConfigProto` for the workers.
      ps_config: a `ConfigProto` for the parameter servers.

    Returns:
      `(workers, parameter servers)`, lists of `tf.train.Server`s.
    """
    addresses = [f"localhost:{port}" for port in _free_ports(num_workers + num_ps)]
    cluster = ClusterSpec({"worker": addresses[:num_workers], "ps": addresses[num_workers:]})
    return tuple(
        [Server(cluster, job, i, protocol, config) for i in range(count)]
        for job, count, config in (
            ("worker", num_workers, worker_config),
            ("ps", num_ps, ps_config),
        )
    )


class GreedyLoadBalancingStrategy:
    """Gives each node to the server that has got the least so far; a `ps_strategy`.

    Args:
      num_tasks: how many servers there are.
      load_fn: function from a node to the load it is.
    """

    def __init__(self, num_tasks, load_fn):
        self._load_fn, self._loads = load_fn, [0] * num_tasks

    def __call__(self, op):
        task = self._loads.index(min(self._loads))
        self._loads[task] += self._load_fn(op)
        return task


class RandomStrategy:
    """Gives each node to a random server; a `ps_strategy`.

    Args:
      num_ps: how many servers there are.
      seed: seed of the random numbers.
    """

    def __init__(self, num_ps, seed=0):
        import random

        self._num_ps, self._random = num_ps, random.Random(seed)

    def __call__(self, op):
        return self._random.randrange(self._num_ps)


def byte_size_load_fn(op):
    """How many bytes a variable has: a `load_fn`.

    Args:
      op: an `Operation` with one output of known shape.

    Raises:
      ValueError: the shape is not known.
    """
    if len(op.outputs) != 1:
        raise ValueError(f"Op {op} must have a single output")
    output = op.outputs[0]
    attrs = op.attrs
    dtype = attrs.get("dtype") or output.dtype.base_dtype
    shape = output.get_shape() if "shape" not in attrs else attrs["shape"]
    from headwater._src.core.tensor_shape import TensorShape

    shape = TensorShape(shape)
    if not shape.is_fully_defined():
        raise ValueError(f"the shape of {op.name} is not known")
    return shape.num_elements() * dtype.size
