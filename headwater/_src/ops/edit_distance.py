"""How many changes lead from one sequence to another."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.dims import ShapeError
from headwater._src.ops._sparse import invalid, parts_dims, shape_dims, sparse

EditDistance = define_op(
    "EditDistance",
    inputs=(
        "hypothesis_indices: int64, hypothesis_values: T, hypothesis_shape: int64, "
        "truth_indices: int64, truth_values: T, truth_shape: int64"
    ),
    outputs="output: float",
    attrs=["normalize: bool = true", "T: type"],
)


@EditDistance.shape
def edit_distance_shape(
    hypothesis_indices,
    hypothesis_values,
    hypothesis_shape,
    truth_indices,
    truth_values,
    truth_shape,
):
    parts_dims(hypothesis_indices, hypothesis_values, hypothesis_shape)
    parts_dims(truth_indices, truth_values, truth_shape)
    first, second = shape_dims(hypothesis_shape), shape_dims(truth_shape)
    if first is None or second is None:
        return None
    if len(first) != len(second):
        raise ShapeError(
            "Num elements of hypothesis_shape does not match truth_shape: "
            f"{len(first)} vs. {len(second)}"
        )
    return tuple(
        None if None in (a, b) else max(a, b) for a, b in zip(first[:-1], second[:-1], strict=True)
    )


@EditDistance.kernel(dynamic=True)
def edit_distance_kernel(
    xp,
    hypothesis_indices,
    hypothesis_values,
    hypothesis_shape,
    truth_indices,
    truth_values,
    truth_shape,
    *,
    normalize,
):
    """The rows of the last dimension are the sequences; a row that one side lacks is empty."""
    if len(hypothesis_shape) != len(truth_shape):
        raise invalid(
            f"Expected hypothesis and truth of one rank, but got {len(hypothesis_shape)} and "
            f"{len(truth_shape)}"
        )
    shape = tuple(np.maximum(hypothesis_shape, truth_shape)[:-1])
    result = np.zeros(shape, np.float32)
    hypotheses = _sequences(hypothesis_indices, hypothesis_values, shape)
    truths = _sequences(truth_indices, truth_values, shape)
    for place in hypotheses.keys() | truths.keys():
        truth = truths.get(place, [])
        distance = np.float32(_distance(hypotheses.get(place, []), truth))
        if normalize:
            distance = distance / np.float32(len(truth)) if truth else np.float32(np.inf)
        result[place] = distance
    return result


EditDistance.no_gradient()


def _sequences(indices, values, shape):
    """Position of a row -> its values in order."""
    found = {}
    for index, value in zip(indices.tolist(), values.tolist(), strict=True):
        place = tuple(index[:-1])
        if any(not 0 <= i < size for i, size in zip(place, shape, strict=True)):
            raise invalid(f"index {index} is outside of the shape {list(map(int, shape))}")
        found.setdefault(place, []).append(value)
    return found


def _distance(a, b):
    """The fewest insertions, deletions and substitutions that turn `a` into `b`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


@public
def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """The Levenshtein distance of sequences, such as recognised and spoken words.

    Args:
      hypothesis: a `SparseTensor` whose last dimension holds the sequences.
      truth: a `SparseTensor` of the same rank and dtype.
      normalize: whether a distance is divided by the length of the true sequence; where that is 0
        the result is infinite, or 0 if both are empty.
      name: name of the node.

    Returns:
      `float32`, of the rank of the inputs less one.

    Raises:
      TypeError: an input is not sparse.

    >>> hypothesis = tf.SparseTensor([[0, 0], [0, 1]], ["a", "c"], [1, 2])
    >>> truth = tf.SparseTensor([[0, 0], [0, 1]], ["a", "b"], [1, 2])
    >>> sess.run(tf.edit_distance(hypothesis, truth))
    array([0.5], dtype=float32)
    """
    if not isinstance(hypothesis, SparseTensor | SparseTensorValue):
        raise TypeError("Hypothesis must be a SparseTensor.")
    if not isinstance(truth, SparseTensor | SparseTensorValue):
        raise TypeError("Truth must be a SparseTensor.")
    hypothesis, truth = sparse(hypothesis), sparse(truth)
    return raw.EditDistance(
        hypothesis.indices,
        hypothesis.values,
        hypothesis.dense_shape,
        truth.indices,
        truth.values,
        truth.dense_shape,
        normalize=normalize,
        name=name,
    )
