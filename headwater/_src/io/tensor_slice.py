"""Parts of tensors: `start,length` for each dimension, as text, as message and as array index."""

from headwater._src.core import errors


def parse(text, dims=None):
    """A part as checkpoints' ops write it, such as `"0,2:-"`.

    Args:
      text: str; `-` stands for all of a dimension.
      dims: the whole tensor's dimensions, if known: lengths are checked.

    Returns:
      Tuple of `(start, length)`, `(0, -1)` for all of a dimension.

    Raises:
      InvalidArgumentError: the text is none, or the part is outside.
    """
    extents = []
    for part in text.split(":"):
        if part == "-":
            extents.append((0, -1))
            continue
        start, comma, length = part.partition(",")
        if not comma or not start.strip().isdigit() or not length.strip().isdigit():
            raise _invalid(f"Expected a pair of numbers or '-' but got '{part}': string = {text}")
        if int(length) <= 0:
            raise _invalid(
                f"Expected non-negative start and positive length but got start = "
                f"{start}, length = {length}: string = {text}"
            )
        extents.append((int(start), int(length)))
    if dims is not None:
        if len(extents) != len(dims):
            raise _invalid(f"Incompatible dimensions in slice {text} of shape {list(dims)}")
        for (start, length), size in zip(extents, dims):
            if length >= 0 and start + length > size:
                raise _invalid(
                    f"Extent in dimension out of bounds: {start},{length} of {size} in slice {text}"
                )
    return tuple(extents)


def parse_shape_and_slice(text):
    """The whole's shape and the part, from `"4 2 0,2:-"`.

    Args:
      text: str, not empty.

    Returns:
      `(dims of the whole, extents, dims of the part)`.

    Raises:
      InvalidArgumentError: the text is malformed.
    """
    parts = text.split(" ")
    if len(parts) < 2:
        raise _invalid(f"Need least two elements in shape_and_slice specification: {text}")
    *sizes, spec = parts
    if not all(s.isdigit() for s in sizes):
        raise _invalid(f"Non numerical dimension in shape_and_slice: {text}")
    dims = tuple(map(int, sizes))
    extents = parse(spec, dims)
    return dims, extents, part_dims(dims, extents)


def part_dims(dims, extents):
    """The dimensions of a part."""
    return tuple(n if length < 0 else length for n, (_, length) in zip(dims, extents))


def index(extents):
    """The part as an index of an array."""
    return tuple(slice(None) if n < 0 else slice(s, s + n) for s, n in extents)


def from_proto(proto):
    """The extents of a `TensorSliceProto`."""
    return tuple((e.start, e.length if e.HasField("length") else -1) for e in proto.extent)


def fill_proto(proto, extents):
    """Writes extents into a `TensorSliceProto`."""
    for start, length in extents:
        extent = proto.extent.add()
        if length >= 0:
            extent.start, extent.length = start, length


def overlap(a, b, dims):
    """Where two parts overlap, in coordinates of each.

    Args:
      a: extents.
      b: extents.
      dims: dimensions of the whole.

    Returns:
      `(index into a's array, index into b's array, number of elements)`, or None.
    """
    in_a, in_b, count = [], [], 1
    for (s, n), (t, m), size in zip(a, b, dims):
        s, n = (0, size) if n < 0 else (s, n)
        t, m = (0, size) if m < 0 else (t, m)
        low, high = max(s, t), min(s + n, t + m)
        if low >= high:
            return None
        in_a.append(slice(low - s, high - s))
        in_b.append(slice(low - t, high - t))
        count *= high - low
    return tuple(in_a), tuple(in_b), count


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def is_possible(dims):
    """Whether an array could have these dimensions; files may state any."""
    size = 16  # bytes, of the largest element
    for d in dims:
        size *= max(d, 1)
    return len(dims) <= 32 and all(d >= 0 for d in dims) and size < 1 << 63


def is_within(extents, dims):
    """Whether a part, as a file states it, is one of an array of these dimensions."""
    return len(extents) == len(dims) and all(
        0 <= start and (length < 0 or start + length <= size)
        for (start, length), size in zip(extents, dims)
    )
