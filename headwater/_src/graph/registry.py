"""The one meeting place of ops: an op file declares an op here, everything else reaches it by
`raw.Name(...)`.

Read in this order: `Op` (what is known about an op), then `define_op` (how it gets into the table).
"""

import inspect
import types

from headwater._src.graph.build import apply_op
from headwater._src.graph.graph import Graph
from headwater._src.graph.opdef import REQUIRED, parse_opdef
from headwater._src.graph.optable import OPS

# `tf.raw_ops` calls these inputs and attrs by other names than signatures do.
_REDUCTIONS = ("All", "Any", "EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum")
_NAMES_IN_RAW_OPS = {
    **dict.fromkeys(_REDUCTIONS, {"axis": "reduction_indices"}),
    "ExpandDims": {"axis": "dim"},
    "Select": {"x": "t", "y": "e"},
    "Split": {"axis": "split_dim"},
    "SplitV": {"axis": "split_dim"},
    "Squeeze": {"axis": "squeeze_dims"},
    "Where": {"condition": "input"},
}


class DefinitionError(TypeError):
    """An op's functions do not agree with its signature; raised while its file is imported."""


class Op:
    """A kind of node: its signature, shape function, kernel and gradient.

    Attributes:
      opdef: the parsed `OpDef`.
      kind: `"kernel"` (pure), `"update"` (old state + inputs -> new state), `"sample"` (random),
        `"host"` (impure Python), `"variable"` (holds state), `"function"` (runs graph functions,
        see `function`), `"flow"` (see `compiler/frames.py`) or None while no kernel is given.
      fn: the kernel; `(xp, *inputs, **attrs)`, for samples `(xp, key, *inputs, **attrs)`, for host
        kernels `(ctx, *inputs, **attrs)`.
      static: names of inputs whose value must be known while compiling.
      dynamic: the result's shape depends on data, so the node cannot be inside a compiled region.
      masked_fn: for a dynamic op whose results have the first dimension that data decide, the kernel
        with all the rows there could be, see `masked`; `masked_outputs` says what its results are.
      rows: for an `update` of the rows `indices`, the name of the input with a value for each.
      check: the kernel only checks its inputs (`Assert`): it may stay inside a compiled region.
      lists: the kernel takes lists of tensors (variants) in compiled regions too.
      blocking: a host kernel that may wait for another thread.
      turns: a host kernel that has to do with the waiting of others. Its own waiting, if any, may
        be cut short; it is called again then.
      handles: a host kernel that takes variables as such, not their values.
      uninitialized: the kernel takes a variable without a value (as None).
      wants_dims: the kernel also takes `static_dims`, what is known of the first input's shape.
      leading: how many of a function op's inputs its functions do not get.
      hidden: how many of a loop's variables, the first ones, are no outputs.
      updates: for `update` kernels, the positions of the inputs that are the state.
      reads: whether an `update` needs the old state.
      gradient_fn: `(op, *dys) -> [dx or None, ...]`; `differentiable` is False for ops without
        gradient.
    """

    def __init__(self, opdef):
        self.opdef = opdef
        self.name = opdef.name
        self.kind = None
        self.fn = None
        self.static = ()
        self.dynamic = self.check = self.blocking = self.handles = False
        self.uninitialized = self.turns = False
        self.wants_dims = False
        self.masked_fn, self.masked_outputs = None, ()
        self.rows = None
        self.updates = ()
        self.reads = True
        self.reserve = None
        self.form, self.body_attrs = None, ()
        self.leading = self.hidden = 0
        self.lists = False
        self.shape_fn = None
        self.shape_attrs = ()
        self.kernel_attrs = ()
        self.gradient_fn = None
        self.differentiable = True
        self.cost_fn = None
        self.input_names = tuple(arg.name for arg in opdef.inputs)
        self.attr_names = tuple(attr.name for attr in opdef.attrs)
        self.plan = None
        self.renamed = _NAMES_IN_RAW_OPS.get(opdef.name)

    def __repr__(self):
        return f"<Op {self.name}>"

    def __getattr__(self, attribute):
        if attribute != "__signature__":
            raise AttributeError(f"Op {self.name} has no attribute {attribute!r}")
        # What `help` and `inspect.signature` show: inputs, then the attrs that are not inferred
        # from them.
        P = inspect.Parameter
        inferred = {
            t
            for arg in self.opdef.inputs
            for t in (arg.type_attr, arg.number_attr, arg.type_list_attr)
            if t
        }
        attrs = [a for a in self.opdef.attrs if a.name not in inferred]
        attrs.sort(key=lambda a: a.default is not REQUIRED)
        return inspect.Signature(
            [
                *(P(name, P.POSITIONAL_OR_KEYWORD) for name in self.input_names),
                *(
                    P(
                        a.name,
                        P.KEYWORD_ONLY,
                        default=P.empty if a.default is REQUIRED else a.default,
                    )
                    for a in attrs
                ),
                P("name", P.KEYWORD_ONLY, default=None),
            ]
        )

    def __call__(self, *inputs, name=None, **attrs):
        """Builds a node; inputs may also be given by name. Returns its output(s), or the
        `Operation`.
        """
        if attrs and self.renamed is not None:
            attrs = {self.renamed.get(key, key): value for key, value in attrs.items()}
        return apply_op(self, inputs, attrs, name)

    # -- declaring -------------------------------------------------------------------------------

    def kernel_arguments(self, node):
        """The keyword arguments that the kernel takes for a node."""
        arguments = {a: node.attrs[a] for a in self.kernel_attrs}
        if self.wants_dims:
            arguments["static_dims"] = node.inputs[0].dims
        return arguments

    def shape(self, fn):
        """Declares the shape function `(*inputs, **attrs) -> dims`, a list of dims when several
        outputs.
        """
        self.shape_attrs = self._check(fn, "shape function", skip=0)
        self.shape_fn = fn
        return fn

    def kernel(self, fn=None, *, static=(), dynamic=False, check=False, uninitialized=False):
        """Declares a pure kernel `(xp, *inputs, **attrs) -> array` (a tuple when several outputs).

        An input that is a variable (a reference or a resource handle) arrives as the variable's
        value.
        """
        return self._declare(
            "kernel",
            fn,
            1,
            static=tuple(static),
            dynamic=dynamic,
            check=check,
            uninitialized=uninitialized,
        )

    def masked(self, *outputs):
        """Declares what a `dynamic` op does in a compiled region, where arrays have fixed shapes.

        The kernel `(xp, *inputs, **attrs)` gives the results with as many rows as there could be, at
        any places, and then a boolean vector: which rows there are. Rows that are not there hold
        values that some row that is there holds too, so checks of the values mean the same.

        Args:
          *outputs: for each output `"rows"`, or `"places"` where it holds numbers of such rows.
        """

        def declare(fn):
            self._check(fn, "kernel", 1)
            self.masked_fn, self.masked_outputs = fn, outputs
            return fn

        return declare

    def update(self, *refs, static=(), reads=True, rows=None):
        """Declares a pure kernel that gives the new values of the variables behind the inputs
        `refs`.

        It returns one array for each of `refs` (in that order), then its outputs that are not
        references. With `reads=False` the old values arrive as None, and need not exist. `rows` names
        the input with values for the rows `indices`, where the kernel changes only these, by
        `xp.scatter` or `xp.scatter_update`.
        """
        for ref in refs:
            if ref not in self.input_names:
                raise DefinitionError(f"{self.name}: update of {ref!r}, which is not an input")
        return self._declare(
            "update",
            None,
            1,
            static=tuple(static),
            reads=reads,
            uninitialized=not reads,
            updates=tuple(self.input_names.index(ref) for ref in refs),
            rows=rows,
        )

    def variable(self):
        """Says that a node of this op is a variable: its output stands for state kept by the
        session.
        """
        self.kind = "variable"
        return self

    def flow(self):
        """Says that nodes of the op decide which others run (Switch, Merge and their like)."""
        self.kind = "flow"
        return self

    def function(self, form, *attrs):
        """Says that the op runs graph functions, which are the values of `attrs`.

        `form` is `"branch"` (the first input says which of them runs), `"loop"` (a condition and a
        body) or `"call"`.
        """
        self.kind, self.form, self.body_attrs = "function", form, attrs
        self.leading = int(form == "branch")
        return self

    def bodies(self, node):
        """The graph functions of a node: `FuncGraph`s, or names where a function is not in the
        library.
        """
        found = []
        for attr in self.body_attrs:
            value = node.attrs[attr]
            values = [_body(node, f) for f in (value if isinstance(value, list) else [value])]
            node.attrs[attr] = values if isinstance(value, list) else values[0]
            found.extend(values)
        return found

    def sample(self, fn=None, *, static=(), reserve=None):
        """Declares a random kernel `(xp, key, *inputs, **attrs)`.

        `reserve(shape, **attrs)` says how many Philox counters a run takes whose result has
        `shape`.
        """
        return self._declare("sample", fn, 2, static=tuple(static), reserve=reserve)

    def host(self, fn=None, *, blocking=False, handles=False, turns=False):
        """Declares an impure kernel `(ctx, *inputs, **attrs)` that runs in Python on the host.

        With `handles`, an input that is a variable arrives as a `Slot`, which a function that the
        kernel calls can be given.
        """
        return self._declare("host", fn, 1, blocking=blocking, handles=handles, turns=turns)

    def gradient(self, fn):
        """Declares the gradient `(op, *dys) -> [dx or None, ...]`, which builds graph through
        `raw`.
        """
        self.gradient_fn = fn
        return fn

    def no_gradient(self):
        """Says that the op is not differentiable: its inputs' gradients are None."""
        self.differentiable = False
        return self

    def cost(self, fn):
        """Declares `(inputs, outputs, **attrs) -> flops`, for ops that do more than touch each
        element.
        """
        self.cost_fn = fn
        return fn

    def _declare(self, kind, fn, skip, **facts):
        if fn is None:
            return lambda f: self._declare(kind, f, skip, **facts)
        for name in facts.get("static", ()):
            if name not in self.input_names:
                raise DefinitionError(f"{self.name}: static input {name!r} is not an input")
        self.kernel_attrs = self._check(fn, "kernel", skip)
        self.kind, self.fn = kind, fn
        for key, value in facts.items():
            setattr(self, key, value)
        return fn

    def _check(self, fn, what, skip):
        """Positional parameters must be the inputs, keyword-only ones attrs; returns those attrs'
        names.
        """
        positional, keywords, star, stars = _parameters(fn)
        where = f"{self.name}: the {what} {getattr(fn, '__name__', fn)}"
        if not star and tuple(positional[skip:]) != self.input_names:
            raise DefinitionError(
                f"{where} takes {positional[skip:]}, but the signature's inputs are "
                f"{list(self.input_names)}"
            )
        attrs = keywords
        if what == "kernel" and "static_dims" in attrs:
            attrs = tuple(a for a in attrs if a != "static_dims")
            self.wants_dims = True
        unknown = [a for a in attrs if a not in self.attr_names]
        if unknown:
            raise DefinitionError(f"{where} uses {unknown}, which are not attrs of the op")
        return self.attr_names if stars else attrs


def _parameters(fn):
    """Names of a function's positional and of its keyword-only parameters, and whether it takes
    further ones of both kinds.

    `inspect.signature` says the same, but a thousand of its answers are a sixth of importing
    headwater; it is asked about what is no plain function.
    """
    if fn.__class__ is not types.FunctionType or fn.__dict__:
        P = inspect.Parameter
        params = inspect.signature(fn).parameters.values()
        kinds = {p.kind for p in params}
        return (
            [p.name for p in params if p.kind in (P.POSITIONAL_ONLY, P.POSITIONAL_OR_KEYWORD)],
            tuple(p.name for p in params if p.kind is P.KEYWORD_ONLY),
            P.VAR_POSITIONAL in kinds,
            P.VAR_KEYWORD in kinds,
        )
    code = fn.__code__
    first = code.co_argcount
    return (
        list(code.co_varnames[:first]),
        code.co_varnames[first : first + code.co_kwonlyargcount],
        bool(code.co_flags & inspect.CO_VARARGS),
        bool(code.co_flags & inspect.CO_VARKEYWORDS),
    )


def _body(node, function):
    """The `FuncGraph` that a name stands for: each node has a body of its own, since gradients add
    to it.
    """
    if isinstance(function, Graph):
        return function
    function = getattr(function, "name", function)
    library = node.graph._functions.get(function)
    definition = getattr(library, "definition", None)
    if definition is None:
        return function
    from headwater._src.graph.function_def import body_of

    return body_of(definition, node, node.inputs[node.op.leading :])


def define_op(name, inputs="", outputs="", attrs=(), shape=None, stateful=False):
    """Adds an op to the table.

    Args:
      name: the op's name, as in GraphDefs.
      inputs: input declarations, see `opdef`.
      outputs: output declarations.
      attrs: list of attr declarations.
      shape: the shape function, when it is not given by the decorator `@Op.shape`.
      stateful: whether nodes of this op have state or effects, so that two equal ones must both
        run.

    Returns:
      The `Op`, which is also what `raw.<name>` calls.

    Raises:
      DefinitionError: the op is defined twice, or a function does not fit the signature.
    """
    if name in OPS:
        raise DefinitionError(f"{name} is defined twice")
    op = OPS[name] = Op(parse_opdef(name, inputs, outputs, attrs, stateful))
    if shape is not None:
        op.shape(shape)
    return op
