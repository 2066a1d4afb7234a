"""`EagerVariable`: a resource variable that has its value at once."""

import itertools
import weakref

import numpy as np

from headwater._src.eager.graph import EagerOperation
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import OPS, raw
from headwater._src.graph.resource_variable import ResourceVariable

_numbers = itertools.count()


class EagerVariable(ResourceVariable):
    """A variable of eager execution; arguments as for `Variable`.

    Its value lives as long as the object, or anything that uses its handle.
    """

    def _build(self, graph, scope, initial_value, dtype, validate_shape, shape):
        name = scope[:-1]
        value = initial_value() if callable(initial_value) else initial_value
        value = convert_to_tensor(value, dtype, name="initial_value")
        self._initial_value, self._initializer_op, self._is_initialized_op = value, None, None
        dims = self._dims(shape)
        self._initial_value = None  # only the variable keeps it
        self._dtype = value.dtype.base_dtype
        attrs = {"shape": dims, "dtype": self._dtype, "container": "", "shared_name": name}
        self._op = EagerOperation(graph, OPS["VarHandleOp"], name, (), attrs, ())
        self._number = next(_numbers)
        self._unique_id = f"{name}_{self._number}"
        self._handle = self._variable = raw.VarHandleOp(**attrs, name=scope)
        self._handle.variable = weakref.ref(self)
        key = self._handle.content.key
        resources = graph.executor.resources
        weakref.finalize(self._handle, resources.variables.pop, key, None).atexit = False
        raw.AssignVariableOp(self._handle, value)

    @property
    def _cached_value(self):
        return None

    @property
    def name(self):
        """The name it was given, within its name scope, such as `"w:0"`."""
        return f"{self._op.name}:0"

    @property
    def op(self):
        """The operation that stands for the state."""
        return self._op

    @property
    def initializer(self):
        """None: it has its value."""
        return None

    def _as_graph_element(self):
        return self._read()

    def _changed(self, op, read_value):
        if not op.graph.eager:  # a node of a function
            return super()._changed(op, read_value)
        return self if read_value else op

    def initialized_value(self):
        """The value."""
        return self.read_value()

    def is_initialized(self, name=None):
        """A bool tensor: true."""
        return raw.VarIsInitializedOp(self._handle, name=name)

    def eval(self, session=None):
        """Raises: there is nothing to run.

        Args:
          session: as in a graph.
        """
        raise NotImplementedError(
            "eval() is not supported when eager execution is enabled; numpy() gives the value"
        )

    def load(self, value, session=None):
        """Assigns an array.

        Args:
          value: a NumPy array, or what converts to one.
          session: ignored.
        """
        self.assign(value)

    def to_proto(self, export_scope=None):
        """Raises: the variable is in no graph.

        Args:
          export_scope: as in a graph.
        """
        raise RuntimeError("to_proto not supported in EAGER mode.")

    # -- as a value ------------------------------------------------------------------------------

    def numpy(self):
        """The value as a NumPy array of its own."""
        return self._read_now().numpy()

    def _read_now(self):
        with self.graph.as_default():
            return self._read()

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.numpy(), dtype)

    def __bool__(self):
        return bool(self.numpy())

    __nonzero__ = __bool__

    def __int__(self):
        return int(self.numpy())

    def __float__(self):
        return float(self.numpy())

    def __complex__(self):
        return complex(self.numpy())

    def __index__(self):
        return self.numpy().__index__()

    def __repr__(self):
        text = self._read_now().numpy_text()
        return (
            f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={text}>"
        )

    def __deepcopy__(self, memo):
        with self.graph.as_default():
            return EagerVariable(
                self.read_value(),
                trainable=self.trainable,
                constraint=self.constraint,
                name=self._op.name,
            )
