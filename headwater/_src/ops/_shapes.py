"""Shape functions that many ops share, and the dims algebra under one name for op files."""

from headwater._src.graph.dims import (
    ShapeError,
    axis_index,
    broadcast,
    compatible,
    is_full,
    merge,
    merge_dim,
    relax,
    size,
    text,
    window,
    with_rank,
)
from headwater._src.graph.inference import Out, Spec, known_dims

__all__ = [
    "Out",
    "ShapeError",
    "Spec",
    "axis_index",
    "broadcast",
    "broadcast_all",
    "compatible",
    "is_full",
    "known_dims",
    "merge",
    "merge_dim",
    "relax",
    "same",
    "scalar",
    "size",
    "text",
    "unknown",
    "window",
    "with_rank",
]


def same(*inputs):
    """The output has the shape of the first input."""
    return inputs[0].dims


def scalar(*inputs):
    """Every output is a scalar."""
    return ()


def unknown(*inputs):
    """Nothing is known of the output."""
    return None


def broadcast_all(*inputs):
    """NumPy broadcasting over all inputs."""
    dims = inputs[0].dims
    for x in inputs[1:]:
        dims = broadcast(dims, x.dims)
    return dims
