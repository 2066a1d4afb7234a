"""Docstrings of the layers' function forms and of their variants by dimension, put together from
what the layers' own docstrings say about each argument.
"""

import inspect
import re

_REUSE = "whether the variables under `name` exist and are used again."


def entries(cls):
    """What the docstrings of a class and of its bases say about each argument.

    Args:
      cls: a class.

    Returns:
      Dict from the name in the signature (no stars) to the text; nearer classes come first.
    """
    found = {}
    for base in cls.__mro__:
        section = re.search(
            r"^Args:\n(.*?)(?=^\S|\Z)", inspect.cleandoc(base.__doc__ or ""), re.M | re.S
        )
        for name, text in re.findall(
            r"^  \*{0,2}(\w+): (.*(?:\n    .*)*)", section[1] if section else "", re.M
        ):
            found.setdefault(name, text)
    return found


def compose(summary, function, cls, returns=None, **own):
    """A docstring for `function`, whose arguments are those of a layer.

    Args:
      summary: the first line(s).
      function: a function; its parameters are the ones described, but for `self`.
      cls: the layer's class, whose docstring and bases explain the arguments.
      returns: what it returns, or None to say nothing about it.
      **own: texts for arguments that the layer lacks, or for which its text does not fit.

    Returns:
      The docstring, or None under `python -OO`, which strips the layers' docstrings.

    Raises:
      KeyError: nothing explains one of the arguments.
    """
    if cls.__doc__ is None:
        return None
    texts = {"reuse": _REUSE, **entries(cls), **own}
    lines = [summary, "", "Args:"]
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name != "self":
            stars = "**" if parameter.kind is inspect.Parameter.VAR_KEYWORD else ""
            lines.append(f"  {stars}{parameter.name}: {texts[parameter.name]}")
    if returns is not None:
        lines += ["", "Returns:", "  " + returns.replace("\n    ", "\n  ")]
    return "\n".join(lines) + "\n"


def applies(cls, returns, **own):
    """Decorator of the function form of a layer: adds the arguments to its one-line docstring.

    Args:
      cls: the layer's class.
      returns: what the function returns.
      **own: texts for arguments that the layer lacks, or for which its text does not fit.

    Returns:
      The decorator.
    """

    def decorate(function):
        function.__doc__ = compose(function.__doc__, function, cls, returns, **own)
        return function

    return decorate
