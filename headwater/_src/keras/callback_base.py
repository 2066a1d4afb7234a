"""`Callback`: what is told how training goes."""


class Callback:
    """Base class: override the methods for the moments of interest.

    Attributes:
      params: dict of what `fit` was given: `epochs`, `batch_size`, `verbose`, `samples`, `steps`,
        `metrics`.
      model: the model.
    """

    def __init__(self):
        self.validation_data = None
        self.model = None
        self.params = {}

    def set_params(self, params):
        """Takes what `fit` was given; called before training.

        Args:
          params: dict.
        """
        self.params = params

    def set_model(self, model):
        """Takes the model; called before training.

        Args:
          model: a `Model`.
        """
        self.model = model

    def on_epoch_begin(self, epoch, logs=None):
        """Called before an epoch of training.

        Args:
          epoch: its number, from 0.
          logs: dict, empty.
        """

    def on_epoch_end(self, epoch, logs=None):
        """Called after an epoch of training and its validation.

        Args:
          epoch: its number, from 0.
          logs: dict of the results; those of the validation begin with `val_`.
        """

    def on_batch_begin(self, batch, logs=None):
        """The older name of `on_train_batch_begin`.

        Args:
          batch: its number in the epoch.
          logs: dict with `batch` and `size`.
        """

    def on_batch_end(self, batch, logs=None):
        """The older name of `on_train_batch_end`.

        Args:
          batch: its number in the epoch.
          logs: dict with `batch`, `size` and the results.
        """

    def on_train_batch_begin(self, batch, logs=None):
        """Called before a training step.

        Args:
          batch: its number in the epoch.
          logs: dict with `batch` and `size`.
        """
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """Called after a training step.

        Args:
          batch: its number in the epoch.
          logs: dict with `batch`, `size` and the results.
        """
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Called before a step of `evaluate` or of a validation.

        Args:
          batch: its number.
          logs: dict with `batch` and `size`.
        """

    def on_test_batch_end(self, batch, logs=None):
        """Called after a step of `evaluate` or of a validation.

        Args:
          batch: its number.
          logs: dict with `batch`, `size` and the results.
        """

    def on_predict_batch_begin(self, batch, logs=None):
        """Called before a step of `predict`.

        Args:
          batch: its number.
          logs: dict with `batch` and `size`.
        """

    def on_predict_batch_end(self, batch, logs=None):
        """Called after a step of `predict`.

        Args:
          batch: its number.
          logs: dict with `batch` and `size`.
        """

    def on_train_begin(self, logs=None):
        """Called when `fit` begins.

        Args:
          logs: dict, empty.
        """

    def on_train_end(self, logs=None):
        """Called when `fit` ends.

        Args:
          logs: dict, empty.
        """

    def on_test_begin(self, logs=None):
        """Called when `evaluate` or a validation begins.

        Args:
          logs: dict, empty.
        """

    def on_test_end(self, logs=None):
        """Called when `evaluate` or a validation ends.

        Args:
          logs: dict, empty.
        """

    def on_predict_begin(self, logs=None):
        """Called when `predict` begins.

        Args:
          logs: dict, empty.
        """

    def on_predict_end(self, logs=None):
        """Called when `predict` ends.

        Args:
          logs: dict, empty.
        """
