"""LARS: a learning rate of its own for each variable, for training with large batches."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.train.momentum import MomentumOptimizer


class LARSOptimizer(MomentumOptimizer):
    """Layer-wise adaptive rates with momentum (You et al., 2017).

    Args:
      learning_rate: the step's size: a number or scalar `Tensor`.
      momentum: the part of the sum of gradients that is kept in each step; not negative.
      weight_decay: the part of a variable that is added to its gradient.
      eeta: the ratio of a step to the variable's norm.
      epsilon: added to the divisor.
      name: name of the nodes and slots.
      skip_list: parts of names; variables whose name has one of them get the plain rate.
      use_nesterov: whether the gradient counts as if taken one step ahead (Nesterov).

    Raises:
      ValueError: `momentum` is negative.
    """

    def __init__(
        self,
        learning_rate,
        momentum=0.9,
        weight_decay=0.0001,
        eeta=0.001,
        epsilon=0.0,
        name="LARSOptimizer",
        skip_list=None,
        use_nesterov=False,
    ):
        if momentum < 0.0:
            raise ValueError(f"momentum should be positive: {momentum}")
        super().__init__(learning_rate, momentum, False, name, use_nesterov)
        self._weight_decay, self._eeta, self._epsilon = weight_decay, eeta, epsilon
        self._skip_list = skip_list

    def compute_lr(self, grad, var):
        """The learning rate of a variable, and its gradient with the weight decay.

        Args:
          grad: the gradient.
          var: the variable.

        Returns:
          `(rate, gradient)`.
        """
        rate = convert_to_tensor(self._call_if_callable(self._learning_rate))
        if self._skip_list is not None and any(part in var.name for part in self._skip_list):
            return rate, grad
        size, slope = _norm(var), _norm(grad)
        ratio = self._eeta * size / (slope + self._weight_decay * size + self._epsilon)
        one = PUBLIC["ones_like"](ratio)
        trusted = raw.Select(raw.LogicalAnd(size > 0, slope > 0), ratio, one)
        return self._cast(rate, trusted.dtype.base_dtype) * trusted, grad + (
            self._weight_decay * var
        )

    def _scaled(self, grad, var):
        rate, grad = self.compute_lr(grad, var)
        kind = var.dtype.base_dtype
        one = convert_to_tensor(1.0, kind)
        # The rate is in the gradient, so that the sum holds steps of earlier rates.
        return one, grad * self._cast(rate, kind), self._cast(self._momentum_tensor, kind)

    def _apply_dense(self, grad, var):
        one, grad, momentum = self._scaled(grad, var)
        return raw.ApplyMomentum(
            var,
            self.get_slot(var, "momentum"),
            one,
            grad,
            momentum,
            use_locking=False,
            use_nesterov=self._use_nesterov,
        ).op

    def _resource_apply_dense(self, grad, handle):
        one, grad, momentum = self._scaled(grad, handle)
        return raw.ResourceApplyMomentum(
            handle.handle,
            self.get_slot(handle, "momentum").handle,
            one,
            grad,
            momentum,
            use_locking=False,
            use_nesterov=self._use_nesterov,
        )


def _norm(value):
    return raw.Sqrt(PUBLIC["reduce_sum"](raw.Square(value)))
