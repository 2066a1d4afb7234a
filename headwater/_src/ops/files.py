"""Ops that read and write whole files."""

import os

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.io import local
from headwater._src.ops._shapes import ShapeError
from headwater._src.ops._strings import invalid, objects, shape_text

ReadFile = define_op("ReadFile", inputs="filename: string", outputs="contents: string")
WriteFile = define_op("WriteFile", inputs="filename: string, contents: string", stateful=True)
MatchingFiles = define_op("MatchingFiles", inputs="pattern: string", outputs="filenames: string")


def _require_scalars(*inputs):
    for x in inputs:
        if x.dims:
            raise ShapeError(f"Shape must be rank 0 but is rank {len(x.dims)}")


@ReadFile.shape
def read_file_shape(filename):
    _require_scalars(filename)
    return ()


@WriteFile.shape
def write_file_shape(filename, contents):
    _require_scalars(filename, contents)
    return []


@MatchingFiles.shape
def matching_files_shape(pattern):
    if pattern.dims is not None and len(pattern.dims) > 1:
        raise ShapeError(f"Shape must be at most rank 1 but is rank {len(pattern.dims)}")
    return (None,)


def _scalar(value, what):
    if np.ndim(value) != 0:
        raise invalid(f"Input {what} tensor must be scalar, but had shape: {shape_text(value)}")
    value = np.asarray(value, np.object_).item()
    return value.encode() if isinstance(value, str) else value


@ReadFile.host
def read_file_host(ctx, filename):
    return np.array(local.read_bytes(_scalar(filename, "filename")), np.object_)


@WriteFile.host
def write_file_host(ctx, filename, contents):
    path = local.path_of(_scalar(filename, "filename"))
    local.makedirs(os.path.dirname(path))
    with local.GFile(path, "wb") as file:
        file.write(_scalar(contents, "contents"))


@MatchingFiles.host
def matching_files_host(ctx, pattern):
    patterns = np.asarray(pattern, np.object_).reshape(-1).tolist()
    found = sorted({os.fsencode(path) for one in patterns for path in local.glob(one)})
    return objects(found)


for _op in (ReadFile, WriteFile, MatchingFiles):
    _op.no_gradient()


@public
def read_file(filename, name=None):
    """The contents of a file.

    Args:
      filename: scalar string `Tensor`.
      name: name of the node.

    Returns:
      A scalar string `Tensor`.

    Raises:
      NotFoundError: there is no such file, when run.
    """
    return raw.ReadFile(filename, name=name)


@public
def write_file(filename, contents, name=None):
    """Writes a file; folders above it are made.

    Args:
      filename: scalar string `Tensor`.
      contents: scalar string `Tensor`.
      name: name of the node.

    Returns:
      The `Operation`.
    """
    return raw.WriteFile(filename, contents, name=name)


@public
def matching_files(pattern, name=None):
    """The files that match a pattern.

    Args:
      pattern: string `Tensor`, a scalar or a vector of patterns with `*`, `?` and `[...]`.
      name: name of the node.

    Returns:
      A string `Tensor` of shape `[n]`, sorted.
    """
    return raw.MatchingFiles(pattern, name=name)
