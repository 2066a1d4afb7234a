"""How long a step may take: the deadline of the step that the current thread runs.

Only waiting can be cut short: a host kernel that waits for another thread does so through
`HostContext.wait`, which looks here. Computation is not interrupted; a step whose time is over
stops before its next segment.

State: `_local.end`, per thread, the `time.monotonic()` at which the running step has to be over,
  or None.
"""

import contextlib
import threading
import time

from headwater._src.core import errors

MESSAGE = "Timed out waiting for notification"  # TensorFlow's sentence


class _Local(threading.local):
    end = None


_local = _Local()


@contextlib.contextmanager
def within(milliseconds):
    """A block that has to be over in `milliseconds`; 0 or less means no limit."""
    before = _local.end
    if milliseconds > 0:
        end = time.monotonic() + milliseconds / 1000.0
        _local.end = end if before is None else min(before, end)
    try:
        yield
    finally:
        _local.end = before


def remaining():
    """Seconds left for the step of this thread, at least 0.0; None when there is no limit."""
    return None if _local.end is None else max(0.0, _local.end - time.monotonic())


def check():
    """Raises DeadlineExceededError when the step's time is over."""
    if _local.end is not None and time.monotonic() >= _local.end:
        raise errors.DeadlineExceededError(None, None, MESSAGE)
