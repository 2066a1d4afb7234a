"""FTRL: follow the regularized leader, for sparse linear models."""

from headwater._src.graph import dims as dims_lib
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.train.rule_optimizer import RuleOptimizer


class FtrlOptimizer(RuleOptimizer):
    """FTRL-Proximal (McMahan et al., 2013).

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      learning_rate_power: the power of the sum of squares that divides steps; not positive.
      initial_accumulator_value: what the sums of squares start with; not negative.
      l1_regularization_strength: weight of the penalty on absolute values; not negative.
      l2_regularization_strength: weight of the penalty on squares; not negative.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
      accum_name: name of the slots of sums of squares (default: as `name`).
      linear_name: name of the slots of the linear terms (default: as `name`).
      l2_shrinkage_regularization_strength: weight of a penalty on the size of the variable that
        acts through the gradients only; not negative.
      beta: added to the root of the sums of squares (default: 0).

    Raises:
      ValueError: a number has the wrong sign.
    """

    _states = ("accum", "linear")

    def __init__(
        self,
        learning_rate,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="Ftrl",
        accum_name=None,
        linear_name=None,
        l2_shrinkage_regularization_strength=0.0,
        beta=None,
    ):
        super().__init__(use_locking, name)
        for what, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise ValueError(f"{what} {value:f} needs to be positive or zero")
        if learning_rate_power > 0.0:
            raise ValueError(
                f"learning_rate_power {learning_rate_power:f} needs to be negative or zero"
            )
        self._learning_rate, self._power = learning_rate, learning_rate_power
        self._initial = initial_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength
        self._l2_shrinkage = l2_shrinkage_regularization_strength
        self._beta = 0.0 if beta is None else beta
        self._accum_name, self._linear_name = accum_name, linear_name
        self._rule = "FtrlV2" if l2_shrinkage_regularization_strength > 0.0 else "Ftrl"

    def _create_slots(self, var_list):
        def start(shape, dtype):
            full = dims_lib.is_full(var.dims)
            ones = PUBLIC["ones"](shape, dtype) if full else PUBLIC["ones_like"](var, dtype)
            return ones * self._initial

        for var in var_list:
            self._get_or_make_slot_with_initializer(
                var,
                start,
                var.shape,
                var.dtype.base_dtype,
                "accum",
                self._accum_name or self._name,
            )
            self._zeros_slot(var, "linear", self._linear_name or self._name)

    def _prepare(self):
        rate = self._call_if_callable(self._learning_rate)
        tensors = self._tensors = {}
        tensors["learning_rate"] = convert_to_tensor(rate, name="learning_rate")
        tensors["l1"] = convert_to_tensor(self._l1, name="l1_regularization_strength")
        # The op has no `beta`: it is a part of the penalty on squares.
        tensors["l2"] = self._l2 + self._beta / (2.0 * raw.Maximum(rate, 1e-36))
        tensors["beta"] = convert_to_tensor(self._beta, name="beta")
        tensors["l2_shrinkage"] = convert_to_tensor(
            self._l2_shrinkage, name="l2_shrinkage_regularization_strength"
        )
        tensors["power"] = convert_to_tensor(self._power, name="learning_rate_power")

    def _inputs(self, var, grad, indices):
        names = ["learning_rate", "l1", "l2"]
        if self._rule == "FtrlV2":
            names.append("l2_shrinkage")
        return [grad, *indices, *self._hyper(var, *names, "power")]
