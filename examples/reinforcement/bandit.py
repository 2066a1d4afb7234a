"""Slot machines: learns the best arm from rewards alone, with a scatter of updates."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 500, "plays")
tf.flags.DEFINE_float("epsilon", 0.1, "share of plays on any arm")
FLAGS = tf.flags.FLAGS
CHANCES = [0.2, 0.5, 0.8, 0.35]


def main(_):
    tf.set_random_seed(0)
    arm = tf.placeholder(tf.int32, [])
    reward = tf.placeholder(tf.float32, [])
    values = tf.Variable(tf.zeros([len(CHANCES)]), trainable=False)
    plays = tf.Variable(tf.zeros([len(CHANCES)]), trainable=False)
    counted = tf.scatter_add(plays, [arm], [1.0])
    step = (reward - tf.gather(values, arm)) / tf.gather(counted, arm)
    learn = tf.scatter_add(values, [arm], [step])
    greedy = tf.cast(tf.argmax(values), tf.int32)
    anything = tf.random_uniform([], 0, len(CHANCES), dtype=tf.int32)
    explore = tf.random_uniform([]) < FLAGS.epsilon
    choice = tf.where(explore, anything, greedy)
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(FLAGS.steps):
            played = i if i < len(CHANCES) else sess.run(choice)
            won = float(random.uniform() < CHANCES[played])
            sess.run(learn, {arm: played, reward: won})
        found, counts = sess.run([values, plays])
    print("values:", np.round(found, 2).tolist(), "plays: %d" % counts.sum())
    print("best arm:", int(found.argmax()))


if __name__ == "__main__":
    tf.app.run()
