"""`tf.compat.v1`: the 1.x interface, which is all of headwater; so this is headwater by another
name."""

import headwater as _headwater


def disable_v2_behavior():
    """Does nothing: there is no other behaviour than that of 1.x."""


def disable_eager_execution():
    """Does nothing: programs build graphs."""


def __getattr__(name):
    return getattr(_headwater, name)


def __dir__():
    return sorted({*dir(_headwater), "disable_v2_behavior", "disable_eager_execution"})
