"""A network for digits, trained without a session: tfe.Network, datasets, a traced step, a checkpoint."""

import argparse
import os
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

parser = argparse.ArgumentParser()
parser.add_argument("--data_dir", default="MNIST_data")
parser.add_argument("--steps", type=int, default=300)
args = parser.parse_args()

tf.enable_eager_execution()
tfe = tf.contrib.eager
tf.set_random_seed(1)


class Digits(tfe.Network):
    def __init__(self):
        super(Digits, self).__init__(name="digits")
        self.hidden = self.track_layer(tf.layers.Dense(64, activation=tf.nn.relu))
        self.scores = self.track_layer(tf.layers.Dense(10))

    def call(self, images):
        return self.scores(self.hidden(images))


def loss(model, images, labels):
    return tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(logits=model(images), labels=labels)
    )


def accuracy(model, images, labels):
    metric = tfe.metrics.Accuracy()
    metric(labels, tf.argmax(model(images), 1))
    return metric.result().numpy()


mnist = input_data.read_data_sets(args.data_dir)
data = tf.data.Dataset.from_tensor_slices((mnist.train.images, mnist.train.labels.astype("int64")))
batches = tfe.Iterator(data.shuffle(1000, seed=1).repeat().batch(64))
model, optimizer = Digits(), tf.train.AdamOptimizer(0.003)
gradients = tfe.implicit_value_and_gradients(loss)
step = tf.train.get_or_create_global_step()

with tempfile.TemporaryDirectory() as folder:
    writer = tf.contrib.summary.create_file_writer(folder)
    with writer.as_default(), tf.contrib.summary.record_summaries_every_n_global_steps(10):
        first = None
        for images, labels in batches:
            value, pairs = gradients(model, images, labels)
            first = value if first is None else first
            tf.contrib.summary.scalar("loss", value)
            optimizer.apply_gradients(pairs, global_step=step)
            if step.numpy() >= args.steps:
                break
    writer.close()
    print("steps: %d, loss decreased: %s" % (step.numpy(), bool(value < first)))

    test = tf.constant(mnist.test.images), tf.constant(mnist.test.labels.astype("int64"))
    before = accuracy(model, *test)
    print("test accuracy: %.3f" % before)

    # A step as one function: traced once, then run (and compiled, when that pays) as a whole.
    @tfe.defun
    def train_step(images, labels):
        with tf.GradientTape() as tape:
            value = loss(model, images, labels)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
        return value

    losses = [float(train_step(*batches.next())) for _ in range(20)]
    print("a traced step trains too:", sum(losses[10:]) < 20 * float(first))

    path = tfe.Saver(model.variables).save(os.path.join(folder, "digits"), global_step=step)
    after = accuracy(model, *test)
    for variable in model.variables:
        variable.assign(tf.zeros_like(variable))
    tfe.Saver(model.variables).restore(path)
    print("restored: %s" % (accuracy(model, *test) == after))
