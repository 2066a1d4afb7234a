"""`tf.keras.callbacks`: what is told how training goes, and acts on it."""

from headwater._src.keras.callbacks import (
    BaseLogger as BaseLogger,
    Callback as Callback,
    CallbackList as CallbackList,
    CSVLogger as CSVLogger,
    EarlyStopping as EarlyStopping,
    History as History,
    LambdaCallback as LambdaCallback,
    LearningRateScheduler as LearningRateScheduler,
    ModelCheckpoint as ModelCheckpoint,
    ProgbarLogger as ProgbarLogger,
    ReduceLROnPlateau as ReduceLROnPlateau,
    RemoteMonitor as RemoteMonitor,
    TensorBoard as TensorBoard,
    TerminateOnNaN as TerminateOnNaN,
)
