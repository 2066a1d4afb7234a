"""`tf.contrib.slim.learning`: training operations and a training loop."""

from headwater._src.contrib.slim_learning import (
    train as train,
    train_step as train_step,
)
from headwater._src.contrib.train_ops import (
    add_gradients_summaries as add_gradients_summaries,
    clip_gradient_norms as clip_gradient_norms,
    clip_gradient_norms_fn as clip_gradient_norms_fn,
    create_clipped_train_op as create_train_op,  # noqa: F401
    multiply_gradients as multiply_gradients,
)
