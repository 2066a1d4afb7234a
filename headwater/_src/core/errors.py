"""Errors of graph execution: one class per status code, under `OpError`.

    Exception
    └── OpError
        ├── CancelledError            1   the step was cancelled, or its queue closed
        ├── UnknownError              2   an error from elsewhere that has no code
        ├── InvalidArgumentError      3   an op was given values it cannot work on
        ├── DeadlineExceededError     4   the time allowed was over
        ├── NotFoundError             5   a file, key or resource does not exist
        ├── AlreadyExistsError        6   what was to be created exists
        ├── PermissionDeniedError     7   the operating system or server refused
        ├── ResourceExhaustedError    8   no memory, disk or quota left
        ├── FailedPreconditionError   9   the state is not ready, such as a variable without value
        ├── AbortedError             10   a concurrent operation won; the step may be tried again
        ├── OutOfRangeError          11   past the end of valid input, such as of a queue or file
        ├── UnimplementedError       12   this kind of operation is not supported
        ├── InternalError            13   an invariant of the system does not hold
        ├── UnavailableError         14   a machine cannot be reached at the moment
        ├── DataLossError            15   data are corrupt and cannot be recovered
        └── UnauthenticatedError     16   the caller did not prove who it is

Each carries `.op` (the `Operation` that failed, or None), `.node_def` (its `NodeDef`, or None),
`.message` and `.error_code`.
"""

import contextlib
import traceback

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Exception):
    """What an operation, or the system below it, raises while a step runs.

    Attributes:
      op: the `Operation` that failed, or None where it is not known in this process.
      node_def: the `NodeDef` that failed, or None.
      message: what went wrong.
      error_code: the number of the class, see the table of this module.
    """

    def __init__(self, node_def, op, message, error_code, *args):
        """Makes an error; the numbered classes of this module leave `error_code` out.

        Args:
          node_def: the `NodeDef` that failed, or None.
          op: the `Operation` that failed, or None.
          message: what went wrong.
          error_code: the status code.
          *args: a dict of further data by type URL.
        """
        super().__init__()
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code
        self._payloads = args[0] if args else {}

    @property
    def op(self):
        """The `Operation` that failed, or None."""
        return self._op

    @property
    def node_def(self):
        """The `NodeDef` that failed, or None."""
        if self._node_def is None:
            return getattr(self._op, "node_def", None)
        return self._node_def

    @property
    def message(self):
        """What went wrong."""
        return self._message

    @property
    def error_code(self):
        """The status code, `INVALID_ARGUMENT` for example."""
        return self._error_code

    @property
    def experimental_payloads(self):
        """Further data that came with the status, by type URL."""
        return self._payloads

    def __str__(self):
        if self._op is None:
            return str(self._message)
        lines = [f"{self._message}\n\nOriginal stack trace for {self._op.name!r}:\n"]
        lines += _format_stack(getattr(self._op, "traceback", None))
        original = getattr(self._op, "_original_op", None)
        while original is not None:
            lines.append(f"\n...which came from op {original.name!r}, defined at:\n")
            lines += _format_stack(getattr(original, "traceback", None))
            original = getattr(original, "_original_op", None)
        return "".join(lines)

    def __reduce__(self):
        # An op belongs to its process, and its node may too; the words travel.
        if type(self) is OpError:
            return OpError, (None, None, str(self), self._error_code)
        return type(self), (None, None, str(self))


def _format_stack(stack):
    """Lines of text for a creation stack: frames as `traceback` gives them, or 1.x's tuples."""
    if not stack:
        return []
    return traceback.format_list([tuple(frame)[:4] for frame in stack])


def _initializer(code):
    """The `__init__` of the class for a status code."""

    def __init__(self, node_def, op, message, *args):
        """Makes an error.

        Args:
          node_def: the `NodeDef` that failed, or None.
          op: the `Operation` that failed, or None.
          message: what went wrong.
          *args: a dict of further data by type URL.
        """
        OpError.__init__(self, node_def, op, message, code, *args)

    return __init__


class CancelledError(OpError):
    """A step was cancelled: its session or queue was closed, or another part of it failed."""

    __init__ = _initializer(CANCELLED)


class UnknownError(OpError):
    """An error without a code of its own, such as an exception inside a `py_func`."""

    __init__ = _initializer(UNKNOWN)


class InvalidArgumentError(OpError):
    """An operation was given a shape, type or value that it cannot work on."""

    __init__ = _initializer(INVALID_ARGUMENT)


class DeadlineExceededError(OpError):
    """The time allowed for a step or a remote call was over before it ended."""

    __init__ = _initializer(DEADLINE_EXCEEDED)


class NotFoundError(OpError):
    """A file, a checkpoint's key, a table's key or a resource does not exist."""

    __init__ = _initializer(NOT_FOUND)


class AlreadyExistsError(OpError):
    """What was to be created exists already."""

    __init__ = _initializer(ALREADY_EXISTS)


class PermissionDeniedError(OpError):
    """The operating system or a server refused."""

    __init__ = _initializer(PERMISSION_DENIED)


class ResourceExhaustedError(OpError):
    """Memory, disk space or another quota is used up."""

    __init__ = _initializer(RESOURCE_EXHAUSTED)


class FailedPreconditionError(OpError):
    """The state that an operation needs is not there: most often a variable not yet initialized."""

    __init__ = _initializer(FAILED_PRECONDITION)


class AbortedError(OpError):
    """A concurrent operation interfered, or a worker was restarted; the step may be tried again."""

    __init__ = _initializer(ABORTED)


class OutOfRangeError(OpError):
    """Reading went past the end of a queue, dataset or file; often the normal end of input."""

    __init__ = _initializer(OUT_OF_RANGE)


class UnimplementedError(OpError):
    """An operation, or this use of it, is not supported."""

    __init__ = _initializer(UNIMPLEMENTED)


class InternalError(OpError):
    """Something that must always hold inside the system does not: a bug."""

    __init__ = _initializer(INTERNAL)


class UnavailableError(OpError):
    """A machine of the cluster cannot be reached at the moment."""

    __init__ = _initializer(UNAVAILABLE)


class DataLossError(OpError):
    """Data are damaged: a checksum is wrong or a file ends too early."""

    __init__ = _initializer(DATA_LOSS)


class UnauthenticatedError(OpError):
    """The caller did not prove its identity."""

    __init__ = _initializer(UNAUTHENTICATED)


_CLASS_OF_CODE = {
    CANCELLED: CancelledError,
    UNKNOWN: UnknownError,
    INVALID_ARGUMENT: InvalidArgumentError,
    DEADLINE_EXCEEDED: DeadlineExceededError,
    NOT_FOUND: NotFoundError,
    ALREADY_EXISTS: AlreadyExistsError,
    PERMISSION_DENIED: PermissionDeniedError,
    RESOURCE_EXHAUSTED: ResourceExhaustedError,
    FAILED_PRECONDITION: FailedPreconditionError,
    ABORTED: AbortedError,
    OUT_OF_RANGE: OutOfRangeError,
    UNIMPLEMENTED: UnimplementedError,
    INTERNAL: InternalError,
    UNAVAILABLE: UnavailableError,
    DATA_LOSS: DataLossError,
    UNAUTHENTICATED: UnauthenticatedError,
}
_CODE_OF_CLASS = {cls: code for code, cls in _CLASS_OF_CODE.items()}


def exception_type_from_error_code(error_code):
    """The `OpError` subclass for a status code.

    Args:
      error_code: the code, such as `NOT_FOUND`.

    Raises:
      KeyError: there is no class for it.
    """
    return _CLASS_OF_CODE[error_code]


def error_code_from_exception_type(cls):
    """The status code of an `OpError` subclass; other classes count as `UNKNOWN`."""
    return _CODE_OF_CLASS.get(cls, UNKNOWN)


@contextlib.contextmanager
def raise_exception_on_not_ok_status():
    """A context for code written against 1.x's C interface.

    Yields an object on which that code would have recorded a status.  Nothing in this library
    records one, because errors are raised where they happen, so the context never raises.
    """
    yield None
