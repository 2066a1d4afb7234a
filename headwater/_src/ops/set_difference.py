"""What is in one list and not in another."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._args import deprecated

ListDiff = define_op(
    "ListDiff",
    inputs="x: T, y: T",
    outputs="out: T, idx: out_idx",
    attrs=["T: type", "out_idx: {int32, int64} = int32"],
)


@ListDiff.shape
def list_diff_shape(x, y):
    return [(None,), (None,)]


@ListDiff.kernel(dynamic=True)
def list_diff_kernel(xp, x, y, *, out_idx):
    """Keeps the order of `x`, and elements that occur several times."""
    positions = np.flatnonzero(~np.isin(x, y))
    return x[positions], positions.astype(out_idx.as_numpy_dtype)


ListDiff.no_gradient()


@public
def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    """The elements of `x` that are not in `y`, in the order of `x`.

    Args:
      x: vector.
      y: vector of the type of `x`.
      index_dtype: type of the positions: `int32` or `int64`.
      name: name of the node.

    Returns:
      A named tuple of vectors: `out`, the elements, and `idx`, their positions in `x`.

    Raises:
      TypeError: the types of `x` and `y` differ.
    """
    return raw.ListDiff(x, y, out_idx=index_dtype, name=name)


def listdiff(x, y, out_idx=None, name=None):
    """The old spelling of `setdiff1d`.

    Args:
      x: vector.
      y: vector of the type of `x`.
      out_idx: type of the positions: `int32` (the default) or `int64`.
      name: name of the node.

    Returns:
      A named tuple of vectors: `out`, the elements, and `idx`, their positions in `x`.

    Raises:
      TypeError: the types of `x` and `y` differ.
    """
    deprecated("tf.listdiff", "tf.setdiff1d")
    return raw.ListDiff(x, y, out_idx=out_idx or dtypes.int32, name=name)
