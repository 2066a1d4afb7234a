"""`tf.keras.backend` against TensorFlow's: each function on the same arrays."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations

RNG = np.random.RandomState(0)
A = RNG.uniform(-1, 1, [2, 3, 4]).astype("float32")
B = RNG.uniform(-1, 1, [2, 4, 3]).astype("float32")
M = RNG.uniform(-1, 1, [4, 3]).astype("float32")
IMAGES = RNG.uniform(0, 1, [2, 6, 6, 2]).astype("float32")
V = RNG.uniform(0, 1, [1, 4, 4, 4, 2]).astype("float32")
P = np.float32([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
K2 = RNG.uniform(-1, 1, [3, 3, 2, 3]).astype("float32")

FUNCTIONS = {
    "abs": lambda K: K.abs(K.constant(A)),
    "all": lambda K: K.all(K.constant(A) > -0.9, axis=1),
    "any": lambda K: K.any(K.constant(A) > 0.5, axis=-1, keepdims=True),
    "arange": lambda K: K.arange(2, 9, 3),
    "arange_float": lambda K: K.arange(4, dtype="float32"),
    "argmax": lambda K: K.argmax(K.constant(A)),
    "argmin": lambda K: K.argmin(K.constant(A), axis=0),
    "batch_dot": lambda K: K.batch_dot(K.constant(A), K.constant(B)),
    "batch_dot_axes": lambda K: K.batch_dot(K.constant(A), K.constant(B), axes=(2, 1)),
    "batch_dot_rows": lambda K: K.batch_dot(K.constant(M), K.constant(M), axes=1),
    "batch_flatten": lambda K: K.batch_flatten(K.constant(A)),
    "batch_normalization": lambda K: K.batch_normalization(
        K.constant(A), K.constant(A[0, 0]), K.constant(A[0, 1] ** 2), K.constant(1.0), None
    ),
    "bias_add": lambda K: K.bias_add(K.constant(A), K.constant(A[0, 0])),
    "bias_add_first": lambda K: K.bias_add(
        K.constant(A), K.constant([1.0, 2.0, 3.0]), data_format="channels_first"
    ),
    "binary_crossentropy": lambda K: K.binary_crossentropy(K.constant(P > 0.3), K.constant(P)),
    "cast": lambda K: K.cast(K.constant(A), "int32"),
    "cast_to_floatx": lambda K: K.constant(K.cast_to_floatx(np.arange(3))),
    "categorical_crossentropy": lambda K: K.categorical_crossentropy(
        K.constant(P > 0.35), K.constant(P)
    ),
    "clip": lambda K: K.clip(K.constant(A), -0.2, 0.3),
    "concatenate": lambda K: K.concatenate([K.constant(A), K.constant(A)], axis=1),
    "conv1d": lambda K: K.conv1d(K.constant(A), K.constant(K2[0, :, :, :2].repeat(2, 1)[:2])),
    "conv1d_causal": lambda K: K.conv1d(
        K.constant(A), K.constant(K2[0, :, :, :2].repeat(2, 1)[:2]), padding="causal"
    ),
    "conv2d": lambda K: K.conv2d(K.constant(IMAGES), K.constant(K2), padding="same"),
    "conv2d_transpose": lambda K: K.conv2d_transpose(
        K.constant(IMAGES), K.constant(K2.transpose(0, 1, 3, 2)), (2, 13, 13, 3), strides=(2, 2)
    ),
    "conv3d": lambda K: K.conv3d(K.constant(V), K.constant(K2[None][:, :2, :2])),
    "cos": lambda K: K.cos(K.constant(A)),
    "cumprod": lambda K: K.cumprod(K.constant(A), axis=1),
    "cumsum": lambda K: K.cumsum(K.constant(A)),
    "depthwise_conv2d": lambda K: K.depthwise_conv2d(K.constant(IMAGES), K.constant(K2)),
    "dot": lambda K: K.dot(K.constant(A), K.constant(M)),
    "elu": lambda K: K.elu(K.constant(A), 0.5),
    "equal": lambda K: K.equal(K.constant([1.0, 2.0]), K.constant([1.0, 3.0])),
    "exp": lambda K: K.exp(K.constant(A)),
    "expand_dims": lambda K: K.expand_dims(K.constant(A), 1),
    "eye": lambda K: K.eye(3),
    "flatten": lambda K: K.flatten(K.constant(A)),
    "foldl": lambda K: K.foldl(lambda a, x: a + x, K.constant(A)),
    "foldr": lambda K: K.foldr(lambda a, x: a - x, K.constant(A)),
    "gather": lambda K: K.gather(K.constant(M), K.constant([2, 0], dtype="int32")),
    "greater": lambda K: K.greater(K.constant(A), 0.1),
    "greater_equal": lambda K: K.greater_equal(K.constant(A), 0.1),
    "hard_sigmoid": lambda K: K.hard_sigmoid(K.constant(A * 4)),
    "in_test_phase": lambda K: K.in_test_phase(K.constant(1.0), K.constant(2.0)),
    "in_top_k": lambda K: K.in_top_k(K.constant(P), K.constant([1, 0], dtype="int32"), 1),
    "in_train_phase": lambda K: K.in_train_phase(lambda: K.constant(1.0), K.constant(2.0), 1),
    "l2_normalize": lambda K: K.l2_normalize(K.constant(A), axis=-1),
    "less": lambda K: K.less(K.constant(A), 0.1),
    "less_equal": lambda K: K.less_equal(K.constant(A), 0.1),
    "log": lambda K: K.log(K.constant(P)),
    "map_fn": lambda K: K.map_fn(lambda x: x * 2, K.constant(A)),
    "max": lambda K: K.max(K.constant(A), axis=-1),
    "maximum": lambda K: K.maximum(K.constant(A), 0.2),
    "mean": lambda K: K.mean(K.constant(A), axis=[0, 1], keepdims=True),
    "mean_of_bools": lambda K: K.mean(K.constant(A) > 0.1),
    "min": lambda K: K.min(K.constant(A)),
    "minimum": lambda K: K.minimum(K.constant(A), 0.2),
    "normalize_batch_in_training": lambda K: K.normalize_batch_in_training(
        K.constant(A), K.constant([1.0, 2.0, 1.0, 2.0]), K.constant([0.0, 0.0, 1.0, 1.0]), [0, 1]
    )[0],
    "not_equal": lambda K: K.not_equal(K.constant([1.0, 2.0]), K.constant([1.0, 3.0])),
    "one_hot": lambda K: K.one_hot(K.constant([2, 0], dtype="int32"), 4),
    "ones": lambda K: K.ones([2, 3]),
    "ones_like": lambda K: K.ones_like(K.constant(A)),
    "permute_dimensions": lambda K: K.permute_dimensions(K.constant(A), (2, 0, 1)),
    "pool2d": lambda K: K.pool2d(K.constant(IMAGES), (2, 2), (2, 2)),
    "pool2d_avg": lambda K: K.pool2d(K.constant(IMAGES), (3, 3), padding="same", pool_mode="avg"),
    "pool3d": lambda K: K.pool3d(K.constant(V), (2, 2, 2), (2, 2, 2)),
    "pow": lambda K: K.pow(K.constant(A), 3),
    "prod": lambda K: K.prod(K.constant(A), axis=2),
    "relu": lambda K: K.relu(K.constant(A), alpha=0.1, max_value=0.5),
    "repeat": lambda K: K.repeat(K.constant(M), 3),
    "repeat_elements": lambda K: K.repeat_elements(K.constant(A), 2, axis=1),
    "reshape": lambda K: K.reshape(K.constant(A), (4, -1)),
    "resize_images": lambda K: K.resize_images(K.constant(IMAGES), 2, 3, "channels_last"),
    "resize_volumes": lambda K: K.resize_volumes(K.constant(V), 1, 2, 1, "channels_last"),
    "reverse": lambda K: K.reverse(K.constant(A), 1),
    "round": lambda K: K.round(K.constant(A * 3)),
    "separable_conv2d": lambda K: K.separable_conv2d(
        K.constant(IMAGES), K.constant(K2[..., :1]), K.constant(K2[:1, :1])
    ),
    "shape": lambda K: K.shape(K.constant(A)),
    "sigmoid": lambda K: K.sigmoid(K.constant(A)),
    "sign": lambda K: K.sign(K.constant(A)),
    "sin": lambda K: K.sin(K.constant(A)),
    "softmax": lambda K: K.softmax(K.constant(A)),
    "softplus": lambda K: K.softplus(K.constant(A)),
    "softsign": lambda K: K.softsign(K.constant(A)),
    "sparse_categorical_crossentropy": lambda K: K.sparse_categorical_crossentropy(
        K.constant([1, 0], dtype="int32"), K.constant(P)
    ),
    "spatial_2d_padding": lambda K: K.spatial_2d_padding(K.constant(IMAGES), ((1, 0), (2, 1))),
    "spatial_3d_padding": lambda K: K.spatial_3d_padding(K.constant(V)),
    "sqrt": lambda K: K.sqrt(K.constant(A)),
    "square": lambda K: K.square(K.constant(A)),
    "squeeze": lambda K: K.squeeze(K.constant(A[:1]), 0),
    "stack": lambda K: K.stack([K.constant(A), K.constant(A)], axis=1),
    "std": lambda K: K.std(K.constant(A), axis=1),
    "sum": lambda K: K.sum(K.constant(A), axis=0),
    "switch": lambda K: K.switch(K.constant(M) > 0, K.constant(M), K.constant(-M)),
    "switch_scalar": lambda K: K.switch(
        K.constant(1.0) > 0, lambda: K.constant([1.0]), K.constant([2.0])
    ),
    "tanh": lambda K: K.tanh(K.constant(A)),
    "temporal_padding": lambda K: K.temporal_padding(K.constant(A), (1, 2)),
    "tile": lambda K: K.tile(K.constant(M), [2, 1]),
    "transpose": lambda K: K.transpose(K.constant(M)),
    "var": lambda K: K.var(K.constant(A), axis=2),
    "variable": lambda K: K.variable(M),
    "zeros": lambda K: K.zeros([2, 3]),
    "zeros_like": lambda K: K.zeros_like(K.constant(A)),
    "ctc_batch_cost": lambda K: K.ctc_batch_cost(
        K.constant([[1, 0, 1], [0, 0, 0]]),
        K.softmax(K.constant(np.tile(B, [1, 2, 1]))),
        K.constant([[8], [7]], dtype="int32"),
        K.constant([[3], [1]], dtype="int32"),
    ),
    "ctc_decode": lambda K: K.ctc_decode(
        K.softmax(K.constant(np.tile(B * 4, [1, 2, 1]))), K.constant([8, 7], dtype="int32")
    )[0][0],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name):
    values = []
    for tf in (ours(), oracle()):
        K = tf.keras.backend
        K.clear_session()
        values.append(np.asarray(K.eval(FUNCTIONS[name](K))))
    mine, theirs = values
    assert mine.dtype == theirs.dtype
    np.testing.assert_allclose(mine, theirs, rtol=2e-5, atol=2e-6)


def _rnn(K, **options):
    x = K.placeholder((2, 3, 4))
    step = lambda i, s: (i * 2 + s[0], [i + s[0], s[1] * 2])
    states = [K.zeros((2, 4)) * 1.0, K.ones((2, 1)) * 1.0]
    if options.pop("mask", False):
        options["mask"] = K.constant([[True, False, True], [True, True, False]])
    last, outputs, new = K.rnn(step, x, states, **options)
    return K.function([x], [last, outputs, *new])([A])


@pytest.mark.parametrize(
    "options",
    [{}, {"go_backwards": True}, {"mask": True}, {"unroll": True}, {"mask": True, "unroll": True}],
    ids=str,
)
def test_rnn(options):
    found = []
    for tf in (ours(), oracle()):
        tf.keras.backend.clear_session()
        found.append(_rnn(tf.keras.backend, **options))
    for mine, theirs in zip(*found):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)


def test_functions_update():
    found = []
    for tf in (ours(), oracle()):
        K = tf.keras.backend
        K.clear_session()
        x, v = K.placeholder((2,)), K.variable([1.0, 2.0])
        gradient = K.gradients(K.sum(x * x * x), [x])[0]
        run = K.function([x], [gradient], updates=[K.update_add(v, x), (K.variable(1.0), K.sum(x))])
        first = run([np.float32([3, 4])])[0]
        found.append([first, K.get_value(v), K.int_shape(x), K.ndim(x), K.dtype(v), K.epsilon()])
        K.set_value(v, [5.0, 6.0])
        found[-1] += [K.get_value(v), K.count_params(v), K.floatx(), K.image_data_format()]
    for mine, theirs in zip(*found):
        np.testing.assert_array_equal(mine, theirs)
