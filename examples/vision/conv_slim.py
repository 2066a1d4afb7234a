"""A small network in TF-Slim: argument scopes, end points, its own training loop."""

import tempfile

import numpy as np
import tensorflow as tf

slim = tf.contrib.slim
flags = tf.app.flags
flags.DEFINE_integer("steps", 30, "training steps")
FLAGS = flags.FLAGS


def network(images, is_training=True):
    normalizer = {"is_training": is_training, "decay": 0.9, "updates_collections": None}
    with tf.contrib.slim.arg_scope(
        [tf.contrib.slim.conv2d],
        normalizer_fn=tf.contrib.slim.batch_norm,
        normalizer_params=normalizer,
        weights_initializer=tf.contrib.slim.xavier_initializer_conv2d(),
        weights_regularizer=tf.contrib.slim.l2_regularizer(1e-4),
        outputs_collections="end_points",
    ):
        net = slim.conv2d(images, 8, [3, 3], scope="conv1")
        net = tf.contrib.slim.max_pool2d(net, [2, 2], scope="pool1")
        net = slim.repeat(net, 2, slim.conv2d, 8, [3, 3], scope="conv2")
        net = tf.contrib.slim.avg_pool2d(net, [4, 4], scope="pool2")
    net = tf.contrib.slim.flatten(net)
    net = tf.contrib.slim.dropout(net, 0.8, is_training=is_training, scope="dropout")
    return slim.fully_connected(
        net,
        2,
        activation_fn=None,
        weights_initializer=tf.contrib.slim.variance_scaling_initializer(),
        scope="logits",
    )


def main(_):
    tf.logging.set_verbosity(tf.logging.WARN)
    tf.set_random_seed(1)
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 64)
    pictures = random.randn(64, 8, 8, 1).astype(np.float32) * 0.3
    pictures[labels == 1, 2:6, 2:6] += 1.0  # a square in the middle
    logits = network(tf.constant(pictures))
    slim.losses.softmax_cross_entropy(logits, tf.contrib.slim.one_hot_encoding(labels, 2))
    total = slim.losses.get_total_loss()
    train_op = slim.learning.create_train_op(total, tf.train.AdamOptimizer(0.02))
    print("layers:", len(tf.get_collection("end_points")))
    print("model variables:", len(slim.get_model_variables()))
    folder = tempfile.mkdtemp()
    last = slim.learning.train(train_op, folder, number_of_steps=FLAGS.steps, save_summaries_secs=0)
    print("loss is below chance: %s" % (last < 0.6))
    print("checkpoint exists: %s" % tf.train.checkpoint_exists(tf.train.latest_checkpoint(folder)))


if __name__ == "__main__":
    tf.app.run()
