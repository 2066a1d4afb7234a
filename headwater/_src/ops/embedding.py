"""Looking up rows of embedding matrices."""

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


@public
def embedding_lookup(
    params, ids, partition_strategy="mod", name=None, validate_indices=True, max_norm=None
):
    """The rows `ids` of a matrix of embeddings.

    Args:
      params: a variable or `Tensor` of shape `[rows, ...]`, or a list with one.
      ids: int32 or int64 `Tensor` of any shape, each in `[0, rows)`.
      partition_strategy: how the rows of several matrices are numbered.
      name: optional name of the operation.
      validate_indices: ignored: indices are always checked.
      max_norm: the largest norm of a result's row, when it is to be bounded.

    Returns:
      `Tensor` of shape `ids.shape + params.shape[1:]`.

    Raises:
      ValueError: `params` is empty.
      NotImplementedError: `params` holds several matrices, which are not looked up in yet.
      InvalidArgumentError: when run, for an index out of range.
    """
    if isinstance(params, (list, tuple)):
        if not params:
            raise ValueError("params must be specified. Received: params=[]")
        if len(params) > 1:
            raise NotImplementedError(
                "embedding_lookup takes one matrix; lists of partitions are not implemented yet"
            )
        (params,) = params
    with scope(name, "embedding_lookup", (params, ids)) as name:
        ids = convert_to_tensor(ids, name="ids")
        with get_default_graph().colocate_with(
            params if not hasattr(params, "handle") else params.op
        ):
            if hasattr(params, "sparse_read"):
                rows = params.sparse_read(ids, name=name)
            else:
                params = convert_to_tensor(params, name="params")
                rows = raw.GatherV2(params, ids, 0, name=name)
            if max_norm is not None:
                axes = None if ids.dims is None else list(range(len(ids.dims), len(rows.dims)))
                if axes is None:
                    axes = PUBLIC["range"](PUBLIC["rank"](ids), PUBLIC["rank"](rows))
                rows = PUBLIC["clip_by_norm"](rows, max_norm, axes=axes)
        return raw.Identity(rows)


def zero_fraction(value, name=None):
    """The part of the elements of `value` that are zero.

    Args:
      value: numeric `Tensor`.
      name: optional name of the scope.

    Returns:
      float32 scalar `Tensor`; NaN for an empty `value`.
    """
    with scope(name, "zero_fraction", (value,)):
        value = convert_to_tensor(value, name="value")
        size = PUBLIC["size"](value, out_type=dtypes.int64)
        zero = raw.Equal(value, PUBLIC["zeros"]([], value.dtype.base_dtype))
        count = PUBLIC["reduce_sum"](raw.Cast(zero, DstT=dtypes.int64))
        return raw.RealDiv(
            raw.Cast(count, DstT=dtypes.float32),
            raw.Cast(size, DstT=dtypes.float32),
            name="fraction",
        )
