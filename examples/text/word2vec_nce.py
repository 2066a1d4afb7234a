"""Word vectors by skip-gram and noise contrastive estimation, on a made-up language."""

import collections

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 400, "training steps")
flags.DEFINE_integer("dimensions", 12, "size of a vector")
FLAGS = flags.FLAGS
GROUPS = [["cat", "dog", "cow"], ["red", "blue", "green"], ["one", "two", "three"]]


def corpus(random, sentences=400):
    """Sentences whose words all come from one group."""
    words = []
    for _ in range(sentences):
        words.extend(random.choice(GROUPS[random.randint(len(GROUPS))], 5))
        words.append("end")
    return words


def pairs(ids, window=2):
    """Every word with its neighbours."""
    return [
        (ids[i], ids[j])
        for i in range(window, len(ids) - window)
        for j in range(i - window, i + window + 1)
        if i != j
    ]


def main(_):
    tf.set_random_seed(0)
    random = np.random.RandomState(0)
    words = corpus(random)
    vocabulary = [word for word, _ in collections.Counter(words).most_common()]
    examples = np.array(pairs([vocabulary.index(w) for w in words]))
    size = len(vocabulary)
    inputs = tf.placeholder(tf.int32, [None])
    labels = tf.placeholder(tf.int32, [None, 1])
    with tf.device("/cpu:0"):
        embeddings = tf.Variable(tf.random_uniform([size, FLAGS.dimensions], -1.0, 1.0))
        embed = tf.nn.embedding_lookup(embeddings, inputs)
    nce_weights = tf.Variable(tf.truncated_normal([size, FLAGS.dimensions], stddev=0.3))
    nce_biases = tf.Variable(tf.zeros([size]))
    loss = tf.reduce_mean(
        tf.nn.nce_loss(
            weights=nce_weights,
            biases=nce_biases,
            labels=labels,
            inputs=embed,
            num_sampled=4,
            num_classes=size,
        )
    )
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    normalized = tf.nn.l2_normalize(embeddings, 1)
    similarity = tf.matmul(normalized, normalized, transpose_b=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = []
        for _ in range(FLAGS.steps):
            pick = examples[random.randint(len(examples), size=64)]
            losses.append(sess.run([loss, train], {inputs: pick[:, 0], labels: pick[:, 1:]})[0])
        near = sess.run(similarity)
    for word in ("cat", "red", "one"):
        order = (-near[vocabulary.index(word)]).argsort()[1:3]
        print("near %s: %s" % (word, ", ".join(vocabulary[i] for i in order)))
    first, last = np.mean(losses[:5]), np.mean(losses[-5:])
    print("loss %.2f, then %.2f, decreased: %s" % (first, last, last < first))


if __name__ == "__main__":
    tf.app.run()
