"""Callbacks that steer training: stopping, learning rates, functions of the program's own."""

import numpy as np

from headwater._src.core import logging
from headwater._src.keras.callback_base import Callback
from headwater._src.keras.sessions import get_value, set_value


class LambdaCallback(Callback):
    """Calls functions.

    Args:
      on_epoch_begin: function of the epoch and the logs.
      on_epoch_end: function of the epoch and the logs.
      on_batch_begin: function of the batch and the logs.
      on_batch_end: function of the batch and the logs.
      on_train_begin: function of the logs.
      on_train_end: function of the logs.
      **kwargs: functions for other moments.
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_batch_begin=None,
        on_batch_end=None,
        on_train_begin=None,
        on_train_end=None,
        **kwargs,
    ):
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            **kwargs,
        }
        for moment, function in given.items():
            if function is not None:
                setattr(self, moment, function)


class TerminateOnNaN(Callback):
    """Stops training when the loss is no finite number."""

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class Best:
    """Knows whether a value is better than those before.

    Args:
      monitor: the name of the value; accuracies are to be large, all else small.
      mode: `"min"`, `"max"` or `"auto"`, which goes by the name.
      min_delta: by how much a value must be better.
    """

    def __init__(self, monitor, mode="auto", min_delta=0.0):
        large = monitor.startswith("fmeasure") or "acc" in monitor or "auc" in monitor
        self.larger = mode == "max" or (mode not in ("min", "max") and large)
        self.min_delta = abs(min_delta)
        self.value = -np.inf if self.larger else np.inf

    def improves(self, value):
        """Whether a value is better than the best.

        Args:
          value: a number.
        """
        if self.larger:
            return value - self.min_delta > self.value
        return value + self.min_delta < self.value


def monitored(monitor, logs, what):
    """A value of the logs, or None with a warning when it is not there.

    Args:
      monitor: its name.
      logs: dict.
      what: who wants it.
    """
    value = (logs or {}).get(monitor)
    if value is None:
        logging.warning(
            "%s conditioned on metric `%s` which is not available. Available metrics are: %s",
            what,
            monitor,
            ",".join(logs or {}),
        )
    return value


class EarlyStopping(Callback):
    """Stops training when a value no longer gets better.

    Args:
      monitor: the name of the value.
      min_delta: by how much it must get better to count.
      patience: how many epochs it may stay as it is.
      verbose: 1 prints when it stops.
      mode: `"min"`, `"max"` or `"auto"`.
      baseline: what the value must be better than from the beginning.
      restore_best_weights: whether the model gets the variables of its best epoch back.
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
    ):
        super().__init__()
        self.monitor, self.min_delta, self.patience = monitor, min_delta, patience
        self.verbose, self.mode, self.baseline = verbose, mode, baseline
        self.restore_best_weights = restore_best_weights
        self.wait = self.stopped_epoch = 0
        self.best_weights = None
        self._best = Best(monitor, mode, min_delta)

    @property
    def best(self):
        """The best value so far."""
        return self._best.value

    def on_train_begin(self, logs=None):
        self.wait = self.stopped_epoch = 0
        self.best_weights = None
        self._best = Best(self.monitor, self.mode, self.min_delta)
        if self.baseline is not None:
            self._best.value = self.baseline

    def on_epoch_end(self, epoch, logs=None):
        value = monitored(self.monitor, logs, "Early stopping")
        if value is None:
            return
        if self._best.improves(value):
            self._best.value, self.wait = value, 0
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True
            if self.restore_best_weights and self.best_weights is not None:
                if self.verbose > 0:
                    print("Restoring model weights from the end of the best epoch.")
                self.model.set_weights(self.best_weights)

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1:05d}: early stopping")


def _rate_of(optimizer):
    if not hasattr(optimizer, "lr"):
        raise ValueError('Optimizer must have a "lr" attribute.')
    return optimizer.lr


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Args:
      schedule: function of the epoch, and perhaps of the rate so far, giving the rate.
      verbose: 1 prints the rate.
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        variable = _rate_of(self.model.optimizer)
        try:
            rate = self.schedule(epoch, float(get_value(variable)))
        except TypeError:  # a function of the epoch only
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.floating)):
            raise ValueError('The output of the "schedule" function should be float.')
        set_value(variable, rate)
        if self.verbose > 0:
            print(
                f"\nEpoch {epoch + 1:05d}: LearningRateScheduler reducing learning rate to {rate}."
            )

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["lr"] = get_value(_rate_of(self.model.optimizer))


class ReduceLROnPlateau(Callback):
    """Makes the learning rate smaller when a value no longer gets better.

    Args:
      monitor: the name of the value.
      factor: the new rate is the old one times this.
      patience: how many epochs the value may stay as it is.
      verbose: 1 prints when the rate changes.
      mode: `"min"`, `"max"` or `"auto"`.
      min_delta: by how much the value must get better to count.
      cooldown: how many epochs nothing happens after a change.
      min_lr: the smallest rate.
      **kwargs: `epsilon`: an older name of `min_delta`.

    Raises:
      ValueError: `factor` is 1 or more.
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0,
        **kwargs,
    ):
        super().__init__()
        if factor >= 1.0:
            raise ValueError("ReduceLROnPlateau does not support a factor >= 1.0.")
        self.monitor, self.factor, self.patience = monitor, factor, patience
        self.verbose, self.mode = verbose, mode
        self.min_delta = kwargs.pop("epsilon", min_delta)
        self.cooldown, self.min_lr = cooldown, min_lr
        self.wait = self.cooldown_counter = 0
        self._best = Best(monitor, mode, self.min_delta)

    def on_train_begin(self, logs=None):
        self.wait = self.cooldown_counter = 0
        self._best = Best(self.monitor, self.mode, self.min_delta)

    def on_epoch_end(self, epoch, logs=None):
        variable = _rate_of(self.model.optimizer)
        if logs is not None:
            logs["lr"] = get_value(variable)
        value = monitored(self.monitor, logs, "Reduce LR on plateau")
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._best.improves(value):
            self._best.value, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch, variable)

    def _reduce(self, epoch, variable):
        old = float(get_value(variable))
        if old <= np.float32(self.min_lr):
            return
        new = max(old * self.factor, self.min_lr)
        set_value(variable, new)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1:05d}: ReduceLROnPlateau reducing learning rate to {new}.")
        self.cooldown_counter, self.wait = self.cooldown, 0
