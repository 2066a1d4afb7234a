"""Large variables in pieces: embeddings in shards, saved and restored with another cut."""

import os
import tempfile

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 50, "training steps")
FLAGS = tf.flags.FLAGS


def table(shards):
    return tf.get_variable(
        "table",
        [10, 3],
        partitioner=tf.fixed_size_partitioner(shards),
        initializer=tf.random_uniform_initializer(-1, 1, seed=1),
    )


def main(_):
    wanted = np.random.RandomState(0).randn(10, 3).astype(np.float32)
    ids = tf.placeholder(tf.int32, [None])
    embedding = table(3)
    print("pieces:", [v.shape.as_list() for v in tf.global_variables()])
    rows = tf.nn.embedding_lookup(embedding, ids, partition_strategy="div")
    loss = tf.losses.mean_squared_error(tf.gather(wanted, ids), rows)
    train = tf.train.AdagradOptimizer(0.5).minimize(loss)
    path = os.path.join(tempfile.mkdtemp(), "model")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        everything = {ids: np.arange(10)}
        before = sess.run(loss, everything)
        for _ in range(FLAGS.steps):
            sess.run(train, everything)
        after = sess.run(loss, everything)
        whole = sess.run(tf.convert_to_tensor(embedding))
        tf.train.Saver([embedding]).save(sess, path)
    with tf.Graph().as_default(), tf.Session() as sess:
        other = table(2)
        tf.train.Saver([other]).restore(sess, path)
        print("restored:", np.array_equal(sess.run(tf.convert_to_tensor(other)), whole))
    print("loss %.3f, then %.3f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
