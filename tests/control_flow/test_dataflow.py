"""Switch, Merge and loop frames, made by hand: what is dead, what runs, and what is refused."""

import numpy as np
import pytest
from headwater.python.ops import control_flow_ops, gen_control_flow_ops as gen

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def session(graph):
    with tf.Session() as session:
        yield session


def counting(limit, body, name="loop"):
    """A loop of a counter and of one value, from nodes; gives the value's exit and its merge."""
    enter = lambda value, constant=False: gen.enter(
        tf.convert_to_tensor(value), name, is_constant=constant
    )
    number, value, one = enter(0), enter(np.float32(1.0)), enter(1, True)
    numbers, values = (control_flow_ops.merge([t, t])[0] for t in (number, value))
    holds = gen.loop_cond(numbers < enter(limit, True))
    done, going = zip(*[control_flow_ops.switch(t, holds) for t in (numbers, values)])
    numbers.op._update_input(1, gen.next_iteration(going[0] + one))
    with tf.control_dependencies([tf.identity(going[0])]):  # so that constants are in the loop
        values.op._update_input(1, gen.next_iteration(body(*going)))
    return gen.exit(done[1])


# --- branches -----------------------------------------------------------------------------------


def test_switch_and_merge(session):
    pred = tf.placeholder(tf.bool, [])
    off, on = control_flow_ops.switch(tf.constant(5.0), pred)
    merged = control_flow_ops.merge([off + 1.0, on * 3.0])
    assert session.run(merged, {pred: True}) == (15.0, 1)
    assert session.run(merged, {pred: False}) == (6.0, 0)


def test_what_has_no_value_cannot_be_fetched(session):
    off, on = control_flow_ops.switch(tf.constant(5.0), tf.constant(True))
    late = tf.add(off, 1.0, name="late")
    assert session.run(on) == 5.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value.*late"):
        session.run(late)


def test_a_dead_update_does_not_happen(session):
    v = tf.Variable(1.0)
    r = tf.get_variable("r", initializer=1.0, use_resource=True)
    session.run(tf.global_variables_initializer())
    pred = tf.placeholder(tf.bool, [])
    _, on = control_flow_ops.switch(tf.constant(10.0), pred)
    both = [v.assign_add(on).op, r.assign_add(on).op]
    session.run(both, {pred: False})
    assert session.run([v, r]) == [1.0, 1.0]
    session.run(both, {pred: True})
    assert session.run([v, r]) == [11.0, 11.0]


def test_references_and_handles_through_switches(session):
    v = tf.Variable(1.0)
    session.run(v.initializer)
    pred = tf.placeholder(tf.bool, [])
    off, on = control_flow_ops.ref_switch(v._ref(), pred)
    update = tf.raw_ops.AssignAdd(ref=on, value=5.0)
    session.run(update.op, {pred: False})
    assert session.run(v) == 1.0
    session.run(update.op, {pred: True})
    assert session.run(v) == 6.0


def test_gradients_of_switch_and_merge(session):
    x, pred = tf.constant(3.0), tf.placeholder(tf.bool, [])
    off, on = control_flow_ops.switch(x, pred)
    y = control_flow_ops.merge([off * 2.0, on * on])[0]
    dx = tf.gradients(y, x)[0]
    assert session.run(dx, {pred: True}) == 6.0
    assert session.run(dx, {pred: False}) == 2.0


def test_composite_values(session):
    pred = tf.placeholder(tf.bool, [])
    slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([3, 1]))
    sparse = tf.SparseTensor([[0, 1]], [2.0], [2, 2])
    for value in (slices, sparse):
        off, on = control_flow_ops.switch(value, pred)
        merged = control_flow_ops.merge([off, on])
        found, index = session.run([merged.output, merged.value_index], {pred: True})
        assert index == 1
        assert type(found).__name__ == type(value).__name__ + "Value"
    dense = tf.constant([[1.0], [2.0], [3.0]])
    off, _ = control_flow_ops.switch(dense, pred)
    _, on = control_flow_ops.switch(slices, pred)
    output = control_flow_ops.merge([off, on]).output
    assert session.run(output, {pred: False}).indices.tolist() == [0, 1, 2]
    assert session.run(output, {pred: True}).indices.tolist() == [1]


def test_merge_of_nothing():
    with pytest.raises(ValueError, match="At least one of the merge inputs is None"):
        control_flow_ops.merge([None, tf.constant(1)])


# --- loops --------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 1, 6])
def test_loop(session, limit):
    assert session.run(counting(limit, lambda i, x: x * 2.0)) == 2.0**limit


def test_loop_without_a_merge_runs_once(session):
    x, y = (gen.enter(tf.constant(v), "once") for v in (3, 7))
    assert session.run(gen.exit(x * y)) == 21


def test_what_is_not_constant_enters_the_first_iteration_only(session):
    value, never = gen.enter(tf.constant(10), "loop"), gen.enter(tf.constant(False), "loop")
    merged = control_flow_ops.merge([value, value])[0]
    off, _ = control_flow_ops.switch(merged, never)
    merged.op._update_input(1, gen.next_iteration(off))
    assert session.run(gen.exit(off)) == 10


def test_loops_with_one_name_are_apart(session):
    first = counting(3, lambda i, x: x + 1.0)
    second = counting(2, lambda i, x: x * 10.0)
    assert session.run([first, second, first + second]) == [4.0, 100.0, 104.0]


def test_updates_and_functions_in_a_loop_happen_in_order(session):
    v = tf.get_variable("v", initializer=0.0, use_resource=True)
    session.run(v.initializer)
    seen = []

    def body(i, x):
        with tf.control_dependencies([tf.raw_ops.AssignAddVariableOp(resource=handle, value=x)]):
            now = tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32)
        return tf.py_func(
            lambda n, t: (seen.append((int(n), float(t))), t + 1)[1], [i, now], tf.float32
        )

    handle = gen.enter(v.handle, "loop", is_constant=True)
    assert session.run(counting(3, body)) == 8.0
    assert seen == [(0, 1.0), (1, 3.0), (2, 7.0)]
    assert session.run(v) == 7.0


def test_what_follows_a_loop_is_compiled_and_trained(session):
    w = tf.Variable(1.0)
    y = counting(3, lambda i, x: x + 2.0)
    loss = tf.square(w * y - 14.0)
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss, var_list=[w])
    session.run(tf.global_variables_initializer())
    losses = [session.run([train, loss])[1] for _ in range(5)]
    assert losses[0] == 49.0
    assert losses == sorted(losses, reverse=True)


# --- refusals -----------------------------------------------------------------------------------


def test_inputs_of_two_loops_are_refused(session):
    a, b = (gen.enter(tf.constant(1.0), name) for name in ("a", "b"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="mixed.*inputs from different frames"):
        session.run(gen.exit(tf.add(a, b, name="mixed")))


def test_an_exit_without_a_loop_is_refused(session):
    with pytest.raises(tf.errors.InvalidArgumentError, match="'out' leaves a loop"):
        session.run(gen.exit(tf.constant(1.0), name="out"))


def test_the_gradient_of_such_a_loop_is_refused():
    y = counting(3, lambda i, x: x * 2.0)
    with pytest.raises(NotImplementedError, match="'Exit'.*tf.while_loop"):
        tf.gradients(y, y.op.inputs[0].op.inputs[0])


def test_a_long_loop_ends_at_its_deadline(session):
    endless = counting(2_000_000_000, lambda i, x: x + 1.0)
    with pytest.raises(tf.errors.DeadlineExceededError):
        session.run(endless, options=tf.RunOptions(timeout_in_ms=200))


# --- arrays and stacks with state ---------------------------------------------------------------

raw = tf.raw_ops


def _array(**attrs):
    made = raw.TensorArrayV3(size=3, dtype=tf.float32, tensor_array_name="foo", **attrs)
    return made[0], made[1]


def _written(index=0, value=1.0, **attrs):
    handle, flow = _array(**attrs)
    return handle, raw.TensorArrayWriteV3(handle=handle, index=index, value=value, flow_in=flow)


def _read(handle, flow, index=0):
    return raw.TensorArrayReadV3(handle=handle, index=index, flow_in=flow, dtype=tf.float32)


def _again():
    handle, flow = _written()
    with tf.control_dependencies([_read(handle, flow)]):
        return _read(handle, tf.identity(flow))


def _closed():
    handle, flow = _written()
    with tf.control_dependencies([flow]):
        close = raw.TensorArrayCloseV3(handle=handle)
    with tf.control_dependencies([close]):
        return _read(handle, tf.identity(flow))


def _twice():
    handle, flow = _written()
    return raw.TensorArrayWriteV3(handle=handle, index=0, value=2.0, flow_in=flow)


def _pop_empty():
    return raw.StackPopV2(
        handle=raw.StackV2(max_size=-1, elem_type=tf.float32), elem_type=tf.float32
    )


REFUSED = {
    "written twice": (_twice, "Could not write to TensorArray index 0 because it has already been"),
    "read twice": (_again, "Could not read index 0 twice because it was cleared after a previous"),
    "outside": (lambda: _written(3)[1], "Tried to write to index 3 but array is not resizeable"),
    "shape": (
        lambda: _written(value=[1.0], element_shape=[2])[1],
        r"the value shape is \[1\] which is incompatible",
    ),
    "read outside": (
        lambda: _read(*_array(), index=5),
        "Tried to read from index 5 but array size is: 3",
    ),
    "not written": (lambda: _read(*_array()), "the element shape is not fully defined"),
    "closed": (_closed, "TensorArray foo_[0-9]+ has already been closed"),
    "empty stack": (_pop_empty, "is empty when calling Pop"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(session, case):
    make, message = REFUSED[case]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        session.run(make())


def test_gradients_add_up_in_an_array_of_their_own(session):
    handle, flow = _written(value=[1.0, 2.0], clear_after_read=False)
    grads, g = raw.TensorArrayGradV3(handle=handle, flow_in=flow, source="gradients")
    for value in ([1.0, 1.0], [2.0, 3.0]):
        g = raw.TensorArrayWriteV3(handle=grads, index=0, value=value, flow_in=g)
    assert session.run(_read(grads, g)).tolist() == [3.0, 4.0]


def test_not_written_elements_of_known_shape_are_zero(session):
    assert session.run(_read(*_array(element_shape=[2]), index=1)).tolist() == [0.0, 0.0]


def test_split_concat_gather_and_size(session):
    handle, flow = _array(dynamic_size=True)
    flow = raw.TensorArraySplitV3(
        handle=handle, value=[1.0, 2.0, 3.0], lengths=np.array([1, 0, 2]), flow_in=flow
    )
    size = raw.TensorArraySizeV3(handle=handle, flow_in=flow)
    value, lengths = raw.TensorArrayConcatV3(handle=handle, flow_in=flow, dtype=tf.float32)
    found = session.run([size, value, lengths])
    assert [np.asarray(f).tolist() for f in found] == [3, [1.0, 2.0, 3.0], [1, 0, 2]]


def test_a_stack_gives_back_what_was_pushed_last(session):
    stack = raw.StackV2(max_size=-1, elem_type=tf.float32)
    first = raw.StackPushV2(handle=stack, elem=1.0)
    with tf.control_dependencies([first]):
        second = raw.StackPushV2(handle=stack, elem=2.0)
    with tf.control_dependencies([second]):
        popped = raw.StackPopV2(handle=stack, elem_type=tf.float32)
    assert session.run(popped) == 2.0
