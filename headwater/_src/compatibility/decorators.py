"""`tensorflow.python.util`: decorators that programs borrow, and the records they leave."""

import contextlib
import functools
import inspect
import sys

from headwater._src.core import logging

contextmanager = contextlib.contextmanager


class TFDecorator:
    """What is known of a decorated function.

    Attributes:
      decorator_name: the decorator's name.
      decorated_target: the function inside.
      decorator_doc: a remark on the decorator.
      decorator_argspec: the signature to be shown in place of the function's own, or `None`.
    """

    def __init__(self, decorator_name, target, decorator_doc="", decorator_argspec=None):
        self.decorator_name = decorator_name
        self.decorated_target = target
        self.decorator_doc = decorator_doc
        self.decorator_argspec = decorator_argspec


def make_decorator(
    target, decorator_func, decorator_name=None, decorator_doc="", decorator_argspec=None
):
    """Makes a wrapper look like the function that it wraps.

    Args:
      target: the function that was wrapped.
      decorator_func: the wrapper.
      decorator_name: the decorator's name; the caller's when not given.
      decorator_doc: a remark on the decorator.
      decorator_argspec: the signature to show, or `None` for the target's.

    Returns:
      `decorator_func`.
    """
    if decorator_name is None:
        decorator_name = sys._getframe(1).f_code.co_name
    functools.update_wrapper(decorator_func, target)
    decorator_func._tf_decorator = TFDecorator(
        decorator_name, target, decorator_doc, decorator_argspec
    )
    return decorator_func


def unwrap(maybe_tf_decorator):
    """Follows wrappers made by `make_decorator` to the function inside.

    Args:
      maybe_tf_decorator: any function.

    Returns:
      A list of the `TFDecorator`s, outermost first, and the innermost function.
    """
    found, function = [], maybe_tf_decorator
    while hasattr(function, "_tf_decorator"):
        found.append(function._tf_decorator)
        function = function._tf_decorator.decorated_target
    return found, function


def deprecated(date, instructions, warn_once=True):
    """A decorator: the first call warns that the function is going away.

    Args:
      date: when it goes, or `None`.
      instructions: what to use in its place.
      warn_once: not looked at; a function warns once.

    Returns:
      The decorator.
    """

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            when = f" after {date}" if date else ""
            logging.warn_once(
                ("deprecated", function.__module__, function.__qualname__),
                f"{function.__qualname__} is deprecated and goes{when}: {instructions}",
            )
            return function(*args, **kwargs)

        return wrapper

    return decorate


def deprecated_args(date, instructions, *names, **kwargs):
    """A decorator for a function some of whose arguments are deprecated; it changes nothing."""
    return lambda function: function


deprecated_arg_values = deprecated_alias_arguments = deprecated_args


def deprecated_argument_lookup(new_name, new_value, old_name, old_value):
    """The value of an argument that has an old and a new name.

    Args:
      new_name: the new name.
      new_value: its value, or `None` when not given.
      old_name: the old name.
      old_value: its value, or `None` when not given.

    Returns:
      Whichever was given.

    Raises:
      ValueError: both were.
    """
    if old_value is None:
        return new_value
    if new_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return old_value


@contextlib.contextmanager
def silence():
    """A block without warnings about deprecated functions."""
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)


class tf_export:
    """A decorator that notes a public name; the function stays as it is.

    >>> @tf_export("nn.twice")
    ... def twice(x):
    ...     return 2 * x
    """

    def __init__(self, *names, **options):
        self.names = names

    def __call__(self, function):
        return function


keras_export = estimator_export = tf_export


def should_use_result(fn=None, warn_in_eager=False, error_in_function=False):
    """A decorator for functions whose result should not be dropped; it changes nothing."""
    return fn if fn is not None else (lambda function: function)


keyword_args_only = should_use_result


def fn_args(fn):
    """Names of a function's arguments, without the object of a bound method.

    Args:
      fn: a function, method, callable object or `functools.partial`.

    Returns:
      A tuple of names.
    """
    return tuple(
        name
        for name, p in inspect.signature(fn).parameters.items()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    )


def make_all(module_name, doc_string_modules=None):
    """The public names of a module.

    Args:
      module_name: a module that has been imported.
      doc_string_modules: not looked at.

    Returns:
      A list of names.
    """
    return [n for n in dir(sys.modules[module_name]) if not n.startswith("_")]


def remove_undocumented(module_name, allowed_exception_list=None, doc_string_modules=None):
    """Leaves a module as it is.

    Args:
      module_name: its name.
      allowed_exception_list: not looked at.
      doc_string_modules: not looked at.
    """
