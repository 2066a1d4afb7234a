"""Adam: steps scaled by running means of the gradient and of its square."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.train.optimizer import Optimizer


class AdamOptimizer(Optimizer):
    """Adam (Kingma and Ba, 2014).

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      beta1: the part of the mean of gradients that is kept in each step.
      beta2: the part of the mean of their squares that is kept.
      epsilon: added to the root of the mean square, so that it cannot be zero.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
      use_own_namescope_for_non_slot_vars: ignored; kept for newer programs.
    """

    _nesterov = False

    def __init__(
        self,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking=False,
        name="Adam",
        use_own_namescope_for_non_slot_vars=False,
    ):
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon
        self._lr_t = self._beta1_t = self._beta2_t = self._epsilon_t = None

    def _get_beta_accumulators(self):
        graph = get_default_graph()
        return (
            self._get_non_slot_variable("beta1_power", graph),
            self._get_non_slot_variable("beta2_power", graph),
        )

    def _create_slots(self, var_list):
        # The powers of beta live beside the variable that is first by name.
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._call_if_callable(self._beta1), "beta1_power", first)
        self._create_non_slot_variable(self._call_if_callable(self._beta2), "beta2_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _prepare(self):
        self._lr_t = convert_to_tensor(self._call_if_callable(self._lr), name="learning_rate")
        self._beta1_t = convert_to_tensor(self._call_if_callable(self._beta1), name="beta1")
        self._beta2_t = convert_to_tensor(self._call_if_callable(self._beta2), name="beta2")
        self._epsilon_t = convert_to_tensor(self._call_if_callable(self._epsilon), name="epsilon")

    def _hyper(self, kind):
        return [
            self._cast(t, kind) for t in (self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        ]

    def _apply_dense(self, grad, var):
        kind = var.dtype.base_dtype
        powers = [
            self._cast(p.value() if p.dtype.base_dtype == kind else p, kind)
            for p in self._get_beta_accumulators()
        ]
        return raw.ApplyAdam(
            var,
            self.get_slot(var, "m"),
            self.get_slot(var, "v"),
            *powers,
            *self._hyper(kind),
            grad,
            use_locking=self._use_locking,
            use_nesterov=self._nesterov,
        ).op

    def _resource_apply_dense(self, grad, handle):
        kind = grad.dtype.base_dtype
        # A power that needs no cast is read by the update node itself, inside its scope.
        powers = [
            p if p.dtype.base_dtype == kind else self._cast(p, kind)
            for p in self._get_beta_accumulators()
        ]
        return raw.ResourceApplyAdam(
            handle.handle,
            self.get_slot(handle, "m").handle,
            self.get_slot(handle, "v").handle,
            *powers,
            *self._hyper(kind),
            grad,
            use_locking=self._use_locking,
            use_nesterov=self._nesterov,
        )

    def _sparse(self, grad, var, indices, scatter_add):
        """The rows that have a gradient get it; the means decay everywhere."""
        kind = var.dtype.base_dtype
        power1, power2 = (
            self._cast(p, kind) if p.dtype.base_dtype != kind else p
            for p in self._get_beta_accumulators()
        )
        rate, beta1, beta2, epsilon = self._hyper(kind)
        step = rate * raw.Sqrt(1 - power2) / (1 - power1)
        graph, assign = get_default_graph(), PUBLIC["assign"]

        def mean(slot, beta, addend):
            decayed = assign(slot, slot * beta, use_locking=self._use_locking)
            with graph.control_dependencies([decayed]):
                return scatter_add(slot, indices, addend)

        m = self.get_slot(var, "m")
        m_new = mean(m, beta1, grad * (1 - beta1))
        v = self.get_slot(var, "v")
        v_new = mean(v, beta2, (grad * grad) * (1 - beta2))
        root = raw.Sqrt(v_new)
        update = PUBLIC["assign_sub"](
            var, step * m_new / (root + epsilon), use_locking=self._use_locking
        )
        return PUBLIC["group"](update, m_new, v_new)

    def _apply_sparse(self, grad, var):
        return self._sparse(
            grad.values,
            var,
            grad.indices,
            lambda slot, rows, addend: raw.ScatterAdd(
                slot, rows, addend, use_locking=self._use_locking
            ),
        )

    def _resource_apply_sparse(self, grad, handle, indices):
        def scatter_add(slot, rows, addend):
            with get_default_graph().control_dependencies(
                [raw.ResourceScatterAdd(slot.handle, rows, addend)]
            ):
                return slot.value()

        return self._sparse(grad, handle, indices, scatter_add)

    def _finish(self, update_ops, name_scope):
        graph = get_default_graph()
        with graph.control_dependencies(update_ops):
            power1, power2 = self._get_beta_accumulators()
            with graph.colocate_with(power1.op):
                decayed = [
                    power.assign(power * beta, use_locking=self._use_locking)
                    for power, beta in ((power1, self._beta1_t), (power2, self._beta2_t))
                ]
        return PUBLIC["group"](*update_ops, *decayed, name=name_scope)
