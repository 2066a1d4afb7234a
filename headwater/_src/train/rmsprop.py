"""RMSProp: gradients divided by the root of a running mean of their squares."""

from headwater._src.graph import dims as dims_lib
from headwater._src.graph.optable import PUBLIC
from headwater._src.train.rule_optimizer import RuleOptimizer


class RMSPropOptimizer(RuleOptimizer):
    """RMSProp (Hinton, 2012), with momentum.

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      decay: the part of the running mean that is kept in each step.
      momentum: the part of the last step that is added to the next.
      epsilon: added under the root.
      use_locking: kept in the nodes; updates are always whole here.
      centered: whether the variance is taken instead of the mean square.
      name: name of the nodes and slots.
    """

    def __init__(
        self,
        learning_rate,
        decay=0.9,
        momentum=0.0,
        epsilon=1e-10,
        use_locking=False,
        centered=False,
        name="RMSProp",
    ):
        super().__init__(use_locking, name)
        self._learning_rate, self._decay = learning_rate, decay
        self._momentum, self._epsilon, self._centered = momentum, epsilon, centered
        self._rule = "CenteredRMSProp" if centered else "RMSProp"
        self._states = ("mg", "rms", "momentum") if centered else ("rms", "momentum")

    def _create_slots(self, var_list):
        for var in var_list:
            self._get_or_make_slot_with_initializer(
                var, _ones(var), var.shape, var.dtype.base_dtype, "rms", self._name
            )
            if self._centered:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)

    def _hyperparameters(self):
        return {
            "learning_rate": self._learning_rate,
            "decay": self._decay,
            "momentum": self._momentum,
            "epsilon": self._epsilon,
        }

    def _inputs(self, var, grad, indices):
        hyper = self._hyper(var, "learning_rate", "decay", "momentum", "epsilon")
        return [*hyper, grad, *indices]


def _ones(var):
    if dims_lib.is_full(var.dims):
        return lambda shape, dtype: PUBLIC["ones"](shape, dtype)
    return lambda shape, dtype: PUBLIC["ones_like"](var, dtype)
