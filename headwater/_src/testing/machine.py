"""What tests ask about the machine and the build, and a comparison of graphs."""

from headwater._src.core.proto import graph_pb2
from headwater._src.runtime.device_lib import list_local_devices


def gpu_device_name():
    """The name of the first GPU, such as `"/device:GPU:0"`; empty without one."""
    names = [d.name for d in list_local_devices() if d.device_type == "GPU"]
    return names[0] if names else ""


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    """Whether a GPU can be used.

    Args:
      cuda_only: whether only CUDA devices count; of others there are none here.
      min_cuda_compute_capability: `(major, minor)`, the least capability; not looked at.

    Returns:
      A bool.
    """
    del cuda_only, min_cuda_compute_capability
    return bool(gpu_device_name())


def is_built_with_cuda():
    """Whether CUDA devices can be used by this installation: whether JAX sees one."""
    return is_gpu_available()


def is_built_with_gpu_support():
    """As `is_built_with_cuda`."""
    return is_gpu_available()


def is_built_with_rocm():
    """False: AMD devices have not been tried."""
    return False


def is_built_with_xla():
    """True: XLA is what steps are compiled with."""
    return True


def assert_equal_graph_def(actual, expected, checkpoint_v2=False, hash_table_shared_name=False):
    """Raises AssertionError unless two GraphDefs have the same nodes, in whatever order.

    Args:
      actual: a GraphDef.
      expected: a GraphDef.
      checkpoint_v2: whether to ignore the names of temporary checkpoint files.
      hash_table_shared_name: whether to ignore the shared names of hash tables.

    Raises:
      TypeError: an argument is not a GraphDef.
      AssertionError: a node is missing, unexpected or different.
    """
    for given in (actual, expected):
        if not isinstance(given, graph_pb2.GraphDef):
            raise TypeError(f"expected a GraphDef, got a {type(given).__name__}")
    left, right = (
        {node.name: _comparable(node, checkpoint_v2, hash_table_shared_name) for node in g.node}
        for g in (actual, expected)
    )
    for name in right:
        if name not in left:
            raise AssertionError(f"Did not find expected node {name!r}: {right[name]}")
    for name, node in left.items():
        if name not in right:
            raise AssertionError(f"Found unexpected node {name!r}: {node}")
        if node != right[name]:
            raise AssertionError(f"Node {name!r} differs:\n{node}expected:\n{right[name]}")


def _comparable(node, checkpoint_v2, hash_table_shared_name):
    node = type(node).FromString(node.SerializeToString())
    controls = sorted(name for name in node.input if name.startswith("^"))
    node.input[:] = [name for name in node.input if not name.startswith("^")] + controls
    if checkpoint_v2 and "_temp" in str(node.attr["value"].tensor.string_val):
        node.attr["value"].Clear()
    if hash_table_shared_name and "HashTable" in node.op:
        node.attr["shared_name"].Clear()
    return node
