"""Adadelta: steps scaled by the ratio of past steps to past gradients."""

from headwater._src.train.rule_optimizer import RuleOptimizer


class AdadeltaOptimizer(RuleOptimizer):
    """Adadelta (Zeiler, 2012).

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      rho: the part of the running means that is kept in each step.
      epsilon: added under the roots.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
    """

    _rule = "Adadelta"
    _states = ("accum", "accum_update")

    def __init__(
        self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False, name="Adadelta"
    ):
        super().__init__(use_locking, name)
        self._lr, self._rho, self._epsilon = learning_rate, rho, epsilon

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "accum", self._name)
            self._zeros_slot(var, "accum_update", self._name)

    def _hyperparameters(self):
        return {"lr": self._lr, "rho": self._rho, "epsilon": self._epsilon}

    def _inputs(self, var, grad, indices):
        return [*self._hyper(var, "lr", "rho", "epsilon"), grad, *indices]
