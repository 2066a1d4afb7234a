"""Skips this folder, saying why, where TensorFlow or headwater is not installed."""

from __future__ import annotations

import importlib.util
import os

import pytest

NEEDED = ["tensorflow"] if os.environ.get("HEADWATER_PARITY_SELF") else ["tensorflow", "headwater"]
ABSENT = [name for name in NEEDED if importlib.util.find_spec(name) is None]


@pytest.fixture(autouse=True)
def both_libraries() -> None:
    """Every test here compares two libraries."""
    if ABSENT:
        pytest.skip(f"not installed: {', '.join(ABSENT)} (pip install -e '.[test,parity]')")
