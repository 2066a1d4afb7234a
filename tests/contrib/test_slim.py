"""`tf.contrib.slim`: networks with the published names and sizes, training, evaluation."""

import numpy as np
import pytest

import headwater as tf

slim = tf.contrib.slim


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def numbers(net, size, scope, **kwargs):
    """The logits, the end points and the number of trained values of a network."""
    with slim.arg_scope(scope):
        logits, ends = net(tf.placeholder(tf.float32, [None, size, size, 3]), **kwargs)
    total, _ = tf.contrib.slim.model_analyzer.analyze_vars(tf.trainable_variables())
    return logits, ends, total


nets = tf.contrib.slim.nets
# How many values the papers' networks train; for Inception with its 1001 classes.
NETS = {
    "vgg_a": (nets.vgg.vgg_a, nets.vgg.vgg_arg_scope, {}, 132863336),
    "vgg_16": (nets.vgg.vgg_16, nets.vgg.vgg_arg_scope, {}, 138357544),
    "vgg_19": (nets.vgg.vgg_19, nets.vgg.vgg_arg_scope, {}, 143667240),
    "alexnet": (nets.alexnet.alexnet_v2, nets.alexnet.alexnet_v2_arg_scope, {}, 50303912),
    "overfeat": (nets.overfeat.overfeat, nets.overfeat.overfeat_arg_scope, {}, 145704424),
    "resnet_50": (
        nets.resnet_v1.resnet_v1_50,
        nets.resnet_v1.resnet_arg_scope,
        {"num_classes": 1000},
        25557032,
    ),
    "resnet_101": (
        nets.resnet_v1.resnet_v1_101,
        nets.resnet_v1.resnet_arg_scope,
        {"num_classes": 1000},
        44549160,
    ),
    "resnet_152": (
        tf.contrib.slim.python.slim.nets.resnet_v1.resnet_v1_152,
        nets.resnet_utils.resnet_arg_scope,
        {"num_classes": 1000},
        60192808,
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_sizes_of_networks(name):
    net, scope, kwargs, wanted = NETS[name]
    logits, ends, total = numbers(net, net.default_image_size, scope(), **kwargs)
    assert total == wanted
    assert logits.shape.as_list() in ([None, 1000], [None, 1, 1, 1000])


# Values of the base networks, moving averages with them.
INCEPTION = {
    "inception_v1": (nets.inception_v1.inception_v1_base, 5607184, [None, 7, 7, 1024]),
    "inception_v2": (nets.inception_v2.inception_v2_base, 10173112, [None, 7, 7, 1024]),
    "inception_v3": (nets.inception_v3.inception_v3_base, 21802784, [None, 8, 8, 2048]),
}


@pytest.mark.parametrize("name", INCEPTION)
def test_sizes_of_inception(name):
    base, wanted, shape = INCEPTION[name]
    size = 299 if name == "inception_v3" else 224
    with slim.arg_scope(nets.inception.inception_arg_scope()):
        net, _ = base(tf.placeholder(tf.float32, [None, size, size, 3]))
    assert net.shape.as_list() == shape
    assert slim.model_analyzer.analyze_vars(slim.get_model_variables())[0] == wanted


CHECKPOINT_NAMES = {
    "vgg_16": ["vgg_16/conv1/conv1_1/weights", "vgg_16/conv5/conv5_3/biases", "vgg_16/fc8/weights"],
    "resnet_50": [
        "resnet_v1_50/conv1/BatchNorm/gamma",
        "resnet_v1_50/block1/unit_1/bottleneck_v1/conv1/weights",
        "resnet_v1_50/block4/unit_3/bottleneck_v1/conv3/BatchNorm/moving_variance",
        "resnet_v1_50/logits/biases",
    ],
    "alexnet": ["alexnet_v2/conv1/weights", "alexnet_v2/fc6/biases"],
}


@pytest.mark.parametrize("name", CHECKPOINT_NAMES)
def test_names_fit_published_checkpoints(name):
    net, scope, kwargs, _ = NETS[name]
    numbers(net, net.default_image_size, scope(), **kwargs)
    assert set(CHECKPOINT_NAMES[name]) <= {v.op.name for v in tf.global_variables()}


def test_names_of_inception_and_resnet_v2():
    with slim.arg_scope(nets.inception_v3.inception_v3_arg_scope()):
        nets.inception_v3.inception_v3(tf.zeros([1, 299, 299, 3]), 1001)
    with slim.arg_scope(nets.resnet_v2.resnet_arg_scope()):
        nets.resnet_v2.resnet_v2_50(tf.zeros([1, 64, 64, 3]), 1001, is_training=False)
    assert {
        "InceptionV3/Mixed_5c/Branch_1/Conv_1_0c_5x5/weights",
        "InceptionV3/Mixed_7b/Branch_1/Conv2d_0b_3x1/BatchNorm/beta",
        "InceptionV3/AuxLogits/Conv2d_2a_5x5/weights",
        "InceptionV3/Logits/Conv2d_1c_1x1/biases",
        "resnet_v2_50/postnorm/gamma",
        "resnet_v2_50/block1/unit_1/bottleneck_v2/preact/moving_mean",
        "resnet_v2_50/block1/unit_1/bottleneck_v2/shortcut/biases",
    } <= {v.op.name for v in tf.global_variables()}
    assert not [v for v in tf.trainable_variables() if "BatchNorm/gamma" in v.op.name
                and v.op.name.startswith("Inception")]  # fmt: skip


def test_end_points_and_strides_of_resnet():
    with slim.arg_scope(nets.resnet_v1.resnet_arg_scope()):
        net, ends = nets.resnet_v1.resnet_v1_50(
            tf.zeros([1, 65, 65, 3]), global_pool=False, output_stride=8
        )
    assert net.shape.as_list() == [1, 9, 9, 2048]
    assert ends["resnet_v1_50/block4"] is net
    with pytest.raises(ValueError, match="cannot be reached"):
        nets.resnet_v1.resnet_v1_50(tf.zeros([1, 65, 65, 3]), output_stride=28, scope="other")


def test_end_points_of_vgg():
    with slim.arg_scope(tf.contrib.slim.python.slim.nets.vgg.vgg_arg_scope()):
        logits, ends = tf.contrib.slim.python.slim.nets.vgg.vgg_16(tf.zeros([1, 224, 224, 3]), 10)
    assert ends["vgg_16/conv5/conv5_3"].shape.as_list() == [1, 14, 14, 512]
    assert ends["vgg_16/fc8"] is logits and len(tf.losses.get_regularization_losses()) == 16


def test_a_small_net_runs_and_its_statistics_are_updated():
    x = np.random.RandomState(0).randn(4, 32, 32, 3).astype(np.float32)
    block = nets.resnet_v1.resnet_v1_block
    with slim.arg_scope(nets.resnet_v1.resnet_arg_scope()):
        net, _ = nets.resnet_v1.resnet_v1(x, [block("block1", 4, 2, 2)], 5, scope="small")
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    assert len(updates) == 2 * len([v for v in tf.global_variables() if "moving_mean" in v.name])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run("small/conv1/BatchNorm/moving_mean:0")
        assert sess.run([net, *updates])[0].shape == (4, 1, 1, 5)
        assert not np.allclose(before, sess.run("small/conv1/BatchNorm/moving_mean:0"))


# --- layers under scopes --------------------------------------------------------------------------


def test_scopes_set_defaults_of_layers():
    with slim.arg_scope(
        [slim.conv2d, slim.fully_connected],
        activation_fn=None,
        weights_regularizer=slim.l2_regularizer(0.5),
        weights_initializer=slim.initializers.xavier_initializer(),
    ):
        with slim.arg_scope([slim.conv2d], padding="VALID", normalizer_fn=slim.batch_norm):
            net = tf.contrib.slim.conv2d(tf.zeros([2, 8, 8, 3]), 4, [3, 3])
        assert net.shape.as_list() == [2, 6, 6, 4] and "BatchNorm" in net.op.name
        net = tf.contrib.slim.convolution2d(net, 4, 3)
        assert net.shape.as_list() == [2, 6, 6, 4] and net.op.type == "BiasAdd"
        tf.contrib.slim.fully_connected(slim.flatten(slim.max_pool2d(net, 2)), 3)
    assert len(tf.losses.get_regularization_losses()) == 3


def test_repeat_stack_and_named_ends():
    net = tf.contrib.slim.repeat(
        tf.zeros([1, 8, 8, 3]), 2, slim.conv2d, 4, [3, 3], scope="c", outputs_collections="ends"
    )
    net = slim.stack(slim.avg_pool2d(net, 2), slim.conv2d, [(5, [1, 1]), (6, [3, 3])], scope="s")
    assert net.op.name == "s/s_2/Relu"
    assert list(tf.contrib.slim.utils.convert_collection_to_dict("ends")) == ["c/c_1", "c/c_2"]
    names = [v.op.name for v in tf.contrib.slim.get_variables()]
    assert names[:2] == ["c/c_1/weights", "c/c_1/biases"] and "s/s_1/weights" in names
    v = tf.contrib.slim.variable("v", [1], initializer=slim.variance_scaling_initializer())
    assert v.op.name == "v" and slim.xavier_initializer_conv2d()


# --- training -------------------------------------------------------------------------------------


def line():
    x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    predictions = slim.fully_connected(x, 1, activation_fn=None, scope="fc")
    return tf.losses.mean_squared_error(3 * x + 1, predictions)


def test_training_and_evaluation(tmp_path):
    loss = line()
    tf.summary.scalar("loss", loss)
    train_op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.3))
    assert train_op.op.name.startswith("train_op/")
    assert tf.get_collection("train_op")[-1] is train_op
    final = slim.learning.train(
        train_op, str(tmp_path), number_of_steps=60, log_every_n_steps=20, save_summaries_secs=0
    )
    assert final < 1e-3
    path = tf.train.latest_checkpoint(str(tmp_path))
    assert path.endswith("model.ckpt-60")
    with tf.Graph().as_default():
        loss = line()
        slim.get_or_create_global_step()
        value, update = slim.metrics.streaming_mean(loss)
        tf.summary.scalar("mean", value)
        found = slim.evaluation.evaluate_once(
            "", path, str(tmp_path / "eval"), num_evals=3, eval_op=update, final_op=value
        )
        assert found < 1e-3 and list((tmp_path / "eval").iterdir())
        again = slim.evaluation.evaluation_loop(
            "", str(tmp_path), str(tmp_path / "eval"), num_evals=1, eval_op=update, final_op=value,
            max_number_of_evaluations=1, eval_interval_secs=0,
        )  # fmt: skip
        assert again == pytest.approx(found)


def test_updates_run_before_the_loss():
    counter = tf.Variable(0.0, trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, counter.assign_add(1.0))
    train_op = slim.learning.create_train_op(
        line(), tf.train.GradientDescentOptimizer(0.1), clip_gradient_norm=0.1
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train_op)
        assert sess.run(counter) == 1.0 and sess.run(tf.train.get_global_step()) == 1


def test_gradients_are_multiplied_and_clipped():
    v, w = tf.Variable([3.0, 4.0], name="v"), tf.Variable([1.0], name="w")
    pairs = [(tf.constant([3.0, 4.0]), v), (None, w)]
    pairs = slim.learning.multiply_gradients(pairs, {v: 2.0})
    clipped = slim.learning.clip_gradient_norms(pairs, 1.0)
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(clipped[0][0]), [0.6, 0.8], rtol=1e-6)
    with pytest.raises(ValueError, match="multiple of `None` gradient"):
        slim.learning.multiply_gradients(pairs, {"w": 2.0})


def test_a_loss_that_is_not_finite_stops_training():
    loss = line() / tf.placeholder_with_default(0.0, [])
    train_op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1))
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="inf or nan"):
        sess.run(tf.global_variables_initializer())
        sess.run(train_op)


@pytest.mark.parametrize(
    "kwargs", [{"train_op": None}, {"number_of_steps": 0}, {"logdir": None, "saver": 1}]
)
def test_wrong_arguments_of_train(kwargs):
    with pytest.raises(ValueError):
        slim.learning.train(**{"train_op": tf.constant(0.0), "logdir": "x", **kwargs})


def test_queue_runners():
    value = tf.train.input_producer([1, 2], num_epochs=1).dequeue() if hasattr(
        tf.train, "input_producer") else tf.constant(1)  # fmt: skip
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        with slim.queues.QueueRunners(sess):
            assert sess.run(value) in (1, 2)
