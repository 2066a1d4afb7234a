"""`tf.autograph`: Python's `if`, `for` and `while` stay Python's here, so nothing is converted.

A condition on a tensor is written `tf.cond`, a loop `tf.while_loop`.
"""

import enum

_WHAT_TO_DO = (
    "headwater does not turn Python's if, for and while into nodes of a graph: use tf.cond, "
    "tf.case, tf.while_loop or tf.map_fn in the function"
)


class Feature(enum.Enum):
    """Parts of the conversion that TensorFlow can leave out."""

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"


def do_not_convert(func=None):
    """Marks a function as one that is not to be converted; all functions are like that here.

    Args:
      func: the function; None to use the result as a decorator.

    Returns:
      The function itself, or a decorator.
    """
    return (lambda function: function) if func is None else func


def set_loop_options(
    parallel_iterations=None, swap_memory=None, maximum_iterations=None, shape_invariants=None
):
    """Settings of a converted loop: there is none, and nothing happens.

    Args:
      parallel_iterations: not looked at.
      swap_memory: not looked at.
      maximum_iterations: not looked at.
      shape_invariants: not looked at.
    """


def set_verbosity(level, alsologtostdout=False):
    """How much a conversion logs: nothing is converted, nothing logged.

    Args:
      level: not looked at.
      alsologtostdout: not looked at.
    """


def trace(*args):
    """Prints values while a function builds its graph.

    Args:
      *args: what to print.
    """
    print(*args)


def to_graph(
    entity, recursive=True, arg_values=None, arg_types=None, experimental_optional_features=None
):
    """Would convert a function.

    Args:
      entity: the function.
      recursive: whether to convert those that it calls.
      arg_values: values of its arguments.
      arg_types: types of its arguments.
      experimental_optional_features: parts of the conversion.

    Raises:
      NotImplementedError: always.
    """
    raise NotImplementedError(f"tf.autograph.to_graph: {_WHAT_TO_DO}.")


def to_code(
    entity,
    recursive=True,
    arg_values=None,
    arg_types=None,
    indentation="  ",
    experimental_optional_features=None,
):
    """Would show a converted function.

    Args:
      entity: the function.
      recursive: whether to convert those that it calls.
      arg_values: values of its arguments.
      arg_types: types of its arguments.
      indentation: of the text.
      experimental_optional_features: parts of the conversion.

    Raises:
      NotImplementedError: always.
    """
    raise NotImplementedError(f"tf.autograph.to_code: {_WHAT_TO_DO}.")
