"""Histograms, confusion matrices, a running log-sum-exp, polynomials, neighbouring numbers."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.operators import truediv
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._broadcast import waiting
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, broadcast, with_rank
from headwater._src.ops._static import shape_tensor


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


# --- histogram --------------------------------------------------------------------------------

HistogramFixedWidth = define_op(
    "HistogramFixedWidth",
    inputs="values: T, value_range: T, nbins: int32",
    outputs="out: dtype",
    attrs=["T: {int32, int64, float, double}", "dtype: {int32, int64} = int32"],
)


@HistogramFixedWidth.shape
def _histogram_shape(values, value_range, nbins):
    bounds = with_rank(value_range.dims, 1)[0]
    if bounds not in (None, 2):
        raise ShapeError(f"Dimension must be 2 but is {bounds}")
    with_rank(nbins.dims, 0)
    if value_range.known is not None and value_range.known[0] >= value_range.known[1]:
        low, high = value_range.known
        raise ShapeError(
            f"value_range should satisfy value_range[0] < value_range[1], but got '[{low}, {high}]'"
        )
    if nbins.known is None:
        return (None,)
    if nbins.known <= 0:
        raise ShapeError(f"Requires nbins > 0: {nbins.known}")
    return (int(nbins.known),)


@HistogramFixedWidth.kernel(static=["nbins"])
def _histogram_kernel(xp, values, value_range, nbins, *, dtype):
    count = int(nbins)
    if count <= 0:
        raise _invalid(f"nbins should be a positive number, but got '{count}'")
    low, high = value_range[0], value_range[1]
    xp.require(
        low < high,
        lambda: _invalid(
            f"value_range should satisfy value_range[0] < value_range[1], but got '[{low}, {high}]'"
        ),
    )
    low, high = xp.cast(low, "float64"), xp.cast(high, "float64")
    flat = xp.cast(xp.reshape(values, (-1,)), "float64")
    at = xp.clip(xp.floor((flat - low) / ((high - low) / count)), 0, count - 1)
    ones = xp.ones(flat.shape, dtype.as_numpy_dtype)
    return xp.segment_sum(ones, xp.cast(xp.nan_to_num(at), "int32"), count)


HistogramFixedWidth.no_gradient()


@public
def histogram_fixed_width(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """How many values fall into each of some equally wide bins.

    Args:
      values: numeric `Tensor`; values outside the range count in the first or last bin.
      value_range: `[lowest, highest]`, of the type of `values`.
      nbins: number of bins.
      dtype: integer type of the counts.
      name: optional name of the operation.

    Returns:
      Vector of `nbins` counts.

    Raises:
      TypeError: a type is not possible.
      InvalidArgumentError: when run with an empty range.
    """
    with scope(name, "histogram_fixed_width", [values, value_range, nbins]) as name:
        return raw.HistogramFixedWidth(values, value_range, nbins, dtype=dtype, name=name)


@public
def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=dtypes.int32, name=None):
    """Into which of some equally wide bins each value falls; see `tf.histogram_fixed_width`.

    Args:
      values: numeric `Tensor`.
      value_range: `[lowest, highest]`, of the type of `values`.
      nbins: number of bins.
      dtype: has no effect: the result is int32, as in TensorFlow.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape of `values`.

    Raises:
      TypeError: a type is not possible.
    """
    with scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape = PUBLIC["shape"](values)
        values = raw.Reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtype=dtypes.int32, name="nbins")
        check = PUBLIC["Assert"](raw.Greater(nbins, 0), [f"nbins {nbins} must be > 0"])
        with control_dependencies([check]):
            nbins = raw.Identity(nbins, name="control_dependency")
        count = raw.Cast(nbins, DstT=values.dtype.base_dtype)
        scaled = truediv(
            values - value_range[0], value_range[1] - value_range[0], name="scaled_values"
        )
        at = raw.Floor(count * scaled, name="indices")
        at = raw.Cast(PUBLIC["clip_by_value"](at, 0, count - 1), DstT=dtypes.int32)
        return raw.Reshape(at, shape)


# --- confusion matrix -------------------------------------------------------------------------


@public
def remove_squeezable_dimensions(labels, predictions, expected_rank_diff=0, name=None):
    """Drops a last dimension of 1 that one of two tensors has too much.

    Args:
      labels: `Tensor`.
      predictions: `Tensor`.
      expected_rank_diff: how much the rank of `predictions` should be above that of `labels`.
      name: optional name of the scope.

    Returns:
      `(labels, predictions)`.
    """
    with scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
        if predictions.dims is not None and labels.dims is not None:
            difference = len(predictions.dims) - len(labels.dims)
            if difference == expected_rank_diff + 1 and predictions.dims[-1] in (None, 1):
                predictions = PUBLIC["squeeze"](predictions, [-1])
            elif difference == expected_rank_diff - 1 and labels.dims[-1] in (None, 1):
                labels = PUBLIC["squeeze"](labels, [-1])
        return labels, predictions


def _checked(name, x, *more, message):
    with control_dependencies([PUBLIC[name](x, *more, message=message)]):
        return raw.Identity(x, name="control_dependency")


@public
def confusion_matrix(
    labels, predictions, num_classes=None, dtype=dtypes.int32, name=None, weights=None
):
    """Counts of pairs of true and predicted classes.

    Args:
      labels: vector of non-negative integers, the true classes.
      predictions: vector of non-negative integers, the predicted ones.
      num_classes: how many classes there are (default: one more than the largest).
      dtype: type of the counts.
      name: optional name of the scope.
      weights: what each pair counts (default: 1).

    Returns:
      `Tensor` of shape `[num_classes, num_classes]`; rows are true, columns predicted classes.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: when run with a class that is negative or too large.
    """
    with scope(name, "confusion_matrix", (predictions, labels, num_classes, weights)):
        labels = convert_to_tensor(labels, name="labels")
        predictions = convert_to_tensor(predictions, name="predictions")
        if (
            labels.dims is None
            or predictions.dims is None
            or len(labels.dims) != len(predictions.dims)
        ):
            labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions = PUBLIC["cast"](predictions, dtypes.int64)
        labels = PUBLIC["cast"](labels, dtypes.int64)
        labels = _checked(
            "assert_non_negative", labels, message="`labels` contains negative values"
        )
        predictions = _checked(
            "assert_non_negative", predictions, message="`predictions` contains negative values"
        )
        if num_classes is None:
            largest = raw.Maximum(PUBLIC["reduce_max"](predictions), PUBLIC["reduce_max"](labels))
            num_classes = largest + 1
        else:
            num_classes = PUBLIC["cast"](num_classes, dtypes.int64)
            labels = _checked("assert_less", labels, num_classes, message="`labels` out of bound")
            predictions = _checked(
                "assert_less", predictions, num_classes, message="`predictions` out of bound"
            )
        if weights is not None:
            weights = PUBLIC["cast"](convert_to_tensor(weights, name="weights"), dtype)
        shape = PUBLIC["stack"]([num_classes, num_classes])
        indices = PUBLIC["stack"]([labels, predictions], axis=1)
        values = PUBLIC["ones_like"](predictions, dtype) if weights is None else weights
        return PUBLIC["scatter_nd"](indices, values, PUBLIC["cast"](shape, dtypes.int64))


# --- a running log-sum-exp --------------------------------------------------------------------

CumulativeLogsumexp = define_op(
    "CumulativeLogsumexp",
    inputs="x: T, axis: Tidx",
    outputs="out: T",
    attrs=[
        "exclusive: bool = false",
        "reverse: bool = false",
        "T: {bfloat16, half, float, double}",
        "Tidx: {int32, int64} = int32",
    ],
    shape=lambda x, axis: x.dims,
)


@CumulativeLogsumexp.kernel(static=["axis"])
def _cumulative_logsumexp_kernel(xp, x, axis, *, exclusive, reverse):
    axis = int(axis)
    if not -x.ndim <= axis < x.ndim:
        raise _invalid(
            f"ScanOp: Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got {axis}"
        )
    rows = xp.moveaxis(x, axis, 0)
    rows = rows[::-1] if reverse else rows
    total, results = xp.full(rows.shape[1:], -np.inf, x.dtype), []
    for i in range(rows.shape[0]):
        after = xp.logaddexp(total, rows[i])
        results.append(total if exclusive else after)
        total = after
    result = xp.stack(results) if results else rows
    return xp.moveaxis(result[::-1] if reverse else result, 0, axis)


@CumulativeLogsumexp.gradient
def _cumulative_logsumexp_gradient(op, dy):
    """Running sums the other way round, apart for positive and negative `dy`, as logarithms."""
    (x, axis), y = op.inputs, op.outputs[0]
    least = np.finfo(x.dtype.as_numpy_dtype).min

    def share(logarithm):
        sums = raw.CumulativeLogsumexp(
            logarithm - y,
            axis,
            exclusive=op.attrs["exclusive"],
            reverse=not op.attrs["reverse"],
        )
        return raw.Exp(sums + x)

    rising = raw.SelectV2(raw.Greater(dy, 0), raw.Log(dy), least)
    falling = raw.SelectV2(raw.Less(dy, 0), raw.Log(-dy), least)
    return [share(rising) - share(falling), None]


@public
def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """The logarithm of running sums of `exp(x)` along an axis, without overflow.

    Args:
      x: floating-point `Tensor`.
      axis: the axis.
      exclusive: whether each sum leaves out its own element.
      reverse: whether the sums start at the end.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `x`.
    """
    with scope(name, "CumulativeLogsumexp", [x]) as name:
        return raw.CumulativeLogsumexp(x, axis, exclusive=exclusive, reverse=reverse, name=name)


# --- neighbouring numbers ---------------------------------------------------------------------

NextAfter = define_op(
    "NextAfter",
    inputs="x1: T, x2: T",
    outputs="output: T",
    attrs=["T: {double, float} = float"],
    shape=lambda x1, x2: broadcast(x1.dims, x2.dims),
)


@NextAfter.kernel
def _next_after_kernel(xp, x1, x2):
    return xp.nextafter(x1, x2)


@NextAfter.gradient
def _next_after_gradient(op, dy):
    """As of `x1`: the step to the neighbour counts as constant."""
    x1, x2 = op.inputs
    shapes = shape_tensor(x1), shape_tensor(x2)
    axes = raw.BroadcastGradientArgs(*shapes)
    with waiting(dy):
        partials = PUBLIC["ones"](shapes[0], x1.dtype), PUBLIC["zeros"](shapes[1], x2.dtype)
        return [
            raw.Reshape(raw.Sum(partial * dy, over), shape)
            for partial, over, shape in zip(partials, axes, shapes, strict=True)
        ]


@public
def nextafter(x1, x2, name=None):
    """The next number after `x1` towards `x2`.

    Args:
      x1: float32 or float64 `Tensor`.
      x2: `Tensor` of the type of `x1`.
      name: optional name of the operation.

    Returns:
      `Tensor` of the type of `x1` and the broadcast shape.
    """
    return raw.NextAfter(x1, x2, name=name)


# --- polynomials ------------------------------------------------------------------------------


@public
def polyval(coeffs, x, name=None):
    """The value of a polynomial, by Horner's rule.

    Args:
      coeffs: list of `Tensor`s, the coefficient of the highest power first.
      x: `Tensor` of the type of the coefficients.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape of `x`.

    Raises:
      ValueError: `coeffs` is not a list.
    """
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    with scope(name, "polyval", [*coeffs, x]) as full:
        x = convert_to_tensor(x, name="x")
        if not coeffs:
            return PUBLIC["zeros_like"](x, name=full)
        coeffs = [convert_to_tensor(c, name=f"coeff_{i}") for i, c in enumerate(coeffs)]
        result = coeffs[0]
        for c in coeffs[1:]:
            result = c + result * x
        return result
