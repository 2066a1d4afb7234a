"""`tensorflow.python.framework.test_util`: decorators that choose a mode, of which here is one."""

from headwater._src.graph.optable import raw


def _same(function=None, *args, **kwargs):
    """Leaves the test as it is, whether used as `@decorator` or `@decorator(...)`."""
    return function if callable(function) else _same


run_deprecated_v1 = run_v1_only = run_in_graph_and_eager_modes = _same
run_all_in_graph_and_eager_modes = run_all_without_tensor_float_32 = _same
deprecated_graph_mode_only = run_all_in_deprecated_graph_mode_only = _same
disable_xla = disable_all_xla = disable_tfrt = disable_control_flow_v2 = _same
enable_control_flow_v2 = enable_all_control_flow_v2 = disable_mlir_bridge = _same
with_control_flow_v2 = build_as_function_and_v1_graph = _same


def IsMklEnabled():
    """Whether kernels use MKL: no."""
    return False


def NHWCToNCHW(input_tensor):
    """Moves the channels of a shape or of a 4-D or 5-D tensor to the front.

    Args:
      input_tensor: a list of sizes, or a `Tensor`.

    Returns:
      The same, channels second.
    """
    return _moved(input_tensor, lambda rank: [0, rank - 1, *range(1, rank - 1)])


def NCHWToNHWC(input_tensor):
    """Moves the channels of a shape or of a 4-D or 5-D tensor to the end.

    Args:
      input_tensor: a list of sizes, or a `Tensor`.

    Returns:
      The same, channels last.
    """
    return _moved(input_tensor, lambda rank: [0, *range(2, rank), 1])


def _moved(value, order):
    if hasattr(value, "get_shape"):
        return raw.Transpose(value, order(value.get_shape().ndims))
    return [value[i] for i in order(len(value))]
