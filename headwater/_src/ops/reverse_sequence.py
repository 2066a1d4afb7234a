"""Reversing sequences of different lengths in one tensor."""

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.ops._args import renamed
from headwater._src.ops._shapes import ShapeError, merge_dim

ReverseSequence = define_op(
    "ReverseSequence",
    inputs="input: T, seq_lengths: Tlen",
    outputs="output: T",
    attrs=["seq_dim: int", "batch_dim: int = 0", "T: type", "Tlen: {int32, int64} = int64"],
)


@ReverseSequence.shape
def reverse_sequence_shape(input, seq_lengths, *, seq_dim, batch_dim):
    """The shape of `input`; its batch is as long as the lengths."""
    lengths = seq_lengths.dims
    if lengths is not None and len(lengths) != 1:
        raise ShapeError(f"Shape must be rank 1 but is rank {len(lengths)}")
    dims = input.dims
    if dims is None:
        return None
    for name, dim in (("batch_dim", batch_dim), ("seq_dim", seq_dim)):
        if dim >= len(dims):
            raise ShapeError(f"{name} must be < input rank: {dim} vs. {len(dims)}")
    if lengths is None:
        return dims
    out = list(dims)
    out[batch_dim] = merge_dim(dims[batch_dim], lengths[0])
    return tuple(out)


@ReverseSequence.kernel
def reverse_sequence_kernel(xp, input, seq_lengths, *, seq_dim, batch_dim):
    """Row `b` reversed along `seq_dim` within its first `seq_lengths[b]` entries."""
    if seq_dim == batch_dim:
        raise errors.InvalidArgumentError(None, None, f"batch_dim == seq_dim == {seq_dim}")
    steps = input.shape[seq_dim]
    xp.require(
        (seq_lengths >= 0) & (seq_lengths <= steps),
        lambda: errors.InvalidArgumentError(
            None,
            None,
            f"seq_lens(0) > input.dims({seq_dim}): lengths {seq_lengths} for {steps} steps",
        ),
    )
    moved = xp.moveaxis(input, (batch_dim, seq_dim), (0, 1))
    time = xp.arange(steps)[None, :]
    lengths = seq_lengths[:, None]
    source = xp.where(time < lengths, lengths - 1 - time, time)
    source = xp.reshape(source, source.shape + (1,) * (moved.ndim - 2))
    return xp.moveaxis(xp.take_along_axis(moved, source, axis=1), (0, 1), (batch_dim, seq_dim))


@ReverseSequence.gradient
def reverse_sequence_gradient(op, dy):
    """Reversing is its own inverse."""
    return [
        raw.ReverseSequence(
            dy, op.inputs[1], seq_dim=op.attrs["seq_dim"], batch_dim=op.attrs["batch_dim"]
        ),
        None,
    ]


def reverse_sequence(
    input, seq_lengths, seq_axis=None, batch_axis=None, name=None, seq_dim=None, batch_dim=None
):
    """Reverses each row of a batch within its own length.

    Args:
      input: `Tensor` of any type and rank.
      seq_lengths: int32 or int64 `Tensor`, `[batch]`: how many entries of each row are reversed.
      seq_axis: the dimension that is reversed.
      batch_axis: the dimension that counts the rows (default 0).
      name: name of the operation.
      seq_dim: the older name of `seq_axis`.
      batch_dim: the older name of `batch_axis`.

    Returns:
      `Tensor` like `input`.

    Raises:
      ValueError: both names of an argument are given, or the shapes do not fit.
    """
    return raw.ReverseSequence(
        input,
        seq_lengths,
        seq_dim=renamed("seq_axis", seq_axis, "seq_dim", seq_dim),
        batch_dim=renamed("batch_axis", batch_axis, "batch_dim", batch_dim, 0),
        name=name,
    )
