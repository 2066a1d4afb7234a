"""Parts of `tf.keras` against TensorFlow's: losses, optimizers, regularizers, constraints."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations

OPTIMIZERS = {
    "SGD": lambda o: o.SGD(0.1),
    "SGD_momentum": lambda o: o.SGD(0.1, momentum=0.9, decay=0.1),
    "SGD_nesterov": lambda o: o.SGD(lr=0.05, momentum=0.5, nesterov=True, clipnorm=0.4),
    "RMSprop": lambda o: o.RMSprop(0.01, rho=0.8),
    "RMSprop_momentum": lambda o: o.RMSprop(0.01, momentum=0.5),
    "RMSprop_centered": lambda o: o.RMSprop(0.01, centered=True),
    "RMSprop_both": lambda o: o.RMSprop(0.01, centered=True, momentum=0.3),
    "Adagrad": lambda o: o.Adagrad(0.1, decay=0.01),
    "Adadelta": lambda o: o.Adadelta(1.0),
    "Adam": lambda o: o.Adam(0.01, clipvalue=0.3),
    "Adam_amsgrad": lambda o: o.Adam(0.01, amsgrad=True, decay=0.1),
    "Adam_exponential": lambda o: o.Adam(o.schedules.ExponentialDecay(0.1, 5, 0.5)),
    "Adam_staircase": lambda o: o.Adam(o.schedules.ExponentialDecay(0.1, 5, 0.5, staircase=True)),
    "SGD_piecewise": lambda o: o.SGD(o.schedules.PiecewiseConstantDecay([3, 7], [0.1, 0.05, 0.01])),
    "SGD_polynomial": lambda o: o.SGD(o.schedules.PolynomialDecay(0.1, 10, 0.01, power=2.0)),
    "SGD_inverse_time": lambda o: o.SGD(o.schedules.InverseTimeDecay(0.1, 10, 0.5)),
    "SGD_cosine": lambda o: o.SGD(o.schedules.CosineDecay(0.1, 10, 0.1)),
    "SGD_restarts": lambda o: o.SGD(o.schedules.CosineDecayRestarts(0.1, 4)),
    "Adamax": lambda o: o.Adamax(0.01),
    "Nadam": lambda o: o.Nadam(0.01),
    "Ftrl": lambda o: o.Ftrl(0.1, l1_regularization_strength=0.01, beta=0.1),
    "Ftrl_shrinkage": lambda o: o.Ftrl(0.1, l2_shrinkage_regularization_strength=0.05),
}


def optimized(tf, make, sparse):
    """Names of variables, the config, and the variables' values after each of 20 steps."""
    data = np.random.RandomState(0).randn(20, 4).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [4])
        w = tf.Variable(np.ones((5, 4), np.float32), name="w", use_resource=True)
        b = tf.Variable(np.full(4, 0.5, np.float32), name="b", use_resource=True)
        rows = tf.gather(w, [1, 3, 1]) if sparse else w
        loss = tf.reduce_sum(tf.square(tf.reduce_sum(rows, 0) - x) + tf.tanh(b) * x)
        optimizer = make(tf.keras.optimizers)
        with tf.name_scope("training"):
            updates = optimizer.get_updates(loss, [w, b])
        sess.run(tf.global_variables_initializer())
        values = []
        for row in data:
            sess.run(updates, {x: row})
            values.append(sess.run([w, b, *optimizer.weights]))
        names = [v.name for v in optimizer.weights], sorted(v.name for v in tf.global_variables())
        tf.keras.backend.set_session(sess)
        config = optimizer.get_config()
        again = type(optimizer).from_config(config).get_config()
    return names, config, again, values


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer(name, sparse):
    got = optimized(ours(), OPTIMIZERS[name], sparse)
    want = optimized(oracle(), OPTIMIZERS[name], sparse)
    assert got[0] == want[0]
    assert list(got[1]) == list(want[1])
    assert got[1] == got[2]
    for step, (ours_, theirs) in enumerate(zip(got[3], want[3], strict=True)):
        for a, b in zip(ours_, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=3e-5, atol=3e-6, err_msg=f"step {step}")


_DISTRIBUTION = "probabilities"
LOSSES = {
    "MeanSquaredError": ("mse", {}, "real"),
    "MeanAbsoluteError": ("mae", {}, "real"),
    "MeanAbsolutePercentageError": ("mape", {}, "real"),
    "MeanSquaredLogarithmicError": ("msle", {}, "real"),
    "Hinge": ("hinge", {}, "signs"),
    "SquaredHinge": ("squared_hinge", {}, "signs"),
    "CategoricalHinge": ("categorical_hinge", {}, _DISTRIBUTION),
    "LogCosh": ("logcosh", {}, "real"),
    "KLDivergence": ("kld", {}, _DISTRIBUTION),
    "Poisson": ("poisson", {}, _DISTRIBUTION),
    "CosineSimilarity": ("cosine_similarity", {"axis": -1}, "real"),
    "Huber": (None, {"delta": 0.7}, "real"),
    "BinaryCrossentropy": ("binary_crossentropy", {"label_smoothing": 0.1}, _DISTRIBUTION),
    "CategoricalCrossentropy": ("categorical_crossentropy", {}, _DISTRIBUTION),
    "SparseCategoricalCrossentropy": ("sparse_categorical_crossentropy", {}, "classes"),
}
LOGITS = {
    "BinaryCrossentropy": _DISTRIBUTION,
    "CategoricalCrossentropy": _DISTRIBUTION,
    "SparseCategoricalCrossentropy": "classes",
}


def loss_data(kind):
    rng = np.random.RandomState(3)
    pred = rng.rand(6, 4).astype(np.float32) + 0.05
    pred /= pred.sum(-1, keepdims=True)
    true = {
        "real": rng.randn(6, 4),
        "signs": rng.randint(0, 2, (6, 4)),
        "probabilities": np.eye(4)[rng.randint(0, 4, 6)],
        "classes": rng.randint(0, 4, (6, 1)),
    }[kind]
    return true.astype(np.float32), pred, rng.rand(6).astype(np.float32)


def losses_of(tf, name, function, options, kind):
    """Values and gradients of a loss as a function and as a class with every reduction."""
    true, pred, weights = loss_data(kind)
    results = []
    losses = tf.keras.losses
    with tf.Graph().as_default(), tf.Session() as sess:
        y, p = tf.constant(true), tf.constant(pred)
        for reduction in ("auto", "sum", "none", "sum_over_batch_size"):
            loss = getattr(losses, name)(reduction=reduction, **options)
            value = loss(y, p)
            results += [value, loss(y, p, sample_weight=weights)]
            results += tf.gradients(value, p)
        if function is not None:
            value = losses.get(function)(y, p)
            results += [value, *tf.gradients(value, p)]
        return sess.run(results)


def close(got, want, rtol=2e-5, atol=1e-6):
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    row = name, *LOSSES[name]
    close(losses_of(ours(), *row), losses_of(oracle(), *row))


@pytest.mark.parametrize("name", LOGITS)
def test_loss_of_logits(name):
    row = name, None, {"from_logits": True}, LOGITS[name]
    close(losses_of(ours(), *row), losses_of(oracle(), *row))


def functions_of(tf):
    """Constraints, regularizers and activations of one matrix."""
    k = tf.keras
    w = np.random.RandomState(1).randn(5, 3).astype(np.float32) * 2
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.constant(w)
        results = [
            *[
                k.constraints.get(name)(x)
                for name in ("MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm", "max_norm", "non_neg")
            ],
            k.constraints.MinMaxNorm(0.5, 1.5, rate=0.3, axis=1)(x),
            k.constraints.MaxNorm(1.0, axis=[0, 1])(x),
            k.regularizers.l1(0.3)(x),
            k.regularizers.l2(0.2)(x),
            k.regularizers.l1_l2(0.1, 0.2)(x),
            k.regularizers.L1L2(l1=0.4)(x),
            k.regularizers.get("l2")(x),
            *[
                k.activations.get(name)(x)
                for name in (
                    *("elu", "exponential", "hard_sigmoid", "linear", "mish", "relu", "selu"),
                    *("sigmoid", "softmax", "softplus", "softsign", "swish", "tanh"),
                )
            ],
            k.activations.relu(x, alpha=0.2),
            k.activations.relu(x, alpha=0.2, max_value=1.5, threshold=0.3),
            k.activations.relu(x, max_value=6),
            k.activations.elu(x, alpha=0.4),
            k.activations.softmax(x, axis=0),
            *tf.gradients(k.activations.relu(x, alpha=0.2, threshold=0.4), x),
        ]
        return sess.run(results)


def test_functions_of_matrices():
    close(functions_of(ours()), functions_of(oracle()))


INITIALIZERS = (
    *("zeros", "ones", "constant", "normal", "random_normal", "uniform", "random_uniform"),
    *("truncated_normal", "orthogonal", "identity", "glorot_normal", "glorot_uniform"),
    *("he_normal", "he_uniform", "lecun_normal", "lecun_uniform", "VarianceScaling"),
    *("RandomNormal", "RandomUniform", "TruncatedNormal", "Zeros", "Ones", "Orthogonal"),
)


def initial(tf, name):
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(7)
        return sess.run(tf.keras.initializers.get(name)([6, 4], dtype=tf.float32))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializer(name):
    close([initial(ours(), name)], [initial(oracle(), name)], rtol=1e-5, atol=1e-6)


def test_radial_constraint():
    w = np.random.RandomState(1).randn(5, 5, 2, 3).astype(np.float32)
    values = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            values.append(sess.run(tf.keras.constraints.RadialConstraint()(tf.constant(w))))
    close(values[:1], values[1:])
