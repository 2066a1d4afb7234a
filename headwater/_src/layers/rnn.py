"""Unrolling cells over time: `static_rnn`, `dynamic_rnn`, `raw_rnn` and their bidirectional forms."""

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.graph import raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.rnn_cell import sizes_to_zeros
from headwater._src.ops.loops import while_loop
from headwater._src.ops.tensor_array import TensorArray


def _check_cell(cell):
    if not hasattr(cell, "state_size") or not callable(cell):
        raise TypeError(f"The argument 'cell' ({cell}) is not an RNNCell")


def _swap(x):
    """Exchanges the first two dimensions, batch and time."""
    if x.dims is None:
        rank = raw.Rank(x)
        rest = PUBLIC["range"](2, rank)
        return raw.Transpose(x, PUBLIC["concat"]([[1, 0], rest], 0))
    return raw.Transpose(x, constant(np.array([1, 0, *range(2, len(x.dims))], np.int32)))


def _batch_size(flat, axis):
    for x in flat:
        if x.dims is not None and x.dims[axis] is not None:
            return x.dims[axis]
    return PUBLIC["shape"](flat[0])[axis]


def _initial(cell, initial_state, dtype, batch):
    if initial_state is not None:
        return initial_state
    if dtype is None:
        raise ValueError("If there is no initial_state, you must give a dtype.")
    return cell.zero_state(batch, dtype)


def _lengths(sequence_length):
    """The lengths as an int32 vector, or None.

    Raises:
      ValueError: they are no vector.
    """
    if sequence_length is None:
        return None
    lengths = raw.Cast(convert_to_tensor(sequence_length), DstT=dtypes.int32)
    if lengths.dims is not None and len(lengths.dims) != 1:
        raise ValueError(
            f"sequence_length must be a vector of length batch_size, but saw shape: {lengths.shape}"
        )
    return lengths


def _mask(alive, new, old):
    """`new` where the row is alive, else `old`; what has no rows is taken as it is."""
    if isinstance(new, TensorArray) or new.dims == () or new.dtype.base_dtype is dtypes.variant:
        return new
    result = raw.Select(alive, new, old)
    if result.dims is None or None in result.dims:
        result.set_shape(new.shape)
    return result


def _zero_output(cell, batch, output_dtype):
    zeros = [sizes_to_zeros(size, batch, output_dtype) for size in nest.flatten(cell.output_size)]
    return nest.pack_sequence_as(cell.output_size, zeros)


def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """Unrolls a cell over a list of inputs: one copy of the cell for each.

    Args:
      cell: an `RNNCell`.
      inputs: list of tensors `[batch, size]`.
      initial_state: the first state (default: zeros of `dtype`).
      dtype: the type of the state, when no state is given.
      sequence_length: `[batch]` integers; past its end a row gives zeros and keeps its state.
      scope: the variable scope (default: `rnn`).

    Returns:
      `(list of outputs, last state)`.

    Raises:
      TypeError: `cell` is no cell, or `inputs` no list.
      ValueError: `inputs` is empty, or neither state nor type is given.
    """
    _check_cell(cell)
    if not nest.is_sequence(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    outputs = []
    with variable_scope(scope or "rnn") as opened:
        inputs = [nest.map_structure(convert_to_tensor, x) for x in inputs]
        batch = _batch_size(nest.flatten(inputs[0]), 0)
        state = _initial(cell, initial_state, dtype, batch)
        lengths = _lengths(sequence_length)
        for time, x in enumerate(inputs):
            if time > 0:
                opened.reuse_variables()
            output, new_state = cell(x, state)
            if lengths is not None:
                alive = raw.Less(constant(np.int32(time)), lengths)
                zero = nest.map_structure(raw.ZerosLike, output)
                output = nest.map_structure(lambda n, o, a=alive: _mask(a, n, o), output, zero)
                new_state = nest.pack_sequence_as(
                    new_state,
                    [
                        _mask(alive, n, o)
                        for n, o in zip(nest.flatten(new_state), nest.flatten(state))
                    ],
                )
            state = new_state
            outputs.append(output)
    return outputs, state


def dynamic_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """Unrolls a cell over the time dimension of a tensor in a loop.

    Args:
      cell: an `RNNCell`.
      inputs: `[batch, time, ...]`, or `[time, batch, ...]` when `time_major`; may be nested.
      sequence_length: `[batch]` integers; past its end a row gives zeros and keeps its state.
      initial_state: the first state (default: zeros of `dtype`).
      dtype: the type of the state, when no state is given.
      parallel_iterations: accepted for compatibility.
      swap_memory: accepted for compatibility.
      time_major: whether time is the first dimension.
      scope: the variable scope (default: `rnn`).

    Returns:
      `(outputs, last state)`; the outputs have time where the inputs have it.

    Raises:
      TypeError: `cell` is no cell.
      ValueError: neither state nor type is given, or the inputs' sizes do not fit.
    """
    _check_cell(cell)
    with variable_scope(scope or "rnn"):
        flat = [convert_to_tensor(x) for x in nest.flatten(inputs)]
        if not time_major:
            flat = [_swap(x) for x in flat]
        batch = _batch_size(flat, 1)
        state = _initial(cell, initial_state, dtype, batch)
        state = nest.map_structure(
            lambda x: x if isinstance(x, TensorArray) else convert_to_tensor(x), state
        )
        lengths = _lengths(sequence_length)
        if lengths is not None:
            lengths = PUBLIC["identity"](lengths, name="sequence_length")
        outputs, last = _loop(cell, inputs, flat, state, lengths, batch, dtype)
        if not time_major:
            outputs = nest.map_structure(_swap, outputs)
    return outputs, last


def _loop(cell, inputs, flat, state, lengths, batch, dtype):
    """The loop over time; `flat` are the time-major inputs."""
    steps = PUBLIC["shape"](flat[0])[0]
    known_steps = flat[0].dims[0] if flat[0].dims is not None else None
    arrays_in = [
        TensorArray(x.dtype.base_dtype, size=steps, tensor_array_name=f"input_{i}").unstack(x)
        for i, x in enumerate(flat)
    ]
    flat_state = nest.flatten(state)
    output_dtype = dtype or (flat_state or flat)[0].dtype.base_dtype
    zero = _zero_output(cell, batch, output_dtype)
    flat_zero = nest.flatten(zero)
    arrays_out = tuple(
        TensorArray(
            output_dtype, size=steps, tensor_array_name=f"output_{i}", element_shape=z.shape
        )
        for i, z in enumerate(flat_zero)
    )

    def body(time, outputs, *flat_state):
        x = nest.pack_sequence_as(inputs, [_read(a, time, f) for a, f in zip(arrays_in, flat)])
        old = nest.pack_sequence_as(state, list(flat_state))
        output, new = cell(x, old)
        nest.assert_same_structure(state, new)
        new = nest.flatten(new)
        result = nest.flatten(output)
        if lengths is not None:
            alive = raw.Less(time, lengths)
            result = [_mask(alive, r, z) for r, z in zip(result, flat_zero)]
            new = [_mask(alive, n, o) for n, o in zip(new, flat_state)]
        for n, o in zip(new, flat_state):
            if isinstance(n, TensorArray):
                continue
            if n.dims is None or o.dims is None or None in n.dims:
                n.set_shape(o.shape)
        written = tuple(a.write(time, r) for a, r in zip(outputs, result))
        return (time + 1, written, *new)

    start = constant(np.int32(0), name="time")
    loop = while_loop(
        lambda time, *_: raw.Less(time, steps),
        body,
        (start, arrays_out, *flat_state),
        maximum_iterations=steps if known_steps is None else known_steps,
    )
    _, arrays_out, *last = loop
    outputs = []
    for array, z in zip(arrays_out, flat_zero):
        output = array.stack()
        output.set_shape([known_steps, *z.shape.as_list()] if z.dims is not None else None)
        outputs.append(output)
    return nest.pack_sequence_as(zero, outputs), nest.pack_sequence_as(state, last)


def _read(array, time, like):
    x = array.read(time)
    if like.dims is not None:
        x.set_shape(like.dims[1:])
    return x


def _reverse(x, lengths, time_axis, batch_axis):
    if lengths is not None:
        return raw.ReverseSequence(x, lengths, seq_dim=time_axis, batch_dim=batch_axis)
    return PUBLIC["reverse"](x, [time_axis])


def bidirectional_dynamic_rnn(
    cell_fw,
    cell_bw,
    inputs,
    sequence_length=None,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """Two `dynamic_rnn`, one of which reads the inputs backwards.

    Args:
      cell_fw: the cell that reads forwards.
      cell_bw: the cell that reads backwards.
      inputs: as for `dynamic_rnn`.
      sequence_length: as for `dynamic_rnn`; a row is reversed within its length.
      initial_state_fw: first state of `cell_fw`.
      initial_state_bw: first state of `cell_bw`.
      dtype: the type of the states, when none are given.
      parallel_iterations: accepted for compatibility.
      swap_memory: accepted for compatibility.
      time_major: whether time is the first dimension.
      scope: the variable scope (default: `bidirectional_rnn`, with `fw` and `bw` inside).

    Returns:
      `((outputs forwards, outputs backwards), (state forwards, state backwards))`.
    """
    _check_cell(cell_fw)
    _check_cell(cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw:
            forwards, state_fw = dynamic_rnn(
                cell_fw,
                inputs,
                sequence_length,
                initial_state_fw,
                dtype,
                parallel_iterations,
                swap_memory,
                time_major,
                fw,
            )
        lengths = None if sequence_length is None else convert_to_tensor(sequence_length)
        turn = lambda x: _reverse(convert_to_tensor(x), lengths, time_axis, batch_axis)
        with variable_scope("bw") as bw:
            backwards, state_bw = dynamic_rnn(
                cell_bw,
                nest.map_structure(turn, inputs),
                sequence_length,
                initial_state_bw,
                dtype,
                parallel_iterations,
                swap_memory,
                time_major,
                bw,
            )
        backwards = nest.map_structure(turn, backwards)
    return (forwards, backwards), (state_fw, state_bw)


def static_bidirectional_rnn(
    cell_fw,
    cell_bw,
    inputs,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    sequence_length=None,
    scope=None,
):
    """Two `static_rnn`, one of which reads the inputs backwards.

    Args:
      cell_fw: the cell that reads forwards.
      cell_bw: the cell that reads backwards.
      inputs: list of tensors `[batch, size]`.
      initial_state_fw: first state of `cell_fw`.
      initial_state_bw: first state of `cell_bw`.
      dtype: the type of the states, when none are given.
      sequence_length: as for `static_rnn`; a row is reversed within its length.
      scope: the variable scope (default: `bidirectional_rnn`).

    Returns:
      `(list of joined outputs, state forwards, state backwards)`.
    """
    _check_cell(cell_fw)
    _check_cell(cell_bw)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw:
            forwards, state_fw = static_rnn(
                cell_fw, inputs, initial_state_fw, dtype, sequence_length, fw
            )
        with variable_scope("bw") as bw:
            reversed_inputs = _reverse_list(inputs, sequence_length)
            backwards, state_bw = static_rnn(
                cell_bw, reversed_inputs, initial_state_bw, dtype, sequence_length, bw
            )
    backwards = _reverse_list(backwards, sequence_length)
    join = lambda f, b: PUBLIC["concat"]([f, b], 1)
    joined = [nest.map_structure(join, f, b) for f, b in zip(forwards, backwards)]
    return joined, state_fw, state_bw


def _reverse_list(items, lengths):
    """The steps backwards, each row within its length; a step may be a nested structure."""
    if lengths is None:
        return list(reversed(items))
    columns = []
    for parts in zip(*(nest.flatten(item) for item in items)):
        parts = [convert_to_tensor(part) for part in parts]
        stacked = raw.Pack(parts, axis=0)
        turned = raw.ReverseSequence(stacked, convert_to_tensor(lengths), seq_dim=0, batch_dim=1)
        column = raw.Unpack(turned, num=len(items), axis=0)
        for got, part in zip(column, parts):
            got.set_shape(part.shape)
        columns.append(column)
    return [nest.pack_sequence_as(items[0], list(step)) for step in zip(*columns)]
