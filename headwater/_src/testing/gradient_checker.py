"""Symbolic gradients against central differences."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.gradients import gradients
from headwater._src.ops.constants import placeholder
from headwater._src.runtime.session import get_default_session


def compute_gradient(
    x,
    x_shape,
    y,
    y_shape,
    x_init_value=None,
    delta=1e-3,
    init_targets=None,
    extra_feed_dict=None,
):
    """The Jacobian of `y` by `x`, symbolic and numeric, in the default session.

    The numeric one is (y(x + delta e_i) - y(x - delta e_i)) / (2 delta) for each element i.

    Args:
      x: a float or complex tensor, or a list of them.
      x_shape: the shape of `x`, a list or tuple; a list of shapes for a list.
      y: a tensor.
      y_shape: the shape of `y`.
      x_init_value: array with the point; None draws one from [0, 1). A list for a list.
      delta: the step of the differences.
      init_targets: operations to run first, such as the initialization of variables.
      extra_feed_dict: values of other placeholders.

    Returns:
      `(symbolic, numeric)`, arrays `[elements of x, elements of y]`; a list of such pairs for a
      list. A complex number counts as two elements, its real and its imaginary part.

    Raises:
      ValueError: `y` does not depend on `x`, no session is the default one, or a type has no
        gradient.
    """
    session = get_default_session()
    if session is None:
        raise ValueError("compute_gradient needs a default session: call it in `with Session():`")
    if init_targets is not None:
        session.run(init_targets)
    many = isinstance(x, list)
    xs, shapes = (x, x_shape) if many else ([x], [x_shape])
    starts = x_init_value if many and x_init_value is not None else [x_init_value] * len(xs)
    points = [_start(t, shape, value) for t, shape, value in zip(xs, shapes, starts)]
    feeds = dict(extra_feed_dict or {})
    feeds.update(zip(xs, points))
    found = [
        (
            _symbolic(session, t, p, y, y_shape, feeds),
            _numeric(session, t, p, y, y_shape, delta, feeds),
        )
        for t, p in zip(xs, points)
    ]
    return found if many else found[0]


def compute_gradient_error(
    x,
    x_shape,
    y,
    y_shape,
    x_init_value=None,
    delta=1e-3,
    init_targets=None,
    extra_feed_dict=None,
):
    """The largest difference between the two Jacobians of `compute_gradient`.

    Args:
      x: see `compute_gradient`.
      x_shape: see `compute_gradient`.
      y: see `compute_gradient`.
      y_shape: see `compute_gradient`.
      x_init_value: see `compute_gradient`.
      delta: see `compute_gradient`.
      init_targets: see `compute_gradient`.
      extra_feed_dict: see `compute_gradient`.

    Returns:
      The difference, a float; 0 for an empty Jacobian.

    Raises:
      ValueError: as `compute_gradient`.
    """
    pairs = compute_gradient(
        x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict
    )
    pairs = pairs if isinstance(pairs, list) else [pairs]
    return max((np.fabs(a - b).max() if a.size else 0.0 for a, b in pairs), default=0.0)


def _start(x, shape, value):
    kind = x.dtype.base_dtype
    if not (kind.is_floating or kind.is_complex):
        raise ValueError(f"{x.name} has type {kind.name}: gradients are of floating-point numbers.")
    if value is None:
        value = np.random.random_sample(tuple(shape))
        if kind.is_complex:
            value = value + 1j * np.random.random_sample(tuple(shape))
    value = np.array(value, dtype=kind.as_numpy_dtype)
    if value.shape != tuple(shape):
        raise ValueError(f"x_init_value has shape {value.shape}, x_shape is {tuple(shape)}.")
    return value


def _parts(array):
    """The numbers of an array as real ones."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if np.iscomplexobj(flat) else flat


def _symbolic(session, x, point, y, y_shape, feeds):
    weights = placeholder(y.dtype, shape=tuple(y_shape))
    (dx,) = gradients(y, x, weights)
    if dx is None:
        raise ValueError(f"{y.name} does not depend on {x.name}, or not differentiably.")
    shown = convert_to_tensor(dx)  # IndexedSlices are seen dense
    kind = y.dtype.as_numpy_dtype
    probe = np.zeros(tuple(y_shape), kind)
    columns = _parts(probe)
    jacobian = np.zeros((_parts(point).size, columns.size), _parts(point).dtype)
    for j in range(columns.size):
        columns[:] = 0
        columns[j] = 1
        jacobian[:, j] = _parts(session.run(shown, {**feeds, weights: probe}))
    return jacobian


def _numeric(session, x, point, y, y_shape, delta, feeds):
    moved = point.copy()
    cells = _parts(moved)
    count = int(np.prod(y_shape, dtype=np.int64)) * (2 if y.dtype.is_complex else 1)
    wide = x.dtype.base_dtype == dtypes.float16
    jacobian = np.zeros((cells.size, count), np.float32 if wide else cells.dtype)
    for i in range(cells.size):
        kept = cells[i]
        ends = []
        for sign in (1, -1):
            cells[i] = kept + sign * delta
            ends.append(_parts(np.asarray(session.run(y, {**feeds, x: moved.copy()}))))
        cells[i] = kept
        jacobian[i] = (ends[0].astype(jacobian.dtype) - ends[1]) / (2 * delta)
    return jacobian
