"""The graph layer: nodes, names, scopes, the op registry, shape inference, gradients, GraphDef in
and out.
"""

from headwater._src.graph.optable import public as public, raw as raw
from headwater._src.graph.registry import define_op as define_op
