"""`tf.train.Checkpoint` in eager execution: values at once, and for what is made later."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import headwater as tf
from headwater._src.graph import trackable


def trained(steps):
    """A layer and an optimizer with slots, after some steps."""
    layer, optimizer = tf.layers.Dense(2, name="dense"), tf.train.MomentumOptimizer(0.1, 0.9)
    checkpoint = tf.train.Checkpoint(layer=layer, optimizer=optimizer)
    for _ in range(steps):
        step(layer, optimizer)
    return checkpoint


def step(layer, optimizer):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(layer(tf.ones([1, 3])) - 1.0))
    optimizer.apply_gradients(zip(tape.gradient(loss, layer.variables), layer.variables))


def kernel(checkpoint):
    return checkpoint.layer.kernel.numpy()


def test_values_at_once(tmp_path):
    checkpoint = trained(2)
    manager = tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=1)
    path, want = manager.save(), kernel(checkpoint)
    checkpoint.layer.kernel.assign(np.zeros([3, 2]))
    checkpoint.restore(path).assert_consumed()
    np.testing.assert_array_equal(kernel(checkpoint), want)
    assert checkpoint.save_counter.numpy() == 1
    assert not trackable.waiting


def test_variables_that_are_made_later(tmp_path):
    """The layer is built, and the slots are made, after `restore`: the steps go on as before."""
    checkpoint = trained(3)
    path = checkpoint.save(str(tmp_path / "m"))
    step(checkpoint.layer, checkpoint.optimizer)
    want = kernel(checkpoint)
    again = trained(0)
    status = again.restore(path)
    with pytest.raises(AssertionError, match="Unresolved object"):
        status.assert_consumed()
    step(again.layer, again.optimizer)
    np.testing.assert_array_equal(kernel(again), want)
    status.assert_consumed()
    assert not trackable.waiting


def test_what_waits_does_not_keep_objects(tmp_path):
    path = trained(1).save(str(tmp_path / "m"))
    other = trained(0)
    other.restore(path)
    other.restore(path)  # takes the place of the first
    assert len(trackable.waiting) == 1
    del other
    gc.collect()
    trained(1)
    assert not trackable.waiting
