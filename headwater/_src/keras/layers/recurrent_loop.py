"""The steps of a recurrent layer, one after the other: as nodes of their own, or in a loop."""

from headwater._src.graph.convert import constant
from headwater._src.keras.functions import fn
from headwater._src.ops.tensor_array import TensorArray


def run_steps(
    step,
    inputs,
    states,
    mask=None,
    go_backwards=False,
    unroll=False,
    time_major=False,
    zero_masked=False,
):
    """Applies `step` to each time step.

    Args:
      step: function `(input, states) -> output, new states`.
      inputs: `Tensor` `[batch, steps, ...]`.
      states: list of tensors `[batch, ...]`.
      mask: boolean `Tensor` `[batch, steps]`: where False, output and states are those of the step
        before.
      go_backwards: whether the last step comes first.
      unroll: whether each step has its own nodes; the number of steps must be known.
      time_major: whether inputs, outputs and mask have the steps first.
      zero_masked: whether masked outputs are zeros rather than those of the step before.

    Returns:
      `(outputs, last output, last states)`.

    Raises:
      ValueError: the steps are to be unrolled, but their number is not known.
    """
    if not time_major:
        inputs = _swapped(inputs)
        mask = None if mask is None else _swapped(mask)
    if mask is not None and mask.dtype.name != "bool":
        mask = fn.cast(mask, "bool")
    if go_backwards:
        inputs = fn.reverse(inputs, [0])
        mask = None if mask is None else fn.reverse(mask, [0])
    if unroll and inputs.dims[0] is None:
        raise ValueError("Unrolling requires a fixed number of timesteps.")
    run = _unrolled if unroll else _looped
    outputs, last, states = run(step, inputs, states, mask, zero_masked)
    return outputs if time_major else _swapped(outputs), last, states


def _swapped(tensor):
    return fn.transpose(tensor, [1, 0, *range(2, len(tensor.dims))])


def _chosen(mask, new, old):
    """`new` where the mask is True, else `old`; the mask is `[batch]`."""
    for _ in range(len(new.dims) - 1):
        mask = fn.expand_dims(mask, -1)
    whole = fn.logical_and(mask, fn.ones_like(new, dtype="bool"))
    return fn.where(whole, new, old)


def _masked_step(step, value, states, keep, before):
    """A step whose result is that of the step before where `keep` is False."""
    output, new = step(value, states)
    if keep is None:
        return output, new
    before = fn.zeros_like(output) if before is None else before
    return _chosen(keep, output, before), [_chosen(keep, n, s) for n, s in zip(new, states)]


def _unrolled(step, inputs, states, mask, zero_masked):
    values = fn.unstack(inputs)
    keeps = [None] * len(values) if mask is None else fn.unstack(mask)
    outputs, last = [], None
    for value, keep in zip(values, keeps):
        last, states = _masked_step(step, value, states, keep, None if zero_masked else last)
        outputs.append(last)
    return fn.stack(outputs), last, states


def _looped(step, inputs, states, mask, zero_masked):
    known, steps = inputs.dims[0], fn.shape(inputs)[0]
    values = TensorArray(inputs.dtype, size=steps, tensor_array_name="input_ta").unstack(inputs)
    masks = None
    if mask is not None:
        masks = TensorArray("bool", size=steps, tensor_array_name="mask_ta").unstack(mask)
    sample, _ = step(inputs[0], states)  # a step outside of the loop tells the output's shape
    results = TensorArray(
        sample.dtype, size=steps, element_shape=sample.shape, tensor_array_name="output_ta"
    )

    def body(time, results, last, *states):
        keep = None if masks is None else masks.read(time)
        before = None if zero_masked else last
        output, new = _masked_step(step, values.read(time), list(states), keep, before)
        output.set_shape(sample.shape)
        for after, before in zip(new, states):
            after.set_shape(before.shape)
        return (time + 1, results.write(time, output), output, *new)

    _, results, last, *states = fn.while_loop(
        lambda time, *_: time < steps,
        body,
        (constant(0, "int32", name="time"), results, fn.zeros_like(sample), *states),
        maximum_iterations=known,
        parallel_iterations=32,
        swap_memory=True,
    )
    outputs = results.stack()
    outputs.set_shape([known, *sample.shape.as_list()])
    return outputs, last, states
