"""`partial_run_setup` and `partial_run`: each node once, feeds and fetches each once, in any
number of parts."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def abc(tf):
    a, b, c = (tf.placeholder(tf.float32, [], name=name) for name in "abc")
    r1 = tf.add(a, b, name="r1")
    r2 = tf.multiply(r1, c, name="r2")
    return tf.Session(), (a, b, c), (r1, r2)


def test_two_parts_twice(abc):
    sess, (a, b, c), (r1, r2) = abc
    for factor in (17, 18):
        handle = sess.partial_run_setup([r1, r2], [a, b, c])
        first = sess.partial_run(handle, r1, {a: 1, b: 2})
        assert first == 3
        assert sess.partial_run(handle, r2, {c: first * factor}) == 9 * factor


def test_two_handles_at_a_time(abc):
    sess, (a, b, c), (r1, r2) = abc
    one = sess.partial_run_setup([r1, r2], [a, b, c])
    two = sess.partial_run_setup([r1, r2], [a, b, c])
    assert isinstance(one, str) and one != two
    assert sess.partial_run(one, r1, {a: 1, b: 2}) == 3
    assert sess.partial_run(two, r1, {a: 10, b: 20}) == 30
    assert sess.partial_run(two, r2, {c: 2}) == 60
    assert sess.partial_run(one, r2, {c: 2}) == 6


def test_structures_and_empty_fetches(abc):
    sess, (a, b, c), (r1, r2) = abc
    handle = sess.partial_run_setup([r1, r2], [a, b, c])
    assert sess.partial_run(handle, [], {a: 1}) == []
    assert sess.partial_run(handle, {"x": [r1]}, {b: 2}) == {"x": [3.0]}
    assert sess.partial_run(handle, (r2,), {c: 5}) == (15.0,)


CASES = {
    "unknown feed": (
        lambda s, h, f, r: s.partial_run(h[0], r[0], {f[0]: 1, f[1]: 2, f[2]: 3}),
        r"The feed c:0 was not specified in partial_run_setup\.$",
    ),
    "unknown fetch": (
        lambda s, h, f, r: s.partial_run(h[0], r[1], {f[0]: 1}),
        r"The fetch r2:0 was not specified in partial_run_setup\.$",
    ),
    "fed twice": (
        lambda s, h, f, r: [
            s.partial_run(h[1], r[0], {f[0]: 1, f[1]: 2}),
            s.partial_run(h[1], r[1], {f[0]: 1, f[2]: 3}),
        ],
        r"The feed a:0 has already been fed\.$",
    ),
    "fetched twice": (
        lambda s, h, f, r: [
            s.partial_run(h[1], r[0], {f[0]: 1, f[1]: 2}),
            s.partial_run(h[1], r[0], {f[2]: 3}),
        ],
        r"The fetch r1:0 has already been fetched\.$",
    ),
    "feeds missing": (
        lambda s, h, f, r: s.partial_run(h[1], r[0], {f[0]: 1}),
        "can't be computed from the feeds that have been fed so far",
    ),
    "no handle": (
        lambda s, h, f, r: s.partial_run("x", r[0], {f[0]: 1}),
        "Must run 'setup' before performing partial runs!",
    ),
    "nothing left": (
        lambda s, h, f, r: [
            s.partial_run(h[1], [r[0], r[1]], {f[0]: 1, f[1]: 2, f[2]: 3}),
            s.partial_run(h[1], []),
        ],
        "Must run 'setup' before performing partial runs!",
    ),
    "nothing asked": (
        lambda s, h, f, r: s.partial_run_setup([], [f[0]]),
        "Must specify at least one target to fetch or execute",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_errors(tf, abc, headwater_only, name):
    sess, feeds, fetches = abc
    handles = (
        sess.partial_run_setup([fetches[0]], feeds[:2]),
        sess.partial_run_setup(fetches, feeds),
    )
    run, sentence = CASES[name]
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(sess, handles, feeds, fetches)
    assert caught.match(sentence)


def test_a_rejected_part_changes_nothing(tf, abc, headwater_only):
    sess, (a, b, c), (r1, r2) = abc
    handle = sess.partial_run_setup([r1, r2], [a, b, c])
    with pytest.raises(tf.errors.InvalidArgumentError):
        sess.partial_run(handle, r1, {a: 1})
    assert sess.partial_run(handle, r1, {a: 1, b: 2}) == 3


def test_placeholder_that_is_no_feed(tf):
    x = tf.placeholder(tf.float32, [])
    y = x * 2.0
    sess = tf.Session()
    handle = sess.partial_run_setup([y], [])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="You must feed a value for placeholder"
    ):
        sess.partial_run(handle, y)


def test_no_node_runs_twice(tf, headwater_only):
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    v = tf.Variable(0.0)
    draw = tf.random_uniform([4])
    up = tf.assign_add(v, a)
    first, second = draw * a, draw * b
    sess = tf.Session()
    sess.run(v.initializer)
    handle = sess.partial_run_setup([first, second, up.op], [a, b])
    one = sess.partial_run(handle, first, {a: 2.0})
    assert sess.run(v) == 2.0  # the operation ran as soon as it could
    one[:] = one / 2.0  # and what the caller does to his array is his own
    two = sess.partial_run(handle, second, {b: 3.0})
    np.testing.assert_allclose(two, one * 3.0, rtol=1e-6)
    assert sess.run(v) == 2.0


def test_control_edges_into_a_part_that_has_run(tf, headwater_only):
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    v = tf.Variable(0.0)
    up = tf.assign_add(v, a)
    with tf.control_dependencies([up]):
        later = tf.assign_add(v, b)
    sess = tf.Session()
    sess.run(v.initializer)
    handle = sess.partial_run_setup([up, later], [a, b])
    assert sess.partial_run(handle, up, {a: 1.0}) == 1.0
    assert sess.partial_run(handle, later, {b: 10.0}) == 11.0


def test_strings_cross_parts(tf, headwater_only):
    a, b = tf.placeholder(tf.string, []), tf.placeholder(tf.float32, [])
    with tf.control_dependencies([tf.identity(b)]):
        out = tf.identity(tf.stack([a, a])[0])
    sess = tf.Session()
    handle = sess.partial_run_setup([out], [a, b])
    sess.partial_run(handle, [], {a: "x"})
    assert sess.partial_run(handle, out, {b: 1.0}) == b"x"


def test_operations_are_not_fetched_in_parts(tf, abc):
    sess, (a, b, c), (r1, r2) = abc
    handle = sess.partial_run_setup([r1, r2.op], [a, b, c])
    with pytest.raises(RuntimeError, match="requires empty target_list"):
        sess.partial_run(handle, r2.op, {a: 1, b: 2, c: 3})


def test_closed(tf, abc):
    sess, (a, b, c), (r1, _) = abc
    sess.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        sess.partial_run_setup([r1], [a, b])
