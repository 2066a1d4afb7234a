"""How many threads NumPy's matrix products take.

OpenBLAS has threads of its own that wait by spinning. On cores that XLA's threads or other programs
use too, a product of a few milliseconds then takes three times as long on two threads as on one.

State: `_depth`, how many blocks of `one_thread` are open in the process, and `_usual`, the count of
threads from before the first of them.
"""

import ctypes
import functools
import threading
from pathlib import Path

import numpy as np

_lock = threading.Lock()
_depth, _usual = 0, 1


@functools.cache
def _controls():
    """OpenBLAS's functions that give and set the count, or None where NumPy has another library."""
    for folder in ("../numpy.libs", ".dylibs"):
        for path in (Path(np.__file__).parent / folder).glob("*openblas*"):
            try:
                library = ctypes.CDLL(str(path))
            except OSError:
                continue
            for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads"):
                found = [getattr(library, name.format(verb), None) for verb in ("get", "set")]
                if all(found):
                    return found
    return None


class OneThread:
    """A block in which NumPy's matrix products take one thread; it holds for the whole process."""

    def __enter__(self):
        global _depth, _usual
        controls = _controls()
        if controls is not None:
            with _lock:
                if not _depth:
                    _usual = controls[0]()
                    controls[1](1)
                _depth += 1

    def __exit__(self, *exception):
        global _depth
        controls = _controls()
        if controls is not None:
            with _lock:
                _depth -= 1
                if not _depth:
                    controls[1](_usual)


one_thread = OneThread()
