"""Monitored sessions, their hooks, scaffolds and creators; `tf.train.Supervisor`."""

import functools
import os
import timeit

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    tf.logging.set_verbosity(tf.logging.ERROR)
    with tf.Graph().as_default() as g:
        yield g
    tf.summary.FileWriterCache.clear()


def _training(rate=0.1):
    step = tf.train.get_or_create_global_step()
    x = tf.Variable(1.0, name="x")
    loss = tf.square(x, name="loss")
    tf.summary.scalar("cost", loss)
    optimizer = tf.train.GradientDescentOptimizer(rate)
    return x, loss, optimizer.minimize(loss, global_step=step), step


def _logged(monkeypatch):
    lines = []
    monkeypatch.setattr("headwater._src.core.logging.info", lambda m, *a: lines.append(m % a))
    return lines


def test_monitored_training_session_saves_and_restores(tmp_path):
    x, loss, train, step = _training()
    for last in (3, 5):
        hooks = [tf.train.StopAtStepHook(last_step=last)]
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=str(tmp_path), hooks=hooks, save_summaries_steps=1
        ) as sess:
            while not sess.should_stop():
                sess.run(train)
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-5")
    assert tf.train.load_variable(str(tmp_path), "x") == pytest.approx(0.8**5)
    files = sorted(f for f in os.listdir(tmp_path) if "tfevents" in f)
    tf.summary.FileWriterCache.clear()
    tags = {
        v.tag
        for f in files
        for e in tf.train.summary_iterator(str(tmp_path / f))
        for v in e.summary.value
    }
    assert "cost" in tags
    assert (tmp_path / "graph.pbtxt").exists()


def test_session_costs_little():
    a = tf.placeholder(tf.float32, [])
    b = a + 1
    with tf.train.MonitoredSession() as monitored, tf.Session() as plain:
        times = []
        for sess in (monitored, plain):
            call = functools.partial(sess.run, b, {a: 1.0})
            call(), call()
            times.append(min(timeit.repeat(call, number=200, repeat=20)) / 200)
    assert times[0] - times[1] < 10e-6


def test_recovers_when_the_session_is_lost():
    x, loss, train, step = _training()
    sessions, failures = [], [2]

    class Hook(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            sessions.append(session)

        def after_run(self, run_context, run_values):
            if failures and len(sessions) == 1:
                failures.pop()
                raise tf.errors.AbortedError(None, None, "lost")

    with tf.train.MonitoredSession(hooks=[Hook()]) as sess:
        sess.run(train)
    assert len(sessions) == 2 and not failures

    class Fails(tf.train.SessionRunHook):
        def after_run(self, run_context, run_values):
            raise tf.errors.UnavailableError(None, None, "lost")

    sess = tf.train.SingularMonitoredSession(hooks=[Fails()])
    assert isinstance(sess.raw_session(), tf.Session)
    with pytest.raises(tf.errors.UnavailableError):
        sess.run(train)


def test_hooks_are_called_in_order():
    calls = []

    class Hook(tf.train.SessionRunHook):
        def begin(self):
            calls.append("begin")

        def after_create_session(self, session, coord):
            calls.append("after_create_session")

        def before_run(self, run_context):
            assert isinstance(run_context, tf.train.SessionRunContext)
            calls.append(("before_run", run_context.original_args.fetches))
            return tf.train.SessionRunArgs({"two": six}, feed_dict={p: 7.0})

        def after_run(self, run_context, run_values):
            assert isinstance(run_values, tf.train.SessionRunValues)
            calls.append(("after_run", run_values.results["two"]))
            run_context.request_stop()

        def end(self, session):
            calls.append("end")

    p = tf.placeholder(tf.float32, [])
    six = tf.constant(3.0) * 2
    fetch, hook = p + 1, Hook()
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        assert sess.run(fetch) == 8.0
        assert sess.should_stop()
        with pytest.raises(RuntimeError, match="Run called even after should_stop"):
            sess.run(fetch)
    assert calls == [
        "begin",
        "after_create_session",
        ("before_run", fetch),
        ("after_run", 6.0),
        "end",
    ]


def test_two_hooks_must_not_feed_one_tensor():
    p = tf.placeholder(tf.float32, [])
    hooks = [tf.train.FeedFnHook(lambda: {p: 1.0}) for _ in range(2)]
    y = p + 1
    with tf.train.MonitoredSession(hooks=hooks[:1]) as sess:
        assert sess.run(y) == 2.0
        with pytest.raises(RuntimeError, match="SessionRunHook and user"):
            sess.run(y, {p: 3.0})
    with (
        pytest.raises(RuntimeError, match="two hooks"),
        tf.train.MonitoredSession(hooks=hooks) as sess,
    ):
        sess.run(y)


def test_run_step_fn():
    v = tf.Variable(0)
    add = v.assign_add(1)

    def step_fn(step_context):
        assert isinstance(step_context, tf.train.MonitoredSession.StepContext)
        step_context.session.run(add)
        if step_context.run_with_hooks(add) >= 4:
            step_context.request_stop()
        return "more"

    with tf.train.MonitoredSession() as sess:
        assert sess.run_step_fn(step_fn) == "more"
        sess.run_step_fn(step_fn)
        pytest.fail("the loop should have ended")
    with tf.train.MonitoredSession() as sess, pytest.raises(ValueError, match="step_context"):
        sess.run_step_fn(lambda other: None)


def test_an_ended_input_ends_the_loop():
    queue = tf.FIFOQueue(10, [tf.int32], shapes=[[]])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(tf.py_func(_three(), [], tf.int32))])
    tf.train.add_queue_runner(runner)
    value, seen = queue.dequeue(), []
    with tf.train.MonitoredSession() as sess:
        while not sess.should_stop():
            seen.append(int(sess.run(value)))
    assert seen == [0, 1, 2]


def _three():
    numbers = iter(range(3))
    return lambda: np.int32(next(numbers))


def test_scaffold(graph):
    tf.Variable(1.0, name="v")
    calls = []
    scaffold = tf.train.Scaffold(init_fn=lambda s, sess: calls.append((s, sess)))
    creator = tf.train.ChiefSessionCreator(scaffold)
    assert isinstance(creator, tf.train.SessionCreator)
    with creator.create_session() as sess:
        assert graph.finalized and calls == [(scaffold, sess)]
        assert sess.run("v:0") == 1.0
        assert sess.run(scaffold.ready_op).size == 0
    copy = tf.train.Scaffold(copy_from_scaffold=scaffold)
    assert copy.init_op is scaffold.init_op and copy.saver is scaffold.saver
    graph._unsafe_unfinalize()
    graph.add_to_collection("savers", tf.train.Saver())
    with pytest.raises(RuntimeError, match="More than one item in collection SAVERS"):
        tf.train.Scaffold().finalize()


def test_session_manager(tmp_path):
    v = tf.Variable(1.0, name="v")
    w = tf.Variable(v * 2, name="w", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    manager = tf.train.SessionManager(
        ready_op=tf.report_uninitialized_variables(),
        ready_for_local_init_op=tf.report_uninitialized_variables([v]),
        local_init_op=w.initializer,
    )
    with pytest.raises(RuntimeError, match="did not make model ready for local_init"):
        manager.prepare_session("", init_op=tf.no_op())
    with manager.prepare_session("", init_op=v.initializer) as sess:
        assert sess.run(w) == 2.0
        saver = tf.train.Saver([v])
        path = saver.save(sess, str(tmp_path / "m"))
    sess, restored = manager.recover_session("", saver, checkpoint_dir=str(tmp_path))
    assert restored and sess.run(w) == 2.0
    sess, restored = manager.recover_session("", saver)
    assert not restored
    with pytest.raises(ValueError, match="Can not provide both"):
        manager.recover_session("", saver, str(tmp_path), path)
    with pytest.raises(tf.errors.DeadlineExceededError, match="not ready"):
        manager.wait_for_session("", max_wait_secs=0)
    with pytest.raises(ValueError, match="ready_for_local_init_op"):
        tf.train.SessionManager(ready_for_local_init_op=tf.no_op())


def test_worker_session_creator_waits():
    tf.Variable(1.0)
    creator = tf.train.WorkerSessionCreator(max_wait_secs=0)
    with pytest.raises(tf.errors.DeadlineExceededError):
        creator.create_session()


# --- hooks --------------------------------------------------------------------------------------


def test_logging_tensor_hook(monkeypatch):
    lines = _logged(monkeypatch)
    x, loss, train, step = _training(rate=0.5)
    hook = tf.train.LoggingTensorHook({"l": loss, "x": "x:0"}, every_n_iter=2, at_end=True)
    with tf.train.SingularMonitoredSession([hook]) as sess:
        for _ in range(3):
            sess.run(train)
    found = [line.split(" (")[0] for line in lines if line.startswith("l =")]
    assert found == ["l = 1.0, x = 1.0", "l = 0.0, x = 0.0", "l = 0.0, x = 0.0"]
    with pytest.raises(ValueError, match="exactly one of every_n_iter"):
        tf.train.LoggingTensorHook([loss])


def test_nan_tensor_hook():
    p = tf.placeholder(tf.float32, [])
    loss = p * 1
    with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(loss)]) as sess:
        sess.run(loss, {p: 1.0})
        with pytest.raises(tf.train.NanLossDuringTrainingError, match="NaN loss"):
            sess.run(loss, {p: np.nan})
    hook = tf.train.NanTensorHook(loss, fail_on_nan_loss=False)
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        sess.run(loss, {p: np.nan})
        assert sess.should_stop()


def test_checkpoint_saver_hook_and_listener(tmp_path):
    x, loss, train, step = _training()
    calls = []

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            calls.append("begin")

        def before_save(self, session, global_step_value):
            calls.append(("before", global_step_value))

        def after_save(self, session, global_step_value):
            calls.append(("after", global_step_value))
            return global_step_value >= 4

        def end(self, session, global_step_value):
            calls.append(("end", global_step_value))

    hook = tf.train.CheckpointSaverHook(
        str(tmp_path), save_steps=2, scaffold=(scaffold := tf.train.Scaffold()),
        listeners=[Listener()],
    )  # fmt: skip
    with tf.train.SingularMonitoredSession([hook], scaffold) as sess:
        while not sess.should_stop():
            sess.run(train)
    saves = [("before", s) if k == 0 else ("after", s) for s in (0, 2, 4) for k in (0, 1)]
    assert calls == ["begin", *saves, ("end", 4)]
    with pytest.raises(ValueError, match="both saver and scaffold"):
        tf.train.CheckpointSaverHook("d", 1, saver=tf.train.Saver(), scaffold=scaffold)


def test_summary_and_step_counter_hooks(tmp_path):
    x, loss, train, step = _training()
    hooks = [
        tf.train.SummarySaverHook(
            save_steps=2, output_dir=str(tmp_path), summary_op=tf.summary.merge_all()
        ),
        tf.train.StepCounterHook(every_n_steps=2, output_dir=str(tmp_path)),
    ]
    with tf.train.SingularMonitoredSession(hooks) as sess:
        for _ in range(6):
            sess.run(train)
    tf.summary.FileWriterCache.clear()
    found = {"cost": [], "global_step/sec": []}
    for name in os.listdir(tmp_path):
        for event in tf.train.summary_iterator(str(tmp_path / name)):
            for value in event.summary.value:
                found[value.tag].append(event.step)
    assert found["cost"] == [1, 3, 5]
    assert len(found["global_step/sec"]) == 2
    with pytest.raises(ValueError, match="Exactly one of scaffold or summary_op"):
        tf.train.SummarySaverHook(save_steps=1)


def test_profiler_hook(tmp_path):
    x, loss, train, step = _training()
    hook = tf.train.ProfilerHook(save_steps=2, output_dir=str(tmp_path))
    with tf.train.SingularMonitoredSession([hook]) as sess:
        for _ in range(5):
            sess.run(train)
    names = sorted(n for n in os.listdir(tmp_path) if n.startswith("timeline"))
    assert names == ["timeline-2.json", "timeline-4.json"]
    assert "traceEvents" in (tmp_path / names[0]).read_text()


def test_final_ops_and_waiter_hooks():
    x, loss, train, step = _training()
    final = tf.train.FinalOpsHook({"s": step})
    with tf.train.SingularMonitoredSession([final, tf.train.GlobalStepWaiterHook(0)]) as sess:
        sess.run(train)
        assert final.final_ops_values is None
    assert final.final_ops_values == {"s": 1}


def test_second_or_step_timer(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    timer = tf.train.SecondOrStepTimer(every_steps=3)
    assert timer.should_trigger_for_step(1) and timer.last_triggered_step() is None
    assert timer.update_last_triggered_step(1) == (None, None)
    assert [timer.should_trigger_for_step(s) for s in (1, 3, 4)] == [False, False, True]
    now[0] = 102.0
    assert timer.update_last_triggered_step(5) == (2.0, 4)
    timer = tf.train.SecondOrStepTimer(every_secs=1.5)
    timer.update_last_triggered_step(1)
    assert not timer.should_trigger_for_step(2)
    now[0] = 104.0
    assert timer.should_trigger_for_step(2)
    for given in ({}, {"every_secs": 1, "every_steps": 1}):
        with pytest.raises(ValueError, match="every_secs"):
            tf.train.SecondOrStepTimer(**given)


# --- supervisor ---------------------------------------------------------------------------------


def test_supervisor(tmp_path):
    x, loss, train, step = _training()
    supervisor = tf.train.Supervisor(logdir=str(tmp_path), save_model_secs=600)
    calls = []

    def one(session, word):
        calls.append(word)
        session.run(train)
        if len(calls) == 3:
            supervisor.request_stop()

    tf.train.basic_train_loop(supervisor, one, args=["a"])
    assert calls == ["a"] * 3 and supervisor.should_stop()
    assert tf.train.latest_checkpoint(str(tmp_path)) is not None
    with supervisor.managed_session() as sess:
        assert not supervisor.should_stop()
        supervisor.summary_computed(sess, sess.run(supervisor.summary_op))
        beat = supervisor.loop(None, supervisor.request_stop)
        beat.join(5)
    assert not beat.is_alive()


def test_supervisor_raises_what_a_block_raises():
    tf.Variable(1.0)
    supervisor = tf.train.Supervisor(logdir=None)
    with pytest.raises(ZeroDivisionError), supervisor.managed_session():
        1 / 0  # noqa: B018
    with pytest.raises(RuntimeError, match="requires a summary writer"):
        supervisor.summary_computed(None, b"")


def test_supervisor_of_a_worker_needs_devices():
    tf.Variable(1.0)
    with pytest.raises(ValueError, match="must have their device set"):
        tf.train.Supervisor(is_chief=False)


def test_queue_runners_are_exported(graph):
    queue = tf.FIFOQueue(10, [tf.float32], shapes=[[]])
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(1.0)]))
    proto = tf.train.export_meta_graph()
    with tf.Graph().as_default() as other:
        tf.train.import_meta_graph(proto)
        (runner,) = other.get_collection(tf.GraphKeys.QUEUE_RUNNERS)
        assert runner.name == "fifo_queue"
        value = runner.queue.dequeue()
        with tf.train.MonitoredSession() as sess:
            assert sess.run(value) == 1.0


def test_warm_start(tmp_path):
    (tmp_path / "old").write_text("a\nb\nc\n")
    (tmp_path / "new").write_text("c\nx\na\n")
    tf.Variable([[1.0], [2.0], [3.0]], name="rows")
    tf.Variable(5.0, name="bias")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(sess, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as sess:
        rows = tf.Variable(tf.zeros([4, 1]), name="rows")
        bias = tf.Variable(0.0, name="b")
        vocab = tf.train.VocabInfo(
            str(tmp_path / "new"), -1, 1, str(tmp_path / "old"), backup_initializer=None
        )
        tf.train.warm_start(
            path,
            var_name_to_vocab_info={"rows": vocab},
            var_name_to_prev_var_name={"b": "bias"},
        )
        sess.run(tf.global_variables_initializer())
        assert sess.run(rows).tolist() == [[3.0], [0.0], [1.0], [0.0]]
        assert sess.run(bias) == 5.0
        with pytest.raises(ValueError, match="were not used"):
            tf.train.warm_start(path, "rows", var_name_to_prev_var_name={"zz": "rows"})
