"""The benchmarks' workloads run in headwater, and their table says what was measured."""

import sys

import pytest

import headwater as tf

from .sources import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
try:
    import run as benchmarks
    import worker
    import workloads
finally:
    sys.path.pop(0)


@pytest.mark.parametrize("name", workloads.REPEATED)
def test_repeated_workload(name):
    call = workloads.REPEATED[name](tf)
    assert worker.timed(call) > 0


@pytest.mark.parametrize("name", workloads.FRESH)
def test_fresh_program(name):
    assert 0 < workloads.FRESH[name](tf) < 60


def test_mixed_graph_has_the_size_it_claims():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 16])
        before = len(graph.get_operations())
        tf.reshape(tf.nn.relu(tf.matmul(x, tf.zeros([16, 16])) + 1.0) * 0.5, [-1, 16])
        # Seven for each pass of the loop, and here the two constants made before it.
        assert len(graph.get_operations()) - before == 7 + 2


def test_row():
    times = {"headwater": [1e-5, 1e-5, 2e-5], "tensorflow": [1e-4, 3e-4, 2e-4]}
    assert benchmarks.row("step", times, {}) == ("| step | 10 us | 200 us | 10.00 (10.00..30.00) |")
    failed = benchmarks.row("step", {"headwater": [1.5], "tensorflow": []}, {"tensorflow": "gone"})
    assert failed == "| step | 1.5 s | failed: gone | - |"
