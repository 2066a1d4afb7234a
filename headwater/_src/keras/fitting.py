"""`Model.compile`, `fit` and `train_on_batch`."""

import numpy as np

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras import batches, sources
from headwater._src.keras.compiling import Compiled
from headwater._src.keras.epochs import run_epochs
from headwater._src.keras.sessions import get_session, prepared
from headwater._src.keras.state import symbolically


class Fitting:
    """The part of `Model` that is trained."""

    def _start_training(self):
        self._compiled = None
        self.optimizer = self.loss = None
        self.stop_training = False
        self.history = None
        self._predict_fetches = None

    @symbolically
    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        metrics=None,
        loss_weights=None,
        sample_weight_mode=None,
        weighted_metrics=None,
        target_tensors=None,
        distribute=None,
        **kwargs,
    ):
        """Says how the model is trained. Which variables are trained is decided now.

        Args:
          optimizer: an optimizer (of `tf.keras` or `tf.train`), or the name of one.
          loss: a function of targets and predictions, a `Loss`, or the name of one; for several
            outputs a list, or a dict by output.
          metrics: list of names, functions and `Metric`s; for several outputs also a list of lists,
            or a dict by output.
          loss_weights: the factors of the outputs' losses: a list, or a dict by output.
          sample_weight_mode: `"temporal"` where weights are given for each time step.
          weighted_metrics: as `metrics`; these are weighted as the examples are.
          target_tensors: tensors to use as targets instead of what is fed.
          distribute: not supported.
          **kwargs: `run_eagerly`: accepted as false.

        Raises:
          TypeError: an unknown argument.
          ValueError: a loss or metric is unknown, or is for an output that is not there.
        """
        from headwater._src.keras import optimizers

        run_eagerly = kwargs.pop("run_eagerly", None)
        if kwargs:
            raise TypeError(f"Invalid keyword argument(s) in `compile`: {', '.join(kwargs)}")
        if run_eagerly or distribute is not None:
            raise NotImplementedError("headwater runs graphs on one machine's devices only")
        self.optimizer, self.loss = optimizers.get(optimizer), loss or {}
        self.loss_weights, self.sample_weight_mode = loss_weights, sample_weight_mode
        self._compile_arguments = {
            "loss": loss,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "sample_weight_mode": sample_weight_mode,
            "loss_weights": loss_weights,
        }
        self._compiled = None  # its metrics are not those of the new one
        self._compiled = Compiled(
            self,
            self.optimizer,
            loss,
            metrics,
            loss_weights,
            sample_weight_mode,
            weighted_metrics,
            target_tensors,
        )

    @property
    def metrics_names(self):
        """The names of what `evaluate` returns: `loss`, and the metrics."""
        return ["loss"] + [m.name for m in self.metrics]

    @property
    def total_loss(self):
        """The tensor that training makes smaller."""
        self._check_compiled()
        return self._compiled.wiring(False).loss

    @property
    def targets(self):
        """The tensors that the outputs are compared with."""
        return [o.target for o in self._compiled.outputs] if self._compiled else []

    def _compiled_metrics(self):
        compiled = self.__dict__.get("_compiled")
        return [] if compiled is None else compiled.metrics

    def _layer_metrics(self):
        """The metrics that layers added, which `compile` knows nothing of."""
        mine = {id(m) for m in self._compiled_metrics()}
        return [m for m in self.metrics if id(m) not in mine]

    def reset_metrics(self):
        """Lets all metrics start anew."""
        if self._compiled is not None and self._compiled.outputs:
            operation = self._compiled.reset_operation()
            if operation is not None:
                get_session().run(operation)

    # -- inputs ----------------------------------------------------------------------------------

    def _fed_inputs(self):
        made_here = lambda t: getattr(t._keras_history.layer, "is_placeholder", True)
        return [t for t in self.inputs if made_here(t)]

    def _check_compiled(self):
        if self._compiled is None:
            raise RuntimeError(
                "You must compile your model before training/testing. Use "
                "`model.compile(optimizer, loss)`."
            )

    def _prepare(self):
        """Wires up the losses of a model whose outputs were not known in `compile`."""
        self._check_compiled()
        if not self._compiled.outputs:
            self._compiled.prepare()

    def _set_inputs_from(self, x):
        """Gives a model that has no inputs yet inputs of the shapes of some data."""
        if self.inputs is not None:
            return
        arrays = nest.map_structure(lambda a: a if hasattr(a, "shape") else np.asarray(a), x)
        one = lambda a: (None, 1) if len(a.shape) == 1 else (None, *a.shape[1:])
        shapes = nest.map_structure(lambda a: TensorShape(one(a)), arrays)
        kinds = [_kind(a) for a in nest.flatten(arrays)]
        self._call_on_placeholders(shapes, kinds)

    # -- training --------------------------------------------------------------------------------

    @symbolically
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_freq=1,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        **kwargs,
    ):
        """Trains the model.

        Args:
          x: the inputs: an array, a list of arrays, a dict by input; or a generator, `Sequence`
            or `Dataset` of (inputs, targets[, weights]), or tensors.
          y: the targets, likewise; None where `x` has them.
          batch_size: examples in a step (default: 32).
          epochs: the number of the last epoch.
          verbose: 0: silent, 1: a progress bar, 2: a line for each epoch.
          callbacks: list of `Callback`s.
          validation_split: the share of the last examples that are kept for validation.
          validation_data: what is tested after an epoch: (inputs, targets[, weights]), or a
            generator, `Sequence` or `Dataset` of these.
          shuffle: whether each epoch has another order; `"batch"` keeps batches together.
          class_weight: dict from class numbers to factors.
          sample_weight: weights of the examples.
          initial_epoch: the number of the first epoch.
          steps_per_epoch: the number of steps in an epoch (default: all data, once).
          validation_steps: the number of steps of a validation.
          validation_freq: how many epochs lie between validations, or a list of epochs.
          max_queue_size: accepted; generators are run in this thread.
          workers: accepted.
          use_multiprocessing: accepted.
          **kwargs: `nb_epoch`: an older name of `epochs`.

        Returns:
          A `History`: its `history` maps names to lists with a value for each epoch.

        Raises:
          RuntimeError: the model has not been compiled.
          ValueError: the data do not fit the model.
        """
        epochs = kwargs.pop("nb_epoch", epochs)
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {kwargs}")
        self._check_compiled()
        if _are_tensors(x):
            if steps_per_epoch is None:
                raise ValueError(
                    "When using data tensors as input to a model, you should specify the "
                    "`steps_per_epoch` argument."
                )
            x, y = sources.of_tensors(x, y), None
        if batches.is_stream(x):
            if y is not None:
                raise ValueError("`y` must be None where `x` gives inputs and targets together.")
            source = sources.of_stream(self, x, steps_per_epoch, class_weight)
        else:
            self._set_inputs_from(x)
            self._prepare()
            if validation_split and validation_data is None:
                x, y, sample_weight, validation_data = self._split(
                    x, y, sample_weight, validation_split
                )
            source = sources.of_arrays(
                self, x, y, sample_weight, class_weight, batch_size or 32, shuffle, steps_per_epoch
            )
        validation = self._validation_source(validation_data, batch_size, validation_steps)
        return run_epochs(
            self,
            source,
            validation,
            epochs=epochs,
            initial_epoch=initial_epoch,
            batch_size=None if batches.is_stream(x) else batch_size or 32,
            verbose=verbose,
            callbacks=callbacks,
            validation_freq=validation_freq,
        )

    def _split(self, x, y, sample_weight, share):
        """Data without its last examples, and these as validation data."""
        inputs, targets, weights = sources.checked(self, x, y, sample_weight, None)
        first, last = batches.split_off([*inputs, *targets, *(weights or [])], share)
        n, m = len(inputs), len(inputs) + len(targets)
        keep = first[m:] if weights else None
        held = (last[:n], last[n:m], last[m:]) if weights else (last[:n], last[n:m])
        keep = keep[0] if keep and len(keep) == 1 else keep
        return first[:n], first[n:m], keep, held

    def _validation_source(self, data, batch_size, steps):
        if data is None:
            return None
        if batches.is_stream(data):
            return sources.of_stream(self, data, steps)
        if len(data) not in (2, 3):
            raise ValueError(
                "When passing a `validation_data` argument, it must contain either 2 items (x_val, "
                f"y_val), or 3 items (x_val, y_val, val_sample_weights). However we received "
                f"`validation_data={data}`"
            )
        x, y, weights = (*data, None)[:3]
        if isinstance(weights, list) and len(weights) == 1:
            weights = weights[0]
        return sources.of_arrays(self, x, y, weights, None, batch_size or 32, False, steps)

    @symbolically
    def fit_generator(
        self,
        generator,
        steps_per_epoch=None,
        epochs=1,
        verbose=1,
        callbacks=None,
        validation_data=None,
        validation_steps=None,
        validation_freq=1,
        class_weight=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        shuffle=True,
        initial_epoch=0,
    ):
        """Trains the model on batches from a generator or `Sequence`.

        Args:
          generator: gives tuples (inputs, targets[, weights]).
          steps_per_epoch: as for `fit`, as all that follow.
          epochs: the number of the last epoch.
          verbose: how much is printed.
          callbacks: list of `Callback`s.
          validation_data: what is tested after an epoch.
          validation_steps: the number of steps of a validation.
          validation_freq: how many epochs lie between validations.
          class_weight: dict from class numbers to factors.
          max_queue_size: accepted.
          workers: accepted.
          use_multiprocessing: accepted.
          shuffle: accepted.
          initial_epoch: the number of the first epoch.

        Returns:
          A `History`.
        """
        return self.fit(
            generator,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            class_weight=class_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
        )

    @symbolically
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, reset_metrics=True):
        """One training step on one batch.

        Args:
          x: the inputs.
          y: the targets.
          sample_weight: weights of the examples.
          class_weight: dict from class numbers to factors.
          reset_metrics: whether the metrics are of this batch only.

        Returns:
          The loss, or a list of the loss and the metrics.
        """
        return self._on_batch("train", x, y, sample_weight, class_weight, reset_metrics)

    def _on_batch(self, mode, x, y, sample_weight, class_weight, reset_metrics):
        self._check_compiled()
        self._set_inputs_from(x)
        self._prepare()
        inputs, targets, weights = sources.checked(self, x, y, sample_weight, class_weight)
        values = inputs + targets + (weights or [])
        result = self._step(mode, weights is not None)(values)
        if reset_metrics and self.metrics:
            self.reset_metrics()
        return result[0] if len(result) == 1 else result

    def _step(self, mode, weighted):
        """A function of a batch's arrays that runs a step, and gives the loss and the metrics."""
        compiled = self._compiled
        make = compiled.train_step if mode == "train" else compiled.test_step
        fetches, keys = make(weighted)
        count = 1 + len(compiled.wiring(weighted).results)
        phase = compiled.phase()
        constants = () if phase is None else ((phase, mode == "train"),)
        run = prepared(get_session(), fetches, keys, constants)
        return lambda values: run(values)[:count]


def _are_tensors(x):
    items = list(x) if isinstance(x, (list, tuple)) else [x]
    return bool(items) and all(hasattr(item, "op") for item in items)


def _kind(array):
    """The type of the placeholder for an array: integers are fed as they are."""
    kind = np.dtype(array.dtype)
    return "float32" if kind.kind in "fb" else kind.name
