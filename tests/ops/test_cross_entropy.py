"""Cross-entropies that are called by name only, and their bad labels."""

import numpy as np
import pytest

import headwater as hw

LOGITS = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.25]], np.float32)


def _log_softmax(x):
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


@pytest.fixture
def graph():
    with hw.Graph().as_default() as g:
        yield g


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_sparse_value_and_gradient(graph, dtype):
    logits = hw.placeholder("float32", [None, 3])
    loss = hw.nn.sparse_softmax_cross_entropy_with_logits(
        labels=np.array([2, 0], dtype), logits=logits
    )
    (gradient,) = hw.gradients(loss, logits)
    with hw.Session() as sess:
        value, dx = sess.run([loss, gradient], {logits: LOGITS})
    np.testing.assert_allclose(value, -_log_softmax(LOGITS)[[0, 1], [2, 0]], rtol=1e-6)
    np.testing.assert_allclose(dx, np.exp(_log_softmax(LOGITS)) - np.eye(3)[[2, 0]], atol=1e-6)


@pytest.mark.parametrize("label", [-1, 3])
def test_sparse_label_out_of_range(graph, label):
    labels = hw.placeholder("int32", [2])
    loss = hw.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=LOGITS)
    with (
        hw.Session() as sess,
        pytest.raises(
            hw.errors.InvalidArgumentError,
            match=f"Received a label value of {label} which is outside",
        ),
    ):
        sess.run(loss, {labels: [0, label]})


@pytest.mark.parametrize(
    "name", ["softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits"]
)
def test_arguments_only_by_name(graph, name):
    with pytest.raises(ValueError, match=f"Only call `{name}` with named arguments"):
        getattr(hw.nn, name)(LOGITS, LOGITS)


def test_no_gradient_into_the_labels_of_the_first_version(graph):
    labels = hw.placeholder("float32", [2, 3])
    first = hw.nn.softmax_cross_entropy_with_logits(labels=labels, logits=LOGITS)
    second = hw.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=LOGITS)
    assert hw.gradients(first, labels) == [None]
    assert hw.gradients(second, labels) != [None]


def test_labels_and_logits_must_have_fitting_ranks(graph):
    with pytest.raises(ValueError, match="must equal `logits.shape.rank - 1`"):
        hw.nn.sparse_softmax_cross_entropy_with_logits(labels=[[0, 1]], logits=LOGITS)
