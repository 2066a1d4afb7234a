"""`tf.saved_model.tag_constants`: usual tags."""

from headwater._src.train.saved_model import (
    GPU as GPU,
    SERVING as SERVING,
    TPU as TPU,
    TRAINING as TRAINING,
)
