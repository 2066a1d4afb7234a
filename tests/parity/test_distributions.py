"""`tf.distributions` against TensorFlow: every statistic, densities, samples, divergences."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")
A = np.array([[0.5, 1.5, 3.0], [2.0, 2.5, 0.7]], np.float32)
B = np.array([1.0, 2.0, 1.2], np.float32)
P = np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], np.float32)

# name -> (how it is made, values, whether samples are TensorFlow's numbers)
MADE = {
    "Normal": (lambda d: d.Normal(A, B), A - 1, True),
    "Normal_far": (lambda d: d.Normal(0.0, 1.0), np.array([-30.0, -9, 0, 9], np.float32), True),
    "Normal_double": (lambda d: d.Normal(np.float64(0.3), np.float64(2.0)), 0.5, True),
    "Laplace": (lambda d: d.Laplace(A, B), A - 1, True),
    "Uniform": (lambda d: d.Uniform(A - 1, A + B), A, True),
    "Exponential": (lambda d: d.Exponential(A), A, True),
    "Gamma": (lambda d: d.Gamma(A, B), A, True),
    "Beta": (lambda d: d.Beta(A, A + 1), P, True),
    "StudentT": (lambda d: d.StudentT(A + 1, B, 2.0), A - 2, True),
    "Bernoulli": (lambda d: d.Bernoulli(probs=P), np.array([0, 1, 1], np.int32), True),
    "Bernoulli_logits": (lambda d: d.Bernoulli(A - 2), 1, True),
    "Categorical": (lambda d: d.Categorical(probs=P), np.array([2, 0], np.int32), True),
    "Categorical_logits": (lambda d: d.Categorical(A), np.array([[1, 0], [2, 1]], np.int32), True),
    "Multinomial": (
        lambda d: d.Multinomial([4.0, 2.0], probs=P),
        np.array([[1, 2, 1], [0, 0, 2]], np.float32),
        False,
    ),
    "Dirichlet": (lambda d: d.Dirichlet(B + 1), P, True),
    "DirichletMultinomial": (
        lambda d: d.DirichletMultinomial(4.0, B),
        np.array([[1, 2, 1], [0, 0, 4]], np.float32),
        False,
    ),
}
STATISTICS = ("mean", "mode", "variance", "stddev", "entropy", "covariance", "batch_shape_tensor",
              "event_shape_tensor", "is_scalar_event", "is_scalar_batch")  # fmt: skip
OF_VALUES = ("log_prob", "prob", "cdf", "log_cdf", "survival_function", "log_survival_function")


def described(tf, name):
    """Everything that a distribution says of itself; `None` for what is not implemented."""
    make, values, same_samples = MADE[name]
    with tf.Graph().as_default():
        made = make(tf.distributions)
        tensors = {}
        for method in STATISTICS + OF_VALUES:
            try:
                args = (values,) if method in OF_VALUES else ()
                tensors[method] = getattr(made, method)(*args)
            except NotImplementedError:
                tensors[method] = None
        if same_samples:
            tensors["sample"] = made.sample([4, 2], seed=5)
            tensors["one"] = made.sample(seed=6)
        facts = {
            "name": made.name,
            "dtype": made.dtype.name,
            "batch": made.batch_shape.as_list(),
            "event": made.event_shape.as_list(),
            "shapes": {k: t.shape.as_list() for k, t in tensors.items() if t is not None},
            "missing": sorted(k for k, t in tensors.items() if t is None),
        }
        with tf.Session() as sess:
            return facts, sess.run({k: t for k, t in tensors.items() if t is not None})


@pytest.mark.parametrize("name", MADE)
def test_distribution(name):
    (facts, values), (wanted_facts, wanted) = described(ours(), name), described(oracle(), name)
    assert facts == wanted_facts
    for key, value in wanted.items():
        np.testing.assert_allclose(values[key], value, rtol=2e-5, atol=2e-5, err_msg=key)


DIVERGENCES = {
    "Normal": lambda d: (d.Normal(A, B), d.Normal(B, A)),
    "Gamma": lambda d: (d.Gamma(A, B), d.Gamma(B, A)),
    "Beta": lambda d: (d.Beta(A, B), d.Beta(B, A)),
    "Bernoulli": lambda d: (d.Bernoulli(A), d.Bernoulli(B)),
    "Categorical": lambda d: (d.Categorical(probs=P), d.Categorical(A)),
    "Dirichlet": lambda d: (d.Dirichlet(A), d.Dirichlet(B)),
}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_divergence(name):
    results = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            a, b = DIVERGENCES[name](tf.distributions)
            results.append(sess.run([tf.distributions.kl_divergence(a, b), a.cross_entropy(b)]))
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-5)


def test_gradients_of_samples_and_quantiles():
    results = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            loc, scale = tf.constant(A), tf.constant(B)
            made = tf.distributions.Normal(loc, scale)
            sample = made.sample(seed=3)
            found = [*tf.gradients(sample, [loc, scale]), *tf.gradients(made.log_prob(1.0), [loc])]
            results.append(sess.run(found))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


ERRORS = {
    "both": lambda d: d.Bernoulli(logits=[1.0], probs=[0.5]),
    "neither": lambda d: d.Categorical(),
    "quantile": lambda d: d.Gamma(1.0, 1.0).quantile(0.5),
    "divergence": lambda d: d.kl_divergence(d.Normal(0.0, 1.0), d.Uniform()),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    messages = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default():
            with pytest.raises((ValueError, NotImplementedError)) as caught:
                ERRORS[name](tf.distributions)
            messages.append((caught.type, str(caught.value)))
    assert messages[0] == messages[1]
