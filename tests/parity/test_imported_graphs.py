"""Graphs that TensorFlow wrote, imported and run by headwater: the same fetches.

Every row of `GRAPHS` builds a graph in TensorFlow around the placeholder `x` and gives back what
is to be fetched; the serialised graph is all that headwater sees.  Rows of `TRAINING` have
variables: their initializer runs first and their step several times.
"""

from __future__ import annotations

import numpy as np
import pytest

from .harness import difference, oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
RANDOM = np.random.RandomState(11)
IMAGES = RANDOM.rand(2, 8, 8, 3).astype(np.float32)
ROWS = RANDOM.randn(4, 6).astype(np.float32)
SERIES = RANDOM.randn(2, 5, 3).astype(np.float32)
IDS = np.array([[0, 2, 1], [3, 3, 0]], np.int64)
TEXT = np.array([b"a b", b"hello, world", b""], object)
WORDS = "alpha,2,0.5\nbeta,3,1.5"


def weights(*shape, seed=1):
    return np.random.RandomState(seed).randn(*shape).astype(np.float32) * 0.5


def convolution(tf, x):
    y = tf.nn.relu(tf.nn.conv2d(x, weights(3, 3, 3, 4), [1, 1, 1, 1], "SAME"))
    y = tf.nn.max_pool(tf.nn.bias_add(y, [0.1, 0.2, 0.3, 0.4]), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    return tf.nn.softmax(tf.matmul(tf.reshape(y, [-1, 64]), weights(64, 5)))


def depthwise(tf, x):
    y = tf.nn.depthwise_conv2d(x, weights(3, 3, 3, 2), [1, 2, 2, 1], "SAME")
    return tf.nn.separable_conv2d(y, weights(2, 2, 6, 1), weights(1, 1, 6, 4), [1] * 4, "VALID")


def transposed_convolution(tf, x):
    shape = tf.stack([tf.shape(x)[0], 16, 16, 2])
    return tf.nn.conv2d_transpose(x, weights(3, 3, 2, 3), shape, [1, 2, 2, 1])


def dilated(tf, x):
    return tf.nn.atrous_conv2d(x, weights(3, 3, 3, 2), 2, "SAME")


def normalized(tf, x):
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return tf.nn.batch_normalization(x, mean, variance, [0.5] * 3, [2.0] * 3, 1e-3)


def fused_normalized(tf, x):
    y, mean, _ = tf.nn.fused_batch_norm(x, [1.0, 2.0, 3.0], [0.0, 0.1, 0.2], epsilon=0.01)
    return [y, mean]


def convolution_gradient(tf, x):
    y = tf.nn.avg_pool(tf.nn.conv2d(x, weights(3, 3, 3, 2), [1, 2, 2, 1], "SAME"), 2, 1, "VALID")
    return tf.gradients(tf.reduce_sum(y * y), x)


def local_response(tf, x):
    return tf.nn.local_response_normalization(x, 1, 1.0, 0.3, 0.6)


def dense_network(tf, x):
    hidden = tf.tanh(tf.matmul(x, weights(6, 8)) + weights(8, seed=2))
    logits = tf.matmul(hidden, weights(8, 3, seed=3))
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2, 1], logits=logits)
    return [loss, *tf.gradients(loss, x), tf.nn.top_k(logits, 2).indices]


def reductions(tf, x):
    return [
        tf.reduce_logsumexp(x, 1),
        tf.reduce_prod(x, 0, keepdims=True),
        tf.cumsum(x, 1, reverse=True),
        tf.argmax(x, 1),
        tf.reduce_any(x > 1.5),
    ]


def slices(tf, x):
    return [x[1:3, ::-2], x[..., tf.newaxis, 0], tf.split(x, 3, 1)[1], tf.pad(x, [[1, 0], [0, 2]])]


def linear_algebra(tf, x):
    square = tf.matmul(x, x, transpose_b=True) + tf.eye(4)
    lower = tf.cholesky(square)
    return [
        lower,
        tf.matrix_inverse(square),
        tf.matrix_triangular_solve(lower, x),
        tf.svd(x, compute_uv=False),
    ]


def partitions(tf, x):
    which = tf.cast(x[:, 0] > 0, tf.int32)
    parts = tf.dynamic_partition(x, which, 2)
    places = tf.dynamic_partition(tf.range(4), which, 2)
    return [*parts, tf.dynamic_stitch(places, parts)]


def chosen(tf, x):
    y = tf.where(x > 0, x, tf.zeros_like(x))
    return [y, tf.where(x > 1), tf.boolean_mask(x, x[:, 0] > 0), tf.clip_by_value(x, -1, 1)]


def branch(tf, x):
    return tf.cond(tf.reduce_sum(x) > 0, lambda: tf.exp(x), lambda: tf.square(x) - 1)


def loop(tf, x):
    return tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, y * 0.5 + x), [0, x])


def mapped(tf, x):
    return [tf.map_fn(lambda row: row * tf.reduce_max(row), x), tf.scan(tf.add, x)]


def embedding(tf, x):
    table = tf.constant(weights(4, 5))
    return [tf.nn.embedding_lookup(table, x), tf.one_hot(x, 4), tf.gather_nd(table, x[:, :2])]


def embedding_gradient(tf, x):
    table = tf.constant(weights(4, 5))
    y = tf.reduce_sum(tf.nn.embedding_lookup(table, x) ** 2)
    return tf.convert_to_tensor(tf.gradients(y, table)[0])


def segments(tf, x):
    flat = tf.reshape(x, [-1])
    return [
        tf.unsorted_segment_sum(tf.range(6), flat, 5),
        tf.bincount(tf.cast(flat, tf.int32)),
        *tf.unique(flat),
    ]


def sequence_masks(tf, x):
    return [tf.sequence_mask(x[:, 1], 4), tf.reverse_sequence(x, x[:, 2], 1)]


def resized(tf, x):
    return [
        tf.image.resize_bilinear(x, [5, 11]),
        tf.image.resize_nearest_neighbor(x, [3, 3]),
        tf.image.resize_bicubic(x, [9, 9]),
        tf.image.resize_area(x, [4, 4]),
    ]


def preprocessed(tf, x):
    picture = tf.image.per_image_standardization(tf.image.central_crop(x[0], 0.5))
    return [picture, tf.image.adjust_saturation(x[1], 0.5), tf.image.flip_left_right(x)]


def cut_boxes(tf, x):
    boxes = [[0.0, 0.0, 1.0, 1.0], [0.2, 0.3, 0.7, 1.2]]
    kept = tf.image.non_max_suppression(boxes, [0.5, 0.9], 2, 0.3)
    return [tf.image.crop_and_resize(x, boxes, [1, 0], [4, 4]), kept]


def drawn_boxes(tf, x):
    return tf.image.draw_bounding_boxes(x, np.tile([[[0.1, 0.2, 0.6, 0.8]]], [2, 1, 1]))


def colours(tf, x):
    hsv = tf.image.rgb_to_hsv(x)
    return [hsv, tf.image.hsv_to_rgb(hsv), tf.image.rgb_to_grayscale(x)]


def packed_pictures(tf, x):
    pictures = tf.cast(x * 255.0, tf.uint8)
    return tf.image.decode_png(tf.image.encode_png(pictures[0]))


def strings(tf, x):
    return [
        tf.string_join([x, x], "-"),
        tf.strings.length(x),
        tf.strings.substr(x, 0, 1),
        tf.strings.regex_replace(x, "[aeiou]", "*"),
        tf.string_to_hash_bucket_fast(x, 100),
    ]


def split_strings(tf, x):
    parts = tf.string_split(x)
    return [parts.values, parts.indices, tf.sparse_tensor_to_dense(parts, "none")]


def table_of_words(tf, x):
    return [tf.as_string([1.5, 2.0], precision=2), tf.encode_base64(x), tf.string_strip(x)]


def decoded_csv(tf, x):
    return [*tf.decode_csv(WORDS.split("\n"), [[""], [0], [0.0]]), tf.identity(x)]


def decoded_numbers(tf, x):
    raw = tf.constant(np.arange(4, dtype="<f4").tobytes())
    return [tf.decode_raw(raw, tf.float32), tf.string_to_number(["1.5", "-2e3"]), tf.identity(x)]


def decoded_examples(tf, x):
    value = tf.train.Feature(float_list=tf.train.FloatList(value=[1.0, 2.0]))
    words = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"u", b"v", b"w"]))
    features = tf.train.Features(feature={"value": value, "words": words})
    serialized = tf.train.Example(features=features).SerializeToString()
    wanted = {"value": tf.FixedLenFeature([2], tf.float32), "words": tf.VarLenFeature(tf.string)}
    parsed = tf.parse_example([serialized, serialized], wanted)
    return [parsed["value"], parsed["words"].values, parsed["words"].indices, tf.identity(x)]


def sparse(tf, x):
    made = tf.SparseTensor([[0, 1], [2, 3]], [2.0, 3.0], [3, 4])
    return [
        tf.sparse_tensor_dense_matmul(made, x),
        tf.sparse_tensor_to_dense(made),
        tf.sparse_reduce_sum(made, 1),
        tf.sparse_softmax(made).values,
    ]


def sparse_joined(tf, x):
    made = tf.SparseTensor([[0, 1], [2, 3]], [2.0, 3.0], [3, 4])
    joined = tf.sparse_concat(1, [made, made])
    ordered = tf.sparse_reorder(tf.sparse_transpose(joined))
    return [joined.indices, ordered.values, tf.sparse_add(made, x[:3, :4])]


def recurrent(tf, x):
    state = tf.zeros([2, 4])
    for step in tf.unstack(x, axis=1):
        state = tf.tanh(tf.matmul(tf.concat([step, state], 1), weights(7, 4)))
    return state


def recurrent_loop(tf, x):
    inputs = tf.TensorArray(tf.float32, 5).unstack(tf.transpose(x, [1, 0, 2]))

    def step(i, state, out):
        gates = tf.matmul(tf.concat([inputs.read(i), state], 1), weights(7, 8))
        keep, new = tf.split(gates, 2, 1)
        state = tf.sigmoid(keep) * state + tf.tanh(new)
        return i + 1, state, out.write(i, state)

    out = tf.TensorArray(tf.float32, 5)
    _, state, out = tf.while_loop(lambda i, *_: i < 5, step, [0, tf.zeros([2, 4]), out])
    return [state, out.stack(), *tf.gradients(state, x)]


def beams(tf, x):
    scores = tf.transpose(x, [1, 0, 2])
    found, _ = tf.nn.ctc_greedy_decoder(scores, [5, 4])
    return [found[0].indices, found[0].values, found[0].dense_shape]


def spectra(tf, x):
    return [tf.abs(tf.spectral.rfft(x)), tf.real(tf.fft2d(tf.cast(x, tf.complex64)))]


# builder -> what is fed
GRAPHS = {
    **dict.fromkeys(
        [
            convolution,
            depthwise,
            transposed_convolution,
            dilated,
            normalized,
            fused_normalized,
            convolution_gradient,
            local_response,
            resized,
            preprocessed,
            cut_boxes,
            drawn_boxes,
            colours,
            packed_pictures,
        ],
        IMAGES,
    ),
    **dict.fromkeys(
        [
            dense_network,
            reductions,
            slices,
            linear_algebra,
            partitions,
            chosen,
            branch,
            loop,
            mapped,
            decoded_csv,
            decoded_numbers,
            decoded_examples,
            sparse,
            sparse_joined,
            spectra,
        ],
        ROWS,
    ),
    **dict.fromkeys([embedding, embedding_gradient, segments, sequence_masks], IDS),
    **dict.fromkeys([strings, split_strings, table_of_words], TEXT),
    **dict.fromkeys([recurrent, recurrent_loop, beams], SERIES),
}

OPTIMIZERS = {
    "descent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "adam": lambda tf: tf.train.AdamOptimizer(0.05),
    "adagrad": lambda tf: tf.train.AdagradOptimizer(0.1),
    "adadelta": lambda tf: tf.train.AdadeltaOptimizer(1.0),
    "rmsprop": lambda tf: tf.train.RMSPropOptimizer(0.01, momentum=0.5),
    "ftrl": lambda tf: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
}


def fetched(tf, definition, names, steps, before=(), step=()):
    """The values of `names` of a serialised graph after each of the steps."""
    parsed = tf.GraphDef()
    parsed.ParseFromString(definition)
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
        tf.import_graph_def(parsed, name="")
        session.run(list(before))
        found = []
        for feeds in steps:
            session.run(list(step), feeds)
            found += session.run(names, feeds)
        return found


def assert_same_fetches(definition, names, steps, **more):
    got = fetched(ours(), definition, names, steps, **more)
    want = fetched(oracle(), definition, names, steps, **more)
    for name, mine, theirs in zip(names * len(steps), got, want, strict=True):
        wrong = difference(mine, theirs, "close", 2e-5)
        assert wrong is None, f"{name}: {wrong}"


@pytest.mark.parametrize("build", GRAPHS, ids=lambda b: b.__name__)
def test_graph(build):
    fed, tf = GRAPHS[build], oracle()
    kind = tf.string if fed.dtype == object else tf.as_dtype(fed.dtype)
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(kind, [None, *fed.shape[1:]] if build is convolution else fed.shape, "x")
        made = build(tf, x)
        names = [t.name for t in (made if isinstance(made, (list, tuple)) else [made])]
    steps = [{"x:0": fed}, {"x:0": fed[::-1]}]
    assert_same_fetches(graph.as_graph_def().SerializeToString(), names, steps)


@pytest.mark.parametrize("resources", [False, True], ids=["references", "resources"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_step(name, resources):
    """A step with an optimizer, and with rows of an embedding trained by it."""
    tf = oracle()
    with tf.Graph().as_default() as graph:
        ids = tf.placeholder(tf.int64, [2, 3], "x")
        with tf.variable_scope("", use_resource=resources):
            table = tf.get_variable("table", initializer=weights(4, 5))
            w = tf.get_variable("w", initializer=weights(5, 1, seed=2))
        y = tf.matmul(tf.reduce_mean(tf.nn.embedding_lookup(table, ids), 1), w)
        loss = tf.reduce_mean(tf.square(y - [[1.0], [-1.0]]))
        step = OPTIMIZERS[name](tf).minimize(loss)
        before = tf.global_variables_initializer()
        names = [tf.identity(v).name for v in (table, w)] + [loss.name]
    assert_same_fetches(
        graph.as_graph_def().SerializeToString(),
        names,
        [{"x:0": IDS}] * 3,
        before=[before.name],
        step=[step.name],
    )


def test_signature_of_a_saved_model(tmp_path):
    """headwater loads what TensorFlow exported and answers by its signature."""
    tf, folder = oracle(), str(tmp_path / "model")
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
        x = tf.placeholder(tf.float32, [None, 6], "x")
        w = tf.get_variable("w", initializer=weights(6, 3))
        y = tf.nn.softmax(tf.matmul(x, w))
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, folder, {"rows": x}, {"scores": y})
        want = session.run(y, {x: ROWS})
    mine = ours()
    with mine.Graph().as_default() as graph, mine.Session(graph=graph) as session:
        meta = mine.saved_model.loader.load(
            session, [mine.saved_model.tag_constants.SERVING], folder
        )
        signature = meta.signature_def["serving_default"]
        got = session.run(signature.outputs["scores"].name, {signature.inputs["rows"].name: ROWS})
    assert difference(got, want, "close", 1e-6) is None


def test_graphs_are_many():
    assert len(GRAPHS) + len(OPTIMIZERS) + 1 >= 40
