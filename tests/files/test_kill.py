"""A program that is killed while it saves: the checkpoint named by `checkpoint` is always whole.

HEADWATER_KILLS in the environment says how often (default: 25).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

from tests.files import saving_child

KILLS = int(os.environ.get("HEADWATER_KILLS", "25"))
PATIENCE = 60  # seconds until a child must have saved


def test_kill(tmp_path, root):
    rng = random.Random(int(os.environ.get("HEADWATER_KILL_SEED", "1")))
    folder, saved = tmp_path / "checkpoints", 0
    folder.mkdir()
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, saving_child.__file__, str(folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        try:
            # The child's first save comes after it has restored what the last one left.
            assert process.stdout.readline(), "the child ended without saving"
            time.sleep(rng.random() * 0.06)
        finally:
            process.kill()
        said = process.stdout.read().split()
        process.wait(PATIENCE)
        process.stdout.close()
        saved = saving_child.check(str(folder), int(said[-1]) if said else saved + 1)
    assert saved > KILLS
    # What killed processes left behind is cleared away. Each may have left data without an index:
    # they are removed, and get their names, in this order.
    names = sorted(p.name for p in folder.iterdir())
    assert len([n for n in names if n.endswith(".index")]) <= 5, names
    assert len([n for n in names if "hwtmp" in n]) <= 5, names
