"""What Python 2 meant: division, methods and built-in functions, for translated programs."""

import builtins
import functools
import importlib
import operator
import sys
from collections.abc import Mapping

import numpy as np


def _whole(value):
    """Whether `/` of such values rounds down: integers and arrays of them."""
    if isinstance(value, int | np.integer | np.bool_):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind in "iub"


def divide(a, b):
    """`a / b` as in Python 2.

    Args:
      a: any value.
      b: any value.

    Returns:
      For integers the quotient rounded down; for tensors what their `__div__` gives; else `a / b`.
    """
    if _whole(a) and _whole(b):
        return a // b
    for value, other, method in ((a, b, "__div__"), (b, a, "__rdiv__")):
        function = getattr(type(value), method, None)
        if function is not None:
            result = function(value, other)
            if result is not NotImplemented:
                return result
    return a / b


def divide_in_place(a, b):
    """What `a /= b` leaves in `a`."""
    if _whole(a) and _whole(b):
        return operator.ifloordiv(a, b)
    if isinstance(a, np.ndarray):
        return operator.itruediv(a, b)
    return divide(a, b)


# --- methods ------------------------------------------------------------------------------------

METHODS = frozenset(
    "decode has_key items iteritems iterkeys itervalues keys next read sort values viewitems "
    "viewkeys viewvalues".split()
)


def method(owner, name):
    """A method by its name in Python 2.

    Args:
      owner: the object.
      name: one of `METHODS`.

    Returns:
      The bound method, or a function that does the same.

    Raises:
      AttributeError: the object has no such method, by that name or today's.
    """
    if name in ("keys", "values", "items") and isinstance(owner, Mapping):
        return lambda: list(getattr(owner, name)())
    if name == "sort" and isinstance(owner, list):
        return functools.partial(_sort, owner)
    if name == "read" and type(owner).__module__.partition(".")[0] == "zipfile":
        return lambda *args, **options: _text(owner.read(*args, **options))
    if hasattr(owner, name):
        return getattr(owner, name)
    if name == "decode" and isinstance(owner, str):
        return lambda *encoding, **options: owner
    if name == "has_key" and hasattr(owner, "__contains__"):
        return owner.__contains__
    if name == "next" and hasattr(owner, "__next__"):
        return owner.__next__
    if name.startswith("iter") and hasattr(owner, name[4:]):
        return lambda: iter(getattr(owner, name[4:])())
    if name.startswith("view") and hasattr(owner, name[4:]):
        return getattr(owner, name[4:])
    return getattr(owner, name)


def _text(data):
    """What was read from an archive, as text if it can only be that."""
    return data.decode() if data.isascii() and b"\0" not in data else data


def _key(cmp, key):
    if cmp is None:
        return key
    by = functools.cmp_to_key(cmp)
    return by if key is None else lambda item: by(key(item))


def _sort(values, cmp=None, key=None, reverse=False):
    values.sort(key=_key(cmp, key), reverse=reverse)


# --- built-in functions -------------------------------------------------------------------------


def _sorted(iterable, cmp=None, key=None, reverse=False):
    return sorted(iterable, key=_key(cmp, key), reverse=reverse)


def _map(function, *iterables):
    if function is not None:
        return list(map(function, *iterables))
    return list(iterables[0]) if len(iterables) == 1 else list(zip(*iterables))


def _filter(function, iterable):
    kept = filter(function, iterable)
    if isinstance(iterable, str):
        return "".join(kept)
    return tuple(kept) if isinstance(iterable, tuple) else list(kept)


def _round(number, ndigits=0):
    """Halves go away from zero, and the result is a float."""
    if hasattr(type(number), "__round__") and not isinstance(number, int | float):
        return round(number, ndigits)
    scale = 10.0**ndigits
    scaled = abs(float(number)) * scale
    if scaled != scaled or scaled >= 2**52:
        return float(number)
    size = int(scaled + 0.5) / scale
    return -size if number < 0 else size


def _input(prompt=""):
    caller = sys._getframe(1)
    return eval(input(prompt), caller.f_globals, caller.f_locals)


def _open(name, mode="r", buffering=-1, **options):
    return open(name, mode.replace("U", ""), buffering, **options)


def _reload(module):
    return module if module is sys else importlib.reload(module)


def builtin_names(compiler):
    """Python 2's built-in names that are gone or mean something else.

    Args:
      compiler: the `Compiler` that `execfile` uses.

    Returns:
      A dict.
    """

    def execfile(filename, globals=None, locals=None):
        caller = sys._getframe(1)
        names = caller.f_globals if globals is None else globals
        names.setdefault("__builtins__", compiler.globals()["__builtins__"])
        exec(compiler.compile_file(filename), names, names if locals is None else locals)

    return dict(
        __py2_divide__=divide,
        __py2_divide_in_place__=divide_in_place,
        __py2_method__=method,
        apply=lambda function, args=(), kwargs=None: function(*args, **(kwargs or {})),
        basestring=str,
        buffer=memoryview,
        cmp=lambda a, b: (a > b) - (a < b),
        execfile=execfile,
        file=_open,
        filter=_filter,
        input=_input,
        intern=sys.intern,
        long=int,
        map=_map,
        open=_open,
        range=lambda *limits: list(range(*map(operator.index, limits))),
        raw_input=builtins.input,
        reduce=functools.reduce,
        reload=_reload,
        round=_round,
        sorted=_sorted,
        StandardError=Exception,
        unichr=chr,
        unicode=_Text,
        xrange=range,
        zip=lambda *iterables: list(zip(*iterables)),
    )


class _TextType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, str)


class _Text(str, metaclass=_TextType):
    """`unicode`: today's `str`, made from bytes too when an encoding is given."""

    def __new__(cls, value="", *encoding):
        if isinstance(value, bytes):
            return value.decode(*encoding) if encoding else value.decode("ascii")
        return str(value)
