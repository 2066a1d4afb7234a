"""Stacking tensors that are computed side by side: `tf.parallel_stack`."""

from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, is_full

ParallelConcat = define_op(
    "ParallelConcat",
    inputs="values: N * T",
    outputs="output: T",
    attrs=["N: int >= 1", "T: type", "shape: shape"],
)


@ParallelConcat.shape
def parallel_concat_shape(values, *, shape):
    for value in values:
        if not is_full(value.dims):
            raise ShapeError("All input shapes must be fully defined.")
        if value.dims[0] != 1:
            raise ShapeError("Size of first dimension must be 1.")
        if value.dims != values[0].dims:
            raise ShapeError(
                f"Dimension 1 in both shapes must be equal. Shapes are {values[0].dims} and "
                f"{value.dims}."
            )
    return shape


@ParallelConcat.kernel
def parallel_concat_kernel(xp, values):
    return xp.concatenate(list(values), axis=0)


ParallelConcat.no_gradient()


def parallel_stack(values, name="parallel_stack"):
    """Tensors put next to one another along a new first dimension; see `tf.stack`.

    Args:
      values: list of tensors of one type, of the same, fully known shape.
      name: name of the scope of the nodes.

    Returns:
      A `Tensor` of shape `[len(values), ...]`. It has no gradient; `tf.stack` has one.

    Raises:
      ValueError: a shape is not known, or shapes differ.
    """
    with scope(name, "parallel_stack", values):
        first = convert_to_tensor(values[0])
        dims = None if first.dims is None else (len(values), *first.dims)
        rows = [raw.ExpandDims(value, 0) for value in values]
        return raw.ParallelConcat(rows, shape=dims, name="ParallelConcat")
