"""Layers around a layer: `TimeDistributed` applies it to each step, `Bidirectional` both ways."""

import inspect

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.serialization import serialize_keras_object


class Wrapper(Layer):
    """Base class of layers around another layer.

    Args:
      layer: the layer inside.
      **kwargs: as for `Layer`.
    """

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.built = True

    @property
    def activity_regularizer(self):
        """The inner layer's function of the output whose value is a loss."""
        return getattr(self.layer, "activity_regularizer", None)

    def get_config(self):
        return {**super().get_config(), "layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The layer that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
          custom_objects: dict from further names to classes.
        """
        from headwater._src.keras.layer_registry import deserialize

        config = dict(config)
        return cls(deserialize(config.pop("layer"), custom_objects), **config)


def _options(layer, **given):
    """The given arguments that a layer's `call` knows and that are not None."""
    accepted = inspect.signature(layer.call).parameters
    return {k: v for k, v in given.items() if k in accepted and v is not None}


class TimeDistributed(Wrapper):
    """A layer applied to each step of `[batch, steps, ...]`.

    Args:
      layer: the layer inside.
      **kwargs: as for `Layer`.

    Raises:
      ValueError: `layer` is not one.
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                "Please initialize `TimeDistributed` layer with a `tf.keras.layers.Layer` "
                f"instance. Received: {layer}"
            )
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape=None):
        dims = input_shape.as_list()
        if len(dims) < 3:
            raise ValueError(
                "`TimeDistributed` Layer should be passed an `input_shape ` with at least 3 "
                f"dimensions, received: {dims}"
            )
        super().build(TensorShape([dims[0], *dims[2:]]))

    def call(self, inputs, training=None, mask=None):
        """The inner layer's outputs, `[batch, steps, ...]`.

        Args:
          inputs: `Tensor` `[batch, steps, ...]`.
          training: whether the model is trained.
          mask: boolean `Tensor` `[batch, steps]`, for inner layers that know masks.

        Returns:
          `Tensor`.
        """
        flat_mask = None if mask is None else _merged(mask)
        outputs = self.layer.call(
            _merged(inputs), **_options(self.layer, training=training, mask=flat_mask)
        )
        sizes, dims = fn.shape(inputs), inputs.dims
        rest = outputs.dims[1:]
        inner = fn.shape(outputs)
        result = fn.reshape(
            outputs,
            fn.stack(
                [
                    *[sizes[i] if dims[i] is None else dims[i] for i in (0, 1)],
                    *[inner[i + 1] if n is None else n for i, n in enumerate(rest)],
                ]
            ),
        )
        result.set_shape([dims[0], dims[1], *rest])
        return result


def _merged(tensor):
    """`[batch, steps, ...]` as `[batch * steps, ...]`."""
    dims, sizes = tensor.dims, fn.shape(tensor)
    rest = [sizes[i + 2] if n is None else n for i, n in enumerate(dims[2:])]
    merged = fn.reshape(tensor, fn.stack([-1, *rest]) if rest else [-1])
    known = None if None in dims[:2] else dims[0] * dims[1]
    merged.set_shape([known, *dims[2:]])
    return merged


class Bidirectional(Wrapper):
    """A recurrent layer and its mirror image, which reads the sequence from its end.

    Args:
      layer: the recurrent layer.
      merge_mode: how the two outputs become one: `"concat"`, `"sum"`, `"mul"`, `"ave"`, or None
        for a list of both.
      weights: arrays that the variables start with.
      backward_layer: the layer for the way back (default: a copy with other variables).
      **kwargs: as for `Layer`.

    Raises:
      ValueError: `merge_mode` is another one, or `layer` is not a layer.
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                "Please initialize `Bidirectional` layer with a `tf.keras.layers.Layer` instance. "
                f"Received: {layer}"
            )
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(
                f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one of "
                '{"sum", "mul", "ave", "concat", None}'
            )
        self._given_backward = backward_layer
        super().__init__(layer, **kwargs)
        self.merge_mode = merge_mode
        self.forward_layer = _copied(layer, f"forward_{layer.name}", layer.go_backwards)
        self.backward_layer = (
            _copied(layer, f"backward_{layer.name}", not layer.go_backwards)
            if backward_layer is None
            else backward_layer
        )
        for one in (self.forward_layer, self.backward_layer):
            one._zero_output_for_mask = layer.return_sequences
        if weights is not None:
            half = len(weights) // 2
            self.forward_layer._initial_weights = weights[:half]
            self.backward_layer._initial_weights = weights[half:]
        self.layer = self.forward_layer
        self._original = layer
        self.stateful = layer.stateful
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state
        self.supports_masking = True

    def build(self, input_shape=None):
        self.built = True  # the two layers are built when they are called

    def __call__(self, inputs, initial_state=None, constants=None, **kwargs):
        """Applies the layer.

        Args:
          inputs: `Tensor` `[batch, steps, ...]`, or a list: it and the initial states.
          initial_state: list of tensors, first for the way forward.
          constants: list of tensors that the cells get at each step.
          **kwargs: further arguments of `call`.

        Returns:
          What `call` returns.
        """
        if constants is not None:
            raise NotImplementedError("constants of Bidirectional are not implemented in headwater")
        if initial_state is not None:
            first = [inputs] if not isinstance(inputs, (list, tuple)) else list(inputs)
            inputs = [*first, *initial_state]
        if isinstance(inputs, (list, tuple)) and "mask" not in kwargs:
            mask = getattr(inputs[0], "_keras_mask", None)
            if mask is not None:
                kwargs["mask"] = mask
        return super().__call__(inputs, **kwargs)

    def call(self, inputs, training=None, mask=None):
        """Both layers' outputs, merged; then their last states if asked for.

        Args:
          inputs: `Tensor`, or a list: it and the initial states.
          training: whether the model is trained.
          mask: boolean `Tensor` `[batch, steps]`.

        Returns:
          A `Tensor`, or a list of them.
        """
        states = [None, None]
        if isinstance(inputs, (list, tuple)):
            given = list(inputs[1:])
            half = len(given) // 2
            inputs, states = inputs[0], [given[:half], given[half:]]
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        results = []
        for layer, state in zip((self.forward_layer, self.backward_layer), states):
            options = _options(layer, training=training, mask=mask)
            results.append(layer(inputs, initial_state=state or None, **options))
        rest = []
        if self.return_state:
            rest = [s for result in results for s in result[1:]]
            results = [result[0] for result in results]
        forward, backward = results
        if self.return_sequences:
            backward = fn.reverse(backward, [0 if self.forward_layer.time_major else 1])
        merged = self._merge(forward, backward)
        if not rest:
            return merged
        return [*merged, *rest] if self.merge_mode is None else [merged, *rest]

    def _merge(self, forward, backward):
        if self.merge_mode == "concat":
            return fn.concat([forward, backward], -1)
        if self.merge_mode == "sum":
            return forward + backward
        if self.merge_mode == "ave":
            return (forward + backward) / 2
        return forward * backward if self.merge_mode == "mul" else [forward, backward]

    def compute_mask(self, inputs, mask=None):
        """The mask of the outputs.

        Args:
          inputs: the inputs.
          mask: their mask(s).
        """
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        if self.return_state:
            outputs += [None] * 2 * len(self.forward_layer.states)
        return outputs if len(outputs) > 1 else mask

    def reset_states(self):
        """Sets the states of both layers to zero."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def get_config(self):
        config = super().get_config()
        config["layer"] = serialize_keras_object(self._original)
        config["merge_mode"] = self.merge_mode
        if self._given_backward is not None:
            config["backward_layer"] = serialize_keras_object(self._given_backward)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The layer that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
          custom_objects: dict from further names to classes.
        """
        from headwater._src.keras.layer_registry import deserialize

        config = {k: v for k, v in config.items() if k != "num_constants"}
        if config.get("backward_layer") is not None:
            config["backward_layer"] = deserialize(config["backward_layer"], custom_objects)
        return super().from_config(config, custom_objects)


def _copied(layer, name, backwards):
    config = {**layer.get_config(), "name": name, "go_backwards": backwards}
    return type(layer).from_config(config)
