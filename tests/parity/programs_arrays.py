"""Shapes, joining, splitting, gathering, reductions and searching."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("arrays")

GRID = np.arange(24).reshape(2, 3, 4)


def grid(tf, shape=(None, 3, None)):
    x = tf.placeholder(tf.float32, shape, name="x")
    return x, {x: GRID}


@programs
def reshape(tf):
    x = tf.constant(GRID, tf.float32)
    p, feeds = grid(tf)
    n = tf.placeholder(tf.int32, [], name="n")
    return Case(
        [
            tf.reshape(x, [6, 4]),
            tf.reshape(x, [-1]),
            tf.reshape(x, [4, -1]),
            tf.reshape(p, [-1, 6]),
            tf.reshape(p, tf.shape(x)),
            tf.reshape(p, [n, -1]),
            tf.reshape(p, [tf.shape(p)[0], -1]),
            tf.reshape(tf.constant([1]), []),
            tf.reshape(p, tf.stack([n, n, 6])),
            tf.reshape(x, np.array([2, 12], np.int64)),
        ],
        {**feeds, n: 2},
    )


@programs
def shape_size_rank(tf):
    known = tf.constant(GRID)
    x, feeds = grid(tf)
    u = tf.placeholder(tf.float32, name="u")
    return Case(
        [
            tf.shape(known),
            tf.size(known),
            tf.rank(known),
            tf.shape(x),
            tf.size(x),
            tf.rank(x),
            tf.shape(u),
            tf.size(u),
            tf.rank(u),
            tf.shape(x, out_type=tf.int64),
            tf.size(known, out_type=tf.int64),
            tf.shape_n([x, u])[1],
            tf.shape(x)[0] * tf.shape(x)[2],
        ],
        {**feeds, u: [[1, 2]]},
    )


@programs
def partial_shapes_flow(tf):
    x, feeds = grid(tf)
    s = tf.shape(x)
    a = tf.zeros(tf.stack([s[0], 7]))
    b = tf.reshape(x, tf.concat([s[:1], [12]], 0))
    c = tf.fill([s[1], s[2]], 1)
    d = tf.ones([s[0] * 2, 3])
    e = tf.broadcast_to(tf.constant(1.0), [2, s[1]])
    return Case([a, b, c, d, e], feeds, facts=[str(t.shape) for t in (a, b, c, d, e)])


@programs
def transpose(tf):
    x, feeds = grid(tf)
    k = tf.constant(GRID)
    u = tf.placeholder(tf.float32, name="u")
    return Case(
        [
            tf.transpose(k),
            tf.transpose(x, [1, 0, 2]),
            tf.transpose(u),
            tf.matrix_transpose(x),
            tf.transpose(k, perm=tf.constant([2, 0, 1])),
            tf.transpose(tf.constant([[1 + 2j]]), conjugate=True),
        ],
        {**feeds, u: [[1, 2]]},
    )


@programs
def expand_and_squeeze(tf):
    x, feeds = grid(tf, (2, None, 4))
    one = tf.constant(np.ones((1, 3, 1)))
    u = tf.placeholder(tf.int32, [None, 1], name="u")
    return Case(
        [
            tf.expand_dims(x, 0),
            tf.expand_dims(x, -1),
            tf.expand_dims(x, axis=2),
            tf.expand_dims(x, dim=1),
            tf.squeeze(one),
            tf.squeeze(one, [0]),
            tf.squeeze(one, axis=-1),
            tf.squeeze(one, squeeze_dims=[2]),
            tf.squeeze(u, [1]),
            tf.squeeze(u),
        ],
        {**feeds, u: [[1], [2]]},
    )


@programs
def concat(tf):
    x, feeds = grid(tf)
    y = tf.constant(np.ones((2, 3, 1)), tf.float32)
    return Case(
        [
            tf.concat([x, x], 0),
            tf.concat([x, y], 2),
            tf.concat([y, y, y], axis=-1),
            tf.concat([y], 0),
            tf.concat([[1, 2], [3]], 0),
            tf.concat(x, 0),
            tf.concat([["a"], ["b", "c"]], 0),
            tf.concat([x, y], tf.constant(2)),
        ],
        feeds,
    )


@programs
def stack_and_unstack(tf):
    x, feeds = grid(tf)
    return Case(
        [
            tf.stack([x, x]),
            tf.stack([x, x], axis=1),
            tf.stack([x, x], axis=-1),
            tf.stack([1, 2, 3]),
            tf.stack([tf.constant(1.0), 2.0]),
            tf.parallel_stack([[1], [2]]),
            tf.unstack(x, axis=1),
            tf.unstack(x, 2, axis=0),
            tf.unstack(tf.constant([[1, 2], [3, 4]])),
        ],
        feeds,
    )


@programs
def split(tf):
    x, feeds = grid(tf)
    sizes = tf.constant([1, 2])
    return Case(
        [
            tf.split(x, 3, axis=1),
            tf.split(x, [1, -1], axis=2),
            tf.split(x, 2),
            tf.split(value=x, num_or_size_splits=sizes, axis=1),
            tf.split(tf.constant(GRID), [1, 1, 1], 1),
            tf.split(tf.constant([1, 2]), 1),
        ],
        feeds,
    )


@programs
def pad(tf):
    x, feeds = grid(tf)
    m = tf.constant([[1, 2, 3], [4, 5, 6]])
    return Case(
        [
            tf.pad(m, [[1, 0], [0, 2]]),
            tf.pad(m, [[1, 1], [2, 2]], "REFLECT"),
            tf.pad(m, [[1, 1], [1, 1]], "SYMMETRIC"),
            tf.pad(m, [[0, 1], [1, 0]], constant_values=9),
            tf.pad(x, [[0, 0], [1, 1], [2, 0]]),
            tf.pad(m, [[1, 1], [2, 2]], mode="reflect"),
        ],
        feeds,
    )


@programs
def tile_reverse_roll(tf):
    x, feeds = grid(tf)
    n = tf.placeholder(tf.int32, [], name="n")
    return Case(
        [
            tf.tile([1, 2], [2]),
            tf.tile(x, [1, 2, 1]),
            tf.tile(x, [n, 1, 1]),
            tf.reverse(x, [0]),
            tf.reverse(x, [-1, 1]),
            tf.roll(x, 1, 1),
            tf.roll(x, [1, -1], [0, 2]),
        ],
        {**feeds, n: 2},
    )


@programs
def gather(tf):
    x, feeds = grid(tf)
    i = tf.placeholder(tf.int32, [None], name="i")
    return Case(
        [
            tf.gather(x, [1, 0]),
            tf.gather(x, i),
            tf.gather(x, 1),
            tf.gather(x, i, axis=1),
            tf.gather(x, [[0, 1], [1, 0]], axis=2),
            tf.gather_nd(x, [[0, 1], [1, 2]]),
            tf.gather_nd(x, [[[1, 1, 1]]]),
            tf.gather(tf.constant(["a", "b"]), [1]),
            tf.nn.embedding_lookup(x, i),
        ],
        {**feeds, i: [0, 1, 1]},
    )


@programs
def scatter_nd_and_masks(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    return Case(
        [
            tf.scatter_nd([[1], [3], [1]], [9.0, 10.0, 1.0], [5]),
            tf.boolean_mask(x, [True, False, True]),
            tf.where([[True, False], [False, True]]),
            tf.where([True, False, True], x, -x),
            tf.sequence_mask([1, 3], 4),
            tf.invert_permutation([2, 0, 1]),
        ]
    )


@programs
def rank_conversions(tf):
    x = tf.constant(np.arange(16).reshape(4, 4), tf.float32)
    return Case(
        [
            tf.matrix_diag([1.0, 2.0]),
            tf.matrix_diag_part(x),
            tf.diag_part(x),
            tf.trace(x),
            tf.matrix_band_part(x, 1, 0),
            tf.meshgrid([1, 2], [3, 4, 5]),
            tf.broadcast_to([1, 2], [2, 2]),
        ]
    )


REDUCTIONS = ["reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod"]


def reduction(name):
    def program(tf):
        reduce = getattr(tf, name)
        x = tf.placeholder(tf.float32, [None, 3, None], name="x")
        u = tf.placeholder(tf.float32, name="u")
        k = tf.constant(GRID % 5 + 1, tf.int32)
        axis = tf.placeholder(tf.int32, [None], name="axis")
        return Case(
            [
                reduce(x),
                reduce(x, 0),
                reduce(x, [0, 2]),
                reduce(x, -1, keepdims=True),
                reduce(x, axis=[1], keep_dims=True),
                reduce(x, reduction_indices=[1]),
                reduce(u),
                reduce(u, 1),
                reduce(u, keepdims=True),
                reduce(k),
                reduce(k, [1, 2]),
                reduce(x, []),
                reduce(x, axis),
                reduce(x, axis, keepdims=True),
                reduce(tf.constant([[1.5, 2.5]], tf.float64), 1),
            ],
            {x: GRID % 7 + 1, u: [[1, 2], [3, 4]], axis: [0, 1]},
        )

    return program


programs.each({name: reduction(name) for name in REDUCTIONS})


@programs
def logical_and_other_reductions(tf):
    b = tf.constant([[True, False], [True, True]])
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return Case(
        [
            tf.reduce_all(b),
            tf.reduce_any(b, 0),
            tf.reduce_all(b, 1, keepdims=True),
            tf.reduce_logsumexp(x),
            tf.reduce_logsumexp(x, 1, keepdims=True),
            tf.count_nonzero(x),
            tf.norm(x),
            tf.cumsum(x, 1),
            tf.cumsum(x, 0, exclusive=True, reverse=True),
            tf.cumprod(x, 1),
            tf.math.reduce_std(x),
            tf.math.reduce_variance(x, 0),
        ]
    )


@programs
def searching(tf):
    x, feeds = grid(tf)
    m = tf.constant([[3, 1, 3], [0, 5, 5]])
    return Case(
        [
            tf.argmax(x, 1),
            tf.argmin(m, 0),
            tf.argmax(m),
            tf.argmax(m, -1, output_type=tf.int32),
            tf.arg_max(m, 1),
            tf.argmax(m, axis=1),
            tf.argmin(x, dimension=2),
            tf.nn.top_k(m, 2),
            tf.nn.in_top_k([[0.1, 0.9], [0.8, 0.2]], [1, 1], 1),
            tf.unique([4, 4, 5]),
            tf.setdiff1d([1, 2, 3], [2]),
        ],
        feeds,
    )


@programs
def segments(tf):
    x = tf.constant(np.arange(8).reshape(4, 2), tf.float32)
    return Case(
        [
            tf.segment_sum(x, [0, 0, 1, 3]),
            tf.segment_mean(x, [0, 0, 1, 1]),
            tf.segment_max(x, [0, 0, 1, 1]),
            tf.unsorted_segment_sum(x, [2, 0, 2, 1], 3),
            tf.bincount([1, 1, 3]),
        ]
    )


@programs
def identities(tf):
    x = tf.constant([1.0, 2.0], name="x")
    return Case(
        [
            tf.identity(x),
            tf.stop_gradient(x),
            tf.identity_n([x, x]),
            tf.identity("s"),
            tf.identity(3, name="three"),
            tf.check_numerics(x, "bad"),
        ]
    )
