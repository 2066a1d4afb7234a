"""`assert_shapes`: sizes of tensors that must agree with each other, by the names of dimensions."""

import numpy as np

from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._static import shape_tensor

_ANY = (None, ".")
_MANY = (Ellipsis, "*")


def _prefix(message):
    return f"{message}.  " if message else ""


def _symbols(shape, x, message):
    """A specified shape as a list of sizes, names, None, and at the front perhaps `Ellipsis`."""
    if shape is None:
        return None
    if not (hasattr(shape, "__iter__") or hasattr(shape, "__getitem__")):
        raise ValueError(
            f"{_prefix(message)}Tensor {x.name}.  Specified shape must be an iterable.  An "
            "iterable has the attribute `__iter__` or `__getitem__`.  Received specified shape: "
            f"{shape}"
        )
    symbols = [_symbol(s) for s in shape] or [1]  # a scalar is as good as one element
    if Ellipsis in symbols[1:]:
        raise ValueError(
            f"{_prefix(message)}Tensor {x.name} specified shape index "
            f"{symbols.index(Ellipsis, 1)}.  Symbol `...` or `*` for a variable number of "
            "unspecified dimensions is only allowed as the first entry"
        )
    return symbols


def _symbol(s):
    if isinstance(s, np.generic):
        s = s.item()
    if isinstance(s, str) and s.isdigit():
        return int(s)
    if s in _ANY:
        return None
    return Ellipsis if s in _MANY else s


def _check_rank(x, symbols, data, summarize, message):
    rank, options = len(symbols), {"data": data, "summarize": summarize, "message": message}
    if symbols[:1] == [Ellipsis]:
        return PUBLIC["assert_rank_at_least"](x, rank - 1, **options)
    if rank == 1:
        return PUBLIC["assert_rank_in"](x, [0, 1], **options)
    return PUBLIC["assert_rank"](x, rank, **options)


class _Sizes:
    """What is known of named dimensions, and the checks that this makes necessary."""

    def __init__(self, data, summarize, message):
        self.options = data, summarize, message
        self.named, self.checks = {}, []

    def dimension(self, x, shape, place, wanted):
        """Compares dimension `place` of `x` with what `wanted`, a size or a name, stands for."""
        dims = x.shape.dims
        size = None if dims is None else dims[place].value if dims else 1
        if size is None:
            size = shape[place]
        if isinstance(wanted, int):
            self._compare(x, place, size, wanted, "Specified explicitly")
        elif wanted in self.named:
            first, known = self.named[wanted]
            self._compare(x, place, size, known, f"Specified by {first}")
        else:
            self.named[wanted] = (f"tensor {x.name} dimension {place}", size)

    def _compare(self, x, place, size, wanted, source):
        data, summarize, message = self.options
        if isinstance(size, int) and isinstance(wanted, int):
            if size != wanted:
                raise ValueError(
                    f"{_prefix(message)}{source}.  Tensor {x.name} dimension {place} must have "
                    f"size {wanted}.  Received size {size}, shape {x.shape}"
                )
            return
        if data is None:
            words = [_prefix(message), source, f"Tensor {x.name} dimension", place]
            shown = [*words, "must have size", wanted, "Received shape: ", shape_tensor(x)]
        else:
            shown = data
        holds = raw.Equal(convert_to_tensor(size), wanted)
        self.checks.append(PUBLIC["Assert"](holds, shown, summarize=summarize))


def _dynamic_shape(x):
    """The shape of `x`, in which a scalar has one dimension of one element."""
    shape = shape_tensor(x)
    if x.shape.ndims is not None:
        return shape
    return PUBLIC["cond"](raw.Equal(raw.Rank(x), 0), lambda: convert_to_tensor([1]), lambda: shape)


@public
def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless tensors have the given sizes, and equal ones where dimensions
    have the same name.

    Args:
      shapes: dictionary or list of pairs: a `Tensor`, and the sizes of its dimensions: integers,
        names that stand for one size in all of `shapes`, or None (or `"."`) for any size. An
        `Ellipsis` (or `"*"`) at the front stands for any dimensions. A string is read letter by
        letter. A scalar is taken for a vector of one element.
      data: list of what the error message shows.
      summarize: how many elements of each of them are shown; 3 by default.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`: one that does nothing where static shapes decide.

    Raises:
      ValueError: the static shapes do not fit.
      InvalidArgumentError: when the operation runs, if a size does not fit.
    """
    pairs = list(shapes.items() if isinstance(shapes, dict) else shapes)
    if not pairs:
        return PUBLIC["group"]()
    with scope(name, "assert_shapes", [data]):
        tensors = [convert_to_tensor(x) for x, _ in pairs]
        wanted = [_symbols(s, x, message) for x, (_, s) in zip(tensors, pairs, strict=True)]
        found = [(x, s, _dynamic_shape(x)) for x, s in zip(tensors, wanted, strict=True) if s]
        ranks = [
            _check_rank(x, s, data, summarize, message)
            for x, s in zip(tensors, wanted, strict=True)
            if s is not None
        ]
        sizes = _Sizes(data, summarize, message)
        for x, s, shape in found:
            _check_sizes(sizes, x, s, shape)
        checks = [*ranks, *sizes.checks]
    return PUBLIC["group"](*checks)


def _check_sizes(sizes, x, symbols, shape):
    many = symbols[:1] == [Ellipsis]
    for i, symbol in enumerate(symbols):
        if symbol is not None and symbol is not Ellipsis:
            sizes.dimension(x, shape, i - len(symbols) if many else i, symbol)
