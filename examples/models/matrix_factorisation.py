"""A recommender: ratings are products of two embeddings, found by sparse updates."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 600, "training steps")
flags.DEFINE_integer("rank", 3, "size of an embedding")
FLAGS = flags.FLAGS
USERS, ITEMS = 40, 30


def main(_):
    tf.set_random_seed(0)
    random = np.random.RandomState(0)
    truth = random.randn(USERS, FLAGS.rank).dot(random.randn(FLAGS.rank, ITEMS))
    user = tf.placeholder(tf.int32, [None])
    item = tf.placeholder(tf.int32, [None])
    rating = tf.placeholder(tf.float32, [None])
    normal = tf.random_normal_initializer(stddev=0.3)
    users = tf.get_variable("users", [USERS, FLAGS.rank], initializer=normal)
    items = tf.get_variable("items", [ITEMS, FLAGS.rank], initializer=normal)
    guess = tf.reduce_sum(
        tf.nn.embedding_lookup(users, user) * tf.nn.embedding_lookup(items, item), 1
    )
    loss = tf.losses.mean_squared_error(rating, guess)
    train = tf.train.AdagradOptimizer(0.3).minimize(loss)
    mask = random.uniform(size=truth.shape) < 0.7
    known, hidden = np.argwhere(mask), np.argwhere(~mask)

    def feed(pairs):
        return {user: pairs[:, 0], item: pairs[:, 1], rating: truth[tuple(pairs.T)]}

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(loss, feed(hidden))
        for _ in range(FLAGS.steps):
            sess.run(train, feed(known[random.randint(len(known), size=64)]))
        after = sess.run(loss, feed(hidden))
    print("error on ratings not seen: %.3f, then %.3f" % (before, after))
    print("decreased:", bool(after < before))


if __name__ == "__main__":
    tf.app.run()
