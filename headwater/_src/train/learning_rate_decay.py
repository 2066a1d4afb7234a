"""Learning rates that change with the global step."""

import contextlib
import math

from headwater._src.core import dtypes
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.graph import get_graph_from_inputs
from headwater._src.graph.optable import PUBLIC, raw


@contextlib.contextmanager
def _block(name, default_name, values):
    """The name scope of a schedule, in the graph of its inputs."""
    graph = get_graph_from_inputs(values)
    with graph.as_default(), graph.name_scope(name or default_name) as scope:
        yield scope


def _check_step(global_step, function):
    if global_step is None:
        raise ValueError(f"global_step is required for {function}.")


def _rate(learning_rate):
    rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
    return rate, lambda value: PUBLIC["cast"](value, rate.dtype.base_dtype)


def exponential_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """`learning_rate * decay_rate ** (global_step / decay_steps)`.

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps in which the rate falls by the factor `decay_rate`.
      decay_rate: that factor.
      staircase: whether the rate changes only every `decay_steps` steps.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "exponential_decay")
    values = [learning_rate, global_step, decay_steps, decay_rate]
    with _block(name, "ExponentialDecay", values) as scope:
        rate, cast = _rate(learning_rate)
        steps, factor = cast(decay_steps), cast(decay_rate)
        periods = cast(global_step) / steps
        if staircase:
            periods = raw.Floor(periods)
        return raw.Mul(rate, raw.Pow(factor, periods), name=scope)


def natural_exp_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """`learning_rate * exp(-decay_rate * global_step / decay_steps)`; see `exponential_decay`.

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps in which the rate falls by `exp(-decay_rate)`.
      decay_rate: the rate of the decay.
      staircase: whether the rate changes only every `decay_steps` steps.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.
    """
    factor = raw.Exp(raw.Neg(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, factor, staircase, name)


def inverse_time_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None
):
    """`learning_rate / (1 + decay_rate * global_step / decay_steps)`.

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps that count as one period.
      decay_rate: what each period adds to the divisor.
      staircase: whether the rate changes only every `decay_steps` steps.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "inverse_time_decay")
    with _block(name, "InverseTimeDecay", [learning_rate, global_step, decay_rate]) as scope:
        rate, cast = _rate(learning_rate)
        steps, factor = cast(decay_steps), cast(decay_rate)
        periods = cast(global_step) / steps
        if staircase:
            periods = raw.Floor(periods)
        one = cast(constant(1))
        return raw.RealDiv(rate, raw.AddV2(one, raw.Mul(factor, periods), name="Add"), name=scope)


def polynomial_decay(
    learning_rate,
    global_step,
    decay_steps,
    end_learning_rate=0.0001,
    power=1.0,
    cycle=False,
    name=None,
):
    """From `learning_rate` to `end_learning_rate` along a power of the remaining steps.

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps after which the last rate is reached.
      end_learning_rate: the last rate.
      power: the power; 1 gives a straight line.
      cycle: whether the number of steps is doubled, tripled... when it is exceeded.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "polynomial_decay")
    values = [learning_rate, global_step, decay_steps, end_learning_rate, power]
    with _block(name, "PolynomialDecay", values) as scope:
        rate, cast = _rate(learning_rate)
        last, power = cast(end_learning_rate), cast(power)
        step = cast(global_step)
        steps = cast(decay_steps)
        if cycle:
            # Step 0 is within the first cycle, too.
            first = raw.Equal(step, 0.0)
            ahead = step / (steps if hasattr(decay_steps, "graph") else float(decay_steps))
            cycles = raw.SelectV2(first, 1.0, raw.Ceil(ahead))
            steps = raw.Mul(steps, cycles)
        else:
            step = raw.Minimum(step, steps)
        progress = raw.RealDiv(step, steps, name="truediv")
        span = rate - last
        return raw.AddV2(raw.Mul(span, raw.Pow(1 - progress, power)), last, name=scope)


def piecewise_constant(x, boundaries, values, name=None):
    """A value for each range of `x`.

    Args:
      x: scalar `Tensor` or variable, such as the global step.
      boundaries: increasing list of numbers of the type of `x`: each ends a range, which it is in.
      values: list of one value more than there are boundaries.
      name: name of the scope.

    Returns:
      A scalar `Tensor`.

    Raises:
      ValueError: the lists' lengths do not fit, or types differ.
    """
    if len(boundaries) != len(values) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    x = convert_to_tensor(x)
    boundaries = [convert_to_tensor(b) for b in boundaries]
    values = [convert_to_tensor(v) for v in values]
    for i, bound in enumerate(boundaries):
        have, want = bound.dtype.base_dtype, x.dtype.base_dtype
        if have == want:
            continue
        # A Python number is int32; the step is often int64.
        if have == dtypes.int32 and want == dtypes.int64:
            boundaries[i] = raw.Cast(bound, DstT=dtypes.int64)
        else:
            raise ValueError(f"Boundaries ({have!r}) must have the same dtype as x ({want!r}).")
    for value in values[1:]:
        if value.dtype.base_dtype != values[0].dtype.base_dtype:
            raise ValueError(
                "Values must have elements all with the same dtype "
                f"({values[0].dtype.base_dtype!r} vs {value.dtype.base_dtype!r})."
            )
    with _block(name, "PiecewiseConstant", [x, *boundaries, *values]):
        if not boundaries:
            return raw.Identity(values[0])
        pairs = [
            (raw.LessEqual(x, boundaries[0]), lambda: values[0]),
            (raw.Greater(x, boundaries[-1]), lambda: values[-1]),
        ]
        for low, high, value in zip(boundaries[:-1], boundaries[1:], values[1:-1]):
            inside = raw.LogicalAnd(raw.Greater(x, low), raw.LessEqual(x, high), name="and")
            pairs.append((inside, lambda value=value: value))  # type: ignore[misc]
        return PUBLIC["case"](pairs, lambda: values[0], exclusive=True)


piecewise_constant_decay = piecewise_constant


def _cosine(progress, periods=None):
    """Half a cosine wave from 1 to 0."""
    angle = progress if periods is None else (2.0 * periods) * progress
    return 0.5 * (1.0 + raw.Cos(constant(math.pi, angle.dtype) * angle))


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """From `learning_rate` to `alpha * learning_rate` along half a cosine wave.

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps after which the last rate is reached.
      alpha: the last rate as a part of the first.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "cosine decay")
    with _block(name, "CosineDecay", [learning_rate, global_step]):
        rate, cast = _rate(learning_rate)
        steps = cast(decay_steps)
        progress = raw.Minimum(cast(global_step), steps) / steps
        part = (1 - alpha) * _cosine(progress) + alpha
        return raw.Mul(rate, part, name="Mul")


def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None
):
    """`cosine_decay` that starts again each time it ends (Loshchilov and Hutter, 2016).

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      first_decay_steps: the number of steps of the first period.
      t_mul: how much longer each period is than the one before.
      m_mul: the first rate of each period as a part of that of the one before.
      alpha: the last rate as a part of the first.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "cosine decay restarts")
    with _block(name, "SGDRDecay", [learning_rate, global_step]) as scope:
        rate, cast = _rate(learning_rate)
        steps, alpha = cast(first_decay_steps), cast(alpha)
        t_mul, m_mul = cast(t_mul), cast(m_mul)
        progress = cast(global_step) / steps

        def growing():
            period = raw.Floor(raw.Log(1.0 - progress * (1.0 - t_mul)) / raw.Log(t_mul))
            passed = (1.0 - t_mul**period) / (1.0 - t_mul)
            return period, (progress - passed) / t_mul**period

        def equal():
            period = raw.Floor(progress)
            return period, progress - period

        period, within = PUBLIC["cond"](raw.Equal(t_mul, 1.0), equal, growing)
        part = 0.5 * m_mul**period * (1.0 + raw.Cos(constant(math.pi, within.dtype) * within))
        return raw.Mul(rate, (1 - alpha) * part + alpha, name=scope)


def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None
):
    """A falling line times a cosine wave (Bello et al., 2017).

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps after which the line reaches zero.
      num_periods: the number of cosine waves in that time.
      alpha: added to the line.
      beta: added to the product.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "linear cosine decay")
    with _block(name, "LinearCosineDecay", [learning_rate, global_step]) as scope:
        rate, cast = _rate(learning_rate)
        steps, periods = cast(decay_steps), cast(num_periods)
        alpha, beta = cast(alpha), cast(beta)
        step = raw.Minimum(cast(global_step), steps)
        line = (steps - step) / steps
        wave = _cosine(step / steps, periods)
        return raw.Mul(rate, (alpha + line) * wave + beta, name=scope)


def noisy_linear_cosine_decay(
    learning_rate,
    global_step,
    decay_steps,
    initial_variance=1.0,
    variance_decay=0.55,
    num_periods=0.5,
    alpha=0.0,
    beta=0.001,
    name=None,
):
    """`linear_cosine_decay` with normal noise on the line (Bello et al., 2017).

    Args:
      learning_rate: the first rate: a number or a scalar `Tensor`.
      global_step: scalar integer `Tensor` or variable.
      decay_steps: the number of steps after which the line reaches zero.
      initial_variance: the variance of the noise at first.
      variance_decay: the power of the step by which the variance is divided.
      num_periods: the number of cosine waves in that time.
      alpha: added to the line.
      beta: added to the product.
      name: name of the scope.

    Returns:
      A scalar `Tensor` of the type of `learning_rate`.

    Raises:
      ValueError: there is no `global_step`.
    """
    _check_step(global_step, "noisy linear cosine decay")
    with _block(name, "NoisyLinearCosineDecay", [learning_rate, global_step]) as scope:
        rate, cast = _rate(learning_rate)
        steps = cast(decay_steps)
        variance, falling = cast(initial_variance), cast(variance_decay)
        periods, alpha, beta = cast(num_periods), cast(alpha), cast(beta)
        step = raw.Minimum(cast(global_step), steps)
        line = (steps - step) / steps
        deviation = raw.Sqrt(variance / raw.Pow(1.0 + step, falling))
        line = line + PUBLIC["random_normal"](line.shape, stddev=deviation, dtype=line.dtype)
        wave = _cosine(step / steps, periods)
        return raw.Mul(rate, (alpha + line) * wave + beta, name=scope)
