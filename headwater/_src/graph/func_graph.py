"""Bodies of branches, loops and functions: graphs inside a graph.

A body sees the tensors of the graphs around it: one that a node inside uses is *captured*, which
gives the body one more input. For the program it is all one graph, as in TensorFlow 1.x: names are
unique across it, and collections, seeds and variables belong to the outermost graph.
"""

import contextlib

from headwater._src.graph.graph import Graph
from headwater._src.graph.operation import Operation, Tensor
from headwater._src.graph.optable import OPS


class FuncGraph(Graph):
    """The body of a branch, a loop or a function.

    Attributes:
      name: name of the function in a GraphDef's library.
      inputs: the placeholders inside, parameters first, then captured tensors.
      outputs: the tensors that are the body's results.
      sources: for each captured input, the tensor of `outer_graph` that it stands for.
    """

    signature_names = None  # names of arguments and of results in the library
    python_gradient = gradient_name = None  # of a call: a Python function, or one of the library
    targets = ()  # operations that run even when no result needs them
    in_loop = False  # whether it is the body of a loop, or inside one
    starts = ()  # of a loop's body: the tensors of `outer_graph` that its first inputs start from

    def __init__(self, name, outer):
        self._outer = None
        self.in_loop = outer.building_function and outer.in_loop
        super().__init__()
        self._outer = outer
        self.name = name
        self.inputs, self.outputs, self.sources = [], [], []
        self._outside_waits = []  # operations outside, and the nodes inside that wait for them
        self._captured = {}
        self._collections, self._collections_lock = outer._collections, outer._collections_lock
        self._names_in_use, self._lock = outer._names_in_use, outer._lock
        self._functions = outer._functions
        self._local.scopes = outer.scopes.replace(controllers=())

    # -- what belongs to the outermost graph -----------------------------------------------------

    @property
    def outer_graph(self):
        """The graph around the body."""
        return self._outer

    @property
    def building_function(self):
        """Whether this is the body of a graph function: yes."""
        return True

    @property
    def root(self):
        """The outermost graph."""
        return self._outer.root

    @property
    def seed(self):
        """The random seed of the outermost graph."""
        return self.root.seed

    @seed.setter
    def seed(self, value):
        if self._outer is not None:
            self.root.seed = value

    @property
    def random_ops(self):
        """How many ops of the outermost graph took their seed from the graph's."""
        return self.root.random_ops

    @random_ops.setter
    def random_ops(self, value):
        if self._outer is not None:
            self.root.random_ops = value

    def _touch(self):
        super()._touch()
        self._outer._touch()

    def is_inside(self, graph):
        """Whether `graph` is this graph or one around it, so that its tensors can be used here."""
        return graph is self or self._outer.is_inside(graph)

    @property
    def definition(self):
        """The body as a `FunctionDef` proto."""
        from headwater._src.graph.function_def import definition_of

        return definition_of(self)

    # -- inputs ----------------------------------------------------------------------------------

    def add_input(self, like, dims=None):
        """A new parameter.

        Args:
          like: a tensor whose type it has.
          dims: its static shape (default: that of `like`).

        Returns:
          The placeholder inside.
        """
        tensor = self._placeholder(like.dtype, like.dims if dims is None else dims, like.handle)
        self.inputs.append(tensor)
        return tensor

    def add_parameter(self, dtype):
        """A new parameter of a type and of any shape; returns the placeholder inside."""
        tensor = self._placeholder(dtype, None, None)
        self.inputs.append(tensor)
        return tensor

    def _placeholder(self, dtype, dims, handle):
        attrs = {"dtype": dtype.base_dtype, "shape": dims}
        name = f"{self.name}/argument_{len(self.inputs)}"
        node = self.new_operation(OPS["Placeholder"], name, (), attrs, [dtype])
        tensor = node.outputs[0]
        tensor.dims, tensor.handle = dims, handle
        self.insert(node)
        return tensor

    def capture(self, tensor):
        """The tensor inside that stands for `tensor`, which is of this graph or one around it.

        Raises:
          ValueError: it is of another graph.
        """
        if tensor.op.graph is self:
            return tensor
        found = self._captured.get(tensor)
        if found is None:
            found = self._captured[tensor] = self._capture(tensor)
        return found

    def capture_inputs(self, op, tensors):
        """The tensors inside that a new node of kind `op` takes for `tensors`."""
        return tuple([t if t.op.graph is self else self.capture(t) for t in tensors])

    def _capture(self, tensor):
        source = self._outer.capture(tensor)
        found = self._captured.get(source)
        return self.add_capture(source) if found is None else found

    def captured(self):
        """Pairs of a tensor of the graph around and the input that stands for it."""
        return list(zip(self.sources, self.inputs[len(self.inputs) - len(self.sources) :]))

    def add_capture(self, source):
        """A new input that stands for the tensor `source` of the graph around."""
        inside = self.add_input(source)
        inside._known_from(source)
        self.sources.append(source)
        self._captured[source] = inside
        return inside

    # -- elements of the graphs around it --------------------------------------------------------

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The `Tensor` or `Operation` that `obj` means, here or in a graph around; see `Graph`."""
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            obj = convert()
        if (
            isinstance(obj, (Tensor, Operation))
            and obj.graph is not self
            and self.is_inside(obj.graph)
        ):
            return obj.graph.as_graph_element(obj, allow_tensor, allow_operation)
        if isinstance(obj, (str, bytes)):
            try:
                return super().as_graph_element(obj, allow_tensor, allow_operation)
            except KeyError:
                return self._outer.as_graph_element(obj, allow_tensor, allow_operation)
        return super().as_graph_element(obj, allow_tensor, allow_operation)

    def control_dependencies(self, control_inputs):
        """As in `Graph`; what is outside is waited for by the node whose body this is."""
        if control_inputs is None:
            return super().control_dependencies(None)
        inside, outside = [], []
        for item in control_inputs:
            op = self._as_control_input(item)
            (inside if op.graph is self else outside).append(op)
        block = super().control_dependencies(inside)
        if not outside:
            return block
        return self._recorded(block, outside)

    @contextlib.contextmanager
    def _recorded(self, block, outside):
        with block:
            self._outside_waits.append((outside, self.scopes.controllers[-1].seen))
            yield

    @property
    def outer_control(self):
        """The operations outside that the results wait for."""
        needed, stack = set(), [t.op for t in self.outputs]
        while stack:
            op = stack.pop()
            if op not in needed:
                needed.add(op)
                stack.extend(t.op for t in op.inputs)
                stack.extend(op._control)
        return list(
            dict.fromkeys(
                op for ops, made in self._outside_waits if not needed.isdisjoint(made) for op in ops
            )
        )

    def __repr__(self):
        return f"<headwater.FuncGraph {self.name!r} with {len(self._ops)} operations>"


def hands_on(body, position):
    """Whether a loop's body gives back one of its inputs as it is."""
    t = body.outputs[position]
    while t.op.type == "Identity" and not t.op._control:
        t = t.op.inputs[0]
    return t is body.inputs[position]


def unify_captures(bodies, parameters=0):
    """Gives several bodies the same captured inputs in the same order.

    Args:
      bodies: list of `FuncGraph`s of one outer graph.
      parameters: how many inputs each has before the captured ones.

    Returns:
      The list of captured tensors of the outer graph.
    """
    sources = list(dict.fromkeys(t for body in bodies for t in body.sources))
    for body in bodies:
        for t in sources:
            if t not in body._captured or body._captured[t] not in body.inputs:
                body.add_capture(t)
        body.inputs = body.inputs[:parameters] + [body._captured[t] for t in sources]
        body.sources = list(sources)
    return sources
