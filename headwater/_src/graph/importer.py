"""`tf.import_graph_def`: the nodes of a `GraphDef` added to a graph.

The proto may come from anywhere, so nothing in it is believed: names, types, numbers and sizes are
checked before anything is made of them. The steps, in order: `_Import.__init__` reads the names,
`order` sorts the nodes so that inputs come first (loops, which go through a `NextIteration` node,
are closed afterwards), `add` makes a node, `finish` closes loops and places nodes on devices,
`commit` puts all of them into the graph.
"""

import contextlib
import heapq
import re

from headwater._src.core import device as device_lib, errors, versions as own
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import (
    convert,
    dims as dims_lib,
    graphdef,
    inference,
    nodespec,
    scopes as scopes_lib,
)
from headwater._src.graph.call_ops import call_op
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Operation, Tensor
from headwater._src.graph.optable import OPS

_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")


class GraphFunction:
    """A function of an imported graph's library: its name and definition (a `FunctionDef`)."""

    __slots__ = ("_body", "definition", "gradient_name", "name")

    def __init__(self, definition, gradient_name=None):
        self.name, self.definition = definition.signature.name, definition
        self.gradient_name = gradient_name
        self._body = None

    def body(self, graph):
        """The `FuncGraph` for ops that call the function with values of any shape.

        Args:
          graph: the graph whose library the function is in.
        """
        from headwater._src.graph.function_def import general_body

        if self._body is None:
            self._body = general_body(self.definition, graph)
        return self._body


def import_graph_def(
    graph_def, input_map=None, return_elements=None, name=None, op_dict=None, producer_op_list=None
):
    """Adds the nodes of a `GraphDef` to the default graph.

    Args:
      graph_def: a `GraphDef`, of headwater or of TensorFlow.
      input_map: dict from names in `graph_def` (`"node"`, `"node:1"`, `"^node"`) to tensors of
        this graph that take their place as inputs.
      return_elements: names of operations (`"node"`) and tensors (`"node:0"`) in `graph_def` to
        return.
      name: prefix of the new nodes' names (default `"import"`; `""` for none).
      op_dict: ignored.
      producer_op_list: an `OpList` of the program that wrote the graph; attrs that only it knows
        are dropped where they have its default.

    Returns:
      A list of `Operation`s and `Tensor`s for `return_elements`; None when that is None.

    Raises:
      TypeError: an argument of a wrong type.
      ValueError: the graph is not valid, a name in `input_map` or `return_elements` is not in it,
        or shapes do not fit.
      tf.errors.NotFoundError: it has an op that headwater does not have.
    """
    graph_def = _own_proto(graph_def)
    input_map = _checked_map(input_map)
    wanted = _checked_elements(return_elements)
    _check_versions(graph_def.versions)
    graph = get_default_graph()
    graph._check_not_finalized()
    _add_functions(graph, graph_def.library)
    with _prefix(graph, name) as prefix:
        inputs = _map_inputs(graph, name, input_map)
        work = _Import(graph, graph_def, prefix, inputs, _producer_defaults(producer_op_list))
        for index in work.order():
            work.add(index)
        work.finish()
        result = None if wanted is None else [work.element(item) for item in wanted]
        work.commit()
    _merge_versions(graph, graph_def.versions)
    missing = [key for key in input_map if not work.knows(key)]
    if missing:
        raise ValueError(
            f"Attempted to map inputs that were not found in graph_def: [{', '.join(missing)}]"
        )
    return result


def _add_functions(graph, library):
    """Takes over a library; functions that were made in this graph stay."""
    gradients = {g.function_name: g.gradient_func for g in library.gradient}
    for definition in library.function:
        known = definition.signature.name
        if not hasattr(graph._functions.get(known), "inputs"):
            graph._functions[known] = GraphFunction(definition, gradients.get(known))


class _Import:
    """One import under way.

    State: `nodes` (NodeDefs) and `index` (their positions by name); `names`, each one's new name;
    `made`, the `Operation`s so far by old name; `used`, keys of `inputs` that stood in;
    `open_loops`, merges that wait for their
    `NextIteration`.
    """

    def __init__(self, graph, graph_def, prefix, inputs, defaults):
        self.graph, self.inputs, self.defaults = graph, inputs, defaults
        self.nodes = list(graph_def.node)
        self.used = set()
        self.index, self.made, self.open_loops, self.devices = {}, {}, [], {}
        for i, node in enumerate(self.nodes):
            if not _NAME.match(node.name):
                raise ValueError(f"Node '{node.name}': Node name contains invalid characters")
            if node.name in self.index:
                raise ValueError(f"Node '{node.name}' is not unique")
            self.index[node.name] = i
        self.parsed = [
            [_parse_input(node.name, text) for text in node.input] for node in self.nodes
        ]
        self.names = _new_names(graph, prefix, self.index)
        self.controls = list(
            dict.fromkeys(
                op for controller in graph.scopes.controllers for op in controller.control_inputs
            )
        )

    # -- before anything is made -----------------------------------------------------------------

    def order(self):
        """Positions of the nodes, inputs first; the earliest of those that are ready comes next."""
        waiting, followers = [], [[] for _ in self.nodes]
        for i, node in enumerate(self.nodes):
            sources = [self._source(node, item) for item in self.parsed[i]]
            live = [j for j in sources if j is not None]
            if node.op in ("Merge", "RefMerge"):
                forward = [j for j in live if not self.nodes[j].op.endswith("NextIteration")]
                if forward:
                    live = forward
            waiting.append(len(live))
            for j in live:
                followers[j].append(i)
        ready = [i for i, count in enumerate(waiting) if not count]
        result = []
        while ready:
            i = heapq.heappop(ready)
            result.append(i)
            for j in followers[i]:
                waiting[j] -= 1
                if not waiting[j]:
                    heapq.heappush(ready, j)
        if len(result) < len(self.nodes):
            stuck = [n.name for n, count in zip(self.nodes, waiting) if count]
            raise ValueError(f"{len(stuck)} nodes in a cycle, among them '{stuck[0]}'")
        return result

    def _source(self, node, item):
        """The position of the node an input comes from; None when `input_map` replaces it."""
        name, output, text = item
        if (name, output) in self.inputs:
            self.used.add((name, output))
            return None
        if name not in self.index:
            raise ValueError(f"Node '{node.name}': Unknown input node '{text}'")
        return self.index[name]

    # -- making nodes ----------------------------------------------------------------------------

    def add(self, i):
        """Makes the node at position `i`."""
        node = self.nodes[i]
        new_name = self.names[node.name]
        op = OPS.get(node.op) or call_op(self.graph, node.op)
        if op is None:
            raise errors.NotFoundError(
                None,
                None,
                (
                    f"Op type not registered '{node.op}' in headwater (for node '{node.name}'). "
                    f"docs/coverage.md lists "
                    "the ops that it has."
                ),
            )
        tensors, control, back = self._inputs(node, self.parsed[i])
        attrs = nodespec.attrs_of(op, node, new_name, self.defaults.get(node.op, {}))
        shapes = attrs.pop("_output_shapes", None)
        nodespec.check_inputs(op, new_name, attrs, tensors)
        types = nodespec.output_types(op, new_name, attrs)
        self._rename_colocation(node, attrs)
        made = self.graph.new_operation(op, new_name, tuple(tensors), attrs, types, tuple(control))
        if back:
            self.open_loops.append((made, back))
            made.outputs[1].dims = ()
        else:
            inference.infer(made)
        _set_shapes(made, shapes)
        self.made[node.name] = made
        self.devices[made] = node.device

    def _inputs(self, node, items):
        """Input tensors, control inputs, and the inputs that only come once a loop is closed."""
        tensors, control, back = [], dict.fromkeys(self.controls), []
        for name, output, _ in items:
            mapped = self.inputs.get((name, output))
            if output is None:
                control[mapped.op if mapped is not None else self.made[name]] = None
                continue
            if control.keys() - set(self.controls):
                raise ValueError(
                    f"Node '{node.name}': Control dependencies must come after regular dependencies"
                )
            if mapped is None and name not in self.made:
                back.append((len(tensors), name, output))
                tensors.append(None)
                continue
            tensors.append(mapped if mapped is not None else self._output(node, name, output))
        if back:
            # Until its loop is closed a merge stands on its other input.
            forward = next(t for t in tensors if t is not None)
            tensors = [forward if t is None else t for t in tensors]
        return tensors, control, back

    def _output(self, node, name, output):
        outputs = self.made[name].outputs
        if output >= len(outputs):
            raise ValueError(
                f"Node '{node.name}': Connecting to invalid output {output} of source node {name} "
                f"which has {len(outputs)} outputs."
            )
        return outputs[output]

    def _rename_colocation(self, node, attrs):
        groups = attrs.get("_class")
        if not isinstance(groups, list):
            return
        renamed = []
        for group in groups:
            if isinstance(group, str) and group.startswith("loc:@"):
                other = group[5:]
                if other not in self.names:
                    raise ValueError(
                        f"Node '{node.name}' expects to be colocated with unknown node '{other}'"
                    )
                group = f"loc:@{self.names[other]}"
            renamed.append(group)
        attrs["_class"] = renamed

    def finish(self):
        """Closes the loops and gives the nodes their devices."""
        for merge, back in self.open_loops:
            inputs = list(merge.inputs)
            for position, name, output in back:
                inputs[position] = self._output(merge, name, output)
                if inputs[position].dtype.base_dtype is not merge.outputs[0].dtype.base_dtype:
                    raise ValueError(
                        nodespec.wrong_type(
                            position, merge.name, inputs[position], merge.outputs[0].dtype
                        )
                    )
            merge.inputs = tuple(inputs)
        if self.open_loops:
            self.graph._touch()
        devices = self.graph.scopes.devices
        together = []
        for made, device in self.devices.items():
            groups = [
                g
                for g in made.attrs.get("_class") or ()
                if isinstance(g, str) and g.startswith("loc:@")
            ]
            if groups and groups != [f"loc:@{made.name}"]:
                together.append((made, groups))
                continue
            made.device = device_lib.canonical_name(device) if device else ""
            if devices:
                scopes_lib.device_for(devices, made)
        by_name = {made.name: made for made in self.devices}
        for made, groups in together:
            for group in groups:
                other = by_name.get(group[5:])
                if other is not None and other is not made and other.device:
                    made.device = other.device

    def commit(self):
        """Puts the nodes into the graph; until here a failure leaves it as it was."""
        with self.graph._lock:
            for made in self.made.values():
                self.graph.insert(made)
                self.graph._names_in_use.setdefault(made.name.lower(), 1)
        for controller in self.graph.scopes.controllers:
            controller.seen.update(self.made.values())

    # -- what the caller asks for ----------------------------------------------------------------

    def knows(self, key):
        """Whether a key of `input_map` names something in the graph."""
        name, output = _split(key)
        if (name, output) in self.used:
            return True
        made = self.made.get(name)
        return made is not None and (output is None or output < len(made.outputs))

    def element(self, item):
        """The operation or tensor with an (old) name."""
        if ":" not in item:
            if item not in self.made:
                raise ValueError(f"Requested return node '{item}' not found in graph def")
            return self.made[item]
        name, output = _split(item)
        mapped = self.inputs.get((name, output))
        if mapped is not None:
            return mapped
        made = self.made.get(name)
        if made is None:
            raise ValueError(f"Requested return tensor '{item}' not found in graph def")
        if output >= len(made.outputs):
            raise ValueError(
                f"Invalid return output {output} of node '{name}', which has "
                f"{len(made.outputs)} output(s)"
            )
        return made.outputs[output]


# -- arguments -----------------------------------------------------------------------------------


def _own_proto(graph_def):
    """The argument as headwater's own `GraphDef`."""
    from headwater._src.core.proto import graph_pb2

    if isinstance(graph_def, graph_pb2.GraphDef):
        return graph_def
    descriptor = getattr(graph_def, "DESCRIPTOR", None)
    if getattr(descriptor, "name", None) != "GraphDef" or not hasattr(
        graph_def, "SerializeToString"
    ):
        raise TypeError("Argument `graph_def` must be a GraphDef proto.")
    return graph_pb2.GraphDef.FromString(graph_def.SerializeToString())


def _checked_map(input_map):
    if input_map is None:
        return {}
    if not isinstance(input_map, dict):
        raise TypeError(
            f"Argument `input_map` must be a dictionary. Obtained {type(input_map).__name__}"
        )
    keys = [k.decode() if isinstance(k, bytes) else k for k in input_map]
    if not all(isinstance(k, str) for k in keys):
        raise TypeError(
            f"All keys for argument `input_map` must be strings. Obtained keys: {list(input_map)}"
        )
    return dict(zip(keys, input_map.values()))


def _checked_elements(return_elements):
    if return_elements is None:
        return None
    elements = [e.decode() if isinstance(e, bytes) else e for e in return_elements]
    if not all(isinstance(e, str) for e in elements):
        raise TypeError(
            f"Argument `return_elements` must be a list of strings. Obtained {return_elements}."
        )
    for element in elements:
        _split(element)
    return elements


def _split(name):
    """`"node:1"` as `("node", 1)`; `"^node"` as `("node", None)`; `"node"` is its first output."""
    if name.startswith("^"):
        return name[1:], None
    node, colon, index = name.partition(":")
    if not colon:
        return node, 0
    if not index.isdigit():
        raise ValueError(
            f"Cannot convert '{name}' to a tensor name. Second component of the name following the "
            f"`:` should be an int. Got {index}."
        )
    return node, int(index)


def _parse_input(node_name, text):
    """An input's node, output (None for a control input), and the text itself for errors."""
    if text.startswith("^"):
        return text[1:], None, text
    name, colon, index = text.rpartition(":")
    if not colon:
        return text, 0, text
    if not index.isdecimal() or len(index) > 9:
        raise ValueError(f"Node '{node_name}': Unknown input node '{text}'")
    return name, int(index), text


def _check_versions(versions):
    mine, oldest = own.GRAPH_DEF_VERSION, own.GRAPH_DEF_VERSION_MIN_PRODUCER
    if versions.producer < oldest:
        raise ValueError(
            f"GraphDef producer version {versions.producer} below min producer {oldest} supported "
            f"by TensorFlow {own.VERSION}.  Please regenerate your graph."
        )
    if versions.min_consumer > mine:
        raise ValueError(
            f"GraphDef min consumer version {versions.min_consumer} above current version {mine} "
            f"for TensorFlow {own.VERSION}.  Please upgrade TensorFlow."
        )
    if mine in versions.bad_consumers:
        raise ValueError(
            f"GraphDef disallows consumer version {mine}.  Please upgrade TensorFlow: this version "
            "is likely buggy."
        )


def _merge_versions(graph, versions):
    """The graph's versions become those that hold for both what it had and what came in."""
    from headwater._src.core.proto import versions_pb2

    old = graph._graph_def_versions
    merged = versions_pb2.VersionDef()
    merged.CopyFrom(graphdef.versions_proto(graph) if old is None else old)
    merged.producer = min(merged.producer, versions.producer)
    merged.min_consumer = max(merged.min_consumer, versions.min_consumer)
    merged.bad_consumers[:] = sorted({*merged.bad_consumers, *versions.bad_consumers})
    graph._graph_def_versions = merged


def _producer_defaults(producer_op_list):
    """Op name -> attr name -> default, of the program that wrote the graph."""
    if producer_op_list is None:
        return {}
    return {
        op.name: {
            attr.name: attr.default_value.SerializeToString()
            for attr in op.attr
            if attr.HasField("default_value")
        }
        for op in producer_op_list.op
    }


@contextlib.contextmanager
def _prefix(graph, name):
    """The block of the new nodes' name scope; gives the prefix (with a slash, or empty)."""
    if name == "":
        scope = graph.get_name_scope()
        yield scope + "/" if scope else ""
        return
    with graph.name_scope(name or "import") as scope:
        yield scope


def _map_inputs(graph, name, input_map):
    """`input_map` with parsed keys, and values made tensors."""
    if not input_map:
        return {}
    values = list(input_map.values())
    if not all(isinstance(v, (Tensor, Operation)) for v in values) and name == "":
        raise ValueError(
            "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor "
            "values. Try calling tf.convert_to_tensor() on `input_map` values before calling "
            "tf.import_graph_def()."
        )
    if not all(isinstance(v, Tensor) for v in values):
        with graph.name_scope("_inputs"):
            values = [convert.convert_to_tensor(v) for v in values]
    for value in values:
        if value.graph is not graph:
            raise ValueError(f"{value!r} is not an element of the graph that is imported into")
    return {_split(key): value for key, value in zip(input_map, values)}


def _new_names(graph, prefix, names):
    """Old name -> new name; a number is appended where the graph has the name (as node or
    scope) already."""
    result = {name: prefix + name for name in names}
    taken = set()
    for existing in graph._by_name:
        if existing.startswith(prefix):
            while existing and existing not in taken:
                taken.add(existing)
                existing = existing.rpartition("/")[0]
    for name, new in result.items() if taken else ():
        count = 0
        while result[name] in taken or count and result[name][len(prefix) :] in names:
            count += 1
            result[name] = f"{new}_{count}"
    return result


def _set_shapes(made, shapes):
    """Takes over the shapes that the graph's writer knew (`_output_shapes`)."""
    if not isinstance(shapes, list):
        return
    for i, (output, dims) in enumerate(zip(made.outputs, shapes)):
        if dims is not None and not isinstance(dims, tuple):
            continue
        if not dims_lib.compatible(output.dims, dims):
            raise ValueError(
                f"Node '{made.name}' has an _output_shapes attribute inconsistent with the "
                f"GraphDef for "
                f"output #{i}: shapes {TensorShape._of(output.dims)} and {TensorShape._of(dims)} "
                f"are "
                "not compatible"
            )
        output.dims = dims_lib.merge(output.dims, dims)
