"""Graphs that TensorFlow writes with Switch, Merge and loop frames, run by headwater.

TensorFlow builds each program with its older form of control flow and runs it; headwater imports
the GraphDef and must give the same values for the same names.
"""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
X = np.linspace(-1.0, 1.0, 12, dtype=np.float32).reshape(3, 4)
SEQUENCES = np.linspace(-1.0, 1.0, 24, dtype=np.float32).reshape(2, 4, 3)


def _x(tf, value=X):
    return tf.placeholder(tf.float32, value.shape, name="x")


def _weights(tf):
    return tf.constant(np.linspace(-0.5, 0.5, 16, dtype=np.float32).reshape(4, 4))


# --- branches: programs of a bool `flag` and of `x` ---------------------------------------------


def cond(tf, x, flag):
    return [tf.cond(flag, lambda: x * 2.0, lambda: x - 1.0)]


def cond_of_several(tf, x, flag):
    return list(tf.cond(flag, lambda: (x, tf.constant(1)), lambda: (-x, tf.constant(2))))


def cond_of_constants(tf, x, flag):
    return [tf.cond(flag, lambda: tf.constant(1.0), lambda: tf.constant(2.0)) + tf.reduce_sum(x)]


def nested_cond(tf, x, flag):
    inner = lambda: tf.cond(tf.reduce_sum(x) > 1.0, lambda: x + 10.0, lambda: x + 20.0)
    return [tf.cond(flag, inner, lambda: x)]


def cond_in_both_branches(tf, x, flag):
    def branch(amount):
        return lambda: tf.cond(x[0, 0] < 0.0, lambda: x * amount, lambda: tf.exp(x) * amount)

    return [tf.cond(flag, branch(2.0), branch(3.0)) * 2.0]


def two_conds_of_one_predicate(tf, x, flag):
    y = tf.cond(flag, lambda: x * 2.0, lambda: x)
    return [tf.cond(flag, lambda: y + 1.0, lambda: y - 1.0), y]


def cond_gradient(tf, x, flag):
    y = tf.cond(flag, lambda: tf.square(x), lambda: tf.sin(x) * 3.0)
    return tf.gradients(y, x)


def nested_cond_gradient(tf, x, flag):
    inner = lambda: tf.cond(x[0, 0] > 0.0, lambda: tf.exp(x), lambda: tf.square(x))
    return tf.gradients(tf.cond(flag, inner, lambda: x * 3.0), x)


def case(tf, x, flag):
    total = tf.reduce_sum(x)
    return [
        tf.case(
            [(flag, lambda: total), (total > 100.0, lambda: total * 2.0)],
            default=lambda: total * 3.0,
        )
    ]


def switch_and_merge(tf, x, flag):
    from tensorflow.python.ops import control_flow_ops

    off, on = control_flow_ops.switch(x, flag)
    merged = control_flow_ops.merge([off + 1.0, on * 5.0])
    return [merged.output, merged.value_index]


def cond_with_an_assert(tf, x, flag):
    def checked():
        with tf.control_dependencies([tf.Assert(tf.reduce_max(x) < 100.0, [x])]):
            return tf.identity(x)

    return [tf.cond(flag, checked, lambda: -x)]


# --- loops: programs of `x` ---------------------------------------------------------------------


def while_loop(tf, x):
    return list(tf.while_loop(lambda i, y: i < 5, lambda i, y: (i + 1, y * 1.5), [0, x]))


def while_with_outer_tensors(tf, x):
    w = _weights(tf)
    return list(
        tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.tanh(tf.matmul(y, w))), [0, x])
    )


def while_that_never_runs(tf, x):
    return list(tf.while_loop(lambda i, y: i < 0, lambda i, y: (i + 1, y * 2.0), [0, x]))


def while_on_data(tf, x):
    return [tf.while_loop(lambda y: tf.reduce_sum(y) < 50.0, lambda y: y + 1.0, [x])]


def growing_variable(tf, x):
    grow = lambda i, y: (i + 1, tf.concat([y, y[:1] * 2.0], 0))
    shapes = [tf.TensorShape([]), tf.TensorShape([None, 4])]
    return list(tf.while_loop(lambda i, y: i < 3, grow, [0, x], shape_invariants=shapes))


def nested_while(tf, x):
    def body(i, y):
        inner = tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z + 0.5), [0, y])
        return i + 1, inner[1] * 1.1

    return list(tf.while_loop(lambda i, y: i < 4, body, [0, x]))


def cond_in_while(tf, x):
    step = lambda i, y: (
        i + 1,
        tf.cond(tf.equal(i % 2, 0), lambda: y * 2.0, lambda: y - tf.to_float(i)),
    )
    return list(tf.while_loop(lambda i, y: i < 5, step, [0, x]))


def while_in_cond(tf, x):
    loop = lambda: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * y), [0, x])[1]
    total = tf.reduce_sum(x)
    return [tf.cond(total < 1.0, loop, lambda: x), tf.cond(total > 1.0, loop, lambda: x + 1.0)]


def two_loops_in_a_row(tf, x):
    _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), [0, x])
    _, z = tf.while_loop(lambda i, z: i < 2, lambda i, z: (i + 1, z + y), [0, y])
    return [y, z, tf.matmul(z, _weights(tf))]


def tensor_array_in_while(tf, x):
    start = tf.TensorArray(tf.float32, 4)
    body = lambda i, ta: (i + 1, ta.write(i, x[:, 0] * tf.to_float(i)))
    _, found = tf.while_loop(lambda i, ta: i < 4, body, [0, start])
    return [found.stack(), found.size()]


def tensor_array_read_and_concat(tf, x):
    rows = tf.TensorArray(tf.float32, 3).unstack(x)
    out = tf.TensorArray(tf.float32, 0, dynamic_size=True, infer_shape=False)
    body = lambda i, ta: (i + 1, ta.write(i, tf.tile(rows.read(i), [i + 1])))
    _, found = tf.while_loop(lambda i, ta: i < 3, body, [0, out])
    return [found.concat()]


def tensor_array_split(tf, x):
    ta = tf.TensorArray(tf.float32, 2, infer_shape=False).split(x[:, 0], [1, 2])
    return [ta.concat(), ta.size()]


def map_fn(tf, x):
    return [tf.map_fn(lambda row: tf.reduce_sum(row) * row, x)]


def map_fn_of_two(tf, x):
    return list(
        tf.map_fn(
            lambda rows: (rows[0] + rows[1], rows[0][0]), (x, x * 2.0), (tf.float32, tf.float32)
        )
    )


def scan(tf, x):
    return [tf.scan(lambda total, row: total * 0.5 + row, x)]


def foldl_and_foldr(tf, x):
    return [tf.foldl(lambda a, row: a + row * a, x), tf.foldr(lambda a, row: a - row, x)]


def while_gradient(tf, x):
    _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * y + x), [0, x])
    return tf.gradients(y, x)


def while_matmul_gradient(tf, x):
    w = _weights(tf)
    _, y = tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, tf.tanh(tf.matmul(y, w))), [0, x])
    return [y, *tf.gradients(tf.reduce_sum(tf.square(y)), [x, w])]


def nested_while_gradient(tf, x):
    def body(i, y):
        inner = tf.while_loop(lambda j, z: j <= i, lambda j, z: (j + 1, z * tf.sin(z)), [0, y])
        return i + 1, inner[1] + y

    _, y = tf.while_loop(lambda i, y: i < 3, body, [0, x])
    return tf.gradients(y, x)


def cond_in_while_gradient(tf, x):
    def body(i, y):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: tf.sin(y), lambda: y * y)

    _, y = tf.while_loop(lambda i, y: i < 4, body, [0, x])
    return tf.gradients(y, x)


def while_in_cond_gradient(tf, x):
    loop = lambda: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * y), [0, x])[1]
    total = tf.reduce_sum(x)
    y = tf.cond(total < 1.0, loop, lambda: x) + tf.cond(total > 1.0, loop, lambda: x * 2.0)
    return tf.gradients(y, x)


def second_gradient_of_cond(tf, x):
    y = tf.cond(x[0, 0] < 0.0, lambda: tf.exp(x) * x, lambda: x)
    return tf.gradients(tf.gradients(y, x)[0], x)


def map_fn_gradient(tf, x):
    return tf.gradients(tf.map_fn(lambda row: tf.reduce_sum(row) * tf.sin(row), x), x)


def scan_gradient(tf, x):
    return tf.gradients(tf.scan(lambda total, row: total * row + row, x), x)


def tensor_array_gradient(tf, x):
    rows = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(x)
    y = rows.read(0) * rows.read(1) + rows.read(0) * 3.0
    return tf.gradients(y, x)


def sparse_gradient_in_while(tf, x):
    body = lambda i, y: (i + 1, y + tf.gather(x, [i % 3, 0])[0])
    _, y = tf.while_loop(lambda i, y: i < 4, body, [0, tf.zeros([4])])
    return [tf.convert_to_tensor(tf.gradients(y * y, x)[0])]


def random_numbers_in_while(tf, x):
    draw = lambda i, y: (i + 1, y + tf.random_uniform([3, 4], seed=7))
    return list(tf.while_loop(lambda i, y: i < 3, draw, [0, x]))


# --- recurrent networks: programs of sequences --------------------------------------------------


def _cell(tf, inputs, state):
    kernel = tf.constant(np.linspace(-0.6, 0.6, 7 * 4, dtype=np.float32).reshape(7, 4))
    return tf.tanh(tf.matmul(tf.concat([inputs, state], 1), kernel))


def dynamic_rnn(tf, x, with_lengths=True, gradients=False):
    """What `tf.nn.dynamic_rnn` does, with a cell that needs no variables."""

    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = property(lambda self: 4)

        def zero_state(self, batch_size, dtype):
            return tf.zeros([batch_size, 4], dtype)

        def __call__(self, inputs, state, scope=None):
            output = _cell(tf, inputs, state)
            return output, output

    lengths = tf.constant([4, 2]) if with_lengths else None
    outputs, state = tf.nn.dynamic_rnn(Cell(), x, lengths, dtype=tf.float32)
    if not gradients:
        return [outputs, state]
    return tf.gradients([tf.reduce_sum(outputs * outputs), state], x)


def dynamic_rnn_without_lengths(tf, x):
    return dynamic_rnn(tf, x, with_lengths=False)


def dynamic_rnn_gradient(tf, x):
    return dynamic_rnn(tf, x, gradients=True)


def raw_rnn_by_hand(tf, x):
    steps = tf.transpose(x, [1, 0, 2])
    inputs = tf.TensorArray(tf.float32, 4).unstack(steps)
    outputs = tf.TensorArray(tf.float32, 4)

    def body(time, state, outputs):
        state = _cell(tf, inputs.read(time), state)
        return time + 1, state, outputs.write(time, state)

    _, state, outputs = tf.while_loop(
        lambda time, *_: time < 4, body, [0, tf.zeros([2, 4]), outputs]
    )
    return [outputs.stack(), *tf.gradients(state, x)]


BRANCHES = [
    cond,
    cond_of_several,
    cond_of_constants,
    nested_cond,
    cond_in_both_branches,
    two_conds_of_one_predicate,
    cond_gradient,
    nested_cond_gradient,
    case,
    switch_and_merge,
    cond_with_an_assert,
]
LOOPS = [
    while_loop,
    while_with_outer_tensors,
    while_that_never_runs,
    while_on_data,
    growing_variable,
    nested_while,
    cond_in_while,
    while_in_cond,
    two_loops_in_a_row,
    tensor_array_in_while,
    tensor_array_read_and_concat,
    tensor_array_split,
    map_fn,
    map_fn_of_two,
    scan,
    foldl_and_foldr,
    while_gradient,
    while_matmul_gradient,
    nested_while_gradient,
    cond_in_while_gradient,
    while_in_cond_gradient,
    second_gradient_of_cond,
    map_fn_gradient,
    scan_gradient,
    tensor_array_gradient,
    sparse_gradient_in_while,
    random_numbers_in_while,
]
RECURRENT = [dynamic_rnn, dynamic_rnn_without_lengths, dynamic_rnn_gradient, raw_rnn_by_hand]


def _written(program, *inputs):
    """TensorFlow's GraphDef of a program, the names of its results and of its inputs."""
    tf = oracle()
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(5)
        tensors = [tf.placeholder(v.dtype, v.shape, name="input") for v in inputs]
        fetches = [t.name for t in program(tf, *tensors)]
    return graph, fetches, [t.name for t in tensors]


def _compare(program, *runs):
    graph, fetches, names = _written(program, *runs[0])
    kinds = {op.type for op in graph.get_operations()}
    assert kinds & {"Switch", "TensorArrayV3"}
    assert not kinds & {"While", "If"}
    with oracle().Session(graph=graph) as session:
        expected = [session.run(fetches, dict(zip(names, values))) for values in runs]
    tf = ours()
    with tf.Graph().as_default() as mine:
        tf.import_graph_def(graph.as_graph_def(), name="")
        with tf.Session(graph=mine) as session:
            found = [session.run(fetches, dict(zip(names, values))) for values in runs]
    for values, others in zip(found, expected):
        for value, other in zip(values, others):
            assert value.dtype == other.dtype
            np.testing.assert_allclose(value, other, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("program", BRANCHES, ids=lambda p: p.__name__)
def test_branches(program):
    _compare(program, *[(X + shift, np.array(flag)) for flag in (True, False) for shift in (0, 2)])


@pytest.mark.parametrize("program", LOOPS, ids=lambda p: p.__name__)
def test_loops(program):
    _compare(program, (X,), (X * 0.5 + 0.1,))


@pytest.mark.parametrize("program", RECURRENT, ids=lambda p: p.__name__)
def test_recurrent_networks(program):
    _compare(program, (SEQUENCES,), (SEQUENCES[::-1] * 0.5,))


def _trained(tf, session, init, train, loss, x):
    session.run(init)
    found = []
    for shift in (0.0, 0.5, 1.0):
        session.run(train, {x: SEQUENCES + shift})
        found.append(session.run(loss, {x: SEQUENCES + shift}))
    return found


def test_a_meta_graph_with_a_loop_is_trained():
    tf, graph = oracle(), oracle().Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [2, 4, 3], name="x")
        w = tf.get_variable("w", initializer=np.full([3, 4], 0.1, np.float32), use_resource=False)
        count = tf.get_variable("count", initializer=0, use_resource=True)

        def body(time, state):
            with tf.control_dependencies([tf.assign_add(count, 1)]):
                step = tf.matmul(x[:, time], w)
            return time + 1, tf.tanh(state + step)

        _, state = tf.while_loop(lambda time, _: time < 4, body, [0, tf.zeros([2, 4])])
        loss = tf.reduce_mean(tf.square(state - 0.5), name="loss")
        tf.train.GradientDescentOptimizer(0.3).minimize(loss, name="train")
        tf.global_variables_initializer()
        written = tf.train.export_meta_graph()
    with tf.Session(graph=graph) as session:
        expected = _trained(tf, session, "init", "train", "loss:0", "x:0")
        counted = session.run(count)
    mine = ours()
    with mine.Graph().as_default() as imported:
        mine.train.import_meta_graph(written)
        with mine.Session(graph=imported) as session:
            found = _trained(mine, session, "init", "train", "loss:0", "x:0")
            assert session.run(mine.global_variables()[1]) == counted == 24
    np.testing.assert_allclose(found, expected, rtol=1e-5)
