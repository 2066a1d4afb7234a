"""`EagerGraph`: the place of operations that run as they are called.

While it is the default graph, whatever makes a node runs it instead: `graph/build.py` and
`graph/node.py` hand operations to `execute`. It keeps no nodes and no names. All else (public
functions, conversions, layers, optimizers, the bodies of functions) is what it is in a graph.
"""

import contextlib
import itertools
import random

import numpy as np

from headwater._src.core import dtypes
from headwater._src.eager.execute import Executor
from headwater._src.eager.recording import record, recording
from headwater._src.eager.tensor import EagerTensor
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.graph import Graph
from headwater._src.graph.opdef import parse_opdef
from headwater._src.graph.operation import Operation
from headwater._src.graph.registry import Op
from headwater._src.runtime.session import BaseSession

_OWN_KEYS = frozenset(
    value
    for key, value in vars(GraphKeys).items()
    if isinstance(value, str) and key[0] != "_" and key != "GLOBAL_STEP"
)


class EagerOperation(Operation):
    """An operation that has run, as kernels and gradient functions see it.

    Args:
      graph: the `EagerGraph`.
      op: the `Op`.
      name: its name; only those of operations with state differ from each other.
      inputs: tuple of tensors.
      attrs: dict of attrs.
      types: the `DType`s of its outputs.
    """

    __slots__ = ()

    def __init__(self, graph, op, name, inputs, attrs, types):
        self.graph, self.op, self.type, self.name = graph, op, op.name, name
        self.inputs, self.attrs = inputs, attrs
        self._control, self._original = (), None
        self.device, self.id, self.site = "", 0, ()
        self.outputs: list = [_Pending(t) for t in types]


class _Pending:
    """An output before the operation has run: only its type is known."""

    __slots__ = ("dtype",)

    def __init__(self, dtype):
        self.dtype = dtype


class EagerGraph(Graph):
    """The default graph of eager execution; there is one in a process."""

    eager = True
    tensor_type = EagerTensor

    def __init__(self):
        super().__init__()
        # What tensors say made them: an operation of a kind that nothing knows, without inputs,
        # so that no tensor keeps alive what it was computed from.
        origin = Op(parse_opdef("EagerTensor", "", "", (), False))
        self._origin = EagerOperation(self, origin, "EagerTensor", (), {}, ())
        self._numbers = itertools.count()
        self._symbolic = None
        self.executor = Executor(BaseSession(graph=self))

    # -- operations ------------------------------------------------------------------------------

    def execute(self, op, name, inputs, attrs, types):
        """Runs an operation.

        Args:
          op: the `Op`.
          name: what the node would be called in a graph.
          inputs: tuple of `EagerTensor`s.
          attrs: dict of attr values, complete.
          types: list of the `DType`s of its outputs.

        Returns:
          The `EagerOperation`, with its outputs.

        Raises:
          tf.errors.OpError: the inputs do not fit, or the kernel failed.
        """
        scopes = self._local.scopes
        if scopes.gradients and (given := dict(scopes.gradients).get(op.name)):
            attrs["_gradient_op_type"] = given
        if op.opdef.stateful or op.kind == "variable":
            name = f"{name.rstrip('/')}_{next(self._numbers)}"
        node = EagerOperation(self, op, name, inputs, attrs, types)
        if op.form == "call" and self._call(node):
            return node
        results, handles = self.executor.run(node)
        origin = self._origin
        node.outputs = [EagerTensor(origin, r, t) for r, t in zip(results, types)]
        if handles is not None:
            for tensor, handle in zip(node.outputs, handles):
                tensor.handle = handle
        if recording.tapes:
            record(node)
        return node

    def _call(self, node):
        """Runs a call of a function, so that it can be differentiated; gives whether it did."""
        from headwater._src.eager.calls import Call

        (body,) = node.op.bodies(node)
        if not isinstance(body, Graph) or getattr(body, "python_gradient", None) is not None:
            return False
        call = body.__dict__.get("_eager_call")
        if call is None:
            call = body.__dict__["_eager_call"] = Call(body)
        node.outputs = call(self, list(node.inputs))
        return True

    def call_function(self, function, args, kwargs):
        """Calls a `tf.function` object, or what was traced of it.

        Args:
          function: an object with `python_function` and `input_signature`.
          args: positional arguments.
          kwargs: arguments by name.
        """
        if "_traced" not in function.__dict__:
            from headwater._src.eager.defun import TracedFunction

            function._traced = TracedFunction(function.python_function, function.input_signature)
        return function._traced(*args, **kwargs)

    def constant(self, array):
        """The tensor of a NumPy array, which must not change any more."""
        return EagerTensor(self._origin, array, dtypes.as_dtype(array.dtype))

    def tensor(self, content, dtype):
        """A tensor of an array or, for a handle, of the object behind it."""
        if dtype not in (dtypes.resource, dtypes.variant):
            content = np.asarray(content)
        return EagerTensor(self._origin, content, dtype)

    def insert(self, node):
        """Keeps nothing."""

    def custom_gradient(self, f, args, kwargs, takes_variables):
        """Calls a function that comes with its gradient; see `custom.call`."""
        from headwater._src.eager import custom

        return custom.call(self, f, args, kwargs, takes_variables)

    def gradients_of(self, f, sources, dys):
        """Calls a function and differentiates it; see `custom.gradients_of`."""
        from headwater._src.eager import custom

        return custom.gradients_of(f, sources, dys)

    @property
    def symbolic(self):
        """The graph for tensors that stand for values, such as the inputs of Keras' models."""
        if self._symbolic is None:
            from headwater._src.eager.calls import new_body

            self._symbolic = new_body("layers", self)
        return self._symbolic

    # -- what graphs know of their nodes ---------------------------------------------------------

    def unique_name(self, name, mark_as_used=True):
        """`name` in the current scope: names need not be distinct.

        Args:
          name: a name.
          mark_as_used: ignored.
        """
        scope = self._local.scopes.name
        return f"{scope}/{name}" if scope else name

    def control_dependencies(self, control_inputs):
        """A block that changes nothing: operations run in the order of the program.

        Args:
          control_inputs: ignored, but functions among them are called.
        """
        for item in control_inputs or ():
            if callable(item):
                item()
        return contextlib.nullcontext()

    def colocate_with(self, op, ignore_existing=False):
        """A block that changes nothing.

        Args:
          op: ignored.
          ignore_existing: ignored.
        """
        return contextlib.nullcontext()

    def add_to_collection(self, name, value):
        """Adds to a collection of the program's own; TensorFlow's collections stay empty.

        Args:
          name: the collection's key.
          value: what to add.
        """
        if name not in _OWN_KEYS:
            super().add_to_collection(name, value)

    def add_to_collections(self, names, value):
        """Adds to several collections; see `add_to_collection`.

        Args:
          names: keys, or one key.
          value: what to add.
        """
        for name in {names} if isinstance(names, str) else set(names):
            self.add_to_collection(name, value)

    @property
    def seed(self):
        """The random seed, or None."""
        return self._seed

    @seed.setter
    def seed(self, value):
        self._seed = value
        self._random = random.Random(value)
        if hasattr(self, "executor"):
            self.executor.restart_streams()

    def operation_seed(self):
        """The seed of the next random operation that has none of its own: drawn by Python."""
        return self._random.randint(0, 2**31 - 1)

    def __repr__(self):
        return "<headwater.EagerGraph>"
