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
    found = Splits(np.full(leaves, -np.inf), np.zeros(leaves, np.int32), np.zeros(leaves, np.int32))
    if not len(leaf):
        return found
    there, leaf = np.unique(leaf, return_inverse=True)
    both = np.concatenate([gradients, curvatures], 1).astype(np.float64)
    search = _Search(leaf, len(there), both, costs)
    features = np.asarray(features)
    size = max(1, _ROWS // (len(there) + len(leaf) // 4))
    for start in range(0, len(features), size):
        block = features[start : start + size]
        gain, which, place = search.block(bins[block])
        better = gain > found.gain[there]
        chosen = there[better]
        found.gain[chosen] = gain[better]
        found.feature[chosen], found.bin[chosen] = block[which[better]], place[better]
    return found


_ROWS = 4096  # about how many sums are worked on together: they should stay in the cache


class _Search:
    """What is the same for all features: the examples, their leaves, and the leaves' sums.

    Args:
      leaf: int array `[n]`; every number up to `leaves` is there.
      leaves: how many leaves there are.
      both: array `[n, 2 * outputs]`, gradients and curvatures.
      costs: a `Costs`.
    """

    def __init__(self, leaf, leaves, both, costs):
        self._leaf, self._leaves, self._both, self._costs = leaf, leaves, both, costs
        self._outputs = both.shape[1] // 2
        order = np.argsort(leaf, kind="stable")
        self._total = np.add.reduceat(both[order], _starts(leaf[order]), axis=0)

    def _halves(self, sums):
        return sums[:, : self._outputs], sums[:, self._outputs :]

    def block(self, columns):
        """The best splits by some features.

        Args:
          columns: int array `[features, n]`, the examples' bins.

        Returns:
          For each leaf the gain, the feature's place among these, and the bin to split after.
        """
        features, width = len(columns), int(columns.max()) + 1
        total = np.tile(self._total, [features, 1])
        groups, owner, sums = self._sums_of_bins(columns, total, width)
        left = np.cumsum(sums, 0)
        left -= (np.cumsum(total, 0) - total)[owner]
        right = total[owner] - left
        worth, outputs = self._costs.worth, self._outputs
        gain = worth(*self._halves(left)) + worth(*self._halves(right))
        gain -= worth(*self._halves(total))[owner]
        least = self._costs.least_weight * outputs
        light = np.minimum(left[:, outputs:].sum(1), right[:, outputs:].sum(1)) < max(least, 1e-9)
        last = np.concatenate([owner[1:] != owner[:-1], [True]])  # nothing is right of it
        gain[light | last] = -np.inf
        best = np.maximum.reduceat(gain, _starts(owner))
        place = np.full(len(best), len(gain))
        hits = np.flatnonzero(gain == best[owner])
        np.minimum.at(place, owner[hits], hits)
        best, place = best.reshape(features, -1), groups[place].reshape(features, -1) % width
        which, every = best.argmax(0), np.arange(self._leaves)
        return best[which, every], which, place[which, every]

    def _sums_of_bins(self, columns, total, width):
        """The sums of each feature's and leaf's bins, in their order, as `(number of the bin among
        all, owner, sums)`; an owner is a leaf as one of the features sees it.

        Most values of many features are the lowest one (zero, say). Nothing is added up for that:
        it is what the other bins leave of a leaf's total.
        """
        lowest = columns.min(1)
        feature, example = np.nonzero(columns != lowest[:, None])
        key = (feature * self._leaves + self._leaf[example]) * width + columns[feature, example]
        every = np.arange(len(total))
        lows = every * width + np.repeat(lowest, self._leaves)
        if not len(key):
            return lows, every, total
        order = np.argsort(key, kind="stable")
        key = key[order]
        starts = _starts(key)
        sums = np.add.reduceat(self._both[example[order]], starts, axis=0)
        groups = key[starts]
        owner, rest = groups // width, total.copy()
        first = _starts(owner)
        rest[owner[first]] -= np.add.reduceat(sums, first, axis=0)
        groups = np.concatenate([lows, groups])
        order = np.argsort(groups, kind="stable")
        sums = np.concatenate([rest, sums])[order]
        return groups[order], np.concatenate([every, owner])[order], sums


def _starts(values):
    """Where runs of equal values begin."""
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
