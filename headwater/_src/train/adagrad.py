"""Adagrad: steps divided by the root of the sum of squared gradients."""

import functools

from headwater._src.graph import dims as dims_lib
from headwater._src.graph.convert import constant
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.train.rule_optimizer import RuleOptimizer


class AdagradOptimizer(RuleOptimizer):
    """Adagrad (Duchi et al., 2011).

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      initial_accumulator_value: what the sums of squares start with; positive.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.

    Raises:
      ValueError: `initial_accumulator_value` is not positive.
    """

    _rule = "Adagrad"
    _states = ("accumulator",)

    def __init__(
        self, learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"
    ):
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value

    def _create_slots(self, var_list):
        for var in var_list:
            kind = var.dtype.base_dtype
            if dims_lib.is_full(var.dims):
                start = functools.partial(_constant, self._initial_accumulator_value)
            else:
                start = functools.partial(_filled_like, var, self._initial_accumulator_value)
            self._get_or_make_slot_with_initializer(
                var, start, var.shape, kind, "accumulator", self._name
            )

    def _hyperparameters(self):
        return {"learning_rate": self._learning_rate}

    def _inputs(self, var, grad, indices):
        return [*self._hyper(var, "learning_rate"), grad, *indices]


def _constant(value, shape, dtype):
    return constant(value, dtype, shape=shape)


def _filled_like(var, value, shape, dtype):
    filled = raw.Fill(PUBLIC["shape"](var), value)
    return filled if filled.dtype == dtype else raw.Cast(filled, DstT=dtype)


class AdagradDAOptimizer(RuleOptimizer):
    """Adagrad by dual averaging, which gives sparse linear models with an l1 penalty.

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      global_step: the variable that counts the steps.
      initial_gradient_squared_accumulator_value: what the sums of squares start with; positive.
      l1_regularization_strength: weight of the penalty on absolute values.
      l2_regularization_strength: weight of the penalty on squares.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.

    Raises:
      ValueError: `initial_gradient_squared_accumulator_value` is not positive.
    """

    _rule = "AdagradDA"
    _states = ("gradient_accumulator", "gradient_squared_accumulator")

    def __init__(
        self,
        learning_rate,
        global_step,
        initial_gradient_squared_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        use_locking=False,
        name="AdagradDA",
    ):
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError(
                "initial_gradient_squared_accumulator_value must be positive: "
                f"{initial_gradient_squared_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate, self._global_step = learning_rate, global_step
        self._initial = initial_gradient_squared_accumulator_value
        self._l1, self._l2 = l1_regularization_strength, l2_regularization_strength
        self._step = None

    def _create_slots(self, var_list):
        for var in var_list:
            kind = var.dtype.base_dtype
            with get_default_graph().colocate_with(var.op):
                sums = constant(0.0, kind, shape=var.shape)
                squares = constant(self._initial, kind, shape=var.shape)
            self._get_or_make_slot(var, sums, "gradient_accumulator", self._name)
            self._get_or_make_slot(var, squares, "gradient_squared_accumulator", self._name)

    def _hyperparameters(self):
        return {"learning_rate": self._learning_rate}

    def _prepare(self):
        super()._prepare()
        # The first step counts as one: the global step is increased after the update.
        with get_default_graph().colocate_with(self._tensors["learning_rate"].op):
            self._step = raw.Identity(self._global_step) + 1

    def _inputs(self, var, grad, indices):
        kind = var.dtype.base_dtype
        step = raw.Identity(self._step)
        return [
            grad,
            *indices,
            *self._hyper(var, "learning_rate"),
            PUBLIC["cast"](self._l1, kind),
            PUBLIC["cast"](self._l2, kind),
            step,
        ]
