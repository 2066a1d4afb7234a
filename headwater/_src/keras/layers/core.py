"""Layers of Keras without windows: `Dense`, `Activation`, `Dropout`, and those that reshape."""

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras import activations, regularizers
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.settings import data_layout, described, resolved
from headwater._src.keras.serialization import deserialize_keras_object
from headwater._src.layers import core
from headwater._src.layers.base import InputSpec

WEIGHT_SETTINGS = (
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
)


class Dense(core.Dense, Layer):
    """`activation(inputs . kernel + bias)` along the last dimension.

    Args:
      units: size of the last dimension of the output.
      activation: function of the result, or its name.
      use_bias: whether a bias is added.
      kernel_initializer: initializer of the kernel.
      bias_initializer: initializer of the bias.
      kernel_regularizer: function of the kernel that gives a loss.
      bias_regularizer: function of the bias that gives a loss.
      activity_regularizer: function of the output that gives a loss.
      kernel_constraint: maps the updated kernel to an allowed one.
      bias_constraint: maps the updated bias to an allowed one.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            units,
            activations.get(activation),
            use_bias,
            **resolved(
                kernel_initializer=kernel_initializer,
                bias_initializer=bias_initializer,
                kernel_regularizer=kernel_regularizer,
                bias_regularizer=bias_regularizer,
                activity_regularizer=activity_regularizer,
                kernel_constraint=kernel_constraint,
                bias_constraint=bias_constraint,
            ),
            **kwargs,
        )
        self.supports_masking = True

    def get_config(self):
        return {
            **super().get_config(),
            **described(self, "units", "activation", "use_bias", *WEIGHT_SETTINGS),
        }


class Activation(Layer):
    """A function of each element, or of the last dimension.

    Args:
      activation: the function, or its name.
      **kwargs: as for `Layer`.
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)

    def get_config(self):
        return {**super().get_config(), **described(self, "activation")}


class Dropout(core.Dropout, Layer):
    """Sets a share `rate` of the inputs to 0 while training, and scales the rest up.

    Args:
      rate: the share that is dropped.
      noise_shape: shape of the mask, broadcast to the inputs; None in it is the inputs' size.
      seed: seed of the mask.
      **kwargs: as for `Layer`.
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(rate, noise_shape, seed, **kwargs)
        self.supports_masking = True

    def call(self, inputs, training=None):
        return super().call(inputs, self.training_value(training))

    def _mask_shape(self, inputs):
        if self.noise_shape is None:
            return None
        sizes = fn.shape(inputs)
        return fn.stack([sizes[i] if n is None else n for i, n in enumerate(self.noise_shape)])

    def get_config(self):
        return {**super().get_config(), **described(self, "rate", "noise_shape", "seed")}


class _SpatialDropout(Dropout):
    """Dropout of whole channels."""

    _rank = None

    def __init__(self, rate, data_format="channels_last", **kwargs):
        super().__init__(rate, **kwargs)
        self.data_format = data_layout(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def _mask_shape(self, inputs):
        sizes, ones = fn.shape(inputs), [1] * self._rank
        if self.data_format == "channels_first":
            return fn.stack([sizes[0], sizes[1], *ones])
        return fn.stack([sizes[0], *ones, sizes[self._rank + 1]])


class SpatialDropout1D(_SpatialDropout):
    """Sets a share of the channels of `[batch, steps, channels]` to 0 while training.

    Args:
      rate: the share that is dropped.
      **kwargs: as for `Layer`.
    """

    _rank = 1

    def __init__(self, rate, **kwargs):
        super().__init__(rate, **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Sets a share of the channels of pictures to 0 while training.

    Args:
      rate: the share that is dropped.
      data_format: where the channels are.
      **kwargs: as for `Layer`.
    """

    _rank = 2

    def __init__(self, rate, data_format=None, **kwargs):
        super().__init__(rate, data_format, **kwargs)


class SpatialDropout3D(_SpatialDropout):
    """Sets a share of the channels of volumes to 0 while training.

    Args:
      rate: the share that is dropped.
      data_format: where the channels are.
      **kwargs: as for `Layer`.
    """

    _rank = 3

    def __init__(self, rate, data_format=None, **kwargs):
        super().__init__(rate, data_format, **kwargs)


class Flatten(core.Flatten, Layer):
    """Keeps the first dimension and flattens the others.

    Args:
      data_format: where the channels are; `"channels_first"` moves them last before flattening.
      **kwargs: as for `Layer`.
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(data_layout(data_format), **kwargs)

    def call(self, inputs):
        if len(inputs.dims) == 1:
            return fn.expand_dims(inputs, -1)
        return super().call(inputs)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Gives each example another shape.

    Args:
      target_shape: the shape without the batch; one size may be -1.
      **kwargs: as for `Layer`.
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def compute_output_shape(self, input_shape):
        dims = TensorShape(input_shape).as_list()
        return TensorShape([dims[0], *self._target(dims[1:])])

    def _target(self, dims):
        """The target shape, with -1 replaced by the size that remains, if it is known."""
        if -1 not in self.target_shape:
            size = _product(dims)
            if size is not None and size != _product(self.target_shape):
                raise ValueError(
                    "total size of new array must be unchanged, "
                    f"input_shape = {list(dims)}, output_shape = {list(self.target_shape)}"
                )
            return list(self.target_shape)
        size, known = _product(dims), _product([d for d in self.target_shape if d != -1])
        if size is not None and (known == 0 or size % known):
            raise ValueError(
                "total size of new array must be unchanged, "
                f"input_shape = {list(dims)}, output_shape = {list(self.target_shape)}"
            )
        rest = None if size is None else size // known
        return [rest if d == -1 else d for d in self.target_shape]

    def call(self, inputs):
        target = self._target(inputs.dims[1:])
        result = raw.Reshape(inputs, fn.stack([fn.shape(inputs)[0], *self.target_shape]))
        result.set_shape([inputs.dims[0], *target])
        return result

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}


def _product(sizes):
    if None in sizes:
        return None
    total = 1
    for size in sizes:
        total *= size
    return total


class Permute(Layer):
    """Reorders the dimensions of each example.

    Args:
      dims: the order, counted from 1: `(2, 1)` exchanges the two dimensions after the batch.
      **kwargs: as for `Layer`.

    Raises:
      ValueError: `dims` are not the numbers from 1 on.
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer. The set of indices in "
                "`dims` must be consecutive and start from 1. Received "
                f"dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        return fn.transpose(inputs, [0, *self.dims])

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """`[batch, size]` becomes `[batch, n, size]`, each vector `n` times.

    Args:
      n: the number of copies.
      **kwargs: as for `Layer`.
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise TypeError(f"Expected an integer value for `n`, got {type(n)}.")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        return fn.tile(fn.expand_dims(inputs, 1), fn.stack([1, self.n, 1]))

    def get_config(self):
        return {**super().get_config(), "n": self.n}


class Lambda(Layer):
    """A function of tensors as a layer.

    Args:
      function: called with the inputs, and with `mask` and `training` if it has such arguments.
      output_shape: shape of an example of the output, or a function of the input's shape.
      mask: the mask of the output, or a function `(inputs, mask)`.
      arguments: dict of further arguments of `function`.
      **kwargs: as for `Layer`.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        self.function, self.arguments = function, dict(arguments or {})
        self._output_shape, self.mask = output_shape, mask
        if mask is not None:
            self.supports_masking = True

    def compute_output_shape(self, input_shape):
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return TensorShape(self._output_shape(input_shape))
        return TensorShape([TensorShape(input_shape).as_list()[0], *self._output_shape])

    def call(self, inputs, mask=None, training=None):
        arguments = dict(self.arguments)
        code = getattr(self.function, "__code__", None)
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ()
        if "mask" in names:
            arguments["mask"] = mask
        if "training" in names:
            arguments["training"] = training
        return self.function(inputs, **arguments)

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self):
        """The arguments; a function without a name cannot be written as JSON, only copied."""
        name = getattr(self.function, "__name__", "<lambda>")
        lambda_ = name == "<lambda>"
        return {
            **super().get_config(),
            "function": self.function if lambda_ else name,
            "function_type": "lambda" if lambda_ else "function",
            "module": getattr(self.function, "__module__", None),
            "output_shape": self._output_shape,
            "arguments": self.arguments,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The layer that `get_config` described; functions are looked up by name.

        Args:
          config: dict of the constructor's arguments.
          custom_objects: dict from names to functions.

        Raises:
          ValueError: the function is not among the program's objects, or is stored as code.
        """
        config = {
            key: value
            for key, value in config.items()
            if key not in ("module", "output_shape_type", "output_shape_module")
        }
        kind, function = config.pop("function_type", None), config["function"]
        if not callable(function):
            if kind == "lambda":
                raise ValueError(
                    "This Lambda layer was saved with the code of its function. headwater does "
                    "not run code out of files: write the layer anew, with a named function."
                )
            config["function"] = deserialize_keras_object(
                function, {}, custom_objects, "function in Lambda layer"
            )
        return cls(**config)


class Masking(Layer):
    """Masks steps of `[batch, steps, ...]` in which every value is `mask_value`.

    Args:
      mask_value: the value of steps that are to be skipped.
      **kwargs: as for `Layer`.
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.mask_value = mask_value

    def compute_mask(self, inputs, mask=None):
        return fn.reduce_any(fn.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        kept = fn.reduce_any(fn.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return inputs * fn.cast(kept, inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "mask_value": self.mask_value}


class ActivityRegularization(Layer):
    """The inputs as they are; their absolute values and squares become losses.

    Args:
      l1: factor of the absolute values.
      l2: factor of the squares.
      **kwargs: as for `Layer`.
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1, self.l2 = l1, l2

    def call(self, inputs):
        return inputs

    def get_config(self):
        return {**super().get_config(), "l1": self.l1, "l2": self.l2}


class Embedding(Layer):
    """Rows of a table: `[...]` integers become `[..., output_dim]`.

    Args:
      input_dim: the number of rows.
      output_dim: the size of a row.
      embeddings_initializer: initializer of the table.
      embeddings_regularizer: function of the table that gives a loss.
      activity_regularizer: function of the output that gives a loss.
      embeddings_constraint: maps the updated table to an allowed one.
      mask_zero: whether inputs 0 are masked.
      input_length: the length of the sequences, if it is known.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        activity_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        input_length=None,
        **kwargs,
    ):
        if "input_shape" not in kwargs and "batch_input_shape" not in kwargs:
            kwargs["input_shape"] = (None,) if input_length is None else (input_length,)
        kwargs["dtype"] = kwargs.get("dtype") or "float32"
        super().__init__(activity_regularizer=regularizers.get(activity_regularizer), **kwargs)
        settings = resolved(
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
        )
        vars(self).update(settings)
        self.input_dim, self.output_dim = input_dim, output_dim
        self.mask_zero, self.input_length = mask_zero, input_length
        self.supports_masking = mask_zero

    def build(self, input_shape):
        self.embeddings = self.add_weight(
            "embeddings",
            [self.input_dim, self.output_dim],
            None,
            self.embeddings_initializer,
            self.embeddings_regularizer,
            True,
            self.embeddings_constraint,
        )
        self.built = True

    def compute_mask(self, inputs, mask=None):
        return fn.not_equal(inputs, 0) if self.mask_zero else None

    def call(self, inputs):
        rows = convert_to_tensor(inputs)
        if rows.dtype.name not in ("int32", "int64"):
            rows = fn.cast(rows, "int32")
        return fn.gather(self.embeddings, rows)

    def get_config(self):
        return {
            **super().get_config(),
            **described(
                self,
                "input_dim",
                "output_dim",
                "embeddings_initializer",
                "embeddings_regularizer",
                "activity_regularizer",
                "embeddings_constraint",
                "mask_zero",
                "input_length",
            ),
        }
