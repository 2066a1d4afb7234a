"""A recurrent cell of one's own, run by raw_rnn, and wrapped cells side by side."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 60, "training steps")
FLAGS = tf.flags.FLAGS


class LeakyCell(tf.nn.rnn_cell.RNNCell):
    """Keeps a learned share of its state."""

    def __init__(self, units):
        super(LeakyCell, self).__init__()
        self._units = units

    @property
    def state_size(self):
        return self._units

    @property
    def output_size(self):
        return self._units

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or "leaky", reuse=tf.AUTO_REUSE):
            w = tf.get_variable("w", [inputs.shape[-1], self._units])
            leak = tf.sigmoid(tf.get_variable("leak", [self._units]))
            new = leak * state + (1 - leak) * tf.tanh(tf.matmul(inputs, w))
        return new, new


def run_raw(cell, inputs):
    """`raw_rnn` over a TensorArray of `[time, n, depth]`; gives the last state."""
    time, n, depth = inputs.shape.as_list()
    array = tf.TensorArray(tf.float32, time).unstack(inputs)

    def loop(step, output, state, loop_state):
        finished = step >= time
        following = tf.cond(finished, lambda: tf.zeros([n, depth]), lambda: array.read(step))
        state = cell.zero_state(n, tf.float32) if output is None else state
        return tf.fill([n], finished), following, state, output, None

    _, state, _ = tf.nn.raw_rnn(cell, loop)
    return state


def main(_):
    tf.set_random_seed(0)
    random = np.random.RandomState(0)
    values = random.randn(6, 32, 2).astype(np.float32)
    cell = tf.nn.rnn_cell.DeviceWrapper(tf.nn.rnn_cell.ResidualWrapper(LeakyCell(2)), "/cpu:0")
    state = run_raw(cell, tf.constant(values))
    guess = tf.layers.dense(state, 1)[:, 0]
    loss = tf.losses.mean_squared_error(values.mean((0, 2)), guess)
    train = tf.train.AdamOptimizer(0.05).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, train])[0] for _ in range(FLAGS.steps)]
    print("variables:", sorted(v.op.name for v in tf.trainable_variables()))
    print("loss %.3f, then %.3f" % (losses[0], losses[-1]))
    print("decreased:", bool(losses[-1] < losses[0]))


if __name__ == "__main__":
    tf.app.run()
