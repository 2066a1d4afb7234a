"""`Defun`: a Python function made a function of the graph's library, and called by its name."""

import hashlib
import inspect

from headwater._src.core import dtypes, nest
from headwater._src.graph.call_ops import call_op
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.func_graph import FuncGraph
from headwater._src.graph.function_def import effects
from headwater._src.graph.operation import Operation


class Defun:
    """A decorator that makes a function of tensors a function of the graph.

    Args:
      *input_types: types of the arguments; without them each call's arguments decide.
      **kwargs: `func_name` (name in the library), `grad_func` (a `Defun` of the arguments and the
        results' gradients), `python_grad_func` (a Python function `(op, *grads)`), `out_names`
        (names of the results), `shape_func` (a function of the node that gives the results'
        shapes), `noinline` (accepted).

    >>> @function.Defun(tf.float32)
    ... def double(x):
    ...     return x * 2.0
    >>> sess.run(double(tf.constant(3.0)))
    np.float32(6.0)
    """

    def __init__(self, *input_types, **kwargs):
        self._types = [dtypes.as_dtype(t) for t in input_types]
        self._options = {name: kwargs.pop(name, None) for name in _OPTIONS}
        kwargs.pop("noinline", None)
        self._extra = kwargs

    def __call__(self, func):
        """The function of the graph for `func`.

        Raises:
          ValueError: `func` is not callable, or takes another number of arguments than there are
            types.
        """
        if not callable(func):
            raise ValueError(f"function {func} must be callable.")
        smallest, largest = _arity(func)
        if self._types:
            n = len(self._types)
            if n < smallest:
                raise ValueError(
                    f"The function has fewer arguments than the number of specified input types. "
                    f"{n} types for at least {smallest} arguments."
                )
            if largest is not None and n > largest:
                raise ValueError(
                    "The function has more arguments than the number of specified input types: "
                    f"{n} types for at most {largest} arguments."
                )
            return DefinedFunction(func, self._types, self._options)
        if smallest == 0 and largest == 0:
            return DefinedFunction(func, [], self._options)
        return OverloadedFunction(func, self._options)


_OPTIONS = ("func_name", "grad_func", "python_grad_func", "out_names", "shape_func")


def _arity(func):
    parameters = inspect.signature(func).parameters.values()
    P = inspect.Parameter
    plain = [p for p in parameters if p.kind in (P.POSITIONAL_ONLY, P.POSITIONAL_OR_KEYWORD)]
    required = sum(p.default is P.empty for p in plain)
    return required, None if any(p.kind is P.VAR_POSITIONAL for p in parameters) else len(plain)


class OverloadedFunction:
    """A `Defun` without declared types: one function for each combination of types."""

    def __init__(self, func, options):
        self._func, self._options = func, options
        self._made = {}

    def instantiate(self, input_types):
        """The `DefinedFunction` for arguments of the given types.

        Args:
          input_types: the types.

        Returns:
          A `DefinedFunction`.
        """
        key = tuple(dtypes.as_dtype(t).base_dtype for t in input_types)
        found = self._made.get(key)
        if found is None:
            options = dict(self._options)
            if options["func_name"]:
                options["func_name"] = "_".join([options["func_name"], *(t.name for t in key)])
            if isinstance(options["grad_func"], OverloadedFunction):
                probe = DefinedFunction(self._func, list(key), {**options, "grad_func": None})
                results = probe.declared_output_types
                options["grad_func"] = options["grad_func"].instantiate([*key, *results])
            found = self._made[key] = DefinedFunction(self._func, list(key), options)
        return found

    def __call__(self, *args, **kwargs):
        """Calls the function for the types of `args`; see `DefinedFunction`."""
        values = [convert_to_tensor(a) for a in args]
        return self.instantiate([v.dtype for v in values])(*values, **kwargs)


class DefinedFunction:
    """A function of the library, made in a graph when it is first used there.

    State: `_bodies` maps the outermost graph to the `FuncGraph` in its library.
    """

    def __init__(self, func, types, options):
        self._func, self._types, self._options = func, types, options
        self._bodies = {}
        self._name = options["func_name"]

    # -- what it is ------------------------------------------------------------------------------

    @property
    def name(self):
        """Its name in the library."""
        if self._name is None:
            word = getattr(self._func, "__name__", type(self._func).__name__)
            word = "lambda" if word == "<lambda>" else word
            about = repr((word, [t.name for t in self._types], id(self._func)))
            digest = hashlib.sha256(about.encode()).hexdigest()[:11]
            self._name = f"{word}_{digest}"
        return self._name

    @property
    def declared_input_types(self):
        """Types of the arguments."""
        return tuple(self._types)

    @property
    def declared_output_types(self):
        """Types of the results."""
        return [t.dtype.base_dtype for t in self._body().outputs]

    @property
    def captured_inputs(self):
        """The tensors from outside that the function uses; they are its last inputs."""
        return list(self._body().sources)

    @property
    def definition(self):
        """The `FunctionDef`."""
        return self._body().definition

    @property
    def stateful_ops(self):
        """`(name, type)` of its operations with effects."""
        return [(op.name, op.type) for op in self._body().get_operations() if op.opdef.stateful]

    def set_grad(self, grad_func):
        """Gives the function its gradient.

        Args:
          grad_func: a `Defun` of the arguments and the results' gradients.

        Raises:
          ValueError: it has one already.
        """
        if self._options["grad_func"] not in (None, grad_func):
            raise ValueError("Gradient defined already")
        self._options["grad_func"] = grad_func

    def add_to_graph(self, g):
        """Puts the function, and that of its gradient, into a graph's library.

        Args:
          g: the graph.
        """
        with g.as_default():
            body = self._body()
        gradient = self._options["grad_func"]
        body.python_gradient = self._options["python_grad_func"]
        if gradient is not None and body.gradient_name is None:
            body.gradient_name = gradient.name
            gradient.add_to_graph(g)

    # -- its body --------------------------------------------------------------------------------

    def _body(self):
        graph = get_default_graph()
        key = graph.root
        found = self._bodies.get(key)
        if found is None or key._functions.get(self.name) is not found:
            found = self._bodies[key] = self._trace(graph)
        return found

    def _trace(self, graph):
        other = graph._functions.get(self.name)
        if other is not None and hasattr(other, "inputs"):
            raise ValueError(f"Cannot add function '{self.name}': another one has that name.")
        body = _DefunGraph(self.name, graph)
        arguments = [body.add_argument(t) for t in self._types]
        names = [_clean(n) for n in _argument_names(self._func, len(arguments))]
        with body.as_default():
            found = self._func(*arguments)
            if isinstance(found, Operation):
                found = None
            flat = [] if found is None else nest.flatten(found)
            if any(t is None for t in flat):
                raise ValueError("Function can not return None.")
            body.outputs = [body.capture(convert_to_tensor(t)) for t in flat]
        results = self._options["out_names"] or _result_names(body.outputs, names)
        if len(results) != len(body.outputs):
            raise ValueError(
                f"Length of out_names ({len(results)}) does not match number of outputs "
                f"({len(body.outputs)}): {results}, {body.outputs}"
            )
        inner = [_clean(t.op.name) for t in body.sources]
        body.signature_names = (_distinct([*names, *inner]), results)
        body.targets = effects(body)
        graph._functions[self.name] = body
        return body

    def __call__(self, *args, name=None, **kwargs):
        """Adds a node that calls the function.

        Args:
          *args: the arguments.
          name: name of the node.
          **kwargs: accepted (`noinline`, `create_grad_func` and their like).

        Returns:
          The result, a tuple of several, or the `Operation` when there is none.

        Raises:
          ValueError: a wrong number of arguments, or one of a wrong type.
        """
        if len(args) != len(self._types):
            raise ValueError(f"Expected {len(self._types)} arguments, got {len(args)}.")
        graph = get_default_graph()
        self.add_to_graph(graph)
        body = self._body()
        values = [convert_to_tensor(a) for a in args]
        for value, t, given in zip(values, self._types, body.signature_names[0]):
            if value.dtype.base_dtype is not t.base_dtype:
                raise ValueError(
                    f"Input '{given}' passed {_type_word(value.dtype)} expected {_type_word(t)} "
                    f"while building NodeDef '{name or self.name}' of function {self.name}"
                )
        op = call_op(graph, self.name)
        with graph.control_dependencies(body.outer_control):
            found = op(*values, *body.sources, name=name)
        return self._shaped(found)

    def _shaped(self, found):
        tensors = [] if isinstance(found, Operation) else nest.flatten(found)
        shapes = self._options["shape_func"]
        if shapes is not None and tensors:
            for t, shape in zip(tensors, shapes(tensors[0].op)):
                t.set_shape(shape)
        if isinstance(found, Operation):
            return found
        return tensors[0] if len(tensors) == 1 else tuple(tensors)


class _DefunGraph(FuncGraph):
    """The body of a `Defun`."""

    def add_argument(self, dtype):
        """A new parameter of a type, of any shape."""
        tensor = self._placeholder(dtype, None, None)
        self.inputs.append(tensor)
        return tensor


def _type_word(dtype):
    name = dtype.base_dtype.name
    return {"float32": "float", "float64": "double", "float16": "half"}.get(name, name)


def _argument_names(func, n):
    P = inspect.Parameter
    found = [
        p.name
        for p in inspect.signature(func).parameters.values()
        if p.kind in (P.POSITIONAL_ONLY, P.POSITIONAL_OR_KEYWORD)
    ][:n]
    return found + [f"_arg{i}" for i in range(len(found), n)]


def _result_names(outputs, taken):
    names = [_clean(t.op.name.rpartition("/")[2]) for t in outputs]
    return _distinct([*taken, *names])[len(taken) :]


def _clean(name):
    """A name that a `FunctionDef` allows: small letters, digits and underscores."""
    word = "".join(c if c.isalnum() else "_" for c in name.lower()).strip("_")
    return word if word[:1].isalpha() else f"a_{word}"


def _distinct(names):
    found = []
    for name in names:
        n, new = 0, name
        while new in found:
            new = f"{name}_{n}"
            n += 1
        found.append(new)
    return found


# --- what a function may ask while it is traced -------------------------------------------------


def _traced():
    graph = get_default_graph()
    return graph if isinstance(graph, _DefunGraph) else None


def get_extra_inputs():
    """The tensors from outside that the function being defined has used so far.

    Returns:
      A list of `Tensor`s; empty outside of a `Defun`.
    """
    graph = _traced()
    return [] if graph is None else list(graph.sources)


def get_extra_args():
    """The tensors inside the function being defined that stand for `get_extra_inputs()`.

    Returns:
      A list of `Tensor`s.
    """
    graph = _traced()
    return [] if graph is None else [inside for _, inside in graph.captured()]


def get_extra_vars():
    """The variables outside whose tensors the function being defined has used so far.

    Returns:
      A list of the variables.
    """
    graph = _traced()
    if graph is None:
        return []
    used = {t.op for t in graph.sources} | {s.op for t in graph.sources for s in t.op.inputs}
    return [v for v in graph.root.get_collection("variables") if v.op in used]
