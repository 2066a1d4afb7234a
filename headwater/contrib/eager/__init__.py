"""`tf.contrib.eager`: eager execution, its gradients, and what was made to go with it."""

from headwater._src.compatibility.switches import num_gpus as num_gpus
from headwater._src.contrib.eager_network import (
    Network as Network,
    Sequential as Sequential,
)
from headwater._src.contrib.eager_saver import (
    Saver as Saver,
    get_optimizer_variables as get_optimizer_variables,
    restore_network_checkpoint as restore_network_checkpoint,
    restore_variables_on_create as restore_variables_on_create,
    save_network_checkpoint as save_network_checkpoint,
)
from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.data.eager_iterator import EagerIterator as _EagerIterator
from headwater._src.eager.defun import defun as defun, function as function
from headwater._src.eager.differentiation import (
    gradients_function as gradients_function,
    implicit_gradients as implicit_gradients,
    implicit_value_and_gradients as implicit_value_and_gradients,
    make_vjp as make_vjp,
    value_and_gradients_function as value_and_gradients_function,
)
from headwater._src.eager.mode import (
    ASYNC as ASYNC,
    DEVICE_PLACEMENT_EXPLICIT as DEVICE_PLACEMENT_EXPLICIT,
    DEVICE_PLACEMENT_SILENT as DEVICE_PLACEMENT_SILENT,
    DEVICE_PLACEMENT_SILENT_FOR_INT32 as DEVICE_PLACEMENT_SILENT_FOR_INT32,
    DEVICE_PLACEMENT_WARN as DEVICE_PLACEMENT_WARN,
    SYNC as SYNC,
    enable_eager_execution as enable_eager_execution,
    executing_eagerly as executing_eagerly,
    in_eager_mode as in_eager_mode,
    in_graph_mode as in_graph_mode,
    list_devices as list_devices,
)
from headwater._src.eager.py_function import py_function as _py_function
from headwater._src.eager.tape import GradientTape as GradientTape
from headwater._src.graph.custom_gradient import custom_gradient as custom_gradient
from headwater._src.graph.resource_variable import ResourceVariable as _ResourceVariable
from headwater._src.graph.template import make_template as make_template
from headwater._src.graph.type_spec import TensorSpec as TensorSpec
from headwater._src.graph.variable_store import EagerVariableStore as EagerVariableStore
from headwater.contrib.eager import metrics as metrics

Iterator, Variable, py_func = _EagerIterator, _ResourceVariable, _py_function
python = _PrivatePath(
    "headwater.contrib.eager",
    {"tfe": "headwater.contrib.eager", "metrics": "headwater.contrib.eager.metrics"},
)
