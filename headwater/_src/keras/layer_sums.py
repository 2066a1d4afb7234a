"""What a layer adds to training: losses, updates and metrics."""

from headwater._src.core import nest
from headwater._src.graph.framework import name_scope
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.keras.tracking import distinct
from headwater._src.layers.dependents import depends_on, operation_of


class _Lazy:
    """A loss that is made when somebody asks for it, once."""

    def __init__(self, make):
        self._make, self._tensor = make, None

    def tensor(self):
        if self._tensor is None:
            self._tensor = self._make()
        return self._tensor


class LayerSums:
    """The part of `Layer` with `losses`, `updates` and `metrics`."""

    def _start_sums(self):
        self._losses, self._updates, self._metrics = [], [], []

    def add_loss(self, losses, inputs=None):
        """Adds to the losses that training makes smaller.

        Args:
          losses: a scalar tensor, a function without arguments that makes one, or a list of these.
          inputs: the layer's inputs that they depend on (found out where they are not given).
        """
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            if callable(loss):
                self._losses.append(_Lazy(loss))
            elif loss is not None:
                tensor = loss if isinstance(loss, Tensor) else PUBLIC["convert_to_tensor"](loss)
                self._losses.append(tensor)

    def _add_regularization(self, variable, regularizer):
        name = variable.name[: variable.name.index(":")]

        def make():
            with variable.graph.as_default(), name_scope(f"{name}/Regularizer"):
                return regularizer(variable)

        self._losses.append(_Lazy(make))

    def _regularize_activity(self, outputs):
        if self._activity_regularizer is None:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = self._activity_regularizer(output)
                batch = raw.Cast(PUBLIC["shape"](output)[0], DstT=loss.dtype)
                self.add_loss(loss / batch, inputs=True)

    @property
    def losses(self):
        """The scalar losses of the layer and of those inside."""
        own = [x.tensor() if isinstance(x, _Lazy) else x for x in self._losses]
        return distinct(own + [x for layer in self._layers for x in layer.losses])

    def add_update(self, updates, inputs=None):
        """Adds to the operations that a training step runs besides the optimizer's.

        Args:
          updates: an operation or tensor, a pair (variable, new value), or a list of these.
          inputs: the layer's inputs that they depend on (found out where they are not given).
        """
        for update in updates if isinstance(updates, list) else [updates]:
            if isinstance(update, tuple):
                update = update[0].assign(update[1])
            self._updates.append(operation_of(update))

    @property
    def updates(self):
        """The operations added; none when the layer is neither trainable nor stateful."""
        if not self.trainable and not self.stateful:
            return []
        return distinct(self._updates + [x for layer in self._layers for x in layer.updates])

    def get_losses_for(self, inputs):
        """The losses that depend on some inputs.

        Args:
          inputs: list of tensors, or None for the losses that depend on no input.
        """
        return self._for(self.losses, inputs)

    def get_updates_for(self, inputs):
        """The updates that depend on some inputs.

        Args:
          inputs: list of tensors, or None for the updates that depend on no input.
        """
        return self._for(self.updates, inputs)

    def _for(self, items, inputs):
        if inputs is not None:
            return depends_on(items, nest.flatten(inputs))
        ends = [t for node in self._inbound_nodes for t in node.flat_inputs]
        bound = depends_on(items, ends)
        return [item for item in items if not any(item is other for other in bound)]

    def add_metric(self, value, aggregation=None, name=None):
        """Adds a metric that `fit` and `evaluate` show.

        Args:
          value: a tensor, or the result of calling a metric.
          aggregation: `"mean"`, the mean of the value over the batches; None where `value` is a
            metric's result.
          name: the metric's name.

        Raises:
          ValueError: there is no name, or another aggregation.
        """
        if aggregation not in (None, "mean"):
            raise ValueError(f"We currently support only `mean`: got aggregation={aggregation}")
        metric = getattr(value, "_metric_obj", None)
        if metric is None:
            from headwater._src.keras import metrics

            if name is None:
                raise ValueError("Please provide a name for your metric.")
            metric = metrics.Mean(name=name, dtype=value.dtype.base_dtype.name)
            metric(value)
        if not any(metric is known for known in self._metrics):
            self._metrics.append(metric)

    @property
    def metrics(self):
        """The metrics added to the layer and to those inside."""
        return distinct(self._metrics + [m for layer in self._layers for m in layer.metrics])
