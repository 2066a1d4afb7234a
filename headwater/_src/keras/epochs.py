"""The loop of `fit`: epochs of steps, validation, and what callbacks are told."""

from headwater._src.keras.callback_list import configured
from headwater._src.keras.history import History


class _Results:
    """The results of an epoch so far: the mean loss, and the latest values of the metrics."""

    def __init__(self, by_examples):
        self._by_examples = by_examples
        self._loss = self._count = 0.0
        self._metrics = []

    def add(self, outcome, size):
        factor = size if self._by_examples else 1
        self._loss += float(outcome[0]) * factor
        self._count += factor
        self._metrics = [_plain(value) for value in outcome[1:]]

    def values(self):
        return [self._loss / self._count if self._count else float("nan"), *self._metrics]


def _plain(value):
    """A result as a Python number, if it is one."""
    return value.item() if getattr(value, "ndim", None) == 0 else value


def run_epochs(
    model,
    source,
    validation,
    epochs,
    initial_epoch,
    batch_size,
    verbose,
    callbacks,
    validation_freq,
):
    """Trains a model; the arguments are those of `fit`.

    Args:
      model: the model, compiled, with inputs.
      source: the training data.
      validation: the validation data, or None.
      epochs: the number of the last epoch.
      initial_epoch: the number of the first epoch.
      batch_size: examples in a step, for callbacks.
      verbose: how much is printed.
      callbacks: list of callbacks.
      validation_freq: how many epochs lie between validations, or a list of epochs.

    Returns:
      The model's `History`.
    """
    names = model.metrics_names
    shown = names + [f"val_{name}" for name in names] if validation else list(names)
    steps = None if source.samples and source.steps is None else source.steps
    params = {
        "batch_size": batch_size,
        "epochs": epochs,
        "steps": steps,
        "samples": source.samples if steps is None else None,
        "verbose": verbose,
        "do_validation": validation is not None,
        "metrics": shown,
    }
    model.history = History()
    listeners = configured(model, callbacks, model.history, verbose, params)
    if verbose and source.samples:
        _announce(source, validation)
    step = model._step("train", source.weighted)
    model.stop_training = False
    listeners.begin("train")
    for epoch in range(initial_epoch, epochs):
        model.reset_metrics()
        listeners.on_epoch_begin(epoch, {})
        logs = _train_epoch(model, source, step, names, listeners)
        if validation and _is_due(epoch, initial_epoch, validation_freq):
            values = run_test(model, validation, listeners)
            logs.update((f"val_{name}", value) for name, value in zip(names, values))
        listeners.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    listeners.end("train")
    return model.history


def _announce(source, validation):
    line = f"Train on {source.samples} samples"
    if validation is not None and validation.samples:
        line += f", validate on {validation.samples} samples"
    print(line)


def _is_due(epoch, first, frequency):
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _train_epoch(model, source, step, names, listeners):
    """The steps of an epoch; its logs.

    Each step is waited for: beginning the next one meanwhile was slower on a CPU of two cores.
    """
    results = _Results(source.samples is not None)
    watched = listeners.watch_batches
    for number, (size, arrays) in enumerate(source.batches.epoch()):
        if not watched:
            results.add(step(arrays), size)
            continue
        logs = {"batch": number, "size": size}
        listeners.batch_begin("train", number, logs)
        outcome = step(arrays)
        results.add(outcome, size)
        logs.update(zip(names, outcome))
        listeners.batch_end("train", number, logs)
        if model.stop_training:
            break
    return dict(zip(names, results.values()))


def run_test(model, source, listeners, bar=None):
    """The loss and the metrics on data.

    Args:
      model: the model, compiled, with inputs.
      source: the data.
      listeners: the `CallbackList`.
      bar: a `Progbar` to show progress, or None.

    Returns:
      List of values as `metrics_names` says.
    """
    model.reset_metrics()
    step, names = model._step("test", source.weighted), model.metrics_names
    results, seen = _Results(source.samples is not None), 0
    listeners.begin("test")
    for number, (size, arrays) in enumerate(source.batches.epoch()):
        logs = {"batch": number, "size": size}
        listeners.batch_begin("test", number, logs)
        outcome = step(arrays)
        results.add(outcome, size)
        logs.update(zip(names, outcome))
        listeners.batch_end("test", number, logs)
        seen += size if source.samples is not None else 1
        if bar is not None:
            bar.update(seen)
    listeners.end("test")
    return results.values()
