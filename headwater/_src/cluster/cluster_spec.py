"""`ClusterSpec`: the jobs of a cluster and the addresses of their tasks."""


class ClusterSpec:
    """The addresses of the tasks of each job.

    >>> cluster = tf.train.ClusterSpec({"ps": ["ps0:2222"], "worker": ["w0:2222", "w1:2222"]})
    >>> cluster.task_address("worker", 1)
    'w1:2222'

    Args:
      cluster: dict from a job's name to the list of its tasks' addresses, or to a dict from task
        numbers to them; a `ClusterDef`, or another `ClusterSpec`.

    Raises:
      TypeError: it is something else.
    """

    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            self._jobs = {job: dict(tasks) for job, tasks in cluster._jobs.items()}
        elif isinstance(cluster, dict):
            self._jobs = {_text(job): _tasks(job, tasks) for job, tasks in cluster.items()}
        elif getattr(getattr(cluster, "DESCRIPTOR", None), "name", None) == "ClusterDef":
            self._jobs = {job.name: dict(job.tasks.items()) for job in cluster.job}
        else:
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network "
                "addresses, or a `ClusterDef` protocol buffer"
            )
        self._jobs = {job: dict(sorted(tasks.items())) for job, tasks in sorted(self._jobs.items())}

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        if isinstance(other, ClusterSpec):
            return self._jobs == other._jobs
        try:
            return self._jobs == ClusterSpec(other)._jobs
        except (TypeError, ValueError):
            return NotImplemented

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        return f"ClusterSpec({self.as_dict()})"

    def as_dict(self):
        """A dict from each job's name to its addresses: a list, or a dict where numbers are missing."""
        return {
            job: list(tasks.values()) if list(tasks) == list(range(len(tasks))) else dict(tasks)
            for job, tasks in self._jobs.items()
        }

    def as_cluster_def(self):
        """The cluster as a `ClusterDef`."""
        from headwater._src.core.proto import cluster_pb2

        result = cluster_pb2.ClusterDef()
        for job, tasks in self._jobs.items():
            entry = result.job.add(name=job)
            for index, address in tasks.items():
                entry.tasks[index] = address
        return result

    @property
    def jobs(self):
        """The names of the jobs."""
        return list(self._jobs)

    def _job(self, job_name):
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}")
        return self._jobs[job_name]

    def num_tasks(self, job_name):
        """How many tasks a job has.

        Args:
          job_name: the job.

        Raises:
          ValueError: there is no such job.
        """
        return len(self._job(job_name))

    def task_indices(self, job_name):
        """The numbers of a job's tasks.

        Args:
          job_name: the job.

        Raises:
          ValueError: there is no such job.
        """
        return list(self._job(job_name))

    def task_address(self, job_name, task_index):
        """The address of a task.

        Args:
          job_name: the job.
          task_index: number of the task.

        Raises:
          ValueError: there is no such job or task.
        """
        try:
            return self._job(job_name)[task_index]
        except KeyError:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}") from None

    def job_tasks(self, job_name):
        """The addresses of a job's tasks, with None for numbers that are missing.

        Args:
          job_name: the job.

        Raises:
          ValueError: there is no such job.
        """
        tasks = self._job(job_name)
        return [tasks.get(index) for index in range(max(tasks, default=-1) + 1)]


def _tasks(job, tasks):
    if isinstance(tasks, (list, tuple)):
        tasks = dict(enumerate(tasks))
    elif not isinstance(tasks, dict):
        raise TypeError(
            f"The tasks for job {job!r} must be a list or a dictionary from integers to strings."
        )
    return {int(index): _address(address) for index, address in tasks.items()}


def _address(address):
    if not isinstance(address, (str, bytes)):
        raise TypeError(f"Task address {address!r} must be bytes or unicode")
    return _text(address)


def _text(value):
    return value.decode() if isinstance(value, bytes) else value
