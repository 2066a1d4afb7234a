"""From feature columns to tensors: the input of a network, and a linear model."""

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.estimator.columns import (
    CategoricalColumn,
    DenseColumn,
    FeatureCache,
    checked,
)
from headwater._src.estimator.embedded_columns import EmbeddingColumn, SharedEmbeddingColumn
from headwater._src.graph import raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.initializers import Zeros
from headwater._src.ops.embedding import safe_embedding_lookup_sparse


def _collections(weight_collections):
    """The collections of new weights: those asked for, and always that of global variables."""
    if weight_collections is None:
        return None
    return list(dict.fromkeys([*weight_collections, GraphKeys.GLOBAL_VARIABLES]))


def _tensors(features):
    """What of the features can decide the graph."""
    return [v for v in features.values() if hasattr(v, "graph")]


def dense_tensor(column, cache, weight_collections=None, trainable=True):
    """A dense column's value, `[batch, *variable_shape]`.

    Args:
      column: a `DenseColumn`.
      cache: a `FeatureCache`.
      weight_collections: collections of new variables.
      trainable: whether they are trained.
    """
    if isinstance(column, (EmbeddingColumn, SharedEmbeddingColumn)):
        return column.dense_tensor(cache, _collections(weight_collections), trainable)
    return column.dense_tensor(cache)


def input_layer(
    features,
    feature_columns,
    weight_collections=None,
    trainable=True,
    cols_to_vars=None,
    cols_to_output_tensors=None,
):
    """The first layer of a network: the values of dense columns, side by side.

    Args:
      features: dict from keys to tensors.
      feature_columns: dense columns; their values are in order of the columns' names.
      weight_collections: collections of the columns' variables.
      trainable: whether they are trained.
      cols_to_vars: dict that is filled with each column's variables.
      cols_to_output_tensors: dict that is filled with each column's value.

    Returns:
      A float32 `Tensor` of shape `[batch, sum of the columns' elements]`.

    Raises:
      ValueError: something is no dense column, or a feature is missing.
    """
    columns = checked(feature_columns, DenseColumn)
    cache = FeatureCache(features)
    outputs = []
    with variable_scope(None, default_name="input_layer", values=_tensors(features)):
        for column in columns:
            with variable_scope(None, default_name=column.scope_name) as scope:
                value = dense_tensor(column, cache, weight_collections, trainable)
                batch = PUBLIC["shape"](value)[0]
                flat = PUBLIC["reshape"](value, PUBLIC["stack"]([batch, column.num_elements]))
                outputs.append(flat)
                if cols_to_output_tensors is not None:
                    cols_to_output_tensors[column] = flat
                if cols_to_vars is not None:
                    cols_to_vars[column] = _variables_of(column, scope)
        return PUBLIC["concat"](outputs, 1)


def _variables_of(column, scope):
    graph = get_default_graph()
    if isinstance(column, SharedEmbeddingColumn):
        return graph.get_collection(column.shared_embedding_collection_name)
    return graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope.name + "/")


def linear_model(
    features,
    feature_columns,
    units=1,
    sparse_combiner="sum",
    weight_collections=None,
    trainable=True,
    cols_to_vars=None,
):
    """A weighted sum of all columns, and a bias.

    Args:
      features: dict from keys to tensors.
      feature_columns: dense or categorical columns; a categorical one has a weight for each id.
      units: how many sums there are.
      sparse_combiner: how the weights of an example's ids are combined: `"sum"`, `"mean"` or
        `"sqrtn"`.
      weight_collections: collections of the variables.
      trainable: whether they are trained.
      cols_to_vars: dict that is filled with each column's variables, and those of `"bias"`.

    Returns:
      A float32 `Tensor` of shape `[batch, units]`.

    Raises:
      ValueError: something is no such column, or a feature is missing.
    """
    columns = checked(feature_columns, (DenseColumn, CategoricalColumn))
    cache = FeatureCache(features)
    collections = _collections(weight_collections)
    with variable_scope(None, default_name="linear_model", values=_tensors(features)):
        sums = []
        for column in columns:
            with variable_scope(None, default_name=column.scope_name):
                categorical = isinstance(column, CategoricalColumn)
                rows = column.num_buckets if categorical else column.num_elements
                weights = get_variable(
                    "weights",
                    [rows, units],
                    initializer=Zeros(),
                    trainable=trainable,
                    collections=collections,
                )
                weighted = _categorical_sum if categorical else _dense_sum
                sums.append(weighted(column, cache, weights, sparse_combiner))
                if cols_to_vars is not None:
                    cols_to_vars[column] = _parts(weights)
        bias = get_variable(
            "bias_weights",
            [units],
            initializer=Zeros(),
            trainable=trainable,
            collections=collections,
        )
        if cols_to_vars is not None:
            cols_to_vars["bias"] = _parts(bias)
        total = PUBLIC["add_n"](sums, name="weighted_sum_no_bias")
        return raw.BiasAdd(total, bias, name="weighted_sum")


def _parts(variable):
    """The variables that a variable consists of: itself, or its partitions."""
    parts = getattr(variable, "_get_variable_list", None)
    return list(parts()) if parts else [variable]


def _dense_sum(column, cache, weights, combiner):
    value = column.dense_tensor(cache)
    batch = PUBLIC["shape"](value)[0]
    flat = PUBLIC["reshape"](value, PUBLIC["stack"]([batch, column.num_elements]))
    return PUBLIC["matmul"](flat, weights, name="weighted_sum")


def _categorical_sum(column, cache, weights, combiner):
    pair = column.sparse_tensors(cache)
    ids, id_weights = (None if t is None else _two_dimensional(t) for t in pair)
    return safe_embedding_lookup_sparse(
        weights, ids, sparse_weights=id_weights, combiner=combiner, name="weighted_sum"
    )


def _two_dimensional(sparse):
    batch = PUBLIC["cast"](sparse.dense_shape[0], dtypes_lib.int64)
    return PUBLIC["sparse_reshape"](
        SparseTensor(sparse.indices, sparse.values, sparse.dense_shape),
        PUBLIC["stack"]([batch, PUBLIC["cast"](-1, dtypes_lib.int64)]),
    )
