"""What the workloads that train have in common."""

import numpy as np


def trainer(tf, fetches, batches):
    """A function that runs one step, going round the batches.

    Args:
      tf: the library.
      fetches: what a step runs.
      batches: list of feed dicts.

    Returns:
      A function without arguments.
    """
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    count = [0]

    def step():
        count[0] += 1
        sess.run(fetches, batches[count[0] % len(batches)])

    return step


def labelled(images, labels, shape, classes=10, count=8):
    """Random images in [0, 1) with one-hot labels, as feed dicts.

    Args:
      images: the placeholder of the images.
      labels: the placeholder of the labels.
      shape: shape of a batch of images.
      classes: how many labels there are.
      count: how many batches.

    Returns:
      A list of dicts.
    """
    rng = np.random.RandomState(0)
    return [
        {
            images: rng.random_sample(shape).astype(np.float32),
            labels: np.eye(classes, dtype=np.float32)[rng.randint(0, classes, shape[0])],
        }
        for _ in range(count)
    ]


def weight(tf, shape, stddev=0.1):
    """A variable that starts as small random numbers."""
    return tf.Variable(tf.truncated_normal(shape, stddev=stddev))


def dense(tf, x, inputs, outputs, activation=None):
    """A fully connected layer."""
    y = tf.matmul(x, weight(tf, [inputs, outputs])) + tf.Variable(tf.zeros([outputs]))
    return activation(y) if activation is not None else y


def cross_entropy(tf, logits, labels):
    """The mean softmax cross entropy."""
    loss = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_mean(loss)
