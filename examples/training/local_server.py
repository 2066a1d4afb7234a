"""A server in this process, variables on its parameter job, two workers sharing them."""

import threading

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 20, "steps of each worker")
FLAGS = tf.flags.FLAGS


def main(_):
    cluster = tf.train.ClusterSpec({"local": ["localhost:0"]})
    print("jobs:", cluster.jobs, "tasks:", cluster.num_tasks("local"))
    server = tf.train.Server.create_local_server()
    with tf.device(tf.train.replica_device_setter(cluster=None, ps_tasks=0)):
        total = tf.get_variable("total", [], tf.int32, initializer=tf.zeros_initializer())
    add = tf.assign_add(total, 1, use_locking=True)
    with tf.Session(server.target) as sess:
        sess.run(tf.global_variables_initializer())

    def work():
        with tf.Session(server.target, graph=total.graph) as sess:
            for _ in range(FLAGS.steps):
                sess.run(add)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with tf.Session(server.target) as sess:
        print("total:", sess.run(total), "of", 2 * FLAGS.steps)
    print("target begins with grpc:", server.target.startswith("grpc://"))


if __name__ == "__main__":
    tf.app.run()
