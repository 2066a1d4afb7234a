"""`tf.keras.activations`: functions that layers apply to their results."""

from headwater._src.keras.activations import (
    deserialize as deserialize,
    elu as elu,
    exponential as exponential,
    get as get,
    hard_sigmoid as hard_sigmoid,
    linear as linear,
    mish as mish,
    relu as relu,
    selu as selu,
    serialize as serialize,
    sigmoid as sigmoid,
    softmax as softmax,
    softplus as softplus,
    softsign as softsign,
    swish as swish,
    tanh as tanh,
)
