"""The real TensorBoard, in a real browser, shows what headwater wrote."""

from __future__ import annotations

import re

import numpy as np

from tests.browser import events
from tests.browser.conftest import fetch

MEAN = "fancy_pants_procedure/very_mean_reduction"


def test_graph(page):
    page.open("graphs")
    page.wait("graph", lambda: {"primitives", "fancy_pants_procedure"} <= set(page.nodes()))
    assert not any(name.startswith("primitives/") for name in page.nodes())
    page.expand("fancy_pants_procedure")
    page.wait("scope in the scope", lambda: MEAN in page.nodes())
    assert f"{MEAN}/Mean" not in page.nodes()
    page.expand(MEAN)
    shown = page.wait("Mean", lambda: page.nodes() if f"{MEAN}/Mean" in page.nodes() else None)
    assert {"fancy_pants_procedure/Mul", "fancy_pants_procedure/Add", f"{MEAN}/Mean"} <= set(shown)
    page.picture("graph")


def _is_drawn(numbers, path):
    """Whether an SVG path goes through the first numbers, at equal steps, larger ones higher."""
    line = np.asarray(re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", path), float)
    if not events.STEPS // 2 < len(line) <= events.STEPS:
        return False
    slope, start = np.polyfit(numbers[: len(line)], line[:, 1], 1)
    drawn = slope * numbers[: len(line)] + start
    return (
        slope < 0 and np.ptp(np.diff(line[:, 0])) < 0.01 and np.abs(drawn - line[:, 1]).max() < 0.01
    )


def test_scalars(page, board):
    page.open("scalars")
    # One of the lines is the numbers, in the coordinates of the screen; it ends at the plot's edge.
    want = np.asarray(board[1], float)
    page.wait(
        "line of the numbers",
        lambda: any(
            _is_drawn(want, d)
            for d in page.find("path.line", "return arguments[0].getAttribute('d') || ''")
        ),
    )
    points = fetch(board[0], "data/plugin/scalars/scalars?run=2_data&tag=ChangingNumber_1")
    assert [p[1:] for p in points] == [[step, value] for step, value in enumerate(board[1])]
    page.picture("scalars")


def test_time_series(page):
    page.open("timeseries")
    names = page.wait("card", lambda: page.find("scalar-card", "return arguments[0].innerText"))
    assert "ChangingNumber_1" in names[0]
    page.picture("timeseries")


def test_histograms(page):
    page.open("histograms")
    page.wait("histograms", lambda: len(page.find("g.histogram path")) == events.STEPS)
    page.picture("histograms")


def test_distributions(page):
    page.open("distributions")
    page.wait("distribution", lambda: len(page.find("path.area")) > 1)
    page.picture("distributions")


def test_images(page):
    page.open("images")
    pixel = """
        const image = arguments[0];
        if (!image.complete || !image.naturalWidth) return null;
        const canvas = document.createElement('canvas');
        canvas.getContext('2d').drawImage(image, 0, 0);
        const pixel = Array.from(canvas.getContext('2d').getImageData(3, 3, 1, 1).data);
        return [image.naturalWidth, image.naturalHeight, pixel];
    """
    shown = page.wait("image", lambda: [i for i in page.find("img[src*=blob_key]", pixel) if i])
    assert shown == [[24, 16, [255, 0, 0, 255]]]
    page.picture("images")


def test_audio(page):
    page.open("audio")
    length = page.wait(
        "sound that can be played",
        lambda: [n for n in page.find("audio", "return arguments[0].duration") if n],
    )
    assert length == [0.5]  # 4,000 frames, 8,000 a second
    page.picture("audio")


def test_text(page):
    page.open("text")
    shown = page.wait("text", lambda: page.find("p", "return arguments[0].innerHTML"))
    assert set(shown) == {"<strong>headwater</strong> wrote this"}  # Markdown, drawn
    page.picture("text")
