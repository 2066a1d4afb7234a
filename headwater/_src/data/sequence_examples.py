"""`tf.parse_single_sequence_example` and its like: a context and lists of features."""

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.ops._scope import scope
from headwater._src.ops.parsing_functions import (
    FeaturePlan,
    FixedLenFeature,
    FixedLenSequenceFeature,
    VarLenFeature,
)


class _Lists:
    """The lists that the op wants of the features of a sequence."""

    def __init__(self, features):
        self.sparse_keys, self.sparse_types = [], []
        self.dense_keys, self.dense_types, self.dense_shapes = [], [], []
        self.may_be_missing = []
        for key in sorted(features):
            feature = features[key]
            if isinstance(feature, VarLenFeature):
                self.sparse_keys.append(key)
                self.sparse_types.append(dtypes.as_dtype(feature.dtype))
            elif isinstance(feature, FixedLenSequenceFeature):
                if feature.default_value:
                    raise ValueError(
                        f"A default value is not supported for the sequence feature '{key}'"
                    )
                self.dense_keys.append(key)
                self.dense_types.append(dtypes.as_dtype(feature.dtype))
                self.dense_shapes.append(tuple(TensorShape(feature.shape).as_list()))
                self.may_be_missing.append(bool(feature.allow_missing))
            else:
                raise ValueError(f"Unsupported {type(feature).__name__} {feature} for key '{key}'")


def _parse(serialized, names, context_features, sequence_features):
    context = FeaturePlan(context_features or {}, (VarLenFeature, FixedLenFeature))
    lists = _Lists(sequence_features or {})
    with get_default_graph().name_scope("ParseSequenceExample"):
        outputs = raw.ParseSequenceExampleV2(
            serialized,
            names,
            context.sparse_keys,
            context.dense_keys,
            [],
            lists.sparse_keys,
            lists.dense_keys,
            [],
            lists.may_be_missing,
            context.default_tensors(),
            Ncontext_sparse=len(context.sparse_keys),
            context_sparse_types=context.sparse_types,
            context_dense_shapes=[tuple(d) for d in context.dense_shapes],
            Nfeature_list_sparse=len(lists.sparse_keys),
            Nfeature_list_dense=len(lists.dense_keys),
            feature_list_dense_types=lists.dense_types,
            feature_list_sparse_types=lists.sparse_types,
            feature_list_dense_shapes=lists.dense_shapes,
        )
    found = _by_name(context, outputs[:3], outputs[3])
    return (
        found,
        _by_name(lists, outputs[6:9], outputs[9]),
        dict(zip(lists.dense_keys, outputs[10])),
    )


def _by_name(plan, sparse, dense):
    found = {
        key: SparseTensor(i, v, s)
        for key, i, v, s in zip(plan.sparse_keys, *(sparse if plan.sparse_keys else ((), (), ())))
    }
    found.update(zip(plan.dense_keys, dense))
    return found


def parse_sequence_example(
    serialized, context_features=None, sequence_features=None, example_names=None, name=None
):
    """Parses a batch of serialized `SequenceExample` messages.

    Args:
      serialized: string vector.
      context_features: dict from a name to `FixedLenFeature` or `VarLenFeature`.
      sequence_features: dict from a name to `FixedLenSequenceFeature` or `VarLenFeature`.
      example_names: string vector: how errors call the messages.
      name: name of the scope.

    Returns:
      Three dicts: the context, the sequences (filled up to the longest), and their lengths.

    Raises:
      ValueError: there are no features, or one is of another kind.
      InvalidArgumentError: when it runs: a message does not fit.
    """
    if not (context_features or sequence_features):
        raise ValueError("Both `context_features` and `sequence_features` arguments are None.")
    with scope(name, "ParseSequenceExample", [serialized, example_names]):
        names = [] if example_names is None else example_names
        return _parse(serialized, names, context_features, sequence_features)


def parse_single_sequence_example(
    serialized, context_features=None, sequence_features=None, example_name=None, name=None
):
    """Parses one serialized `SequenceExample` message.

    Args:
      serialized: scalar string.
      context_features: dict from a name to `FixedLenFeature` or `VarLenFeature`.
      sequence_features: dict from a name to `FixedLenSequenceFeature` or `VarLenFeature`.
      example_name: scalar string: how errors call the message.
      name: name of the scope.

    Returns:
      Two dicts: the context, and the sequences, whose first dimension are the steps.

    Raises:
      ValueError: there are no features, one is of another kind, or `serialized` is no scalar.
      InvalidArgumentError: when it runs: the message does not fit.
    """
    if not (context_features or sequence_features):
        raise ValueError(
            "Both context_features and sequence_features are None, but at least one "
            "should have a value."
        )
    with scope(name, "ParseSingleSequenceExample", [serialized, example_name]):
        serialized = convert_to_tensor(serialized, dtypes.string, name="serialized")
        if serialized.shape.rank not in (0, None):
            raise ValueError(f"Input serialized must be a scalar, but has shape {serialized.shape}")
        names = [] if example_name is None else [example_name]
        return _parse(serialized, names, context_features, sequence_features)[:2]
