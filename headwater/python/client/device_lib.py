"""The machine's devices."""

from headwater._src.runtime.device_lib import list_local_devices as list_local_devices
