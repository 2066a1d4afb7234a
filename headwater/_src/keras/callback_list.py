"""A list of callbacks that is told things as one."""

from headwater._src.keras.callback_base import Callback

_BATCH = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")


class CallbackList:
    """Tells callbacks in order.

    Args:
      callbacks: list of callbacks.
      queue_length: accepted for compatibility.

    Attributes:
      watch_batches: whether some callback wants to know of every step.
    """

    def __init__(self, callbacks=None, queue_length=10):
        self.callbacks = list(callbacks or [])
        self.model, self.params = None, {}

    @property
    def watch_batches(self):
        """Whether some callback wants to know of every training step."""
        return any(_watches(one, _BATCH) for one in self.callbacks)

    def append(self, callback):
        """Adds a callback at the end.

        Args:
          callback: a callback.
        """
        self.callbacks.append(callback)

    def set_params(self, params):
        """Gives all callbacks what `fit` was given.

        Args:
          params: dict.
        """
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        """Gives all callbacks the model.

        Args:
          model: a `Model`.
        """
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def _tell(self, moment, *args):
        for callback in self.callbacks:
            method = getattr(callback, moment, None)  # old callbacks lack the newer moments
            if method is not None:
                method(*args)

    def begin(self, mode):
        """Tells that `"train"`, `"test"` or `"predict"` begins.

        Args:
          mode: which.
        """
        self._tell(f"on_{mode}_begin", {})

    def end(self, mode):
        """Tells that `"train"`, `"test"` or `"predict"` ends.

        Args:
          mode: which.
        """
        self._tell(f"on_{mode}_end", {})

    def batch_begin(self, mode, batch, logs):
        """Tells that a step begins.

        Args:
          mode: `"train"`, `"test"` or `"predict"`.
          batch: its number.
          logs: dict with `batch` and `size`.
        """
        self._tell(f"on_{mode}_batch_begin", batch, logs)

    def batch_end(self, mode, batch, logs):
        """Tells that a step has ended.

        Args:
          mode: `"train"`, `"test"` or `"predict"`.
          batch: its number.
          logs: dict with `batch`, `size` and the results.
        """
        self._tell(f"on_{mode}_batch_end", batch, logs)

    def on_epoch_begin(self, epoch, logs=None):
        """Tells that an epoch begins.

        Args:
          epoch: its number.
          logs: dict.
        """
        self._tell("on_epoch_begin", epoch, {} if logs is None else logs)

    def on_epoch_end(self, epoch, logs=None):
        """Tells that an epoch has ended.

        Args:
          epoch: its number.
          logs: dict of the results.
        """
        self._tell("on_epoch_end", epoch, {} if logs is None else logs)

    def on_batch_begin(self, batch, logs=None):
        """Tells that a training step begins.

        Args:
          batch: its number.
          logs: dict.
        """
        self.batch_begin("train", batch, {} if logs is None else logs)

    def on_batch_end(self, batch, logs=None):
        """Tells that a training step has ended.

        Args:
          batch: its number.
          logs: dict.
        """
        self.batch_end("train", batch, {} if logs is None else logs)

    def on_train_begin(self, logs=None):
        """Tells that training begins.

        Args:
          logs: dict.
        """
        self.begin("train")

    def on_train_end(self, logs=None):
        """Tells that training ends.

        Args:
          logs: dict.
        """
        self.end("train")

    def __iter__(self):
        return iter(self.callbacks)


def _watches(callback, moments):
    """Whether a callback does something at one of the moments."""
    return any(
        getattr(getattr(callback, moment, None), "__func__", None) is not getattr(Callback, moment)
        for moment in moments
    )


def configured(model, callbacks, history, verbose, params):
    """The `CallbackList` of a run of `fit`, `evaluate` or `predict`.

    Args:
      model: the model.
      callbacks: a callback, a list of callbacks, or a `CallbackList`.
      history: the `History` to fill, or None.
      verbose: how much is printed.
      params: what `fit` was given.
    """
    if isinstance(callbacks, CallbackList):
        listeners = callbacks
    else:
        given = callbacks or []
        listeners = CallbackList(given if isinstance(given, (list, tuple)) else [given])
        if history is not None:
            listeners.append(history)
        if verbose and history is not None:
            from headwater._src.keras.progress import ProgbarLogger

            listeners.append(ProgbarLogger("steps" if params["samples"] is None else "samples"))
    listeners.set_model(model)
    listeners.set_params(params)
    return listeners
