"""`tf.contrib.eager`'s functions that turn a function into one that gives gradients."""

import functools
import inspect

from headwater._src.core import nest
from headwater._src.eager.tape import GradientTape
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor


def implicit_value_and_gradients(f):
    """A function that gives the value of `f` and its gradients with respect to the variables it
    uses.

    Args:
      f: a function that gives a scalar tensor.

    Returns:
      A function of the arguments of `f`, which gives `(value, [(gradient, variable), ...])`, in the
      order in which the variables were made.

    Raises:
      ValueError: when it is called: `f` gives None, or uses no trainable variable.
    """

    @functools.wraps(f)
    def both(*args, **kwargs):
        with GradientTape() as tape:
            value = f(*args, **kwargs)
        if value is None:
            raise ValueError(
                "Cannot differentiate a function that returns None; did you forget to return a "
                f"value from {f.__name__}?"
            )
        variables = sorted(tape.watched_variables(), key=_age)
        if not variables:
            raise ValueError(
                "No trainable variables were accessed while the function was being computed."
            )
        pairs = zip(tape.gradient(value, variables), variables)
        return value, [(g, v) for g, v in pairs if g is not None]

    return both


def _age(variable):
    return getattr(variable, "_number", 0)


def implicit_gradients(f):
    """A function that gives the gradients of `f` with respect to the variables it uses.

    Args:
      f: a function that gives a scalar tensor.

    Returns:
      A function of the arguments of `f`, which gives a list of `(gradient, variable)`, as
      `apply_gradients` takes it.

    >>> w = tf.contrib.eager.Variable(3.0)
    >>> tf.contrib.eager.implicit_gradients(lambda x: x * w)(2.0)[0][0].numpy()
    np.float32(2.0)
    """
    both = implicit_value_and_gradients(f)

    @functools.wraps(f)
    def only_gradients(*args, **kwargs):
        return both(*args, **kwargs)[1]

    return only_gradients


def value_and_gradients_function(f, params=None):
    """A function that gives the value of `f` and its derivatives with respect to its arguments.

    Args:
      f: a function of tensors.
      params: which arguments: their names, or their positions (default: all).

    Returns:
      A function of the arguments of `f`, and of `dy`, which weights the elements of the value. It
      gives `(value, list of gradients)`.

    Raises:
      ValueError: `params` names no argument, or the function gives None when it is called.
    """

    @functools.wraps(f)
    def both(*args, **kwargs):
        dy = kwargs.pop("dy", None)
        if kwargs:
            raise ValueError(
                f"Functions to be differentiated cannot receive keyword arguments. Got {kwargs}"
            )
        positions = _positions(f, args, params)
        args = [
            convert_to_tensor(x) if i in positions and not isinstance(x, Tensor) else x
            for i, x in enumerate(args)
        ]
        sources = [args[i] for i in positions]
        with GradientTape() as tape:
            tape.watch(sources)
            value = f(*args)
            if value is None:
                raise ValueError(
                    "Cannot differentiate a function that returns None; did you forget to return a "
                    f"value from {f.__name__}?"
                )
            value = nest.map_structure(convert_to_tensor, value)
        return value, tape.gradient(value, sources, dy)

    return both


def gradients_function(f, params=None):
    """A function that gives the derivatives of `f` with respect to its arguments.

    Args:
      f: a function of tensors.
      params: which arguments: their names, or their positions (default: all).

    Returns:
      A function of the arguments of `f`, and of `dy`, which gives a list of gradients.

    >>> tf.contrib.eager.gradients_function(lambda x: x * x)(3.0)[0].numpy()
    np.float32(6.0)
    """
    both = value_and_gradients_function(f, params)

    @functools.wraps(f)
    def only_gradients(*args, **kwargs):
        return both(*args, **kwargs)[1]

    return only_gradients


def make_vjp(f, params=None, persistent=True):
    """A function that gives the value of `f` and the function that goes backwards from there.

    Args:
      f: a function of tensors.
      params: which arguments: their names, or their positions (default: all).
      persistent: whether the backward function may be called more than once.

    Returns:
      A function of the arguments of `f`, which gives `(value, vjp)`; `vjp(dy=None)` gives the
      gradients.
    """

    def both(*args, **kwargs):
        positions = _positions(f, args, params)
        args = [convert_to_tensor(x) if i in positions else x for i, x in enumerate(args)]
        sources = [args[i] for i in positions]
        with GradientTape(persistent=persistent) as tape:
            tape.watch(sources)
            value = f(*args, **kwargs)
        return value, lambda dy=None: tape.gradient(value, sources, dy)

    return both


def _positions(f, args, params):
    """The positions of the arguments that are differentiated."""
    if params is None:
        return list(range(len(args)))
    names = list(inspect.signature(f).parameters)
    if all(isinstance(p, str) for p in params):
        unknown = [p for p in params if p not in names]
        if unknown:
            raise ValueError(
                f"params must be argument names of {f.__name__}: {names}, got {unknown}"
            )
        return [names.index(p) for p in params]
    if all(isinstance(p, int) for p in params):
        return list(params)
    raise ValueError(f"params must be all strings or all integers; got {params}.")
