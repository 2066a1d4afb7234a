"""`tf.contrib.slim.evaluation`: evaluating checkpoints."""

from headwater._src.contrib.evaluation import (
    slim_evaluate_once as evaluate_once,  # noqa: F401
    slim_evaluation_loop as evaluation_loop,  # noqa: F401
    wait_for_new_checkpoint as wait_for_new_checkpoint,
)
from headwater._src.train.checkpoint_utils import (
    checkpoints_iterator as checkpoints_iterator,
)
