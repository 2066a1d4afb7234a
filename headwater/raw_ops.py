"""`tf.raw_ops`: every op by its own name, called with its inputs and attrs."""

from headwater._src.graph.optable import raw as _raw


def __getattr__(name):
    return getattr(_raw, name)


def __dir__():
    return dir(_raw)
