"""A function of each element that is run on whole batches where that gives the same values.

`map(f).batch(n)` over rows of arrays takes `n` rows at once and calls `f` once, provided that
every node of `f` works element by element, with shapes that broadcast in a batch as they do in a
single element.
"""

import numpy as np

from headwater._src.graph.elementwise import ELEMENTWISE
from headwater._src.ops._dataset_functions import Map, _Mapped
from headwater._src.ops._datasets import Rows


def vectorizable(graph, components):
    """Whether a function can be called with a batch of elements in place of one element.

    Args:
      graph: its `FuncGraph`.
      components: how many of its inputs are components of elements; the others are captured.
    """
    ranks = {}  # of the tensors that have a batch's dimension: their rank without it
    for t in graph.inputs[:components]:
        if t.dims is None or not _numeric(t):
            return False
        ranks[t] = len(t.dims)
    inputs = {t.op for t in graph.inputs}
    for node in graph.get_operations():
        if node in inputs or not any(t in ranks for t in node.inputs):
            if node not in inputs and (node.opdef.stateful or node._control):
                return False
            continue
        rank = _result_rank(node, ranks)
        if rank is None:
            return False
        ranks[node.outputs[0]] = rank
    return bool(ranks) and all(t in ranks for t in graph.outputs)


def _numeric(tensor):
    return np.dtype(tensor.dtype.as_numpy_dtype).kind in "biufc"


def _result_rank(node, ranks):
    """The rank of a node's result without the batch's dimension, None when it does not broadcast
    there as it would for one element.
    """
    if node.type == "OneHot":
        alone = node.attrs["axis"] == -1 and not any(t in ranks for t in node.inputs[1:])
        return ranks[node.inputs[0]] + 1 if alone else None
    if node.type not in ELEMENTWISE or node._control or not _numeric(node.outputs[0]):
        return None
    batched = {ranks[t] for t in node.inputs if t in ranks}
    if len(batched) > 1:
        return None
    (rank,) = batched
    for t in node.inputs:
        if t not in ranks and (t.dims is None or len(t.dims) > rank):
            return None
    return rank


class VectorMap(Map):
    """`Map`, which a batch after it may run on many elements at once."""

    def __init__(self, source, function, keeps=True):
        super().__init__(source, function, keeps)
        self._possible = None

    def rows_possible(self):
        if self._possible is None:
            self._possible = self._check()
        return self._possible

    def _check(self):
        if not self.source.rows_possible() or self.function.has_variables():
            return False
        graph = self.function.graph
        return vectorizable(graph, len(graph.inputs) - len(graph.sources))

    def rows(self):
        if not self.rows_possible():
            return None
        rows = self.source.rows()
        return Rows(rows.arrays, rows.take, (*rows.functions, self.function))

    def iterate(self):
        return _Mapped(self.source.iterate(), self.function)
