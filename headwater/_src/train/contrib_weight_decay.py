"""Weight decay apart from the gradient (Loshchilov and Hutter, 2017), for any optimizer."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.train.adam import AdamOptimizer
from headwater._src.train.momentum import MomentumOptimizer


class DecoupledWeightDecayExtension:
    """Mixed into an optimizer: variables shrink by `weight_decay * variable` in each step.

    Args:
      weight_decay: the part of a variable that is taken off: a number, a scalar `Tensor`, or a
        function giving one.
      **kwargs: arguments of the optimizer.
    """

    def __init__(self, weight_decay, **kwargs):
        self._decay_var_list = None
        self._weight_decay = weight_decay
        self._weight_decay_tensor = None
        super().__init__(**kwargs)

    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients=1,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        name=None,
        grad_loss=None,
        decay_var_list=None,
    ):
        """As `Optimizer.minimize`; only `decay_var_list` decays (default: all variables)."""
        self._decay_var_list = _names(decay_var_list)
        return super().minimize(
            loss,
            global_step=global_step,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            name=name,
            grad_loss=grad_loss,
        )

    def apply_gradients(self, grads_and_vars, global_step=None, name=None, decay_var_list=None):
        """As `Optimizer.apply_gradients`; only `decay_var_list` decays (default: all)."""
        if decay_var_list is not None:
            self._decay_var_list = _names(decay_var_list)
        return super().apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def _prepare(self):
        self._weight_decay_tensor = convert_to_tensor(
            self._call_if_callable(self._weight_decay), name="weight_decay"
        )
        super()._prepare()

    def _decays(self, var):
        return self._decay_var_list is None or var.name in self._decay_var_list

    def _part(self, var):
        return self._cast(self._weight_decay_tensor, var.dtype.base_dtype)

    def _decay(self, var):
        """The operation that shrinks a whole variable."""
        if not self._decays(var):
            return PUBLIC["no_op"]()
        result = var.assign_sub(self._part(var) * var, self._use_locking)
        return getattr(result, "op", result)

    def _decay_rows(self, var, indices):
        """The operation that shrinks the rows `indices`, which do not repeat."""
        if not self._decays(var):
            return PUBLIC["no_op"]()
        if isinstance(var, ResourceVariable):
            change = -self._part(var) * var.sparse_read(indices)
            return raw.ResourceScatterAdd(var.handle, indices, change)
        change = -self._part(var) * PUBLIC["gather"](var, indices)
        return raw.ScatterAdd(var, indices, change, use_locking=self._use_locking).op

    # The update waits for the decay, so it starts from the decayed variable.

    def _apply_dense(self, grad, var):
        with get_default_graph().control_dependencies([self._decay(var)]):
            return super()._apply_dense(grad, var)

    def _resource_apply_dense(self, grad, handle):
        with get_default_graph().control_dependencies([self._decay(handle)]):
            return super()._resource_apply_dense(grad, handle)

    def _apply_sparse(self, grad, var):
        with get_default_graph().control_dependencies([self._decay_rows(var, grad.indices)]):
            return super()._apply_sparse(grad, var)

    def _resource_apply_sparse(self, grad, handle, indices):
        with get_default_graph().control_dependencies([self._decay_rows(handle, indices)]):
            return super()._resource_apply_sparse(grad, handle, indices)


def _names(variables):
    return None if variables is None else {v.name for v in variables}


def extend_with_decoupled_weight_decay(base_optimizer):
    """The class of an optimizer with decoupled weight decay.

    Args:
      base_optimizer: a subclass of `tf.train.Optimizer`.

    Returns:
      A class whose constructor takes `weight_decay`, then the arguments of `base_optimizer`.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):
        """The optimizer, with decoupled weight decay."""

        def __init__(self, weight_decay, *args, **kwargs):
            self._decay_var_list = None
            self._weight_decay = weight_decay
            self._weight_decay_tensor = None
            base_optimizer.__init__(self, *args, **kwargs)

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, MomentumOptimizer):
    """Momentum with decoupled weight decay.

    Args:
      weight_decay: the part of a variable that is taken off in each step.
      learning_rate: the step's size.
      momentum: the part of the sum of gradients that is kept in each step.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
      use_nesterov: whether the gradient counts as if taken one step ahead (Nesterov).
    """

    def __init__(
        self,
        weight_decay,
        learning_rate,
        momentum,
        use_locking=False,
        name="MomentumW",
        use_nesterov=False,
    ):
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            momentum=momentum,
            use_locking=use_locking,
            name=name,
            use_nesterov=use_nesterov,
        )


class AdamWOptimizer(DecoupledWeightDecayExtension, AdamOptimizer):
    """Adam with decoupled weight decay.

    Args:
      weight_decay: the part of a variable that is taken off in each step.
      learning_rate: the step's size.
      beta1: the part of the mean of gradients that is kept in each step.
      beta2: the part of the mean of their squares that is kept.
      epsilon: added to the root of the mean square.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
    """

    def __init__(
        self,
        weight_decay,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking=False,
        name="AdamW",
    ):
        super().__init__(
            weight_decay,
            learning_rate=learning_rate,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            use_locking=use_locking,
            name=name,
        )
