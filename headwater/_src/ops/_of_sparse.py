"""Functions that leave 0 at 0, and so may be computed on the values of a sparse tensor."""

import functools

from headwater._src.graph.composite import SparseTensor, SparseTensorValue

NAMES = frozenset(
    "abs asin asinh atan atanh bessel_i0e bessel_i1e erf negative sign sin sqrt square tan "
    "tanh".split()
)


def of_values(function):
    """`function(x, name)` for dense tensors, which for a `SparseTensor` gives another one.

    Args:
      function: an elementwise function of one tensor.

    Returns:
      A function with the same name, parameters and docstring.
    """

    @functools.wraps(function)
    def wrapper(x, name=None):
        if not isinstance(x, (SparseTensor, SparseTensorValue)):
            return function(x, name=name)
        return SparseTensor(x.indices, function(x.values, name=name), x.dense_shape)

    return wrapper
