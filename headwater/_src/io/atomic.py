"""Files that appear whole or not at all: a temporary name, fsync, rename, fsync of the folder."""

import contextlib
import glob
import os
import re

from headwater._src.io.local import translated

_MARK = ".hwtmp"
_PID = re.compile(re.escape(_MARK) + r"-(\d+)-[0-9a-f]{8}$")


def temporary_name(path):
    """A name beside `path` that no other process uses."""
    return f"{path}{_MARK}-{os.getpid()}-{os.urandom(4).hex()}"


def sync_folder(path):
    """Makes the names in the folder of `path` durable."""
    folder = os.path.dirname(path) or "."
    with contextlib.suppress(OSError):  # some file systems refuse to open folders
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def commit(temporary, path, sync=True):
    """Gives a finished, synced temporary file its name."""
    os.replace(temporary, path)
    if sync:
        sync_folder(path)


@contextlib.contextmanager
def replacing(path):
    """A new file that takes the place of `path` when the block ends, and is gone when it fails.

    Args:
      path: str.

    Yields:
      A binary file object.

    Raises:
      tf.errors.OpError: the file cannot be written.
    """
    path = os.fspath(path)
    temporary = temporary_name(path)
    with translated(path):
        try:
            with open(temporary, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            commit(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def write_file(path, data):
    """Writes `data` (bytes) so that `path` has either its old content or all of the new."""
    with replacing(path) as file:
        file.write(data)


def clean(prefix):
    """Removes temporary files under `prefix` that a killed process left.

    Args:
      prefix: path with which their names begin. Files of processes that live are left alone.
    """
    for path in glob.glob(glob.escape(prefix) + "*" + _MARK + "-*"):
        found = _PID.search(path)
        if found and not _alive(int(found[1])):
            with contextlib.suppress(OSError):
                os.unlink(path)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
