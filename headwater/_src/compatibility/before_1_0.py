"""Functions by the names and argument orders that TensorFlow had before 1.0, or gave up later."""

import functools
import importlib
import inspect

from headwater._src.core import logging
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops import indexing, matmul, set_difference


def _warn(old, new):
    logging.warn_once(("deprecated", old), f"tf.{old} is deprecated; use tf.{new} instead")


def pack(values, axis=0, name="pack"):
    """`tf.stack` under its first name.

    Args:
      values: list of tensors of one shape and dtype.
      axis: where the new dimension goes.
      name: name of the node.

    Returns:
      A `Tensor` of one more dimension.
    """
    _warn("pack", "stack")
    return PUBLIC["stack"](values, axis=axis, name=name)


def unpack(value, num=None, axis=0, name="unpack"):
    """`tf.unstack` under its first name.

    Args:
      value: a `Tensor`.
      num: the length of the dimension, where it is not known.
      axis: the dimension that goes.
      name: name of the node.

    Returns:
      A list of tensors.
    """
    _warn("unpack", "unstack")
    return PUBLIC["unstack"](value, num=num, axis=axis, name=name)


def concat_v2(values, axis, name="concat_v2"):
    """`tf.concat`, when it was about to get its order of arguments.

    Args:
      values: list of tensors, alike but for the sizes along `axis`.
      axis: the dimension along which they are joined.
      name: name of the node.

    Returns:
      A `Tensor`.
    """
    _warn("concat_v2", "concat")
    return PUBLIC["concat"](values, axis, name=name)


def batch_matmul(x, y, adj_x=False, adj_y=False, name=None):
    """`tf.matmul`, when it took matrices only.

    Args:
      x: numeric, `[..., n, k]`.
      y: the same dtype, `[..., k, m]`.
      adj_x: whether `x` is transposed and conjugated first.
      adj_y: whether `y` is.
      name: name of the node.

    Returns:
      A `Tensor` `[..., n, m]`.
    """
    _warn("batch_matmul", "matmul")
    return matmul.matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y, name=name)


def select(condition, t, e, name=None):
    """`tf.where` with three arguments.

    Args:
      condition: bool, of the shape of `t`, or a vector that chooses among its rows.
      t: values where the condition holds.
      e: values where it does not, of the same shape and dtype.
      name: name of the node.

    Returns:
      A `Tensor` like `t`.
    """
    _warn("select", "where")
    return PUBLIC["where"](condition, t, e, name=name)


def batch_gather(params, indices, name=None):
    """`tf.gather` with as many shared dimensions as the indices allow; from 1.14 on deprecated.

    Args:
      params: a `Tensor`.
      indices: integers; all dimensions but the last are shared with `params`.
      name: name of the scope.

    Returns:
      A `Tensor` of shape `indices.shape + params.shape[indices.ndims:]`.

    Raises:
      ValueError: the rank of the indices is not known.
    """
    _warn("batch_gather", "gather with batch_dims")
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        params = convert_to_tensor(params, name="params")
        return indexing.gather(params, indices, batch_dims=rank - 1, axis=rank - 1)


def list_diff(x, y, name=None):
    """`tf.setdiff1d` under its first name.

    Args:
      x: a vector.
      y: a vector of the same dtype.
      name: name of the node.

    Returns:
      What is in `x` and not in `y`, and where in `x` it is.
    """
    _warn("list_diff", "setdiff1d")
    return set_difference.setdiff1d(x, y, name=name)


# Functions of `nn` and `image` that only got another name.
_RENAMED = {
    "bidirectional_rnn": "nn.static_bidirectional_rnn",
    "deconv2d": "nn.conv2d_transpose",
    "per_image_whitening": "image.per_image_standardization",
    "rnn": "nn.static_rnn",
}


def renamed(old, new, function):
    """A function that only changed its name.

    Args:
      old: its name before 1.0.
      new: its name now.
      function: the function.

    Returns:
      The function, warning at its first call.
    """

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        _warn(old, new)
        return function(*args, **kwargs)

    wrapper.__name__ = wrapper.__qualname__ = old
    wrapper.__module__ = __name__
    setattr(wrapper, "__signature__", inspect.signature(function))  # noqa: B010  not in its type
    return wrapper


def __getattr__(name):
    """`batch_cholesky` and its like, from before linear algebra took batches by itself, and
    functions of `nn` and `image` that were renamed."""
    import headwater as tf

    if name in _RENAMED:
        space, _, new = _RENAMED[name].rpartition(".")
        function = getattr(getattr(tf, space) if space else tf, new)
        value = renamed(name, _RENAMED[name], function)
    elif name.startswith("batch_"):
        new = name.removeprefix("batch_")
        value = renamed(name, new, getattr(tf, new))
    elif name == "seq2seq":
        value = importlib.import_module("headwater.contrib.legacy_seq2seq")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value
