"""`tf.contrib.slim.queues`: queue runners for a block."""

from headwater._src.contrib.slim_queues import (
    QueueRunners as QueueRunners,
)
