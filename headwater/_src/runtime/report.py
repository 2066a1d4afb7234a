"""Errors of a step as the user sees them: TensorFlow's classes, the node, and the line that made
it.
"""

from headwater._src.compiler.functional import uninitialized as uninitialized
from headwater._src.core import errors
from headwater._src.graph.blame import node_error

# What an ordinary Python exception inside a kernel means.
_MEANING = (
    (NotImplementedError, errors.UnimplementedError),
    (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError),
    (ValueError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError),
    (IndexError, errors.InvalidArgumentError),
    (OverflowError, errors.InvalidArgumentError),
    (ZeroDivisionError, errors.InvalidArgumentError),
    (FileNotFoundError, errors.NotFoundError),
    (PermissionError, errors.PermissionDeniedError),
)


def meaning(error):
    """The class of `tf.errors` and the message that stand for what a kernel raised."""
    if isinstance(error, errors.OpError):
        return type(error), error.message
    kind = next((k for e, k in _MEANING if isinstance(error, e)), errors.UnknownError)
    name = "" if isinstance(error, (ValueError, TypeError)) else f"{type(error).__name__}: "
    return kind, f"{name}{error}"


def located(error, node):
    """The error to raise for a kernel's `error` at `node`.

    Args:
      error: the exception.
      node: the `Operation`.

    Returns:
      A `tf.errors.OpError` of the class that fits, with `op`, `node_def` and where the node was
      created.
    """
    kind, message = meaning(error)
    if isinstance(error, errors.OpError):
        if error.op is not None and error.op is not node:
            node = error.op
        if "\n\t [[node " in message:
            return error
    return node_error(kind, node, message)
