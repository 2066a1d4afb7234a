"""`tensorflow.examples.tutorials.mnist.mnist`: the two-layer network of the MNIST tutorial.

Programs build their graphs with these four functions and read the variables back by name.
"""

import math

NUM_CLASSES = 10
IMAGE_SIZE = 28
IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE


def inference(images, hidden1_units, hidden2_units):
    """The network up to its logits, in scopes `hidden1`, `hidden2` and `softmax_linear`.

    Args:
      images: `float32` `[batch, 784]`.
      hidden1_units: width of the first hidden layer.
      hidden2_units: width of the second.

    Returns:
      Logits, `float32` `[batch, 10]`.
    """
    import headwater as tf

    def affine(scope, x, inputs, outputs):
        with tf.name_scope(scope):
            spread = 1.0 / math.sqrt(float(inputs))
            weights = tf.Variable(
                tf.truncated_normal([inputs, outputs], stddev=spread), name="weights"
            )
            biases = tf.Variable(tf.zeros([outputs]), name="biases")
            result = tf.matmul(x, weights) + biases
            return result if scope == "softmax_linear" else tf.nn.relu(result)

    hidden1 = affine("hidden1", images, IMAGE_PIXELS, hidden1_units)
    hidden2 = affine("hidden2", hidden1, hidden1_units, hidden2_units)
    return affine("softmax_linear", hidden2, hidden2_units, NUM_CLASSES)


def loss(logits, labels):
    """The mean cross entropy of the softmax.

    Args:
      logits: `float32` `[batch, 10]`.
      labels: integers `[batch]`.

    Returns:
      A scalar.
    """
    import headwater as tf

    return tf.losses.sparse_softmax_cross_entropy(labels=tf.to_int64(labels), logits=logits)


def training(loss, learning_rate):
    """Gradient descent on a loss, which gets a scalar summary.

    Args:
      loss: a scalar.
      learning_rate: the step size.

    Returns:
      The training `Operation`; it counts steps in a variable `global_step`.
    """
    import headwater as tf

    tf.summary.scalar("loss", loss)
    optimizer = tf.train.GradientDescentOptimizer(learning_rate)
    steps = tf.Variable(0, name="global_step", trainable=False)
    return optimizer.minimize(loss, global_step=steps)


def evaluation(logits, labels):
    """How many images of a batch get their label.

    Args:
      logits: `float32` `[batch, 10]`.
      labels: integers `[batch]`.

    Returns:
      A scalar `int32`.
    """
    import headwater as tf

    return tf.reduce_sum(tf.cast(tf.nn.in_top_k(logits, labels, 1), tf.int32))
