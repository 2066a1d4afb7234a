"""Whether the matrix products of a compiled program can be trusted to YNNPACK.

jaxlib 0.10.2 gives garbage for `x @ y` where `y` is one number everywhere and XLA makes it inside
the fusion that YNNPACK runs: `x @ ones`. Products of what the fusion is given are right.
"""

import re

_BLOCK = re.compile(r"^%?[\w.-]+ \([^\n]*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"%([\w.-]+) = \S+ ([\w-]+)\(([^)]*)\)")
_MOVES = ("bitcast", "copy", "reshape", "transpose", "convert")


def are_trusted(text):
    """Whether every factor of every product in a fusion comes from outside of it.

    Args:
      text: the optimized program, in XLA's own notation.

    Returns:
      A bool.
    """
    return all(_is_trusted(block) for block in _BLOCK.findall(text) if " dot(" in block)


def _is_trusted(block):
    made = {
        name: (op, re.findall(r"%([\w.-]+)", given)) for name, op, given in _LINE.findall(block)
    }

    def is_given(name):
        op, given = made.get(name, ("", []))
        return op == "parameter" or op in _MOVES and all(map(is_given, given))

    return all(is_given(f) for op, given in made.values() if op == "dot" for f in given)
