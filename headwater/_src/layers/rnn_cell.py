"""Recurrent cells: `output, state = cell(input, state)`, one step at a time.

Sources: Elman (1990) for the basic cell; Hochreiter and Schmidhuber (1997), Gers et al. (2000,
forget gate; 2002, peepholes), Sak et al. (2014, projection) for the LSTMs; Cho et al. (2014) for
the GRU.
"""

import inspect
from collections import namedtuple

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.base import InputSpec, Layer
from headwater._src.layers.initializers import Constant, Zeros
from headwater._src.ops.combining import clip_by_value
from headwater._src.ops.constants import zeros
from headwater._src.ops.joining import concat, split
from headwater._src.ops.matmul import matmul
from headwater._src.ops.nn import bias_add


class LSTMStateTuple(namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM: the memory `c` and the output `h`, both `[batch, units]`."""

    __slots__ = ()

    @property
    def dtype(self):
        """The type that both parts share."""
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


def sizes_to_zeros(state_size, batch_size, dtype):
    """Zero tensors `[batch_size, size]` in the structure of `state_size`."""

    def one(size):
        dims = TensorShape(size)._dims
        batch = (
            batch_size
            if isinstance(batch_size, Tensor)
            else convert_to_tensor(batch_size, name="Const")
        )
        known = batch.known
        tail = constant(np.array(dims, np.int32))
        state = zeros(
            concat(
                [raw.ExpandDims(batch, constant(np.int32(0))) if batch.dims == () else batch, tail],
                0,
            ),
            dtype,
        )
        state.set_shape((None if known is None else int(known), *dims))
        return state

    return (
        nest.map_structure_up_to(state_size, one, state_size)
        if nest.is_sequence(state_size) and not isinstance(state_size, TensorShape)
        else one(state_size)
    )


def linear(arguments, output_size, kernel, bias=None):
    """`concat(arguments, 1) . kernel + bias`."""
    joined = arguments[0] if len(arguments) == 1 else concat(arguments, 1)
    result = matmul(joined, kernel)
    return result if bias is None else bias_add(result, bias)


def _tanh(x):
    return raw.Tanh(x)


def _sigmoid(x, name=None):
    return raw.Sigmoid(x, name=name)


def check_floating(*structures):
    """Raises ValueError when a tensor is not of a floating-point or complex type."""
    for tensor in nest.flatten(list(structures)):
        check_floating_type(tensor.dtype)


def check_floating_type(dtype):
    """Raises ValueError for a type that is neither a floating-point nor a complex one."""
    if not (dtype.is_floating or dtype.is_complex):
        raise ValueError(
            f"RNN cell only supports floating point inputs, but saw dtype: {dtype.name}"
        )


def _described(value):
    """Cells as dicts of their class and arguments; other values as they are."""
    if isinstance(value, RNNCell):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if isinstance(value, (list, tuple)) and any(isinstance(v, RNNCell) for v in value):
        return [_described(v) for v in value]
    return value


def _restored(value, known):
    """The reverse of `_described`, with classes by their names."""
    if isinstance(value, dict) and "class_name" in value:
        return known[value["class_name"]].from_config(value["config"], known)
    return [_restored(v, known) for v in value] if isinstance(value, list) else value


def _classes(base):
    """All classes that are derived from `base`, by name."""
    found = {c.__name__: c for c in base.__subclasses__()}
    for c in base.__subclasses__():
        found.update(_classes(c))
    return found


class RNNCell(Layer):
    """Base class of recurrent cells.

    Subclasses give `state_size`, `output_size` and `call(inputs, state)`, or, as programs of 2016
    do, override `__call__(inputs, state, scope=None)` itself.

    Args:
      trainable: whether the variables are added to the trainable ones.
      name: the cell's name, and of its variable scope.
      dtype: the type of the variables (default: that of the first input).
      **kwargs: as for `tf.layers.Layer`.
    """

    _arguments: tuple = ((), {})

    def __new__(cls, *args, **kwargs):
        """Keeps the arguments, for `get_config`."""
        cell = super().__new__(cls)
        cell._arguments = args, kwargs
        return cell

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        super().__init__(trainable, name, dtype, **kwargs)
        self._is_rnn_cell = True

    def get_config(self):
        """The arguments that make a cell like this one, as a dict; cells as dicts in it."""
        args, kwargs = self._arguments
        bound = inspect.signature(type(self)).bind(*args, **kwargs)
        bound.apply_defaults()
        config = {**bound.arguments, **bound.arguments.get("kwargs", {})}
        config.pop("kwargs", None)
        return {key: _described(value) for key, value in config.items()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A cell made from what `get_config` gave.

        Args:
          config: the dict; cells in it may be cells already.
          custom_objects: dict from names to classes of cells that are not of this package.

        Returns:
          The cell.
        """
        known = {**_classes(RNNCell), **(custom_objects or {})}
        return cls(**{key: _restored(value, known) for key, value in config.items()})

    def __call__(self, inputs, state, scope=None):
        """One step.

        Args:
          inputs: `[batch, size]`.
          state: the state, in the structure of `state_size`.
          scope: variable scope of a new cell.

        Returns:
          `(output, new state)`.
        """
        if scope is not None:
            with variable_scope(scope, custom_getter=None) as opened:
                return super().__call__(inputs, state, scope=opened)
        return super().__call__(inputs, state)

    @property
    def state_size(self):
        """The size(s) of the state: an integer, a TensorShape, or a nested tuple of these."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self):
        """The size of the output: an integer or a TensorShape."""
        raise NotImplementedError("Abstract method")

    def build(self, _):
        """Nothing to build unless a subclass says so."""

    def zero_state(self, batch_size, dtype):
        """The state filled with zeros.

        Args:
          batch_size: an integer or a scalar tensor.
          dtype: its type.

        Returns:
          Tensors `[batch_size, size]` in the structure of `state_size`.
        """
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return sizes_to_zeros(self.state_size, batch_size, dtype)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """`zero_state` with the batch size and type of `inputs`."""
        if inputs is not None:
            inputs = convert_to_tensor(inputs)
            rows = None if inputs.dims is None else inputs.dims[0]
            given = batch_size.known if isinstance(batch_size, Tensor) else batch_size
            if batch_size is not None and (given is None or rows != int(given)):
                raise ValueError(
                    "batch size from input tensor is different from the input param. Input tensor "
                    f"batch: {rows}, batch_size: {batch_size}"
                )
            if dtype is not None and dtype != inputs.dtype:
                raise ValueError(
                    "dtype from input tensor is different from the input param. Input tensor "
                    f"dtype: {inputs.dtype}, dtype: {dtype}"
                )
            batch_size = PUBLIC["shape"](inputs)[0] if rows is None else rows
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)

    def _input_size(self, shape):
        size = shape[-1].value
        if size is None:
            raise ValueError(f"Expected inputs.shape[-1] to be known, saw shape: {shape}")
        return size


class BasicRNNCell(RNNCell):
    """`output = state = activation([input, state] . kernel + bias)`.

    Args:
      num_units: size of state and output.
      activation: the function (default: tanh).
      reuse: whether the variables exist.
      name: the layer's name.
      dtype: type of the variables.
      **kwargs: as for `Layer`.
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._activation = num_units, activation or _tanh

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        self._kernel = self.add_variable(
            "kernel", [self._input_size(inputs_shape) + self._num_units, self._num_units]
        )
        self._bias = self.add_variable("bias", [self._num_units], initializer=Zeros())
        self.built = True

    def call(self, inputs, state):
        check_floating(inputs, state)
        output = self._activation(
            linear([inputs, state], self._num_units, self._kernel, self._bias)
        )
        return output, output


class GRUCell(RNNCell):
    """The gated recurrent unit.

    With gates r, u = sigmoid([x, h] . W + b) and candidate c = activation([x, r h] . V + d), the
    new state is u h + (1 - u) c.

    Args:
      num_units: size of state and output.
      activation: the candidate's function (default: tanh).
      reuse: whether the variables exist.
      kernel_initializer: initializer of both kernels.
      bias_initializer: initializer of both biases (default: 1 for the gates, 0 for the candidate).
      name: the layer's name.
      dtype: type of the variables.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        num_units,
        activation=None,
        reuse=None,
        kernel_initializer=None,
        bias_initializer=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._activation = num_units, activation or _tanh
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        check_floating_type(dtypes.as_dtype(self.dtype))
        n = self._num_units
        rows = self._input_size(inputs_shape) + n
        self._gate_kernel = self.add_variable(
            "gates/kernel", [rows, 2 * n], initializer=self._kernel_initializer
        )
        self._gate_bias = self.add_variable(
            "gates/bias", [2 * n], initializer=self._bias_initializer or Constant(1.0)
        )
        self._candidate_kernel = self.add_variable(
            "candidate/kernel", [rows, n], initializer=self._kernel_initializer
        )
        self._candidate_bias = self.add_variable(
            "candidate/bias", [n], initializer=self._bias_initializer or Zeros()
        )
        self.built = True

    def call(self, inputs, state):
        check_floating(inputs, state)
        gates = _sigmoid(
            bias_add(matmul(concat([inputs, state], 1), self._gate_kernel), self._gate_bias)
        )
        r, u = split(gates, 2, 1)
        candidate = matmul(concat([inputs, r * state], 1), self._candidate_kernel)
        c = self._activation(bias_add(candidate, self._candidate_bias))
        new = u * state + (1 - u) * c
        return new, new


class BasicLSTMCell(RNNCell):
    """The LSTM without peepholes.

    With i, j, f, o the four parts of [x, h] . W + b: c' = c sigmoid(f + forget_bias) + sigmoid(i)
    act(j) and h' = act(c') sigmoid(o).

    Args:
      num_units: size of memory and output.
      forget_bias: added to the forget gate, so that a new cell remembers.
      state_is_tuple: whether the state is an `LSTMStateTuple`; else both parts side by side.
      activation: the function act (default: tanh).
      reuse: whether the variables exist.
      name: the layer's name.
      dtype: type of the variables.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._forget_bias = num_units, forget_bias
        self._state_is_tuple, self._activation = state_is_tuple, activation or _tanh

    @property
    def state_size(self):
        n = self._num_units
        return LSTMStateTuple(n, n) if self._state_is_tuple else 2 * n

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        n = self._num_units
        self._kernel = self.add_variable("kernel", [self._input_size(inputs_shape) + n, 4 * n])
        self._bias = self.add_variable("bias", [4 * n], initializer=Zeros())
        self.built = True

    def call(self, inputs, state):
        check_floating(inputs, state)
        one = constant(np.int32(1))
        c, h = state if self._state_is_tuple else split(state, 2, one)
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = raw.Split(one, gates, num_split=4, name="split")
        forget = constant(np.asarray(self._forget_bias, f.dtype.as_numpy_dtype))
        add, mul = raw.AddV2, raw.Mul
        new_c = add(
            mul(c, _sigmoid(add(f, forget, name="Add")), name="Mul"),
            mul(_sigmoid(i), self._activation(j), name="Mul"),
            name="Add",
        )
        new_h = mul(self._activation(new_c), _sigmoid(o), name="Mul")
        state = LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)
        return new_h, state


class LSTMCell(RNNCell):
    """The LSTM with optional peepholes, clipping and projection.

    Args:
      num_units: size of the memory.
      use_peepholes: whether the gates see the memory.
      cell_clip: bound of the memory's absolute value.
      initializer: initializer of the kernels.
      num_proj: size of the output when it is a projection of the memory.
      proj_clip: bound of the projection's absolute value.
      num_unit_shards: accepted for compatibility.
      num_proj_shards: accepted for compatibility.
      forget_bias: added to the forget gate.
      state_is_tuple: whether the state is an `LSTMStateTuple`.
      activation: the function (default: tanh).
      reuse: whether the variables exist.
      name: the layer's name.
      dtype: type of the variables.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=None,
        num_proj_shards=None,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
        **kwargs,
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units, self._use_peepholes, self._cell_clip = num_units, use_peepholes, cell_clip
        self._initializer, self._num_proj, self._proj_clip = initializer, num_proj, proj_clip
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple
        self._activation = activation or _tanh
        self._output_size = num_proj or num_units

    @property
    def state_size(self):
        sizes = (self._num_units, self._output_size)
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._output_size

    def build(self, inputs_shape):
        n = self._num_units
        self._kernel = self.add_variable(
            "kernel",
            [self._input_size(inputs_shape) + self._output_size, 4 * n],
            initializer=self._initializer,
        )
        self._bias = self.add_variable("bias", [4 * n], initializer=Zeros())
        if self._use_peepholes:
            self._w_f, self._w_i, self._w_o = (
                self.add_variable(f"w_{gate}_diag", [n], initializer=self._initializer)
                for gate in "fio"
            )
        if self._num_proj is not None:
            self._projection = self.add_variable(
                "projection/kernel", [n, self._num_proj], initializer=self._initializer
            )
        self.built = True

    def call(self, inputs, state):
        check_floating(inputs, state)
        if self._state_is_tuple:
            c, h = state
        else:
            c = PUBLIC["slice"](state, [0, 0], [-1, self._num_units])
            h = PUBLIC["slice"](state, [0, self._num_units], [-1, self._output_size])
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(gates, 4, 1)
        act = self._activation
        if self._use_peepholes:
            new_c = _sigmoid(f + self._forget_bias + self._w_f * c) * c + _sigmoid(
                i + self._w_i * c
            ) * act(j)
        else:
            new_c = _sigmoid(f + self._forget_bias) * c + _sigmoid(i) * act(j)
        if self._cell_clip is not None:
            new_c = clip_by_value(new_c, -self._cell_clip, self._cell_clip)
        out = _sigmoid(o + self._w_o * new_c) if self._use_peepholes else _sigmoid(o)
        new_h = out * act(new_c)
        if self._num_proj is not None:
            new_h = matmul(new_h, self._projection)
            if self._proj_clip is not None:
                new_h = clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        return new_h, (
            LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)
        )
