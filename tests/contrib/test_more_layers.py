"""Further layers of `tf.contrib.layers`: shapes, names, values by formula."""

import numpy as np
import pytest

import headwater as tf

layers = tf.contrib.layers
X = np.random.RandomState(0).randn(2, 6, 6, 4).astype(np.float32)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def run(*fetches):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(list(fetches))


# layer -> (what it gives, its shape, the names and shapes of its variables)
LAYERS = {
    "bias_add": (lambda x: tf.contrib.layers.bias_add(x, scope="b"), [2, 6, 6, 4],
                 {"b/biases": [4]}),
    "conv1d": (lambda x: layers.conv1d(tf.reshape(x, [2, 36, 4]), 3, 5), [2, 36, 3],
               {"Conv/weights": [5, 4, 3], "Conv/biases": [3]}),
    "conv3d": (lambda x: layers.conv3d(x[..., None], 2, 3), [2, 6, 6, 4, 2],
               {"Conv/weights": [3, 3, 3, 1, 2], "Conv/biases": [2]}),
    "conv2d_transpose": (
        lambda x: tf.contrib.layers.conv2d_transpose(x, 3, [3, 3], 2), [2, 12, 12, 3],
        {"Conv2d_transpose/weights": [3, 3, 3, 4], "Conv2d_transpose/biases": [3]}),
    "separable_conv2d": (
        lambda x: layers.separable_conv2d(x, 5, [3, 3], 2, 2), [2, 3, 3, 5],
        {"SeparableConv2d/depthwise_weights": [3, 3, 4, 2],
         "SeparableConv2d/pointwise_weights": [1, 1, 8, 5], "SeparableConv2d/biases": [5]}),
    "depthwise_only": (
        lambda x: layers.separable_conv2d(x, None, [3, 3], 2, normalizer_fn=layers.batch_norm),
        [2, 6, 6, 8],
        {"SeparableConv2d/depthwise_weights": [3, 3, 4, 2],
         "SeparableConv2d/BatchNorm/beta": [8], "SeparableConv2d/BatchNorm/moving_mean": [8],
         "SeparableConv2d/BatchNorm/moving_variance": [8]}),
    "conv2d_in_plane": (
        lambda x: layers.conv2d_in_plane(x, [3, 1], 2, "VALID"), [2, 2, 3, 4],
        {"ConvInPlane/weights": [3, 1, 1, 1], "ConvInPlane/biases": [4]}),
    "pool": (lambda x: layers.pool(x, [2, 2], "AVG", stride=2), [2, 3, 3, 4], {}),
    "max_pool3d": (lambda x: layers.max_pool3d(x[..., None], 2), [2, 3, 3, 2, 1], {}),
    "avg_pool3d": (lambda x: layers.avg_pool3d(x[..., None], [1, 2, 2], 1), [2, 6, 5, 3, 1], {}),
    "spatial_softmax": (lambda x: layers.spatial_softmax(x), [2, 8],
                        {"spatial_softmax/temperature": []}),
    "maxout": (lambda x: layers.maxout(x, 2), [2, 6, 6, 2], {}),
    "embed_sequence": (
        lambda x: tf.contrib.layers.embed_sequence([[1, 2, 2]], 5, 3), [1, 3, 3],
        {"EmbedSequence/embeddings": [5, 3]}),
    "instance_norm": (lambda x: layers.instance_norm(x), [2, 6, 6, 4],
                      {"InstanceNorm/beta": [4], "InstanceNorm/gamma": [4]}),
    "group_norm": (lambda x: layers.group_norm(x, 2), [2, 6, 6, 4],
                   {"GroupNorm/beta": [4], "GroupNorm/gamma": [4]}),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name):
    make, shape, variables = LAYERS[name]
    out = make(tf.constant(X))
    assert out.shape.as_list() == shape
    assert {v.op.name: v.shape.as_list() for v in tf.global_variables()} == variables
    assert list(run(out)[0].shape) == shape


def test_values():
    maxed, unit, soft, deep = run(
        layers.maxout(tf.constant(X), 2),
        layers.unit_norm(tf.constant(X), 3),
        layers.softmax(tf.constant(X)),
        layers.instance_norm(tf.constant(X)),
    )
    np.testing.assert_allclose(maxed, X.reshape(2, 6, 6, 2, 2).max(-1))
    np.testing.assert_allclose((unit**2).sum(-1), np.ones([2, 6, 6]), rtol=1e-4)
    np.testing.assert_allclose(soft, np.exp(X) / np.exp(X).sum(-1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(deep.mean((1, 2)), np.zeros([2, 4]), atol=1e-5)
    np.testing.assert_allclose(deep.std((1, 2)), np.ones([2, 4]), rtol=1e-3)


def test_groups_are_normalised():
    (out,) = run(layers.group_norm(tf.constant(X), 2))
    groups = out.reshape(2, 36, 2, 2).transpose(0, 2, 1, 3).reshape(4, -1)
    np.testing.assert_allclose(groups.mean(-1), np.zeros(4), atol=1e-5)
    np.testing.assert_allclose(groups.std(-1), np.ones(4), rtol=1e-3)


def test_where_a_channel_is_strong():
    picture = np.full([1, 3, 3, 1], -50.0, np.float32)
    picture[0, 2, 0] = 50.0
    (points,) = run(layers.spatial_softmax(tf.constant(picture), temperature=1.0))
    np.testing.assert_allclose(points, [[1.0, -1.0]], atol=1e-5)


def test_embeddings():
    table = tf.constant(np.arange(8, dtype=np.float32).reshape(4, 2))
    ids = tf.constant([[1, 3], [1, 0]])
    found, wanted = run(
        layers.embedding_lookup_unique(table, ids), tf.nn.embedding_lookup(table, ids)
    )
    np.testing.assert_array_equal(found, wanted)
    bag = layers.bow_encoder(ids, 4, 2, sparse_lookup=False, scope="bag")
    with tf.variable_scope("bag", reuse=True):
        weights = tf.get_variable("embeddings")
    mean, weights = run(bag, weights)
    np.testing.assert_allclose(mean, weights[[[1, 3], [1, 0]]].mean(1), rtol=1e-6)
    with pytest.raises(ValueError, match="Must specify vocab size"):
        layers.embed_sequence(ids)


def test_summaries():
    out = tf.nn.relu6(tf.constant(X), name="act")
    summary = tf.contrib.layers.summarize_activation(out)
    tf.add_to_collection(tf.GraphKeys.ACTIVATIONS, out)
    layers.summarize_activations()
    layers.summarize_tensors([tf.constant(1.0, name="one"), out])
    names = [s.op.name for s in tf.get_collection(tf.GraphKeys.SUMMARIES)]
    assert summary.op.name == "act/activation" and {"act/zeros", "act/sixes"} <= set(names)
    assert "one_summary" in names
    with pytest.raises(ValueError, match="Conflict with summary tag"):
        layers.assert_summary_tag_unique("act/activation")


def test_ends_and_collections():
    collected = tf.contrib.layers.python.layers.utils.collect_named_outputs
    x = tf.constant(1.0)
    assert collected("ends", "a/b/", x) is x
    found = tf.contrib.layers.python.layers.utils.convert_collection_to_dict("ends", True)
    assert dict(found) == {"a/b": x} and tf.get_collection("ends") == []
    utils = layers.utils
    assert utils.gather_tensors_aliases([x]) == ["a/b"]
    assert utils.two_element_tuple([3, 4]) == (3, 4) and utils.n_positive_integers(2, 3) == (3, 3)
    assert utils.last_dimension(tf.TensorShape([None, 5]), 2) == 5
    for wrong in (lambda: utils.last_dimension(tf.TensorShape([5, None])),
                  lambda: utils.two_element_tuple([1, 2, 3]),
                  lambda: utils.n_positive_integers(2, [1, -1])):  # fmt: skip
        with pytest.raises(ValueError):
            wrong()


WRONG = {
    "format": lambda: layers.conv2d_transpose(X, 3, 3, data_format="NC"),
    "pool format": lambda: layers.max_pool2d(X, 2, data_format="CHWN"),
    "rank": lambda: layers.conv1d(X, 3, 3),
    "maxout": lambda: layers.maxout(X, 3),
    "stack": lambda: layers.stack(X, layers.conv2d, 3),
    "groups": lambda: layers.group_norm(X, 3),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments(name):
    with pytest.raises(ValueError):
        WRONG[name]()
