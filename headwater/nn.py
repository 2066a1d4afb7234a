"""`tf.nn`: activations, cross-entropies and what else networks are made of."""

from headwater._src.ops.nn import bias_add as bias_add
from headwater._src.ops.nn import elu as elu
from headwater._src.ops.nn import l2_loss as l2_loss
from headwater._src.ops.nn import leaky_relu as leaky_relu
from headwater._src.ops.nn import relu as relu
from headwater._src.ops.nn import relu6 as relu6
from headwater._src.ops.nn import selu as selu
from headwater._src.ops.nn import softplus as softplus
from headwater._src.ops.nn import softsign as softsign
from headwater._src.ops.softmax import log_softmax as log_softmax
from headwater._src.ops.softmax import softmax as softmax
from headwater._src.ops.softmax import (
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
)
from headwater._src.ops.softmax import (
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2,
)
from headwater._src.ops.softmax import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
