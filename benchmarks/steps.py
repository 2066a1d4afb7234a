"""Small steps, where what surrounds the arithmetic counts."""

import numpy as np
from registry import repeated
from training import cross_entropy, dense, labelled, trainer


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
    return trainer(tf, train, labelled(images, labels, [100, 784]))


def dropout_network(tf):
    """784-500-100-10 with ReLU, dropout and Adam: `(training op, images, labels)`."""
    images, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    x = tf.nn.dropout(dense(tf, images, 784, 500, tf.nn.relu), keep_prob=0.5)
    x = tf.nn.dropout(dense(tf, x, 500, 100, tf.nn.relu), keep_prob=0.5)
    loss = cross_entropy(tf, dense(tf, x, 100, 10), labels)
    return tf.train.AdamOptimizer(1e-3).minimize(loss), images, labels


@repeated
def three_layers_dropout_adam(tf):
    """A training step of 784-500-100-10 with ReLU, dropout and Adam, batch of 100."""
    train, images, labels = dropout_network(tf)
    return trainer(tf, train, labelled(images, labels, [100, 784]))


@repeated
def deep_q_step(tf):
    """Choosing an action, and a training step on 32 transitions: 4-64-64-2, a target network."""
    states, following = (tf.placeholder(tf.float32, [None, 4]) for _ in range(2))
    actions, rewards = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None])

    def network(x):
        x = dense(tf, x, 4, 64, tf.nn.relu)
        return dense(tf, dense(tf, x, 64, 64, tf.nn.relu), 64, 2)

    with tf.variable_scope("online"):
        values = network(states)
    with tf.variable_scope("target"):
        future = tf.stop_gradient(tf.reduce_max(network(following), axis=1))
    chosen = tf.reduce_sum(values * tf.one_hot(actions, 2), axis=1)
    loss = tf.reduce_mean(tf.square(rewards + 0.99 * future - chosen))
    best = tf.argmax(values, axis=1)
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    rng = np.random.RandomState(0)
    batch = {
        states: rng.randn(32, 4),
        following: rng.randn(32, 4),
        actions: rng.randint(0, 2, 32),
        rewards: rng.randn(32),
    }
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())

    def step():
        sess.run(best, {states: batch[states][:1]})
        sess.run(train, batch)

    return step
