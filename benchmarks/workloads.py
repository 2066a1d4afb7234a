"""What is measured: small TensorFlow 1.x programs, the same for headwater and for TensorFlow.

A workload in `REPEATED` takes `tf`, sets itself up, and returns the function that is timed. That
function may return the seconds it measured itself, when only a part of it counts. `FRESH` programs
run once in a process of their own.
"""

import time

import numpy as np

REPEATED = {}
FRESH = {}


def repeated(setup):
    """Registers a workload that is called again and again in one process."""
    REPEATED[setup.__name__] = setup
    return setup


def fresh(program):
    """Registers a program that each time gets a new process."""
    FRESH[program.__name__] = program
    return program


# --- steps --------------------------------------------------------------------------------------


@repeated
def trivial_step(tf):
    """`sess.run(a + b, {a: 3.0, b: 4.0})`."""
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    total = a + b
    sess = tf.Session()
    return lambda: sess.run(total, {a: 3.0, b: 4.0})


@repeated
def fifty_feeds_and_fetches(tf):
    """50 scalars fed, 50 sums fetched as a list."""
    feeds = [tf.placeholder(tf.float32, []) for _ in range(50)]
    fetches = [x + 1.0 for x in feeds]
    values = {x: float(i) for i, x in enumerate(feeds)}
    sess = tf.Session()
    return lambda: sess.run(fetches, values)


@repeated
def softmax_regression(tf):
    """A step of the tutorials' softmax regression: 784 to 10, batch of 100, gradient descent."""
    images, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    weights, bias = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))
    y = tf.nn.softmax(tf.matmul(images, weights) + bias)
    loss = tf.reduce_mean(-tf.reduce_sum(labels * tf.log(y), axis=[1]))
    train = tf.train.GradientDescentOptimizer(0.05).minimize(loss)
    return _training(tf, train, images, labels)


@repeated
def three_layers_dropout_adam(tf):
    """A training step of 784-500-100-10 with ReLU, dropout and Adam, batch of 100."""
    images, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    x = images
    for inputs, outputs in ((784, 500), (500, 100)):
        weights = tf.Variable(tf.truncated_normal([inputs, outputs], stddev=0.1))
        x = tf.nn.relu(tf.matmul(x, weights) + tf.Variable(tf.zeros([outputs])))
        x = tf.nn.dropout(x, keep_prob=0.5)
    logits = tf.matmul(x, tf.Variable(tf.truncated_normal([100, 10], stddev=0.1)))
    logits += tf.Variable(tf.zeros([10]))
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    return _training(tf, train, images, labels)


def _training(tf, train, images, labels):
    """A function that runs one training step, going round eight random batches."""
    rng = np.random.RandomState(0)
    batches = [
        {
            images: rng.rand(100, 784).astype(np.float32),
            labels: np.eye(10, dtype=np.float32)[rng.randint(0, 10, 100)],
        }
        for _ in range(8)
    ]
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    count = [0]

    def step():
        count[0] += 1
        sess.run(train, batches[count[0] % 8])

    return step


# --- graphs -------------------------------------------------------------------------------------


@repeated
def build_10000_additions(tf):
    """`z = z + a`, 10,000 times, in a new graph."""

    def build():
        with tf.Graph().as_default():
            a = tf.placeholder(tf.float32, [8])
            start = time.perf_counter()
            z = a
            for _ in range(10_000):
                z = z + a
            return time.perf_counter() - start

    return build


@repeated
def build_10000_mixed(tf):
    """10,000 nodes of matrix products, sums, ReLUs, products with constants and reshapes."""

    def build():
        with tf.Graph().as_default():
            x = tf.placeholder(tf.float32, [None, 16])
            weights, bias = (
                tf.constant(np.eye(16, dtype=np.float32)),
                tf.constant(np.zeros(16, np.float32)),
            )
            start = time.perf_counter()
            for _ in range(1_429):  # seven nodes each: two of them are constants
                x = tf.nn.relu(tf.matmul(x, weights) + bias)
                x = tf.reshape(x * 0.5, [-1, 16])
            return time.perf_counter() - start

    return build


@repeated
def gradients_of_5000_ops(tf):
    """`tf.gradients` through a chain of 5,000 sums, products and tanhs."""

    def differentiate():
        with tf.Graph().as_default():
            x = z = tf.placeholder(tf.float32, [8])
            for i in range(5_000):
                z = tf.tanh(z) if i % 3 == 0 else z * x if i % 3 == 1 else z + x
            start = time.perf_counter()
            tf.gradients(z, x)
            return time.perf_counter() - start

    return differentiate


# --- fresh processes ----------------------------------------------------------------------------


@fresh
def first_run(tf):
    """A graph of about ten ops, run once. Returns the seconds that the first `sess.run` took."""
    x = tf.placeholder(tf.float32, [None, 4])
    weights = tf.constant(np.ones((4, 3), np.float32))
    y = tf.nn.relu(tf.matmul(x, weights) + 1.0)
    out = tf.reduce_sum(y * 2.0) / 3.0
    sess = tf.Session()
    batch = np.ones((2, 4), np.float32)
    start = time.perf_counter()
    result = sess.run(out, {x: batch})
    seconds = time.perf_counter() - start
    assert abs(result - 20.0) < 1e-4, result
    return seconds
