"""Deep Q-learning in a small maze, with a replay memory and a target network."""

import collections
import random

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 1500, "moves")
flags.DEFINE_integer("copy_every", 100, "moves between updates of the target network")
FLAGS = flags.FLAGS
SIDE, GOAL, WALLS = 4, (3, 3), {(1, 1), (2, 1), (1, 3)}
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]


class Maze:
    """Starts in a corner; every move costs a little, the goal gives 1."""

    def reset(self):
        self.place, self.moves = (0, 0), 0
        return self.observe()

    def observe(self):
        state = np.zeros([SIDE, SIDE], np.float32)
        state[self.place] = 1
        return state.ravel()

    def step(self, action):
        row, column = np.add(self.place, MOVES[action])
        if 0 <= row < SIDE and 0 <= column < SIDE and (row, column) not in WALLS:
            self.place = (int(row), int(column))
        self.moves += 1
        done = self.place == GOAL
        return self.observe(), 1.0 if done else -0.04, done or self.moves >= 40


def q_network(states, name):
    with tf.variable_scope(name):
        h = tf.layers.dense(states, 32, tf.nn.relu)
        q = tf.layers.dense(h, len(MOVES))
    return q, tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope=name)


def main(_):
    tf.set_random_seed(0)
    random.seed(0)
    states = tf.placeholder(tf.float32, [None, SIDE * SIDE])
    following = tf.placeholder(tf.float32, [None, SIDE * SIDE])
    actions = tf.placeholder(tf.int32, [None])
    rewards = tf.placeholder(tf.float32, [None])
    over = tf.placeholder(tf.float32, [None])
    q, online = q_network(states, "online")
    later, target = q_network(following, "target")
    copy = tf.group(*[t.assign(o) for t, o in zip(target, online)])
    wanted = rewards + 0.95 * (1 - over) * tf.reduce_max(later, axis=1)
    chosen = tf.reduce_sum(q * tf.one_hot(actions, len(MOVES)), axis=1)
    loss = tf.losses.huber_loss(tf.stop_gradient(wanted), chosen)
    train = tf.train.AdamOptimizer(0.005).minimize(loss, var_list=online)
    best = tf.argmax(q, axis=1)
    memory = collections.deque(maxlen=500)
    maze = Maze()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        state = maze.reset()
        for step in range(FLAGS.steps):
            if random.random() < max(0.1, 1 - step / 800.0):
                action = random.randrange(len(MOVES))
            else:
                action = sess.run(best, {states: [state]})[0]
            new, reward, done = maze.step(action)
            memory.append((state, action, reward, new, float(done)))
            state = maze.reset() if done else new
            batch = zip(*random.sample(memory, min(len(memory), 32)))
            sess.run(train, dict(zip([states, actions, rewards, following, over], batch)))
            if step % FLAGS.copy_every == 0:
                sess.run(copy)
        state, done, total = maze.reset(), False, 0.0
        while not done:
            state, reward, done = maze.step(sess.run(best, {states: [state]})[0])
            total += reward
    print("moves: %d, return %.2f" % (maze.moves, total))
    print("reached the goal:", maze.place == GOAL)


if __name__ == "__main__":
    tf.app.run()
