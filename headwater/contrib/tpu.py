"""`tf.contrib.tpu` for programs that run with `use_tpu=False`."""

from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.core import lazy as _lazy
from headwater._src.estimator.tpu_config import (
    BatchConfig as BatchConfig,
    ExportSavedModelApiVersion as ExportSavedModelApiVersion,
    InputPipelineConfig as InputPipelineConfig,
    TPUConfig as TPUConfig,
    TPURunConfig as RunConfig,  # noqa: F401  TensorFlow has it by this name
)
from headwater._src.estimator.tpu_estimator import (
    FOR_TPUS_ONLY as _FOR_TPUS_ONLY,
    CrossShardOptimizer as CrossShardOptimizer,
    TPUEstimator as TPUEstimator,
    TPUEstimatorSpec as TPUEstimatorSpec,
    bfloat16_scope as bfloat16_scope,
)

python = _PrivatePath(__name__)
__getattr__, __dir__ = _lazy.lazy_getattr(
    __name__, names=dict.fromkeys(_FOR_TPUS_ONLY, "headwater._src.estimator.tpu_estimator")
)
