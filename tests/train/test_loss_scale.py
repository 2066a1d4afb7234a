"""`tf.train.experimental`: loss scales, and optimizers that have one."""

import numpy as np
import pytest

import headwater as tf

experimental = tf.train.experimental


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def test_steps_with_infinite_gradients_are_left_out():
    variable, x = tf.Variable(1.0, name="v"), tf.placeholder(tf.float32, [])
    optimizer = tf.train.experimental.enable_mixed_precision_graph_rewrite(
        tf.train.GradientDescentOptimizer(0.5)
    )
    assert isinstance(optimizer, tf.train.experimental.MixedPrecisionLossScaleOptimizer)
    pairs = optimizer.compute_gradients(variable * x)
    step = tf.train.get_or_create_global_step()
    train_op = optimizer.apply_gradients(pairs, global_step=step)
    names = ["v:0", "global_step:0", "current_loss_scale:0", "good_steps:0"]
    assert sorted(v.name for v in tf.global_variables()) == sorted(names)
    assert [v.name for v in tf.trainable_variables()] == ["v:0"]
    state = {v.name: v for v in tf.global_variables()}
    seen = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in (1.0, np.inf, 2.0, np.nan, 1.0):
            sess.run(train_op, {x: value})
            seen.append([float(n) for n in sess.run([state[name] for name in names])])
        assert sess.run(pairs[0][0], {x: 3.0}) == 3.0
    assert seen == [  # TensorFlow's numbers
        [0.5, 1, 32768, 1],
        [0.5, 1, 16384, 0],
        [-0.5, 2, 16384, 1],
        [-0.5, 2, 8192, 0],
        [-1.0, 3, 8192, 1],
    ]


@pytest.mark.parametrize(
    "scale", [8.0, "dynamic", tf.train.experimental.FixedLossScale(4)], ids=str
)
def test_slots_and_sparse_gradients(scale):
    table = tf.get_variable("table", initializer=tf.ones([3, 2]), use_resource=True)
    inner = tf.train.AdamOptimizer(0.1)
    optimizer = experimental.enable_mixed_precision_graph_rewrite(inner, scale)
    rows = tf.nn.embedding_lookup(table, [2])
    pairs = optimizer.compute_gradients(lambda: tf.reduce_sum(rows * rows))
    assert isinstance(pairs[0][0], tf.IndexedSlices)
    train_op = optimizer.apply_gradients(pairs)
    assert optimizer.get_slot_names() == ["m", "v"]
    assert optimizer.get_slot(table, "m") is inner.get_slot(table, "m")
    assert len(optimizer.variables()) == (6 if scale == "dynamic" else 4)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train_op)
        np.testing.assert_allclose(sess.run(table), [[1, 1], [1, 1], [0.9, 0.9]], rtol=1e-5)


def test_the_factor_changes():
    scale, x = tf.train.experimental.DynamicLossScale(8.0, 2, 2.0), tf.placeholder(tf.float32, [])
    update, finite = scale.update([x, None])
    factor, seen = scale(), []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for value in [1.0] * 3 + [np.inf] * 5 + [1.0] * 2:
            flag = sess.run([update, finite], {x: value})[1]
            seen.append((bool(flag), float(sess.run(factor))))
    assert seen == [
        *[(True, 8.0), (True, 16.0), (True, 16.0)],
        *[(False, 8.0), (False, 4.0), (False, 2.0), (False, 1.0), (False, 1.0)],
        *[(True, 1.0), (True, 2.0)],
    ]


def test_configs():
    dynamic = experimental.DynamicLossScale(8.0, 2, 3.0)
    text = "DynamicLossScale(initial_loss_scale=8.0, increment_period=2, multiplier=3.0)"
    assert repr(dynamic) == text == repr(dynamic.from_config(dynamic.get_config()))
    assert (dynamic.initial_loss_scale, dynamic.increment_period, dynamic.multiplier) == (8, 2, 3)
    fixed = experimental.FixedLossScale(4)
    assert repr(fixed.from_config(fixed.get_config())) == "FixedLossScale(4.0)"
    assert isinstance(fixed, tf.train.experimental.LossScale)
    with tf.Session() as sess:
        assert sess.run(fixed()) == 4.0 and fixed.update([])[1] is True


SGD = tf.train.GradientDescentOptimizer(1.0)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: experimental.FixedLossScale(0.5), "must be at least 1"),
        (lambda: experimental.FixedLossScale("a"), "must be a Python int or float"),
        (lambda: experimental.enable_mixed_precision_graph_rewrite(3), "must be an instance of"),
        (lambda: experimental.enable_mixed_precision_graph_rewrite(SGD, "x"), "identifier: x"),
        (
            lambda: experimental.enable_mixed_precision_graph_rewrite(
                experimental.MixedPrecisionLossScaleOptimizer(SGD, 2.0)
            ),
            "must not already be",
        ),
        (lambda: experimental.MixedPrecisionLossScaleOptimizer(3, 2.0), "instance of Optimizer"),
    ],
)
def test_what_is_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_there_is_nothing_to_disable():
    assert tf.train.experimental.disable_mixed_precision_graph_rewrite() is None
