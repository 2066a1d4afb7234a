"""Which input rows (or columns) a resized image takes, and with what weights: float32, as
TensorFlow computes them.
"""

import numpy as np

_TABLE = 1024  # steps of the table of cubic weights


def scale(size, new_size, align_corners):
    """How many input pixels one output pixel moves on."""
    if align_corners and new_size > 1:
        return np.float32(size - 1) / np.float32(new_size - 1)
    return np.float32(size) / np.float32(new_size)


def positions(size, new_size, align_corners, half_pixel):
    """Where each output pixel lies in the input."""
    step, at = scale(size, new_size, align_corners), np.arange(new_size, dtype=np.float32)
    if half_pixel:
        return (at + np.float32(0.5)) * step - np.float32(0.5)
    return at * step


def nearest(size, new_size, align_corners, half_pixel):
    """The input index of each output pixel."""
    step, at = scale(size, new_size, align_corners), np.arange(new_size, dtype=np.float32)
    place = (at + np.float32(0.5)) * step if half_pixel else at * step
    place = np.floor(place + np.float32(0.5)) if align_corners else np.floor(place)
    return np.clip(place, 0, size - 1).astype(np.int64)


def linear(size, new_size, align_corners, half_pixel):
    """Indices `[new_size, 2]` and weights `[new_size, 2]`."""
    place = positions(size, new_size, align_corners, half_pixel)
    below = np.floor(place)
    part = (place - below).astype(np.float32)
    indices = np.stack([np.maximum(below, 0), np.minimum(np.ceil(place), size - 1)], 1)
    return indices.astype(np.int64), np.stack([1 - part, part], 1)


def _cubic_table(a):
    near = np.arange(_TABLE + 1, dtype=np.float64) / _TABLE
    far = near + 1.0
    first = ((a + 2) * near - (a + 3)) * near * near + 1
    second = ((a * far - 5 * a) * far + 8 * a) * far - 4 * a
    return first.astype(np.float32), second.astype(np.float32)


def cubic(size, new_size, align_corners, half_pixel):
    """Indices `[new_size, 4]` and weights `[new_size, 4]`."""
    place = positions(size, new_size, align_corners, half_pixel)
    base = np.floor(place)
    offset = np.rint((place - base) * _TABLE).astype(np.int64)
    first, second = _cubic_table(-0.5 if half_pixel else -0.75)
    weights = np.stack(
        [second[offset], first[offset], first[_TABLE - offset], second[_TABLE - offset]], 1
    )
    indices = base.astype(np.int64)[:, None] + np.arange(-1, 3)
    inside = np.clip(indices, 0, size - 1)
    if half_pixel:
        # Pixels outside do not count; the others share their weight.
        weights = np.where(indices == inside, weights, np.float32(0))
        total = weights.sum(1, keepdims=True)
        weights = np.where(
            np.abs(total) >= 1000 * np.finfo(np.float32).tiny, weights / total, weights
        )
    return inside, weights.astype(np.float32)


def area(size, new_size, align_corners):
    """Indices and weights of the input pixels that each output pixel covers."""
    step = scale(size, new_size, align_corners)
    rows = []
    for i in range(new_size):
        start = np.float32(i) * step
        end = np.float32(i + 1) * step
        taken = range(int(np.floor(start)), int(np.ceil(end)))
        weights = []
        for j in taken:
            if j < start:
                weights.append(step if j + 1 > end else j + 1 - start)
            else:
                weights.append(end - j if j + 1 > end else np.float32(1))
        rows.append((np.clip(list(taken), 0, size - 1), np.array(weights, np.float32) / step))
    width = max((len(indices) for indices, _ in rows), default=0)
    indices, weights = (
        np.zeros((new_size, width), np.int64),
        np.zeros((new_size, width), np.float32),
    )
    for i, (index, weight) in enumerate(rows):
        indices[i, : len(index)], weights[i, : len(index)] = index, weight
    return indices, weights


def dense(indices, weights, size):
    """The weights as a matrix `[new_size, size]`."""
    matrix = np.zeros((len(indices), size), np.float32)
    np.add.at(matrix, (np.arange(len(indices))[:, None], indices), weights)
    return matrix
