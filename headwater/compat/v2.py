"""`tf.compat.v2`: the names that mean the same in TensorFlow 1.x and 2."""

from headwater._src.compatibility import version_2 as _version_2


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _version_2.look_up("", name)
