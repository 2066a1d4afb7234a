"""Plain gradient descent."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import raw
from headwater._src.train.optimizer import Optimizer


class GradientDescentOptimizer(Optimizer):
    """Steps of `learning_rate` times the gradient, downhill.

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes.
    """

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor = None

    def _prepare(self):
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate"
        )

    def _rate(self, var):
        return self._cast(self._learning_rate_tensor, var.dtype.base_dtype)

    def _apply_dense(self, grad, var):
        return raw.ApplyGradientDescent(
            var, self._rate(var), grad, use_locking=self._use_locking
        ).op

    def _resource_apply_dense(self, grad, handle):
        return raw.ResourceApplyGradientDescent(
            handle.handle, self._rate(handle), grad, use_locking=self._use_locking
        )

    def _apply_sparse_duplicate_indices(self, grad, var):
        step = raw.Mul(grad.values, self._rate(var), name="mul")
        return raw.ScatterSub(var, grad.indices, step, use_locking=self._use_locking)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        step = raw.Mul(raw.Neg(grad), self._rate(handle), name="mul")
        return raw.ResourceScatterAdd(handle.handle, indices, step)
