"""Checks that stop a step: `Assert`, and the assertions about values that are made with it."""

import functools

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.static_value import constant_value
from headwater._src.ops._scope import scope
from headwater._src.ops._summary import brief

# --- assert -----------------------------------------------------------------------------------

Assert = define_op(
    "Assert",
    inputs="condition: bool, data: T",
    attrs=["T: list(type) >= 1", "summarize: int = 3"],
    stateful=True,
    shape=lambda condition, data: [],
)


@Assert.kernel(check=True)
def assert_kernel(xp, condition, data, *, summarize):
    # Data are looked at in NumPy only: a compiled step keeps the condition and is repeated there.
    def error():
        shown = "" if xp.compiled else " ".join(f"[{brief(x, summarize)}]" for x in data)
        return errors.InvalidArgumentError(None, None, f"assertion failed: {shown}")

    if xp.ndim(condition) != 0:
        raise errors.InvalidArgumentError(
            None, None, f"In[0] should be a scalar: {list(xp.shape(condition))}"
        )
    xp.require(condition, error)
    return []


Assert.no_gradient()

# What TensorFlow keeps in the host's memory anyway; with other data it puts the check into a
# branch, so that they are not copied while the condition holds.
_ON_HOST = (dtypes.string, dtypes.int32)


@public
def assert_(condition, data, summarize=None, name=None):
    """An operation that fails unless `condition` is true.

    Args:
      condition: scalar `bool` tensor or value.
      data: list of tensors and values that the error message shows.
      summarize: how many elements of each of them; 3 by default, -1 for all.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`. Let what must not happen otherwise depend on it:
      `with tf.control_dependencies([check]): ...`.

    Raises:
      InvalidArgumentError: when it runs, if `condition` is false.
    """
    with scope(name, "Assert", [condition, *data]):
        tensors = [convert_to_tensor(x) for x in data]
        summarize = 3 if summarize is None else summarize
        if all(x.dtype.base_dtype in _ON_HOST for x in tensors):
            return raw.Assert(condition, data, summarize=summarize, name="Assert")
        with get_default_graph().name_scope("AssertGuard"):
            return raw.Assert(condition, data, summarize=summarize, name="Assert")


PUBLIC["Assert"] = assert_  # the name that other op files and generated code know it by


def _prefix(message):
    return f"{message}.  " if message else ""


# --- two tensors ------------------------------------------------------------------------------


def _compare(name, default_name, sign, compare, x, y, data, summarize, message):
    with scope(name, default_name, [x, y, *(data or ())]):
        if sign == "==" and x is y:
            return PUBLIC["no_op"]()
        x, y = convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y")
        if data is None:
            data = [
                f"Condition x {sign} y did not hold element-wise:",
                f"x ({x.name}) = ",
                x,
                f"y ({y.name}) = ",
                y,
            ]
            if message is not None:
                data = [message, *data]
        holds = compare(x, y)
        condition = PUBLIC["reduce_all"](holds)
        first, second = constant_value(x), constant_value(y)
        if first is not None and second is not None and not _holds(sign, first, second):
            raise errors.InvalidArgumentError(None, None, "\n".join(_shown(d) for d in data))
        return assert_(condition, data, summarize=summarize)


_NUMPY = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _holds(sign, x, y):
    return bool(np.all(_NUMPY[sign](x, y)))


def _shown(item):
    if not isinstance(item, Tensor):
        return str(item)
    value = constant_value(item)
    return item.name if value is None else str(value)


_COMPARE_DOC = """An operation that fails unless `x {sign} y` holds for all elements.

    Args:
      x: numeric `Tensor`.
      y: `Tensor` of the same type, of a shape that broadcasts with that of `x`.
      data: list of what the error message shows; the condition, `x` and `y` by default.
      summarize: how many elements of each of them are shown; 3 by default.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`; let depend on it what needs the condition.

    Raises:
      InvalidArgumentError: at once, if `x` and `y` are constants for which it does not hold;
        else when the operation runs.
      ValueError: the static shapes do not broadcast.
    """


def _comparison(name, sign, op, twice=False):
    def assertion(x, y, data=None, summarize=None, message=None, name=None):
        compare = lambda a, b: getattr(raw, op)(a, b)
        if not twice:
            return _compare(name, assertion.__name__, sign, compare, x, y, data, summarize, message)
        # TensorFlow enters this one's scope twice, so its nodes are under `assert_equal_1`.
        own = name or assertion.__name__
        with get_default_graph().name_scope(own):
            pass
        return _compare(own, own, sign, compare, x, y, data, summarize, message)

    assertion.__name__ = assertion.__qualname__ = name
    assertion.__doc__ = _COMPARE_DOC.format(sign=sign)
    return public(assertion)


assert_equal = _comparison("assert_equal", "==", "Equal", twice=True)
assert_none_equal = _comparison("assert_none_equal", "!=", "NotEqual")
assert_less = _comparison("assert_less", "<", "Less")
assert_less_equal = _comparison("assert_less_equal", "<=", "LessEqual")
assert_greater = _comparison("assert_greater", ">", "Greater")
assert_greater_equal = _comparison("assert_greater_equal", ">=", "GreaterEqual")


def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """An operation that fails unless `|x - y| < atol + rtol * |y|` for all elements.

    Args:
      x: floating-point or complex `Tensor`.
      y: `Tensor` of the same type, of a shape that broadcasts with that of `x`.
      rtol: relative tolerance; ten times the distance from 1 to the next number by default.
      atol: absolute tolerance; the same by default.
      data: list of what the error message shows.
      summarize: how many elements of each of them are shown; 3 by default.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`.

    Raises:
      InvalidArgumentError: when the operation runs and it does not hold.
    """
    with scope(name, "assert_near", [x, y, rtol, atol, *(data or ())]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        real = x.dtype.real_dtype.base_dtype
        small = 10 * _epsilon(real)
        rtol = convert_to_tensor(small if rtol is None else rtol, real, "rtol")
        atol = convert_to_tensor(small if atol is None else atol, real, "atol")
        if data is None:
            data = [
                _prefix(message),
                f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
                f"x ({x.name}) = ",
                x,
                f"y ({y.name}) = ",
                y,
            ]
        tolerance = atol + rtol * PUBLIC["abs"](y)
        difference = PUBLIC["abs"](x - y)
        condition = PUBLIC["reduce_all"](raw.Less(difference, tolerance))
        return assert_(condition, data, summarize=summarize)


def _epsilon(dtype):
    if dtype is dtypes.bfloat16:
        return 2.0**-7
    try:
        return np.finfo(dtype.as_numpy_dtype).eps
    except ValueError:
        raise ValueError(f"assert_near needs floating-point tensors, not {dtype.name}") from None


# --- one tensor and zero ----------------------------------------------------------------------

_ZERO_DOC = """An operation that fails unless `x {sign} 0` holds for all elements.

    Args:
      x: numeric `Tensor`; an empty one passes.
      data: list of what the error message shows; the condition and `x` by default.
      summarize: how many elements of each of them are shown; 3 by default.
      message: what the error message begins with.
      name: name of the scope of the nodes.

    Returns:
      An `Operation`; let depend on it what needs the condition.

    Raises:
      InvalidArgumentError: at once, if `x` is a constant for which it does not hold; else when
        the operation runs.
    """


def _sign_check(name, sign, comparison, zero_first):
    def assertion(x, data=None, summarize=None, message=None, name=None):
        with scope(name, assertion.__name__, [x, *(data or ())]):
            x = convert_to_tensor(x, name="x")
            if data is None:
                said, of = f"Condition x {sign} 0 did not hold element-wise:", f"x ({x.name}) = "
                # `x <= 0` says both in one string in TensorFlow, and so in graphs made by it.
                parts = [said + of] if sign == "<=" else [said, of]
                data = [_prefix(message), *parts, x]
            zero = convert_to_tensor(0, dtype=x.dtype.base_dtype)
            pair = (zero, x) if zero_first else (x, zero)
            return comparison(*pair, data=data, summarize=summarize)

    assertion.__name__ = assertion.__qualname__ = name
    assertion.__doc__ = _ZERO_DOC.format(sign=sign)
    return public(assertion)


assert_positive = _sign_check("assert_positive", ">", assert_less, True)
assert_non_negative = _sign_check("assert_non_negative", ">=", assert_less_equal, True)
assert_negative = _sign_check("assert_negative", "<", assert_less, False)
assert_non_positive = _sign_check("assert_non_positive", "<=", assert_less_equal, False)


# --- order ------------------------------------------------------------------------------------


def _neighbours(name, default_name, x, compare):
    with scope(name, default_name, [x]):
        x = convert_to_tensor(x, name="x") if not isinstance(x, Tensor) else x
        flat = raw.Reshape(x, [-1])
        if not PUBLIC["is_numeric_tensor"](flat):
            raise TypeError(f"Expected x to be numeric, instead found: {flat}")
        # Fewer than two elements leave nothing to compare, and nothing holds.
        return PUBLIC["reduce_all"](compare(flat[1:], flat[:-1]))


def is_non_decreasing(x, name=None):
    """Whether no element of `x` is smaller than the one before it.

    Args:
      x: numeric `Tensor`; the elements are compared in row-major order.
      name: name of the scope of the nodes.

    Returns:
      A scalar `bool` tensor; true for fewer than two elements.

    Raises:
      TypeError: `x` is not numeric.
    """
    return _neighbours(name, "is_non_decreasing", x, functools.partial(raw.GreaterEqual))


def is_strictly_increasing(x, name=None):
    """Whether each element of `x` is larger than the one before it.

    Args:
      x: numeric `Tensor`; the elements are compared in row-major order.
      name: name of the scope of the nodes.

    Returns:
      A scalar `bool` tensor; true for fewer than two elements.

    Raises:
      TypeError: `x` is not numeric.
    """
    return _neighbours(name, "is_strictly_increasing", x, functools.partial(raw.Greater))


# --- numbers ----------------------------------------------------------------------------------


def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """`t`, after a check that it has no infinite element and none that is not a number.

    Args:
      t: floating-point `Tensor`.
      msg: what the error message begins with.
      name: name of the scope of the nodes.
      x: newer name of `t`.
      message: newer name of `msg`.

    Returns:
      A `Tensor` equal to `t`.

    Raises:
      InvalidArgumentError: when it runs, if there is such an element.
      ValueError: an argument is missing, or given under both names.
    """
    tensor, text = _either("t", t, "x", x), _either("msg", msg, "message", message)
    with scope(name, "VerifyFinite", [tensor]):
        tensor = convert_to_tensor(tensor, name="t")
        with tensor.graph.colocate_with(tensor):
            check = raw.CheckNumerics(tensor, message=text)
        return PUBLIC["with_dependencies"]([check], tensor)


def _either(old_name, old, new_name, new):
    if old is None and new is None:
        raise ValueError(f"Must specify '{new_name}' (or '{old_name}', its old name)")
    if old is not None and new is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return new if old is None else old


def add_check_numerics_ops():
    """An operation that checks every floating-point tensor of the graph, in creation order.

    Returns:
      An `Operation` that fails when one of them has an infinite element or one that is not a
      number; the message names the tensor.
    """
    checks = []
    graph = get_default_graph()
    for op in graph.get_operations():
        for output in op.outputs:
            if output.dtype.base_dtype.is_floating:
                with graph.control_dependencies(checks[-1:]):
                    checks.append(raw.CheckNumerics(output, message=output.name))
    return PUBLIC["group"](*[check.op for check in checks])
