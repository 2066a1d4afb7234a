"""Gradient descent and Adagrad with penalties applied exactly after each step."""

from typing import Any

from headwater._src.graph.convert import constant
from headwater._src.graph.default import get_default_graph
from headwater._src.train.rule_optimizer import RuleOptimizer


class _Proximal(RuleOptimizer):
    _learning_rate: Any
    _l1: Any
    _l2: Any

    def _hyperparameters(self):
        return {
            "learning_rate": self._learning_rate,
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
        }

    def _inputs(self, var, grad, indices):
        hyper = self._hyper(
            var, "learning_rate", "l1_regularization_strength", "l2_regularization_strength"
        )
        return [*hyper, grad, *indices]


class ProximalGradientDescentOptimizer(_Proximal):
    """Gradient descent, each step followed by the penalties' (Duchi and Singer, 2009).

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      l1_regularization_strength: weight of the penalty on absolute values.
      l2_regularization_strength: weight of the penalty on squares.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes.
    """

    _rule = "ProximalGradientDescent"

    def __init__(
        self,
        learning_rate,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalGradientDescent",
    ):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength


class ProximalAdagradOptimizer(_Proximal):
    """Adagrad, each step followed by the penalties' (Duchi and Singer, 2009).

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      initial_accumulator_value: what the sums of squares start with; positive.
      l1_regularization_strength: weight of the penalty on absolute values.
      l2_regularization_strength: weight of the penalty on squares.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.

    Raises:
      ValueError: `initial_accumulator_value` is not positive.
    """

    _rule = "ProximalAdagrad"
    _states = ("accumulator",)

    def __init__(
        self,
        learning_rate,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="ProximalAdagrad",
    ):
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate, self._initial = learning_rate, initial_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength

    def _create_slots(self, var_list):
        for var in var_list:
            with get_default_graph().colocate_with(var.op):
                start = constant(self._initial, var.dtype.base_dtype, shape=var.shape)
            self._get_or_make_slot(var, start, "accumulator", self._name)
