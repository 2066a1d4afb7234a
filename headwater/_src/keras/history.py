"""What `fit` remembers: `History`, and the means of an epoch's batches, `BaseLogger`."""

from headwater._src.keras.callback_base import Callback


class BaseLogger(Callback):
    """Averages the results of an epoch's batches; `fit` does so itself, it is kept for subclasses.

    Args:
      stateful_metrics: names of results that are not averaged.
    """

    def __init__(self, stateful_metrics=None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())
        self.seen, self.totals = 0, {}

    def on_epoch_begin(self, epoch, logs=None):
        self.seen, self.totals = 0, {}

    def on_batch_end(self, batch, logs=None):
        logs = logs or {}
        size = logs.get("size", 0)
        self.seen += size
        for name, value in logs.items():
            if name in self.stateful_metrics:
                self.totals[name] = value
            else:
                self.totals[name] = self.totals.get(name, 0) + value * size


class History(Callback):
    """The results of all epochs; `fit` returns one.

    Attributes:
      history: dict from names to lists with a value for each epoch.
      epoch: list of the epochs' numbers.
    """

    def __init__(self):
        super().__init__()
        self.history, self.epoch = {}, []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
