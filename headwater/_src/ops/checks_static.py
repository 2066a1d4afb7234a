"""Checks of ranks, types and shapes: decided while the graph is built where that is possible."""

import functools
import operator

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.static_value import constant_value
from headwater._src.ops._scope import scope
from headwater._src.ops._static import rank_tensor, shape_tensor


def _prefix(message):
    return f"{message}.  " if message else ""


def _values(x):
    return x.values if isinstance(x, SparseTensor) else x


# --- ranks ------------------------------------------------------------------------------------

_RANK_DOC = """An operation that fails unless the rank of `x` is {wanted}.

    Args:
      x: numeric `Tensor`.
      {parameter}
      data: list of what the error message shows.
      summarize: how many elements of each of them are shown; 3 by default.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`: one that does nothing where the static shape decides.

    Raises:
      ValueError: the static shape of `x` does not fit.
      TypeError: a rank is not an `int32`.
      InvalidArgumentError: when the operation runs, if the rank does not fit.
    """


def _check_rank(default_name, words, holds, dynamic, x, ranks, data, summarize, message, name):
    with scope(name, default_name, [x, *ranks, *(data or ())]):
        x = convert_to_tensor(_values(x), name="x")
        ranks = [convert_to_tensor(r, name="rank") for r in ranks]
        if data is None:
            said = f"Tensor {x.name} must have {words}"
            data = [_prefix(message), said, *ranks, "Received shape: ", shape_tensor(x)]
        for r in ranks:
            assert_type(r, dtypes.int32)
        known = [constant_value(r) for r in ranks]
        for value in known:
            if value is not None and value.ndim != 0:
                raise ValueError("Rank must be a scalar.")
        if x.dims is not None and all(value is not None for value in known):
            if holds(len(x.dims), known):
                return PUBLIC["no_op"](name="static_checks_determined_all_ok")
            values = tuple(int(v) for v in known)
            wanted = values if default_name == "assert_rank_in" else values[0]
            raise ValueError(
                f"{_prefix(message)}Tensor {x.name} must have {words} {wanted}.  Received rank "
                f"{len(x.dims)}, shape {TensorShape(x.dims)}"
            )
        condition = dynamic(rank_tensor(x), ranks)
        for r, value in zip(ranks, known):
            if value is None:
                said = ["Rank must be a scalar. Received rank: ", r]
                condition = PUBLIC["with_dependencies"]([assert_rank(r, 0, data=said)], condition)
        return PUBLIC["assert_"](condition, data, summarize=summarize)


@public
def assert_rank(x, rank, data=None, summarize=None, message=None, name=None):
    return _check_rank(
        "assert_rank", "rank", lambda n, known: n == known[0],
        lambda n, ranks: raw.Equal(n, ranks[0]), x, [rank], data, summarize, message, name,
    )  # fmt: skip


@public
def assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None):
    return _check_rank(
        "assert_rank_at_least", "rank at least", lambda n, known: n >= known[0],
        lambda n, ranks: raw.GreaterEqual(n, ranks[0]), x, [rank], data, summarize, message, name,
    )  # fmt: skip


@public
def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    def dynamic(n, ranks):
        return functools.reduce(raw.LogicalOr, [raw.Equal(r, n) for r in ranks])

    return _check_rank(
        "assert_rank_in", "rank in", lambda n, known: n in known,
        dynamic, x, list(ranks), data, summarize, message, name,
    )  # fmt: skip


_ONE_RANK = "rank: scalar `int32` tensor or value."
assert_rank.__doc__ = _RANK_DOC.format(wanted="`rank`", parameter=_ONE_RANK)
assert_rank_at_least.__doc__ = _RANK_DOC.format(wanted="at least `rank`", parameter=_ONE_RANK)
assert_rank_in.__doc__ = _RANK_DOC.format(
    wanted="one of `ranks`", parameter="ranks: list of scalar `int32` tensors or values."
)


def assert_scalar(tensor, name=None, message=None):
    """`tensor`, whose static shape must be that of a scalar.

    Args:
      tensor: a `Tensor` or value.
      name: name of the scope of the nodes.
      message: what the error message begins with.

    Returns:
      `tensor` as a `Tensor`.

    Raises:
      ValueError: it is not a scalar, or that is not known.
    """
    with scope(name, "assert_scalar", [tensor]) as full:
        tensor = convert_to_tensor(tensor, name=full)
        if tensor.dims != ():
            raise ValueError(
                f"{_prefix(message)}Expected scalar shape for {tensor.name}, saw shape: "
                f"{TensorShape(tensor.dims)}."
            )
        return tensor


# --- types ------------------------------------------------------------------------------------


def assert_type(tensor, tf_type, message=None, name=None):
    """An operation that does nothing, after a check of the type of `tensor`.

    Args:
      tensor: a `Tensor` or `SparseTensor`.
      tf_type: the `DType` it must have.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`.

    Raises:
      TypeError: `tensor` has another type.
    """
    tf_type = dtypes.as_dtype(tf_type)
    with scope(name, "assert_type", [tensor]):
        if not isinstance(tensor, SparseTensor):
            tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype.base_dtype != tf_type.base_dtype:
            called = _values(tensor).name
            raise TypeError(
                f"{_prefix(message)}{called} must be of type tf.{tf_type.name}; got "
                f"tf.{tensor.dtype.base_dtype.name}"
            )
        return PUBLIC["no_op"]("statically_determined_correct_type")


def assert_integer(x, message=None, name=None):
    """An operation that does nothing, after a check that `x` is of an integer type.

    Args:
      x: a `Tensor`.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`.

    Raises:
      TypeError: `x` is of another type.
    """
    with scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.base_dtype.is_integer:
            raise TypeError(
                f'{_prefix(message)}Expected "x" to be integer type.  Found: {x.name} of dtype '
                f"{x.dtype!r}"
            )
        return PUBLIC["no_op"]("statically_determined_was_integer")


@public
def is_numeric_tensor(tensor):
    """Whether `tensor` is a tensor of numbers (not of strings, truth values or handles).

    Args:
      tensor: anything.

    Returns:
      A Python `bool`; False for what is not a tensor.
    """
    if not isinstance(tensor, (Tensor, SparseTensor)) and not hasattr(tensor, "_as_graph_element"):
        return False
    kind = tensor.dtype.base_dtype
    return bool(kind.is_floating or kind.is_integer or kind.is_complex or kind.is_quantized)


def assert_same_float_dtype(tensors=None, dtype=None):
    """The floating-point type that all of `tensors` have.

    Args:
      tensors: tensors; None for none, and for what is left out of the list.
      dtype: the type they must have, where it is given.

    Returns:
      A `DType`: `dtype`, else that of the tensors, else `float32`.

    Raises:
      ValueError: types differ, or are not floating-point.
    """
    expected = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
    first = None
    for tensor in tensors or ():
        if tensor is None:
            continue
        found = tensor.dtype.base_dtype
        if expected is None:
            expected, first = found, tensor
        elif found != expected:
            like = f" as {_called(first)}" if first is not None else ""
            raise ValueError(
                f"{_called(tensor)}, type={found!r}, must be of the same type ({expected!r}){like}."
            )
    expected = dtypes.float32 if expected is None else expected
    if not expected.is_floating:
        raise ValueError(f"Expected floating point type, got {expected!r}.")
    return expected


def _called(tensor):
    return getattr(tensor, "name", None) or str(tensor)


def assert_proper_iterable(values):
    """Checks that `values` is something to iterate over, and neither one tensor nor one string.

    Args:
      values: what is to be iterated over.

    Raises:
      TypeError: it is a tensor, an array or a string, or cannot be iterated over.
    """
    single = isinstance(values, (Tensor, SparseTensor, np.ndarray, bytes, str))
    if single or hasattr(values, "_as_graph_element"):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


# --- shapes -----------------------------------------------------------------------------------


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless tensors have the shapes that are given with symbols.

    Args:
      shapes: list of pairs `(tensor, shape)`, or a dictionary. An entry of a shape is a number,
        None or `"."` (anything), or a symbol that must mean the same size everywhere; `"..."` or
        `"*"` as the first entry stands for any number of dimensions. `()` is a scalar.
      data: list of what the error message shows.
      summarize: how many elements of each of them are shown; 3 by default.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`.

    Raises:
      ValueError: a static shape does not fit, or a shape is written wrongly.
      InvalidArgumentError: when the operation runs, if a shape does not fit.
    """
    pairs = list(shapes.items()) if isinstance(shapes, dict) else list(shapes)
    with scope(name, "assert_shapes", [t for t, _ in pairs]):
        rows = [_Row(convert_to_tensor(_values(t)), s, message) for t, s in pairs]
        if not rows:
            return PUBLIC["no_op"]()
        sources = {}
        for row in rows:
            row.find_symbols(sources)
        checks = [row.check_rank(data, summarize, message) for row in rows]
        with rows[0].tensor.graph.control_dependencies(checks):
            for row in rows:
                checks += row.check_sizes(sources, data, summarize, message)
    return PUBLIC["group"](*checks)


class _Row:
    """One tensor with the shape it must have: `entries`, counted from the end when `open`."""

    def __init__(self, tensor, shape, message):
        self.tensor = tensor
        entries = [shape] if isinstance(shape, (str, int)) or shape is None else list(shape)
        if isinstance(shape, str) and len(shape) > 1 and shape != "...":
            entries = list(shape)
        self.open = bool(entries) and entries[0] in ("...", "*")
        for i, entry in enumerate(entries):
            if i and entry in ("...", "*"):
                raise ValueError(
                    f"{_prefix(message)}Tensor {tensor.name} specified shape index {i}.  Symbol "
                    "`...` or `*` for a variable number of unspecified dimensions is only allowed "
                    "as the first entry"
                )
        self.entries = entries[self.open :]

    def places(self):
        """`(index, entry)`; the index is negative when the shape is open in front."""
        shift = -len(self.entries) if self.open else 0
        return [(i + shift, e) for i, e in enumerate(self.entries) if e not in (None, ".")]

    def size(self, index):
        """The size along a dimension: a number where it is known, else a tensor."""
        dims = self.tensor.dims
        if dims is not None and -len(dims) <= index < len(dims) and dims[index] is not None:
            return dims[index]
        return shape_tensor(self.tensor, optimize=False)[index]

    def find_symbols(self, sources):
        for index, entry in self.places():
            if isinstance(entry, str):
                sources.setdefault(entry, (self, index))

    def check_rank(self, data, summarize, message):
        wanted, kind = len(self.entries), assert_rank
        if self.open:
            kind = assert_rank_at_least
        return kind(self.tensor, wanted, data=data, summarize=summarize, message=message)

    def check_sizes(self, sources, data, summarize, message):
        checks = []
        for index, entry in self.places():
            if isinstance(entry, str):
                source, place = sources[entry]
                if source is self and place == index:
                    continue
                wanted = source.size(place)
                why = f"Specified by tensor {source.tensor.name} dimension {place}"
            else:
                wanted, why = int(operator.index(entry)), "Specified explicitly"
            found = self.size(index)
            if isinstance(found, int) and isinstance(wanted, int):
                if found != wanted:
                    raise ValueError(
                        f"{_prefix(message)}{why}.  Tensor {self.tensor.name} dimension {index} "
                        f"must have size {wanted}.  Received size {found}, shape "
                        f"{TensorShape(self.tensor.dims)}"
                    )
                continue
            shown = data or [
                _prefix(message), why, f"Tensor {self.tensor.name} dimension", index,
                "must have size", wanted, "Received shape: ", shape_tensor(self.tensor),
            ]  # fmt: skip
            checks.append(PUBLIC["assert_"](raw.Equal(found, wanted), shown, summarize=summarize))
        return checks
