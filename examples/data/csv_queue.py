"""Rows of text files by queues: TextLineReader, decode_csv with defaults, batches."""

import os
import tempfile

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 4, "batches to read")
FLAGS = tf.flags.FLAGS


def main(_):
    tf.logging.set_verbosity(tf.logging.ERROR)
    folder = tempfile.mkdtemp()
    for i in range(2):
        with tf.gfile.Open(os.path.join(folder, "part%d.csv" % i), "w") as f:
            f.write("height,weight,name\n")
            for k in range(10):
                weight = "" if k == 3 else str(60 + k)
                f.write("%.1f,%s,person%d\n" % (1.5 + k / 10.0, weight, 10 * i + k))
    files = tf.train.match_filenames_once(os.path.join(folder, "*.csv"))
    queue = tf.train.string_input_producer(files, shuffle=False, num_epochs=1)
    reader = tf.TextLineReader(skip_header_lines=1)
    key, line = reader.read(queue)
    height, weight, name = tf.decode_csv(line, record_defaults=[[0.0], [-1], [""]])
    batch = tf.train.batch([height, weight, name], 5, allow_smaller_final_batch=True)
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(coord=coord, sess=sess)
        rows = []
        for _ in range(FLAGS.steps):
            rows.extend(zip(*sess.run(batch)))
        coord.request_stop()
        coord.join(threads)
    print("rows:", len(rows))
    print("first: %.1f %d %s" % (rows[0][0], rows[0][1], rows[0][2].decode()))
    print("without weight:", sum(weight == -1 for _, weight, _ in rows))


if __name__ == "__main__":
    tf.app.run()
