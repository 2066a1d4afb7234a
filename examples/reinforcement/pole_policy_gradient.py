"""REINFORCE balances a pole on a cart; the physics are a few lines of NumPy."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 150, "episodes")
flags.DEFINE_integer("longest", 100, "moves in an episode at most")
FLAGS = flags.FLAGS


class CartPole:
    """Observations `[x, speed, angle, turning]`; actions push to the left (0) or right (1)."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def reset(self):
        self.state = self.random.uniform(-0.05, 0.05, 4)
        return self.state

    def step(self, action):
        x, v, angle, w = self.state
        force = 10.0 if action else -10.0
        sin, cos = np.sin(angle), np.cos(angle)
        push = (force + 0.05 * w * w * sin) / 1.1
        turning = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3 - 0.1 * cos * cos / 1.1))
        acceleration = push - 0.05 * turning * cos / 1.1
        step = np.array([v, acceleration, w, turning])
        self.state = self.state + 0.02 * step
        return self.state, abs(self.state[0]) > 2.4 or abs(self.state[2]) > 0.21


def returns(length):
    """Discounted sums of a reward of 1 for every move, brought to mean 0."""
    values = np.cumsum(0.98 ** np.arange(length))[::-1]
    return (values - values.mean()) / (values.std() + 1e-6)


def main(_):
    tf.set_random_seed(1)
    states = tf.placeholder(tf.float32, [None, 4])
    actions = tf.placeholder(tf.int32, [None])
    advantages = tf.placeholder(tf.float32, [None])
    h = tf.contrib.layers.fully_connected(states, 16, activation_fn=tf.nn.tanh)
    logits = tf.contrib.layers.fully_connected(h, 2, activation_fn=None)
    sample = tf.squeeze(tf.multinomial(logits, 1), 1)
    minus_log = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits)
    loss = tf.reduce_mean(minus_log * advantages)
    optimizer = tf.train.AdamOptimizer(0.02)
    gradients = [(tf.clip_by_norm(g, 1.0), v) for g, v in optimizer.compute_gradients(loss)]
    train = optimizer.apply_gradients(gradients)
    cart, lengths = CartPole(0), []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        act = sess.make_callable(sample, [states])
        for _ in range(FLAGS.steps):
            state, seen, done, taken = cart.reset(), [], False, []
            while not done and len(seen) < FLAGS.longest:
                action = act(state[np.newaxis])[0]
                seen.append(state)
                taken.append(action)
                state, done = cart.step(action)
            lengths.append(len(seen))
            feed = {states: seen, actions: taken, advantages: returns(len(seen))}
            sess.run(train, feed)
    tenth = max(1, FLAGS.steps // 10)
    print("moves: %.1f, then %.1f" % (np.mean(lengths[:tenth]), np.mean(lengths[-tenth:])))
    print("episodes:", len(lengths))


if __name__ == "__main__":
    tf.app.run()
