"""Parts of `tf.contrib` that are not here: each access says so, and what to use instead."""

_ADVICE = {
    "tfprof": "use tf.RunOptions(trace_level=...) and tf.RunMetadata",
}


class Unavailable:
    """A module of `tf.contrib` that is not here.

    Args:
      part: its name after `tf.contrib.`.
    """

    def __init__(self, part):
        self._part = part

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        top = self._part.split(".")[0]
        raise NotImplementedError(
            f"tf.contrib.{self._part}.{name} is not implemented in headwater: {_ADVICE[top]}."
        )

    def __repr__(self):
        return f"<tf.contrib.{self._part}: not implemented in headwater>"


def __getattr__(name):
    if name not in _ADVICE:
        raise AttributeError(name)
    return Unavailable(name)
