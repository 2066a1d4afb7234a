"""Protocol buffers of configurations, meta graphs, saved models and clusters."""

import sys

from headwater._src.core.proto import (
    cluster_pb2 as cluster_pb2,
    config_pb2 as config_pb2,
    control_flow_pb2 as control_flow_pb2,
    coordination_config_pb2 as coordination_config_pb2,
    debug_pb2 as debug_pb2,
    device_filters_pb2 as device_filters_pb2,
    error_codes_pb2 as error_codes_pb2,
    meta_graph_pb2 as meta_graph_pb2,
    named_tensor_pb2 as named_tensor_pb2,
    queue_runner_pb2 as queue_runner_pb2,
    rewriter_config_pb2 as rewriter_config_pb2,
    rpc_options_pb2 as rpc_options_pb2,
    saved_model_pb2 as saved_model_pb2,
    saved_object_graph_pb2 as saved_object_graph_pb2,
    saver_pb2 as saver_pb2,
    struct_pb2 as struct_pb2,
    tensor_bundle_pb2 as tensor_bundle_pb2,
    tensorflow_server_pb2 as tensorflow_server_pb2,
    trackable_object_graph_pb2 as trackable_object_graph_pb2,
    verifier_config_pb2 as verifier_config_pb2,
)

# TensorFlow 1.x has this message in the file of configurations.
config_pb2.RPCOptions = rpc_options_pb2.RPCOptions

for _name, _module in list(globals().items()):
    if _name.endswith("_pb2"):
        sys.modules[f"{__name__}.{_name}"] = _module
