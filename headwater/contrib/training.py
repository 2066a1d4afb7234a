"""`tf.contrib.training`: hyperparameters, training and evaluation loops."""

from headwater._src.cluster.local_cluster import (
    GreedyLoadBalancingStrategy as GreedyLoadBalancingStrategy,
    RandomStrategy as RandomStrategy,
    byte_size_load_fn as byte_size_load_fn,
)
from headwater._src.contrib.evaluation import (
    StopAfterNEvalsHook as StopAfterNEvalsHook,
    SummaryAtEndHook as SummaryAtEndHook,
    evaluate_once as evaluate_once,
    evaluate_repeatedly as evaluate_repeatedly,
    get_or_create_eval_step as get_or_create_eval_step,
    wait_for_new_checkpoint as wait_for_new_checkpoint,
)
from headwater._src.contrib.hparams import (
    HParams as HParams,
    parse_values as parse_values,
)
from headwater._src.contrib.train_loop import (
    train as train,
)
from headwater._src.contrib.train_ops import (
    add_gradients_summaries as add_gradients_summaries,
    clip_gradient_norms as clip_gradient_norms,
    clip_gradient_norms_fn as clip_gradient_norms_fn,
    create_train_op as create_train_op,
    multiply_gradients as multiply_gradients,
)
from headwater._src.train.checkpoint_utils import (
    checkpoints_iterator as checkpoints_iterator,
)
