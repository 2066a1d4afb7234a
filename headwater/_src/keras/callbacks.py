"""`tf.keras.callbacks`: what is told how training goes, and acts on it."""

from headwater._src.keras.callback_base import Callback as Callback
from headwater._src.keras.callback_control import (
    EarlyStopping as EarlyStopping,
    LambdaCallback as LambdaCallback,
    LearningRateScheduler as LearningRateScheduler,
    ReduceLROnPlateau as ReduceLROnPlateau,
    TerminateOnNaN as TerminateOnNaN,
)
from headwater._src.keras.callback_files import (
    CSVLogger as CSVLogger,
    ModelCheckpoint as ModelCheckpoint,
    RemoteMonitor as RemoteMonitor,
)
from headwater._src.keras.callback_list import CallbackList as CallbackList
from headwater._src.keras.callback_tensorboard import TensorBoard as TensorBoard
from headwater._src.keras.history import BaseLogger as BaseLogger, History as History
from headwater._src.keras.progress import ProgbarLogger as ProgbarLogger
