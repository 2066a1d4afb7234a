"""`tf.contrib.metrics`: streaming metrics with predictions first, and a few more."""

from headwater._src.contrib.contrib_metrics import (
    STREAMING as _STREAMING,
    accuracy as accuracy,
    aggregate_metric_map as aggregate_metric_map,
    aggregate_metrics as aggregate_metrics,
    count as count,
    f1_score as f1_score,
)
from headwater._src.ops.histograms import (
    confusion_matrix as confusion_matrix,
)
from headwater._src.ops.sets import (
    set_difference as set_difference,
    set_intersection as set_intersection,
    set_size as set_size,
    set_union as set_union,
)

vars().update(_STREAMING)  # one for each metric of `tf.metrics`
