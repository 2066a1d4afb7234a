"""One watched tensor of one step, in a file."""

import os
import re

import numpy as np

from headwater._src.core.tensor_proto import make_ndarray, make_tensor_proto

DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"
FOLDER_OF_DEVICE = "_tfdbg_device_"
_FILE = re.compile(r"(?P<node>.+)_(?P<slot>\d+)_(?P<op>Debug\w+?)_(?P<time>\d+)$")


def folder_of_device(root):
    """The folder of one device's tensors, below that of a step."""
    return os.path.join(root, FOLDER_OF_DEVICE + DEVICE.replace("/", ",").replace(":", "_"))


def write_event(path, timestamp, **fields):
    """Writes one `Event`.

    Args:
      path: of the file; its folder is made.
      timestamp: microseconds.
      **fields: the event's fields.
    """
    from headwater._src.core.proto import event_pb2

    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(event_pb2.Event(wall_time=timestamp, **fields).SerializeToString())


def write_tensor(root, tensor, value, timestamp):
    """Writes the value of a tensor.

    Args:
      root: the folder of the step.
      tensor: the `Tensor`.
      value: its value, an array.
      timestamp: microseconds.
    """
    from headwater._src.core.proto import summary_pb2

    node, slot = tensor.op.name, tensor.value_index
    summary = summary_pb2.Summary()
    entry = summary.value.add(tag=node, node_name=f"{node}:{slot}:DebugIdentity")
    entry.tensor.CopyFrom(_proto(np.asarray(value), tensor.dtype.base_dtype))
    name = f"{node}_{slot}_DebugIdentity_{timestamp}"
    write_event(os.path.join(folder_of_device(root), name), timestamp, summary=summary)


def _proto(value, dtype):
    """A `TensorProto` that holds numbers as bytes: TensorFlow's tools look for them there."""
    proto = make_tensor_proto(value, dtype)
    if dtype.name != "string" and value.size:
        content, shape = value.tobytes(), proto.tensor_shape
        proto = type(proto)(dtype=proto.dtype, tensor_shape=shape, tensor_content=content)
    return proto


def load_tensor_from_event(event):
    """The value in an `Event`.

    Args:
      event: the message.

    Returns:
      An array.
    """
    return make_ndarray(event.summary.value[0].tensor)


def load_tensor_from_event_file(event_file_path):
    """The value in a file.

    Args:
      event_file_path: path of the file.

    Returns:
      An array.
    """
    from headwater._src.core.proto import event_pb2

    with open(event_file_path, "rb") as file:
        return load_tensor_from_event(event_pb2.Event.FromString(file.read()))


class DebugTensorDatum:
    """A watched tensor of a step; its value is read when it is asked for.

    Attributes:
      file_path: where it is.
      device_name: the device that computed it.
      node_name: its node.
      output_slot: which output of that it is.
      debug_op: `"DebugIdentity"`.
      timestamp: microseconds; earlier for what was computed earlier.
    """

    def __init__(self, dump_root, debug_dump_rel_path):
        """Takes a file's name apart.

        Args:
          dump_root: the folder of the step.
          debug_dump_rel_path: the file's path in that.

        Raises:
          ValueError: the file is not called like that of a tensor.
        """
        self.file_path = os.path.join(dump_root, debug_dump_rel_path)
        device, _, rest = debug_dump_rel_path.replace(os.sep, "/").partition("/")
        found = _FILE.match(rest)
        if found is None or not device.startswith(FOLDER_OF_DEVICE):
            raise ValueError(f"{debug_dump_rel_path!r} is not the file of a tensor")
        device = device[len(FOLDER_OF_DEVICE) :].replace(",", "/")
        device = re.sub(r"(?<=/)(job|replica|task|device)_", r"\1:", device)
        self.device_name = re.sub(r"(device:\w+)_(\d+)$", r"\1:\2", device)
        self.node_name, self.output_slot = found["node"], int(found["slot"])
        self.debug_op, self.timestamp = found["op"], int(found["time"])

    @property
    def tensor_name(self):
        """The tensor's name."""
        return f"{self.node_name}:{self.output_slot}"

    @property
    def watch_key(self):
        """The tensor's name and how it was watched."""
        return f"{self.tensor_name}:{self.debug_op}"

    @property
    def dump_size_bytes(self):
        """The size of the file."""
        return os.path.getsize(self.file_path)

    def get_tensor(self):
        """The value, an array."""
        return load_tensor_from_event_file(self.file_path)

    def __repr__(self):
        return (
            f"{{DebugTensorDatum ({self.device_name}) {self.tensor_name} @ {self.debug_op} @ "
            f"{self.timestamp}}}"
        )


def has_inf_or_nan(datum, tensor):
    """Whether a value has elements that are not finite: a filter for `DebugDumpDir.find`.

    Args:
      datum: the `DebugTensorDatum`; not looked at.
      tensor: its value.
    """
    array = np.asarray(tensor)
    return array.dtype.kind in "fcV" and not bool(np.isfinite(array.astype(complex)).all())
