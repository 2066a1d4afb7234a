"""`tf.train`: optimizers, learning rates, moving averages, the step count."""

# --- checkpoints and graphs ---------------------------------------------------------------------
from headwater._src.cluster.cluster_spec import ClusterSpec as ClusterSpec
from headwater._src.cluster.device_setter import replica_device_setter as replica_device_setter
from headwater._src.cluster.server import Server as Server
from headwater._src.core import lazy as _lazy
from headwater._src.io.event_files import summary_iterator as summary_iterator
from headwater._src.train import experimental as experimental, queue_runner as queue_runner
from headwater._src.train.adadelta import AdadeltaOptimizer as AdadeltaOptimizer
from headwater._src.train.adagrad import (
    AdagradDAOptimizer as AdagradDAOptimizer,
    AdagradOptimizer as AdagradOptimizer,
)
from headwater._src.train.adam import AdamOptimizer as AdamOptimizer
from headwater._src.train.basic_hooks import (
    FeedFnHook as FeedFnHook,
    FinalOpsHook as FinalOpsHook,
    GlobalStepWaiterHook as GlobalStepWaiterHook,
    LoggingTensorHook as LoggingTensorHook,
    NanLossDuringTrainingError as NanLossDuringTrainingError,
    NanTensorHook as NanTensorHook,
    StopAtStepHook as StopAtStepHook,
)
from headwater._src.train.checkpoint_manager import CheckpointManager as CheckpointManager
from headwater._src.train.checkpoint_state import (
    checkpoint_exists as checkpoint_exists,
    generate_checkpoint_state_proto as generate_checkpoint_state_proto,
    get_checkpoint_mtimes as get_checkpoint_mtimes,
    get_checkpoint_state as get_checkpoint_state,
    latest_checkpoint as latest_checkpoint,
    remove_checkpoint as remove_checkpoint,
    update_checkpoint_state as update_checkpoint_state,
)
from headwater._src.train.checkpoint_utils import (
    NewCheckpointReader as NewCheckpointReader,
    checkpoints_iterator as checkpoints_iterator,
    init_from_checkpoint as init_from_checkpoint,
    list_variables as list_variables,
    load_checkpoint as load_checkpoint,
    load_variable as load_variable,
)
from headwater._src.train.coordinator import (
    Coordinator as Coordinator,
    LooperThread as LooperThread,
)
from headwater._src.train.ftrl import FtrlOptimizer as FtrlOptimizer
from headwater._src.train.global_step import (
    assert_global_step as assert_global_step,
    create_global_step as create_global_step,
    get_global_step as get_global_step,
    get_or_create_global_step as get_or_create_global_step,
    global_step as global_step,
)
from headwater._src.train.gradient_descent import (
    GradientDescentOptimizer as GradientDescentOptimizer,
)
from headwater._src.train.input_batches import (
    batch as batch,
    batch_join as batch_join,
    maybe_batch as maybe_batch,
    maybe_batch_join as maybe_batch_join,
    maybe_shuffle_batch as maybe_shuffle_batch,
    maybe_shuffle_batch_join as maybe_shuffle_batch_join,
    shuffle_batch as shuffle_batch,
    shuffle_batch_join as shuffle_batch_join,
)
from headwater._src.train.input_producers import (
    input_producer as input_producer,
    limit_epochs as limit_epochs,
    match_filenames_once as match_filenames_once,
    range_input_producer as range_input_producer,
    slice_input_producer as slice_input_producer,
    string_input_producer as string_input_producer,
)
from headwater._src.train.learning_rate_decay import (
    cosine_decay as cosine_decay,
    cosine_decay_restarts as cosine_decay_restarts,
    exponential_decay as exponential_decay,
    inverse_time_decay as inverse_time_decay,
    linear_cosine_decay as linear_cosine_decay,
    natural_exp_decay as natural_exp_decay,
    noisy_linear_cosine_decay as noisy_linear_cosine_decay,
    piecewise_constant as piecewise_constant,
    piecewise_constant_decay as piecewise_constant_decay,
    polynomial_decay as polynomial_decay,
)
from headwater._src.train.meta_graph import (
    export_meta_graph as export_meta_graph,
    write_graph as write_graph,
)
from headwater._src.train.momentum import MomentumOptimizer as MomentumOptimizer
from headwater._src.train.monitored_session import (
    MonitoredSession as MonitoredSession,
    SingularMonitoredSession as SingularMonitoredSession,
)
from headwater._src.train.monitored_training_session import (
    MonitoredTrainingSession as MonitoredTrainingSession,
)
from headwater._src.train.moving_averages import (
    ExponentialMovingAverage as ExponentialMovingAverage,
)
from headwater._src.train.object_checkpoint import Checkpoint as Checkpoint
from headwater._src.train.optimizer import Optimizer as Optimizer
from headwater._src.train.proximal import (
    ProximalAdagradOptimizer as ProximalAdagradOptimizer,
    ProximalGradientDescentOptimizer as ProximalGradientDescentOptimizer,
)
from headwater._src.train.queue_runner import (
    QueueRunner as QueueRunner,
    add_queue_runner as add_queue_runner,
    start_queue_runners as start_queue_runners,
)
from headwater._src.train.rmsprop import RMSPropOptimizer as RMSPropOptimizer
from headwater._src.train.saver import Saver as Saver, import_meta_graph as import_meta_graph
from headwater._src.train.saving_hooks import (
    CheckpointSaverHook as CheckpointSaverHook,
    CheckpointSaverListener as CheckpointSaverListener,
    ProfilerHook as ProfilerHook,
    StepCounterHook as StepCounterHook,
    SummarySaverHook as SummarySaverHook,
)
from headwater._src.train.scaffold import Scaffold as Scaffold
from headwater._src.train.session_creators import (
    ChiefSessionCreator as ChiefSessionCreator,
    SessionCreator as SessionCreator,
    WorkerSessionCreator as WorkerSessionCreator,
)
from headwater._src.train.session_manager import SessionManager as SessionManager
from headwater._src.train.session_run_hook import (
    SessionRunArgs as SessionRunArgs,
    SessionRunContext as SessionRunContext,
    SessionRunHook as SessionRunHook,
    SessionRunValues as SessionRunValues,
)
from headwater._src.train.step_timer import SecondOrStepTimer as SecondOrStepTimer
from headwater._src.train.summary_writer import (
    FileWriter as SummaryWriter,  # noqa: F401
    FileWriterCache as SummaryWriterCache,  # noqa: F401
)
from headwater._src.train.supervisor import (
    Supervisor as Supervisor,
    basic_train_loop as basic_train_loop,
)
from headwater._src.train.sync_replicas import SyncReplicasOptimizer as SyncReplicasOptimizer
from headwater._src.train.warm_starting import VocabInfo as VocabInfo, warm_start as warm_start

_EXAMPLE, _FEATURE = (
    "headwater._src.core.proto.example_pb2",
    "headwater._src.core.proto.feature_pb2",
)
_PROTOS = {
    "BytesList": _FEATURE,
    "ClusterDef": "headwater._src.core.proto.cluster_pb2",
    "Example": _EXAMPLE,
    "Feature": _FEATURE,
    "FeatureList": _FEATURE,
    "FeatureLists": _FEATURE,
    "Features": _FEATURE,
    "FloatList": _FEATURE,
    "Int64List": _FEATURE,
    "JobDef": "headwater._src.core.proto.cluster_pb2",
    "SaverDef": "headwater._src.core.proto.saver_pb2",
    "SequenceExample": _EXAMPLE,
    "ServerDef": "headwater._src.core.proto.tensorflow_server_pb2",
}
__getattr__, __dir__ = _lazy.lazy_getattr(__name__, (), _PROTOS)
