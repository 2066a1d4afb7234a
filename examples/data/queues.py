"""Queues by hand: a producer thread, a consumer, priorities, and closing."""

import threading

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 6, "numbers to pass")
FLAGS = tf.flags.FLAGS


def main(_):
    fifo = tf.FIFOQueue(3, tf.float32, shapes=[[]], name="fifo")
    number = tf.placeholder(tf.float32, [])
    put, get = fifo.enqueue(number), fifo.dequeue()
    first = tf.PriorityQueue(10, [tf.string], [()])
    order = first.enqueue_many([tf.constant([3, 1, 2], tf.int64), ["last", "first", "second"]])
    shuffled = tf.RandomShuffleQueue(10, 0, [tf.int32], [()], seed=1)
    fill = shuffled.enqueue_many([tf.range(5)])
    runner = tf.train.QueueRunner(shuffled, [fill])
    tf.train.add_queue_runner(runner)
    with tf.Session() as sess:

        def produce():
            for i in range(FLAGS.steps):
                sess.run(put, {number: i})
            sess.run(fifo.close())

        thread = threading.Thread(target=produce)
        thread.start()
        received = []
        try:
            while True:
                received.append(float(sess.run(get)))
        except tf.errors.OutOfRangeError:
            print("closed after", received)
        thread.join()
        sess.run(order)
        print("by priority:", [sess.run(first.dequeue())[1].decode() for _ in range(3)])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        print("in any order:", set(sess.run(shuffled.dequeue_many(5))) <= set(range(5)))
        coord.request_stop()
        sess.run(shuffled.close(cancel_pending_enqueues=True))
        coord.join(threads)


if __name__ == "__main__":
    tf.app.run()
