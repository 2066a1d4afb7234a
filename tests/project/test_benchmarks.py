"""The benchmarks' workloads run in headwater, and their table says what was measured."""

import json
import subprocess
import sys
import xml.etree.ElementTree

import pytest

import headwater as tf

from .sources import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
try:
    import installed
    import table
    import worker
    import workloads
finally:
    sys.path.pop(0)


# Those whose first step compiles for seconds; scripts that measure run them.
HEAVY = {"two_convolutions_adam", "resnet_20", "dcgan", "lstm_static", "lstm_dynamic"}
LARGE = {"build_100000_additions", "thousand_batch_sizes", "peak_memory"}
LARGE |= {"first_200_training_steps_cold", "first_200_training_steps_warm"}


@pytest.mark.parametrize("name", [n for n in workloads.REPEATED if n not in LARGE])
def test_repeated_workload(name, monkeypatch):
    if name in HEAVY:  # a step is only built: running one belongs to measuring
        monkeypatch.setattr(tf.Session, "run", lambda *args, **kwargs: None)
    assert worker.timed(workloads.REPEATED[name](tf)) > 0


@pytest.mark.parametrize("name", [n for n in workloads.FRESH if n not in LARGE])
def test_fresh_program(name):
    assert 0 < workloads.FRESH[name](tf) < 60


def test_a_quick_run_writes_what_it_measured(tmp_path):
    record = tmp_path / "figures.json"
    names = ["trivial_step", "first_run", "installed_size"]
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "run.py", "--quick", "--json", record, "--only"]
        + names,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(record.read_text())
    labels = [label.split(" (")[0] for label in figures]
    assert labels == [
        "trivial_step",
        "import",
        "first_run",
        "process_start_to_first_result",
        "installed_size",
    ]
    for found in figures.values():
        assert len(found["times"]["headwater"]) == 1
        assert found["times"]["headwater"][0] > 0
    assert figures["trivial_step"]["processor"]["headwater"][0] > 0


def test_installed_size_counts_what_headwater_needs():
    sizes = installed.headwater_closure()
    assert sizes["headwater"] > 1e6 and sizes["numpy"] > 1e6 and sizes["jaxlib"] > 1e7


def test_mixed_graph_has_the_size_it_claims():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 16])
        before = len(graph.get_operations())
        tf.reshape(tf.nn.relu(tf.matmul(x, tf.zeros([16, 16])) + 1.0) * 0.5, [-1, 16])
        # Seven for each pass of the loop, and here the two constants made before it.
        assert len(graph.get_operations()) - before == 7 + 2


def test_row():
    times = {"headwater": [1e-5, 1e-5, 2e-5], "tensorflow": [1e-4, 3e-4, 2e-4]}
    used = {"headwater": [1e-5], "tensorflow": [4e-4]}
    assert table.row("step", times, {}, used) == (
        "| step | 10 us | 200 us | 10.00 (10.00..30.00) | 40.00 |"
    )
    failed = table.row("step", {"headwater": [1.5], "tensorflow": []}, {"tensorflow": "gone"})
    assert failed == "| step | 1.5 s | failed: gone | - | - |"
    sizes = {"headwater": [5e8], "tensorflow": [2e9]}
    assert table.row("size", sizes, {}, unit="bytes") == (
        "| size | 500 MB | 2 GB | 4.00 (4.00..4.00) | - |"
    )


def test_picture_has_a_bar_for_each_ratio():
    record = {
        "slow": {"times": {"headwater": [2.0], "tensorflow": [1.0]}},
        "fast": {"times": {"headwater": [1.0, 1.0], "tensorflow": [20.0, 30.0]}},
        "alone": {"times": {"headwater": [1.0]}},
    }
    text = table.picture(record)
    bars = xml.etree.ElementTree.fromstring(text).findall("{http://www.w3.org/2000/svg}rect")
    assert len(bars) == 1 + 2  # one is the paper
    assert table.picture({"alone": record["alone"]}) is None
