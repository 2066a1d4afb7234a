"""Which function gives an operation's gradient: the op's own, or one the program registered under
a name.

State: `_REGISTERED` maps a name (of an op, or one used with `gradient_override_map`) to a
function, or to None for "not differentiable".
"""

from headwater._src.graph import callsite
from headwater._src.graph.optable import OPS

_REGISTERED = {}


class RegisterGradient:
    """A decorator that registers a gradient function for an op type.

    The function takes the operation and the gradients of its outputs, and returns the gradients of
    its inputs (None where there is none). The name may be that of an op without a gradient, or any
    new one, to be used with `Graph.gradient_override_map`.

    >>> @tf.RegisterGradient("Doubled")
    ... def doubled(op, dy):
    ...     return 2 * dy
    """

    __slots__ = ("_op_type",)

    def __init__(self, op_type):
        """Names what is registered.

        Args:
          op_type: the op type, or the override's name.

        Raises:
          TypeError: `op_type` is not a string.
        """
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, f):
        """Registers `f` and returns it; KeyError when the name already has a gradient."""
        _register(self._op_type, f)
        return f


def NotDifferentiable(op_type):
    """Says that ops of a type have no gradient by nature: what is before them gets None, not an
    error.

    Args:
      op_type: the op type, or a name for `gradient_override_map`.

    Raises:
      TypeError: `op_type` is not a string.
      KeyError: it already has a gradient.
    """
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, None)


NoGradient = NotDifferentiable


def _register(name, function):
    op = OPS.get(name)
    if (
        name in _REGISTERED
        or op is not None
        and (op.gradient_fn is not None or not op.differentiable)
    ):
        raise KeyError(f"Registering two gradient with name '{name}'!")
    _REGISTERED[name] = function


def get_gradient_function(op):
    """The gradient function of an operation.

    Args:
      op: an `Operation`.

    Returns:
      A function `(op, *dys) -> [dx or None, ...]`, or None when the operation is not
      differentiable by nature.

    Raises:
      LookupError: nobody has written its gradient.
    """
    if not op.inputs:
        return None
    name = op.attrs.get("_gradient_op_type", op.type)
    if isinstance(name, bytes):
        name = name.decode()
    if name in _REGISTERED:
        return _REGISTERED[name]
    kind = op.op if name == op.type else OPS.get(name)
    if kind is not None:
        if kind.gradient_fn is not None:
            return kind.gradient_fn
        if not kind.differentiable:
            return None
    place = callsite.where(op.site)
    created = f"\nThe operation was created at {place}." if place else ""
    raise LookupError(
        f"No gradient defined for operation '{op.name}' (op type: {op.type}). "
        "Register one by `@tf.RegisterGradient`, or put `tf.stop_gradient` around the operation if "
        f"it is to be a constant.{created}"
    )
