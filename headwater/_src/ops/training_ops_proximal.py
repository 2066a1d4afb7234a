"""Update rules with regularization: FTRL, dual averaging, proximal steps."""

from headwater._src.ops._update_rules import rule, sparse


def _shrink(xp, x, amount):
    """`x` moved towards zero by `amount`, stopping there."""
    return xp.sign(x) * xp.maximum(xp.abs(x) - amount, xp.cast(0, x.dtype))


def _proximal(xp, var, rate, l1, l2):
    """The point after a step of size `rate`, drawn to zero by the two penalties."""
    shrunk = xp.where(l1 > 0, _shrink(xp, var, rate * xp.maximum(l1, xp.cast(0, var.dtype))), var)
    return shrunk / (1 + l2 * rate)


@rule("ApplyProximalGradientDescent", ["var"], ["alpha", "l1", "l2", "delta"])
def apply_proximal_gradient_descent(xp, var, alpha, l1, l2, delta):
    """A step of gradient descent, then the penalties."""
    return _proximal(xp, var - delta * alpha, alpha, l1, l2)


def _proximal_rows(xp, var, alpha, l1, l2, grad):
    return apply_proximal_gradient_descent(xp, var, alpha, l1, l2, grad)


sparse(
    "SparseApplyProximalGradientDescent",
    _proximal_rows,
    ["var"],
    ["alpha", "l1", "l2", "grad", "indices"],
)


@rule("ApplyProximalAdagrad", ["var", "accum"], ["lr", "l1", "l2", "grad"])
def apply_proximal_adagrad(xp, var, accum, lr, l1, l2, grad):
    """A step of Adagrad, then the penalties with the same rates."""
    accum = accum + grad * grad
    rate = lr / xp.sqrt(accum)
    return _proximal(xp, var - grad * rate, rate, l1, l2), accum


sparse(
    "SparseApplyProximalAdagrad",
    apply_proximal_adagrad,
    ["var", "accum"],
    ["lr", "l1", "l2", "grad", "indices"],
)


@rule(
    "ApplyAdagradDA",
    ["var", "gradient_accumulator", "gradient_squared_accumulator"],
    ["grad", "lr", "l1", "l2", "global_step"],
)
def apply_adagrad_da(
    xp,
    var,
    gradient_accumulator,
    gradient_squared_accumulator,
    grad,
    lr,
    l1,
    l2,
    global_step,
):
    """The minimiser of the sum of all gradients so far with the penalties (dual averaging)."""
    total = gradient_accumulator + grad
    squares = gradient_squared_accumulator + grad * grad
    steps = xp.cast(global_step, var.dtype)
    pull = xp.where(l1 > 0, _shrink(xp, total, l1 * steps), total)
    return -(lr * pull) / (l2 * steps * lr + xp.sqrt(squares)), total, squares


sparse(
    "SparseApplyAdagradDA",
    apply_adagrad_da,
    ["var", "gradient_accumulator", "gradient_squared_accumulator"],
    ["grad", "indices", "lr", "l1", "l2", "global_step"],
)

_FTRL = [("multiply_linear_by_lr", "false")]


def _ftrl(xp, var, accum, linear, grad, shrunk_grad, lr, l1, l2, lr_power, by_lr):
    new_accum = accum + grad * grad
    old_power, new_power = xp.power(accum, -lr_power), xp.power(new_accum, -lr_power)
    if by_lr:
        linear = linear + (shrunk_grad * lr - (new_power - old_power) * var)
        bound, quadratic = l1 * lr, new_power + 2 * l2 * lr
    else:
        linear = linear + (shrunk_grad - (new_power - old_power) / lr * var)
        bound, quadratic = l1, new_power / lr + 2 * l2
    inside = xp.clip(linear, -bound, bound) - linear
    zero = xp.cast(0, var.dtype)
    return xp.where(xp.abs(linear) > bound, inside / quadratic, zero), new_accum, linear


@rule("ApplyFtrl", ["var", "accum", "linear"], ["grad", "lr", "l1", "l2", "lr_power"], _FTRL)
def apply_ftrl(xp, var, accum, linear, grad, lr, l1, l2, lr_power, *, multiply_linear_by_lr):
    """Follow the regularized leader (McMahan et al., 2013)."""
    return _ftrl(xp, var, accum, linear, grad, grad, lr, l1, l2, lr_power, multiply_linear_by_lr)


sparse(
    "SparseApplyFtrl",
    apply_ftrl,
    ["var", "accum", "linear"],
    ["grad", "indices", "lr", "l1", "l2", "lr_power"],
    _FTRL,
)


@rule(
    "ApplyFtrlV2",
    ["var", "accum", "linear"],
    ["grad", "lr", "l1", "l2", "l2_shrinkage", "lr_power"],
    _FTRL,
)
def apply_ftrl_v2(
    xp, var, accum, linear, grad, lr, l1, l2, l2_shrinkage, lr_power, *, multiply_linear_by_lr
):
    """`apply_ftrl` with a penalty that only acts through the gradient's sum."""
    shrunk = grad + 2 * l2_shrinkage * var
    return _ftrl(xp, var, accum, linear, grad, shrunk, lr, l1, l2, lr_power, multiply_linear_by_lr)


sparse(
    "SparseApplyFtrlV2",
    apply_ftrl_v2,
    ["var", "accum", "linear"],
    ["grad", "indices", "lr", "l1", "l2", "l2_shrinkage", "lr_power"],
    _FTRL,
)
