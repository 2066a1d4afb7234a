"""`tf.estimator.tpu`: the estimators of `tf.contrib.tpu`."""

from headwater._src.estimator.tpu_config import (
    InputPipelineConfig as InputPipelineConfig,
    TPUConfig as TPUConfig,
    TPURunConfig as RunConfig,  # noqa: F401  TensorFlow has it by this name
)
from headwater._src.estimator.tpu_estimator import (
    TPUEstimator as TPUEstimator,
    TPUEstimatorSpec as TPUEstimatorSpec,
)
