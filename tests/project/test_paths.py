"""Nothing in the project names a folder of the machine it was written on."""

import re

from .sources import project_files, shown

# Put together here so that this file does not contain what it looks for.
_MACHINE = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + r"ot\b", "/ho" + r"me/\w", "/Use" + r"rs/\w"])
)


def test_no_machine_paths():
    offenders = []
    for path in project_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # binary
        offenders += [
            f"{shown(path)}:{n}: {line.strip()[:80]}"
            for n, line in enumerate(lines, 1)
            if _MACHINE.search(line)
        ]
    assert not offenders, "\n".join(offenders)


def test_the_pattern_finds_such_paths():
    assert _MACHINE.search("open('/ro" + "ot/x')") and _MACHINE.search("/ho" + "me/someone/x")
    assert not _MACHINE.search("a framework/x, the home/folder and /tmp/summary")
