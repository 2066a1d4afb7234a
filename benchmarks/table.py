"""What was measured, as lines of a table and as a picture."""

import statistics

LIBRARIES = ("headwater", "tensorflow")
HEADER = (
    "| workload | headwater | TensorFlow | times as fast: median (range) | by processor time |\n"
    "|---|---|---|---|---|"
)
TIMES = (("s", 1), ("ms", 1e3), ("us", 1e6))
SIZES = (("GB", 1e-9), ("MB", 1e-6), ("kB", 1e-3))


def shown(value, unit="seconds"):
    """A time or a size in the unit that suits it."""
    scales = TIMES if unit == "seconds" else SIZES
    for name, scale in scales:
        if value * scale >= 1 or name == scales[-1][0]:
            return f"{value * scale:.3g} {name}"


def ratios(times):
    """How many times as fast headwater was, round by round."""
    return [t / h for h, t in zip(*(times.get(library, []) for library in LIBRARIES))]


def row(name, times, failed, processor=None, unit="seconds"):
    """A line of the table.

    Args:
      name: the workload.
      times: dict from library to what was measured, a number for each round.
      failed: dict from library to what went wrong.
      processor: dict from library to the processor's seconds, or None.
      unit: `"seconds"` or `"bytes"`.

    Returns:
      The line.
    """
    cells = []
    for library in LIBRARIES:
        if library in failed:
            cells.append(f"failed: {failed[library]}")
        else:
            found = times.get(library)
            cells.append(shown(statistics.median(found), unit) if found else "-")
    found = ratios(times)
    ratio = f"{statistics.median(found):.2f} ({min(found):.2f}..{max(found):.2f})" if found else "-"
    used = ratios(processor or {library: [] for library in LIBRARIES})
    by_processor = f"{statistics.median(used):.2f}" if used else "-"
    return f"| {name} | {cells[0]} | {cells[1]} | {ratio} | {by_processor} |"


def picture(record):
    """The ratios as an SVG: a bar for each workload on a logarithmic scale, its range as a line.

    Args:
      record: dict from names to dicts with `times`.

    Returns:
      The text of the file, or None when there is no ratio to show.
    """
    import math

    found = {name: ratios(entry["times"]) for name, entry in record.items()}
    found = {name: values for name, values in found.items() if values}
    if not found:
        return None
    left, width, step = 250, 420, 22
    low = math.floor(math.log10(min(min(v) for v in found.values())))
    high = max(low + 1, math.ceil(math.log10(max(max(v) for v in found.values()))))

    def across(ratio):
        return left + width * (math.log10(ratio) - low) / (high - low)

    height = step * (len(found) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 60}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for power in range(low, high + 1):
        x = across(10.0**power)
        color = "black" if power == 0 else "#ddd"
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="{height}" stroke="{color}"/>')
        lines.append(f'<text x="{x:.1f}" y="14" text-anchor="middle">{10.0**power:g}x</text>')
    for i, (name, values) in enumerate(found.items()):
        y, median = 24 + i * step, statistics.median(values)
        start, end = sorted((across(1.0) if low <= 0 <= high else left, across(median)))
        color = "#2a7f9e" if median >= 1 else "#c0562b"
        label = name.split(" (")[0]
        lines.append(f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{label}</text>')
        lines.append(
            f'<rect x="{start:.1f}" y="{y}" width="{end - start:.1f}" height="14" fill="{color}"/>'
        )
        lines.append(
            f'<line x1="{across(min(values)):.1f}" x2="{across(max(values)):.1f}" y1="{y + 7}" '
            f'y2="{y + 7}" stroke="black"/>'
        )
    return "\n".join([*lines, "</svg>", ""])
