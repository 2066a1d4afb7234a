"""Prices of houses: DNNRegressor, a train_and_evaluate loop, and an exported model."""

import os
import tempfile

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
tf.flags.DEFINE_integer("steps", 100, "training steps")
FLAGS = tf.flags.FLAGS


def houses(n, seed):
    random = np.random.RandomState(seed)
    rooms = random.uniform(1, 8, n).astype(np.float32)
    age = random.uniform(0, 1, n).astype(np.float32)
    return {"rooms": rooms, "age": age}, (3 * rooms - 4 * age + 2).astype(np.float32)


def main(_):
    numbers = [tf.feature_column.numeric_column(name) for name in ("rooms", "age")]
    model = tf.estimator.DNNRegressor(
        hidden_units=[16],
        feature_columns=numbers,
        optimizer=tf.train.AdamOptimizer(0.05),
        model_dir=tempfile.mkdtemp(),
        config=tf.estimator.RunConfig(tf_random_seed=0),
    )
    inputs = tf.estimator.inputs.numpy_input_fn
    train = tf.estimator.TrainSpec(
        inputs(*houses(400, 0), batch_size=40, num_epochs=None, shuffle=True), FLAGS.steps
    )
    test = inputs(*houses(100, 1), num_epochs=1, shuffle=False)
    tf.estimator.train_and_evaluate(model, train, tf.estimator.EvalSpec(test))
    found = model.evaluate(test)
    print("squared error: %.2f" % found["average_loss"])
    print("names:", sorted(model.get_variable_names())[-2:])
    spec = tf.feature_column.make_parse_example_spec(numbers)
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
    path = model.export_savedmodel(tempfile.mkdtemp(), receiver)
    print("exported:", sorted(os.listdir(tf.compat.as_text(path))))


if __name__ == "__main__":
    tf.app.run()
