"""000 and 002, "Introduction to Tensorflow" (version 1.3), up to "Choosing devices".

002 has lost the code around `sess.run`, 000 its capital letters; here the two are put together.
"""

from __future__ import annotations

import importlib
import os

import numpy as np
import pytest


def test_devices(tf):
    at = "tensorflow" if os.environ.get("HEADWATER_PARITY_SELF") else "headwater"
    device_lib = importlib.import_module(f"{at}.python.client.device_lib")

    def get_devices():
        return [x.name for x in device_lib.list_local_devices()]

    # Version 1.3 said '/cpu:0'; since 1.4 the name is written in full.
    assert get_devices()[0] == "/device:CPU:0"


def test_variable(tf):
    a = tf.Variable([1, 2, 3], name="a")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(a).tolist() == [1, 2, 3]
    assert a.name == "a:0"


def test_constant(tf):
    b = tf.constant([1, 2, 3], name="b")
    assert b.name == "b:0"
    with tf.Session() as sess:
        assert sess.run(b).tolist() == [1, 2, 3]


def test_placeholder(tf, capsys):
    c = tf.placeholder(tf.int32, shape=[1, 2], name="myPlaceholder")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        res = sess.run(c, feed_dict={c: [[5, 6]]})
        print(res)
    assert capsys.readouterr().out == "[[5 6]]\n"


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_wildcards(tf, rows):
    c = tf.placeholder(tf.float32, [None, 2])
    with tf.Session() as sess:
        assert sess.run(c * 2.0, {c: np.ones((rows, 2))}).shape == (rows, 2)


def test_basic_computation(tf, capsys):
    for _ in range(4):  # the article's session had made four variables before
        tf.Variable(0)
    a = tf.Variable(3)
    b = tf.Variable(4)
    c = tf.multiply(a, b)
    print(c)
    print(a)
    print(b)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())  # this is important
        print(sess.run(c))
    assert capsys.readouterr().out.splitlines() == [
        'Tensor("Mul:0", shape=(), dtype=int32)',
        "<tf.Variable 'Variable_4:0' shape=() dtype=int32_ref>",
        "<tf.Variable 'Variable_5:0' shape=() dtype=int32_ref>",
        "12",
    ]


def test_tensorflow_is_lazy(tf, capsys):
    a = tf.Variable(3)
    b = tf.Variable(4)
    c = tf.multiply(a, b)
    d = tf.add(a, c)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        c_value = sess.run(c)
        d_value = sess.run(d)
        print(c_value, d_value)
    assert capsys.readouterr().out == "12 15\n"


def test_a_result_outlives_the_session(tf, capsys):
    a = tf.Variable(3)
    b = tf.Variable(4)
    c = tf.multiply(a, b)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        res = sess.run(c)
        print(res, c)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        res = sess.run(c)
    print(res, c)
    shown = '12 Tensor("Mul:0", shape=(), dtype=int32)\n'
    assert capsys.readouterr().out == 2 * shown
