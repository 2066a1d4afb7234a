"""Gradient descent with momentum."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import raw
from headwater._src.train.optimizer import Optimizer


class MomentumOptimizer(Optimizer):
    """Moves along a decaying sum: `accum = momentum * accum + grad; var -= lr * accum`.

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      momentum: the part of the sum that is kept in each step, likewise.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
      use_nesterov: whether the gradient counts as if taken one step ahead (Nesterov).
    """

    def __init__(
        self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False
    ):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov
        self._learning_rate_tensor = self._momentum_tensor = None

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self):
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate"
        )
        self._momentum_tensor = convert_to_tensor(
            self._call_if_callable(self._momentum), name="momentum"
        )

    def _hyper(self, var):
        kind = var.dtype.base_dtype
        return (
            self._cast(self._learning_rate_tensor, kind),
            lambda: self._cast(self._momentum_tensor, kind),
            {"use_locking": self._use_locking, "use_nesterov": self._use_nesterov},
        )

    def _apply_dense(self, grad, var):
        rate, momentum, flags = self._hyper(var)
        return raw.ApplyMomentum(
            var, self.get_slot(var, "momentum"), rate, grad, momentum(), **flags
        ).op

    def _resource_apply_dense(self, grad, handle):
        rate, momentum, flags = self._hyper(handle)
        slot = self.get_slot(handle, "momentum")
        return raw.ResourceApplyMomentum(
            handle.handle, slot.handle, rate, grad, momentum(), **flags
        )

    def _apply_sparse(self, grad, var):
        rate, momentum, flags = self._hyper(var)
        return raw.SparseApplyMomentum(
            var,
            self.get_slot(var, "momentum"),
            rate,
            grad.values,
            grad.indices,
            momentum(),
            **flags,
        ).op

    def _resource_apply_sparse(self, grad, handle, indices):
        rate, momentum, flags = self._hyper(handle)
        slot = self.get_slot(handle, "momentum")
        return raw.ResourceSparseApplyMomentum(
            handle.handle, slot.handle, rate, grad, indices, momentum(), **flags
        )
