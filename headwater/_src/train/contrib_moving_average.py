"""An optimizer that keeps moving averages, and a saver that saves them in place of variables."""

from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.train.moving_averages import ExponentialMovingAverage
from headwater._src.train.optimizer import Optimizer


class MovingAverageOptimizer(Optimizer):
    """Another optimizer, with moving averages of the variables that it changes.

    Args:
      opt: the optimizer.
      average_decay: the part of an average that is kept in each step.
      num_updates: a number of updates so far, by which the decay is lowered at the start.
      sequential_update: whether the averages are moved after the update, not beside it.
    """

    def __init__(self, opt, average_decay=0.9999, num_updates=None, sequential_update=True):
        self._optimizer = opt
        self._ema = ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped_variable_name_map = None
        self._sequential_update = sequential_update
        super().__init__(False, "MovingAverage")

    def compute_gradients(self, *args, **kwargs):
        """As `Optimizer.compute_gradients`, by the optimizer inside."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """An operation that changes variables along gradients, and moves their averages.

        Args:
          grads_and_vars: list of `(gradient, variable)`.
          global_step: a variable that is increased by 1 after the update.
          name: name of the operation.

        Returns:
          An `Operation`.
        """
        grads_and_vars = list(grads_and_vars)
        train = self._optimizer.apply_gradients(grads_and_vars, global_step=global_step, name=name)
        variables = [v for g, v in grads_and_vars if g is not None]
        graph = get_default_graph()
        with graph.control_dependencies([train] if self._sequential_update else []):
            moved = self._ema.apply(variables)
        self._swapped_variable_name_map = {
            v.op.name: self._ema.average(v).op.name for v in variables
        }
        if self._sequential_update:
            return moved
        from headwater._src.graph.optable import PUBLIC

        return PUBLIC["group"](train, moved, name="train_with_avg")

    def _apply_dense(self, grad, var):
        raise NotImplementedError("the optimizer inside makes the updates")

    def get_slot(self, var, name):
        """The slot of the optimizer inside."""
        return self._optimizer.get_slot(var, name)

    def get_slot_names(self):
        """The names of the slots of the optimizer inside."""
        return self._optimizer.get_slot_names()

    def variables(self):
        """The variables of the optimizer inside."""
        return self._optimizer.variables()

    def swapping_saver(self, var_list=None, name="swapping_saver", **kwargs):
        """A `Saver` that saves averages under the names of the variables, and the reverse.

        Args:
          var_list: list or dict of the variables to save (default: all that can be saved).
          name: name of the saver's nodes.
          **kwargs: further arguments of `Saver`.

        Returns:
          A `Saver`.

        Raises:
          RuntimeError: called before `apply_gradients` or `minimize`.
          ValueError: an average or a variable is missing in `var_list`.
        """
        if self._swapped_variable_name_map is None:
            raise RuntimeError(
                "Must call apply_gradients or minimize before creating the swapping_saver"
            )
        from headwater._src.train.saver import Saver

        if var_list is None:
            var_list = get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES)
        if not isinstance(var_list, dict):
            var_list = {v.op.name: v for v in var_list}
        swapped = dict(var_list)
        for name_, average in self._swapped_variable_name_map.items():
            for needed, what in ((name_, "Variable"), (average, "Average variable")):
                if needed not in var_list:
                    raise ValueError(f"{what} {needed} must be in the list of variables to save.")
            swapped[name_], swapped[average] = var_list[average], var_list[name_]
        return Saver(swapped, name=name, **kwargs)
