"""`Model.evaluate` and `predict`."""

import numpy as np

from headwater._src.keras import batches, sources
from headwater._src.keras.callback_list import CallbackList, configured
from headwater._src.keras.epochs import run_test
from headwater._src.keras.progress import Progbar
from headwater._src.keras.sessions import get_session, prepared
from headwater._src.keras.state import symbolically


class Evaluating:
    """The part of `Model` that is asked for results."""

    @symbolically
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose=1,
        sample_weight=None,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
    ):
        """The loss and the metrics on data.

        Args:
          x: the inputs, as for `fit`.
          y: the targets.
          batch_size: examples in a step (default: 32).
          verbose: 1 shows progress.
          sample_weight: weights of the examples.
          steps: the number of steps (default: all data, once).
          callbacks: list of `Callback`s.
          max_queue_size: accepted.
          workers: accepted.
          use_multiprocessing: accepted.

        Returns:
          The loss, or a list as `metrics_names` says.

        Raises:
          RuntimeError: the model has not been compiled.
          ValueError: the data do not fit the model.
        """
        self._check_compiled()
        if _is_tensor(x):
            x, y = sources.of_tensors(x, y), None
        if batches.is_stream(x):
            source = sources.of_stream(self, x, steps)
        else:
            self._set_inputs_from(x)
            self._prepare()
            source = sources.of_arrays(
                self, x, y, sample_weight, None, batch_size or 32, False, steps
            )
        listeners = configured(self, callbacks, None, 0, {})
        names, bar = self.metrics_names, None
        if verbose == 1:
            bar = Progbar(source.samples or source.steps, unit_name=_unit(source))
        results = run_test(self, source, listeners, bar)
        if bar is not None:
            bar.finish(list(zip(names, results)))
        return results[0] if len(results) == 1 else results

    @symbolically
    def evaluate_generator(
        self,
        generator,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """The loss and the metrics on batches from a generator or `Sequence`.

        Args:
          generator: gives tuples (inputs, targets[, weights]).
          steps: the number of steps.
          callbacks: list of `Callback`s.
          max_queue_size: accepted.
          workers: accepted.
          use_multiprocessing: accepted.
          verbose: 1 shows progress.

        Returns:
          The loss, or a list as `metrics_names` says.
        """
        return self.evaluate(generator, verbose=verbose, steps=steps, callbacks=callbacks)

    @symbolically
    def test_on_batch(self, x, y=None, sample_weight=None, reset_metrics=True):
        """The loss and the metrics on one batch.

        Args:
          x: the inputs.
          y: the targets.
          sample_weight: weights of the examples.
          reset_metrics: whether the metrics are of this batch only.

        Returns:
          The loss, or a list as `metrics_names` says.
        """
        return self._on_batch("test", x, y, sample_weight, None, reset_metrics)

    # -- predictions -----------------------------------------------------------------------------

    @symbolically
    def predict(
        self,
        x,
        batch_size=None,
        verbose=0,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
    ):
        """The outputs for inputs.

        Args:
          x: the inputs, as for `fit`.
          batch_size: examples in a step (default: 32).
          verbose: 1 shows progress.
          steps: the number of steps (default: all data, once).
          callbacks: list of `Callback`s.
          max_queue_size: accepted.
          workers: accepted.
          use_multiprocessing: accepted.

        Returns:
          An array, or a list of arrays for several outputs.

        Raises:
          ValueError: the data do not fit the model.
        """
        if _is_tensor(x):
            x = sources.of_tensors(x, None)
        if batches.is_stream(x):
            source = sources.of_stream(self, x, steps, labelled=False).batches
        else:
            self._set_inputs_from(x)
            arrays = batches.arrays_for(x, self.input_names, self._fed_inputs(), "input")
            batches.check_lengths(arrays, [])
            source = batches.Arrays(arrays, batch_size or 32, False, steps)
        listeners: CallbackList = configured(self, callbacks, None, 0, {})
        bar = Progbar(source.samples or source.steps, unit_name=_unit(source)) if verbose else None
        outputs = self._predictions(source, listeners, bar)
        return outputs[0] if len(outputs) == 1 else outputs

    def _predictions(self, source, listeners, bar):
        step, parts, seen = self._predict_step(), [], 0
        listeners.begin("predict")
        for number, (size, arrays) in enumerate(source.epoch()):
            logs = {"batch": number, "size": size}
            listeners.batch_begin("predict", number, logs)
            parts.append(step(arrays))
            listeners.batch_end("predict", number, logs)
            seen += size if source.samples else 1
            if bar is not None:
                bar.update(seen)
        listeners.end("predict")
        return batches.concatenated(parts)

    def _predict_step(self):
        return prepared(get_session(), list(self.outputs), self._fed_inputs())

    @symbolically
    def predict_generator(
        self,
        generator,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
    ):
        """The outputs for batches from a generator or `Sequence`.

        Args:
          generator: gives inputs, or tuples that begin with inputs.
          steps: the number of steps.
          callbacks: list of `Callback`s.
          max_queue_size: accepted.
          workers: accepted.
          use_multiprocessing: accepted.
          verbose: 1 shows progress.

        Returns:
          An array, or a list of arrays for several outputs.
        """
        return self.predict(generator, verbose=verbose, steps=steps, callbacks=callbacks)

    @symbolically
    def predict_on_batch(self, x):
        """The outputs for one batch.

        Args:
          x: the inputs.

        Returns:
          An array, or a list of arrays for several outputs.
        """
        self._set_inputs_from(x)
        arrays = batches.arrays_for(x, self.input_names, self._fed_inputs(), "input")
        outputs = self._predict_step()(arrays)
        return outputs[0] if len(outputs) == 1 else outputs


def _unit(source):
    return "sample" if source.samples else "step"


def _is_tensor(x):
    items = list(x) if isinstance(x, (list, tuple)) else [x]
    return bool(items) and not isinstance(items[0], np.ndarray) and hasattr(items[0], "op")
