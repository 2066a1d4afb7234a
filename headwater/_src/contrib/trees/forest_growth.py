"""How a forest learns from a batch of examples, in NumPy.

Trees grow online, as extremely randomised trees (Geurts et al. 2006) whose leaves decide when they
have seen enough (Domingos & Hulten 2000).  A leaf first collects tests: for each, a random feature
in which two of its examples differ, and a threshold between them.  Then it counts, for every test,
what goes to the left.  When it has counted `split_after` examples it takes the test
that makes its two sides purest, and becomes their parent.

What is counted are *targets*, rows that are added up: for classes a one at the class, for
regressions `1, y, y²`.  Leaves that collect or count have a *slot*; arrays of slots grow and shrink
with their number.
"""

import dataclasses

import numpy as np

from headwater._src.contrib.trees.nodes import LEAF


@dataclasses.dataclass
class Forest:
    """The state of a forest; see `nodes` for the first three arrays.

    Attributes:
      feature: int32 `[nodes]`.
      threshold: float32 `[nodes]`.
      left: int32 `[nodes]`.
      sums: float32 `[nodes, targets]`, targets of the examples that have reached a node.
      sizes: int32 `[trees]`, how many nodes of each tree are in use.
      slot_node: int32 `[slots]`, the leaf.
      slot_tests: int32 `[slots]`, how many tests it has.
      slot_sums: float32 `[slots, targets]`, targets counted since the tests are complete.
      test_feature: int32 `[slots, tests]`.
      test_threshold: float32 `[slots, tests]`.
      test_left: float32 `[slots, tests, targets]`, those of them that went to the left.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    sums: np.ndarray
    sizes: np.ndarray
    slot_node: np.ndarray
    slot_tests: np.ndarray
    slot_sums: np.ndarray
    test_feature: np.ndarray
    test_threshold: np.ndarray
    test_left: np.ndarray

    @classmethod
    def empty(cls, trees, nodes, tests, targets):
        """A forest of single leaves.

        Args:
          trees: how many trees.
          nodes: how many nodes each may get.
          tests: how many tests a leaf tries.
          targets: how many columns targets have.
        """
        every, single = trees * nodes, np.float32
        return cls(
            feature=np.full(every, LEAF, np.int32),
            threshold=np.zeros(every, single),
            left=np.zeros(every, np.int32),
            sums=np.zeros([every, targets], single),
            sizes=np.ones(trees, np.int32),
            slot_node=np.zeros(0, np.int32),
            slot_tests=np.zeros(0, np.int32),
            slot_sums=np.zeros([0, targets], single),
            test_feature=np.zeros([0, tests], np.int32),
            test_threshold=np.zeros([0, tests], single),
            test_left=np.zeros([0, tests, targets], single),
        )

    def arrays(self):
        """The arrays, in their order."""
        return [getattr(self, field.name) for field in dataclasses.fields(self)]


def impurity(sums, regression):
    """How mixed examples are, times their number.

    Args:
      sums: array `[..., targets]` of their added targets.
      regression: whether targets are `1, y, y²`, for the sum of squared differences from the mean;
        else they are counts of classes, for Gini's measure.

    Returns:
      Array `[...]`.
    """
    if not regression:
        total = sums.sum(-1)
        return total - (sums**2).sum(-1) / np.maximum(total, 1e-9)
    width = (sums.shape[-1] - 1) // 2
    count = np.maximum(sums[..., :1], 1e-9)
    return (sums[..., 1 + width :] - sums[..., 1 : 1 + width] ** 2 / count).sum(-1)


def weight(sums, regression):
    """How many examples there are in added targets.

    Args:
      sums: array `[..., targets]`.
      regression: see `impurity`.

    Returns:
      Array `[...]`.
    """
    return sums[..., 0] if regression else sums.sum(-1)


class Growth:
    """One batch's effect on a forest.

    Args:
      forest: a `Forest` with arrays of its own, which are changed.
      params: the `ForestHParams`, filled in.
      generator: a `numpy.random.Generator`.
    """

    def __init__(self, forest, params, generator):
        self._forest, self._generator = forest, generator
        self._params, self._regression = params, params.regression
        self._features = None
        if params.bagged_features is not None:
            self._features = np.asarray(params.bagged_features, np.int32)

    def learn(self, points, targets, leaves):
        """Learns from examples.

        Args:
          points: float array `[n, features]`.
          targets: float array `[n, targets]`.
          leaves: int array `[n, trees]`, the leaf that each example reaches in each tree.
        """
        rows, nodes = self._bagged(leaves)
        order = np.argsort(nodes, kind="stable")
        rows, nodes = rows[order], nodes[order]
        if not len(nodes):
            return
        reached, starts = np.unique(nodes, return_index=True)
        self._forest.sums[reached] += np.add.reduceat(targets[rows], starts, axis=0)
        slots = np.repeat(self._slots_of(reached), np.diff([*starts, len(nodes)]))
        order = np.argsort(slots, kind="stable")[np.count_nonzero(slots < 0) :]
        rows, slots = rows[order], slots[order]
        self._collect_tests(points, rows, slots)
        self._count(points, targets, rows, slots)
        self._split()

    def _bagged(self, leaves):
        """Which example reaches which leaf, for the examples that each tree learns from."""
        rows, trees = np.indices(leaves.shape).reshape(2, -1)
        nodes = leaves.reshape(-1)
        if self._params.bagging_fraction < 1.0:
            kept = self._generator.random(len(nodes)) < self._params.bagging_fraction
            rows, nodes = rows[kept], nodes[kept]
        return rows, nodes

    # -- slots -----------------------------------------------------------------------------------

    def _slots_of(self, reached):
        """The slots of leaves; new ones where there is none yet, -1 in trees that are full."""
        forest = self._forest
        place = np.full(len(forest.feature), -1, np.int32)
        place[forest.slot_node] = np.arange(len(forest.slot_node))
        room = forest.sizes[reached // self._params.max_nodes] + 2 <= self._params.max_nodes
        fresh = reached[(place[reached] < 0) & room]
        place[fresh] = len(forest.slot_node) + np.arange(len(fresh))
        self._append_slots(fresh)
        return np.where(room, place[reached], -1)

    def _append_slots(self, nodes):
        forest = self._forest
        forest.slot_node = np.concatenate([forest.slot_node, nodes.astype(np.int32)])
        for name in _SLOT_ARRAYS:
            old = getattr(forest, name)
            setattr(
                forest,
                name,
                np.concatenate([old, np.zeros([len(nodes), *old.shape[1:]], old.dtype)]),
            )

    def _drop_slots(self, kept):
        forest = self._forest
        for name in ("slot_node", *_SLOT_ARRAYS):
            setattr(forest, name, getattr(forest, name)[kept])

    # -- tests -----------------------------------------------------------------------------------

    def _collect_tests(self, points, rows, slots):
        """The first examples of a leaf, each with the next one, make its tests; `slots` is sorted."""
        forest = self._forest
        first = np.searchsorted(slots, slots)  # where the examples of the same slot begin
        last = np.searchsorted(slots, slots, side="right") - 1
        place = np.arange(len(slots))
        number = place - first + forest.slot_tests[slots]
        made = number < forest.test_feature.shape[1]
        partners = rows[np.minimum(place + 1, last)][made]
        rows, slots, number = rows[made], slots[made], number[made]
        feature, threshold = self._separating(points, rows, partners, forest.slot_node[slots])
        forest.test_feature[slots, number] = feature
        forest.test_threshold[slots, number] = threshold
        forest.slot_tests += np.bincount(slots, minlength=len(forest.slot_tests)).astype(np.int32)

    def _separating(self, points, rows, partners, nodes):
        """Random features in which two examples differ, if a few tries find one, and a random
        threshold between their values there."""
        drawn = self._random_features(np.repeat(nodes[:, None], _TRIES, axis=1))
        one, other = points[rows[:, None], drawn], points[partners[:, None], drawn]
        every = np.arange(len(rows))
        chosen = (one != other).argmax(1)
        low = np.minimum(one, other)[every, chosen]
        high = np.maximum(one, other)[every, chosen]
        share = self._generator.random(len(rows), np.float32)
        return drawn[every, chosen], low + share * (high - low)

    def _random_features(self, nodes):
        if self._features is None:
            return self._generator.integers(self._params.num_features, size=nodes.shape)
        columns = self._generator.integers(self._features.shape[1], size=nodes.shape)
        return self._features[nodes // self._params.max_nodes, columns]

    def _count(self, points, targets, rows, slots):
        """Adds the examples of leaves with complete tests to what is counted; `slots` is sorted."""
        forest = self._forest
        complete = forest.slot_tests[slots] == forest.test_feature.shape[1]
        rows, slots = rows[complete], slots[complete]
        if not len(rows):
            return
        there, starts = np.unique(slots, return_index=True)
        values = points[rows[:, None], forest.test_feature[slots]]
        to_left = (values <= forest.test_threshold[slots]).astype(np.float32)
        for column in range(targets.shape[1]):
            part = to_left * targets[rows, column][:, None]
            forest.test_left[there, :, column] += np.add.reduceat(part, starts, axis=0)
        forest.slot_sums[there] += np.add.reduceat(targets[rows], starts, axis=0)

    # -- splits ----------------------------------------------------------------------------------

    def _split(self):
        """Splits the leaves that have counted enough, as far as their trees have room."""
        forest = self._forest
        counted = weight(forest.slot_sums, self._regression)
        finished = np.flatnonzero(counted >= self._params.split_after_samples)
        if not len(finished):
            return
        best, useful = self._best_tests(finished)
        for slot, test in zip(finished[useful], best[useful], strict=True):
            self._divide(slot, test)
        again = finished[~useful]  # no test told anything: others are collected
        for name in _SLOT_ARRAYS:
            getattr(forest, name)[again] = 0
        full = forest.sizes[forest.slot_node // self._params.max_nodes] + 2 > self._params.max_nodes
        kept = ~full
        kept[finished[useful]] = False
        self._drop_slots(kept)

    def _best_tests(self, slots):
        """For each slot its best test, and whether that separates anything."""
        forest, regression = self._forest, self._regression
        total = forest.slot_sums[slots][:, None]
        left = forest.test_left[slots]
        right = total - left
        gain = (
            impurity(total, regression) - impurity(left, regression) - impurity(right, regression)
        )
        least = np.minimum(weight(left, regression), weight(right, regression))
        gain[least < max(self._params.valid_leaf_threshold, 1)] = -np.inf
        best = gain.argmax(1)
        return best, gain[np.arange(len(slots)), best] > 1e-6

    def _divide(self, slot, test):
        forest, limit = self._forest, self._params.max_nodes
        node = forest.slot_node[slot]
        tree = node // limit
        if forest.sizes[tree] + 2 > limit:
            return
        child = tree * limit + forest.sizes[tree]
        forest.sizes[tree] += 2
        forest.feature[node] = forest.test_feature[slot, test]
        forest.threshold[node] = forest.test_threshold[slot, test]
        forest.left[node] = child
        forest.sums[child] = forest.test_left[slot, test]
        forest.sums[child + 1] = forest.slot_sums[slot] - forest.test_left[slot, test]


_TRIES = 4  # features that are drawn for a test, to find one in which two examples differ
_SLOT_ARRAYS = ("slot_tests", "slot_sums", "test_feature", "test_threshold", "test_left")
