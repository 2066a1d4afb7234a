"""`model_to_dot` and `plot_model`: a model's layers as a graph, drawn without other programs."""

from html import escape
from pathlib import Path

_BOX, _GAP = 46, 34


class Dot:
    """A graph of boxes in the DOT language.

    Args:
      boxes: dict from a box's key to its lines of text.
      edges: list of pairs of keys.
      rankdir: `"TB"` for top to bottom, `"LR"` for left to right.
    """

    def __init__(self, boxes, edges, rankdir="TB"):
        self.boxes, self.edges, self.rankdir = boxes, edges, rankdir

    def to_string(self):
        """The graph in the DOT language."""
        lines = ["digraph G {", f"rankdir={self.rankdir};", "node [shape=record];"]
        for key, text in self.boxes.items():
            label = "\\n".join(t.replace('"', '\\"') for t in text)
            lines.append(f'"{key}" [label="{label}"];')
        lines += [f'"{a}" -> "{b}";' for a, b in self.edges]
        return "\n".join([*lines, "}"]) + "\n"

    def to_svg(self):
        """The graph as an SVG picture: each box below those that it depends on."""
        rows = self._rows()
        width = 20 + max(9 * max(len(t) for t in text) for text in self.boxes.values())
        places = {}
        for depth, row in enumerate(rows):
            for i, key in enumerate(row):
                places[key] = (10 + i * (width + 20), 10 + depth * (_BOX + _GAP))
        total = 20 + max(map(len, rows)) * (width + 20), 20 + len(rows) * (_BOX + _GAP)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{total[0]}" height="{total[1]}" '
            'font-family="sans-serif" font-size="13">',
            '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" '
            'orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>',
        ]
        for a, b in self.edges:
            (x, y), (u, v) = places[a], places[b]
            parts.append(
                f'<line x1="{x + width / 2}" y1="{y + _BOX}" x2="{u + width / 2}" y2="{v}" '
                'stroke="black" marker-end="url(#tip)"/>'
            )
        for key, text in self.boxes.items():
            x, y = places[key]
            parts.append(
                f'<rect x="{x}" y="{y}" width="{width}" height="{_BOX}" rx="4" fill="#f4f6fb" '
                'stroke="#556"/>'
            )
            for i, line in enumerate(text):
                parts.append(f'<text x="{x + 10}" y="{y + 18 + 18 * i}">{escape(line)}</text>')
        return "\n".join([*parts, "</svg>"]) + "\n"

    def _rows(self):
        depth = dict.fromkeys(self.boxes, 0)
        for _ in self.boxes:  # as many rounds as the longest way can have boxes
            for a, b in self.edges:
                depth[b] = max(depth[b], depth[a] + 1)
        rows = [[] for _ in range(max(depth.values(), default=0) + 1)]
        for key, level in depth.items():
            rows[level].append(key)
        return rows


def model_to_dot(
    model, show_shapes=False, show_layer_names=True, rankdir="TB", expand_nested=False, dpi=96
):
    """The layers of a model as a graph.

    Args:
      model: the model.
      show_shapes: whether the boxes tell the outputs' shapes.
      show_layer_names: whether they tell the layers' names.
      rankdir: `"TB"` for top to bottom, `"LR"` for left to right.
      expand_nested: accepted; models inside are single boxes.
      dpi: accepted for compatibility.

    Returns:
      A `Dot`, with `to_string` and `to_svg`.
    """
    boxes, edges = {}, []
    known = {id(layer) for layer in model.layers}
    for layer in model.layers:
        kind = type(layer).__name__
        text = [f"{layer.name}: {kind}" if show_layer_names else kind]
        if show_shapes:
            text.append(f"output: {getattr(layer, 'output_shape', '?')}")
        boxes[layer.name] = text
        for node in layer._inbound_nodes:
            edges += [
                (before.name, layer.name) for before in node.inbound_layers if id(before) in known
            ]
    names = list(boxes)
    if not edges:  # a model that has not been called: its layers follow each other
        edges = list(zip(names, names[1:]))
    return Dot(boxes, list(dict.fromkeys(edges)), rankdir)


def plot_model(
    model,
    to_file="model.svg",
    show_shapes=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=96,
):
    """Draws the layers of a model into a file.

    Args:
      model: the model.
      to_file: the file: `.svg`, or `.dot`; another ending is replaced by `.svg`.
      show_shapes: whether the boxes tell the outputs' shapes.
      show_layer_names: whether they tell the layers' names.
      rankdir: `"TB"` for top to bottom, `"LR"` for left to right.
      expand_nested: accepted; models inside are single boxes.
      dpi: accepted for compatibility.

    Returns:
      The path of the file.
    """
    dot = model_to_dot(model, show_shapes, show_layer_names, rankdir, expand_nested, dpi)
    path = Path(to_file)
    if path.suffix == ".dot":
        path.write_text(dot.to_string())
    else:
        path = path.with_suffix(".svg")
        path.write_text(dot.to_svg())
    return str(path)
