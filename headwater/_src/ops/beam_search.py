"""`GatherTree`: whole sequences from the beams of each step."""

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import convert_to_tensor

GatherTree = define_op(
    "GatherTree",
    inputs="step_ids: T, parent_ids: T, max_sequence_lengths: int32, end_token: T",
    outputs="beams: T",
    attrs=["T: {int32}"],
    shape=lambda step_ids, parent_ids, max_sequence_lengths, end_token: step_ids.dims,
)


@GatherTree.kernel
def gather_tree_kernel(xp, step_ids, parent_ids, max_sequence_lengths, end_token):
    """Follows the parents from the last step of each row; `end_token` after the first one."""
    steps, _, width = step_ids.shape
    lengths = xp.minimum(max_sequence_lengths, steps)
    inside = (xp.arange(steps)[:, None] < lengths)[:, :, None]
    xp.require(
        (parent_ids < width) | ~inside,
        lambda: errors.InvalidArgumentError(
            None, None, f"Saw parent id outside of the beams 0 to {width - 1}"
        ),
    )
    beam = xp.arange(width)[None, :] + 0 * parent_ids[0]
    found = [None] * steps
    for time in reversed(range(steps)):
        here = xp.take_along_axis(step_ids[time], beam, axis=1)
        found[time] = xp.where(inside[time], here, end_token)
        above = xp.take_along_axis(parent_ids[time], beam, axis=1)
        beam = xp.where(inside[time], above, beam)
    ended = None
    for time in range(steps):
        if ended is not None:
            found[time] = xp.where(ended, end_token, found[time])
        now = found[time] == end_token
        ended = now if ended is None else ended | now
    return xp.stack(found, 0) if found else step_ids


GatherTree.no_gradient()


def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token, name=None):
    """Whole sequences from the symbols and parents of each step of a beam search.

    Args:
      step_ids: int32 `[time, batch, beams]`, the symbol of each beam.
      parent_ids: of the same shape, the beam of the step before that each beam goes on.
      max_sequence_lengths: `[batch]`, the steps of each row that count.
      end_token: scalar, the symbol that ends a sequence, and fills what is behind.
      name: name of the node.

    Returns:
      int32 `[time, batch, beams]`.
    """
    return raw.GatherTree(
        step_ids, parent_ids, max_sequence_lengths, convert_to_tensor(end_token), name=name
    )
