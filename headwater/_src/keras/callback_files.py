"""Callbacks that write files: models, tables, and what a server is told."""

import csv
import json
import os

import numpy as np

from headwater._src.core import logging
from headwater._src.keras.callback_base import Callback
from headwater._src.keras.callback_control import Best, monitored


class ModelCheckpoint(Callback):
    """Saves the model while it is trained.

    Args:
      filepath: the file; `{epoch}` and names of results in braces are filled in.
      monitor: the name of the value that tells which model is best.
      verbose: 1 prints when a file is written.
      save_best_only: whether only a model better than those before is written.
      save_weights_only: whether only the variables are written.
      mode: `"min"`, `"max"` or `"auto"`.
      save_freq: `"epoch"`, or the number of examples after which a file is written.
      **kwargs: `period`: the number of epochs from one file to the next; `load_weights_on_restart`:
        accepted as False.

    Raises:
      ValueError: `save_freq` is something else.
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        **kwargs,
    ):
        super().__init__()
        self.filepath, self.monitor, self.verbose = os.fspath(filepath), monitor, verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq, self.period = save_freq, kwargs.pop("period", 1)
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(f"Unrecognized save_freq: {save_freq}")
        self.epochs_since_last_save = self._examples = self._epoch = 0
        self._best = Best(monitor, mode)

    @property
    def best(self):
        """The best value so far."""
        return self._best.value

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        self._examples += (logs or {}).get("size", 1)
        if self._examples >= self.save_freq:
            self._examples = 0
            self._save(self._epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_since_last_save += 1
        if self.save_freq == "epoch" and self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            self._save(epoch, logs)

    def _save(self, epoch, logs):
        logs = logs or {}
        path = self.filepath.format(epoch=epoch + 1, **logs)
        if self.save_best_only:
            value = monitored(self.monitor, logs, "Can save best model only, which is")
            if value is None:
                return
            if not self._best.improves(value):
                self._say(epoch, f"{self.monitor} did not improve from {self.best:0.5f}")
                return
            self._say(
                epoch,
                f"{self.monitor} improved from {self.best:0.5f} to {value:0.5f}, saving model to "
                f"{path}",
            )
            self._best.value = value
        else:
            self._say(epoch, f"saving model to {path}")
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _say(self, epoch, text):
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1:05d}: {text}")


class CSVLogger(Callback):
    """Writes the results of each epoch as a row of a table.

    Args:
      filename: the file.
      separator: what stands between the columns.
      append: whether rows are added to an existing file.
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.keys = self._file = self._writer = None

    def on_train_begin(self, logs=None):
        exists = os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self._head = not (self.append and exists)
        self._file = open(self.filename, "a" if self.append else "w", newline="")

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self._writer is None:
            self.keys = sorted(logs)
            self._writer = csv.DictWriter(
                self._file, ["epoch", *self.keys], delimiter=self.sep, lineterminator="\n"
            )
            if self._head:
                self._writer.writeheader()
        row = {"epoch": epoch}
        row.update((key, _cell(logs.get(key, "NA"))) for key in self.keys)
        self._writer.writerow(row)
        self._file.flush()

    def on_train_end(self, logs=None):
        self._file.close()
        self._writer = None


def _cell(value):
    return value.item() if isinstance(value, np.generic) else value


class RemoteMonitor(Callback):
    """Sends the results of each epoch to a server.

    Args:
      root: the server's address.
      path: the path that the results are sent to.
      field: the name of the form's field that has them.
      headers: dict of headers.
      send_as_json: whether the results are the request's body instead of a field of a form.
    """

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        super().__init__()
        self.root, self.path, self.field = root, path, field
        self.headers, self.send_as_json = headers, send_as_json

    def on_epoch_end(self, epoch, logs=None):
        import urllib.error
        import urllib.parse
        import urllib.request

        results = {"epoch": epoch, **{k: _cell(v) for k, v in (logs or {}).items()}}
        body = json.dumps(results)
        headers = dict(self.headers or {})
        if self.send_as_json:
            headers.setdefault("Content-Type", "application/json")
        else:
            body = urllib.parse.urlencode({self.field: body})
        request = urllib.request.Request(self.root + self.path, body.encode(), headers)
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except (OSError, urllib.error.URLError):
            logging.warning("Warning: could not reach RemoteMonitor root server at %s", self.root)
