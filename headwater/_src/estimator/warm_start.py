"""`WarmStartSettings`: what an estimator's variables start from."""

import collections

from headwater._src.train.warm_starting import VocabInfo

_FIELDS = [
    "ckpt_to_initialize_from",
    "vars_to_warm_start",
    "var_name_to_vocab_info",
    "var_name_to_prev_var_name",
]


class WarmStartSettings(collections.namedtuple("WarmStartSettings", _FIELDS)):
    """What an estimator's variables start from; `tf.train.warm_start` says what each part means.

    Args:
      ckpt_to_initialize_from: a checkpoint, or the folder of one.
      vars_to_warm_start: which variables.
      var_name_to_vocab_info: dict from names to `tf.train.VocabInfo`s.
      var_name_to_prev_var_name: dict from names to those in the checkpoint.

    Raises:
      ValueError: no checkpoint is given.
    """

    __slots__ = ()

    def __new__(
        cls,
        ckpt_to_initialize_from,
        vars_to_warm_start=".*",
        var_name_to_vocab_info=None,
        var_name_to_prev_var_name=None,
    ):
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(
            cls,
            ckpt_to_initialize_from,
            vars_to_warm_start,
            dict(var_name_to_vocab_info or {}),
            dict(var_name_to_prev_var_name or {}),
        )


def as_settings(given):
    """`WarmStartSettings` of what an estimator was given: None, a checkpoint, or settings.

    Args:
      given: the argument.

    Raises:
      ValueError: it is something else.
    """
    if given is None or isinstance(given, WarmStartSettings):
        return given
    if isinstance(given, (str, bytes)) or hasattr(given, "__fspath__"):
        return WarmStartSettings(given)
    raise ValueError(
        f"warm_start_from must be a string or a WarmStartSettings, instead got {type(given)}"
    )


__all__ = ["VocabInfo", "WarmStartSettings", "as_settings"]
