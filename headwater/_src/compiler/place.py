"""Which device a node runs on: its device string against the devices there are.

State: whether programs that name GPUs shall run where there are none, see `gpus_optional`.
"""

import contextlib
import sys

from headwater._src.compiler import devices as devices_lib
from headwater._src.compiler.devices import DeviceAttributes
from headwater._src.core import errors
from headwater._src.core.device import DeviceSpec
from headwater._src.graph.blame import node_error

DEFAULT = "xla"

_gpus_optional = False
_noticed = False


@contextlib.contextmanager
def gpus_optional():
    """While the context is open, nodes asked onto a GPU run on the CPU of a machine without GPUs.

    That is `allow_soft_placement` for all sessions, but for missing GPUs only.  The first such node
    of the process is announced by a line on stderr, unless its session's config allows it anyway.
    """
    global _gpus_optional
    before, _gpus_optional = _gpus_optional, True
    try:
        yield
    finally:
        _gpus_optional = before


def _notice(device):
    """Says, once, that a program gets the CPU for a GPU."""
    global _noticed
    if not _noticed:
        _noticed = True
        print(
            f"headwater: this machine has no GPU; what the program puts on {device}, or on "
            "another GPU, runs on the CPU",
            file=sys.stderr,
        )


class Placer:
    """Decides devices for one session; called with a node, gives the name of the place it runs in.

    CPU devices are all one place. A GPU is looked for only when a node asks for one.
    """

    def __init__(self, config=None):
        devices_lib.prepare(config)
        self._config = config
        self._logged = set() if config is not None and config.log_device_placement else None
        self._soft = bool(config is not None and config.allow_soft_placement)
        self._cpus = 1
        if config is not None and "CPU" in config.device_count:
            self._cpus = max(1, config.device_count["CPU"])
        self._memo = {"": DEFAULT}

    def __call__(self, node):
        device = node.device
        found = self._memo.get(device)
        if found is None:
            found = self._memo[device] = self._resolve(device, node)
        return found

    def _resolve(self, device, node):
        spec = DeviceSpec.from_string(device)
        kind, index = (spec.device_type or "").upper(), spec.device_index or 0
        known = self._job_is_local(spec)
        if known and (not kind or kind == "CPU" and index < self._cpus):
            return DEFAULT if not kind else "cpu" if self._has_gpu() else DEFAULT
        if known and kind == "GPU" and index < self._gpus():
            return f"gpu:{index}"
        if self._soft and known:
            return DEFAULT
        if _gpus_optional and known and kind == "GPU" and not devices_lib.count_gpus():
            _notice(device)
            return DEFAULT
        names = ", ".join(d.name for d in self.devices())
        raise node_error(
            errors.InvalidArgumentError,
            node,
            f"Cannot assign a device for operation {node.name}: {{{{node {node.name}}}}} was "
            f"explicitly assigned to "
            f"{device} but available devices are [ {names} ]. Make sure the device specification "
            f"refers to a "
            "valid device, or allow soft placement: tf.ConfigProto(allow_soft_placement=True).",
        )

    @staticmethod
    def _job_is_local(spec):
        return spec.job in (None, "localhost", "local") and not spec.replica and not spec.task

    def _has_gpu(self):
        return devices_lib.started() and self._gpus() > 0

    def _gpus(self):
        return devices_lib.count_gpus(self._config)

    def devices(self):
        """The devices of this session as `DeviceAttributes`."""
        found = [
            DeviceAttributes(
                devices_lib.cpu_name(i),
                "CPU",
                devices_lib.CPU_MEMORY,
                devices_lib.incarnation("CPU", i),
            )
            for i in range(self._cpus)
        ]
        if self._has_gpu():
            found += [
                DeviceAttributes(
                    f"{devices_lib.PREFIX}/device:GPU:{i}",
                    "GPU",
                    devices_lib.gpu_memory(i),
                    devices_lib.incarnation("GPU", i),
                )
                for i in range(self._gpus())
            ]
        return found

    def log(self, nodes):
        """Writes where `nodes` run to stderr, each once, if the session's config asks for it."""
        if self._logged is None:
            return
        for node in nodes:
            if node not in self._logged:
                self._logged.add(node)
                print(
                    f"{node.name}: ({node.type}): {devices_lib.full_name(self(node))}",
                    file=sys.stderr,
                )
