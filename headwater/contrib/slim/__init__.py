"""`tf.contrib.slim`: layers, scopes of arguments, variables, training, networks."""

from headwater._src.contrib.arg_scope import (
    add_arg_scope as add_arg_scope,
    arg_scope as arg_scope,
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
from headwater._src.contrib.layers import outputs as utils  # noqa: F401
from headwater._src.contrib.layers.convolutions import (
    conv1d as conv1d,
    conv2d as conv2d,
    conv2d_in_plane as conv2d_in_plane,
    conv2d_transpose as conv2d_transpose,
    conv3d as conv3d,
    convolution as convolution,
    convolution1d as convolution1d,
    convolution2d as convolution2d,
    convolution2d_in_plane as convolution2d_in_plane,
    convolution2d_transpose as convolution2d_transpose,
    convolution3d as convolution3d,
    separable_conv2d as separable_conv2d,
    separable_convolution2d as separable_convolution2d,
)
from headwater._src.contrib.layers.dense import (
    bias_add as bias_add,
    dropout as dropout,
    elu as elu,
    flatten as flatten,
    fully_connected as fully_connected,
    linear as linear,
    maxout as maxout,
    one_hot_encoding as one_hot_encoding,
    relu as relu,
    relu6 as relu6,
    repeat as repeat,
    scale_gradient as scale_gradient,
    softmax as softmax,
    stack as stack,
    unit_norm as unit_norm,
)
from headwater._src.contrib.layers.embeddings import (
    bow_encoder as bow_encoder,
    dense_to_sparse as dense_to_sparse,
    embed_sequence as embed_sequence,
    embedding_lookup_unique as embedding_lookup_unique,
)
from headwater._src.contrib.layers.normalization import (
    batch_norm as batch_norm,
    group_norm as group_norm,
    instance_norm as instance_norm,
    layer_norm as layer_norm,
)
from headwater._src.contrib.layers.pooling import (
    avg_pool2d as avg_pool2d,
    avg_pool3d as avg_pool3d,
    max_pool2d as max_pool2d,
    max_pool3d as max_pool3d,
    pool as pool,
    spatial_softmax as spatial_softmax,
)
from headwater._src.contrib.layers.summaries import (
    assert_summary_tag_unique as assert_summary_tag_unique,
    summarize_activation as summarize_activation,
    summarize_activations as summarize_activations,
    summarize_biases as summarize_biases,
    summarize_collection as summarize_collection,
    summarize_tensor as summarize_tensor,
    summarize_tensors as summarize_tensors,
    summarize_variables as summarize_variables,
    summarize_weights as summarize_weights,
)
from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
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
from headwater._src.core import lazy as _lazy
from headwater._src.layers.contrib_initializers import (
    variance_scaling_initializer as variance_scaling_initializer,
    xavier_initializer as xavier_initializer,
    xavier_initializer_conv2d as xavier_initializer_conv2d,
)
from headwater._src.layers.contrib_regularizers import (
    apply_regularization as apply_regularization,
    l1_l2_regularizer as l1_l2_regularizer,
    l1_regularizer as l1_regularizer,
    l2_regularizer as l2_regularizer,
    sum_regularizer as sum_regularizer,
)
from headwater._src.train.global_step import (
    get_global_step as get_global_step,
    get_or_create_global_step as get_or_create_global_step,
)
from headwater._src.train.optimize_loss import (
    OPTIMIZER_CLS_NAMES as OPTIMIZER_CLS_NAMES,
    OPTIMIZER_SUMMARIES as OPTIMIZER_SUMMARIES,
    optimize_loss as optimize_loss,
)
from headwater.contrib import layers as initializers, layers as regularizers  # noqa: F401

_FILES = (
    "dataset",
    "evaluation",
    "learning",
    "losses",
    "metrics",
    "model_analyzer",
    "nets",
    "queues",
    "summaries",
    "tfexample_decoder",
    "variables",
)
python = _PrivatePath(__name__, {f"slim.{name}": f"{__name__}.{name}" for name in _FILES})
__getattr__, __dir__ = _lazy.lazy_getattr(__name__, _FILES)
