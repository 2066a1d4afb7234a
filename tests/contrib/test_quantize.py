"""`tf.contrib.quantize`: training and measuring with few bits."""

import numpy as np
import pytest

import headwater as tf

DATA = np.random.RandomState(0).uniform(-1, 1, (64, 6, 6, 1)).astype(np.float32)
LABELS = (DATA.mean((1, 2, 3)) > 0).astype(np.int32)


def model(x):
    """A small network, with layers of each kind."""
    x = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu, name="conv")
    x = tf.contrib.layers.separable_conv2d(x, None, 3, 2, activation_fn=tf.nn.relu6, scope="deep")
    return tf.layers.dense(tf.layers.flatten(x), 2, name="logits")


def quantized(training, **options):
    """A model, rewritten; gives its input and its logits."""
    x = tf.placeholder(tf.float32, [None, 6, 6, 1], name="x")
    logits = tf.identity(model(x), name="result")
    if training:
        tf.contrib.quantize.create_training_graph(**options)
    else:
        tf.contrib.quantize.create_eval_graph(**options)
    return x, logits


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        tf.set_random_seed(3)
        yield g


def test_training_then_measuring(tmp_path):
    x, logits = quantized(True)
    loss = tf.losses.sparse_softmax_cross_entropy(LABELS, logits)
    step = tf.train.AdamOptimizer(0.05).minimize(loss)
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(loss, {x: DATA})
        for _ in range(60):
            sess.run(step, {x: DATA})
        assert sess.run(loss, {x: DATA}) < 0.7 * before
        kernel, low, high = sess.run(
            [
                tf.get_default_graph().get_tensor_by_name(f"{name}:0")
                for name in ("conv/kernel", "conv/weights_quant/min", "conv/weights_quant/max")
            ]
        )
        assert low == pytest.approx(min(kernel.min(), 0), abs=0.1)
        assert high == pytest.approx(max(kernel.max(), 0), abs=0.1)
        path = saver.save(sess, str(tmp_path / "model"))
    with tf.Graph().as_default(), tf.Session() as sess:
        x, logits = quantized(False)
        tf.train.Saver().restore(sess, path)
        found = sess.run(logits, {x: DATA})
        assert (found.argmax(1) == LABELS).mean() > 0.8
        np.testing.assert_array_equal(found, sess.run(logits, {x: DATA}))  # ranges stay
        weights = tf.get_default_graph().get_operation_by_name("conv/Conv2D").inputs[1]
        assert len(np.unique(sess.run(weights))) <= 255
        assert "FakeQuant" in weights.op.type


def test_every_layer_is_rounded(graph):
    quantized(True)
    kinds = [n.type for n in graph.get_operations() if n.type.startswith("FakeQuant")]
    assert (
        kinds == ["FakeQuantWithMinMaxVars"] * 6
    )  # the weights of three layers, and their results
    relu = graph.get_operation_by_name("conv/Relu").outputs[0]
    users = {user.type for user in relu.consumers()}
    assert users == {"FakeQuantWithMinMaxVars", "Min", "Max"}
    assert not any("quant" in v.name for v in tf.trainable_variables())


def test_nothing_is_rounded_before_the_delay():
    x, logits = quantized(True, quant_delay=5)
    step = tf.train.get_or_create_global_step()
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        plain = model(x)  # the same weights, not rewritten
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        found, wanted = sess.run([logits, plain], {x: DATA})
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
        sess.run(tf.assign(step, 5))
        found, wanted = sess.run([logits, plain], {x: DATA})
        assert np.abs(found - wanted).max() > 1e-4


@pytest.mark.parametrize("training", [True, False])
def test_bits_and_scopes(graph, training):
    x = tf.placeholder(tf.float32, [None, 3])
    with tf.variable_scope("first"):
        y = tf.layers.dense(x, 4)
    tf.layers.dense(y, 2, name="second")
    make = (
        tf.contrib.quantize.experimental_create_training_graph
        if training
        else tf.contrib.quantize.experimental_create_eval_graph
    )
    make(weight_bits=2, activation_bits=4, symmetric=True, scope="first")
    made = [n for n in graph.get_operations() if n.type.startswith("FakeQuant")]
    assert [n.get_attr("num_bits") for n in made] == [2, 4]
    assert all(n.name.startswith("first/") for n in made)


def test_a_graph_without_layers():
    tf.matmul(tf.ones([2, 2]), tf.ones([2, 2]))
    with pytest.raises(ValueError, match="no convolution"):
        tf.contrib.quantize.create_training_graph()
