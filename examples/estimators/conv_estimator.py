"""tf.estimator with a model function: train, evaluate, predict; logging and a hook."""

import tempfile

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
flags = tf.app.flags
flags.DEFINE_integer("steps", 60, "training steps")
FLAGS = flags.FLAGS


def crosses(n, seed):
    """Images of crosses (1) and squares (0)."""
    random = np.random.RandomState(seed)
    images = 0.1 * random.randn(n, 8, 8).astype(np.float32)
    labels = random.randint(0, 2, n)
    for image, label in zip(images, labels):
        y, x = random.randint(0, 4, 2)
        if label:
            image[y + 2, x : x + 5] += 1
            image[y : y + 5, x + 2] += 1
        else:
            image[y : y + 4, x : x + 4] += 1
    return {"x": images}, labels.astype(np.int32)


def cnn_model_fn(features, labels, mode, params):
    training = mode == tf.estimator.ModeKeys.TRAIN
    h = tf.reshape(features["x"], [-1, 8, 8, 1])
    h = tf.layers.conv2d(h, params["filters"], 3, padding="same", activation=tf.nn.relu)
    h = tf.layers.max_pooling2d(inputs=h, pool_size=[2, 2], strides=2)
    h = tf.layers.dense(tf.layers.flatten(h), 16, activation=tf.nn.relu)
    h = tf.layers.dropout(inputs=h, rate=0.1, training=training)
    logits = tf.layers.dense(h, 2)
    predictions = {
        "classes": tf.argmax(input=logits, axis=1),
        "probabilities": tf.nn.softmax(logits, name="softmax_tensor"),
    }
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if training:
        optimizer = tf.train.AdamOptimizer(learning_rate=0.01)
        train_op = optimizer.minimize(loss=loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)
    metrics = {"accuracy": tf.metrics.accuracy(labels, predictions["classes"])}
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops=metrics)


def main(unused_argv):
    config = tf.estimator.RunConfig(tf_random_seed=1, save_summary_steps=20)
    classifier = tf.estimator.Estimator(
        cnn_model_fn, tempfile.mkdtemp(), config=config, params={"filters": 6}
    )
    x, y = crosses(400, 0)
    train_input_fn = tf.estimator.inputs.numpy_input_fn(x, y, 32, num_epochs=None, shuffle=True)
    logging = tf.train.LoggingTensorHook({"p": "softmax_tensor"}, every_n_iter=50)
    classifier.train(input_fn=train_input_fn, steps=FLAGS.steps, hooks=[logging])
    x, y = crosses(200, 1)
    eval_input_fn = tf.estimator.inputs.numpy_input_fn(x, y, num_epochs=1, shuffle=False)
    found = classifier.evaluate(input_fn=eval_input_fn)
    classes = [p["classes"] for p in classifier.predict(eval_input_fn)]
    print("accuracy: %.3f" % found["accuracy"])
    print("predictions:", len(classes), "step:", found["global_step"])
    print("agree:", bool(abs(np.mean(classes == y) - found["accuracy"]) < 1e-5))


if __name__ == "__main__":
    tf.app.run()
