"""A program that is run twice gives the same numbers to the last bit, wherever it is compiled."""

import subprocess
import sys

PROGRAM = """
import hashlib
import numpy as np
import headwater as tf

tf.set_random_seed(7)
x = tf.placeholder(tf.float32, [None, 64])
hidden = tf.layers.dropout(tf.layers.dense(x, 256, tf.nn.relu), 0.5, training=True)
labels = tf.placeholder_with_default([1] * 200, [200])
loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.layers.dense(hidden, 10))
train = tf.train.AdamOptimizer().minimize(loss)
random, losses = np.random.RandomState(0), []
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(40):
        losses.append(session.run([loss, train], {x: random.rand(200, 64)})[0])
print(losses[-1] < losses[0], hashlib.sha256(np.array(losses).tobytes()).hexdigest())
"""


def test_two_processes_give_the_same_bits():
    runs = [
        subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
        for _ in range(2)
    ]
    assert runs[0].stdout.startswith("True "), runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
