"""`Graph`: the nodes in creation order, their names, and the collections.

The `with` blocks that surround node creation are values of `scopes.Scopes`, one current value per
thread.
"""

import contextlib
import re
import threading

from headwater._src.graph import (
    callsite,
    collections as collections_lib,
    default,
    elements,
    scopes as scopes_lib,
)
from headwater._src.graph.operation import Operation, Tensor

_VALID_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_VALID_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class _Local(threading.local):
    """Per-thread part of a graph: the current `Scopes`."""

    def __init__(self):
        self.scopes = scopes_lib.Scopes()


@default.graph_factory
class Graph(elements.Elements, collections_lib.Collections):
    """A dataflow graph: operations, and the tensors that flow between them.

    Attributes:
      seed: the graph-level random seed, or None.
      finalized: whether nodes can no longer be added.
      version: the id of the newest node.
      epoch: grows when an existing node is changed; work compiled for an older epoch is thrown
        away.
    """

    _building_function = False
    eager = False  # whether operations run as they are called, see `eager/graph.py`
    tensor_type = Tensor
    variable_type = None  # the class of variables, where the program has no choice

    def __init__(self):
        super().__init__()
        self._ops = []
        self._by_name = {}
        self._names_in_use = {}
        self._lock = threading.RLock()
        self._local = _Local()
        self._unfeedable = set()
        self._unfetchable = set()
        self._consumers, self._consumers_upto = {}, (0, 0)
        self._functions = {}
        # (node, input index) -> the type that the op expects, after `_update_input`
        self._retyped = {}
        self.seed = None
        self.random_ops = 0  # how many ops took their seed from `seed`; see `seeds.get_seed`
        self._finalized = False
        self.epoch = 0
        self._graph_def_versions = None

    # -- nodes -----------------------------------------------------------------------------------

    def new_operation(self, op, name, inputs, attrs, output_types, control=()):
        """An `Operation` that is not yet in the graph; its shapes are not yet inferred.

        Args:
          op: the `Op`.
          name: full unique node name.
          inputs: tuple of input `Tensor`s.
          attrs: dict of attr values.
          output_types: list of `DType`s.
          control: `Operation`s that run first.
        """
        return Operation(self, op, name, inputs, attrs, output_types, control)

    def insert(self, node):
        """Puts a finished node into the graph."""
        with self._lock:
            node.id = len(self._ops)
            self._ops.append(node)
            self._by_name[node.name] = node

    def get_operations(self):
        """The list of operations in creation order."""
        return list(self._ops)

    @property
    def version(self):
        """The number of nodes made so far."""
        return len(self._ops)

    @property
    def _last_id(self):
        return len(self._ops)

    def _next_id(self):
        return len(self._ops) + 1

    def _touch(self):
        """Notes that an existing node was changed."""
        self.epoch += 1

    @property
    def finalized(self):
        """Whether the graph can no longer be changed."""
        return self._finalized

    def finalize(self):
        """Makes the graph read-only."""
        self._finalized = True

    def _unsafe_unfinalize(self):
        self._finalized = False

    def _check_not_finalized(self):
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def consumers_of(self, tensor):
        """The operations that take `tensor` as an input, once for each such input, in creation
        order.
        """
        if self._consumers_upto[1] != self.epoch:
            self._consumers, self._consumers_upto = {}, (0, self.epoch)
        for node in self._ops[self._consumers_upto[0] :]:
            for t in node.inputs:
                self._consumers.setdefault(t, []).append(node)
        self._consumers_upto = (len(self._ops), self.epoch)
        return list(self._consumers.get(tensor, ()))

    # -- what may be fed and fetched ---------------------------------------------------------------

    def is_feedable(self, tensor_or_op):
        """Whether a tensor may be given a value by `feed_dict`."""
        return tensor_or_op not in self._unfeedable

    def is_fetchable(self, tensor_or_op):
        """Whether a tensor or operation may be fetched."""
        return (
            getattr(tensor_or_op, "op", tensor_or_op) not in self._unfetchable
            and tensor_or_op not in self._unfetchable
        )

    def prevent_feeding(self, tensor):
        """Marks `tensor` as not feedable."""
        self._unfeedable.add(tensor)

    def prevent_fetching(self, op):
        """Marks `op` as not fetchable."""
        self._unfetchable.add(op)

    @property
    def symbolic(self):
        """The graph for tensors that stand for values: itself."""
        return self

    def operation_seed(self):
        """The seed of the next random op that has none of its own."""
        self.random_ops += 1
        return self.random_ops - 1

    # -- names -----------------------------------------------------------------------------------

    def unique_name(self, name, mark_as_used=True):
        """A node or scope name that is not taken: `name` in the current scope, with `_1`, `_2`, ...
        if need be.

        Names are compared without case, so that they are distinct as file names too.
        """
        scope = self._local.scopes.name
        if scope:
            name = f"{scope}/{name}"
        with self._lock:
            key = name.lower()
            in_use = self._names_in_use
            count = in_use.get(key, 0)
            if mark_as_used:
                in_use[key] = count + 1
            if count:
                base = key
                while key in in_use:
                    key = f"{base}_{count}"
                    count += 1
                if mark_as_used:
                    in_use[key] = 1
                name = f"{name}_{count - 1}"
        return name

    def check_name(self, name):
        """Raises ValueError unless `name` may name a node."""
        if not _VALID_OP_NAME.match(name):
            raise ValueError(f"'{name}' is not a valid node name")

    @contextlib.contextmanager
    def name_scope(self, name):
        """A block whose nodes' names start with `name/`; gives the scope's name with a trailing
        slash.

        Args:
          name: a new scope's name; one ending in `/` is entered as it is; None or `""` is the root.

        Raises:
          ValueError: `name` is not a valid scope name.
        """
        before = self._local.scopes
        if name:
            if isinstance(name, bytes):
                name = name.decode()
            if before.name:
                if not _VALID_SCOPE_NAME.match(name):
                    raise ValueError(f"'{name}' is not a valid scope name")
            elif not _VALID_OP_NAME.match(name):
                raise ValueError(
                    f"'{name}' is not a valid root scope name. A root scope name has to match "
                    f"the following pattern: {_VALID_OP_NAME.pattern}"
                )
        if not name:
            new = ""
        elif name[-1] == "/":
            new = name[:-1]
        else:
            new = self.unique_name(name)
        self._local.scopes = before.named(new)
        try:
            yield name if name and name[-1] == "/" else new + "/" if new else ""
        finally:
            self._local.scopes = self._local.scopes.named(before.name)

    def get_name_scope(self):
        """The current name scope, without a trailing slash."""
        return self._local.scopes.name

    @property
    def _name_stack(self):
        return self._local.scopes.name

    # -- what surrounds new nodes ----------------------------------------------------------------

    @property
    def scopes(self):
        """The `Scopes` of this thread."""
        return self._local.scopes

    @contextlib.contextmanager
    def scoped(self, **changes):
        """A block in which some fields of `scopes` are changed."""
        before = self._local.scopes
        self._local.scopes = before.replace(**changes)
        try:
            yield
        finally:
            # The name is its own block's business: it may have been left meanwhile.
            restored = {key: getattr(before, key) for key in changes}
            self._local.scopes = self._local.scopes.replace(**restored)

    def control_dependencies(self, control_inputs):
        """A block whose nodes run after `control_inputs`.

        Args:
          control_inputs: list of operations, tensors or variables; None clears the enclosing
            blocks.

        Returns:
          A context manager.
        """
        if control_inputs is None:
            return self.scoped(controllers=())
        ops = []
        for item in control_inputs:
            ops.append(self._as_control_input(item))
        controller = scopes_lib.Controller(list(dict.fromkeys(ops)))
        return self.scoped(controllers=(*self.scopes.controllers, controller))

    def _as_control_input(self, item):
        base = getattr(item, "op", None)
        if isinstance(item, Operation):
            element = item
        elif (
            isinstance(base, Operation)
            and not isinstance(item, Tensor)
            and not hasattr(item, "_as_graph_element")
        ):
            element = base  # IndexedSlices, SparseTensor
        else:
            if hasattr(item, "_handle") and not isinstance(item, Tensor):
                item = item.op
            element = self.as_graph_element(item)
        if isinstance(element, Tensor):
            element = element.op
        return self.as_graph_element(element)

    def device(self, device_name_or_function):
        """A block whose nodes go to a device: a string, a `DeviceSpec`, a function of the node, or
        None.

        Raises:
          RuntimeError: the block is left while one inside it is still open.
        """
        return self._device(scopes_lib.DeviceBlock(device_name_or_function, callsite.here(1)))

    @contextlib.contextmanager
    def _device(self, block):
        before = self._local.scopes.devices
        inside = (*before, block)
        self._local.scopes = self._local.scopes.replace(devices=inside)
        try:
            yield
        finally:
            if self._local.scopes.devices is not inside:
                raise RuntimeError("Exiting device scope without proper scope nesting")
            self._local.scopes = self._local.scopes.replace(devices=before)

    def colocate_with(self, op, ignore_existing=False):
        """A block whose nodes share the device of `op`.

        Args:
          op: an operation, tensor or variable; None with `ignore_existing` clears the enclosing
            blocks.
          ignore_existing: whether enclosing blocks of both kinds (`colocate_with`, `device`) are
            ignored.
        """
        if op is None and not ignore_existing:
            raise ValueError(
                "Trying to reset colocation (op is None) but ignore_existing is not True"
            )
        op = None if op is None else self._colocation_op(op)
        return self._colocate_with(op, ignore_existing, callsite.here(1))

    @contextlib.contextmanager
    def _colocate_with(self, op, ignore_existing, site):
        colocate = () if ignore_existing else self.scopes.colocate
        if op is not None:
            colocate = (*colocate, scopes_lib.Colocation(op, site))
        with self.scoped(colocate=colocate, devices=()):
            yield

    def _colocation_op(self, op):
        if isinstance(op, Operation):
            return op
        if hasattr(op, "_as_graph_element") or isinstance(op, (Tensor, str)):
            op = self.as_graph_element(op)
            return op.op if isinstance(op, Tensor) else op
        return op.op

    def container(self, container_name):
        """A block whose stateful nodes keep their state in the named resource container."""
        return self.scoped(container=container_name)

    @property
    def _container(self):
        return self.scopes.container

    def _attr_scope(self, attr_map):
        from headwater._src.graph import graphdef

        merged = dict(self.scopes.attrs)
        for key, value in attr_map.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = graphdef.attr_from_proto(value)
        return self.scoped(attrs=tuple(merged.items()))

    def _kernel_label_map(self, op_to_label):
        return self.scoped(
            kernel_labels=tuple({**dict(self.scopes.kernel_labels), **op_to_label}.items())
        )

    def gradient_override_map(self, op_type_map):
        """A block whose nodes take their gradient from another registered function.

        Args:
          op_type_map: dict from op type to the name given to `tf.RegisterGradient`.

        Returns:
          A context manager.
        """
        if not isinstance(op_type_map, dict):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        for key, value in op_type_map.items():
            if not isinstance(key, str) or not isinstance(value, str):
                raise TypeError(
                    "Keys in op_to_kernel_label_map must be strings"
                    if not isinstance(key, str)
                    else "Values in op_type_map must be strings"
                )
        return self.scoped(gradients=tuple({**dict(self.scopes.gradients), **op_type_map}.items()))

    def as_default(self):
        """A context manager in which this is the default graph of the thread."""
        return default.graph_as_default(self)

    def switch_to_thread_local(self):
        """Does nothing: a graph's `with` blocks are always seen by their own thread only."""

    # -- GraphDef --------------------------------------------------------------------------------

    def _repr_svg_(self):
        """A picture of the graph, for notebooks."""
        from headwater._src.graph.drawing.svg import draw

        return draw(self.as_graph_def())

    def as_graph_def(self, from_version=None, add_shapes=False):
        """The graph as a `GraphDef` proto.

        Args:
          from_version: only nodes made after this version.
          add_shapes: whether to add the inferred shapes as attr `_output_shapes`.
        """
        from headwater._src.graph import graphdef

        return graphdef.graph_proto(self, from_version, add_shapes)

    @property
    def graph_def_versions(self):
        """The `VersionDef` of the graph."""
        from headwater._src.graph import graphdef

        return graphdef.versions_proto(self)

    @property
    def building_function(self):
        """Whether this is the body of a graph function."""
        return self._building_function

    @property
    def root(self):
        """The outermost graph: itself."""
        return self

    def here(self):
        """The default graph, when tensors of this graph can be used there; else this graph."""
        current = default.get_default_graph()
        return current if current is not self and current.is_inside(self) else self

    def is_inside(self, graph):
        """Whether tensors of `graph` can be used here."""
        return graph is self

    def capture(self, tensor):
        """`tensor`, when it is of this graph.

        Raises:
          ValueError: it is of another graph.
        """
        if tensor.op.graph is not self:
            raise OutOfScope(tensor)
        return tensor

    def capture_inputs(self, op, inputs):
        """The inputs of a new node of `op`, made tensors of this graph."""
        return inputs

    @property
    def outer_graph(self):
        """The graph around a function body; None for an ordinary graph."""
        return None

    def create_op(
        self,
        op_type,
        inputs,
        dtypes_=None,
        input_types=None,
        name=None,
        attrs=None,
        op_def=None,
        compute_shapes=True,
        compute_device=True,
        **kwargs,
    ):
        """Makes a node from an op type, tensors and `AttrValue` protos, as TF1's low-level form.

        Args:
          op_type: name of the op.
          inputs: list of `Tensor`s.
          dtypes_: list of output types; checked by the op's signature, may be None.
          input_types: ignored; the signature says.
          name: node name (default: the op type).
          attrs: dict from attr name to `AttrValue` proto or plain value.
          op_def: ignored.
          compute_shapes: ignored.
          compute_device: ignored.

        Returns:
          The `Operation`.
        """
        from headwater._src.graph import build

        for item in inputs:
            if not isinstance(item, Tensor):
                raise TypeError(f"Input #{list(inputs).index(item)} is not a tensor: {item}")
        return build.create_op(
            self, op_type, list(inputs), dtypes_ or kwargs.get("dtypes"), name, attrs
        )

    def __repr__(self):
        return f"<headwater.Graph with {len(self._ops)} operations at {id(self):#x}>"


def get_graph_from_inputs(values, graph=None):
    """The graph that a node with the given tensors goes to; they must agree.

    Args:
      values: tensors, operations and other objects (which are ignored).
      graph: the graph they must be in, if any.

    Returns:
      The graph they are all in. Inside the body of a branch or loop, tensors may also be of the
      graphs around it.

    Raises:
      ValueError: two of them, or one and `graph`, are of different graphs.
    """
    original = None
    for value in values:
        found = getattr(value, "graph", None)
        if not isinstance(found, Graph):
            continue
        if graph is None:
            graph, original = found, value
        elif found is not graph and not graph.is_inside(found):
            if found.is_inside(graph):
                graph, original = found, value
            elif original is None:
                raise ValueError(f"{value!r} is not from the passed-in graph.")
            elif graph.root is found.root:
                inside = original if default.get_default_graph().is_inside(found) else value
                raise OutOfScope(inside, None, default.get_default_graph())
            else:
                raise ValueError(f"{value!r} must be from the same graph as {original!r}.")
    current = default.get_default_graph()
    if graph is None:
        return current
    if graph is not current:
        if current.building_function and current.is_inside(graph):
            return current
        if graph.building_function and original is not None and graph.root is current.root:
            raise OutOfScope(original)
    return graph


class OutOfScope(ValueError):
    """A tensor of a loop's or branch's body is used where it cannot be seen."""

    def __init__(self, value, user=None, current=None):
        name = getattr(value, "op", value).name
        user = f"to '{user}'" if user else "here"
        if (
            current is not None
            and current.building_function
            and value.graph.in_loop
            and current.in_loop
        ):
            why = "they are in different while loops"
        elif value.graph.in_loop:
            why = f"'{name}' is in a while loop"
        else:
            why = f"'{name}' is in a branch of a cond"
        super().__init__(
            f"Cannot use '{name}' as input {user} because {why}. See info log for more details. "
            f"(Only "
            "what a body returns can be used outside.)"
        )
        self.value = value
