"""Branches, loops and calls in the compiling tier: XLA's own control flow over traced bodies."""

import jax
import jax.numpy as jnp
from jax import lax

from headwater._src.compiler.bounds import bound_of
from headwater._src.compiler.control import chooser
from headwater._src.compiler.interpret import NodeError
from headwater._src.compiler.trace import MoveToHost, NeedsStatic, Tracer, is_array
from headwater._src.xp import jax_xp

_ROUNDS = 4  # lists in a loop get their elements' shapes, one level of nesting in each round


def run(tracer, instr, values):
    """The results of an instruction with bodies.

    Args:
      tracer: the `Tracer` around it.
      instr: the `Instr`.
      values: its values.

    Raises:
      NeedsStatic: the value of an input must be known.
      MoveToHost: it cannot be compiled.
    """
    function = instr.function
    hosted = next((i for body in function.bodies for i in body.instrs if i.where == "host"), None)
    if hosted is not None:
        raise MoveToHost(instr, f"{hosted.node.name} runs on the host")
    if any(v is None for v in values):
        raise MoveToHost(instr, "a variable has no value")
    if function.form == "call":
        return _inline(tracer, instr, function.bodies[0], instr.ins, values)
    if function.form == "loop":
        return _loop(tracer, instr, values)
    choose = chooser(instr.node, len(function.bodies))
    if is_array(values[0]):
        body = function.bodies[choose(values[0])]
        return _inline(tracer, instr, body, instr.ins[1:], values[1:])
    return _branch(tracer, instr, values)


def _body(tracer, instr, body, ins, values, states, known, certain=False):
    """Runs a body on values; `known` says which of its positions could be given as constants."""
    env = {i: v for i, v in zip(body.feeds, values) if i not in body.consts}
    inner = Tracer(body.instrs, body.consts, env, states, True, tracer.failed)
    try:
        inner.run()
    except NeedsStatic as needed:
        outer = []
        for i in needed.ids:
            position = body.feeds.index(i)
            if position not in known:
                raise MoveToHost(instr, "a shape changes from iteration to iteration") from None
            outer.append(ins[position])
        raise NeedsStatic(tracer.sources(outer)) from None
    except MoveToHost as error:
        raise MoveToHost(instr, error) from None
    except NodeError as error:
        if certain:
            raise
        # Perhaps the body does not run with these shapes; who runs it for real will know.
        raise MoveToHost(instr, error.__cause__ or error) from None
    return [inner.get(i) for i in body.fetches]


def _inline(tracer, instr, body, ins, values):
    return _body(tracer, instr, body, ins, values, tracer.states, range(len(values)), certain=True)


def _dense(value):
    """A result in the form in which it crosses the border of a body."""
    if isinstance(value, jax_xp.JaxOneHot):
        return value.dense()
    return jnp.asarray(value) if is_array(value) else value


def _any(flags):
    failed = jnp.asarray(False)
    for flag in flags:
        failed = failed | flag
    return failed


# --- branches ---------------------------------------------------------------------------------


def _branch(tracer, instr, values):
    function = instr.function
    samples = function.samples
    start = [tracer.states[n] for n in samples]
    traced, outs, flagged = [], [], False
    for body in function.bodies:
        has_flags = []

        def run_body(states, body=body, has_flags=has_flags):
            states = dict(zip(samples, states))
            with jax_xp.collect_errors() as flags:
                results = _body(
                    tracer, instr, body, instr.ins[1:], values[1:], states, range(len(values) - 1)
                )
            has_flags.append(bool(flags))
            return [_dense(r) for r in results], [states[n] for n in samples], _any(flags)

        closed, shape = jax.make_jaxpr(run_body, return_shape=True)(start)
        traced.append((closed, jax.tree_util.tree_structure(shape)))
        outs.append(shape[0])
        flagged = flagged or has_flags[-1]
    wanted = [_common(instr, parts) for parts in zip(*outs)]

    def branch(closed, tree):
        def call(states):
            flat = jax.core.eval_jaxpr(
                closed.jaxpr, closed.consts, *jax.tree_util.tree_leaves(states)
            )
            results, states, failed = jax.tree_util.tree_unflatten(tree, flat)
            return [_filled(r, w) for r, w in zip(results, wanted)], states, failed

        return call

    calls = [branch(*t) for t in traced]
    selector = jnp.asarray(values[0])
    if instr.node.type in ("Case", "StatelessCase"):
        n = len(calls)
        index = jnp.where((selector >= 0) & (selector < n), selector, n - 1)
        results, states, failed = lax.switch(index, calls, start)
    else:
        results, states, failed = lax.cond(
            selector if selector.dtype == bool else selector != 0, *calls, start
        )
    tracer.states.update(zip(samples, states))
    if flagged:
        jax_xp.require(jnp.logical_not(failed), None)
    return results


def _common(instr, parts):
    """The form of a result that all branches can give: that of those which compute it."""
    real = [p for p in parts if not isinstance(p, jax_xp.Absent)]
    if not real:
        return parts[0]
    if isinstance(real[0], jax_xp.JaxList):
        real.sort(key=lambda p: p.elements is None)
        best = real[0]
        if any(
            p.capacity != best.capacity or (p.size is None) != (best.size is None) for p in real
        ):
            raise MoveToHost(instr, "branches give lists of different lengths")
    else:
        best = real[0]
    for p in real:
        if isinstance(p, jax_xp.JaxList) and p.elements is None:
            continue
        mine, other = jax.tree_util.tree_flatten(best), jax.tree_util.tree_flatten(p)
        if mine[1] != other[1] or any(
            a.shape != b.shape or a.dtype != b.dtype for a, b in zip(mine[0], other[0])
        ):
            raise MoveToHost(instr, "branches give results of different shapes")
    return best


def _filled(value, wanted):
    """`value`, or zeros of the wanted form in place of what is not there."""
    if isinstance(value, jax_xp.Absent):
        return jax.tree_util.tree_map(lambda w: jnp.zeros(w.shape, w.dtype), wanted)
    if isinstance(value, jax_xp.JaxList) and value.elements is None and wanted.elements is not None:
        zeros = jax.tree_util.tree_map(lambda w: jnp.zeros(w.shape, w.dtype), wanted.elements)
        return jax_xp.JaxList(zeros, value.written, value.size, value.capacity, wanted.dims)
    return value


# --- loops ------------------------------------------------------------------------------------


def _loop(tracer, instr, values):
    function = instr.function
    condition, body = function.bodies
    targets, samples = function.targets, function.samples
    if any(True for n in samples if n in _samples_in(condition)):
        raise MoveToHost(instr, "random numbers in a loop's condition")
    known = [p for p in range(function.arguments) if p not in targets]
    carried = _with_capacity(tracer, instr, values, [_dense(values[t]) for t in targets])
    start = [tracer.states[n] for n in samples]
    has_flags = []

    def full(carried):
        result = list(values)
        for t, value in zip(targets, carried):
            result[t] = value
        return result

    def step(carried, states):
        states = dict(zip(samples, states))
        with jax_xp.collect_errors() as flags:
            results = _body(tracer, instr, body, instr.ins, full(carried), states, known)
        has_flags.append(bool(flags))
        return [_dense(r) for r in results], [states[n] for n in samples], _any(flags)

    carried, closed, shape = _settled(instr, step, carried, start)
    tree = jax.tree_util.tree_structure(shape)
    flagged = has_flags[-1]

    def go_on(state):
        carried, states, failed = state
        with jax_xp.collect_errors() as flags:
            holds = _body(tracer, instr, condition, instr.ins, full(carried), {}, known)[0]
        if flags:
            raise MoveToHost(instr, "a check in a loop's condition")
        holds = jnp.asarray(holds)
        holds = holds if holds.dtype == bool else holds != 0
        return holds & jnp.logical_not(failed) if flagged else holds

    def again(state):
        carried, states, failed = state
        flat = jax.core.eval_jaxpr(
            closed.jaxpr, closed.consts, *jax.tree_util.tree_leaves((carried, states))
        )
        carried, states, now = jax.tree_util.tree_unflatten(tree, flat)
        return carried, states, failed | now

    carried, states, failed = lax.while_loop(go_on, again, (carried, start, jnp.asarray(False)))
    tracer.states.update(zip(samples, states))
    if flagged:
        jax_xp.require(jnp.logical_not(failed), None)
    return carried


def _with_capacity(tracer, instr, values, carried):
    """The start of a loop's variables, where lists that grow have room for all iterations."""
    if not any(map(_is_unbounded, carried)):
        return carried
    bound = bound_of(tracer, instr, values)
    if bound is None:
        raise MoveToHost(instr, "the number of iterations is not known while compiling")
    # A buffer without elements could not be written to, not even in a branch never taken.
    bound = max(bound, 1)
    return [jax_xp.JaxList(None, None, c.size, bound) if _is_unbounded(c) else c for c in carried]


def _is_unbounded(value):
    return isinstance(value, jax_xp.JaxList) and value.size is not None and value.capacity is None


def _settled(instr, step, carried, start):
    """Traces an iteration until its results have the form of what it takes.

    Args:
      instr: the loop's `Instr`.
      step: `(carried, states) -> (carried, states, failed)`: an iteration.
      carried: the start of the loop's variables.
      start: the states of random nodes.

    Returns:
      The start in its final form, the iteration's jaxpr, and the shapes of its results.
    """
    for _ in range(_ROUNDS):
        closed, shape = jax.make_jaxpr(step, return_shape=True)(carried, start)
        grown = [_with_room(instr, c, s) for c, s in zip(carried, shape[0])]
        if all(a is b for a, b in zip(grown, carried)):
            break
        carried = grown
    else:
        raise MoveToHost(instr, "the elements of a list do not settle")
    for c, s in zip(carried, shape[0]):
        a, b = jax.tree_util.tree_flatten(c), jax.tree_util.tree_flatten(s)
        if a[1] != b[1] or any(
            x.shape != y.shape or x.dtype != y.dtype for x, y in zip(a[0], b[0])
        ):
            raise MoveToHost(instr, "a loop variable changes its shape")
    return carried, closed, shape


def _samples_in(program):
    from headwater._src.compiler.functional import samples_of

    return set(samples_of(program.instrs))


def _with_room(instr, value, after):
    """A list that a loop starts with, with room for the elements that an iteration gives it."""
    if not isinstance(value, jax_xp.JaxList) or not isinstance(after, jax_xp.JaxList):
        return value
    if value.elements is None and after.elements is not None:
        zeros = jax.tree_util.tree_map(lambda w: jnp.zeros(w.shape, w.dtype), after.elements)
        return jax_xp.JaxList(
            zeros, value.written, value.size, after.capacity, after.dims or value.dims
        )
    if value.elements is not None and isinstance(value.elements, jax_xp.JaxList):
        inner = _with_room(instr, value.elements, after.elements)
        if inner is not value.elements:
            return jax_xp.JaxList(inner, value.written, value.size, value.capacity, value.dims)
    return value
