"""tf.data from the beginning to the end: map, filter, shuffle, batch, repeat; four iterators."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 4, "batches to show")
FLAGS = tf.flags.FLAGS


def numbers(n):
    data = tf.data.Dataset.range(n)
    data = data.filter(lambda i: tf.equal(i % 3, 0)).map(lambda i: (i, i * i), num_parallel_calls=2)
    return data.concatenate(tf.data.Dataset.from_tensors((np.int64(-1), np.int64(1))))


def main(_):
    one_shot = numbers(12).batch(2).repeat().make_one_shot_iterator().get_next()

    limit = tf.placeholder(tf.int64, [])
    fed = tf.data.Dataset.range(limit).shuffle(100, seed=1).batch(4).prefetch(1)
    iterator = fed.make_initializable_iterator()
    following = iterator.get_next()

    train, test = tf.data.Dataset.range(3), tf.data.Dataset.range(10, 12)
    either = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
    value = either.get_next()
    starts = [either.make_initializer(train), either.make_initializer(test)]

    words = tf.data.Dataset.from_generator(
        lambda: iter(["a", "bb", "ccc", "dddd", "eeeee"]), tf.string, tf.TensorShape([])
    )
    lengths = words.map(lambda w: tf.range(tf.size(tf.string_split([w], ""))))
    buckets = lengths.apply(tf.data.experimental.bucket_by_sequence_length(tf.size, [3], [2, 2]))
    padded = buckets.make_one_shot_iterator().get_next()
    total = numbers(4).apply(tf.data.experimental.map_and_batch(lambda i, square: i + square, 3))
    sums = tf.data.Dataset.range(1, 5).apply(
        tf.data.experimental.scan(np.int64(0), lambda state, i: (state + i, state + i))
    )
    running = sums.batch(4).make_one_shot_iterator().get_next()
    single = tf.data.experimental.get_single_element(total)
    files = tf.data.Dataset.range(2).apply(
        tf.data.experimental.parallel_interleave(
            lambda i: tf.data.Dataset.from_tensors(i).repeat(2), cycle_length=2, sloppy=False
        )
    )
    mixed = files.batch(4).make_one_shot_iterator().get_next()

    with tf.Session() as sess:
        for _ in range(FLAGS.steps):
            print("rows:", [part.tolist() for part in sess.run(one_shot)])
        sess.run(iterator.initializer, {limit: 10})
        seen = []
        while True:
            try:
                seen.extend(sess.run(following))
            except tf.errors.OutOfRangeError:
                break
        print("shuffled and complete:", seen != sorted(seen), sorted(seen) == list(range(10)))
        for start in starts:
            sess.run(start)
            print("from structure:", sess.run(value))
        print("padded:", [sess.run(padded).tolist() for _ in range(2)])
        print("single element:", sess.run(single).tolist())
        print("running sums:", sess.run(running).tolist())
        print("interleaved:", sess.run(mixed).tolist())


if __name__ == "__main__":
    tf.app.run()
