"""Gradients supplied by the program: registered, overridden and custom ones."""

from __future__ import annotations

import re

from .harness import Case, Collection

programs = Collection("functions")


def register(tf, name, function):
    """Registers a gradient once for each library; both may be the same one."""
    try:
        tf.RegisterGradient(name)(function)
    except KeyError as known:
        assert re.search("Registering two", str(known)), known


@programs
def custom_gradient(tf):
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)

        def grad(dy):
            return dy * (1 - 1 / (1 + e))

        return tf.log(1 + e), grad

    x = tf.constant([0.0, 1.0, 20.0], name="x")
    y = log1pexp(x)
    return Case(y, ys=y, xs=[x], facts=y.name)


@programs
def custom_gradient_of_two(tf):
    @tf.custom_gradient
    def scaled(a, b):
        return [a * b, a + b], lambda da, db: (10.0 * da, 20.0 * db)

    a, b = tf.constant(2.0, name="a"), tf.constant(3.0, name="b")
    y, z = scaled(a, b)
    return Case([y, z], ys=[y, z], xs=[a, b])


@programs
def gradient_override_map(tf):
    register(tf, "ParityTenfold", lambda op, dy: 10.0 * dy)
    x = tf.constant([1.0, -2.0], name="x")
    with tf.get_default_graph().gradient_override_map({"Square": "ParityTenfold"}):
        inside = tf.square(x, name="inside")
        cube = x * x * x
    outside = tf.square(x, name="outside")
    return Case([inside, outside], ys=[inside, outside, cube], xs=[x])


@programs
def override_of_a_straight_through_estimator(tf):
    register(tf, "ParityStraightThrough", lambda op, dy: dy)
    x = tf.constant([0.2, 0.7], name="x")
    with tf.get_default_graph().gradient_override_map({"Round": "ParityStraightThrough"}):
        y = tf.round(x)
    return Case(y, ys=[3.0 * y], xs=[x])


@programs
def gradient_of_several_outputs(tf):
    x = tf.constant([1.0, 2.0, 3.0, 4.0], name="x")
    a, b = tf.split(x, 2)
    return Case(a * b, ys=[a * b + a], xs=[x])


@programs
def gradient_of_one_output_only(tf):
    x = tf.constant([[1.0, 2.0, 3.0]], name="x")
    first, _, third = tf.unstack(x, axis=1)
    return Case(first, ys=[first * third], xs=[x])


@programs
def no_gradient_through_integers(tf):
    x = tf.constant([1.5, 2.5], name="x")
    y = tf.cast(tf.cast(x, tf.int32), tf.float32) * 2.0
    return Case(y, ys=[y], xs=[x])
