"""Seeds: the same graph and op seeds give TensorFlow's CPU numbers."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("random")

SHAPES = {
    "scalar": [],
    "vector": [7],
    "matrix": [3, 5],
    "cube": [2, 3, 4],
    "many": [1000],
    "empty": [0],
    "large": [300, 501],
}


def drawn(make, close, shape, graph_seed, op_seed):
    def program(tf):
        if graph_seed is not None:
            tf.set_random_seed(graph_seed)
        return Case(make(tf, shape, op_seed), steps=3, close=close)

    return program


KINDS = {
    "uniform": ("exact", lambda tf, n, s: tf.random_uniform(n, seed=s)),
    "uniform_range": ("exact", lambda tf, n, s: tf.random_uniform(n, -3.0, 5.0, seed=s)),
    "uniform_double": ("exact", lambda tf, n, s: tf.random_uniform(n, seed=s, dtype=tf.float64)),
    "uniform_half": ("exact", lambda tf, n, s: tf.random_uniform(n, seed=s, dtype=tf.float16)),
    "integers": ("exact", lambda tf, n, s: tf.random_uniform(n, -5, 100, tf.int32, seed=s)),
    "integers64": ("exact", lambda tf, n, s: tf.random_uniform(n, 0, 2**40, tf.int64, seed=s)),
    "normal": (2, lambda tf, n, s: tf.random_normal(n, seed=s)),
    "normal_mean": ("close", lambda tf, n, s: tf.random_normal(n, 3.0, 2.0, seed=s)),
    "normal_double": (2, lambda tf, n, s: tf.random_normal(n, seed=s, dtype=tf.float64)),
    "truncated": (2, lambda tf, n, s: tf.truncated_normal(n, seed=s)),
    "truncated_scaled": (2, lambda tf, n, s: tf.truncated_normal(n, stddev=0.1, seed=s)),
}
for _kind, (_close, _make) in KINDS.items():
    programs.each(
        {f"{_kind}_{n}": drawn(_make, _close, shape, 42, 7) for n, shape in SHAPES.items()}
    )
    programs.each(
        {
            f"{_kind}_graph_seed_only": drawn(_make, _close, [5], 1234, None),
            f"{_kind}_op_seed_only": drawn(_make, _close, [5], None, 99),
        }
    )


@programs
def seeds_follow_the_number_of_ops(tf):
    tf.set_random_seed(3)
    a = tf.random_uniform([3])
    tf.constant(1.0)
    b = tf.random_uniform([3])
    with tf.name_scope("s"):
        c = tf.random_normal([3])
    return Case([a, b, c], steps=2, close=2)


@programs
def shuffles(tf):
    tf.set_random_seed(11)
    return Case(
        [
            tf.random_shuffle(tf.range(10), seed=2),
            tf.random_shuffle(np.eye(5), seed=3),
            tf.random_shuffle(tf.constant(list("abcdef")), seed=4),
            tf.random_shuffle([1, 2, 3, 4]),
        ],
        steps=3,
        close="exact",
    )


@programs
def dropout_masks(tf):
    tf.set_random_seed(5)
    return Case(
        [
            tf.nn.dropout(tf.ones([4, 5]), 0.5),
            tf.nn.dropout(tf.ones([64]), 0.9, seed=8),
            tf.nn.dropout(tf.ones([3, 2, 2], tf.float64), 0.4, seed=9),
        ],
        steps=3,
        close="exact",
    )


@programs
def initial_weights(tf):
    tf.set_random_seed(1)
    w = tf.Variable(tf.truncated_normal([20, 30], stddev=0.1), name="w")
    b = tf.Variable(tf.random_uniform([30], -1.0, 1.0), name="b")
    return Case([w, b], init=True, close=2)


@programs
def shapes_fed_at_run_time(tf):
    tf.set_random_seed(2)
    n = tf.placeholder(tf.int32, [], name="n")
    return Case(
        [
            tf.random_uniform([n, 3], seed=1),
            tf.random_normal(tf.stack([n]), seed=1),
            tf.random_crop(tf.range(20), [5], seed=6),
        ],
        {n: 4},
        steps=3,
        close=2,
    )


@programs
def zero_seeds(tf):
    tf.set_random_seed(0)
    return Case([tf.random_uniform([3], seed=0), tf.random_uniform([3])], steps=2, close="exact")
