"""`Optimizer` of Keras: hyperparameters and slots as variables, a counter of updates, configs.

A subclass sets its hyperparameters by `_set_hyper`, makes slots in `_create_slots`, and gives the
update of one variable: `_dense(grad, var, rate)` and `_sparse(grad, var, indices, rate)`.
"""

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw, trackable
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.framework import name_scope
from headwater._src.graph.gradients import gradients
from headwater._src.graph.operation import Tensor
from headwater._src.graph.variable import Variable
from headwater._src.keras import initializers
from headwater._src.keras.functions import fn
from headwater._src.keras.learning_rates import (
    LearningRateSchedule,
    deserialize as deserialize_schedule,
    serialize as serialize_schedule,
)

_CLIPS = ("clipnorm", "clipvalue")


class Optimizer:
    """Base class of `tf.keras.optimizers`.

    Args:
      name: name of the optimizer, and scope of its variables.
      **kwargs: `clipnorm`: the greatest norm of a gradient; `clipvalue`: the greatest absolute
        value in a gradient; `lr`: older name of the learning rate; `decay`: how fast the learning
        rate falls, `rate / (1 + decay * iterations)`.

    Raises:
      TypeError: another keyword argument.
      ValueError: a negative number.
    """

    def __init__(self, name, **kwargs):
        self.__dict__["_hyper"] = {}
        for key, value in kwargs.items():
            if key not in (*_CLIPS, "lr", "decay"):
                raise TypeError(f"Unexpected keyword argument passed to optimizer: {key}")
            if value is not None and value < 0:
                raise ValueError(f"Expected {key} >= 0, received: {value}")
        self._name = name
        self._initial_decay = kwargs.pop("decay", 0.0)
        self._weights, self._slots = [], {}
        self._iterations = None
        self._hypers_created = False
        self.clipnorm, self.clipvalue = kwargs.get("clipnorm"), kwargs.get("clipvalue")

    # -- hyperparameters -------------------------------------------------------------------------

    def _set_hyper(self, name, value):
        """Gives a hyperparameter a value: a number, a tensor, a function or a schedule."""
        current = self._hyper.get(name)
        if isinstance(current, Variable):
            from headwater._src.keras.sessions import set_value

            set_value(current, value)
        else:
            self._hyper[name] = value

    def _get_hyper(self, name, dtype=None):
        """The value of a hyperparameter: a variable once it exists."""
        if not self._hypers_created:
            self._create_hypers()
        value = self._hyper[name]
        if isinstance(value, LearningRateSchedule):
            return value
        if callable(value):
            value = value()
        return fn.cast(convert_to_tensor(value), dtype) if dtype else value

    def _hyper_tensor(self, name, dtype):
        return fn.identity(self._get_hyper(name, dtype))

    def __getattr__(self, name):
        hyper = self.__dict__.get("_hyper", {})
        name = "learning_rate" if name == "lr" else name
        if name not in hyper:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._get_hyper(name)

    def __setattr__(self, name, value):
        name = "learning_rate" if name == "lr" else name
        if name in self.__dict__.get("_hyper", ()):
            self._set_hyper(name, value)
        else:
            object.__setattr__(self, name, value)

    def _create_hypers(self):
        if self._hypers_created:
            return
        for name, value in sorted(self._hyper.items()):
            if isinstance(value, (Tensor, Variable)) or callable(value):
                continue
            self._hyper[name] = self.add_weight(name, [], initializer=value)
        self._hypers_created = True

    # -- variables -------------------------------------------------------------------------------

    def add_weight(self, name, shape, dtype=None, initializer="zeros", trainable=False, **kwargs):
        """Makes a variable of the optimizer.

        Args:
          name: its name.
          shape: its shape.
          dtype: its type (default: float32).
          initializer: an initializer, the name of one, or a number.
          trainable: False.
          **kwargs: accepted for compatibility.

        Returns:
          The variable.
        """
        dtype = dtypes.as_dtype(dtype or dtypes.float32)
        dims = TensorShape(shape).as_list()
        if isinstance(initializer, str) or callable(initializer):
            make = initializers.get(initializer)
        else:
            make = initializers.Constant(initializer)
        return Variable(
            initial_value=lambda: make(dims, dtype=dtype),
            trainable=trainable,
            dtype=dtype,
            name=name,
            use_resource=True,
        )

    def _checkpoint_children(self):
        """The variables besides the slots, by the names that checkpoints have for them."""
        hyper = {n: v for n, v in sorted(self._hyper.items()) if isinstance(v, Variable)}
        return hyper if self._iterations is None else {"iter": self._iterations, **hyper}

    @property
    def iterations(self):
        """The number of updates so far: an int64 variable."""
        if self._iterations is None:
            self._iterations = self.add_weight("iter", [], dtypes.int64)
            self._weights.append(self._iterations)
        return self._iterations

    @iterations.setter
    def iterations(self, variable):
        if self._iterations is not None:
            raise RuntimeError(
                "Cannot set `iterations` to a new Variable after the Optimizer weights have been "
                "created"
            )
        self._iterations = variable
        self._weights.append(variable)

    @property
    def weights(self):
        """The counter and the slots, in the order in which they were made."""
        return self._weights

    def variables(self):
        """The counter and the slots."""
        return self._weights

    def get_weights(self):
        """The values of `weights`: a list of arrays."""
        from headwater._src.keras.sessions import batch_get_value

        return batch_get_value(self.weights)

    def set_weights(self, weights):
        """Gives the counter and the slots values.

        Args:
          weights: list of arrays in the order of `weights`.

        Raises:
          ValueError: their number, or the shape of one, is another.
        """
        from headwater._src.keras.sessions import batch_set_value

        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on optimizer {self._name} with a  weight list "
                f"of length {len(weights)}, but the optimizer was expecting {len(own)} weights. "
                f"Provided weights: {str(weights)[:50]}..."
            )
        for variable, value in zip(own, weights):
            if tuple(variable.shape.as_list()) != getattr(value, "shape", ()):
                raise ValueError(
                    f"Optimizer weight shape {variable.shape} not compatible with provided weight "
                    f"shape {value.shape}"
                )
        batch_set_value(list(zip(own, weights)))

    def add_slot(self, var, slot_name, initializer="zeros"):
        """Makes a variable beside `var`, or finds it.

        Args:
          var: a variable that is trained.
          slot_name: the slot's name.
          initializer: an initializer, the name of one, or a number.

        Returns:
          A variable of the shape and type of `var`.
        """
        slots = self._slots.setdefault(_key(var), {})
        if slot_name not in slots:
            slot = self.add_weight(
                f"{var.op.name}/{slot_name}", var.shape, var.dtype.base_dtype, initializer
            )
            slots[slot_name] = slot
            self._weights.append(slot)
        return slots[slot_name]

    def get_slot(self, var, slot_name):
        """The slot of a variable.

        Args:
          var: a variable that is trained.
          slot_name: the slot's name.
        """
        return self._slots[_key(var)][slot_name]

    def get_slot_names(self):
        """The names of the slots."""
        return list(dict.fromkeys(name for slots in self._slots.values() for name in slots))

    def _create_slots(self, var_list):
        """Makes the slots that the update of `var_list` needs."""

    # -- updates ---------------------------------------------------------------------------------

    def get_gradients(self, loss, params):
        """The gradients of `loss`, clipped.

        Args:
          loss: `Tensor`.
          params: list of variables.

        Returns:
          List of `Tensor` or `IndexedSlices`.

        Raises:
          ValueError: a variable is not reached by a gradient.
        """
        with name_scope("gradients"):
            found = gradients(loss, params)
            for grad, param in zip(found, params):
                if grad is None:
                    raise ValueError(
                        f"Variable {param} has `None` for gradient. Please make sure that all of "
                        "your ops have a gradient defined (i.e. are differentiable). Common ops "
                        "without gradient: K.argmax, K.round, K.eval."
                    )
            return [self._clip(grad) for grad in found]

    def _clip(self, grad):
        if self.clipnorm is not None:
            grad = _of_values(grad, lambda v: fn.clip_by_norm(v, self.clipnorm))
        if self.clipvalue is not None:
            limit = self.clipvalue
            grad = _of_values(grad, lambda v: fn.clip_by_value(v, -limit, limit))
        return grad

    def get_updates(self, loss, params):
        """The operations of one update.

        Args:
          loss: `Tensor` that is made smaller.
          params: list of variables.

        Returns:
          List with one operation.
        """
        return [self.apply_gradients(list(zip(self.get_gradients(loss, params), params)))]

    def minimize(self, loss, var_list, grad_loss=None, name=None):
        """An operation that makes one step towards a smaller `loss`.

        Args:
          loss: `Tensor`, or a function giving it.
          var_list: list of variables, or a function giving it.
          grad_loss: the gradient of what follows with respect to `loss`.
          name: name of the operation.

        Returns:
          An operation.
        """
        loss = loss() if callable(loss) else loss
        var_list = var_list() if callable(var_list) else var_list
        with name_scope("gradients"):
            found = gradients(loss, var_list, grad_loss)
        pairs = [(None if g is None else self._clip(g), v) for g, v in zip(found, var_list)]
        return self.apply_gradients(pairs, name=name)

    def apply_gradients(self, grads_and_vars, name=None):
        """Updates variables along gradients.

        Args:
          grads_and_vars: pairs `(gradient, variable)`; pairs without gradient are left out.
          name: name of the operation (default: the optimizer's).

        Returns:
          The operation that increases `iterations` after all updates.

        Raises:
          ValueError: there is no gradient at all.
        """
        grads_and_vars = list(grads_and_vars)
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            names = [v.name for _, v in grads_and_vars]
            raise ValueError(f"No gradients provided for any variable: {names}.")
        variables = [v for _, v in pairs]
        graph = get_default_graph()
        with name_scope(self._name):
            with graph.control_dependencies(None):
                self.iterations  # noqa: B018  made before the others
                self._create_hypers()
                self._create_slots(variables)
            if trackable.waiting:
                trackable.made()
            kinds = dict.fromkeys(v.dtype.base_dtype for v in variables)
            shared = {kind: self._prepare(kind) for kind in kinds}
            with name_scope(name or self._name):
                updates = []
                for grad, var in pairs:
                    with name_scope("update_" + var.op.name):
                        updates.append(self._update(grad, var, shared[var.dtype.base_dtype]))
                with graph.control_dependencies([fn.group(*updates, name="group_deps")]):
                    return raw.AssignAddVariableOp(
                        self.iterations.handle, constant(1, dtypes.int64, name="Const")
                    )

    def _prepare(self, dtype):
        """Tensors that the updates of all variables of a type share: dict by name.

        `rate` is the learning rate at this update.
        """
        return {"rate": self._decayed_rate(dtype)}

    def _decayed_rate(self, dtype):
        rate = self._get_hyper("learning_rate")
        if isinstance(rate, LearningRateSchedule):
            rate = fn.cast(rate(fn.cast(convert_to_tensor(self.iterations), dtype)), dtype)
        else:
            rate = fn.identity(self._get_hyper("learning_rate", dtype))
        if self._initial_decay > 0.0:
            step = fn.cast(convert_to_tensor(self.iterations), dtype)
            rate = rate / (1.0 + self._get_hyper("decay", dtype) * step)
        return rate

    def _update(self, grad, var, shared):
        if isinstance(grad, IndexedSlices):
            rows, position = raw.Unique(grad.indices)
            values = raw.UnsortedSegmentSum(grad.values, position, fn.shape(rows)[0])
            update = self._sparse(values, var, rows, shared)
        else:
            update = self._dense(grad, var, shared)
        if var.constraint is None:
            return update
        with get_default_graph().control_dependencies([update]):
            return var.assign(var.constraint(var))

    def _dense(self, grad, var, shared):
        raise NotImplementedError(f"{type(self).__name__} does not say how a variable is updated")

    def _sparse(self, grad, var, indices, shared):
        raise NotImplementedError(f"{type(self).__name__} has no update for sparse gradients")

    # -- configs ---------------------------------------------------------------------------------

    def get_config(self):
        """The constructor's arguments as plain values."""
        config = {"name": self._name}
        for key in _CLIPS:
            if getattr(self, key) is not None:
                config[key] = getattr(self, key)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
          custom_objects: dict from further names to schedules.
        """
        config = dict(config)
        if "lr" in config:
            config["learning_rate"] = config.pop("lr")
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize_schedule(config["learning_rate"], custom_objects)
        return cls(**config)

    def _serialize_hyperparameter(self, name):
        """The value of a hyperparameter as a number, or a schedule's config."""
        value = self._hyper[name]
        if isinstance(value, LearningRateSchedule):
            return serialize_schedule(value)
        if callable(value):
            return value()
        if isinstance(value, (Tensor, Variable)):
            from headwater._src.keras.sessions import get_value

            return get_value(value)
        return value


def _key(var):
    return var.op.graph, var.op.name


def _of_values(grad, change):
    """`change` applied to a gradient's values."""
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(change(grad.values), grad.indices, grad.dense_shape)
    return change(grad)
