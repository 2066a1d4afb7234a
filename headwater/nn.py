"""`tf.nn`: activations, cross-entropies and what else networks are made of."""

from headwater import rnn_cell as rnn_cell
from headwater._src.core import lazy as _lazy
from headwater._src.layers.rnn import (
    bidirectional_dynamic_rnn as bidirectional_dynamic_rnn,
    dynamic_rnn as dynamic_rnn,
    static_bidirectional_rnn as static_bidirectional_rnn,
    static_rnn as static_rnn,
)
from headwater._src.layers.rnn_raw import (
    raw_rnn as raw_rnn,
    static_state_saving_rnn as static_state_saving_rnn,
)
from headwater._src.ops.batch_norm import (
    batch_norm_with_global_normalization as batch_norm_with_global_normalization,
    batch_normalization as batch_normalization,
    fused_batch_norm as fused_batch_norm,
)
from headwater._src.ops.candidate_sampling import (
    all_candidate_sampler as all_candidate_sampler,
    compute_accidental_hits as compute_accidental_hits,
    fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler as learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler as log_uniform_candidate_sampler,
    uniform_candidate_sampler as uniform_candidate_sampler,
)
from headwater._src.ops.conv_functions import (  # noqa: F401
    conv1d as conv1d,
    conv1d_transpose as conv1d_transpose,
    conv2d as conv2d,
    conv2d_backprop_filter as conv2d_backprop_filter,
    conv2d_backprop_input as conv2d_backprop_input,
    conv2d_transpose as conv2d_transpose,
    conv3d as conv3d,
    conv3d_backprop_filter as conv3d_backprop_filter,
    conv3d_backprop_filter as conv3d_backprop_filter_v2,
    conv3d_transpose as conv3d_transpose,
    conv_transpose as conv_transpose,
)
from headwater._src.ops.ctc import (
    ctc_greedy_decoder as ctc_greedy_decoder,
    ctc_loss as ctc_loss,
)
from headwater._src.ops.ctc_beam_search import (
    ctc_beam_search_decoder as ctc_beam_search_decoder,
    ctc_beam_search_decoder_v2 as ctc_beam_search_decoder_v2,
)
from headwater._src.ops.ctc_functions import (
    collapse_repeated as collapse_repeated,
    ctc_loss_v2 as ctc_loss_v2,
    ctc_unique_labels as ctc_unique_labels,
)
from headwater._src.ops.depthwise import (  # noqa: F401
    depthwise_conv2d as depthwise_conv2d,
    depthwise_conv2d_backprop_filter as depthwise_conv2d_backprop_filter,
    depthwise_conv2d_backprop_filter as depthwise_conv2d_native_backprop_filter,
    depthwise_conv2d_backprop_input as depthwise_conv2d_backprop_input,
    depthwise_conv2d_backprop_input as depthwise_conv2d_native_backprop_input,
    depthwise_conv2d_native as depthwise_conv2d_native,
    separable_conv2d as separable_conv2d,
)
from headwater._src.ops.dilated import (
    atrous_conv2d as atrous_conv2d,
    atrous_conv2d_transpose as atrous_conv2d_transpose,
    convolution as convolution,
    with_space_to_batch as with_space_to_batch,
)
from headwater._src.ops.elementwise import sigmoid as sigmoid, tanh as tanh
from headwater._src.ops.embedding import (
    embedding_lookup as embedding_lookup,
    embedding_lookup_sparse as embedding_lookup_sparse,
    safe_embedding_lookup_sparse as safe_embedding_lookup_sparse,
    zero_fraction as zero_fraction,
)
from headwater._src.ops.lrn import (  # noqa: F401
    local_response_normalization as local_response_normalization,
    local_response_normalization as lrn,
)
from headwater._src.ops.morphology import (
    dilation2d as dilation2d,
    erosion2d as erosion2d,
)
from headwater._src.ops.nn import (
    bias_add as bias_add,
    elu as elu,
    in_top_k as in_top_k,
    l2_loss as l2_loss,
    leaky_relu as leaky_relu,
    relu as relu,
    relu6 as relu6,
    selu as selu,
    softplus as softplus,
    softsign as softsign,
)
from headwater._src.ops.nn_composite import (
    dropout as dropout,
    l2_normalize as l2_normalize,
    log_sigmoid as log_sigmoid,
    moments as moments,
    relu_layer as relu_layer,
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits,
    xw_plus_b as xw_plus_b,
)
from headwater._src.ops.pooling_argmax import (
    max_pool_with_argmax as max_pool_with_argmax,
)
from headwater._src.ops.pooling_functions import (  # noqa: F401
    avg_pool as avg_pool,
    avg_pool as avg_pool2d,
    avg_pool1d as avg_pool1d,
    avg_pool3d as avg_pool3d,
    avg_pool_v2 as avg_pool_v2,
    max_pool as max_pool,
    max_pool1d as max_pool1d,
    max_pool2d as max_pool2d,
    max_pool3d as max_pool3d,
    max_pool_v2 as max_pool_v2,
    pool as pool,
)
from headwater._src.ops.sampled_losses import (
    nce_loss as nce_loss,
    sampled_softmax_loss as sampled_softmax_loss,
)
from headwater._src.ops.searching import top_k as top_k
from headwater._src.ops.softmax import (
    log_softmax as log_softmax,
    softmax as softmax,
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
from headwater._src.ops.space_batch import (
    depth_to_space as depth_to_space,
    space_to_batch as space_to_batch,
    space_to_depth as space_to_depth,
)
from headwater._src.ops.statistics import (  # noqa: F401
    crelu as crelu,
    log_poisson_loss as log_poisson_loss,
    normalize_moments as normalize_moments,
    sufficient_statistics as sufficient_statistics,
    swish as silu,
    swish as swish,
    weighted_moments as weighted_moments,
)

# Names from before 1.0.
__getattr__, __dir__ = _lazy.lazy_getattr(
    __name__,
    (),
    dict.fromkeys(
        ("bidirectional_rnn", "deconv2d", "rnn", "seq2seq"),
        "headwater._src.compatibility.before_1_0",
    ),
)
