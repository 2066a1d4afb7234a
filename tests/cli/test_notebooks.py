"""The Jupyter kernel and the extension of IPython."""

import json
import os
import subprocess
import sys

import pytest

from headwater._src.cli.main import main

jupyter_client = pytest.importorskip("jupyter_client", reason="ipykernel is not installed")


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    assert main(["kernel", "--prefix", str(tmp_path)]) == 0
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    paths = [os.getcwd(), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    manager, client = jupyter_client.manager.start_new_kernel(
        kernel_name="headwater", startup_timeout=60
    )
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _run(client, code):
    """The messages that a cell gives, as (kind, content)."""
    found = []
    client.execute_interactive(
        code,
        timeout=60,
        output_hook=lambda message: found.append((message["msg_type"], message["content"])),
    )
    return found


def test_a_notebook(kernel):
    (printed,) = [
        content["text"]
        for kind, content in _run(
            kernel,
            "import tensorflow as tf\nimport numpy as np\n"
            "with tf.Session() as s: print(tf.__version__, s.run(tf.constant(np.float(1)) + 2))",
        )
        if kind == "stream"
    ]
    assert printed == "1.15.0 3.0\n"
    (shown,) = [
        content["data"]
        for kind, content in _run(kernel, "tf.get_default_graph()")
        if kind == "execute_result"
    ]
    assert shown["image/svg+xml"].startswith("<svg")


def test_the_extension():
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'headwater')\n"
        "import tensorflow as tf, numpy as np\n"
        "print(tf.__version__, hasattr(np, 'float'))\n"
        "shell.run_line_magic('unload_ext', 'headwater')\n"
        "print(hasattr(np, 'float'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n")[:2] == ["1.15.0 True", "False"], done.stderr


def test_where_the_kernel_is_described(tmp_path, capsys):
    assert main(["kernel", "--prefix", str(tmp_path)]) == 0
    folder = tmp_path / "share" / "jupyter" / "kernels" / "headwater"
    described = json.loads((folder / "kernel.json").read_text())
    assert described["argv"][:4] == [sys.executable, "-m", "headwater", "kernel"]
    assert str(folder) in capsys.readouterr().out


def test_a_folder_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "share").write_text("a file")
    assert main(["kernel", "--prefix", str(tmp_path)]) == 1
    assert "cannot write" in capsys.readouterr().err
