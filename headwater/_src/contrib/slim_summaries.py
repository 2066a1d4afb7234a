"""`tf.contrib.slim.summaries`: summaries of values, in short."""

import headwater as tf


def _name(tensor, name, prefix):
    name = name or tensor.op.name
    return f"{prefix}/{name}" if prefix else name


def add_histogram_summary(tensor, name=None, prefix=None):
    """A histogram of a tensor's values.

    Args:
      tensor: a `Tensor`.
      name: the summary's name (default: that of the tensor's operation).
      prefix: what its name begins with.

    Returns:
      The summary.
    """
    return tf.summary.histogram(_name(tensor, name, prefix), tensor)


def add_scalar_summary(tensor, name=None, prefix=None, print_summary=False):
    """The value of a scalar.

    Args:
      tensor: a scalar `Tensor`.
      name: the summary's name (default: that of the tensor's operation).
      prefix: what its name begins with.
      print_summary: whether the value is printed as well.

    Returns:
      The summary.
    """
    name = _name(tensor, name, prefix)
    if print_summary:
        tensor = tf.Print(tensor, [tensor], name)
    return tf.summary.scalar(name, tensor)


def add_zero_fraction_summary(tensor, name=None, prefix=None, print_summary=False):
    """The share of a tensor's values that are 0.

    Args:
      tensor: a `Tensor`.
      name: the summary's name (default: that of the tensor's operation).
      prefix: what its name begins with.
      print_summary: whether the value is printed as well.

    Returns:
      The summary.
    """
    name = _name(tensor, name, prefix)
    return add_scalar_summary(tf.nn.zero_fraction(tensor), name, None, print_summary)


def add_histogram_summaries(tensors, prefix=None):
    """A histogram of each tensor.

    Args:
      tensors: iterable of `Tensor`s.
      prefix: what the names begin with.

    Returns:
      A list of summaries.
    """
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(tensors, prefix=None, print_summary=False):
    """The value of each scalar.

    Args:
      tensors: iterable of scalar `Tensor`s.
      prefix: what the names begin with.
      print_summary: whether the values are printed as well.

    Returns:
      A list of summaries.
    """
    return [add_scalar_summary(t, prefix=prefix, print_summary=print_summary) for t in tensors]


def add_zero_fraction_summaries(tensors, prefix=None):
    """The share of zeros in each tensor.

    Args:
      tensors: iterable of `Tensor`s.
      prefix: what the names begin with.

    Returns:
      A list of summaries.
    """
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]
