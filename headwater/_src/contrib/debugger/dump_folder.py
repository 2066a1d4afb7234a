"""The folder of a step: writing one, and `DebugDumpDir`, which reads it."""

import collections
import json
import os
import time

from headwater._src.contrib.debugger import dumps

_CORE, _FETCHES, _FEEDS, _GRAPH = (
    f"_tfdbg_{what}" for what in ("core_metadata_", "fetches_info_", "feed_keys_info_", "graph_")
)

CoreMetadata = collections.namedtuple(
    "CoreMetadata",
    "global_step session_run_index executor_step_index input_names output_names target_nodes",
)


def write_step(root, index, tree, feeds, nodes, tensors, values):
    """Writes all there is to know of a step.

    Args:
      root: its folder.
      index: its number in the session.
      tree: the `FetchTree` of what it was asked for.
      feeds: names of what it was fed.
      nodes: the `Operation`s that ran.
      tensors: the watched `Tensor`s.
      values: their values.
    """
    now = int(time.time() * 1e6)
    core = {
        "global_step": -1,
        "session_run_index": index,
        "executor_step_index": index,
        "input_names": feeds,
        "output_names": [tensor.name for tensor in tree.tensors],
        "target_nodes": [node.name for node in tree.targets],
    }
    path = os.path.join(root, f"{_CORE}sessionrun{index:014d}_{now}")
    dumps.write_event(path, now, log_message={"message": json.dumps(core)})
    for name, text in ((_FETCHES, core["output_names"] + core["target_nodes"]), (_FEEDS, feeds)):
        dumps.write_event(os.path.join(root, name), now, log_message={"message": repr(text)})
    graph = _graph_of(nodes, tensors).SerializeToString()
    path = os.path.join(dumps.folder_of_device(root), f"{_GRAPH}hash{index}_{now}")
    dumps.write_event(path, now, graph_def=graph)
    for i, (tensor, value) in enumerate(zip(tensors, values, strict=True)):
        dumps.write_tensor(root, tensor, value, now + 1 + i)


def _graph_of(nodes, tensors):
    from headwater._src.core.proto import graph_pb2

    graph = graph_pb2.GraphDef()
    there = {}
    for node in (*nodes, *(tensor.op for tensor in tensors)):
        there[node.name] = node
    for node in there.values():
        copy = graph.node.add()
        copy.CopyFrom(node.node_def)
        copy.device = dumps.DEVICE
        # What was cut off, because it was fed, is not there.
        kept = [name for name in copy.input if name.lstrip("^").partition(":")[0] in there]
        del copy.input[:]
        copy.input.extend(kept)
    return graph


class DebugDumpDir:
    """The watched tensors of a step, from its folder."""

    def __init__(self, dump_root, partition_graphs=None, validate=True):
        """Reads what is there; values are read when they are asked for.

        Args:
          dump_root: the folder.
          partition_graphs: list of `GraphDef`s to use instead of the folder's.
          validate: accepted.

        Raises:
          IOError: there is no such folder.
        """
        if not os.path.isdir(dump_root):
            raise OSError(f"Dump root directory {dump_root} does not exist")
        self._root = dump_root
        found = []
        for folder, _, files in os.walk(dump_root):
            within = os.path.relpath(folder, dump_root)
            for file in files:
                if within != "." and not file.startswith("_tfdbg_"):
                    found.append(dumps.DebugTensorDatum(dump_root, os.path.join(within, file)))
        self._data = sorted(found, key=lambda datum: (datum.timestamp, datum.tensor_name))
        self._graphs = list(partition_graphs or self._read_graphs())
        self._nodes = {node.name: node for graph in self._graphs for node in graph.node}
        self._python_graph = None

    def _read(self, start, folder=""):
        """The events of files whose names begin like this."""
        from headwater._src.core.proto import event_pb2

        folder = os.path.join(self._root, folder)
        for file in sorted(os.listdir(folder)):
            if file.startswith(start):
                with open(os.path.join(folder, file), "rb") as stream:
                    yield event_pb2.Event.FromString(stream.read())

    def _read_graphs(self):
        from headwater._src.core.proto import graph_pb2

        for folder in sorted(os.listdir(self._root)):
            if folder.startswith(dumps.FOLDER_OF_DEVICE):
                for event in self._read(_GRAPH, folder):
                    yield graph_pb2.GraphDef.FromString(event.graph_def)

    # -- the step --------------------------------------------------------------------------------

    @property
    def core_metadata(self):
        """What the step was asked for and fed, by names; a list when there are several steps."""
        made = [CoreMetadata(**json.loads(e.log_message.message)) for e in self._read(_CORE)]
        return made[0] if len(made) == 1 else made

    @property
    def run_fetches_info(self):
        """What the step was asked for, as text."""
        return next((event.log_message.message for event in self._read(_FETCHES)), None)

    @property
    def run_feed_keys_info(self):
        """What the step was fed, as text."""
        return next((event.log_message.message for event in self._read(_FEEDS)), None)

    @property
    def dumped_tensor_data(self):
        """The `DebugTensorDatum`s, in the order of their timestamps."""
        return self._data

    @property
    def size(self):
        """How many there are."""
        return len(self._data)

    @property
    def t0(self):
        """The first timestamp, or None."""
        return self._data[0].timestamp if self._data else None

    def devices(self):
        """The names of the devices."""
        return sorted({datum.device_name for datum in self._data})

    # -- tensors ---------------------------------------------------------------------------------

    def find(self, predicate, first_n=0, device_name=None, exclude_node_names=None):
        """The tensors that a function says yes to.

        Args:
          predicate: function of a `DebugTensorDatum` and its value, such as `has_inf_or_nan`.
          first_n: how many to look for at most; 0 for all.
          device_name: of this device only.
          exclude_node_names: pattern of nodes to pass over.

        Returns:
          List of `DebugTensorDatum`s.
        """
        import re

        found = []
        for datum in self._data:
            if device_name is not None and datum.device_name != device_name:
                continue
            if exclude_node_names and re.match(exclude_node_names, datum.node_name):
                continue
            if predicate(datum, datum.get_tensor()):
                found.append(datum)
                if first_n and len(found) >= first_n:
                    break
        return found

    def watch_key_to_data(self, debug_watch_key, device_name=None):
        """The data of a watch.

        Args:
          debug_watch_key: such as `"dense/kernel:0:DebugIdentity"`.
          device_name: of this device only.

        Returns:
          List of `DebugTensorDatum`s.
        """
        return [
            datum
            for datum in self._data
            if datum.watch_key == debug_watch_key and device_name in (None, datum.device_name)
        ]

    def debug_watch_keys(self, node_name, device_name=None):
        """The watches of a node.

        Args:
          node_name: the node.
          device_name: of this device only.

        Returns:
          List of strings.
        """
        keys = {datum.watch_key for datum in self._data if datum.node_name == node_name}
        return sorted(key for key in keys if self.watch_key_to_data(key, device_name))

    def _of(self, node_name, output_slot, debug_op, device_name):
        key = f"{node_name}:{output_slot}:{debug_op}"
        found = self.watch_key_to_data(key, device_name)
        if not found:
            raise KeyError(f'Watch key "{key}" does not exist in the debug dump')
        return found

    def get_tensors(self, node_name, output_slot, debug_op, device_name=None):
        """The values of a tensor.

        Args:
          node_name: its node.
          output_slot: which output.
          debug_op: `"DebugIdentity"`.
          device_name: of this device only.

        Returns:
          List of arrays.

        Raises:
          KeyError: it was not watched.
        """
        found = self._of(node_name, output_slot, debug_op, device_name)
        return [datum.get_tensor() for datum in found]

    def get_tensor_file_paths(self, node_name, output_slot, debug_op, device_name=None):
        """The files of a tensor; see `get_tensors`.

        Args:
          node_name: its node.
          output_slot: which output.
          debug_op: `"DebugIdentity"`.
          device_name: of this device only.
        """
        return [
            datum.file_path for datum in self._of(node_name, output_slot, debug_op, device_name)
        ]

    def get_rel_timestamps(self, node_name, output_slot, debug_op, device_name=None):
        """Microseconds since the first tensor of all; see `get_tensors`.

        Args:
          node_name: its node.
          output_slot: which output.
          debug_op: `"DebugIdentity"`.
          device_name: of this device only.
        """
        found = self._of(node_name, output_slot, debug_op, device_name)
        return [datum.timestamp - self.t0 for datum in found]

    # -- nodes -----------------------------------------------------------------------------------

    def partition_graphs(self):
        """The graphs of what ran, a list of `GraphDef`s."""
        return self._graphs

    def nodes(self, device_name=None):
        """The names of all nodes that ran.

        Args:
          device_name: of this device only.
        """
        return [n.name for n in self._nodes.values() if device_name in (None, n.device)]

    def node_exists(self, node_name, device_name=None):
        """Whether a node ran.

        Args:
          node_name: its name.
          device_name: on this device.
        """
        return node_name in self.nodes(device_name)

    def _node(self, name):
        if name not in self._nodes:
            raise ValueError(f"Node '{name}' does not exist in partition graphs.")
        return self._nodes[name]

    def node_op_type(self, node_name, device_name=None):
        """The type of a node's op.

        Args:
          node_name: the node.
          device_name: accepted.
        """
        return self._node(node_name).op

    def node_attributes(self, node_name, device_name=None):
        """A node's attrs.

        Args:
          node_name: the node.
          device_name: accepted.
        """
        return self._node(node_name).attr

    def node_device(self, node_name):
        """The device of a node.

        Args:
          node_name: the node.
        """
        return self._node(node_name).device

    def node_inputs(self, node_name, is_control=False, device_name=None):
        """The names of a node's inputs.

        Args:
          node_name: the node.
          is_control: those that it only waits for.
          device_name: accepted.
        """
        names = [n for n in self._node(node_name).input if n.startswith("^") == is_control]
        return [n.lstrip("^").partition(":")[0] for n in names]

    def node_recipients(self, node_name, is_control=False, device_name=None):
        """The names of the nodes that use a node.

        Args:
          node_name: the node.
          is_control: those that only wait for it.
          device_name: accepted.
        """
        self._node(node_name)
        return [name for name in self._nodes if node_name in self.node_inputs(name, is_control)]

    @property
    def python_graph(self):
        """The `Graph` that was set, or None."""
        return self._python_graph

    def set_python_graph(self, python_graph):
        """Says which `Graph` the step was of.

        Args:
          python_graph: the `Graph`.
        """
        self._python_graph = python_graph

    def node_traceback(self, element_name):
        """Where the program made a node.

        Args:
          element_name: name of the node, or of one of its tensors.

        Raises:
          LookupError: no `Graph` was set.
        """
        if self._python_graph is None:
            raise LookupError("Python graph is not available for traceback lookup")
        return self._python_graph.get_operation_by_name(element_name.partition(":")[0]).traceback
