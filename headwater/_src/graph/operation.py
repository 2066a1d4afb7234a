"""`Operation`, a node of the graph, and `Tensor`, one of its outputs.

Both are made for every node a program writes, so they hold plain values only; protos, shapes as
users see them and tracebacks are made when asked for.
"""

from headwater._src.core import errors
from headwater._src.core.reference import Reference
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import callsite, dims as dims_lib, inference
from headwater._src.graph.default import run_default
from headwater._src.graph.operators import Operators


class Tensor(Operators):
    """One output of an `Operation`: a symbolic handle that a session gives a value.

    Attributes:
      op: the `Operation` that makes it.
      value_index: which of the op's outputs it is.
      dtype: its `DType`.
      dims: its static shape as a tuple of `int | None`, or None (the public form is `shape`).
      handle: for resources, the `(dtype, dims)` of what is behind it, when known.
    """

    __slots__ = (
        "op",
        "value_index",
        "dtype",
        "dims",
        "handle",
        "_known",
        "__dict__",
        "__weakref__",
    )

    __array_priority__ = 100  # so that `ndarray + tensor` asks the tensor

    def __init__(self, op, value_index, dtype):
        """Makes an output of `op`; operations do it, programs do not.

        Args:
          op: the `Operation`.
          value_index: which of its outputs this is.
          dtype: its `DType`.
        """
        self.op = op
        self.value_index = value_index
        self.dtype = dtype
        self.dims = None
        self.handle = None

    @property
    def graph(self):
        """The `Graph` that holds the tensor."""
        return self.op.graph

    @property
    def name(self):
        """`<op name>:<output index>`."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def known(self):
        """The value, when constants and static shapes decide it (not to be changed), else None."""
        return inference.known(self)

    def _known_from(self, other):
        """Takes over the known value of the tensor that this one stands for."""
        value = other.known
        if value is not None:
            self._known = value

    @property
    def device(self):
        """The device string of the op."""
        return self.op.device

    @property
    def shape(self):
        """The static `TensorShape`."""
        return TensorShape._of(self.dims)

    def get_shape(self):
        """The static `TensorShape`, as `shape`."""
        return TensorShape._of(self.dims)

    def set_shape(self, shape):
        """Merges what is known of the shape with `shape`.

        Args:
          shape: anything that means a shape.

        Raises:
          ValueError: `shape` contradicts what is already known.
        """
        other = dims_lib.of(shape)
        self.dims = dims_lib.merge(self.dims, other)

    def _shape_as_list(self):
        return None if self.dims is None else list(self.dims)

    def _shape_tuple(self):
        return self.dims

    @property
    def _value_index(self):
        return self.value_index

    def _as_node_def_input(self):
        return self.op.name if self.value_index == 0 else self.name

    def consumers(self):
        """The list of `Operation`s that take this tensor as an input."""
        return self.op.graph.consumers_of(self)

    def eval(self, feed_dict=None, session=None):
        """Runs the tensor in `session`, or in the default session.

        Args:
          feed_dict: values for feedable tensors.
          session: the `Session` to use.

        Returns:
          A NumPy array (a NumPy scalar for shape `()`).
        """
        return run_default(self, feed_dict, self.graph, session, "tensor")

    def experimental_ref(self):
        """A hashable `Reference` to the tensor."""
        return Reference(self)

    ref = experimental_ref

    def __str__(self):
        shape = "" if self.dims is None else f", shape={self.shape}"
        device = f", device={self.device}" if self.device else ""
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name}{device})'

    def __repr__(self):
        shape = "<unknown>" if self.dims is None else str(self.shape)
        return f"<tf.Tensor '{self.name}' shape={shape} dtype={self.dtype.name}>"

    def __iter__(self):
        raise TypeError(
            "Tensor objects are only iterable when eager execution is enabled. To iterate over "
            "this "
            "tensor "
            f"use tf.map_fn. ({self.name} was given)"
        )

    def __len__(self):
        raise TypeError(
            f"len is not well defined for symbolic Tensors. ({self.name}) Please call "
            "`x.shape` rather than `len(x)` for shape information."
        )

    def __bool__(self):
        raise TypeError(
            "Using a `tf.Tensor` as a Python `bool` is not allowed. Use `if t is not None:` "
            "instead of "
            "`if t:` to test if a tensor is defined, and use TensorFlow ops such as tf.cond to "
            "execute "
            "subgraphs conditioned on the value of a tensor."
        )

    __nonzero__ = __bool__

    def __array__(self, dtype=None, copy=None):
        raise NotImplementedError(
            f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array."
        )

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        raise TypeError(f"{self!r} cannot be copied: it belongs to a graph")


class Operation:
    """A node: an op applied to input tensors, with attrs.

    Attributes:
      graph: the `Graph` it is in.
      opdef: the op's signature; `type` is its name.
      name: the node's unique name.
      inputs: the tuple of input `Tensor`s.
      control_inputs: the `Operation`s that must have run before it.
      outputs: the list of output `Tensor`s.
      attrs: attr values by name, as plain Python values (see `get_attr` for TensorFlow's form).
      device: the requested device string.
      id: position in the graph's creation order.
    """

    __slots__ = (
        "graph",
        "op",
        "type",
        "name",
        "inputs",
        "_control",
        "outputs",
        "attrs",
        "device",
        "id",
        "site",
        "_original",
        "__dict__",
        "__weakref__",
    )
    id: int

    def __init__(self, graph, op, name, inputs, attrs, output_types, control=()):
        """Makes a node; `Graph.new_operation` does it, programs do not.

        Args:
          graph: the `Graph`.
          op: the `Op`, its kind.
          name: its full, unique name.
          inputs: tuple of input `Tensor`s.
          attrs: dict of attr values.
          output_types: list of `DType`s.
          control: `Operation`s that run first.
        """
        self.graph = graph
        self.op = op
        self.type = op.name
        self.name = name
        self.inputs = inputs
        self._control = control
        self.attrs = attrs
        self.device = ""
        self._original = None
        self.outputs = [Tensor(self, i, dtype) for i, dtype in enumerate(output_types)]
        self.site = callsite.here()

    @property
    def control_inputs(self):
        """The list of `Operation`s that run before this one without giving it a tensor."""
        return list(self._control)

    @property
    def values(self):
        """A function that gives the tuple of output tensors."""
        return lambda: tuple(self.outputs)

    @property
    def opdef(self):
        """The op's parsed signature."""
        return self.op.opdef

    @property
    def _id(self):
        return self.id

    @property
    def _original_op(self):
        return self._original

    @property
    def _input_types(self):
        """The types the signature asks for: a reference type only where it wants a reference."""
        given = list(self.inputs)
        types = []
        for arg, part in zip(self.opdef.inputs, inference.group(self.op, given, self.attrs)):
            for tensor in part if arg.is_list else [part]:
                types.append(tensor.dtype if arg.is_ref else tensor.dtype.base_dtype)
        return types

    @property
    def _device_assignments(self):
        """The `device` blocks the node was made in, innermost first, with their lines."""
        blocks = getattr(self, "_device_blocks", ())
        return [callsite.TraceableObject(str(b), b.site) for b in reversed(blocks)]

    @property
    def _colocation_dict(self):
        """Name of an operation -> the line of the `colocate_with` block that names it."""
        blocks = getattr(self, "_colocations", ())
        return {op.name: callsite.TraceableObject(None, site) for op, site in blocks}

    @property
    def op_def(self):
        """The op's signature as an `OpDef` proto."""
        from headwater._src.graph import graphdef

        return graphdef.opdef_proto(self.op.opdef)

    @property
    def node_def(self):
        """The node as a `NodeDef` proto."""
        from headwater._src.graph import graphdef

        return graphdef.node_proto(self)

    @property
    def traceback(self):
        """The program's frames that created the node: `(file, line, function, text)`, outermost
        first.
        """
        return callsite.frames(self.site)

    def get_attr(self, name):
        """The value of an attr, in the form TensorFlow gives it (strings are bytes).

        Args:
          name: the attr's name.

        Raises:
          ValueError: the node has no such attr.
        """
        if name not in self.attrs:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")
        from headwater._src.graph import graphdef

        return graphdef.public_attr(self.attrs[name])

    def run(self, feed_dict=None, session=None):
        """Runs the operation in `session`, or in the default session."""
        run_default(self, feed_dict, self.graph, session, "operation")

    def colocation_groups(self):
        """The groups (`loc:@name`, as bytes) whose ops share this op's device."""
        groups = [c.encode() if isinstance(c, str) else c for c in self.attrs.get("_class", ())]
        groups = [c for c in groups if c.startswith(b"loc:@")]
        return groups or [f"loc:@{self.name}".encode()]

    # -- the few ways a node changes after it is made --------------------------------------------

    def _set_device(self, device):
        self.device = device if isinstance(device, str) else device.to_string()
        self.graph._touch()

    def _set_device_from_string(self, device):
        self._set_device(device)

    @property
    def _control_outputs(self):
        return [op for op in self.graph.get_operations() if self in op._control]

    def _set_attr(self, name, value):
        """Sets an attr from an `AttrValue` proto or a plain value."""
        from headwater._src.graph import graphdef

        self.attrs[name] = graphdef.attr_from_proto(value)
        self.graph._touch()

    def _clear_attr(self, name):
        self.attrs.pop(name, None)
        self.graph._touch()

    def _add_control_input(self, op):
        self._add_control_inputs([op])

    def _add_control_inputs(self, ops):
        for op in ops:
            if not isinstance(op, Operation):
                raise TypeError(f"op must be an Operation: {op}")
        self._control = tuple(dict.fromkeys((*self._control, *ops)))
        self.graph._touch()

    def _remove_all_control_inputs(self):
        self._control = ()
        self.graph._touch()

    def _update_input(self, index, tensor):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"tensor must be a Tensor: {tensor}")
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor!r} must be from the same graph as {self!r}.")
        if index >= len(self.inputs):
            raise errors.OutOfRangeError(
                None,
                None,
                f"Cannot update edge. Input index [{index}] is greater than the number of "
                f"total inputs [{len(self.inputs)}].",
            )
        before = self.inputs[index]
        if not dims_lib.compatible(tensor.dims, before.dims):
            raise errors.InvalidArgumentError(
                None,
                None,
                "Cannot update edge, incompatible shapes: "
                f"{dims_lib.text(tensor.dims)} and {dims_lib.text(before.dims)}.",
            )
        if tensor.dtype.base_dtype != before.dtype.base_dtype:
            # Steps that need the node fail; it may be changed again before that.
            self.graph._retyped.setdefault((self, index), before.dtype.base_dtype)
        inputs = list(self.inputs)
        inputs[index] = tensor
        self.inputs = tuple(inputs)
        self.graph._touch()

    def __repr__(self):
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __str__(self):
        return str(self.node_def)


def is_ref(dtype):
    """Whether a `DType` is a reference type."""
    return dtype._is_ref_dtype
