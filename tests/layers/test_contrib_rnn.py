"""Cells of `tf.contrib.rnn` against their formulas in NumPy, fused cells against plain ones."""

import numpy as np
import pytest

import headwater as tf

rnn = tf.contrib.rnn
N, BATCH, SIZE = 6, 3, 4


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normed(x, w, scope):
    y = (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
    return y * w[f"{scope}/gamma"] + w[f"{scope}/beta"]


def joined(*parts):
    return np.concatenate(parts, 1)


def coupled(x, state, w):
    c, h = state
    j, f, o = np.split(joined(x, h) @ w["W_0"] + w["B"], 3, 1)
    keep = sigmoid(f + 1 + w["W_F_diag"] * c)
    new_c = keep * c + (1 - keep) * np.tanh(j)
    new_h = sigmoid(o + w["W_O_diag"] * new_c) * np.tanh(new_c)
    return new_h, (new_c, new_h)


def layer_norm_lstm(x, state, w):
    c, h = state
    gates = np.split(joined(x, h) @ w["kernel"], 4, 1)
    scopes = ("input", "transform", "forget", "output")
    i, j, f, o = (normed(g, w, s) for g, s in zip(gates, scopes, strict=True))
    new_c = normed(c * sigmoid(f + 1) + sigmoid(i) * np.tanh(j), w, "state")
    new_h = np.tanh(new_c) * sigmoid(o)
    return new_h, (new_c, new_h)


def nas(x, state, w):
    c, h = state
    a, b = np.split(x @ w["kernel"], 8, 1), np.split(h @ w["recurrent_kernel"] + w["bias"], 8, 1)
    s = [p + q for p, q in zip(a, b, strict=True)]
    first = np.tanh(sigmoid(s[0]) * np.maximum(s[1], 0))
    second = np.tanh(sigmoid(s[2]) + np.maximum(a[3] * b[3], 0))
    third = np.tanh(np.tanh(s[4]) * sigmoid(s[5]))
    fourth = sigmoid(np.tanh(s[6]) + sigmoid(s[7]))
    new_c = np.tanh(first + c) * second
    new_h = np.tanh(new_c * np.tanh(third + fourth))
    return new_h, (new_c, new_h)


def ugrnn(x, state, w):
    g, c = np.split(joined(x, state) @ w["kernel"] + w["bias"], 2, 1)
    g = sigmoid(g + 1)
    new = g * state + (1 - g) * np.tanh(c)
    return new, new


def intersection(x, state, w):
    x = x @ w["in_projection/kernel"] + w["in_projection/bias"]
    gh, h, gy, y = np.split(joined(x, state) @ w["kernel"] + w["bias"], 4, 1)
    gh, gy = sigmoid(gh + 1), sigmoid(gy + 1)
    return gy * x + (1 - gy) * np.maximum(y, 0), gh * state + (1 - gh) * np.tanh(h)


def groups(x, state, w):
    c, h = state
    parts = [
        np.split(joined(xs, hs) @ w[f"group_{k}/kernel"], 4, 1)
        for k, (xs, hs) in enumerate(zip(np.split(x, 2, 1), np.split(h, 2, 1), strict=True))
    ]
    i, j, f, o = (
        joined(*p) + w[f"bias_{g}"] for g, p in zip("ijfo", zip(*parts, strict=True), strict=True)
    )
    new_c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
    new_h = sigmoid(o) * np.tanh(new_c)
    return new_h, (new_c, new_h)


def block_lstm(x, state, w):
    c, h = state
    i, j, f, o = np.split(joined(x, h) @ w["kernel"] + w["bias"], 4, 1)
    new_c = sigmoid(f + 1 + w["w_f_diag"] * c) * c + sigmoid(i + w["w_i_diag"] * c) * np.tanh(j)
    new_c = np.clip(new_c, -0.3, 0.3)
    new_h = sigmoid(o + w["w_o_diag"] * new_c) * np.tanh(new_c)
    return new_h, (new_c, new_h)


def block_gru(x, state, w):
    r, u = np.split(sigmoid(joined(x, state) @ w["w_ru"] + w["b_ru"]), 2, 1)
    c = np.tanh(joined(x, r * state) @ w["w_c"] + w["b_c"])
    new = u * state + (1 - u) * c
    return new, new


def output_projection(x, state, w):
    inner = {k.removeprefix("ugrnn_cell/"): v for k, v in w.items() if "ugrnn" in k}
    output, new = ugrnn(x, state, inner)
    return output @ w["kernel"] + w["bias"], new


def input_projection(x, state, w):
    inner = {k.removeprefix("ugrnn_cell/"): v for k, v in w.items() if "ugrnn" in k}
    return ugrnn(x @ w["kernel"] + w["bias"], state, inner)


FORMULAS = {
    "coupled": (
        lambda: rnn.CoupledInputForgetGateLSTMCell(N, use_peepholes=True),
        coupled,
    ),
    "layer_norm": (lambda: rnn.LayerNormBasicLSTMCell(N), layer_norm_lstm),
    "nas": (lambda: tf.contrib.rnn.NASCell(N, use_bias=True), nas),
    "ugrnn": (lambda: rnn.UGRNNCell(N), ugrnn),
    "intersection": (lambda: rnn.IntersectionRNNCell(N, num_in_proj=N), intersection),
    "groups": (lambda: rnn.GLSTMCell(N, number_of_groups=2), groups),
    "block_lstm": (lambda: rnn.LSTMBlockCell(N, cell_clip=0.3, use_peephole=True), block_lstm),
    "block_gru": (lambda: rnn.GRUBlockCell(N), block_gru),
    "projected": (lambda: rnn.OutputProjectionWrapper(rnn.UGRNNCell(N), 2), output_projection),
    "input": (lambda: rnn.InputProjectionWrapper(rnn.UGRNNCell(N), 5), input_projection),
}


def filled(sess, seed=0):
    """Gives all variables random values; returns these by name without the cell's scope."""
    rng, values = np.random.RandomState(seed), {}
    for v in tf.global_variables():
        value = rng.uniform(-0.7, 0.7, v.shape.as_list()).astype(np.float32)
        v.load(value, sess)
        values[v.op.name.split("/", 1)[1]] = value
    return values


@pytest.mark.parametrize("kind", FORMULAS)
def test_a_cell_is_its_formula(kind):
    make, formula = FORMULAS[kind]
    cell = make()
    rng = np.random.RandomState(1)
    x = rng.randn(BATCH, SIZE).astype(np.float32)
    state = tf.nest.map_structure(lambda n: rng.randn(BATCH, n).astype(np.float32), cell.state_size)
    output, new = cell(tf.constant(x), tf.nest.map_structure(tf.constant, state))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        values = filled(sess)
        got = sess.run(tf.nest.flatten([output, new]))
    want = tf.nest.flatten(list(formula(x, state, values)))
    for g, w in zip(got, want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", FORMULAS)
def test_static_and_dynamic_unrolling_agree(kind):
    make, _ = FORMULAS[kind]
    data = np.random.RandomState(2).randn(BATCH, 5, SIZE).astype(np.float32)
    found = []
    for dynamic in (False, True):
        with tf.Graph().as_default(), tf.Session() as sess:
            lengths = [5, 2, 3]
            if dynamic:
                outputs, _ = tf.nn.dynamic_rnn(make(), data, lengths, dtype=tf.float32)
            else:
                steps = tf.unstack(tf.constant(data), axis=1)
                outputs, _ = rnn.static_rnn(make(), steps, None, tf.float32, lengths)
                outputs = tf.stack(outputs, 1)
            gradients = tf.gradients(tf.reduce_sum(outputs**2), tf.trainable_variables())
            sess.run(tf.global_variables_initializer())
            filled(sess)
            found.append(sess.run([outputs, *gradients]))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_a_highway_with_a_closed_gate_hands_the_input_on():
    cell = rnn.HighwayWrapper(rnn.UGRNNCell(SIZE), carry_bias_init=50.0)
    x = np.ones((BATCH, SIZE), np.float32)
    output, _ = cell(tf.constant(x), tf.zeros([BATCH, SIZE]))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_allclose(sess.run(output), x, atol=1e-6)
    assert [v.op.name for v in tf.global_variables()][-2:] == ["carry_w", "carry_b"]


def test_an_embedding_wrapper_looks_vectors_up():
    cell = rnn.EmbeddingWrapper(rnn.UGRNNCell(N), 9, SIZE)
    inner = rnn.UGRNNCell(N)
    state = tf.ones([2, N])
    output, _ = cell(tf.constant([[3], [7]]), state)
    embedding = tf.global_variables()[0]
    assert embedding.op.name == "embedding_wrapper/embedding"
    again, _ = inner(tf.gather(embedding, [3, 7]), state)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for mine, other in zip(tf.global_variables()[3:], tf.global_variables()[1:], strict=False):
            sess.run(mine.assign(other))
        got, want = sess.run([output, again])
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_an_attention_cell_remembers_its_outputs():
    cell = rnn.AttentionCellWrapper(rnn.UGRNNCell(N), attn_length=3)
    assert cell.state_size == (N, N, 3 * N)
    x = np.random.RandomState(0).randn(BATCH, 4, SIZE).astype(np.float32)
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        values, memory = sess.run([outputs, state[2]])
    np.testing.assert_allclose(memory.reshape(BATCH, 3, N), values[:, 1:], rtol=1e-6)


@pytest.mark.parametrize(
    "kind, dims",
    [(rnn.Conv1DLSTMCell, [7]), (rnn.Conv2DLSTMCell, [5, 4]), (rnn.Conv3DLSTMCell, [3, 4, 2])],
)
def test_a_convolutional_lstm_of_kernel_one_is_an_lstm_at_every_point(kind, dims):
    cell = kind(
        input_shape=[*dims, 2],
        output_channels=3,
        kernel_shape=[1] * len(dims),
        skip_connection=True,
    )
    rng = np.random.RandomState(0)
    x = rng.randn(2, *dims, 2).astype(np.float32)
    c, h = (rng.randn(2, *dims, 3).astype(np.float32) for _ in range(2))
    output, (new_c, _) = cell(tf.constant(x), rnn.LSTMStateTuple(tf.constant(c), tf.constant(h)))
    assert cell.output_size.as_list() == [*dims, 5]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        w = filled(sess)
        got, got_c = sess.run([output, new_c])
    kernel = w["kernel"].reshape(5, 12)
    i, j, f, o = np.split(np.concatenate([x, h], -1) @ kernel + w["biases"], 4, -1)
    want_c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
    np.testing.assert_allclose(got_c, want_c, rtol=1e-4, atol=1e-5)
    want = np.concatenate([np.tanh(want_c) * sigmoid(o), x], -1)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_a_phased_lstm_changes_little_while_it_is_closed():
    cell = rnn.PhasedLSTMCell(N, leak=0.0, ratio_on=0.2)
    state = rnn.LSTMStateTuple(tf.ones([1, N]), tf.ones([1, N]))
    time = tf.placeholder(tf.float32, [1, 1])
    _, (c, _) = cell((time, tf.ones([1, SIZE])), state)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for v in tf.global_variables():
            if v.op.name.endswith("period"):
                v.load(np.full(N, 10.0, np.float32), sess)
            if v.op.name.endswith("phase"):
                v.load(np.zeros(N, np.float32), sess)
        np.testing.assert_array_equal(sess.run(c, {time: [[5.0]]}), np.ones((1, N)))
        half, full = sess.run(c, {time: [[0.5]]}), sess.run(c, {time: [[1.0]]})
    assert np.all(full != 1.0)
    np.testing.assert_allclose(half - 1, (full - 1) / 2, rtol=1e-4)


def test_fused_cells_are_plain_cells_over_all_steps():
    x = np.random.RandomState(0).randn(5, BATCH, SIZE).astype(np.float32)
    lengths = [1, 5, 3]
    fused, fused_state = rnn.LSTMBlockFusedCell(N)(tf.constant(x), sequence_length=lengths)
    plain, state = rnn.FusedRNNCellAdaptor(rnn.LSTMBlockCell(N), use_dynamic_rnn=True)(
        tf.constant(x), dtype=tf.float32, sequence_length=lengths
    )
    names = [v.op.name for v in tf.global_variables()]
    assert names[:2] == ["lstm_fused_cell/kernel", "lstm_fused_cell/bias"]
    turned, _ = rnn.TimeReversedFusedRNN(rnn.FusedRNNCellAdaptor(rnn.UGRNNCell(N)))(
        tf.constant(x), dtype=tf.float32, scope="turned"
    )
    back, _ = rnn.FusedRNNCellAdaptor(rnn.UGRNNCell(N))(
        tf.constant(x[::-1]), dtype=tf.float32, scope="back"
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        kernels = [v for v in tf.global_variables() if v.op.name.endswith("kernel")]
        for v in kernels:
            v.load(np.full(v.shape.as_list(), 0.1, np.float32), sess)
        got, want = sess.run([[fused, *fused_state], [plain, *state]])
        for g, w in zip(got, want, strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-5)
        turned, back = sess.run([turned, back])
    np.testing.assert_allclose(turned[::-1], back, rtol=1e-5)


def test_stacks_of_bidirectional_layers_agree():
    x = np.random.RandomState(0).randn(BATCH, 5, SIZE).astype(np.float32)
    cells = lambda: [rnn.UGRNNCell(N), rnn.UGRNNCell(2)]
    with tf.variable_scope("stack") as scope:
        dynamic, fw, _ = rnn.stack_bidirectional_dynamic_rnn(
            cells(), cells(), tf.constant(x), dtype=tf.float32, scope=scope
        )
    with tf.variable_scope("unrolled") as scope:
        static, fw_static, _ = rnn.stack_bidirectional_rnn(
            cells(), cells(), tf.unstack(tf.constant(x), axis=1), dtype=tf.float32, scope=scope
        )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for v in tf.global_variables():
            tail = v.op.name.split("/", 1)[1].replace("bidirectional_rnn/", "")
            rng = np.random.RandomState(sum(map(ord, tail)))
            v.load(rng.randn(*v.shape.as_list()).astype(np.float32), sess)
        a, b = sess.run([dynamic, tf.stack(static, 1)])
        c, d = sess.run([fw, fw_static])
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for one, other in zip(c, d, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_raw_rnn_can_do_what_dynamic_rnn_does():
    x = np.random.RandomState(0).randn(5, BATCH, SIZE).astype(np.float32)
    lengths = tf.constant([5, 1, 3])
    cell = rnn.UGRNNCell(N)
    array = tf.TensorArray(tf.float32, size=5).unstack(tf.constant(x))

    def loop(time, output, state, loop_state):
        state = cell.zero_state(BATCH, tf.float32) if output is None else state
        finished = time >= lengths
        nothing = tf.zeros([BATCH, SIZE])
        entry = tf.cond(tf.reduce_all(finished), lambda: nothing, lambda: array.read(time))
        return finished, entry, state, output, None

    with tf.variable_scope("same"):
        emitted, state, _ = tf.nn.raw_rnn(cell, loop, scope="r")
    with tf.variable_scope("same", reuse=True):
        again = rnn.UGRNNCell(N)
        outputs, last = tf.nn.dynamic_rnn(
            again, x, lengths, dtype=tf.float32, time_major=True, scope="r"
        )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        got = sess.run([emitted.stack(), state])
        want = sess.run([outputs, last])
    for g, w in zip(got, want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-5)


def test_a_state_saver_gets_the_last_state():
    saved = {}

    class Saver:
        def state(self, name):
            return tf.ones([BATCH, N])

        def save_state(self, name, value):
            saved[name] = value
            return tf.identity(value)

    steps = [tf.ones([BATCH, SIZE])] * 3
    outputs, state = tf.nn.static_state_saving_rnn(rnn.UGRNNCell(N), steps, Saver(), "h")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        last, new, kept = sess.run([outputs[-1], state, saved["h"]])
    np.testing.assert_array_equal(last, kept)
    np.testing.assert_array_equal(new, kept)


def test_transpose_batch_time():
    x = np.arange(24).reshape(2, 3, 4)
    with tf.Session() as sess:
        got = sess.run(rnn.transpose_batch_time(tf.constant(x)))
    np.testing.assert_array_equal(got, x.transpose(1, 0, 2))


def test_a_config_makes_the_same_cell_again():
    cell = tf.nn.rnn_cell.MultiRNNCell(
        [
            tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.LSTMCell(5, num_proj=3), 0.5, seed=4),
            tf.nn.rnn_cell.ResidualWrapper(rnn.UGRNNCell(3, forget_bias=2.0)),
        ]
    )
    config = cell.get_config()
    assert config["cells"][0]["config"]["cell"]["config"]["num_proj"] == 3
    again = tf.nn.rnn_cell.MultiRNNCell.from_config(config)
    assert again.get_config() == config
    assert again.state_size == cell.state_size
    assert [type(c) for c in again._cells] == [type(c) for c in cell._cells]
