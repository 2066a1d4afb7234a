"""Looking up rows of embedding matrices, which may be cut into partitions."""

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.composite import SparseTensor
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
      params: a variable or `Tensor` of shape `[rows, ...]`, or a list of partitions of one.
      ids: int32 or int64 `Tensor` of any shape, each in `[0, rows)`.
      partition_strategy: how rows are dealt to several partitions: `"mod"` in turns, `"div"` in
        runs.
      name: optional name of the operation.
      validate_indices: ignored: indices are always checked.
      max_norm: the largest norm of a result's row, when it is to be bounded.

    Returns:
      `Tensor` of shape `ids.shape + params.shape[1:]`.

    Raises:
      ValueError: `params` is empty, or the strategy is unknown.
      InvalidArgumentError: when run, for an index out of range.
    """
    params = _partitions(params)
    with scope(name, "embedding_lookup", (*params, ids)) as name:
        if not any(hasattr(p, "sparse_read") for p in params):
            params = _converted(params)
        ids = convert_to_tensor(ids, name="ids")
        if len(params) == 1:
            with get_default_graph().colocate_with(_place(params[0])):
                rows = _clip(_gather(params[0], ids, name=name), ids, max_norm)
            return raw.Identity(rows)
        return _from_partitions(params, ids, partition_strategy, name, max_norm)


def _partitions(params):
    if params is None:
        raise ValueError("params must be specified.")
    if hasattr(params, "_get_partitions") or type(params).__name__ == "PartitionedVariable":
        params = list(params)
    if not isinstance(params, (list, tuple)):
        params = [params]
    if not params:
        raise ValueError("params must be specified. Received: params=[]")
    return list(params)


def _converted(params):
    return [convert_to_tensor(p, name="params") for p in params]


def _place(param):
    return param.op if hasattr(param, "handle") else param


def _gather(param, ids, name=None):
    if hasattr(param, "sparse_read"):
        return param.sparse_read(ids, name=name)
    return raw.GatherV2(param, ids, 0, name=name)


def _clip(rows, ids, max_norm):
    if max_norm is None:
        return rows
    if ids.dims is not None and rows.dims is not None:
        axes = list(range(len(ids.dims), len(rows.dims)))
    else:
        axes = PUBLIC["range"](PUBLIC["rank"](ids), PUBLIC["rank"](rows))
    return PUBLIC["clip_by_norm"](rows, max_norm, axes=axes)


def _from_partitions(params, ids, strategy, name, max_norm):
    """Each id is looked up in its partition; the rows are put together in the order of the ids."""
    flat = PUBLIC["reshape"](ids, [-1])
    order = PUBLIC["range"](PUBLIC["size"](flat))
    if strategy == "mod":
        partition, inner = flat % len(params), flat // len(params)
    elif strategy == "div":
        partition, inner = _runs(params, flat)
    else:
        raise ValueError(
            f"Unrecognized partition strategy: {strategy}. Must be one of either `mod` or `div`."
        )
    count = len(params)
    partition = PUBLIC["cast"](partition, dtypes.int32)
    inner = raw.DynamicPartition(inner, partition, num_partitions=count)
    places = raw.DynamicPartition(order, partition, num_partitions=count)
    found = []
    for param, wanted in zip(params, inner):
        with get_default_graph().colocate_with(_place(param)):
            rows = _gather(param, wanted)
        found.append(rows)
    rows = raw.ParallelDynamicStitch(list(places), found, name=name)
    tail = params[0].shape[1:]
    for param in params[1:]:
        tail = tail.merge_with(param.shape[1:])
    if tail.is_fully_defined():
        rows = _shaped(rows, ids, tail.as_list())
    else:
        with get_default_graph().colocate_with(_place(params[0])):
            dynamic = PUBLIC["shape"](params[0])[1:]
        rows = _shaped(rows, ids, dynamic)
    rows.set_shape(ids.shape.concatenate(tail))
    return _clip(rows, ids, max_norm)


def _shaped(rows, ids, tail):
    return raw.Reshape(rows, PUBLIC["concat"]([PUBLIC["shape"](ids), tail], 0))


def _runs(params, flat):
    """Partitions and places in them when rows are dealt in runs, the first ones longer by one."""
    count, cast = len(params), PUBLIC["cast"]
    sizes = [p.shape.dims[0].value if p.shape.dims is not None else None for p in params]
    if None not in sizes:
        total = convert_to_tensor(sum(sizes), dtype=flat.dtype.base_dtype, name="Const")
    else:
        heads = []
        for param in params:
            with get_default_graph().colocate_with(_place(param)):
                heads.append(PUBLIC["shape"](param)[0])
        total = PUBLIC["reduce_sum"](cast(PUBLIC["stack"](heads), flat.dtype))
    run, longer = total // count, total % count
    partition = raw.Maximum(flat // (run + 1), (flat - longer) // run)
    early = raw.Less(partition, longer)
    return partition, PUBLIC["where"](early, flat % (run + 1), (flat - longer) % run)


@public
def embedding_lookup_sparse(
    params,
    sp_ids,
    sp_weights,
    partition_strategy="mod",
    name=None,
    combiner=None,
    max_norm=None,
    allow_fast_lookup=False,
):
    """For each row of a sparse matrix of ids, the sum or mean of the embeddings it names.

    Args:
      params: as for `embedding_lookup`.
      sp_ids: `SparseTensor` of ids, of rank 2; no row may be empty.
      sp_weights: `SparseTensor` of weights of the same structure, or None for equal ones.
      partition_strategy: as for `embedding_lookup`.
      name: optional name of the operation.
      combiner: `"mean"` (default), `"sum"` or `"sqrtn"`.
      max_norm: the largest norm of each embedding, when it is to be bounded.
      allow_fast_lookup: ignored.

    Returns:
      `Tensor` of shape `[rows of sp_ids, *params.shape[1:]]`.

    Raises:
      TypeError: `sp_ids` or `sp_weights` is no `SparseTensor`.
      ValueError: an unknown combiner.
    """
    combiner = "mean" if combiner is None else combiner
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner}")
    params = _partitions(params)
    if not hasattr(sp_ids, "dense_shape"):
        raise TypeError(f"sp_ids must be SparseTensor, got {type(sp_ids)}")
    if sp_weights is not None:
        if not hasattr(sp_weights, "dense_shape"):
            raise TypeError(
                f"sp_weights must be either None or SparseTensor, got {type(sp_weights)}"
            )
        sp_ids.values.shape.assert_is_compatible_with(sp_weights.values.shape)
        sp_ids.indices.shape.assert_is_compatible_with(sp_weights.indices.shape)
        sp_ids.dense_shape.shape.assert_is_compatible_with(sp_weights.dense_shape.shape)
    with scope(name, "embedding_lookup_sparse", (*params, sp_ids.values)) as name:
        segments = sp_ids.indices[:, 0]
        ids = sp_ids.values
        plain = len(params) == 1 and not hasattr(params[0], "sparse_read")
        if plain and sp_weights is None and max_norm is None:
            op = {
                "mean": raw.SparseSegmentMean,
                "sum": raw.SparseSegmentSum,
                "sqrtn": raw.SparseSegmentSqrtN,
            }[combiner]
            return op(
                convert_to_tensor(params[0], name="params"),
                ids,
                segments,
                sparse_gradient=True,
                name=name,
            )
        unique, places = raw.Unique(ids)
        rows = embedding_lookup(
            params, unique, partition_strategy=partition_strategy, max_norm=max_norm
        )
        segments = PUBLIC["cast"](segments, dtypes.int32)
        if rows.dtype in (dtypes.float16, dtypes.bfloat16):
            rows = raw.Cast(rows, DstT=dtypes.float32)
        if sp_weights is not None:
            return _weighted(rows, places, segments, sp_weights.values, combiner, name)
        op = {
            "mean": raw.SparseSegmentMean,
            "sum": raw.SparseSegmentSum,
            "sqrtn": raw.SparseSegmentSqrtN,
        }[combiner]
        return op(rows, places, segments, sparse_gradient=True, name=name)


def _weighted(rows, places, segments, weights, combiner, name):
    if weights.dtype != rows.dtype:
        weights = raw.Cast(weights, DstT=rows.dtype)
    rows = PUBLIC["gather"](rows, places)
    ones = PUBLIC["expand_dims"](PUBLIC["rank"](rows) - 1, 0)
    shape = PUBLIC["concat"]([PUBLIC["shape"](weights), PUBLIC["ones"](ones, dtypes.int32)], 0)
    static = rows.dims
    weights = raw.Reshape(weights, shape)
    rows = rows * weights
    if static is not None:
        rows.set_shape((None, *static[1:]))
    if combiner == "sum":
        return raw.SegmentSum(rows, segments, name=name)
    total = raw.SegmentSum(rows, segments)
    if combiner == "mean":
        return raw.DivNoNan(total, raw.SegmentSum(weights, segments), name=name)
    squares = raw.SegmentSum(raw.Pow(weights, 2.0), segments)
    return raw.DivNoNan(total, raw.Sqrt(squares), name=name)


def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner="mean",
    default_id=None,
    name=None,
    partition_strategy="div",
    max_norm=None,
    allow_fast_lookup=False,
):
    """`embedding_lookup_sparse` that takes empty rows, negative ids and weights of zero.

    Args:
      embedding_weights: list of partitions of a matrix of embeddings.
      sparse_ids: `SparseTensor` of ids of rank at least 2; negative ones are left out.
      sparse_weights: `SparseTensor` of weights; ids with weights not above 0 are left out.
      combiner: `"mean"`, `"sum"` or `"sqrtn"`.
      default_id: what an empty row stands for; None for zeros.
      name: optional name of the operation.
      partition_strategy: as for `embedding_lookup`.
      max_norm: the largest norm of each embedding, when it is to be bounded.
      allow_fast_lookup: ignored.

    Returns:
      `Tensor` of shape `sparse_ids.shape[:-1] + [embedding size]`.

    Raises:
      ValueError: `embedding_weights` is empty.
    """
    if embedding_weights is None:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    weights = _partitions(embedding_weights)
    if sparse_weights is not None:
        kind = sparse_weights.dtype
        weights = [
            w if hasattr(w, "sparse_read") and w.dtype == kind else convert_to_tensor(w, dtype=kind)
            for w in weights
        ]
    with scope(name, "embedding_lookup", (*weights, sparse_ids.values)) as name:
        original = sparse_ids.dense_shape
        static = sparse_ids.dense_shape.shape
        rank = static.dims[0].value if static.dims is not None else None
        outer = PUBLIC["size"](original) - 1 if rank is None else rank - 1
        flat = [
            PUBLIC["reduce_prod"](raw.Slice(original, [0], [outer])),
            PUBLIC["gather"](original, outer),
        ]
        reshape = PUBLIC["sparse_reshape"]
        sparse_ids = reshape(sparse_ids, flat)
        if sparse_weights is not None:
            sparse_weights = SparseTensor(
                sparse_ids.indices, sparse_weights.values, sparse_ids.dense_shape
            )
        sparse_ids, sparse_weights = _pruned(sparse_ids, sparse_weights, combiner)
        fill = PUBLIC["sparse_fill_empty_rows"]
        sparse_ids, empty = fill(sparse_ids, default_id or 0)
        if sparse_weights is not None:
            sparse_weights, _ = fill(sparse_weights, 1.0)
        inner = name if default_id is not None else None
        rows = embedding_lookup_sparse(
            weights,
            sparse_ids,
            sparse_weights,
            combiner=combiner,
            partition_strategy=partition_strategy,
            name=inner,
            max_norm=max_norm,
        )
        if default_id is None:
            empty = PUBLIC["reshape"](empty, [-1, 1])
            wide = PUBLIC["stack"]([1, PUBLIC["shape"](rows)[1]])
            rows = raw.Select(
                PUBLIC["tile"](empty, wide), PUBLIC["zeros_like"](rows), rows, name=name
            )
        head = raw.Slice(PUBLIC["cast"](original, dtypes.int32), [0], [outer])
        tail = raw.Slice(PUBLIC["shape"](rows), [1], [-1])
        return raw.Reshape(rows, PUBLIC["concat"]([head, tail], 0))


def _pruned(ids, weights, combiner):
    """Without negative ids, and without weights that are not above zero."""
    retain = PUBLIC["sparse_retain"]
    keep = raw.GreaterEqual(ids.values, 0)
    if weights is not None:
        keep = raw.LogicalAnd(keep, PUBLIC["ones_like"](weights.values, dtype=dtypes.bool))
        ids, weights = retain(ids, keep), retain(weights, keep)
        if combiner != "sum":
            keep = raw.Greater(weights.values, 0)
            ids, weights = retain(ids, keep), retain(weights, keep)
        return ids, weights
    return retain(ids, keep), None


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
