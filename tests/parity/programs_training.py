"""Optimizers: the graph they add, and twenty steps of their values."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("training")


def regression(tf, resource=False):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    t = tf.placeholder(tf.float32, [None, 1], name="t")
    w = tf.Variable([[0.5], [-0.25], [1.0]], name="w", use_resource=resource)
    b = tf.Variable([0.1], name="b", use_resource=resource)
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - t), name="loss")
    data = np.cos(np.arange(12)).reshape(4, 3)
    return w, b, loss, {x: data, t: data.sum(1, keepdims=True)}


OPTIMIZERS = {
    "gradient_descent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "gradient_descent_locking": lambda tf: tf.train.GradientDescentOptimizer(
        0.1, use_locking=True, name="SGD"
    ),
    "adam": lambda tf: tf.train.AdamOptimizer(0.05),
    "adam_settings": lambda tf: tf.train.AdamOptimizer(0.1, 0.8, 0.9, 1e-4, name="Mine"),
}


def minimize(make, resource=False):
    def program(tf):
        w, b, loss, feeds = regression(tf, resource)
        step = tf.Variable(0, trainable=False, name="global_step", use_resource=resource)
        optimizer = make(tf)
        train = optimizer.minimize(loss, global_step=step)
        slots = [optimizer.get_slot(v, s) for v in (w, b) for s in optimizer.get_slot_names()]
        facts = [
            train.name,
            train.type,
            optimizer.get_slot_names(),
            optimizer.get_name(),
            [s.name for s in slots],
            [v.name for v in optimizer.variables()],
            [v.name for v in tf.global_variables()],
            [v.name for v in tf.trainable_variables()],
        ]
        return Case(
            [w, b, loss, step, *slots],
            feeds,
            init=True,
            train=train,
            steps=20,
            rtol=1e-5,
            facts=facts,
        )

    return program


programs.each({f"minimize_{n}": minimize(make) for n, make in OPTIMIZERS.items()})
programs.each({f"minimize_{n}_resource": minimize(make, True) for n, make in OPTIMIZERS.items()})


@programs
def minimize_without_a_step(tf):
    w, b, loss, feeds = regression(tf)
    train = tf.train.GradientDescentOptimizer(0.05).minimize(loss)
    return Case(
        [loss, w],
        feeds,
        init=True,
        train=train,
        steps=3,
        rtol=1e-5,
        facts=[train.name, [o.name for o in tf.get_collection(tf.GraphKeys.TRAIN_OP)]],
    )


@programs
def compute_and_apply(tf):
    w, b, loss, feeds = regression(tf)
    optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.1)
    pairs = optimizer.compute_gradients(loss, var_list=[w, b])
    clipped = [(tf.clip_by_value(g, -0.1, 0.1), v) for g, v in pairs]
    train = optimizer.apply_gradients(clipped, name="apply")
    return Case(
        [g for g, _ in clipped] + [w, b],
        feeds,
        init=True,
        train=train,
        steps=5,
        rtol=1e-5,
        facts=[[g.name for g, _ in pairs], [v.name for _, v in pairs], train.name],
    )


@programs
def only_some_variables(tf):
    w, b, loss, feeds = regression(tf)
    train = tf.train.AdamOptimizer(0.1).minimize(loss, var_list=[b])
    return Case([w, b], feeds, init=True, train=train, steps=3, rtol=1e-5)


@programs
def variable_that_is_not_used(tf):
    w, b, loss, feeds = regression(tf)
    extra = tf.Variable(1.0, name="extra")
    pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(loss)
    return Case([extra], feeds, init=True, facts=[(g is None, v.name) for g, v in pairs])


@programs
def sparse_gradient_descent(tf):
    v = tf.Variable(np.arange(12.0).reshape(6, 2), dtype=tf.float32, name="v")
    loss = tf.reduce_sum(tf.square(tf.gather(v, [1, 4, 1])))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    return Case([v, loss], init=True, train=train, steps=4, rtol=1e-5)


@programs
def sparse_adam(tf):
    v = tf.Variable(np.arange(12.0).reshape(6, 2), dtype=tf.float32, name="v")
    loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(v, [1, 4])))
    train = tf.train.AdamOptimizer(0.1).minimize(loss)
    return Case([v, loss], init=True, train=train, steps=4, rtol=1e-5)


@programs
def fed_learning_rate(tf):
    w, b, loss, feeds = regression(tf)
    rate = tf.placeholder(tf.float32, [], name="rate")
    train = tf.train.GradientDescentOptimizer(rate).minimize(loss)
    return Case(
        [w],
        [{**feeds, rate: r} for r in (0.1, 0.0, 0.2)],
        init=True,
        train=train,
        steps=3,
        rtol=1e-5,
    )


@programs
def two_optimizers(tf):
    w, b, loss, feeds = regression(tf)
    first = tf.train.AdamOptimizer(0.1).minimize(loss, var_list=[w])
    second = tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[b], name="second")
    return Case([w, b, loss], feeds, init=True, train=tf.group(first, second), steps=5, rtol=1e-5)


@programs
def gating(tf):
    w, b, loss, feeds = regression(tf)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    train = optimizer.minimize(
        loss, gate_gradients=optimizer.GATE_GRAPH, grad_loss=tf.constant(2.0)
    )
    return Case([w, b], feeds, init=True, train=train, steps=2, rtol=1e-5)


@programs
def global_step_of_the_graph(tf):
    w, b, loss, feeds = regression(tf)
    step = tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
    again = tf.train.get_global_step()
    return Case(
        [step],
        feeds,
        init=True,
        train=train,
        steps=3,
        facts=[step.name, again is step, step.dtype.name],
    )


@programs
def loss_before_the_update(tf):
    w, b, loss, feeds = regression(tf)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.control_dependencies([train]):
        done = tf.identity(tf.constant(1.0), name="done")
    return Case([done, loss], feeds, init=True, rtol=1e-5)
