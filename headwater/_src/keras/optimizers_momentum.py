"""Optimizers that follow the gradient, or a running sum of gradients: SGD, Ftrl."""

from headwater._src.graph import raw
from headwater._src.keras.optimizer_base import Optimizer


class SGD(Optimizer):
    """Steps along the gradient, with momentum if asked for.

    Args:
      learning_rate: the step's size: a number, a tensor, a function or a schedule.
      momentum: the part of the last step that is made again, 0 to 1.
      nesterov: whether the gradient's own step comes on top of the momentum's.
      name: name of the optimizer.
      **kwargs: as for `Optimizer`.

    Raises:
      ValueError: `momentum` is outside 0 to 1.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, name="SGD", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._momentum = callable(momentum) or hasattr(momentum, "op") or momentum > 0
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be between [0, 1]. Received: momentum={momentum}")
        self._set_hyper("momentum", momentum)
        self.nesterov = nesterov

    def _create_slots(self, var_list):
        if self._momentum:
            for var in var_list:
                self.add_slot(var, "momentum")

    def _prepare(self, dtype):
        shared = super()._prepare(dtype)
        if self._momentum:
            shared["momentum"] = self._hyper_tensor("momentum", dtype)
        return shared

    def _dense(self, grad, var, shared):
        if not self._momentum:
            return raw.ResourceApplyGradientDescent(var.handle, shared["rate"], grad)
        return raw.ResourceApplyKerasMomentum(
            var.handle,
            self.get_slot(var, "momentum").handle,
            shared["rate"],
            grad,
            shared["momentum"],
            use_nesterov=self.nesterov,
        )

    def _sparse(self, grad, var, indices, shared):
        if not self._momentum:
            return raw.ResourceScatterAdd(var.handle, indices, -grad * shared["rate"])
        return raw.ResourceSparseApplyKerasMomentum(
            var.handle,
            self.get_slot(var, "momentum").handle,
            shared["rate"],
            grad,
            indices,
            shared["momentum"],
            use_nesterov=self.nesterov,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            "momentum": self._serialize_hyperparameter("momentum"),
            "nesterov": self.nesterov,
        }


_STRENGTHS = ("l1_regularization_strength", "l2_regularization_strength")


class Ftrl(Optimizer):
    """Follow the regularized leader (McMahan et al., 2013).

    Args:
      learning_rate: the step's size: a number, a tensor, a function or a schedule.
      learning_rate_power: how the rate falls with the sum of squares, at most 0.
      initial_accumulator_value: what the sums of squares start with.
      l1_regularization_strength: factor of the weights' absolute values in the loss.
      l2_regularization_strength: factor of their squares.
      name: name of the optimizer.
      l2_shrinkage_regularization_strength: as the factor of squares, but the sums of squares do
        not see it.
      beta: added to the root of the sums of squares.
      **kwargs: as for `Optimizer`.

    Raises:
      ValueError: a number has the wrong sign.
    """

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        name="Ftrl",
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(name, **kwargs)
        for key, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise ValueError(f"`{key}` needs to be positive or zero. Received: {value}.")
        if learning_rate_power > 0.0:
            raise ValueError(
                "`learning_rate_power` needs to be negative or zero. Received: "
                f"{learning_rate_power}."
            )
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("learning_rate_power", learning_rate_power)
        self._set_hyper("l1_regularization_strength", l1_regularization_strength)
        self._set_hyper("l2_regularization_strength", l2_regularization_strength)
        self._set_hyper("beta", beta)
        self._initial_accumulator_value = initial_accumulator_value
        self._l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "accumulator", self._initial_accumulator_value)
            self.add_slot(var, "linear")

    def _prepare(self, dtype):
        shared = super()._prepare(dtype)
        for name in (*_STRENGTHS, "learning_rate_power", "beta"):
            shared[name] = self._hyper_tensor(name, dtype)
        return shared

    def _apply(self, prefix, var, gradients, shared):
        squares = shared["l2_regularization_strength"] + shared["beta"] / (2.0 * shared["rate"])
        states = [var, self.get_slot(var, "accumulator"), self.get_slot(var, "linear")]
        inputs = [
            *[v.handle for v in states],
            *gradients,
            shared["rate"],
            shared["l1_regularization_strength"],
            squares,
        ]
        power = shared["learning_rate_power"]
        if self._l2_shrinkage_regularization_strength > 0:
            shrinkage = self._l2_shrinkage_regularization_strength
            return getattr(raw, prefix + "FtrlV2")(*inputs, shrinkage, power)
        return getattr(raw, prefix + "Ftrl")(*inputs, power)

    def _dense(self, grad, var, shared):
        return self._apply("ResourceApply", var, [grad], shared)

    def _sparse(self, grad, var, indices, shared):
        return self._apply("ResourceSparseApply", var, [grad, indices], shared)

    def get_config(self):
        names = ("learning_rate_power", *_STRENGTHS, "beta")
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            "initial_accumulator_value": self._initial_accumulator_value,
            **{name: self._serialize_hyperparameter(name) for name in names},
            "l2_shrinkage_regularization_strength": self._l2_shrinkage_regularization_strength,
        }
