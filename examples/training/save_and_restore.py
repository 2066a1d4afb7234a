"""Checkpoints: saved while training, found again, restored in part, read without a graph."""

import os
import tempfile

import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 6, "training steps")
tf.app.flags.DEFINE_string("train_dir", "", "where checkpoints go; a temporary folder if empty")
FLAGS = tf.app.flags.FLAGS


def build():
    with tf.variable_scope("model"):
        w = tf.get_variable("w", [2], initializer=tf.constant_initializer(5.0))
    step = tf.train.get_or_create_global_step()
    loss = tf.reduce_sum(tf.square(w))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
    return w, step, train


def main(_):
    folder = FLAGS.train_dir or tempfile.mkdtemp()
    prefix = os.path.join(folder, "model.ckpt")
    w, step, train = build()
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run(train)
            saver.save(sess, prefix, global_step=step)
        trained = sess.run(w)

    tf.reset_default_graph()
    w, step, train = build()
    saver = tf.train.Saver({"model/w": w, step.op.name: step})
    with tf.Session() as sess:
        state = tf.train.get_checkpoint_state(folder)
        print("kept:", [os.path.basename(p) for p in state.all_model_checkpoint_paths])
        saver.restore(sess, state.model_checkpoint_path)
        print("restored: %s, step %d" % ((sess.run(w) == trained).all(), sess.run(step)))

    path = tf.train.latest_checkpoint(folder)
    reader = tf.train.NewCheckpointReader(path)
    print("inside:", sorted(reader.get_variable_to_shape_map()))
    print("listed:", [name for name, _ in tf.train.list_variables(path)])
    print("read: %.3f" % tf.train.load_checkpoint(path).get_tensor("model/w")[0])
    print("again: %.3f" % tf.contrib.framework.load_variable(path, "model/w")[1])
    print("exists: %s %s" % (tf.train.checkpoint_exists(path), tf.train.checkpoint_exists("no")))

    tf.reset_default_graph()
    with tf.variable_scope("copy"):
        other = tf.get_variable("w", [2])
    tf.train.init_from_checkpoint(path, {"model/": "copy/"})
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        print("another name: %s" % (sess.run(other) == trained).all())


if __name__ == "__main__":
    tf.app.run()
