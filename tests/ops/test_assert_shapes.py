"""`tf.debugging.assert_shapes`: what passes, what static shapes refuse, what a step refuses."""

import numpy as np
import pytest

import headwater as tf

ONES = {n: np.ones(n, np.float32) for n in ((3, 2), (2, 3), (4, 3, 2), (1,), (2,))}
DATA = {**ONES, (): np.float32(5)}

GOOD = [
    [((3, 2), "NQ"), ((2, 3), "QN")],
    [((3, 2), ("N", None)), ((4, 3, 2), (..., "N", 2))],
    [((4, 3, 2), "*3Q"), ((3, 2), ".Q")],
    [((), ()), ((1,), ()), ((), (1,)), ((), "a")],
    [((3, 2), None)],
    [],
]
# (pairs of a tensor's shape and what is specified, what the message says)
BAD = [
    (
        [((3, 2), "NQ"), ((2, 3), "ND")],
        "Specified by tensor x0.* dimension 0.  Tensor x1.* dimension 0 must have size 3.  "
        "Received size 2",
    ),
    ([((2, 3), ["a", 2])], "Specified explicitly.  Tensor x0.* dimension 1 must have size 2"),
    ([((3, 2), (..., 4, "Q"))], "dimension -2 must have size 4.  Received size 3"),
    ([((2,), ())], "dimension 0 must have size 1.  Received size 2"),
    ([((3, 2), ("N",))], "must have rank in .0, 1..  Received rank 2"),
    ([((3, 2), "abc")], "Tensor x0.* must have rank 3.  Received rank 2"),
    ([((2,), "*ab")], "must have rank at least 2.  Received rank 1"),
    ([((3, 2), 2)], "Specified shape must be an iterable"),
    ([((3, 2), "N*Q")], "only allowed as the first entry"),
]


@pytest.mark.parametrize("pairs", GOOD, ids=str)
@pytest.mark.parametrize("known", [True, False], ids=["static", "fed"])
def test_what_fits(pairs, known):
    with tf.Graph().as_default(), tf.Session() as sess:
        xs = [tf.placeholder(tf.float32, shape if known else None) for shape, _ in pairs]
        check = tf.debugging.assert_shapes(list(zip(xs, [s for _, s in pairs], strict=True)))
        sess.run(check, {x: DATA[shape] for x, (shape, _) in zip(xs, pairs, strict=True)})


@pytest.mark.parametrize(("pairs", "says"), BAD, ids=str)
def test_what_static_shapes_refuse(pairs, says):
    with tf.Graph().as_default():
        xs = [(tf.ones(shape, name=f"x{i}"), s) for i, (shape, s) in enumerate(pairs)]
        with pytest.raises(ValueError, match="hm.  .*" + says):
            tf.debugging.assert_shapes(xs, message="hm")


def test_what_a_step_refuses():
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        y = tf.placeholder(tf.float32, None, name="y")
        check = tf.debugging.assert_shapes({x: ("N", "Q"), y: ("N", "D")})
        with pytest.raises(
            tf.errors.InvalidArgumentError,
            match=r"Specified by tensor x:0 dimension 0\] \[Tensor y:0 dimension\] \[0\]",
        ):
            sess.run(check, {x: np.ones([3, 2]), y: np.ones([2, 3])})
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Tensor y:0 must have rank"):
            sess.run(check, {x: np.ones([3, 2]), y: np.ones([3])})
