"""`tf.parse_example` and its like: what features are to be parsed, and the nodes for it."""

import re
from collections import namedtuple

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope as name_scope


class VarLenFeature(namedtuple("VarLenFeature", ["dtype"])):
    """A feature with any number of values; parsed into a `SparseTensor`.

    Args:
      dtype: float32, int64 or string.
    """


class FixedLenFeature(namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"])):
    """A feature with a fixed number of values.

    Args:
      shape: the shape of the values.
      dtype: float32, int64 or string.
      default_value: what stands where the feature is missing; None: it may not be.
    """

    def __new__(cls, shape, dtype, default_value=None):
        return super().__new__(cls, shape, dtype, default_value)


class FixedLenSequenceFeature(
    namedtuple("FixedLenSequenceFeature", ["shape", "dtype", "allow_missing", "default_value"])
):
    """A feature with any number of elements of one shape, padded to the longest of a batch.

    Args:
      shape: the shape of an element.
      dtype: float32, int64 or string.
      allow_missing: whether the feature may be missing; must be so outside of sequences.
      default_value: what is padded with.
    """

    def __new__(cls, shape, dtype, allow_missing=False, default_value=None):
        return super().__new__(cls, shape, dtype, allow_missing, default_value)


class SparseFeature(
    namedtuple("SparseFeature", ["index_key", "value_key", "dtype", "size", "already_sorted"])
):
    """A sparse tensor out of one feature with indices and one with values.

    Args:
      index_key: name of the feature with the indices (int64), or a list of such.
      value_key: name of the feature with the values.
      dtype: type of the values.
      size: the dimension (or list of them) that the indices run over.
      already_sorted: whether they are in order.
    """

    def __new__(cls, index_key, value_key, dtype, size, already_sorted=False):
        return super().__new__(cls, index_key, value_key, dtype, size, already_sorted)


class FeaturePlan:
    """The lists that the op wants, from a dict of features; keys are in order."""

    def __init__(self, features, kinds):
        self.sparse_keys, self.sparse_types = [], []
        self.dense_keys, self.dense_types, self.dense_shapes, self.defaults = [], [], [], []
        for key in sorted(features):
            feature = features[key]
            if not isinstance(feature, kinds):
                raise ValueError(f"Unsupported {type(feature).__name__} {feature} for key '{key}'")
            if isinstance(feature, VarLenFeature):
                if not feature.dtype:
                    raise ValueError(f"Missing type for feature {key}. Received feature={feature}.")
                self._sparse(key, feature.dtype)
            elif isinstance(feature, SparseFeature):
                self._sparse_feature(key, feature)
            else:
                self._dense(key, feature)

    def _sparse(self, key, dtype):
        dtype = dtypes.as_dtype(dtype)
        if key in self.sparse_keys:
            known = self.sparse_types[self.sparse_keys.index(key)]
            if known != dtype:
                raise ValueError(f"Conflicting type {known} vs {dtype} for feature {key}.")
            return
        self.sparse_keys.append(key)
        self.sparse_types.append(dtype)

    def _sparse_feature(self, key, feature):
        if not feature.index_key:
            raise ValueError(f"Missing index_key for SparseFeature {feature}.")
        if not feature.value_key:
            raise ValueError(f"Missing value_key for SparseFeature {feature}.")
        if not feature.dtype:
            raise ValueError(f"Missing type for feature {key}. Received feature={feature}.")
        index_keys = feature.index_key
        for index_key in sorted([index_keys] if isinstance(index_keys, str) else index_keys):
            self._sparse(index_key, dtypes.int64)
        self._sparse(feature.value_key, feature.dtype)

    def _dense(self, key, feature):
        if not feature.dtype:
            raise ValueError(f"Missing type for feature {key}. Received feature={feature}.")
        if feature.shape is None:
            raise ValueError(f"Missing shape for feature {key}. Received feature={feature}.")
        dims = TensorShape(feature.shape).as_list()
        if isinstance(feature, FixedLenSequenceFeature):
            if not feature.allow_missing:
                raise ValueError(
                    "Unsupported: FixedLenSequenceFeature requires allow_missing to be True."
                )
            dims = [None, *dims]
        elif dims and dims[0] is None:
            raise ValueError(
                f"First dimension of shape for feature {key} unknown. Consider using "
                f"FixedLenSequenceFeature. Received feature={feature}."
            )
        elif None in dims:
            raise ValueError(
                f"All dimensions of shape for feature {key} need to be known but received "
                f"{tuple(dims)}."
            )
        self.dense_keys.append(key)
        self.dense_types.append(dtypes.as_dtype(feature.dtype))
        self.dense_shapes.append(dims)
        self.defaults.append(feature.default_value)

    def default_tensors(self):
        """One tensor for each dense feature: its default, or an empty one."""
        return [
            _default(*item)
            for item in zip(self.dense_keys, self.dense_types, self.dense_shapes, self.defaults)
        ]


def _default(key, dtype, dims, value):
    padded = bool(dims) and dims[0] is None
    if value is None:
        if padded:
            return constant(b"" if dtype == dtypes.string else 0, dtype)
        return constant([], dtype)
    name = "key_" + re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)
    tensor = convert_to_tensor(value, dtype, name=name)
    return PUBLIC["reshape"](tensor, [] if padded else dims)


def _parse(serialized, names, features, kinds):
    plan = FeaturePlan(features, kinds)
    outputs = raw.ParseExampleV2(
        serialized,
        names,
        plan.sparse_keys,
        plan.dense_keys,
        [],
        plan.default_tensors(),
        num_sparse=len(plan.sparse_keys),
        sparse_types=plan.sparse_types,
        ragged_value_types=[],
        ragged_split_types=[],
        dense_shapes=[tuple(d) for d in plan.dense_shapes],
    )
    indices, values, shapes, dense = outputs[:4]
    result = {
        key: SparseTensor(i, v, s)
        for key, i, v, s in zip(plan.sparse_keys, indices, values, shapes)
    }
    result.update(zip(plan.dense_keys, dense))
    return result


def _with_sparse_features(features, found):
    """Joins indices and values of `SparseFeature`s; what was only parsed for them is left out."""
    for key in sorted(features):
        feature = features[key]
        if not isinstance(feature, SparseFeature):
            continue
        merge = PUBLIC.get("sparse_merge")
        if merge is None:
            raise NotImplementedError("SparseFeature needs tf.sparse_merge, which is not there yet")
        index_keys = feature.index_key
        if isinstance(index_keys, str):
            ids = found[index_keys]
        else:
            ids = [found[k] for k in index_keys]
        found[key] = merge(
            ids, found[feature.value_key], feature.size, already_sorted=feature.already_sorted
        )
    return {key: found[key] for key in features}


_EXAMPLE_KINDS = (VarLenFeature, FixedLenFeature, FixedLenSequenceFeature, SparseFeature)


@public
def parse_example(serialized, features, name=None, example_names=None):
    """Parses a batch of serialized `Example` messages.

    Args:
      serialized: string `Tensor` of shape `[batch]` (or a scalar).
      features: dict from a feature's name to `FixedLenFeature`, `FixedLenSequenceFeature`,
        `VarLenFeature` or `SparseFeature`.
      name: name of the scope.
      example_names: string `Tensor` of shape `[batch]`: how errors call the messages.

    Returns:
      Dict from name to `Tensor` or `SparseTensor`.

    Raises:
      ValueError: `features` is empty, or a feature is not complete.
      InvalidArgumentError: a message does not fit, when run.
    """
    if not features:
        raise ValueError(f"Argument `features` cannot be None or falsy. Got {features}")
    with name_scope(name, "ParseExample", [serialized, example_names]):
        names = [] if example_names is None else example_names
        found = _parse(serialized, names, features, _EXAMPLE_KINDS)
    return _with_sparse_features(features, found)


@public
def parse_single_example(serialized, features, name=None, example_names=None):
    """Parses one serialized `Example` message.

    Args:
      serialized: scalar string `Tensor`.
      features: dict as for `parse_example`.
      name: name of the scope.
      example_names: scalar string `Tensor`: how errors call the message.

    Returns:
      Dict from name to `Tensor` or `SparseTensor`, without the dimension of the batch.

    Raises:
      ValueError: `features` is empty, or a feature is not complete.
      InvalidArgumentError: the message does not fit, when run.
    """
    if not features:
        raise ValueError("Invalid argument: features cannot be None.")
    with name_scope(name, "ParseSingleExample", [serialized, example_names]):
        serialized = convert_to_tensor(serialized, dtypes.string, name="serialized")
        if serialized.dims not in (None, ()):
            raise ValueError(f"Input serialized must be a scalar, but has shape {serialized.shape}")
        with get_default_graph().name_scope("ParseExample"):
            names = [] if example_names is None else example_names
            found = _parse(serialized, names, features, _EXAMPLE_KINDS)
        return _with_sparse_features(features, found)
