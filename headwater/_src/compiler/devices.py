"""The machine's devices: their names, and what has to be settled before XLA takes hold of them.

What a `ConfigProto` means here:
- `device_count["CPU"]`: how many CPU devices there are to be named; they are one XLA device.
- `device_count["GPU"]`: at most so many GPUs are used; 0 means none.
- `gpu_options`: see `prepare`.
- `intra_op_parallelism_threads`, `inter_op_parallelism_threads`, `use_per_session_threads`,
  `session_inter_op_thread_pool`: accepted. XLA's CPU thread pool belongs to the process and has a
  thread for each core of the machine, also where the process may use fewer: large sums are cut by
  that count, and so their last bits do not depend on it. `NPROC` in the environment is another one.
- `allow_soft_placement`: a node asked onto a device that is not there runs on the default one.
- `log_device_placement`: a session writes `name: (Op): device` to stderr for each node when it
  first runs.

State: environment variables that the XLA runtime reads when it starts, set by `prepare` unless
they are set already.
"""

import os
import sys

PREFIX = "/job:localhost/replica:0/task:0"
CPU_MEMORY = 256 << 20  # what TensorFlow says of every CPU


class DeviceAttributes:
    """A device of a session.

    Attributes:
      name: full device name.
      device_type: `"CPU"` or `"GPU"`.
      memory_limit_bytes: the memory it may use.
      incarnation: a number, not 0, that is another one after a restart of the process.
    """

    __slots__ = ("name", "device_type", "memory_limit_bytes", "incarnation")

    def __init__(self, name, device_type, memory_limit_bytes, incarnation):
        self.name, self.device_type = name, device_type
        self.memory_limit_bytes, self.incarnation = memory_limit_bytes, incarnation

    def __repr__(self):
        return (
            f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes}, "
            f"{self.incarnation})"
        )


def prepare(config=None):
    """Settles how XLA will use cores and GPUs; only has an effect before anything was compiled in
    this process.

    A GPU's memory is taken as it is needed, not all at once, unless the program asks for a
    fraction of it: `per_process_gpu_memory_fraction` without `allow_growth` reserves that fraction
    at the start. `visible_device_list` hides the other GPUs.

    Args:
      config: a `ConfigProto` or None.
    """
    options = config.gpu_options if config is not None else None
    fraction = options.per_process_gpu_memory_fraction if options is not None else 0.0
    if fraction and not options.allow_growth:
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "true")
        os.environ.setdefault("XLA_PYTHON_CLIENT_MEM_FRACTION", f"{fraction:.4g}")
    elif "XLA_PYTHON_CLIENT_MEM_FRACTION" not in os.environ:
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    os.environ.setdefault("NPROC", str(os.cpu_count() or 1))
    if options is not None and options.visible_device_list:
        os.environ.setdefault("JAX_CUDA_VISIBLE_DEVICES", options.visible_device_list)


def count_gpus(config=None):
    """How many GPUs a session may use; starts XLA."""
    limit = (
        config.device_count["GPU"] if config is not None and "GPU" in config.device_count else None
    )
    if limit == 0:
        return 0
    prepare(config)
    import jax

    try:
        found = len(jax.devices("gpu"))
    except RuntimeError:
        return 0
    return found if limit is None else min(found, limit)


def gpu_memory(index):
    """The bytes that XLA may use on a GPU, 0 when it does not say."""
    import jax

    stats = jax.devices("gpu")[index].memory_stats() or {}
    return int(stats.get("bytes_limit", 0))


def gpu_description(index):
    """One line about a GPU, as `device: 0, name: ..., compute capability: 9.0`."""
    import jax

    device = jax.devices("gpu")[index]
    capability = getattr(device, "compute_capability", "unknown")
    return f"device: {index}, name: {device.device_kind}, compute capability: {capability}"


def gpu_is_default():
    """Whether JAX, which must have started, computes on a GPU unless told otherwise."""
    import jax

    return jax.default_backend() == "gpu"


def started():
    """Whether XLA may already have been started; asking it for GPUs then costs little."""
    return "jax" in sys.modules


def incarnation(kind, index):
    """A number for the device that is stable in this process, and another one in the next."""
    return hash((kind, index, _BOOT)) & (1 << 63) - 1 | 1


_BOOT = os.urandom(8)


def cpu_name(index=0):
    """The full name of a CPU device."""
    return f"{PREFIX}/device:CPU:{index}"


def full_name(place):
    """The full device name of a place as `place.Placer` names it (`"gpu:1"`, `"cpu"`, `"xla"`,
    `"host"`)."""
    if place.startswith("gpu:"):
        return f"{PREFIX}/device:GPU:{place[4:]}"
    return cpu_name()
