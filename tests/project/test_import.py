"""What importing the package brings in."""

import subprocess
import sys

import pytest

from .sources import ROOT, facade_files, module_name

HEAVY = ("jax", "jaxlib", "tensorflow", "tensorboard", "sklearn", "grpc", "PIL")


def run(program: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error:::headwater", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_light():
    loaded = run(f"import headwater, sys; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert loaded.strip() == "[]"


@pytest.mark.parametrize("name", [module_name(p) for p in facade_files()])
def test_every_public_module_imports_alone_without_jax(name):
    loaded = run(
        f"import {name}, sys; print([m for m in ('jax', 'tensorflow') if m in sys.modules])"
    )
    assert loaded.strip() == "[]"


def test_the_command_starts_without_jax():
    program = (
        "import sys; from headwater._src.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as e: assert not e.code\n"
        "assert 'jax' not in sys.modules"
    )
    assert "demo" in run(program)
