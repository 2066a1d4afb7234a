"""The `headwater` command: finds the module of a subcommand and hands over to it.

A command is a module with `configure(parser)`, which adds its options, and `run(options)`, which
does the work and returns the exit status.  Only the module that was asked for is imported.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

# name -> (module, what it does in a line)
COMMANDS = {
    "doctor": (
        "headwater._src.cli.doctor",
        "say which TensorFlow symbols of programs are supported, without running them",
    ),
    "demo": (
        "headwater._src.cli.demo",
        "train the tutorials' digit classifiers and save what the simpler one has learned",
    ),
    "graph": (
        "headwater._src.cli.graph",
        "draw the graph of a .pb, .meta or event file, or of a SavedModel",
    ),
    "inspect": (
        "headwater._src.cli.inspect",
        "list the tensors of a checkpoint, with statistics",
    ),
    "kernel": (
        "headwater._src.cli.kernel",
        "install a Jupyter kernel whose notebooks take headwater for TensorFlow",
    ),
    "run": (
        "headwater._src.cli.run",
        "run a program that was written for TensorFlow 1.x",
    ),
}


class CommandError(Exception):
    """A command cannot do what it was asked; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
      arguments: words after the program's name; `None` takes those of this process.

    Returns:
      The exit status.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    # The command's own options are only known once its module is imported.
    chosen = next((word for word in words if not word.startswith("-")), None)
    parser = argparse.ArgumentParser(
        prog="headwater", description="TensorFlow 1.x programs on today's Python and hardware."
    )
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    modules = {}
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
        if name == chosen:
            modules[name] = importlib.import_module(module)
            modules[name].configure(command)
    options = parser.parse_args(words)
    try:
        return modules[options.command].run(options)
    except CommandError as e:
        print(f"headwater {options.command}: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130  # what a shell gives for SIGINT
