"""Loss scales: factors that keep small gradients of 16-bit floats from becoming zero."""

import abc

from headwater._src.core import dtypes
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.variable import Variable
from headwater._src.ops.grouping import group


class LossScale(abc.ABC):
    """A factor that losses are multiplied with, and that gradients tell how to change."""

    def __init__(self):
        self._variables = {}  # (graph, name) -> variable

    @abc.abstractmethod
    def __call__(self):
        """The factor, a float32 scalar."""

    @abc.abstractmethod
    def update(self, grads):
        """Changes the factor by what gradients are like.

        Args:
          grads: list of gradients, of the loss that was not multiplied.

        Returns:
          `(operation, whether the gradients may be applied)`.
        """

    @abc.abstractmethod
    def get_config(self):
        """A dict from which `from_config` makes the same again."""

    @classmethod
    def from_config(cls, config):
        """A loss scale from the dict that `get_config` gave.

        Args:
          config: the dict.
        """
        return cls(**config)

    def _variable(self, name, value, dtype):
        """A variable of the current graph, made when it is asked for."""
        graph = get_default_graph().root
        if (graph, name) not in self._variables:
            with graph.as_default(), graph.control_dependencies(None), graph.name_scope(None):
                self._variables[graph, name] = Variable(
                    value, trainable=False, dtype=dtype, name=name, use_resource=True
                )
        return self._variables[graph, name]

    def _made_variables(self):
        graph = get_default_graph().root
        return [variable for (owner, _), variable in self._variables.items() if owner is graph]


class FixedLossScale(LossScale):
    """A factor that stays."""

    def __init__(self, loss_scale_value):
        """Notes the factor.

        Args:
          loss_scale_value: a number, at least 1.

        Raises:
          ValueError: it is something else.
        """
        super().__init__()
        if not isinstance(loss_scale_value, (int, float)):
            raise ValueError("loss_scale_value must be a Python int or float.")
        if loss_scale_value < 1:
            raise ValueError("loss_scale_value must be at least 1.")
        self._value = float(loss_scale_value)

    def __call__(self):
        return convert_to_tensor(self._value, dtypes.float32)

    def update(self, grads):
        """Changes nothing.

        Args:
          grads: not looked at.

        Returns:
          An operation that does nothing, and True.
        """
        return raw.NoOp(), True

    def get_config(self):
        """See `LossScale`."""
        return {"loss_scale_value": self._value}

    def __repr__(self):
        return f"FixedLossScale({self._value})"


class DynamicLossScale(LossScale):
    """A factor that falls when gradients are not finite, and grows when they long have been."""

    def __init__(self, initial_loss_scale=2**15, increment_period=2000, multiplier=2.0):
        """Notes how it changes.

        Args:
          initial_loss_scale: the factor to start with.
          increment_period: after how many steps in a row with finite gradients it grows.
          multiplier: by how much it grows then, and falls otherwise, though not below 1.
        """
        super().__init__()
        self._initial, self._period = float(initial_loss_scale), int(increment_period)
        self._multiplier = float(multiplier)

    @property
    def initial_loss_scale(self):
        """The factor to start with."""
        return self._initial

    @property
    def increment_period(self):
        """After how many steps it grows."""
        return self._period

    @property
    def multiplier(self):
        """By how much."""
        return self._multiplier

    def _state(self):
        scale = self._variable("current_loss_scale", self._initial, dtypes.float32)
        return scale, self._variable("good_steps", 0, dtypes.int64)

    def __call__(self):
        return self._state()[0].read_value()

    def update(self, grads):
        """Changes the factor.

        Args:
          grads: list of gradients; None among them are passed over.

        Returns:
          `(operation, bool scalar: all are finite)`.
        """
        scale, steps = self._state()
        finite = _all_finite(grads)
        before, count = scale.read_value(), steps.read_value() + constant(1, dtypes.int64)
        due = count >= self._period
        grown = before * self._multiplier
        grown = PUBLIC["where"](
            PUBLIC["logical_and"](due, PUBLIC["is_finite"](grown)), grown, before
        )
        fallen = PUBLIC["maximum"](before / self._multiplier, 1.0)
        none = constant(0, dtypes.int64)
        count = PUBLIC["where"](
            PUBLIC["logical_or"](due, PUBLIC["logical_not"](finite)), none, count
        )
        new = PUBLIC["where"](finite, grown, fallen)
        return group(scale.assign(new).op, steps.assign(count).op), finite

    def get_config(self):
        """See `LossScale`."""
        return {
            "initial_loss_scale": self._initial,
            "increment_period": self._period,
            "multiplier": self._multiplier,
        }

    def __repr__(self):
        shown = ", ".join(f"{name}={value}" for name, value in self.get_config().items())
        return f"DynamicLossScale({shown})"


def _all_finite(grads):
    values = [g.values if isinstance(g, IndexedSlices) else g for g in grads if g is not None]
    each = [PUBLIC["reduce_all"](PUBLIC["is_finite"](convert_to_tensor(v))) for v in values]
    return PUBLIC["reduce_all"](PUBLIC["stack"](each))


def loss_scale_of(identifier):
    """A loss scale from what a program may give for one.

    Args:
      identifier: a `LossScale`, a number, or `"dynamic"`.

    Raises:
      ValueError: it is something else.
    """
    if isinstance(identifier, (int, float)):
        return FixedLossScale(identifier)
    if identifier == "dynamic":
        return DynamicLossScale()
    if isinstance(identifier, LossScale):
        return identifier
    raise ValueError(f"Could not interpret loss scale identifier: {identifier}")
