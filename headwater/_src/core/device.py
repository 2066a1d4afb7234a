"""Device names: `/job:worker/replica:0/task:1/device:GPU:0` and their parts.

Any part may be missing.  Nested device scopes are merged part by part, the innermost first.
"""


class DeviceSpec:
    """The parts of a device name, each of which may be unspecified (None).

    They are attributes too, and can be set.

    Args:
      job: name of the job, such as `"ps"`.
      replica: index of the replica.
      task: index of the task within the job.
      device_type: `"CPU"`, `"GPU"` (always in capitals), ...
      device_index: number of the device of that type; None is written `*`.
    """

    __slots__ = ("_device_index", "_device_type", "_job", "_replica", "_task")

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self.job = job
        self.replica = replica
        self.task = task
        self.device_type = device_type
        self.device_index = device_index

    @property
    def job(self):
        """Name of the job, or None."""
        return self._job

    @job.setter
    def job(self, job):
        self._job = None if job is None else str(job)

    @property
    def replica(self):
        """Index of the replica, or None."""
        return self._replica

    @replica.setter
    def replica(self, replica):
        self._replica = None if replica is None else int(replica)

    @property
    def task(self):
        """Index of the task, or None."""
        return self._task

    @task.setter
    def task(self, task):
        self._task = None if task is None else int(task)

    @property
    def device_type(self):
        """Type of the device, or None."""
        return self._device_type

    @device_type.setter
    def device_type(self, device_type):
        if device_type is not None:
            device_type = str(device_type)
            if device_type.upper() in ("CPU", "GPU"):
                device_type = device_type.upper()
        self._device_type = device_type

    @property
    def device_index(self):
        """Number of the device, or None."""
        return self._device_index

    @device_index.setter
    def device_index(self, device_index):
        self._device_index = None if device_index is None else int(device_index)

    @classmethod
    def from_string(cls, spec):
        """The `DeviceSpec` that `spec`, such as `"/job:ps/task:0/cpu:0"`, describes."""
        return cls().parse_from_string(spec)

    def parse_from_string(self, spec):
        """Replaces all parts by those of `spec`.

        Args:
          spec: a device name; both `/gpu:0` and `/device:GPU:0` are understood.

        Returns:
          `self`.

        Raises:
          ValueError: if `spec` is not a device name.
        """
        self.__init__()  # type: ignore[misc]  # forget what it was
        for part in spec.split("/"):
            if part:
                self._parse_part(part, spec)
        return self

    def _parse_part(self, part, spec):
        key, *rest = part.split(":")
        if key in ("job", "replica", "task") and len(rest) == 1:
            setattr(self, key, rest[0])
            return
        if key == "device" and len(rest) in (1, 2):
            kind, index = rest[0], rest[1:]
        elif key.upper() in ("CPU", "GPU", "TPU", "XLA_CPU", "XLA_GPU") and len(rest) <= 1:
            kind, index = key.upper(), rest
        else:
            raise ValueError(
                f"Unknown attribute '{key}' is encountered while parsing the device spec: '{spec}'."
            )
        if self._device_type is not None:
            raise ValueError(
                f"Multiple device types are not allowed while parsing the device spec: {spec}."
            )
        self.device_type = kind
        self.device_index = index[0] if index and index[0] != "*" else None

    def merge_from(self, dev):
        """Overwrites every part that `dev`, another `DeviceSpec`, specifies."""
        for part in DeviceSpec.__slots__:
            value = getattr(dev, part)
            if value is not None:
                setattr(self, part, value)

    def make_merged_spec(self, dev):
        """A new `DeviceSpec`: this one, with every part that `dev` specifies taken from `dev`."""
        merged = DeviceSpec()
        merged.merge_from(self)
        merged.merge_from(dev)
        return merged

    def replace(self, **parts):
        """A new `DeviceSpec` with the given parts changed."""
        merged = self.make_merged_spec(DeviceSpec())
        for part, value in parts.items():
            if f"_{part}" not in DeviceSpec.__slots__:
                raise TypeError(f"DeviceSpec has no part '{part}'")
            setattr(merged, part, value)
        return merged

    def to_string(self):
        """The device name, such as `"/job:ps/task:0/device:CPU:*"`; empty if nothing is known."""
        name = ""
        if self._job is not None:
            name += f"/job:{self._job}"
        if self._replica is not None:
            name += f"/replica:{self._replica}"
        if self._task is not None:
            name += f"/task:{self._task}"
        if self._device_type is not None:
            index = "*" if self._device_index is None else self._device_index
            name += f"/device:{self._device_type}:{index}"
        return name

    def _key(self):
        return tuple(getattr(self, part) for part in DeviceSpec.__slots__)

    def __eq__(self, other):
        if not isinstance(other, DeviceSpec):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def __repr__(self):
        return (
            f"<DeviceSpec(job={self._job}, replica={self._replica}, task={self._task}, "
            f"device_type={self._device_type}, device_index={self._device_index})>"
        )


def canonical_name(device):
    """The full spelling of a device: `""` for None, `"/device:CPU:0"` for `"/cpu:0"`.

    Args:
      device: None, a device name or a `DeviceSpec`.

    Returns:
      `str`.

    Raises:
      ValueError: if `device` is not a device name.
    """
    if device is None:
        return ""
    if isinstance(device, DeviceSpec):
        return device.to_string()
    return DeviceSpec.from_string(device).to_string()


def check_valid(spec):
    """Raises `ValueError` unless `spec` is a device name."""
    DeviceSpec.from_string(spec)


_MERGERS = {}


def merge_device(spec):
    """A device function that fills in, from `spec`, what a node's device leaves open.

    Args:
      spec: None, a device name or a `DeviceSpec`.

    Returns:
      A function that takes a node (anything with `device`) or a device name, and returns the name
      of the merged device.  The parts that the node has already win, because device scopes are
      applied from the innermost outwards.

    Raises:
      ValueError: if `spec` is not a device name.
    """
    name = canonical_name(spec)
    merger = _MERGERS.get(name)
    if merger is None:
        outer = DeviceSpec.from_string(name)

        def merger(node):
            inner = node if node is None or isinstance(node, str) else node.device
            if not inner:
                return name
            return outer.make_merged_spec(DeviceSpec.from_string(inner)).to_string()

        _MERGERS[name] = merger
    return merger
