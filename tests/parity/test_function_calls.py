"""Arithmetic, arrays, strings and networks' functions by their public names, against TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from .calls import assert_same
from .harness import oracle, ours

RANDOM = np.random.RandomState(5)
X = np.array([-2.5, -0.5, 0.0, 0.25, 3.0], np.float32)
POSITIVE = np.array([0.1, 1.0, 4.0, 1e6], np.float32)
SQUARE = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.0, 2.0, 5.0]])
MAPS = RANDOM.randn(2, 6, 6, 4).astype(np.float32)
FILTER = RANDOM.randn(3, 3, 4, 2).astype(np.float32)
VOLUME = RANDOM.randn(1, 4, 4, 4, 2).astype(np.float32)
LINES = RANDOM.randn(2, 7, 3).astype(np.float32)
STATISTICS = [[0.1] * 4, [2.0] * 4, [1.0] * 4, [0.5] * 4]
INTS = np.array([1, 6, 255, 1 << 20], np.int32)
SHIFTS = np.array([1, 3, 0, 5], np.int32)

ARITHMETIC = {
    "sqrt": lambda tf: tf.sqrt(POSITIVE),
    "rsqrt": lambda tf: [tf.rsqrt(POSITIVE), tf.math.rsqrt(POSITIVE, name="r")],
    "cos": lambda tf: [tf.cos(X), tf.math.cos(X.astype(np.float64))],
    "tan": lambda tf: tf.tan(X),
    "erf": lambda tf: tf.erf(X),
    "expm1_log1p": lambda tf: [tf.expm1(X / 100), tf.log1p(POSITIVE), tf.atanh(X / 4)],
    "is_finite": lambda tf: [tf.is_finite([1.0, np.inf, np.nan]), tf.is_inf([1.0, -np.inf])],
    "bitwise": lambda tf: [
        tf.bitwise.bitwise_and(INTS, SHIFTS),
        tf.bitwise.bitwise_or(INTS, SHIFTS),
        tf.bitwise.bitwise_xor(INTS, SHIFTS),
    ],
    "shifts": lambda tf: [
        tf.bitwise.left_shift(INTS, SHIFTS),
        tf.bitwise.right_shift(-INTS, SHIFTS),
    ],
    "cross": lambda tf: tf.cross([[1.0, 2.0, 3.0]], [[0.5, -1.0, 2.0]]),
    "einsum": lambda tf: [
        tf.einsum("ij,jk->ik", SQUARE, SQUARE),
        tf.einsum("bhwc->bc", MAPS),
        tf.einsum("bhwc,bhwd->bcd", MAPS, MAPS),
    ],
    "matrix_determinant": lambda tf: tf.matrix_determinant(np.stack([SQUARE, SQUARE.T * 2])),
    "matrix_solve": lambda tf: [
        tf.matrix_solve(SQUARE, SQUARE[:, :1]),
        tf.matrix_solve(SQUARE, SQUARE[:, :2], adjoint=True),
    ],
    "arg_min": lambda tf: tf.arg_min(SQUARE, 1),
    "confusion_matrix": lambda tf: [
        tf.confusion_matrix([0, 1, 2, 2], [0, 2, 2, 1]),
        tf.math.confusion_matrix([0, 1], [1, 1], num_classes=3, weights=[0.5, 2.0]),
    ],
    "int16": lambda tf: [tf.cast([1.7, -2.2], tf.int16), tf.int16.max, tf.int16.name],
    "to_bfloat16": lambda tf: tf.cast(tf.to_bfloat16([1.0, 1.00390625, 3.1415]), tf.float32),
    "fake_quant": lambda tf: tf.quantization.fake_quant_with_min_max_args(
        X, min=-2.0, max=2.0, num_bits=4
    ),
    "orthogonal_initializer": lambda tf: tf.orthogonal_initializer(seed=3)([1, 1]) ** 2,
}
ARRAYS = {
    "depth_to_space": lambda tf: tf.depth_to_space(MAPS, 2),
    "dynamic_stitch": lambda tf: tf.dynamic_stitch(
        [[0, 2], [1, 3, 0]], [[[1, 2], [3, 4]], [[5, 6], [7, 8], [9, 9]]]
    ),
    "reverse_sequence": lambda tf: tf.reverse_sequence(LINES, [3, 7], seq_axis=1, batch_axis=0),
    "sparse_softmax": lambda tf: tf.sparse_softmax(
        tf.SparseTensor([[0, 0], [0, 2], [1, 1]], [1.0, 2.0, 3.0], [2, 3])
    ),
    "string_split": lambda tf: [
        tf.string_split(["a b  c", "", "d"]),
        tf.string_split(["a,b;c"], delimiter=",;"),
        tf.string_split(["a,,b"], ",", skip_empty=False),
    ],
    "reduce_join": lambda tf: [
        tf.reduce_join([["a", "b"], ["c", "d"]], 1, separator="-"),
        tf.reduce_join([["a", "b"], ["c", "d"]]),
    ],
    "regex_replace": lambda tf: tf.regex_replace(["a1b22", "x"], "[0-9]+", "#"),
}
NETWORKS = {
    "conv1d": lambda tf: [
        tf.nn.conv1d(LINES, FILTER[0, :, :3], stride=2, padding="SAME"),
        tf.nn.conv1d(LINES, FILTER[0, :, :3], 1, "VALID"),
    ],
    "conv2d": lambda tf: [
        tf.nn.conv2d(MAPS, FILTER, [1, 2, 1, 1], "SAME"),
        tf.nn.conv2d(MAPS, FILTER, strides=[1, 1, 1, 1], padding="VALID", name="c"),
    ],
    "conv2d_transpose": lambda tf: tf.nn.conv2d_transpose(
        MAPS, np.swapaxes(FILTER, 2, 3), [2, 12, 12, 2], [1, 2, 2, 1]
    ),
    "conv3d": lambda tf: tf.nn.conv3d(
        VOLUME, RANDOM.__class__(1).randn(2, 2, 2, 2, 3).astype("f"), [1] * 5, "SAME"
    ),
    "depthwise_conv2d": lambda tf: tf.nn.depthwise_conv2d(MAPS, FILTER, [1, 1, 1, 1], "SAME"),
    "atrous_conv2d": lambda tf: tf.nn.atrous_conv2d(MAPS, FILTER, rate=2, padding="SAME"),
    "pools": lambda tf: [
        tf.nn.max_pool(MAPS, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
        tf.nn.avg_pool(MAPS, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"),
        tf.nn.max_pool2d(MAPS, 2, 2, "VALID"),
        tf.nn.max_pool3d(VOLUME, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "VALID"),
        tf.nn.avg_pool3d(VOLUME, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "VALID"),
    ],
    "pool": lambda tf: [
        tf.nn.pool(MAPS, [2, 2], "MAX", "VALID"),
        tf.nn.pool(MAPS, [2, 2], "AVG", "SAME", strides=[2, 1]),
        tf.nn.pool(LINES, [2], "MAX", "VALID", dilation_rate=[2]),
    ],
    "activations": lambda tf: [
        tf.nn.softplus(X),
        tf.nn.elu(X),
        tf.nn.selu(X),
        tf.nn.softsign(X),
        tf.nn.leaky_relu(X),
        tf.nn.leaky_relu(X, alpha=0.1),
    ],
    "swish": lambda tf: tf.nn.swish(tf.constant(X)),
    "batch_normalization": lambda tf: [
        tf.nn.batch_normalization(tf.constant(MAPS), *map(tf.constant, STATISTICS), 1e-3),
        tf.nn.batch_normalization(
            tf.constant(MAPS), *map(tf.constant, STATISTICS[:2]), None, None, 1e-3
        ),
    ],
    "old_batch_normalization": lambda tf: tf.nn.batch_norm_with_global_normalization(
        tf.constant(MAPS), *map(tf.constant, STATISTICS), 1e-3, True
    ),
    "fused_batch_norm": lambda tf: [
        *tf.nn.fused_batch_norm(MAPS, np.ones(4, "f"), np.zeros(4, "f"))[:1],
        *tf.nn.fused_batch_norm(
            MAPS,
            np.ones(4, "f"),
            np.zeros(4, "f"),
            mean=np.full(4, 0.5, "f"),
            variance=np.full(4, 2.0, "f"),
            is_training=False,
        )[:1],
    ],
    "lrn": lambda tf: tf.nn.lrn(MAPS, depth_radius=1, bias=1.0, alpha=0.5, beta=0.75),
    "relu_layer": lambda tf: tf.nn.relu_layer(X[None], np.ones([5, 2], "f"), [0.5, -9.0]),
    "weighted_cross_entropy": lambda tf: tf.nn.weighted_cross_entropy_with_logits(
        targets=[0.0, 1.0, 0.5, 1.0, 0.0], logits=X, pos_weight=3.0
    ),
    "log_poisson_loss": lambda tf: [
        tf.nn.log_poisson_loss([1.0, 2.0, 0.0, 4.0, 5.0], X),
        tf.nn.log_poisson_loss([1.0, 2.0, 0.0, 4.0, 5.0], X, compute_full_loss=True),
    ],
    "ctc_loss": lambda tf: tf.nn.ctc_loss(
        tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [0, 1, 1], [2, 2]),
        np.transpose(LINES, [1, 0, 2]),
        [7, 5],
    ),
    "nce_loss": lambda tf: tf.nn.nce_loss(
        tf.constant(FILTER[0, :, :, 0]),
        tf.zeros([3]),
        tf.constant([[0], [2]], tf.int64),
        tf.constant(MAPS[0, 0, :2]),
        num_sampled=2,
        num_classes=3,
        sampled_values=sampled(tf),
    ),
    "sampled_softmax_loss": lambda tf: tf.nn.sampled_softmax_loss(
        tf.constant(FILTER[0, :, :, 0]),
        tf.zeros([3]),
        tf.constant([[0], [2]], tf.int64),
        tf.constant(MAPS[0, 0, :2]),
        num_sampled=2,
        num_classes=3,
        sampled_values=sampled(tf),
    ),
}
LEARNING = {
    "polynomial_decay": lambda tf: [
        tf.train.polynomial_decay(0.1, step, 10, 0.01, power=2.0, cycle=step > 15)
        for step in (0, 5, 10, 20)
    ],
    "piecewise_constant": lambda tf: [
        tf.train.piecewise_constant(tf.constant(step), [3, 6], [1.0, 0.5, 0.1])
        for step in (0, 3, 4, 6, 9)
    ],
    "losses_collection": lambda tf: [
        tf.losses.add_loss(tf.constant(2.0)),
        len(tf.get_collection(tf.GraphKeys.LOSSES)),
        tf.losses.get_total_loss(),
    ],
    "gates": lambda tf: [
        tf.train.Optimizer.GATE_NONE,
        tf.train.Optimizer.GATE_OP,
        tf.train.Optimizer.GATE_GRAPH,
    ],
    "global_step": lambda tf: [
        tf.train.create_global_step().name,
        tf.get_collection(tf.GraphKeys.GLOBAL_STEP)[0].dtype.name,
    ],
    "keys": lambda tf: [
        tf.GraphKeys.TRAINABLE_VARIABLES,
        tf.GraphKeys.GLOBAL_VARIABLES,
        tf.GraphKeys.LOSSES,
        tf.GraphKeys.SAVERS,
        tf.GraphKeys.VARIABLES,
        tf.GraphKeys.GLOBAL_STEP,
    ],
    "saved_model_constants": lambda tf: [
        tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY,
        tf.saved_model.signature_constants.CLASSIFY_INPUTS,
        tf.saved_model.signature_constants.CLASSIFY_METHOD_NAME,
        tf.saved_model.signature_constants.CLASSIFY_OUTPUT_CLASSES,
        tf.saved_model.signature_constants.PREDICT_METHOD_NAME,
        tf.saved_model.tag_constants.SERVING,
    ],
    "log_levels": lambda tf: [
        int(level)
        for level in (tf.logging.DEBUG, tf.logging.INFO, tf.logging.WARN, tf.logging.FATAL)
    ],
    "as_bytes": lambda tf: [tf.compat.as_bytes("é"), tf.compat.as_bytes(b"x")],
}
CALLS = {**ARITHMETIC, **ARRAYS, **NETWORKS, **LEARNING}


def sampled(tf):
    """Candidates drawn beforehand, with how often each is expected."""
    return tf.constant([1, 0], tf.int64), tf.constant([[0.5], [0.4]]), tf.constant([0.5, 0.6])


@pytest.mark.parametrize("name", CALLS)
def test_call(name):
    assert_same(CALLS[name], rtol=1e-5)


# (call, TensorFlow's error, what must be said)
REFUSED = {
    "greater_equal": (lambda tf: tf.assert_greater_equal([1], [2]), "ondition x >= y"),
    "less_equal": (lambda tf: tf.assert_less_equal([3], [2]), "ondition x <= y"),
    "none_equal": (lambda tf: tf.assert_none_equal([3], [3]), "ondition x != y"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    call, says = REFUSED[name]
    for tf in (oracle(), ours()):
        with tf.Graph().as_default(), pytest.raises(tf.errors.InvalidArgumentError, match=says):
            call(tf)


COUNTED = {
    "false_negatives": (lambda tf: tf.metrics.false_negatives, 2.0),
    "false_positives": (lambda tf: tf.metrics.false_positives, 1.0),
    "true_negatives": (lambda tf: tf.metrics.true_negatives, 1.0),
    "true_positives": (lambda tf: tf.metrics.true_positives, 1.0),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counted(name):
    find, wanted = COUNTED[name]

    def call(tf):
        value, update = find(tf)([1, 1, 1, 0, 0], [1, 0, 0, 1, 0])
        return [update, value.name]

    assert_same(call)
    tf = ours()
    with tf.Graph().as_default(), tf.Session() as session:
        _, update = find(tf)([1, 1, 1, 0, 0], [1, 0, 0, 1, 0])
        session.run(tf.local_variables_initializer())
        assert session.run([update, update]) == [wanted, wanted]
