"""`headwater run` on a machine without a GPU: what programs put on GPUs runs on the CPU."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])
NOTICE = (
    "headwater: this machine has no GPU; what the program puts on /device:GPU:0, or on another "
    "GPU, runs on the CPU\n"
)
TWO_TOWERS = """
    import tensorflow as tf
    x = tf.placeholder(tf.float32, [4])
    parts = []
    for i, part in enumerate(tf.split(x, 2)):
        with tf.device("/gpu:%d" % i):
            parts.append(tf.reduce_sum(part))
    total = tf.add_n(parts)
    for config in CONFIGS:
        with tf.Session(config=config) as sess:
            print(sess.run(total, {x: [1, 2, 3, 4]}))
"""


def start(folder, program, *command):
    """Runs a program on a machine whose GPUs, if any, are hidden."""
    (folder / "towers.py").write_text(textwrap.dedent(program).lstrip("\n"))
    return subprocess.run(
        [sys.executable, *command, "towers.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ROOT, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=120,
    )


CONFIGS = [  # configs of two sessions, what stderr says
    ("None", NOTICE),  # once
    ("tf.ConfigProto(intra_op_parallelism_threads=1)", NOTICE),
    ("tf.ConfigProto(allow_soft_placement=True)", ""),  # the program expects it
]


@pytest.mark.parametrize(("config", "said"), CONFIGS)
def test_towers_run_on_the_cpu(tmp_path, config, said):
    program = TWO_TOWERS.replace("CONFIGS", f"2 * [{config}]")
    done = start(tmp_path, program, "-m", "headwater", "run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "10.0\n10.0\n", said)


def test_other_devices_are_still_required(tmp_path):
    program = TWO_TOWERS.replace("/gpu:%d", "/cpu:%d").replace("CONFIGS", "[None]")
    done = start(tmp_path, program, "-m", "headwater", "run")
    assert done.returncode == 1 and NOTICE not in done.stderr
    assert "device:CPU:1 but available devices are" in done.stderr


def test_a_plain_import_keeps_the_error(tmp_path):
    program = TWO_TOWERS.replace("import tensorflow", "import headwater")
    done = start(tmp_path, program.replace("CONFIGS", "[None]"))
    assert done.returncode == 1 and NOTICE not in done.stderr
    assert "Cannot assign a device for operation" in done.stderr
