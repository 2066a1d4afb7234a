"""Which line of the user's program made a node: recorded cheaply when it is made, formatted only
for an error.
"""

import linecache
import os
import sys
from itertools import takewhile

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
# code object -> whether it is ours; looking a code object up is cheaper than its file name
_INTERNAL = {}
_DEPTH = 12


def _is_internal(code):
    found = _INTERNAL[code] = code.co_filename.startswith(_PACKAGE) or code.co_filename.startswith(
        "<frozen"
    )
    return found


def here(skip=4):
    """The program's innermost frames as `[code, instruction, ...]`, innermost first.

    Args:
      skip: how many callers are ours for certain (as many as there are when a node is made).
    """
    frame = sys._getframe(skip)
    site = []
    get = _INTERNAL.get
    while frame is not None:
        code = frame.f_code
        internal = get(code)
        if internal is None:
            internal = _is_internal(code)
        if not internal:
            site.append(code)
            site.append(frame.f_lasti)
            if len(site) >= 2 * _DEPTH:
                break
        frame = frame.f_back
    return site


def _line(code, lasti):
    for start, end, line in code.co_lines():
        if start <= lasti < end and line is not None:
            return line
    return code.co_firstlineno


def frames(site):
    """`(file, line, function, source text)` of each recorded frame, outermost first."""
    pairs = [(site[i], site[i + 1]) for i in range(0, len(site), 2)]
    result = []
    for code, lasti in reversed(pairs):
        line = _line(code, lasti)
        result.append(
            (
                code.co_filename,
                line,
                code.co_name,
                linecache.getline(code.co_filename, line).strip(),
            )
        )
    return result


def where(site):
    """`file:line` of the innermost frame that belongs to the program, or None."""
    if not site:
        return None
    return f"{site[0].co_filename}:{_line(site[0], site[1])}"


def describe(site):
    """The recorded frames as text for an error message, innermost last."""
    lines = []
    for file, line, function, text in takewhile(lambda f: True, frames(site)):
        lines.append(f'  File "{file}", line {line}, in {function}')
        if text:
            lines.append(f"    {text}")
    return "\n".join(lines)


class TraceableObject:
    """Something the program said, and where.

    Attributes:
      obj: what it said.
      filename: the program's file, None when not known.
      lineno: the line in it, None when not known.
    """

    __slots__ = ("obj", "filename", "lineno")

    def __init__(self, obj, site=()):
        self.obj = obj
        self.filename, self.lineno = (
            (site[0].co_filename, _line(site[0], site[1])) if site else (None, None)
        )
