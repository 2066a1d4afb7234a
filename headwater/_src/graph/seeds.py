"""Which seeds a random op gets: TensorFlow's rules for the graph's seed and the op's own."""

from headwater._src.graph.default import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_LARGEST = 2**31 - 1


def set_random_seed(seed):
    """Sets the seed of the default graph, which random ops without a seed of their own depend on.

    Args:
      seed: an integer; None for different numbers in every session.

    >>> tf.set_random_seed(1)
    """
    get_default_graph().seed = seed


def get_seed(op_seed):
    """The two seeds that a random op in the default graph gets.

    Args:
      op_seed: the op's own seed, or None.

    Returns:
      A pair for the attrs `seed` and `seed2`; `(None, None)` stands for unpredictable numbers.

    With a graph seed only, the random ops of the graph are numbered as they come (TensorFlow 1.x
    counted all
    nodes; today's TensorFlow counts random ops, and the numbers of a program are compared with
    that). With an op
    seed only, a fixed graph seed is taken.
    """
    graph = get_default_graph()
    seed = graph.seed
    if seed is None and op_seed is None:
        return None, None
    if seed is None:
        seed = DEFAULT_GRAPH_SEED
    elif op_seed is None:
        op_seed = graph.operation_seed()
    seeds = _truncated(seed), _truncated(op_seed)
    # Zero twice would mean "unpredictable" to the kernel.
    return (0, _LARGEST) if seeds == (0, 0) else seeds


def _truncated(seed):
    return int(seed) % _LARGEST
