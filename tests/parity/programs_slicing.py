"""`tensor[...]` in all its forms, and the slice ops."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("slicing")

VALUES = np.arange(60).reshape(3, 4, 5)
FORMS = {
    "integer": lambda x, tf: [x[0], x[-1], x[1, 2], x[0, -1, 2], x[np.int64(1)]],
    "range": lambda x, tf: [x[1:], x[:2], x[1:2], x[:], x[-2:], x[:-1, 1:3], x[5:], x[2:1]],
    "step": lambda x, tf: [x[::2], x[::-1], x[2:0:-1], x[:, ::3, ::-2], x[1::2, ...]],
    "ellipsis": lambda x, tf: [
        x[...],
        x[..., 0],
        x[0, ...],
        x[1, ..., 2],
        x[..., ::2],
        x[..., 1:3],
    ],
    "newaxis": lambda x, tf: [
        x[tf.newaxis],
        x[:, None, 1],
        x[..., None],
        x[None, ..., None, 0],
        x[None, None, 0, 1, 2],
    ],
    "tensors": lambda x, tf: [
        x[tf.constant(1)],
        x[: tf.constant(2)],
        x[tf.constant(0) : 2, 1],
        x[:: tf.constant(2)],
        x[tf.constant(1, tf.int64)],
    ],
}


def of_known_shape(form):
    def program(tf):
        return Case(form(tf.constant(VALUES, name="x"), tf), close="exact")

    return program


def of_unknown_shape(form):
    def program(tf):
        x = tf.placeholder(tf.int32, [None, 4, None], name="x")
        return Case(form(x, tf), {x: VALUES}, close="exact")

    return program


programs.each({f"{n}": of_known_shape(form) for n, form in FORMS.items()})
programs.each({f"{n}_unknown": of_unknown_shape(form) for n, form in FORMS.items()})


@programs
def unknown_rank(tf):
    x = tf.placeholder(tf.float32, name="x")
    return Case([x[0], x[..., 1], x[1:, None]], {x: VALUES})


@programs
def slice_ops(tf):
    x = tf.constant(VALUES, tf.float32, name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    return Case(
        [
            tf.slice(x, [0, 1, 2], [2, 2, 1]),
            tf.slice(x, [1, 0, 0], [-1, 4, -1]),
            tf.slice(x, [n, 0, 0], [1, 1, n]),
            tf.strided_slice(x, [0, 0, 0], [2, 2, 2], [1, 1, 1]),
            tf.strided_slice(x, [0], [3], [2], begin_mask=1, shrink_axis_mask=0),
            tf.strided_slice(x, [2, 0], [0, 4], [-1, 2]),
        ],
        {n: 1},
    )


@programs
def loops_over_a_known_length(tf):
    x = tf.constant(VALUES, name="x")
    return Case([x[i, i] for i in range(3)] + tf.unstack(x) + tf.unstack(x, axis=1)[:2])


@programs
def strings_are_sliced(tf):
    x = tf.constant([["a", "b"], ["c", "d"]])
    return Case([x[0], x[:, 1], x[1, 0]])


@programs
def slices_of_variables(tf):
    v = tf.Variable(VALUES, name="v", dtype=tf.float32)
    return Case([v[0, 0], v[1:2, ..., 0]], init=True)


@programs
def assigned_slices(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="v")
    return Case([v[0].assign([9.0, 9.0])], init=True)
