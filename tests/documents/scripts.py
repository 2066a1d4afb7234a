"""Runs a document's code blocks the way its reader would: a file that imports tensorflow."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).parents[2]


def run_script(folder: pathlib.Path, program: str, *arguments: str, status: int = 0) -> str:
    """Writes `program` into `folder`, starts it there by `headwater run`, gives what it prints.

    Args:
      folder: where it runs.
      program: its text, indented as it may be.
      arguments: what the program is given.
      status: the exit status that is expected.

    Returns:
      Its standard output, and if it is expected to fail its standard error.
    """
    (folder / "script.py").write_text(textwrap.dedent(program).lstrip("\n"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "run", "script.py", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == status, done.stderr
    return done.stdout + (done.stderr if status else "")
