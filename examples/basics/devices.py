"""Names of devices, and graphs spread over them.

On a machine without GPUs `headwater run` puts what is asked onto them on the CPU.
"""

import tensorflow as tf
from tensorflow.python.client import device_lib

flags = tf.flags
flags.DEFINE_integer("gpus", 2, "number of GPUs to name")
FLAGS = flags.FLAGS


def main(unused_argv):
    print("there is a CPU:", "CPU" in {d.device_type for d in device_lib.list_local_devices()})
    print("GPU of this machine:", tf.test.gpu_device_name() or "none")
    matrix = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    powers = []
    for i in range(FLAGS.gpus):
        with tf.device("/gpu:%d" % i), tf.name_scope("tower_%d" % i):
            powers.append(tf.matmul(matrix, matrix) * (i + 1))
    with tf.device("/cpu:0"):
        total = tf.add_n(powers)
    with tf.device(tf.train.replica_device_setter(ps_tasks=2)):
        placed = [tf.Variable(0.0, name="v%d" % i) for i in range(3)]
    print([p.device for p in powers], total.device)
    print([v.device for v in placed])
    with tf.Session(config=tf.ConfigProto(inter_op_parallelism_threads=2)) as sess:
        print("sum of all:", sess.run(tf.reduce_sum(total)))


if __name__ == "__main__":
    tf.app.run()
