"""Values that are better stored than computed again in every kernel that needs them.

XLA's fusion on CPUs puts a cheap operation into each kernel that uses its result. Where cheap
operations feed cheap operations over and over, as in the gradient of an unrolled recurrence, every
kernel then computes the whole history once more: the work, and the time to compile it, grow with
the square of its length. Here the results that would be repeated too dearly are found, and an
optimization barrier behind each makes XLA store them.
"""

from jax import lax

PATIENCE = 6  # what computing a value again may cost, in operations for each of its elements
# Bytes of a value that is never stored: a kernel is dearer than it. XLA makes a loop over little
# memory one kernel, too, in which barriers cannot be.
SMALL = 4_096
# Operations that XLA repeats: arithmetic of a cycle or so ...
_CHEAP = frozenset(
    "abs add add_any and ceil clamp convert_element_type eq floor ge gt integer_pow is_finite le lt"
    " max min mul ne neg nextafter not or real imag rem round select_n shift_left"
    " shift_right_arithmetic shift_right_logical sign square stop_gradient sub xor".split()
)
# ... and what only says where elements come from.
_MOVING = frozenset(
    "broadcast_in_dim concatenate copy expand_dims iota pad reshape rev slice squeeze transpose"
    " dynamic_slice".split()
)
# Operations that may be part of a kernel, but of one only.
_DEAR = frozenset(
    "acos asin atan atan2 cbrt cos cosh div erf erf_inv exp exp2 expm1 log log1p logistic pow"
    " reduce_and reduce_max reduce_min reduce_or reduce_prod reduce_sum rsqrt sin sinh sqrt tan"
    " tanh".split()
)
_MANY = -1  # more than one kernel


def cut(lines):
    """Puts barriers behind the values of `lines` that would be computed again too dearly."""
    tentative = _repeated(lines, _weights(lines, frozenset()))
    chosen = frozenset(tentative)
    weights = _weights(lines, chosen)
    chosen = {i for i in chosen if _is_dear(lines, i, weights[i])}
    if not chosen:
        return
    renamed, result = {}, []
    for line in lines.lines:
        line.ins = tuple(renamed.get(i, i) for i in line.ins)
        result.append(line)
        for i in line.outs:
            if i in chosen:
                renamed[i] = lines.new(lines.avals[i])
                result.append(lines.line(renamed[i], [i], lax.optimization_barrier))
    lines.lines = result


def _is_dear(lines, i, weight):
    """Whether a value is dear to compute `weight` operations for."""
    aval = lines.avals[i]
    return weight >= PATIENCE and hasattr(aval, "size") and aval.size * aval.dtype.itemsize > SMALL


def _weights(lines, cuts):
    """For each value, what computing it once more takes, in operations for each element.

    A cut that turns out to be worth less than patience counts as none for the values after it.
    """
    weights = [0] * len(lines.avals)  # as a kernel that computes the value sees it
    onward = [0] * len(lines.avals)  # as the kernels after it see it
    for line in lines.lines:
        if line.name not in _CHEAP and line.name not in _MOVING:
            continue
        total = (line.name in _CHEAP) + sum(onward[i] for i in dict.fromkeys(line.ins))
        for i in line.outs:
            weights[i] = min(total, 1_000_000)
            stored = i in cuts and _is_dear(lines, i, weights[i])
            onward[i] = 0 if stored else weights[i]
    return weights


def _repeated(lines, weights):
    """The values that more than one kernel would compute, and that are worth storing.

    Walks from the results back, and notes for each line the kernel that it is a part of: the
    number of the kernel's last line, `_MANY`, or None where the line is no part of a fused kernel.
    """
    users, wanted, found = lines.users(), set(lines.results), set()
    homes = [None] * len(lines.lines)
    for index in range(len(lines.lines) - 1, -1, -1):
        line = lines.lines[index]
        repeats = line.name in _CHEAP or line.name in _MOVING
        if not repeats and line.name not in _DEAR:
            continue
        homes[index] = index
        places = {homes[u] for i in line.outs for u in users[i]}
        if None in places or not wanted.isdisjoint(line.outs):
            places.discard(None)
            places.add(index)
        if len(places) == 1:
            (homes[index],) = places
        elif places and repeats:
            if any(_is_dear(lines, i, weights[i]) for i in line.outs):
                found.update(line.outs)
            else:
                homes[index] = _MANY
    return found
