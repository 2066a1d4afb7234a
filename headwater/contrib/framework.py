"""`tf.contrib.framework`: scopes of arguments, variables, checkpoints, small tools."""

from headwater import nest as nest
from headwater._src.contrib.arg_scope import (
    add_arg_scope as add_arg_scope,
    arg_scope as arg_scope,
    arg_scope_func_key as arg_scope_func_key,
    arg_scoped_arguments as arg_scoped_arguments,
    current_arg_scope as current_arg_scope,
    has_arg_scope as has_arg_scope,
)
from headwater._src.contrib.assigning import (
    assign_from_checkpoint as assign_from_checkpoint,
    assign_from_checkpoint_fn as assign_from_checkpoint_fn,
    assign_from_values as assign_from_values,
    assign_from_values_fn as assign_from_values_fn,
)
from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.contrib.tensor_tools import (
    assert_or_get_global_step as assert_or_get_global_step,
    assert_scalar_int as assert_scalar_int,
    is_tensor as is_tensor,
    reduce_sum_n as reduce_sum_n,
    remove_squeezable_dimensions as remove_squeezable_dimensions,
    smart_case as smart_case,
    smart_cond as smart_cond,
    smart_constant_value as smart_constant_value,
    with_same_shape as with_same_shape,
    with_shape as with_shape,
    zero_initializer as zero_initializer,
)
from headwater._src.contrib.variables import (
    VariableDeviceChooser as VariableDeviceChooser,
    add_model_variable as add_model_variable,
    filter_variables as filter_variables,
    get_local_variables as get_local_variables,
    get_model_variables as get_model_variables,
    get_trainable_variables as get_trainable_variables,
    get_unique_variable as get_unique_variable,
    get_variable_full_name as get_variable_full_name,
    get_variables as get_variables,
    get_variables_by_name as get_variables_by_name,
    get_variables_by_suffix as get_variables_by_suffix,
    get_variables_to_restore as get_variables_to_restore,
    global_variable as global_variable,
    local_variable as local_variable,
    model_variable as model_variable,
    variable as variable,
)
from headwater._src.graph.composite import (
    convert_to_tensor_or_sparse_tensor as convert_to_tensor_or_sparse_tensor,
)
from headwater._src.ops.checks_static import (
    assert_same_float_dtype as assert_same_float_dtype,
    assert_scalar as assert_scalar,
)
from headwater._src.ops.sorting import (
    argsort as argsort,
    sort as sort,
)
from headwater._src.train.checkpoint_utils import (
    checkpoints_iterator as checkpoints_iterator,
    init_from_checkpoint as init_from_checkpoint,
    list_variables as list_variables,
    load_checkpoint as load_checkpoint,
    load_variable as load_variable,
)
from headwater._src.train.global_step import (
    assert_global_step as assert_global_step,
    create_global_step as create_global_step,
    get_global_step as get_global_step,
    get_or_create_global_step as get_or_create_global_step,
)

python = _PrivatePath(__name__, {"ops.audio_ops": "headwater._src.ops.audio"})
