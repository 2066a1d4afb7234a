"""Assertions: what passes, what is refused while the graph is built, and what a step says."""

import sys

import numpy as np
import pytest

import headwater as tf

F, I = tf.float32, tf.int32


# (name, arguments of which None is fed, a value that passes, one that fails, the message)
AT_RUN_TIME = [
    ("assert_equal", (None, [1, 2]), [1, 2], [1, 3], "Condition x == y did not hold"),
    ("assert_none_equal", (None, [1, 2]), [2, 1], [1, 3], "Condition x != y did not hold"),
    ("assert_less", (None, 2), [1, 0], [1, 2], "Condition x < y did not hold"),
    ("assert_less_equal", (None, 2), [1, 2], [3, 2], "Condition x <= y did not hold"),
    ("assert_greater", (None, 2), [3, 4], [3, 2], "Condition x > y did not hold"),
    ("assert_greater_equal", (None, 2), [3, 2], [1, 2], "Condition x >= y did not hold"),
    ("assert_positive", (None,), [1, 2], [1, 0], "Condition x > 0 did not hold"),
    ("assert_negative", (None,), [-1, -2], [-1, 0], "Condition x < 0 did not hold"),
    ("assert_non_negative", (None,), [0, 2], [-1, 0], "Condition x >= 0 did not hold"),
    ("assert_non_positive", (None,), [0, -2], [1, 0], "Condition x <= 0 did not hold"),
    ("assert_rank", (None, 1), [1], [[1]], "must have rank"),
    ("assert_rank_at_least", (None, 1), [1], 1, "must have rank at least"),
    ("assert_rank_in", (None, [0, 2]), 1, [1], "must have rank in"),
]


@pytest.mark.parametrize("dtype", [I, F], ids=lambda t: t.name)
@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize(("name", "args", "good", "bad", "says"), AT_RUN_TIME)
def test_at_run_time(name, args, good, bad, says, dtype, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    with tf.Graph().as_default():
        x = tf.placeholder(dtype, name="fed")
        args = [x if a is None else a for a in args]
        if name in ("assert_equal", "assert_none_equal") or len(args) == 2 and args[1] == 2:
            args[1] = tf.constant(args[1], dtype)
        check = getattr(tf, name)(*args)
        with tf.control_dependencies([check]):
            y = x + 1
        with tf.Session() as sess:
            np.testing.assert_array_equal(sess.run(y, {x: good}), np.add(good, 1))
            with pytest.raises(tf.errors.InvalidArgumentError, match=says) as caught:
                sess.run(y, {x: bad})
    assert "assertion failed" in caught.value.message
    assert caught.value.op.type == "Assert"


WHILE_BUILDING = [
    (
        lambda: tf.assert_less([1, 3], [1, 3]),
        tf.errors.InvalidArgumentError,
        r"x < y[^\0]*\n\[1 3\]",
    ),
    (lambda: tf.assert_equal(tf.constant(1), tf.constant(2), message="no"), ValueError, None),
    (lambda: tf.assert_positive(tf.constant(-1)), tf.errors.InvalidArgumentError, "x > 0"),
    (lambda: tf.assert_rank(tf.ones([3]), 2), ValueError, "must have rank 2.  Received rank 1"),
    (lambda: tf.assert_rank(tf.ones([3]), [2]), ValueError, "Rank must be a scalar."),
    (lambda: tf.assert_rank(tf.ones([3]), 2.0), TypeError, "must be of type tf.int32"),
    (lambda: tf.assert_rank_in(tf.ones([3]), [2, 3]), ValueError, r"must have rank in \(2, 3\)"),
    (lambda: tf.assert_integer(tf.ones([3]), message="m"), TypeError, 'm.  Expected "x" to be'),
    (
        lambda: tf.assert_type(tf.ones([3]), I),
        TypeError,
        "of type tf.int32; got tf.float32",
    ),
    (lambda: tf.assert_scalar(tf.ones([3])), ValueError, "Expected scalar shape"),
    (
        lambda: tf.assert_same_float_dtype([tf.ones([]), tf.ones([], tf.float64)]),
        ValueError,
        "same",
    ),
    (lambda: tf.assert_proper_iterable("abc"), TypeError, "proper"),
    (lambda: tf.assert_proper_iterable(3), TypeError, "to be iterable"),
    (lambda: tf.is_non_decreasing(tf.constant(["a"])), TypeError, "numeric"),
]


@pytest.mark.parametrize(("build", "kind", "says"), WHILE_BUILDING)
def test_while_building(build, kind, says):
    if kind is ValueError and says is None:
        kind, says = tf.errors.InvalidArgumentError, "^no\nCondition x == y"
    with tf.Graph().as_default(), pytest.raises(kind, match=says):
        build()


@pytest.mark.parametrize(
    ("value", "summarize", "text"),
    [
        (1, None, "[1]"),
        ([1, 2, 3, 4], None, "[1 2 3...]"),
        ([1, 2, 3, 4], -1, "[1 2 3 4]"),
        ([1, 2, 3, 4], 0, "[...]"),
        ([[1, 2], [3, 4]], None, "[[1 2][3...]...]"),
        ([[1, 2], [3, 4]], 1, "[[1...]...]"),
        (np.arange(8).reshape(2, 2, 2), 5, "[[[0 1][2 3]][[4...]]...]"),
        ([1.5, 1e-9, 123456789.0], None, "[1.5 1e-09 123456792]"),
        (np.float64(1 / 3), None, "[0.33333333333333331]"),
        (np.float16(0.1), None, "[0.0999755859]"),
        (["a", "q\n\0é"], None, "[a q\\n\\000é]"),
        ([True, False], None, "[1 0]"),
        (np.zeros([0]), None, "[]"),
        ([float("nan"), float("-inf")], None, "[nan -inf]"),
    ],
)
def test_what_an_assertion_shows(value, summarize, text):
    with tf.Graph().as_default(), tf.Session() as sess:
        check = tf.Assert(tf.placeholder_with_default(False, []), [value], summarize)
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run(check)
    assert caught.value.message.startswith(f"assertion failed: {text}\n")


@pytest.mark.parametrize(
    ("values", "rising", "strictly"),
    [([], 1, 1), ([1], 1, 1), ([1, 1], 1, 0), ([1, 2, 5], 1, 1), ([2, 1], 0, 0)],
)
def test_order(values, rising, strictly):
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(F, [None])
        pair = tf.is_non_decreasing(x), tf.is_strictly_increasing(x)
        assert sess.run(pair, {x: values}) == (bool(rising), bool(strictly))


def test_finite():
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(F, [2])
        y = tf.verify_tensor_all_finite(tf.log(x), "of a logarithm")
        everything = tf.add_check_numerics_ops()
        assert np.isfinite(sess.run(y, {x: [1, 2]})).all()
        for fetch in (y, everything):
            with pytest.raises(tf.errors.InvalidArgumentError, match="Tensor had"):
                sess.run(fetch, {x: [0, -1]})


def test_print(capfd):
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant([1.0, 2.0])
        y = tf.Print(x, [x, "a", 3], "msg: ", first_n=2)
        assert [sess.run(y).tolist() for _ in range(3)] == [[1, 2]] * 3
        assert capfd.readouterr().err.count("msg: [1 2][a][3]\n") == 2
        shown = tf.print("a", x, [1, {"k": tf.constant(["s"])}], None, sep="|", end="<\n")
        sess.run([shown, tf.print("{} plain", output_stream=sys.stderr)])
    err = capfd.readouterr().err
    assert "a|[1 2]|[1, {'k': [\"s\"]}]|None<\n" in err and "{} plain\n" in err


@pytest.mark.parametrize("keywords", [{"foo": 1}, {"output_stream": "bogus"}])
def test_print_refuses(keywords):
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Un"):
        tf.print("x", **keywords)


def test_counts():
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(I, [None])
        values = {x: [1, 1, 3, 7]}
        for _ in range(3):
            counts = sess.run(tf.bincount(x, minlength=2, maxlength=5), values)
            assert counts.tolist() == [0, 2, 0, 1, 0]
        assert sess.run(tf.bincount(x), {x: []}).tolist() == []
        weighed = tf.bincount(x, weights=[1.0, 2.0, 3.0, 4.0])
        assert sess.run(weighed, values).tolist() == [0, 3, 0, 3, 0, 0, 0, 4]
        with pytest.raises(tf.errors.InvalidArgumentError, match="must be non-negative"):
            sess.run(weighed, {x: [-1, 0, 0, 0]})


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_assignment_to_slices(resource, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=resource)
        steps = [v[0].assign([9.0, 8.0]), v[:, 1].assign(5.0), v[1, :1].assign([7.0])]
        sess.run(v.initializer)
        wanted = [[[9, 8], [3, 4]], [[9, 5], [3, 5]], [[9, 5], [7, 5]]]
        for step, value in zip(steps, wanted, strict=True):
            assert sess.run(step).tolist() == sess.run(v).tolist() == value


@pytest.mark.parametrize("tensors", [None, [], [None, None], [None, F]], ids=str)
def test_one_floating_point_type(tensors):
    with tf.Graph().as_default():
        made = tensors and [t and tf.zeros([1], t) for t in tensors]
        assert tf.debugging.assert_same_float_dtype(made) is F
        assert tf.debugging.assert_same_float_dtype(made, F) is F
        with pytest.raises(ValueError):
            tf.debugging.assert_same_float_dtype(made, I)


def test_a_tensor_equals_itself():
    x = tf.placeholder(tf.float32)
    assert tf.assert_equal(x, x).type == "NoOp"


@pytest.mark.parametrize(
    "check",
    [tf.assert_rank, tf.assert_rank_at_least, lambda x, r: tf.assert_rank_in(x, [1, r])],
)
def test_a_rank_that_turns_out_to_be_no_scalar(check):
    rank = tf.placeholder(tf.int32)
    operation = check(tf.constant([1.0, 2.0]), rank)
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Rank must be a scalar"):
            sess.run(operation, {rank: [1, 2]})


@pytest.mark.parametrize(
    ("structure", "text"),
    [
        (lambda s: s, "{}"),
        (lambda s: [s], "[{}]"),
        (lambda s: {"a": s, "b": 1}, "{{'a': {}, 'b': 1}}"),
    ],
)
def test_sparse_tensors_are_printed_with_the_names_of_their_parts(structure, text, capfd):
    sparse = tf.SparseTensor([[0, 1]], [7], [2, 3])
    with tf.Session() as sess:
        sess.run(tf.print(structure(sparse), output_stream=sys.stdout))
    shown = "'SparseTensor(indices=[[0 1]], values=[7], shape=[2 3])'"
    assert capfd.readouterr().out == text.format(shown) + "\n"
