"""What all tests share: where recorded facts and data are, and a fresh default graph each."""

import logging
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's folder."""
    return ROOT


@pytest.fixture(scope="session")
def facts() -> Path:
    """The folder of facts recorded from TensorFlow; skips where there is none."""
    folder = Path(os.environ.get("HEADWATER_FACTS") or ROOT.parent / "shared" / "facts")
    if not folder.is_dir():
        pytest.skip(f"no recorded facts: HEADWATER_FACTS is not set and {folder} is no folder")
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder named by HEADWATER_DATA; skips where it isn't set."""
    folder = os.environ.get("HEADWATER_DATA")
    if not folder:
        pytest.skip("no data: HEADWATER_DATA is not set")
    return Path(folder)


@pytest.fixture(autouse=True)
def fresh_default_graph():
    """Gives each test its own default graph, if it is a test that uses headwater at all."""
    reset = getattr(sys.modules.get("headwater"), "reset_default_graph", None)
    if reset is not None:
        reset()


@pytest.fixture(autouse=True)
def usual_logging():
    """Lets warnings through to pytest, whatever tests before this one have turned off.

    The logger is one per process and has TensorFlow's name, so TensorFlow itself turns it too.
    """
    logger = logging.getLogger("tensorflow")
    logger.setLevel(logging.WARNING)
    logger.propagate = True
