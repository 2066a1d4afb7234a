"""Dense columns made of ids: indicators (how often each id occurs) and embeddings."""

import collections
import math

from headwater._src.estimator.columns import CategoricalColumn, DenseColumn
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.initializers import TruncatedNormal
from headwater._src.ops.embedding import safe_embedding_lookup_sparse
from headwater._src.train.checkpoint_utils import init_from_checkpoint


class IndicatorColumn(
    collections.namedtuple("IndicatorColumn", ["categorical_column"]), DenseColumn
):
    """See `indicator_column`."""

    __slots__ = ()

    @property
    def name(self):
        """`<column>_indicator`."""
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self):
        """The column's."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        """One number for each id."""
        return (1, self.categorical_column.num_buckets)

    def transform(self, cache):
        """How often, or with which weight, each id occurs."""
        ids, weights = self.categorical_column.sparse_tensors(cache)
        depth = self.categorical_column.num_buckets
        if weights is not None:
            merged = PUBLIC["sparse_merge"](ids, weights, depth)
            kept = PUBLIC["sparse_slice"](merged, [0, 0], merged.dense_shape)
            return PUBLIC["sparse_tensor_to_dense"](kept, validate_indices=False)
        dense = PUBLIC["sparse_tensor_to_dense"](ids, default_value=-1)
        ones = PUBLIC["one_hot"](dense, depth=depth, on_value=1.0, off_value=0.0)
        return PUBLIC["reduce_sum"](ones, axis=[-2])

    def dense_tensor(self, cache):
        """The counts."""
        return cache.get(self)


def _embedded(column, cache, weights):
    """The combined embeddings of each example's ids."""
    ids, id_weights = column.categorical_column.sparse_tensors(cache)
    return safe_embedding_lookup_sparse(
        weights,
        ids,
        sparse_weights=id_weights,
        combiner=column.combiner,
        name=f"{column.name}_weights",
        max_norm=column.max_norm,
    )


def _new_weights(column, trainable, collections_=None):
    weights = get_variable(
        "embedding_weights",
        (column.categorical_column.num_buckets, column.dimension),
        initializer=column.initializer,
        trainable=column.trainable and trainable,
        collections=collections_,
    )
    if column.ckpt_to_load_from is not None:
        init_from_checkpoint(column.ckpt_to_load_from, {column.tensor_name_in_ckpt: weights})
    return weights


_EMBEDDING_FIELDS = [
    "categorical_column",
    "dimension",
    "combiner",
    "initializer",
    "ckpt_to_load_from",
    "tensor_name_in_ckpt",
    "max_norm",
    "trainable",
]


class EmbeddingColumn(
    collections.namedtuple("EmbeddingColumn", _EMBEDDING_FIELDS),
    DenseColumn,
):
    """See `embedding_column`."""

    __slots__ = ()

    @property
    def name(self):
        """`<column>_embedding`."""
        return f"{self.categorical_column.name}_embedding"

    @property
    def parse_example_spec(self):
        """The column's."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        """The dimension."""
        return (self.dimension,)

    def transform(self, cache):
        """The ids themselves are looked up."""
        return cache.get(self.categorical_column)

    def dense_tensor(self, cache, weight_collections=None, trainable=True):
        """The embeddings; makes the variable `embedding_weights`."""
        return _embedded(self, cache, _new_weights(self, trainable, weight_collections))


class SharedEmbeddingColumn(
    collections.namedtuple(
        "SharedEmbeddingColumn", [*_EMBEDDING_FIELDS, "shared_embedding_collection_name"]
    ),
    DenseColumn,
):
    """See `shared_embedding_columns`."""

    __slots__ = ()

    @property
    def name(self):
        """`<column>_shared_embedding`."""
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def scope_name(self):
        """The name that all columns of the group share."""
        return self.shared_embedding_collection_name

    @property
    def parse_example_spec(self):
        """The column's."""
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        """The dimension."""
        return (self.dimension,)

    def transform(self, cache):
        """The ids themselves are looked up."""
        return cache.get(self.categorical_column)

    def dense_tensor(self, cache, weight_collections=None, trainable=True):
        """The embeddings; the first column of the group makes the variable."""
        graph = get_default_graph()
        shared = graph.get_collection(self.shared_embedding_collection_name)
        if shared:
            weights = shared[0]
            wanted = [self.categorical_column.num_buckets, self.dimension]
            if weights.shape.as_list() != wanted:
                raise ValueError(
                    f"Shared embedding collection {self.shared_embedding_collection_name} holds a "
                    f"variable of shape {weights.shape}, but {wanted} is needed."
                )
        else:
            weights = _new_weights(self, trainable, weight_collections)
            graph.add_to_collection(self.shared_embedding_collection_name, weights)
        return _embedded(self, cache, weights)


# --- public functions ---------------------------------------------------------------------------


def indicator_column(categorical_column):
    """A dense column of how often each id occurs.

    Args:
      categorical_column: a categorical column.

    Returns:
      A dense column.

    Raises:
      ValueError: it is no categorical column.
    """
    if not isinstance(categorical_column, CategoricalColumn):
        raise ValueError(
            f"Unsupported input type. Input must be a CategoricalColumn. Given: "
            f"{categorical_column}"
        )
    return IndicatorColumn(categorical_column)


def _check(dimension, ckpt_to_load_from, tensor_name_in_ckpt, initializer):
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise ValueError(
            "Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them."
        )
    if initializer is not None and not callable(initializer):
        raise ValueError("initializer must be callable if specified.")
    if initializer is None:
        return TruncatedNormal(mean=0.0, stddev=1 / math.sqrt(dimension))
    return initializer


def embedding_column(
    categorical_column,
    dimension,
    combiner="mean",
    initializer=None,
    ckpt_to_load_from=None,
    tensor_name_in_ckpt=None,
    max_norm=None,
    trainable=True,
    use_safe_embedding_lookup=True,
):
    """A dense column of learned vectors, one for each id; those of an example are combined.

    Args:
      categorical_column: a categorical column.
      dimension: length of the vectors.
      combiner: `"mean"`, `"sqrtn"` or `"sum"`.
      initializer: of the variable (default: truncated normal, of deviation `1/sqrt(dimension)`).
      ckpt_to_load_from: checkpoint to take the first values from.
      tensor_name_in_ckpt: the variable's name there.
      max_norm: the largest norm of a vector.
      trainable: whether the variable is trained.
      use_safe_embedding_lookup: accepted; empty examples always give zeros.

    Returns:
      A dense column.

    Raises:
      ValueError: `dimension` is not positive, `initializer` is no function, or only a part of what
        a checkpoint needs is given.
    """
    initializer = _check(dimension, ckpt_to_load_from, tensor_name_in_ckpt, initializer)
    return EmbeddingColumn(
        categorical_column,
        dimension,
        combiner,
        initializer,
        ckpt_to_load_from,
        tensor_name_in_ckpt,
        max_norm,
        trainable,
    )


def shared_embedding_columns(
    categorical_columns,
    dimension,
    combiner="mean",
    initializer=None,
    shared_embedding_collection_name=None,
    ckpt_to_load_from=None,
    tensor_name_in_ckpt=None,
    max_norm=None,
    trainable=True,
    use_safe_embedding_lookup=True,
):
    """Embedding columns that share one variable.

    Args:
      categorical_columns: list of categorical columns of one kind and number of ids.
      dimension: length of the vectors.
      combiner: `"mean"`, `"sqrtn"` or `"sum"`.
      initializer: of the variable.
      shared_embedding_collection_name: what the variable's scope and collection are called.
      ckpt_to_load_from: checkpoint to take the first values from.
      tensor_name_in_ckpt: the variable's name there.
      max_norm: the largest norm of a vector.
      trainable: whether the variable is trained.
      use_safe_embedding_lookup: accepted; empty examples always give zeros.

    Returns:
      A list of dense columns, in the order given.

    Raises:
      ValueError: as for `embedding_column`, or the columns differ in kind or number of ids.
    """
    initializer = _check(dimension, ckpt_to_load_from, tensor_name_in_ckpt, initializer)
    ordered = sorted(categorical_columns, key=lambda c: c.name)
    first = ordered[0]
    for column in ordered[1:]:
        if column.num_buckets != first.num_buckets:
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same number "
                f"of buckets. Given column: {first} with buckets: {first.num_buckets} does not "
                f"match column: {column} with buckets: {column.num_buckets}"
            )
        if type(_plain(column)) is not type(_plain(first)):
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same type, "
                f"or be weighted_categorical_column of the same type. Given column: {first} of "
                f"type: {type(first)} does not match given column: {column} of type: {type(column)}"
            )
    if not shared_embedding_collection_name:
        shared_embedding_collection_name = "_".join(c.name for c in ordered) + "_shared_embedding"
    return [
        SharedEmbeddingColumn(
            column,
            dimension,
            combiner,
            initializer,
            ckpt_to_load_from,
            tensor_name_in_ckpt,
            max_norm,
            trainable,
            shared_embedding_collection_name,
        )
        for column in categorical_columns
    ]


def _plain(column):
    return getattr(column, "categorical_column", column)
