"""`Model`: layers that are trained together."""

from headwater._src.core import nest
from headwater._src.graph.operation import Tensor
from headwater._src.keras import state
from headwater._src.keras.added import AddLoss, AddMetric
from headwater._src.keras.base_layer import Layer, as_shapes
from headwater._src.keras.evaluating import Evaluating
from headwater._src.keras.fitting import Fitting
from headwater._src.keras.functional_ops import give_history
from headwater._src.keras.input_layer import Input, InputLayer
from headwater._src.keras.layer_graph import LayerGraph
from headwater._src.keras.model_config import ModelConfig
from headwater._src.keras.model_files import ModelFiles
from headwater._src.keras.model_summary import print_summary
from headwater._src.keras.tracking import distinct
from headwater._src.layers import base


class Model(Fitting, Evaluating, ModelConfig, ModelFiles, Layer):
    """Layers that are trained together: `Model(inputs, outputs)`, or a class of one's own.

    A class of one's own assigns layers to attributes in `__init__`, and `call` uses them.

    Args:
      *args: the input tensor(s) and the output tensor(s), from `Input` and from layers.
      **kwargs: `inputs`, `outputs`; `name`, `trainable`, `dtype`.

    >>> x = tf.keras.Input([4])
    >>> model = tf.keras.Model(x, tf.keras.layers.Dense(2)(x))
    >>> model.output_shape
    (None, 2)
    """

    def __init__(self, *args, **kwargs):
        inputs, outputs = kwargs.pop("inputs", None), kwargs.pop("outputs", None)
        args = list(args)
        if args and inputs is None:
            inputs = args.pop(0)
        if args and outputs is None:
            outputs = args.pop(0)
        if args and "name" not in kwargs:
            kwargs["name"] = args.pop(0)
        super().__init__(**kwargs)
        self._start_model()
        if inputs is not None:
            self._connect(inputs, outputs)

    def _start_model(self):
        self.inputs = self.outputs = None
        self.input_names, self.output_names = [], []
        self._layer_graph = None
        self._nested_inputs = self._nested_outputs = None
        self._start_training()

    def _connect(self, inputs, outputs):
        """Makes the model the graph of layers between tensors."""
        if isinstance(outputs, list) and len(outputs) == 1:
            outputs = outputs[0]
        if isinstance(inputs, list) and len(inputs) == 1:
            inputs = inputs[0]
        flat_inputs, flat_outputs = nest.flatten(inputs), nest.flatten(outputs)
        for tensor in flat_inputs:
            if not hasattr(tensor, "_keras_history"):
                InputLayer(input_tensor=tensor, name=tensor.op.name)
        give_history(flat_outputs)
        for tensor in flat_outputs:
            if not hasattr(tensor, "_keras_history"):
                raise ValueError(
                    "Output tensors to a Model must be the output of a TensorFlow `Layer` (thus "
                    f"holding past layer metadata). Found: {tensor}"
                )
        self._nested_inputs, self._nested_outputs = inputs, outputs
        self.inputs, self.outputs = flat_inputs, flat_outputs
        self._layer_graph = LayerGraph(flat_inputs, flat_outputs)
        self.input_names = [t._keras_history.layer.name for t in flat_inputs]
        self.output_names = _output_names(flat_outputs)
        self._graph = flat_inputs[0].graph
        self.built = True
        self._computes_own_masks = True

    # -- losses and metrics of the graph of layers -----------------------------------------------

    def add_loss(self, losses, inputs=None):
        """Adds to the losses that training makes smaller.

        Args:
          losses: a scalar tensor, a function without arguments that makes one, or a list of these.
          inputs: accepted for compatibility.
        """
        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            if not self._insert_layer(AddLoss, loss):
                super().add_loss(loss, inputs)

    def add_metric(self, value, aggregation=None, name=None):
        """Adds a metric that `fit` and `evaluate` show.

        Args:
          value: a tensor, or the result of calling a metric.
          aggregation: `"mean"`; None where `value` is a metric's result.
          name: the metric's name.
        """
        known = hasattr(value, "_metric_obj") or name is None
        options = {"aggregation": aggregation, "metric_name": name}
        if known or not self._insert_layer(AddMetric, value, **options):
            super().add_metric(value, aggregation, name)

    def _insert_layer(self, make, tensor, **options):
        """Applies a new layer to a tensor of the graph of layers; whether it is one."""
        if self._layer_graph is None or not isinstance(tensor, Tensor):
            return False
        give_history([tensor])
        if not hasattr(tensor, "_keras_history"):
            return False
        self._layer_graph.insert(self.inputs, [make(**options)(tensor)])
        return True

    # -- its layers ------------------------------------------------------------------------------

    @property
    def _is_graph_network(self):
        return self._layer_graph is not None

    @property
    def _layers(self):
        own = super()._layers
        if self.__dict__.get("_layer_graph") is not None:
            own = self._layer_graph.layers + own
        return [layer for layer in distinct(own) if not _is_metric(layer)]

    @property
    def layers(self):
        """The layers of the model."""
        return self._layers

    def _checkpoint_children(self):
        """Its layers by their positions, unless they are attributes only; then the attributes."""
        found = {}
        if self._is_graph_network or hasattr(self, "_all_layers"):
            weighty = 0
            for i, layer in enumerate(self.layers):
                if layer.weights:
                    found[f"layer_with_weights-{weighty}"] = layer
                    weighty += 1
                found[f"layer-{i}"] = layer
        return {**found, **super()._checkpoint_children()}

    @property
    def weights(self):
        """The variables of all layers, layer by layer."""
        own = self._trainable_weights + self._non_trainable_weights
        return distinct(own + [w for layer in self._layers for w in layer.weights])

    @property
    def stateful(self):
        """Whether some layer keeps state between batches."""
        return any(layer.stateful for layer in self._layers)

    @stateful.setter
    def stateful(self, value):
        pass  # what the layers are decides

    def reset_states(self):
        """Lets the layers that keep state between batches start anew."""
        for layer in self._layers:
            if hasattr(layer, "reset_states") and layer.stateful:
                layer.reset_states()

    def get_layer(self, name=None, index=None):
        """A layer by its name or its number.

        Args:
          name: the layer's name.
          index: its place in `layers`.

        Raises:
          ValueError: there is none, or neither is given.
        """
        layers = self.layers
        if index is not None:
            if len(layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(layers)} layers."
                )
            return layers[index]
        if not name:
            raise ValueError("Provide either a layer name or layer index.")
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}")

    @property
    def input_spec(self):
        """What the model demands of its inputs, if it is known."""
        if not self.__dict__.get("_layer_graph"):
            return None
        specs = [
            base.InputSpec(
                ndim=None if t.dims is None else len(t.dims),
                axes={i: d for i, d in enumerate(t.dims or ()) if i > 0 and d is not None},
            )
            for t in self.inputs
        ]
        return specs[0] if len(specs) == 1 else specs

    @input_spec.setter
    def input_spec(self, value):
        pass  # the inputs decide

    # -- calling ---------------------------------------------------------------------------------

    def call(self, inputs, training=None, mask=None):
        """The outputs for other inputs; classes of one's own override it.

        Args:
          inputs: tensors in the structure of the model's inputs.
          training: whether the layers are in training.
          mask: masks of the inputs.

        Returns:
          Tensors in the structure of the model's outputs.

        Raises:
          NotImplementedError: the model is of a class of its own that does not say.
        """
        if self._layer_graph is None:
            raise NotImplementedError(
                "When subclassing the `Model` class, you should implement a `call` method."
            )
        values = nest.flatten(inputs)
        if isinstance(inputs, dict):
            values = [inputs[name] for name in self.input_names if name in inputs] or values
        if mask is not None:
            for tensor, one in zip(values, nest.flatten(mask)):
                tensor._keras_mask = one
        made = self._layer_graph.run(self.inputs, values, self.outputs)
        return nest.pack_sequence_as(self._nested_outputs, made)

    def compute_mask(self, inputs, mask=None):
        """The mask(s) of the outputs for given inputs.

        Args:
          inputs: tensors in the structure of the model's inputs.
          mask: their masks.
        """
        if self._layer_graph is None:
            return None
        outputs = self.call(inputs, mask=mask)
        return nest.map_structure(lambda t: getattr(t, "_keras_mask", None), outputs)

    def build(self, input_shape):
        """Makes the variables of a class of one's own, by calling it on placeholders.

        Args:
          input_shape: the shape(s) of the inputs, with the batch dimension.
        """
        if self._layer_graph is None and self.inputs is None and not self.built:
            self._call_on_placeholders(as_shapes(input_shape))
        self.built = True

    def _call_on_placeholders(self, shapes, dtype=None):
        """Calls a model without inputs on new placeholders; its outputs are those of training."""
        kind = dtype or self.dtype or state.floatx()
        made = nest.map_structure(
            lambda shape: Input(
                batch_shape=shape.as_list(), dtype=kind if isinstance(kind, str) else kind.pop(0)
            ),
            shapes,
        )
        self.built = True
        self._set_ends(made, self(made))

    def _ensure_built(self, inputs, flat):
        if type(self).build is Model.build:
            self.built = True  # the layers inside are built as they are called
        super()._ensure_built(inputs, flat)

    def _set_ends(self, inputs, outputs):
        self._nested_inputs, self._nested_outputs = inputs, outputs
        self.inputs, self.outputs = nest.flatten(inputs), nest.flatten(outputs)
        if isinstance(inputs, dict):
            self.input_names = sorted(inputs)
        else:
            self.input_names = [f"input_{i + 1}" for i in range(len(self.inputs))]
        self.output_names = [f"output_{i + 1}" for i in range(len(self.outputs))]

    @property
    def input(self):
        """The input tensor(s)."""
        return super().input if self._nested_inputs is None else self._nested_inputs

    @property
    def output(self):
        """The output tensor(s)."""
        return super().output if self._nested_outputs is None else self._nested_outputs

    @property
    def input_shape(self):
        """The shape(s) of the inputs, as tuples."""
        return _shapes(self.input)

    @property
    def output_shape(self):
        """The shape(s) of the outputs, as tuples."""
        return _shapes(self.output)

    def summary(self, line_length=None, positions=None, print_fn=None):
        """Prints a table of the layers.

        Args:
          line_length: the number of columns.
          positions: where the columns end, as shares of the line.
          print_fn: called with each line (default: `print`).

        Raises:
          ValueError: the model has not been built.
        """
        if not self.built:
            raise ValueError(
                "This model has not yet been built. Build the model first by calling `build()` or "
                "calling `fit()` with some data, or specify an `input_shape` argument in the first "
                "layer(s) for automatic build."
            )
        print_summary(self, line_length, positions, print_fn)

    @property
    def metrics(self):
        """The metrics of `compile`, and those that layers added."""
        return distinct(self._compiled_metrics() + super().metrics)

    @property
    def updates(self):
        """The updates of the layers that the model's inputs lead to, or that need no inputs."""
        found = super().updates
        if self.inputs is None:
            return found
        own = [t.op for t in self.inputs]
        return [op for op in found if not _needs_other_placeholders(op, own)]

    @property
    def losses(self):
        """The losses of the layers that the model's inputs lead to, or that need no inputs."""
        found = super().losses
        if self.inputs is None:
            return found
        own = [t.op for t in self.inputs]
        return [loss for loss in found if not _needs_other_placeholders(loss.op, own)]


def _is_metric(layer):
    return hasattr(layer, "update_state") and hasattr(layer, "result")


def _needs_other_placeholders(operation, own):
    """Whether an operation cannot be run when only the placeholders `own` are fed."""
    own, seen, pending = set(own), set(), [operation]
    while pending:
        op = pending.pop()
        if op in seen or op in own:
            continue
        seen.add(op)
        if op.type == "Placeholder":
            return True
        pending += [t.op for t in op.inputs] + list(op.control_inputs)
    return False


def _output_names(tensors):
    """The names of the layers that make the outputs; repeated ones are numbered."""
    names, counts = [], {}
    for tensor in tensors:
        name = tensor._keras_history.layer.name
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name}_{counts[name] - 1}")
    return names


def _shapes(tensors):
    return nest.map_structure(
        lambda t: tuple(t.shape.as_list()) if isinstance(t, Tensor) else None, tensors
    )
