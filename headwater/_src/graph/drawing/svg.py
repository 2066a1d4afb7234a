"""Graphs as SVG: `Graph` displays itself so in notebooks, and `headwater graph` writes it."""

from html import escape

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.drawing.boxes import boxes_of, edges_between
from headwater._src.graph.drawing.layout import TITLE, lay_out

ROOM = 40  # boxes in a picture, unless asked otherwise

_COLOURS = {
    "scope": ("#eef3fb", "#7a94bf"),
    "variable": ("#fde9c9", "#c98a2b"),
    "placeholder": ("#dff3e0", "#4f9d56"),
    "constant": ("#f2f2f2", "#9a9a9a"),
    "op": ("#ffffff", "#5b6b82"),
}
_STYLE = (
    "text{font:11px sans-serif;fill:#222}.t{font-size:10px;fill:#667}"
    ".e{fill:none;stroke:#8793a6;stroke-width:1.1}.c{stroke-dasharray:3 3}"
)


def draw(graph_def, limit=ROOM):
    """Draws a graph: data flows upwards, name scopes are boxes, dashed lines only keep order.

    Args:
      graph_def: a GraphDef.
      limit: how many boxes the picture may have; larger scopes stay closed, with the number of
        their nodes.

    Returns:
      The text of an SVG document.

    Raises:
      ValueError: `limit` is not positive.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    root = boxes_of(graph_def, limit)
    edges = edges_between(graph_def, root)
    frame = lay_out(root, edges)
    frames, parts = {}, []
    for child in frame.inner:
        _draw_frame(child, frames, parts)
    lines = [_edge(frames[a], frames[b], n) for (a, b), n in edges.items()]
    width, height = frame.width, frame.height
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}">',
            f"<style>{_STYLE}</style>",
            '<defs><marker id="a" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" '
            'markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" fill="#8793a6"/></marker>'
            "</defs>",
            *parts,
            *lines,
            "</svg>",
        ]
    )


def _draw_frame(frame, frames, parts):
    box = frame.box
    fill, stroke = _COLOURS[box.kind]
    corner = 3 if box.kind == "scope" else 12
    parts.append(
        f'<g><title>{escape(_described(box))}</title><rect x="{frame.x:.1f}" y="{frame.y:.1f}" '
        f'width="{frame.width:.1f}" height="{frame.height:.1f}" rx="{corner}" fill="{fill}" '
        f'stroke="{stroke}"/>'
    )
    if box.is_open:
        parts.append(
            f'<text class="t" x="{frame.x + 8:.1f}" y="{frame.y + TITLE - 5:.1f}">'
            f"{escape(box.label)}</text></g>"
        )
        for child in frame.inner:
            _draw_frame(child, frames, parts)
        return
    frames[box.name] = frame
    count = f" ({box.size})" if box.size > 1 else ""
    parts.append(
        f'<text x="{frame.x + frame.width / 2:.1f}" y="{frame.y + frame.height / 2 + 4:.1f}" '
        f'text-anchor="middle">{escape(box.label + count)}</text></g>'
    )


def _described(box):
    """The text that appears over a box."""
    if not box.nodes:
        return f"{box.name}: {box.size} nodes"
    node = box.nodes[0]
    lines = [f"{node.name}: {node.op}"]
    for key in ("dtype", "T"):
        if node.attr[key].type if key in node.attr else 0:
            lines.append(f"type {dtypes.as_dtype(node.attr[key].type).name}")
            break
    if "shape" in node.attr:
        lines.append(f"shape {TensorShape(node.attr['shape'].shape)}")
    if node.device:
        lines.append(f"on {node.device}")
    return "\n".join(lines)


def _edge(source, target, tensors):
    x1, y1 = source.x + source.width / 2, source.y
    x2, y2 = target.x + target.width / 2, target.y + target.height
    bend = max(18.0, abs(y1 - y2) / 2)
    kind = "e" if tensors else "e c"
    width = f' style="stroke-width:{min(1.1 + 0.5 * (tensors - 1), 4):.1f}"' if tensors > 1 else ""
    return (
        f'<path class="{kind}"{width} marker-end="url(#a)" d="M{x1:.1f} {y1:.1f}'
        f'C{x1:.1f} {y1 - bend:.1f} {x2:.1f} {y2 + bend:.1f} {x2:.1f} {y2:.1f}"/>'
    )
