"""Processes that a program under `headwater run` starts import headwater as `tensorflow` too."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])

POOL = """
    import multiprocessing
    import numpy as np
    import tensorflow as tf

    def square(x):
        with tf.Graph().as_default(), tf.device("/gpu:0"), tf.Session() as sess:
            value = np.float(sess.run(tf.square(tf.constant(x))))
        return value, tf.__name__, multiprocessing.current_process().name != "MainProcess"

    if __name__ == "__main__":
        with multiprocessing.get_context({method!r}).Pool(1) as pool:
            print(pool.map(square, [1.0, 3.0]))
"""
WORKER = """
    import sys
    try:
        import tensorflow as tf
    except ImportError:
        sys.exit("no tensorflow")
    print(tf.__version__, tf.Session.__module__, [name for name in sys.modules if name == "jax"])
"""
STARTS_A_WORKER = """
    import os, subprocess, sys
    import tensorflow as tf
    print(subprocess.run([sys.executable, "worker.py"], stdout=subprocess.PIPE, text=True).stdout)
"""


def run(folder, *words, path=ROOT, **programs):
    """Starts `headwater run`, or Python when the first word is empty, in a folder of programs."""
    for name, text in programs.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    command = [*words[1:]] if not words[0] else ["-m", "headwater", "run", *words]
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_pool_of_new_processes(tmp_path, method):
    done = run(tmp_path, "pool.py", pool=POOL.replace("{method!r}", repr(method)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[(1.0, 'tensorflow', True), (9.0, 'tensorflow', True)]\n"
    assert "no GPU" in done.stderr


def test_a_program_started_by_the_program(tmp_path):
    done = run(tmp_path, "main.py", main=STARTS_A_WORKER, worker=WORKER)
    assert done.stdout.startswith("1.15"), done.stderr
    assert "headwater" in done.stdout and "jax" not in done.stdout
    # Outside of `headwater run` nothing is different.
    alone = run(tmp_path, "", "worker.py")
    assert alone.stdout.startswith("1.15") is False


def test_the_environment_s_own_customization_comes_too(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import builtins\nbuiltins.custom = 'own'\n")
    done = run(
        tmp_path,
        "main.py",
        path=os.pathsep.join([ROOT, str(site)]),
        main="""
            import os, subprocess, sys
            code = "import sitecustomize; print(custom, sitecustomize.__file__)"
            print(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE).stdout)
        """,
    )
    assert "own" in done.stdout and str(site) in done.stdout, done.stderr


def test_a_child_from_elsewhere_finds_headwater(tmp_path):
    """`python -m headwater` in a checkout: nothing but its folder says where headwater is."""
    text = STARTS_A_WORKER.replace(
        '[sys.executable, "worker.py"]', '[sys.executable, "worker.py"], cwd=os.environ["THERE"]'
    )
    (tmp_path / "worker.py").write_text(textwrap.dedent(WORKER))
    main = tmp_path / "main.py"
    main.write_text(textwrap.dedent(text))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "run", str(main)],
        cwd=ROOT,
        env={**environment, "THERE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.startswith("1.15"), done.stderr


def test_the_environment_is_put_back(monkeypatch):
    from headwater._src.cli import children

    monkeypatch.setenv("PYTHONPATH", "somewhere")
    monkeypatch.delenv("HEADWATER_CHILDREN", raising=False)
    with children.inherited():
        assert os.environ["PYTHONPATH"] == os.pathsep.join([children.FOLDER, "somewhere"])
    assert os.environ["PYTHONPATH"] == "somewhere"
    assert "HEADWATER_CHILDREN" not in os.environ
