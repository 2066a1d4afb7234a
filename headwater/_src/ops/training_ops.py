"""Update rules of the optimizers, on reference variables and on resource variables."""

from headwater._src.ops._update_rules import rule, sparse


@rule("ApplyGradientDescent", ["var"], ["alpha", "delta"])
def apply_gradient_descent(xp, var, alpha, delta):
    """Takes a step of size `alpha` against `delta`."""
    return var - alpha * delta


@rule("ApplyMomentum", ["var", "accum"], ["lr", "grad", "momentum"], [("use_nesterov", "false")])
def apply_momentum(xp, var, accum, lr, grad, momentum, *, use_nesterov):
    """Moves along a decaying sum of gradients."""
    accum = accum * momentum + grad
    if use_nesterov:
        return var - (grad * lr + accum * momentum * lr), accum
    return var - accum * lr, accum


sparse(
    "SparseApplyMomentum",
    apply_momentum,
    ["var", "accum"],
    ["lr", "grad", "indices", "momentum"],
    [("use_nesterov", "false")],
)


@rule(
    "ApplyAdam",
    ["var", "m", "v"],
    ["beta1_power", "beta2_power", "lr", "beta1", "beta2", "epsilon", "grad"],
    [("use_nesterov", "false")],
)
def apply_adam(
    xp, var, m, v, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad, *, use_nesterov
):
    """Moves by the mean of gradients over the root of the mean of squares, bias-corrected."""
    rate = lr * xp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (grad - m) * (1 - beta1)
    v = v + (grad * grad - v) * (1 - beta2)
    step = beta1 * m + (1 - beta1) * grad if use_nesterov else m
    return var - step * rate / (xp.sqrt(v) + epsilon), m, v


@rule("ApplyAdagrad", ["var", "accum"], ["lr", "grad"], [("update_slots", "true")])
def apply_adagrad(xp, var, accum, lr, grad, *, update_slots):
    """Divides each step by the root of the sum of squares of all gradients so far."""
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad / xp.sqrt(accum), accum


sparse(
    "SparseApplyAdagrad",
    apply_adagrad,
    ["var", "accum"],
    ["lr", "grad", "indices"],
    [("update_slots", "true")],
)


@rule("ApplyAdagradV2", ["var", "accum"], ["lr", "epsilon", "grad"], [("update_slots", "true")])
def apply_adagrad_v2(xp, var, accum, lr, epsilon, grad, *, update_slots):
    """`apply_adagrad` with something added to the root."""
    if update_slots:
        accum = accum + grad * grad
    return var - lr * grad / (xp.sqrt(accum) + epsilon), accum


sparse(
    "SparseApplyAdagradV2",
    apply_adagrad_v2,
    ["var", "accum"],
    ["lr", "epsilon", "grad", "indices"],
    [("update_slots", "true")],
)


@rule("ApplyAdadelta", ["var", "accum", "accum_update"], ["lr", "rho", "epsilon", "grad"])
def apply_adadelta(xp, var, accum, accum_update, lr, rho, epsilon, grad):
    """Scales the gradient by the ratio of past steps to past gradients."""
    accum = accum * rho + grad * grad * (1 - rho)
    update = xp.sqrt(accum_update + epsilon) * (1 / xp.sqrt(accum + epsilon)) * grad
    return var - update * lr, accum, accum_update * rho + update * update * (1 - rho)


sparse(
    "SparseApplyAdadelta",
    apply_adadelta,
    ["var", "accum", "accum_update"],
    ["lr", "rho", "epsilon", "grad", "indices"],
)


@rule("ApplyRMSProp", ["var", "ms", "mom"], ["lr", "rho", "momentum", "epsilon", "grad"])
def apply_rms_prop(xp, var, ms, mom, lr, rho, momentum, epsilon, grad):
    """Divides the gradient by the root of a running mean of its square."""
    ms = ms + (grad * grad - ms) * (1 - rho)
    mom = mom * momentum + grad * lr / xp.sqrt(ms + epsilon)
    return var - mom, ms, mom


sparse(
    "SparseApplyRMSProp",
    apply_rms_prop,
    ["var", "ms", "mom"],
    ["lr", "rho", "momentum", "epsilon", "grad", "indices"],
)


@rule(
    "ApplyCenteredRMSProp", ["var", "mg", "ms", "mom"], ["lr", "rho", "momentum", "epsilon", "grad"]
)
def apply_centered_rms_prop(xp, var, mg, ms, mom, lr, rho, momentum, epsilon, grad):
    """`apply_rms_prop` with the variance instead of the mean square."""
    ms = ms + (grad * grad - ms) * (1 - rho)
    mg = mg + (grad - mg) * (1 - rho)
    mom = mom * momentum + grad * lr / xp.sqrt(ms - mg * mg + epsilon)
    return var - mom, mg, ms, mom


sparse(
    "SparseApplyCenteredRMSProp",
    apply_centered_rms_prop,
    ["var", "mg", "ms", "mom"],
    ["lr", "rho", "momentum", "epsilon", "grad", "indices"],
)


@rule("ApplyAdaMax", ["var", "m", "v"], ["beta1_power", "lr", "beta1", "beta2", "epsilon", "grad"])
def apply_ada_max(xp, var, m, v, beta1_power, lr, beta1, beta2, epsilon, grad):
    """Adam with the largest past gradient instead of the root of the mean of squares."""
    m = m + (grad - m) * (1 - beta1)
    v = xp.maximum(beta2 * v, xp.abs(grad))
    return var - lr / (1 - beta1_power) * (m / (v + epsilon)), m, v


@rule("ApplyAddSign", ["var", "m"], ["lr", "alpha", "sign_decay", "beta", "grad"])
def apply_add_sign(xp, var, m, lr, alpha, sign_decay, beta, grad):
    """Takes a larger step where the gradient agrees with its running mean."""
    m = m * beta + grad * (1 - beta)
    agreement = xp.sign(grad) * xp.sign(m)
    return var - lr * (alpha + sign_decay * agreement) * grad, m


@rule("ApplyPowerSign", ["var", "m"], ["lr", "logbase", "sign_decay", "beta", "grad"])
def apply_power_sign(xp, var, m, lr, logbase, sign_decay, beta, grad):
    """As `apply_add_sign`, with a power of the agreement for a factor."""
    m = m * beta + grad * (1 - beta)
    agreement = xp.sign(grad) * xp.sign(m)
    return var - lr * xp.exp(logbase * sign_decay * agreement) * grad, m


@rule(
    "ApplyAdamWithAmsgrad",
    ["var", "m", "v", "vhat"],
    ["beta1_power", "beta2_power", "lr", "beta1", "beta2", "epsilon", "grad"],
    prefixes=("Resource",),
)
def apply_adam_with_amsgrad(
    xp, var, m, v, vhat, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad
):
    """Adam that divides by the largest mean of squares so far."""
    rate = lr * xp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (grad - m) * (1 - beta1)
    v = v + (grad * grad - v) * (1 - beta2)
    vhat = xp.maximum(vhat, v)
    return var - m * rate / (xp.sqrt(vhat) + epsilon), m, v, vhat


@rule(
    "ApplyKerasMomentum",
    ["var", "accum"],
    ["lr", "grad", "momentum"],
    [("use_nesterov", "false")],
    prefixes=("Resource",),
)
def apply_keras_momentum(xp, var, accum, lr, grad, momentum, *, use_nesterov):
    """`apply_momentum` with the learning rate inside the sum."""
    accum = accum * momentum - grad * lr
    if use_nesterov:
        return var + accum * momentum - grad * lr, accum
    return var + accum, accum


sparse(
    "SparseApplyKerasMomentum",
    apply_keras_momentum,
    ["var", "accum"],
    ["lr", "grad", "indices", "momentum"],
    [("use_nesterov", "false")],
    prefixes=("Resource",),
)
