"""`tf.contrib.seq2seq` against small searches and sums done by hand, and unrolled graphs."""

import itertools

import numpy as np
import pytest

import headwater as tf

seq2seq = tf.contrib.seq2seq
END, SYMBOLS = 0, 5


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def evaluated(fetches, seed=0, spread=1.5):
    """The fetches' values, with all variables random."""
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        rng = np.random.RandomState(seed)
        for v in tf.global_variables():
            v.load(rng.uniform(-spread, spread, v.shape.as_list()).astype(np.float32), sess)
        return sess.run(fetches)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --- decoding -----------------------------------------------------------------------------------


def test_training_is_unrolling_over_the_inputs():
    x = np.random.RandomState(0).randn(3, 4, 2).astype(np.float32)
    lengths = [4, 2, 1]
    cell, layer = tf.nn.rnn_cell.GRUCell(6), tf.layers.Dense(SYMBOLS, name="out")
    helper = tf.contrib.seq2seq.TrainingHelper(tf.constant(x), lengths)
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, cell.zero_state(3, tf.float32), layer)
    found, state, steps = tf.contrib.seq2seq.dynamic_decode(decoder, impute_finished=True)
    assert isinstance(found, seq2seq.BasicDecoderOutput)
    assert found.rnn_output.shape.as_list() == [3, None, SYMBOLS]
    with tf.variable_scope("decoder", reuse=True):
        again = tf.nn.rnn_cell.GRUCell(6, name="gru_cell")
        h, unrolled = tf.zeros([3, 6]), []
        for t in range(4):
            y, new = again(tf.constant(x[:, t]), h)
            alive = tf.constant([t < n for n in lengths])
            y = layer(y)
            unrolled.append(tf.where(alive, y, tf.zeros_like(y)))
            h = tf.where(alive, new, h)
    want = [tf.stack(unrolled, 1), h]
    gradients = [
        tf.gradients(tf.reduce_sum(o**2), tf.trainable_variables())
        for o in (found.rnn_output, want[0])
    ]
    assert len(tf.trainable_variables()) == 6
    got, want, steps, gradients, ids = evaluated(
        [[found.rnn_output, state], want, steps, gradients, found.sample_id]
    )
    for g, w in zip(got + gradients[0], want + gradients[1], strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(steps, lengths)
    alive = np.arange(4) < np.array(lengths)[:, None]
    np.testing.assert_array_equal(ids, want[0].argmax(-1) * alive)


def bigram_cell(table):
    """A cell whose logits are the row of `table` that its one-hot input chooses."""

    class Bigram(tf.nn.rnn_cell.RNNCell):
        state_size, output_size = 1, SYMBOLS

        def call(self, inputs, state):
            return tf.matmul(inputs, tf.constant(table)), state + 1.0

    return Bigram()


def test_greedy_decoding_follows_the_best_symbol():
    table = np.random.RandomState(4).randn(SYMBOLS, SYMBOLS).astype(np.float32)
    table[:, END] = -9
    table[3, END] = 9
    starts = [1, 2, 4]
    cell = bigram_cell(table)
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(np.eye(SYMBOLS, dtype="f"), starts, END)
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(3, tf.float32))
    found, _, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=6)
    ids, lengths = evaluated([found.sample_id, lengths])
    for row, length, symbol in zip(ids, lengths, starts, strict=True):
        for t in range(length):
            symbol = table[symbol].argmax()
            assert row[t] == symbol
        assert symbol == END or length == 6


def test_sampling_with_low_temperature_is_greedy():
    table = np.random.RandomState(4).randn(SYMBOLS, SYMBOLS).astype(np.float32)
    rows = []
    for helper in (
        seq2seq.GreedyEmbeddingHelper(np.eye(SYMBOLS, dtype="f"), [1, 2], END),
        tf.contrib.seq2seq.SampleEmbeddingHelper(np.eye(SYMBOLS, dtype="f"), [1, 2], END, 1e-3, 7),
    ):
        cell = bigram_cell(table)
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
        found, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=4, output_time_major=True)
        rows.append(found.sample_id)
    a, b = evaluated(rows)
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_scheduled_helpers_read_what_they_should(probability):
    x = np.random.RandomState(0).randn(2, 4, SYMBOLS).astype(np.float32)
    table = np.random.RandomState(1).randn(SYMBOLS, SYMBOLS).astype(np.float32)
    cell = bigram_cell(table)
    helper = seq2seq.ScheduledOutputTrainingHelper(tf.constant(x), [4, 4], probability)
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    got = evaluated(seq2seq.dynamic_decode(decoder)[0].rnn_output)
    seen = x[:, 0]
    for t in range(4):
        np.testing.assert_allclose(got[:, t], seen @ table, rtol=1e-4, atol=1e-4)
        seen = got[:, t] if probability else x[:, min(t + 1, 3)]
    embedding = np.eye(SYMBOLS, dtype="f") * 100
    helper = seq2seq.ScheduledEmbeddingTrainingHelper(
        tf.constant(x), [4, 4], tf.constant(embedding), probability
    )
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
    found = seq2seq.dynamic_decode(decoder)[0]
    got, ids = evaluated([found.rnn_output, found.sample_id])
    seen = x[:, 0]
    for t in range(4):
        np.testing.assert_allclose(got[:, t], seen @ table, rtol=1e-4, atol=1e-4)
        assert np.all((ids[:, t] >= 0) == bool(probability))
        seen = embedding[ids[:, t]] if probability else x[:, min(t + 1, 3)]


def test_inference_and_custom_helpers_feed_samples_back():
    table = np.random.RandomState(1).randn(SYMBOLS, SYMBOLS).astype(np.float32) / 3
    start = np.ones((2, SYMBOLS), np.float32)
    cell = bigram_cell(table)
    never = lambda sample: tf.fill([2], False)
    inference = seq2seq.InferenceHelper(lambda y: y, [SYMBOLS], tf.float32, start, never)
    custom = seq2seq.CustomHelper(
        lambda: (tf.fill([2], False), tf.constant(start)),
        lambda time, outputs, state: outputs,
        lambda time, outputs, state, sample_ids: (tf.fill([2], False), sample_ids, state),
        [SYMBOLS],
        tf.float32,
    )
    for helper in (inference, custom):
        helper.initialize()
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32))
        got = evaluated(seq2seq.dynamic_decode(decoder, maximum_iterations=3)[0].sample_id)
        seen = start
        for t in range(3):
            seen = seen @ table
            np.testing.assert_allclose(got[:, t], seen, rtol=1e-4, atol=1e-5)


# --- beam search --------------------------------------------------------------------------------


def all_sequences(table, start, steps):
    """`(log probability, symbols)` of all sequences that end, or have `steps` symbols."""
    logs = np.log(softmax(table.astype(np.float64)))
    found = []
    for length in range(1, steps + 1):
        for symbols in itertools.product(range(SYMBOLS), repeat=length):
            if END in symbols[:-1] or (symbols[-1] != END and length < steps):
                continue
            pairs = zip((start, *symbols[:-1]), symbols, strict=True)
            found.append((sum(logs[a, b] for a, b in pairs), symbols))
    return sorted(found, reverse=True)


def counted(symbols, steps):
    """The length that is penalized: the end counts from the step after it on."""
    return len(symbols) - (symbols[-1] == END and len(symbols) == steps)


@pytest.mark.parametrize("weight", [0.0, 0.8])
def test_a_wide_beam_finds_the_best_of_all_sequences(weight):
    width, steps, starts = 60, 3, [1, 2]
    table = np.random.RandomState(3).randn(SYMBOLS, SYMBOLS).astype(np.float32)
    cell = bigram_cell(table)
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        cell,
        tf.constant(np.eye(SYMBOLS, dtype="f")),
        starts,
        END,
        tf.contrib.seq2seq.tile_batch(cell.zero_state(2, tf.float32), width),
        width,
        length_penalty_weight=weight,
    )
    found, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=steps)
    ids, logs, lengths = evaluated([found.predicted_ids, state.log_probs, state.lengths])
    assert ids.shape == (2, steps, width)
    for b, start in enumerate(starts):
        every = all_sequences(table, start, steps)
        every.sort(key=lambda s: s[0] / ((5 + counted(s[1], steps)) / 6) ** weight, reverse=True)
        for k in range(4):
            log, symbols = every[k]
            assert tuple(ids[b, : len(symbols), k]) == symbols
            np.testing.assert_allclose(logs[b, k], log, rtol=1e-4)
            assert lengths[b, k] == len(symbols)
            assert np.all(ids[b, len(symbols) :, k] == END)


def test_gather_tree_follows_parents():
    beams = seq2seq.gather_tree(
        [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]], [[-1, -1, -1]]],
        [[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]], [[-1, -1, -1]]],
        [3],
        10,
    )
    want = [[[2, 2, 2]], [[6, 5, 6]], [[7, 8, 9]], [[10, 10, 10]]]
    np.testing.assert_array_equal(evaluated(beams), want)
    cut = seq2seq.gather_tree([[[1, 2]], [[9, 3]]], [[[0, 0]], [[1, 0]]], [2], 9)
    np.testing.assert_array_equal(evaluated(cut), [[[2, 1]], [[9, 3]]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="parent id"):
        evaluated(seq2seq.gather_tree([[[1, 2]], [[9, 3]]], [[[0, 0]], [[5, 0]]], [2], 9))


def test_tile_batch_repeats_rows():
    tiled = seq2seq.tile_batch((tf.constant([[1, 2], [3, 4]]), tf.constant([5, 6])), 2)
    a, b = evaluated(tiled)
    np.testing.assert_array_equal(a, [[1, 2], [1, 2], [3, 4], [3, 4]])
    np.testing.assert_array_equal(b, [5, 5, 6, 6])


# --- attention ----------------------------------------------------------------------------------

MEMORY = np.random.RandomState(5).randn(2, 4, 3).astype(np.float32)
LENGTHS = [4, 2]


def bahdanau(query, keys, w):
    return (w["attention_v"] * np.tanh(keys + (query @ w["query_layer/kernel"])[:, None])).sum(2)


def normalized(query, keys, w):
    v = w["attention_g"] * w["attention_v"] / np.linalg.norm(w["attention_v"])
    projected = (query @ w["query_layer/kernel"])[:, None]
    return (v * np.tanh(keys + projected + w["attention_b"])).sum(2)


def luong(query, keys, w):
    return np.einsum("bu,blu->bl", query, keys) * w.get("attention_g", 1.0)


MECHANISMS = {
    "bahdanau": (lambda *a: tf.contrib.seq2seq.BahdanauAttention(*a), bahdanau),
    "normalized": (lambda *a: seq2seq.BahdanauAttention(*a, normalize=True), normalized),
    "luong": (lambda *a: tf.contrib.seq2seq.LuongAttention(*a), luong),
    "scaled": (lambda *a: seq2seq.LuongAttention(*a, scale=True), luong),
}


@pytest.mark.parametrize("kind", MECHANISMS)
def test_attention_is_its_formula(kind):
    make, score_of = MECHANISMS[kind]
    mechanism = make(6, tf.constant(MEMORY), LENGTHS)
    query = np.random.RandomState(6).randn(2, 6).astype(np.float32)
    before = mechanism.initial_state(2, tf.float32)
    weights, _ = mechanism(tf.constant(query), before)
    variables = tf.global_variables()
    got, values = evaluated([weights, variables])
    w = {v.op.name.split("/", 1)[1]: x for v, x in zip(variables, values, strict=True)}
    inside = np.arange(4) < np.array(LENGTHS)[:, None]
    keys = (MEMORY * inside[:, :, None]) @ w["kernel"]
    want = softmax(np.where(inside, score_of(query, keys, w), -np.inf))
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


def test_a_wrapped_cell_reads_attention_and_keeps_its_history():
    mechanism = seq2seq.LuongAttention(6, tf.constant(MEMORY), LENGTHS)
    cell = tf.contrib.seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.GRUCell(6), mechanism, attention_layer_size=5, alignment_history=True
    )
    assert cell.output_size == 5
    start = cell.zero_state(2, tf.float32)
    assert isinstance(start, tf.contrib.seq2seq.AttentionWrapperState)
    helper = seq2seq.TrainingHelper(tf.ones([2, 3, 2]), [3, 3])
    found, state, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, start))
    names = [v.op.name for v in tf.global_variables()]
    assert names[0] == "memory_layer/kernel"
    assert names[-1] == "decoder/attention_wrapper/attention_layer/kernel"
    history = state.alignment_history.stack()
    fetches = [found.rnn_output, state.attention, state.time, history, state.alignments]
    outputs, attention, time, history, last = evaluated(fetches)
    np.testing.assert_allclose(outputs[:, -1], attention, rtol=1e-6)
    assert time == 3 and history.shape == (3, 2, 4)
    np.testing.assert_allclose(history[-1], last)
    np.testing.assert_allclose(history.sum(2), 1, rtol=1e-5)
    assert np.all(history[:, 1, 2:] == 0)
    other = start.clone(attention=tf.ones([2, 5]))
    assert other.attention is not start.attention and other.cell_state is start.cell_state


def test_several_mechanisms_stand_side_by_side():
    one = seq2seq.LuongAttention(6, tf.constant(MEMORY))
    two = seq2seq.BahdanauMonotonicAttention(4, tf.constant(MEMORY), LENGTHS)
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(6), [one, two], [5, 2])
    output, state = cell(tf.ones([2, 2]), cell.zero_state(2, tf.float32))
    assert output.shape.as_list() == [2, 7]
    assert [a.shape.as_list() for a in state.alignments] == [[2, 4], [2, 4]]
    assert np.all(np.isfinite(evaluated(output)))


def moved(p, previous):
    """The expected attention, by the recursion of Raffel et al. (2017)."""
    out = np.zeros_like(p)
    for b in range(p.shape[0]):
        q = 0.0
        for j in range(p.shape[1]):
            q = (1 - p[b, j - 1]) * q + previous[b, j] if j else previous[b, 0]
            out[b, j] = p[b, j] * q
    return out


@pytest.mark.parametrize("mode", ["recursive", "parallel", "hard"])
def test_monotonic_attention_moves_forwards(mode):
    rng = np.random.RandomState(0)
    p = rng.uniform(0.1, 0.9, (3, 5)).astype(np.float32)
    previous = softmax(rng.randn(3, 5)).astype(np.float32)
    if mode == "hard":
        p, previous = np.round(p), np.eye(5, dtype=np.float32)[[0, 2, 4]]
    got = evaluated(tf.contrib.seq2seq.monotonic_attention(p, previous, mode))
    np.testing.assert_allclose(got, moved(p, previous), rtol=1e-4, atol=1e-6)


def test_monotonic_mechanisms_start_at_the_first_place():
    mechanism = seq2seq.LuongMonotonicAttention(6, tf.constant(MEMORY), LENGTHS, mode="recursive")
    start = mechanism.initial_state(2, tf.float32)
    query = np.random.RandomState(6).randn(2, 6).astype(np.float32)
    weights, _ = mechanism(tf.constant(query), start)
    variables = tf.global_variables()
    start, got, (kernel, bias) = evaluated([start, weights, variables])
    np.testing.assert_array_equal(start, [[1, 0, 0, 0]] * 2)
    inside = np.arange(4) < np.array(LENGTHS)[:, None]
    score = luong(query, (MEMORY * inside[:, :, None]) @ kernel, {}) + bias
    p = np.where(inside, 1 / (1 + np.exp(-score)), 0)
    np.testing.assert_allclose(got, moved(p, start), rtol=1e-4, atol=1e-6)


def test_hardmax_and_safe_cumprod():
    hard, product = evaluated(
        [
            tf.contrib.seq2seq.hardmax([[1.0, 3.0, 2.0]]),
            tf.contrib.seq2seq.safe_cumprod(tf.constant([0.5, 0.25, 0.0, 1.0]), exclusive=True),
        ]
    )
    np.testing.assert_array_equal(hard, [[0, 1, 0]])
    np.testing.assert_allclose(product, [1, 0.5, 0.125, 0], atol=1e-6)


# --- losses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("over_time", [True, False])
@pytest.mark.parametrize("over_batch", [True, False])
def test_sequence_loss(over_time, over_batch):
    rng = np.random.RandomState(0)
    logits = rng.randn(2, 3, SYMBOLS).astype(np.float32)
    targets, weights = rng.randint(0, SYMBOLS, (2, 3)), rng.rand(2, 3).astype(np.float32)
    got = evaluated(
        tf.contrib.seq2seq.sequence_loss(
            tf.constant(logits), tf.constant(targets), tf.constant(weights), over_time, over_batch
        )
    )
    cross = -np.log(np.take_along_axis(softmax(logits), targets[..., None], 2))[..., 0] * weights
    axis = tuple(a for a, mean in ((0, over_batch), (1, over_time)) if mean)
    want = cross.sum(axis) / weights.sum(axis) if axis else cross
    np.testing.assert_allclose(got, want, rtol=1e-5)


# --- the older functions ------------------------------------------------------------------------

legacy = tf.contrib.legacy_seq2seq
IDS = [np.array([1, 2], np.int32), np.array([3, 0], np.int32), np.array([2, 2], np.int32)]
cell_of_six = lambda: tf.nn.rnn_cell.GRUCell(6)
MODELS = {
    "embedding_rnn": lambda feed: legacy.embedding_rnn_seq2seq(
        IDS, IDS, cell_of_six(), SYMBOLS, SYMBOLS, 4, feed_previous=feed
    ),
    "embedding_tied": lambda feed: legacy.embedding_tied_rnn_seq2seq(
        IDS, IDS, cell_of_six(), SYMBOLS, 4, feed_previous=feed
    ),
    "embedding_attention": lambda feed: tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
        IDS, IDS, cell_of_six(), SYMBOLS, SYMBOLS, 4, feed_previous=feed
    ),
}


@pytest.mark.parametrize("kind", MODELS)
def test_feeding_back_may_be_decided_in_the_graph(kind):
    feed = tf.placeholder(tf.bool, [])
    with tf.variable_scope("model"):
        chosen, _ = MODELS[kind](feed)
    count = len(tf.global_variables())
    fixed = []
    for value in (False, True):
        with tf.variable_scope("model", reuse=True):
            fixed.append(MODELS[kind](value)[0])
    assert len(tf.global_variables()) == count
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for v in tf.global_variables():
            rng = np.random.RandomState(len(v.name))
            v.load(rng.uniform(-2, 2, v.shape.as_list()).astype(np.float32), sess)
        results = []
        for value in (False, True):
            got, want = sess.run([chosen, fixed[value]], {feed: value})
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
            results.append(np.array(got))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-5, atol=1e-6)


def test_attention_decoder_names():
    MODELS["embedding_attention"](False)
    names = [v.op.name.removeprefix("embedding_attention_seq2seq/") for v in tf.global_variables()]
    top = "embedding_attention_decoder/attention_decoder/"
    assert names[0] == "rnn/embedding_wrapper/embedding"
    assert {
        "embedding_attention_decoder/embedding",
        top + "AttnW_0",
        top + "AttnV_0",
        top + "kernel",
        top + "Attention_0/kernel",
        top + "AttnOutputProjection/bias",
        top + "output_projection_wrapper/gru_cell/gates/kernel",
    } <= set(names)


def test_basic_and_tied_models_differ_in_their_variables():
    x = [tf.ones([2, 3])] * 2
    counts = []
    for model in (legacy.basic_rnn_seq2seq, legacy.tied_rnn_seq2seq):
        before = len(tf.global_variables())
        outputs, state = model(x, x, cell_of_six())
        assert len(outputs) == 2 and state.shape.as_list() == [2, 6]
        counts.append(len(tf.global_variables()) - before)
    assert counts == [8, 4]


def test_rnn_decoder_feeds_back_through_its_function():
    table = np.random.RandomState(1).randn(SYMBOLS, SYMBOLS).astype(np.float32) / 3
    start = np.ones((2, SYMBOLS), np.float32)
    outputs, _ = tf.contrib.legacy_seq2seq.rnn_decoder(
        [tf.constant(start)] * 3, tf.zeros([2, 1]), bigram_cell(table), lambda y, step: y * step
    )
    got, seen = evaluated(outputs), start
    for step, y in enumerate(got, 1):
        np.testing.assert_allclose(y, seen @ table, rtol=1e-4, atol=1e-5)
        seen = y * step


def test_one_encoder_and_many_decoders():
    outputs, states = legacy.one2many_rnn_seq2seq(
        IDS,
        {"a": IDS, "b": IDS[:2]},
        cell_of_six(),
        {"a": cell_of_six(), "b": cell_of_six()},
        SYMBOLS,
        {"a": 4, "b": 7},
        3,
    )
    shapes = {k: [o.shape.as_list() for o in v] for k, v in outputs.items()}
    assert shapes == {"a": [[2, 4]] * 3, "b": [[2, 7]] * 2}
    assert set(states) == {"a", "b"}


def test_buckets_share_their_variables():
    weights = [np.ones(2, np.float32)] * 3

    def model(before, after):
        return legacy.embedding_rnn_seq2seq(before, after, cell_of_six(), SYMBOLS, SYMBOLS, 4)

    outputs, losses = tf.contrib.legacy_seq2seq.model_with_buckets(
        IDS, IDS, IDS, weights, [(1, 2), (3, 3)], model
    )
    by_example = tf.contrib.legacy_seq2seq.sequence_loss_by_example(outputs[1], IDS, weights)
    total = legacy.sequence_loss(outputs[1], IDS, weights)
    assert [len(o) for o in outputs] == [2, 3] and len(tf.global_variables()) == 12
    logits, losses, by_example, total = evaluated([outputs[1], losses, by_example, total])
    cross = [-np.log(softmax(y)[[0, 1], t]) for y, t in zip(logits, IDS, strict=True)]
    np.testing.assert_allclose(by_example, np.mean(cross, 0), rtol=1e-5)
    np.testing.assert_allclose([losses[1], total], [np.mean(cross)] * 2, rtol=1e-5)
    with pytest.raises(ValueError, match="Length of targets"):
        legacy.model_with_buckets(IDS, IDS, IDS[:1], weights, [(1, 2)], model)
