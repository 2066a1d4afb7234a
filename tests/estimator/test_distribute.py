"""`tf.distribute`: programs written for strategies run with one replica."""

import numpy as np
import pytest

import headwater as tf

STRATEGIES = {
    "one device": lambda: tf.distribute.OneDeviceStrategy("/cpu:0"),
    "mirrored": lambda: tf.distribute.MirroredStrategy(["/cpu:0"]),
    "the default device": tf.distribute.MirroredStrategy,
}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_training(name):
    strategy = STRATEGIES[name]()
    assert strategy.num_replicas_in_sync == 1
    assert "Strategy on" in repr(strategy)
    x = np.arange(8, dtype=np.float32)
    with strategy.scope():
        weight = tf.get_variable("weight", [], initializer=tf.zeros_initializer())
        optimizer = tf.train.GradientDescentOptimizer(0.01)
        dataset = strategy.experimental_make_numpy_dataset((x, 3 * x)).repeat().batch(4)
        data = strategy.make_dataset_iterator(strategy.experimental_distribute_dataset(dataset))

        def step(features):
            x, y = features
            losses = tf.square(weight * x - y)
            with tf.control_dependencies([optimizer.minimize(tf.reduce_mean(losses))]):
                return tf.identity(losses)

        losses = strategy.experimental_run(step, data)
        (local,) = strategy.experimental_local_results(losses)
        mean = strategy.reduce(tf.distribute.ReduceOp.MEAN, losses, axis=0)
        total = strategy.reduce("sum", losses, axis=None)
        run = strategy.group(losses)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(data.initialize())
        first, each, same = sess.run([mean, local, total])
        assert first == pytest.approx(each.mean()) and same is not None and each.shape == (4,)
        for _ in range(100):
            sess.run(run)
        assert sess.run(weight) == pytest.approx(3, abs=1e-3)
    assert weight.device == ("/device:CPU:0" if "default" not in name else "")


def test_where_the_program_is():
    strategy, seen = tf.distribute.OneDeviceStrategy("/cpu:0"), []
    outside = tf.distribute.get_replica_context()
    assert not tf.distribute.has_strategy() and not tf.distribute.in_cross_replica_context()
    assert isinstance(tf.distribute.get_strategy(), tf.distribute.Strategy)
    assert isinstance(outside, tf.distribute.ReplicaContext) and outside.num_replicas_in_sync == 1

    def between(given, value):
        assert given is strategy and tf.distribute.in_cross_replica_context()
        return strategy.extended.reduce_to(tf.distribute.ReduceOp.SUM, value)

    def replica(value, factor=1):
        context = tf.distribute.get_replica_context()
        assert not tf.distribute.in_cross_replica_context()
        seen.append((context.strategy, context.devices))
        value = context.all_reduce(tf.distribute.ReduceOp.SUM, value * factor)
        return context.merge_call(between, (value,)), context.replica_id_in_sync_group

    with strategy.scope():
        assert tf.distribute.has_strategy() and tf.distribute.get_strategy() is strategy
        assert tf.distribute.in_cross_replica_context()
        assert tf.distribute.get_replica_context() is None
        result = strategy.experimental_run_v2(replica, (tf.constant(2.0),), {"factor": 3})
        again = strategy.extended.call_for_each_replica(replica, (tf.constant(1.0),))
    assert seen == [(strategy, ("/cpu:0",))] * 2
    assert result[0].device == "/device:CPU:0"
    with tf.Session() as sess:
        assert sess.run([result, again]) == [(6.0, 0), (1.0, 0)]
    assert not tf.distribute.has_strategy()


def test_parts_for_libraries():
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    extended, variable = strategy.extended, tf.Variable(1.0)
    assert isinstance(extended, tf.distribute.StrategyExtended)
    assert extended.worker_devices == extended.parameter_devices == ("/cpu:0",)
    assert extended.non_slot_devices([variable]) == "/cpu:0"
    assert extended.broadcast_to(variable) is variable
    assert extended.batch_reduce_to("mean", [(variable, None)]) == [variable]
    update = extended.update(variable, lambda v, by: tf.assign_add(v, by), (2.0,))
    with extended.colocate_vars_with(variable):
        beside = tf.Variable(0.0)
    assert beside.op.colocation_groups() == [b"loc:@Variable"]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(update) is None and sess.run(variable) == 3.0
    with pytest.raises(ValueError):
        strategy.reduce("product", variable)


def test_input_functions():
    def input_fn(context):
        assert isinstance(context, tf.distribute.InputContext)
        assert context.num_input_pipelines == 1 and context.input_pipeline_id == 0
        return tf.data.Dataset.range(6).batch(context.get_per_replica_batch_size(3))

    data = tf.distribute.OneDeviceStrategy("/cpu:0").make_input_fn_iterator(input_fn)
    with tf.Session() as sess:
        sess.run(data.initialize())
        assert sess.run(data.get_next()).tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="not divisible"):
        tf.distribute.InputContext(num_replicas_in_sync=2).get_per_replica_batch_size(3)


def test_one_replica_of_several_devices(caplog):
    with caplog.at_level("WARNING", logger="tensorflow"):
        strategy = tf.distribute.MirroredStrategy(["/gpu:0", "/gpu:1"])
    assert strategy.extended.worker_devices == ("/gpu:0",)
    assert "none on /gpu:1" in caplog.text


def test_an_estimator_takes_a_strategy(tmp_path):
    config = tf.estimator.RunConfig(
        model_dir=str(tmp_path), train_distribute=tf.distribute.MirroredStrategy(["/cpu:0"])
    )
    assert config.train_distribute.num_replicas_in_sync == 1
    with pytest.raises(NotImplementedError, match="eval_distribute"):
        tf.estimator.RunConfig(eval_distribute="mirrored")


def test_private_paths():
    assert tf.python.distribute.mirrored_strategy.MirroredStrategy is tf.distribute.MirroredStrategy
    assert tf.distribute.Server is tf.train.Server
