"""Learning-rate schedules, moving averages and clipping by norms."""

from __future__ import annotations

from .harness import Case, Collection

programs = Collection("schedules")

SCHEDULES = {
    "exponential": lambda t, g: t.exponential_decay(0.1, g, 10, 0.9),
    "exponential_stairs": lambda t, g: t.exponential_decay(0.1, g, 10, 0.9, staircase=True),
    "exponential_named": lambda t, g: t.exponential_decay(0.1, g, 10, 0.9, name="mine"),
    "natural_exp": lambda t, g: t.natural_exp_decay(0.1, g, 10, 0.9),
    "inverse_time": lambda t, g: t.inverse_time_decay(0.1, g, 10, 0.9),
    "inverse_time_stairs": lambda t, g: t.inverse_time_decay(0.1, g, 10, 0.9, staircase=True),
    "polynomial": lambda t, g: t.polynomial_decay(0.1, g, 10, power=2.0),
    "polynomial_cycle": lambda t, g: t.polynomial_decay(0.1, g, 10, 0.01, cycle=True),
    "cosine": lambda t, g: t.cosine_decay(0.1, g, 10, alpha=0.1),
    "linear_cosine": lambda t, g: t.linear_cosine_decay(0.1, g, 10),
    "noisy_linear_cosine": lambda t, g: t.noisy_linear_cosine_decay(0.1, g, 10),
}
STEPS = (0, 1, 2, 5, 9, 10, 13, 30)


def schedule(make, dtype="int64"):
    def program(tf):
        tf.set_random_seed(1)
        step = tf.placeholder(dtype, [], name="step")
        rate = make(tf.train, step)
        return Case(
            rate,
            [{step: n} for n in STEPS],
            steps=len(STEPS),
            rtol=2e-6,
            facts=[rate.name, rate.dtype.name],
        )

    return program


programs.each({n: schedule(make) for n, make in SCHEDULES.items()})
programs.each({f"{n}_int32": schedule(SCHEDULES[n], "int32") for n in ("exponential", "cosine")})


@programs
def schedule_of_a_variable(tf):
    step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.1, step, 1, 0.5)
    w = tf.Variable([1.0], name="w")
    train = tf.train.GradientDescentOptimizer(rate).minimize(tf.reduce_sum(w * w), global_step=step)
    return Case([rate, w], init=True, train=train, steps=4)


@programs
def clipping(tf):
    t = tf.constant([3.0, 4.0], name="t")
    slices = tf.IndexedSlices(t, tf.constant([0, 1]), tf.constant([3]))
    rows = tf.clip_by_norm(slices, 1.0, axes=[0]).values
    single = [tf.clip_by_norm(t, 1.0), rows, tf.clip_by_average_norm(t, 1.0)]
    clipped, norm = tf.clip_by_global_norm([t, None, slices], 2.0)
    known, _ = tf.clip_by_global_norm([t], 2.0, use_norm=norm)
    fetches = [*single, tf.global_norm([t, None]), clipped[0], clipped[2].values, norm, known[0]]
    return Case(fetches, facts=[clipped[1] is None, [f.name for f in fetches]], rtol=2e-6)


@programs
def clipping_of_zeros(tf):
    t = tf.zeros([2])
    return Case(tf.clip_by_norm(t, 1.0), ys=tf.clip_by_norm(t, 1.0), xs=t)


@programs
def clipping_of_infinity(tf):
    t = tf.constant([3.0, float("inf")], name="t")
    return Case(tf.clip_by_global_norm([t], 2.0)[0])


@programs
def moving_average_of_a_tensor(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    doubled = v * 2.0
    average = tf.train.ExponentialMovingAverage(0.9, zero_debias=True, name="E")
    move = average.apply([doubled])
    plain = tf.train.ExponentialMovingAverage(0.5)
    with tf.control_dependencies([doubled]):  # else TensorFlow may double the new value
        bump = tf.assign_add(v, [1.0, 1.0])
    with tf.control_dependencies([move, bump.op]):
        train = plain.apply([doubled])
    return Case(
        [average.average(doubled), plain.average(doubled)],
        init=True,
        train=train,
        steps=4,
        facts=[
            average.average_name(doubled),
            plain.average_name(v),
            sorted(plain.variables_to_restore()),
            average.name,
            [x.name for x in tf.global_variables()],
            [x.name for x in tf.get_collection(tf.GraphKeys.MOVING_AVERAGE_VARIABLES)],
        ],
    )
