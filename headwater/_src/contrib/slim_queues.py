"""`tf.contrib.slim.queues`: queue runners for a block of a program."""

import contextlib

import headwater as tf


@contextlib.contextmanager
def QueueRunners(session):
    """A block in which the queues of the graph are filled.

    Args:
      session: the session.

    Yields:
      The threads.
    """
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess=session, coord=coordinator, daemon=True)
    try:
        yield threads
    finally:
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=120)
