"""Types that recurrent cells refuse."""

import pytest

import headwater as tf

CELLS = [
    tf.nn.rnn_cell.BasicRNNCell,
    tf.nn.rnn_cell.GRUCell,
    tf.nn.rnn_cell.BasicLSTMCell,
    tf.nn.rnn_cell.LSTMCell,
]


@pytest.mark.parametrize("cell", CELLS)
def test_integers(cell):
    inputs = tf.placeholder(tf.int32, [3, 4, 5])
    with pytest.raises(ValueError, match="RNN cell only supports floating"):
        tf.nn.dynamic_rnn(cell(2, dtype=tf.int32), inputs, dtype=tf.int32)
