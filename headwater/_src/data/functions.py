"""From a program's Python function to the graph function of a dataset op."""

import warnings

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.data import structure
from headwater._src.graph.bodies import new_graph
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.func_graph import FuncGraph


class DatasetFunction:
    """A graph function that takes (and usually gives) elements.

    Attributes:
      graph: its `FuncGraph`, the value for an attr of the node.
      captured: tensors around it that it uses, further inputs of the node.
      specs: the structure of what it gives.
      result: the same with the leaves inside the function.
    """

    def __init__(self, function, specs, name, unpack=True):
        outer = get_default_graph()
        graph = own_names(new_graph(outer, name))
        seed, drawn = graph.seed, graph.random_ops
        with graph.as_default():
            leaves = _arguments(graph, specs)
            element = structure.pack(specs, leaves)
            result = function(*element) if unpack and _is_tuple(element) else function(element)
            self.result = _converted(result, name)
            tensors = structure.to_tensors(self.result)
        if seed is not None and graph.seed == seed and graph.random_ops > drawn:
            _warn_of_seed(seed, name, function)
        graph.seed = seed  # one that the function has set is its own
        graph.outputs = [graph.capture(t) for t in tensors]
        self.graph, self.captured = graph, list(graph.sources)
        self.specs = structure.specs_of(self.result)

    def must_be_dataset(self, what):
        """The spec of the dataset that the function gives.

        Raises:
          TypeError: it gives something else.
        """
        if not isinstance(self.specs, structure.DatasetSpec):
            raise TypeError(
                f"`{what}` must return a `Dataset` object. Got {type(self.result).__name__}"
            )
        return self.specs.element_spec


def _warn_of_seed(seed, name, function):
    called = getattr(function, "__name__", type(function).__name__).strip("<>")
    warnings.warn(
        f"Seed {seed} from outer graph might be getting used by function {name}_{called}, if the "
        "random op has not been provided any seed. Explicitly set the seed in the function if this "
        "is not the intended behavior.",
        stacklevel=2,
    )


def own_names(graph):
    """A new `FuncGraph` whose nodes have names of their own, as a function's have."""
    graph._names_in_use = {}
    graph._local.scopes = graph.scopes.replace(name="", controllers=())
    return graph


def _is_tuple(element):
    return type(element) is tuple


def _arguments(graph, specs):
    leaves = []
    flat = structure.flatten(specs)
    attrs = structure.types_and_shapes(specs)
    tensors = []
    for dtype, dims in zip(attrs["output_types"], attrs["output_shapes"]):
        tensors.append(graph._placeholder(dtype, dims, None))
        graph.inputs.append(tensors[-1])
    for spec, tensor in zip(flat, tensors):
        leaves.append(structure.from_tensor(spec, tensor))
    return leaves


def _converted(result, name):
    if isinstance(result, list):
        result = tuple(result)
    try:
        leaves = [structure.as_leaf(leaf) for leaf in structure.flatten(result)]
    except (ValueError, TypeError) as error:
        raise TypeError(
            f"Unsupported return value from function passed to {name}: {result}."
        ) from error
    return structure.pack(result, leaves)


class ByValue(FuncGraph):
    """A function without inputs: what it uses of the graph around is copied into it."""

    def __init__(self, name, outer):
        super().__init__(name, outer)
        own_names(self)
        self._copies = {}

    def _capture(self, tensor):
        """The copy of a tensor of the graph around, with all that it depends on.

        Raises:
          ValueError: that is a placeholder or has state.
        """
        stack = [tensor.op]
        while stack:
            node = stack[-1]
            missing = [t.op for t in node.inputs if t.op not in self._copies]
            missing += [op for op in node._control if op not in self._copies]
            if node in self._copies or not missing:
                stack.pop()
                if node not in self._copies:
                    self._copies[node] = self._copy(node)
            else:
                stack.extend(missing)
        return self._copies[tensor.op].outputs[tensor.value_index]

    def _copy(self, node):
        if node.type in ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault"):
            raise ValueError(
                f"Cannot capture a placeholder (name:{node.name}, type:{node.type}) by value."
            )
        if node.opdef.stateful and not node.type.endswith("Dataset"):
            raise ValueError(
                f"Cannot capture a stateful node (name:{node.name}, type:{node.type}) by value."
            )
        inputs = tuple([self._copies[t.op].outputs[t.value_index] for t in node.inputs])
        copy = self.new_operation(
            node.op,
            node.name,
            inputs,
            dict(node.attrs),
            [t.dtype for t in node.outputs],
            [self._copies[op] for op in node._control],
        )
        for old, new in zip(node.outputs, copy.outputs):
            new.dims, new.handle = old.dims, old.handle
        self.insert(copy)
        return copy


def factory_of(tensor):
    """A function without inputs that makes the dataset `tensor` stands for.

    Raises:
      ValueError: that depends on a placeholder or on state.
    """
    outer = tensor.op.graph
    name = f"_make_dataset_{len(outer._functions)}"
    graph = ByValue(name, outer)
    outer._functions[name] = graph
    try:
        graph.outputs = [graph._capture(tensor)]
    except ValueError as error:
        del outer._functions[name]
        if "stateful node" not in str(error):
            raise
        raise ValueError(
            "Failed to create a one-shot iterator for a dataset. "
            "`Dataset.make_one_shot_iterator()` does not support datasets that capture stateful "
            "objects, such as a `Variable` or `LookupTable`. In these cases, use "
            f"`Dataset.make_initializable_iterator()`. (Original error: {error})"
        ) from None
    return graph


def scalar_bool(function, what):
    """Checks that a predicate gives one boolean.

    Raises:
      ValueError: it gives something else.
    """
    from headwater._src.core import dtypes
    from headwater._src.graph.type_spec import TensorSpec

    if not TensorSpec([], dtypes.bool).is_compatible_with(function.specs):
        raise ValueError(f"`{what}` must return a scalar boolean tensor.")


def state_function(function, initial, element_specs, name, gives_element=False):
    """A graph function of a state and an element, traced until the state's shapes hold.

    Args:
      function: the program's function of `(state, element)`.
      initial: the structure of the first state, its leaves converted.
      element_specs: the structure of the specs of elements.
      name: name of the function.
      gives_element: whether it gives a pair of a state and an element.

    Returns:
      `(DatasetFunction, structure of the specs of the state)`.

    Raises:
      TypeError: the state that it gives has other classes, types or another structure.
    """
    specs = structure.specs_of(initial)
    while True:
        found = DatasetFunction(function, (specs, element_specs), name)
        new = found.specs
        if gives_element:
            if not isinstance(new, tuple) or len(new) != 2:
                raise TypeError(
                    "The scan function must return a pair comprising the new state "
                    "and the output value."
                )
            new = new[0]
        _check_state(specs, new, name)
        flat = [
            structure.wider(a, b) for a, b in zip(structure.flatten(specs), structure.flatten(new))
        ]
        merged = structure.pack(specs, flat)
        if _same_shapes(specs, merged):
            return found, specs
        specs = merged


def _check_state(old, new, name):
    try:
        pairs = list(zip(structure.flatten(old), structure.flatten_up_to(old, new), strict=True))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"The element structure for the new state must match the initial state. {error}"
        ) from None
    for a, b in pairs:
        if type(a) is not type(b):
            raise TypeError(
                "The element classes for the new state must match the initial state. Expected "
                f"{structure.classes(old)}; got {structure.classes(new)}."
            )
        if getattr(a, "dtype", None) != getattr(b, "dtype", None):
            raise TypeError(
                "The element types for the new state must match the initial state. Expected "
                f"{structure.types(old)}; got {structure.types(new)}."
            )


def _same_shapes(a, b):
    def dims(spec):
        shape = getattr(spec, "shape", TensorShape(()))
        return None if shape.rank is None else tuple(shape.as_list())

    return [dims(s) for s in structure.flatten(a)] == [dims(s) for s in structure.flatten(b)]
