"""Small helpers of `tensorflow.python.framework` and `ops` that were never public but are used."""

import itertools

from headwater._src.core.tensor_shape import TensorShape

_counter = itertools.count()


def uid():
    """A number that no earlier call in this process gave."""
    return next(_counter)


def strip_name_scope(name, export_scope):
    """A node's name as seen from inside a name scope.

    Args:
      name: the full name, such as `"tower/dense/kernel"`; a leading `^` or `loc:@` stays in front.
      export_scope: the scope, such as `"tower"`, or an empty value for none.

    Returns:
      The name without the scope; the name itself when it is outside the scope.
    """
    scope = (export_scope or "").rstrip("/") + "/"
    for mark in ("loc:@", "^", ""):
        if name.startswith(mark):
            bare = name[len(mark) :]
            return mark + (bare.removeprefix(scope) if scope != "/" else bare)
    return name


def prepend_name_scope(name, import_scope):
    """A node's name once it is inside a name scope; the inverse of `strip_name_scope`.

    Args:
      name: the name; a leading `^` or `loc:@` stays in front.
      import_scope: the scope, or an empty value for none.

    Returns:
      The full name.
    """
    scope = (import_scope or "").rstrip("/")
    for mark in ("loc:@", "^", ""):
        if scope and name.startswith(mark):
            return f"{mark}{scope}/{name[len(mark) :]}"
    return name


class RegisterShape:
    """A decorator of programs from before 1.0, whose ops took their shapes from Python functions.

    Ops here know their shapes; the function is left as it is and never called.
    """

    def __init__(self, op_type):
        """Names the op.

        Args:
          op_type: the op's name.
        """
        self.op_type = op_type

    def __call__(self, f):
        """Gives the function back."""
        return f


def scalar():
    """The shape of a tensor of rank 0."""
    return TensorShape([])


def vector(length):
    """The shape of a tensor of rank 1.

    Args:
      length: its length, a number or `None`.

    Returns:
      A `TensorShape`.
    """
    return TensorShape([length])


def matrix(rows, cols):
    """The shape of a tensor of rank 2.

    Args:
      rows: number of rows, or `None`.
      cols: number of columns, or `None`.

    Returns:
      A `TensorShape`.
    """
    return TensorShape([rows, cols])


def scalar_shape(op):
    """The shape function, of before 1.0, of an op with one scalar result."""
    return [TensorShape([])]


def unchanged_shape(op):
    """The shape function, of before 1.0, of an op whose result is shaped like its first input."""
    return [op.inputs[0].get_shape()]


def call_cpp_shape_fn(op, require_shape_fn=True):
    """What headwater knows of an op's output shapes.

    Args:
      op: an `Operation`.
      require_shape_fn: not looked at; every op has a shape function.

    Returns:
      A dict whose `"shapes"` are the outputs' `TensorShape`s.
    """
    return {"shapes": [out.get_shape() for out in op.outputs]}


def GetContainingXLAContext(ctxt):
    """The XLA context around a control-flow context: `None`, there are none in graphs here."""
    return None


def IsInXLAContext(op):
    """Whether an op is to be compiled by itself: never, steps are compiled as a whole."""
    return False
