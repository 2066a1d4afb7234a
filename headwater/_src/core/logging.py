"""`tf.logging`: the messages `INFO:tensorflow:...` on the standard error stream.

The logger is Python's own, named "tensorflow", so programs that configure it keep working.  The
handler is added at the first message, and only if the program has not set up one of its own.
"""

import logging as _logging
import sys as _sys
import threading as _threading

DEBUG = _logging.DEBUG
INFO = _logging.INFO
WARN = _logging.WARNING
ERROR = _logging.ERROR
FATAL = _logging.FATAL

_lock = _threading.Lock()
_logger = None
_counts: dict[object, int] = {}  # how often `log_every_n` and `log_first_n` came by, per place
_warned: set[object] = set()  # keys of `warn_once`


def get_logger():
    """The `logging.Logger` that everything here goes to."""
    global _logger
    if _logger is not None:
        return _logger
    with _lock:
        if _logger is None:
            logger = _logging.getLogger("tensorflow")
            if logger.level == _logging.NOTSET:
                logger.setLevel(WARN)
            if not _logging.getLogger().handlers and not logger.handlers:
                handler = _StderrHandler()
                handler.setFormatter(_logging.Formatter(_logging.BASIC_FORMAT))
                logger.addHandler(handler)
                logger.propagate = False
            _logger = logger
    return _logger


class _StderrHandler(_logging.StreamHandler):
    """Writes to whatever `sys.stderr` is at the time, which test runners replace."""

    @property
    def stream(self):
        return _sys.stderr

    @stream.setter
    def stream(self, stream):
        pass


def log(level, msg, *args, **kwargs):
    """Logs `msg % args` at `level`.

    Args:
      level: `INFO` or another level of this module.
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().log(level, msg, *args, **kwargs)


def debug(msg, *args, **kwargs):
    """Logs `msg % args` at level `DEBUG`.

    Args:
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().debug(msg, *args, **kwargs)


def info(msg, *args, **kwargs):
    """Logs `msg % args` at level `INFO`.

    Args:
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().info(msg, *args, **kwargs)


def warn(msg, *args, **kwargs):
    """Logs `msg % args` at level `WARN`.

    Args:
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().warning(msg, *args, **kwargs)


def warning(msg, *args, **kwargs):
    """Logs `msg % args` at level `WARN`.

    Args:
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().warning(msg, *args, **kwargs)


def error(msg, *args, **kwargs):
    """Logs `msg % args` at level `ERROR`.

    Args:
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().error(msg, *args, **kwargs)


def fatal(msg, *args, **kwargs):
    """Logs `msg % args` at level `FATAL`.  It does not end the program.

    Args:
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().fatal(msg, *args, **kwargs)


def vlog(level, msg, *args, **kwargs):
    """Logs `msg % args` at `level`, the same as `log`.

    Args:
      level: `INFO` or another level of this module.
      msg: the text, with `%` places for `args`.
      *args: what goes into the places.
      **kwargs: as in Python's `logging`.
    """
    get_logger().log(level, msg, *args, **kwargs)


def TaskLevelStatusMessage(msg):
    """Logs `msg` at level `ERROR`.

    Args:
      msg: the text.
    """
    error(msg)


def flush():
    """Does nothing: the standard error stream is not buffered."""


def _count(place):
    with _lock:
        count = _counts.get(place, 0)
        _counts[place] = count + 1
    return count


def _caller():
    frame = _sys._getframe(2)
    return frame.f_code.co_filename, frame.f_lineno


def log_every_n(level, msg, n, *args):
    """Logs the first, and then every `n`-th, message from this line of the program.

    Args:
      level: `INFO` or another level of this module.
      msg: the text, with `%` places for `args`.
      n: how many messages there are for one that is shown.
      *args: what goes into the places.
    """
    log_if(level, msg, _count(_caller()) % n == 0, *args)


def log_first_n(level, msg, n, *args):
    """Logs only the first `n` messages from this line of the program.

    Args:
      level: `INFO` or another level of this module.
      msg: the text, with `%` places for `args`.
      n: how many messages are shown.
      *args: what goes into the places.
    """
    log_if(level, msg, _count(_caller()) < n, *args)


def log_if(level, msg, condition, *args):
    """Logs `msg % args` at `level` if `condition` is true.

    Args:
      level: `INFO` or another level of this module.
      msg: the text, with `%` places for `args`.
      condition: whether the message is shown.
      *args: what goes into the places.
    """
    if condition:
        get_logger().log(level, msg, *args)


def get_verbosity():
    """The lowest level that is shown."""
    return get_logger().getEffectiveLevel()


def set_verbosity(v):
    """Shows messages of level `v` (a number or a name, such as `INFO` or `"INFO"`) and above.

    Args:
      v: the lowest level to show.
    """
    get_logger().setLevel(v)


def warn_once(key, message):
    """Logs a warning the first time it is called with `key`, such as the name of what is obsolete.

    Args:
      key: anything hashable.
      message: the text; no formatting is applied.
    """
    if key not in _warned:
        _warned.add(key)
        get_logger().warning("%s", message)
