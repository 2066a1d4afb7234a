"""`headwater doctor`: what of a program's TensorFlow headwater supports, without running it."""

import json
import os
import sys
from collections import Counter

from headwater._src.cli.main import CommandError
from headwater._src.cli.source_reader import Unreadable, uses_of
from headwater._src.cli.verdicts import DIFFERENT, MISSING, verdict

_SKIPPED = {"__pycache__", "node_modules", "site-packages", "build", "dist"}
_SUFFIXES = (".py", ".ipynb")


def configure(parser):
    """Adds the command's options.

    Args:
      parser: the `argparse.ArgumentParser` of this command.
    """
    parser.add_argument("paths", nargs="+", metavar="path", help="a program, notebook or folder")
    parser.add_argument("--json", action="store_true", help="print a report for programs to read")
    parser.add_argument("--all", action="store_true", help="list supported symbols too")


def run(options):
    """Reads the programs and prints the report.

    Args:
      options: what `configure` asked for.

    Returns:
      0 when all is supported, 1 when something is missing or a file cannot be read.

    Raises:
      CommandError: a path does not exist, or there is no program under it.
    """
    from headwater._src.compatibility.tensorflow_paths import install_as_tensorflow

    install_as_tensorflow()
    files = [file for path in options.paths for file in programs_under(path)]
    if not files:
        raise CommandError(f"no programs (.py, .ipynb) under {', '.join(options.paths)}")
    reports = [examine(file) for file in _shown(files)]
    summary = summarize(reports)
    if options.json:
        json.dump({"summary": summary, "files": reports}, sys.stdout, indent=1)
        print()
    else:
        _print(reports, summary, options.all)
    return 1 if summary["missing"] or summary["unreadable"] else 0


def programs_under(path):
    """The programs of a folder and its folders, in order; a file is itself.

    Args:
      path: a file or folder.

    Returns:
      List of paths.

    Raises:
      CommandError: there is no such file.
    """
    if os.path.isfile(path):
        return [path]
    if not os.path.isdir(path):
        raise CommandError(f"{path}: no such file or folder")
    found = []
    for folder, below, names in os.walk(path):
        below[:] = sorted(d for d in below if d not in _SKIPPED and not d.startswith("."))
        found += [os.path.join(folder, n) for n in sorted(names) if n.endswith(_SUFFIXES)]
    return found


def _shown(files):
    """The files, with a progress bar where somebody watches and there are many."""
    if len(files) < 200 or not sys.stderr.isatty():
        return files
    from tqdm import tqdm

    return tqdm(files, unit="file", leave=False)


def examine(path):
    """The report of one file.

    Args:
      path: a Python file or notebook.

    Returns:
      Dict with `path`, `python2`, `error` (text or None) and `uses`, a list of dicts with `line`,
      `cell`, `symbol`, `status` and `advice`.
    """
    try:
        uses, python2 = uses_of(path)
    except Unreadable as e:
        return {"path": path, "python2": False, "error": str(e), "uses": []}
    rows = {}
    for use in uses:
        found = verdict(use)
        if found.status == MISSING and use.guarded:
            continue  # the program has an answer of its own
        name = "tf" + use.symbol.removeprefix("tensorflow")
        row = {
            "line": use.line,
            "cell": use.cell,
            "symbol": name,
            "status": found.status,
            "advice": found.advice,
        }
        rows[tuple(row.values())] = row
    return {"path": path, "python2": python2, "error": None, "uses": list(rows.values())}


def summarize(reports):
    """Counts over the reports of files.

    Args:
      reports: dicts of `examine`.

    Returns:
      Dict with the numbers of `files`, `uses`, `symbols`, `missing` and `different` uses and
      `unreadable` files, `percent` of uses supported, and `first`: the missing symbol that most
      uses have, with its advice, or None.
    """
    rows = [row for report in reports for row in report["uses"]]
    missing = [row for row in rows if row["status"] == MISSING]
    counts = Counter((row["symbol"], row["advice"]) for row in missing)
    first = counts.most_common(1)
    return {
        "files": len(reports),
        "uses": len(rows),
        "symbols": len({row["symbol"] for row in rows}),
        "missing": len(missing),
        "different": sum(row["status"] == DIFFERENT for row in rows),
        "unreadable": sum(report["error"] is not None for report in reports),
        "percent": 100.0 if not rows else 100.0 * (len(rows) - len(missing)) / len(rows),
        "first": {"symbol": first[0][0][0], "advice": first[0][0][1]} if first else None,
    }


def _print(reports, summary, everything):
    for report in reports:
        lines = [
            f"  {_place(row)}: {row['symbol']}: {row['status']}"
            + (f"; {row['advice']}" if row["advice"] else "")
            for row in report["uses"]
            if everything or row["advice"]
        ]
        if report["error"]:
            lines.append(f"  cannot be read: {report['error']}")
        if report["python2"]:
            lines.append("  written in Python 2: run it with `headwater run --py2`")
        if lines:
            print(report["path"])
            print("\n".join(lines))
    percent = summary["percent"]
    shown = f"{percent:.1f}" if percent == 100 else f"{min(percent, 99.9):.1f}"
    print(
        f"{summary['files']} file(s), {summary['uses']} uses of {summary['symbols']} symbols of "
        f"TensorFlow: {shown} % supported."
    )
    if summary["first"]:
        print(f"First to change: {summary['first']['symbol']}: {summary['first']['advice']}")


def _place(row):
    return f"{row['line']}" if row["cell"] is None else f"cell {row['cell']}, line {row['line']}"
