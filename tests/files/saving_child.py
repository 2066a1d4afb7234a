"""Saves checkpoints until it is killed; goes on from the last one it finds.

python saving_child.py FOLDER

`tests/files/test_kill.py` starts it and kills it. What is in a checkpoint follows from its step
alone, so that every value can be checked.
"""

from __future__ import annotations

import os
import sys

import numpy as np

SIZES = {"big": 60_000, "layer/kernel": 2_000, "layer/bias": 3}


def expected(step):
    """The values of the variables at a step, by name."""
    values = {
        name: np.random.default_rng([step, i]).random(size, "f4")
        for i, (name, size) in enumerate(SIZES.items())
    }
    return {**values, "step": np.int64(step), "label": np.array(f"step {step}".encode(), object)}


def check(folder, want_step=None):
    """Compares the checkpoint that `checkpoint` names, value by value; returns its step.

    Args:
      folder: where the checkpoints are.
      want_step: the least step it must have.
    """
    import headwater as tf

    path = tf.train.latest_checkpoint(folder)
    assert path is not None, f"no checkpoint in {sorted(os.listdir(folder))}"
    reader = tf.train.NewCheckpointReader(path)
    step = int(reader.get_tensor("step"))
    assert want_step is None or step >= want_step, f"{path} has step {step}, not {want_step}"
    want = expected(step)
    assert set(reader.get_variable_to_shape_map()) == set(want)
    for name, value in want.items():
        np.testing.assert_array_equal(reader.get_tensor(name), value, f"{name} in {path}")
    return step


def main(folder):
    """Saves for ever; a line on the standard output for each checkpoint that is complete."""
    import headwater as tf

    at_first = expected(0)
    variables = {name: tf.Variable(value, name=name) for name, value in at_first.items()}
    fed = {name: tf.placeholder(v.dtype, v.shape) for name, v in variables.items()}
    update = tf.group(*(tf.assign(variables[name], fed[name]) for name in fed))
    saver = tf.train.Saver(max_to_keep=3)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        last = tf.train.latest_checkpoint(folder)
        if last is not None:
            saver.restore(sess, last)
            saver.recover_last_checkpoints(
                tf.train.get_checkpoint_state(folder).all_model_checkpoint_paths
            )
        step = int(sess.run(variables["step"]))
        while True:
            step += 1
            values = expected(step)
            sess.run(update, {fed[name]: value for name, value in values.items()})
            saver.save(sess, os.path.join(folder, "model"), global_step=step)
            print(step, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
