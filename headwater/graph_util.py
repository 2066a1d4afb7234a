"""`tf.graph_util`: tools that take a `GraphDef` and give another."""

from headwater._src.graph.graph_util import (
    extract_sub_graph as extract_sub_graph,
    must_run_on_cpu as must_run_on_cpu,
    remove_training_nodes as remove_training_nodes,
    tensor_shape_from_node_def_name as tensor_shape_from_node_def_name,
)
from headwater._src.graph.importer import import_graph_def as import_graph_def
from headwater._src.train.freeze import (
    convert_variables_to_constants as convert_variables_to_constants,
)
