"""`arg_scope`: default arguments of functions for a block of a program.

The scopes that are open in a graph are a stack in one of its collections. Each is a dict from the
key of a function to its default arguments, complete: a new scope starts as a copy of the one
outside.
"""

import contextlib
import functools
import inspect

import headwater as tf

_STACK = ("arg_scopes",)
_DECORATED = {}


def _stack():
    stack = tf.get_collection_ref(_STACK)
    if not stack:
        stack.append({})
    return stack


def current_arg_scope():
    """The default arguments that hold here: a dict from functions' keys to dicts."""
    return _stack()[-1]


def arg_scope_func_key(op):
    """The key that a function has in scopes.

    Args:
      op: a function.
    """
    return getattr(op, "_key_op", str(op))


def _name(op):
    return (getattr(op, "__module__", ""), getattr(op, "__name__", str(op)))


def add_arg_scope(func):
    """Decorator: makes a function take default arguments from the open scopes.

    Args:
      func: a function.

    Returns:
      The function with that ability; its signature and docstring stay.
    """
    key = arg_scope_func_key(func)

    @functools.wraps(func)
    def with_defaults(*args, **kwargs):
        found = current_arg_scope().get(key)
        return func(*args, **{**found, **kwargs}) if found else func(*args, **kwargs)

    with_defaults._key_op = key
    _DECORATED[key] = [p.name for p in inspect.signature(func).parameters.values()
                       if p.default is not p.empty]  # fmt: skip
    return with_defaults


def has_arg_scope(func):
    """Whether a function takes default arguments from scopes.

    Args:
      func: a function.
    """
    return arg_scope_func_key(func) in _DECORATED


def arg_scoped_arguments(func):
    """The names of the arguments for which a scope can hold a default.

    Args:
      func: a function decorated with `add_arg_scope`.

    Raises:
      AssertionError: it is not decorated.
    """
    assert has_arg_scope(func), f"{_name(func)} is not decorated with @add_arg_scope"
    return _DECORATED[arg_scope_func_key(func)]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs):
    """A block in which functions have other default arguments.

    Args:
      list_ops_or_scope: list of functions decorated with `add_arg_scope`; or a scope that such a
        block gave before, to be entered again.
      **kwargs: the arguments.

    Yields:
      The scope, which can be entered again.

    Raises:
      TypeError: `list_ops_or_scope` is neither.
      ValueError: a function is not decorated, or there are arguments for a scope entered again.
    """
    scope = _next_scope(list_ops_or_scope, kwargs)
    stack = _stack()
    stack.append(scope)
    try:
        yield scope
    finally:
        stack.pop()


def _next_scope(functions, kwargs):
    if isinstance(functions, dict):
        if kwargs:
            raise ValueError(
                "When attempting to re-use a scope by suppling a dictionary, kwargs must be empty."
            )
        return functions.copy()
    if not isinstance(functions, (list, tuple)):
        raise TypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)")
    scope = current_arg_scope().copy()
    for function in functions:
        if not has_arg_scope(function):
            raise ValueError(f"{_name(function)} is not decorated with @add_arg_scope")
        key = arg_scope_func_key(function)
        scope[key] = {**scope.get(key, {}), **kwargs}
    return scope
