"""Relatives of Adam from `tf.contrib.opt`: lazy, with the largest gradient, with Nesterov."""

from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.train.adam import AdamOptimizer


def _rows(variable, indices):
    """The rows of a variable of either kind."""
    if isinstance(variable, ResourceVariable):
        return variable.sparse_read(indices)
    return PUBLIC["gather"](variable, indices)


def _scatter(how, variable, indices, values, locking):
    """Changes rows of a variable of either kind; gives what can be waited for."""
    if isinstance(variable, ResourceVariable):
        return getattr(raw, "ResourceScatter" + how)(variable.handle, indices, values)
    return getattr(raw, "Scatter" + how)(variable, indices, values, use_locking=locking)


class _RowsAdam(AdamOptimizer):
    """Adam whose sparse update is given for both kinds of variables at once by `_on_rows`."""

    def _apply_sparse(self, grad, var):
        return self._on_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad, handle, indices):
        return self._on_rows(grad, handle, indices)

    def _powers(self, kind):
        return [
            p if p.dtype.base_dtype == kind else self._cast(p, kind)
            for p in self._get_beta_accumulators()
        ]

    def _on_rows(self, grad, var, indices):
        raise NotImplementedError


class LazyAdamOptimizer(_RowsAdam):
    """Adam that, for sparse gradients, leaves the means of rows without a gradient alone.

    That is faster for large embeddings, and gives other numbers than Adam. Arguments as for
    `tf.train.AdamOptimizer`.
    """

    def _on_rows(self, grad, var, indices):
        kind = var.dtype.base_dtype
        power1, power2 = self._powers(kind)
        rate, beta1, beta2, epsilon = self._hyper(kind)
        step = rate * raw.Sqrt(1 - power2) / (1 - power1)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = beta1 * _rows(m, indices) + (1 - beta1) * grad
        v_rows = beta2 * _rows(v, indices) + (1 - beta2) * raw.Square(grad)
        locking = self._use_locking
        updates = [
            _scatter("Update", m, indices, m_rows, locking),
            _scatter("Update", v, indices, v_rows, locking),
            _scatter("Sub", var, indices, step * m_rows / (raw.Sqrt(v_rows) + epsilon), locking),
        ]
        return PUBLIC["group"](*updates)


class AdaMaxOptimizer(_RowsAdam):
    """AdaMax (Kingma and Ba, 2014): Adam with the infinity norm of past gradients.

    Args:
      learning_rate: the step's size: a number, a scalar `Tensor`, or a function giving one.
      beta1: the part of the mean of gradients that is kept in each step.
      beta2: the factor of the largest gradient so far.
      epsilon: added to that.
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        use_locking=False,
        name="AdaMax",
    ):
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self):
        return (self._get_non_slot_variable("beta1_power", get_default_graph()),)

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._call_if_callable(self._beta1), "beta1_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _update(self, op, var, as_input, grad):
        kind = var.dtype.base_dtype
        (power,) = self._powers(kind)
        slots = [self.get_slot(var, name) for name in ("m", "v")]
        return getattr(raw, op)(
            *[as_input(v) for v in (var, *slots)],
            power,
            *self._hyper(kind),
            grad,
            use_locking=self._use_locking,
        )

    def _apply_dense(self, grad, var):
        return self._update("ApplyAdaMax", var, lambda v: v, grad).op

    def _resource_apply_dense(self, grad, handle):
        return self._update("ResourceApplyAdaMax", handle, lambda v: v.handle, grad)

    def _on_rows(self, grad, var, indices):
        kind = var.dtype.base_dtype
        (power,) = self._powers(kind)
        rate, beta1, beta2, epsilon = self._hyper(kind)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = beta1 * _rows(m, indices) + (1 - beta1) * grad
        v_rows = raw.Maximum(beta2 * _rows(v, indices), raw.Abs(grad))
        locking = self._use_locking
        step = rate / (1 - power) * (m_rows / (v_rows + epsilon))
        updates = [
            _scatter("Update", m, indices, m_rows, locking),
            _scatter("Update", v, indices, v_rows, locking),
            _scatter("Sub", var, indices, step, locking),
        ]
        return PUBLIC["group"](*updates)

    def _finish(self, update_ops, name_scope):
        graph = get_default_graph()
        with graph.control_dependencies(update_ops):
            (power,) = self._get_beta_accumulators()
            with graph.colocate_with(power.op):
                decayed = power.assign(power * self._beta1_t, use_locking=self._use_locking)
        return PUBLIC["group"](*update_ops, decayed, name=name_scope)


class NadamOptimizer(_RowsAdam):
    """Adam with Nesterov's momentum (Dozat, 2015); arguments as for `tf.train.AdamOptimizer`."""

    _nesterov = True

    def _on_rows(self, grad, var, indices):
        kind = var.dtype.base_dtype
        power1, power2 = self._powers(kind)
        rate, beta1, beta2, epsilon = self._hyper(kind)
        step = rate * raw.Sqrt(1 - power2) / (1 - power1)
        graph, locking = get_default_graph(), self._use_locking
        addend = grad * (1 - beta1)

        def mean(slot, beta, values):
            """The slot, decayed everywhere, with `values` added to its rows."""
            decayed = PUBLIC["assign"](slot, slot * beta, use_locking=locking)
            with graph.control_dependencies([decayed]):
                changed = _scatter("Add", slot, indices, values, locking)
            with graph.control_dependencies([changed]):
                return _rows(slot, indices)

        m_rows = addend + beta1 * mean(self.get_slot(var, "m"), beta1, addend)
        v_rows = mean(self.get_slot(var, "v"), beta2, (grad * grad) * (1 - beta2))
        change = step * m_rows / (raw.Sqrt(v_rows) + epsilon)
        return PUBLIC["group"](_scatter("Sub", var, indices, change, locking))
