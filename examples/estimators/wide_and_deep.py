"""Who earns much? A linear model of crossed columns beside a network of embeddings."""

import tempfile

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
flags = tf.app.flags
flags.DEFINE_integer("steps", 60, "training steps")
flags.DEFINE_enum("model_type", "wide_deep", ["wide", "deep", "wide_deep"], "which model")
FLAGS = flags.FLAGS
JOBS = ["farmer", "clerk", "smith", "teacher"]


def people(n, seed):
    random = np.random.RandomState(seed)
    age = random.randint(18, 70, n)
    job = random.choice(JOBS, n)
    town = np.array(["town%d" % i for i in random.randint(0, 20, n)])
    hours = random.randint(10, 60, n)
    rich = (hours > 35) & ((job == "smith") | (age > 40))
    return {"age": age, "job": job, "town": town, "hours": hours}, rich.astype(np.int32)


def input_fn(n, seed, epochs):
    data = tf.data.Dataset.from_tensor_slices(people(n, seed))
    return data.shuffle(n, seed=seed).repeat(epochs).batch(50)


def columns():
    """Wide and deep feature columns."""
    age = tf.feature_column.numeric_column("age")
    hours = tf.feature_column.numeric_column("hours", normalizer_fn=lambda x: tf.to_float(x) / 60)
    buckets = tf.feature_column.bucketized_column(age, boundaries=[25, 40, 55])
    long = tf.feature_column.bucketized_column(
        tf.feature_column.numeric_column("hours"), boundaries=[20, 36, 45]
    )
    job = tf.feature_column.categorical_column_with_vocabulary_list("job", JOBS)
    town = tf.feature_column.categorical_column_with_hash_bucket("town", hash_bucket_size=30)
    crossed = tf.feature_column.crossed_column([buckets, "job"], hash_bucket_size=100)
    wide = [buckets, long, job, crossed]
    deep = [
        hours,
        tf.feature_column.indicator_column(buckets),
        tf.feature_column.indicator_column(job),
    ]
    return wide, deep + [tf.feature_column.embedding_column(town, dimension=3)]


def build(folder):
    wide, deep = columns()
    config = tf.estimator.RunConfig(model_dir=folder, tf_random_seed=0)
    if FLAGS.model_type == "wide":
        return tf.estimator.LinearClassifier(wide, config=config)
    if FLAGS.model_type == "deep":
        return tf.estimator.DNNClassifier([16, 8], deep, config=config)
    return tf.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=wide,
        dnn_feature_columns=deep,
        dnn_hidden_units=[16, 8],
        config=config,
    )


def main(_):
    model = build(tempfile.mkdtemp())
    model.train(lambda: input_fn(500, 0, None), steps=FLAGS.steps)
    found = model.evaluate(lambda: input_fn(200, 1, 1))
    for name in ("accuracy", "accuracy_baseline", "auc"):
        print("%s: %.2f" % (name, found[name]))
    print("better than a guess:", bool(found["auc"] > 0.6))


if __name__ == "__main__":
    tf.app.run()
