"""What `compile` adds to a model: targets, losses, metrics, steps of training and testing."""

from headwater._src.core import dtypes
from headwater._src.graph.framework import control_dependencies, name_scope
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.keras import state
from headwater._src.keras.tracking import distinct
from headwater._src.layers.dependents import operation_of


class Output:
    """One output of a model and what training wants of it.

    Args:
      tensor: the output.
      name: its name.
      loss: its loss function, or None.
      weight: the factor of its loss in the total.
      target: a tensor to use as the target, or None for a placeholder.
    """

    def __init__(self, tensor, name, loss, weight, target=None):
        self.tensor, self.name, self.loss, self.weight = tensor, name, loss, weight
        self.target = target
        self.fed = False
        self.sample_weight = None
        self.metrics, self.weighted_metrics = [], []
        self.mean_loss = None

    def make_target(self):
        """Makes the placeholder that targets are fed to, if there is a loss or a metric."""
        wanted = self.loss is not None or self.metrics or self.weighted_metrics
        if self.target is not None or not wanted:
            return
        rank = 2 if self.tensor.dims is None else len(self.tensor.dims)
        kind = self.tensor.dtype.base_dtype
        self.target = raw.Placeholder(dtype=kind, shape=[None] * rank, name=self.name + "_target")
        self.fed = True

    def make_sample_weight(self, temporal):
        """Makes the placeholder that weights of examples are fed to."""
        if self.sample_weight is None:
            self.sample_weight = raw.Placeholder(
                dtype=dtypes.as_dtype(state.floatx()),
                shape=[None, None] if temporal else [None],
                name=self.name + "_sample_weights",
            )
        return self.sample_weight

    def weights(self, weighted):
        """The weights of the examples: those fed, and the mask; None for equal ones."""
        given = self.sample_weight if weighted else None
        mask = getattr(self.tensor, "_keras_mask", None)
        if mask is None:
            return given
        mask = raw.Cast(mask, DstT=self.tensor.dtype.base_dtype)
        if given is None:
            return mask
        if len(given.dims) == 1 and mask.dims is not None and len(mask.dims) > 1:
            given = PUBLIC["expand_dims"](given, -1)
        return mask * given


class Wiring:
    """The total loss and the results of the metrics, with or without weights of examples.

    Attributes:
      loss: the total loss.
      results: the results of all metrics, which depend on their updates.
    """

    def __init__(self, model, compiled, weighted):
        self.weighted = weighted
        self.functions = {}
        total, self.results = None, []
        with name_scope("loss"):
            for output in compiled.outputs:
                if output.loss is None or output.target is None:
                    continue
                with name_scope(output.name + "_loss"):
                    loss = _call_loss(output, weighted)
                if output.mean_loss is not None:
                    self.results.append((output.mean_loss, output.mean_loss(loss)))
                term = loss * output.weight if output.weight != 1.0 else loss
                total = term if total is None else total + term
            extra = model.losses
            if extra:
                added = PUBLIC["add_n"](extra) if len(extra) > 1 else extra[0]
                total = added if total is None else total + added
        if total is None:
            raise ValueError("The model cannot be compiled because it has no loss to optimize.")
        self.loss = total
        with name_scope("metrics"):
            for output in compiled.outputs:
                weights = output.weights(False), output.weights(weighted)
                for metric in output.metrics:
                    self._apply(metric, output, weights[0])
                for metric in output.weighted_metrics:
                    self._apply(metric, output, weights[1])
        order = {id(metric): i for i, metric in enumerate(compiled.metrics)}
        self.results.sort(key=lambda pair: order[id(pair[0])])
        self.results = [result for _, result in self.results]
        self.results += [m.result() for m in model._layer_metrics()]

    def _apply(self, metric, output, weights):
        with name_scope(metric.name):
            arguments = {} if weights is None else {"sample_weight": weights}
            self.results.append((metric, metric(output.target, output.tensor, **arguments)))


def _call_loss(output, weighted):
    """The mean loss of one output, a scalar."""
    weights = output.weights(weighted)
    if weights is None:
        loss = output.loss(output.target, output.tensor)
    else:
        loss = output.loss(output.target, output.tensor, sample_weight=weights)
    return PUBLIC["reduce_mean"](loss) if loss.dims is None or len(loss.dims) else loss


class Compiled:
    """The arguments of `compile`, and what they come to once the model's outputs are there.

    Args:
      model: the model.
      optimizer: an optimizer.
      loss: a loss, or a list or dict of losses.
      metrics: list of metrics, or a list or dict of such lists.
      loss_weights: list or dict of factors.
      sample_weight_mode: `"temporal"` where weights are given for each time step.
      weighted_metrics: as `metrics`; these are weighted as the examples are.
      target_tensors: tensors to use as targets.

    Attributes:
      outputs: an `Output` for each output of the model.
      metrics: the metrics in the order of `metrics_names`.
    """

    def __init__(
        self,
        model,
        optimizer,
        loss,
        metrics,
        loss_weights,
        sample_weight_mode,
        weighted_metrics,
        target_tensors,
    ):
        self.model, self.optimizer = model, optimizer
        self.loss, self.loss_weights = loss, loss_weights
        self.metrics_given, self.weighted_given = metrics, weighted_metrics
        self.sample_weight_mode, self.target_tensors = sample_weight_mode, target_tensors
        self.outputs, self.metrics, self._wirings = [], [], {}
        self.trainable = None
        if model.outputs is not None:
            self.prepare()

    def prepare(self):
        """Makes the targets, the losses and the metrics; the model's outputs must be there."""
        model, names = self.model, self.model.output_names
        losses = _per_output(self.loss, names, "loss", spread=True)
        factors = _per_output(self.loss_weights, names, "loss_weights") or [None] * len(names)
        targets = _per_output(self.target_tensors, names, "target_tensors") or [None] * len(names)
        self.outputs = [
            Output(tensor, name, _loss_function(loss), 1.0 if factor is None else factor, target)
            for tensor, name, loss, factor, target in zip(
                model.outputs, names, losses, factors, targets
            )
        ]
        several = len(self.outputs) > 1
        with self.graph.as_default():
            if several:
                from headwater._src.keras import metrics

                for output in self.outputs:
                    if output.loss is not None:
                        output.mean_loss = metrics.Mean(name=output.name + "_loss")
            for given, attribute, prefix in (
                (self.metrics_given, "metrics", ""),
                (self.weighted_given, "weighted_metrics", "weighted_"),
            ):
                for output, wanted in zip(self.outputs, _metric_lists(given, names)):
                    made = [_metric(m, output, prefix, several, self._names()) for m in wanted]
                    setattr(output, attribute, made)
            for output in self.outputs:
                output.make_target()
        self.metrics = [o.mean_loss for o in self.outputs if o.mean_loss is not None]
        self.metrics += [m for o in self.outputs for m in (*o.metrics, *o.weighted_metrics)]
        self.trainable = list(model.trainable_weights)
        self.wiring(False)

    def _names(self):
        return {m.name for o in self.outputs for m in (*o.metrics, *o.weighted_metrics)}

    @property
    def graph(self):
        """The graph of the model."""
        return self.model.outputs[0].graph

    @property
    def fed_outputs(self):
        """The outputs whose targets are fed."""
        return [o for o in self.outputs if o.fed]

    def wiring(self, weighted):
        """Losses and metrics with or without weights of examples; made once.

        Args:
          weighted: whether weights are fed.
        """
        if weighted not in self._wirings:
            with self.graph.as_default():
                if weighted:
                    temporal = self.sample_weight_mode == "temporal"
                    for output in self.fed_outputs:
                        output.make_sample_weight(temporal)
                self._wirings[weighted] = Wiring(self.model, self, weighted)
        return self._wirings[weighted]

    def feeds(self, weighted):
        """The tensors that a step is fed, in order.

        Args:
          weighted: whether weights of the examples are fed.
        """
        fed = self.fed_outputs
        keys = list(self.model._fed_inputs()) + [o.target for o in fed]
        return keys + [o.sample_weight for o in fed] if weighted else keys

    def phase(self):
        """The learning phase's tensor, if the graph has one."""
        with self.graph.as_default():
            return state.symbolic_learning_phase()

    def train_step(self, weighted):
        """`(fetches, feeds)` of a training step; the first fetches are loss and metrics."""
        wiring = self.wiring(weighted)
        if "train" not in wiring.functions:
            model = self.model
            with self.graph.as_default(), name_scope("training"):
                operations = list(self.optimizer.get_updates(wiring.loss, self.trainable))
                operations += model.updates
                operations = distinct(operation_of(op) for op in operations)
                operation = PUBLIC["group"](*operations)
            wiring.functions["train"] = [wiring.loss, *wiring.results, operation]
        return wiring.functions["train"], self.feeds(weighted)

    def test_step(self, weighted):
        """`(fetches, feeds)` of a testing step."""
        wiring = self.wiring(weighted)
        return [wiring.loss, *wiring.results], self.feeds(weighted)

    def reset_operation(self):
        """The operation that lets all metrics start anew, or None."""
        if "_reset" not in self.__dict__:
            metrics = self.metrics + self.model._layer_metrics()
            variables = distinct(v for m in metrics for v in m.variables)
            with self.graph.as_default(), control_dependencies(None), name_scope("reset"):
                zeros = [
                    v.assign(PUBLIC["zeros"](v.shape, v.dtype.base_dtype)).op for v in variables
                ]
                self._reset = PUBLIC["group"](*zeros) if zeros else None
        return self._reset


def _per_output(given, names, what, spread=False):
    """What was given for the outputs, as a list in their order; None when nothing was given."""
    if isinstance(given, dict):
        unknown = set(given) - set(names)
        if unknown:
            raise ValueError(
                f"Unknown entries in {what} dictionary: {sorted(unknown)}. Only expected following "
                f"keys: {names}"
            )
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"When passing a list as {what}, it should have one entry per model output. The "
                f"model has {len(names)} outputs, but you passed {what}={given}"
            )
        return list(given)
    if given is None and not spread:
        return None
    return [given] * len(names)


def _loss_function(loss):
    """A `Loss`, made of its name or of a function of targets and predictions."""
    from headwater._src.keras import losses

    if loss is None:
        return None
    if isinstance(loss, losses.Loss):
        return loss
    found = losses.get(loss)
    if isinstance(found, losses.Loss):
        return found
    return losses.LossFunctionWrapper(found, name=getattr(found, "__name__", None))


def _metric_lists(given, names):
    """The metrics of each output: a list of lists."""
    if not given:
        return [[] for _ in names]
    as_list = lambda v: [] if v is None else list(v) if isinstance(v, (list, tuple)) else [v]
    if isinstance(given, dict):
        return [as_list(given.get(name)) for name in names]
    given = as_list(given)
    if any(isinstance(item, (list, tuple)) for item in given):
        if len(given) != len(names):
            raise ValueError(
                f"When passing a list of lists as `metrics`, it should have one entry per model "
                f"output. The model has {len(names)} outputs, but you passed metrics={given}"
            )
        return [as_list(item) for item in given]
    return [list(given) for _ in names]


_BY_LOSS = {"accuracy": "acc", "acc": "acc", "crossentropy": "ce", "ce": "ce"}


def _metric(given, output, prefix, several, taken):
    """A metric object of a name, a function or an object; its name is made unlike the others'."""
    from headwater._src.keras import metrics

    if hasattr(given, "update_state"):
        if several and not given.name.startswith(output.name + "_"):
            given._name = f"{output.name}_{given.name}"
        return given
    short = _BY_LOSS.get(given) if isinstance(given, str) else None
    if short is not None:
        function = getattr(
            metrics, _kind(output) + ("accuracy" if short == "acc" else "crossentropy")
        )
        name = short
    else:
        function = metrics.get(given)
        if hasattr(function, "update_state"):
            return _metric(function, output, prefix, several, taken)
        name = getattr(function, "__name__", None) or type(function).__name__
    name = prefix + name
    if several:
        name = f"{output.name}_{name}"
    base, number = name, 1
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return metrics.MeanMetricWrapper(function, name=name)


def _kind(output):
    """Which accuracy suits an output: the beginning of its function's name."""
    loss = output.loss
    name = getattr(getattr(loss, "fn", None), "__name__", None) or getattr(loss, "name", "") or ""
    if name == "binary_crossentropy" or (output.tensor.dims and output.tensor.dims[-1] == 1):
        return "binary_"
    return "sparse_categorical_" if name == "sparse_categorical_crossentropy" else "categorical_"
