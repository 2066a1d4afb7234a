"""Operator overloads, element-wise mathematics, comparison and logic."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("arithmetic")

OPERATORS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}
FLOATS = np.array([[1.5, -2.25, 3.0], [-0.5, 7.0, 2.0]])
INTS = np.array([[1, -7, 3], [4, 7, -2]])


def with_every_operand(op):
    """A tensor with a tensor, a scalar, a list and an array on either side."""

    def program(tf):
        x = tf.constant(np.abs(FLOATS), tf.float32, name="x")
        y = tf.constant(FLOATS[::-1] + 0.125, tf.float32, name="y")
        array = np.array([[2.0], [4.0]], np.float32)
        return Case(
            [
                op(x, y),
                op(x, 2.0),
                op(2.0, x),
                op(x, 3),
                op(3, x),
                op(x, [1.0, 2.0, 3.0]),
                op([1.0, 2.0, 3.0], x),
                op(x, array),
                op(array, x),
            ],
            rtol=2e-6,
        )

    return program


def with_integers(op):
    def program(tf):
        x = tf.constant(INTS, tf.int32, name="x")
        y = tf.constant(np.abs(INTS[::-1]) % 3 + 1, tf.int32, name="y")
        long = tf.constant(np.abs(INTS), tf.int64)
        return Case([op(x, y), op(x, 2), op(long, 3), op(long, np.int64(2)), op(9, y)])

    return program


programs.each({f"operator_{n}": with_every_operand(op) for n, op in OPERATORS.items()})
programs.each({f"integer_{n}": with_integers(op) for n, op in OPERATORS.items()})


@programs
def unary_operators(tf):
    x = tf.constant([[1.5, -2.5]], name="x")
    b = tf.constant([True, False], name="b")
    z = tf.constant([3 + 4j], name="z")
    return Case([-x, abs(x), ~b, abs(z), -z, abs(tf.constant([-3, 3]))])


@programs
def boolean_operators(tf):
    a = tf.constant([True, True, False])
    b = tf.constant([True, False, False])
    return Case(
        [
            a & b,
            a | b,
            a ^ b,
            a & True,
            False | b,
            tf.logical_and(a, b),
            tf.logical_or(a, b),
            tf.logical_not(a),
            tf.logical_xor(a, b),
        ]
    )


@programs
def comparisons(tf):
    x = tf.constant([1.0, 2.0, 3.0])
    return Case(
        [
            tf.equal(x, 2.0),
            tf.not_equal(x, [1.0, 5.0, 3.0]),
            tf.less(x, 2.0),
            tf.less_equal(x, 2.0),
            tf.greater(x, 2.0),
            tf.greater_equal(x, 2.0),
            tf.equal(["a", "b"], "a"),
            tf.equal([True, False], True),
        ],
        facts=[x == x, x != x, x == 2.0, x in {x: 1}],
    )


@programs
def division_kinds(tf):
    a, b = tf.constant([7, -7, 9]), tf.constant([2, 2, -4])
    f = tf.constant([7.0, -7.0, 9.0])
    return Case(
        [
            tf.div(a, b),
            tf.truediv(a, b),
            tf.floordiv(a, b),
            tf.mod(a, b),
            tf.floormod(a, b),
            tf.realdiv(f, 2.0),
            tf.div(f, 2.0),
            tf.divide(a, b),
            tf.truncatediv(a, b),
            tf.truncatemod(a, b),
            tf.floor_div(a, b),
            tf.truediv(tf.constant([1], tf.int8), 2),
            tf.div_no_nan(f, [0.0, 2.0, 0.0]),
            tf.constant([200], tf.uint8) / 7,
        ]
    )


@programs
def rounding(tf):
    x = tf.constant([-2.5, -1.5, -0.4, 0.5, 1.5, 2.5, 3.7])
    return Case(
        [
            tf.floor(x),
            tf.ceil(x),
            tf.round(x),
            tf.rint(x),
            tf.sign(x),
            tf.abs(x),
            tf.round(tf.constant([1, 2])),
            tf.sign(tf.constant([-3, 0, 3])),
        ],
        close="exact",
    )


@programs
def transcendental(tf):
    x = tf.constant(np.linspace(0.1, 0.9, 9), tf.float32)
    names = [
        "exp",
        "log",
        "sqrt",
        "rsqrt",
        "square",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "log1p",
        "expm1",
        "erf",
        "erfc",
        "lgamma",
        "reciprocal",
        "sigmoid",
        "negative",
        "asinh",
        "atanh",
        "digamma",
        "log_sigmoid",
    ]
    return Case({n: getattr(tf, n)(x) for n in names}, rtol=4e-6)


@programs
def transcendental_double(tf):
    x = tf.constant(np.linspace(0.1, 0.9, 9))
    names = ["exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "log1p", "expm1", "sigmoid"]
    return Case({n: getattr(tf, n)(x) for n in names}, rtol=1e-11)


@programs
def binary_functions(tf):
    x = tf.constant([1.0, -2.0, 3.0])
    y = tf.constant([2.0, -3.0, 0.5])
    return Case(
        [
            tf.maximum(x, y),
            tf.minimum(x, 0.0),
            tf.pow(abs(x), y),
            tf.squared_difference(x, y),
            tf.atan2(x, y),
            tf.add(x, y),
            tf.subtract(x, y),
            tf.multiply(x, y),
            tf.divide(x, y),
            tf.clip_by_value(x, -1.0, 1.0),
            tf.add_n([x, y, x]),
            tf.accumulate_n([x, y]),
            tf.where(x > y, x, y),
        ]
    )


@programs
def broadcasting(tf):
    a = tf.placeholder(tf.float32, [None, 1, 3], name="a")
    b = tf.placeholder(tf.float32, [4, None], name="b")
    c = tf.placeholder(tf.float32, name="c")
    return Case(
        [a + b, a * 2.0, a - c, b < a, tf.maximum(a, b)],
        {a: np.arange(6).reshape(2, 1, 3), b: np.arange(12).reshape(4, 3), c: [1, 2, 3]},
    )


@programs
def casts(tf):
    x = tf.constant([1.7, -1.7, 0.0, 200.5])
    targets = [
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "int32",
        "int64",
        "int16",
        "bool",
        "complex64",
    ]
    made = [tf.cast(x, tf.as_dtype(t)) for t in targets]
    made += [
        tf.cast([0, 1, 2], tf.bool),
        tf.cast([True, False], tf.float32),
        tf.to_float([1, 2]),
        tf.to_int32([1.9]),
        tf.to_double(3),
        tf.to_int64(2.5),
        tf.saturate_cast([300, -5], tf.uint8),
        tf.cast(tf.constant(3 + 1j), tf.float32),
        tf.cast(tf.constant(-1), tf.uint8),
        tf.bitcast(tf.constant(1.0), tf.int32),
    ]
    return Case(made)


@programs
def complex_numbers(tf):
    z = tf.complex([1.0, 2.0], [3.0, -4.0])
    return Case(
        [
            z,
            tf.real(z),
            tf.imag(z),
            tf.conj(z),
            tf.abs(z),
            tf.angle(z),
            z * z,
            z + 1.0,
            tf.exp(z),
            tf.real(tf.constant([1.0])),
        ]
    )


@programs
def matmul(tf):
    a = tf.constant(np.arange(6).reshape(2, 3), tf.float32)
    b = tf.constant(np.arange(12).reshape(3, 4), tf.float32)
    batch = tf.constant(np.arange(24).reshape(2, 3, 4), tf.float32)
    unknown = tf.placeholder(tf.float32, [None, 3])
    return Case(
        [
            tf.matmul(a, b),
            tf.matmul(a, a, transpose_b=True),
            tf.matmul(a, a, True),
            tf.matmul(b, a, transpose_a=True, transpose_b=True),
            a @ b,
            tf.matmul(batch, batch, transpose_a=True),
            tf.matmul(batch, b, transpose_b=True),
            tf.matmul(unknown, b),
            tf.matmul(tf.constant([[1, 2]]), tf.constant([[3], [4]])),
            tf.matmul(tf.cast(a, tf.float64), tf.cast(b, tf.float64)),
            tf.matmul(a, b, a_is_sparse=True),
            tf.tensordot(a, b, 1),
            tf.tensordot(a, a, [[0, 1], [0, 1]]),
            np.ones((1, 2), np.float32) @ a,
        ],
        {unknown: [[1, 2, 3]]},
    )
