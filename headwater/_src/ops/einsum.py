"""`tf.einsum`: sums of products over named axes."""

import re

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, broadcast, is_full, merge_dim

Einsum = define_op(
    "Einsum",
    inputs="inputs: N * T",
    outputs="output: T",
    attrs=["equation: string", "N: int >= 1", "T: type"],
)

_ELLIPSIS = "..."


def _labels(subscripts):
    """Subscripts as a list of labels; `...` is one of them."""
    before, dots, after = subscripts.partition(_ELLIPSIS)
    return [*before, *([_ELLIPSIS] if dots else []), *after]


def _sides(equation):
    equation = equation.decode() if isinstance(equation, bytes) else equation
    left, _, right = equation.partition("->")
    return left.split(","), right


@Einsum.shape
def _einsum_shape(inputs, *, equation):
    terms, output = _sides(equation)
    if len(terms) != len(inputs):
        raise ShapeError(f"Expected {len(terms)} inputs but got: {len(inputs)}")
    sizes, around, known = {}, (), True
    for x, term in zip(inputs, terms):
        if x.dims is None:
            known = known and _ELLIPSIS not in term
            continue
        labels = _labels(term)
        middle = len(x.dims) - len(labels) + (_ELLIPSIS in labels)
        if middle < 0 or (_ELLIPSIS not in labels and middle):
            raise ShapeError(
                f"Shape must be {'at least ' if _ELLIPSIS in labels else ''}rank "
                f"{len(labels) - (_ELLIPSIS in labels)} but is rank {len(x.dims)}"
            )
        at = 0
        for label in labels:
            if label == _ELLIPSIS:
                part = x.dims[at : at + middle]
                around = broadcast(around, part) if around is not None else None
                at += middle
                continue
            sizes[label] = merge_dim(sizes.get(label), x.dims[at])
            at += 1
    if _ELLIPSIS not in output and around:
        raise ShapeError(
            f"Shape must be at most rank 0 but is rank {len(around)}\n\t for einsum equation "
            f"'{equation}' without ellipsis (...) in the output subscripts where input(s) have "
            "non-empty broadcasting shape"
        )
    if not known or around is None:
        return None if _ELLIPSIS in output else tuple(sizes.get(label) for label in output)
    result = []
    for label in _labels(output):
        result += around if label == _ELLIPSIS else [sizes.get(label)]
    return tuple(result)


@Einsum.kernel
def _einsum_kernel(xp, inputs, *, equation):
    terms, output = _sides(equation)
    sizes = {}
    for i, (x, term) in enumerate(zip(inputs, terms)):
        _check(i, x, _labels(term), sizes)
    if str(inputs[0].dtype) in ("float16", "bfloat16"):
        inputs = [xp.cast(x, "float32") for x in inputs]
    repeated = len(set(_labels(output))) < len(_labels(output))
    unique = "".join(dict.fromkeys(_labels(output)))
    result = xp.einsum(f"{','.join(terms)}->{unique}", *inputs)
    return _spread(xp, result, unique, output) if repeated else result


def _check(i, x, labels, sizes):
    rank, dots = x.ndim, _ELLIPSIS in labels
    if rank < len(labels) - dots or (not dots and rank != len(labels)):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Expected input {i} to have rank {'at least ' if dots else ''}{len(labels) - dots} "
            f"but got: {rank}",
        )
    middle, at = rank - len(labels) + dots, 0
    for label in labels:
        if label == _ELLIPSIS:
            at += middle
            continue
        wanted = sizes.setdefault(label, x.shape[at])
        if wanted != x.shape[at]:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Expected dimension {wanted} at axis {at} of the input shaped "
                f"[{','.join(map(str, x.shape))}] but got dimension {x.shape[at]}",
            )
        at += 1


def _spread(xp, x, have, want):
    """A label that the output repeats means a diagonal: `i->ii`."""
    have, want = _labels(have), _labels(want)
    seen = list(have)
    for label in dict.fromkeys(want):
        for _ in range(want.count(label) - 1):
            axis = seen.index(label)
            axis = axis if _ELLIPSIS not in seen[:axis] else axis - len(seen)
            axis = axis % x.ndim
            n = x.shape[axis]
            mask = np.eye(n, dtype=bool).reshape(
                [n if d in (axis, axis + 1) else 1 for d in range(x.ndim + 1)]
            )
            x = xp.where(mask, xp.expand_dims(x, axis + 1), xp.zeros((), x.dtype))
            seen.insert(seen.index(label) + 1, label)
    # Now every label is as often there as wanted, but side by side.
    order, used = [], set()
    extra = x.ndim - len(seen) + 1
    starts, at = [], 0
    for label in seen:
        starts.append(at)
        at += extra if label == _ELLIPSIS else 1
    for label in want:
        i = next(j for j, s in enumerate(seen) if s == label and j not in used)
        used.add(i)
        order += range(starts[i], starts[i] + (extra if label == _ELLIPSIS else 1))
    return xp.transpose(x, order)


@Einsum.cost
def _einsum_cost(inputs, output, *, equation, **attrs):
    terms, result = _sides(equation)
    sizes = {}
    if inputs and inputs[0] and not isinstance(inputs[0][0], int):
        inputs = inputs[0]
    for dims, term in zip(inputs, terms):
        labels = _labels(term)
        if _ELLIPSIS in labels:
            at = labels.index(_ELLIPSIS)
            sizes.update(zip(labels[:at], dims))
            sizes.update(zip(reversed(labels[at + 1 :]), reversed(dims)))
        else:
            sizes.update(zip(labels, dims))
    total = 2.0
    for d in output:
        total *= d
    for label, d in sizes.items():
        if label not in result:
            total *= d
    return total


# --- gradient ---------------------------------------------------------------------------------


@Einsum.gradient
def _einsum_gradient(op, dy):
    terms, output = _sides(op.attrs["equation"])
    shape = PUBLIC["shape"]
    if len(terms) == 1:
        x_shape = shape(op.inputs[0])
        return [_with_respect_to(dy, None, op.inputs[0], x_shape, terms[0], "", output)]
    if _ELLIPSIS in _labels(output):  # dimensions that one of the inputs may lack
        terms = [t if _ELLIPSIS in _labels(t) else f"{t}..." for t in terms]
    x, y = op.inputs
    x_shape, y_shape = shape(x), shape(y)
    x_in, y_in = (raw.Conj(t) if t.dtype.base_dtype.is_complex else t for t in (x, y))
    dx = _with_respect_to(dy, y_in, x, x_shape, terms[0], terms[1], output)
    dy_ = _with_respect_to(dy, x_in, y, y_shape, terms[1], terms[0], output)
    if _ELLIPSIS not in output or (_ELLIPSIS not in terms[0] and _ELLIPSIS not in terms[1]):
        return [dx, dy_]
    (x_slice, x_start), (y_slice, y_start) = (
        _middle(s, t) for s, t in ((x_shape, terms[0]), (y_shape, terms[1]))
    )
    if is_full(dx.dims) and dx.dims == x.dims and is_full(dy_.dims) and dy_.dims == y.dims:
        return [dx, dy_]
    x_axes, y_axes = raw.BroadcastGradientArgs(x_slice, y_slice)
    dx = raw.Reshape(raw.Sum(dx, x_start + x_axes), x_shape)
    dy_ = raw.Reshape(raw.Sum(dy_, y_start + y_axes), y_shape)
    return [dx, dy_]


def _middle(shape, term):
    """The part of a shape that `...` stands for, and where it starts."""
    labels = _labels(term)
    if _ELLIPSIS not in labels:
        return shape[:0], 0
    start = labels.index(_ELLIPSIS)
    after = len(labels) - start - 1
    return (shape[start:-after] if after else shape[start:]), start


def _with_respect_to(dy, other, x, x_shape, term, other_term, output):
    labels = _labels(term)
    reduced = [
        label
        for label in dict.fromkeys(labels)
        if label != _ELLIPSIS and label not in output and label not in other_term
    ]
    factors = [dy] if other is None else [dy, other]
    given = output if other is None else f"{output},{other_term}"
    if not reduced:
        return raw.Einsum(factors, equation=f"{given}->{term}")
    left = "".join(label for label in dict.fromkeys(labels) if label not in reduced)
    kept = (
        dy if other is None and left == output else raw.Einsum(factors, equation=f"{given}->{left}")
    )
    axes = [labels.index(label) for label in reduced]
    if _ELLIPSIS in labels:
        axes = [a if a < labels.index(_ELLIPSIS) else a - len(labels) for a in axes]
    sizes = PUBLIC["stack"]([x_shape[a] for a in axes])
    if len(set(term)) == len(term):
        axes_tensor = constant(np.array(axes, np.int32))
        if is_full(x.dims):
            ones = [1 if i in axes else d for i, d in enumerate(x.dims)]
            return raw.BroadcastTo(raw.Reshape(kept, ones), x_shape)
        count = raw.Size(x_shape)
        ones = raw.DynamicStitch(
            [PUBLIC["range"](count), axes_tensor], [x_shape, PUBLIC["ones_like"](axes_tensor)]
        )
        return raw.BroadcastTo(raw.Reshape(kept, ones), x_shape)
    concat, shape = PUBLIC["concat"], PUBLIC["shape"]
    wide = concat([sizes, shape(kept)], 0)
    with scope(None, "ones") as name:
        count = constant(np.array([len(reduced)], np.int32), name="shape_as_tensor")
        ones = raw.Fill(count, constant(np.int32(1)), name=name)
    kept = raw.Reshape(kept, concat([ones, shape(kept)], 0))
    return raw.Einsum([raw.BroadcastTo(kept, wide)], equation=f"{''.join(reduced)}{left}->{term}")


# --- tf.einsum --------------------------------------------------------------------------------


@public
def einsum(equation, *inputs, **kwargs):
    """Sums of products over named axes: `tf.einsum("ij,jk->ik", a, b)` is a matrix product.

    Args:
      equation: one subscript letter for each axis of each input, separated by commas, then `->` and
        the subscripts of the result. Letters that the result lacks are summed over; `...` stands
        for axes that are broadcast. Without `->` the result has the letters that occur once, in
        alphabetical order.
      *inputs: `Tensor`s of one numeric type.
      **kwargs: `name`; `optimize`, how the order of more than two factors is chosen (default
        `"greedy"`).

    Returns:
      `Tensor` with the axes of the right side.

    Raises:
      ValueError: the equation is malformed, or does not fit the inputs.
      TypeError: an unknown keyword.

    >>> sess.run(tf.einsum("ii->", [[1.0, 2.0], [3.0, 4.0]]))
    np.float32(5.0)
    """
    name, optimize = kwargs.pop("name", None), kwargs.pop("optimize", "greedy")
    kwargs.pop("greedy", None)
    if kwargs:
        raise TypeError(
            f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. Valid arguments: name, "
            "optimize, greedy."
        )
    with scope(name, "einsum", [equation, *inputs]):
        inputs = [convert_to_tensor(x) for x in inputs]
        terms, output = _parse(equation, len(inputs))
        if len(inputs) <= 2:
            return raw.Einsum(inputs, equation=f"{','.join(terms)}->{output}")
        return _by_pairs(inputs, terms, output, optimize)


def _parse(equation, count):
    text = equation.replace(" ", "")
    plain = text.replace(_ELLIPSIS, "")
    if not re.fullmatch(r"[A-Za-z,]*(->[A-Za-z]*)?", plain):
        raise ValueError(f"Subscripts have incorrect format: {equation}")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    if any(term.count(_ELLIPSIS) > 1 for term in [*terms, output]):
        raise ValueError(f"Subscripts have incorrect format: {equation}")
    if len(terms) != count:
        raise ValueError(f'Got {count} inputs for equation "{equation}", expecting {len(terms)}')
    letters = left.replace(_ELLIPSIS, "").replace(",", "")
    if not arrow:
        output = (_ELLIPSIS if _ELLIPSIS in left else "") + "".join(
            sorted(c for c in set(letters) if letters.count(c) == 1)
        )
    wanted = output.replace(_ELLIPSIS, "")
    if len(set(wanted)) != len(wanted):
        raise ValueError(f"Output subscripts contain a label appearing more than once: {equation}")
    for label in wanted:
        if label not in letters:
            raise ValueError(
                f"Output subscripts contain the label {label} not present in the input subscripts."
            )
    if _ELLIPSIS in output and _ELLIPSIS not in left:
        raise ValueError(f"Subscripts have incorrect format: {equation}")
    return terms, output


def _by_pairs(inputs, terms, output, optimize):
    """More than two factors: two at a time, in the order that costs least."""
    import opt_einsum

    letters = {label for term in terms for label in term.replace(_ELLIPSIS, "")}
    around = max(
        (
            len(x.dims) - len(term.replace(_ELLIPSIS, ""))
            for x, term in zip(inputs, terms)
            if _ELLIPSIS in term and x.dims is not None
        ),
        default=0,
    )
    spare = [
        chr(c) for c in range(ord("A"), ord("z")) if chr(c).isalpha() and chr(c) not in letters
    ][:around]
    shapes = []
    written = []
    for x, term in zip(inputs, terms):
        rank = len(term.replace(_ELLIPSIS, ""))
        if _ELLIPSIS in term:
            n = len(x.dims) - rank if x.dims is not None else around
            term = term.replace(_ELLIPSIS, "".join(spare[len(spare) - n :]))
        dims = x.dims if x.dims is not None else (None,) * len(term)
        written.append(term)
        shapes.append(tuple(1 if d is None else d for d in dims))
    sizes = {}
    for term, dims in zip(written, shapes):
        for label, d in zip(term, dims):
            sizes[label] = max(sizes.get(label, 1), d)
    shapes = [tuple(sizes[label] for label in term) for term in written]
    equation = f"{','.join(written)}->{output.replace(_ELLIPSIS, ''.join(spare))}"
    path = opt_einsum.contract_path(equation, *shapes, shapes=True, optimize=optimize)[0]
    operands = list(zip(inputs, terms))
    for step in path:
        taken = [operands.pop(i) for i in sorted(step, reverse=True)]
        rest = "".join(term for _, term in operands) + output
        pair = [term for _, term in taken]
        if not operands:
            result = output
        else:
            keep = [c for c in dict.fromkeys("".join(pair).replace(_ELLIPSIS, "")) if c in rest]
            result = (_ELLIPSIS if any(_ELLIPSIS in t for t in pair) else "") + "".join(keep)
        product = raw.Einsum([x for x, _ in taken], equation=f"{','.join(pair)}->{result}")
        operands.append((product, result))
    return operands[0][0]
