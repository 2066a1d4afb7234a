"""Eager execution for the tests of this folder, each with its seed forgotten afterwards."""

import pytest

from headwater._src.eager.mode import eager_mode


@pytest.fixture(autouse=True)
def eager():
    """Operations run as they are called; gives the eager graph."""
    with eager_mode() as graph:
        yield graph
        graph.seed = None
