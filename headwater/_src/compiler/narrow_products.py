"""Matrix products of which only some columns are used compute only these.

The gradient of `concat([x, h], 1) @ w` is a product with all of `w`, cut into the parts for `x` and
`h`. Where nothing asks for the gradient of `x`, its columns need not be computed.
"""

from jax import lax

PART = "part"  # the name of the lines that cut a factor


def narrow(lines):
    """Gives products whose results are cut, always at the same place, just that part of their
    right factor.
    """
    _name_factors(lines)
    users, wanted = lines.users(), set(lines.results)
    parts, result, cuts = {}, [], {}
    for line in lines.lines:
        span = None
        if _is_plain(lines, line) and line.outs[0] not in wanted:
            span = _span(lines, line, [lines.lines[u] for u in users[line.outs[0]]])
        if span is None:
            result.append(cuts.get(line.outs, line))
            continue
        side = 1 - line.params["dimension_numbers"][0][1][0]
        key = (line.ins[1], side, span)
        if key not in parts:
            parts[key] = lines.new(_narrowed(lines.avals[line.ins[1]], side, span))
            result.append(lines.line(parts[key], [line.ins[1]], _part(side, span)))
        whole = line.outs[0]
        narrowed = lines.new(_narrowed(lines.avals[whole], len(lines.avals[whole].shape) - 1, span))
        result.append(line.again((line.ins[0], parts[key]), outs=(narrowed,)))
        for user in (lines.lines[u] for u in users[whole]):
            cuts[user.outs] = lines.line(user.outs[0], [narrowed], same)
    lines.lines = result


def _name_factors(lines):
    """Writes products with a transposition as products of what is transposed: its part is then one
    value for all of them.
    """
    makers = lines.makers()
    for index, line in enumerate(lines.lines):
        maker = makers.get(line.ins[1]) if _is_plain(lines, line) else None
        if maker is not None and maker.name == "transpose":
            (left, (right,)), batch = line.params["dimension_numbers"]
            params = {**line.params, "dimension_numbers": ((left, (1 - right,)), batch)}
            lines.lines[index] = line.again((line.ins[0], maker.ins[0]), params)


def _is_plain(lines, line):
    """Whether a line is a product with a matrix over one dimension."""
    if line.name != "dot_general":
        return False
    (_, right), batch = line.params["dimension_numbers"]
    return not any(batch) and len(right) == 1 and len(lines.avals[line.ins[1]].shape) == 2


def same(x):
    """The value itself."""
    return x


def _span(lines, product, users):
    """The only columns of a product that its users take, as `(start, end)`, or None."""
    shape = lines.avals[product.outs[0]].shape
    spans = {_columns(user, shape) for user in users}
    return spans.pop() if len(spans) == 1 else None  # also where nothing uses it


def _columns(line, shape):
    """The columns that a line cuts out of a value of `shape`; None if it does anything else."""
    if line.name != "slice" or any(s != 1 for s in line.params["strides"] or ()):
        return None
    starts, ends = line.params["start_indices"], line.params["limit_indices"]
    if any(starts[:-1]) or tuple(ends[:-1]) != tuple(shape[:-1]):
        return None
    return starts[-1], ends[-1]


def _narrowed(aval, side, span):
    shape = list(aval.shape)
    shape[side] = span[1] - span[0]
    return aval.update(shape=tuple(shape))


def _part(side, span):
    def part(x):
        return lax.slice_in_dim(x, *span, axis=side)

    return part
