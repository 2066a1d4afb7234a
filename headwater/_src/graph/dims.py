"""Shape algebra on plain tuples: a shape is a tuple of `int | None`, or None when even the rank is
unknown.

Shape functions work on these (they are made for every node, so they must be cheap); users see
`TensorShape`.
"""

from headwater._src.core.tensor_shape import TensorShape


class ShapeError(ValueError):
    """A shape function met inputs that do not fit; the node's name and line are added by the
    caller.

    Attributes:
      at_run_time: how a kernel that meets such inputs puts it, where it does so differently.
    """

    def __init__(self, message, at_run_time=None):
        super().__init__(message)
        self.at_run_time = at_run_time


def of(shape):
    """Dims of anything that means a shape: TensorShape, list, tuple, int, proto or None."""
    if shape is None or type(shape) is tuple:
        return shape
    return TensorShape(shape)._dims


def text(dims):
    """The way TensorFlow prints a shape in errors: `[2,?]`, or `<unknown>`."""
    if dims is None:
        return "<unknown>"
    return "[" + ",".join("?" if d is None else str(d) for d in dims) + "]"


def is_full(dims):
    """Whether every dimension is known."""
    return dims is not None and None not in dims


def size(dims):
    """Number of elements, or None when not known."""
    if dims is None:
        return None
    n = 1
    for d in dims:
        if d == 0:
            return 0
        n = None if d is None or n is None else n * d
    return n


def merge_dim(a, b, what="Dimensions"):
    """The dimension both agree on."""
    if a is None:
        return b
    if b is None or a == b:
        return a
    raise ShapeError(f"{what} must be equal, but are {a} and {b}")


def merge(a, b):
    """The most specific shape that is compatible with both.

    Raises:
      ShapeError: they contradict each other.
    """
    if a is None or a == b:
        return b if a is None else a
    if b is None:
        return a
    if len(a) != len(b):
        raise ShapeError(f"Shapes must be equal rank, but are {len(a)} and {len(b)}")
    out = []
    for i, (x, y) in enumerate(zip(a, b)):
        if x is not None and y is not None and x != y:
            raise ShapeError(
                f"Dimension {i} in both shapes must be equal, but are {x} and {y}. "
                f"Shapes are {text(a)} and {text(b)}."
            )
        out.append(y if x is None else x)
    return tuple(out)


def compatible(a, b):
    """Whether some concrete shape fits both."""
    if a is None or b is None:
        return True
    return len(a) == len(b) and all(x is None or y is None or x == y for x, y in zip(a, b))


def relax(a, b):
    """The most specific shape that both fit into."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if x == y else None for x, y in zip(a, b))


def with_rank(dims, rank, at_least=False, at_most=False):
    """`dims`, or unknown dims of that rank; raises ShapeError when the rank is another.

    With `at_least`/`at_most`, checks the bound only.
    """
    if dims is None:
        return None if at_least or at_most else (None,) * rank
    n = len(dims)
    if at_least:
        if n < rank:
            raise ShapeError(f"Shape must be at least rank {rank} but is rank {n}")
    elif at_most:
        if n > rank:
            raise ShapeError(f"Shape must be at most rank {rank} but is rank {n}")
    elif n != rank:
        raise ShapeError(f"Shape must be rank {rank} but is rank {n}")
    return dims


def broadcast(a, b):
    """NumPy broadcasting of two partly known shapes."""
    if a == b and a is not None and None not in a:
        return a
    if a is None or b is None:
        return None
    whole = a, b
    if len(a) < len(b):
        a, b = b, a
    pad = len(a) - len(b)
    out = list(a[:pad])
    for x, y in zip(a[pad:], b):
        if x is None or y is None:
            # A known size above one wins: the unknown one is either equal to it or 1.
            known = y if x is None else x
            out.append(known if known is not None and known > 1 else None)
        elif x == y or y == 1:
            out.append(x)
        elif x == 1:
            out.append(y)
        else:
            if len(whole[0]) < len(whole[1]):
                x, y = y, x
            raise ShapeError(
                f"Dimensions must be equal, but are {x} and {y}",
                f"Incompatible shapes: {text(whole[0])} vs. {text(whole[1])}",
            )
    return tuple(out)


def axis_index(axis, rank, what="axis"):
    """`axis` counted from the front; raises ShapeError when out of range."""
    if not -rank <= axis < rank:
        raise ShapeError(
            f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)"
            if what == "reduction"
            else f"{what} {axis} must be in the range [{-rank}, {rank})"
        )
    return axis + rank if axis < 0 else axis


def window(size, kernel, stride, dilation, padding, before=0, after=0):
    """Output size of a sliding window along one dimension (`SAME`, `VALID` or `EXPLICIT`)."""
    if size is None or kernel is None or stride is None:
        return None
    reach = (kernel - 1) * dilation + 1
    if padding == "SAME":
        return -(-size // stride)
    if padding == "EXPLICIT":
        size += before + after
    out = (size - reach + stride) // stride
    if out < 0 or size - reach < 0:
        raise ShapeError(
            f"Computed output size would be negative: {out} "
            f"[input_size: {size}, effective_filter_size: {reach}, stride: {stride}]"
        )
    return out
