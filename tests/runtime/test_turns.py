"""Nodes of one step that wait for each other."""

import threading
import time

import numpy as np
import pytest

import headwater as tf

LIMIT = tf.RunOptions(timeout_in_ms=20_000)  # a test that hangs fails instead


@pytest.fixture
def sess():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_a_dequeue_takes_what_the_same_step_puts_in(sess):
    queue = tf.FIFOQueue(1, tf.int32)
    assert sess.run([queue.dequeue(), queue.enqueue(7)], options=LIMIT) == [7, None]


def test_what_is_put_in_may_have_to_be_computed_first(sess):
    queue = tf.FIFOQueue(1, tf.float32)
    x, weight = tf.placeholder(tf.float32), tf.Variable(3.0)
    sess.run(weight.initializer)
    taken = queue.dequeue() + 1
    assert sess.run([taken, queue.enqueue(x * weight)], {x: 2.0}, options=LIMIT) == [7, None]


def test_an_enqueue_waits_for_the_room_that_a_dequeue_makes(sess):
    queue = tf.FIFOQueue(1, tf.int32)
    sess.run(queue.enqueue(1))
    # Made, and so begun, in this order.
    enqueue, dequeue = queue.enqueue(2), queue.dequeue()
    assert sess.run([enqueue, dequeue], options=LIMIT) == [None, 1]
    assert sess.run(dequeue, options=LIMIT) == 2


def test_more_elements_than_there_is_room_for(sess):
    queue = tf.FIFOQueue(2, tf.int32, [()])
    many, enqueue = queue.dequeue_many(5), queue.enqueue_many([[1, 2, 3, 4, 5]])
    values, _ = sess.run([many, enqueue], options=LIMIT)
    assert values.tolist() == [1, 2, 3, 4, 5]


def test_a_chain_through_three_queues(sess):
    first, second, third = (tf.FIFOQueue(1, tf.int32) for _ in range(3))
    last = third.dequeue()
    pass_on = third.enqueue(second.dequeue() + 1)
    begin = second.enqueue(first.dequeue() + 1)
    assert sess.run([last, pass_on, begin, first.enqueue(1)], options=LIMIT)[0] == 3


def test_closing_ends_the_waiting_of_a_dequeue(sess):
    queue = tf.FIFOQueue(1, tf.int32)
    with pytest.raises(tf.errors.OutOfRangeError, match="is closed"):
        sess.run([queue.dequeue(), queue.close()], options=LIMIT)


def test_gradients_that_the_same_step_applies(sess):
    accumulator = tf.ConditionalAccumulator(tf.float32, ())
    x = tf.placeholder(tf.float32)
    mean, applied = accumulator.take_grad(1), accumulator.apply_grad(x * 2)
    assert sess.run([mean, applied], {x: 4.0}, options=LIMIT)[0] == 8


def test_a_reader_of_names_that_the_same_step_gives(sess, tmp_path):
    path = tmp_path / "lines"
    path.write_text("one\ntwo\n")
    queue = tf.FIFOQueue(1, tf.string)
    line, enqueue = tf.TextLineReader().read(queue)[1], queue.enqueue(str(path))
    assert sess.run([line, enqueue], options=LIMIT)[0] == b"one"


def test_a_staging_area(sess):
    area = tf.contrib.staging.StagingArea([tf.int32])
    get, put = area.get(), area.put([tf.constant(5)])
    assert sess.run([get, put], options=LIMIT)[0] == [5]


def test_two_that_nobody_serves_wait_until_the_time_is_over(sess):
    queues = [tf.FIFOQueue(1, tf.int32) for _ in range(2)]
    began = time.monotonic()
    with pytest.raises(tf.errors.DeadlineExceededError):
        sess.run([q.dequeue() for q in queues], options=tf.RunOptions(timeout_in_ms=300))
    assert 0.25 < time.monotonic() - began < 5
    for queue in queues:  # nobody waits there any more: what comes in stays
        sess.run(queue.enqueue(1))
        assert sess.run(queue.size()) == 1


def test_two_that_another_thread_serves_in_turn(sess):
    first, second = (tf.FIFOQueue(1, tf.int32) for _ in range(2))
    both, serve = [first.dequeue(), second.dequeue()], [second.enqueue(2), first.enqueue(1)]
    again = second.enqueue(3)
    found = []
    thread = threading.Thread(target=lambda: found.extend(sess.run(both, options=LIMIT)))
    thread.start()
    time.sleep(0.05)
    sess.run(serve[0], options=LIMIT)
    sess.run(again, options=LIMIT)  # there is room only once the other thread has taken the first
    sess.run(serve[1], options=LIMIT)
    thread.join(20)
    assert found == [1, 2]


def test_closing_the_session_ends_their_waiting():
    with tf.Graph().as_default():
        dequeues = [tf.FIFOQueue(1, tf.int32).dequeue() for _ in range(2)]
        session, raised = tf.Session(), []

        def wait():
            try:
                session.run(dequeues, options=LIMIT)
            except tf.errors.OpError as error:
                raised.append(type(error))

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        session.close()
        thread.join(10)
        assert not thread.is_alive()
        assert raised == [tf.errors.CancelledError]


def test_what_fails_is_not_held_up_by_what_waits(sess):
    queue = tf.FIFOQueue(1, tf.int32)
    x = tf.placeholder(tf.float32)
    wrong = tf.Assert(tf.reduce_sum(tf.sqrt(x)) > 100, [x])
    dequeues = [queue.dequeue(), queue.dequeue()]
    with pytest.raises(tf.errors.InvalidArgumentError, match="assertion failed"):
        sess.run([*dequeues, wrong], {x: np.ones(3)}, options=LIMIT)


def test_an_update_of_a_step_that_takes_turns_is_made_once(sess):
    queue = tf.FIFOQueue(1, tf.int32)
    count = tf.Variable(0)
    sess.run(count.initializer)
    fetches = [queue.dequeue(), queue.enqueue(count.assign_add(1))]
    assert [sess.run(fetches, options=LIMIT)[0] for _ in range(3)] == [1, 2, 3]
    assert sess.run(count) == 3


def test_at_a_server():
    server = tf.train.Server.create_local_server()
    with tf.Graph().as_default():
        queue = tf.FIFOQueue(1, tf.int32)
        fetches = [queue.dequeue(), queue.enqueue(3)]
        with tf.Session(server.target) as sess:
            assert sess.run(fetches, options=LIMIT)[0] == 3


def test_in_the_body_of_a_loop(sess):
    queue = tf.FIFOQueue(1, tf.int32, [()])

    def body(i, total):
        taken = queue.dequeue()
        with tf.control_dependencies([queue.enqueue(i)]):
            return i + 1, total + taken

    loop = tf.while_loop(lambda i, total: i < 4, body, [0, 0])
    assert tuple(sess.run(loop, options=LIMIT)) == (4, 6)


def test_steps_without_others_to_wait_for_take_no_turns(sess, monkeypatch):
    from headwater._src.runtime import turns

    monkeypatch.setattr(turns, "run", None)
    queue, out = tf.FIFOQueue(2, tf.int32), tf.FIFOQueue(2, tf.int32)
    sess.run(queue.enqueue(1))
    sess.run(out.enqueue(queue.dequeue() + 1))  # one after the other
    assert sess.run([out.dequeue(), queue.size()]) == [2, 0]
