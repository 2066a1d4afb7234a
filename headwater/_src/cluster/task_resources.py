"""What the tasks of a cluster keep, and how a session gets at it.

All tasks are in this process. A variable is kept by the task that its node's device names, else by
that of the server the session was opened at. One lock serves all of them, for a step may update
variables of several tasks and is stored as a whole.
"""

import threading

from headwater._src.compiler.devices import CPU_MEMORY, DeviceAttributes, incarnation
from headwater._src.compiler.place import Placer
from headwater._src.core import errors
from headwater._src.core.device import DeviceSpec
from headwater._src.graph.blame import node_error
from headwater._src.runtime.resources import Resources

LOCK = threading.RLock()


class TaskStore:
    """The variables and host objects of one task.

    Args:
      job: name of the job.
      task: number of the task.
    """

    def __init__(self, job, task):
        self.job, self.task = job, task
        self.variables, self.objects = {}, {}
        self.objects_lock = threading.Lock()

    def clear(self, containers):
        """Forgets the variables and objects of some containers.

        Args:
          containers: their names; None for all.
        """
        with self.objects_lock:
            for kept, place in ((self.variables, 0), (self.objects, 1)):
                for key in list(kept):
                    if not containers or key[place] in containers:
                        closed = getattr(kept.pop(key), "close", None)
                        if callable(closed):
                            closed()


class _TaskResources(Resources):
    """One task's part of a session's state."""

    def __init__(self, session, store):
        super().__init__()
        self._session = session
        self.lock, self.randoms = session.lock, session.randoms
        self.variables, self.objects = store.variables, store.objects
        self._objects_lock = store.objects_lock

    def wait(self, condition, ready, what, until=None):
        """Waits as a part of the session, which may be closed meanwhile."""
        self._session.wait(condition, ready, what, until)


class ClusterResources(Resources):
    """The state of a session at a server: random states of its own, all else of the tasks.

    Args:
      server: the `Server`.
    """

    def __init__(self, server):
        super().__init__()
        self.lock = LOCK
        self._server = server
        self._views = {}
        self._own = self._view(server.store.job, server.store.task)
        self.variables, self.objects = server.store.variables, server.store.objects

    def at(self, node):
        """The part of the task that a node is placed on.

        Args:
          node: an `Operation`.
        """
        if not node.device:
            return self._own
        spec = DeviceSpec.from_string(node.device)
        if spec.job is None:
            return self._own
        return self._view(spec.job, spec.task or 0)

    def _view(self, job, task):
        view = self._views.get((job, task))
        if view is None:
            store = self._server.store_of(job, task)
            view = self._views.setdefault((job, task), _TaskResources(self, store))
        return view

    def wait(self, condition, ready, what, until=None):
        """Waits until `ready()`; whoever still waits when the session is closed is cancelled."""
        try:
            super().wait(condition, ready, what, until)
        except errors.CancelledError:
            text = f"{what} was cancelled by an explicit call to `Session::Close()`."
            raise errors.CancelledError(None, None, text) from None

    def clear(self):
        """Cancels who waits; what the tasks keep stays."""
        self.cancel()
        self.randoms.clear()


class ClusterPlacer(Placer):
    """Places nodes on the tasks of a cluster, all of which share this process's devices.

    Args:
      server: the `Server`.
      config: a `ConfigProto`.
    """

    def __init__(self, server, config):
        super().__init__(config)
        self._server = server

    def _resolve(self, device, node):
        spec = DeviceSpec.from_string(device)
        job, task = spec.job, spec.task or 0
        if job is not None and (job, task) in self._server.tasks():
            if self._server.store_of(job, task) is None:
                raise node_error(
                    errors.UnimplementedError,
                    node,
                    f"{node.name} is placed on /job:{job}/task:{task}, which is no tf.train.Server "
                    "of this process; headwater does not connect to other processes yet",
                )
        return super()._resolve(device, node)

    def _job_is_local(self, spec):
        if spec.replica:
            return False
        return spec.job is None or (spec.job, spec.task or 0) in self._server.tasks()

    def devices(self):
        """The CPU of each task, as `DeviceAttributes`."""
        return [
            DeviceAttributes(
                f"/job:{job}/replica:0/task:{task}/device:CPU:{i}",
                "CPU",
                CPU_MEMORY,
                incarnation("CPU", i),
            )
            for job, task in self._server.tasks()
            for i in range(self._cpus)
        ]
