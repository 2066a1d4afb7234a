"""Processes that a program under `headwater run` starts: `tensorflow` is headwater in them too.

A process that is forked is a copy and has all. Others start anew; they are reached through the
environment: `PYTHONPATH` begins with the folder `child_start`, whose `sitecustomize` calls `join`.
"""

import contextlib
import os
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child_start")
_everything = contextlib.ExitStack()  # for as long as a child lives


@contextlib.contextmanager
def inherited():
    """While this is open, Python programs that are started find headwater as `tensorflow`."""
    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "HEADWATER_CHILDREN")}
    paths = [FOLDER, *filter(None, [before["PYTHONPATH"]])]
    os.environ.update(PYTHONPATH=os.pathsep.join(paths), HEADWATER_CHILDREN=sys.prefix)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def join():
    """Makes this process like its parent under `headwater run`."""
    from headwater._src.cli import old_names
    from headwater._src.compatibility import tensorflow_paths
    from headwater._src.compiler import place

    tensorflow_paths.install_as_tensorflow()
    _everything.enter_context(old_names.offered())
    _everything.enter_context(place.gpus_optional())
