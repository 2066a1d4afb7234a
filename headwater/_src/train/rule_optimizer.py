"""`RuleOptimizer`: an optimizer whose whole update of a variable is one op."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import raw
from headwater._src.train.optimizer import Optimizer


class RuleOptimizer(Optimizer):
    """Base of optimizers with one update op, in its four forms.

    A subclass gives `_rule` (the op's name without prefix), `_states` (names of the slots in the
    op's order) and `_inputs`; the tensors of its hyperparameters
    are in `_tensors`.
    """

    _rule = None
    _states = ()

    def _prepare(self):
        self._tensors = {
            name: convert_to_tensor(self._call_if_callable(value), name=name)
            for name, value in self._hyperparameters().items()
        }

    def _hyperparameters(self):
        """Node name -> value of each hyperparameter, in the order in which nodes are made."""
        return {}

    def _inputs(self, var, grad, indices):
        """The op's inputs after the states; `indices` is a list: empty for a dense gradient."""
        raise NotImplementedError

    def _hyper(self, var, *names):
        """Hyperparameters in the type of `var`."""
        kind = var.dtype.base_dtype
        return [self._cast(self._tensors[name], kind) for name in names]

    def _rule_name(self):
        return self._rule

    def _apply(self, prefix, var, as_input, grad, indices):
        slots = [self.get_slot(var, name) for name in self._states]
        return getattr(raw, prefix + self._rule_name())(
            *[as_input(v) for v in (var, *slots)],
            *self._inputs(var, grad, indices),
            use_locking=self._use_locking,
        )

    def _apply_dense(self, grad, var):
        return self._apply("Apply", var, lambda v: v, grad, []).op

    def _resource_apply_dense(self, grad, handle):
        return self._apply("ResourceApply", handle, lambda v: v.handle, grad, [])

    def _apply_sparse(self, grad, var):
        return self._apply("SparseApply", var, lambda v: v, grad.values, [grad.indices]).op

    def _resource_apply_sparse(self, grad, handle, indices):
        return self._apply("ResourceSparseApply", handle, lambda v: v.handle, grad, [indices])
