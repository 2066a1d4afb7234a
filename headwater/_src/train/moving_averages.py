"""Moving averages of variables and tensors."""

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.graph.variable import Variable
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.train.slots import create_slot, create_zeros_slot

_FLOATS = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


def assign_moving_average(variable, value, decay, zero_debias=True, name=None):
    """Moves a variable towards a value: `variable -= (variable - value) * (1 - decay)`.

    Args:
      variable: the variable.
      value: `Tensor` of its shape.
      decay: the part of the old average that is kept: a number or scalar `Tensor`.
      zero_debias: whether the variable starts with zeros, whose influence is taken out.
      name: name of the scope and of the last node.

    Returns:
      The variable after the change.
    """
    graph = get_default_graph()
    with graph.name_scope("AssignMovingAvg" if name is None else name) as scope:
        kind = variable.dtype.base_dtype
        part = convert_to_tensor(1.0 - decay, name="decay")
        if part.dtype.base_dtype != kind:
            part = raw.Cast(part, DstT=kind)
        if zero_debias:
            return _zero_debias(variable, value, part, scope)
        return _subtract(variable, value, part, scope)


def _subtract(variable, value, part, scope):
    delta = (variable - value) * part
    if isinstance(variable, ResourceVariable):
        return variable.assign_sub(delta, name=scope)
    return raw.AssignSub(variable, delta, use_locking=False, name=scope)


def _zero_debias(variable, value, part, scope):
    """The average of values alone: a biased one, divided by the weight it has collected."""
    with variable_scope(variable.op.name, values=[variable, value, part]):
        with get_default_graph().colocate_with(variable.op):
            zeros = lambda shape, dtype=None, partition_info=None: PUBLIC["zeros"](shape, dtype)
            options = dict(
                dtype=variable.dtype.base_dtype,
                initializer=zeros,
                trainable=False,
                use_resource=isinstance(variable, ResourceVariable),
            )
            biased = get_variable("biased", variable.shape, **options)
            step = get_variable("local_step", [], **options)
    biased_new = PUBLIC["assign_sub"](biased, (biased - value) * part)
    step_new = PUBLIC["assign_add"](step, 1.0)
    weight = 1.0 - raw.Pow(1.0 - part, step_new)
    if isinstance(variable, ResourceVariable):
        return variable.assign(biased_new / weight, name=scope)
    return raw.Assign(
        variable, biased_new / weight, validate_shape=True, use_locking=True, name=scope
    )


class ExponentialMovingAverage:
    """Keeps exponentially weighted averages of variables and tensors, as shadow variables.

    Args:
      decay: the part of the old average that is kept in each update.
      num_updates: a number of updates so far, by which `decay` is lowered at the start.
      zero_debias: whether averages of tensors take out the zeros they start with.
      name: name of the shadow variables.
    """

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._decay, self._num_updates = decay, num_updates
        self._zero_debias, self._name = zero_debias, name
        self._averages = {}
        self._debiased = set()

    @property
    def name(self):
        """The name of the shadow variables."""
        return self._name

    def apply(self, var_list=None):
        """Makes shadow variables, and an operation that moves them.

        Args:
          var_list: list of variables and tensors (default: the trainable variables).

        Returns:
          An `Operation`.

        Raises:
          TypeError: a type is not floating-point.
          ValueError: the average of a variable is kept already.
        """
        graph = get_default_graph()
        if var_list is None:
            var_list = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
        for var in var_list:
            if var.dtype.base_dtype not in _FLOATS:
                raise TypeError(f"The variables must be half, float, or double: {var.name}")
            if _key(var) not in self._averages:
                with graph.control_dependencies(None):
                    self._averages[_key(var)] = self._shadow(var)
        with graph.name_scope(self._name) as scope:
            decay = convert_to_tensor(self._decay, name="decay")
            if self._num_updates is not None:
                count = PUBLIC["cast"](self._num_updates, dtypes.float32, name="num_updates")
                decay = raw.Minimum(decay, (1.0 + count) / (10.0 + count))
            updates = []
            for var in var_list:
                average = self._averages[_key(var)]
                debias = _key(var) in self._debiased
                updates.append(assign_moving_average(average, var, decay, zero_debias=debias))
            return PUBLIC["group"](*updates, name=scope)

    def _shadow(self, var):
        graph = get_default_graph()
        if isinstance(var, Variable):
            value = var.initialized_value()
            average = create_slot(var, value, self._name, colocate_with_primary=True)
            # It is saved and restored like any variable, and found by its collection.
            graph.add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, var)
            return average
        average = create_zeros_slot(
            var,
            self._name,
            colocate_with_primary=var.op.type in ("Variable", "VariableV2", "VarHandleOp"),
        )
        if self._zero_debias:
            self._debiased.add(_key(var))
        return average

    def average(self, var):
        """The shadow variable of a variable or tensor, or None.

        Args:
          var: what was given to `apply`.
        """
        return self._averages.get(_key(var))

    def average_name(self, var):
        """The name that the shadow variable of `var` has, or would get.

        Args:
          var: a variable or tensor.
        """
        if _key(var) in self._averages:
            return self._averages[_key(var)].op.name
        with get_default_graph().name_scope(None):
            return get_default_graph().unique_name(
                f"{var.op.name}/{self._name}", mark_as_used=False
            )

    def variables_to_restore(self, moving_avg_variables=None):
        """What to restore to have averages in place of variables, by the names in checkpoints.

        Args:
          moving_avg_variables: the variables whose averages are wanted (default: those that
            have one, and the trainable ones).

        Returns:
          A dict from name to variable.
        """
        graph = get_default_graph()
        if moving_avg_variables is None:
            moving_avg_variables = graph.get_collection(
                GraphKeys.TRAINABLE_VARIABLES
            ) + graph.get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES)
        averaged = {id(v): v for v in moving_avg_variables}
        found = {self.average_name(v): v for v in averaged.values()}
        names = {v.op.name for v in averaged.values()}
        for var in graph.get_collection(GraphKeys.GLOBAL_VARIABLES):
            if var.op.name not in names and var.op.name not in found:
                found[var.op.name] = var
        return found


def _key(var):
    return (var.op.graph, var.op.name, getattr(var, "value_index", 0))
