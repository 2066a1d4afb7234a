"""`headwater kernel`: a Jupyter kernel in whose notebooks `import tensorflow` gives headwater."""

import json
import os
import sys

from headwater._src.cli.main import CommandError

_NAME = "headwater"


def configure(parser):
    """Adds the command's options.

    Args:
      parser: the `argparse.ArgumentParser` of this command.
    """
    parser.add_argument(
        "--prefix", help="install below PREFIX/share/jupyter (default: for this user alone)"
    )
    parser.add_argument("--serve", metavar="FILE", help="be the kernel: Jupyter itself asks for it")


def run(options):
    """Installs the kernel's description, or is the kernel.

    Args:
      options: what `configure` asked for.

    Returns:
      0.

    Raises:
      CommandError: ipykernel is not installed, or the folder cannot be written.
    """
    try:
        from ipykernel.kernelapp import IPKernelApp
    except ImportError as e:
        raise CommandError(
            f"notebooks need ipykernel ({e}): pip install 'headwater[notebook]'"
        ) from e
    if options.serve:
        IPKernelApp.launch_instance(
            argv=["-f", options.serve, "--ext", "headwater._src.cli.notebook_extension"]
        )
        return 0
    folder = os.path.join(_jupyter_folder(options.prefix), "kernels", _NAME)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "kernel.json"), "w", encoding="utf-8") as file:
            json.dump(description(), file, indent=1)
    except OSError as e:
        raise CommandError(f"cannot write {folder}: {e.strerror}") from e
    print(f"kernel: {folder}")
    print("In Jupyter choose the kernel `TensorFlow 1.x (headwater)`.")
    return 0


def description():
    """What Jupyter needs to know to start the kernel, as a dict."""
    return {
        "argv": [sys.executable, "-m", "headwater", "kernel", "--serve", "{connection_file}"],
        "display_name": "TensorFlow 1.x (headwater)",
        "language": "python",
    }


def _jupyter_folder(prefix):
    if prefix is not None:
        return os.path.join(prefix, "share", "jupyter")
    from jupyter_core.paths import jupyter_data_dir

    return jupyter_data_dir()
