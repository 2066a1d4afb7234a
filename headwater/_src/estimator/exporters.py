"""Exporters: when `train_and_evaluate` writes the model out."""

import abc
import os
import shutil

from headwater._src.core import logging
from headwater._src.io import local


class Exporter(abc.ABC):
    """Base class of exporters."""

    @property
    @abc.abstractmethod
    def name(self):
        """The exporter's name, and that of its folder."""

    @abc.abstractmethod
    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Writes the model, if it is to be written now.

        Args:
          estimator: the `Estimator`.
          export_path: the exporter's folder.
          checkpoint_path: the checkpoint that was measured.
          eval_result: the metrics.
          is_the_final_export: whether the training is over.

        Returns:
          The path of the export; None when nothing was written.
        """


class _SavedModelExporter(Exporter):
    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False):
        self._name, self._receiver_fn = name, serving_input_receiver_fn
        self._assets_extra, self._as_text = assets_extra, as_text

    @property
    def name(self):
        """The exporter's name."""
        return self._name

    def _write(self, estimator, export_path, checkpoint_path):
        return estimator.export_saved_model(
            export_path,
            self._receiver_fn,
            assets_extra=self._assets_extra,
            as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )


class FinalExporter(_SavedModelExporter):
    """Writes the model when the training is over.

    Args:
      name: the exporter's name.
      serving_input_receiver_fn: function to a `ServingInputReceiver`.
      assets_extra: dict from paths below `assets.extra` to files that are copied there.
      as_text: whether the graph's file is text.
    """

    def __init__(self, name, serving_input_receiver_fn, assets_extra=None, as_text=False):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Writes it at the end."""
        if not is_the_final_export:
            return None
        logging.info("Performing the final export in the end of training.")
        return self._write(estimator, export_path, checkpoint_path)


class LatestExporter(_SavedModelExporter):
    """Writes the model after each measurement, and keeps the last few.

    Args:
      name: the exporter's name.
      serving_input_receiver_fn: function to a `ServingInputReceiver`.
      assets_extra: dict from paths below `assets.extra` to files that are copied there.
      as_text: whether the graph's file is text.
      exports_to_keep: how many to keep; None for all.

    Raises:
      ValueError: `exports_to_keep` is not positive.
    """

    def __init__(
        self, name, serving_input_receiver_fn, assets_extra=None, as_text=False, exports_to_keep=5
    ):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        self._keep = _positive(exports_to_keep)

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Writes it."""
        result = self._write(estimator, export_path, checkpoint_path)
        _remove_old(export_path, self._keep)
        return result


class BestExporter(_SavedModelExporter):
    """Writes the model when it is better than any before, and keeps the last few.

    Args:
      name: the exporter's name.
      serving_input_receiver_fn: function to a `ServingInputReceiver`.
      event_file_pattern: pattern, below the estimator's folder, of event files of earlier
        measurements, the best of which is to be surpassed after a restart.
      compare_fn: function `(best_eval_result, current_eval_result)` to whether the current one is
        better (default: its loss is smaller).
      assets_extra: dict from paths below `assets.extra` to files that are copied there.
      as_text: whether the graph's file is text.
      exports_to_keep: how many to keep; None for all.

    Raises:
      ValueError: `exports_to_keep` is not positive, or `compare_fn` is missing.
    """

    def __init__(
        self,
        name="best_exporter",
        serving_input_receiver_fn=None,
        event_file_pattern="eval/*.tfevents.*",
        compare_fn=None,
        assets_extra=None,
        as_text=False,
        exports_to_keep=5,
    ):
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        self._keep = _positive(exports_to_keep)
        self._better = compare_fn or _smaller_loss
        self._pattern, self._best, self._looked = event_file_pattern, None, False

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Writes it if it is the best one."""
        if not self._looked:
            # The measurement at hand is in the event files too, and is not better than itself.
            self._looked = True
            self._best = _best_earlier(
                estimator.model_dir, self._pattern, self._better, int(eval_result["global_step"])
            )
        if self._best is not None and not self._better(
            best_eval_result=self._best, current_eval_result=eval_result
        ):
            return None
        logging.info("Performing best model export.")
        self._best = eval_result
        result = self._write(estimator, export_path, checkpoint_path)
        _remove_old(export_path, self._keep)
        return result


def _smaller_loss(best_eval_result, current_eval_result):
    key = "loss"
    for result in (best_eval_result, current_eval_result):
        if not result or key not in result:
            raise ValueError(f"eval_result cannot be empty or no loss is found in it: {result}")
    return best_eval_result[key] > current_eval_result[key]


def _best_earlier(model_dir, pattern, better, current_step):
    from headwater._src.io.event_files import summary_iterator

    if not pattern:
        return None
    best = None
    for path in sorted(local.glob(os.path.join(model_dir, pattern))):
        for event in summary_iterator(path):
            values = {v.tag: v.simple_value for v in event.summary.value}
            if "loss" not in values or event.step == current_step:
                continue
            if best is None or better(best_eval_result=best, current_eval_result=values):
                best = values
    return best


def _positive(exports_to_keep):
    if exports_to_keep is not None and exports_to_keep <= 0:
        raise ValueError(
            f"`exports_to_keep`, if provided, must be a positive number. Got {exports_to_keep}"
        )
    return exports_to_keep


def _remove_old(folder, keep):
    if not keep:
        return
    exports = sorted((n for n in local.listdir(folder) if n.isdigit()), key=int)
    for name in exports[:-keep]:
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
