"""`tf.keras.backend.rnn`: a function applied step after step."""

from headwater._src.core import dtypes, nest
from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.keras.functions import fn
from headwater._src.ops.loops import while_loop
from headwater._src.ops.tensor_array import TensorArray


def rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
    time_major=False,
    zero_output_for_mask=False,
    return_all_outputs=True,
):
    """Applies a function to each time step of the inputs and to its own states.

    Args:
      step_function: function of the inputs of a step `[batch, ...]` and the list of states (and
        constants), giving the output and the list of new states.
      inputs: tensor `[batch, time, ...]`, or a nested structure of such tensors.
      initial_states: list of tensors `[batch, ...]`.
      go_backwards: whether the last step comes first.
      mask: boolean tensor `[batch, time]`; where it is False the states stay and the output is
        that of the step before.
      constants: list of tensors that each step gets after the states.
      unroll: whether each step is a part of the graph instead of a loop.
      input_length: the number of steps, where the shape does not say.
      time_major: whether time is the first dimension of inputs and outputs.
      zero_output_for_mask: whether outputs are zero where the mask is False.
      return_all_outputs: whether the outputs of all steps are given, or only the last one.

    Returns:
      `(last output, outputs [batch, time, ...], list of last states)`.

    Raises:
      ValueError: `unroll` and the number of steps is not known.
    """
    swap = lambda x: fn.transpose(x, [1, 0, *range(2, len(x.dims))])
    if not time_major:
        inputs = nest.map_structure(swap, inputs)
    flat = nest.flatten(inputs)
    if mask is not None:
        mask = fn.cast(mask, dtypes.bool)
        mask = mask if time_major else swap(mask)
    if go_backwards:
        flat = [fn.reverse(x, [0]) for x in flat]
        mask = None if mask is None else fn.reverse(mask, [0])
    inputs = nest.pack_sequence_as(inputs, flat)
    steps = flat[0].dims[0]
    constants = list(constants or [])
    run = _Steps(step_function, inputs, mask, constants, zero_output_for_mask)
    if unroll:
        if steps is None:
            raise ValueError("Unrolling requires a fixed number of timesteps.")
        last, outputs, states = run.unrolled(steps, list(initial_states))
    else:
        last, outputs, states = run.looped(steps, list(initial_states))
    if not return_all_outputs:
        outputs = nest.map_structure(lambda x: fn.expand_dims(x, 0), last)
    if not time_major:
        outputs = nest.map_structure(swap, outputs)
    return last, outputs, states


class _Steps:
    """One step at a time; `inputs` and `mask` are time-major."""

    def __init__(self, function, inputs, mask, constants, zero):
        self.function, self.inputs, self.mask = function, inputs, mask
        self.constants, self.zero = constants, zero

    def step(self, x, alive, previous, states):
        """`(flat outputs, states)` of a step; `previous` are the flat outputs of the one before."""
        output, new = self.function(x, [*states, *self.constants])
        self.structure = output
        flat, new = nest.flatten(output), list(new)
        if alive is not None:
            if previous is None or self.zero:
                previous = [raw.ZerosLike(o) for o in flat]
            flat = [_choose(alive, o, p) for o, p in zip(flat, previous)]
            new = [_choose(alive, n, s) for n, s in zip(new, states)]
        return flat, new

    def _pack(self, flat):
        return nest.pack_sequence_as(self.structure, flat)

    def unrolled(self, steps, states):
        """All steps as parts of the graph."""
        made, previous = [], None
        values = [fn.unstack(x) for x in nest.flatten(self.inputs)]
        masks = [None] * steps if self.mask is None else fn.unstack(self.mask)
        for *parts, alive in zip(*values, masks):
            x = nest.pack_sequence_as(self.inputs, parts)
            previous, states = self.step(x, alive, previous, states)
            made.append(previous)
        outputs = [fn.stack(list(column), axis=0) for column in zip(*made)]
        return self._pack(previous), self._pack(outputs), states

    def looped(self, known, states):
        """The steps as a loop."""
        flat = nest.flatten(self.inputs)
        steps = fn.shape(flat[0])[0]
        arrays = [
            TensorArray(x.dtype.base_dtype, size=steps, tensor_array_name="input_ta").unstack(x)
            for x in flat
        ]
        alive_at = None
        if self.mask is not None:
            alive_at = TensorArray(dtypes.bool, size=steps, tensor_array_name="mask_ta")
            alive_at = alive_at.unstack(self.mask)
        first = nest.map_structure(lambda t: t[0], self.inputs)
        shapes, _ = self.step(first, None, None, states)  # what the outputs look like
        written = tuple(
            TensorArray(
                o.dtype.base_dtype,
                size=steps,
                tensor_array_name="output_ta",
                element_shape=o.shape,
            )
            for o in shapes
        )
        previous = [raw.ZerosLike(o) for o in shapes] if self.mask is not None else []
        count = len(previous)

        def body(time, written, *rest):
            previous, states = list(rest[:count]), list(rest[count:])
            parts = [_read(a, time, x.dims[1:]) for a, x in zip(arrays, flat)]
            x = nest.pack_sequence_as(self.inputs, parts)
            alive = None if alive_at is None else _read(alive_at, time, self.mask.dims[1:])
            flat_outputs, new = self.step(x, alive, previous or None, states)
            for state, old in zip(new, states):
                state.set_shape(old.shape)
            done = tuple(a.write(time, o) for a, o in zip(written, flat_outputs))
            return (time + 1, done, *(flat_outputs if count else ()), *new)

        loop = while_loop(
            lambda time, *_: raw.Less(time, steps),
            body,
            (constant(0, name="time"), written, *previous, *states),
            parallel_iterations=32,
            swap_memory=True,
            maximum_iterations=steps if known is None else known,
        )
        outputs = []
        for array, like in zip(loop[1], shapes):
            output = array.stack()
            output.set_shape([known, *like.dims] if like.dims is not None else None)
            outputs.append(output)
        last = [output[-1] for output in outputs]
        return self._pack(last), self._pack(outputs), list(loop[2 + count :])


def _read(array, time, dims):
    x = array.read(time)
    x.set_shape(dims)
    return x


def _choose(alive, new, old):
    """`new` where the row is alive, else `old`."""
    for _ in range(len(new.dims) - len(alive.dims)):
        alive = fn.expand_dims(alive, -1)
    return raw.SelectV2(alive, new, old)
