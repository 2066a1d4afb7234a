"""Tidying the arguments of public functions: 1.x's old parameter names, axes, lists."""

from headwater._src.core import logging


def renamed(new_name, new, old_name, old, default=None):
    """The value of a parameter that has an old name too.

    Args:
      new_name: today's parameter name.
      new: what was given for it, or None.
      old_name: the deprecated name.
      old: what was given for that, or None.
      default: the value when neither was given.

    Raises:
      ValueError: both were given.
    """
    if old is None:
        return default if new is None else new
    if new is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    logging.warn_once(
        ("renamed", old_name, new_name),
        f"the argument '{old_name}' is deprecated; use '{new_name}' instead",
    )
    return old


def either(name, value, other_name, other):
    """The value of a parameter that has two names, both of them in use.

    Raises:
      ValueError: both were given.
    """
    if other is None:
        return value
    if value is not None:
        raise ValueError(f"Cannot specify both '{other_name}' and '{name}'")
    return other


def deprecated(old, new):
    """Warns, once a process, that the public name `old` is deprecated in favour of `new`."""
    logging.warn_once(("deprecated", old), f"{old} is deprecated; use {new} instead")
