"""Schedules for the learning rate, and what momentum and its relatives make of a valley."""

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 60, "training steps")
FLAGS = tf.flags.FLAGS


def schedules(step):
    return [
        ("exponential", tf.train.exponential_decay(0.1, step, 10, 0.5, staircase=True)),
        ("polynomial", tf.train.polynomial_decay(0.1, step, 50, 0.01, power=2.0)),
        ("piecewise", tf.train.piecewise_constant(step, [10, 30], [0.1, 0.05, 0.01])),
        ("inverse time", tf.train.inverse_time_decay(0.1, step, 10, 0.5)),
        ("natural", tf.train.natural_exp_decay(0.1, step, 10, 0.5)),
        ("cosine", tf.train.cosine_decay(0.1, step, 50)),
        ("noisy", tf.train.noisy_linear_cosine_decay(0.1, step, 50, initial_variance=1e-9)),
    ]


OPTIMIZERS = [
    ("descent", tf.train.GradientDescentOptimizer),
    ("momentum", lambda rate: tf.train.MomentumOptimizer(rate, 0.8, use_nesterov=True)),
    ("Adam", lambda rate: tf.train.AdamOptimizer(learning_rate=rate, beta1=0.8)),
    ("Adagrad", lambda rate: tf.train.AdagradOptimizer(5 * rate)),
    ("RMSProp", lambda rate: tf.train.RMSPropOptimizer(rate, momentum=0.2, centered=True)),
]


def main(_):
    step = tf.Variable(0, trainable=False)
    rates = schedules(step)
    with tf.Session() as sess:
        sess.run(step.initializer)
        for name, rate in rates:
            values = [sess.run(rate, {step: at}) for at in (0, 20, 50)]
            print("%s: %.4f %.4f %.4f" % ((name,) + tuple(values)))
    for name, make in OPTIMIZERS:
        with tf.Graph().as_default(), tf.Session() as sess:
            x = tf.Variable([1.0, 1.0])
            loss = tf.reduce_sum(tf.constant([1.0, 8.0]) * tf.square(x))
            global_step = tf.train.create_global_step()
            rate = tf.train.exponential_decay(0.1, global_step, 20, 0.8)
            optimizer = make(rate)
            train = optimizer.minimize(loss, global_step, gate_gradients=tf.train.Optimizer.GATE_OP)
            assert tf.GraphKeys.GLOBAL_STEP in tf.get_default_graph().get_all_collection_keys()
            sess.run(tf.global_variables_initializer())
            before = sess.run(loss)
            for _ in range(FLAGS.steps):
                sess.run(train)
            print(
                "%s decreased: %s, slots %s"
                % (name, sess.run(loss) < before, optimizer.get_slot_names())
            )


if __name__ == "__main__":
    tf.app.run()
