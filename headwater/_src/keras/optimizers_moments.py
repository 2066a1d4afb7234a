"""Optimizers with running means of the gradient and of its size: Adam, Adamax, Nadam."""

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.keras.functions import fn
from headwater._src.keras.learning_rates import LearningRateSchedule
from headwater._src.keras.optimizer_base import Optimizer
from headwater._src.keras.optimizers_squares import decayed_and_increased
from headwater._src.keras.state import epsilon as default_epsilon


class _Moments(Optimizer):
    """What the three share: their arguments, the slots `m` and `v`, powers of the betas."""

    def __init__(self, learning_rate, beta_1, beta_2, epsilon, name, **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("beta_1", beta_1)
        self._set_hyper("beta_2", beta_2)
        self.epsilon = default_epsilon() if epsilon is None else epsilon

    def _slot_names(self):
        return ["m", "v"]

    def _create_slots(self, var_list):
        for name in self._slot_names():
            for var in var_list:
                self.add_slot(var, name)

    def _prepare(self, dtype):
        shared = super()._prepare(dtype)
        step = fn.cast(convert_to_tensor(self.iterations) + 1, dtype)
        for name in ("beta_1", "beta_2"):
            shared[name] = self._hyper_tensor(name, dtype)
            shared[name + "_power"] = fn.pow(shared[name], step)
        return shared

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            "beta_1": self._serialize_hyperparameter("beta_1"),
            "beta_2": self._serialize_hyperparameter("beta_2"),
            "epsilon": self.epsilon,
        }


class Adam(_Moments):
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba, 2014).

    Args:
      learning_rate: the step's size: a number, a tensor, a function or a schedule.
      beta_1: the part of the mean gradient that is kept in each update.
      beta_2: the part of the mean square that is kept.
      epsilon: added to the root of the mean square.
      amsgrad: whether the greatest mean square so far is used (Reddi et al., 2018).
      name: name of the optimizer.
      **kwargs: as for `Optimizer`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        name="Adam",
        **kwargs,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)
        self.amsgrad = amsgrad

    def _slot_names(self):
        return ["m", "v"] + ["vhat"] * self.amsgrad

    def _dense(self, grad, var, shared):
        slots = [self.get_slot(var, name).handle for name in self._slot_names()]
        op = raw.ResourceApplyAdamWithAmsgrad if self.amsgrad else raw.ResourceApplyAdam
        names = ("beta_1_power", "beta_2_power", "rate", "beta_1", "beta_2")
        epsilon = convert_to_tensor(self.epsilon, var.dtype.base_dtype)
        return op(var.handle, *slots, *[shared[name] for name in names], epsilon, grad)

    def _sparse(self, grad, var, indices, shared):
        beta_1, beta_2 = shared["beta_1"], shared["beta_2"]
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        mean = decayed_and_increased(m, beta_1, indices, grad * (1.0 - beta_1))
        square = decayed_and_increased(v, beta_2, indices, fn.square(grad) * (1.0 - beta_2))
        if self.amsgrad:
            greatest = self.get_slot(var, "vhat")
            square = fn.maximum(greatest, square)
            with get_default_graph().control_dependencies([greatest.assign(square)]):
                square = fn.identity(square)
        rate = shared["rate"] * fn.sqrt(1.0 - shared["beta_2_power"])
        rate = rate / (1.0 - shared["beta_1_power"])
        return var.assign_sub(rate * mean / (fn.sqrt(square) + self.epsilon))

    def get_config(self):
        return {**super().get_config(), "amsgrad": self.amsgrad}


class Adamax(_Moments):
    """Adam with the greatest absolute gradient in place of the mean square.

    Args:
      learning_rate: the step's size: a number, a tensor, a function or a schedule.
      beta_1: the part of the mean gradient that is kept in each update.
      beta_2: the part of the greatest absolute gradient that is kept.
      epsilon: added to the greatest absolute gradient.
      name: name of the optimizer.
      **kwargs: as for `Optimizer`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        name="Adamax",
        **kwargs,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)

    def _dense(self, grad, var, shared):
        return raw.ResourceApplyAdaMax(
            var.handle,
            self.get_slot(var, "m").handle,
            self.get_slot(var, "v").handle,
            shared["beta_1_power"],
            shared["rate"],
            shared["beta_1"],
            shared["beta_2"],
            convert_to_tensor(self.epsilon, var.dtype.base_dtype),
            grad,
        )

    def _sparse(self, grad, var, indices, shared):
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        mean = shared["beta_1"] * fn.gather(m, indices) + (1.0 - shared["beta_1"]) * grad
        size = fn.maximum(shared["beta_2"] * fn.gather(v, indices), fn.abs(grad))
        rate = -shared["rate"] / (1.0 - shared["beta_1_power"])
        return fn.group(
            raw.ResourceScatterUpdate(m.handle, indices, mean),
            raw.ResourceScatterUpdate(v.handle, indices, size),
            raw.ResourceScatterAdd(var.handle, indices, rate * mean / (size + self.epsilon)),
        )


class Nadam(_Moments):
    """Adam with Nesterov's momentum, which is warmed up (Dozat, 2015).

    Args:
      learning_rate: the step's size: a number, a tensor or a function.
      beta_1: the part of the mean gradient that is kept in each update.
      beta_2: the part of the mean square that is kept.
      epsilon: added to the root of the mean square.
      name: name of the optimizer.
      **kwargs: as for `Optimizer`; `schedule_decay`: how fast the momentum is warmed up.

    Raises:
      ValueError: the learning rate is a schedule.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        name="Nadam",
        **kwargs,
    ):
        kwargs["decay"] = kwargs.pop("schedule_decay", kwargs.get("decay", 0.004))
        learning_rate = kwargs.get("lr", learning_rate)
        if isinstance(learning_rate, LearningRateSchedule):
            raise ValueError(
                "The Nadam optimizer does not support tf.keras.optimizers.LearningRateSchedules "
                "as the learning rate."
            )
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)
        self._momentum_product = None

    def _create_slots(self, var_list):
        if self._momentum_product is None:
            self._momentum_product = self.add_weight(
                "momentum_cache", [], var_list[0].dtype.base_dtype, "ones"
            )
            self._weights.append(self._momentum_product)
        super()._create_slots(var_list)

    def _prepare(self, dtype):
        shared = {"rate": fn.identity(self._get_hyper("learning_rate", dtype))}
        for name in ("beta_1", "beta_2"):
            shared[name] = self._hyper_tensor(name, dtype)
        step = fn.cast(convert_to_tensor(self.iterations) + 1, dtype)
        momentum, following = (
            shared["beta_1"] * (1.0 - 0.5 * fn.pow(0.96, self._initial_decay * at))
            for at in (step, step + 1.0)
        )
        product = fn.cast(convert_to_tensor(self._momentum_product), dtype) * momentum
        stored = self._momentum_product.assign(
            fn.cast(product, self._momentum_product.dtype.base_dtype)
        )
        with get_default_graph().control_dependencies([stored]):
            shared["product"] = fn.identity(product)
        shared["next_product"] = shared["product"] * following
        shared["momentum"], shared["next_momentum"] = momentum, following
        shared["beta_2_power"] = fn.pow(shared["beta_2"], step)
        return shared

    def _step(self, grad, mean, square, shared):
        """The step for a gradient and the new running means."""
        gradient = grad / (1.0 - shared["product"])
        mean = mean / (1.0 - shared["next_product"])
        square = square / (1.0 - shared["beta_2_power"])
        along = (1.0 - shared["momentum"]) * gradient + shared["next_momentum"] * mean
        return shared["rate"] * along / (fn.sqrt(square) + self.epsilon)

    def _dense(self, grad, var, shared):
        beta_1, beta_2 = shared["beta_1"], shared["beta_2"]
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        mean = beta_1 * m + (1.0 - beta_1) * grad
        square = beta_2 * v + (1.0 - beta_2) * fn.square(grad)
        step = self._step(grad, mean, square, shared)
        return fn.group(m.assign(mean), v.assign(square), var.assign_sub(step))

    def _sparse(self, grad, var, indices, shared):
        beta_1, beta_2 = shared["beta_1"], shared["beta_2"]
        mean, square = (
            fn.gather(
                decayed_and_increased(self.get_slot(var, name), beta, indices, addend), indices
            )
            for name, beta, addend in (
                ("m", beta_1, grad * (1.0 - beta_1)),
                ("v", beta_2, fn.square(grad) * (1.0 - beta_2)),
            )
        )
        step = self._step(grad, mean, square, shared)
        return raw.ResourceScatterAdd(var.handle, indices, -step)
