"""More ways to unroll cells: `raw_rnn`, state savers, stacks of bidirectional layers."""

import numpy as np

from headwater._src.core import nest
from headwater._src.graph import raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.rnn import (
    _check_cell,
    _swap,
    bidirectional_dynamic_rnn,
    static_bidirectional_rnn,
    static_rnn,
)
from headwater._src.ops.loops import while_loop
from headwater._src.ops.tensor_array import TensorArray


def _select(finished, old, new):
    """`old` in the rows that are finished; scalars and arrays of tensors are always the new ones."""
    if isinstance(old, TensorArray) or old.dims == ():
        return new
    result = raw.Select(finished, old, new)
    result.set_shape(new.shape)
    return result


def _zeros_of_emit(structure, batch):
    """Zeros `[batch, ...]` of the types and shapes that the first call of `loop_fn` emitted."""

    def zero(emitted):
        dims = emitted.dims
        tail = (
            PUBLIC["shape"](emitted) if dims is None or None in dims else np.array(dims, np.int32)
        )
        shape = PUBLIC["concat"]([raw.ExpandDims(batch, convert_to_tensor(0)), tail], 0)
        zeros = PUBLIC["zeros"](shape, emitted.dtype)
        if dims is not None:
            zeros.set_shape([None if batch.known is None else int(batch.known), *dims])
        return zeros

    return nest.map_structure(zero, structure)


def raw_rnn(cell, loop_fn, parallel_iterations=None, swap_memory=False, scope=None):
    """A loop over a cell in which a function chooses each input, and may change each state.

    `loop_fn(time, cell_output, cell_state, loop_state)` gives `(finished, next_input, next_state,
    emit, loop_state)`. It is called before the loop with `cell_output` and the states None; there
    `next_state` is the first state, and `emit` an example of what is emitted for one row (or None,
    for the cell's output). Rows that are finished emit zeros and keep their state.

    Args:
      cell: an `RNNCell`.
      loop_fn: the function.
      parallel_iterations: accepted for compatibility.
      swap_memory: accepted for compatibility.
      scope: the variable scope (default: `rnn`).

    Returns:
      `(emitted, final state, final loop state)`; `emitted` is a `TensorArray`, or a structure of
      them.

    Raises:
      TypeError: `cell` is no cell, or `loop_fn` no function.
    """
    _check_cell(cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with variable_scope(scope or "rnn"):
        time = constant(np.int32(0), name="time")
        finished, x, state, emit, loop_state = loop_fn(time, None, None, None)
        flat = [convert_to_tensor(t) for t in nest.flatten(x)]
        x = nest.pack_sequence_as(x, flat)
        nest.assert_same_structure(cell.state_size, state)
        rows = flat[0].dims[0] if flat[0].dims is not None else None
        batch = constant(np.int32(rows)) if rows is not None else PUBLIC["shape"](flat[0])[0]
        state = nest.map_structure(_tensor_or_array, state)
        if emit is None:
            dtype = next(t.dtype for t in nest.flatten(state) if not isinstance(t, TensorArray))
            emit = nest.map_structure_up_to(
                cell.output_size,
                lambda size: PUBLIC["zeros"](_dims(size), dtype.base_dtype),
                cell.output_size,
            )
        else:
            emit = nest.map_structure(convert_to_tensor, emit)
        zero_emit = _zeros_of_emit(emit, batch)
        arrays = nest.map_structure(
            lambda e: (
                TensorArray(
                    e.dtype.base_dtype, size=0, dynamic_size=True, element_shape=[rows, *e.dims]
                )
                if e.dims is not None
                else TensorArray(e.dtype.base_dtype, size=0, dynamic_size=True)
            ),
            emit,
        )
        loops = 0 if loop_state is None else nest.map_structure(_tensor_or_array, loop_state)
        body = _raw_body(cell, loop_fn, zero_emit, loop_state is not None)
        result = while_loop(
            lambda time, finished, *_: raw.LogicalNot(PUBLIC["reduce_all"](finished)),
            body,
            [time, convert_to_tensor(finished), x, arrays, state, loops],
        )
    _, _, _, arrays, state, loops = result
    return arrays, state, None if loop_state is None else loops


def _tensor_or_array(value):
    return value if isinstance(value, TensorArray) else convert_to_tensor(value)


def _dims(size):
    return list(size) if isinstance(size, (list, tuple)) or hasattr(size, "as_list") else [size]


def _raw_body(cell, loop_fn, zero_emit, has_loop_state):
    """The body of the loop of `raw_rnn`."""

    def body(time, finished, x, arrays, state, loops):
        output, new_state = cell(x, state)
        nest.assert_same_structure(state, new_state)
        next_time = time + 1
        next_finished, next_x, next_state, emit, next_loops = loop_fn(
            next_time, output, new_state, loops if has_loop_state else None
        )
        nest.assert_same_structure(state, next_state)
        nest.assert_same_structure(x, next_x)
        next_state = nest.map_structure(_tensor_or_array, next_state)
        emit = zero_emit if emit is None else nest.map_structure(convert_to_tensor, emit)
        keep = lambda old, new: _select(finished, old, new)
        emit = nest.map_structure(keep, zero_emit, emit)
        next_state = nest.map_structure(keep, state, next_state)
        arrays = nest.map_structure(lambda a, e: a.write(time, e), arrays, emit)
        next_finished = raw.LogicalOr(finished, convert_to_tensor(next_finished))
        next_loops = loops if next_loops is None or not has_loop_state else next_loops
        return [next_time, next_finished, next_x, arrays, next_state, next_loops]

    return body


def static_state_saving_rnn(
    cell, inputs, state_saver, state_name, sequence_length=None, scope=None
):
    """`static_rnn` whose first state comes from a state saver, which gets the last one.

    Args:
      cell: an `RNNCell`.
      inputs: list of tensors `[batch, size]`.
      state_saver: object with `state(name)` and `save_state(name, value)`.
      state_name: the state's name, or names in the structure of the cell's state.
      sequence_length: as for `static_rnn`.
      scope: the variable scope.

    Returns:
      `(list of outputs, last state)`; the last output waits until the state is saved.

    Raises:
      ValueError: the names do not fit the structure of the state.
    """
    sizes = cell.state_size
    if nest.is_sequence(sizes) != nest.is_sequence(state_name):
        raise ValueError(
            "state_name should be the same type as cell.state_size.  "
            f"state_name: {state_name!s}, cell.state_size: {sizes!s}"
        )
    names = nest.flatten(state_name)
    if len(names) != len(nest.flatten(sizes)):
        raise ValueError("#elems(state_name) != #elems(state_size)")
    first = nest.pack_sequence_as(sizes, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(
        cell, inputs, initial_state=first, sequence_length=sequence_length, scope=scope
    )
    saves = [
        state_saver.save_state(name, value)
        for name, value in zip(names, nest.flatten(state), strict=True)
    ]
    with control_dependencies(saves):
        outputs[-1] = nest.map_structure(raw.Identity, outputs[-1])
        state = nest.map_structure(raw.Identity, state)
    return outputs, state


def _check_stacks(cells_fw, cells_bw, initial_states_fw, initial_states_bw):
    for cells in (cells_fw, cells_bw):
        if not isinstance(cells, list):
            raise ValueError("cells_fw and cells_bw must be lists with the same number of cells")
        if not cells:
            raise ValueError("Must specify at least one fw and one bw cell")
    if len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth.")
    for states, cells in ((initial_states_fw, cells_fw), (initial_states_bw, cells_bw)):
        if states is not None and len(states) != len(cells):
            raise ValueError("There must be one initial state for each cell")


def stack_bidirectional_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    scope=None,
):
    """Layers of `static_bidirectional_rnn`, each over the joined outputs of the one below.

    Args:
      cells_fw: list of the cells that read forwards, one for each layer.
      cells_bw: list of the cells that read backwards.
      inputs: list of tensors `[batch, size]`.
      initial_states_fw: list of first states of `cells_fw`.
      initial_states_bw: list of first states of `cells_bw`.
      dtype: the type of the states, when none are given.
      sequence_length: as for `static_rnn`.
      scope: the variable scope (default: `stack_bidirectional_rnn`).

    Returns:
      `(list of outputs, tuple of states forwards, tuple of states backwards)`.

    Raises:
      ValueError: the lists do not have the same length, or are empty.
    """
    _check_stacks(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    forwards, backwards = [], []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with variable_scope(f"cell_{i}") as layer:
                inputs, state_fw, state_bw = static_bidirectional_rnn(
                    fw,
                    bw,
                    inputs,
                    initial_states_fw[i] if initial_states_fw else None,
                    initial_states_bw[i] if initial_states_bw else None,
                    dtype,
                    sequence_length,
                    layer,
                )
            forwards.append(state_fw)
            backwards.append(state_bw)
    return inputs, tuple(forwards), tuple(backwards)


def stack_bidirectional_dynamic_rnn(
    cells_fw,
    cells_bw,
    inputs,
    initial_states_fw=None,
    initial_states_bw=None,
    dtype=None,
    sequence_length=None,
    parallel_iterations=None,
    time_major=False,
    scope=None,
    swap_memory=False,
):
    """Layers of `bidirectional_dynamic_rnn`, each over the joined outputs of the one below.

    Args:
      cells_fw: list of the cells that read forwards, one for each layer.
      cells_bw: list of the cells that read backwards.
      inputs: as for `dynamic_rnn`.
      initial_states_fw: list of first states of `cells_fw`.
      initial_states_bw: list of first states of `cells_bw`.
      dtype: the type of the states, when none are given.
      sequence_length: as for `dynamic_rnn`.
      parallel_iterations: accepted for compatibility.
      time_major: whether time is the first dimension.
      scope: the variable scope (default: `stack_bidirectional_rnn`).
      swap_memory: accepted for compatibility.

    Returns:
      `(outputs, tuple of states forwards, tuple of states backwards)`.

    Raises:
      ValueError: the lists do not have the same length, or are empty.
    """
    _check_stacks(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    forwards, backwards = [], []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            with variable_scope(f"cell_{i}"):
                outputs, (state_fw, state_bw) = bidirectional_dynamic_rnn(
                    fw,
                    bw,
                    inputs,
                    sequence_length,
                    initial_states_fw[i] if initial_states_fw else None,
                    initial_states_bw[i] if initial_states_bw else None,
                    dtype,
                    time_major=time_major,
                )
                inputs = PUBLIC["concat"](list(outputs), 2)
            forwards.append(state_fw)
            backwards.append(state_bw)
    return inputs, tuple(forwards), tuple(backwards)


def transpose_batch_time(x):
    """Exchanges the first two dimensions of a tensor; those of lower rank stay as they are.

    Args:
      x: a tensor.

    Returns:
      The tensor, `[time, batch, ...]` of `[batch, time, ...]` or the other way round.
    """
    x = convert_to_tensor(x)
    return x if x.dims is not None and len(x.dims) < 2 else _swap(x)
