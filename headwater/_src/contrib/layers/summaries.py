"""Summaries of activations, weights and whole collections."""

import functools
import re

import headwater as tf
from headwater._src.core.explain import explained

_TEXTS = {
    "name_filter": "regular expression that the names match; None: all.",
    "summarizer": "function of a tensor that gives a summary.",
}


def _tags():
    """The tags of the graph's summaries, as far as they are known."""
    inputs = [s.op.inputs[0] for s in tf.get_collection(tf.GraphKeys.SUMMARIES) if s.op.inputs]
    values = [tf.get_static_value(tag) for tag in inputs]
    return {value.item() for value in values if getattr(value, "size", 0) == 1}


def assert_summary_tag_unique(tag):
    """Checks that no summary of the graph has this tag.

    Args:
      tag: a string.

    Raises:
      ValueError: one has.
    """
    if tag.encode() in _tags():
        raise ValueError(f"Conflict with summary tag: {tag}")


def summarize_activation(op):
    """Summaries of an activation: a histogram, and how many values are 0 (or 6).

    Args:
      op: the `Tensor` of activations.

    Returns:
      The summary of the histogram.
    """
    kind, name = op.op.type, op.op.name
    if kind in ("Relu", "Softplus", "Relu6"):
        tf.summary.scalar(f"{name}/zeros", tf.nn.zero_fraction(op))
    if kind == "Relu6":
        sixes = tf.reduce_mean(tf.cast(tf.equal(op, 6), tf.float32))
        tf.summary.scalar(f"{name}/sixes", sixes)
    return tf.summary.histogram(f"{name}/activation", op)


def summarize_tensor(tensor, tag=None):
    """A scalar summary of a scalar, or a histogram.

    Args:
      tensor: a `Tensor`.
      tag: the summary's name (default: that of the tensor's operation).

    Returns:
      The summary; None where there is one already.
    """
    tag = tag or f"{tensor.op.name}_summary"
    if tensor.shape.ndims == 0:
        return tf.summary.scalar(tag, tensor)
    return tf.summary.histogram(tag, tensor)


def summarize_tensors(tensors, summarizer=summarize_tensor):
    """A summary of each tensor.

    Args:
      tensors: iterable of `Tensor`s.
      summarizer: function of a tensor that gives a summary.

    Returns:
      A list of summaries.
    """
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(collection, name_filter=None, summarizer=summarize_tensor):
    """A summary of each tensor of a collection.

    Args:
      collection: name of the collection.
      name_filter: regular expression that the names match; None: all.
      summarizer: function of a tensor that gives a summary.

    Returns:
      A list of summaries.
    """
    tensors = tf.get_collection(collection)
    if name_filter is not None:
        tensors = [t for t in tensors if re.match(name_filter, t.op.name)]
    return summarize_tensors(tensors, summarizer)


summarize_variables = functools.partial(summarize_collection, tf.GraphKeys.GLOBAL_VARIABLES)
summarize_weights = functools.partial(summarize_collection, tf.GraphKeys.WEIGHTS)
summarize_biases = functools.partial(summarize_collection, tf.GraphKeys.BIASES)


@explained(_TEXTS, "A list of summaries.")
def summarize_activations(name_filter=None, summarizer=summarize_activation):
    """A summary of each tensor in the collection `ACTIVATIONS`."""
    return summarize_collection(tf.GraphKeys.ACTIVATIONS, name_filter, summarizer)
