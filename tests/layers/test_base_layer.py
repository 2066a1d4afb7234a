"""`tf.layers.Layer`: what layers of one's own are built on."""

import copy

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def fresh():
    with tf.Graph().as_default():
        yield


def _layer(spec):
    class Passes(tf.layers.Layer):
        def __init__(self):
            super().__init__()
            self.input_spec = spec

    return Passes()


SPECS = {
    "expected dtype=float32": (tf.layers.InputSpec(dtype="float32"), np.zeros([2], np.int32)),
    "expected shape=": (tf.layers.InputSpec(shape=[None, 3]), np.zeros([2, 4], np.float32)),
    "expected ndim=3": (tf.layers.InputSpec(ndim=3), np.zeros([2, 4], np.float32)),
    "expected axis 1": (tf.layers.InputSpec(axes={1: 3}), np.zeros([2, 4], np.float32)),
}


@pytest.mark.parametrize("text", SPECS)
def test_inputs_that_a_layer_does_not_want(text):
    spec, value = SPECS[text]
    with pytest.raises(ValueError, match=text):
        _layer(spec)(tf.constant(value))


def test_inputs_that_it_wants():
    spec = tf.layers.InputSpec(dtype="float32", shape=[None, 3])
    assert _layer(spec)(tf.placeholder(tf.float32, [None, 3])).shape.as_list() == [None, 3]
    assert _layer(spec)(tf.placeholder(tf.float32, [2, None])).shape.as_list() == [2, None]


def test_losses_and_updates_by_their_inputs():
    layer = tf.layers.Layer()
    x, other = tf.zeros([2]), tf.zeros([2])
    y = layer.apply(x)
    bound, free = tf.reduce_sum(y), tf.reduce_sum(other)
    for add, get in (
        (layer.add_loss, layer.get_losses_for),
        (layer.add_update, layer.get_updates_for),
    ):
        add(bound, inputs=[x])
        add(free, inputs=None)
        assert get([x]) == [bound] and get(None) == [free]
        assert get([other]) == [free] and get(tf.ones([1])) == []


def test_variables_brought_together_on_reading_are_not_trained():
    layer = tf.layers.Layer(name="layer")
    on_read = tf.VariableSynchronization.ON_READ
    plain = layer.add_variable("plain", [2], tf.float32, tf.zeros_initializer())
    shared = layer.add_weight("shared", [2], synchronization=on_read)
    assert layer.trainable_weights == [plain] and layer.non_trainable_weights == [shared]
    assert tf.trainable_variables() == [plain]
    with pytest.raises(ValueError, match="ON_READ only for non-trainable"):
        layer.add_weight("wrong", [2], synchronization=on_read, trainable=True)


def test_build_takes_a_tuple():
    layer = tf.layers.Dense(16)
    layer.build((None, 4))
    assert layer.count_params() == 16 * 5


def test_copies():
    cell = tf.nn.rnn_cell.GRUCell(4)
    other = copy.deepcopy(cell)
    x, state = tf.zeros([1, 2]), tf.zeros([1, 4])
    with tf.variable_scope("one"):
        cell(x, state)
    with tf.variable_scope("two"):
        other(x, state)
    assert {v.op.name.split("/")[0] for v in other.weights} == {"two"}
    with pytest.raises(TypeError, match="variables belong to a graph"):
        copy.deepcopy(cell)
