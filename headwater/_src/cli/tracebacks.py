"""Errors of a program that is run by `headwater run`: the program's own frames, and advice."""

import contextlib
import importlib
import os
import sys
import threading
import traceback

import headwater

# Frames of these folders and files tell about headwater, not about the program.
_HIDDEN_FOLDERS = (os.path.dirname(os.path.abspath(headwater.__file__)) + os.sep,)
_HIDDEN_PACKAGES = tuple(f"{os.sep}{p}{os.sep}" for p in ("jax", "jaxlib", "fissix"))
_PYTHON2_SYNTAX = (
    "Missing parentheses in call to",
    "multiple exception types must be parenthesized",
    "invalid decimal literal",
    "leading zeros in decimal integer literals",
    "inconsistent use of tabs",
)
_PYTHON2_NAMES = (
    "basestring cmp execfile long raw_input reduce reload unichr unicode xrange file izip "
    "cPickle ConfigParser Queue StringIO cStringIO Tkinter urllib2 urlparse"
).split()
_PYTHON2_ATTRIBUTES = (
    "has_key iteritems itervalues iterkeys izip imap maketrans letters maxint urlretrieve urlopen"
).split()


@contextlib.contextmanager
def of_the_program(verbose):
    """While the block runs, uncaught errors are printed with the program's frames only.

    Args:
      verbose: whether all frames are printed.
    """

    def hook(kind, error, frames):
        sys.stderr.write(text(error, verbose))

    def thread_hook(args):
        if args.exc_type is not SystemExit:
            name = args.thread.name if args.thread is not None else "unknown"
            # One write: other threads may be printing too.
            sys.stderr.write(f"Exception in thread {name}:\n{text(args.exc_value, verbose)}")

    kept = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = hook, thread_hook
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = kept


def text(error, verbose=False):
    """What is printed for an error that ends a program.

    Args:
      error: the exception.
      verbose: whether headwater's own frames are in it.

    Returns:
      Lines of text, the last of them advice if there is any.
    """
    shown = traceback.TracebackException.from_exception(error, compact=True)
    if not verbose:
        _hide(shown)
    hint = advice(error)
    return "".join(shown.format()) + (f"{hint}\n" if hint else "")


def _hide(shown):
    """Takes the frames that are not the program's from an error and from those that led to it."""
    seen, todo = set(), [shown]
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        kept = [frame for frame in current.stack if not _hidden(frame.filename)]
        if kept or current is not shown:
            current.stack[:] = kept
        elif current.exc_type in (SyntaxError, IndentationError, TabError):
            current.stack = None  # the program itself: where in it, the error says
        todo += [current.__cause__, current.__context__, *(current.exceptions or ())]


def _hidden(filename):
    return (
        filename.startswith(("<frozen importlib", *_HIDDEN_FOLDERS))
        or filename in (threading.__file__, importlib.__file__)
        or any(package in filename for package in _HIDDEN_PACKAGES)
    )


def advice(error):
    """What to try when the program seems to be written in Python 2, else `None`.

    Args:
      error: an exception.

    Returns:
      A sentence, or `None`.
    """
    old = isinstance(error, SyntaxError) and any(t in str(error) for t in _PYTHON2_SYNTAX)
    old = old or (isinstance(error, NameError | ImportError) and error.name in _PYTHON2_NAMES)
    old = old or (isinstance(error, AttributeError) and error.name in _PYTHON2_ATTRIBUTES)
    if old:
        return "This looks like a Python 2 program: try `headwater run --py2`."
    return None
