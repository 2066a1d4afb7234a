"""`tf.estimator`: models from a function or ready-made, and the loops around them."""

from headwater._src.core import lazy as _lazy
from headwater._src.estimator.boosted_trees import (
    BoostedTreesClassifier as BoostedTreesClassifier,
    BoostedTreesRegressor as BoostedTreesRegressor,
)
from headwater._src.estimator.canned import (
    BaselineClassifier as BaselineClassifier,
    BaselineRegressor as BaselineRegressor,
    DNNClassifier as DNNClassifier,
    DNNRegressor as DNNRegressor,
    LinearClassifier as LinearClassifier,
    LinearRegressor as LinearRegressor,
)
from headwater._src.estimator.canned_combined import (
    DNNLinearCombinedClassifier as DNNLinearCombinedClassifier,
    DNNLinearCombinedRegressor as DNNLinearCombinedRegressor,
)
from headwater._src.estimator.estimator import Estimator as Estimator
from headwater._src.estimator.exporters import (
    BestExporter as BestExporter,
    Exporter as Exporter,
    FinalExporter as FinalExporter,
    LatestExporter as LatestExporter,
)
from headwater._src.estimator.mode_keys import ModeKeys as ModeKeys
from headwater._src.estimator.model_fn import EstimatorSpec as EstimatorSpec
from headwater._src.estimator.run_config import RunConfig as RunConfig
from headwater._src.estimator.training import (
    EvalSpec as EvalSpec,
    TrainSpec as TrainSpec,
    train_and_evaluate as train_and_evaluate,
)
from headwater._src.estimator.warm_start import (
    VocabInfo as VocabInfo,
    WarmStartSettings as WarmStartSettings,
)
from headwater._src.train.basic_hooks import (
    FeedFnHook as FeedFnHook,
    FinalOpsHook as FinalOpsHook,
    GlobalStepWaiterHook as GlobalStepWaiterHook,
    LoggingTensorHook as LoggingTensorHook,
    NanLossDuringTrainingError as NanLossDuringTrainingError,
    NanTensorHook as NanTensorHook,
    StopAtStepHook as StopAtStepHook,
)
from headwater._src.train.saving_hooks import (
    CheckpointSaverHook as CheckpointSaverHook,
    CheckpointSaverListener as CheckpointSaverListener,
    ProfilerHook as ProfilerHook,
    StepCounterHook as StepCounterHook,
    SummarySaverHook as SummarySaverHook,
)
from headwater._src.train.session_run_hook import (
    SessionRunArgs as SessionRunArgs,
    SessionRunContext as SessionRunContext,
    SessionRunHook as SessionRunHook,
    SessionRunValues as SessionRunValues,
)
from headwater._src.train.step_timer import SecondOrStepTimer as SecondOrStepTimer

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("export", "inputs", "tpu"))
