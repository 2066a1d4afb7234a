"""Errors of a step as the user sees them: TensorFlow's classes, the node, and the line that made it."""

from headwater._src.core import errors
from headwater._src.graph.blame import node_error


# What an ordinary Python exception inside a kernel means.
_MEANING = (
    (NotImplementedError, errors.UnimplementedError), (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError), (ValueError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError), (IndexError, errors.InvalidArgumentError),
    (OverflowError, errors.InvalidArgumentError), (ZeroDivisionError, errors.InvalidArgumentError),
    (FileNotFoundError, errors.NotFoundError), (PermissionError, errors.PermissionDeniedError),
)


def located(error, node):
    """The error to raise for a kernel's `error` at `node`.

    Args:
      error: the exception.
      node: the `Operation`.

    Returns:
      A `tf.errors.OpError` of the class that fits, with `op`, `node_def` and where the node was created.
    """
    if isinstance(error, errors.OpError):
        if error.op is not None and error.op is not node:
            node = error.op
        kind, message = type(error), error.message
        if "\n\t [[node " in message:
            return error
    else:
        kind = next((k for e, k in _MEANING if isinstance(error, e)), errors.UnknownError)
        name = "" if isinstance(error, (ValueError, TypeError)) else f"{type(error).__name__}: "
        message = f"{name}{error}"
    return node_error(kind, node, message)


def uninitialized(slot, node):
    """The error of reading a variable that has no value."""
    if slot.is_resource:
        message = (f"Error while reading resource variable {slot.key[1]} from Container: "
                   f"{slot.key[0] or 'localhost'}. This could mean that the variable was uninitialized. Could not find variable {slot.key[1]}. Run its "
                   "initializer first, for example tf.global_variables_initializer().")
    else:
        message = (f"Attempting to use uninitialized value {slot.key[1]}. Run its initializer first, for "
                   "example tf.global_variables_initializer(), or restore a checkpoint.")
    return node_error(errors.FailedPreconditionError, node, message)
