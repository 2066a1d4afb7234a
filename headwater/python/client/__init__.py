"""`device_lib`: the machine's devices."""
