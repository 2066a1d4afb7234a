"""Prints how many bytes a distribution and all it depends on take on disk: `installed.py NAME`."""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path


def requirements(distribution):
    """Names of what a distribution needs on this machine, extras left out."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        Requirement = None
    for line in distribution.requires or ():
        if Requirement is None:
            if "extra ==" not in line:
                yield re.match(r"[\w.-]+", line)[0]
        else:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                yield requirement.name


def size_of(distribution):
    """Bytes of the files that a distribution's record names; compiled bytecode does not count."""
    total = 0
    for file in distribution.files or ():
        path = Path(distribution.locate_file(file))
        if path.suffix != ".pyc" and path.is_file():
            total += path.stat().st_size
    return total


def closure(name):
    """Sizes of a distribution and of all it needs, by name; what is not installed is left out.

    Args:
      name: the distribution.

    Returns:
      A dict from names to bytes.
    """
    found, waiting = {}, [name]
    while waiting:
        key = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if key in found:
            continue
        try:
            distribution = metadata.distribution(key)
        except metadata.PackageNotFoundError:
            continue
        found[key] = size_of(distribution)
        waiting.extend(requirements(distribution))
    return found


def headwater_closure():
    """`closure` of headwater, which may run from a checkout and not be installed."""
    root = Path(__file__).resolve().parent.parent
    sources = [p for p in (root / "headwater").rglob("*") if p.suffix != ".pyc" and p.is_file()]
    found = {"headwater": sum(p.stat().st_size for p in sources)}
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        found.update(closure(re.match(r"[\w.-]+", line)[0]))
    return found


def main(name):
    """Prints the bytes."""
    if name == "headwater":
        print(sum(headwater_closure().values()))
    else:
        print(max(sum(closure(n).values()) for n in ("tensorflow", "tensorflow-cpu")))


if __name__ == "__main__":
    main(sys.argv[1])
