"""Records of fixed length, as in the CIFAR files: a label and an image of bytes."""

import os
import tempfile

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 3, "batches to read")
FLAGS = tf.app.flags.FLAGS
SIDE = 6
RECORD = 1 + SIDE * SIDE * 3


def read(queue):
    reader = tf.FixedLengthRecordReader(record_bytes=RECORD)
    _, value = reader.read(queue)
    record = tf.decode_raw(value, tf.uint8)
    label = tf.cast(tf.strided_slice(record, [0], [1]), tf.int32)
    image = tf.reshape(tf.strided_slice(record, [1], [RECORD]), [3, SIDE, SIDE])
    return label, tf.cast(tf.transpose(image, [1, 2, 0]), tf.float32)


def main(_):
    tf.logging.set_verbosity(tf.logging.ERROR)
    random = np.random.RandomState(0)
    labels = random.randint(0, 10, 24)
    data = random.randint(0, 256, [24, RECORD]).astype(np.uint8)
    data[:, 0] = labels
    path = os.path.join(tempfile.mkdtemp(), "data_batch_1.bin")
    data.tofile(path)
    label, image = read(tf.train.string_input_producer([path], shuffle=False))
    image = tf.image.per_image_standardization(image)
    label.set_shape([1])
    images, found = tf.train.batch([image, label], 8, num_threads=1, capacity=32)
    with tf.Session() as sess, tf.device("/cpu:0"):
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess=sess, coord=coord)
        read_labels, means = [], []
        for _ in range(FLAGS.steps):
            pictures, values = sess.run([images, found])
            read_labels.extend(values[:, 0])
            means.append(abs(pictures.mean()))
        coord.request_stop()
        coord.join(threads)
    print("labels as written:", read_labels == labels[: 8 * FLAGS.steps].tolist())
    print("images are standardized:", bool(max(means) < 1e-4))


if __name__ == "__main__":
    tf.app.run()
