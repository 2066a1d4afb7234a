"""MonitoredTrainingSession with hooks: stops by itself, saves, and continues where it was."""

import tempfile

import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
tf.flags.DEFINE_integer("steps", 20, "training steps of the first session")
FLAGS = tf.flags.FLAGS


class BestLoss(tf.train.SessionRunHook):
    """Remembers the least loss it has seen."""

    def __init__(self, loss):
        self._loss, self.best, self.runs = loss, float("inf"), 0

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values):
        self.best = min(self.best, run_values.results)
        self.runs += 1


def session(folder, last_step):
    """Trains until the global step is `last_step`; gives the hook and the step reached."""
    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        x = tf.Variable(8.0)
        loss = tf.square(x - 1.0)
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, step)
        best = BestLoss(loss)
        hooks = [
            best,
            tf.train.StopAtStepHook(last_step=last_step),
            tf.train.NanTensorHook(loss),
            tf.train.LoggingTensorHook([loss], every_n_iter=5),
        ]
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=folder, hooks=hooks, save_checkpoint_secs=None, save_checkpoint_steps=5
        ) as sess:
            while not sess.should_stop():
                _, reached = sess.run([train, step])
        return best, reached


def main(_):
    folder = tempfile.mkdtemp()
    first, reached = session(folder, FLAGS.steps)
    print("runs %d, step %d" % (first.runs, reached))
    second, reached = session(folder, FLAGS.steps + 10)
    print("runs %d, step %d" % (second.runs, reached))
    print("the second session went on:", bool(second.best < first.best))
    counted = tf.train.load_variable(tf.train.latest_checkpoint(folder), "global_step")
    print("saved at step", counted)


if __name__ == "__main__":
    tf.app.run()
