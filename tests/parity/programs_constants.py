"""Constants of every dtype and shape, placeholders, fills and sequences."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection, oracle

programs = Collection("constants")

NUMERIC = [
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "complex64",
    "complex128",
    "bool",
]


@programs
def every_dtype(tf):
    made = [
        tf.constant([[0, 1, 1], [1, 0, 1]], dtype=tf.as_dtype(n), name=n)
        for n in NUMERIC
        if n != "bool"
    ]
    return Case([*made, tf.constant([[True], [False]], dtype=tf.bool, name="bool")])


@programs
def inferred_dtypes(tf):
    values = [
        1,
        1.5,
        True,
        2 + 1j,
        "text",
        b"bytes",
        [1, 2],
        [1.0, 2],
        [[True], [False]],
        np.float64(3),
        np.int8([1, 2]),
        np.arange(4),
        np.float32(1),
        2**31,
        -(2**40),
        (),
        [],
        np.zeros((0, 3), np.float16),
        [np.int32(3), np.int32(4)],
    ]
    made = [tf.constant(v) for v in values]
    return Case(made, facts=[t.dtype.name for t in made])


@programs
def strings(tf):
    made = [
        tf.constant("one"),
        tf.constant(["a", "bc", ""]),
        tf.constant([[b"x"], [b"\xff\x00y"]]),
        tf.constant("é"),
        tf.constant(np.array(["u", "vw"])),
        tf.constant("s", shape=[2, 2]),
        tf.constant(np.array([b"q"], object)),
    ]
    return Case(made)


@programs
def with_shape(tf):
    return Case(
        [
            tf.constant(1.0, shape=[2, 3]),
            tf.constant([1, 2, 3, 4], shape=[2, 2]),
            tf.constant([1, 2, 3], shape=[5]),
            tf.constant(0, shape=[0]),
            tf.constant(-1.5, dtype=tf.float64, shape=[]),
            tf.constant([], shape=[0, 4]),
        ]
    )


@programs
def special_floats(tf):
    return Case(
        [
            tf.constant([np.inf, -np.inf, np.nan, -0.0, 1e-45, 3.4e38]),
            tf.constant(1e300, tf.float64),
            tf.constant(0.1, tf.float16),
            tf.constant(np.float32(0.1)),
            tf.constant(0.1, tf.bfloat16),
        ],
        close="exact",
    )


@programs
def large_constants(tf):
    return Case(
        [
            tf.constant(np.arange(1000).reshape(10, 100), tf.float32),
            tf.constant(np.zeros((50, 50))),
            tf.constant(list(range(200))),
            tf.constant(True, shape=[33]),
        ]
    )


@programs
def convert_to_tensor(tf):
    class Meters:
        def __init__(self, n):
            self.n = n

    def convert(value, dtype=None, name=None, as_ref=False):
        return tf.constant(value.n, dtype=dtype, name=name or "meters")

    tf.register_tensor_conversion_function(Meters, convert)
    a = tf.constant(1.0, name="a")
    return Case(
        [
            tf.convert_to_tensor(a),
            tf.convert_to_tensor(3),
            tf.convert_to_tensor([1.0, a]),
            tf.convert_to_tensor([[a, 2.0], [3.0, a]], name="packed"),
            tf.convert_to_tensor(1, dtype=tf.float64),
            tf.convert_to_tensor(1, preferred_dtype=tf.float64),
            tf.convert_to_tensor(1.5, preferred_dtype=tf.int32),
            tf.convert_to_tensor(tf.TensorShape([2, 3])),
            tf.convert_to_tensor(tf.Dimension(5)),
            tf.constant(2.0) * Meters(3.0),
        ]
    )


@programs
def placeholders(tf):
    a = tf.placeholder(tf.float32)
    b = tf.placeholder(tf.int32, [], name="b")
    c = tf.placeholder(tf.float64, [None, 2])
    d = tf.placeholder(tf.string, [1])
    e = tf.placeholder(tf.bool, shape=(2, None, 3), name="e")
    f = tf.placeholder_with_default([1.0, 2.0], [None], name="f")
    g = tf.placeholder_with_default(5, [], name="g")
    feeds = {a: [[1]], b: 3, c: [[1, 2]], d: ["s"], e: np.ones((2, 1, 3), bool)}
    return Case(
        [tf.identity(t) for t in (a, b, c, d, e, f, g)],
        [feeds, {**feeds, a: 2, f: [9.0], g: -1}],
        steps=2,
    )


@programs
def fills(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    shape = tf.stack([n, 2])
    return Case(
        [
            tf.zeros([2, 3]),
            tf.zeros([2], tf.int64),
            tf.ones([]),
            tf.ones([3], tf.bool),
            tf.zeros([2], tf.string),
            tf.zeros(shape),
            tf.ones(shape, tf.float64),
            tf.zeros([1000, 20]),
            tf.ones([n]),
            tf.fill([2, 2], 7),
            tf.fill([n], "s"),
            tf.fill(shape, tf.constant(2.5)),
            tf.zeros_like(x),
            tf.ones_like(x),
            tf.zeros_like(x, dtype=tf.int8),
            tf.ones_like(tf.constant([1, 2])),
            tf.zeros_like(tf.constant([[1.0]])),
            tf.zeros_like(x, optimize=False),
        ],
        {n: 3, x: [[1, 2]]},
    )


@programs
def ranges(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    return Case(
        [
            tf.range(5),
            tf.range(2, 5),
            tf.range(1, 10, 3),
            tf.range(10, 0, -3),
            tf.range(n),
            tf.range(0.0, 1.0, 0.25),
            tf.range(5.0),
            tf.range(3, dtype=tf.float64),
            tf.range(0, n, 2),
            tf.range(0),
            tf.range(tf.constant(4, tf.int64)),
        ],
        {n: 4},
    )


@programs
def numbers_at_equal_distances(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    # 1.x's `tf.linspace` is one node; 2.x builds some eighty for its `axis`.
    same = tf.linspace if tf is not oracle() else tf.raw_ops.LinSpace
    return Case(
        [
            same(start=0.0, stop=1.0, num=5),
            same(start=1.0, stop=-1.0, num=n),
            same(start=0.0, stop=3.0, num=1),
        ],
        {n: 4},
    )


@programs
def eye_and_diag(tf):
    return Case(
        [
            tf.eye(3),
            tf.eye(2, 3, dtype=tf.float64),
            tf.eye(2, batch_shape=[2]),
            tf.diag([1.0, 2.0]),
            tf.one_hot([0, 2, -1, 5], 3),
            tf.one_hot([[0], [1]], 2, on_value=5, off_value=-5),
            tf.one_hot([1, 0], 3, axis=0, dtype=tf.float64),
            tf.one_hot(1, 4, on_value=True, off_value=False),
        ]
    )


@programs
def shapes_of_shapes(tf):
    full, part, none = (tf.TensorShape([2, 3]), tf.TensorShape([None, 3]), tf.TensorShape(None))
    return Case(
        facts=[
            full.as_list(),
            part.as_list(),
            none.ndims,
            full.num_elements(),
            part.num_elements(),
            full.is_fully_defined(),
            part.is_fully_defined(),
            str(none),
            str(part),
            repr(part),
            full.merge_with(part).as_list(),
            full.concatenate(part).as_list(),
            full == part,
            full.is_compatible_with(part),
            full.with_rank(2).as_list(),
            part[1:].as_list(),
            part[0].value,
            (part[1] + 2).value,
            (part[0] * 2).value,
            none.with_rank(2).as_list(),
            [d.value for d in part],
            bool(none),
            len(full),
            int(full[0]),
            part.most_specific_compatible_shape(tf.TensorShape([4, 5])).as_list(),
            tf.broadcast_static_shape(tf.TensorShape([4, 1]), tf.TensorShape([3])).as_list(),
        ]
    )


@programs
def dtypes(tf):
    names = [*NUMERIC, "string", "resource", "variant", "uint32", "uint64", "qint8", "quint8"]
    types = [tf.as_dtype(n) for n in names]
    return Case(
        facts=[
            [
                (
                    t.name,
                    t.as_datatype_enum,
                    t.is_floating,
                    t.is_integer,
                    t.is_complex,
                    t.is_bool,
                    t.is_unsigned,
                    t.is_numpy_compatible,
                    t.base_dtype.name,
                )
                for t in types
            ],
            [(t.size, str(t.as_numpy_dtype)) for t in types[:13]],
            [(t.min, t.max) for t in types if t.is_integer and not t.is_quantized],
            [
                tf.as_dtype(v).name
                for v in (float, bool, np.float32, np.int64, object, "float", "int32_ref", 1)
            ],
            tf.as_dtype("float32_ref").base_dtype.name,
            tf.float32.real_dtype.name,
            tf.complex64.real_dtype.name,
            tf.float32 == "float32",
            tf.float32 == np.float32,
            tf.float32 != tf.float64,
            tf.float32.is_compatible_with(tf.as_dtype("float32_ref")),
        ]
    )
