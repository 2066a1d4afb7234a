"""What is improved in a traced segment before XLA compiles it for CPUs.

Each improvement is a function in a file of its own that changes `Lines`: it leaves the values of
the results as they are, up to the rounding of sums in another order.
"""

import jax
from jax import lax

from headwater._src.compiler.fusion_cuts import cut
from headwater._src.compiler.lines import Line, laid_out
from headwater._src.compiler.narrow_products import PART, narrow

# Barriers hold only if this pass of XLA does not take them away before it fuses.
OPTIONS = {"xla_disable_hlo_passes": "cse_barrier_expander"}
BARRIER = "opt-barrier"  # what XLA calls them


def improved(function):
    """A function of traced values that gives what `function` does, improved."""

    def run(*arguments):
        closed, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
        lines = laid_out(closed)
        improve(lines)
        results = lines.evaluate(*jax.tree_util.tree_leaves(arguments))
        return jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(shape), results)

    return run


def improve(lines):
    """Improves `lines`."""
    lines.drop_unused()
    narrow(lines)
    lines.lines = [new for line in lines.lines for new in _loop(lines, line)]
    lines.drop_unused()
    cut(lines)


def _loop(lines, line):
    """A loop with an improved body, after what does not change in it and can be made before it."""
    if line.name != "while" or line.params["cond_jaxpr"].out_avals[0].shape:
        return [line]  # the second: one of `vmap`, which goes on while any of its tests hold
    test, body = line.params["cond_jaxpr"], laid_out(line.params["body_jaxpr"])
    first = line.params["cond_nconsts"]
    start = first + line.params["body_nconsts"]
    lasting = dict(zip(body.arguments, line.ins[first:start]))
    improve(body)
    before, extra = _taken_out(lines, body, lasting)

    def run(*values):
        fixed, given = values[first:start], values[start : len(values) - len(extra)]
        more = values[len(values) - len(extra) :]
        return lax.while_loop(
            lambda state: jax.core.eval_jaxpr(test.jaxpr, test.consts, *values[:first], *state)[0],
            lambda state: tuple(body.evaluate(*fixed, *state, *more)),
            tuple(given),
        )

    return [*before, Line("loop", run, (*line.ins, *extra), line.outs)]


def _taken_out(lines, body, lasting):
    """Moves the parts of factors that last, and what they are made from, out of a loop.

    Args:
      lines: the lines around the loop.
      body: those of its body, which gets further arguments.
      lasting: arguments of the body that last -> their values outside.

    Returns:
      The lines to run before the loop, and the values of the further arguments.
    """
    makers, inside = body.makers(), body.following(frozenset(lasting))
    outside, before, extra = dict(lasting), [], []

    def value(i):
        if i in body.constants and i not in outside:
            outside[i] = lines.new(body.avals[i])
            lines.constants[outside[i]] = body.constants[i]
        if i not in outside:
            line = makers[i]
            ins = tuple(map(value, line.ins))
            for out in line.outs:
                outside[out] = lines.new(body.avals[out])
            outs = tuple(outside[out] for out in line.outs)
            before.append(Line(line.name, line.run, ins, outs, line.params, line.primitive))
        return outside[i]

    moved = [n for n in body.lines if n.name == PART and n.outs[0] in inside]
    for line in moved:
        extra.append(value(line.outs[0]))
        body.arguments = (*body.arguments, line.outs[0])
    body.lines = [line for line in body.lines if line not in moved]
    body.drop_unused()
    return before, extra
