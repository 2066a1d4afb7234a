"""Optimizers with a loss scale, and `enable_mixed_precision_graph_rewrite`."""

from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Operation
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.ops.grouping import group
from headwater._src.train.loss_scale import loss_scale_of
from headwater._src.train.optimizer import Optimizer


class MixedPrecisionLossScaleOptimizer(Optimizer):
    """Another optimizer, given the gradients of a loss that is multiplied by a factor.

    Gradients are divided by the factor before they are applied; a step whose gradients are not
    finite is left out.
    """

    def __init__(self, opt, loss_scale):
        """Wraps an optimizer.

        Args:
          opt: the `Optimizer`.
          loss_scale: a `LossScale`, a number, or `"dynamic"`.

        Raises:
          ValueError: `opt` is no optimizer, or `loss_scale` something else.
        """
        if not isinstance(opt, Optimizer):
            raise ValueError(f'"opt" must be an instance of Optimizer, but got: {type(opt)}')
        super().__init__(opt._use_locking, opt.get_name())
        self._optimizer, self._loss_scale = opt, loss_scale_of(loss_scale)

    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients=Optimizer.GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        grad_loss=None,
    ):
        """The gradients of `loss`, computed from a multiple of it.

        Args:
          loss: the `Tensor` to minimise, or a function giving it.
          var_list: the variables (default: the trainable ones).
          gate_gradients: see `Optimizer.compute_gradients`.
          aggregation_method: how several contributions to a gradient are added.
          colocate_gradients_with_ops: whether gradients are computed where their operations are.
          grad_loss: the gradient of what follows with respect to `loss`.

        Returns:
          A list of `(gradient, variable)`.
        """
        scale = self._loss_scale()
        if callable(loss):
            scaled = lambda: self._times(loss(), scale)
        else:
            scaled = self._times(loss, scale)
        pairs = self._optimizer.compute_gradients(
            scaled,
            var_list,
            gate_gradients,
            aggregation_method,
            colocate_gradients_with_ops,
            grad_loss,
        )
        share = 1.0 / scale
        return [(self._times(gradient, share), variable) for gradient, variable in pairs]

    @staticmethod
    def _times(value, factor):
        if value is None:
            return None
        factor = PUBLIC["cast"](factor, value.dtype.base_dtype)
        if isinstance(value, IndexedSlices):
            return IndexedSlices(value.values * factor, value.indices, value.dense_shape)
        return value * factor

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """Applies gradients if they are finite, and changes the factor.

        Args:
          grads_and_vars: what `compute_gradients` gave.
          global_step: a variable that is increased by 1 when they are applied.
          name: name of the operation.

        Returns:
          An `Operation`.
        """
        pairs = tuple(grads_and_vars)
        update, finite = self._loss_scale.update([gradient for gradient, _ in pairs])

        def apply():
            return self._optimizer.apply_gradients(pairs, global_step)

        if finite is True:
            step = apply()
        else:
            with get_default_graph().control_dependencies(None):
                self._optimizer._create_slots([v for gradient, v in pairs if gradient is not None])
            step = PUBLIC["cond"](finite, lambda: group(apply()), raw.NoOp)
        step = step if isinstance(step, Operation) else step.op
        return group(step, update, name=name or self._name)

    def _apply_dense(self, grad, var):
        raise NotImplementedError("gradients are applied by the optimizer inside")

    _apply_sparse = _resource_apply_dense = _resource_apply_sparse = _apply_dense

    def get_slot(self, var, name):
        """The slot variable of the optimizer inside.

        Args:
          var: a variable.
          name: the slot's name.
        """
        return self._optimizer.get_slot(var, name)

    def get_slot_names(self):
        """The names of the slots of the optimizer inside."""
        return self._optimizer.get_slot_names()

    def variables(self):
        """The variables of the optimizer inside, and of the factor."""
        return self._optimizer.variables() + self._loss_scale._made_variables()


def enable_mixed_precision_graph_rewrite(opt, loss_scale="dynamic"):
    """Wraps an optimizer so that its losses are scaled.

    TensorFlow then also rewrites graphs on GPUs so that some of their nodes work on 16-bit floats.
    Here, as in TensorFlow on a CPU, all nodes keep their types.

    Args:
      opt: an `Optimizer`.
      loss_scale: a `LossScale`, a number, or `"dynamic"`.

    Returns:
      A `MixedPrecisionLossScaleOptimizer`.

    Raises:
      ValueError: `opt` is no optimizer, or one with a loss scale.
    """
    if isinstance(opt, MixedPrecisionLossScaleOptimizer):
        raise ValueError(
            '"opt" must not already be an instance of a MixedPrecisionLossScaleOptimizer. '
            "`enable_mixed_precision_graph_rewrite` will automatically wrap the optimizer with a "
            "MixedPrecisionLossScaleOptimizer."
        )
    if not isinstance(opt, Optimizer):
        raise ValueError(
            '"opt" must be an instance of a tf.train.Optimizer or a tf.keras.optimizers.Optimizer, '
            f"but got: {opt}"
        )
    return MixedPrecisionLossScaleOptimizer(opt, loss_scale)


def disable_mixed_precision_graph_rewrite():
    """Does nothing: graphs are not rewritten. Optimizers that have a loss scale keep it."""
