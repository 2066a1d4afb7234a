"""Where the boxes of a picture stand: rows by the longest way from the inputs, inputs at the bottom
as TensorBoard has them (K. Sugiyama et al., "Methods for visual understanding of hierarchical
system structures", 1981).
"""

from dataclasses import dataclass

CHARACTER = 6.6  # width of one at the size of labels
HEIGHT = 26
GAP_X, GAP_Y = 18, 34
MARGIN, TITLE = 14, 18
_SWEEPS = 4


@dataclass
class Frame:
    """A rectangle of the picture.

    Attributes:
      box: the `Box` in it.
      x: left edge, relative to the frame around it; `placed` makes it absolute.
      y: upper edge, likewise.
      width: its width.
      height: its height.
      inner: the frames inside.
    """

    box: object
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    inner: tuple = ()


def lay_out(root, edges):
    """Places all boxes.

    Args:
      root: the box of the whole graph.
      edges: dict as of `boxes.edges_between`.

    Returns:
      The root's `Frame`, coordinates absolute.
    """
    frame = _frame(root, edges)
    _move(frame, 0.0, 0.0)
    return frame


def _move(frame, x, y):
    frame.x += x
    frame.y += y
    for child in frame.inner:
        _move(child, frame.x, frame.y)


def _frame(box, edges):
    if not box.is_open:
        text = len(box.label) + (len(str(box.size)) + 3 if box.size > 1 else 0)
        return Frame(box, width=max(44.0, text * CHARACTER + 18), height=HEIGHT)
    frames = {child.name: _frame(child, edges) for child in box.inner.values()}
    below = _links(box, frames, edges)
    rows = _rows(list(frames), below)
    _order(rows, below)
    width, y = 0.0, float(MARGIN + (TITLE if box.name else 0))
    for row in reversed(rows):
        x = float(MARGIN)
        for name in row:
            frames[name].x, frames[name].y = x, y
            x += frames[name].width + GAP_X
        width = max(width, x - GAP_X + MARGIN)
        y += max(frames[name].height for name in row) + GAP_Y
    for row in rows:
        last = frames[row[-1]]
        shift = (width - MARGIN - last.x - last.width) / 2
        for name in row:
            frames[name].x += shift
    title = len(box.label) * CHARACTER + 2 * MARGIN
    return Frame(
        box,
        width=max(width, title),
        height=y - GAP_Y + MARGIN,
        inner=tuple(frames.values()),
    )


def _links(box, frames, edges):
    """Child of the box -> set of the children that it takes its inputs from."""
    start = len(box.name) + 1 if box.name else 0

    def child(name):
        if box.name and not name.startswith(f"{box.name}/"):
            return None
        found = name[:start] + name[start:].partition("/")[0]
        return found if found in frames else None

    below = {name: set() for name in frames}
    for source, target in edges:
        source, target = child(source), child(target)
        if source is not None and target is not None and source != target:
            below[target].add(source)
    return below


def _rows(names, below):
    """Rows of names; each name is above all it depends on, except in cycles of scopes."""
    level = {}
    for first in names:
        stack = [(first, iter(sorted(below[first])))]
        entered = {first}
        while stack:
            name, rest = stack[-1]
            following = next((n for n in rest if n not in level and n not in entered), None)
            if following is not None:
                entered.add(following)
                stack.append((following, iter(sorted(below[following]))))
                continue
            stack.pop()
            if name not in level:
                level[name] = 1 + max((level[n] for n in below[name] if n in level), default=-1)
    rows = [[] for _ in range(max(level.values(), default=0) + 1)]
    for name in names:
        rows[level[name]].append(name)
    return [row for row in rows if row]


def _order(rows, below):
    """Moves names within their rows towards the middle of what they are connected with."""
    above = {name: set() for name in below}
    for name, sources in below.items():
        for source in sources:
            above[source].add(name)
    for sweep in range(_SWEEPS):
        upwards = sweep % 2 == 0
        place = {name: k / len(row) for row in rows for k, name in enumerate(row)}
        for row in rows if upwards else reversed(rows):
            links = below if upwards else above

            def middle(name, links=links, place=place):
                found = [place[n] for n in links[name]]
                return sum(found) / len(found) if found else place[name]

            row.sort(key=middle)
            place.update({name: k / len(row) for k, name in enumerate(row)})
