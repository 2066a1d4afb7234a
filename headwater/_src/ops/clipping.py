"""Clipping tensors by their norms."""

import collections.abc

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


def _values(t, name=None):
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


@public
def clip_by_norm(t, clip_norm, axes=None, name=None):
    """`t`, scaled down where its L2 norm exceeds `clip_norm`.

    Args:
      t: floating-point `Tensor` or `IndexedSlices`.
      clip_norm: the largest norm: a positive scalar `Tensor`.
      axes: the axes that a norm is taken over (default: all, which gives one norm).
      name: name of the last node.

    Returns:
      A `Tensor` (or `IndexedSlices`) of the shape of `t`.

    >>> sess.run(tf.clip_by_norm([3.0, 4.0], 1.0))
    array([0.6, 0.8], dtype=float32)
    """
    with scope(name, "clip_by_norm", [_tensor_of(t), clip_norm]) as node_name:
        values = _values(t, "t")
        squares = PUBLIC["reduce_sum"](values * values, axes, keepdims=True)
        # The root of zero has no finite gradient, so its place is taken by that of one.
        positive = squares > 0
        safe = raw.Select(positive, squares, PUBLIC["ones_like"](squares))
        norm = raw.Select(positive, raw.Sqrt(safe), squares)
        scaled = values * clip_norm
        shape = values.shape
        shape.merge_with(scaled.shape)
        clipped = raw.Identity(scaled / raw.Maximum(norm, clip_norm), name=node_name)
    return IndexedSlices(clipped, t.indices, t.dense_shape) if _sparse(t) else clipped


def _sparse(t):
    return isinstance(t, IndexedSlices)


def _tensor_of(t):
    return t.values if _sparse(t) else t


def clip_by_average_norm(t, clip_norm, name=None):
    """`t`, scaled down when its L2 norm per element exceeds `clip_norm`.

    Args:
      t: floating-point `Tensor`.
      clip_norm: the largest average norm: a positive scalar `Tensor`.
      name: name of the last node.

    Returns:
      A `Tensor` of the shape of `t`.
    """
    with scope(name, "clip_by_average_norm", [t, clip_norm]) as node_name:
        t = convert_to_tensor(t, name="t")
        count = raw.Cast(PUBLIC["size"](t), DstT=dtypes.float32)
        squares = raw.Mul(t, t, name="mul")
        axes = PUBLIC["range"](PUBLIC["rank"](t))
        inverse = raw.Rsqrt(PUBLIC["reduce_sum"](squares, axes))
        scaled = raw.Mul(t, clip_norm, name="mul")
        factor = raw.Minimum(inverse * count, constant(1.0) / clip_norm)
        return raw.Identity(scaled * factor, name=node_name)


def _check_list(t_list):
    if not isinstance(t_list, collections.abc.Sequence) or isinstance(t_list, str):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")


@public
def global_norm(t_list, name=None):
    """The L2 norm of several tensors taken together.

    Args:
      t_list: list of `Tensor`, `IndexedSlices` or None, which does not count.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the tensors' type.

    Raises:
      TypeError: `t_list` is not a list or tuple.
    """
    _check_list(t_list)
    t_list = list(t_list)
    with scope(name, "global_norm", [_tensor_of(t) for t in t_list if t is not None]):
        values = [None if t is None else _values(t, f"t_{i}") for i, t in enumerate(t_list)]
        halves = []
        for v in values:
            if v is not None:
                with get_default_graph().colocate_with(v.op):
                    halves.append(raw.L2Loss(v))
        half = PUBLIC["reduce_sum"](PUBLIC["stack"](halves))
        two = constant(2.0, dtype=half.dtype)
        return raw.Sqrt(half * two, name="global_norm")


@public
def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """Several tensors, scaled down together when their common L2 norm exceeds `clip_norm`.

    Args:
      t_list: list of `Tensor`, `IndexedSlices` or None, which stays.
      clip_norm: the largest norm: a positive scalar `Tensor`.
      use_norm: the norm, when it is known already (see `global_norm`).
      name: name of the scope.

    Returns:
      `(clipped, norm)`: a list like `t_list`, and the norm before clipping. Where the norm is
      infinite or NaN the tensors become NaN.

    Raises:
      TypeError: `t_list` is not a list or tuple.
    """
    _check_list(t_list)
    t_list = list(t_list)
    if use_norm is None:
        use_norm = global_norm(t_list, name)
    tensors = [_tensor_of(t) for t in t_list if t is not None]
    with scope(name, "clip_by_global_norm", [*tensors, clip_norm]) as full:
        factor = clip_norm * raw.Minimum(
            1.0 / use_norm, constant(1.0, dtype=use_norm.dtype) / clip_norm
        )
        # Adds nothing to a finite norm, and NaN otherwise: a broken gradient must be seen.
        factor = factor + (use_norm - use_norm)
        clipped = []
        for i, t in enumerate(t_list):
            if t is None:
                clipped.append(None)
                continue
            values = _values(t, f"t_{i}")
            with get_default_graph().colocate_with(values.op):
                result = raw.Identity(values * factor, name=f"{full}_{i}")
            clipped.append(
                IndexedSlices(result, t.indices, t.dense_shape) if _sparse(t) else result
            )
    return clipped, use_norm
