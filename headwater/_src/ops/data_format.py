"""Dimension numbers and per-dimension vectors, translated from one data layout to another."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.ops._shapes import ShapeError

_ATTRS = [
    "T: {int32, int64} = int32",
    "src_format: string = 'NHWC'",
    "dst_format: string = 'NCHW'",
]

DataFormatDimMap = define_op(
    "DataFormatDimMap", inputs="x: T", outputs="y: T", attrs=_ATTRS, shape=lambda x: x.dims
)
DataFormatVecPermute = define_op(
    "DataFormatVecPermute", inputs="x: T", outputs="y: T", attrs=_ATTRS
)


def _text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


@DataFormatDimMap.kernel
def _dim_map_kernel(xp, x, *, src_format, dst_format):
    source, target = _text(src_format), _text(dst_format)
    rank = len(source)
    xp.require(
        (x >= -rank) & (x < rank),
        lambda: errors.InvalidArgumentError(
            None, None, f"Source dimension must be in [-{rank}, {rank}), got {np.asarray(x)}"
        ),
    )
    table = np.array([target.index(c) for c in source], x.dtype)
    return xp.gather(table, xp.where(x < 0, x + rank, x))


@DataFormatVecPermute.shape
def _vec_permute_shape(x):
    if x.dims is not None and len(x.dims) not in (1, 2):
        raise ShapeError(f"Shape must be at most rank 2 but is rank {len(x.dims)}")
    return x.dims


@DataFormatVecPermute.kernel
def _vec_permute_kernel(xp, x, *, src_format, dst_format):
    source, target = _text(src_format), _text(dst_format)
    if x.shape[0] == len(source) - 2:
        # Only the spatial dimensions are given.
        keep = [c for c in source if c not in "NC"]
        source = "".join(keep)
        target = "".join(c for c in target if c in keep)
    if x.shape[0] != len(source):
        raise errors.InvalidArgumentError(
            None, None, f"1D input must be of size {len(source)}, but got shape [{x.shape[0]}]"
        )
    return xp.gather(x, np.array([source.index(c) for c in target], np.int32))


DataFormatDimMap.no_gradient()
DataFormatVecPermute.no_gradient()
