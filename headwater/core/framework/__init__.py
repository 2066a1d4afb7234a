"""Protocol buffers of graphs, nodes, tensors, shapes and summaries."""

import sys

from headwater._src.core.proto import (
    allocation_description_pb2 as allocation_description_pb2,
    attr_value_pb2 as attr_value_pb2,
    cost_graph_pb2 as cost_graph_pb2,
    device_attributes_pb2 as device_attributes_pb2,
    full_type_pb2 as full_type_pb2,
    function_pb2 as function_pb2,
    graph_debug_info_pb2 as graph_debug_info_pb2,
    graph_pb2 as graph_pb2,
    node_def_pb2 as node_def_pb2,
    op_def_pb2 as op_def_pb2,
    reader_base_pb2 as reader_base_pb2,
    resource_handle_pb2 as resource_handle_pb2,
    step_stats_pb2 as step_stats_pb2,
    summary_pb2 as summary_pb2,
    tensor_description_pb2 as tensor_description_pb2,
    tensor_pb2 as tensor_pb2,
    tensor_shape_pb2 as tensor_shape_pb2,
    tensor_slice_pb2 as tensor_slice_pb2,
    types_pb2 as types_pb2,
    variable_pb2 as variable_pb2,
    versions_pb2 as versions_pb2,
)

for _name, _module in list(globals().items()):
    if _name.endswith("_pb2"):
        sys.modules[f"{__name__}.{_name}"] = _module
