"""`Optimizer`: what all optimizers share: gradients, applying them, slots, the step count."""

import abc

from headwater._src.core import dtypes
from headwater._src.graph import trackable
from headwater._src.graph.aggregation import AggregationMethod
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import executing_eagerly, get_default_graph
from headwater._src.graph.gradients import gradients
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.graph.variable import Variable
from headwater._src.train.slots import create_slot, create_zeros_slot


class Optimizer(abc.ABC):
    """Base class of optimizers; a subclass gives the update of one variable.

    A subclass overrides `_apply_dense` and `_apply_sparse` (for reference variables),
    `_resource_apply_dense`
    and `_resource_apply_sparse` (for resource variables), and if need be `_create_slots`,
    `_prepare`, `_finish`.

    Args:
      use_locking: kept in the nodes; updates are always whole here.
      name: name of the nodes and slots.
      use_own_namescope_for_non_slot_vars: ignored; kept for newer programs.

    Raises:
      ValueError: there is no name.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking, name, use_own_namescope_for_non_slot_vars=False):
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots = {}  # slot name -> {(graph, variable name): slot variable}
        self._non_slots = {}  # (name, graph) -> variable

    def get_name(self):
        """The optimizer's name."""
        return self._name

    # -- the program's methods -------------------------------------------------------------------

    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        name=None,
        grad_loss=None,
    ):
        """An operation that makes one step towards a smaller `loss`.

        Args:
          loss: the `Tensor` to minimise, or a function giving it.
          global_step: a variable that is increased by 1 after the update.
          var_list: the variables to change (default: the trainable ones).
          gate_gradients: `GATE_NONE`, `GATE_OP` or `GATE_GRAPH`; see `compute_gradients`.
          aggregation_method: how several contributions to a gradient are added.
          colocate_gradients_with_ops: whether gradients are computed where their operations are.
          name: name of the operation (default: the optimizer's).
          grad_loss: the gradient of what follows with respect to `loss`.

        Returns:
          An `Operation`.

        Raises:
          ValueError: no variable is reached by a gradient.
        """
        pairs = self.compute_gradients(
            loss,
            var_list,
            gate_gradients,
            aggregation_method,
            colocate_gradients_with_ops,
            grad_loss,
        )
        variables = [v for g, v in pairs if g is not None]
        if not variables:
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not "
                "support "
                f"gradients, between variables {[str(v) for _, v in pairs]} and loss {loss}."
            )
        return self.apply_gradients(pairs, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        grad_loss=None,
    ):
        """The gradients of `loss` with respect to variables: the first half of `minimize`.

        Args:
          loss: the `Tensor` to minimise, or a function giving it.
          var_list: the variables (default: the trainable ones).
          gate_gradients: `GATE_OP`: the gradients of one operation's inputs become available
            together; `GATE_GRAPH`: all gradients do; `GATE_NONE`: each by itself.
          aggregation_method: how several contributions to a gradient are added.
          colocate_gradients_with_ops: whether gradients are computed where their operations are.
          grad_loss: the gradient of what follows with respect to `loss`.

        Returns:
          A list of `(gradient, variable)`; a gradient is a `Tensor`, an `IndexedSlices`, or None.

        Raises:
          TypeError: an entry of `var_list` is not a variable.
          ValueError: there are no variables, or one has a type that cannot be trained.
        """
        if gate_gradients not in (Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, "
                f"Optimizer.GATE_GRAPH.  Not {gate_gradients}"
            )
        if executing_eagerly():
            return self._gradients_of_call(loss, var_list, grad_loss)
        loss = self._call_if_callable(loss)
        self._check_types([loss])
        if grad_loss is not None:
            self._check_types([grad_loss])
        if var_list is None:
            graph = get_default_graph()
            var_list = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES) + graph.get_collection(
                "trainable_resource_variables"
            )
        else:
            var_list = _flatten(var_list)
        var_list = var_list + get_default_graph().get_collection(GraphKeys._STREAMING_MODEL_PORTS)
        if not var_list:
            raise ValueError("No variables to optimize.")
        targets = [_target(v) for v in var_list]
        grads = gradients(
            loss,
            targets,
            grad_ys=grad_loss,
            aggregation_method=aggregation_method or AggregationMethod.DEFAULT,
            gate_gradients=gate_gradients == Optimizer.GATE_OP,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == Optimizer.GATE_GRAPH:
            grads = PUBLIC["tuple"](grads)
        pairs = list(zip(grads, var_list))
        self._check_types(
            [v for g, v in pairs if g is not None and v.dtype.base_dtype != dtypes.resource]
        )
        return pairs

    def _gradients_of_call(self, loss, var_list, grad_loss):
        """`compute_gradients` of a function that is called now."""
        from headwater._src.eager.tape import GradientTape

        if not callable(loss):
            raise RuntimeError(
                "`loss` passed to Optimizer.compute_gradients should be a function when eager "
                "execution is enabled."
            )
        with GradientTape() as tape:
            if var_list is not None:
                var_list = _flatten(var_list)
                tape.watch(var_list)
            value = loss()
        self._check_types([value])
        var_list = list(tape.watched_variables()) if var_list is None else var_list
        if not var_list:
            raise ValueError("No variables to optimize.")
        return list(zip(tape.gradient(value, var_list, grad_loss), var_list))

    def apply_gradients(
        self, grads_and_vars, global_step=None, name=None, skip_gradients_aggregation=False
    ):
        """An operation that changes variables along gradients: the second half of `minimize`.

        Args:
          grads_and_vars: list of `(gradient, variable)`, as `compute_gradients` gives it.
          global_step: a variable that is increased by 1 after the update.
          name: name of the operation (default: the optimizer's).
          skip_gradients_aggregation: ignored; kept for newer programs.

        Returns:
          An `Operation`.

        Raises:
          TypeError: a gradient is neither a `Tensor`, an `IndexedSlices` nor None.
          ValueError: there are no pairs, or all gradients are None.
        """
        grads_and_vars = tuple(grads_and_vars)
        if not grads_and_vars:
            raise ValueError("No variables provided.")
        work = []
        for grad, variable in grads_and_vars:
            if grad is not None and not isinstance(grad, IndexedSlices):
                try:
                    grad = convert_to_tensor(grad)
                except TypeError:
                    raise TypeError(
                        "Gradient must be convertible to a Tensor or IndexedSlices, or None: "
                        f"{grad}"
                    ) from None
            work.append((grad, variable, _processor(variable)))
        variables = [v for g, v, _ in work if g is not None]
        if not variables:
            raise ValueError(
                f"No gradients provided for any variable: {[str(v) for _, v, _ in work]}."
            )
        graph = get_default_graph()
        with graph.control_dependencies(None):
            self._create_slots(variables)
        if trackable.waiting:
            trackable.made()
        with graph.name_scope(name or self._name) as scope:
            self._prepare()
            updates = []
            for grad, variable, update in work:
                if grad is None:
                    continue
                with (
                    graph.name_scope("update_" + variable.op.name),
                    graph.colocate_with(variable.op),
                ):
                    updates.append(update(self, grad, variable))
            result = self._with_step(graph, updates, global_step, scope)
        result = result.op if isinstance(result, Tensor) else result
        if result not in graph.get_collection_ref(GraphKeys.TRAIN_OP):
            graph.add_to_collection(GraphKeys.TRAIN_OP, result)
        return result

    def _with_step(self, graph, updates, global_step, scope):
        if global_step is None:
            return self._finish(updates, scope)
        with (
            graph.control_dependencies([self._finish(updates, "update")]),
            graph.colocate_with(global_step.op),
        ):
            if isinstance(global_step, ResourceVariable):
                one = constant(1, dtype=global_step.dtype.base_dtype)
                return raw.AssignAddVariableOp(global_step.handle, one, name=scope)
            return raw.AssignAdd(global_step, 1, use_locking=False, name=scope)

    # -- slots -----------------------------------------------------------------------------------

    def get_slot(self, var, name):
        """The slot variable that this optimizer keeps for a variable.

        Args:
          var: a variable that was given to `minimize` or `apply_gradients`.
          name: the slot's name.

        Returns:
          The slot variable, or None.
        """
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self):
        """The sorted names of the slots this optimizer has made."""
        return sorted(self._slots)

    def variables(self):
        """All variables that hold the optimizer's own state, sorted by name."""
        graph = get_default_graph()
        found = [v for v in self._non_slots.values() if v.graph is graph]
        for slots in self._slots.values():
            found += [v for v in slots.values() if v.graph is graph]
        return sorted(found, key=lambda v: v.name)

    def _checkpoint_children(self):
        """What checkpoints of objects hold besides the slots: the graph's other variables."""
        graph = get_default_graph().root
        found = {name: v for (name, where), v in self._non_slots.items() if where is graph}
        return dict(sorted(found.items()))

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        slots = self._slots.setdefault(slot_name, {})
        if _key(var) not in slots:
            slots[_key(var)] = create_slot(var, val, op_name)
        return slots[_key(var)]

    def _get_or_make_slot_with_initializer(
        self, var, initializer, shape, dtype, slot_name, op_name
    ):
        slots = self._slots.setdefault(slot_name, {})
        if _key(var) not in slots:
            slots[_key(var)] = create_slot(var, lambda: initializer(shape, dtype=dtype), op_name)
        return slots[_key(var)]

    def _zeros_slot(self, var, slot_name, op_name):
        slots = self._slots.setdefault(slot_name, {})
        if _key(var) not in slots:
            slots[_key(var)] = create_zeros_slot(var, op_name)
        return slots[_key(var)]

    def _slot_dict(self, slot_name):
        return self._slots.setdefault(slot_name, {})

    def _create_non_slot_variable(self, initial_value, name, colocate_with):
        """The optimizer's variable `name` of the graph, made beside `colocate_with` if new."""
        key = (name, get_default_graph().root)
        if key not in self._non_slots:
            with key[1].colocate_with(colocate_with.op):
                self._non_slots[key] = Variable(
                    initial_value,
                    name=name,
                    trainable=False,
                    use_resource=isinstance(colocate_with, ResourceVariable),
                )
        return self._non_slots[key]

    def _get_non_slot_variable(self, name, graph=None):
        return self._non_slots.get((name, (graph or get_default_graph()).root))

    # -- for subclasses --------------------------------------------------------------------------

    def _check_types(self, tensors):
        allowed = self._valid_dtypes()
        for tensor in tensors:
            kind = tensor.dtype.base_dtype
            if kind not in allowed:
                raise ValueError(
                    f"Invalid type {kind!r} for {tensor.name}, expected: {list(allowed)}."
                )

    def _valid_dtypes(self):
        """The types of losses and variables that can be trained."""
        return [dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16]

    def _create_slots(self, var_list):  # noqa: B027  most optimizers need some, not all
        """Makes the slots that the update of `var_list` needs."""

    def _prepare(self):  # noqa: B027
        """Makes the tensors that all updates share; called once per `apply_gradients`."""

    def _finish(self, update_ops, name_scope):
        """The operation that ends an update, after `update_ops`."""
        return PUBLIC["group"](*update_ops, name=name_scope)

    @abc.abstractmethod
    def _apply_dense(self, grad, var):
        """Adds the nodes that change a reference variable along a `Tensor`."""

    def _apply_sparse(self, grad, var):
        """Adds the nodes that change rows of a reference variable; indices do not repeat."""
        raise NotImplementedError(f"{type(self).__name__} has no update for sparse gradients")

    def _resource_apply_dense(self, grad, handle):
        """Adds the nodes that change a resource variable along a `Tensor`."""
        raise NotImplementedError(f"{type(self).__name__} has no update for resource variables")

    def _resource_apply_sparse(self, grad, handle, indices):
        """Adds the nodes that change rows of a resource variable; `indices` do not repeat."""
        raise NotImplementedError(
            f"{type(self).__name__} has no sparse update for resource variables"
        )

    def _apply_sparse_duplicate_indices(self, grad, var):
        """As `_apply_sparse`, for repeated indices, whose values are summed first by default."""
        values, rows = _summed(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(values, rows, grad.dense_shape), var)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        """As `_resource_apply_sparse`, for gradients that may name a row several times."""
        values, rows = _summed(grad, indices)
        return self._resource_apply_sparse(values, handle, rows)

    def _call_if_callable(self, value):
        return value() if callable(value) else value

    def _cast(self, tensor, dtype):
        """A hyperparameter in the type of the variable that it is for."""
        return tensor if tensor.dtype.base_dtype == dtype else raw.Cast(tensor, DstT=dtype)


def _key(var):
    # Names of variables of eager execution are not distinct.
    return getattr(var, "_unique_id", None) or (var.op.graph, var.op.name)


def _flatten(items):
    if not isinstance(items, (list, tuple)):
        return [items]
    return [v for item in items for v in _flatten(item)]


def _target(variable):
    """What a variable's gradient is taken with respect to."""
    if isinstance(variable, ResourceVariable):
        return variable.handle
    if isinstance(variable, Variable):
        return variable._ref()
    if isinstance(variable, Tensor):
        return variable
    raise TypeError(f"Argument is not a tf.Variable: {variable}")


def _summed(values, indices):
    """`values` and `indices` with the values of each repeated index added up."""
    rows, position = raw.Unique(indices)
    count = PUBLIC["shape"](rows)[0]
    return raw.UnsortedSegmentSum(values, position, count), rows


def _processor(variable):
    """The function `(optimizer, gradient, variable)` that adds the update of a kind of variable."""
    if isinstance(variable, ResourceVariable):
        return _update_resource
    if isinstance(variable, Variable):
        return _update_reference
    if isinstance(variable, Tensor):
        return _update_tensor
    raise NotImplementedError("Trying to optimize unsupported type ", variable)


def _update_reference(optimizer, grad, variable):
    if isinstance(grad, IndexedSlices):
        if variable.constraint is not None:
            raise RuntimeError("Cannot use a constraint function on a sparse variable.")
        return optimizer._apply_sparse_duplicate_indices(grad, variable)
    update = optimizer._apply_dense(grad, variable)
    return _constrained(variable, update)


def _update_resource(optimizer, grad, variable):
    if isinstance(grad, IndexedSlices):
        if variable.constraint is not None:
            raise RuntimeError("Cannot use a constraint function on a sparse variable.")
        return optimizer._resource_apply_sparse_duplicate_indices(
            grad.values, variable, grad.indices
        )
    update = optimizer._resource_apply_dense(grad, variable)
    return _constrained(variable, update)


def _update_tensor(optimizer, grad, variable):
    raise NotImplementedError("Trying to update a Tensor ", variable)


def _constrained(variable, update):
    if variable.constraint is None:
        return update
    with get_default_graph().control_dependencies([update]):
        return variable.assign(variable.constraint(variable))
