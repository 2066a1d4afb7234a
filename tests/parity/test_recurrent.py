"""Recurrent cells and the ways to unroll them: outputs, states, gradients, variable names against
TensorFlow.
"""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # TensorFlow's, about its cells


CELLS = {
    "rnn": lambda c: c.BasicRNNCell(5),
    "relu": lambda c: c.BasicRNNCell(5, activation=lambda x: x * 0.5),
    "gru": lambda c: c.GRUCell(5),
    "lstm": lambda c: c.BasicLSTMCell(5),
    "lstm_joined": lambda c: c.BasicLSTMCell(5, forget_bias=0.5, state_is_tuple=False),
    "lstm_full": lambda c: c.LSTMCell(
        5, use_peepholes=True, num_proj=4, cell_clip=0.5, proj_clip=0.4
    ),
    "stack": lambda c: c.MultiRNNCell([c.BasicLSTMCell(5), c.GRUCell(4)]),
    "residual": lambda c: c.ResidualWrapper(c.GRUCell(3)),
    "on_device": lambda c: c.DeviceWrapper(c.GRUCell(3), "/cpu:0"),
    "dropped": lambda c: c.DropoutWrapper(c.GRUCell(3), input_keep_prob=1.0, output_keep_prob=1.0),
}
LENGTHS = np.array([6, 2, 0, 4], np.int32)
WAYS = {
    "static": lambda tf, cell, x: tf.nn.static_rnn(cell(), tf.unstack(x, axis=1), dtype=tf.float32),
    "static_lengths": lambda tf, cell, x: tf.nn.static_rnn(
        cell(), tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=LENGTHS
    ),
    "dynamic": lambda tf, cell, x: tf.nn.dynamic_rnn(cell(), x, dtype=tf.float32),
    "dynamic_lengths": lambda tf, cell, x: tf.nn.dynamic_rnn(
        cell(), x, dtype=tf.float32, sequence_length=LENGTHS
    ),
    "time_major": lambda tf, cell, x: tf.nn.dynamic_rnn(
        cell(), tf.transpose(x, [1, 0, 2]), dtype=tf.float32, time_major=True
    ),
    "both_ways": lambda tf, cell, x: tf.nn.bidirectional_dynamic_rnn(
        cell(), cell(), x, dtype=tf.float32, sequence_length=LENGTHS
    ),
}


def unrolled(tf, way, cell, batch):
    """What a program that unrolls a cell builds and computes."""
    data = np.random.RandomState(0).randn(4, 6, 3).astype(np.float32)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [batch, 6, 3])
        initializer = tf.random_uniform_initializer(-0.5, 0.5, seed=7)
        with tf.variable_scope("s", initializer=initializer):
            outputs, state = WAYS[way](tf, lambda: CELLS[cell](tf.nn.rnn_cell), x)
        leaves = tf.nest.flatten([outputs, state])
        loss = tf.add_n([tf.reduce_sum(tf.square(leaf)) for leaf in leaves])
        variables = tf.trainable_variables()
        gradients = tf.gradients(loss, [x, *variables])
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            values = sess.run([leaves, gradients], {x: data})
        shapes = [leaf.shape.as_list() for leaf in leaves]
    return [v.name for v in variables], shapes, values


PAIRS = [(way, cell, 4) for way in WAYS for cell in CELLS]
PAIRS += [(way, cell, None) for way in ("static", "dynamic_lengths") for cell in ("gru", "stack")]


@pytest.mark.parametrize("way, cell, batch", PAIRS)
def test_unrolled_cells(way, cell, batch):
    names, shapes, values = unrolled(ours(), way, cell, batch)
    want_names, want_shapes, want_values = unrolled(oracle(), way, cell, batch)
    assert names == want_names
    assert shapes == want_shapes
    for got, want in zip(sum(values, []), sum(want_values, []), strict=True):
        np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-5)
