"""Conway's game of life on a torus: neighbours are counted by a convolution."""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 32, "generations")
tf.app.flags.DEFINE_integer("size", 8, "rows and columns of the board")
FLAGS = tf.app.flags.FLAGS

GLIDER = [(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)]


def next_generation(board):
    """The board after one step, int32 `[n, n]`."""
    wrapped = tf.tile(board, [3, 3])[FLAGS.size - 1 : 2 * FLAGS.size + 1]
    wrapped = wrapped[:, FLAGS.size - 1 : 2 * FLAGS.size + 1]
    kernel = tf.constant([[1.0, 1, 1], [1, 0, 1], [1, 1, 1]])
    image = tf.cast(wrapped, tf.float32)[tf.newaxis, :, :, tf.newaxis]
    around = tf.nn.conv2d(image, tf.reshape(kernel, [3, 3, 1, 1]), [1, 1, 1, 1], "VALID")
    neighbours = tf.cast(tf.round(tf.squeeze(around)), tf.int32)
    survives = tf.logical_and(tf.equal(board, 1), tf.equal(neighbours, 2))
    return tf.cast(tf.logical_or(survives, tf.equal(neighbours, 3)), tf.int32)


def main(_):
    start = np.zeros([FLAGS.size, FLAGS.size], np.int32)
    for row, column in GLIDER:
        start[row, column] = 1
    board = tf.Variable(start)
    step = board.assign(next_generation(board))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run(step)
        end = sess.run(board)
    print("\n".join("".join(".#"[cell] for cell in row) for row in end))
    shift = FLAGS.steps // 4 % FLAGS.size
    expected = np.roll(start, (shift, shift), (0, 1))
    print("alive:", end.sum())
    print("the glider has moved by %d: %s" % (shift, np.array_equal(end, expected)))


if __name__ == "__main__":
    tf.app.run()
