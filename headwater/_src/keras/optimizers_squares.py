"""Optimizers whose steps are divided by the root of squared gradients: Adagrad, Adadelta, RMSprop."""

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.keras.functions import fn
from headwater._src.keras.optimizer_base import Optimizer
from headwater._src.keras.state import epsilon as default_epsilon


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of squared gradients (Duchi et al., 2011).

    Args:
      learning_rate: the step's size: a number, a tensor, a function or a schedule.
      initial_accumulator_value: what the sums start with, at least 0.
      epsilon: added to the root.
      name: name of the optimizer.
      **kwargs: as for `Optimizer`.

    Raises:
      ValueError: `initial_accumulator_value` is negative.
    """

    def __init__(
        self,
        learning_rate=0.001,
        initial_accumulator_value=0.1,
        epsilon=1e-7,
        name="Adagrad",
        **kwargs,
    ):
        if initial_accumulator_value < 0.0:
            raise ValueError(
                f"initial_accumulator_value must be non-negative: {initial_accumulator_value}"
            )
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._initial_accumulator_value = initial_accumulator_value
        self.epsilon = default_epsilon() if epsilon is None else epsilon

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "accumulator", self._initial_accumulator_value)

    def _apply(self, prefix, var, gradients, shared):
        accumulator = self.get_slot(var, "accumulator").handle
        epsilon = convert_to_tensor(self.epsilon, var.dtype.base_dtype)
        op = getattr(raw, prefix + "AdagradV2")
        return op(var.handle, accumulator, shared["rate"], epsilon, *gradients)

    def _dense(self, grad, var, shared):
        return self._apply("ResourceApply", var, [grad], shared)

    def _sparse(self, grad, var, indices, shared):
        return self._apply("ResourceSparseApply", var, [grad, indices], shared)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            "initial_accumulator_value": self._initial_accumulator_value,
            "epsilon": self.epsilon,
        }


class Adadelta(Optimizer):
    """Steps as large as those before, in proportion to the gradients (Zeiler, 2012).

    Args:
      learning_rate: factor of the steps: a number, a tensor, a function or a schedule.
      rho: the part of the running means that is kept in each update.
      epsilon: added under the roots.
      name: name of the optimizer.
      **kwargs: as for `Optimizer`.
    """

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, name="Adadelta", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)
        self.epsilon = default_epsilon() if epsilon is None else epsilon

    def _create_slots(self, var_list):
        for name in ("accum_grad", "accum_var"):
            for var in var_list:
                self.add_slot(var, name)

    def _prepare(self, dtype):
        return {**super()._prepare(dtype), "rho": self._hyper_tensor("rho", dtype)}

    def _apply(self, prefix, var, gradients, shared):
        states = [var, self.get_slot(var, "accum_grad"), self.get_slot(var, "accum_var")]
        epsilon = convert_to_tensor(self.epsilon, var.dtype.base_dtype)
        op = getattr(raw, prefix + "Adadelta")
        return op(*[v.handle for v in states], shared["rate"], shared["rho"], epsilon, *gradients)

    def _dense(self, grad, var, shared):
        return self._apply("ResourceApply", var, [grad], shared)

    def _sparse(self, grad, var, indices, shared):
        return self._apply("ResourceSparseApply", var, [grad, indices], shared)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            "rho": self._serialize_hyperparameter("rho"),
            "epsilon": self.epsilon,
        }


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squared gradients (Tieleman, Hinton, 2012).

    Args:
      learning_rate: the step's size: a number, a tensor, a function or a schedule.
      rho: the part of the running means that is kept in each update.
      momentum: the part of the last step that is made again, 0 to 1.
      epsilon: added to the root, or under it where there is momentum.
      centered: whether the square of the mean gradient is taken off the mean square.
      name: name of the optimizer.
      **kwargs: as for `Optimizer`.

    Raises:
      ValueError: `momentum` is outside 0 to 1.
    """

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        name="RMSprop",
        **kwargs,
    ):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)
        self._momentum = callable(momentum) or hasattr(momentum, "op") or momentum > 0
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be between [0, 1]. Received: momentum={momentum}")
        self._set_hyper("momentum", momentum)
        self.epsilon = default_epsilon() if epsilon is None else epsilon
        self.centered = centered

    def _create_slots(self, var_list):
        names = ["rms"] + ["momentum"] * self._momentum + ["mg"] * self.centered
        for name in names:
            for var in var_list:
                self.add_slot(var, name)

    def _prepare(self, dtype):
        return {
            **super()._prepare(dtype),
            "rho": self._hyper_tensor("rho", dtype),
            "momentum": self._hyper_tensor("momentum", dtype),
        }

    def _fused(self, prefix, var, gradients, shared):
        slots = [self.get_slot(var, name).handle for name in ("rms", "momentum")]
        epsilon = convert_to_tensor(self.epsilon, var.dtype.base_dtype)
        rates = [shared["rate"], shared["rho"], shared["momentum"], epsilon]
        if self.centered:
            op = getattr(raw, prefix + "CenteredRMSProp")
            return op(var.handle, self.get_slot(var, "mg").handle, *slots, *rates, *gradients)
        return getattr(raw, prefix + "RMSProp")(var.handle, *slots, *rates, *gradients)

    def _dense(self, grad, var, shared):
        if self._momentum:
            return self._fused("ResourceApply", var, [grad], shared)
        rho = shared["rho"]
        rms = self.get_slot(var, "rms")
        mean_square = rho * rms + (1.0 - rho) * fn.square(grad)
        updates = [rms.assign(mean_square)]
        if self.centered:
            mg = self.get_slot(var, "mg")
            mean = rho * mg + (1.0 - rho) * grad
            updates.append(mg.assign(mean))
            mean_square = mean_square - fn.square(mean)
        step = shared["rate"] * grad / (fn.sqrt(mean_square) + self.epsilon)
        return fn.group(*updates, var.assign_sub(step))

    def _sparse(self, grad, var, indices, shared):
        if self._momentum:
            return self._fused("ResourceSparseApply", var, [grad, indices], shared)
        rho = shared["rho"]
        mean_square = _decayed_rows(
            self.get_slot(var, "rms"), rho, indices, fn.square(grad) * (1.0 - rho)
        )
        if self.centered:
            mean = _decayed_rows(self.get_slot(var, "mg"), rho, indices, grad * (1.0 - rho))
            mean_square = mean_square - fn.square(mean)
        step = shared["rate"] * grad / (fn.sqrt(mean_square) + self.epsilon)
        return raw.ResourceScatterAdd(var.handle, indices, -step)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            "rho": self._serialize_hyperparameter("rho"),
            "momentum": self._serialize_hyperparameter("momentum"),
            "epsilon": self.epsilon,
            "centered": self.centered,
        }


def _decayed_rows(slot, rho, indices, addend):
    """Rows of `slot` after the whole slot has been multiplied by `rho` and the rows increased."""
    whole = decayed_and_increased(slot, rho, indices, addend)
    return fn.gather(whole, indices)


def decayed_and_increased(slot, factor, indices, addend):
    """The value of `slot`, multiplied by `factor`, after `addend` has been added to some rows.

    Args:
      slot: a variable.
      factor: scalar `Tensor`.
      indices: the rows, each once.
      addend: what is added to them.

    Returns:
      `Tensor` of the shape of `slot`.
    """
    graph = get_default_graph()
    with graph.control_dependencies([slot.assign(slot * factor)]):
        added = raw.ResourceScatterAdd(slot.handle, indices, addend)
        with graph.control_dependencies([added]):
            return slot.value()
