"""How ops whose results are as long as the data say stay in compiled regions.

XLA knows arrays of fixed shapes only, and `Unique` has a row for each distinct value. In a compiled
region such an op may give as many rows as there could be, and a mask that says which of them there
are (`Op.masked`). That is right where everything that takes the result, and what is made of that,
leaves out the rows that are not there: the updates of optimizers, which add up the gradients of
each row of a table and change these rows. `mark` finds out whether that is so, and which
instructions have to know of it; otherwise the op runs on the host, and what follows is compiled for
the length that comes out.
"""

import numpy as np

from headwater._src.graph.elementwise import ELEMENTWISE

# What a value is, seen from a masked result.
_ROWS = "rows"  # made of its rows, one by one: only those that are there count
_PLACES = "places"  # numbers of its rows
_SHAPE = "shape"  # its shape
_COUNT = "count"  # how many rows there are


class Masked:
    """What an instruction has to do with the rows of a masked result.

    Attributes:
      source: the value id that the mask goes by.
      role: `"source"`, the instruction that makes it; `"update"`, which changes just the rows that
        are there; `"inside"`, whose check of places cannot fail.
    """

    __slots__ = ("source", "role")

    def __init__(self, source, role):
        self.source, self.role = source, role


def mark(program, place):
    """Moves what can be compiled with a mask from the host to its device.

    Args:
      program: a `Program`, complete.
      place: function from a node to the name of its device.
    """
    for instr in program.instrs:
        if instr.where == "host" and instr.node.op.masked_fn is not None:
            where = place(instr.node)
            roles = _roles(program, instr, where)
            if roles is not None:
                instr.where = where
                for other, role in roles:
                    other.masked = Masked(instr.outs[0], role)


def together(instrs, segments):
    """Whether all that has to do with one mask is in one segment; puts sources back on the host
    where it is not.

    Args:
      instrs: the instructions of a program.
      segments: for each of them, something that says which segment it would be in.
    """
    found = {
        i.masked.source: segment
        for i, segment in zip(instrs, segments)
        if i.masked is not None and i.masked.role == "source" and i.where != "host"
    }
    apart = {
        i.masked.source
        for i, segment in zip(instrs, segments)
        if i.masked is not None and found.get(i.masked.source) != segment
    }
    for instr in instrs:
        if instr.masked is not None and instr.masked.source in apart:
            if instr.masked.role == "source":
                instr.where = "host"
            instr.masked = None
    return not apart


def _roles(program, source, where):
    """The instructions that have to know of the mask of `source`, with their roles; None where
    something takes its results as they would be without one.
    """
    node = source.node
    if any(np.dtype(t.dtype.as_numpy_dtype).kind not in "iu" for t in node.inputs):
        return None
    kinds = dict(zip(source.outs, node.op.masked_outputs))
    rank = {i: _rank(t) for i, t in zip(source.outs, node.outputs)}
    roles = [(source, "source")]
    for instr in program.instrs:
        given = [kinds.get(i) for i in instr.ins]
        if not any(given):
            continue
        if instr.where != where or instr.function is not None or instr.masked is not None:
            return None
        found = _RULES.get(_rule_of(instr.node), _refused)(program, instr, given, rank)
        if found is None:
            return None
        kind, role = found
        if kind is not None:
            kinds[instr.outs[0]], rank[instr.outs[0]] = kind, _rank(instr.node.outputs[0])
        if role is not None:
            roles.append((instr, role))
    kept = {*program.fetches, *(value for _, value in program.state_out)}
    return None if kept & kinds.keys() else roles


def _rank(tensor):
    return None if tensor.dims is None else len(tensor.dims)


# --- what may take a masked result ------------------------------------------------------------


def _rule_of(node):
    if node.type in ELEMENTWISE:
        return "elementwise"
    if node.op.rows is not None:
        return "update"
    return "segments" if "num_segments" in node.op.input_names else node.type


def _refused(program, instr, given, rank):
    return None


def _elementwise(program, instr, given, rank):
    """All operands have these rows, or none that could differ from row to row."""
    depth = _rank(instr.node.outputs[0])
    for i, kind, tensor in zip(instr.ins, given, instr.node.inputs):
        if kind not in (_ROWS, None) or not depth or tensor.dims is None:
            return None
        if kind == _ROWS and rank[i] != depth:
            return None
        if kind is None and len(tensor.dims) == depth and tensor.dims[0] != 1:
            return None
    return _ROWS, None


def _gather(program, instr, given, rank):
    """Rows of something else at these rows, where that is no more than one number for each."""
    if given[1] != _ROWS or any(given[:1] + given[2:]) or rank[instr.ins[1]] != 1:
        return None
    if instr.node.attrs.get("batch_dims"):
        return None
    if len(instr.ins) > 2 and int(program.consts.get(instr.ins[2], -1)) != 0:
        return None
    return _ROWS, None


def _update(program, instr, given, rank):
    """The rows that are there, and only they, change."""
    names = instr.node.op.input_names
    at = names.index("indices")
    if given[at] != _ROWS or rank[instr.ins[at]] != 1:
        return None
    for name, kind, tensor in zip(names, given, instr.node.inputs):
        if kind != (_ROWS if name == "indices" or name == instr.node.op.rows else None):
            # A single number may stand for the values of all rows.
            if name != instr.node.op.rows or kind is not None or tensor.dims != ():
                return None
    return None, "update"


def _segments(program, instr, given, rank):
    """A row for each of these rows, put together from others by the places that go with them."""
    data, places, count = given
    if data is not None or places != _PLACES or count != _COUNT:
        return None
    return _ROWS, "inside"


def _shape(program, instr, given, rank):
    return _SHAPE, None


def _strided_slice(program, instr, given, rank):
    """The first element of the shape."""
    bounds = [program.consts.get(i) for i in instr.ins[1:]]
    attrs = instr.node.attrs
    first = all(b is not None for b in bounds) and [b.tolist() for b in bounds] == [[0], [1], [1]]
    masks = attrs["ellipsis_mask"], attrs["new_axis_mask"], attrs["end_mask"]
    if given[0] != _SHAPE or not first or attrs["shrink_axis_mask"] != 1 or any(masks):
        return None
    return _COUNT, None


_RULES = {
    "elementwise": _elementwise,
    "update": _update,
    "segments": _segments,
    "Gather": _gather,
    "GatherV2": _gather,
    "ResourceGather": _gather,
    "Shape": _shape,
    "StridedSlice": _strided_slice,
}
