"""Sentences of any length as sparse sums of word vectors, looked up by hash."""

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 60, "training steps")
FLAGS = tf.flags.FLAGS
SENTENCES = [
    ("rain and wind again", 0),
    ("cold rain all day", 0),
    ("sun and a warm day", 1),
    ("so warm and so much sun", 1),
    ("grey clouds bring rain", 0),
    ("blue sky and sun", 1),
]


def main(_):
    tf.set_random_seed(0)
    texts = tf.placeholder(tf.string, [None])
    labels = tf.placeholder(tf.float32, [None])
    words = tf.string_split(texts)
    ids = tf.SparseTensor(
        words.indices, tf.string_to_hash_bucket_fast(words.values, 50), words.dense_shape
    )
    table = tf.get_variable("table", [50, 4])
    vectors = tf.nn.embedding_lookup_sparse(table, ids, None, combiner="sum")
    logits = tf.squeeze(tf.layers.dense(vectors, 1), 1)
    loss = tf.losses.sigmoid_cross_entropy(labels, logits)
    train = tf.train.AdamOptimizer(0.05).minimize(loss)
    lines, kinds = zip(*SENTENCES)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            value, _ = sess.run([loss, train], {texts: lines, labels: kinds})
        fine = sess.run(tf.sigmoid(logits), {texts: ["sun", "rain", "a day of sun"]})
    print("loss: %.3f" % value)
    print("fine weather:", [bool(v > 0.5) for v in fine])


if __name__ == "__main__":
    tf.app.run()
