"""How boosted trees grow by a batch of examples, in NumPy.

A tree grows layer by layer.  Each layer takes the gradients of `examples_per_layer` examples, which
may come in several batches, finds the best split of every open leaf, and gives the new leaves their
weights.  Node 0 belongs to no tree: trees that are yet to come have it as their root.
"""

import dataclasses

import numpy as np

from headwater._src.contrib.trees import split_search
from headwater._src.contrib.trees.nodes import LEAF


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to learn.

    Attributes:
      outputs: how many numbers a leaf gives.
      examples_per_layer: how many examples decide about a layer.
      trees: how many trees there will be.
      depth: how many layers a tree may have.
      rate: learning rate.
      l1: see `split_search.Costs`, here for averages over the examples.
      l2: the same.
      complexity: the same.
      least_weight: the same, for averages as well.
      bins: how many bins a feature has.
      whole_tree: whether a tree's own layers are left out of the gradients while it grows.
      one_output: whether each tree is for one output, in turn.
      center_bias: whether a constant comes before the first tree.
      features_per_tree: share of the features that a tree looks at.
      features_per_level: share of the features that a layer looks at.
    """

    outputs: int
    examples_per_layer: int
    trees: int
    depth: int
    rate: float
    l1: float
    l2: float
    complexity: float
    least_weight: float
    bins: int
    whole_tree: bool
    one_output: bool
    center_bias: bool
    features_per_tree: float
    features_per_level: float


@dataclasses.dataclass
class Ensemble:
    """The state; see `nodes` for the first three arrays, which have room for more nodes.

    Attributes:
      feature: int32 `[room]`.
      threshold: float32 `[room]`.
      left: int32 `[room]`.
      value: float32 `[room, outputs]`, what leaves give.
      roots: int32 `[trees]`.
      bias: float32 `[outputs]`.
      counts: int32 `[4]`: nodes in use, trees that are finished, layers of the tree that grows,
        and whether the bias is set.
      open_leaves: int32, the leaves of that tree that may be split.
      tree_features: int32, the features that it looks at.
      boundaries: float32 `[features, bins - 1]`; empty until there are examples.
      points: float32 `[n, features]`, the examples that have been kept for the next layer.
      gradients: float32 `[n, outputs]`.
      curvatures: float32 `[n, outputs]`.
      leaves: int32 `[n]`.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    value: np.ndarray
    roots: np.ndarray
    bias: np.ndarray
    counts: np.ndarray
    open_leaves: np.ndarray
    tree_features: np.ndarray
    boundaries: np.ndarray
    points: np.ndarray
    gradients: np.ndarray
    curvatures: np.ndarray
    leaves: np.ndarray

    @classmethod
    def empty(cls, outputs, trees, features):
        """No tree yet.

        Args:
          outputs: how many numbers a leaf gives.
          trees: how many trees there will be.
          features: how many features examples have.
        """
        whole, single = np.int32, np.float32
        return cls(
            feature=np.full(64, LEAF, whole),
            threshold=np.zeros(64, single),
            left=np.zeros(64, whole),
            value=np.zeros([64, outputs], single),
            roots=np.zeros(trees, whole),
            bias=np.zeros(outputs, single),
            counts=np.array([1, 0, 0, 0], whole),
            open_leaves=np.zeros(0, whole),
            tree_features=np.zeros(0, whole),
            boundaries=np.zeros([0, 0], single),
            points=np.zeros([0, features], single),
            gradients=np.zeros([0, outputs], single),
            curvatures=np.zeros([0, outputs], single),
            leaves=np.zeros(0, whole),
        )

    def arrays(self):
        """The arrays, in their order."""
        return [getattr(self, field.name) for field in dataclasses.fields(self)]


NODES, TREES, LAYERS, BIASED = range(4)  # places in `Ensemble.counts`


class Growth:
    """One batch's effect.

    Args:
      ensemble: an `Ensemble` with arrays of its own, which are changed.
      settings: a `Settings`.
      generator: a `numpy.random.Generator`.
    """

    def __init__(self, ensemble, settings, generator):
        self._state, self._settings, self._generator = ensemble, settings, generator

    def learn(self, points, gradients, curvatures, leaves):
        """Learns from examples.

        Args:
          points: float array `[n, features]`.
          gradients: float array `[n, outputs]`, of the examples' losses.
          curvatures: float array `[n, outputs]`, their second derivatives.
          leaves: int array `[n]`, the leaf that each reaches in the tree that grows.
        """
        state, settings = self._state, self._settings
        if state.counts[TREES] >= settings.trees:
            return
        self._keep(points, gradients, curvatures, leaves)
        if len(state.points) < settings.examples_per_layer:
            return
        if settings.center_bias and not state.counts[BIASED]:
            costs = self._costs()
            state.bias = costs.weights(
                state.gradients.sum(0, np.float64), state.curvatures.sum(0, np.float64)
            ).astype(np.float32)
            state.counts[BIASED] = 1
        else:
            self._grow_layer()
        self._forget()

    def _keep(self, *batch):
        state = self._state
        for name, rows in zip(_KEPT, batch, strict=True):
            kept = getattr(state, name)
            setattr(state, name, np.concatenate([kept, rows]).astype(kept.dtype))

    def _forget(self):
        for name in _KEPT:
            setattr(self._state, name, getattr(self._state, name)[:0])

    def _costs(self):
        settings, examples = self._settings, len(self._state.points)
        return split_search.Costs(
            settings.l1 * examples,
            settings.l2 * examples,
            settings.complexity * examples,
            settings.least_weight * examples,
        )

    # -- a layer ---------------------------------------------------------------------------------

    def _grow_layer(self):
        state, settings = self._state, self._settings
        if not state.boundaries.size:
            state.boundaries = split_search.boundaries_of(state.points, settings.bins)
        if state.counts[LAYERS] == 0:
            self._plant()
        outputs = self._outputs()
        number = np.full(len(state.feature), -1)
        number[state.open_leaves] = np.arange(len(state.open_leaves))
        leaf = number[state.leaves]
        rows = np.flatnonzero(leaf >= 0)
        bins = split_search.bins_of(state.points[rows], state.boundaries)
        gradients = state.gradients[rows][:, outputs]
        curvatures = state.curvatures[rows][:, outputs]
        costs = self._costs()
        splits = split_search.best_splits(
            bins, self._features(), leaf[rows], len(state.open_leaves), gradients, curvatures, costs
        )
        worth_it = np.flatnonzero(splits.gain - costs.complexity > 1e-9)
        side = self._sides(bins, leaf[rows], splits)
        self._divide(worth_it, splits, leaf[rows], side, gradients, curvatures, costs, outputs)
        state.counts[LAYERS] += 1
        if not len(state.open_leaves) or state.counts[LAYERS] >= settings.depth:
            state.counts[TREES] += 1
            state.counts[LAYERS] = 0

    def _plant(self):
        """A new tree: its root takes all examples that were kept."""
        state = self._state
        root = self._new_nodes(1)
        state.roots[state.counts[TREES]] = root
        state.open_leaves = np.array([root], np.int32)
        state.leaves[:] = root
        state.tree_features = self._drawn(
            np.arange(state.points.shape[1]), self._settings.features_per_tree
        )

    def _drawn(self, features, share):
        if share >= 1.0:
            return features.astype(np.int32)
        count = max(1, int(round(share * len(features))))
        return np.sort(self._generator.permutation(features)[:count]).astype(np.int32)

    def _features(self):
        return self._drawn(self._state.tree_features, self._settings.features_per_level)

    def _outputs(self):
        """The outputs that this tree is for."""
        settings = self._settings
        if settings.one_output:
            first = int(self._state.counts[TREES]) % settings.outputs
            return slice(first, first + 1)
        return slice(0, settings.outputs)

    def _new_nodes(self, count):
        """The number of the first of some new nodes."""
        state = self._state
        first = int(state.counts[NODES])
        state.counts[NODES] += count
        while state.counts[NODES] > len(state.feature):  # twice the room: shapes change rarely
            for name, fill in (("feature", LEAF), ("threshold", 0), ("left", 0), ("value", 0)):
                old = getattr(state, name)
                setattr(state, name, np.concatenate([old, np.full_like(old, fill)]))
        return first

    @staticmethod
    def _sides(bins, leaf, splits):
        """0 for examples that go to the left by their leaf's split, 1 for the others."""
        return (bins[splits.feature[leaf], np.arange(len(leaf))] > splits.bin[leaf]).astype(int)

    def _divide(self, chosen, splits, leaf, side, gradients, curvatures, costs, outputs):
        """Splits the open leaves that are chosen; their children are the open leaves then."""
        state = self._state
        parents = state.open_leaves[chosen]
        first = self._new_nodes(2 * len(chosen))
        place = np.full(len(state.open_leaves), -1)
        place[chosen] = 2 * np.arange(len(chosen))
        used = place[leaf] >= 0
        child = place[leaf[used]] + side[used]
        sums = np.zeros([2, 2 * len(chosen), gradients.shape[1]])
        np.add.at(sums[0], child, gradients[used])
        np.add.at(sums[1], child, curvatures[used])
        children = first + np.arange(2 * len(chosen))
        before = np.repeat(state.value[parents], 2, axis=0)
        if self._settings.whole_tree:
            before = np.zeros_like(before)
        before[:, outputs] += self._settings.rate * costs.weights(*sums)
        state.value[children] = before
        state.feature[parents] = splits.feature[chosen]
        state.threshold[parents] = state.boundaries[splits.feature[chosen], splits.bin[chosen]]
        state.left[parents] = children[::2]
        state.open_leaves = children.astype(np.int32)


_KEPT = ("points", "gradients", "curvatures", "leaves")
