"""`tf.nn`: activations, cross-entropies and what else networks are made of."""

from headwater._src.ops.elementwise import sigmoid as sigmoid, tanh as tanh
from headwater._src.ops.embedding import (
    embedding_lookup as embedding_lookup,
    zero_fraction as zero_fraction,
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
    moments as moments,
    relu_layer as relu_layer,
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits,
    xw_plus_b as xw_plus_b,
)
from headwater._src.ops.softmax import (
    log_softmax as log_softmax,
    softmax as softmax,
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
