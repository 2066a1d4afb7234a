"""tf.train.Supervisor: sessions with checkpoints and summaries, before MonitoredSession."""

import tempfile

import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
tf.flags.DEFINE_integer("steps", 10, "training steps of each of two rounds")
FLAGS = tf.flags.FLAGS


def main(_):
    folder = tempfile.mkdtemp()
    for _ in range(2):
        with tf.Graph().as_default():
            step = tf.Variable(0, name="global_step", trainable=False)
            x = tf.Variable(1.0, name="x")
            loss = tf.square(x)
            train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
            tf.summary.scalar("loss", loss)
            sv = tf.train.Supervisor(logdir=folder, global_step=step, save_model_secs=0)
            with sv.managed_session() as sess:
                start = sess.run(step)
                while not sv.should_stop() and sess.run(step) < start + FLAGS.steps:
                    sess.run(train)
                sv.saver.save(sess, sv.save_path, global_step=step)
                print("from step %d to %d: x = %.3f" % (start, sess.run(step), sess.run(x)))


if __name__ == "__main__":
    tf.app.run()
