"""A traced segment as lines over numbered values: the form that is improved before XLA gets it.

JAX's own notation (jaxprs) nests the functions that a kernel happened to call. Here they are laid
out flat, values are numbers, and a line may be replaced by any function of its inputs, so that an
improvement is a matter of a few lines; evaluating the result under `jax.jit` is what XLA sees.
"""

from dataclasses import dataclass, field

from jax.extend.core import Literal

# Calls whose only meaning, once traced, is that of their body: name -> where the body is.
_CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "closed_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
}
# Over no axes these are nothing; gradients of broadcasting have many such sums.
_REDUCTIONS = ("reduce_sum", "reduce_prod", "reduce_max", "reduce_min")


@dataclass(slots=True)
class Line:
    """A primitive, or any function, applied to values.

    Attributes:
      name: of the primitive or function.
      run: function from the values of `ins` to the list of those of `outs`.
      ins, outs: ids of values.
      params: the primitive's parameters.
      primitive: the primitive itself, where there is one.
    """

    name: str
    run: object
    ins: tuple
    outs: tuple
    params: dict = field(default_factory=dict)
    primitive: object = None

    def again(self, ins, params=None, outs=None):
        """The same primitive for other values, with other parameters or for other results."""
        params = self.params if params is None else params
        return bound(self.primitive, params, ins, self.outs if outs is None else outs)


def bound(primitive, params, ins, outs):
    """The `Line` of a primitive."""

    def run(*values):
        result = primitive.bind(*values, **params)
        return result if primitive.multiple_results else [result]

    return Line(primitive.name, run, tuple(ins), tuple(outs), params, primitive)


@dataclass(slots=True)
class Lines:
    """Lines in an order in which they can run.

    Attributes:
      lines: list of `Line`.
      arguments: ids of the values that are given.
      results: ids of the values that are wanted.
      avals: id -> shape and dtype, of all values.
      constants: id -> value, of those known while tracing.
    """

    lines: list = field(default_factory=list)
    arguments: tuple = ()
    results: tuple = ()
    avals: list = field(default_factory=list)
    constants: dict = field(default_factory=dict)

    def new(self, aval):
        """A new value of the shape and dtype of `aval`."""
        self.avals.append(aval)
        return len(self.avals) - 1

    def line(self, out, ins, function):
        """A line that gives the value `out` by a function; it is not among `lines` yet."""
        return Line(function.__name__, lambda *values: [function(*values)], tuple(ins), (out,))

    def users(self):
        """For each value, the indices of the lines that take it."""
        found = [[] for _ in self.avals]
        for index, line in enumerate(self.lines):
            for i in dict.fromkeys(line.ins):
                found[i].append(index)
        return found

    def makers(self):
        """Value id -> the line that makes it."""
        return {i: line for line in self.lines for i in line.outs}

    def following(self, given):
        """The values that follow from those in `given` and from constants alone, with these."""
        found = set(given)
        for line in self.lines:
            if all(i in found or i in self.constants for i in line.ins):
                found.update(line.outs)
        return found

    def drop_unused(self):
        """Removes the lines that no result needs."""
        needed, kept = set(self.results), []
        for line in reversed(self.lines):
            if needed.intersection(line.outs):
                needed.update(line.ins)
                kept.append(line)
        self.lines = kept[::-1]

    def evaluate(self, *arguments):
        """The values of `results`, as a list."""
        env = dict(self.constants)
        env.update(zip(self.arguments, arguments, strict=True))
        for line in self.lines:
            env.update(zip(line.outs, line.run(*[env[i] for i in line.ins]), strict=True))
        return [env[i] for i in self.results]


def laid_out(closed):
    """The `Lines` of a closed jaxpr."""
    made = Lines()
    made.arguments = tuple(made.new(v.aval) for v in closed.jaxpr.invars)
    made.results = tuple(_lay_out(made, closed.jaxpr, closed.consts, made.arguments))
    return made


def _lay_out(made, jaxpr, constants, arguments):
    """Appends a jaxpr's equations; gives the ids of its results."""
    ids = dict(zip(jaxpr.invars, arguments, strict=True))

    def constant(value, aval):
        i = made.new(aval)
        made.constants[i] = value
        return i

    def get(atom):
        return constant(atom.val, atom.aval) if isinstance(atom, Literal) else ids[atom]

    for variable, value in zip(jaxpr.constvars, constants, strict=True):
        ids[variable] = constant(value, variable.aval)
    for eqn in jaxpr.eqns:
        ins = tuple(map(get, eqn.invars))
        inner = eqn.params.get(_CALLS.get(eqn.primitive.name))
        if inner is not None:
            outs = _lay_out(made, getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), ins)
        elif eqn.primitive.name in _REDUCTIONS and not eqn.params["axes"]:
            outs = ins
        else:
            outs = tuple(made.new(v.aval) for v in eqn.outvars)
            made.lines.append(bound(eqn.primitive, eqn.params, ins, outs))
        ids.update(zip(eqn.outvars, outs, strict=True))
    return [get(atom) for atom in jaxpr.outvars]
