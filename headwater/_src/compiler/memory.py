"""Memory that steps give back is kept for the next step.

XLA asks for the memory of a step's intermediate values at each call. The C library gives blocks of
many megabytes back to the system as soon as they are freed, and the next step would pay for every
page of them again: with a convolutional network an eighth of its time.
"""

import ctypes
import sys

# Parameters of glibc's `mallopt`.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT = 1 << 30


def keep_freed():
    """Tells the C library to keep up to a gigabyte of what is freed, where it can be told.

    Blocks of threads that are larger than 64 MB are given back all the same: XLA's threads have
    heaps of their own, which hold no more.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return  # another C library, with rules of its own
    mallopt(_MMAP_THRESHOLD, _KEPT)
    mallopt(_TRIM_THRESHOLD, _KEPT)
