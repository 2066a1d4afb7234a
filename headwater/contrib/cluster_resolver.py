"""`tf.contrib.cluster_resolver`: what programs for TPUs ask for theirs."""

from headwater._src.estimator.tpu_config import (
    TPUClusterResolver as TPUClusterResolver,
)
