"""The best splits of leaves by gradients and curvatures, in NumPy (Chen & Guestrin 2016).

Examples have been put into bins, feature by feature.  `G` and `H` are the sums, for each output, of
the examples' gradients and of their second derivatives; a leaf's weight is `-G / (H + l2)`, and
what a leaf is worth `G² / (H + l2)`, added over the outputs.
"""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Costs:
    """What keeps trees small; `l1` and `l2` are for the sums of all examples of a layer.

    Attributes:
      l1: what each unit of a gradient's sum loses before it counts.
      l2: is added to every curvature.
      complexity: what a split costs.
      least_weight: the average curvature that each side of a split needs.
    """

    l1: float
    l2: float
    complexity: float
    least_weight: float

    def _shrunk(self, gradients):
        if not self.l1:
            return gradients
        return np.sign(gradients) * np.maximum(np.abs(gradients) - self.l1, 0)

    def weights(self, gradients, curvatures):
        """The weights of leaves.

        Args:
          gradients: array `[leaves, outputs]`.
          curvatures: array `[leaves, outputs]`.

        Returns:
          Array `[leaves, outputs]`.
        """
        return -self._shrunk(gradients) / np.maximum(curvatures + self.l2, 1e-12)

    def worth(self, gradients, curvatures):
        """How much lower the loss is for the leaves' weights.

        Args:
          gradients: array `[leaves, outputs]`.
          curvatures: array `[leaves, outputs]`.

        Returns:
          Array `[leaves]`.
        """
        shrunk = self._shrunk(gradients)
        return (shrunk * shrunk / np.maximum(curvatures + self.l2, 1e-12)).sum(-1)


@dataclasses.dataclass
class Splits:
    """For every leaf the best split; `gain` is -inf where there is none.

    Attributes:
      gain: float array.
      feature: int array.
      bin: int array; examples in this bin and below go to the left.
    """

    gain: np.ndarray
    feature: np.ndarray
    bin: np.ndarray


def boundaries_of(points, count):
    """Boundaries of bins with about equally many examples, from some examples.

    Args:
      points: array `[n, features]`.
      count: how many bins there are at most.

    Returns:
      float32 array `[features, count - 1]`; rows with fewer different values end in infinities.
    """
    shares = np.linspace(0, 1, count + 1)[1:-1]
    columns = np.quantile(points, shares, axis=0, method="lower").T
    columns = np.sort(columns, axis=1)
    columns[:, 1:][columns[:, 1:] == columns[:, :-1]] = np.inf
    return np.sort(columns, axis=1).astype(np.float32)


def bins_of(points, boundaries):
    """The bins of examples.

    Args:
      points: array `[n, features]`.
      boundaries: from `boundaries_of`.

    Returns:
      int array `[features, n]`: how many boundaries are below a value.
    """
    return np.stack(
        [np.searchsorted(row, column) for row, column in zip(boundaries, points.T, strict=True)]
    )


def best_splits(bins, features, leaf, leaves, gradients, curvatures, costs):
    """Looks at all splits of all leaves.

    Args:
      bins: int array `[all features, n]`.
      features: numbers of the features to look at.
      leaf: int array `[n]`, which leaf an example is in, from 0.
      leaves: how many leaves there are.
      gradients: array `[n, outputs]`.
      curvatures: array `[n, outputs]`.
      costs: a `Costs`.

    Returns:
      `Splits` of the leaves.
    """
    order = np.argsort(leaf, kind="stable")
    leaf, bins = leaf[order], bins[:, order]
    both = np.concatenate([gradients, curvatures], 1)[order].astype(np.float64)
    found = Splits(np.full(leaves, -np.inf), np.zeros(leaves, np.int32), np.zeros(leaves, np.int32))
    if not len(leaf):
        return found
    there, starts = np.unique(leaf, return_index=True)
    total = np.add.reduceat(both, starts, axis=0)
    search = _Search(leaf, there, total, both, costs)
    for feature in features:
        column = bins[feature]
        if column.min() == column.max():
            continue
        gain, place = search.one_feature(column)
        better = gain > found.gain[there]
        chosen = there[better]
        found.gain[chosen] = gain[better]
        found.feature[chosen], found.bin[chosen] = feature, place[better]
    return found


class _Search:
    """What is the same for all features: the examples, sorted by leaf, and the leaves' sums."""

    def __init__(self, leaf, there, total, both, costs):
        self._leaf, self._there, self._total, self._both = leaf, there, total, both
        self._outputs = both.shape[1] // 2
        self._costs = costs
        self._before = np.concatenate([np.zeros_like(total[:1]), np.cumsum(total, 0)[:-1]])
        self._own = costs.worth(*self._halves(total))

    def _halves(self, sums):
        return sums[:, : self._outputs], sums[:, self._outputs :]

    def one_feature(self, column):
        """For each leaf that has examples, the best gain by a feature and the bin to split after."""
        width = int(column.max()) + 1
        key = self._leaf * width + column
        key = key.astype(np.uint16) if key[-1] // width * width + width < 2**16 else key
        order = np.argsort(key, kind="stable")
        key = key[order]
        starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        groups = key[starts].astype(np.int64)
        owner = np.searchsorted(self._there, groups // width)
        left = np.cumsum(np.add.reduceat(self._both[order], starts, axis=0), 0)
        left -= self._before[owner]
        right = self._total[owner] - left
        worth, outputs = self._costs.worth, self._outputs
        gain = worth(*self._halves(left)) + worth(*self._halves(right)) - self._own[owner]
        least = self._costs.least_weight * outputs
        light = np.minimum(left[:, outputs:].sum(1), right[:, outputs:].sum(1)) < max(least, 1e-9)
        last = np.concatenate([owner[1:] != owner[:-1], [True]])  # nothing is right of it
        gain[light | last] = -np.inf
        first = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
        best = np.maximum.reduceat(gain, first)
        place = np.full(len(first), len(gain))
        hits = np.flatnonzero(gain == best[owner])
        np.minimum.at(place, owner[hits], hits)
        return best, groups[place] % width
