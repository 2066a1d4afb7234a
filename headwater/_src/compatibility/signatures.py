"""`tensorflow.python.util.tf_inspect`: the standard library's `inspect`, and two older functions."""

import collections
import inspect

ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")
FullArgSpec = inspect.FullArgSpec


def getargspec(obj):
    """The arguments of a function, without those that can only be given by name.

    Args:
      obj: a function, method or class.

    Returns:
      An `ArgSpec`.
    """
    full = inspect.getfullargspec(obj)
    return ArgSpec(full.args, full.varargs, full.varkw, full.defaults)


def __getattr__(name):
    return getattr(inspect, name)


def __dir__():
    return sorted({*globals(), *dir(inspect)})
