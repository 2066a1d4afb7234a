"""TFRecord files written, then read by queues and threads into shuffled batches."""

import os
import tempfile

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 10, "batches to read")
flags.DEFINE_integer("batch_size", 8, "examples in a batch")
FLAGS = flags.FLAGS


def _bytes(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _ints(*values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def write(folder, files=2, examples=20):
    """Pictures `[4, 4]` whose pixels all are the label."""
    options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
    paths = []
    for i in range(files):
        paths.append(os.path.join(folder, "data-%d.tfrecords" % i))
        with tf.python_io.TFRecordWriter(paths[-1], options=options) as writer:
            for k in range(examples):
                picture = np.full([4, 4], k % 10, np.uint8)
                features = {"image": _bytes(picture.tobytes()), "label": _ints(k % 10)}
                example = tf.train.Example(features=tf.train.Features(feature=features))
                writer.write(example.SerializeToString())
    count = sum(1 for path in paths for _ in tf.python_io.tf_record_iterator(path, options))
    return paths, options, count


def read_and_decode(filename_queue, options):
    reader = tf.TFRecordReader(options=options)
    _, serialized = reader.read(filename_queue)
    features = tf.parse_single_example(
        serialized,
        features={
            "image": tf.FixedLenFeature([], tf.string),
            "label": tf.FixedLenFeature([], tf.int64),
        },
    )
    image = tf.decode_raw(features["image"], tf.uint8)
    image.set_shape([16])
    return tf.cast(image, tf.float32), tf.cast(features["label"], tf.int32)


def main(_):
    tf.logging.set_verbosity(tf.logging.ERROR)
    paths, options, count = write(tempfile.mkdtemp())
    queue = tf.train.string_input_producer(paths, num_epochs=10)
    image, label = read_and_decode(queue, options)
    images, labels = tf.train.shuffle_batch(
        [image, label], FLAGS.batch_size, capacity=60, min_after_dequeue=20, num_threads=2
    )
    agree = tf.reduce_all(tf.equal(tf.reduce_mean(images, 1), tf.cast(labels, tf.float32)))
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess=sess, coord=coord)
        seen, right = [], True
        try:
            for _ in range(FLAGS.steps):
                if coord.should_stop():
                    break
                found, same = sess.run([labels, agree])
                right = right and same
                seen.extend(found.tolist())
        except tf.errors.OutOfRangeError:
            print("all epochs read")
        finally:
            coord.request_stop()
        coord.join(threads)
    print("examples written: %d, seen: %d" % (count, len(seen)))
    print("images fit their labels: %s, shuffled: %s" % (bool(right), seen != sorted(seen)))


if __name__ == "__main__":
    tf.app.run()
