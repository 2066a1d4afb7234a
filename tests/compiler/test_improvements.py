"""What is improved in traced steps: the same numbers, and the intended work."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import headwater as tf
from headwater._src.compiler import fusion_cuts, improve
from headwater._src.compiler.lines import laid_out

RANDOM = np.random.RandomState(0)
ROWS = RANDOM.rand(6, 5, 7)
X, H, W = (RANDOM.randn(*shape).astype(np.float32) for shape in [(24, 64), (24, 128), (128, 64)])


def recurrence(x, w):
    """A chain of cheap operations beside products, as gradients of recurrences have."""
    carried, outs = x, []
    for _ in range(6):
        carried = carried * x + (x - carried) * (1 - x * x)
        outs.append(carried @ w.T)
    return sum(outs), carried


def part_in_loop(x, h, w):
    def step(state):
        i, h = state
        return i + 1, h + jnp.pad(jnp.tanh((x * h[:, :64]) @ w.T)[:, 28:], [(0, 0), (0, 28)])

    return lax.while_loop(lambda s: s[0] < 5, step, (0, h))


def used_columns(x, h, w):
    both = h @ jnp.concatenate([w, w], 1)
    narrow = (x @ w.T)[:, 28:]
    return both, narrow, (x @ w.T)[:, 28:] * 2


# name -> function, its arguments
TRACED = {
    "a chain": (recurrence, (X, W)),
    "a loop": (part_in_loop, (X, H, W)),
    "columns": (used_columns, (X, H, W)),
    "an argument as result": (lambda x: (x, x + 1), (X,)),
    "constants": (lambda x: (jnp.ones([3]), np.arange(3.0), x @ jnp.ones([64, 2])), (X,)),
    "sums over nothing": (lambda x: lax.reduce_sum(x, []) * 2, (X,)),
    "branches": (lambda x: lax.cond(x[0, 0] > 0, jnp.sin, jnp.cos, x), (X,)),
    "calls": (lambda x: jax.nn.softplus(jax.nn.relu(x)), (X,)),
    "nested loops": (
        lambda x, w: lax.fori_loop(
            0, 3, lambda _, a: lax.fori_loop(0, 2, lambda _, b: jnp.tanh(b @ (w.T @ w).T), a), x
        ),
        (X, W),
    ),
}


@pytest.mark.parametrize("name", TRACED)
def test_values_stay(name):
    function, arguments = TRACED[name]
    wanted = jax.tree_util.tree_leaves(jax.jit(function)(*arguments))
    found = jax.jit(improve.improved(function), compiler_options=improve.OPTIONS)(*arguments)
    assert jax.tree_util.tree_structure(found) == jax.tree_util.tree_structure(function(*arguments))
    for a, b in zip(jax.tree_util.tree_leaves(found), wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5)
        assert a.dtype == b.dtype


def improved_lines(function, *arguments):
    lines = laid_out(jax.make_jaxpr(function)(*arguments))
    improve.improve(lines)
    return lines


def names(lines):
    return [line.name for line in lines.lines]


def test_a_repeated_chain_is_stored():
    assert names(improved_lines(recurrence, X, W)).count("optimization_barrier") >= 2


def test_cheap_values_and_those_of_one_kernel_are_not_stored():
    def cheap(x):
        y = x + 1
        return y * 2, y * 3

    def diamond(x):
        for _ in range(20):
            x = (x + 1) * (x - 2)
        return x

    for function in (cheap, diamond):
        assert "optimization_barrier" not in names(improved_lines(function, X))


def test_a_stored_value_makes_those_before_it_cheap():
    lines = improved_lines(lambda x: recurrence(x, W)[0], X)
    weights = fusion_cuts._weights(lines, frozenset())
    stored = {line.ins[0] for line in lines.lines if line.name == "optimization_barrier"}
    assert stored and all(weights[i] < 16 for i in stored)


def test_a_part_of_a_factor_is_cut_once_and_before_loops():
    def unrolled(x, w):
        return [(x * n @ w.T)[:, 28:] for n in range(3)]

    def loop(x, w):
        step = lambda a: jnp.tanh((a @ w.T)[:, 64:])
        return lax.while_loop(lambda a: a[0, 0] < 0.5, step, x)

    assert names(improved_lines(unrolled, X, W)).count("part") == 1
    inside = names(improved_lines(loop, X, W))
    assert inside.index("part") < inside.index("loop")


def test_only_the_columns_that_are_used_are_computed():
    lines = improved_lines(used_columns, X, H, W)
    widths = [lines.avals[n.outs[0]].shape[1] for n in lines.lines if n.name == "dot_general"]
    assert sorted(widths) == [100, 100, 128]


def test_barriers_hold():
    """Whether XLA still fuses across a barrier: then the cuts do nothing."""
    chain = jax.jit(improve.improved(recurrence), compiler_options=improve.OPTIONS)
    assert improve.BARRIER in chain.lower(X, W).compile().as_text()


def test_a_barrier_where_none_can_be(monkeypatch):
    """XLA makes a loop over little memory one kernel: such a step is compiled as it was."""
    monkeypatch.setattr(fusion_cuts, "SMALL", 0)
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [3])

        def body(i, a):
            for _ in range(4):
                a = (a + x) * (x - a) * x
            return i + 1, tf.sin(a) + tf.cos(a)

        found = session.run(tf.while_loop(lambda i, a: i < 2, body, [0, x])[1], {x: [1, 2, 3]})
    assert np.isfinite(found).all()


def test_an_unrolled_network_trains_the_same(monkeypatch):
    def train(tier):
        monkeypatch.setenv("HEADWATER_TIER", tier)
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(3)
            x = tf.placeholder(tf.float32, [None, 5, 7])
            cell = tf.nn.rnn_cell.BasicLSTMCell(64)
            outputs, _ = tf.nn.static_rnn(cell, tf.unstack(x, 5, 1), dtype=tf.float32)
            loss = tf.reduce_mean(tf.square(outputs[-1] - 0.5))
            step = tf.train.AdamOptimizer(0.01).minimize(loss)
            session.run(tf.global_variables_initializer())
            losses = [session.run([loss, step], {x: ROWS})[0] for _ in range(4)]
            return losses, session.run(tf.trainable_variables())

    (losses, weights), (same_losses, same_weights) = train("compile"), train("interpret")
    np.testing.assert_allclose(losses, same_losses, rtol=1e-4)
    for a, b in zip(weights, same_weights):
        np.testing.assert_allclose(a, b, atol=2e-4)
