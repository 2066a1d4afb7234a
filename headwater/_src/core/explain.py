"""Docstrings of functions that share their arguments: the texts are written once, in a table."""

import inspect


def explained(texts, returns=None, **own):
    """Decorator: adds `Args:` and `Returns:` to a docstring, in the order of the signature.

    Args:
      texts: dict from the names of arguments to what they are.
      returns: what the function returns; None says nothing about it.
      **own: further texts, and ones that take the place of those in `texts`.

    Returns:
      The decorator. It raises `KeyError` when nothing explains one of the arguments.
    """
    table = {**texts, **own}

    def decorate(function):
        if function.__doc__ is None:  # python -OO
            return function
        lines = [inspect.cleandoc(function.__doc__), "", "Args:"]
        for parameter in _parameters(function):
            stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}
            shown = stars.get(parameter.kind, "") + parameter.name
            lines.append(f"  {shown}: {table[parameter.name]}")
        if returns is not None:
            lines += ["", "Returns:", f"  {returns}"]
        _documented(function).__doc__ = "\n".join(lines) + "\n"
        return function

    return decorate


def _documented(value):
    return value.__init__ if inspect.isclass(value) else value


def _parameters(function):
    parameters = inspect.signature(function).parameters.values()
    return [p for p in parameters if p.name not in ("self", "cls")]
