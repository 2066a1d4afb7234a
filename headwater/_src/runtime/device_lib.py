"""The machine's devices as protos."""

from headwater._src.compiler import devices
from headwater._src.core.proto import device_attributes_pb2


def list_local_devices(session_config=None):
    """The devices that a session in this process can use; starts XLA, to see whether there are
    GPUs.

    Args:
      session_config: a `ConfigProto`; its `device_count` says how many CPU devices there are.

    Returns:
      A list of `DeviceAttributes` protos, named `/device:CPU:0`, `/device:GPU:0` and so on.

    Raises:
      TypeError: `session_config` is something else.
    """
    if session_config is not None and not hasattr(session_config, "device_count"):
        raise TypeError(f"session_config must be a tf.ConfigProto, but got {type(session_config)}")
    cpus = 1
    if session_config is not None and "CPU" in session_config.device_count:
        cpus = max(1, session_config.device_count["CPU"])
    result = [_attributes("CPU", i, devices.CPU_MEMORY) for i in range(cpus)]
    for i in range(devices.count_gpus(session_config)):
        result.append(_attributes("GPU", i, devices.gpu_memory(i)))
        result[-1].physical_device_desc = devices.gpu_description(i)
        result[-1].locality.bus_id = 1
    return result


def _attributes(kind, index, memory):
    proto = device_attributes_pb2.DeviceAttributes(
        name=f"/device:{kind}:{index}",
        device_type=kind,
        memory_limit=memory,
        incarnation=devices.incarnation(kind, index),
    )
    proto.locality.SetInParent()
    return proto
