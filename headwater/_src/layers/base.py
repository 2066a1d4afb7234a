"""`Layer`: variables and a function of tensors under one name; every layer of `tf.layers` and every
RNN cell is one.

A layer opens its variable scope at its first call: the scope it is given, or a fresh one named
after its class (`dense`, `dense_1`, ...). Later calls reuse its variables and put their nodes under
the same name scope.
"""

import copy
import re

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import trackable
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import executing_eagerly, get_default_graph
from headwater._src.graph.framework import name_scope
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.operation import Tensor
from headwater._src.graph.variable_policy import VariableSynchronization
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.dependents import depends_on


def snake_case(name):
    """`BasicLSTMCell` as `basic_lstm_cell`, the way scopes of layers are named."""
    spaced = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()
    return "private" + snake if snake[0] == "_" else snake


class InputSpec:
    """What a layer demands of an input.

    Args:
      dtype: the type it must have, or None.
      shape: the exact shape, or None.
      ndim: the exact rank, or None.
      max_ndim: the largest rank, or None.
      min_ndim: the smallest rank, or None.
      axes: dict from axis to its size.
    """

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype = dtype
        self.shape = shape
        self.ndim = len(shape) if shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = axes or {}

    def check(self, tensor, index, layer_name):
        """Raises ValueError unless `tensor` (input number `index` of the layer) is as demanded."""
        start = f"Input {index} of layer {layer_name} is incompatible with the layer: "
        dims = tensor.dims
        if dims is None:
            if self.ndim is not None or self.min_ndim is not None or self.max_ndim is not None:
                raise ValueError(
                    f"{start}its rank is undefined, but the layer requires a defined rank."
                )
            return
        rank = len(dims)
        found = f"found ndim={rank}. Full shape received: {list(dims)}"
        if self.ndim is not None and rank != self.ndim:
            raise ValueError(f"{start}expected ndim={self.ndim}, {found}")
        if self.max_ndim is not None and rank > self.max_ndim:
            raise ValueError(f"{start}expected max_ndim={self.max_ndim}, {found}")
        if self.min_ndim is not None and rank < self.min_ndim:
            raise ValueError(f"{start}expected min_ndim={self.min_ndim}, {found}")
        if self.dtype is not None and tensor.dtype.base_dtype != dtypes.as_dtype(self.dtype):
            raise ValueError(
                f"{start}expected dtype={self.dtype}, found dtype={tensor.dtype.base_dtype}"
            )
        wanted = [] if self.shape is None else TensorShape(self.shape).as_list()
        if any(size not in (found, None) for size, found in zip(wanted, dims) if found is not None):
            raise ValueError(f"{start}expected shape={tuple(wanted)}, found shape={list(dims)}")
        for axis, size in self.axes.items():
            if size is not None and dims[axis] not in (size, None):
                raise ValueError(
                    f"{start}expected axis {axis} of input shape to have value {size} but received "
                    f"input with "
                    f"shape {list(dims)}"
                )


class Layer:
    """Base class of layers: override `build` (make variables) and `call` (make nodes).

    Args:
      trainable: whether the variables are added to the trainable ones.
      name: the layer's name, and of its variable scope.
      dtype: the type of the variables (default: that of the first input).
      activity_regularizer: function of the output whose value is added to the layer's losses.
      **kwargs: `_scope` and `_reuse`: the variable scope to use, and whether its variables exist.

    >>> class Scale(tf.layers.Layer):
    ...     def build(self, shape):
    ...         self.factor = self.add_weight("factor", [], initializer=tf.ones_initializer())
    ...         self.built = True
    ...
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(tf.constant([1.0, 2.0])).name
    'scale/mul:0'
    """

    def __init__(self, trainable=True, name=None, dtype=None, activity_regularizer=None, **kwargs):
        self._reuse = kwargs.pop("_reuse", None)
        scope = kwargs.pop("_scope", None)
        if kwargs:
            raise TypeError(f"Keyword argument not understood: {', '.join(sorted(kwargs))}")
        self.trainable = trainable
        self.built = False
        self.input_spec = None
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self._base_name = name or snake_case(type(self).__name__)
        self._name = name or _numbered(self._base_name)
        self._activity_regularizer = activity_regularizer
        self._trainable_weights, self._non_trainable_weights = [], []
        self._losses, self._updates = [], []
        self._inputs = []
        self._graph = None
        self._scope = None
        if scope:
            with variable_scope(scope) as captured:
                self._scope = captured
        self._open_scope = None

    @property
    def name(self):
        """The layer's name."""
        return self._name

    @property
    def dtype(self):
        """The name of the variables' type, or None before it is known."""
        return self._dtype

    @property
    def graph(self):
        """The graph the layer was built in."""
        return self._graph

    @property
    def scope_name(self):
        """The name of the layer's variable scope; the layer must have been called."""
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been '
                "used yet. The scope name is determined the first time the layer instance is "
                "called."
            )
        return self._scope.name

    @property
    def trainable_weights(self):
        """The trainable variables."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self):
        """The variables that are not trained."""
        rest = list(self._non_trainable_weights)
        return rest if self.trainable else self._trainable_weights + rest

    @property
    def weights(self):
        """All variables, the trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def _checkpoint_children(self):
        return trackable.attributes_of(self, self.weights)

    @property
    def losses(self):
        """The losses of regularizers, and those that `add_loss` was given."""
        return list(self._losses)

    @property
    def updates(self):
        """The operations that `add_update` was given."""
        return list(self._updates)

    def build(self, input_shape):
        """Makes the variables; called once, with the shape(s) of the first input(s)."""
        self.built = True

    def call(self, inputs, *args, **kwargs):
        """Makes the nodes; called for every use of the layer."""
        return inputs

    def get_losses_for(self, inputs):
        """The losses that depend on inputs.

        Args:
          inputs: list of tensors, or None for the losses that depend on no input of the layer.
        """
        return self._for(self.losses, inputs)

    def get_updates_for(self, inputs):
        """The updates that depend on inputs.

        Args:
          inputs: list of tensors, or None for the updates that depend on no input of the layer.
        """
        return self._for(self.updates, inputs)

    def _for(self, items, inputs):
        if inputs is not None:
            return depends_on(items, nest.flatten(inputs))
        bound = depends_on(items, self._inputs)
        return [item for item in items if not any(item is other for other in bound)]

    def add_loss(self, losses, inputs=None):
        """Adds tensors to `losses` and to the graph's regularization losses."""
        losses = losses if isinstance(losses, (list, tuple)) else [losses]
        if executing_eagerly():
            return
        self._losses += losses
        for loss in losses:
            get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates, inputs=None):
        """Adds operations to `updates` and to the collection `UPDATE_OPS`."""
        updates = updates if isinstance(updates, (list, tuple)) else [updates]
        if executing_eagerly():  # they have run
            return
        self._updates += updates
        for update in updates:
            get_default_graph().add_to_collection(GraphKeys.UPDATE_OPS, update)

    def add_weight(
        self,
        name,
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
        """Makes or finds a variable in the layer's scope.

        Args:
          name: its name in the scope.
          shape: its shape.
          dtype: its type (default: the layer's).
          initializer: as in `tf.get_variable`.
          regularizer: function of the variable that gives a loss.
          trainable: whether it is trained (default: yes).
          constraint: function that maps the updated variable to an allowed one.
          use_resource: whether it is a resource variable.
          synchronization: `ON_READ` variables are not trained.
          aggregation: accepted for compatibility.
          partitioner: as in `tf.get_variable`.
          **kwargs: further arguments of `tf.get_variable`.

        Returns:
          The variable.
        """
        if self._open_scope is None:
            with variable_scope(
                self._opened_scope(), auxiliary_name_scope=False, reuse=self.built or self._reuse
            ) as scope:
                self._open_scope = scope
                try:
                    return self.add_weight(
                        name,
                        shape,
                        dtype,
                        initializer,
                        regularizer,
                        trainable,
                        constraint,
                        use_resource,
                        synchronization,
                        aggregation,
                        partitioner,
                        **kwargs,
                    )
                finally:
                    self._open_scope = None
        trainable = trainable_or_default(trainable, synchronization)
        before = len(get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES))
        variable = get_variable(
            name,
            shape,
            dtypes.as_dtype(dtype or self._dtype or dtypes.float32),
            initializer,
            regularizer,
            trainable=trainable and self.trainable,
            synchronization=synchronization or VariableSynchronization.AUTO,
            constraint=constraint,
            use_resource=use_resource,
            partitioner=partitioner,
            **kwargs,
        )
        self._losses += get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)[before:]
        known = self._trainable_weights if trainable else self._non_trainable_weights
        for part in list(variable) if hasattr(variable, "_get_variable_list") else [variable]:
            if not any(part is v for v in known):
                known.append(part)
        return variable

    def add_variable(self, *args, **kwargs):
        """The older name of `add_weight`."""
        return self.add_weight(*args, **kwargs)

    def apply(self, inputs, *args, **kwargs):
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def __call__(self, inputs, *args, **kwargs):
        """Applies the layer; builds it first when it is new.

        Args:
          inputs: a tensor, or a nested structure of tensors.
          *args: further arguments of `call`.
          **kwargs: further arguments of `call`; `scope` names the variable scope of a new layer.

        Returns:
          What `call` returns.
        """
        self._set_scope(kwargs.pop("scope", None))
        inputs = nest.map_structure(_as_tensor, inputs)
        flat = [t for t in nest.flatten(inputs) if isinstance(t, Tensor)]
        if flat:
            self._graph = flat[0].graph
        if not executing_eagerly():
            self._inputs += flat
        if self._dtype is None and flat:
            self._dtype = flat[0].dtype.base_dtype.name
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False) as scope:
            outer, self._open_scope = self._open_scope, scope
            try:
                with name_scope(scope.original_name_scope):
                    self._check_inputs(flat)
                    if not self.built:
                        self.build(_shapes(inputs))
                        self.built = True
                        if trackable.waiting:
                            trackable.made()
                    self._check_inputs(flat)
                    outputs = self.call(inputs, *args, **kwargs)
                    if self._activity_regularizer is not None:
                        for output in nest.flatten(outputs):
                            self.add_loss(self._activity_regularizer(output))
            finally:
                self._open_scope = outer
        return outputs

    def _set_scope(self, scope=None):
        if self._scope is not None:
            return
        if self._reuse:
            opened = variable_scope(scope if scope is not None else self._base_name)
        else:
            opened = variable_scope(scope, default_name=self._base_name)
        with opened as captured:
            self._scope = captured

    def _opened_scope(self):
        self._set_scope()
        return self._scope

    def _check_inputs(self, flat):
        specs = self.input_spec
        if specs is None:
            return
        specs = specs if isinstance(specs, (list, tuple)) else [specs]
        if len(specs) != len(flat):
            raise ValueError(
                f"Layer {self.name} expects {len(specs)} inputs, but it received {len(flat)} input "
                f"tensors. Inputs received: {flat}"
            )
        for index, (spec, tensor) in enumerate(zip(specs, flat)):
            spec.check(tensor, index, self.name)

    def compute_output_shape(self, input_shape):
        """The shape of the output for a given input shape, where a layer can tell."""
        raise NotImplementedError(f"{type(self).__name__} does not say the shape of its output")

    def count_params(self):
        """The number of elements of all variables; the layer must be built."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on {self.name}, but the layer isn't built."
            )
        return sum(v.shape.num_elements() for v in self.weights)

    def __deepcopy__(self, memo):
        if self.weights:
            raise TypeError(
                f"layer {self.name!r} cannot be copied: its variables belong to a graph"
            )
        new = memo[id(self)] = type(self).__new__(type(self))
        for name, value in vars(self).items():
            shared = name in _OF_THE_GRAPH
            object.__setattr__(new, name, value if shared else copy.deepcopy(value, memo))
        return new


_OF_THE_GRAPH = ("_graph", "_scope", "_open_scope", "_inputs", "_losses", "_updates")


def trainable_or_default(trainable, synchronization):
    """Whether a variable is trained, which those that are brought together on reading are not.

    Args:
      trainable: what the program says, or None.
      synchronization: a `VariableSynchronization`, or None.

    Raises:
      ValueError: it is to be trained, and to be brought together on reading.
    """
    on_read = synchronization is VariableSynchronization.ON_READ
    if on_read and trainable:
        raise ValueError(
            "Synchronization value can be set to VariableSynchronization.ON_READ only for "
            "non-trainable variables. You have specified trainable=True and "
            "synchronization=VariableSynchronization.ON_READ."
        )
    return not on_read if trainable is None else trainable


def _numbered(base):
    """`base`, or `base_1`, `base_2`, ... when the graph already has layers of that name."""
    counts = get_default_graph().__dict__.setdefault("_layer_counts", {})
    counts[base] = counts.get(base, 0) + 1
    return base if counts[base] == 1 else f"{base}_{counts[base] - 1}"


def _as_tensor(value):
    if isinstance(value, Tensor) or not (
        hasattr(value, "__array__") or isinstance(value, (int, float))
    ):
        return convert_to_tensor(value) if hasattr(value, "_as_graph_element") else value
    return convert_to_tensor(value)


def _shapes(inputs):
    if isinstance(inputs, Tensor):
        return inputs.shape
    shapes = nest.map_structure(
        lambda t: t.shape if isinstance(t, Tensor) else TensorShape(None), inputs
    )
    return shapes
