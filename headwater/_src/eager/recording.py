"""Who listens to operations that run: the open tapes of each thread."""

import contextlib
import threading


class _Recording(threading.local):
    def __init__(self):
        self.tapes: tuple = ()


recording = _Recording()


def record(node):
    """Tells the open tapes of this thread of an operation that has run."""
    for tape in recording.tapes:
        tape.record(node)


@contextlib.contextmanager
def listening(tape):
    """A block whose operations `tape` is told of."""
    recording.tapes = (*recording.tapes, tape)
    try:
        yield tape
    finally:
        stop_listening(tape)


def stop_listening(tape):
    """Tells `tape` of no further operations."""
    recording.tapes = tuple(t for t in recording.tapes if t is not tape)


@contextlib.contextmanager
def stopped():
    """A block whose operations no tape is told of."""
    before, recording.tapes = recording.tapes, ()
    try:
        yield
    finally:
        recording.tapes = before
