"""`tf.train.Server`: a task of a cluster in this process, whose variables outlive its sessions.

State: `_SERVERS` maps ports to the servers of this process, which live as long as it does.
"""

import socket
import threading

from headwater._src.cluster.cluster_spec import ClusterSpec
from headwater._src.cluster.task_resources import LOCK, ClusterPlacer, ClusterResources, TaskStore
from headwater._src.core import errors
from headwater._src.runtime.resources import Resources
from headwater._src.runtime.session import ENGINES

_SERVERS = {}
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "")


def _server_def(server_or_cluster_def, job_name, task_index, protocol, config):
    """The whole `ServerDef` of what the program said."""
    from headwater._src.core.proto import tensorflow_server_pb2

    result = tensorflow_server_pb2.ServerDef()
    kind = getattr(getattr(server_or_cluster_def, "DESCRIPTOR", None), "name", None)
    if kind == "ServerDef":
        result.MergeFromString(server_or_cluster_def.SerializeToString())
    else:
        try:
            cluster = ClusterSpec(server_or_cluster_def)
        except TypeError:
            raise TypeError(
                "Could not convert `server_or_cluster_def` to a `tf.train.ServerDef` or "
                "`tf.train.ClusterSpec`."
            ) from None
        result.cluster.CopyFrom(cluster.as_cluster_def())
    jobs = result.cluster.job
    result.job_name = job_name or result.job_name
    if not result.job_name:
        if len(jobs) != 1:
            raise ValueError("Must specify an explicit `job_name`.")
        result.job_name = jobs[0].name
    if task_index is not None:
        result.task_index = task_index
    elif kind != "ServerDef":
        job = next((j for j in jobs if j.name == result.job_name), None)
        if job is not None and len(job.tasks) != 1:
            raise ValueError("Must specify an explicit `task_index`.")
        result.task_index = next(iter(job.tasks)) if job is not None else 0
    result.protocol = protocol or result.protocol or "grpc"
    if config is not None:
        result.default_session_config.MergeFromString(config.SerializeToString())
    return result


def _host_and_port(address):
    host, _, port = address.rpartition(":")
    if not port.isdigit() or ":" not in address:
        raise errors.InvalidArgumentError(
            None, None, f'Could not parse port for local server from "{address}".'
        )
    return host, int(port)


class Server:
    """A task of a cluster, served by this process to itself.

    Sessions opened at `target` share the variables, queues and tables of the cluster's tasks, as
    long as these are servers of this process too; a node placed on a task of another process
    raises `tf.errors.UnimplementedError`. The server lives until the process ends.

    Args:
      server_or_cluster_def: a `ServerDef`, or anything `tf.train.ClusterSpec` takes.
      job_name: the job (default: the only one).
      task_index: number of the task (default: that of the only one).
      protocol: `"grpc"`.
      config: a `ConfigProto`, the default of the sessions.
      start: whether to start at once.

    Raises:
      TypeError: `server_or_cluster_def` is something else.
      ValueError: the job or task is not given and there are several.
      tf.errors.InternalError: there is no such job or task.
      tf.errors.InvalidArgumentError: the task's address has no port.
      tf.errors.UnknownError: the port is taken.
    """

    def __init__(
        self,
        server_or_cluster_def,
        job_name=None,
        task_index=None,
        protocol=None,
        config=None,
        start=True,
    ):
        self._server_def = _server_def(
            server_or_cluster_def, job_name, task_index, protocol, config
        )
        self._cluster = ClusterSpec(self._server_def.cluster)
        job, task = self._server_def.job_name, self._server_def.task_index
        if job not in self._cluster.jobs:
            raise errors.InternalError(None, None, f'Job "{job}" was not defined in cluster')
        if task not in self._cluster.task_indices(job):
            raise errors.InternalError(None, None, f'Task {task} was not defined in job "{job}"')
        self._address = self._cluster.task_address(job, task)
        self._port = self._reserve(*_host_and_port(self._address))
        self.store = TaskStore(job, task)
        self._started = False
        if start:
            self.start()

    def _reserve(self, host, port):
        """Takes the port, so that no other process can; nothing listens there."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError as error:
            self._socket.close()
            raise errors.UnknownError(
                None, None, f"Could not start gRPC server: port {port}: {error}"
            ) from None
        return self._socket.getsockname()[1]

    def start(self):
        """Starts the server, if it has not been."""
        if not self._started:
            self._started = True
            _SERVERS[self._port] = self

    def join(self):
        """Waits for ever: a server has no end of its own."""
        threading.Event().wait()

    @property
    def server_def(self):
        """What the server is, as a `ServerDef`."""
        return self._server_def

    @property
    def target(self):
        """What `tf.Session` takes to open a session here: `"grpc://localhost:<port>"`."""
        return f"grpc://localhost:{self._port}"

    @staticmethod
    def create_local_server(config=None, start=True):
        """A server of a cluster of its own, at a free port.

        Args:
          config: a `ConfigProto`.
          start: whether to start at once.

        Returns:
          The `Server`.
        """
        return Server({"localhost": ["localhost:0"]}, protocol="grpc", config=config, start=start)

    def store_of(self, job, task):
        """The `TaskStore` of a task of the cluster; None when it is in another process.

        Args:
          job: name of the job.
          task: number of the task.
        """
        if (job, task) == (self.store.job, self.store.task):
            return self.store
        host, port = _host_and_port(self._cluster.task_address(job, task))
        found = _SERVERS.get(port) if _is_here(host) else None
        return found.store if found is not None else None

    def tasks(self):
        """All tasks of the cluster, as `(job, number)`."""
        return [
            (job, task) for job in self._cluster.jobs for task in self._cluster.task_indices(job)
        ]


def _is_here(host):
    return host in _LOCAL_HOSTS or host == socket.gethostname()


class _Engine:
    """Opens sessions at the servers of this process."""

    def find(self, target, config):
        """The server at a target."""
        host, port = _host_and_port(target.partition("://")[2])
        server = _SERVERS.get(port) if _is_here(host) else None
        if server is not None:
            return server
        text = (
            f"there is no tf.train.Server at {target!r} in this process, and headwater does not "
            "connect to other processes yet"
        )
        if config is not None and config.operation_timeout_in_ms:
            raise errors.DeadlineExceededError(None, None, text)
        raise errors.UnimplementedError(None, None, text)

    def open(self, target, config):
        """The state and the devices of a session at a target.

        Args:
          target: `"grpc://host:port"`.
          config: a `ConfigProto`, or None for the server's.

        Returns:
          `(Resources, Placer)`.

        Raises:
          tf.errors.UnimplementedError: there is no such server in this process.
        """
        server = self.find(target, config)
        if config is None:
            config = server.server_def.default_session_config
        isolated = config.isolate_session_state
        resources = Resources() if isolated else ClusterResources(server)
        return resources, ClusterPlacer(server, config)

    def reset(self, target, containers, config):
        """Forgets what the cluster's tasks in this process keep.

        Args:
          target: `"grpc://host:port"`.
          containers: names of containers; None for all.
          config: a `ConfigProto`.
        """
        server = self.find(target, config)
        for job, task in server.tasks():
            store = server.store_of(job, task)
            if store is not None:
                with LOCK:
                    store.clear(containers)


ENGINES["grpc"] = _Engine()
