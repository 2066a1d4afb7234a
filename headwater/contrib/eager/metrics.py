"""`tf.contrib.eager.metrics`: metrics as objects."""

from headwater._src.contrib.eager_metrics import (
    Accuracy as Accuracy,
    BinaryAccuracy as BinaryAccuracy,
    CategoricalAccuracy as CategoricalAccuracy,
    Mean as Mean,
    Metric as Metric,
    SparseAccuracy as SparseAccuracy,
)
