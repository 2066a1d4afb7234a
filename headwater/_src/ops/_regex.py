"""RE2 patterns on Python's `re`.

Both are Perl-like; translated are the differences that give another result or that RE2 refuses:
`$` only matches at the very end, `.` and negated classes do not match bytes that are not UTF-8,
`\\pL` classes, POSIX classes, `\\Q...\\E`, `\\z`, `\\C`; look-around, back-references, atomic
groups, conditionals and possessive quantifiers are errors. Not supported: the flag `U`, and
scripts such as `\\p{Greek}`.
"""

import functools
import re
import sys
import unicodedata

from headwater._src.core import errors

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PERL = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": "0-9A-Za-z_"}
_STRAY = "\\udc80-\\udcff"  # what bytes that are not UTF-8 become
_SIMPLE = "aftnrv" + "AbB"
_MOST_REPEATS = 1000


class _Bad(Exception):
    pass


@functools.lru_cache(maxsize=256)
def compiled(pattern):
    """A Python pattern, for `str` decoded by `text`, that matches what RE2 matches.

    Args:
      pattern: bytes.

    Raises:
      InvalidArgumentError: the pattern is not one of RE2's.
    """
    shown = pattern.decode("utf-8", "replace")
    try:
        return re.compile(_Translation(text(pattern)).result(), re.ASCII)
    except _Bad as error:
        raise _invalid(shown, str(error)) from None
    except re.error as error:
        reason = "missing ): " + shown if "missing )" in str(error) else str(error)
        raise _invalid(shown, reason) from None


def _invalid(shown, reason):
    return errors.InvalidArgumentError(None, None, f"Invalid pattern: {shown}, error: {reason}")


def text(data):
    """Bytes as a `str` of characters; bytes that are not UTF-8 become surrogates."""
    return data.decode("utf-8", "surrogateescape")


def data(characters):
    """The inverse of `text`."""
    return characters.encode("utf-8", "surrogateescape")


def replace(pattern, source, rewrite, everywhere):
    """`source` with matches of `pattern` replaced.

    Args:
      pattern: from `compiled`.
      source: bytes.
      rewrite: bytes, in which `\\1` to `\\9` stand for groups and `\\0` for the match.
      everywhere: whether to replace all matches, or only the first.

    Returns:
      Bytes; `source` itself when the rewrite is not possible.
    """
    parts = _rewrite_parts(text(rewrite))
    if any(isinstance(p, int) and p > pattern.groups for p in parts):
        return source
    subject = text(source)
    result, at, last_end = [], 0, -1
    while at <= len(subject):
        match = pattern.search(subject, at)
        if match is None:
            break
        start, end = match.span()
        if start == end == last_end:  # no empty match right after a match
            if at >= len(subject):
                break
            result.append(subject[at])
            at += 1
            last_end = -1
            continue
        result.append(subject[at:start])
        result.extend((match.group(p) or "") if isinstance(p, int) else p for p in parts)
        at = last_end = end
        if not everywhere:
            break
    result.append(subject[at:])
    return data("".join(result))


def _rewrite_parts(rewrite):
    parts, at = [], 0
    while at < len(rewrite):
        c = rewrite[at]
        if c != "\\":
            parts.append(c)
            at += 1
            continue
        following = rewrite[at + 1 : at + 2]
        if following == "\\":
            parts.append("\\")
        elif following.isascii() and following.isdigit():
            parts.append(int(following))
        else:
            break  # what follows an escape that does not exist is dropped
        at += 2
    return parts


class _Translation:
    """One pass over a pattern."""

    def __init__(self, pattern):
        self.pattern, self.at = pattern, 0
        self.dot_all, self.multiline = [False], [False]

    def result(self):
        out = []
        while self.at < len(self.pattern):
            out.append(self.item())
        return "".join(out)

    def item(self):
        c = self.pattern[self.at]
        if c == "\\":
            return self.escape(False)
        if c == "[":
            return self.char_class()
        if c == "(":
            return self.group()
        self.at += 1
        if c == ")":
            if len(self.dot_all) > 1:
                self.dot_all.pop()
                self.multiline.pop()
            return c
        if c == ".":
            return f"[^{_STRAY}]" if self.dot_all[-1] else f"[^\\n{_STRAY}]"
        if c == "$":
            return "$" if self.multiline[-1] else r"(?!.|\n)"
        if c in "*+?{":
            return self.repeat(c)
        return c if c in "^|" else re.escape(c)

    def repeat(self, c):
        start = self.at - 1
        if c == "{":
            found = re.match(r"\{(\d+)(,(\d*))?\}", self.pattern[start:])
            if not found:
                return "\\{"
            if any(int(n) > _MOST_REPEATS for n in (found[1], found[3]) if n):
                raise _Bad(f"bad repetition operator: {found[0]}")
            c = found[0]
            self.at = start + len(c)
        if self.pattern[self.at : self.at + 1] == "?":
            self.at += 1
            c += "?"
        following = self.pattern[self.at : self.at + 1]
        if following and following in "*+?":
            raise _Bad(f"bad repetition operator: {c}{following}")
        return c

    def group(self):
        rest = self.pattern[self.at :]
        self.dot_all.append(self.dot_all[-1])
        self.multiline.append(self.multiline[-1])
        if not rest.startswith("(?"):
            self.at += 1
            return "("
        name = re.match(r"\(\?P?<(\w+)>", rest)
        if name:
            self.at += len(name[0])
            return f"(?P<{name[1]}>"
        flags = re.match(r"\(\?([ims]*)(?:-([ims]+))?([:)])", rest)
        if not flags:
            raise _Bad(f"invalid perl operator: {rest[:3]}")
        self.at += len(flags[0])
        on, off = flags[1], flags[2] or ""
        if flags[3] == ")":  # until the enclosing group ends
            self.dot_all.pop()
            self.multiline.pop()
        for known, letter in ((self.dot_all, "s"), (self.multiline, "m")):
            if letter in on or letter in off:
                known[-1] = letter in on
        on, off = on.replace("s", ""), off.replace("s", "")
        if flags[3] == ":":
            return f"(?{on}{'-' + off if off else ''}:"
        return self.rest_of_group(on, off)

    def rest_of_group(self, on, off):
        """Flags in the middle hold to the end of the group; Python only has them around a group."""
        if not on and not off:
            return ""
        depth, out = 0, []
        while self.at < len(self.pattern):
            c = self.pattern[self.at]
            if c == ")" and depth == 0:
                break
            before = len(self.dot_all)
            out.append(self.item())
            depth += (len(self.dot_all) > before) - (c == ")")
        return f"(?{on}{'-' + off if off else ''}:{''.join(out)})"

    def escape(self, inside):
        p = self.pattern
        if self.at + 1 >= len(p):
            raise _Bad("trailing \\")
        c = p[self.at + 1]
        self.at += 2
        if c in "dswDSW":
            body = _PERL[c.lower()]
            if c.islower():
                return body if inside else f"[{body}]"
            if inside:
                return _complement(body)
            return f"[^{body}{_STRAY}]"
        if c in "pP":
            return self.category(c == "P", inside)
        if c == "Q" and not inside:
            end = p.find("\\E", self.at)
            quoted = p[self.at : end if end >= 0 else len(p)]
            self.at = end + 2 if end >= 0 else len(p)
            return re.escape(quoted)
        if c == "z" and not inside:
            return r"(?!.|\n)"
        if c == "C" and not inside:
            return "(?s:.)"
        if c == "x":
            return self.hexadecimal()
        if c == "0":
            digits = re.match(r"[0-7]{0,2}", p[self.at :])[0]
            self.at += len(digits)
            return re.escape(chr(int("0" + digits, 8)))
        if c in _SIMPLE and not (inside and c in "AbB"):
            return "\\" + c
        if c.isascii() and not c.isalnum() and c != "_" or not c.isascii():
            return re.escape(c)
        raise _Bad(f"invalid escape sequence: \\{c}")

    def hexadecimal(self):
        found = re.match(r"\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2})", self.pattern[self.at :])
        if not found:
            raise _Bad(f"invalid escape sequence: \\x{self.pattern[self.at : self.at + 1]}")
        self.at += len(found[0])
        code = int(found[1] or found[2], 16)
        if code > sys.maxunicode:
            raise _Bad(f"invalid escape sequence: \\x{found[0]}")
        return re.escape(chr(code))

    def category(self, negated, inside):
        found = re.match(r"\{(\^?)(\w+)\}|(\w)", self.pattern[self.at :])
        if not found:
            raise _Bad(f"invalid character class range: \\p{self.pattern[self.at : self.at + 1]}")
        self.at += len(found[0])
        body = _category(found[2] or found[3])
        if negated != bool(found[1]):
            body = _category(found[2] or found[3], True)
        return body if inside else f"[{body}]"

    def char_class(self):
        p, start = self.pattern, self.at
        self.at += 1
        out = ["["]
        if p[self.at : self.at + 1] == "^":
            self.at += 1
            out.append("^" + _STRAY)
        first = True
        while True:
            if self.at >= len(p):
                raise _Bad(f"missing ]: {p[start:]}")
            c = p[self.at]
            if c == "]" and not first:
                self.at += 1
                out.append("]")
                return "".join(out)
            first = False
            posix = re.match(r"\[:(\^?)(\w+):\]", p[self.at :])
            if posix:
                if posix[2] not in _POSIX:
                    raise _Bad(f"invalid character class range: {posix[0]}")
                self.at += len(posix[0])
                out.append(_complement(_POSIX[posix[2]]) if posix[1] else _POSIX[posix[2]])
            elif c == "\\":
                out.append(self.escape(True))
            else:
                self.at += 1
                out.append("-" if c == "-" else re.escape(c))


@functools.cache
def _complement(body):
    matches = re.compile(f"[{body}]", re.ASCII).match
    return _ranges(c for c in range(sys.maxunicode + 1) if not matches(chr(c)))


@functools.cache
def _category(name, negated=False):
    """The characters of a Unicode category as the inside of a class."""
    if name == "Any":
        return _ranges(()) if negated else _ranges(range(sys.maxunicode + 1))
    known = {"L", "M", "N", "P", "S", "Z", "C"}
    if name[0] not in known or len(name) > 2:
        raise _Bad(f"invalid character class range: \\p{{{name}}}")
    return _ranges(
        c
        for c in range(sys.maxunicode + 1)
        if unicodedata.category(chr(c)).startswith(name) != negated
    )


def _ranges(codes):
    """Increasing code points as ranges, without the surrogates."""
    out, start, end = [], None, None
    for code in codes:
        if 0xD800 <= code < 0xE000:
            continue
        if start is None:
            start = code
        elif code != end + 1:
            out.append((start, end))
            start = code
        end = code
    if start is not None:
        out.append((start, end))
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in out)
