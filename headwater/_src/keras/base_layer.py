"""`Layer`, the base class of everything in `tf.keras.layers`, of models and of metrics.

How a layer is written. Its mathematics are a `build` and a `call`; where `tf.layers` has the layer,
they are there, and the Keras class is the `tf.layers` class over this one, which adds what only
Keras has: defaults, strings for functions, the configuration.

    class Dense(core.Dense, Layer):
        def __init__(self, units, activation=None, ..., **kwargs):
            super().__init__(units, activations.get(activation), ..., **kwargs)

        def get_config(self):
            return {**super().get_config(), "units": self.units, ...}

A layer that only Keras has derives from `Layer`: `__init__` ends in `super().__init__(**kwargs)`,
`build(input_shape)` (a `TensorShape`, or a nested structure of them) makes variables by
`self.add_weight` and sets `self.built = True`, `call(inputs, training=None, mask=None)` makes
nodes.
`training` is what the caller or a surrounding layer's call gave, else None:
`self.training_value(training)` puts the learning phase in its place.
`compute_output_shape` need not be written: it runs `call` in a graph of its own.
"""

import inspect
import threading

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import trackable
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.framework import name_scope
from headwater._src.graph.graph import Graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import raw
from headwater._src.graph.variable import Variable
from headwater._src.graph.variable_policy import VariableSynchronization
from headwater._src.keras import state
from headwater._src.keras.layer_ends import LayerEnds
from headwater._src.keras.layer_sums import LayerSums
from headwater._src.keras.nodes import Node
from headwater._src.keras.tracking import Tracking
from headwater._src.layers import base

_KWARGS = (
    "autocast",
    "batch_input_shape",
    "batch_size",
    "dynamic",
    "implementation",
    "input_dim",
    "input_shape",
    "weights",
)


class _Calls(threading.local):
    """`training` of the calls that are under way in this thread, innermost last."""

    def __init__(self):
        self.training = []


_calls = _Calls()


class Layer(LayerEnds, LayerSums, Tracking, base.Layer):
    """Variables and a function of tensors; see the top of this file for how one is written.

    Args:
      trainable: whether the variables are trained.
      name: the layer's name (default: its class's, numbered).
      dtype: the type of the variables (default: that of the first input).
      activity_regularizer: function of the output whose value is added to the losses.
      **kwargs: `input_shape`, `batch_input_shape`, `input_dim` and `batch_size`: the shape of the
        input, for the first layer of a `Sequential`; `weights`: arrays that the variables start
        with.

    Raises:
      TypeError: an unknown argument.
    """

    def __init__(self, trainable=True, name=None, dtype=None, activity_regularizer=None, **kwargs):
        for key in kwargs:
            if key not in _KWARGS:
                raise TypeError(f"Keyword argument not understood: {key}")
        self._start_tracking(trainable)
        self._start_sums()
        self._inbound_nodes, self._outbound_nodes = [], []
        self.built = False
        self.input_spec = None
        self.stateful = False
        self.supports_masking = False
        self._graph = None
        self._name = name or state.numbered(base.snake_case(type(self).__name__))
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self._activity_regularizer = activity_regularizer
        self._initial_weights = kwargs.get("weights")
        shape = _batch_input_shape(kwargs)
        if shape is not None:
            self._batch_input_shape = shape

    # -- what it is ------------------------------------------------------------------------------

    @property
    def activity_regularizer(self):
        """Function of the output whose value is added to the losses, or None."""
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer):
        self._activity_regularizer = regularizer

    @property
    def dynamic(self):
        """False: every layer is a part of the graph."""
        return False

    def get_config(self):
        """The constructor's arguments as a dict that JSON can hold."""
        config = {"name": self.name, "trainable": self.trainable}
        if hasattr(self, "_batch_input_shape"):
            config["batch_input_shape"] = self._batch_input_shape
        config["dtype"] = self.dtype
        return config

    @classmethod
    def from_config(cls, config):
        """The layer that a configuration describes.

        Args:
          config: what `get_config` gave.
        """
        return cls(**config)

    def count_params(self):
        """The number of elements of all variables.

        Raises:
          ValueError: the layer has not been built.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on {self.name}, but the layer isn't built. You "
                f"can build it manually via: `{self.name}.build(batch_input_shape)`."
            )
        return sum(v.shape.num_elements() for v in self.weights)

    def __deepcopy__(self, memo):
        return type(self).from_config(self.get_config())

    # -- variables -------------------------------------------------------------------------------

    def add_weight(
        self,
        name=None,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=None,
        constraint=None,
        use_resource=None,
        synchronization=None,
        aggregation=None,
        partitioner=None,
        **kwargs,
    ):
        """Makes a variable of the layer, named after the name scope it is made in.

        Args:
          name: its name in the scope.
          shape: its shape (default: a scalar).
          dtype: its type (default: the layer's, else `floatx`).
          initializer: an initializer or the name of one (default: Glorot uniform for
            floating-point types, zeros for others).
          regularizer: function of the variable that gives a loss, or the name of one.
          trainable: whether it is trained (default: yes, unless it is read across replicas).
          constraint: function that maps the updated variable to an allowed one, or its name.
          use_resource: accepted; Keras' variables are resource variables.
          synchronization: recorded; `ON_READ` variables are not trained.
          aggregation: recorded.
          partitioner: accepted for compatibility.
          **kwargs: `collections`: the graph's collections to add it to.

        Returns:
          The variable.

        Raises:
          ValueError: it is to be trained and synchronized on reading.
        """
        from headwater._src.keras import constraints, initializers, regularizers

        if synchronization is VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError(
                    "Synchronization value can be set to VariableSynchronization.ON_READ only for "
                    "non-trainable variables. You have specified trainable=True and "
                    "synchronization=VariableSynchronization.ON_READ."
                )
            trainable = False
        trainable = True if trainable is None else trainable
        dtype = dtypes.as_dtype(dtype or self._dtype or state.floatx())
        if self._dtype is None:
            self._dtype = dtype.base_dtype.name
        if initializer is None:
            initializer = "glorot_uniform" if dtype.is_floating else "zeros"
        initializer = initializers.get(initializer)
        regularizer, constraint = regularizers.get(regularizer), constraints.get(constraint)
        dims = TensorShape(() if shape is None else shape).as_list()
        variable = Variable(
            initial_value=lambda: initializer(dims, dtype=dtype),
            trainable=trainable,
            collections=kwargs.get("collections"),
            dtype=dtype,
            name=name,
            constraint=constraint,
            use_resource=True,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        state.of_graph(variable.graph).variables.append(variable)
        (self._trainable_weights if trainable else self._non_trainable_weights).append(variable)
        if regularizer is not None:
            self._add_regularization(variable, regularizer)
        return variable

    def get_weights(self):
        """The variables' values, in the order of `weights`: a list of arrays."""
        from headwater._src.keras.sessions import batch_get_value

        return batch_get_value(self.weights)

    def set_weights(self, weights):
        """Gives the variables values.

        Args:
          weights: arrays in the order of `weights`.

        Raises:
          ValueError: their number or the shape of one does not fit.
        """
        from headwater._src.keras.sessions import batch_set_value

        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a weight list of '
                f"length {len(weights)}, but the layer was expecting {len(variables)} weights."
            )
        for variable, value in zip(variables, weights):
            if variable.dims != getattr(value, "shape", variable.dims):
                raise ValueError(
                    f"Layer weight shape {tuple(variable.dims)} not compatible with provided "
                    f"weight shape {value.shape}"
                )
        batch_set_value(zip(variables, weights))

    # -- calling ---------------------------------------------------------------------------------

    def __call__(self, inputs, *args, **kwargs):
        """Applies the layer, and builds it first when it is new.

        Args:
          inputs: a tensor, or a nested structure of tensors.
          *args: further arguments of `call`.
          **kwargs: further arguments of `call`.

        Returns:
          What `call` returns; its tensors know where they come from.
        """
        inputs = nest.map_structure(_as_tensor, inputs)
        flat = [t for t in nest.flatten(inputs) if isinstance(t, Tensor)]
        graph = flat[0].graph if flat else get_default_graph()
        if graph is not get_default_graph() and not _inside(graph):
            with graph.as_default():
                return self.__call__(inputs, *args, **kwargs)
        if not _calls.training:  # inside of a layer, nobody asks where tensors come from
            from headwater._src.keras.functional_ops import give_history

            give_history(flat)
        accepted = _accepted(type(self).call)
        given = _masks(inputs)
        if "mask" in accepted and "mask" not in kwargs and len(args) < accepted.index("mask"):
            if any(m is not None for m in nest.flatten(given)):
                kwargs["mask"] = given
        training = self._call_training(accepted, args, kwargs)
        recorded = {k: v for k, v in kwargs.items() if k not in ("mask", "training")}
        _calls.training.append(training)
        try:
            with name_scope(self._name_scope()):
                self._ensure_built(inputs, flat)
                outputs = self.call(inputs, *args, **kwargs)
                outputs = _distinct_outputs(outputs, flat)
                self._regularize_activity(outputs)
        finally:
            _calls.training.pop()
        self._mark_masks(inputs, outputs, kwargs.get("mask", given))
        symbolic = flat and not flat[0].graph.eager
        if symbolic and all(isinstance(t, Tensor) for t in nest.flatten(outputs)):
            Node(self, inputs, outputs, recorded)
        return outputs

    def _name_scope(self):
        return self.name

    def _ensure_built(self, inputs, flat):
        self._check_inputs(flat)
        if self.built:
            return
        if flat:
            self._graph = flat[0].graph
            if self._dtype is None:
                self._dtype = flat[0].dtype.base_dtype.name
        self.build(nest.map_structure(_shape, inputs))
        self.built = True
        if trackable.waiting:
            trackable.made()
        self._check_inputs(flat)
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _call_training(self, accepted, args, kwargs):
        """`training` for the calls inside; given to `call` where it came from outside."""
        outer = _calls.training[-1] if _calls.training else None
        if "training" not in accepted:
            return outer
        position = accepted.index("training")
        if position <= len(args) and position > 0:
            given = args[position - 1]
        else:
            given = kwargs.get("training")
        if given is None and outer is not None and position > len(args):
            kwargs["training"] = given = outer
        return given if given is not None else outer

    def training_value(self, training):
        """`training` if it is given, else the learning phase.

        Args:
          training: a bool, a boolean tensor, or None.
        """
        return state.learning_phase() if training is None else training

    def build(self, input_shape):
        """Makes the variables; called once, before the first `call`.

        Args:
          input_shape: `TensorShape` of the input, in the structure of the inputs.
        """
        self.built = True

    # -- masks and shapes ------------------------------------------------------------------------

    def compute_mask(self, inputs, mask=None):
        """The mask of the output.

        Args:
          inputs: the inputs.
          mask: their mask(s): boolean tensors or None.

        Returns:
          The same mask(s) when the layer supports masking, else None.

        Raises:
          TypeError: there is a mask and the layer does not support masking.
        """
        if self.supports_masking:
            return mask
        if any(m is not None for m in nest.flatten(mask)):
            raise TypeError(
                f"Layer {self.name} does not support masking, but was passed an input_mask: {mask}"
            )
        return None

    def _mark_masks(self, inputs, outputs, given):
        flat = nest.flatten(outputs)
        if all(hasattr(t, "_keras_mask") for t in flat):
            return
        if getattr(self, "_computes_own_masks", False):
            return
        masked = any(m is not None for m in nest.flatten(given))
        if not masked and type(self).compute_mask is Layer.compute_mask:
            return
        if type(self).compute_mask is Layer.compute_mask and not self.supports_masking:
            return  # the mask ends here
        masks = nest.flatten(self.compute_mask(inputs, given))
        if len(masks) == 1 and len(flat) > 1:
            masks = masks * len(flat)
        for tensor, mask in zip(flat, masks):
            if isinstance(tensor, Tensor):
                tensor._keras_mask = mask

    def compute_output_shape(self, input_shape):
        """The shape of the output for a given shape of the input.

        Args:
          input_shape: a tuple or `TensorShape`, or a structure of them as the inputs have.

        Returns:
          A `TensorShape`, or a structure of them.
        """
        with Graph().as_default():
            copy = self.from_config(self.get_config())
            dtype = copy.dtype or state.floatx()
            inputs = nest.map_structure(
                lambda shape: raw.Placeholder(dtype=dtypes.as_dtype(dtype), shape=shape),
                as_shapes(input_shape),
            )
            return nest.map_structure(lambda t: t.shape, copy(inputs))


def as_shapes(value):
    """A nested structure of tuples of sizes as one of `TensorShape`s.

    Args:
      value: a `TensorShape`, a sequence of integers and None, or a list or dict of these.
    """
    if value is None or isinstance(value, TensorShape):
        return TensorShape(value)
    if isinstance(value, dict):
        return {key: as_shapes(item) for key, item in value.items()}
    items = list(value)
    if all(item is None or not isinstance(item, (list, tuple, TensorShape)) for item in items):
        return TensorShape(items)
    return type(value)(as_shapes(item) for item in items)


def _batch_input_shape(kwargs):
    """The shape of the input with its batch dimension, from a constructor's arguments, or None."""
    if "batch_input_shape" in kwargs:
        return tuple(kwargs["batch_input_shape"])
    shape = kwargs.get("input_shape")
    if shape is None and kwargs.get("input_dim") is not None:
        shape = (kwargs["input_dim"],)
    if shape is None:
        return None
    return (kwargs.get("batch_size"), *TensorShape(shape).as_list())


_parameters = {}


def _accepted(call):
    """The names of the parameters of a `call`, without self; `**kwargs` accepts nothing by name."""
    names = _parameters.get(call)
    if names is None:
        names = _parameters[call] = list(inspect.signature(call).parameters)[1:]
    return names


def _as_tensor(value):
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (int, float, bool)) or hasattr(value, "__array__"):
        return convert_to_tensor(value)
    return convert_to_tensor(value) if isinstance(value, Variable) else value


def _shape(value):
    return value.shape if hasattr(value, "shape") else TensorShape(None)


def _masks(inputs):
    return nest.map_structure(lambda t: getattr(t, "_keras_mask", None), inputs)


def _inside(graph):
    """Whether `graph` is around the default graph, which is the body of a function in it."""
    return getattr(get_default_graph(), "root", None) is graph


def _distinct_outputs(outputs, inputs):
    """The outputs; one that is an input becomes a new tensor, to have its own origin."""
    taken = {id(t) for t in inputs}
    return nest.map_structure(
        lambda t: raw.Identity(t) if isinstance(t, Tensor) and id(t) in taken else t, outputs
    )
