"""Is a sentence kind? Convolutions over word vectors, as in the text classifiers of 2016."""

import numpy as np
import tensorflow as tf

flags = tf.flags
flags.DEFINE_integer("steps", 80, "training steps")
flags.DEFINE_string("filter_sizes", "2,3", "widths of the filters, with commas")
flags.DEFINE_integer("num_filters", 8, "filters of each width")
flags.DEFINE_float("dropout_keep_prob", 0.8, "share of features kept")
FLAGS = flags.FLAGS
KIND, UNKIND = "good great lovely fine".split(), "bad awful poor dull".split()
NEUTRAL = "the film was a very long and story with".split()
LENGTH = 8


def sentences(random, n=64):
    """Token ids `[n, 8]` and one-hot labels; "not" turns the meaning of the next word."""
    words = NEUTRAL + KIND + UNKIND + ["not"]
    x = random.randint(0, len(NEUTRAL), [n, LENGTH])
    kind, negated = random.randint(0, 2, n), random.randint(0, 2, n)
    for row, k, turn in zip(x, kind, negated):
        place = random.randint(1, LENGTH)
        row[place] = words.index(random.choice(KIND if k != turn else UNKIND))
        if turn:
            row[place - 1] = words.index("not")
    return x, np.eye(2)[kind], len(words)


class TextCNN(object):
    """Embedding, convolutions and max pooling over time, dropout, softmax."""

    def __init__(self, vocabulary, embedding_size, filter_sizes, num_filters):
        self.input_x = tf.placeholder(tf.int32, [None, LENGTH], name="input_x")
        self.input_y = tf.placeholder(tf.float32, [None, 2], name="input_y")
        self.keep = tf.placeholder(tf.float32, name="dropout_keep_prob")
        with tf.device("/cpu:0"), tf.name_scope("embedding"):
            table = tf.Variable(tf.random_uniform([vocabulary, embedding_size], -1.0, 1.0))
            embedded = tf.nn.embedding_lookup(table, self.input_x)
        pooled = []
        for size in filter_sizes:
            with tf.name_scope("conv-maxpool-%s" % size):
                shape = [size, embedding_size, num_filters]
                w = tf.Variable(tf.truncated_normal(shape, stddev=0.1), name="W")
                b = tf.Variable(tf.constant(0.1, shape=[num_filters]), name="b")
                conv = tf.nn.conv1d(embedded, w, stride=1, padding="VALID", name="conv")
                pooled.append(tf.reduce_max(tf.nn.relu(tf.nn.bias_add(conv, b)), axis=1))
        features = tf.nn.dropout(tf.concat(pooled, 1), self.keep)
        with tf.variable_scope("output"):
            init = tf.contrib.layers.xavier_initializer()
            w = tf.get_variable("W", [num_filters * len(filter_sizes), 2], initializer=init)
            b = tf.Variable(tf.constant(0.1, shape=[2]), name="b")
            self.scores = tf.nn.xw_plus_b(features, w, b, name="scores")
        losses = tf.nn.softmax_cross_entropy_with_logits(logits=self.scores, labels=self.input_y)
        self.loss = tf.reduce_mean(losses) + 0.001 * (tf.nn.l2_loss(w) + tf.nn.l2_loss(b))
        right = tf.equal(tf.argmax(self.scores, 1), tf.argmax(self.input_y, 1))
        self.accuracy = tf.reduce_mean(tf.cast(right, "float"), name="accuracy")


def main(_):
    tf.set_random_seed(0)
    random = np.random.RandomState(0)
    _, _, vocabulary = sentences(random)
    sizes = [int(size) for size in FLAGS.filter_sizes.split(",")]
    cnn = TextCNN(vocabulary, 12, sizes, FLAGS.num_filters)
    global_step = tf.Variable(0, name="global_step", trainable=False)
    optimizer = tf.train.AdamOptimizer(0.01)
    grads_and_vars = optimizer.compute_gradients(cnn.loss)
    train_op = optimizer.apply_gradients(grads_and_vars, global_step=global_step)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        x, y, _ = sentences(np.random.RandomState(1), 200)
        test = {cnn.input_x: x, cnn.input_y: y, cnn.keep: 1.0}
        before = sess.run(cnn.loss, test)
        for _ in range(FLAGS.steps):
            x, y, _ = sentences(random)
            feed = {cnn.input_x: x, cnn.input_y: y, cnn.keep: FLAGS.dropout_keep_prob}
            _, step = sess.run([train_op, global_step], feed)
        after, score = sess.run([cnn.loss, cnn.accuracy], test)
    print("accuracy after %d steps: %.2f" % (step, score))
    print("loss decreased:", bool(after < before))


if __name__ == "__main__":
    tf.app.run()
